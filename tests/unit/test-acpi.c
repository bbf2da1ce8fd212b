/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CEDT and NFIT, as they should be and as firmware may have them. */
#include "acpi.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "scarce.h"

#define GIB (UINT64_C(1) << 30)
#define CEDT_FIRST 36 /* offset of the first structure */
#define NFIT_FIRST 40
#define CFMWS_SIZE 40 /* with one target */
#define SPA_SIZE 56
#define MAX 4

static const uint8_t pmem_guid[16] = { 0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40,
				       0xac, 0x43, 0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb };
static const uint8_t volatile_guid[16] = { 0x4f, 0x94, 0x30, 0x73, 0xfd, 0x86, 0x74, 0x40,
					   0xbd, 0xb6, 0x75, 0xee, 0x54, 0xc7, 0x1a, 0xf8 };

struct table {
	uint8_t p[512];
	size_t n;
};

static void put(struct table *table, size_t offset, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		table->p[offset + i] = (uint8_t)(value >> 8 * i);
}

static void start(struct table *table, const char *signature, size_t header_size)
{
	*table = (struct table){ .n = header_size };
	memcpy(table->p, signature, 4);
}

static void set_length(struct table *table)
{
	put(table, 4, 4, table->n);
}

static size_t add_structure(struct table *table, size_t type, size_t size)
{
	size_t offset = table->n;

	assert_true(size <= sizeof(table->p) - offset);
	put(table, offset, 2, type);
	put(table, offset + 2, 2, size);
	table->n += size;
	return offset;
}

static void add_window(struct table *table, uint64_t base, uint64_t size)
{
	size_t offset = add_structure(table, 1, CFMWS_SIZE);

	put(table, offset + 8, 8, base);
	put(table, offset + 16, 8, size);
}

static void add_spa(struct table *table, const uint8_t *guid, uint64_t base, uint64_t size)
{
	size_t offset = add_structure(table, 0, SPA_SIZE);

	memcpy(table->p + offset + 16, guid, 16);
	put(table, offset + 32, 8, base);
	put(table, offset + 40, 8, size);
}

/* --- CEDT --- */

#define ONE_WINDOW                       \
	{                                \
		0x190000000, 0x28fffffff \
	}

static void one_window(struct table *table)
{
	add_window(table, 0x190000000, 4 * GIB);
}

static void bridge_between_windows(struct table *table)
{
	add_window(table, 0x200000000, GIB);
	(void)add_structure(table, 0, 32); /* CHBS */
	(void)add_structure(table, 2, 16); /* CXIMS */
	add_window(table, 0x100000000, GIB);
}

static void one_byte_of_type(struct table *table)
{
	add_window(table, 0x100000000, GIB);
	table->p[CEDT_FIRST + 1] = 0xff; /* reserved */
}

static void without_targets(struct table *table)
{
	size_t offset = add_structure(table, 1, 36);

	put(table, offset + 8, 8, 0x100000000);
	put(table, offset + 16, 8, GIB);
}

static void no_structure(struct table *table)
{
	(void)table;
}

static void zero_length(struct table *table)
{
	one_window(table);
	(void)add_structure(table, 1, CFMWS_SIZE);
	put(table, CEDT_FIRST + CFMWS_SIZE + 2, 2, 0);
	add_window(table, 0, GIB);
}

static void length_of_three(struct table *table)
{
	one_window(table);
	(void)add_structure(table, 1, CFMWS_SIZE);
	put(table, CEDT_FIRST + CFMWS_SIZE + 2, 2, 3);
}

static void overlong(struct table *table)
{
	one_window(table);
	add_window(table, 0, GIB);
	put(table, CEDT_FIRST + CFMWS_SIZE + 2, 2, CFMWS_SIZE + 1);
}

static void trailing_bytes(struct table *table)
{
	one_window(table);
	table->n += 3;
}

static void short_window(struct table *table)
{
	(void)add_structure(table, 1, 35);
	(void)add_structure(table, 1, 4);
	add_window(table, 0x190000000, 4 * GIB);
}

static void empty_window(struct table *table)
{
	add_window(table, 0x100000000, 0);
	add_window(table, 0x190000000, 4 * GIB);
}

static void absurd_windows(struct table *table)
{
	add_window(table, UINT64_MAX, 2);
	add_window(table, UINT64_MAX, 1);
	add_window(table, 0xffffffffff000, 0x1001);
	add_window(table, 0xffffffffff000, 0x1000);
}

static void overlapping_windows(struct table *table)
{
	add_window(table, 2 * GIB, 2 * GIB);
	add_window(table, 8 * GIB, GIB);
	add_window(table, 3 * GIB, 3 * GIB);
	add_window(table, 2 * GIB, GIB);
}

