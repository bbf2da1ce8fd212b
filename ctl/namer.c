/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine of one block. */
#include "namer.h"

#include <errno.h>
#include <string.h>

#include "boot_memory.h"
#include "iomem.h"
#include "paths.h"
#include "snapshot.h"

int namer_open(const struct sysfs *fs, struct namer *ret)
{
	struct namer namer = { .fs = fs, .machine = machine_read(fs) };
	int r = snapshot_read_block_size(fs, &namer.block_size);

	if (r < 0)
		return r;
	/* Of boot memory there are hardly any events. */
	if (boot_memory_load(fs, &namer.boot) < 0)
		namer.boot = (struct ranges){ NULL, 0 };
	*ret = namer;
	return 0;
}

void namer_close(struct namer *namer)
{
	ranges_done(&namer->boot);
}

/* Others are named after a block, or an address, which says nothing more than the event does. */
static bool has_name(const struct group *group)
{
	return group_is_device(group) &&
	       (group->evidence == EVIDENCE_IOMEM || group->evidence == EVIDENCE_FIRMWARE);
}

static bool find_group(const struct namer *namer, struct block *block, const struct iomem *iomem,
		       char ret[static GROUP_NAME_MAX])
{
	_cleanup_(groups_done) struct groups groups = { NULL, 0 };

	if (groups_find(&groups, block, 1, namer->block_size, &namer->machine, iomem,
			&namer->boot) < 0 ||
	    groups.n == 0 || !has_name(&groups.g[0]))
		return false;
	memcpy(ret, groups.g[0].name, GROUP_NAME_MAX);
	return true;
}

bool namer_find(const struct namer *namer, uint64_t id, char ret[static GROUP_NAME_MAX])
{
	struct block block = { .id = id, .node = NODE_UNKNOWN };
	struct iomem iomem = { NULL, 0 };
	_cleanup_free_ char *text = NULL;
	bool is_found;
	size_t n;

	if (id > UINT64_MAX / namer->block_size - 1 ||
	    sysfs_read_file(namer->fs, &text, &n, PATH_IOMEM) < 0 ||
	    iomem_parse(&iomem, (struct str){ text, n }) < 0)
		return false;
	if (sysfs_read_link(namer->fs, block.firmware, sizeof(block.firmware),
			    PATH_MEMORY "/memory%llu/firmware_node", (unsigned long long)id) < 0)
		block.firmware[0] = '\0'; /* only DIMMs have one */
	is_found = find_group(namer, &block, &iomem, ret);
	iomem_done(&iomem);
	return is_found;
}
