/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading sysfs and procfs into one struct. */
#include "snapshot.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "array.h"
#include "block_dir.h"
#include "boot_memory.h"
#include "paths.h"
#include "zoneinfo.h"

int snapshot_read_block_size(const struct sysfs *fs, uint64_t *ret)
{
	uint64_t size;
	int r = sysfs_read_u64(fs, 16, &size, PATH_MEMORY "/block_size_bytes");

	if (r < 0)
		return r;
	if (size < 4096 || (size & (size - 1)) != 0)
		return -EBADMSG;
	*ret = size;
	return 0;
}

static enum block_zone parse_zone(const char *valid_zones)
{
	if (strcmp(valid_zones, "Movable") == 0)
		return BLOCK_ZONE_MOVABLE;
	/* "none" when a block spans zones; several words only while it is offline. */
	if (strcmp(valid_zones, "none") == 0 || strchr(valid_zones, ' '))
		return BLOCK_ZONE_NONE;
	return BLOCK_ZONE_KERNEL;
}

/* Where a block is that is online. */
static int read_zone(const struct sysfs *fs, uint64_t id, enum block_zone *ret)
{
	char text[64];
	int r = sysfs_read(fs, text, sizeof(text), PATH_MEMORY "/memory%llu/valid_zones",
			   (unsigned long long)id);

	/* A kernel without memory hot-remove does not tell. */
	if (r < 0 && r != -ENOENT)
		return r;
	*ret = r < 0 ? BLOCK_ZONE_NONE : parse_zone(text);
	return 0;
}

static int read_state(const struct sysfs *fs, uint64_t id, enum block_state *ret)
{
	char text[64];
	int r = sysfs_read(fs, text, sizeof(text), PATH_MEMORY "/memory%llu/state",
			   (unsigned long long)id);

	if (r < 0)
		return r;
	if (strcmp(text, "online") == 0)
		*ret = BLOCK_ONLINE;
	else
		*ret = strcmp(text, "offline") == 0 ? BLOCK_OFFLINE : BLOCK_GOING_OFFLINE;
	return 0;
}

int snapshot_read_state(const struct sysfs *fs, uint64_t id, enum block_state *ret_state,
			enum block_zone *ret_zone)
{
	enum block_zone zone = BLOCK_ZONE_NONE;
	enum block_state state;
	int r = read_state(fs, id, &state);

	if (r == 0 && state == BLOCK_ONLINE)
		r = read_zone(fs, id, &zone);
	if (r < 0)
		return r;
	*ret_zone = zone;
	*ret_state = state;
	return 0;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The numbers of all blocks that are not boot memory. */
static int list_blocks(const struct sysfs *fs, struct snapshot *snapshot)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	int r = block_dir_read(fs, PATH_MEMORY, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		const struct block block = { .id = list.ids[i], .node = NODE_UNKNOWN };
		uint64_t start;

		if (__builtin_mul_overflow(block.id, snapshot->block_size, &start) ||
		    start > UINT64_MAX - (snapshot->block_size - 1))
			continue;
		if (!ranges_intersect(&snapshot->boot, start, start + snapshot->block_size - 1))
			r = ARRAY_APPEND(snapshot->blocks, snapshot->n_blocks, &block);
	}
	return r;
}

/* State, zone and firmware node. A zone that cannot be read is not known. */
static int read_block(const struct sysfs *fs, struct block *block)
{
	int r = read_state(fs, block->id, &block->state);

	if (r == 0 && block->state == BLOCK_ONLINE &&
	    read_zone(fs, block->id, &block->zone) == -ENODEV)
		r = -ENODEV;
	if (r == 0 && sysfs_read_link(fs, block->firmware, sizeof(block->firmware),
				      PATH_MEMORY "/memory%llu/firmware_node",
				      (unsigned long long)block->id) < 0)
		block->firmware[0] = '\0'; /* only DIMMs have one */
	return r;
}

static struct block *find_block(const struct snapshot *snapshot, uint64_t id)
{
	struct block key = { .id = id };

