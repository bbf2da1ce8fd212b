/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A write of "online" a block; the kernel's policy sees its groups. */
#include "leftover.h"

#include <string.h>

#include "apply.h"
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

int leftover_online(const struct sysfs *fs, const struct policy *policy)
{
	struct outcome outcome = { .online = 0 };
	struct snapshot snapshot;
	int r = snapshot_read(fs, &snapshot);

	if (r < 0) {
		log_error("cannot read what is known of memory: %s", strerror(-r));
		return r;
	}
	for (size_t i = 0; i < snapshot.n_blocks; i++) {
		const struct block *block = &snapshot.blocks[i];
		struct applied applied;

		if (block->state != BLOCK_OFFLINE ||
		    snapshot_decide(&snapshot, policy, block).zone == ZONE_LEAVE)
			continue;
		applied = apply_online(fs, block->id, ZONE_ONLINE);
		count(&outcome, &applied, block->id);
	}
	report(&outcome, snapshot.block_size);
	snapshot_done(&snapshot);
	return 0;
}
