/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check of udev rules that online memory as well. */
#include <string.h>

#include "doctor.h"
#include "log.h"
#include "rule_files.h"

static void add_rule(const struct patient *patient, const struct rule_finding *finding,
		     const char *advice)
{
	char subject[600];

	(void)snprintf(subject, sizeof(subject), "%s:%u", finding->file, finding->line);
	findings_add(patient->findings, finding->is_doubtful ? SEVERITY_WARNING : SEVERITY_ERROR,
		     "competing-rule", subject, advice,
		     "this rule %s memory, whatever memhp decides%s%s%s",
		     finding->is_doubtful ? "may online" : "onlines", finding->reason ? " (" : "",
		     finding->reason ? finding->reason : "", finding->reason ? ")" : "");
}

static void report(const struct patient *patient, const struct rule_finding *finding)
{
	switch (finding->kind) {
	case RULE_REPLACED:
		if (!rule_file_is_ours(&patient->ctl->fs, strrchr(finding->file, '/') + 1))
			add_rule(patient, finding,
				 "put a copy of the file without it into /etc/udev/rules.d, or set "
				 "OverrideRules=yes and run memhpctl reload");
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

	if (!patient->view->is_in_force || patient->view->policy.onliner == ONLINER_NONE)
		return;
	if (rule_files_read(&patient->ctl->fs, &files) < 0) {
		log_error("out of memory");
		return;
	}
	for (size_t i = 0; i < files.n_findings; i++)
		report(patient, &files.findings[i]);
	rule_files_done(&files);
}
