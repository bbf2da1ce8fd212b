/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl metrics: figures for a node exporter's textfile collector. */
#include <math.h>
#include <string.h>

#include "ctl.h"
#include "devices.h"
#include "headroom.h"
#include "log.h"
#include "namespaces.h"
#include "nodes.h"
#include "openmetrics.h"
#include "paths.h"
#include "stats.h"
#include "view.h"

struct metrics {
	const struct ctl *ctl;
	struct view view;
	struct devices devices;
	struct nodes nodes;
};

/* Names and values in turn; at least one pair. */
#define LABELS(...)               \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static const char *const no_labels[] = { NULL };

static void print_onliner(const struct metrics *metrics)
{
	/*
	 * Gauges: node exporter's textfile collector, which reads the older format of Prometheus,
	 * refuses a file with a type "info" or "stateset".
	 */
	static const struct metric version = {
		"memhp_build_info",
		"gauge",
		NULL,
		"Version of memhpctl, which has made this.",
	};
	static const struct metric in_force = {
		"memhp_in_force",
		"gauge",
		NULL,
		"Whether memhp.service has put a policy into force.",
	};
	static const struct metric onliner = {
		"memhp_onliner",
		"gauge",
		NULL,
		"1 for who brings new memory online: memhp, kernel, or others (nobody that memhp knows).",
	};
	const char *why;
	enum view_onliner now = view_find_onliner(&metrics->view, &why);

	metric_begin(&version);
	metric_sample(&version, LABELS("version", PACKAGE_VERSION), 1);
	metric_begin(&in_force);
	metric_sample(&in_force, no_labels, metrics->view.is_in_force);
	metric_begin(&onliner);
	for (enum view_onliner i = 0; i < _VIEW_ONLINER_MAX; i++)
		metric_sample(&onliner, LABELS("onliner", view_onliner_name(i)), i == now);
}

static void print_block_size(const struct metrics *metrics)
{
	static const struct metric size = {
		"memhp_block_size_bytes",
		"gauge",
		"bytes",
		"Size of a memory block.",
	};

	metric_begin(&size);
	metric_sample(&size, no_labels, (double)metrics->view.snapshot.block_size);
}

static void print_memory(const struct metrics *metrics)
{
	static const struct metric memory = {
		"memhp_memory_bytes",
		"gauge",
		"bytes",
		"Memory of a node: early (boot memory in kernel zones, less CMA), kernel (hot-plugged, "
		"in kernel zones), movable (in ZONE_MOVABLE), cma, offline (of both kinds).",
	};

	metric_begin(&memory);
	for (size_t i = 0; i < metrics->nodes.n; i++) {
		const struct node_row *row = &metrics->nodes.rows[i];
		const struct {
			const char *zone;
			uint64_t size;
		} zones[] = {
			{ "early", row->early },     { "kernel", row->kernel },
			{ "movable", row->movable }, { "cma", row->cma },
			{ "offline", row->offline },
		};
		char node[16];

		(void)snprintf(node, sizeof(node), "%u", row->node);
		for (size_t j = 0; j < ARRAY_SIZE(zones); j++)
			metric_sample(&memory, LABELS("node", node, "zone", zones[j].zone),
				      (double)zones[j].size);
	}
}

/* A node without early memory has no ratio. */
static void print_ratio(const struct metrics *metrics)
{
	static const struct metric ratio = {
		"memhp_movable_ratio",
		"gauge",
		"ratio",
		"Movable memory and CMA of a node, per early memory.",
	};
	static const struct metric allowed = {
		"memhp_movable_allowed_ratio",
		"gauge",
		"ratio",
		"MovableRatio= of the policy.",
	};

	metric_begin(&ratio);
	for (size_t i = 0; i < metrics->nodes.n; i++) {
		const struct node_row *row = &metrics->nodes.rows[i];
		char node[16];

		(void)snprintf(node, sizeof(node), "%u", row->node);
		if (row->has_ratio)
			metric_sample(&ratio, LABELS("node", node),
				      (double)(row->movable + row->cma) / (double)row->early);
	}
	metric_begin(&allowed);
	metric_sample(&allowed, no_labels, (double)metrics->view.policy.movable_ratio / 100);
}

static void print_headroom(const struct metrics *metrics)
{
	static const struct metric headroom = {
		"memhp_headroom_bytes",
		"gauge",
		"bytes",
		"Size of the largest DIMM that would still be movable on a node.",
	};

	metric_begin(&headroom);
	for (size_t i = 0; i < metrics->nodes.n; i++) {
		const struct node_row *row = &metrics->nodes.rows[i];
		char node[16];

		(void)snprintf(node, sizeof(node), "%u", row->node);
		metric_sample(&headroom, LABELS("node", node),
			      row->headroom == HEADROOM_UNLIMITED ? HUGE_VAL :
								    (double)row->headroom);
	}
}

static const char *const states[] = { "online", "partly", "offline" };

