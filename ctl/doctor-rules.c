/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of what onlines memory as well: udev rules, and lines of tmpfiles.d. */
#include <limits.h>
#include <string.h>

#include "doctor.h"
#include "log.h"
#include "paths.h"
#include "rule_files.h"
#include "tmpfiles.h"

/* While memhp is not in force nobody is to keep others from onlining, but who does is of interest. */
static bool is_competitor(const struct patient *patient)
{
	return patient->view->is_in_force && patient->view->policy.onliner != ONLINER_NONE;
}

static enum severity severity_of(const struct patient *patient, const struct rule_finding *finding)
{
	if (!is_competitor(patient))
		return SEVERITY_NOTE;
	return finding->is_doubtful ? SEVERITY_WARNING : SEVERITY_ERROR;
}

static void add_rule(const struct patient *patient, const struct rule_finding *finding,
		     const char *advice)
{
	char subject[600];

	(void)snprintf(subject, sizeof(subject), "%s:%u", finding->file, finding->line);
	findings_add(
		patient->findings, severity_of(patient, finding), "competing-rule", subject, advice,
		"this rule %s memory%s%s%s%s", finding->is_doubtful ? "may online" : "onlines",
		is_competitor(patient) ? ", whatever memhp decides" : ", as memhp is not in force",
		finding->reason ? " (" : "", finding->reason ? finding->reason : "",
		finding->reason ? ")" : "");
}

/* It is replaced; what it did beside onlining may be missed. */
static void add_losses(const struct patient *patient, const struct rule_finding *finding)
{
	char subject[600];

	if (finding->losses[0] == '\0')
		return;
	(void)snprintf(subject, sizeof(subject), "%s:%u", finding->file, finding->line);
	findings_add(patient->findings, SEVERITY_NOTE, "rule-work-lost", subject,
		     "if that is needed for memory, have a rule of your own do it",
		     "memhp has replaced this rule, and what else it does (%s) is not done for "
		     "memory either",
		     finding->losses);
}

static const char *advise_replacing(const struct patient *patient)
{
	if (!patient->view->policy.override_rules)
		return "set OverrideRules=yes in memhp.conf, then run memhpctl reload";
	return is_competitor(patient) ? "memhpctl reload" : "memhp replaces it once it is in force";
}

/* Of a rule that can be replaced, or was. */
static void add_replaceable(const struct patient *patient, const struct rule_finding *finding)
{
	if (rule_file_is_ours(&patient->ctl->fs, strrchr(finding->file, '/') + 1))
		add_losses(patient, finding);
	else
		add_rule(patient, finding, advise_replacing(patient));
}

static void report(const struct patient *patient, const struct rule_finding *finding)
{
	switch (finding->kind) {
	case RULE_REPLACED:
		add_replaceable(patient, finding);
		break;
	case RULE_NOT_REPLACED:
		add_rule(patient, finding,
			 finding->is_doubtful ?
				 "if it does, put a copy of the file without it "
				 "into /etc/udev/rules.d" :
				 "put a copy of the file without it into /etc/udev/rules.d");
		break;
	case RULE_FILE_IS_STRONG:
		add_rule(patient, finding, "remove it from the file");
		break;
	case RULE_FILE_UNREADABLE:
		findings_add(patient->findings, SEVERITY_WARNING, "rules-unreadable", finding->file,
			     "make it readable", "whether it onlines memory is not known: %s",
			     finding->reason ? finding->reason : "cannot be read");
		break;
	}
}

static void add_stale(const struct patient *patient, const char *name, const char *message)
{
	char subject[NAME_MAX + 64];

	(void)snprintf(subject, sizeof(subject), "/" PATH_UDEV_RULES "/%s", name);
	findings_add(patient->findings, SEVERITY_WARNING, "stale-file", subject, "memhpctl reload",
		     "%s", message);
}

/* A line of "#" alone is what memhpctl snapshot makes of what it does not tell. */
static bool is_filling(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '#')
		n++;
	return n > 0 && n == line.n;
}

