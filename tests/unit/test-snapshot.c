/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a snapshot makes of small machines. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scarce.h"
#include "snapshot.h"
#include "tree.h"

#define MEMORY "sys/devices/system/memory/"
#define NODE "sys/devices/system/node/"
#define BOOT "run/memhp/boot-memory"
#define BLOCK_MIB 128
#define OFFLINE "Normal Movable\n"

/*
 * 1 GiB at boot (blocks 0 to 7), a DIMM half online, and a CXL device with a node of its own. The
 * numbers of the zones are in zone_rows.
 */
static const struct tree_node machine[] = {
	{ MEMORY "block_size_bytes", "8000000\n" },
	{ MEMORY "auto_online_blocks", "offline\n" },
	{ MEMORY "power/control", "auto\n" },
	{ MEMORY "memory0/state", "online\n" },
	{ MEMORY "memory0/valid_zones", "none\n" },
	{ MEMORY "memory7/state", "online\n" },
	{ MEMORY "memory7/valid_zones", "DMA32\n" },
	{ MEMORY "memory32/state", "online\n" },
	{ MEMORY "memory32/valid_zones", "Normal\n" },
	{ MEMORY "memory32/firmware_node", "-> ../../../../LNXSYSTM:00/LNXSYBUS:00/PNP0C80:00" },
	{ MEMORY "memory33/state", "online\n" },
	{ MEMORY "memory33/valid_zones", "Movable\n" },
	{ MEMORY "memory33/firmware_node", "-> ../../../../LNXSYSTM:00/LNXSYBUS:00/PNP0C80:00" },
	{ MEMORY "memory34/state", "offline\n" },
	{ MEMORY "memory34/valid_zones", OFFLINE },
	{ MEMORY "memory34/firmware_node", "-> ../../../../LNXSYSTM:00/LNXSYBUS:00/PNP0C80:00" },
	{ MEMORY "memory100/state", "online\n" },
	{ MEMORY "memory100/valid_zones", "Movable\n" },
	{ NODE "online", "0-1\n" },
	{ NODE "node0/memory0", "-> ../../memory/memory0" },
	{ NODE "node0/memory32", "-> ../../memory/memory32" },
	{ NODE "node0/memory33", "-> ../../memory/memory33" },
	{ NODE "node0/memory34", "-> ../../memory/memory34" },
	{ NODE "node0/cpulist", "0-1\n" },
	{ NODE "node1/memory100", "-> ../../memory/memory100" },
	{ NODE "nodes/memory34", "-> ../../memory/memory34" },
	{ NODE "node4294967296/memory34", "-> ../../memory/memory34" }, /* no number of a node */
	{ "proc/iomem",
	  "00001000-3fffffff : System RAM\n100000000-117ffffff : System RAM\n"
	  "320000000-327ffffff : CXL Window 0\n  320000000-327ffffff : region0\n"
	  "    320000000-327ffffff : dax0.0\n      320000000-327ffffff : System RAM (kmem)\n" },
	{ BOOT, "1000-3fffffff\n# end of boot memory\n" },
	{ NULL, NULL },
};

struct zone_row {
	unsigned node;
	const char *zone;
	unsigned present_mib, cma_mib;
};

static const struct zone_row zone_rows[] = {
	{ 0, "DMA", 16, 0 },	  { 0, "DMA32", 1008, 64 }, { 0, "Normal", 128, 0 },
	{ 0, "Movable", 128, 0 }, { 1, "Normal", 0, 0 },    { 1, "Movable", 128, 0 },
};

static uint64_t pages(uint64_t mib)
{
	return (mib << 20) / (uint64_t)sysconf(_SC_PAGESIZE);
}

static void write_zones(const struct tree *tree, const struct zone_row *rows, size_t n)
{
	char text[2048];
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used,
			"Node %u, zone %8s\n  pages free     1\n        spanned  99999999\n"
			"        present  %llu\n        managed  1\n        cma      %llu\n",
			rows[i].node, rows[i].zone, (unsigned long long)pages(rows[i].present_mib),
			(unsigned long long)pages(rows[i].cma_mib));
	assert_true(used < sizeof(text));
	tree_text(tree, "proc/zoneinfo", text);
}

static const struct tree *make_machine(void **state)
{
	const struct tree *tree = *state;

	tree_add(tree, machine);
	write_zones(tree, zone_rows, ARRAY_SIZE(zone_rows));
	return tree;
}

static struct snapshot snap(const struct tree *tree)
{
	struct snapshot snapshot;
	int r = snapshot_read(&tree->fs, &snapshot);

	if (r < 0)
		fail_msg("snapshot: %s", strerror(-r));
	return snapshot;
}

static void check_node(const struct snapshot *snapshot, unsigned node, uint64_t early_mib,
		       uint64_t movable_mib)
{
	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		const struct node_facts *facts = &snapshot->nodes[i];

		if (facts->node != node)
			continue;
		assert_int_equal(facts->early, pages(early_mib));
		assert_int_equal(facts->movable, pages(movable_mib));
		return;
	}
	fail_msg("node %u is missing", node);
}

static uint64_t late_mib(const struct snapshot *snapshot, unsigned node)
{
	for (size_t i = 0; i < snapshot->n_nodes; i++)
		if (snapshot->nodes[i].node == node)
			return snapshot->nodes[i].late * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;
	fail_msg("node %u is missing", node);
	return 0;
}

static const struct block *block_of(const struct snapshot *snapshot, uint64_t id)
{
	const struct block *block = snapshot_find_block(snapshot, id);

	if (!block)
		fail_msg("memory%d is missing", (int)id);
	return block;
}

static void test_sums(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s = snap(tree);

	assert_int_equal(s.block_size, BLOCK_MIB << 20);
	assert_int_equal(s.machine.page_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(s.n_nodes, 2);
	check_node(&s, 0, 16 + 1008 - 64 + 128 - 128, 64 + 128);
	check_node(&s, 1, 0, 128);
	assert_int_equal(late_mib(&s, 0), 128);
	assert_int_equal(late_mib(&s, 1), 0);
	snapshot_done(&s);
}

static void test_kernel_block(void **state)
{
	static const struct {
		const char *state, *zones;
		unsigned early_mib, late_mib;
	} rows[] = {
		{ "online\n", "Normal\n", 960 - 128, 256 },
		{ "online\n", "DMA32\n", 960 - 128, 256 },
		{ "online\n", "Movable\n", 960, 128 },
		{ "online\n", "none\n", 960, 128 },
		{ "offline\n", OFFLINE, 960, 128 },
		{ "going-offline\n", "Normal\n", 960, 128 },
	};
	const struct tree *tree = make_machine(state);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s;

		tree_text(tree, MEMORY "memory34/state", rows[i].state);
		tree_text(tree, MEMORY "memory34/valid_zones", rows[i].zones);
		s = snap(tree);
		check_node(&s, 0, rows[i].early_mib, 192);
		assert_int_equal(late_mib(&s, 0), rows[i].late_mib);
		snapshot_done(&s);
	}
}

