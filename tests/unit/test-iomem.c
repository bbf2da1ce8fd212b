/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts of /proc/iomem as kernels print them, and text that is none. */
#include "iomem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "scarce.h"

/* A machine with 2 GiB, two DIMMs of which the first has two ranges that touch the second's. */
static const char dimm_layout[] = "00000000-00000fff : Reserved\n"
				  "00001000-0009fbff : System RAM\n"
				  "0009fc00-0009ffff : Reserved\n"
				  "000a0000-000bffff : PCI Bus 0000:00\n"
				  "000f0000-000fffff : Reserved\n"
				  "  000f0000-000fffff : System ROM\n"
				  "00100000-7ffdffff : System RAM\n"
				  "  01000000-01ffffff : Kernel code\n"
				  "  02000000-02bfffff : Kernel rodata\n"
				  "7ffe0000-7fffffff : Reserved\n"
				  "fee00000-fee00fff : Local APIC\n"
				  "100000000-13fffffff : System RAM\n"
				  "140000000-17fffffff : System RAM\n"
				  "180000000-1bfffffff : System RAM\n"
				  "380000000000-3807ffffffff : PCI Bus 0000:00\n";

static const char virtio_mem_layout[] = "100000000-17fffffff : System RAM\n"
					"180000000-57fffffff : virtio0\n"
					"  180000000-1bfffffff : System RAM (virtio_mem)\n"
					"  1c8000000-1cfffffff : System RAM (virtio_mem)\n"
					"580000000-97fffffff : virtio1\n"
					"  580000000-5ffffffff : System RAM (virtio_mem)\n";

static const char cxl_layout[] = "100000000-17fffffff : System RAM\n"
				 "190000000-28fffffff : CXL Window 0\n"
				 "  190000000-1cfffffff : region0\n"
				 "    190000000-1cfffffff : dax0.0\n"
				 "      190000000-1cfffffff : System RAM (kmem)\n"
				 "  1d0000000-1efffffff : region1\n"
				 "    1d0000000-1efffffff : dax1.0\n"
				 "290000000-38fffffff : CXL Window 1\n";

static const char pmem_layout[] = "100000000-13fffffff : System RAM\n"
				  "140000000-17fffffff : Persistent Memory\n"
				  "  140000000-1411fffff : namespace0.0\n"
				  "  141200000-17fffffff : dax0.0\n"
				  "    148000000-17fffffff : System RAM (kmem)\n"
				  "180000000-1bfffffff : Persistent Memory (legacy)\n";

/* Up to Linux 6.12; later kernels keep soft-reserved memory out of /proc/iomem. */
static const char soft_reserved_layout[] = "100000000-13fffffff : System RAM\n"
					   "140000000-23fffffff : Soft Reserved\n"
					   "  140000000-23fffffff : CXL Window 0\n"
					   "    140000000-23fffffff : region0\n"
					   "      140000000-23fffffff : dax0.0\n"
					   "        140000000-23fffffff : System RAM (kmem)\n";

/* Ten blanks are the most that the kernel puts in front (MAX_IORES_LEVEL). */
static const char deep_layout[] = "c0000000-febfffff : PCI Bus 0000:00\n"
				  "  c0000000-c7ffffff : PCI Bus 0000:01\n"
				  "    c0000000-c3ffffff : PCI Bus 0000:02\n"
				  "      c0000000-c1ffffff : PCI Bus 0000:03\n"
				  "        c0000000-c0ffffff : PCI Bus 0000:04\n"
				  "          c0000000-c07fffff : PCI Bus 0000:05\n"
				  "          c0000000-c00fffff : 0000:05:00.0\n"
				  "          c0000000-c000ffff : nvme\n"
				  "          c0080000-c008ffff : ahci\n"
				  "          c0100000-c01fffff : 0000:05:01.0\n"
				  "          c0800000-c0ffffff : PCI Bus 0000:06\n"
				  "        c1000000-c1ffffff : PCI Bus 0000:07\n"
				  "  c8000000-c8ffffff : 0000:00:02.0\n"
				  "fec00000-fec003ff : IOAPIC 0\n";

