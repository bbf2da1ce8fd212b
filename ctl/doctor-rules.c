/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of what onlines memory as well: udev rules, and lines of tmpfiles.d. */
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
	findings_add(patient->findings, severity_of(patient, finding), "competing-rule", subject,
		     advice, "this rule %s memory%s%s%s%s",
		     finding->is_doubtful ? "may online" : "onlines",
		     is_competitor(patient) ? ", whatever memhp decides" :
					      ", as memhp is not in force",
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

/* Of a rule that can be replaced, or was. */
static void add_replaceable(const struct patient *patient, const struct rule_finding *finding)
{
	if (!is_competitor(patient) && patient->view->policy.override_rules)
		add_rule(patient, finding, "memhp replaces it once it is in force");
	else if (rule_file_is_ours(&patient->ctl->fs, strrchr(finding->file, '/') + 1))
		add_losses(patient, finding);
	else
		add_rule(patient, finding,
			 "put a copy of the file without it into /etc/udev/rules.d, or set "
			 "OverrideRules=yes and run memhpctl reload");
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
				 "if it does, put a copy of the file without it into "
				 "/etc/udev/rules.d" :
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

void check_rules(const struct patient *patient)
{
	struct rule_files files;

	if (rule_files_read(&patient->ctl->fs, &files) < 0) {
		log_error("out of memory");
		return;
	}
	for (size_t i = 0; i < files.n_findings; i++)
		report(patient, &files.findings[i]);
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
			     "remove it, or mask the file by a link to /dev/null in "
			     "/etc/tmpfiles.d",
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