static void test_more_than_there_is(void **state)
{
	static const struct zone_row rows[] = { { 0, "Normal", 100, 0 } };
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	write_zones(tree, rows, ARRAY_SIZE(rows));
	s = snap(tree);
	check_node(&s, 0, 0, 0);
	check_node(&s, 1, 0, 0);
	assert_int_equal(late_mib(&s, 0), 128); /* blocks are what they say, whatever zones say */
	snapshot_done(&s);
}

static void test_no_numa(void **state)
{
	static const struct zone_row rows[] = { { 0, "DMA32", 1024, 0 },
						{ 0, "Normal", 128, 0 },
						{ 0, "Movable", 256, 0 } };
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, "sys/devices/system/node");
	write_zones(tree, rows, ARRAY_SIZE(rows));
	s = snap(tree);
	assert_int_equal(s.n_nodes, 1);
	check_node(&s, 0, 1024, 256);
	assert_int_equal(s.n_blocks, 4);
	for (size_t i = 0; i < s.n_blocks; i++) {
		assert_true(s.blocks[i].has_node);
		assert_int_equal(s.blocks[i].node, 0);
	}
	snapshot_done(&s);
}

static void test_blocks(void **state)
{
	static const struct block expected[] = {
		{ 32, 0, true, BLOCK_ONLINE, BLOCK_ZONE_KERNEL, "PNP0C80:00", 0 },
		{ 33, 0, true, BLOCK_ONLINE, BLOCK_ZONE_MOVABLE, "PNP0C80:00", 0 },
		{ 34, 0, true, BLOCK_OFFLINE, BLOCK_ZONE_NONE, "PNP0C80:00", 0 },
		{ 100, 1, true, BLOCK_ONLINE, BLOCK_ZONE_MOVABLE, "", 1 },
	};
	struct snapshot s = snap(make_machine(state));

	assert_int_equal(s.n_blocks, ARRAY_SIZE(expected));
	for (size_t i = 0; i < s.n_blocks; i++) {
		const struct block *b = block_of(&s, expected[i].id);

		assert_ptr_equal(b, &s.blocks[i]);
		assert_int_equal(b->node, expected[i].node);
		assert_int_equal(b->has_node, expected[i].has_node);
		assert_int_equal(b->state, expected[i].state);
		assert_int_equal(b->zone, expected[i].zone);
		assert_string_equal(b->firmware, expected[i].firmware);
		assert_int_equal(b->group, expected[i].group);
	}
	snapshot_done(&s);
}

static void test_not_blocks(void **state)
{
	static const struct tree_node nodes[] = {
		{ MEMORY "memory034/state", "offline\n" },
		{ MEMORY "memory/state", "offline\n" },
		{ MEMORY "memory34x/state", "offline\n" },
		{ MEMORY "memory18446744073709551616/state", "offline\n" },
		{ MEMORY "memory18446744073709551615/state",
		  "offline\n" },				    /* its address does not fit */
		{ MEMORY "memory137438953472/state", "offline\n" }, /* nor does this one's, 2^64 */
		{ NULL, NULL },
	};
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_add(tree, nodes);
	s = snap(tree);
	assert_int_equal(s.n_blocks, 4);
	for (uint64_t id = 0; id < 8; id++)
		assert_null(snapshot_find_block(&s, id));
	assert_null(snapshot_find_block(&s, 35));
	snapshot_done(&s);
}

static void test_vanished(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, MEMORY "memory33");
	tree_dir(tree, MEMORY "memory33"); /* a directory that is read while it is taken down */
	s = snap(tree);
	assert_int_equal(s.n_blocks, 3);
	assert_null(snapshot_find_block(&s, 33));
	assert_int_equal(s.groups.n, 2);
	assert_int_equal(s.groups.g[0].n_blocks, 2);
	assert_int_equal(s.groups.g[0].movable, 0);
	snapshot_done(&s);
}

static void test_all_vanished(void **state)
{
	static const uint64_t ids[] = { 32, 33, 34, 100 };
	const struct tree *tree = make_machine(state);
	struct snapshot s;
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		(void)snprintf(path, sizeof(path), MEMORY "memory%d", (int)ids[i]);
		tree_drop(tree, path);
	}
	s = snap(tree);
	assert_int_equal(s.n_blocks, 0);
	assert_int_equal(s.groups.n, 0);
	assert_null(snapshot_find_block(&s, 32));
	snapshot_done(&s);
	snapshot_done(&s);
}

/* memmap=1G!4G: what is persistent memory now is RAM in the map that the boot loader handed over. */
static void test_driver_managed(void **state)
{
	const struct tree *tree = make_machine(state);
	struct policy policy = policy_default();
	struct snapshot s;

	policy.zone[PROVIDER_CXL] = ZONE_POLICY_MOVABLE;
	tree_text(tree, BOOT, "1000-3fffffff\n318000000-32fffffff\n# end of boot memory\n");
	tree_text(tree, MEMORY "memory99/state", "online\n");
	tree_text(tree, MEMORY "memory100/state", "offline\n");
	tree_text(tree, MEMORY "memory101/state", "offline\n");
	s = snap(tree);
	assert_int_equal(s.n_blocks, 4);
	assert_null(snapshot_find_block(&s, 99));
	assert_null(snapshot_find_block(&s, 101));
	assert_int_equal(s.groups.g[block_of(&s, 100)->group].provider, PROVIDER_CXL);
	assert_int_equal(snapshot_decide(&s, &policy, block_of(&s, 100)).zone, ZONE_MOVABLE);
	/* Somebody reconfigures more of it. */
	tree_text(tree, "proc/iomem",
		  "00001000-3fffffff : System RAM\n318000000-31fffffff : System RAM\n"
		  "320000000-32fffffff : dax0.0\n  320000000-32fffffff : System RAM (kmem)\n");
	assert_int_equal(snapshot_refresh(&tree->fs, &s), 0);
	assert_null(snapshot_find_block(&s, 99));
	assert_int_equal(s.groups.g[block_of(&s, 101)->group].n_blocks, 2);
	/* Without addresses nobody can tell. */
	snapshot_done(&s);
	tree_drop(tree, "proc/iomem");
	assert_int_equal(snapshot_read_public(&tree->fs, &s), 0);
	assert_null(snapshot_find_block(&s, 100));
	snapshot_done(&s);
}

