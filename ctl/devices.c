/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups of blocks, and what the rest of the machine knows of them. */
#include "devices.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "block_dir.h"
#include "chmem.h"
#include "paths.h"
#include "text.h"
#include "walk.h"

#define N_ZONES (ZONE_LEAVE + 1)

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
	device->progress = record.state;
	device->try = record.try;
	device->is_recorded = true;
}

static const struct namespace *find_beside(const struct namespaces *namespaces,
					   const struct group *group)
{
	const struct namespace *ns = namespaces_of_group(namespaces, group);

	return ns && ns->beside != SIZE_MAX ? &namespaces->n[ns->beside] : NULL;
}

/* All that is asked of, and what would be done with it. */
struct survey {
	const struct ctl *ctl;
	const struct view *view;
	const struct namespaces *namespaces;
	struct walk walk;
	size_t *first_step; /* of each group, counted from 1; 0: it has none */
};

static void survey_done(struct survey *survey)
{
	walk_done(&survey->walk);
	free(survey->first_step);
}

/* Walks through all that waits. The snapshot is as before then. */
static int look_ahead(struct survey *survey, struct view *view)
{
	struct walk *walk = &survey->walk;
	size_t n = view->snapshot.groups.n;
	int r;

	survey->first_step = calloc(n ? n : 1, sizeof(*survey->first_step));
	if (!survey->first_step)
		return -ENOMEM;
	*walk = (struct walk){
		.fs = &survey->ctl->fs,
		.snapshot = &view->snapshot,
		.policy = &view->policy,
	};
	r = walk_offline(walk);
	if (r < 0)
		return r;
	walk_rewind(walk, 0);
	for (size_t i = walk->n; i > 0; i--)
		survey->first_step[walk->steps[i - 1].group] = i;
	return 0;
}

/* Of sums that differ the last one is told: it has all of them. */
static void tell_reasons(const size_t n[static N_ZONES],
			 const struct verdict *const last[static N_ZONES], char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (enum zone zone = 0; zone <= ZONE_LEAVE; zone++) {
		char reason[DEVICE_REASON_MAX];

		if (n[zone] == 0 || used >= size)
			continue;
		verdict_explain(last[zone], reason, sizeof(reason));
		used += (size_t)snprintf(ret + used, size - used, "%s%zu %s: %s",
					 used > 0 ? "; " : "", n[zone], zone_name(zone), reason);
	}
}

/* What waits of a group: the verdict on it, and who is to online it. */
static void tell_verdict(const struct survey *survey, size_t index, struct device *device)
{
	const struct walk *walk = &survey->walk;
	const struct group *group = &survey->view->snapshot.groups.g[index];
	const struct verdict *first, *last[N_ZONES] = { NULL };
	size_t n[N_ZONES] = { 0 }, i = survey->first_step[index];

	if (i == 0)
		return;
	first = &walk->steps[i - 1].verdict;
	for (i--; i < walk->n && walk->steps[i].group == index; i++) {
		const struct verdict *verdict = &walk->steps[i].verdict;

		n[verdict->zone]++;
		last[verdict->zone] = verdict;
	}
	device->owner = device_find_owner(survey->view, group, first, device->command);
	device->verdict = n[first->zone] == group->offline ? zone_name(first->zone) : "mixed";
	if (device->is_recorded)
		return;
	if (n[first->zone] == group->offline)
		verdict_explain(last[first->zone], device->reason, sizeof(device->reason));
	else
		tell_reasons(n, last, device->reason, sizeof(device->reason));
}

/* For memory that is online, too. */
static bool is_left(const struct view *view, const struct group *group)
{
	const struct block *block = snapshot_find_block(&view->snapshot, group->first);

	return block && snapshot_decide(&view->snapshot, &view->policy, block).zone == ZONE_LEAVE;
}

static struct device describe(const struct survey *survey, size_t index)
{
	const struct group *group = &survey->view->snapshot.groups.g[index];
	struct device device = {
		.alias = group->alias,
		.provider = group->provider,
		.node = group->node,
		.has_node = group->node != NODE_UNKNOWN,
		.range = group_range(survey->view, group),
		.n_blocks = group->n_blocks,
		.n_offline = group->offline,
		.n_kernel = group->kernel,
		.n_movable = group->movable,
		.verdict = "",
		.is_left = is_left(survey->view, group),
		.owner = "",
		.beside = find_beside(survey->namespaces, group),
	};

	(void)snprintf(device.name, sizeof(device.name), "%s", group->name);
	read_record(survey->ctl, group, &device);
	tell_verdict(survey, index, &device);
	return device;
}

/* Whether they differ in their sums at most: "fits ratio: M 0M + 128M <= 6164M". */
static bool is_same_reason(const char *a, const char *b)
{
	size_t n = strcspn(a, ":");

	return n == strcspn(b, ":") && strncmp(a, b, n) == 0;
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
	       strcmp(device->verdict, next->verdict) == 0 && device->is_left == next->is_left &&
	       device->is_recorded == next->is_recorded &&
	       is_same_reason(device->reason, next->reason) &&
	       device->progress == next->progress && device->try == next->try &&
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
	memcpy(device->reason, next->reason, sizeof(device->reason));
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

static int add_groups(const struct survey *survey, struct devices *devices)
{
	const struct snapshot *snapshot = &survey->view->snapshot;
	int r = 0;

	for (size_t i = 0; r == 0 && i < snapshot->groups.n; i++) {
		struct device device = describe(survey, i);

		r = add_device(devices, survey->view, &snapshot->groups.g[i], &device,
			       &devices->of_group[i]);
	}
	return r;
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
		devices->d[device].n_pins += snapshot->blocks[end].id - block->id + 1;
		text_add_run(devices->d[device].pins, sizeof(devices->d[device].pins), block->id,
			     snapshot->blocks[end].id);
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

int devices_read(const struct ctl *ctl, struct view *view, const struct namespaces *namespaces,
		 struct devices *ret)
{
	_cleanup_(survey_done) struct survey survey = {
		.ctl = ctl,
		.view = view,
		.namespaces = namespaces,
	};
	size_t n = view->snapshot.groups.n ? view->snapshot.groups.n : 1;
	struct devices devices = { .of_group = calloc(n, sizeof(*devices.of_group)) };
	int r = devices.of_group ? look_ahead(&survey, view) : -ENOMEM;

	if (r == 0)
		r = add_groups(&survey, &devices);
	if (r == 0) {
		count_blocks(&view->snapshot, &devices);
		r = read_spool(ctl, &view->snapshot, &devices, false);
	}
	if (r == 0)
		r = read_spool(ctl, &view->snapshot, &devices, true);
	if (r < 0) {
		devices_done(&devices);
		return r;
	}
	*ret = devices;
	return 0;
}
