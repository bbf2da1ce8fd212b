/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hypothetical devices. */
#include "whatif.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "memmap.h"

#define ADDRESS_END (UINT64_C(1) << 52) /* the most an address can have */
#define BLOCKS_MAX (1U << 20)
/* Each is a group of its own, with what is known of one. */
#define SINGLE_BLOCKS_MAX (1U << 17)

static bool parse_kind(struct str word, enum provider *ret)
{
	for (unsigned i = 0; i < _PROVIDER_MAX; i++) {
		if (i == PROVIDER_BOOT || i == PROVIDER_OTHER ||
		    !str_eq(word, provider_name((enum provider)i)))
			continue;
		*ret = (enum provider)i;
		return true;
	}
	return false;
}

int whatif_parse(struct str text, struct whatif *ret)
{
	const char *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL, *at;
	struct whatif whatif = { .provider = PROVIDER_VIRTIO_MEM };
	struct str kind, size;
	uint64_t node;

	if (!colon || colon == text.p)
		return -EINVAL;
	kind = (struct str){ text.p, (size_t)(colon - text.p) };
	size = (struct str){ colon + 1, text.n - kind.n - 1 };
	at = memchr(size.p, '@', size.n);
	if (at) {
		struct str number = { at + 1, size.n - (size_t)(at - size.p) - 1 };

		if (parse_u64(number, 10, &node) < 0 || node > UINT_MAX)
			return -EINVAL;
		whatif.node = (unsigned)node;
		whatif.has_node = true;
		size.n = (size_t)(at - size.p);
	}
	if (parse_size(size, &whatif.size) < 0)
		return -EINVAL;
	if (!parse_kind(kind, &whatif.provider))
		whatif.device = kind;
	*ret = whatif;
	return 0;
}

/* -- Where there is room */

