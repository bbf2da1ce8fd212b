/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups of blocks, and what the rest of the machine knows of them. */
#include "devices.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "block_dir.h"
#include "chmem.h"
#include "paths.h"
#include "precedent.h"
#include "record.h"

void devices_done(struct devices *devices)
{
	free(devices->d);
	free(devices->of_group);
	*devices = (struct devices){ .d = NULL };
}

const char *device_state(const struct device *device)
{
	if (device->n_online == 0)
		return "offline";
	return device->n_online == device->n_blocks ? "online" : "partly";
}

const char *device_zone(const struct device *device)
{
	if (device->n_kernel > 0 && device->n_movable > 0)
		return "both";
	if (device->n_kernel > 0)
		return "kernel";
	return device->n_movable > 0 ? "movable" : NULL;
}

bool device_is_removable(const struct device *device)
{
	return device->n_pins == 0;
}

static struct range group_range(const struct view *view, const struct group *group)
{
	uint64_t size = view->snapshot.block_size;

	return (struct range){ group->first * size, group->last * size + (size - 1) };
}

/* What the verdict leaves to others, or all of it where memhp is not in force. */
static const char *find_owner(const struct view *view, const struct verdict *verdict)
{
	const char *why;

	if (verdict->zone == ZONE_LEAVE)
		return record_owner(verdict);
	switch (view_find_onliner(view, &why)) {
	case VIEW_ONLINER_MEMHP:
		return "memhp";
	case VIEW_ONLINER_KERNEL:
		return "kernel";
	case VIEW_ONLINER_OTHERS:
	case _VIEW_ONLINER_MAX:
		break;
	}
	return "administrator";
}

const char *device_find_owner(const struct view *view, const struct group *group,
			      const struct verdict *verdict, char ret_command[DEVICE_COMMAND_MAX])
{
	const char *owner = find_owner(view, verdict);
	struct range range = group_range(view, group);

	ret_command[0] = '\0';
	if (strcmp(owner, "daxctl") == 0 && str_starts(str_of(group->name), "dax"))
		(void)snprintf(ret_command, DEVICE_COMMAND_MAX, "daxctl online-memory %s",
			       group->name);
	else if (strcmp(owner, "memhp") == 0)
		(void)snprintf(ret_command, DEVICE_COMMAND_MAX, "memhpctl online %s", group->name);
	else if (strcmp(owner, "administrator") == 0 ||
		 (strcmp(owner, "kernel") == 0 && verdict->provider != PROVIDER_DLPAR))
		chmem_format(CHMEM_ENABLE, range, ret_command);
	return owner;
}

/* The record of an earlier decision. Of what is left alone the reason stands in the policy. */
static void read_record(const struct ctl *ctl, const struct group *group, struct device *device)
{
	_cleanup_free_ char *text = NULL;
	struct record record;

	if (record_read(&ctl->fs, group->name, &record, &text) < 0)
		return;
	(void)snprintf(device->reason, sizeof(device->reason), "%s", record.reason);
	if (record.outcome)
		(void)snprintf(device->outcome, sizeof(device->outcome), "%s", record.outcome);
	device->is_recorded = true;
}

static const struct namespace *find_beside(const struct namespaces *namespaces,
					   const struct group *group)
{
	const struct namespace *ns = namespaces_of_group(namespaces, group);

	return ns && ns->beside != SIZE_MAX ? &namespaces->n[ns->beside] : NULL;
}

/* @block: the first of the group's that is offline, or its first. */
static struct device describe(const struct ctl *ctl, const struct view *view,
			      const struct namespaces *namespaces, const struct block *block)
{
	const struct group *group = &view->snapshot.groups.g[block->group];
	struct verdict verdict = precedent_decide(&ctl->fs, &view->snapshot, &view->policy, block);
	struct device device = {
		.alias = group->alias,
		.provider = group->provider,
		.node = group->node,
		.has_node = block->has_node,
		.range = group_range(view, group),
		.n_blocks = group->n_blocks,
		.n_offline = group->offline,
		.n_kernel = group->kernel,
		.n_movable = group->movable,
		.verdict = verdict.zone,
		.beside = find_beside(namespaces, group),
	};

	(void)snprintf(device.name, sizeof(device.name), "%s", group->name);
	device.owner = device_find_owner(view, group, &verdict, device.command);
	if (group->offline == 0)
		device.command[0] = '\0';
	read_record(ctl, group, &device);
	if (!device.is_recorded && group->offline > 0)
		verdict_explain(&verdict, device.reason, sizeof(device.reason));
	return device;
}

/* Whether @next, which stands alone as @device does, is more of the same. */
static bool continues(const struct device *device, const struct device *next, uint64_t block_size)
{
	return next->range.start == device->range.end + 1 &&
	       next->range.end - next->range.start == block_size - 1 &&
	       device->provider == next->provider && device->node == next->node &&
	       device->has_node == next->has_node &&
	       (device->n_offline > 0) == (next->n_offline > 0) &&
	       (device->n_kernel > 0) == (next->n_kernel > 0) &&
	       (device->n_movable > 0) == (next->n_movable > 0) &&
	       device->verdict == next->verdict && device->is_recorded == next->is_recorded &&
	       strcmp(device->reason, next->reason) == 0 &&
	       strcmp(device->outcome, next->outcome) == 0;
}

