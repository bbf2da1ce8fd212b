/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distance between words (Damerau and Levenshtein, without moves across an edit). */
#include "suggest.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t suggest_distance(struct str a, struct str b)
{
	/* The two lines above the current one of the table, and the current one. */
	size_t rows[3][SUGGEST_WORD_MAX + 1];

	if (a.n > SUGGEST_WORD_MAX || b.n > SUGGEST_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = min(min(above[j], row[j - 1]) + 1,
				     above[j - 1] + !is_same(a.p[i - 1], b.p[j - 1]));
			if (i > 1 && j > 1 && is_same(a.p[i - 1], b.p[j - 2]) &&
			    is_same(a.p[i - 2], b.p[j - 1]))
				row[j] = min(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

bool suggest_is_near(struct str typed, struct str word)
{
	size_t distance = suggest_distance(typed, word);

	/* One slip in a short word, more in a long one. */
	return distance != SIZE_MAX && distance <= 1 + word.n / 5;
}

void suggestion_add(struct suggestion *suggestion, const char *word)
{
	size_t used = strlen(suggestion->list);
	size_t distance = suggest_distance(suggestion->typed, str_of(word));

	(void)snprintf(suggestion->list + used, sizeof(suggestion->list) - used, "%s%s",
		       used ? ", " : "", word);
	if (!suggest_is_near(suggestion->typed, str_of(word)) ||
	    (suggestion->nearest && distance >= suggestion->distance))
		return;
	suggestion->nearest = word;
	suggestion->distance = distance;
}
