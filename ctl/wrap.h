/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long text at the end of a table's lines. */
#pragma once

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>

/* How long the longest line of the columns that are shown may become. */
size_t wrap_table_width(struct libscols_table *table);

/* Whether lines fit into @width characters, if only because the last column can be broken. */
bool wrap_has_room(struct libscols_table *table, size_t width);

/*
 * Breaks the text of the last column between words, so that lines are at most @width characters
 * long; where that would leave hardly any room for it nothing is done. 0 or -ENOMEM.
 */
int wrap_last_column(struct libscols_table *table, size_t width);
