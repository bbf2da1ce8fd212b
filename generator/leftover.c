/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A write of the kernel's own word a block; its policy sees its groups. */
#include "leftover.h"

#include <string.h>

#include "apply.h"
#include "kernel_onlining.h"
#include "log.h"
#include "snapshot.h"

struct outcome {
	uint64_t kernel, movable, online;
	uint64_t refused, first_refused;
	int error;
};

static void count(struct outcome *outcome, const struct applied *applied, uint64_t block)
{
	switch (applied->result) {
	case APPLY_GONE:
	case APPLY_FOREIGN: /* the kernel, which is as good */
		break;
	case APPLY_DONE:
		outcome->online++;
		outcome->kernel += applied->zone == BLOCK_ZONE_KERNEL;
		outcome->movable += applied->zone == BLOCK_ZONE_MOVABLE;
		break;
	case APPLY_RETRY:
	case APPLY_FAILED:
		if (outcome->refused++ > 0)
			break;
		outcome->first_refused = block;
		outcome->error = applied->error;
		break;
	}
}

static void report(const struct outcome *outcome, uint64_t block_size)
{
	if (outcome->online > 0)
		log_info("%llu MiB (%llu blocks) that were offline are online by the kernel's "
			 "policy, %llu movable, %llu in a kernel zone",
			 (unsigned long long)(outcome->online * (block_size >> 10) >> 10),
			 (unsigned long long)outcome->online, (unsigned long long)outcome->movable,
			 (unsigned long long)outcome->kernel);
	if (outcome->refused > 0)
		log_warning("%llu blocks stay offline, memory%llu the first: %s",
			    (unsigned long long)outcome->refused,
			    (unsigned long long)outcome->first_refused, strerror(-outcome->error));
}

static bool is_leftover(const struct snapshot *snapshot, const struct policy *policy,
			const struct block_list *except, const struct block *block)
{
	return block->state == BLOCK_OFFLINE && !block_list_has(except, block->id) &&
	       snapshot_decide(snapshot, policy, block).zone != ZONE_LEAVE;
}

int leftover_list(const struct sysfs *fs, struct block_list *ret)
{
	struct block_list list = { NULL, 0 };
	struct snapshot snapshot;
	int r = snapshot_read(fs, &snapshot);

	if (r < 0)
		return r;
	for (size_t i = 0; i < snapshot.n_blocks && r == 0; i++)
		if (snapshot.blocks[i].state == BLOCK_OFFLINE)
			r = block_list_add(&list, snapshot.blocks[i].id);
	snapshot_done(&snapshot);
	if (r < 0)
		block_list_done(&list);
	else
		*ret = list;
	return r;
}

int leftover_online(const struct sysfs *fs, const struct policy *policy,
		    const struct block_list *except)
{
	struct outcome outcome = { .online = 0 };
	struct snapshot snapshot;
	enum zone zone;
	int r;

	if (!kernel_onlining_find_zone(fs, &zone))
		return 0;
	r = snapshot_read(fs, &snapshot);
	if (r < 0) {
		log_error("cannot read what is known of memory: %s", strerror(-r));
		return r;
	}
	for (size_t i = 0; i < snapshot.n_blocks; i++) {
		const struct block *block = &snapshot.blocks[i];
		struct applied applied;

		if (!is_leftover(&snapshot, policy, except, block))
			continue;
		applied = apply_online(fs, block->id, zone);
		count(&outcome, &applied, block->id);
	}
	report(&outcome, snapshot.block_size);
	snapshot_done(&snapshot);
	return 0;
}
