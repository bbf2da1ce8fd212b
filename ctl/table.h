/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables by libsmartcols: several of them make a report, which is one JSON object, or one table
 * below the other. Running out of memory ends the program, as it does in libsmartcols' own tools.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"
#include "macro.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_SIZE,	/* bytes; people see "1.5G" */
	COLUMN_PERCENT, /* people see "12 %", JSON has the number */
	COLUMN_BOOLEAN, /* people see "yes" and "no" */
};

struct column {
	const char *name; /* as in headings; JSON has it in lower case */
	enum column_kind kind;
	bool is_extra; /* shown only when -o asks for it; JSON always has it */
	const char *help;
	/*
	 * Shown on a terminal that has room for it, the lowest first, and with --verbose; 0: always.
	 * JSON always has it.
	 */
	unsigned wide;
	bool yields; /* left out on a terminal that has no room for it; with --verbose a table of its own */
};

/* A table that a command prints. Arrays of them end with a name of NULL. */
struct table_kind {
	const char *name; /* as in JSON */
	const struct column *columns;
	size_t n;
};

struct report;
struct table;

/* Both end the program when memory is short. Free a report by report_done(). */
struct report *report_new(const struct ctl *ctl);
void report_done(struct report **report);

/*
 * A table named @name in JSON, under @title (NULL: none) for people. @columns must outlive it.
 * Columns are those of -o, in its order, or the usual ones in that of @columns. Text is broken
 * where the terminal is too narrow for it.
 * NULL when -o names a column that is not there; it was said which are allowed.
 */
struct table *report_table(struct report *report, const char *name, const char *title,
			   const struct column *columns, size_t n);

/* A row; the functions below fill the last one. What is not filled is "-", in JSON null. */
void table_row(struct table *table);
_printf_(3, 4) void table_text(struct table *table, size_t column, const char *fmt, ...);
/* Of COLUMN_NUMBER, _SIZE, _PERCENT and _BOOLEAN. */
void table_number(struct table *table, size_t column, uint64_t value);
/* @colour: of libsmartcols, "red", "green", "yellow", "darkgray"; only on a terminal. */
void table_colour(struct table *table, size_t column, const char *colour);

/* Prints the tables in their order; for people, those without rows are left out. */
void report_print(struct report *report);
