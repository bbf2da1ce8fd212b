/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsmartcols itself breaks anywhere, in numbers as well. */
#include "wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 16

static size_t max_of(size_t a, size_t b)
{
	return a > b ? a : b;
}

static const char *cell_text(struct libscols_table *table, size_t line, size_t column)
{
	const char *text =
		scols_cell_get_data(scols_line_get_cell(scols_table_get_line(table, line), column));

	return text ? text : "";
}

/* All our text is ASCII, but for names, which are hardly ever anything else. */
static size_t column_width(struct libscols_table *table, size_t column)
{
	const char *heading =
		scols_cell_get_data(scols_column_get_header(scols_table_get_column(table, column)));
	size_t width = heading ? strlen(heading) : 0;

	for (size_t i = 0; i < scols_table_get_nlines(table); i++)
		width = max_of(width, strlen(cell_text(table, i, column)));
	return width;
}

static bool is_shown(struct libscols_table *table, size_t column)
{
	return !scols_column_is_hidden(scols_table_get_column(table, column));
}

/* The last column that is shown; all but one are counted in @ret_used, with the blanks between. */
static size_t find_last(struct libscols_table *table, size_t *ret_used)
{
	size_t n = scols_table_get_ncols(table), last = n, used = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_shown(table, i))
			continue;
		if (last < n)
			used += column_width(table, last) + 1;
		last = i;
	}
	*ret_used = used;
	return last;
}

size_t wrap_table_width(struct libscols_table *table)
{
	size_t used, last = find_last(table, &used);

	return last < scols_table_get_ncols(table) ? used + column_width(table, last) : 0;
}

bool wrap_has_room(struct libscols_table *table, size_t width)
{
	size_t used;

	(void)find_last(table, &used);
	return used + ROOM_MIN <= width || wrap_table_width(table) <= width;
}

/* Replaces the last blank before each end of a line by a newline. */
static void break_text(char *text, size_t room)
{
	char *start = text, *blank = NULL;

	for (char *c = text; *c; c++) {
		if (*c == ' ')
			blank = c;
		if ((size_t)(c - start) < room || !blank)
			continue;
		*blank = '\n';
		start = blank + 1;
		blank = NULL;
	}
}

static int wrap_cell(struct libscols_table *table, size_t line, size_t column, size_t room)
{
	char *text = strdup(cell_text(table, line, column));

	if (!text)
		return -ENOMEM;
	break_text(text, room);
	/* It takes what it is given. */
	return scols_line_refer_data(scols_table_get_line(table, line), column, text);
}

int wrap_last_column(struct libscols_table *table, size_t width)
{
	size_t n = scols_table_get_ncols(table), used, index = find_last(table, &used);
	struct libscols_column *last;
	int r = 0;

	if (index == n || !wrap_has_room(table, width) ||
	    used + column_width(table, index) <= width)
		return 0;
	last = scols_table_get_column(table, index);
	if (scols_column_get_flags(last) != 0)
		return 0; /* a number, or text that is to be cut */
	for (size_t i = 0; r == 0 && i < scols_table_get_nlines(table); i++)
		r = wrap_cell(table, i, index, width - used);
	if (r == 0)
		r = scols_column_set_flags(last, SCOLS_FL_WRAP);
	if (r == 0)
		r = scols_column_set_safechars(last, "\n");
	if (r == 0)
		r = scols_column_set_wrapfunc(last, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					      NULL);
	return r;
}
