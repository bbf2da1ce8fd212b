/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl status: who onlines memory, what the zones hold, and each device. */
#include <stdarg.h>
#include <string.h>

#include "ctl.h"
#include "devices.h"
#include "headroom.h"
#include "log.h"
#include "namespaces.h"
#include "nodes.h"
#include "paths.h"
#include "table.h"
#include "terminal.h"
#include "text.h"
#include "usage.h"
#include "view.h"

struct status {
	const struct ctl *ctl;
	struct view view;
	struct namespaces namespaces;
	struct devices devices;
	struct nodes nodes;
};

/* -- policy */

enum {
	POLICY_IN_FORCE,
	POLICY_ONLINER,
	POLICY_RATIO,
	POLICY_NUMA_AWARE,
	POLICY_AUTO_ONLINE,
	POLICY_BLOCK_SIZE,
	POLICY_ORIGIN,
	POLICY_WHY,
	POLICY_MEMORY_ONLY,
	POLICY_SELF_HOSTED,
	POLICY_CREDIT,
	POLICY_RESERVE,
	POLICY_KERNEL_POLICY,
	POLICY_EARLY,
	POLICY_KERNEL,
	POLICY_MOVABLE,
	POLICY_CMA,
	POLICY_RATIO_NOW,
	POLICY_HEADROOM,
};

static const struct column policy_columns[] = {
	[POLICY_IN_FORCE] = { "IN-FORCE", COLUMN_BOOLEAN,
			      .help = "whether memhp has put a policy into force" },
	[POLICY_ONLINER] = { "ONLINER", COLUMN_TEXT,
			     .help = "who onlines new memory: memhp, kernel or others" },
	[POLICY_RATIO] = { "RATIO", COLUMN_PERCENT, .help = "MovableRatio=" },
	[POLICY_NUMA_AWARE] = { "NUMA-AWARE", COLUMN_BOOLEAN, .help = "NumaAware=" },
	[POLICY_AUTO_ONLINE] = { "AUTO-ONLINE", COLUMN_TEXT,
				 .help = "the kernel's auto_online_blocks" },
	[POLICY_BLOCK_SIZE] = { "BLOCK-SIZE", COLUMN_SIZE, .help = "of a memory block" },
	[POLICY_ORIGIN] = { "ORIGIN", COLUMN_TEXT, .help = "the files that the policy is from" },
	[POLICY_WHY] = { "WHY", COLUMN_TEXT, .is_extra = true, .help = "why it is that ONLINER" },
	[POLICY_MEMORY_ONLY] = { "MEMORY-ONLY-NODES", COLUMN_TEXT, .is_extra = true,
				 .help = "MemoryOnlyNodes=" },
	[POLICY_SELF_HOSTED] = { "SELF-HOSTED-MEMMAP", COLUMN_TEXT, .is_extra = true,
				 .help = "SelfHostedMemmap=" },
	[POLICY_CREDIT] = { "KERNEL-CREDIT", COLUMN_TEXT, .is_extra = true,
			    .help = "KernelCredit=" },
	[POLICY_RESERVE] = { "KERNEL-RESERVE", COLUMN_SIZE, .is_extra = true,
			     .help = "KernelReserve=" },
	[POLICY_KERNEL_POLICY] = { "KERNEL-POLICY", COLUMN_TEXT, .is_extra = true,
				   .help = "the kernel's online_policy" },
	[POLICY_EARLY] = { "EARLY", COLUMN_SIZE, .is_extra = true,
			   .help = "boot memory in kernel zones, of all nodes" },
	[POLICY_KERNEL] = { "KERNEL", COLUMN_SIZE, .is_extra = true,
			    .help = "hot-plugged memory in kernel zones, of all nodes" },
	[POLICY_MOVABLE] = { "MOVABLE", COLUMN_SIZE, .is_extra = true,
			     .help = "memory in ZONE_MOVABLE, of all nodes" },
	[POLICY_CMA] = { "CMA", COLUMN_SIZE, .is_extra = true,
			 .help = "memory that is kept for CMA, of all nodes" },
	[POLICY_RATIO_NOW] = { "RATIO-NOW", COLUMN_PERCENT, .is_extra = true,
			       .help = "movable memory and CMA in percent of EARLY" },
	[POLICY_HEADROOM] = { "HEADROOM", COLUMN_SIZE, .is_extra = true,
			      .help = "of the best node" },
};