/* Thousands of blocks of standby or balloon memory are not thousands of rows. */
static void join(struct device *device, const struct device *next, uint64_t block_size)
{
	device->range.end = next->range.end;
	device->n_blocks += next->n_blocks;
	device->n_offline += next->n_offline;
	device->n_kernel += next->n_kernel;
	device->n_movable += next->n_movable;
	(void)snprintf(device->name, sizeof(device->name), "memory%llu-memory%llu",
		       (unsigned long long)(device->range.start / block_size),
		       (unsigned long long)(device->range.end / block_size));
	/* One command for each block is no help; chmem takes the whole range. */
	if (device->command[0] && strcmp(device->owner, "memhp") == 0)
		(void)snprintf(device->command, sizeof(device->command), "memhpctl online");
	else if (device->command[0])
		chmem_format(CHMEM_ENABLE, device->range, device->command);
}

static int add_device(struct devices *devices, const struct view *view, const struct group *group,
		      const struct device *device, size_t *ret)
{
	struct device *last = devices->n > 0 ? &devices->d[devices->n - 1] : NULL;
	uint64_t block_size = view->snapshot.block_size;

	if (last && !group_is_device(group) && continues(last, device, block_size) &&
	    str_starts(str_of(last->name), "memory"))
		join(last, device, block_size);
	else if (ARRAY_APPEND(devices->d, devices->n, device) < 0)
		return -ENOMEM;
	*ret = devices->n - 1;
	return 0;
}

/* For each group the block that its verdict is asked for: the first that is offline. */
static const struct block **find_samples(const struct snapshot *snapshot)
{
	const struct block **samples =
		calloc(snapshot->groups.n ? snapshot->groups.n : 1, sizeof(*samples));

	for (size_t i = 0; samples && i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];
		const struct block **sample = &samples[block->group];

		if (!*sample ||
		    ((*sample)->state != BLOCK_OFFLINE && block->state == BLOCK_OFFLINE))
			*sample = block;
	}
	return samples;
}

static int add_groups(const struct ctl *ctl, const struct view *view,
		      const struct namespaces *namespaces, struct devices *devices)
{
	const struct snapshot *snapshot = &view->snapshot;
	_cleanup_free_ const struct block **samples = find_samples(snapshot);

	if (!samples)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		struct device device = describe(ctl, view, namespaces, samples[i]);
		int r = add_device(devices, view, &snapshot->groups.g[i], &device,
				   &devices->of_group[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Appends a run of blocks to the list of those that pin a device. */
static void add_pins(struct device *device, uint64_t first, uint64_t last)
{
	static const char more[] = ",...";
	size_t used = strlen(device->pins);
	char run[48];

	device->n_pins += last - first + 1;
	if (used > 0 && device->pins[used - 1] == '.')
		return;
	(void)snprintf(run, sizeof(run), first == last ? "%s%llu" : "%s%llu-%llu",
		       used > 0 ? "," : "memory", (unsigned long long)first,
		       (unsigned long long)last);
	(void)snprintf(device->pins + used, sizeof(device->pins) - used, "%s",
		       used + strlen(run) + sizeof(more) > sizeof(device->pins) ? more : run);
}

/* Pages of kernel zones may be anything, so nobody can promise to free them. */
static bool is_pin(const struct block *block)
{
	return block->state != BLOCK_OFFLINE && block->zone != BLOCK_ZONE_MOVABLE;
}

static void count_blocks(const struct snapshot *snapshot, struct devices *devices)
{
	const size_t *of_group = devices->of_group;

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];
		size_t device = of_group[block->group], end = i;

		devices->d[device].n_online += block->state == BLOCK_ONLINE;
		if (!is_pin(block) ||
		    (i > 0 && is_pin(block - 1) && block[-1].id + 1 == block->id &&
		     of_group[block[-1].group] == device))
			continue;
		while (end + 1 < snapshot->n_blocks && is_pin(&snapshot->blocks[end + 1]) &&
		       snapshot->blocks[end + 1].id == snapshot->blocks[end].id + 1 &&
		       of_group[snapshot->blocks[end + 1].group] == device)
			end++;
		add_pins(&devices->d[device], block->id, snapshot->blocks[end].id);
	}
}

static int read_spool(const struct ctl *ctl, const struct snapshot *snapshot,
		      struct devices *devices, bool is_retry)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	int r = block_dir_read(&ctl->fs, is_retry ? PATH_TAKEN : PATH_PENDING, &list);

	if (r == -EACCES)
		devices->hides_spool = true;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < list.n; i++) {
		const struct block *block = snapshot_find_block(snapshot, list.ids[i]);
		struct device *device = block ? &devices->d[devices->of_group[block->group]] : NULL;

		if (device && is_retry)
			device->n_retry++;
		else if (device)
			device->n_pending++;
	}
	return 0;
}

int devices_read(const struct ctl *ctl, const struct view *view,
		 const struct namespaces *namespaces, struct devices *ret)
{
	const struct snapshot *snapshot = &view->snapshot;
	size_t n = snapshot->groups.n ? snapshot->groups.n : 1;
	struct devices devices = { .of_group = calloc(n, sizeof(*devices.of_group)) };
	int r = devices.of_group ? add_groups(ctl, view, namespaces, &devices) : -ENOMEM;

	if (r == 0) {
		count_blocks(snapshot, &devices);
		r = read_spool(ctl, snapshot, &devices, false);
	}
	if (r == 0)
		r = read_spool(ctl, snapshot, &devices, true);
	if (r < 0) {
		devices_done(&devices);
		return r;
	}
	*ret = devices;
	return 0;
}
