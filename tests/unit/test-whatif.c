/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that are not there, and what becomes of a snapshot that has them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array.h"
#include "scarce.h"
#include "whatif.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define BLOCK_SIZE (128 * MIB)
#define PAGES (BLOCK_SIZE / 4096)

/*
 * 2 GiB of boot memory (blocks 0 to 15) on node 1, and a virtio-mem device whose range is blocks 32
 * to 47 with memory34 movable, memory35 offline and memory40 in a kernel zone.
 */
static const char iomem_text[] = "00000000-7fffffff : System RAM\n"
				 "80000000-febfffff : PCI Bus 0000:00\n"
				 "100000000-17fffffff : virtio2\n"
				 "  110000000-11fffffff : System RAM (virtio_mem)\n"
				 "  140000000-147ffffff : System RAM (virtio_mem)\n"
				 "380000000000-ffffffffffff : PCI Bus 0000:00\n";

static const struct machine machine_6_12 = {
	.arch = "x86_64",
	.major = 6,
	.minor = 12,
	.page_size = 4096,
	.memmap_mode = MEMMAP_MODE_YES,
};

static const struct windows no_windows;

static struct snapshot make(void)
{
	static const struct block blocks[] = {
		{ .id = 34,
		  .node = 1,
		  .has_node = true,
		  .state = BLOCK_ONLINE,
		  .zone = BLOCK_ZONE_MOVABLE },
		{ .id = 35, .node = 1, .has_node = true },
		{ .id = 40,
		  .node = 1,
		  .has_node = true,
		  .state = BLOCK_ONLINE,
		  .zone = BLOCK_ZONE_KERNEL },
	};
	struct snapshot s = { .block_size = BLOCK_SIZE, .machine = machine_6_12 };
	size_t first = 0;

	assert_int_equal(iomem_parse(&s.iomem, str_of(iomem_text)), 0);
	assert_int_equal(ranges_add(&s.boot, 0, 2 * GIB - 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		assert_int_equal(ARRAY_APPEND(s.blocks, s.n_blocks, &blocks[i]), 0);
	assert_int_equal(groups_find(&s.groups, s.blocks, s.n_blocks, BLOCK_SIZE, &s.machine,
				     &s.iomem, &s.boot),
			 0);
	s.group_facts = calloc(1, sizeof(*s.group_facts));
	s.self_hosted = calloc(1, sizeof(*s.self_hosted));
	assert_true(s.group_facts && s.self_hosted);
	s.group_facts[0] = snapshot_group_facts(&s, &s.groups.g[0]);
	assert_int_equal(ARRAY_APPEND(s.dynamic, s.n_dynamic, &first), 0);
	assert_int_equal(snapshot_add_node(&s, 1), 0);
	s.nodes[0] = (struct node_facts){ 1, 16 * PAGES, PAGES, PAGES };
	return s;
}

static int add(struct snapshot *s, const struct windows *windows, const char *text)
{
	struct whatif whatif;

	assert_int_equal(whatif_parse(str_of(text), &whatif), 0);
	return whatif_add(s, windows, &whatif);
}

/* The group of this name, which has these blocks, all offline and ascending. */
static const struct group *check_blocks(const struct snapshot *s, const char *name, uint64_t first,
					uint64_t n)
{
	size_t group = SIZE_MAX;

	for (size_t i = 0; i < s->groups.n; i++)
		if (strcmp(s->groups.g[i].name, name) == 0)
			group = i;
	if (group == SIZE_MAX)
		fail_msg("there is no %s", name);
	for (uint64_t id = first; id < first + n; id++) {
		const struct block *block = snapshot_find_block(s, id);

		if (!block || block->group != group || block->state != BLOCK_OFFLINE)
			fail_msg("memory%d is no new block of %s", (int)id, name);
	}
	for (size_t i = 1; i < s->n_blocks; i++)
		assert_true(s->blocks[i - 1].id < s->blocks[i].id);
	return &s->groups.g[group];
}

/* -- Syntax */

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		enum provider provider;
		const char *device;
		uint64_t size;
		bool has_node;
		unsigned node;
	} rows[] = {
		{ "dimm:64G@1", PROVIDER_DIMM, "", 64 * GIB, true, 1 },
		{ "virtio-mem:16G", PROVIDER_VIRTIO_MEM, "", 16 * GIB, false, 0 },
		{ "virtio12:128MiB", PROVIDER_VIRTIO_MEM, "virtio12", 128 * MIB, false, 0 },
		{ "cxl:0x10000000@0", PROVIDER_CXL, "", 256 * MIB, true, 0 },
		{ "dax:1T", PROVIDER_DAX, "", 1024 * GIB, false, 0 },
		{ "probe:1", PROVIDER_PROBE, "", 1, false, 0 },
		{ "boot:1G", PROVIDER_VIRTIO_MEM, "boot", GIB, false, 0 },
	};
	static const char *const wrong[] = { "",	   "dimm",
					     ":",	   ":1G",
					     "dimm:",	   "dimm:x",
					     "dimm:1G@",   "dimm:1G@x",
					     "dimm:@1",	   "dimm:-1G",
					     "dimm:1G@-1", "dimm:1G@1@2",
					     "dimm:1G 2",  "dimm:1G@4294967296" };
	struct whatif whatif;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(whatif_parse(str_of(rows[i].text), &whatif), 0);
		assert_int_equal(whatif.provider, rows[i].provider);
		assert_true(str_eq(whatif.device, rows[i].device));
		assert_int_equal(whatif.size, rows[i].size);
		assert_int_equal(whatif.has_node, rows[i].has_node);
		assert_int_equal(whatif.node, rows[i].node);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (whatif_parse(str_of(wrong[i]), &whatif) != -EINVAL)
			fail_msg("\"%s\" is no device", wrong[i]);
}