/* A directory in place of an attribute cannot be read, so that whoever tries is found out. */
static void test_offline_zones_unread(void **state)
{
	const struct tree *tree = make_machine(state);
	enum block_state block_state;
	enum block_zone zone;
	struct snapshot s;

	tree_drop(tree, MEMORY "memory34/valid_zones");
	tree_dir(tree, MEMORY "memory34/valid_zones");
	s = snap(tree);
	assert_int_equal(block_of(&s, 34)->zone, BLOCK_ZONE_NONE);
	snapshot_done(&s);
	assert_int_equal(snapshot_read_state(&tree->fs, 34, &block_state, &zone), 0);

	tree_text(tree, MEMORY "memory34/state", "online\n");
	assert_int_equal(snapshot_read_state(&tree->fs, 34, &block_state, &zone), -EISDIR);
}

static void test_unreadable_block(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, MEMORY "memory34/state");
	tree_dir(tree, MEMORY "memory34/state");
	tree_drop(tree, MEMORY "memory33/valid_zones");
	tree_dir(tree, MEMORY "memory33/valid_zones");
	tree_drop(tree, NODE "node1");
	tree_text(tree, NODE "node1", "a file\n");
	s = snap(tree);
	assert_int_equal(s.n_blocks, 3);
	assert_null(snapshot_find_block(&s, 34));
	assert_int_equal(block_of(&s, 33)->state, BLOCK_ONLINE);
	assert_int_equal(block_of(&s, 33)->zone, BLOCK_ZONE_NONE);
	assert_int_equal(block_of(&s, 32)->zone, BLOCK_ZONE_KERNEL);
	assert_false(block_of(&s, 100)->has_node);
	assert_true(block_of(&s, 33)->has_node);
	snapshot_done(&s);
}

/* What leaves a decision without its facts is an error for who decides, not for who looks. */
static void test_public(void **state)
{
	static const struct {
		const char *path, *content;
		size_t n_nodes, n_iomem;
	} rows[] = {
		{ "proc/iomem", NULL, 2, 0 },
		{ "proc/iomem", "00000000-00000000 : System RAM\n", 2, 0 },
		{ "proc/zoneinfo", NULL, 0, 6 },
		{ "proc/zoneinfo", "nonsense\n", 0, 6 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s;

		(void)make_machine(state);
		tree_drop(tree, rows[i].path);
		if (rows[i].content)
			tree_text(tree, rows[i].path, rows[i].content);
		assert_int_equal(snapshot_read_public(&tree->fs, &s), 0);
		assert_int_equal(s.n_nodes, rows[i].n_nodes);
		assert_int_equal(s.iomem.n, rows[i].n_iomem);
		assert_int_equal(s.n_blocks, 4);
		assert_string_equal(s.groups.g[0].name, "PNP0C80:00");
		snapshot_done(&s);
	}
}

/* As a record says it, of blocks 100 and 101. */
static bool name_dax(void *userdata, uint64_t block, struct group *ret)
{
	size_t *asked = userdata;

	++*asked;
	if (block != 100 && block != 101)
		return false;
	(void)snprintf(ret->name, sizeof(ret->name), "dax0.0");
	ret->provider = PROVIDER_CXL;
	return true;
}

static void test_regroup(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;
	size_t asked = 0;

	tree_drop(tree, "proc/iomem");
	for (unsigned i = 101; i <= 102; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), MEMORY "memory%u/state", i);
		tree_text(tree, path, "offline\n");
	}
	assert_int_equal(snapshot_read_public(&tree->fs, &s), 0);
	assert_int_equal(s.groups.n, 4); /* the DIMM, and each of the others for itself */
	assert_int_equal(snapshot_regroup(&tree->fs, &s, name_dax, &asked), 0);
	assert_int_equal(asked, 3); /* a DIMM is known without */
	assert_int_equal(s.groups.n, 3);
	assert_string_equal(s.groups.g[1].name, "dax0.0");
	assert_int_equal(s.groups.g[1].provider, PROVIDER_CXL);
	assert_int_equal(s.groups.g[1].n_blocks, 2);
	assert_int_equal(s.groups.g[1].last, 101);
	assert_int_equal(s.groups.g[1].movable, 1);
	assert_int_equal(s.groups.g[1].offline, 1);
	assert_int_equal(s.group_facts[1].max_pages, pages(2 * BLOCK_MIB));
	assert_string_equal(s.groups.g[2].name, "memory102");
	assert_int_equal(block_of(&s, 101)->group, 1);
	assert_int_equal(block_of(&s, 102)->group, 2);
	snapshot_done(&s);
}

static bool name_virtio_mem(void *userdata, uint64_t block, struct group *ret)
{
	(void)userdata;
	(void)block;
	(void)snprintf(ret->name, sizeof(ret->name), "virtio3");
	ret->provider = PROVIDER_VIRTIO_MEM;
	return true;
}

static void test_regroup_dynamic(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, "proc/iomem");
	assert_int_equal(snapshot_read_public(&tree->fs, &s), 0);
	assert_int_equal(s.n_dynamic, 0);
	assert_int_equal(snapshot_regroup(&tree->fs, &s, name_virtio_mem, NULL), 0);
	assert_int_equal(s.n_dynamic, 1);
	assert_string_equal(s.groups.g[s.dynamic[0]].name, "virtio3");
	snapshot_done(&s);
}

static void test_no_node_yet(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, NODE "node0/memory34");
	s = snap(tree);
	assert_false(block_of(&s, 34)->has_node);
	assert_int_equal(block_of(&s, 34)->node, NODE_UNKNOWN);
	assert_true(block_of(&s, 33)->has_node);
	assert_int_equal(s.groups.g[block_of(&s, 34)->group].node, 0); /* that of its others */
	snapshot_done(&s);
}