static void fill_policy_sums(const struct status *status, struct table *table)
{
	const struct node_row *all = &status->nodes.all;

	table_number(table, POLICY_EARLY, all->early);
	table_number(table, POLICY_KERNEL, all->kernel);
	table_number(table, POLICY_MOVABLE, all->movable);
	table_number(table, POLICY_CMA, all->cma);
	if (all->has_ratio)
		table_number(table, POLICY_RATIO_NOW, all->ratio);
	if (all->headroom != HEADROOM_UNLIMITED)
		table_number(table, POLICY_HEADROOM, all->headroom);
}

static void fill_policy(const struct status *status, struct table *table)
{
	const struct view *view = &status->view;
	const struct policy *policy = &view->policy;
	const char *why;
	char text[64];

	table_row(table);
	table_number(table, POLICY_IN_FORCE, view->is_in_force);
	table_text(table, POLICY_ONLINER, "%s", view_onliner_name(view_find_onliner(view, &why)));
	table_text(table, POLICY_WHY, "%s", why);
	table_number(table, POLICY_RATIO, policy->movable_ratio);
	table_number(table, POLICY_NUMA_AWARE, policy->numa_aware);
	table_text(table, POLICY_MEMORY_ONLY, "%s",
		   policy->memory_only_nodes == MEMORY_ONLY_NODES_GLOBAL ? "global" : "kernel");
	table_text(table, POLICY_SELF_HOSTED, "%s",
		   policy->self_hosted_memmap == SELF_HOSTED_MEMMAP_COUNT ? "count" : "exempt");
	table_text(table, POLICY_CREDIT, "%s",
		   policy->kernel_credit == KERNEL_CREDIT_ALL ? "all" : "early");
	table_number(table, POLICY_RESERVE, policy->kernel_reserve);
	if (view->auto_online[0])
		table_text(table, POLICY_AUTO_ONLINE, "%s", view->auto_online);
	if (sysfs_read(&status->ctl->fs, text, sizeof(text), PATH_ONLINE_POLICY) == 0)
		table_text(table, POLICY_KERNEL_POLICY, "%s", text);
	table_number(table, POLICY_BLOCK_SIZE, view->snapshot.block_size);
	table_text(table, POLICY_ORIGIN, "%s", view->origin);
	fill_policy_sums(status, table);
}

/* -- nodes */

enum {
	NODE_NODE,
	NODE_EARLY,
	NODE_KERNEL,
	NODE_MOVABLE,
	NODE_CMA,
	NODE_OFFLINE,
	NODE_RATIO,
	NODE_ALLOWED,
	NODE_HEADROOM,
	NODE_BLOCKS,
	NODE_BOOT_OFFLINE,
};

static const struct column node_columns[] = {
	[NODE_NODE] = { "NODE", COLUMN_NUMBER, .help = "NUMA node" },
	[NODE_EARLY] = { "EARLY", COLUMN_SIZE, .help = "boot memory in kernel zones, less CMA" },
	[NODE_KERNEL] = { "KERNEL", COLUMN_SIZE, .help = "hot-plugged memory in kernel zones" },
	[NODE_MOVABLE] = { "MOVABLE", COLUMN_SIZE, .help = "memory in ZONE_MOVABLE" },
	[NODE_CMA] = { "CMA", COLUMN_SIZE, .help = "memory that is kept for CMA" },
	[NODE_OFFLINE] = { "OFFLINE", COLUMN_SIZE, .help = "memory that is offline" },
	[NODE_RATIO] = { "RATIO", COLUMN_PERCENT,
			 .help = "movable memory and CMA in percent of EARLY" },
	[NODE_ALLOWED] = { "ALLOWED", COLUMN_PERCENT, .help = "MovableRatio= of the policy" },
	[NODE_HEADROOM] = { "HEADROOM", COLUMN_SIZE,
			    .help = "the largest DIMM that would still be movable" },
	[NODE_BLOCKS] = { "HEADROOM-BLOCKS", COLUMN_NUMBER, .is_extra = true,
			  .help = "the same in blocks" },
	[NODE_BOOT_OFFLINE] = { "BOOT-OFFLINE", COLUMN_SIZE, .is_extra = true,
				.help = "boot memory that is offline, part of OFFLINE" },
};