/* -- New devices */

static void test_dimm(void **state)
{
	struct policy policy = policy_default();
	struct snapshot s = make();
	const struct group *group;
	struct verdict verdict;

	(void)state;
	policy.self_hosted_memmap = SELF_HOSTED_MEMMAP_COUNT;
	policy.movable_ratio = 50;
	assert_int_equal(add(&s, &no_windows, "dimm:1G"), 0);
	group = check_blocks(&s, "PNP0C80:00", 48, 8);
	assert_int_equal(group->provider, PROVIDER_DIMM);
	assert_int_equal(group->node, 1);
	assert_int_equal(group->offline, 8);
	/* M and E of node and machine, less the movable block of the other device and its part of E */
	verdict = snapshot_decide(&s, &policy, snapshot_find_block(&s, 48));
	assert_int_equal(verdict.reason, REASON_EXCEEDS);
	assert_int_equal(verdict.sum.movable, 0);
	assert_int_equal(verdict.sum.wanted, 8 * PAGES);
	assert_int_equal(verdict.sum.limit, (16 * PAGES - (2 * PAGES - PAGES)) / 2);
	assert_int_equal(add(&s, &no_windows, "dimm:128M@3"), 0);
	assert_int_equal(check_blocks(&s, "PNP0C80:01", 56, 1)->node, 3);
	snapshot_done(&s);
}

static void test_first_memory_of_node(void **state)
{
	struct snapshot s = make();

	(void)state;
	assert_int_equal(add(&s, &no_windows, "dimm:256M@7"), 0);
	assert_int_equal(s.n_nodes, 2);
	snapshot_account(&s, snapshot_find_block(&s, 48), BLOCK_ZONE_MOVABLE);
	assert_int_equal(s.nodes[1].node, 7);
	assert_int_equal(s.nodes[1].early, 0);
	assert_int_equal(s.nodes[1].movable, PAGES);
	snapshot_done(&s);
}