static void touching_windows(struct table *table)
{
	add_window(table, GIB, GIB);
	add_window(table, 2 * GIB, GIB);
}

/* --- NFIT --- */

#define ONE_PMEM_RANGE                   \
	{                                \
		0x140000000, 0x17fffffff \
	}

static void one_pmem_range(struct table *table)
{
	add_spa(table, pmem_guid, 0x140000000, GIB);
}

static void other_ranges(struct table *table)
{
	add_spa(table, volatile_guid, 0x100000000, 0);
	(void)add_structure(table, 1, 48);	     /* region mapping */
	(void)add_structure(table, 0x100, SPA_SIZE); /* two bytes of type */
	add_spa(table, pmem_guid, 0x140000000, GIB);
}

static void range_with_cookie(struct table *table)
{
	one_pmem_range(table);
	table->n += 8;
	put(table, NFIT_FIRST + 2, 2, SPA_SIZE + 8);
}

static void short_range(struct table *table)
{
	(void)add_structure(table, 0, SPA_SIZE - 1);
	one_pmem_range(table);
}

static void flawed_ranges(struct table *table)
{
	add_spa(table, pmem_guid, 0, 0);
	add_spa(table, pmem_guid, UINT64_MAX, UINT64_MAX);
	add_spa(table, pmem_guid, GIB, GIB);
	add_spa(table, pmem_guid, GIB, GIB);
	(void)add_structure(table, 0, 0);
	table->n += 10;
}

struct flaws {
	struct {
		enum acpi_flaw flaw;
		size_t offset;
	} f[MAX];
	size_t n;
};

struct expected {
	void (*build)(struct table *table);
	struct range windows[MAX];
	size_t n_windows;
	struct flaws flaws;
};

static void keep_flaw(void *userdata, enum acpi_flaw flaw, size_t offset)
{
	struct flaws *flaws = userdata;

	assert_in_range(flaws->n, 0, MAX - 1);
	flaws->f[flaws->n].flaw = flaw;
	flaws->f[flaws->n].offset = offset;
	flaws->n++;
}

typedef int (*parser)(struct ranges *windows, const void *table, size_t size, acpi_flaw_fn report,
		      void *userdata);

/* Without a byte behind it that could be read unnoticed. */
static int parse_exactly(parser parse, struct ranges *windows, const void *table, size_t size,
			 struct flaws *flaws)
{
	uint8_t *copy = malloc(size);
	int r;

	assert_true(copy || size == 0);
	if (size > 0)
		memcpy(copy, table, size);
	r = parse(windows, copy, size, flaws ? keep_flaw : NULL, flaws);
	free(copy);
	return r;
}

static void assert_flaws(const struct flaws *got, const struct flaws *expected)
{
	assert_int_equal(got->n, expected->n);
	for (size_t i = 0; i < got->n; i++) {
		assert_int_equal(got->f[i].flaw, expected->f[i].flaw);
		assert_int_equal(got->f[i].offset, expected->f[i].offset);
	}
}

static void assert_parsed(parser parse, const struct table *table, const struct expected *expected)
{
	_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };
	struct flaws flaws = { .n = 0 };

	assert_int_equal(parse_exactly(parse, &windows, table->p, table->n, &flaws), 0);
	assert_flaws(&flaws, &expected->flaws);
	assert_int_equal(windows.n, expected->n_windows);
	for (size_t i = 0; i < windows.n; i++) {
		assert_int_equal(windows.r[i].start, expected->windows[i].start);
		assert_int_equal(windows.r[i].end, expected->windows[i].end);
	}
}

#define SECOND (CEDT_FIRST + CFMWS_SIZE)
#define THIRD (SECOND + CFMWS_SIZE)
#define FOURTH (THIRD + CFMWS_SIZE)