static void fill_node(const struct status *status, struct table *table, const struct node_row *row)
{
	uint64_t block_size = status->view.snapshot.block_size;
	bool is_limited = row->headroom != HEADROOM_UNLIMITED;

	table_row(table);
	if (row == &status->nodes.all)
		table_text(table, NODE_NODE, "all");
	else
		table_number(table, NODE_NODE, row->node);
	table_number(table, NODE_EARLY, row->early);
	table_number(table, NODE_KERNEL, row->kernel);
	table_number(table, NODE_MOVABLE, row->movable);
	table_number(table, NODE_CMA, row->cma);
	table_number(table, NODE_OFFLINE, row->offline);
	table_number(table, NODE_BOOT_OFFLINE, row->boot_offline);
	if (row->has_ratio)
		table_number(table, NODE_RATIO, row->ratio);
	table_number(table, NODE_ALLOWED, status->view.policy.movable_ratio);
	if (is_limited) {
		table_number(table, NODE_HEADROOM, row->headroom);
		table_number(table, NODE_BLOCKS, row->headroom / block_size);
	} else if (status->ctl->format == CTL_TABLE) {
		table_text(table, NODE_HEADROOM, "no limit");
	}
	if (row->has_ratio && row->ratio > status->view.policy.movable_ratio)
		table_colour(table, NODE_RATIO, "red");
}

static void fill_nodes(const struct status *status, struct table *table)
{
	for (size_t i = 0; i < status->nodes.n; i++)
		fill_node(status, table, &status->nodes.rows[i]);
	/* For programs the sums stand in the row of the policy. */
	if (status->nodes.n > 1 && status->ctl->format == CTL_TABLE)
		fill_node(status, table, &status->nodes.all);
}

/* -- groups */

enum {
	GROUP_DEVICE,
	GROUP_PROVIDER,
	GROUP_NODE,
	GROUP_RANGE,
	GROUP_SIZE,
	GROUP_BLOCKS,
	GROUP_STATE,
	GROUP_ZONE,
	GROUP_REMOVABLE,
	GROUP_PINNED_BY,
	GROUP_OWNER,
	GROUP_COMMAND,
	GROUP_REASON,
	GROUP_ALIAS,
	GROUP_START,
	GROUP_END,
	GROUP_ONLINE,
	GROUP_OFFLINE,
	GROUP_RECORDED,
	GROUP_OUTCOME,
	GROUP_PROGRESS,
	GROUP_VERDICT,
	GROUP_PINS,
	GROUP_PENDING,
	GROUP_RETRY,
	GROUP_TRY,
	GROUP_BESIDE,
};

