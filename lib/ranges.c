/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An array of ranges; normalised, it is searched by halves. */
#include "ranges.h"

#include <errno.h>

#include "array.h"

void ranges_done(struct ranges *set)
{
	free(set->r);
	*set = (struct ranges){ NULL, 0 };
}

int ranges_add(struct ranges *set, uint64_t start, uint64_t end)
{
	const struct range range = { start, end };

	if (start > end)
		return -EINVAL;
	return ARRAY_APPEND(set->r, set->n, &range);
}

static int compare_starts(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

size_t ranges_normalise(struct ranges *set)
{
	size_t overlaps = 0, kept = 0;

	if (set->n == 0)
		return 0;
	qsort(set->r, set->n, sizeof(*set->r), compare_starts);
	for (size_t i = 1; i < set->n; i++) {
		struct range *last = &set->r[kept], next = set->r[i];

		if (next.start > last->end && next.start - 1 > last->end) {
			set->r[++kept] = next;
			continue;
		}
		if (next.start <= last->end)
			overlaps++;
		if (next.end > last->end)
			last->end = next.end;
	}
	set->n = kept + 1;
	return overlaps;
}

/* The first range that does not lie completely before @address, or NULL. */
static const struct range *find_from(const struct ranges *set, uint64_t address)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->r[middle].end < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->n ? &set->r[low] : NULL;
}

bool ranges_intersect(const struct ranges *set, uint64_t start, uint64_t end)
{
	const struct range *range = find_from(set, start);

	return range && range->start <= end;
}

bool ranges_contain(const struct ranges *set, uint64_t start, uint64_t end)
{
	const struct range *range = find_from(set, start);

	return range && range->start <= start && end <= range->end;
}