static void test_cxl(void **state)
{
	/* The first window has a block in its middle, and no room for 1 GiB behind it. */
	struct range ranges[] = { { 32 * GIB, 34 * GIB - 1 }, { 64 * GIB, 65 * GIB - 1 } };
	const struct windows windows = { .kind[WINDOW_CXL] = { ranges, 2 } };
	struct snapshot s = make();
	const struct group *group;

	(void)state;
	assert_int_equal(add(&s, &windows, "cxl:512M"), 0);
	group = check_blocks(&s, "dax0.0", 256, 4);
	assert_int_equal(group->provider, PROVIDER_CXL);
	assert_int_equal(group->node, 2);
	assert_string_equal(group->alias, "region0");
	assert_int_equal(add(&s, &windows, "cxl:1280M@1"), 0);
	assert_int_equal(check_blocks(&s, "dax1.0", 260, 10)->node, 1);
	assert_int_equal(add(&s, &windows, "cxl:1G"), 0);
	group = check_blocks(&s, "dax2.0", 512, 8);
	assert_int_equal(group->node, 3);
	assert_int_equal(add(&s, &windows, "cxl:384M"), -ENOSPC);
	assert_int_equal(add(&s, &windows, "cxl:256M"), 0);
	check_blocks(&s, "dax3.0", 270, 2);
	assert_int_equal(add(&s, &windows, "dimm:128M"), 0);
	check_blocks(&s, "PNP0C80:00", 520, 1);
	snapshot_done(&s);
}

static void test_cxl_without_window(void **state)
{
	struct snapshot s = make();

	(void)state;
	assert_int_equal(add(&s, &no_windows, "cxl:512M"), 0);
	check_blocks(&s, "dax0.0", 48, 4);
	snapshot_done(&s);
}

static void test_single(void **state)
{
	struct snapshot s = make();

	(void)state;
	assert_int_equal(add(&s, &no_windows, "probe:384M"), 0);
	assert_int_equal(s.groups.n, 4);
	assert_int_equal(check_blocks(&s, "memory48", 48, 1)->n_blocks, 1);
	check_blocks(&s, "memory50", 50, 1);
	assert_null(snapshot_question(&s, snapshot_find_block(&s, 49)).group);
	assert_int_equal(add(&s, &no_windows, "dax:256M"), 0);
	assert_int_equal(check_blocks(&s, "dax0.0", 51, 2)->alias[0], '\0');
	snapshot_done(&s);
}

static void test_names(void **state)
{
	struct snapshot s = make();

	(void)state;
	(void)snprintf(s.groups.g[0].name, GROUP_NAME_MAX, "PNP0C80:0f");
	assert_int_equal(add(&s, &no_windows, "dimm:128M"), 0);
	check_blocks(&s, "PNP0C80:10", 48, 1);
	(void)snprintf(s.groups.g[0].name, GROUP_NAME_MAX, "virtio9");
	assert_int_equal(add(&s, &no_windows, "virtio-mem:128M"), 0);
	check_blocks(&s, "virtio10", 49, 1);
	(void)snprintf(s.groups.g[0].name, GROUP_NAME_MAX, "dax3.1");
	assert_int_equal(add(&s, &no_windows, "dax:128M"), 0);
	check_blocks(&s, "dax4.0", 50, 1);
	snapshot_done(&s);
}