static const struct column group_columns[] = {
	[GROUP_DEVICE] = { "DEVICE", COLUMN_TEXT,
			   .help = "the device, or a range of blocks without one" },
	[GROUP_PROVIDER] = { "PROVIDER", COLUMN_TEXT, .help = "what adds the memory" },
	[GROUP_NODE] = { "NODE", COLUMN_NUMBER, .help = "NUMA node" },
	[GROUP_RANGE] = { "RANGE", COLUMN_TEXT, .help = "physical addresses", .wide = 3 },
	[GROUP_SIZE] = { "SIZE", COLUMN_SIZE, .help = "of all its blocks" },
	[GROUP_BLOCKS] = { "BLOCKS", COLUMN_NUMBER, .help = "how many it has", .wide = 5 },
	[GROUP_STATE] = { "STATE", COLUMN_TEXT,
			  .help = "online, offline, or how many blocks of it are online" },
	[GROUP_ZONE] = { "ZONE", COLUMN_TEXT,
			 .help = "where it is online: movable, kernel or both" },
	[GROUP_REMOVABLE] = { "REMOVABLE", COLUMN_BOOLEAN,
			      .help = "no: blocks in kernel zones pin it" },
	[GROUP_PINNED_BY] = { "PINNED-BY", COLUMN_TEXT, .help = "which blocks pin it", .wide = 1 },
	[GROUP_OWNER] = { "OWNER", COLUMN_TEXT, .help = "who is expected to online what is offline",
			  .wide = 4 },
	[GROUP_COMMAND] = { "COMMAND", COLUMN_TEXT, .help = "the command that onlines it",
			    .wide = 2 },
	[GROUP_REASON] = { "REASON", COLUMN_TEXT,
			   .help = "of the decision, or of the plan for what waits" },
	[GROUP_ALIAS] = { "ALIAS", COLUMN_TEXT, .is_extra = true,
			  .help = "another name of the device" },
	[GROUP_START] = { "START", COLUMN_NUMBER, .is_extra = true, .help = "the first of them" },
	[GROUP_END] = { "END", COLUMN_NUMBER, .is_extra = true, .help = "the last of them" },
	[GROUP_ONLINE] = { "ONLINE", COLUMN_NUMBER, .is_extra = true,
			   .help = "how many of them are online" },
	[GROUP_OFFLINE] = { "OFFLINE", COLUMN_NUMBER, .is_extra = true,
			    .help = "how many of them are offline" },
	[GROUP_RECORDED] = { "RECORDED", COLUMN_BOOLEAN, .is_extra = true,
			     .help = "whether REASON is that of a decision that was taken" },
	[GROUP_OUTCOME] = { "OUTCOME", COLUMN_TEXT, .is_extra = true, .help = "what came of it" },
	[GROUP_PROGRESS] = { "PROGRESS", COLUMN_TEXT, .is_extra = true,
			     .help = "MEMHP_STATE of its record: see memhp-callout(8)" },
	[GROUP_VERDICT] = { "VERDICT", COLUMN_TEXT, .is_extra = true,
			    .help = "the zone that is planned for what is offline" },
	[GROUP_PINS] = { "PINS", COLUMN_NUMBER, .is_extra = true,
			 .help = "how many blocks pin it" },
	[GROUP_PENDING] = { "PENDING", COLUMN_NUMBER, .is_extra = true,
			    .help = "blocks that wait for memhp" },
	[GROUP_RETRY] = { "RETRY", COLUMN_NUMBER, .is_extra = true,
			  .help = "blocks that are in work, or were refused before" },
	[GROUP_TRY] = { "TRY", COLUMN_NUMBER, .is_extra = true,
			.help = "the last try of the sweep" },
	[GROUP_BESIDE] = { "BESIDE", COLUMN_TEXT, .is_extra = true,
			   .help = "a namespace in the same region that holds data" },
};

/* A cell stays empty where there is nothing to say. */
static void fill_text(struct table *table, size_t column, const char *text)
{
	if (text && text[0])
		table_text(table, column, "%s", text);
}

static void colour_group(struct table *table, const struct device *device)
{
	const char *zone = device_zone(device);

	if (device->n_offline > 0)
		table_colour(table, GROUP_STATE, "yellow");
	if (zone && strcmp(zone, "movable") == 0)
		table_colour(table, GROUP_ZONE, "green");
	if (zone && strcmp(zone, "both") == 0)
		table_colour(table, GROUP_ZONE, "red");
	if (!device_is_removable(device))
		table_colour(table, GROUP_REMOVABLE, "red");
}