	if (snapshot->n_blocks == 0)
		return NULL;
	return bsearch(&key, snapshot->blocks, snapshot->n_blocks, sizeof(key), compare_blocks);
}

const struct block *snapshot_find_block(const struct snapshot *snapshot, uint64_t id)
{
	return find_block(snapshot, id);
}

/*
 * Blocks that have vanished are dropped, and so is one whose state cannot be read: the others must
 * not suffer. Those that are online in @known, if that is not NULL, have not changed.
 */
static void read_blocks(const struct sysfs *fs, const struct snapshot *known,
			struct snapshot *snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		struct block block = snapshot->blocks[i];
		const struct block *same = known ? find_block(known, block.id) : NULL;

		if (same && same->state == BLOCK_ONLINE)
			block = *same;
		else if (read_block(fs, &block) < 0)
			continue;
		snapshot->blocks[kept++] = block;
	}
	snapshot->n_blocks = kept;
}

/* nodeN/ links to all its blocks: one directory to read a node instead of one a block. */
static int read_node(const struct sysfs *fs, struct snapshot *snapshot, const char *name)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	char path[sizeof(PATH_NODE) + NAME_MAX + 1];
	uint64_t node;
	int r;

	if (!str_starts(str_of(name), "node") || parse_u64(str_of(name + 4), 10, &node) < 0 ||
	    node >= NODE_UNKNOWN)
		return 0; /* one of the files beside them */
	(void)snprintf(path, sizeof(path), PATH_NODE "/%s", name);
	r = block_dir_read(fs, path, &list);
	/* Both lists ascend. */
	for (size_t i = 0, j = 0; i < list.n && j < snapshot->n_blocks;) {
		struct block *block = &snapshot->blocks[j];

		if (block->id == list.ids[i]) {
			block->node = (unsigned)node;
			block->has_node = true;
		}
		if (block->id <= list.ids[i])
			j++;
		else
			i++;
	}
	return r == -ENOMEM ? r : 0; /* gone, or unreadable */
}

static int read_nodes(const struct sysfs *fs, struct snapshot *snapshot)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir(fs, &dir, PATH_NODE);

	if (r == -ENOENT) {
		/* Without NUMA there are no links and there is one node. */
		for (size_t i = 0; i < snapshot->n_blocks; i++) {
			snapshot->blocks[i].node = 0;
			snapshot->blocks[i].has_node = true;
		}
		return 0;
	}
	if (r < 0)
		return r;
	while (r == 0 && (entry = readdir(dir)))
		r = read_node(fs, snapshot, entry->d_name);
	return r;
}

static struct node_facts *node_facts_of(const struct snapshot *snapshot, unsigned node)
{
	for (size_t i = 0; i < snapshot->n_nodes; i++)
		if (snapshot->nodes[i].node == node)
			return &snapshot->nodes[i];
	return NULL;
}

int snapshot_add_node(struct snapshot *snapshot, unsigned node)
{
	struct node_facts *nodes;

	if (node == NODE_UNKNOWN || node_facts_of(snapshot, node))
		return 0;
	nodes = reallocarray(snapshot->nodes, snapshot->n_nodes + 1, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	nodes[snapshot->n_nodes++] = (struct node_facts){ .node = node };
	snapshot->nodes = nodes;
	return 0;
}

/* The first memory of a node counts like any other once it is online: snapshot_account(). */
static int add_nodes(struct snapshot *snapshot)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < snapshot->n_blocks; i++)
		if (snapshot->blocks[i].has_node)
			r = snapshot_add_node(snapshot, snapshot->blocks[i].node);
	return r;
}

