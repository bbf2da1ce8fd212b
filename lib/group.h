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

/* By what a provider was recognised. */
enum evidence {
	EVIDENCE_NONE,	       /* by nothing: PROVIDER_OTHER */
	EVIDENCE_BOOT,	       /* it was there at boot */
	EVIDENCE_FIRMWARE,     /* the firmware node of the block */
	EVIDENCE_IOMEM,	       /* the name of its entry, and of those around it */
	EVIDENCE_ARCHITECTURE, /* s390 and ppc64 have one kind only */
	EVIDENCE_HYPERVISOR,   /* so have machines of Xen and Hyper-V */
	EVIDENCE_ACPI,	       /* an entry of its own where there are ACPI memory devices */
	EVIDENCE_PROBE,	       /* a kernel with memory/probe */
};

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
	enum evidence evidence;
	uint64_t range_blocks; /* DIMM: of the largest entry that it has in iomem; 0: not known */
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

/* The first group of that name; NULL: there is none. */
const struct group *groups_named(const struct groups *groups, const char *name);

/*
 * How @group was recognised, for a person: "iomem entry \"System RAM (kmem)\" below dax0.0". The
 * arguments are those that groups_find() had; cut where @size is too small.
 */
void group_explain_evidence(const struct group *group, uint64_t block_size,
			    const struct machine *machine, const struct iomem *iomem, char *ret,
			    size_t size);
/* What is known of @block otherwise: sets name and provider of @ret and returns true, or false. */
typedef bool (*group_name_fn)(void *userdata, uint64_t block, struct group *ret);

/*
 * Makes the groups anew for blocks that stand alone in theirs: where @name knows a device, they
 * join it. For readers to whom /proc/iomem says nothing. 0 or -ENOMEM, with all as it was.
 */
_must_check_ int groups_rename(struct groups *groups, struct block *blocks, size_t n_blocks,
			       group_name_fn name, void *userdata);