static void fill_group_extras(const struct status *status, struct table *table,
			      const struct device *device)
{
	fill_text(table, GROUP_ALIAS, device->alias);
	table_text(table, GROUP_RANGE, "0x%llx-0x%llx", (unsigned long long)device->range.start,
		   (unsigned long long)device->range.end);
	table_number(table, GROUP_START, device->range.start);
	table_number(table, GROUP_END, device->range.end);
	table_number(table, GROUP_BLOCKS, device->n_blocks);
	table_number(table, GROUP_ONLINE, device->n_online);
	table_number(table, GROUP_OFFLINE, device->n_offline);
	table_number(table, GROUP_RECORDED, device->is_recorded);
	fill_text(table, GROUP_OUTCOME, device->outcome);
	if (device->is_recorded)
		table_text(table, GROUP_PROGRESS, "%s", record_state_name(device->progress));
	if (device->try > 0)
		table_number(table, GROUP_TRY, device->try);
	if (device->n_offline > 0) {
		table_text(table, GROUP_VERDICT, "%s", device->verdict);
		table_text(table, GROUP_OWNER, "%s", device->owner);
	}
	table_number(table, GROUP_PINS, device->n_pins);
	fill_text(table, GROUP_PINNED_BY, device->pins);
	fill_text(table, GROUP_COMMAND, device->command);
	if (!status->devices.hides_spool) {
		table_number(table, GROUP_PENDING, device->n_pending);
		table_number(table, GROUP_RETRY, device->n_retry);
	}
	if (device->beside)
		table_text(table, GROUP_BESIDE, "%s", device->beside->name);
}

static void fill_group(const struct status *status, struct table *table,
		       const struct device *device)
{
	table_row(table);
	table_text(table, GROUP_DEVICE, "%s", device->name);
	table_text(table, GROUP_PROVIDER, "%s", provider_name(device->provider));
	if (device->has_node)
		table_number(table, GROUP_NODE, device->node);
	table_number(table, GROUP_SIZE, device->n_blocks * status->view.snapshot.block_size);
	if (status->ctl->format == CTL_TABLE && device->n_online > 0 && device->n_offline > 0)
		table_text(table, GROUP_STATE, "%llu/%llu", (unsigned long long)device->n_online,
			   (unsigned long long)device->n_blocks);
	else
		table_text(table, GROUP_STATE, "%s", device_state(device));
	fill_text(table, GROUP_ZONE, device_zone(device));
	table_number(table, GROUP_REMOVABLE, device_is_removable(device));
	fill_text(table, GROUP_REASON, device->reason);
	fill_group_extras(status, table, device);
	colour_group(table, device);
}

static void fill_groups(const struct status *status, struct table *table)
{
	for (size_t i = 0; i < status->devices.n; i++)
		fill_group(status, table, &status->devices.d[i]);
}

/* -- namespaces */

enum {
	NS_NAMESPACE,
	NS_MODE,
	NS_SIZE,
	NS_DEVICE,
	NS_HOLDS,
	NS_LABEL,
	NS_DAX,
	NS_BESIDE,
	NS_REGION,
	NS_NODE,
	NS_TYPE,
	NS_USAGE,
	NS_UUID,
	NS_PARTITIONS,
	NS_RAM,
};

static const struct column namespace_columns[] = {
	[NS_NAMESPACE] = { "NAMESPACE", COLUMN_TEXT, .help = "of persistent memory" },
	[NS_MODE] = { "MODE", COLUMN_TEXT, .help = "fsdax, devdax, sector or raw" },
	[NS_SIZE] = { "SIZE", COLUMN_SIZE, .help = "of the namespace" },
	[NS_DEVICE] = { "DEVICE", COLUMN_TEXT, .help = "its block or dax device" },
	[NS_HOLDS] = { "HOLDS", COLUMN_TEXT, .help = "what is on it, or memory" },
	[NS_LABEL] = { "LABEL", COLUMN_TEXT, .help = "of what is on it" },
	[NS_DAX] = { "DAX", COLUMN_BOOLEAN, .help = "whether it can be mapped" },
	[NS_BESIDE] = { "BESIDE", COLUMN_TEXT,
			.help = "another one in the region that holds data" },
	[NS_REGION] = { "REGION", COLUMN_TEXT, .is_extra = true, .help = "in which it lies" },
	[NS_NODE] = { "NODE", COLUMN_NUMBER, .is_extra = true, .help = "NUMA node" },
	[NS_TYPE] = { "TYPE", COLUMN_TEXT, .is_extra = true, .help = "of what is on it" },
	[NS_USAGE] = { "USAGE", COLUMN_TEXT, .is_extra = true,
		       .help = "of what is on it: filesystem, raid, crypto, other" },
	[NS_UUID] = { "UUID", COLUMN_TEXT, .is_extra = true, .help = "of what is on it" },
	[NS_PARTITIONS] = { "PARTITIONS", COLUMN_TEXT, .is_extra = true,
			    .help = "kind of its partition table" },
	[NS_RAM] = { "RAM", COLUMN_BOOLEAN, .is_extra = true,
		     .help = "whether it is used as memory" },
};