/* What /proc/zoneinfo says of each node; all that is in kernel zones stands in .early for now. */
static int sum_zones(const struct zoneinfo *info, struct snapshot *snapshot)
{
	snapshot->nodes = calloc(info->n ? info->n : 1, sizeof(*snapshot->nodes));
	if (!snapshot->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < info->n; i++) {
		const struct zone_pages *zone = &info->zones[i];
		struct node_facts *node = node_facts_of(snapshot, zone->node);

		if (!node) {
			node = &snapshot->nodes[snapshot->n_nodes++];
			node->node = zone->node;
		}
		if (zone->is_movable) {
			node->movable += zone->present;
			continue;
		}
		node->movable += zone->cma;
		node->cma += zone->cma;
		node->early += zone->present - zone->cma;
	}
	return 0;
}

/*
 * present_early is not exported: early is what is present in kernel zones, less CMA, less the
 * blocks that were hot-plugged and are online there. Boot memory that was put offline is not
 * present, and not early either.
 */
static void split_late(struct snapshot *snapshot)
{
	uint64_t pages = snapshot->block_size / snapshot->machine.page_size;

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		struct node_facts *node = node_facts_of(snapshot, snapshot->blocks[i].node);

		if (!node || snapshot->blocks[i].zone != BLOCK_ZONE_KERNEL)
			continue;
		node->late += pages;
		/* More than there is only when a block changed its zone while we were reading. */
		node->early -= node->early < pages ? node->early : pages;
	}
}

static int read_sums(const struct sysfs *fs, struct snapshot *snapshot)
{
	_cleanup_(zoneinfo_done) struct zoneinfo info = { NULL, 0 };
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_ZONEINFO);

	if (r < 0)
		return r;
	r = zoneinfo_parse(&info, (struct str){ text, n });
	if (r < 0)
		return r;
	return sum_zones(&info, snapshot);
}

static int read_zones(const struct sysfs *fs, struct snapshot *snapshot)
{
	int r = read_sums(fs, snapshot);

	if (r == 0)
		split_late(snapshot);
	return r;
}

static int read_iomem(const struct sysfs *fs, struct snapshot *snapshot)
{
	size_t n;
	int r = sysfs_read_file(fs, &snapshot->iomem_text, &n, PATH_IOMEM);

	if (r < 0)
		return r;
	return iomem_parse(&snapshot->iomem, (struct str){ snapshot->iomem_text, n });
}

/*
 * The map that the boot loader handed over has as RAM what the kernel then left to a driver:
 * memmap=2G!4G makes persistent memory of it, for instance.
 */
static int find_boot(struct snapshot *snapshot)
{
	_cleanup_(ranges_done) struct ranges managed = { NULL, 0 };
	int r = iomem_driver_managed(&snapshot->iomem, &managed);

	return r < 0 ? r : ranges_subtract(&snapshot->recorded, &managed, &snapshot->boot);
}

static uint64_t unit_pages(const struct snapshot *snapshot, const struct group *group)
{
	uint64_t unit = snapshot->block_size;

	if (group->provider == PROVIDER_VIRTIO_MEM && snapshot->machine.virtio_mem_unit > unit)
		unit = snapshot->machine.virtio_mem_unit;
	return unit / snapshot->machine.page_size;
}

struct group_facts snapshot_group_facts(const struct snapshot *snapshot, const struct group *group)
{
	uint64_t pages = snapshot->block_size / snapshot->machine.page_size;

	return (struct group_facts){
		.is_dynamic = group->is_dynamic,
		.node = group->node,
		.max_pages = group->n_blocks * pages,
		.unit_pages = unit_pages(snapshot, group),
		.kernel_pages = group->kernel * pages,
		.movable_pages = group->movable * pages,
	};
}

static int list_dynamic(struct snapshot *snapshot)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < snapshot->groups.n; i++)
		if (snapshot->groups.g[i].is_dynamic)
			r = ARRAY_APPEND(snapshot->dynamic, snapshot->n_dynamic, &i);
	return r;
}

static int count_groups(struct snapshot *snapshot)
{
	snapshot->group_facts =
		calloc(snapshot->groups.n ? snapshot->groups.n : 1, sizeof(*snapshot->group_facts));
	if (!snapshot->group_facts)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->groups.n; i++)
		snapshot->group_facts[i] = snapshot_group_facts(snapshot, &snapshot->groups.g[i]);
	return list_dynamic(snapshot);
}