static const char last_address_layout[] = "00000000-ffffffffffffffff : all\n"
					  "  ffffffff00000000-ffffffffffffffff : top\n"
					  "    ffffffffffffffff-ffffffffffffffff : byte\n";

/* "System RAM (kmem) < dax0.0 < region0 < CXL Window 0", or "" for nothing. */
static void chain(const struct iomem *iomem, const struct iomem_entry *entry, char *ret,
		  size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (const char *between = ""; entry; entry = iomem_parent(iomem, entry)) {
		int n = snprintf(ret + used, size - used, "%s%.*s", between, STR_ARG(entry->name));

		assert_in_range(n, 0, size - used - 1);
		used += (size_t)n;
		between = " < ";
	}
}

static void innermost_entry_is_found_with_all_around_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t start, end;
		const char *chain;
	} cases[] = {
		{ dimm_layout, 0x100000000, 0x107ffffff, "System RAM" },
		{ dimm_layout, 0x140000000, 0x17fffffff, "System RAM" },
		{ dimm_layout, 0x1000000, 0x1000000, "Kernel code < System RAM" },
		{ dimm_layout, 0xf0000, 0xfffff, "System ROM < Reserved" },
		{ dimm_layout, 0x0, 0x0, "Reserved" },
		/* two DIMMs are two entries */
		{ dimm_layout, 0x178000000, 0x187ffffff, "" },
		{ dimm_layout, 0x78000000, 0x7fffffff, "" },
		{ dimm_layout, 0x200000000, 0x207ffffff, "" },

		{ virtio_mem_layout, 0x180000000, 0x187ffffff,
		  "System RAM (virtio_mem) < virtio0" },
		{ virtio_mem_layout, 0x1c8000000, 0x1cfffffff,
		  "System RAM (virtio_mem) < virtio0" },
		{ virtio_mem_layout, 0x580000000, 0x587ffffff,
		  "System RAM (virtio_mem) < virtio1" },
		{ virtio_mem_layout, 0x1c0000000, 0x1c7ffffff, "virtio0" },
		{ virtio_mem_layout, 0x1b8000000, 0x1cfffffff, "virtio0" },

		{ cxl_layout, 0x190000000, 0x197ffffff,
		  "System RAM (kmem) < dax0.0 < region0 < CXL Window 0" },
		{ cxl_layout, 0x1d0000000, 0x1d7ffffff, "dax1.0 < region1 < CXL Window 0" },
		{ cxl_layout, 0x1f0000000, 0x1f7ffffff, "CXL Window 0" },
		{ cxl_layout, 0x190000000, 0x1efffffff, "CXL Window 0" },
		{ cxl_layout, 0x290000000, 0x297ffffff, "CXL Window 1" },
		{ cxl_layout, 0x288000000, 0x297ffffff, "" },

		{ pmem_layout, 0x148000000, 0x14fffffff,
		  "System RAM (kmem) < dax0.0 < Persistent Memory" },
		{ pmem_layout, 0x141200000, 0x147ffffff, "dax0.0 < Persistent Memory" },
		{ pmem_layout, 0x140000000, 0x147ffffff, "Persistent Memory" },
		{ pmem_layout, 0x180000000, 0x187ffffff, "Persistent Memory (legacy)" },

		{ soft_reserved_layout, 0x140000000, 0x147ffffff,
		  "System RAM (kmem) < dax0.0 < region0 < CXL Window 0 < Soft Reserved" },

		{ deep_layout, 0xc0000000, 0xc000ffff,
		  "nvme < 0000:05:00.0 < PCI Bus 0000:05 < PCI Bus 0000:04 < PCI Bus 0000:03 < "
		  "PCI Bus 0000:02 < PCI Bus 0000:01 < PCI Bus 0000:00" },
		{ deep_layout, 0xc0080000, 0xc0080000,
		  "ahci < 0000:05:00.0 < PCI Bus 0000:05 < PCI Bus 0000:04 < PCI Bus 0000:03 < "
		  "PCI Bus 0000:02 < PCI Bus 0000:01 < PCI Bus 0000:00" },
		{ deep_layout, 0xc0100000, 0xc0100000,
		  "0000:05:01.0 < PCI Bus 0000:05 < PCI Bus 0000:04 < PCI Bus 0000:03 < "
		  "PCI Bus 0000:02 < PCI Bus 0000:01 < PCI Bus 0000:00" },
		{ deep_layout, 0xc0800000, 0xc0800000,
		  "PCI Bus 0000:06 < PCI Bus 0000:04 < PCI Bus 0000:03 < PCI Bus 0000:02 < "
		  "PCI Bus 0000:01 < PCI Bus 0000:00" },
		{ deep_layout, 0xc1000000, 0xc1000000,
		  "PCI Bus 0000:07 < PCI Bus 0000:03 < PCI Bus 0000:02 < PCI Bus 0000:01 < "
		  "PCI Bus 0000:00" },
		{ deep_layout, 0xc8000000, 0xc8000000, "0000:00:02.0 < PCI Bus 0000:00" },
		{ deep_layout, 0xfec00000, 0xfec00000, "IOAPIC 0" },

		{ last_address_layout, UINT64_MAX, UINT64_MAX, "byte < top < all" },
		{ last_address_layout, UINT64_MAX - 1, UINT64_MAX, "top < all" },
		{ last_address_layout, 0, UINT64_MAX, "all" },
		{ "", 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
		char got[512];

		assert_int_equal(iomem_parse(&iomem, str_of(cases[i].text)), 0);
		chain(&iomem, iomem_find(&iomem, cases[i].start, cases[i].end), got, sizeof(got));
		assert_string_equal(got, cases[i].chain);
	}
}

