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

/* Words that are allowed instead of the one that was typed. */
struct suggestion {
	struct str typed;
	char list[512];	     /* "Policy, Dimm, VirtioMem", as far as they fit */
	const char *nearest; /* the one that was probably meant; NULL: none is near */
	size_t distance;     /* of that one */
};

/* One more of them; @word has to outlive the suggestion. */
void suggestion_add(struct suggestion *suggestion, const char *word);

/* Whether @word, which is known, is near enough to what was @typed to be worth a suggestion. */
bool suggest_is_near(struct str typed, struct str word);
