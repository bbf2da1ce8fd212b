/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsmartcols itself breaks anywhere, in numbers as well. */
#include "wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"
#include "text.h"

/* Of a column that is broken: less is unreadable. */
#define ROOM_MIN 16
/* With less a column is left out, if one may be: most reasons take two lines then. */
#define ROOM_WANTED 24

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

static size_t column_width(struct libscols_table *table, size_t column)
{
	const char *heading =
		scols_cell_get_data(scols_column_get_header(scols_table_get_column(table, column)));
	size_t width = heading ? text_width(heading, strlen(heading)) : 0;

	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		const char *text = cell_text(table, i, column);

		width = max_of(width, text_width(text, strlen(text)));
	}
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
	return used + ROOM_WANTED <= width || wrap_table_width(table) <= width;
}

/* In lines of @room characters; on the heap, NULL when memory is short. */
static char *break_text(const char *text, size_t room)
{
	char *broken = malloc(2 * strlen(text) + 1), *to = broken;

	while (broken && *text) {
		size_t n = text_line(text, room);

		to = mempcpy(to, text, n);
		text += n;
		text += *text == ' ';
		if (*text)
			*to++ = '\n';
	}
	if (broken)
		*to = '\0';
	return broken;
}

static int wrap_column(struct libscols_table *table, size_t index, size_t room)
{
	struct libscols_column *column = scols_table_get_column(table, index);
	int r = 0;

	for (size_t i = 0; r == 0 && i < scols_table_get_nlines(table); i++) {
		char *text = break_text(cell_text(table, i, index), room);

		/* It takes what it is given. */
		r = text ? scols_line_refer_data(scols_table_get_line(table, i), index, text) :
			   -ENOMEM;
	}
	if (r == 0)
		r = scols_column_set_flags(column, SCOLS_FL_WRAP);
	if (r == 0)
		r = scols_column_set_safechars(column, "\n");
	if (r == 0)
		r = scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
					      scols_wrapnl_nextchunk, NULL);
	return r;
}

/* Numbers stay whole, and so do headings. */
static bool may_shrink(struct libscols_table *table, size_t i, size_t width)
{
	struct libscols_column *column = scols_table_get_column(table, i);
	const char *heading = scols_cell_get_data(scols_column_get_header(column));

	return scols_column_get_flags(column) == 0 && width > ROOM_MIN &&
	       width > strlen(heading ? heading : "");
}

/* The widest that may shrink; their number when none may. */
static size_t find_widest(struct libscols_table *table, const size_t *widths)
{
	size_t n = scols_table_get_ncols(table), widest = n;

	for (size_t i = 0; i < n; i++)
		if (may_shrink(table, i, widths[i]) && (widest == n || widths[i] > widths[widest]))
			widest = i;
	return widest;
}

/* Of the last column alone if it can spare all of @excess, else of the widest ones. What is lacking. */
static size_t find_rooms(struct libscols_table *table, size_t excess, size_t *widths)
{
	size_t n = scols_table_get_ncols(table), used, last = find_last(table, &used), widest;

	if (last < n && may_shrink(table, last, widths[last]) &&
	    widths[last] >= ROOM_MIN + excess) {
		widths[last] -= excess;
		return 0;
	}
	for (; excess > 0 && (widest = find_widest(table, widths)) < n; excess--)
		widths[widest]--;
	return excess;
}

int wrap_columns(struct libscols_table *table, size_t width)
{
	size_t n = scols_table_get_ncols(table), all = wrap_table_width(table), lacking;
	_cleanup_free_ size_t *rooms = NULL;
	int r = 0;

	if (all <= width)
		return 0;
	rooms = calloc(n, sizeof(*rooms));
	if (!rooms)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rooms[i] = is_shown(table, i) ? column_width(table, i) : 0;
	lacking = find_rooms(table, all - width, rooms);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (is_shown(table, i) && rooms[i] < column_width(table, i))
			r = wrap_column(table, i, rooms[i]);
	/* It would cut what has no room. */
	if (r == 0 && lacking > 0)
		r = scols_table_set_termwidth(table, width + lacking);
	return r;
}
