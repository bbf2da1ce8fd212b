/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* struct boot_params, complete, cut off and with entries that cannot be. */
#include "e820.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "scarce.h"

#define PARAMS_SIZE 4096
#define COUNT_OFFSET 0x1e8
#define TABLE_OFFSET 0x2d0
#define ENTRY_SIZE 20
#define RAM 1
#define RESERVED 2
#define SOFT_RESERVED 0xefffffff
#define MAX_ENTRIES 5

struct entry {
	uint64_t start, size;
	uint32_t type;
};

static void put(uint8_t *to, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void put_entries(uint8_t *to, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++, to += ENTRY_SIZE) {
		put(to, 8, entries[i].start);
		put(to + 8, 8, entries[i].size);
		put(to + 16, 4, entries[i].type);
	}
}

static void assert_ranges(const struct ranges *got, const struct range *expected, size_t n)
{
	assert_int_equal(got->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got->r[i].start, expected[i].start);
		assert_int_equal(got->r[i].end, expected[i].end);
	}
}

static const struct {
	struct entry entries[MAX_ENTRIES];
	size_t n;
	struct range ram[MAX_ENTRIES];
	size_t n_ram;
} tables[] = {
	{ .n = 0 },
	/* a machine of QEMU with 3 GiB */
	{ { { 0x0, 0x9fc00, RAM },
	    { 0x9fc00, 0x400, RESERVED },
	    { 0x100000, 0x7fee0000, RAM },
	    { 0xfeffc000, 0x4000, RESERVED },
	    { 0x100000000, 0x40000000, RAM } },
	  5,
	  { { 0x0, 0x9fbff }, { 0x100000, 0x7ffdffff }, { 0x100000000, 0x13fffffff } },
	  3 },
	/* only memory of type RAM is boot memory */
	{ { { 0x0, 0x1000, SOFT_RESERVED }, { 0x1000, 0x1000, 0 }, { 0x2000, 0x1000, 7 } },
	  3,
	  { { 0 } },
	  0 },
	{ { { 0x1000, 0, RAM }, { 0x1000, 1, RAM } }, 2, { { 0x1000, 0x1000 } }, 1 },
	/* up to 2^52 and not a byte further */
	{ { { 0xffffffffff000, 0x1000, RAM }, { 0xffffffffff000, 0x1001, RAM } },
	  2,
	  { { 0xffffffffff000, 0xfffffffffffff } },
	  1 },
	{ { { 0, UINT64_C(1) << 52, RAM } }, 1, { { 0, 0xfffffffffffff } }, 1 },
	{ { { UINT64_MAX, 1, RAM },
	    { UINT64_MAX, 2, RAM },
	    { 1, UINT64_MAX, RAM },
	    { 2, UINT64_MAX, RAM } },
	  4,
	  { { 0 } },
	  0 },
};

static void ram_of_the_table_is_appended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
		uint8_t params[PARAMS_SIZE];

		/* What stands behind the entries that count must not matter. */
		memset(params, 1, sizeof(params));
		params[COUNT_OFFSET] = (uint8_t)tables[i].n;
		put_entries(params + TABLE_OFFSET, tables[i].entries, tables[i].n);
		assert_int_equal(e820_parse(&ram, params, sizeof(params)), 0);
		assert_ranges(&ram, tables[i].ram, tables[i].n_ram);
	}
}

static void extension_has_nothing_but_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
		size_t size = tables[i].n * ENTRY_SIZE;
		uint8_t data[MAX_ENTRIES * ENTRY_SIZE];

		put_entries(data, tables[i].entries, tables[i].n);
		assert_int_equal(e820_parse_extension(&ram, data, size), 0);
		assert_ranges(&ram, tables[i].ram, tables[i].n_ram);
	}
}

static void entry_that_is_cut_off_does_not_count(void **state)
{
	static const struct entry entries[] = { { 0x1000, 0x1000, RAM }, { 0x3000, 0x1000, RAM } };
	static const struct range ram[] = { { 0x1000, 0x1fff }, { 0x3000, 0x3fff } };
	static const struct {
		size_t size, n_ram;
	} cases[] = { { 0, 0 }, { 19, 0 }, { 20, 1 }, { 39, 1 }, { 40, 2 } };
	uint8_t data[2 * ENTRY_SIZE];

	(void)state;
	put_entries(data, entries, ARRAY_SIZE(entries));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

		assert_int_equal(e820_parse_extension(&set, data, cases[i].size), 0);
		assert_ranges(&set, ram, cases[i].n_ram);
	}
}

