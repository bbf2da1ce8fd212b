/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel and platform. Most layouts are built from the kernel's documentation, not captured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "machine.h"
#include "tree.h"

#define RELEASE "proc/sys/kernel/osrelease"
#define ARCH "proc/sys/kernel/arch"
#define MEMMAP "sys/module/memory_hotplug/parameters/memmap_on_memory"
#define FORCE_BBM "sys/module/virtio_mem/parameters/force_bbm"
#define BBM_SIZE "sys/module/virtio_mem/parameters/bbm_block_size"

static void test_nothing(void **state)
{
	const struct tree *tree = *state;
	struct machine machine = machine_read(&tree->fs);
	struct utsname name;

	assert_int_equal(uname(&name), 0);
	assert_string_equal(machine.arch, name.machine); /* kernels before 6.1 */
	assert_int_equal(machine.major, 0);
	assert_int_equal(machine.minor, 0);
	assert_int_equal(machine.page_size, sysconf(_SC_PAGESIZE));
	assert_false(machine.is_xen || machine.is_hyperv);
	assert_false(machine.has_probe || machine.has_acpi_memory || machine.has_online_policy);
	assert_int_equal(machine.memmap_mode, MEMMAP_MODE_NO);
	assert_int_equal(machine.virtio_mem_unit, 0);
}

static void test_release(void **state)
{
	static const struct {
		const char *text;
		unsigned major, minor;
	} rows[] = {
		{ "6.12.117+deb13-amd64\n", 6, 12 },
		{ "6.1.0-44-amd64\n", 6, 1 },
		{ "7.3.4\n", 7, 3 },
		{ "7.3\n", 7, 3 },
		{ "7.3-rc1\n", 7, 3 },
		{ "5.14.0-570.12.1.el9_6.x86_64\n", 5, 14 },
		{ "10.200\n", 10, 200 },
		{ "4294967295.4294967295\n", UINT32_MAX, UINT32_MAX },
		/* What cannot be a kernel of ours is unknown, not half known. */
		{ "\n", 0, 0 },
		{ "", 0, 0 },
		{ "6\n", 0, 0 },
		{ "6.\n", 0, 0 },
		{ "6.x\n", 0, 0 },
		{ "6-12\n", 0, 0 },
		{ ".6.12\n", 0, 0 },
		{ "v6.12\n", 0, 0 },
		{ "4294967296.1\n", 0, 0 },
		{ "6.4294967296\n", 0, 0 },
		{ "99999999999999999999.1\n", 0, 0 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct machine machine;

		tree_text(tree, RELEASE, rows[i].text);
		machine = machine_read(&tree->fs);
		if (machine.major != rows[i].major || machine.minor != rows[i].minor)
			fail_msg("%s: %u.%u", rows[i].text, machine.major, machine.minor);
	}
}

static void test_arch(void **state)
{
	static const char *const rows[] = { "x86_64",  "aarch64", "s390x",
					    "ppc64le", "riscv64", "loongarch64" };
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%s\n", rows[i]);
		tree_text(tree, ARCH, text);
		assert_string_equal(machine_read(&tree->fs).arch, rows[i]);
	}
}

static void test_is_kernel(void **state)
{
	static const struct {
		unsigned major, minor;
		bool is_6_8, is_7_0;
	} rows[] = {
		{ 0, 0, false, false }, { 5, 15, false, false }, { 6, 1, false, false },
		{ 6, 7, false, false }, { 6, 8, true, false },	 { 6, 12, true, false },
		{ 7, 0, true, true },	{ 7, 3, true, true },	 { 10, 0, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct machine machine = { .major = rows[i].major, .minor = rows[i].minor };

		assert_int_equal(machine_is_kernel(&machine, 6, 8), rows[i].is_6_8);
		assert_int_equal(machine_is_kernel(&machine, 7, 0), rows[i].is_7_0);
	}
}

static void test_hypervisors(void **state)
{
	static const struct {
		struct tree_node nodes[3];
		bool is_xen, is_hyperv;
	} rows[] = {
		{ { { "sys/hypervisor/type", "xen\n" }, { NULL, NULL } }, true, false },
		/* Other kernels name others, and the directory is there without a hypervisor. */
		{ { { "sys/hypervisor/type", "kvm\n" }, { NULL, NULL } }, false, false },
		{ { { "sys/hypervisor/type", "xen2\n" }, { NULL, NULL } }, false, false },
		{ { { "sys/hypervisor", NULL }, { NULL, NULL } }, false, false },
		{ { { "sys/bus/vmbus", NULL }, { NULL, NULL } }, false, true },
		{ { { "sys/bus/vmbus/devices", NULL },
		    { "sys/hypervisor/type", "xen\n" },
		    { NULL, NULL } },
		  true,
		  true },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct machine machine;

		tree_add(tree, rows[i].nodes);
		machine = machine_read(&tree->fs);
		assert_int_equal(machine.is_xen, rows[i].is_xen);
		assert_int_equal(machine.is_hyperv, rows[i].is_hyperv);
		tree_drop(tree, "sys");
	}
}

static void test_probe(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "sys/devices/system/memory/block_size_bytes", "8000000\n");
	assert_false(machine_read(&tree->fs).has_probe);
	/* It can be written to and not read. */
	tree_text(tree, "sys/devices/system/memory/probe", "");
	assert_true(machine_read(&tree->fs).has_probe);
}

