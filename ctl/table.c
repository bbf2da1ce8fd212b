/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports of tables, printed by libsmartcols. */
#include "table.h"

#include <ctype.h>
#include <err.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <string.h>

#include "array.h"
#include "fit.h"
#include "parse.h"
#include "text.h"
#include "usage.h"
#include "wrap.h"

struct table {
	const struct ctl *ctl;
	char *title;
	const struct column *columns;
	size_t n_columns;
	struct libscols_column **shown; /* one for each of columns; NULL: not shown */
	struct libscols_table *scols;
	struct libscols_line *line; /* the last one */
};

struct report {
	const struct ctl *ctl;
	struct table **tables;
	size_t n;
};

/* Of libsmartcols' calls, which fail for want of memory alone. */
static void check(int r)
{
	if (r < 0)
		errx(EX_OSERR, "out of memory");
}

static void *check_pointer(void *p)
{
	if (!p)
		errx(EX_OSERR, "out of memory");
	return p;
}

struct report *report_new(const struct ctl *ctl)
{
	struct report *report = check_pointer(calloc(1, sizeof(*report)));

	report->ctl = ctl;
	return report;
}

void report_done(struct report **report)
{
	if (!*report)
		return;
	for (size_t i = 0; i < (*report)->n; i++) {
		scols_unref_table((*report)->tables[i]->scols);
		free((*report)->tables[i]->title);
		free((*report)->tables[i]->shown);
		free((*report)->tables[i]);
	}
	free((*report)->tables);
	free(*report);
	*report = NULL;
}

/* Cuts the next name off a list with commas. False at its end. */
static bool next_name(struct str *list, struct str *ret)
{
	const char *comma = list->n > 0 ? memchr(list->p, ',', list->n) : NULL;
	size_t n = comma ? (size_t)(comma - list->p) : list->n;

	if (list->n == 0)
		return false;
	*ret = (struct str){ list->p, n };
	list->p += comma ? n + 1 : n;
	list->n -= comma ? n + 1 : n;
	return true;
}

static bool is_name(struct str text, const char *name)
{
	return text.n == strlen(name) && strncasecmp(text.p, name, text.n) == 0;
}

static int json_type(enum column_kind kind)
{
	switch (kind) {
	case COLUMN_TEXT:
		break;
	case COLUMN_NUMBER:
	case COLUMN_SIZE:
	case COLUMN_PERCENT:
	/* One that is not known is null: a boolean of libsmartcols would be false. */
	case COLUMN_BOOLEAN:
		return SCOLS_JSON_NUMBER;
	}
	return SCOLS_JSON_STRING;
}

static void add_column(struct table *table, size_t i)
{
	const struct column *column = &table->columns[i];
	bool is_json = table->ctl->format == CTL_JSON;
	int flags = 0;
	char name[64];

	if (table->shown[i])
		return;
	(void)snprintf(name, sizeof(name), "%s", column->name);
	for (char *c = name; is_json && *c; c++)
		*c = (char)(*c == '-' ? '_' : tolower((unsigned char)*c));
	if (column->kind != COLUMN_TEXT && column->kind != COLUMN_BOOLEAN)
		flags |= SCOLS_FL_RIGHT;
	table->shown[i] = check_pointer(scols_table_new_column(table->scols, name, 0.01, flags));
	check(scols_column_set_json_type(table->shown[i], json_type(column->kind)));
}

static bool is_on_terminal(const struct table *table)
{
	return table->ctl->format == CTL_TABLE && isatty(STDOUT_FILENO);
}

static void add_all_columns(struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		add_column(table, i);
}

/* Whether there is room for those that are wide is seen when the table is printed. */
static void add_usual_columns(struct table *table)
{
	bool with_wide =
		!table->ctl->columns &&
		(is_on_terminal(table) || (table->ctl->format == CTL_TABLE && table->ctl->verbose));

	for (size_t i = 0; i < table->n_columns; i++)
		if (!table->columns[i].is_extra && (with_wide || table->columns[i].wide == 0))
			add_column(table, i);
}

static void report_unknown(const struct table *table, struct str name)
{
	struct suggestion allowed = { .typed = name };

	suggestion_add(&allowed, "all");
	for (size_t i = 0; i < table->n_columns; i++)
		suggestion_add(&allowed, table->columns[i].name);
	usage_explain_word("column", &allowed);
}

/* "all", or the name of one of them. */
static bool add_named(struct table *table, struct str name)
{
	size_t i = 0;

	if (is_name(name, "all")) {
		add_all_columns(table);
		return true;
	}
	while (i < table->n_columns && !is_name(name, table->columns[i].name))
		i++;
	if (i == table->n_columns)
		return false;
	add_column(table, i);
	return true;
}

/* Those of -o in its order; behind the usual ones if it begins with "+". False: it has no such. */
static bool choose_columns(struct table *table)
{
	struct str list = str_of(table->ctl->columns ? table->ctl->columns : ""), name;
	bool is_addition = list.n > 0 && list.p[0] == '+';

	if (table->ctl->format == CTL_JSON && (list.n == 0 || is_addition))
		add_all_columns(table);
	else if (list.n == 0 || is_addition)
		add_usual_columns(table);
	list.p += is_addition;
	list.n -= is_addition;
	while (next_name(&list, &name)) {
		if (add_named(table, name))
			continue;
		report_unknown(table, name);
		return false;
	}
	return true;
}

