/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One look at the groups of the machine. */
#include "earlier.h"

#include <errno.h>
#include <string.h>

#include "kernel_onlining.h"
#include "log.h"
#include "paths.h"
#include "snapshot.h"

#define PREVENTION "; memhp_default_state=offline on the kernel command line prevents that"

/* What came online of one device, or of all that is of no device of one provider. */
struct amount {
	uint64_t kernel, movable, online;
};

static void report(const char *name, const struct amount *amount, uint64_t block_size,
		   const char *advice)
{
	if (amount->online == 0)
		return;
	log_info("%s: %llu MiB (%llu blocks) online before memhp started, %llu movable, %llu in a "
		 "kernel zone%s",
		 name, (unsigned long long)(amount->online * (block_size >> 10) >> 10),
		 (unsigned long long)amount->online, (unsigned long long)amount->movable,
		 (unsigned long long)amount->kernel, advice);
}

/* Adds up what is online but for what memhp has on record, which it has met or onlined itself. */
static void add_up(const struct sysfs *fs, const struct snapshot *snapshot, struct amount *devices,
		   struct amount alone[static _PROVIDER_MAX])
{
	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];
		const struct group *group = &snapshot->groups.g[block->group];
		struct amount *amount = group_is_device(group) ? &devices[block->group] :
								 &alone[group->provider];

		if (block->state == BLOCK_OFFLINE ||
		    sysfs_exists(fs, PATH_BLOCKS "/memory%llu", (unsigned long long)block->id))
			continue;
		amount->online++;
		amount->kernel += block->zone == BLOCK_ZONE_KERNEL;
		amount->movable += block->zone == BLOCK_ZONE_MOVABLE;
	}
}

static int report_groups(const struct sysfs *fs, const struct snapshot *snapshot,
			 const char *advice)
{
	_cleanup_free_ struct amount *devices = calloc(snapshot->groups.n + 1, sizeof(*devices));
	struct amount alone[_PROVIDER_MAX] = { { 0, 0, 0 } };
	char name[GROUP_NAME_MAX + 64];

	if (!devices)
		return -ENOMEM;
	add_up(fs, snapshot, devices, alone);
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];

		(void)snprintf(name, sizeof(name), "%s (%s, node %u)", group->name,
			       provider_name(group->provider), group->node);
		report(name, &devices[i], snapshot->block_size, advice);
	}
	for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
		/* Its driver onlines that, whoever else does. */
		if (provider == PROVIDER_DLPAR)
			continue;
		(void)snprintf(name, sizeof(name), "%s memory",
			       provider_name((enum provider)provider));
		report(name, &alone[provider], snapshot->block_size, advice);
	}
	return 0;
}

void earlier_report(const struct sysfs *fs)
{
	struct snapshot snapshot;
	enum zone zone;
	/* Else it was rules of somebody, or a person. */
	bool is_kernel = kernel_onlining_find_zone(fs, &zone);
	int r = snapshot_read(fs, &snapshot);

	if (r == 0) {
		r = report_groups(fs, &snapshot, is_kernel ? PREVENTION : "");
		snapshot_done(&snapshot);
	}
	if (r < 0)
		log_warning("cannot tell what is online already: %s", strerror(-r));
}
