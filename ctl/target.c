/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of devices and of blocks. */
#include "target.h"

#include <string.h>

#include "parse.h"

static const struct group *find_device(const struct snapshot *snapshot, const char *name)
{
	/* No alias is an empty one. */
	for (size_t i = 0; name[0] && i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];

		if (strcmp(group->name, name) == 0 || strcmp(group->alias, name) == 0)
			return group;
	}
	return NULL;
}

bool target_find(const struct snapshot *snapshot, const char *name, struct target *ret)
{
	struct target target = { .group = find_device(snapshot, name) };

	if (!target.group && parse_block_range(str_of(name), &target.first, &target.last) < 0)
		return false;
	*ret = target;
	return true;
}

bool target_has(const struct target *target, const struct snapshot *snapshot,
		const struct block *block)
{
	if (target->group)
		return &snapshot->groups.g[block->group] == target->group;
	return block->id >= target->first && block->id <= target->last;
}
