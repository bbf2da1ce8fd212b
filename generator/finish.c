/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The callout's leader, for the last time. */
#include "finish.h"

#include <errno.h>
#include <string.h>

#include "leader.h"
#include "log.h"
#include "paths.h"

/* All of that within what the unit has, after it has waited for the lock. */
#define ROUNDS 3
#define ROUND_MS 20000
#define LOCK_WAIT_MS 5000

/* 0, with the lock, or -errno. */
static int run_leader(struct leader *leader)
{
	int r = leader_run(leader);

	/* It has given the lock back, and somebody may have taken it. */
	if (r == 0)
		r = spool_wait_lock_for(leader->spool, LOCK_WAIT_MS);
	if (r < 0)
		return r;
	return r == 0 ? -ETIMEDOUT : 0;
}

/* 1: names have come meanwhile; 0: no more can come; or -errno. */
static int close_spool(const struct sysfs *fs)
{
	int r = sysfs_rmdir(fs, PATH_PENDING);

	return r == -ENOTEMPTY || r == -EEXIST ? 1 : r;
}

void finish_waiting(const struct sysfs *fs, const struct policy *policy, struct spool *spool)
{
	_cleanup_(block_list_done) struct block_list refused = { NULL, 0 };
	uint64_t left = 0;
	int r = 1;

	for (unsigned i = 0; i < ROUNDS && r > 0; i++) {
		_cleanup_(leader_done) struct leader leader = {
			.fs = fs,
			.policy = policy,
			.spool = spool,
			.own_block = LEADER_NO_BLOCK,
			.budget_ms = ROUND_MS,
			.known = &refused,
			.gives_up = true,
		};

		r = run_leader(&leader);
		left = leader.left;
		/* What is refused is tried once more, and then given up. */
		if (r == 0)
			r = leader.refused.n > 0 ? 1 : close_spool(fs);
		block_list_done(&refused);
		refused = leader.refused;
		leader.refused = (struct block_list){ NULL, 0 };
	}
	if (r < 0)
		log_warning("cannot online all that waits: %s", strerror(-r));
	if (left > 0)
		log_warning("not all that waits could be onlined in time");
}
