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

/* Appends what @less leaves of @range. */
static int add_rest(struct ranges *rest, struct range range, const struct ranges *less)
{
	const struct range *cut = find_from(less, range.start);
	int r = 0;

	for (; cut && cut < less->r + less->n && cut->start <= range.end; cut++) {
		if (cut->start > range.start)
			r = ranges_add(rest, range.start, cut->start - 1);
		if (r < 0 || cut->end >= range.end)
			return r;
		range.start = cut->end + 1;
	}
	return ranges_add(rest, range.start, range.end);
}

int ranges_subtract(const struct ranges *set, const struct ranges *less, struct ranges *ret)
{
	struct ranges rest = { NULL, 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->n; i++)
		r = add_rest(&rest, set->r[i], less);
	if (r < 0)
		ranges_done(&rest);
	else
		*ret = rest;
	return r;
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