static void test_no_node_is_not_node_0(void **state)
{
	const struct tree *tree = make_machine(state);
	struct policy policy = policy_default();
	struct verdict verdict;
	struct snapshot s;

	assert_int_equal(
		policy_set(&policy, str_of("Node 0"), str_of("Zone"), str_of("movable"), NULL), 0);
	tree_text(tree, MEMORY "memory32/valid_zones", "Movable\n");
	tree_drop(tree, NODE "node0/memory34");
	s = snap(tree);
	verdict = snapshot_decide(&s, &policy, block_of(&s, 34));
	assert_int_equal(verdict.zone, ZONE_KERNEL);
	assert_int_equal(verdict.reason, REASON_NODE_UNKNOWN);
	policy.numa_aware = 0; /* then no node is asked for */
	verdict = snapshot_decide(&s, &policy, block_of(&s, 34));
	assert_int_equal(verdict.zone, ZONE_MOVABLE);
	assert_int_equal(verdict.reason, REASON_FITS);
	snapshot_done(&s);
}

static void test_long_firmware(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_link(tree, MEMORY "memory34/firmware_node",
		  "../ABCDEFGHIJKL:000"); /* 16 bytes, 15 fit */
	s = snap(tree);
	assert_string_equal(block_of(&s, 34)->firmware, "");
	assert_int_equal(s.groups.g[block_of(&s, 34)->group].provider, PROVIDER_OTHER);
	snapshot_done(&s);
}

static void test_groups(void **state)
{
	struct snapshot s = snap(make_machine(state));
	struct facts facts = snapshot_facts(&s);
	const struct group_facts *dimm = &s.group_facts[0], *cxl = &s.group_facts[1];
	struct question question = snapshot_question(&s, block_of(&s, 34));

	assert_int_equal(s.groups.n, 2);
	assert_int_equal(facts.n_dynamic, 0);
	assert_ptr_equal(facts.groups, s.group_facts);
	assert_ptr_equal(facts.nodes, s.nodes);
	assert_int_equal(facts.n_nodes, 2);
	assert_int_equal(facts.page_size, s.machine.page_size);
	assert_false(dimm->is_dynamic || cxl->is_dynamic);
	assert_int_equal(dimm->max_pages, pages(3 * BLOCK_MIB));
	assert_int_equal(dimm->unit_pages, pages(BLOCK_MIB));
	assert_int_equal(dimm->kernel_pages, pages(BLOCK_MIB));
	assert_int_equal(dimm->movable_pages, pages(BLOCK_MIB));
	assert_int_equal(cxl->node, 1);
	assert_int_equal(cxl->kernel_pages, 0);
	assert_int_equal(cxl->movable_pages, pages(BLOCK_MIB));
	assert_int_equal(question.target.provider, PROVIDER_DIMM);
	assert_int_equal(question.n_pages, pages(BLOCK_MIB));
	assert_ptr_equal(question.group, dimm);
	assert_int_equal(question.unit_kernel_pages, 0);
	question = snapshot_question(&s, block_of(&s, 100));
	assert_int_equal(question.target.provider, PROVIDER_CXL);
	assert_int_equal(question.target.node, 1);
	snapshot_done(&s);
}

static void test_target(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s = snap(tree);
	struct question question = snapshot_question(&s, block_of(&s, 34));

	/* A DIMM as a whole: what has to be in a [Range] is all of it. */
	assert_string_equal(question.target.device, "PNP0C80:00");
	assert_string_equal(question.target.alias, "");
	assert_int_equal(question.target.node, 0);
	assert_int_equal(question.target.range.start, 0x100000000);
	assert_int_equal(question.target.range.end, 0x117ffffff);
	question = snapshot_question(&s, block_of(&s, 100));
	assert_string_equal(question.target.device, "dax0.0");
	assert_string_equal(question.target.alias, "region0");
	assert_int_equal(question.target.range.start, 0x320000000);
	assert_int_equal(question.target.range.end, 0x327ffffff);
	snapshot_done(&s);
}

/* Nobody's memory is in no group of the kernel's: each block is judged for itself. */
static void test_no_device(void **state)
{
	const struct tree *tree = make_machine(state);
	struct question question;
	struct snapshot s;

	tree_text(tree, MEMORY "probe", "");
	for (unsigned id = 32; id <= 34; id++) {
		char path[64];

		(void)snprintf(path, sizeof(path), MEMORY "memory%u/firmware_node", id);
		tree_drop(tree, path);
	}
	s = snap(tree);
	assert_int_equal(s.groups.n, 4);
	assert_int_equal(s.n_dynamic, 0);
	question = snapshot_question(&s, block_of(&s, 33));
	assert_int_equal(question.target.provider, PROVIDER_PROBE);
	assert_string_equal(question.target.device, "memory33");
	assert_int_equal(question.target.range.start, 0x108000000);
	assert_int_equal(question.target.range.end, 0x10fffffff);
	assert_null(question.group);
	assert_int_equal(question.n_pages, pages(BLOCK_MIB));
	assert_int_equal(question.self_hosted, SELF_HOSTED_NO);
	snapshot_done(&s);
}

static void test_machine(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_text(tree, "proc/sys/kernel/arch", "aarch64\n");
	tree_text(tree, "proc/sys/kernel/osrelease", "6.12.117\n");
	s = snap(tree);
	assert_string_equal(s.machine.arch, "aarch64");
	assert_true(machine_is_kernel(&s.machine, 6, 12));
	snapshot_done(&s);
}

