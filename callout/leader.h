/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one callout that works while all others leave: takes what is pending, decides group by group,
 * and onlines.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "block_list.h"
#include "macro.h"
#include "policy.h"
#include "spool.h"
#include "sysfs.h"

#define LEADER_NO_BLOCK UINT64_MAX

struct leader {
	const struct sysfs *fs;
	const struct policy *policy;
	struct spool *spool;
	uint64_t own_block; /* whose event this process serves, or LEADER_NO_BLOCK */
	uint64_t budget_ms; /* after that the rest is left to the sweep; UINT64_MAX: no limit */
	uint64_t try;	    /* of the sweep, from 1; 0: an event */
	/* Blocks, ascending, that were refused in the try before: to be refused again is no news */
	const struct block_list *known;
	bool gives_up; /* on those of them that are refused once more */
	/* Result: blocks that stay pending, refused for a reason that may pass, or out of time */
	uint64_t left;
	struct block_list refused; /* those that were, ascending */
	uint64_t given_up;	   /* blocks that were refused for good, or too often */
	char cause[256];	   /* of the first device that was refused something; "": of none */
	/* With an error: what could not be done with the spool; NULL: the machine was not read */
	const char *failed;
};

/* What a leader has found; what it was given stays. */
void leader_done(struct leader *leader);

/*
 * With the lock held: until nothing is pending. 0 (see .left), or -errno when the machine or the
 * spool could not be read (see .failed).
 */
_must_check_ int leader_run(struct leader *leader);

/*
 * Once, without a look at the spool: these blocks, ascending, and the rest of their static groups.
 * As leader_run().
 */
_must_check_ int leader_run_blocks(struct leader *leader, const struct block_list *blocks);

/* Without lock and spool, for a /run that cannot be written: the group of this one block. */
_must_check_ int leader_run_alone(struct leader *leader, uint64_t block);
