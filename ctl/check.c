/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl check */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "config.h"
#include "config_file.h"
#include "log.h"
#include "table.h"

enum {
	COL_FILE,
	COL_LINE,
	COL_MESSAGE,
};

static const struct column columns[] = {
	[COL_FILE] = { "FILE", COLUMN_TEXT, .help = "the file" },
	[COL_LINE] = { "LINE", COLUMN_NUMBER, .help = "the line in it" },
	[COL_MESSAGE] = { "MESSAGE", COLUMN_TEXT, .help = "what is wrong, and what is allowed" },
};

const struct table_kind check_tables[] = {
	{ "mistakes", columns, ARRAY_SIZE(columns) },
	{ NULL, NULL, 0 },
};

/* A mistake a row. */
static void add_row(void *userdata, const char *file, unsigned line, const char *message)
{
	struct table *table = userdata;

	table_row(table);
	table_text(table, COL_FILE, "%s", file);
	if (line > 0)
		table_number(table, COL_LINE, line);
	table_text(table, COL_MESSAGE, "%s", message);
}

/* All of the machine, as the generator reads it. */
static int check_machine(const struct ctl *ctl, config_report_fn report, void *userdata)
{
	struct policy policy;
	char origin[1024];

	return config_read(&ctl->fs, &policy, origin, sizeof(origin), report, userdata);
}

/* How many mistakes were reported, or -1 after it was said what failed, with @ret_status. */
static int check(const struct ctl *ctl, int argc, char *argv[], config_report_fn report,
		 void *userdata, int *ret_status)
{
	int findings = 0;

	if (argc == 0) {
		findings = check_machine(ctl, report, userdata);
		if (findings < 0) {
			log_error("cannot read the configuration: %s", strerror(-findings));
			*ret_status = EX_OSERR;
			return -1;
		}
	}
	for (int i = 0; i < argc; i++) {
		struct policy policy = policy_default();
		int n = config_file_apply(&policy, argv[i], report, userdata);

		if (n < 0) {
			log_error("cannot read %s: %s", argv[i], strerror(-n));
			*ret_status = n == -ENOENT ? EX_NOINPUT : EX_IOERR;
			return -1;
		}
		findings += n;
	}
	return findings;
}

static int print_lines(const struct ctl *ctl, int argc, char *argv[])
{
	int status, findings = check(ctl, argc, argv, config_file_report, stdout, &status);

	if (findings < 0)
		return status;
	if (findings == 0 && !ctl->quiet)
		puts("no mistakes");
	return findings > 0 ? STATUS_FINDINGS : EXIT_SUCCESS;
}

static int print_table(const struct ctl *ctl, int argc, char *argv[])
{
	_cleanup_(report_done) struct report *report = report_new(ctl);
	struct table *table = report_table(report, "mistakes", NULL, columns, ARRAY_SIZE(columns));
	int status, findings;

	if (!table)
		return EX_USAGE;
	findings = check(ctl, argc, argv, add_row, table, &status);
	if (findings < 0)
		return status;
	report_print(report);
	return findings > 0 ? STATUS_FINDINGS : EXIT_SUCCESS;
}

int ctl_check(struct ctl *ctl, int argc, char *argv[])
{
	/* Editors know "file:line: message". */
	if (ctl->format == CTL_TABLE && !ctl->columns && !ctl->no_headings)
		return print_lines(ctl, argc, argv);
	return print_table(ctl, argc, argv);
}