/* daxX.Y/memmap_on_memory (since 6.8) and the module's parameter; not captured. */
static void test_self_hosted(void **state)
{
	static const struct {
		const char *mode, *release, *dax; /* NULL: not there */
		bool dimm, cxl;			  /* self-hosted */
	} rows[] = {
		{ "Y\n", "6.12.1\n", "1\n", true, true },
		{ "Y\n", "6.12.1\n", "0\n", true, false },
		{ "Y\n", "6.12.1\n", NULL, true, false },
		{ "Y\n", "6.12.1\n", "2\n", true, false },
		{ "Y\n", "6.12.1\n", "yes\n", true, false },
		{ "force\n", "6.8.0\n", "1\n", true, true },
		{ "Y\n", "6.1.0\n", NULL, false, false },
		{ "N\n", "6.12.1\n", "1\n", false, false },
		{ NULL, "6.12.1\n", "1\n", false, false },
	};
	const struct tree *tree = make_machine(state);
	/* Blocks of 128 MiB are large enough with pages of 4 KiB. */
	enum self_hosted yes = sysconf(_SC_PAGESIZE) == 4096 ? SELF_HOSTED_YES : SELF_HOSTED_NO;

	tree_text(tree, "proc/sys/kernel/arch", "x86_64\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s;

		tree_text(tree, "proc/sys/kernel/osrelease", rows[i].release);
		tree_dir(tree, "sys/module/memory_hotplug/parameters");
		tree_dir(tree, "sys/bus/dax/devices/dax0.0");
		if (rows[i].mode)
			tree_text(tree, "sys/module/memory_hotplug/parameters/memmap_on_memory",
				  rows[i].mode);
		if (rows[i].dax)
			tree_text(tree, "sys/bus/dax/devices/dax0.0/memmap_on_memory", rows[i].dax);
		s = snap(tree);
		if (snapshot_question(&s, block_of(&s, 34)).self_hosted !=
			    (rows[i].dimm ? yes : SELF_HOSTED_NO) ||
		    snapshot_question(&s, block_of(&s, 100)).self_hosted !=
			    (rows[i].cxl ? yes : SELF_HOSTED_NO))
			fail_msg("row %zu: DIMM %d, CXL %d", i, (int)s.self_hosted[0],
				 (int)s.self_hosted[1]);
		snapshot_done(&s);
		tree_drop(tree, "sys/module");
		tree_drop(tree, "sys/bus");
	}
}

/* Before 6.8 a range has to be one block, of a device that may have several. */
static void test_self_hosted_ranges(void **state)
{
	static const struct {
		const char *iomem; /* NULL: hidden */
		bool is_alone;	   /* the DIMM has one block */
		enum self_hosted expected;
	} rows[] = {
		{ "100000000-117ffffff : System RAM\n", false, SELF_HOSTED_NO },
		{ "100000000-107ffffff : System RAM\n108000000-117ffffff : System RAM\n", false,
		  SELF_HOSTED_NO },
		{ "100000000-107ffffff : System RAM\n108000000-10fffffff : System RAM\n"
		  "110000000-117ffffff : System RAM\n",
		  false, SELF_HOSTED_YES },
		{ "110000000-117ffffff : System RAM\n", true, SELF_HOSTED_YES },
		{ NULL, false, SELF_HOSTED_UNKNOWN },
		{ NULL, true, SELF_HOSTED_YES },
	};
	const struct tree *tree = *state;

	if (sysconf(_SC_PAGESIZE) != 4096)
		return; /* the page array of such a block would be too small */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s;

		(void)make_machine(state);
		tree_text(tree, "proc/sys/kernel/arch", "x86_64\n");
		tree_text(tree, "proc/sys/kernel/osrelease", "6.1.0\n");
		tree_text(tree, "sys/module/memory_hotplug/parameters/memmap_on_memory", "Y\n");
		tree_text(tree, "proc/iomem",
			  rows[i].iomem ? rows[i].iomem : "00000000-00000000 : System RAM\n");
		if (rows[i].is_alone) {
			tree_drop(tree, MEMORY "memory32");
			tree_drop(tree, MEMORY "memory33");
		}
		assert_int_equal(snapshot_read_public(&tree->fs, &s), 0);
		if (snapshot_question(&s, block_of(&s, 34)).self_hosted != rows[i].expected)
			fail_msg("row %zu: %d", i, (int)s.self_hosted[0]);
		snapshot_done(&s);
	}
}

/* A virtio-mem device of eight blocks, 32 to 39, of which 32 to 37 are plugged. */
static const struct tree *make_units(void **state, const char *force, const char *size)
{
	static const struct tree_node nodes[] = {
		{ MEMORY "block_size_bytes", "8000000\n" },
		{ MEMORY "memory32/state", "online\n" },
		{ MEMORY "memory32/valid_zones", "Movable\n" },
		{ MEMORY "memory33/state", "offline\n" },
		{ MEMORY "memory34/state", "offline\n" },
		{ MEMORY "memory35/state", "online\n" },
		{ MEMORY "memory35/valid_zones", "Normal\n" },
		{ MEMORY "memory36/state", "offline\n" },
		{ MEMORY "memory37/state", "offline\n" },
		{ "proc/iomem", "100000000-13fffffff : virtio0\n"
				"  100000000-12fffffff : System RAM (virtio_mem)\n" },
		{ BOOT, "0-fffffff\n# end of boot memory\n" },
		{ NULL, NULL },
	};
	static const struct zone_row rows[] = { { 0, "DMA32", 256, 0 },
						{ 0, "Normal", 128, 0 },
						{ 0, "Movable", 128, 0 } };
	const struct tree *tree = *state;

	tree_add(tree, nodes);
	write_zones(tree, rows, ARRAY_SIZE(rows));
	tree_text(tree, "sys/module/virtio_mem/parameters/force_bbm", force);
	tree_text(tree, "sys/module/virtio_mem/parameters/bbm_block_size", size);
	return tree;
}

static void check_unit(const struct snapshot *s, uint64_t id, uint64_t movable_mib,
		       uint64_t kernel_mib)
{
	struct question question = snapshot_question(s, block_of(s, id));

	assert_int_equal(question.n_pages, pages(BLOCK_MIB));
	assert_ptr_equal(question.group, &s->group_facts[0]);
	if (question.unit_movable_pages != pages(movable_mib) ||
	    question.unit_kernel_pages != pages(kernel_mib))
		fail_msg("memory%d: %d pages are movable, kernel %d", (int)id,
			 (int)question.unit_movable_pages, (int)question.unit_kernel_pages);
	/* Units come and go by themselves: what has to be in a [Range] is the block. */
	assert_int_equal(question.target.range.start, id * BLOCK_MIB << 20);
	assert_int_equal(question.target.range.end, ((id + 1) * BLOCK_MIB << 20) - 1);
}

static void test_units(void **state)
{
	struct snapshot s = snap(make_units(state, "Y\n", "268435456\n"));

	assert_int_equal(s.groups.n, 1);
	assert_true(s.group_facts[0].is_dynamic);
	assert_int_equal(s.group_facts[0].unit_pages, pages(256));
	check_unit(&s, 33, 128, 0);
	check_unit(&s, 34, 0, 128);
	check_unit(&s, 36, 0, 0);
	check_unit(&s, 37, 0, 0);
	snapshot_done(&s);
}

