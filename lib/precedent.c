/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of a group, or else its blocks, against a verdict. */
#include "precedent.h"

#include <string.h>

static bool is_ours(const struct record *record, const char *zone)
{
	return record && strcmp(record->owner, "memhp") == 0 && strcmp(record->zone, zone) == 0;
}

static struct verdict settle_for(struct verdict verdict, enum zone zone)
{
	if (verdict.zone == zone)
		return verdict;
	verdict.zone = zone;
	verdict.reason = zone == ZONE_MOVABLE ? REASON_GROUP_IN_MOVABLE : REASON_GROUP_IN_KERNEL;
	verdict.override = NULL;
	return verdict;
}

struct verdict precedent_apply(struct verdict verdict, const struct group *group,
			       const struct record *record, enum dax_state dax)
{
	if (group->is_dynamic || !group_is_device(group) || verdict.zone == ZONE_LEAVE ||
	    verdict.zone == ZONE_ONLINE)
		return verdict;
	if (dax == DAX_STATE_ONLINE_KERNEL)
		return settle_for(verdict, ZONE_KERNEL);
	if (dax == DAX_STATE_ONLINE_MOVABLE)
		return settle_for(verdict, ZONE_MOVABLE);
	if (is_ours(record, "kernel") && group->kernel > 0)
		return settle_for(verdict, ZONE_KERNEL);
	if (is_ours(record, "movable") && group->movable > 0)
		return settle_for(verdict, ZONE_MOVABLE);
	if (verdict.reason == REASON_FIXED)
		return verdict;
	if (group->movable > 0 && group->kernel == 0)
		return settle_for(verdict, ZONE_MOVABLE);
	if (group->kernel > 0 && group->movable == 0)
		return settle_for(verdict, ZONE_KERNEL);
	return verdict;
}

struct verdict precedent_decide(const struct sysfs *fs, const struct snapshot *snapshot,
				const struct policy *policy, const struct block *block)
{
	const struct group *group = &snapshot->groups.g[block->group];
	struct verdict verdict = snapshot_decide(snapshot, policy, block);
	_cleanup_free_ char *text = NULL;
	struct record record;
	int r;

	if (group->is_dynamic)
		return verdict;
	/* One that is missing or damaged says nothing. */
	r = record_read(fs, group->name, &record, &text);
	return precedent_apply(verdict, group, r == 0 ? &record : NULL, dax_read(fs, group).state);
}