static void entries_stand_in_the_order_of_the_file(void **state)
{
	static const struct {
		uint64_t start, end;
		size_t parent;
		const char *name;
	} expected[] = {
		{ 0x100000000, 0x17fffffff, IOMEM_NO_PARENT, "System RAM" },
		{ 0x190000000, 0x28fffffff, IOMEM_NO_PARENT, "CXL Window 0" },
		{ 0x190000000, 0x1cfffffff, 1, "region0" },
		{ 0x190000000, 0x1cfffffff, 2, "dax0.0" },
		{ 0x190000000, 0x1cfffffff, 3, "System RAM (kmem)" },
		{ 0x1d0000000, 0x1efffffff, 1, "region1" },
		{ 0x1d0000000, 0x1efffffff, 5, "dax1.0" },
		{ 0x290000000, 0x38fffffff, IOMEM_NO_PARENT, "CXL Window 1" },
	};
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };

	(void)state;
	assert_int_equal(iomem_parse(&iomem, STR(cxl_layout)), 0);
	assert_int_equal(iomem.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < iomem.n; i++) {
		assert_int_equal(iomem.entries[i].start, expected[i].start);
		assert_int_equal(iomem.entries[i].end, expected[i].end);
		assert_int_equal(iomem.entries[i].parent, expected[i].parent);
		assert_true(str_eq(iomem.entries[i].name, expected[i].name));
	}
}