static void test_larger_units(void **state)
{
	struct snapshot s = snap(make_units(state, "Y\n", "536870912\n"));

	/* Units are aligned: 32 to 35, and 36 to 39, of which two are not plugged. */
	assert_int_equal(s.group_facts[0].unit_pages, pages(512));
	check_unit(&s, 33, 128, 128);
	check_unit(&s, 34, 128, 128);
	check_unit(&s, 36, 0, 0);
	snapshot_done(&s);
}

/* Units that are one block are not looked into. */
static void test_small_units(void **state)
{
	static const struct {
		const char *force, *size;
	} rows[] = {
		{ "N\n", "268435456\n" }, { "Y\n", "0\n" },	    { "Y\n", "134217728\n" },
		{ "Y\n", "67108864\n" },  { "Y\n", "402653184\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s = snap(make_units(state, rows[i].force, rows[i].size));

		assert_int_equal(s.group_facts[0].unit_pages, pages(BLOCK_MIB));
		check_unit(&s, 33, 0, 0);
		check_unit(&s, 34, 0, 0);
		snapshot_done(&s);
	}
}

/* A block in more than one zone is not in ZONE_MOVABLE, which is what the kernel asks for. */
static void test_units_mixed(void **state)
{
	const struct tree *tree = make_units(state, "Y\n", "268435456\n");
	struct snapshot s;

	tree_text(tree, MEMORY "memory32/valid_zones", "none\n");
	s = snap(tree);
	check_unit(&s, 33, 0, 128);
	snapshot_done(&s);
}

static void test_units_account(void **state)
{
	struct snapshot s = snap(make_units(state, "Y\n", "268435456\n"));

	check_unit(&s, 37, 0, 0);
	snapshot_account(&s, block_of(&s, 36), BLOCK_ZONE_MOVABLE);
	check_unit(&s, 37, 128, 0);
	assert_int_equal(block_of(&s, 36)->state, BLOCK_ONLINE);
	assert_int_equal(block_of(&s, 36)->zone, BLOCK_ZONE_MOVABLE);
	snapshot_account(&s, block_of(&s, 33), BLOCK_ZONE_KERNEL);
	check_unit(&s, 33, 128, 128);
	assert_int_equal(late_mib(&s, 0), 256);
	snapshot_done(&s);
}

/* The unit of a DIMM is no matter, whatever virtio-mem's is. */
static void test_units_others(void **state)
{
	const struct tree *tree = make_machine(state);
	struct question question;
	struct snapshot s;

	tree_text(tree, "sys/module/virtio_mem/parameters/force_bbm", "Y\n");
	tree_text(tree, "sys/module/virtio_mem/parameters/bbm_block_size", "268435456\n");
	s = snap(tree);
	question = snapshot_question(&s, block_of(&s, 34));
	assert_int_equal(s.group_facts[0].unit_pages, pages(BLOCK_MIB));
	assert_int_equal(question.unit_movable_pages, 0);
	assert_int_equal(question.unit_kernel_pages, 0);
	snapshot_done(&s);
}

static void test_account(void **state)
{
	static const struct {
		enum block_zone zone;
		unsigned kernel_mib, movable_mib; /* of the group afterwards */
		unsigned node_movable_mib, node_late_mib;
	} rows[] = {
		{ BLOCK_ZONE_NONE, 128, 128, 192, 128 },
		{ BLOCK_ZONE_KERNEL, 256, 128, 192, 256 },
		{ BLOCK_ZONE_MOVABLE, 128, 256, 320, 128 },
	};
	const struct tree *tree = make_machine(state);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s = snap(tree);

		snapshot_account(&s, block_of(&s, 34), rows[i].zone);
		assert_int_equal(s.group_facts[0].kernel_pages, pages(rows[i].kernel_mib));
		assert_int_equal(s.group_facts[0].movable_pages, pages(rows[i].movable_mib));
		check_node(&s, 0, 960, rows[i].node_movable_mib);
		assert_int_equal(late_mib(&s, 0), rows[i].node_late_mib);
		assert_int_equal(late_mib(&s, 1), 0);
		check_node(&s, 1, 0, 128);
		snapshot_done(&s);
	}
}

static bool is_current(const struct tree *tree, struct snapshot *s)
{
	bool is = snapshot_is_current(&tree->fs, s);

	assert_int_equal(snapshot_refresh(&tree->fs, s), 0);
	return is;
}

static void test_current(void **state)
{
	struct zone_row rows[ARRAY_SIZE(zone_rows)];
	const struct tree *tree = make_machine(state);
	struct snapshot s = snap(tree);

	memcpy(rows, zone_rows, sizeof(rows));
	assert_true(is_current(tree, &s));
	/* Our own work, accounted for. */
	snapshot_account(&s, block_of(&s, 34), BLOCK_ZONE_MOVABLE);
	assert_int_equal(s.groups.g[block_of(&s, 34)->group].offline, 0);
	assert_int_equal(s.groups.g[block_of(&s, 34)->group].movable, 2);
	rows[3].present_mib += BLOCK_MIB;
	write_zones(tree, rows, ARRAY_SIZE(rows));
	tree_text(tree, MEMORY "memory34/state", "online\n");
	tree_text(tree, MEMORY "memory34/valid_zones", "Movable\n");
	assert_true(is_current(tree, &s));
	/* Somebody else's. */
	rows[2].present_mib += BLOCK_MIB;
	write_zones(tree, rows, ARRAY_SIZE(rows));
	assert_false(is_current(tree, &s));
	assert_true(is_current(tree, &s));
	tree_text(tree, MEMORY "memory35/state", "offline\n");
	assert_false(is_current(tree, &s));
	/* A block that is being added has no node, and may be a DIMM's that is not linked to it. */
	assert_false(is_current(tree, &s));
	tree_drop(tree, MEMORY "memory35");
	assert_false(is_current(tree, &s));
	assert_true(is_current(tree, &s));
	snapshot_done(&s);
}

static void test_refresh(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s = snap(tree);

	tree_drop(tree, MEMORY "memory100");
	tree_drop(tree, BOOT); /* is not read again */
	assert_int_equal(snapshot_refresh(&tree->fs, &s), 0);
	assert_null(snapshot_find_block(&s, 100));
	assert_null(snapshot_find_block(&s, 7));
	assert_int_equal(s.n_blocks, 3);
	tree_drop(tree, "proc/zoneinfo");
	assert_int_equal(snapshot_refresh(&tree->fs, &s), -ENOENT);
	assert_int_equal(s.n_blocks, 3);
	assert_false(snapshot_is_current(&tree->fs, &s));
	snapshot_done(&s);
}