/* Only of providers that the machine has. */
static void print_groups(const struct metrics *metrics)
{
	static const struct metric groups = {
		"memhp_groups",
		"gauge",
		NULL,
		"Devices with hot-plugged memory, by their state.",
	};
	uint64_t n[_PROVIDER_MAX][ARRAY_SIZE(states)] = { 0 };
	bool has[_PROVIDER_MAX] = { false };

	for (size_t i = 0; i < metrics->devices.n; i++) {
		const struct device *device = &metrics->devices.d[i];

		has[device->provider] = true;
		for (size_t j = 0; j < ARRAY_SIZE(states); j++)
			n[device->provider][j] += strcmp(device_state(device), states[j]) == 0;
	}
	metric_begin(&groups);
	for (enum provider provider = 0; provider < _PROVIDER_MAX; provider++)
		for (size_t j = 0; has[provider] && j < ARRAY_SIZE(states); j++)
			metric_sample(
				&groups,
				LABELS("provider", provider_name(provider), "state", states[j]),
				(double)n[provider][j]);
}

/* Memory that cannot be taken away, and memory that is not used: what an alarm looks at. */
static void print_group_sizes(const struct metrics *metrics)
{
	static const struct metric waiting = {
		"memhp_waiting_bytes",
		"gauge",
		"bytes",
		"Hot-plugged memory that is offline, by who is expected to online it.",
	};
	static const char *const owners[] = { "memhp", "daxctl", "kernel", "administrator" };
	uint64_t block_size = metrics->view.snapshot.block_size;

	metric_begin(&waiting);
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		uint64_t n = 0;

		for (size_t j = 0; j < metrics->devices.n; j++)
			if (strcmp(metrics->devices.d[j].owner, owners[i]) == 0)
				n += metrics->devices.d[j].n_offline;
		metric_sample(&waiting, LABELS("owner", owners[i]), (double)(n * block_size));
	}
}

/* Unless the spool is hidden: no figure is better than a wrong one. */
static void print_spool(const struct metrics *metrics)
{
	static const struct metric spool = {
		"memhp_spool_blocks",
		"gauge",
		NULL,
		"Blocks that wait for memhp: pending, or in work or refused before (retry).",
	};
	uint64_t pending = 0, retry = 0;

	if (metrics->devices.hides_spool)
		return;
	for (size_t i = 0; i < metrics->devices.n; i++) {
		pending += metrics->devices.d[i].n_pending;
		retry += metrics->devices.d[i].n_retry;
	}
	metric_begin(&spool);
	metric_sample(&spool, LABELS("state", "pending"), (double)pending);
	metric_sample(&spool, LABELS("state", "retry"), (double)retry);
}

static const char *help_of_counter(const char *key)
{
	static const char *const helps[][2] = {
		{ "decisions", "Devices that were judged, or blocks of a virtio-mem device." },
		{ "blocks_onlined", "Blocks that memhp has onlined." },
		{ "blocks_foreign", "Blocks that somebody else had onlined first." },
		{ "blocks_refused", "Writes to the state of a block that the kernel refused." },
		{ "blocks_gone", "Blocks that were unplugged while they were onlined." },
		{ "retries", "Tries of the sweep after its first." },
		{ "blocks_given_up", "Blocks that were refused too often to be tried again." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(helps); i++)
		if (strcmp(key, helps[i][0]) == 0)
			return helps[i][1];
	return "As the key of this name in the counters of memhp.";
}

/* What leaders have counted; none of it when their file cannot be read. */
static void print_counters(const struct metrics *metrics)
{
	struct stats stats;
	uint64_t value;
	const char *key;
	int r = stats_read(&metrics->ctl->fs, &stats);

	if (r < 0) {
		log_warning("cannot read /" PATH_STATS ": %s", strerror(-r));
		return;
	}
	for (size_t i = 0; (key = stats_at(&stats, i, &value)); i++) {
		char name[64];
		const struct metric counter = { name, "counter", NULL, help_of_counter(key) };

		(void)snprintf(name, sizeof(name), "memhp_%s", key);
		metric_begin(&counter);
		metric_sample(&counter, no_labels, (double)value);
	}
}

static int read_metrics(struct ctl *ctl, struct metrics *ret)
{
	/* Figures have no use for what persistent memory holds, and its devices are left alone. */
	static const struct namespaces none = { NULL, 0 };
	struct metrics metrics = { .ctl = ctl };
	int r = view_read(ctl, &metrics.view);

	if (r != 0)
		return r;
	r = devices_read(ctl, &metrics.view, &none, &metrics.devices);
	if (r == 0)
		r = nodes_read(&ctl->fs, &metrics.view, &metrics.nodes);
	*ret = metrics;
	if (r == 0)
		return 0;
	log_error("out of memory");
	return EX_OSERR;
}

int ctl_metrics(struct ctl *ctl, int argc, char *argv[])
{
	struct metrics metrics = { .ctl = ctl };
	int r = read_metrics(ctl, &metrics);

	(void)argc;
	(void)argv;
	if (r == 0) {
		print_onliner(&metrics);
		print_block_size(&metrics);
		print_memory(&metrics);
		print_ratio(&metrics);
		print_headroom(&metrics);
		print_groups(&metrics);
		print_group_sizes(&metrics);
		print_spool(&metrics);
		print_counters(&metrics);
		metric_end();
	}
	nodes_done(&metrics.nodes);
	devices_done(&metrics.devices);
	view_done(&metrics.view);
	return r;
}
