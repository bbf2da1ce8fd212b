/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of blocks on the heap. Pure, but for the heap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

struct block_list {
	uint64_t *ids;
	size_t n;
};

void block_list_done(struct block_list *list);

/* Appends. 0 or -ENOMEM. */
_must_check_ int block_list_add(struct block_list *list, uint64_t id);

void block_list_sort(struct block_list *list);

/* @list is sorted. */
bool block_list_has(const struct block_list *list, uint64_t id);
