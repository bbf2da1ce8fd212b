/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody who misspelt a word may have meant. Pure. */
#pragma once

#include <stddef.h>

#include "parse.h"

#define SUGGEST_WORD_MAX 32

/*
 * How many letters have to be added, removed, replaced or swapped with their neighbour to turn @a
 * into @b, whatever their case; SIZE_MAX when one of them is longer than SUGGEST_WORD_MAX.
 */
size_t suggest_distance(struct str a, struct str b);

/* Whether @word, which is known, is near enough to what was @typed to be worth a suggestion. */
bool suggest_is_near(struct str typed, struct str word);
