/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which columns of a table a terminal has room for. */
#pragma once

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>

struct fit_column {
	struct libscols_column *column; /* NULL: not in the table */
	unsigned wide; /* shown where there is room for it, the lowest first; 0: always */
	bool yields;   /* hidden where without that the last column had hardly any room */
};

/*
 * Hides columns for a terminal of @width characters. Those that are only shown where there is room
 * take none from the others, and if they say nothing they are not shown either. True: some that say
 * something are hidden for want of room.
 */
bool fit_columns(struct libscols_table *table, const struct fit_column *columns, size_t n,
		 size_t width);

/* Shows what fit_columns() has hidden, with the first column, instead of what it has shown. */
void fit_rest(const struct fit_column *columns, size_t n);