static void fill_namespace(const struct status *status, struct table *table,
			   const struct namespace *ns)
{
	const struct content *content = &ns->content;
	char holds[128];

	content_format(content, holds, sizeof(holds));
	table_row(table);
	table_text(table, NS_NAMESPACE, "%s", ns->name);
	table_text(table, NS_MODE, "%s", ns->mode);
	table_number(table, NS_SIZE, ns->size);
	fill_text(table, NS_DEVICE, ns->device);
	if (ns->is_ram)
		table_text(table, NS_HOLDS, "memory");
	else if (content->state != CONTENT_NONE)
		table_text(table, NS_HOLDS, "%s", holds);
	fill_text(table, NS_LABEL, content->label);
	if (ns->has_dax)
		table_number(table, NS_DAX, ns->dax);
	if (ns->beside != SIZE_MAX)
		table_text(table, NS_BESIDE, "%s", status->namespaces.n[ns->beside].name);
	table_text(table, NS_REGION, "%s", ns->region);
	if (ns->node >= 0)
		table_number(table, NS_NODE, (uint64_t)ns->node);
	fill_text(table, NS_TYPE, content->type);
	fill_text(table, NS_USAGE, content->usage);
	fill_text(table, NS_UUID, content->uuid);
	fill_text(table, NS_PARTITIONS, content->partitions);
	table_number(table, NS_RAM, ns->is_ram);
}

static void fill_namespaces(const struct status *status, struct table *table)
{
	for (size_t i = 0; i < status->namespaces.count; i++)
		fill_namespace(status, table, &status->namespaces.n[i]);
}

/* -- what a person should know first */

/* Longer ones are hard to read. */
#define SENTENCE_WIDTH 79

/* A sentence in lines that no terminal wraps. */
_printf_(1, 2) static void say(const char *fmt, ...)
{
	size_t width = terminal_width();
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_wrap(stdout, text, 0, width < SENTENCE_WIDTH ? width : SENTENCE_WIDTH);
}

/* Offline memory of one kind that the same is to online. */
struct waiting {
	uint64_t size;
	size_t n;
	const struct device *first;
};

static bool is_waiting(const struct device *device, enum provider provider, const char *owner)
{
	return device->provider == provider && device->n_offline > 0 &&
	       strcmp(device->owner, owner) == 0;
}

static void add_waiting(const struct status *status, const struct device *device,
			struct waiting *waiting)
{
	waiting->size += device->n_offline * status->view.snapshot.block_size;
	waiting->n++;
	if (!waiting->first)
		waiting->first = device;
}

static struct waiting find_waiting(const struct status *status, enum provider provider,
				   const char *owner)
{
	struct waiting waiting = { 0, 0, NULL };

	for (size_t i = 0; i < status->devices.n; i++)
		if (is_waiting(&status->devices.d[i], provider, owner))
			add_waiting(status, &status->devices.d[i], &waiting);
	return waiting;
}

/* As people write it. */
static const char *kind_of_memory(enum provider provider)
{
	return provider == PROVIDER_CXL ? "CXL" : provider_name(provider);
}

