/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows as the firmware of small machines tells them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware.h"
#include "scarce.h"
#include "tree.h"

#define CEDT "sys/firmware/acpi/tables/CEDT"
#define NFIT "sys/firmware/acpi/tables/NFIT"
#define MEMMAP "sys/firmware/memmap/"
#define MESSAGES_MAX 8

struct table {
	uint8_t bytes[1024];
	size_t n;
};

static void put(struct table *table, size_t at, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		table->bytes[at + i] = (uint8_t)(value >> (8 * i));
}

static struct table start_table(const char *signature, size_t header_size)
{
	struct table table = { .n = header_size };

	memcpy(table.bytes, signature, 4);
	return table;
}

/* CXL 3.1, 9.18.1.3 */
static void add_cxl_window(struct table *table, uint64_t base, uint64_t size)
{
	size_t at = table->n;

	put(table, at, 1, 1);
	put(table, at + 2, 40, 2);
	put(table, at + 8, base, 8);
	put(table, at + 16, size, 8);
	table->n += 40;
}

/* ACPI 6.5, 5.2.25.2, with the GUID of persistent memory */
static void add_pmem_range(struct table *table, uint64_t base, uint64_t size)
{
	static const uint8_t guid[16] = { 0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40,
					  0xac, 0x43, 0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb };
	size_t at = table->n;

	put(table, at + 2, 56, 2);
	memcpy(table->bytes + at + 16, guid, sizeof(guid));
	put(table, at + 32, base, 8);
	put(table, at + 40, size, 8);
	table->n += 56;
}

static void write_table(const struct tree *tree, const char *path, struct table *table)
{
	put(table, 4, table->n, 4);
	tree_write(tree, path, (struct str){ (const char *)table->bytes, table->n });
}

static void add_memmap(const struct tree *tree, unsigned i, const char *start, const char *end,
		       const char *type)
{
	char path[64];

	(void)snprintf(path, sizeof(path), MEMMAP "%u/start", i);
	tree_text(tree, path, start);
	(void)snprintf(path, sizeof(path), MEMMAP "%u/end", i);
	tree_text(tree, path, end);
	(void)snprintf(path, sizeof(path), MEMMAP "%u/type", i);
	tree_text(tree, path, type);
}

struct messages {
	char text[MESSAGES_MAX][256];
	size_t n;
};

static void keep(void *userdata, const char *message)
{
	struct messages *messages = userdata;

	assert_true(messages->n < MESSAGES_MAX);
	(void)snprintf(messages->text[messages->n++], sizeof(messages->text[0]), "%s", message);
}

static struct windows read_windows(const struct tree *tree, struct messages *messages)
{
	struct windows windows;

	messages->n = 0;
	assert_int_equal(firmware_read_windows(&tree->fs, &windows, keep, messages), 0);
	return windows;
}

static void assert_ranges(const struct ranges *got, const struct range *expected, size_t n)
{
	assert_int_equal(got->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got->r[i].start, expected[i].start);
		assert_int_equal(got->r[i].end, expected[i].end);
	}
}

static void test_none(void **state)
{
	struct messages messages;
	struct windows windows = read_windows(*state, &messages);

	assert_int_equal(messages.n, 0);
	for (unsigned kind = 0; kind < _WINDOW_KIND_MAX; kind++)
		assert_int_equal(windows.kind[kind].n, 0);
	windows_done(&windows);
	windows_done(&windows);
}

static void test_tables(void **state)
{
	static const struct range cxl[] = { { 0x100000000, 0x1ffffffff },
					    { 0x300000000, 0x37fffffff } };
	static const struct range pmem[] = { { 0x800000000, 0x83fffffff } };
	struct table cedt = start_table("CEDT", 36), nfit = start_table("NFIT", 40);
	const struct tree *tree = *state;
	struct messages messages;
	struct windows windows;

	add_cxl_window(&cedt, 0x300000000, 0x80000000); /* not in order, and the last two touch */
	add_cxl_window(&cedt, 0x100000000, 0x80000000);
	add_cxl_window(&cedt, 0x180000000, 0x80000000);
	add_pmem_range(&nfit, 0x800000000, 0x40000000);
	write_table(tree, CEDT, &cedt);
	write_table(tree, NFIT, &nfit);
	windows = read_windows(tree, &messages);
	assert_int_equal(messages.n, 0);
	assert_ranges(&windows.kind[WINDOW_CXL], cxl, ARRAY_SIZE(cxl));
	assert_ranges(&windows.kind[WINDOW_PMEM], pmem, ARRAY_SIZE(pmem));
	assert_ranges(&windows.kind[WINDOW_SOFT_RESERVED], NULL, 0);
	windows_done(&windows);
}