static void test_self_hosted(void **state)
{
	static const struct {
		unsigned minor; /* of 6 */
		const char *text;
		enum self_hosted self_hosted;
	} rows[] = {
		{ 12, "dimm:1G", SELF_HOSTED_YES },
		{ 12, "cxl:1G", SELF_HOSTED_YES },
		{ 12, "dax:1G", SELF_HOSTED_NO },
		{ 12, "virtio-mem:1G", SELF_HOSTED_NO },
		{ 18, "standby:128M", SELF_HOSTED_UNKNOWN },
		{ 19, "standby:128M", SELF_HOSTED_YES },
		{ 1, "dimm:1G", SELF_HOSTED_NO },
		{ 1, "dimm:128M", SELF_HOSTED_YES },
		{ 1, "cxl:1G", SELF_HOSTED_NO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s = make();

		s.machine.minor = rows[i].minor;
		assert_int_equal(add(&s, &no_windows, rows[i].text), 0);
		assert_int_equal(s.self_hosted[1], rows[i].self_hosted);
		snapshot_done(&s);
	}
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "dimm:0", -EDOM },	       { "dimm:64M", -EDOM },
		{ "dimm:192M", -EDOM },	       { "virtio2:1", -EDOM },
		{ "dimm:15E", -ERANGE },       { "dimm:256T", -ERANGE },
		{ "probe:17T", -ERANGE },      { "virtio3:128M", -ENODEV },
		{ "virtio2:128M@0", -ENODEV }, { "PNP0C80:00:128M", -ENODEV },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot s = make();
		struct whatif whatif;
		int r = whatif_parse(str_of(rows[i].text), &whatif);

		if (r == 0)
			r = whatif_add(&s, &no_windows, &whatif);
		else
			r = -ENODEV; /* a name with a colon */
		if (r != rows[i].error)
			fail_msg("%s: %d", rows[i].text, r);
		assert_int_equal(s.n_blocks, 3);
		assert_int_equal(s.groups.n, 1);
		snapshot_done(&s);
	}
}

static void test_no_address_left(void **state)
{
	struct snapshot s = make();

	(void)state;
	s.blocks[2].id = (UINT64_C(1) << 52) / BLOCK_SIZE - 2;
	assert_int_equal(add(&s, &no_windows, "dimm:256M"), -ERANGE);
	assert_int_equal(add(&s, &no_windows, "dimm:128M"), 0);
	snapshot_done(&s);
}

/* -- A virtio-mem device that grows */

static void test_grow(void **state)
{
	struct snapshot s = make();
	const struct group *group;

	(void)state;
	/* 32, 33, 36 to 39 and 41 to 46 are free of those */
	assert_int_equal(add(&s, &no_windows, "virtio2:1536M@1"), 0);
	check_blocks(&s, "virtio2", 32, 2);
	check_blocks(&s, "virtio2", 36, 4);
	group = check_blocks(&s, "virtio2", 41, 6);
	assert_int_equal(s.groups.n, 1);
	assert_int_equal(group->first, 32);
	assert_int_equal(group->last, 46);
	assert_int_equal(group->n_blocks, 15);
	assert_int_equal(group->offline, 13);
	assert_int_equal(s.n_blocks, 15);
	assert_int_equal(add(&s, &no_windows, "virtio2:256M"), -ENOSPC);
	assert_int_equal(s.n_blocks, 15);
	assert_int_equal(s.groups.g[0].n_blocks, 15);
	assert_int_equal(add(&s, &no_windows, "virtio2:128M"), 0);
	check_blocks(&s, "virtio2", 47, 1);
	snapshot_done(&s);
}

/* Without addresses it is not known where its range ends. */
static void test_grow_hidden(void **state)
{
	struct snapshot s = make();

	(void)state;
	s.iomem.n = 0;
	assert_int_equal(add(&s, &no_windows, "virtio2:1G"), 0);
	check_blocks(&s, "virtio2", 36, 4);
	check_blocks(&s, "virtio2", 41, 4);
	snapshot_done(&s);
}

static void test_units(void **state)
{
	struct snapshot s = make();

	(void)state;
	s.machine.virtio_mem_unit = 4 * BLOCK_SIZE;
	s.iomem.n = 0;
	s.blocks[2].id = 50; /* the next unit begins at 52 */
	assert_int_equal(add(&s, &no_windows, "virtio-mem:256M"), -EDOM);
	assert_int_equal(add(&s, &no_windows, "virtio-mem:1G"), 0);
	check_blocks(&s, "virtio3", 52, 8);
	assert_int_equal(s.group_facts[1].unit_pages, 4 * PAGES);
	assert_int_equal(s.n_dynamic, 2);
	assert_int_equal(s.dynamic[1], 1);
	snapshot_done(&s);
}

/* -- Offline */