/* The first block with this number or a higher one. */
static size_t find_from(const struct snapshot *snapshot, uint64_t id)
{
	size_t low = 0, high = snapshot->n_blocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->blocks[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t align_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The number of the first block above all memory and everything that may become memory. */
static uint64_t first_above(const struct snapshot *snapshot, const struct windows *windows)
{
	uint64_t end = 0;

	if (snapshot->boot.n > 0)
		end = snapshot->boot.r[snapshot->boot.n - 1].end;
	for (size_t i = 0; i < _WINDOW_KIND_MAX; i++)
		if (windows->kind[i].n > 0)
			end = max_of(end, windows->kind[i].r[windows->kind[i].n - 1].end);
	for (size_t i = 0; i < snapshot->iomem.n; i++) {
		const struct iomem_entry *entry = &snapshot->iomem.entries[i];

		/* Windows of PCI may lie at the very end of what can be addressed. */
		if (entry->parent == IOMEM_NO_PARENT && !str_starts(entry->name, "PCI"))
			end = max_of(end, entry->end);
	}
	if (snapshot->n_blocks > 0)
		end = max_of(end, (snapshot->blocks[snapshot->n_blocks - 1].id + 1) *
						  snapshot->block_size -
					  1);
	return end / snapshot->block_size + (end > 0);
}

/* Room for @n blocks that lie one behind the other in @window. */
static bool find_room(const struct snapshot *snapshot, struct range window, uint64_t n,
		      uint64_t *ret_first)
{
	uint64_t first, last;

	if (!window_blocks(window, snapshot->block_size, &first, &last))
		return false;
	for (size_t i = find_from(snapshot, first); i < snapshot->n_blocks; i++) {
		uint64_t taken = snapshot->blocks[i].id;

		if (taken > last || taken - first >= n)
			break;
		first = taken + 1;
	}
	if (first > last || last - first < n - 1)
		return false;
	*ret_first = first;
	return true;
}

/* -- Who they belong to */

/* The lowest number that no name of the form PREFIX NUMBER SUFFIX has. */
static uint64_t next_number(const struct snapshot *snapshot, const char *prefix, unsigned base)
{
	uint64_t next = 0, number;

	for (size_t i = 0; i < snapshot->groups.n; i++) {
		struct str name = str_of(snapshot->groups.g[i].name);

		if (!str_starts(name, prefix))
			continue;
		name = str_of(name.p + strlen(prefix));
		name.n = strcspn(name.p, ".");
		if (parse_u64(name, base, &number) == 0 && number >= next && number < UINT_MAX)
			next = number + 1;
	}
	return next;
}

/* As the kernel would call the next device of its kind; the blocks of others stand alone. */
static void name_device(const struct snapshot *snapshot, struct group *group)
{
	unsigned long long number;

	switch (group->provider) {
	case PROVIDER_DIMM:
		number = next_number(snapshot, "PNP0C80:", 16);
		(void)snprintf(group->name, sizeof(group->name), "PNP0C80:%02llx", number);
		break;
	case PROVIDER_VIRTIO_MEM:
		number = next_number(snapshot, "virtio", 10);
		(void)snprintf(group->name, sizeof(group->name), "virtio%llu", number);
		break;
	case PROVIDER_CXL:
		number = next_number(snapshot, "dax", 10);
		(void)snprintf(group->name, sizeof(group->name), "dax%llu.0", number);
		(void)snprintf(group->alias, sizeof(group->alias), "region%llu", number);
		break;
	case PROVIDER_DAX:
		number = next_number(snapshot, "dax", 10);
		(void)snprintf(group->name, sizeof(group->name), "dax%llu.0", number);
		break;
	case PROVIDER_BALLOON:
	case PROVIDER_STANDBY:
	case PROVIDER_DLPAR:
	case PROVIDER_PROBE:
	case PROVIDER_BOOT:
	case PROVIDER_OTHER:
	case _PROVIDER_MAX:
		(void)snprintf(group->name, sizeof(group->name), "memory%llu",
			       (unsigned long long)group->first);
		break;
	}
}

/* As snapshot_read_memmap(): what is the default of the driver of a new device. */
static int asks_for_memmap(const struct snapshot *snapshot, enum provider provider)
{
	/* drivers/s390/char/sclp_mem.c asks where it can, since there is the attribute. */
	if (provider == PROVIDER_STANDBY)
		return machine_is_kernel(&snapshot->machine, 6, 19) ? 1 : -1;
	/* So does drivers/dax/cxl.c; others of drivers/dax do not. */
	if (!machine_is_kernel(&snapshot->machine, 6, 8))
		return -1;
	return provider == PROVIDER_CXL;
}

static enum self_hosted find_self_hosted(const struct snapshot *snapshot, const struct group *group)
{
	struct memmap_question question = {
		.provider = group->provider,
		.block_size = snapshot->block_size,
		.range_blocks = group->n_blocks,
		.asks = asks_for_memmap(snapshot, group->provider),
	};

	return memmap_is_self_hosted(&snapshot->machine, &question);
}

/* Room in the arrays that go with the groups first, so that a failure changes nothing. */
static int add_group(struct snapshot *snapshot, const struct group *group)
{
	size_t n = snapshot->groups.n + 1;
	struct group_facts *facts = reallocarray(snapshot->group_facts, n, sizeof(*facts));
	enum self_hosted *self_hosted;
	int r;

	if (!facts)
		return -ENOMEM;
	snapshot->group_facts = facts;
	self_hosted = reallocarray(snapshot->self_hosted, n, sizeof(*self_hosted));
	if (!self_hosted)
		return -ENOMEM;
	snapshot->self_hosted = self_hosted;
	if (group->is_dynamic) {
		size_t index = n - 1;

		r = ARRAY_APPEND(snapshot->dynamic, snapshot->n_dynamic, &index);
		if (r < 0)
			return r;
	}
	r = ARRAY_APPEND(snapshot->groups.g, snapshot->groups.n, group);
	if (r < 0) {
		snapshot->n_dynamic -= group->is_dynamic;
		return r;
	}
	facts[n - 1] = snapshot_group_facts(snapshot, group);
	self_hosted[n - 1] = find_self_hosted(snapshot, group);
	return 0;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* One more block, not at its place yet. */
static int append_block(struct snapshot *snapshot, uint64_t id, size_t group)
{
	const struct block block = {
		.id = id,
		.node = snapshot->groups.g[group].node,
		.has_node = true,
		.state = BLOCK_OFFLINE,
		.group = group,
	};

	return ARRAY_APPEND(snapshot->blocks, snapshot->n_blocks, &block);
}

static void sort_blocks(struct snapshot *snapshot)
{
	qsort(snapshot->blocks, snapshot->n_blocks, sizeof(*snapshot->blocks), compare_blocks);
}

/* -- A new device */

static int check_size(const struct snapshot *snapshot, const struct whatif *whatif,
		      uint64_t *ret_unit, uint64_t *ret_n)
{
	bool is_group = group_is_device(&(struct group){ .provider = whatif->provider });
	uint64_t unit = 1, n = whatif->size / snapshot->block_size;

	if (whatif->provider == PROVIDER_VIRTIO_MEM &&
	    snapshot->machine.virtio_mem_unit > snapshot->block_size)
		unit = snapshot->machine.virtio_mem_unit / snapshot->block_size;
	if (whatif->size == 0 || whatif->size % (unit * snapshot->block_size) != 0)
		return -EDOM;
	if (n > (is_group ? BLOCKS_MAX : SINGLE_BLOCKS_MAX))
		return -ERANGE;
	*ret_unit = unit;
	*ret_n = n;
	return 0;
}

static int place(const struct snapshot *snapshot, const struct windows *windows,
		 enum provider provider, uint64_t unit, uint64_t n, uint64_t *ret_first)
{
	const struct ranges *cxl = &windows->kind[WINDOW_CXL];
	uint64_t first;

	if (provider == PROVIDER_CXL && cxl->n > 0) {
		for (size_t i = 0; i < cxl->n; i++)
			if (find_room(snapshot, cxl->r[i], n, ret_first))
				return 0;
		return -ENOSPC;
	}
	first = align_up(first_above(snapshot, windows), unit);
	if (first + n > ADDRESS_END / snapshot->block_size)
		return -ERANGE;
	*ret_first = first;
	return 0;
}

static unsigned choose_node(const struct snapshot *snapshot, const struct whatif *whatif)
{
	unsigned lowest = 0, next = 0;

	if (whatif->has_node)
		return whatif->node;
	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		unsigned node = snapshot->nodes[i].node;

		if (i == 0 || node < lowest)
			lowest = node;
		if (node >= next && node < UINT_MAX)
			next = node + 1;
	}
	/* A window has a proximity domain of its own, and so a node. */
	return whatif->provider == PROVIDER_CXL ? next : lowest;
}

/* @n blocks from @like->first on: of one group, or each of its own where there are no devices. */
static int add_blocks(struct snapshot *snapshot, const struct group *like, uint64_t n)
{
	bool is_device = group_is_device(like);
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < n; i++) {
		struct group group = *like;

		if (i == 0 || !is_device) {
			group.first += i;
			group.n_blocks = is_device ? n : 1;
			group.offline = group.n_blocks;
			group.last = group.first + (group.n_blocks - 1);
			name_device(snapshot, &group);
			r = add_group(snapshot, &group);
		}
		if (r == 0)
			r = append_block(snapshot, like->first + i, snapshot->groups.n - 1);
	}
	return r;
}

static int add_device(struct snapshot *snapshot, const struct windows *windows,
		      const struct whatif *whatif)
{
	struct group group = {
		.provider = whatif->provider,
		.is_dynamic = whatif->provider == PROVIDER_VIRTIO_MEM,
		.node = choose_node(snapshot, whatif),
	};
	uint64_t unit, n;
	int r = check_size(snapshot, whatif, &unit, &n);

	if (r == 0)
		r = place(snapshot, windows, whatif->provider, unit, n, &group.first);
	if (r == 0)
		r = snapshot_add_node(snapshot, group.node);
	return r < 0 ? r : add_blocks(snapshot, &group, n);
}

/* -- A device that grows */

static bool find_device(const struct snapshot *snapshot, const struct whatif *whatif, size_t *ret)
{
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];

		if (group->provider != PROVIDER_VIRTIO_MEM || !str_eq(whatif->device, group->name))
			continue;
		*ret = i;
		return !whatif->has_node || whatif->node == group->node;
	}
	return false;
}

