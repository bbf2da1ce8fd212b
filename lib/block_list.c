/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sorted array of numbers. */
#include "block_list.h"

#include "array.h"

void block_list_done(struct block_list *list)
{
	free(list->ids);
	*list = (struct block_list){ NULL, 0 };
}

int block_list_add(struct block_list *list, uint64_t id)
{
	return ARRAY_APPEND(list->ids, list->n, &id);
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* One pass of a radix sort: by the eight bits above @shift, those that are equal in their order. */
static void sort_by_byte(uint64_t *ret, const uint64_t *ids, size_t n, unsigned shift)
{
	size_t start[257] = { 0 };

	for (size_t i = 0; i < n; i++)
		start[(ids[i] >> shift & 0xff) + 1]++;
	for (size_t i = 1; i < ARRAY_SIZE(start); i++)
		start[i] += start[i - 1];
	for (size_t i = 0; i < n; i++)
		ret[start[ids[i] >> shift & 0xff]++] = ids[i];
}

/* From @ids to @room and back, as often as the largest number needs. */
static void radix_sort(uint64_t *ids, uint64_t *room, size_t n)
{
	uint64_t bits = 0, *from = ids, *to = room;

	for (size_t i = 0; i < n; i++)
		bits |= ids[i];
	for (unsigned shift = 0; shift < 64 && bits >> shift > 0; shift += 8) {
		uint64_t *sorted = to;

		sort_by_byte(to, from, n, shift);
		to = from;
		from = sorted;
	}
	/* The array keeps the room that it has to grow. */
	if (from != ids)
		memcpy(ids, from, n * sizeof(*ids));
}

/*
 * sysfs lists names by their hash. Block numbers are small: a few passes do what qsort() needs
 * comparisons for whose number grows faster than the list.
 */
void block_list_sort(struct block_list *list)
{
	uint64_t *room;

	if (list->n < 2)
		return;
	room = reallocarray(NULL, list->n, sizeof(*room));
	if (room)
		radix_sort(list->ids, room, list->n);
	else
		qsort(list->ids, list->n, sizeof(*list->ids), compare_ids);
	free(room);
}

bool block_list_has(const struct block_list *list, uint64_t id)
{
	return list->n > 0 && bsearch(&id, list->ids, list->n, sizeof(*list->ids), compare_ids);
}