static void test_acpi_memory(void **state)
{
	static const struct {
		const char *device;
		bool has;
	} rows[] = {
		{ "PNP0C80:00", true },	 { "PNP0C80:0a", true },   { "PNP0C80", false },
		{ "PNP0C02:00", false }, { "ACPI0012:00", false },
	};
	const struct tree *tree = *state;
	char path[64];

	tree_dir(tree, "sys/bus/acpi/devices");
	assert_false(machine_read(&tree->fs).has_acpi_memory);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)snprintf(path, sizeof(path), "sys/bus/acpi/devices/%s", rows[i].device);
		tree_link(tree, path, "../../../devices/LNXSYSTM:00/LNXSYBUS:00/x");
		if (machine_read(&tree->fs).has_acpi_memory != rows[i].has)
			fail_msg("%s", rows[i].device);
		tree_drop(tree, path);
	}
}

static void test_memmap(void **state)
{
	static const struct {
		const char *text;
		enum memmap_mode mode;
	} rows[] = {
		{ "N\n", MEMMAP_MODE_NO },	     { "Y\n", MEMMAP_MODE_YES },
		{ "force\n", MEMMAP_MODE_FORCE },    { "maybe\n", MEMMAP_MODE_UNKNOWN },
		{ "\n", MEMMAP_MODE_UNKNOWN },	     { "y\n", MEMMAP_MODE_UNKNOWN },
		{ "forced\n", MEMMAP_MODE_UNKNOWN },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree_text(tree, MEMMAP, rows[i].text);
		if (machine_read(&tree->fs).memmap_mode != rows[i].mode)
			fail_msg("%s", rows[i].text);
	}
}

static void test_virtio_mem_unit(void **state)
{
	static const struct {
		const char *force, *size; /* NULL: not there */
		uint64_t unit;
	} rows[] = {
		{ "Y\n", "268435456\n", UINT64_C(256) << 20 },
		{ "Y\n", "2147483648\n", UINT64_C(2) << 30 },
		{ "Y\n", "1\n", 1 },
		/* By default it is one block, and so it is where the kernel takes no other size. */
		{ "Y\n", "0\n", 0 },
		{ "Y\n", "268435457\n", 0 },
		{ "Y\n", "402653184\n", 0 },
		{ "Y\n", "\n", 0 },
		{ "Y\n", "0x10000000\n", 0 },
		{ "Y\n", NULL, 0 },
		{ "N\n", "268435456\n", 0 },
		{ NULL, "268435456\n", 0 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].force)
			tree_text(tree, FORCE_BBM, rows[i].force);
		if (rows[i].size)
			tree_text(tree, BBM_SIZE, rows[i].size);
		if (machine_read(&tree->fs).virtio_mem_unit != rows[i].unit)
			fail_msg("row %zu", i);
		tree_drop(tree, "sys");
	}
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("what is not there is unknown or off", test_nothing),
		TREE_TEST("the version is that before the second dot, or unknown", test_release),
		TREE_TEST("the architecture is that of the kernel", test_arch),
		{ "versions compare by number", test_is_kernel, NULL, NULL, NULL },
		TREE_TEST("Xen and Hyper-V are told apart", test_hypervisors),
		TREE_TEST("memory/probe is found without reading it", test_probe),
		TREE_TEST("ACPI memory devices count, bound or not", test_acpi_memory),
		TREE_TEST("memmap_on_memory has three words", test_memmap),
		TREE_TEST("big blocks of virtio-mem are a power of two", test_virtio_mem_unit),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