int snapshot_read_memmap(const struct sysfs *fs, const struct group *group)
{
	uint64_t asks = 0;
	int r = -ENOENT;

	if (group->provider == PROVIDER_CXL || group->provider == PROVIDER_DAX)
		r = sysfs_read_u64(fs, 10, &asks, PATH_DAX_DEVICES "/%s/memmap_on_memory",
				   group->name);
	if (group->provider == PROVIDER_STANDBY)
		r = sysfs_read_u64(fs, 10, &asks,
				   PATH_FIRMWARE_MEMORY "/memory%llu/memmap_on_memory",
				   (unsigned long long)group->first);
	return r < 0 ? -1 : asks == 1;
}

/* What is one block as a whole has no larger range. */
static uint64_t range_blocks(const struct group *group)
{
	return group->range_blocks == 0 && group->n_blocks == 1 ? 1 : group->range_blocks;
}

static int find_self_hosted(const struct sysfs *fs, struct snapshot *snapshot)
{
	snapshot->self_hosted =
		calloc(snapshot->groups.n ? snapshot->groups.n : 1, sizeof(*snapshot->self_hosted));
	if (!snapshot->self_hosted)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		struct memmap_question question = {
			.provider = group->provider,
			.block_size = snapshot->block_size,
			.range_blocks = range_blocks(group),
			.asks = snapshot_read_memmap(fs, group),
		};

		snapshot->self_hosted[i] = memmap_is_self_hosted(&snapshot->machine, &question);
	}
	return 0;
}

static int find_groups(const struct sysfs *fs, struct snapshot *snapshot)
{
	int r = groups_find(&snapshot->groups, snapshot->blocks, snapshot->n_blocks,
			    snapshot->block_size, &snapshot->machine, &snapshot->iomem,
			    &snapshot->boot);

	if (r == 0)
		r = count_groups(snapshot);
	if (r == 0)
		r = find_self_hosted(fs, snapshot);
	return r;
}

/* Whoever only looks is better served by a part than by nothing. */
static int tolerate(const struct snapshot *snapshot, int r)
{
	return snapshot->is_public && r != -ENOMEM ? 0 : r;
}

/* What says whose a block is appears after its event. */
static bool has_links(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (block->state != BLOCK_OFFLINE)
			continue;
		if (!block->has_node ||
		    (snapshot->groups.g[block->group].provider == PROVIDER_DIMM &&
		     !block->firmware[0]))
			return false;
	}
	return true;
}

/* With block size, machine and .recorded in place; for @known see read_blocks(). */
static int read_changing(const struct sysfs *fs, const struct snapshot *known,
			 struct snapshot *snapshot)
{
	struct stat memory;
	int r = sysfs_stat(fs, &memory, PATH_MEMORY);

	if (r < 0)
		return r;
	snapshot->n_links = memory.st_nlink;
	r = tolerate(snapshot, read_iomem(fs, snapshot));
	if (r == 0)
		r = find_boot(snapshot);
	if (r == 0)
		r = list_blocks(fs, snapshot);
	if (r < 0)
		return r;
	read_blocks(fs, known, snapshot);
	r = tolerate(snapshot, read_nodes(fs, snapshot));
	if (r == 0)
		r = tolerate(snapshot, read_zones(fs, snapshot));
	if (r == 0 && snapshot->n_nodes > 0)
		r = add_nodes(snapshot);
	if (r == 0)
		r = find_groups(fs, snapshot);
	if (r == 0)
		snapshot->is_settled = has_links(snapshot);
	return r;
}

/* Nodes that have nothing yet are not in /proc/zoneinfo. */
static bool has_same_zones(const struct snapshot *snapshot, const struct snapshot *sums)
{
	static const struct node_facts nothing;
	size_t n_common = 0;

	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		const struct node_facts *a = &snapshot->nodes[i];
		const struct node_facts *b = node_facts_of(sums, a->node);

		n_common += b != NULL;
		if (!b)
			b = &nothing;
		if (a->movable != b->movable || a->early + a->late != b->early)
			return false;
	}
	return n_common == sums->n_nodes;
}

