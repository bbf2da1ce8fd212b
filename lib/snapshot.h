/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that a decision may depend on, read from the machine at one moment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decide.h"
#include "group.h"
#include "iomem.h"
#include "machine.h"
#include "macro.h"
#include "ranges.h"
#include "sysfs.h"

struct snapshot {
	uint64_t block_size; /* bytes */
	struct machine machine;
	bool is_public; /* snapshot_read_public() made it */
	char *iomem_text;
	struct iomem iomem;
	struct ranges recorded; /* as boot_memory.h has it, normalised */
	struct ranges boot;	/* early memory, normalised: of that what no driver has added */
	uint64_t n_links;	/* of the directory that has them: snapshot_is_current() */
	struct block *blocks;	/* those that are not boot memory, ascending */
	size_t n_blocks;
	bool is_settled; /* those that are offline have all that says whose they are */
	struct groups groups;
	struct node_facts *nodes;
	size_t n_nodes;
	struct group_facts *group_facts; /* one for each of groups */
	enum self_hosted *self_hosted;	 /* likewise */
	size_t *dynamic;		 /* indexes of groups that are dynamic */
	size_t n_dynamic;
};

/*
 * 0; -ENOENT (the kernel has no memory hotplug), -EACCES (addresses in /proc/iomem are hidden:
 * needs root), -ENOMEM, or what reading gave. Blocks that vanish meanwhile, or whose state cannot be
 * read, are left out.
 * valid_zones is read only of blocks that are online, since reading it of one that is being added
 * can crash kernels before 6.18.
 */
_must_check_ int snapshot_read(const struct sysfs *fs, struct snapshot *ret);

/*
 * For those who only look, and may not see all: as snapshot_read(), but where /proc/iomem or
 * /proc/zoneinfo cannot be read, or hides its addresses, .iomem or .nodes is empty, and so is .boot
 * where nothing tells. Without .iomem of devices only DIMMs are recognised.
 */
_must_check_ int snapshot_read_public(const struct sysfs *fs, struct snapshot *ret);

/*
 * Reads again what changes while a machine gains memory; what kernel and platform are, and boot
 * memory, are kept, and so are blocks that are online as long as zones have what
 * snapshot_account() says. As snapshot_read(); @snapshot is untouched on failure.
 */
_must_check_ int snapshot_refresh(const struct sysfs *fs, struct snapshot *snapshot);

/*
 * Whether a snapshot_refresh() would find the same, as far as can be told without looking at each
 * block: no block has come or gone, zones have what snapshot_account() says, and all blocks had
 * their links to node and device. For a pass over many groups.
 */
bool snapshot_is_current(const struct sysfs *fs, const struct snapshot *snapshot);

/* groups_rename() and what follows from it. On failure only snapshot_done() may follow. */
_must_check_ int snapshot_regroup(const struct sysfs *fs, struct snapshot *snapshot,
				  group_name_fn name, void *userdata);
void snapshot_done(struct snapshot *snapshot);

/* The block with this number, or NULL when it is boot memory or not there. */
const struct block *snapshot_find_block(const struct snapshot *snapshot, uint64_t id);

/*
 * What decide() takes; both point into @snapshot. @block is one of its blocks, to be onlined next.
 */
struct facts snapshot_facts(const struct snapshot *snapshot);
struct question snapshot_question(const struct snapshot *snapshot, const struct block *block);

/* What decide() takes of a group of the snapshot, or of one that is to be added to it. */
struct group_facts snapshot_group_facts(const struct snapshot *snapshot, const struct group *group);

/* Facts of @node, which are zero until now if it has none yet. 0 or -ENOMEM. */
_must_check_ int snapshot_add_node(struct snapshot *snapshot, unsigned node);

/* The verdict if @block were the next to be onlined; points into @policy. */
struct verdict snapshot_decide(const struct snapshot *snapshot, const struct policy *policy,
			       const struct block *block);

/*
 * Keeps the facts true after @block has come online in @zone, so that the next block of the group
 * can be judged.
 */
void snapshot_account(struct snapshot *snapshot, const struct block *block, enum block_zone zone);

/*
 * Size of a block in bytes from block_size_bytes: 0, -ENOENT (no memory hotplug), -EBADMSG (no
 * power of two).
 */
_must_check_ int snapshot_read_block_size(const struct sysfs *fs, uint64_t *ret);

/*
 * Whether the page array of @group is to lie in its own memory, as its driver was told: 0 or 1; -1
 * where the kernel does not say. See memmap.h.
 */
int snapshot_read_memmap(const struct sysfs *fs, const struct group *group);

/* State and, when it is online, zone of one block. -ENOENT or -ENODEV when it is gone. */
_must_check_ int snapshot_read_state(const struct sysfs *fs, uint64_t id,
				     enum block_state *ret_state, enum block_zone *ret_zone);