static void test_refresh_known(void **state)
{
	struct zone_row rows[ARRAY_SIZE(zone_rows)];
	const struct tree *tree = make_machine(state);
	struct snapshot s = snap(tree);

	memcpy(rows, zone_rows, sizeof(rows));
	assert_int_equal(block_of(&s, 34)->state, BLOCK_OFFLINE);
	assert_int_equal(block_of(&s, 100)->zone, BLOCK_ZONE_MOVABLE);
	/* As long as the sums are the same it is not looked at, but what was offline is. */
	tree_text(tree, MEMORY "memory100/valid_zones", "Normal\n");
	tree_text(tree, MEMORY "memory34/state", "going-offline\n");
	assert_int_equal(snapshot_refresh(&tree->fs, &s), 0);
	assert_int_equal(block_of(&s, 100)->zone, BLOCK_ZONE_MOVABLE);
	assert_int_equal(block_of(&s, 34)->state, BLOCK_GOING_OFFLINE);
	rows[4].present_mib += BLOCK_MIB;
	rows[5].present_mib -= BLOCK_MIB;
	write_zones(tree, rows, ARRAY_SIZE(rows));
	assert_int_equal(snapshot_refresh(&tree->fs, &s), 0);
	assert_int_equal(block_of(&s, 100)->zone, BLOCK_ZONE_KERNEL);
	snapshot_done(&s);
}

static void test_account_new_node(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	write_zones(tree, zone_rows, 4); /* node 1 has nothing present yet */
	s = snap(tree);
	check_node(&s, 1, 0, 0);
	snapshot_account(&s, block_of(&s, 100), BLOCK_ZONE_MOVABLE);
	assert_int_equal(s.group_facts[1].movable_pages, pages(2 * BLOCK_MIB));
	check_node(&s, 0, 960, 192);
	check_node(&s, 1, 0, BLOCK_MIB);
	snapshot_done(&s);
}

/* A virtio-mem device of four blocks next to 256 MiB of early memory at 100 %. */
static void test_one_after_another(void **state)
{
	static const struct tree_node nodes[] = {
		{ MEMORY "block_size_bytes", "8000000\n" },
		{ MEMORY "memory32/state", "offline\n" },
		{ MEMORY "memory33/state", "offline\n" },
		{ MEMORY "memory34/state", "offline\n" },
		{ "proc/iomem", "100000000-117ffffff : virtio0\n"
				"  100000000-117ffffff : System RAM (virtio_mem)\n" },
		{ BOOT, "0-fffffff\n# end of boot memory\n" },
		{ NULL, NULL },
	};
	static const struct zone_row rows[] = { { 0, "DMA32", 256, 0 } };
	static const enum zone expected[] = { ZONE_MOVABLE, ZONE_MOVABLE, ZONE_KERNEL };
	const struct tree *tree = *state;
	struct policy policy = policy_default();
	struct snapshot s;

	tree_add(tree, nodes);
	write_zones(tree, rows, ARRAY_SIZE(rows));
	policy.movable_ratio = 100;
	s = snap(tree);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		struct facts facts = snapshot_facts(&s);
		struct question question = snapshot_question(&s, &s.blocks[i]);
		struct verdict v = decide(&policy, &facts, &question);

		assert_int_equal(facts.n_dynamic, 1);
		assert_ptr_equal(&facts.groups[facts.dynamic[0]], question.group);
		assert_int_equal(v.zone, expected[i]);
		assert_int_equal(v.reason,
				 expected[i] == ZONE_MOVABLE ? REASON_FITS : REASON_EXCEEDS);
		snapshot_account(&s, &s.blocks[i],
				 v.zone == ZONE_MOVABLE ? BLOCK_ZONE_MOVABLE : BLOCK_ZONE_KERNEL);
	}
	snapshot_done(&s);
}

