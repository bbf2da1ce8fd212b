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

void block_list_sort(struct block_list *list)
{
	if (list->n > 0)
		qsort(list->ids, list->n, sizeof(*list->ids), compare_ids);
}

bool block_list_has(const struct block_list *list, uint64_t id)
{
	return list->n > 0 && bsearch(&id, list->ids, list->n, sizeof(*list->ids), compare_ids);
}
