/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first word of valid_zones. */
#include "kernel_zone.h"

#include <string.h>

#include "paths.h"

/*
 * Until 6.17 a block has its node only some time after it has appeared, and valid_zones looks at
 * the zones of node -1 before (drivers/base/memory.c, valid_zones_show()). The link to the node is
 * made when node and group are set.
 */
static bool is_safe(const struct sysfs *fs, const struct machine *machine,
		    const struct block *block)
{
	unsigned long long id = block->id;

	if (machine_is_kernel(machine, 6, 18))
		return true;
	if (sysfs_exists(fs, PATH_PENDING "/memory%llu", id) ||
	    sysfs_exists(fs, PATH_TAKEN "/memory%llu", id) ||
	    sysfs_exists(fs, PATH_HELD "/memory%llu", id))
		return false;
	/* Without NUMA there are no links, and one node. */
	return sysfs_exists(fs, PATH_MEMORY "/memory%llu/node%u", id, block->node) ||
	       !sysfs_exists(fs, PATH_NODE);
}

void kernel_zone_read(const struct sysfs *fs, const struct machine *machine,
		      const struct block *block, char ret[static KERNEL_ZONE_MAX])
{
	struct str rest, word = { NULL, 0 };
	char text[64];

	ret[0] = '\0';
	if (!block->has_node || !is_safe(fs, machine, block) ||
	    sysfs_read(fs, text, sizeof(text), PATH_MEMORY "/memory%llu/valid_zones",
		       (unsigned long long)block->id) < 0)
		return; /* gone, or a kernel that does not tell */
	rest = str_of(text);
	if (str_next_word(&rest, &word) && word.n < KERNEL_ZONE_MAX && !str_eq(word, "none"))
		(void)snprintf(ret, KERNEL_ZONE_MAX, "%.*s", STR_ARG(word));
}

void kernel_zone_read_policy(const struct sysfs *fs, char ret[static KERNEL_ZONE_MAX])
{
	if (sysfs_read(fs, ret, KERNEL_ZONE_MAX, PATH_ONLINE_POLICY) < 0)
		ret[0] = '\0';
}