/* Whether zones have what snapshot_account() says. */
static bool zones_are_current(const struct sysfs *fs, const struct snapshot *snapshot)
{
	struct snapshot sums = { .block_size = snapshot->block_size };
	bool is_same = read_sums(fs, &sums) == 0 && has_same_zones(snapshot, &sums);

	snapshot_done(&sums);
	return is_same;
}

bool snapshot_is_current(const struct sysfs *fs, const struct snapshot *snapshot)
{
	struct stat memory;

	return sysfs_stat(fs, &memory, PATH_MEMORY) == 0 && memory.st_nlink >= 2 &&
	       memory.st_nlink == snapshot->n_links && snapshot->is_settled &&
	       zones_are_current(fs, snapshot);
}

int snapshot_refresh(const struct sysfs *fs, struct snapshot *snapshot)
{
	struct snapshot fresh = {
		.block_size = snapshot->block_size,
		.machine = snapshot->machine,
		.is_public = snapshot->is_public,
		.recorded = snapshot->recorded,
	};
	/* Nobody has onlined a block, or put one offline, without changing them. */
	bool is_known = zones_are_current(fs, snapshot);
	int r = read_changing(fs, is_known ? snapshot : NULL, &fresh);

	/* One of the two keeps it. */
	if (r < 0)
		fresh.recorded = (struct ranges){ NULL, 0 };
	else
		snapshot->recorded = (struct ranges){ NULL, 0 };
	snapshot_done(r < 0 ? &fresh : snapshot);
	if (r == 0)
		*snapshot = fresh;
	return r;
}

/* A record of boot memory that cannot be read is no reason to show nothing. */
static int read_boot(const struct sysfs *fs, struct snapshot *snapshot)
{
	int r = boot_memory_load(fs, &snapshot->recorded);

	if (r < 0 && r != -ENOMEM && snapshot->is_public)
		r = boot_memory_read(fs, &snapshot->recorded);
	return tolerate(snapshot, r);
}

static int read_all(const struct sysfs *fs, struct snapshot *snapshot)
{
	int r = snapshot_read_block_size(fs, &snapshot->block_size);

	if (r == 0)
		r = read_boot(fs, snapshot);
	if (r == 0)
		r = read_changing(fs, NULL, snapshot);
	return r;
}

int snapshot_read(const struct sysfs *fs, struct snapshot *ret)
{
	struct snapshot snapshot = { .machine = machine_read(fs) };
	int r = read_all(fs, &snapshot);

	if (r < 0)
		snapshot_done(&snapshot);
	else
		*ret = snapshot;
	return r;
}

int snapshot_read_public(const struct sysfs *fs, struct snapshot *ret)
{
	struct snapshot snapshot = { .machine = machine_read(fs), .is_public = true };
	int r = read_all(fs, &snapshot);

	if (r < 0)
		snapshot_done(&snapshot);
	else
		*ret = snapshot;
	return r;
}

/* What goes with the groups. */
static void forget_groups(struct snapshot *snapshot)
{
	free(snapshot->group_facts);
	free(snapshot->self_hosted);
	free(snapshot->dynamic);
	snapshot->group_facts = NULL;
	snapshot->self_hosted = NULL;
	snapshot->dynamic = NULL;
	snapshot->n_dynamic = 0;
}

int snapshot_regroup(const struct sysfs *fs, struct snapshot *snapshot, group_name_fn name,
		     void *userdata)
{
	int r = groups_rename(&snapshot->groups, snapshot->blocks, snapshot->n_blocks, name,
			      userdata);

	if (r < 0)
		return r;
	forget_groups(snapshot);
	r = count_groups(snapshot);
	return r < 0 ? r : find_self_hosted(fs, snapshot);
}