#define COMMANDS_MAX 16

static void list_commands(const struct status *status, enum provider provider, const char *owner)
{
	size_t n = 0;

	for (size_t i = 0; i < status->devices.n; i++) {
		const struct device *device = &status->devices.d[i];
		char size[TEXT_SIZE_MAX];

		if (!is_waiting(device, provider, owner))
			continue;
		text_size(device->n_offline * status->view.snapshot.block_size, size);
		if (n++ < COMMANDS_MAX)
			printf("  %-40s %6s\n", device->command, size);
	}
	if (n > COMMANDS_MAX)
		printf("  and %zu more: memhpctl status groups -o +COMMAND\n", n - COMMANDS_MAX);
}

/* Both ways out for memory that the default policy leaves alone. */
static void say_left(const struct status *status, enum provider provider, const char *owner)
{
	struct waiting waiting = find_waiting(status, provider, owner);
	const char *who = strcmp(owner, "daxctl") == 0 ? "daxctl" : "you";
	const char *kind = kind_of_memory(provider), *section = provider_section(provider);
	char size[TEXT_SIZE_MAX];

	if (waiting.n == 0)
		return;
	text_size(waiting.size, size);
	if (waiting.n > 1 && waiting.first->command[0]) {
		say("%s of %s memory (%zu devices) waits for %s. Zone=movable in [%s] "
		    "of /etc/memhp.conf has memhp online it, now and at every boot. These do until "
		    "the next boot:",
		    size, kind, waiting.n, who, section);
		list_commands(status, provider, owner);
		return;
	}
	say("%s of %s memory (%s) waits for %s.%s%s%s Zone=movable in [%s] of /etc/memhp.conf has "
	    "memhp online it, now and at every boot.",
	    size, kind, waiting.first->name, who, waiting.first->command[0] ? " \"" : "",
	    waiting.first->command,
	    waiting.first->command[0] ? "\" onlines it until the next boot." : "", section);
}

/* What memhp is to online, and does not know to be waiting: somebody has taken it offline. */
static void say_forgotten(const struct status *status)
{
	struct waiting waiting = { 0, 0, NULL };
	char size[TEXT_SIZE_MAX], devices[GROUP_NAME_MAX * 2];

	for (size_t i = 0; i < status->devices.n; i++) {
		const struct device *device = &status->devices.d[i];

		if (is_waiting(device, device->provider, "memhp") &&
		    device->n_pending + device->n_retry == 0)
			add_waiting(status, device, &waiting);
	}
	if (waiting.n == 0 || status->devices.hides_spool)
		return;
	text_size(waiting.size, size);
	if (waiting.n == 1)
		(void)snprintf(devices, sizeof(devices), "%s", waiting.first->name);
	else
		(void)snprintf(devices, sizeof(devices), "%zu devices", waiting.n);
	say("%s of memory (%s) is offline that memhp is to online: \"%s\" does it.", size, devices,
	    waiting.n == 1 ? waiting.first->command : "memhpctl online");
}

/* What is in the spool of a device. */
static void say_pending(const struct device *device)
{
	uint64_t n = device->n_pending + device->n_retry;
	char try[64] = "";

	if (device->progress == RECORD_PENDING && device->try > 0)
		(void)snprintf(try, sizeof(try), ", the last time in try %llu of the sweep",
			       (unsigned long long)device->try);
	say("%llu block%s of %s wait%s to be onlined by memhp%s%s.", (unsigned long long)n,
	    n == 1 ? "" : "s", device->name, n == 1 ? "s" : "",
	    device->n_retry > 0 ? ", which the kernel has refused before" : "",
	    device->n_retry > 0 ? try : "");
}

static void say_waiting(const struct status *status)
{
	for (size_t i = 0; i < status->devices.n; i++) {
		const struct device *device = &status->devices.d[i];
		if (device->n_pending + device->n_retry > 0)
			say_pending(device);
		if (device->beside)
			say("%s lies in the same persistent memory as %s, which holds data (%s).",
			    device->name, device->beside->name,
			    device->beside->content.type[0] ? device->beside->content.type :
							      "partitions");
	}
}

