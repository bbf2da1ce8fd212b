/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Blocks into groups: who added a block, and which blocks come and go with it. The kernel keeps
 * memory groups to itself; what can be seen from outside is described in Documentation/admin-
 * guide/mm/memory-hotplug.rst and, for the names in /proc/iomem, in the drivers that register them.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iomem.h"
#include "machine.h"
#include "macro.h"
#include "provider.h"
#include "ranges.h"

#define GROUP_NAME_MAX 64

enum block_state {
	BLOCK_OFFLINE,
	BLOCK_ONLINE,
	BLOCK_GOING_OFFLINE,
};

enum block_zone {
	BLOCK_ZONE_NONE, /* offline, or in more than one zone */
	BLOCK_ZONE_KERNEL,
	BLOCK_ZONE_MOVABLE,
};

/* One memoryN that is not boot memory. */
struct block {
	uint64_t id;   /* N; the physical address is N times the block size */
	unsigned node; /* NODE_UNKNOWN while the kernel is still at adding it */
	bool has_node;
	enum block_state state;
	enum block_zone zone;
	char firmware[16]; /* "PNP0C80:00", or "" */
	size_t group;	   /* index into struct groups */
};

struct group {
	/* of the device: "PNP0C80:00", "virtio3", "dax0.0"; else the first block's */
	char name[GROUP_NAME_MAX];
	char alias[GROUP_NAME_MAX]; /* another name of the device, "region0"; or "" */
	enum provider provider;
	bool is_dynamic;
	unsigned node;	      /* of its first block that has one; NODE_UNKNOWN: none has */
	uint64_t first, last; /* lowest and highest block */
	uint64_t n_blocks;
	uint64_t offline, kernel, movable; /* blocks */
};

/*
 * Whether the kernel has a memory group for it: ACPI memory devices, virtio-mem and kmem have, what
 * others add is judged block by block.
 */
bool group_is_device(const struct group *group);

/* In the order of their first blocks. */
struct groups {
	struct group *g;
	size_t n;
};

void groups_done(struct groups *groups);

/*
 * Sets .group of all @blocks (ascending by id) and makes the groups. @boot: early memory,
 * normalised. A block is a DIMM's by its firmware node, virtio-mem's or kmem's by its entry in
 * @iomem. Other memory without a driver's name is what @machine's kernel can add: on s390
 * standby, on ppc64 DLPAR memory, inside of Xen or Hyper-V balloon memory, each block for itself;
 * with ACPI memory devices a DIMM of the extent of its entry; where there is memory/probe what was
 * written to that. All else is a group of its own of PROVIDER_OTHER. 0 or -ENOMEM.
 */
_must_check_ int groups_find(struct groups *ret, struct block *blocks, size_t n_blocks,
			     uint64_t block_size, const struct machine *machine,
			     const struct iomem *iomem, const struct ranges *boot);
