/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums by node, of the snapshot and of boot memory, which is no part of it. */
#include "nodes.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "array.h"
#include "block_dir.h"
#include "headroom.h"
#include "parse.h"
#include "paths.h"

void nodes_done(struct nodes *nodes)
{
	free(nodes->rows);
	*nodes = (struct nodes){ NULL, 0, { 0 } };
}

/* The row of a node; NULL when memory is short. */
static struct node_row *find_row(struct nodes *nodes, unsigned node)
{
	const struct node_row fresh = { .node = node };

	for (size_t i = nodes->n; i > 0; i--)
		if (nodes->rows[i - 1].node == node)
			return &nodes->rows[i - 1];
	if (ARRAY_APPEND(nodes->rows, nodes->n, &fresh) < 0)
		return NULL;
	return &nodes->rows[nodes->n - 1];
}

static int compare_rows(const void *a, const void *b)
{
	const struct node_row *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

static int add_rows(const struct snapshot *snapshot, struct nodes *nodes)
{
	uint64_t page_size = snapshot->machine.page_size;

	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		const struct node_facts *facts = &snapshot->nodes[i];
		struct node_row *row = find_row(nodes, facts->node);

		if (!row)
			return -ENOMEM;
		row->early = facts->early * page_size;
		row->kernel = facts->late * page_size;
		row->movable = (facts->movable - facts->cma) * page_size;
		row->cma = facts->cma * page_size;
	}
	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];
		struct node_row *row = block->has_node ? find_row(nodes, block->node) : NULL;

		if (block->has_node && !row)
			return -ENOMEM;
		if (row && block->state == BLOCK_OFFLINE)
			row->offline += snapshot->block_size;
	}
	return 0;
}

static bool is_offline(const struct sysfs *fs, uint64_t id)
{
	char state[32];

	return sysfs_read(fs, state, sizeof(state), PATH_MEMORY "/memory%llu/state",
			  (unsigned long long)id) == 0 &&
	       strcmp(state, "offline") == 0;
}

/* Of the blocks that @path has those that are no part of the snapshot: boot memory. */
static int add_boot(const struct sysfs *fs, const struct snapshot *snapshot, const char *path,
		    unsigned node, struct nodes *nodes)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	int r = block_dir_read(fs, path, &list);

	if (r < 0)
		return r == -ENOMEM ? r : 0; /* gone, or unreadable */
	for (size_t i = 0; i < list.n; i++) {
		struct node_row *row;

		if (snapshot_find_block(snapshot, list.ids[i]) || !is_offline(fs, list.ids[i]))
			continue;
		row = find_row(nodes, node);
		if (!row)
			return -ENOMEM;
		row->boot_offline += snapshot->block_size;
		row->offline += snapshot->block_size;
	}
	return 0;
}

/* What somebody has taken offline of it. */
static int add_boot_of_nodes(const struct sysfs *fs, const struct snapshot *snapshot,
			     struct nodes *nodes)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir(fs, &dir, PATH_NODE);

	if (r == -ENOENT) /* no NUMA */
		return add_boot(fs, snapshot, PATH_MEMORY, 0, nodes);
	r = 0;
	while (r == 0 && dir && (entry = readdir(dir))) {
		char path[sizeof(PATH_NODE) + NAME_MAX + 1];
		uint64_t node;

		if (!str_starts(str_of(entry->d_name), "node") ||
		    parse_u64(str_of(entry->d_name + 4), 10, &node) < 0 || node >= NODE_UNKNOWN)
			continue; /* one of the files beside them */
		(void)snprintf(path, sizeof(path), PATH_NODE "/%s", entry->d_name);
		r = add_boot(fs, snapshot, path, (unsigned)node, nodes);
	}
	return r;
}

static void find_ratio(struct node_row *row)
{
	row->has_ratio = row->early > 0;
	if (row->has_ratio)
		row->ratio =
			(uint64_t)((double)(row->movable + row->cma) * 100 / (double)row->early);
}

static void add_to_sum(struct node_row *all, const struct node_row *row)
{
	all->early += row->early;
	all->kernel += row->kernel;
	all->movable += row->movable;
	all->cma += row->cma;
	all->offline += row->offline;
	all->boot_offline += row->boot_offline;
	if (row->headroom > all->headroom)
		all->headroom = row->headroom;
}

int nodes_read(const struct sysfs *fs, const struct view *view, struct nodes *ret)
{
	const struct snapshot *snapshot = &view->snapshot;
	struct facts facts = snapshot_facts(snapshot);
	struct nodes nodes = { NULL, 0, { 0 } };
	int r = add_rows(snapshot, &nodes);

	if (r == 0)
		r = add_boot_of_nodes(fs, snapshot, &nodes);
	if (r < 0) {
		nodes_done(&nodes);
		return r;
	}
	if (nodes.n > 1)
		qsort(nodes.rows, nodes.n, sizeof(*nodes.rows), compare_rows);
	for (size_t i = 0; i < nodes.n; i++) {
		struct node_row *row = &nodes.rows[i];

		row->headroom = headroom_of_node(&view->policy, &facts, &snapshot->machine,
						 snapshot->block_size, row->node);
		find_ratio(row);
		add_to_sum(&nodes.all, row);
	}
	find_ratio(&nodes.all);
	*ret = nodes;
	return 0;
}