static void say_boot(const struct status *status)
{
	char size[TEXT_SIZE_MAX];

	text_size(status->nodes.all.boot_offline, size);
	if (status->nodes.all.boot_offline > 0)
		say("%s of boot memory is offline, which memhp never touches.", size);
}

static void say_headlines(const struct status *status)
{
	const char *why;
	enum view_onliner onliner = view_find_onliner(&status->view, &why);
	static const char *const who[] = {
		[VIEW_ONLINER_MEMHP] = "memhp onlines new memory",
		[VIEW_ONLINER_KERNEL] = "The kernel onlines new memory",
		[VIEW_ONLINER_OTHERS] = "New memory stays offline unless somebody else onlines it",
	};

	say("%s (%s).", who[onliner], why);
	for (enum provider provider = 0; provider < _PROVIDER_MAX; provider++) {
		if (!provider_section(provider))
			continue;
		say_left(status, provider, "daxctl");
		if (onliner == VIEW_ONLINER_MEMHP)
			say_left(status, provider, "administrator");
	}
	say_waiting(status);
	say_forgotten(status);
	say_boot(status);
	putchar('\n');
}

/* -- the command */

const struct table_kind status_tables[] = {
	{ "policy", policy_columns, ARRAY_SIZE(policy_columns) },
	{ "nodes", node_columns, ARRAY_SIZE(node_columns) },
	{ "groups", group_columns, ARRAY_SIZE(group_columns) },
	{ "namespaces", namespace_columns, ARRAY_SIZE(namespace_columns) },
	{ NULL, NULL, 0 },
};

/* One for each of them. */
static const struct {
	const char *title;
	void (*fill)(const struct status *status, struct table *table);
} parts[] = {
	{ "Policy", fill_policy },
	{ "Nodes", fill_nodes },
	{ "Hot-plugged memory", fill_groups },
	{ "Persistent memory", fill_namespaces },
};

static int read_status(struct ctl *ctl, struct status *ret)
{
	struct status status = { .ctl = ctl };
	int r = view_read(ctl, &status.view);

	if (r != 0)
		return r;
	r = namespaces_read(ctl, &status.namespaces);
	if (r == 0)
		r = devices_read(ctl, &status.view, &status.namespaces, &status.devices);
	if (r == 0)
		r = nodes_read(&ctl->fs, &status.view, &status.nodes);
	*ret = status;
	if (r == 0)
		return 0;
	log_error("out of memory");
	return EX_OSERR;
}

static void status_done(struct status *status)
{
	nodes_done(&status->nodes);
	devices_done(&status->devices);
	namespaces_done(&status->namespaces);
	view_done(&status->view);
}

/* @only: a part's name; NULL: all of them. */
static int print_status(const struct status *status, const char *only)
{
	_cleanup_(report_done) struct report *report = report_new(status->ctl);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const struct table_kind *kind = &status_tables[i];
		struct table *table;

		if (only && strcmp(only, kind->name) != 0)
			continue;
		table = report_table(report, kind->name, only ? NULL : parts[i].title,
				     kind->columns, kind->n);
		if (!table)
			return EX_USAGE;
		parts[i].fill(status, table);
	}
	if (!only && status->ctl->format == CTL_TABLE && !status->ctl->no_headings &&
	    !status->ctl->quiet)
		say_headlines(status);
	report_print(report);
	return 0;
}

int ctl_status(struct ctl *ctl, int argc, char *argv[])
{
	struct status status = { .ctl = ctl };
	int r;

	if (argc > 0 && !usage_check_table(status_tables, argv[0]))
		return EX_USAGE;
	if (argc == 0 && ctl->columns) {
		log_error("--output needs one table: status policy, nodes, groups or namespaces");
		return EX_USAGE;
	}
	r = read_status(ctl, &status);
	if (r == 0)
		r = print_status(&status, argc > 0 ? argv[0] : NULL);
	status_done(&status);
	return r;
}
