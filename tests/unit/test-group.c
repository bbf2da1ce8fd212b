/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which blocks belong together, on the layouts that kernels show. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "group.h"
#include "scarce.h"

#define MIB (UINT64_C(1) << 20)
#define BLOCK_SIZE (128 * MIB)
#define BLOCKS_MAX 12
#define GROUPS_MAX 6

struct layout {
	const char *name;
	const char *iomem;
	struct range boot; /* none when it ends at 0 */
	struct block blocks[BLOCKS_MAX];
	size_t n_blocks;
	struct group groups[GROUPS_MAX];
	size_t n_groups;
	size_t group_of[BLOCKS_MAX]; /* by block */
	struct machine machine;
};

struct found {
	struct groups groups;
	struct block blocks[BLOCKS_MAX];
	struct iomem iomem;
};

static int find(const struct layout *layout, struct found *ret)
{
	struct range range = layout->boot;
	const struct ranges boot = { &range, range.end > 0 };

	*ret = (struct found){ .groups = { NULL, 0 } };
	memcpy(ret->blocks, layout->blocks, sizeof(ret->blocks));
	assert_int_equal(iomem_parse(&ret->iomem, str_of(layout->iomem)), 0);
	return groups_find(&ret->groups, ret->blocks, layout->n_blocks, BLOCK_SIZE,
			   &layout->machine, &ret->iomem, &boot);
}

static void done(struct found *found)
{
	groups_done(&found->groups);
	iomem_done(&found->iomem);
}

static void check_group(const struct layout *layout, size_t i, const struct group *got)
{
	const struct group *want = &layout->groups[i];

	if (strcmp(got->alias, want->alias) != 0)
		fail_msg("%s: %s is \"%s\" as well", layout->name, got->name, got->alias);
	if (strcmp(got->name, want->name) != 0 || got->provider != want->provider ||
	    got->is_dynamic != want->is_dynamic || got->node != want->node)
		fail_msg("%s: group %zu is %s of %s, dynamic %d, node %u", layout->name, i,
			 got->name, provider_name(got->provider), got->is_dynamic, got->node);
	if (got->first != want->first || got->last != want->last || got->n_blocks != want->n_blocks)
		fail_msg("%s: %s has %d blocks, %d to %d", layout->name, got->name,
			 (int)got->n_blocks, (int)got->first, (int)got->last);
	if (got->offline != want->offline || got->kernel != want->kernel ||
	    got->movable != want->movable)
		fail_msg("%s: %s has %d offline, %d kernel, %d movable", layout->name, got->name,
			 (int)got->offline, (int)got->kernel, (int)got->movable);
}

static void check(const struct layout *layouts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct found found;

		assert_int_equal(find(&layouts[i], &found), 0);
		if (found.groups.n != layouts[i].n_groups)
			fail_msg("%s: %zu groups", layouts[i].name, found.groups.n);
		for (size_t j = 0; j < found.groups.n; j++)
			check_group(&layouts[i], j, &found.groups.g[j]);
		for (size_t j = 0; j < layouts[i].n_blocks; j++)
			if (found.blocks[j].group != layouts[i].group_of[j])
				fail_msg("%s: memory%d is in group %zu", layouts[i].name,
					 (int)found.blocks[j].id, found.blocks[j].group);
		done(&found);
	}
}

#define CHECK(layouts) check(layouts, ARRAY_SIZE(layouts))

#define OFFLINE(id_)      \
	{                 \
		.id = id_ \
	}
#define DIMM(id_, firmware_)                     \
	{                                        \
		.id = id_, .firmware = firmware_ \
	}
#define KERNEL(id_)                                                         \
	{                                                                   \
		.id = id_, .state = BLOCK_ONLINE, .zone = BLOCK_ZONE_KERNEL \
	}
#define MOVABLE(id_)                                                         \
	{                                                                    \
		.id = id_, .state = BLOCK_ONLINE, .zone = BLOCK_ZONE_MOVABLE \
	}