static void name_is_the_rest_of_the_line(void **state)
{
	static const struct {
		const char *text;
		const char *name; /* NULL: the line is no entry */
	} cases[] = {
		{ "1-2 : a", "a" },
		{ "1-2 : a\n", "a" },
		{ "1-2 : a : b\n", "a : b" },
		{ "1-2 :  : \n", " : " },
		{ "1-2 : 3-4 : b\n", "3-4 : b" },
		{ "1-2 : \n", "" },
		{ "1-2 : a \n", "a " },
		{ "                1-2 : a\n", "a" },
		{ "ABCDEF-abcdef0 : a\n", "a" },
		{ "1-2 :a\n", NULL },
		{ "1-2: a\n", NULL },
		{ "1-2 a\n", NULL },
		{ "1 - 2 : a\n", NULL },
		{ "1- : a\n", NULL },
		{ "-2 : a\n", NULL },
		{ "- : a\n", NULL },
		{ " : a\n", NULL },
		{ "0x1-0x2 : a\n", NULL },
		{ "1-2-3 : a\n", NULL },
		{ "1-1ffffffffffffffff : a\n", NULL },
		{ "2-1 : a\n", NULL },
		{ "\t1-2 : a\n", NULL },
		{ "\n", NULL },
		{ "-\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };

		assert_int_equal(iomem_parse(&iomem, str_of(cases[i].text)), 0);
		assert_int_equal(iomem.n, cases[i].name ? 1 : 0);
		if (cases[i].name)
			assert_true(str_eq(iomem.entries[0].name, cases[i].name));
	}
}

static void bad_lines_do_not_hide_the_good_ones(void **state)
{
	static const char text[] = "1000-8fff : a\n"
				   "garbage\n"
				   "  5000-4fff : backwards\n"
				   "  2000-2fff : b\n"
				   "\n"
				   "  3000-3fff : c";
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };

	(void)state;
	assert_int_equal(iomem_parse(&iomem, STR(text)), 0);
	assert_int_equal(iomem.n, 3);
	assert_int_equal(iomem.entries[1].parent, 0);
	assert_int_equal(iomem.entries[2].parent, 0);
}

static void hidden_addresses_are_told_from_an_empty_file(void **state)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{ "", 0 },
		{ "nothing\n", 0 },
		{ "00000000-00000000 : Reserved\n", -EACCES },
		{ "00000000-00000000 : CXL Window 0\n"
		  "  00000000-00000000 : region0\n"
		  "    00000000-00000000 : System RAM (kmem)\n",
		  -EACCES },
		{ "00000000-00000000 : Reserved\n00000000-00000fff : System RAM\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct iomem_entry some;
		struct iomem iomem = { &some, 42 };

		assert_int_equal(iomem_parse(&iomem, str_of(cases[i].text)), cases[i].r);
		if (cases[i].r == 0) {
			iomem_done(&iomem);
			continue;
		}
		assert_ptr_equal(iomem.entries, &some);
		assert_int_equal(iomem.n, 42);
	}
}