static void set_format(struct table *table, const char *name)
{
	const struct ctl *ctl = table->ctl;

	check(scols_table_set_name(table->scols, name));
	check(scols_table_enable_noheadings(table->scols, ctl->no_headings));
	check(scols_table_enable_colors(table->scols, ctl->colour));
	if (ctl->format == CTL_RAW)
		check(scols_table_enable_raw(table->scols, 1));
	if (ctl->format == CTL_JSON)
		check(scols_table_enable_json(table->scols, 1));
}

struct table *report_table(struct report *report, const char *name, const char *title,
			   const struct column *columns, size_t n)
{
	struct table *table = check_pointer(calloc(1, sizeof(*table)));

	*table = (struct table){
		.ctl = report->ctl,
		.columns = columns,
		.n_columns = n,
	};
	if (title)
		table->title = check_pointer(strdup(title));
	table->shown = check_pointer(calloc(n, sizeof(*table->shown)));
	table->scols = check_pointer(scols_new_table());
	set_format(table, name);
	/* The report frees it even if it is of no use. */
	check(ARRAY_APPEND(report->tables, report->n, &table));
	return choose_columns(table) ? table : NULL;
}

void table_row(struct table *table)
{
	table->line = check_pointer(scols_table_new_line(table->scols, NULL));
	if (table->ctl->format == CTL_JSON)
		return; /* a cell without data is null */
	for (size_t i = 0; i < table->n_columns; i++)
		if (table->shown[i])
			check(scols_line_set_column_data(table->line, table->shown[i], "-"));
}

static void set_cell(struct table *table, size_t column, const char *text)
{
	_cleanup_free_ char *valid = NULL;

	if (!table->shown[column])
		return;
	/* libsmartcols takes care of it only in tables for people. */
	if (table->ctl->format == CTL_JSON)
		text = valid = check_pointer(text_make_utf8(text));
	check(scols_line_set_column_data(table->line, table->shown[column], text));
}

void table_text(struct table *table, size_t column, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	check(n);
	set_cell(table, column, text);
	free(text);
}

void table_number(struct table *table, size_t column, uint64_t value)
{
	bool plain = table->ctl->format == CTL_JSON || table->ctl->bytes;
	char text[TEXT_SIZE_MAX];

	switch (table->columns[column].kind) {
	case COLUMN_BOOLEAN:
		if (table->ctl->format == CTL_JSON)
			set_cell(table, column, value ? "true" : "false");
		else
			set_cell(table, column, value ? "yes" : "no");
		return;
	case COLUMN_SIZE:
		if (plain)
			break;
		text_size(value, text);
		set_cell(table, column, text);
		return;
	case COLUMN_PERCENT:
		if (table->ctl->format != CTL_TABLE)
			break;
		table_text(table, column, "%llu %%", (unsigned long long)value);
		return;
	case COLUMN_TEXT:
	case COLUMN_NUMBER:
		break;
	}
	table_text(table, column, "%llu", (unsigned long long)value);
}

void table_colour(struct table *table, size_t column, const char *colour)
{
	if (!table->shown[column] || !table->ctl->colour)
		return;
	check(scols_cell_set_color(scols_line_get_column_cell(table->line, table->shown[column]),
				   colour));
}

/* libsmartcols makes one object a table; ours has all tables. */
static void print_json(const struct report *report)
{
	puts("{");
	for (size_t i = 0; i < report->n; i++) {
		char *text = NULL, *start, *end;

		check(scols_print_table_to_string(report->tables[i]->scols, &text));
		start = strchr(text, '{');
		end = strrchr(text, '}');
		if (start && end) {
			*end = '\0';
			for (start++; *start == '\n'; start++)
				;
			while (end > start && isspace((unsigned char)end[-1]))
				*--end = '\0';
			printf("%s%s\n", start, i + 1 < report->n ? "," : "");
		}
		free(text);
	}
	puts("}");
}

static void print_wrapped(struct table *table, size_t width)
{
	check(wrap_columns(table->scols, width));
	check(scols_print_table(table->scols));
}

/* What the terminal has no room for is left out; with --verbose it is a table of its own. */
static void print_fitting(struct table *table)
{
	size_t width = scols_table_get_termwidth(table->scols);
	_cleanup_free_ struct fit_column *columns =
		check_pointer(calloc(table->n_columns, sizeof(*columns)));
	bool lacks_room;

	for (size_t i = 0; i < table->n_columns; i++)
		columns[i] = (struct fit_column){
			.column = table->shown[i],
			.wide = table->ctl->columns ? 0 : table->columns[i].wide,
			.yields = !table->ctl->columns && table->columns[i].yields,
		};
	lacks_room = fit_columns(table->scols, columns, table->n_columns, width);
	print_wrapped(table, width);
	if (!lacks_room || !table->ctl->verbose)
		return;
	putchar('\n');
	fit_rest(columns, table->n_columns);
	print_wrapped(table, width);
}

static void print_title(const struct table *table)
{
	if (is_on_terminal(table))
		text_wrap(stdout, table->title, 0, scols_table_get_termwidth(table->scols));
	else
		puts(table->title);
}

void report_print(struct report *report)
{
	bool is_first = true;

	if (report->ctl->format == CTL_JSON) {
		print_json(report);
		return;
	}
	for (size_t i = 0; i < report->n; i++) {
		struct table *table = report->tables[i];

		if (scols_table_is_empty(table->scols))
			continue;
		if (!is_first && !table->ctl->no_headings)
			putchar('\n');
		is_first = false;
		if (table->title && !table->ctl->no_headings)
			print_title(table);
		if (is_on_terminal(table))
			print_fitting(table);
		else
			check(scols_print_table(table->scols));
	}
}