void snapshot_done(struct snapshot *snapshot)
{
	free(snapshot->iomem_text);
	iomem_done(&snapshot->iomem);
	ranges_done(&snapshot->recorded);
	ranges_done(&snapshot->boot);
	free(snapshot->blocks);
	groups_done(&snapshot->groups);
	free(snapshot->nodes);
	forget_groups(snapshot);
	*snapshot = (struct snapshot){ .block_size = 0 };
}

struct facts snapshot_facts(const struct snapshot *snapshot)
{
	return (struct facts){
		.page_size = snapshot->machine.page_size,
		.nodes = snapshot->nodes,
		.n_nodes = snapshot->n_nodes,
		.groups = snapshot->group_facts,
		.dynamic = snapshot->dynamic,
		.n_dynamic = snapshot->n_dynamic,
	};
}

/* The device as a whole where that is decided at once, else the block. */
static struct range target_range(const struct snapshot *snapshot, const struct group *group,
				 const struct block *block)
{
	uint64_t first = group->is_dynamic ? block->id : group->first;
	uint64_t last = group->is_dynamic ? block->id : group->last;

	return (struct range){
		.start = first * snapshot->block_size,
		.end = last * snapshot->block_size + (snapshot->block_size - 1),
	};
}

/* What is online of the aligned unit around @block, as auto_movable_zone_for_pfn() looks at it. */
static void count_unit(const struct snapshot *snapshot, const struct block *block,
		       struct question *question)
{
	uint64_t blocks = question->group->unit_pages / question->n_pages;
	uint64_t first = block->id / blocks * blocks;

	for (uint64_t id = first; id - first < blocks; id++) {
		const struct block *other = find_block(snapshot, id);

		if (!other || other->state != BLOCK_ONLINE)
			continue;
		if (other->zone == BLOCK_ZONE_MOVABLE)
			question->unit_movable_pages += question->n_pages;
		else
			question->unit_kernel_pages += question->n_pages;
	}
}

struct question snapshot_question(const struct snapshot *snapshot, const struct block *block)
{
	const struct group *group = &snapshot->groups.g[block->group];
	struct question question = {
		.target = {
			.provider = group->provider,
			.device = group->name,
			.alias = group->alias,
			.node = block->node,
			.range = target_range(snapshot, group, block),
		},
		.n_pages = snapshot->block_size / snapshot->machine.page_size,
		.self_hosted = snapshot->self_hosted[block->group],
	};

	/* What stands alone is in no group of the kernel's either. */
	if (group_is_device(group))
		question.group = &snapshot->group_facts[block->group];
	if (question.group && group->is_dynamic && question.group->unit_pages > question.n_pages)
		count_unit(snapshot, block, &question);
	return question;
}

struct verdict snapshot_decide(const struct snapshot *snapshot, const struct policy *policy,
			       const struct block *block)
{
	struct facts facts = snapshot_facts(snapshot);
	struct question question = snapshot_question(snapshot, block);

	return decide(policy, &facts, &question);
}

void snapshot_account(struct snapshot *snapshot, const struct block *block, enum block_zone zone)
{
	struct block *online = find_block(snapshot, block->id);
	struct group_facts *group = &snapshot->group_facts[block->group];
	struct group *counts = &snapshot->groups.g[block->group];
	uint64_t pages = snapshot->block_size / snapshot->machine.page_size;
	struct node_facts *node = node_facts_of(snapshot, block->node);

	if (online) {
		online->state = BLOCK_ONLINE;
		online->zone = zone;
	}
	counts->offline -= counts->offline > 0;
	if (zone == BLOCK_ZONE_KERNEL) {
		group->kernel_pages += pages;
		counts->kernel++;
	}
	if (zone == BLOCK_ZONE_MOVABLE) {
		group->movable_pages += pages;
		counts->movable++;
	}
	if (!node)
		return; /* not of this snapshot */
	if (zone == BLOCK_ZONE_KERNEL)
		node->late += pages;
	if (zone == BLOCK_ZONE_MOVABLE)
		node->movable += pages;
}