static void without_memory_the_output_is_untouched(void **state)
{
	unsigned served = 0;

	(void)state;
	for (;; served++) {
		struct iomem_entry some;
		struct iomem iomem = { &some, 42 };
		int r;

		scarce_after(served);
		r = iomem_parse(&iomem, STR(cxl_layout));
		if (scarce_end() == 0) {
			assert_int_equal(r, 0);
			iomem_done(&iomem);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_ptr_equal(iomem.entries, &some);
		assert_int_equal(iomem.n, 42);
	}
	assert_true(served > 1);
}

static void memory_under_the_name_of_a_driver_is_told_from_other(void **state)
{
	static const struct {
		const char *text;
		struct range ranges[2];
		size_t n;
	} cases[] = {
		{ dimm_layout, { { 0, 0 } }, 0 },
		{ cxl_layout, { { 0x190000000, 0x1cfffffff } }, 1 },
		{ pmem_layout, { { 0x148000000, 0x17fffffff } }, 1 },
		{ "100000000-17fffffff : virtio0\n"
		  "  100000000-107ffffff : System RAM (virtio_mem)\n"
		  "  118000000-127ffffff : System RAM (virtio_mem)\n",
		  { { 0x100000000, 0x107ffffff }, { 0x118000000, 0x127ffffff } },
		  2 },
		/* of two devices, one behind the other */
		{ "100000000-107ffffff : System RAM (kmem)\n108000000-10fffffff : System RAM (x)\n",
		  { { 0x100000000, 0x10fffffff } },
		  1 },
		{ "", { { 0, 0 } }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
		_cleanup_(ranges_done) struct ranges managed = { NULL, 0 };

		assert_int_equal(iomem_parse(&iomem, str_of(cases[i].text)), 0);
		assert_int_equal(iomem_driver_managed(&iomem, &managed), 0);
		assert_int_equal(managed.n, cases[i].n);
		for (size_t j = 0; j < managed.n; j++) {
			assert_int_equal(managed.r[j].start, cases[i].ranges[j].start);
			assert_int_equal(managed.r[j].end, cases[i].ranges[j].end);
		}
	}
}

static void without_memory_no_ranges_are_handed_out(void **state)
{
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
	struct ranges managed = { NULL, 77 };

	(void)state;
	assert_int_equal(iomem_parse(&iomem, STR(virtio_mem_layout)), 0);
	scarce_after(0);
	assert_int_equal(iomem_driver_managed(&iomem, &managed), -ENOMEM);
	assert_int_equal(scarce_end(), 1);
	assert_int_equal(managed.n, 77);
}

static void siblings_are_not_looked_at_again(void **state)
{
	static const char parent[] = "0-ffffffffffffffff : parent\n";
	const size_t n = 200000, line_size = 40;
	_cleanup_free_ char *text = malloc(sizeof(parent) + n * line_size);
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
	size_t used = sizeof(parent) - 1;

	(void)state;
	assert_non_null(text);
	memcpy(text, parent, used);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, line_size, "  %zx-%zx : c\n", i * 16,
					 i * 16 + 15);
	/* Ends within the time of a test only if the work does not grow with the square. */
	assert_int_equal(iomem_parse(&iomem, (struct str){ text, used }), 0);
	assert_int_equal(iomem.n, n + 1);
	for (size_t i = 1; i <= n; i++)
		assert_int_equal(iomem.entries[i].parent, 0);
}

static void check_tree(const struct iomem *iomem)
{
	for (size_t i = 0; i < iomem->n; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];
		const struct iomem_entry *parent = iomem_parent(iomem, entry);
		const struct iomem_entry *found = iomem_find(iomem, entry->start, entry->end);

		assert_true(entry->start <= entry->end);
		assert_true(found >= entry);
		assert_true(found->start <= entry->start && entry->end <= found->end);
		assert_true(!parent || parent < entry);
		assert_true(!parent ||
			    (parent->start <= entry->start && entry->end <= parent->end));
	}
}

static void any_text_gives_a_tree(void **state)
{
	static const char alphabet[] = "0123456789abcdf-- : : \n\n";
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 5000; i++) {
		size_t n = random_next(&random) % 400;
		_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
		_cleanup_free_ char *text = malloc(n + 1);
		size_t used = 0;

		assert_non_null(text);
		/* Lines that are nearly in order, and then some characters that are not. */
		for (int line; used < n; used += (size_t)line)
			line = snprintf(text + used, n + 1 - used, "%x-%x : x\n",
					(unsigned)(random_next(&random) % 64),
					(unsigned)(random_next(&random) % 64));
		for (size_t j = random_next(&random) % 8; n > 0 && j > 0; j--)
			text[random_next(&random) % n] =
				alphabet[random_next(&random) % (sizeof(alphabet) - 1)];
		if (iomem_parse(&iomem, (struct str){ text, n }) == 0)
			check_tree(&iomem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(innermost_entry_is_found_with_all_around_it),
		cmocka_unit_test(entries_stand_in_the_order_of_the_file),
		cmocka_unit_test(name_is_the_rest_of_the_line),
		cmocka_unit_test(bad_lines_do_not_hide_the_good_ones),
		cmocka_unit_test(hidden_addresses_are_told_from_an_empty_file),
		cmocka_unit_test(without_memory_the_output_is_untouched),
		cmocka_unit_test(memory_under_the_name_of_a_driver_is_told_from_other),
		cmocka_unit_test(without_memory_no_ranges_are_handed_out),
		cmocka_unit_test(siblings_are_not_looked_at_again),
		cmocka_unit_test(any_text_gives_a_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