static void test_offline(void **state)
{
	struct snapshot s = make();

	(void)state;
	whatif_offline(&s, 34);
	assert_int_equal(s.nodes[0].movable, 0);
	assert_int_equal(s.nodes[0].late, PAGES);
	assert_int_equal(s.group_facts[0].movable_pages, 0);
	whatif_offline(&s, 40);
	assert_int_equal(s.nodes[0].late, 0);
	assert_int_equal(s.nodes[0].early, 16 * PAGES);
	assert_int_equal(s.group_facts[0].kernel_pages, 0);
	assert_int_equal(snapshot_find_block(&s, 40)->state, BLOCK_OFFLINE);
	assert_int_equal(snapshot_find_block(&s, 40)->zone, BLOCK_ZONE_NONE);
	assert_int_equal(s.groups.g[0].offline, 3);
	/* Nothing more to take. */
	whatif_offline(&s, 40);
	whatif_offline(&s, 35);
	whatif_offline(&s, 36);
	assert_int_equal(s.groups.g[0].offline, 3);
	assert_int_equal(s.nodes[0].movable, 0);
	snapshot_done(&s);
}

/* Online in any zone and offline again: the facts are as they were. */
static void test_there_and_back(void **state)
{
	static const enum block_zone zones[] = { BLOCK_ZONE_KERNEL, BLOCK_ZONE_MOVABLE };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		struct snapshot s = make();
		struct node_facts node = s.nodes[0];
		struct group_facts group = s.group_facts[0];

		snapshot_account(&s, snapshot_find_block(&s, 35), zones[i]);
		whatif_offline(&s, 35);
		assert_memory_equal(&s.nodes[0], &node, sizeof(node));
		assert_int_equal(s.group_facts[0].kernel_pages, group.kernel_pages);
		assert_int_equal(s.group_facts[0].movable_pages, group.movable_pages);
		snapshot_done(&s);
	}
}

/* -- Memory */

static void test_no_memory(void **state)
{
	static const char *const texts[] = { "dimm:1G@5", "probe:1G", "virtio2:1G",
					     "virtio-mem:1G" };
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (unsigned n = 0;; n++) {
			struct snapshot s = make();
			unsigned failures;
			int r;

			scarce_after(n);
			r = add(&s, &no_windows, texts[i]);
			failures = scarce_end();
			snapshot_done(&s);
			if (failures == 0)
				break;
			assert_int_equal(r, -ENOMEM);
			refused++;
		}
	}
	assert_true(refused >= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a device is a kind or a name, a size, and a node", test_parse, NULL, NULL,
		  NULL },
		{ "a DIMM lies above all that is there and is judged as any", test_dimm, NULL, NULL,
		  NULL },
		{ "the first memory of a node counts", test_first_memory_of_node, NULL, NULL,
		  NULL },
		{ "CXL takes the first room in a window, and a new node", test_cxl, NULL, NULL,
		  NULL },
		{ "without windows CXL lies above all", test_cxl_without_window, NULL, NULL, NULL },
		{ "blocks without a device stand alone", test_single, NULL, NULL, NULL },
		{ "a device has the next name of its kind", test_names, NULL, NULL, NULL },
		{ "its page array is where the kernel would put it", test_self_hosted, NULL, NULL,
		  NULL },
		{ "what cannot be is refused and changes nothing", test_sizes, NULL, NULL, NULL },
		{ "there is an end to addresses", test_no_address_left, NULL, NULL, NULL },
		{ "a virtio-mem device grows in its own range, lowest first", test_grow, NULL, NULL,
		  NULL },
		{ "where its range is hidden it grows upwards", test_grow_hidden, NULL, NULL,
		  NULL },
		{ "units are whole and aligned", test_units, NULL, NULL, NULL },
		{ "an offline block counts nowhere", test_offline, NULL, NULL, NULL },
		{ "online and offline again changes nothing", test_there_and_back, NULL, NULL,
		  NULL },
		{ "without memory that is said", test_no_memory, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("whatif", tests, NULL, NULL);
}
