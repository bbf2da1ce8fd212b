/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Widths, and columns that are hidden. */
#include "fit.h"

#include <string.h>

#include "wrap.h"

static bool is_hidden(const struct fit_column *column)
{
	return (scols_column_get_flags(column->column) & SCOLS_FL_HIDDEN) != 0;
}

static void set_hidden(const struct fit_column *column, bool hidden)
{
	int flags = scols_column_get_flags(column->column) & ~SCOLS_FL_HIDDEN;

	/* It fails for no other reason than a column of NULL. */
	(void)scols_column_set_flags(column->column, flags | (hidden ? SCOLS_FL_HIDDEN : 0));
}

/* Whether all cells are "-". */
static bool says_nothing(struct libscols_table *table, const struct fit_column *column)
{
	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		struct libscols_cell *cell =
			scols_line_get_column_cell(scols_table_get_line(table, i), column->column);
		const char *text = scols_cell_get_data(cell);

		if (text && strcmp(text, "-") != 0)
			return false;
	}
	return true;
}

/* The one to be tried after those up to @wide; NULL: there is none. */
static const struct fit_column *find_next(const struct fit_column *columns, size_t n, unsigned wide)
{
	const struct fit_column *next = NULL;

	for (size_t i = 0; i < n; i++)
		if (columns[i].column && columns[i].wide > wide &&
		    (!next || columns[i].wide < next->wide))
			next = &columns[i];
	return next;
}

bool fit_columns(struct libscols_table *table, const struct fit_column *columns, size_t n,
		 size_t width)
{
	const struct fit_column *next;
	bool lacks_room = false;

	for (size_t i = 0; i < n; i++)
		if (columns[i].column && columns[i].wide > 0)
			set_hidden(&columns[i], true);
	for (size_t i = 0; i < n; i++)
		if (columns[i].column && columns[i].yields && !wrap_has_room(table, width)) {
			set_hidden(&columns[i], true);
			lacks_room = true;
		}
	for (unsigned wide = 0; (next = find_next(columns, n, wide)); wide = next->wide) {
		if (says_nothing(table, next))
			continue;
		set_hidden(next, false);
		if (wrap_table_width(table) <= width)
			continue;
		set_hidden(next, true);
		lacks_room = true;
	}
	return lacks_room;
}

void fit_rest(const struct fit_column *columns, size_t n)
{
	bool is_first = true;

	for (size_t i = 0; i < n; i++) {
		if (!columns[i].column)
			continue;
		if (!is_first)
			set_hidden(&columns[i], !is_hidden(&columns[i]));
		is_first = false;
	}
}