/* The range of a device, which has the device's name; where addresses are hidden all above it. */
static void find_range(const struct snapshot *snapshot, const struct group *group,
		       uint64_t *ret_first, uint64_t *ret_last)
{
	*ret_first = group->first;
	*ret_last = ADDRESS_END / snapshot->block_size - 1;
	for (size_t i = 0; i < snapshot->iomem.n; i++) {
		const struct iomem_entry *entry = &snapshot->iomem.entries[i];
		struct range range = { entry->start, entry->end };

		if (str_eq(entry->name, group->name) &&
		    window_blocks(range, snapshot->block_size, ret_first, ret_last))
			return;
	}
}

/* Free numbers, lowest first, as drivers/virtio/virtio_mem.c takes them. */
static int fill(struct snapshot *snapshot, size_t group, uint64_t n)
{
	size_t n_before = snapshot->n_blocks, next;
	uint64_t id, last;
	int r = 0;

	find_range(snapshot, &snapshot->groups.g[group], &id, &last);
	next = find_from(snapshot, id);
	for (; r == 0 && n > 0; id++) {
		if (id > last) {
			r = -ENOSPC;
		} else if (next < n_before && snapshot->blocks[next].id == id) {
			next++;
		} else {
			r = append_block(snapshot, id, group);
			n--;
		}
	}
	if (r < 0)
		snapshot->n_blocks = n_before;
	return r;
}

