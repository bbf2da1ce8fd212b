/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long text in tables. */
#pragma once

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>

/* How long the longest line of the columns that are shown may become. */
size_t wrap_table_width(struct libscols_table *table);

/* Whether lines fit into @width characters with the last column in two or three lines at most. */
bool wrap_has_room(struct libscols_table *table, size_t width);

/*
 * Breaks text so that lines are at most @width characters long: that of the last column, and where
 * that would leave hardly any room for it that of the widest others. Lines are longer
 * when even then there is too little. 0 or -ENOMEM.
 */
int wrap_columns(struct libscols_table *table, size_t width);
