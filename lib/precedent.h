/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was decided for a device binds what comes later: a static group is decided once, though its
 * blocks may come one range after the other, with somebody else's memory in between. decide() knows
 * nothing of that: it answers as the kernel would, which splits such a group.
 */
#pragma once

#include "dax.h"
#include "decide.h"
#include "policy.h"
#include "record.h"
#include "snapshot.h"
#include "sysfs.h"

/*
 * @verdict, or the zone that the next blocks of @group, a static one, have to follow: the one that
 * was written to the dax device's own @dax; the one of @record (NULL: there is none), while a block
 * is online in it; else, with Zone=auto, the only one that its online blocks are in. @facts are the
 * group's, for its reason. Pure.
 */
struct verdict precedent_apply(struct verdict verdict, const struct group *group,
			       const struct group_facts *facts, const struct record *record,
			       enum dax_state dax);

/* snapshot_decide(), with what was decided before for the block's group. */
struct verdict precedent_decide(const struct sysfs *fs, const struct snapshot *snapshot,
				const struct policy *policy, const struct block *block);

/* What was decided before for one group. */
struct precedent {
	const struct group *group; /* NULL: nothing has been read */
	struct record record;
	char *text; /* of the record; NULL: there is none that can be read */
	enum dax_state dax;
};

void precedent_done(struct precedent *precedent);

/*
 * precedent_decide() for one block after the other: @precedent, {} at first, keeps what was read, so
 * that neighbours in a group share it.
 */
struct verdict precedent_follow(const struct sysfs *fs, struct precedent *precedent,
				const struct snapshot *snapshot, const struct policy *policy,
				const struct block *block);
