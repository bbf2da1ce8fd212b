/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each NUMA node has, in bytes, and how much movable memory it may still get. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "view.h"

struct node_row {
	unsigned node;
	uint64_t early;	  /* boot memory in kernel zones, less CMA */
	uint64_t kernel;  /* hot-plugged memory in kernel zones */
	uint64_t movable; /* in ZONE_MOVABLE */
	uint64_t cma;
	uint64_t offline;      /* memory that is offline */
	uint64_t boot_offline; /* part of it: boot memory */
	bool has_ratio;
	uint64_t ratio;	   /* percent: movable and CMA, of early */
	uint64_t headroom; /* headroom_of_node(); of all nodes: that of the best one */
};

struct nodes {
	struct node_row *rows; /* ascending; also those that have nothing online yet */
	size_t n;
	struct node_row all;
};

/* 0 or -ENOMEM. */
_must_check_ int nodes_read(const struct sysfs *fs, const struct view *view, struct nodes *ret);
void nodes_done(struct nodes *nodes);
