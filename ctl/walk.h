/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What would be done with all blocks that are offline, in the order in which it would be done, each
 * device judged by what those before it have left: as the leader does it. There is no second
 * opinion in memhpctl: plan shows the steps, and what status and explain say of memory that waits
 * is taken from them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block_list.h"
#include "decide.h"
#include "kernel_zone.h"
#include "macro.h"
#include "policy.h"
#include "snapshot.h"
#include "sysfs.h"

/* One block. Those of a group follow each other. */
struct step {
	uint64_t id;
	size_t group; /* of the snapshot */
	unsigned node;
	struct verdict verdict;
	char kernel[KERNEL_ZONE_MAX]; /* walk_ask_kernel(); "": not asked, or not known */
	bool is_new;		      /* it is there in thought only */
};

struct walk {
	const struct sysfs *fs;
	struct snapshot *snapshot; /* as if all steps had been taken */
	const struct policy *policy;
	bool is_adding;		/* what has no step yet is there in thought only */
	struct block_list seen; /* the blocks of the steps, ascending */
	struct step *steps;
	size_t n;
};

/*
 * Steps for all blocks that are offline and have none yet, in ascending order. 0, or -ENOMEM, after
 * which only walk_done() may follow.
 */
_must_check_ int walk_offline(struct walk *walk);

/*
 * Takes back the step at @index and all behind it: the snapshot is as it was before them, the steps
 * are still there to be looked at.
 */
void walk_rewind(struct walk *walk, size_t index);

/* What the block of a step that is onlined counts as then; with Zone=online the kernel chooses. */
enum block_zone walk_zone_after(const struct step *step);

/* What the kernel would choose for the block of @step now; "" where that is not known. */
void walk_ask_kernel(const struct walk *walk, struct step *step);
void walk_done(struct walk *walk);