static bool is_same(struct str published, struct str rendered)
{
	struct str a, b;
	bool has_a, has_b;

	do {
		has_a = str_next_line(&published, &a);
		has_b = str_next_line(&rendered, &b);
		if (has_a && has_b && !is_filling(a) && (a.n != b.n || memcmp(a.p, b.p, a.n) != 0))
			return false;
	} while (has_a && has_b);
	return has_a == has_b;
}

/* One that is not there is a rule that competes. */
static void check_replacement(const struct patient *patient,
			      const struct rule_replacement *replacement)
{
	const struct sysfs *fs = &patient->ctl->fs;
	_cleanup_free_ char *text = NULL;
	size_t n = 0;

	if (rule_file_is_ours(fs, replacement->name) &&
	    sysfs_read_file(fs, &text, &n, PATH_UDEV_RULES "/%s", replacement->name) == 0 &&
	    !is_same((struct str){ text, n }, (struct str){ replacement->text, replacement->size }))
		add_stale(patient, replacement->name,
			  "replaces rules of a package that have changed since");
}

/* Whether memhp would replace a file of this name, as far as that is known. */
static bool may_be_replaced(const struct rule_files *files, const char *name)
{
	for (size_t i = 0; i < files->n_replacements; i++)
		if (strcmp(files->replacements[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < files->n_findings; i++)
		if (files->findings[i].kind == RULE_FILE_UNREADABLE &&
		    strcmp(strrchr(files->findings[i].file, '/') + 1, name) == 0)
			return true;
	return false;
}

/* What is published against what the generator would render now: originals come, change and go. */
static void check_replacements(const struct patient *patient, const struct rule_files *files)
{
	const struct sysfs *fs = &patient->ctl->fs;
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	for (size_t i = 0; i < files->n_replacements; i++)
		check_replacement(patient, &files->replacements[i]);
	if (sysfs_opendir(fs, &dir, PATH_UDEV_RULES) < 0)
		return;
	while ((entry = readdir(dir)))
		if (rule_file_is_candidate(entry->d_name) && rule_file_is_ours(fs, entry->d_name) &&
		    !may_be_replaced(files, entry->d_name))
			add_stale(patient, entry->d_name,
				  "replaces rules that are gone, masked, or online no memory any "
				  "more");
}

void check_rules(const struct patient *patient)
{
	struct rule_files files;

	if (rule_files_read(&patient->ctl->fs, &files) < 0) {
		log_error("out of memory");
		return;
	}
	for (size_t i = 0; i < files.n_findings; i++)
		report(patient, &files.findings[i]);
	check_replacements(patient, &files);
	rule_files_done(&files);
}

static void report_tmpfiles_line(const struct patient *patient, const struct tmpfiles_line *line)
{
	char subject[600];

	(void)snprintf(subject, sizeof(subject), "%s:%u", line->file, line->line);
	if (line->is_overruled)
		findings_add(patient->findings, SEVERITY_NOTE, "competing-tmpfiles", subject,
			     "remove it, unless it is to count where memhp does not",
			     "this line would online memory, but /" PATH_OWN_TMPFILE
			     " overrules it");
	else
		findings_add(patient->findings, SEVERITY_ERROR, "competing-tmpfiles", subject,
			     "remove it, or mask the file by a link to /dev/null "
			     "in /etc/tmpfiles.d",
			     "this line onlines memory at boot, whatever memhp decides");
}

void check_tmpfiles(const struct patient *patient)
{
	struct tmpfiles tmpfiles = { NULL, 0 };

	if (!patient->view->is_in_force)
		return;
	if (tmpfiles_read(&patient->ctl->fs, (enum onliner)patient->view->policy.onliner,
			  &tmpfiles) < 0)
		log_error("out of memory");
	for (size_t i = 0; i < tmpfiles.n; i++)
		report_tmpfiles_line(patient, &tmpfiles.lines[i]);
	tmpfiles_done(&tmpfiles);
}