static int grow_device(struct snapshot *snapshot, const struct whatif *whatif)
{
	size_t n_before = snapshot->n_blocks, index;
	uint64_t unit, n;
	struct group *group;
	int r = check_size(snapshot, whatif, &unit, &n);

	if (!find_device(snapshot, whatif, &index))
		return -ENODEV;
	if (r == 0)
		r = fill(snapshot, index, n);
	if (r < 0)
		return r;
	group = &snapshot->groups.g[index];
	for (size_t i = n_before; i < snapshot->n_blocks; i++) {
		uint64_t id = snapshot->blocks[i].id;

		group->first = id < group->first ? id : group->first;
		group->last = id > group->last ? id : group->last;
	}
	group->n_blocks += n;
	group->offline += n;
	return 0;
}

int whatif_add(struct snapshot *snapshot, const struct windows *windows,
	       const struct whatif *whatif)
{
	int r = whatif->device.n > 0 ? grow_device(snapshot, whatif) :
				       add_device(snapshot, windows, whatif);

	sort_blocks(snapshot);
	return r;
}

static void take(uint64_t *from, uint64_t pages)
{
	/* Less than there is only when a block changed its zone while the machine was read. */
	*from -= *from < pages ? *from : pages;
}

void whatif_offline(struct snapshot *snapshot, uint64_t id)
{
	uint64_t pages = snapshot->block_size / snapshot->machine.page_size;
	size_t at = find_from(snapshot, id);
	struct block *block;
	struct group *group;

	if (at == snapshot->n_blocks || snapshot->blocks[at].id != id ||
	    snapshot->blocks[at].state == BLOCK_OFFLINE)
		return;
	block = &snapshot->blocks[at];
	group = &snapshot->groups.g[block->group];
	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		if (snapshot->nodes[i].node != block->node)
			continue;
		if (block->zone == BLOCK_ZONE_KERNEL)
			take(&snapshot->nodes[i].late, pages);
		if (block->zone == BLOCK_ZONE_MOVABLE)
			take(&snapshot->nodes[i].movable, pages);
	}
	if (block->zone == BLOCK_ZONE_KERNEL) {
		take(&snapshot->group_facts[block->group].kernel_pages, pages);
		take(&group->kernel, 1);
	}
	if (block->zone == BLOCK_ZONE_MOVABLE) {
		take(&snapshot->group_facts[block->group].movable_pages, pages);
		take(&group->movable, 1);
	}
	group->offline++;
	block->state = BLOCK_OFFLINE;
	block->zone = BLOCK_ZONE_NONE;
}
