/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of a group, or else its blocks, against a verdict. */
#include "precedent.h"

#include <string.h>

static bool is_ours(const struct record *record, const char *zone)
{
	return record && strcmp(record->owner, "memhp") == 0 && strcmp(record->zone, zone) == 0;
}

static struct verdict settle_for(struct verdict verdict, enum zone zone,
				 const struct group_facts *facts)
{
	if (verdict.zone == zone)
		return verdict;
	verdict.zone = zone;
	verdict.reason = zone == ZONE_MOVABLE ? REASON_GROUP_IN_MOVABLE : REASON_GROUP_IN_KERNEL;
	verdict.override = NULL;
	verdict.sum = (struct sum){ 0, 0, 0 };
	verdict.share = (struct share){
		.part = zone == ZONE_MOVABLE ? facts->movable_pages : facts->kernel_pages,
		.whole = facts->max_pages,
	};
	return verdict;
}

struct verdict precedent_apply(struct verdict verdict, const struct group *group,
			       const struct group_facts *facts, const struct record *record,
			       enum dax_state dax)
{
	if (group->is_dynamic || !group_is_device(group) || verdict.zone == ZONE_LEAVE ||
	    verdict.zone == ZONE_ONLINE)
		return verdict;
	if (dax == DAX_STATE_ONLINE_KERNEL)
		return settle_for(verdict, ZONE_KERNEL, facts);
	if (dax == DAX_STATE_ONLINE_MOVABLE)
		return settle_for(verdict, ZONE_MOVABLE, facts);
	if (is_ours(record, "kernel") && group->kernel > 0)
		return settle_for(verdict, ZONE_KERNEL, facts);
	if (is_ours(record, "movable") && group->movable > 0)
		return settle_for(verdict, ZONE_MOVABLE, facts);
	if (verdict.reason == REASON_FIXED)
		return verdict;
	if (group->movable > 0 && group->kernel == 0)
		return settle_for(verdict, ZONE_MOVABLE, facts);
	if (group->kernel > 0 && group->movable == 0)
		return settle_for(verdict, ZONE_KERNEL, facts);
	return verdict;
}

void precedent_done(struct precedent *precedent)
{
	free(precedent->text);
	*precedent = (struct precedent){ .group = NULL };
}

static void read_group(const struct sysfs *fs, struct precedent *precedent,
		       const struct group *group)
{
	precedent_done(precedent);
	precedent->group = group;
	precedent->dax = dax_read(fs, group).state;
	/* One that is missing or damaged says nothing. */
	if (record_read(fs, group->name, &precedent->record, &precedent->text) < 0)
		precedent->text = NULL;
}

struct verdict precedent_follow(const struct sysfs *fs, struct precedent *precedent,
				const struct snapshot *snapshot, const struct policy *policy,
				const struct block *block)
{
	const struct group *group = &snapshot->groups.g[block->group];
	struct verdict verdict = snapshot_decide(snapshot, policy, block);

	/* Nothing binds what is judged block by block: what that was need not be read. */
	if (group->is_dynamic || !group_is_device(group))
		return verdict;
	if (precedent->group != group)
		read_group(fs, precedent, group);
	return precedent_apply(verdict, group, &snapshot->group_facts[block->group],
			       precedent->text ? &precedent->record : NULL, precedent->dax);
}

struct verdict precedent_decide(const struct sysfs *fs, const struct snapshot *snapshot,
				const struct policy *policy, const struct block *block)
{
	_cleanup_(precedent_done) struct precedent precedent = { .group = NULL };

	return precedent_follow(fs, &precedent, snapshot, policy, block);
}
