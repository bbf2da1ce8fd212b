/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes of a dax device that can be read while kmem is at work on it (drivers/dax/bus.c):
 * start and end of its mappings would wait for that.
 */
#include "dax.h"

#include <string.h>

#include "paths.h"

static const char *const state_names[] = {
	[DAX_STATE_NONE] = NULL,
	[DAX_STATE_OFFLINE] = "offline",
	[DAX_STATE_ONLINE] = "online",
	[DAX_STATE_ONLINE_KERNEL] = "online_kernel",
	[DAX_STATE_ONLINE_MOVABLE] = "online_movable",
	[DAX_STATE_UNPLUGGED] = "unplugged",
	[DAX_STATE_OTHER] = "unknown",
};

const char *dax_state_name(enum dax_state state)
{
	return state_names[state];
}

static enum dax_state parse_state(const char *text)
{
	for (size_t i = DAX_STATE_NONE + 1; i < DAX_STATE_OTHER; i++)
		if (strcmp(text, state_names[i]) == 0)
			return (enum dax_state)i;
	return DAX_STATE_OTHER;
}

struct dax dax_read(const struct sysfs *fs, const struct group *group)
{
	struct dax dax = { .size = 0, .state = DAX_STATE_NONE };
	char text[32];
	uint64_t size;

	if (group->provider != PROVIDER_CXL && group->provider != PROVIDER_DAX)
		return dax;
	if (sysfs_read_u64(fs, 10, &size, PATH_DAX_DEVICES "/%s/size", group->name) == 0)
		dax.size = size;
	if (sysfs_read(fs, text, sizeof(text), PATH_DAX_DEVICES "/%s/state", group->name) == 0)
		dax.state = parse_state(text);
	return dax;
}

/* The outermost entries of this name are what kmem, or the driver of the device, has reserved. */
static bool is_range_of(const struct iomem *iomem, const struct iomem_entry *entry,
			const char *name)
{
	const struct iomem_entry *parent = iomem_parent(iomem, entry);

	return str_eq(entry->name, name) && (!parent || !str_eq(parent->name, name));
}

bool dax_is_complete(const struct dax *dax, const struct group *group, const struct iomem *iomem,
		     uint64_t block_size)
{
	uint64_t blocks = 0, bytes = 0, n_ranges = 0;

	if (dax->state == DAX_STATE_UNPLUGGED)
		return false;
	if (dax->size == 0)
		return true;
	for (size_t i = 0; i < iomem->n; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];
		uint64_t first, end;

		if (!is_range_of(iomem, entry, group->name))
			continue;
		first = entry->start / block_size + (entry->start % block_size != 0);
		end = entry->end / block_size + (entry->end % block_size == block_size - 1);
		blocks += end > first ? end - first : 0;
		bytes += entry->end - entry->start + 1;
		n_ranges++;
	}
	if (n_ranges == 0)
		return true;
	/* Less than a block may be missing at either end of each range. */
	return group->n_blocks >= blocks &&
	       (bytes >= dax->size || (dax->size - bytes) / (2 * block_size) < n_ranges);
}