static void test_memmap(void **state)
{
	static const struct range expected[] = { { 0x100000000, 0x1ffffffff },
						 { 0x400000000, 0x4ffffffff } };
	const struct tree *tree = *state;
	struct messages messages;
	struct windows windows;

	add_memmap(tree, 0, "0x0\n", "0x9fbff\n", "System RAM\n");
	add_memmap(tree, 1, "0x400000000\n", "0x4ffffffff\n", "Soft Reserved\n");
	add_memmap(tree, 2, "0x100000000\n", "0x1ffffffff\n", "Soft Reserved\n");
	add_memmap(tree, 3, "0x200000000\n", "0x2ffffffff\n", "Persistent Memory\n");
	add_memmap(tree, 4, "0x2000\n", "0x1000\n", "Soft Reserved\n"); /* ends before it starts */
	add_memmap(tree, 5, "much\n", "0x1000\n", "Soft Reserved\n");
	add_memmap(tree, 6, "0x1000\n", "more\n", "Soft Reserved\n");
	add_memmap(tree, 7, "0x1000\n", "0x2000\n", "Soft Reserved\n");
	add_memmap(tree, 8, "0x1000\n", "0x2000\n", "Soft Reserved\n");
	add_memmap(tree, 9, "0x1000\n", "0x2000\n", "A type of more than thirty-one characters\n");
	tree_drop(tree, MEMMAP "7/end");
	tree_drop(tree, MEMMAP "8/start");
	tree_text(tree, MEMMAP "a file", "");
	windows = read_windows(tree, &messages);
	assert_int_equal(messages.n, 0);
	assert_ranges(&windows.kind[WINDOW_SOFT_RESERVED], expected, ARRAY_SIZE(expected));
	windows_done(&windows);
}

static void test_flaws(void **state)
{
	static const struct range cxl[] = { { 0x100000000, 0x13fffffff } };
	struct table cedt = start_table("CEDT", 36), nfit = start_table("XXXX", 40);
	const struct tree *tree = *state;
	struct messages messages;
	struct windows windows;

	add_cxl_window(&cedt, 0x100000000, 0x40000000);
	add_cxl_window(&cedt, 0x200000000, 0);
	write_table(tree, CEDT, &cedt);
	write_table(tree, NFIT, &nfit);
	windows = read_windows(tree, &messages);
	assert_int_equal(messages.n, 2);
	assert_int_equal(strncmp(messages.text[0], "CEDT: ", 6), 0);
	assert_non_null(strstr(messages.text[0], " at offset 76"));
	assert_int_equal(strncmp(messages.text[1], "NFIT: ", 6), 0);
	assert_ranges(&windows.kind[WINDOW_CXL], cxl, 1);
	assert_ranges(&windows.kind[WINDOW_PMEM], NULL, 0);
	windows_done(&windows);
}

static void test_unreadable(void **state)
{
	static const struct range pmem[] = { { 0x800000000, 0x83fffffff } };
	struct table nfit = start_table("NFIT", 40);
	const struct tree *tree = *state;
	struct messages messages;
	struct windows windows;

	tree_dir(tree, CEDT);
	add_pmem_range(&nfit, 0x800000000, 0x40000000);
	write_table(tree, NFIT, &nfit);
	windows = read_windows(tree, &messages);
	assert_int_equal(messages.n, 1);
	assert_non_null(strstr(messages.text[0], "CEDT: cannot be read"));
	assert_non_null(strstr(messages.text[0], strerror(EISDIR)));
	assert_ranges(&windows.kind[WINDOW_PMEM], pmem, 1);
	windows_done(&windows);
}

static void test_no_memory(void **state)
{
	struct table cedt = start_table("CEDT", 36), nfit = start_table("NFIT", 40);
	struct windows windows = { .kind = { { NULL, 77 } } };
	const struct tree *tree = *state;
	struct messages messages;
	unsigned served = 0;
	int r;

	add_cxl_window(&cedt, 0x100000000, 0x40000000);
	add_pmem_range(&nfit, 0x800000000, 0x40000000);
	write_table(tree, CEDT, &cedt);
	write_table(tree, NFIT, &nfit);
	add_memmap(tree, 0, "0x400000000\n", "0x4ffffffff\n", "Soft Reserved\n");
	for (;; served++) {
		messages.n = 0;
		scarce_after(served);
		r = firmware_read_windows(&tree->fs, &windows, keep, &messages);
		if (scarce_end() == 0)
			break;
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(windows.kind[0].n, 77);
	}
	assert_int_equal(r, 0);
	assert_true(served >= 3);
	windows_done(&windows);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(window_kind_name(WINDOW_CXL), "CXL window");
	assert_string_equal(window_kind_name(WINDOW_PMEM), "persistent memory");
	assert_string_equal(window_kind_name(WINDOW_SOFT_RESERVED), "soft-reserved memory");
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a machine without tables has no windows", test_none),
		TREE_TEST("windows come out of both tables, in order", test_tables),
		TREE_TEST("soft-reserved memory comes out of the memory map, the rest does not",
			  test_memmap),
		TREE_TEST("a flaw is told with table and offset, and the rest counts", test_flaws),
		TREE_TEST("a table that cannot be read is told, and the rest counts",
			  test_unreadable),
		TREE_TEST("without memory nothing is handed out", test_no_memory),
		{ "every kind of window has a name", test_names, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("firmware", tests, NULL, NULL);
}