static void test_dimms(void **state)
{
	static const struct layout layouts[] = {
		{ "one DIMM",
		  "00100000-3fffffff : System RAM\n  01000000-01ffffff : Kernel code\n"
		  "100000000-11fffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
			      DIMM(34, "PNP0C80:00"), DIMM(35, "PNP0C80:00") },
		  .n_blocks = 4, .n_groups = 1,
		  .groups = { { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 32, 35, 4, 4, 0, 0 } } },
		{ "two DIMMs side by side",
		  "100000000-10fffffff : System RAM\n110000000-11fffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
			      DIMM(34, "PNP0C80:01"), DIMM(35, "PNP0C80:01") },
		  .n_blocks = 4, .n_groups = 2, .group_of = { 0, 0, 1, 1 },
		  .groups = { { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 32, 33, 2, 2, 0, 0 },
			      { "PNP0C80:01", "", PROVIDER_DIMM, false, 0, 34, 35, 2, 2, 0, 0 } } },
		{ "two ranges of one DIMM around another",
		  "100000000-107ffffff : System RAM\n108000000-10fffffff : System RAM\n"
		  "110000000-117ffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:07"), DIMM(33, "PNP0C80:02"),
			      DIMM(34, "PNP0C80:07") },
		  .n_blocks = 3, .n_groups = 2, .group_of = { 0, 1, 0 },
		  .groups = { { "PNP0C80:07", "", PROVIDER_DIMM, false, 0, 32, 34, 2, 2, 0, 0 },
			      { "PNP0C80:02", "", PROVIDER_DIMM, false, 0, 33, 33, 1, 1, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_virtio_mem(void **state)
{
	static const struct layout layouts[] = {
		{ "one device, partly plugged",
		  "140000000-33fffffff : virtio0\n  140000000-14fffffff : System RAM (virtio_mem)\n"
		  "  158000000-15fffffff : System RAM (virtio_mem)\n",
		  .blocks = { OFFLINE(40), OFFLINE(41), OFFLINE(43) }, .n_blocks = 3, .n_groups = 1,
		  .groups = { { "virtio0", "", PROVIDER_VIRTIO_MEM, true, 0, 40, 43, 3, 3, 0,
				0 } } },
		{ "two devices on two nodes",
		  "140000000-14fffffff : virtio3\n  140000000-147ffffff : System RAM (virtio_mem)\n"
		  "150000000-15fffffff : virtio30\n"
		  "  150000000-157ffffff : System RAM (virtio_mem)\n",
		  .blocks = { OFFLINE(40), { .id = 42, .node = 1 } }, .n_blocks = 2, .n_groups = 2,
		  .group_of = { 0, 1 },
		  .groups = { { "virtio3", "", PROVIDER_VIRTIO_MEM, true, 0, 40, 40, 1, 1, 0, 0 },
			      { "virtio30", "", PROVIDER_VIRTIO_MEM, true, 1, 42, 42, 1, 1, 0,
				0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_kmem(void **state)
{
	static const struct layout layouts[] = {
		{ "CXL region",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-a9fffffff : region0\n"
		  "    a90000000-a9fffffff : dax0.0\n"
		  "      a90000000-a9fffffff : System RAM (kmem)\n",
		  .blocks = { { .id = 338, .node = 2 }, { .id = 339, .node = 2 } }, .n_blocks = 2,
		  .n_groups = 1,
		  .groups = { { "dax0.0", "region0", PROVIDER_CXL, false, 2, 338, 339, 2, 2, 0,
				0 } } },
		{ "CXL window, soft-reserved until 6.12",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-a97ffffff : Soft Reserved\n"
		  "    a90000000-a97ffffff : region1\n      a90000000-a97ffffff : dax1.0\n"
		  "        a90000000-a97ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(338) }, .n_blocks = 1, .n_groups = 1,
		  .groups = { { "dax1.0", "region1", PROVIDER_CXL, false, 0, 338, 338, 1, 1, 0,
				0 } } },
		/* The first block is not whole: the kernel cuts it off. */
		{ "persistent memory",
		  "140000000-17fffffff : Persistent Memory\n  140000000-17fffffff : namespace0.0\n"
		  "    141200000-17fffffff : dax0.0\n"
		  "      148000000-157ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(41), OFFLINE(42) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 41, 42, 2, 2, 0, 0 } } },
		{ "soft-reserved memory",
		  "140000000-147ffffff : Soft Reserved\n  140000000-147ffffff : dax2.0\n"
		  "    140000000-147ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(40) }, .n_blocks = 1, .n_groups = 1,
		  .groups = { { "dax2.0", "", PROVIDER_DAX, false, 0, 40, 40, 1, 1, 0, 0 } } },
		{ "two ranges of one dax device around another",
		  "140000000-157ffffff : Soft Reserved\n  140000000-147ffffff : dax0.1\n"
		  "    140000000-147ffffff : System RAM (kmem)\n  148000000-14fffffff : dax0.2\n"
		  "    148000000-14fffffff : System RAM (kmem)\n  150000000-157ffffff : dax0.1\n"
		  "    150000000-157ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(40), OFFLINE(41), OFFLINE(42) }, .n_blocks = 3, .n_groups = 2,
		  .group_of = { 0, 1, 0 },
		  .groups = { { "dax0.1", "", PROVIDER_DAX, false, 0, 40, 42, 2, 2, 0, 0 },
			      { "dax0.2", "", PROVIDER_DAX, false, 0, 41, 41, 1, 1, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_others(void **state)
{
	static const struct layout layouts[] = {
		{ "plain System RAM without a device", "100000000-10fffffff : System RAM\n",
		  .blocks = { OFFLINE(32), OFFLINE(33) }, .n_blocks = 2, .n_groups = 2,
		  .group_of = { 0, 1 },
		  .groups = { { "memory32", "", PROVIDER_OTHER, false, 0, 32, 32, 1, 1, 0, 0 },
			      { "memory33", "", PROVIDER_OTHER, false, 0, 33, 33, 1, 1, 0, 0 } } },
		{ "an unknown driver",
		  "100000000-107ffffff : cram0\n  100000000-107ffffff : System RAM (cram)\n",
		  .blocks = { OFFLINE(32) }, .n_blocks = 1, .n_groups = 1,
		  .groups = { { "memory32", "", PROVIDER_OTHER, false, 0, 32, 32, 1, 1, 0, 0 } } },
		{ "kmem and virtio-mem without a device",
		  "100000000-107ffffff : System RAM (kmem)\n"
		  "108000000-10fffffff : System RAM (virtio_mem)\n",
		  .blocks = { OFFLINE(32), OFFLINE(33) }, .n_blocks = 2, .n_groups = 2,
		  .group_of = { 0, 1 },
		  .groups = { { "memory32", "", PROVIDER_OTHER, false, 0, 32, 32, 1, 1, 0, 0 },
			      { "memory33", "", PROVIDER_OTHER, false, 0, 33, 33, 1, 1, 0, 0 } } },
		{ "in no entry, in a part of one, and in no RAM",
		  "100000000-103ffffff : System RAM\n110000000-117ffffff : Reserved\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), OFFLINE(33), OFFLINE(34) }, .n_blocks = 3,
		  .n_groups = 3, .group_of = { 0, 1, 2 },
		  .groups = { { "memory32", "", PROVIDER_OTHER, false, 0, 32, 32, 1, 1, 0, 0 },
			      { "memory33", "", PROVIDER_OTHER, false, 0, 33, 33, 1, 1, 0, 0 },
			      { "memory34", "", PROVIDER_OTHER, false, 0, 34, 34, 1, 1, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

#define ONE_BLOCK(name_, alias_, provider_, id_)                         \
	{                                                                \
		name_, alias_, provider_, false, 0, id_, id_, 1, 1, 0, 0 \
	}

/* The layouts from here on were not captured: they are built from drivers' sources. */

/* drivers/acpi/acpi_memhotplug.c, acpi_memory_enable_device(): an __add_memory() for each range */
static void test_dimm_ranges(void **state)
{
	static const struct layout layouts[] = {
		{ "two ranges of one DIMM with a hole between",
		  "100000000-10fffffff : System RAM\n120000000-127ffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
			      DIMM(36, "PNP0C80:00") },
		  .n_blocks = 3, .n_groups = 1,
		  .groups = { { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 32, 36, 3, 3, 0, 0 } },
		  .machine = { .arch = "x86_64", .has_acpi_memory = true } },
		/* The device's name before all that the machine may be. */
		{ "a DIMM inside of Hyper-V", "100000000-10fffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00") }, .n_blocks = 2,
		  .n_groups = 1,
		  .groups = { { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 32, 33, 2, 2, 0, 0 } },
		  .machine = { .arch = "x86_64", .is_hyperv = true, .has_acpi_memory = true } },
	};

	(void)state;
	CHECK(layouts);
}

/* Without the link of the device, since each range has an entry of its own that is never merged. */
static void test_dimm_extents(void **state)
{
	static const struct layout layouts[] = {
		{ "two DIMMs side by side",
		  "00100000-3fffffff : System RAM\n100000000-10fffffff : System RAM\n"
		  "110000000-11fffffff : System RAM\n",
		  .blocks = { OFFLINE(32), OFFLINE(33), KERNEL(34), MOVABLE(35) }, .n_blocks = 4,
		  .n_groups = 2, .group_of = { 0, 0, 1, 1 },
		  .groups = { { "ram-100000000", "", PROVIDER_DIMM, false, 0, 32, 33, 2, 2, 0, 0 },
			      { "ram-110000000", "", PROVIDER_DIMM, false, 0, 34, 35, 2, 0, 1,
				1 } },
		  .machine = { .arch = "x86_64", .has_acpi_memory = true } },
		{ "one with a device, one without",
		  "100000000-10fffffff : System RAM\n110000000-11fffffff : System RAM\n",
		  .blocks = { DIMM(32, "PNP0C80:01"), DIMM(33, "PNP0C80:01"), OFFLINE(34),
			      OFFLINE(35) },
		  .n_blocks = 4, .n_groups = 2, .group_of = { 0, 0, 1, 1 },
		  .groups = { { "PNP0C80:01", "", PROVIDER_DIMM, false, 0, 32, 33, 2, 2, 0, 0 },
			      { "ram-110000000", "", PROVIDER_DIMM, false, 0, 34, 35, 2, 2, 0,
				0 } },
		  .machine = { .arch = "aarch64", .has_acpi_memory = true } },
		{ "before memory/probe, and not for a driver's memory",
		  "100000000-107ffffff : System RAM\n108000000-10fffffff : cram0\n"
		  "  108000000-10fffffff : System RAM (cram)\n",
		  .blocks = { OFFLINE(32), OFFLINE(33), OFFLINE(34) }, .n_blocks = 3, .n_groups = 3,
		  .group_of = { 0, 1, 2 },
		  .groups = { ONE_BLOCK("ram-100000000", "", PROVIDER_DIMM, 32),
			      ONE_BLOCK("memory33", "", PROVIDER_OTHER, 33),
			      ONE_BLOCK("memory34", "", PROVIDER_OTHER, 34) },
		  .machine = { .arch = "x86_64", .has_acpi_memory = true, .has_probe = true } },
	};

	(void)state;
	CHECK(layouts);
}

/* What the kernel adds at once, which may be less than the device. */
static void test_ranges(void **state)
{
	static const struct {
		struct layout layout;
		uint64_t range_blocks;
	} rows[] = {
		{ { "one range", "100000000-117ffffff : System RAM\n",
		    .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
				DIMM(34, "PNP0C80:00") },
		    .n_blocks = 3 },
		  3 },
		{ { "two of one block each",
		    "100000000-107ffffff : System RAM\n108000000-10fffffff : System RAM\n",
		    .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00") }, .n_blocks = 2 },
		  1 },
		{ { "of one and of two blocks",
		    "100000000-107ffffff : System RAM\n108000000-117ffffff : System RAM\n",
		    .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
				DIMM(34, "PNP0C80:00") },
		    .n_blocks = 3 },
		  2 },
		{ { "of two and of one",
		    "100000000-10fffffff : System RAM\n110000000-117ffffff : System RAM\n",
		    .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00"),
				DIMM(34, "PNP0C80:00") },
		    .n_blocks = 3 },
		  2 },
		{ { "a block that is gone counts, it was added with the others",
		    "100000000-10fffffff : System RAM\n", .blocks = { DIMM(33, "PNP0C80:00") },
		    .n_blocks = 1 },
		  2 },
		{ { "an extent", "100000000-10fffffff : System RAM\n",
		    .blocks = { OFFLINE(32), OFFLINE(33) }, .n_blocks = 2,
		    .machine = { .has_acpi_memory = true } },
		  2 },
		{ { "no addresses", "",
		    .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00") }, .n_blocks = 2 },
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct found found;

		assert_int_equal(find(&rows[i].layout, &found), 0);
		assert_int_equal(found.groups.n, 1);
		if (found.groups.g[0].range_blocks != rows[i].range_blocks)
			fail_msg("%s: %d", rows[i].layout.name,
				 (int)found.groups.g[0].range_blocks);
		done(&found);
	}
}

/* drivers/s390/char/sclp_cmd.c, drivers/s390/char/sclp_mem.c */
static void test_standby(void **state)
{
	static const struct layout layouts[] = {
		{ "with an entry, without one, and with a part of one",
		  "00000000-3fffffff : System RAM\n  00000000-00afffff : Kernel code\n"
		  "100000000-10fffffff : System RAM\n118000000-11bffffff : System RAM\n",
		  .blocks = { OFFLINE(32), OFFLINE(33), OFFLINE(34), OFFLINE(35) }, .n_blocks = 4,
		  .n_groups = 4, .group_of = { 0, 1, 2, 3 },
		  .groups = { ONE_BLOCK("memory32", "", PROVIDER_STANDBY, 32),
			      ONE_BLOCK("memory33", "", PROVIDER_STANDBY, 33),
			      ONE_BLOCK("memory34", "", PROVIDER_STANDBY, 34),
			      ONE_BLOCK("memory35", "", PROVIDER_STANDBY, 35) },
		  .machine = { .arch = "s390x" } },
		{ "boot memory is none, virtio-mem neither",
		  "00000000-07ffffff : System RAM\n100000000-107ffffff : virtio2\n"
		  "  100000000-107ffffff : System RAM (virtio_mem)\n",
		  { 0, 0x7ffffff },
		  .blocks = { { .id = 0, .state = BLOCK_OFFLINE }, OFFLINE(32) },
		  .n_blocks = 2,
		  .n_groups = 2,
		  .group_of = { 0, 1 },
		  .groups = { ONE_BLOCK("memory0", "", PROVIDER_BOOT, 0),
			      { "virtio2", "", PROVIDER_VIRTIO_MEM, true, 0, 32, 32, 1, 1, 0, 0 } },
		  .machine = { .arch = "s390x", .is_xen = true, .has_probe = true } },
	};

	(void)state;
	CHECK(layouts);
}

/* arch/powerpc/platforms/pseries/hotplug-memory.c: one __add_memory() for each LMB */
static void test_dlpar(void **state)
{
	static const struct layout layouts[] = {
		{ "little endian, and no entry",
		  "00000000-3fffffff : System RAM\n100000000-107ffffff : System RAM\n"
		  "108000000-10fffffff : System RAM\n",
		  .blocks = { OFFLINE(32), MOVABLE(33), OFFLINE(34) }, .n_blocks = 3, .n_groups = 3,
		  .group_of = { 0, 1, 2 },
		  .groups = { ONE_BLOCK("memory32", "", PROVIDER_DLPAR, 32),
			      { "memory33", "", PROVIDER_DLPAR, false, 0, 33, 33, 1, 0, 0, 1 },
			      ONE_BLOCK("memory34", "", PROVIDER_OTHER, 34) },
		  .machine = { .arch = "ppc64le", .has_probe = true } },
		{ "big endian", "100000000-107ffffff : System RAM\n", .blocks = { OFFLINE(32) },
		  .n_blocks = 1, .n_groups = 1,
		  .groups = { ONE_BLOCK("memory32", "", PROVIDER_DLPAR, 32) },
		  .machine = { .arch = "ppc64" } },
		/* An OpenPOWER machine has persistent memory as others have. */
		{ "persistent memory",
		  "100000000-10fffffff : Persistent Memory\n  100000000-10fffffff : dax0.0\n"
		  "    100000000-10fffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(32), OFFLINE(33) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 32, 33, 2, 2, 0, 0 } },
		  .machine = { .arch = "ppc64le" } },
	};

	(void)state;
	CHECK(layouts);
}

/* drivers/hv/hv_balloon.c, drivers/xen/balloon.c: MHP_MERGE_RESOURCE */
static void test_balloon(void **state)
{
	static const struct layout layouts[] = {
		{ "Xen", "00100000-3fffffff : System RAM\n100000000-117ffffff : System RAM\n",
		  .blocks = { KERNEL(32), OFFLINE(33), OFFLINE(34) }, .n_blocks = 3, .n_groups = 3,
		  .group_of = { 0, 1, 2 },
		  .groups = { { "memory32", "", PROVIDER_BALLOON, false, 0, 32, 32, 1, 0, 1, 0 },
			      ONE_BLOCK("memory33", "", PROVIDER_BALLOON, 33),
			      ONE_BLOCK("memory34", "", PROVIDER_BALLOON, 34) },
		  .machine = { .arch = "x86_64", .is_xen = true, .has_probe = true } },
		/* Its firmware may have slots for DIMMs that nobody uses. */
		{ "Hyper-V", "100000000-10fffffff : System RAM\n",
		  .blocks = { OFFLINE(32), OFFLINE(33), OFFLINE(34) }, .n_blocks = 3, .n_groups = 3,
		  .group_of = { 0, 1, 2 },
		  .groups = { ONE_BLOCK("memory32", "", PROVIDER_BALLOON, 32),
			      ONE_BLOCK("memory33", "", PROVIDER_BALLOON, 33),
			      ONE_BLOCK("memory34", "", PROVIDER_OTHER, 34) },
		  .machine = { .arch = "x86_64", .is_hyperv = true, .has_acpi_memory = true } },
	};

	(void)state;
	CHECK(layouts);
}

/* drivers/base/memory.c, probe_store(): one block */
static void test_probe(void **state)
{
	static const struct layout layouts[] = {
		{ "written to memory/probe",
		  "100000000-107ffffff : System RAM\n108000000-10fffffff : System RAM\n",
		  .blocks = { OFFLINE(32), OFFLINE(33), OFFLINE(34) }, .n_blocks = 3, .n_groups = 3,
		  .group_of = { 0, 1, 2 },
		  .groups = { ONE_BLOCK("memory32", "", PROVIDER_PROBE, 32),
			      ONE_BLOCK("memory33", "", PROVIDER_PROBE, 33),
			      ONE_BLOCK("memory34", "", PROVIDER_OTHER, 34) },
		  .machine = { .arch = "x86_64", .has_probe = true } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_aliases(void **state)
{
	static const struct layout layouts[] = {
		{ "two dax devices of one region",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-a9fffffff : region7\n"
		  "    a90000000-a97ffffff : dax7.0\n      a90000000-a97ffffff : System RAM (kmem)\n"
		  "    a98000000-a9fffffff : dax7.1\n"
		  "      a98000000-a9fffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(338), OFFLINE(339) }, .n_blocks = 2, .n_groups = 2,
		  .group_of = { 0, 1 },
		  .groups = { ONE_BLOCK("dax7.0", "region7", PROVIDER_CXL, 338),
			      ONE_BLOCK("dax7.1", "region7", PROVIDER_CXL, 339) } },
		/* dax_hmem has taken it before a region could: drivers/dax/hmem/hmem.c */
		{ "a window without a region",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-a97ffffff : Soft Reserved\n"
		  "    a90000000-a97ffffff : dax0.0\n"
		  "      a90000000-a97ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(338) }, .n_blocks = 1, .n_groups = 1,
		  .groups = { ONE_BLOCK("dax0.0", "", PROVIDER_CXL, 338) } },
		{ "nothing of CXL",
		  "a90000000-a97ffffff : Soft Reserved\n  a90000000-a97ffffff : dax0.0\n"
		  "    a90000000-a97ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(338) }, .n_blocks = 1, .n_groups = 1,
		  .groups = { ONE_BLOCK("dax0.0", "", PROVIDER_DAX, 338) } },
	};

	(void)state;
	CHECK(layouts);
}

/* drivers/dax/kmem.c, dax_kmem_range(): what is no whole block is cut off at both ends. */
static void test_dax_ends(void **state)
{
	static const struct layout layouts[] = {
		{ "both ends",
		  "140000000-17fffffff : Persistent Memory\n"
		  "  140000000-1411fffff : namespace0.0\n  141200000-16f1fffff : dax0.0\n"
		  "    148000000-167ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(41), OFFLINE(42), OFFLINE(43), OFFLINE(44) }, .n_blocks = 4,
		  .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 41, 44, 4, 4, 0, 0 } } },
		{ "both ends of each of two ranges",
		  "140000000-19fffffff : Soft Reserved\n  140200000-1501fffff : dax0.1\n"
		  "    148000000-14fffffff : System RAM (kmem)\n"
		  "  150200000-1601fffff : dax0.2\n    158000000-15fffffff : System RAM (kmem)\n"
		  "  160200000-1781fffff : dax0.1\n    168000000-177ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(41), OFFLINE(43), OFFLINE(45), OFFLINE(46) }, .n_blocks = 4,
		  .n_groups = 2, .group_of = { 0, 1, 0, 0 },
		  .groups = { { "dax0.1", "", PROVIDER_DAX, false, 0, 41, 46, 3, 3, 0, 0 },
			      ONE_BLOCK("dax0.2", "", PROVIDER_DAX, 43) } },
		{ "a CXL region whose end is no block's",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-aa3ffffff : region0\n"
		  "    a90000000-aa3ffffff : dax0.0\n"
		  "      a90000000-a9fffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(338), OFFLINE(339) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "region0", PROVIDER_CXL, false, 0, 338, 339, 2, 2, 0,
				0 } } },
	};

	(void)state;
	CHECK(layouts);
}

/* Persistent memory is that of whatever it is made: [Dax] rules it, not [Cxl]. */
static void test_cxl_pmem(void **state)
{
	static const struct layout layouts[] = {
		{ "in an entry of its own inside of the region",
		  "a90000000-b8fffffff : CXL Window 0\n  a90000000-aafffffff : region0\n"
		  "    a90000000-aa7ffffff : Persistent Memory\n"
		  "      a90000000-a911fffff : namespace0.0\n      a91200000-aa7ffffff : dax0.0\n"
		  "        a98000000-aa7ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(339), OFFLINE(340) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 339, 340, 2, 2, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

/*
 * drivers/cxl/pmem.c, cxl_pmem_region_probe() inserts "Persistent Memory" with the range of the
 * region, and insert_resource() puts what is inserted around what has the same range
 * (kernel/resource.c, __insert_resource()).
 */
static void test_cxl_pmem_around(void **state)
{
	static const struct layout layouts[] = {
		{ "around the region, as the kernel has it",
		  "a90000000-b8fffffff : CXL Window 0\n"
		  "  a90000000-aa7ffffff : Persistent Memory\n    a90000000-aa7ffffff : region0\n"
		  "      a90000000-a911fffff : namespace0.0\n      a91200000-aa7ffffff : dax0.0\n"
		  "        a98000000-aa7ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(339), OFFLINE(340) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 339, 340, 2, 2, 0, 0 } } },
		{ "a region as large as its window",
		  "a90000000-aa7ffffff : Persistent Memory\n  a90000000-aa7ffffff : CXL Window 0\n"
		  "    a90000000-aa7ffffff : region0\n"
		  "      a90000000-a911fffff : namespace0.0\n      a91200000-aa7ffffff : dax0.0\n"
		  "        a98000000-aa7ffffff : System RAM (kmem)\n",
		  .blocks = { OFFLINE(339), OFFLINE(340) }, .n_blocks = 2, .n_groups = 1,
		  .groups = { { "dax0.0", "", PROVIDER_DAX, false, 0, 339, 340, 2, 2, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_devices(void **state)
{
	static const bool is_device[_PROVIDER_MAX] = {
		[PROVIDER_DIMM] = true,
		[PROVIDER_VIRTIO_MEM] = true,
		[PROVIDER_CXL] = true,
		[PROVIDER_DAX] = true,
	};

	(void)state;
	for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
		const struct group group = { .provider = provider };

		assert_int_equal(group_is_device(&group), is_device[provider]);
	}
}

static void test_boot(void **state)
{
	static const struct layout layouts[] = {
		{ "described as a DIMM",
		  "00000000-17ffffff : System RAM\n",
		  { 0, 16 * MIB },
		  .blocks = { DIMM(0, "PNP0C80:00"), DIMM(1, "PNP0C80:00"), DIMM(2, "PNP0C80:00") },
		  .n_blocks = 3,
		  .n_groups = 2,
		  .group_of = { 0, 1, 1 },
		  .groups = { { "memory0", "", PROVIDER_BOOT, false, 0, 0, 0, 1, 1, 0, 0 },
			      { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 1, 2, 2, 2, 0, 0 } } },
		{ "a last byte of it",
		  "08000000-0fffffff : System RAM\n",
		  { 0, 128 * MIB },
		  .blocks = { OFFLINE(1) },
		  .n_blocks = 1,
		  .n_groups = 1,
		  .groups = { { "memory1", "", PROVIDER_BOOT, false, 0, 1, 1, 1, 1, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_inner_entries(void **state)
{
	static const struct layout layouts[] = {
		{ "a block full of kernel code",
		  "100000000-117ffffff : System RAM\n  108000000-10fffffff : Kernel code\n",
		  .blocks = { DIMM(32, "PNP0C80:00"), DIMM(33, "PNP0C80:00") }, .n_blocks = 2,
		  .n_groups = 1,
		  .groups = { { "PNP0C80:00", "", PROVIDER_DIMM, false, 0, 32, 33, 2, 2, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_counts(void **state)
{
	static const struct layout layouts[] = {
		{ "every state",
		  "140000000-17fffffff : virtio0\n"
		  "  140000000-16fffffff : System RAM (virtio_mem)\n",
		  .blocks = { KERNEL(40),
			      KERNEL(41),
			      MOVABLE(42),
			      OFFLINE(43),
			      { .id = 44, .state = BLOCK_GOING_OFFLINE },
			      { .id = 45, .state = BLOCK_ONLINE } },
		  .n_blocks = 6, .n_groups = 1,
		  .groups = { { "virtio0", "", PROVIDER_VIRTIO_MEM, true, 0, 40, 45, 6, 1, 2,
				1 } } },
		{ "nothing", "", .n_blocks = 0, .n_groups = 0 },
	};

	(void)state;
	CHECK(layouts);
}

/* A record is a file of the group's name, and udev reads it line by line. */
static void test_odd_names(void **state)
{
	static const char iomem[] =
		"140000000-14fffffff : a/b\n  140000000-14fffffff : System RAM (kmem)\n"
		"150000000-15fffffff : 0123456789012345678901234567890123456789"
		"012345678901234567890123456789\n  150000000-15fffffff : System RAM (kmem)\n";
	static const char dots[] =
		"140000000-14fffffff : .\n  140000000-14fffffff : System RAM (kmem)\n"
		"150000000-15fffffff : ..\n  150000000-15fffffff : System RAM (kmem)\n";
	static const struct layout layouts[] = {
		{ "a slash, and more than 63 bytes", iomem,
		  .blocks = { OFFLINE(40), OFFLINE(41), OFFLINE(42), OFFLINE(43) }, .n_blocks = 4,
		  .n_groups = 2, .group_of = { 0, 0, 1, 1 },
		  .groups = { { "a_b", "", PROVIDER_DAX, false, 0, 40, 41, 2, 2, 0, 0 },
			      { "012345678901234567890123456789012345678901234567890123456789012",
				"", PROVIDER_DAX, false, 0, 42, 43, 2, 2, 0, 0 } } },
		{ "directories", dots,
		  .blocks = { OFFLINE(40), OFFLINE(41), OFFLINE(42), OFFLINE(43) }, .n_blocks = 4,
		  .n_groups = 2, .group_of = { 0, 0, 1, 1 },
		  .groups = { { "_", "", PROVIDER_DAX, false, 0, 40, 41, 2, 2, 0, 0 },
			      { "_.", "", PROVIDER_DAX, false, 0, 42, 43, 2, 2, 0, 0 } } },
	};

	(void)state;
	CHECK(layouts);
}

static void test_no_memory(void **state)
{
	static const struct layout layout = {
		.iomem = "100000000-10fffffff : System RAM\n",
		.n_blocks = 2,
		.blocks = { OFFLINE(32), OFFLINE(33) },
	};
	struct groups groups = { NULL, 77 };
	struct block blocks[] = { OFFLINE(32), OFFLINE(33) };
	const struct ranges boot = { NULL, 0 };
	struct iomem iomem;

	(void)state;
	assert_int_equal(iomem_parse(&iomem, str_of(layout.iomem)), 0);
	for (unsigned served = 0; served < 2; served++) {
		scarce_after(served);
		assert_int_equal(
			groups_find(&groups, blocks, 2, BLOCK_SIZE, &layout.machine, &iomem, &boot),
			-ENOMEM);
		assert_int_equal(scarce_end(), 1);
		assert_int_equal(groups.n, 77);
	}
	iomem_done(&iomem);
}

/* -- How it was recognised */

static void test_evidence(void **state)
{
	static const struct {
		struct layout layout;
		const char *text;
	} rows[] = {
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { { .id = 32, .firmware = "PNP0C80:02" } } },
		  "firmware node PNP0C80:02" },
		{ { .iomem = "100000000-1ffffffff : virtio3\n"
			     "  100000000-107ffffff : System RAM (virtio_mem)\n",
		    .blocks = { OFFLINE(32) } },
		  "iomem entry \"System RAM (virtio_mem)\" below virtio3" },
		{ { .iomem = "100000000-1ffffffff : CXL Window 0\n"
			     "  100000000-107ffffff : region0\n"
			     "    100000000-107ffffff : dax0.0\n"
			     "      100000000-107ffffff : System RAM (kmem)\n",
		    .blocks = { OFFLINE(32) } },
		  "iomem entry \"System RAM (kmem)\" below dax0.0 below region0 below CXL Window 0" },
		{ { .iomem = "100000000-107ffffff : System RAM (cram)\n",
		    .blocks = { OFFLINE(32) } },
		  "iomem entry \"System RAM (cram)\"" },
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { OFFLINE(32) },
		    .machine = { .has_acpi_memory = true } },
		  "iomem entry of its own on a machine with ACPI memory devices" },
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { OFFLINE(32) },
		    .machine = { .has_probe = true } },
		  "memory without a device, and the kernel has probe" },
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { OFFLINE(32) },
		    .machine = { .is_xen = true } },
		  "memory without a device inside of Xen" },
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { OFFLINE(32) },
		    .machine = { .is_hyperv = true } },
		  "memory without a device inside of Hyper-V" },
		{ { .iomem = "", .blocks = { OFFLINE(32) }, .machine = { .arch = "s390x" } },
		  "memory without a device on s390x" },
		{ { .iomem = "100000000-107ffffff : System RAM\n",
		    .blocks = { OFFLINE(32) },
		    .machine = { .arch = "ppc64le" } },
		  "memory without a device on ppc64le" },
		{ { .iomem = "", .blocks = { OFFLINE(32) } },
		  "nothing that memhp knows claims it" },
		{ { .iomem = "", .boot = { 0, 0x1ffffffff }, .blocks = { OFFLINE(32) } },
		  "it was there at boot" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct layout layout = rows[i].layout;
		struct found found;
		char text[128];

		layout.n_blocks = 1;
		assert_int_equal(find(&layout, &found), 0);
		group_explain_evidence(&found.groups.g[0], BLOCK_SIZE, &layout.machine,
				       &found.iomem, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
		done(&found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the blocks of a DIMM are those of its firmware node", test_dimms, NULL, NULL,
		  NULL },
		{ "a virtio-mem device is one dynamic group", test_virtio_mem, NULL, NULL, NULL },
		{ "a dax device is one static group, CXL below a region", test_kmem, NULL, NULL,
		  NULL },
		{ "a block without a device stands alone", test_others, NULL, NULL, NULL },
		{ "all ranges of an ACPI memory device are one DIMM", test_dimm_ranges, NULL, NULL,
		  NULL },
		{ "a DIMM without a firmware node is as large as its entry", test_dimm_extents,
		  NULL, NULL, NULL },
		{ "of a DIMM the largest range is known", test_ranges, NULL, NULL, NULL },
		{ "on s390 plain memory is standby, with an entry or without", test_standby, NULL,
		  NULL, NULL },
		{ "on ppc64 plain memory is DLPAR's", test_dlpar, NULL, NULL, NULL },
		{ "inside of Xen and Hyper-V plain memory is the balloon's", test_balloon, NULL,
		  NULL, NULL },
		{ "plain memory may have been written to memory/probe", test_probe, NULL, NULL,
		  NULL },
		{ "a CXL device has the name of its region as well", test_aliases, NULL, NULL,
		  NULL },
		{ "the ends of a dax device that are no blocks are of no group", test_dax_ends,
		  NULL, NULL, NULL },
		{ "persistent memory below a CXL region is dax", test_cxl_pmem, NULL, NULL, NULL },
		{ "persistent memory around a CXL region is dax", test_cxl_pmem_around, NULL, NULL,
		  NULL },
		{ "what the kernel keeps as a group is a device", test_devices, NULL, NULL, NULL },
		{ "boot memory is in no group, DIMM or not", test_boot, NULL, NULL, NULL },
		{ "what lies inside of System RAM does not matter", test_inner_entries, NULL, NULL,
		  NULL },
		{ "blocks are counted by state and zone", test_counts, NULL, NULL, NULL },
		{ "a name that is cut or changed is still one group", test_odd_names, NULL, NULL,
		  NULL },
		{ "how a group was recognised is told", test_evidence, NULL, NULL, NULL },
		{ "without memory nothing is handed out", test_no_memory, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