static void table_that_does_not_fit_is_refused(void **state)
{
	static const struct {
		unsigned count;
		size_t size;
		int r;
	} cases[] = {
		{ 0, 0, -EBADMSG },
		{ 0, COUNT_OFFSET, -EBADMSG },
		{ 0, TABLE_OFFSET - 1, -EBADMSG },
		{ 0, TABLE_OFFSET, 0 },
		{ 1, TABLE_OFFSET, -EBADMSG },
		{ 1, TABLE_OFFSET + ENTRY_SIZE - 1, -EBADMSG },
		{ 1, TABLE_OFFSET + ENTRY_SIZE, 0 },
		{ 128, TABLE_OFFSET + 128 * ENTRY_SIZE - 1, -EBADMSG },
		{ 128, TABLE_OFFSET + 128 * ENTRY_SIZE, 0 },
		{ 129, PARAMS_SIZE, -EBADMSG },
		{ 255, PARAMS_SIZE, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
		_cleanup_free_ uint8_t *params = calloc(1, cases[i].size + 1);

		assert_non_null(params);
		if (cases[i].size > COUNT_OFFSET)
			params[COUNT_OFFSET] = (uint8_t)cases[i].count;
		assert_int_equal(e820_parse(&ram, params, cases[i].size), cases[i].r);
		assert_int_equal(ram.n, 0);
	}
}

static void set_keeps_what_it_has(void **state)
{
	static const struct entry entry = { 0x1000, 0x1000, RAM };
	static const struct range expected[] = { { 7, 8 }, { 0x1000, 0x1fff } };
	_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
	uint8_t data[ENTRY_SIZE];

	(void)state;
	assert_int_equal(ranges_add(&ram, 7, 8), 0);
	assert_int_equal(e820_parse(&ram, data, 0), -EBADMSG);
	put_entries(data, &entry, 1);
	assert_int_equal(e820_parse_extension(&ram, data, sizeof(data)), 0);
	assert_ranges(&ram, expected, ARRAY_SIZE(expected));
}

static void without_memory_nothing_is_appended(void **state)
{
	static const struct entry entries[] = {
		{ 0x1000, 1, RAM }, { 0x2000, 1, RAM }, { 0x3000, 1, RAM }, { 0x4000, 1, RAM }
	};
	_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
	uint8_t data[sizeof(entries) / sizeof(*entries) * ENTRY_SIZE];
	unsigned served = 0;

	(void)state;
	put_entries(data, entries, ARRAY_SIZE(entries));
	assert_int_equal(ranges_add(&ram, 7, 8), 0);
	for (;; served++) {
		int r;

		scarce_after(served);
		r = e820_parse_extension(&ram, data, sizeof(data));
		if (scarce_end() == 0)
			break;
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(ram.n, 1);
	}
	assert_true(served > 1);
	assert_int_equal(ram.n, 1 + ARRAY_SIZE(entries));
}

static void any_bytes_give_addresses_below_2_52(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 2000; i++) {
		_cleanup_(ranges_done) struct ranges ram = { NULL, 0 };
		size_t size = random_next(&random) % PARAMS_SIZE;
		_cleanup_free_ uint8_t *params = malloc(size + 1);
		int r;

		assert_non_null(params);
		random_fill(&random, params, size);
		/* Without these two hardly any entry would be good. */
		if (size > COUNT_OFFSET)
			params[COUNT_OFFSET] &= 0x3f;
		for (size_t at = TABLE_OFFSET; at + ENTRY_SIZE <= size; at += ENTRY_SIZE) {
			put(params + at + 8, 8, random_sized(&random, 64));
			put(params + at + 16, 4, RAM);
		}
		r = e820_parse(&ram, params, size);
		assert_true(r == 0 || r == -EBADMSG);
		assert_int_equal(e820_parse_extension(&ram, params, size), 0);
		for (size_t j = 0; j < ram.n; j++) {
			assert_true(ram.r[j].start <= ram.r[j].end);
			assert_true(ram.r[j].end < UINT64_C(1) << 52);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_of_the_table_is_appended),
		cmocka_unit_test(extension_has_nothing_but_entries),
		cmocka_unit_test(entry_that_is_cut_off_does_not_count),
		cmocka_unit_test(table_that_does_not_fit_is_refused),
		cmocka_unit_test(set_keeps_what_it_has),
		cmocka_unit_test(without_memory_nothing_is_appended),
		cmocka_unit_test(any_bytes_give_addresses_below_2_52),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
