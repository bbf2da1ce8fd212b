/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long text at the end of a table's lines. */
#pragma once

#include <libsmartcols.h>
#include <stddef.h>

/*
 * Breaks the text of the last column between words, so that lines are at most @width characters
 * long; where that would leave hardly any room for it nothing is done. 0 or -ENOMEM.
 */
int wrap_last_column(struct libscols_table *table, size_t width);