static void test_state(void **state)
{
	static const struct {
		const char *state, *zones; /* NULL: not there */
		int result;
		enum block_state block_state;
		enum block_zone zone;
	} rows[] = {
		{ "offline\n", OFFLINE, 0, BLOCK_OFFLINE, BLOCK_ZONE_NONE },
		{ "offline\n", NULL, 0, BLOCK_OFFLINE, BLOCK_ZONE_NONE },
		{ "going-offline\n", "Normal\n", 0, BLOCK_GOING_OFFLINE, BLOCK_ZONE_NONE },
		{ "online\n", "Normal\n", 0, BLOCK_ONLINE, BLOCK_ZONE_KERNEL },
		{ "online\n", "DMA\n", 0, BLOCK_ONLINE, BLOCK_ZONE_KERNEL },
		{ "online\n", "Movable\n", 0, BLOCK_ONLINE, BLOCK_ZONE_MOVABLE },
		{ "online\n", "none\n", 0, BLOCK_ONLINE, BLOCK_ZONE_NONE },
		{ "online\n", "Movable Normal\n", 0, BLOCK_ONLINE,
		  BLOCK_ZONE_NONE }, /* offline by now */
		{ "online\n", NULL, 0, BLOCK_ONLINE, BLOCK_ZONE_NONE },
		{ NULL, "Normal\n", -ENOENT, 0, 0 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum block_state block_state = 77;
		enum block_zone zone = 77;
		int r;

		tree_dir(tree, MEMORY "memory5");
		if (rows[i].state)
			tree_text(tree, MEMORY "memory5/state", rows[i].state);
		if (rows[i].zones)
			tree_text(tree, MEMORY "memory5/valid_zones", rows[i].zones);
		r = snapshot_read_state(&tree->fs, 5, &block_state, &zone);
		assert_int_equal(r, rows[i].result);
		assert_int_equal(block_state, r < 0 ? 77 : rows[i].block_state);
		assert_int_equal(zone, r < 0 ? 77 : rows[i].zone);
		tree_drop(tree, MEMORY "memory5");
	}
}

/* Outputs are untouched on failure, also when the state was read and the zone was not. */
static void test_state_half_read(void **state)
{
	const struct tree *tree = *state;
	enum block_state block_state = 77;
	enum block_zone zone = 77;

	tree_text(tree, MEMORY "memory5/state", "online\n");
	tree_dir(tree, MEMORY "memory5/valid_zones");
	assert_int_equal(snapshot_read_state(&tree->fs, 5, &block_state, &zone), -EISDIR);
	assert_int_equal(block_state, 77);
	assert_int_equal(zone, 77);
}

static void test_block_size(void **state)
{
	static const struct {
		const char *text; /* NULL: not there */
		int result;
		uint64_t size;
	} rows[] = {
		{ NULL, -ENOENT, 0 },
		{ "8000000\n", 0, UINT64_C(1) << 27 },
		{ "80000000\n", 0, UINT64_C(1) << 31 },
		{ "1000\n", 0, 4096 },
		{ "8000000000000000\n", 0, UINT64_C(1) << 63 },
		{ "800\n", -EBADMSG, 0 },
		{ "0\n", -EBADMSG, 0 },
		{ "8000001\n", -EBADMSG, 0 },
		{ "c000000\n", -EBADMSG, 0 },
		{ "0x8000000\n", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "10000000000000000\n", -ERANGE, 0 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t size = 77;

		if (rows[i].text)
			tree_text(tree, MEMORY "block_size_bytes", rows[i].text);
		assert_int_equal(snapshot_read_block_size(&tree->fs, &size), rows[i].result);
		assert_int_equal(size, rows[i].result < 0 ? 77 : rows[i].size);
	}
}

static void test_failures(void **state)
{
	static const struct {
		const char *path, *content;
		int result;
	} rows[] = {
		{ MEMORY "block_size_bytes", NULL, -ENOENT },
		{ MEMORY "block_size_bytes", "3\n", -EBADMSG },
		{ "proc/iomem", NULL, -ENOENT },
		{ "proc/iomem",
		  "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n", -EACCES },
		{ "proc/zoneinfo", NULL, -ENOENT },
		{ "proc/zoneinfo", "nonsense\n", -EBADMSG },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s = { .block_size = 77 };
		int r;

		(void)make_machine(state);
		tree_drop(tree, rows[i].path);
		if (rows[i].content)
			tree_text(tree, rows[i].path, rows[i].content);
		r = snapshot_read(&tree->fs, &s);
		if (r != rows[i].result || s.block_size != 77)
			fail_msg("%s: %d", rows[i].path, r);
		if (tree_has(tree, rows[i].path))
			tree_drop(tree, rows[i].path);
	}
}

static void test_no_record(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s;

	tree_drop(tree, BOOT);
	s = snap(tree); /* so what is online now is taken for boot memory, but for kmem's */
	assert_int_equal(s.n_blocks, 2);
	assert_int_equal(s.blocks[0].id, 34);
	assert_int_equal(s.blocks[1].id, 100);
	snapshot_done(&s);
}

static void test_no_memory(void **state)
{
	const struct tree *tree = make_machine(state);
	struct snapshot s = { .block_size = 77 };
	unsigned served = 0;
	int r;

	for (;; served++) {
		scarce_after(served);
		r = snapshot_read(&tree->fs, &s);
		if (scarce_end() == 0)
			break;
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(s.block_size, 77);
	}
	assert_int_equal(r, 0);
	assert_true(served > 5);
	snapshot_done(&s);
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("kernel zones count less CMA and hot-plugged blocks", test_sums),
		TREE_TEST("a hot-plugged block in a kernel zone is not early", test_kernel_block),
		TREE_TEST("early memory does not fall below zero", test_more_than_there_is),
		TREE_TEST("without NUMA all blocks are of node 0", test_no_numa),
		TREE_TEST("blocks come in order with state, zone, node and device", test_blocks),
		TREE_TEST("boot memory and other names are no blocks", test_not_blocks),
		TREE_TEST("what a driver has added is no boot memory, whatever the firmware says",
			  test_driver_managed),
		TREE_TEST("a block that went away is no error", test_vanished),
		TREE_TEST("a machine without blocks is no error", test_all_vanished),
		TREE_TEST("valid_zones of an offline block is never read",
			  test_offline_zones_unread),
		TREE_TEST("a block that is being added has no node", test_no_node_yet),
		TREE_TEST("what is being added is not judged as if it were on node 0",
			  test_no_node_is_not_node_0),
		TREE_TEST("the name of a firmware node that does not fit is none",
			  test_long_firmware),
		TREE_TEST("groups and questions say what the kernel keeps", test_groups),
		TREE_TEST("a device is looked up as a whole", test_target),
		TREE_TEST("what has no device is looked up and judged by block", test_no_device),
		TREE_TEST("the machine is part of it", test_machine),
		TREE_TEST("DIMMs and dax devices may host their own memmap", test_self_hosted),
		TREE_TEST("kernels before 6.8 ask what is added at once", test_self_hosted_ranges),
		TREE_TEST("what is online of a unit of two blocks counts", test_units),
		TREE_TEST("what is online of a unit of four blocks counts", test_larger_units),
		TREE_TEST("a unit of one block is not looked into", test_small_units),
		TREE_TEST("a block of a unit that is in no one zone is not movable",
			  test_units_mixed),
		TREE_TEST("a unit is looked at as it has become", test_units_account),
		TREE_TEST("units are virtio-mem's alone", test_units_others),
		TREE_TEST("an onlined block is accounted to its group and node", test_account),
		TREE_TEST("a snapshot is current until somebody else changes something",
			  test_current),
		TREE_TEST("a snapshot that is read again keeps what does not change", test_refresh),
		TREE_TEST("a block that is online is read again when the sums have changed",
			  test_refresh_known),
		TREE_TEST("the first memory of a node counts", test_account_new_node),
		TREE_TEST("blocks are judged by what those before them left",
			  test_one_after_another),
		TREE_TEST("the zone is told by state and valid_zones", test_state),
		TREE_TEST("a block that cannot be read ends nothing", test_unreadable_block),
		TREE_TEST("who only looks gets what can be read", test_public),
		TREE_TEST("blocks join the device that is known of them otherwise", test_regroup),
		TREE_TEST("and that one counts among others if it is virtio-mem",
			  test_regroup_dynamic),
		TREE_TEST("a state whose zone cannot be read is not handed out",
			  test_state_half_read),
		TREE_TEST("a block size is a power of two", test_block_size),
		TREE_TEST("what cannot be read fails the snapshot as a whole", test_failures),
		TREE_TEST("without a record what is online is boot memory", test_no_record),
		TREE_TEST("without memory nothing is handed out", test_no_memory),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
