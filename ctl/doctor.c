/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl doctor: all checks, and what they found, worst first. */
#include "doctor.h"

#include <err.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "paths.h"
#include "table.h"
#include "terminal.h"
#include "text.h"

static void (*const checks[])(const struct patient *patient) = {
	check_in_force,         check_published,
	check_configuration,    check_rules,
	check_tmpfiles,         check_kernel_onlines,
	check_cmdline,          check_waiting,
	check_split,            check_onlined_by_others,
	check_ratio,            check_dax_state,
	check_left_offline,     check_boot_offline,
	check_daxctl,           check_beside_data,
	check_windows,          check_crash_hotplug,
	check_memmap,
};

enum {
	COL_SEVERITY,
	COL_ID,
	COL_SUBJECT,
	COL_MESSAGE,
	COL_ADVICE,
};

static const struct column columns[] = {
	[COL_SEVERITY] = { "SEVERITY", COLUMN_TEXT, false, "note, warning or error" },
	[COL_ID] = { "ID", COLUMN_TEXT, true, "kind of finding, for programs" },
	[COL_SUBJECT] = { "SUBJECT", COLUMN_TEXT, false, "device, file or attribute" },
	[COL_MESSAGE] = { "MESSAGE", COLUMN_TEXT, false, "what was found" },
	[COL_ADVICE] = { "ADVICE", COLUMN_TEXT, false, "what to do" },
};

const struct table_kind doctor_tables[] = {
	{ "findings", columns, ARRAY_SIZE(columns) },
	{ NULL, NULL, 0 },
};

static const char *colour_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return "\033[31m";
	case SEVERITY_WARNING:
		return "\033[33m";
	case SEVERITY_NOTE:
		break;
	}
	return "\033[90m";
}

/* Where the terminal is too narrow the advice has lines of its own: most are commands. */
static void print_finding(const struct ctl *ctl, const struct finding *finding)
{
	const char *severity = severity_name(finding->severity);
	size_t indent = strlen(severity) + strlen(": "), width = terminal_width(), n;
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s: %s; %s", finding->subject, finding->message, finding->advice) < 0)
		errx(EX_OSERR, "out of memory");
	printf("%s%s%s: ", ctl->colour ? colour_of(finding->severity) : "", severity,
	       ctl->colour ? "\033[0m" : "");
	n = strlen(text);
	if (indent + text_width(text, n) > width) {
		text[n - strlen(finding->advice) - 1] = '\0';
		text_wrap(stdout, text, indent, width);
		printf("%*s", (int)indent, "");
		text_wrap(stdout, finding->advice, indent, width);
		return;
	}
	puts(text);
}

/* A line a finding: a table of such long texts would be hard to read. */
static void print_lines(const struct ctl *ctl, const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (!ctl->quiet || findings->f[i].severity != SEVERITY_NOTE)
			print_finding(ctl, &findings->f[i]);
	if (findings->n == 0 && !ctl->quiet)
		puts("nothing found");
}

/* False when -o names a column that is not there. */
static bool print_table(const struct ctl *ctl, const struct findings *findings)
{
	_cleanup_(report_done) struct report *report = report_new(ctl);
	struct table *table = report_table(report, "findings", NULL, columns, ARRAY_SIZE(columns));

	if (!table)
		return false;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->f[i];

		table_row(table);
		table_text(table, COL_SEVERITY, "%s", severity_name(finding->severity));
		table_text(table, COL_ID, "%s", finding->id);
		table_text(table, COL_SUBJECT, "%s", finding->subject);
		table_text(table, COL_MESSAGE, "%s", finding->message);
		table_text(table, COL_ADVICE, "%s", finding->advice);
	}
	report_print(report);
	return true;
}

static int status_of(const struct findings *findings)
{
	if (findings->n == 0 || findings->f[0].severity == SEVERITY_NOTE)
		return EXIT_SUCCESS;
	return findings->f[0].severity == SEVERITY_ERROR ? STATUS_ERRORS : STATUS_FINDINGS;
}

static void examine(struct ctl *ctl, struct view *view, struct findings *findings)
{
	_cleanup_free_ char *cmdline = NULL;
	_cleanup_(namespaces_done) struct namespaces namespaces = { NULL, 0 };
	_cleanup_(devices_done) struct devices devices = { .d = NULL };
	struct patient patient = {
		.ctl = ctl,
		.view = view,
		.namespaces = &namespaces,
		.devices = &devices,
		.findings = findings,
	};
	size_t n = 0;

	/* Without them the rest still counts. */
	if (namespaces_read(ctl, &namespaces) < 0 ||
	    devices_read(ctl, view, &namespaces, &devices) < 0)
		log_error("out of memory");
	if (sysfs_read_file(&ctl->fs, &cmdline, &n, PATH_CMDLINE) == 0)
		patient.cmdline = (struct str){ cmdline, n };
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		checks[i](&patient);
}

int ctl_doctor(struct ctl *ctl, int argc, char *argv[])
{
	_cleanup_(findings_done) struct findings findings = { NULL, 0 };
	struct view view;
	int status = view_read(ctl, &view);

	(void)argc;
	(void)argv;
	if (status != 0)
		return status;
	examine(ctl, &view, &findings);
	view_done(&view);
	findings_sort(&findings);
	status = status_of(&findings);
	if (ctl->format == CTL_TABLE && !ctl->columns && !ctl->no_headings)
		print_lines(ctl, &findings);
	else if (!print_table(ctl, &findings))
		status = EX_USAGE;
	return status;
}