static void cedt_has_the_windows_of_cxl(void **state)
{
	static const struct expected cases[] = {
		{ one_window, { ONE_WINDOW }, 1, { .n = 0 } },
		{ bridge_between_windows,
		  { { 0x100000000, 0x13fffffff }, { 0x200000000, 0x23fffffff } },
		  2,
		  { .n = 0 } },
		{ one_byte_of_type, { { 0x100000000, 0x13fffffff } }, 1, { .n = 0 } },
		{ without_targets, { { 0x100000000, 0x13fffffff } }, 1, { .n = 0 } },
		{ no_structure, { { 0 } }, 0, { .n = 0 } },
		{ zero_length, { ONE_WINDOW }, 1, { { { ACPI_FLAW_LENGTH, SECOND } }, 1 } },
		{ length_of_three, { ONE_WINDOW }, 1, { { { ACPI_FLAW_LENGTH, SECOND } }, 1 } },
		{ overlong, { ONE_WINDOW }, 1, { { { ACPI_FLAW_LENGTH, SECOND } }, 1 } },
		{ trailing_bytes, { ONE_WINDOW }, 1, { { { ACPI_FLAW_LENGTH, SECOND } }, 1 } },
		{ short_window,
		  { ONE_WINDOW },
		  1,
		  { { { ACPI_FLAW_SHORT, CEDT_FIRST }, { ACPI_FLAW_SHORT, CEDT_FIRST + 35 } },
		    2 } },
		{ empty_window, { ONE_WINDOW }, 1, { { { ACPI_FLAW_EMPTY, CEDT_FIRST } }, 1 } },
		{ absurd_windows,
		  { { 0xffffffffff000, 0xfffffffffffff } },
		  1,
		  { { { ACPI_FLAW_ABSURD, CEDT_FIRST },
		      { ACPI_FLAW_ABSURD, SECOND },
		      { ACPI_FLAW_ABSURD, THIRD } },
		    3 } },
		{ overlapping_windows,
		  { { 2 * GIB, 6 * GIB - 1 }, { 8 * GIB, 9 * GIB - 1 } },
		  2,
		  { { { ACPI_FLAW_OVERLAP, FOURTH }, { ACPI_FLAW_OVERLAP, THIRD } }, 2 } },
		{ touching_windows,
		  { { GIB, 2 * GIB - 1 }, { 2 * GIB, 3 * GIB - 1 } },
		  2,
		  { .n = 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct table table;

		start(&table, "CEDT", CEDT_FIRST);
		cases[i].build(&table);
		set_length(&table);
		assert_parsed(acpi_parse_cedt, &table, &cases[i]);
	}
}

static void nfit_has_the_ranges_of_persistent_memory(void **state)
{
	static const struct expected cases[] = {
		{ one_pmem_range, { ONE_PMEM_RANGE }, 1, { .n = 0 } },
		{ other_ranges, { ONE_PMEM_RANGE }, 1, { .n = 0 } },
		{ range_with_cookie, { ONE_PMEM_RANGE }, 1, { .n = 0 } },
		{ no_structure, { { 0 } }, 0, { .n = 0 } },
		{ short_range, { ONE_PMEM_RANGE }, 1, { { { ACPI_FLAW_SHORT, NFIT_FIRST } }, 1 } },
		{ flawed_ranges,
		  { { GIB, 2 * GIB - 1 } },
		  1,
		  { { { ACPI_FLAW_EMPTY, NFIT_FIRST },
		      { ACPI_FLAW_ABSURD, NFIT_FIRST + SPA_SIZE },
		      { ACPI_FLAW_LENGTH, NFIT_FIRST + 4 * SPA_SIZE },
		      { ACPI_FLAW_OVERLAP, NFIT_FIRST + 3 * SPA_SIZE } },
		    4 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct table table;

		start(&table, "NFIT", NFIT_FIRST);
		cases[i].build(&table);
		set_length(&table);
		assert_parsed(acpi_parse_nfit, &table, &cases[i]);
	}
}

static void what_is_there_of_a_truncated_table_counts(void **state)
{
	static const struct {
		size_t size;   /* what there is */
		size_t length; /* what the header says */
		size_t n_windows;
		struct flaws flaws;
	} cases[] = {
		{ 0, 0, 0, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 3, 0, 0, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 35, 116, 0, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 116, 0, 0, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 116, 35, 0, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 116, 36, 0, { .n = 0 } },
		{ 116, 76, 1, { .n = 0 } },
		{ 116, 116, 2, { .n = 0 } },
		{ 76, 116, 1, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 116, UINT32_MAX, 2, { { { ACPI_FLAW_TRUNCATED, 0 } }, 1 } },
		{ 115,
		  116,
		  1,
		  { { { ACPI_FLAW_TRUNCATED, 0 }, { ACPI_FLAW_LENGTH, SECOND } }, 2 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };
		struct flaws flaws = { .n = 0 };
		struct table table;

		start(&table, "CEDT", CEDT_FIRST);
		add_window(&table, 0x100000000, GIB);
		add_window(&table, 0x200000000, GIB);
		put(&table, 4, 4, cases[i].length);
		assert_int_equal(
			parse_exactly(acpi_parse_cedt, &windows, table.p, cases[i].size, &flaws),
			0);
		assert_int_equal(windows.n, cases[i].n_windows);
		assert_flaws(&flaws, &cases[i].flaws);
	}
}

static void another_table_has_no_windows(void **state)
{
	static const struct expected nothing = {
		.flaws = { { { ACPI_FLAW_SIGNATURE, 0 } }, 1 },
	};
	struct table table;

	(void)state;
	start(&table, "NFIT", NFIT_FIRST);
	one_pmem_range(&table);
	set_length(&table);
	assert_parsed(acpi_parse_cedt, &table, &nothing);

	start(&table, "CEDT", CEDT_FIRST);
	set_length(&table);
	assert_parsed(acpi_parse_nfit, &table, &nothing);
}

static void flaws_need_not_be_heard(void **state)
{
	static const struct range expected[] = { { 7, 8 },
						 { 2 * GIB, 6 * GIB - 1 },
						 { 8 * GIB, 9 * GIB - 1 } };
	_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };
	struct table table;

	(void)state;
	start(&table, "CEDT", CEDT_FIRST);
	overlapping_windows(&table);
	set_length(&table);
	assert_int_equal(ranges_add(&windows, 7, 8), 0);
	assert_int_equal(parse_exactly(acpi_parse_cedt, &windows, table.p, table.n, NULL), 0);
	/* What the set had before is still there. */
	assert_int_equal(windows.n, ARRAY_SIZE(expected));
	assert_memory_equal(windows.r, expected, sizeof(expected));
}

static void without_memory_nothing_is_appended(void **state)
{
	_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };
	unsigned served = 0;
	struct table table;

	(void)state;
	start(&table, "CEDT", CEDT_FIRST);
	overlapping_windows(&table);
	set_length(&table);
	assert_int_equal(ranges_add(&windows, 7, 8), 0);
	for (;; served++) {
		int r;

		scarce_after(served);
		r = acpi_parse_cedt(&windows, table.p, table.n, NULL, NULL);
		if (scarce_end() == 0)
			break;
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(windows.n, 1);
	}
	assert_true(served > 1);
	assert_int_equal(windows.n, 3);
}

static void every_flaw_has_a_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < _ACPI_FLAW_MAX; i++)
		assert_true(strlen(acpi_flaw_text(i)) > 0);
	assert_non_null(acpi_flaw_text(_ACPI_FLAW_MAX));
}

static void assert_sane(const struct ranges *windows)
{
	for (size_t i = 0; i < windows->n; i++) {
		assert_true(windows->r[i].start <= windows->r[i].end);
		assert_true(windows->r[i].end < UINT64_C(1) << 52);
		assert_true(i == 0 || windows->r[i].start > windows->r[i - 1].end);
	}
}

static void any_bytes_are_survived(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		_cleanup_(ranges_done) struct ranges cxl = { NULL, 0 }, pmem = { NULL, 0 };
		struct table table = { .n = random_next(&random) % sizeof(table.p) };

		random_fill(&random, table.p, table.n);
		memcpy(table.p, i % 2 ? "CEDT" : "NFIT", 4);
		put(&table, 4, 4, random_sized(&random, 64));
		assert_int_equal(parse_exactly(acpi_parse_cedt, &cxl, table.p, table.n, NULL), 0);
		assert_int_equal(parse_exactly(acpi_parse_nfit, &pmem, table.p, table.n, NULL), 0);
		assert_sane(&cxl);
		assert_sane(&pmem);
	}
}

/* Good tables with a few wrong bytes get further than noise. */
static void wrong_bytes_in_good_tables_are_survived(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };
		bool is_cedt = i % 2;
		struct table table;

		start(&table, is_cedt ? "CEDT" : "NFIT", is_cedt ? CEDT_FIRST : NFIT_FIRST);
		for (int j = 0; j < 5; j++) {
			uint64_t base = random_sized(&random, 64), size = random_sized(&random, 64);

			if (is_cedt)
				add_window(&table, base, size);
			else
				add_spa(&table, pmem_guid, base, size);
		}
		set_length(&table);
		for (uint64_t j = random_next(&random) % 4; j > 0; j--)
			table.p[4 + random_next(&random) % (table.n - 4)] =
				(uint8_t)random_next(&random);
		assert_int_equal(parse_exactly(is_cedt ? acpi_parse_cedt : acpi_parse_nfit,
					       &windows, table.p, table.n, NULL),
				 0);
		assert_sane(&windows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cedt_has_the_windows_of_cxl),
		cmocka_unit_test(nfit_has_the_ranges_of_persistent_memory),
		cmocka_unit_test(what_is_there_of_a_truncated_table_counts),
		cmocka_unit_test(another_table_has_no_windows),
		cmocka_unit_test(flaws_need_not_be_heard),
		cmocka_unit_test(without_memory_nothing_is_appended),
		cmocka_unit_test(every_flaw_has_a_text),
		cmocka_unit_test(any_bytes_are_survived),
		cmocka_unit_test(wrong_bytes_in_good_tables_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
