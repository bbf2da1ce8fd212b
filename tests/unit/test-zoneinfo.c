/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/zoneinfo as kernels from 6.1 to 7.3 print it (mm/vmstat.c, zoneinfo_show_print()). */
#include "zoneinfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "scarce.h"

#define MAX_ZONES 4

/* Linux 6.1: an unpopulated zone ends with its protection. */
static const char linux_6_1[] = "Node 0, zone      DMA\n"
				"  per-node stats\n"
				"      nr_inactive_anon 6083\n"
				"      nr_active_anon 120\n"
				"      workingset_nodes 0\n"
				"      nr_kernel_stack 1632\n"
				"  pages free     2816\n"
				"        boost    0\n"
				"        min      68\n"
				"        low      85\n"
				"        high     102\n"
				"        spanned  4095\n"
				"        present  3998\n"
				"        managed  3840\n"
				"        cma      0\n"
				"        protection: (0, 1899, 1899, 1899, 1899)\n"
				"      nr_free_pages 2816\n"
				"      nr_zone_inactive_anon 0\n"
				"      nr_free_cma  0\n"
				"      numa_hit     10\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count: 0\n"
				"              high:  13\n"
				"              batch: 1\n"
				"  vm stats threshold: 4\n"
				"  node_unreclaimable:  0\n"
				"  start_pfn:           1\n"
				"Node 0, zone    DMA32\n"
				"  pages free     409125\n"
				"        boost    0\n"
				"        min      8672\n"
				"        low      10840\n"
				"        high     13008\n"
				"        spanned  1044480\n"
				"        present  520160\n"
				"        managed  486379\n"
				"        cma      16384\n"
				"        protection: (0, 0, 0, 0, 0)\n"
				"      nr_free_pages 409125\n"
				"      nr_free_cma  16384\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count: 347\n"
				"              high:  378\n"
				"              batch: 63\n"
				"  vm stats threshold: 20\n"
				"  node_unreclaimable:  0\n"
				"  start_pfn:           4096\n"
				"Node 0, zone   Normal\n"
				"  pages free     0\n"
				"        boost    0\n"
				"        min      0\n"
				"        low      0\n"
				"        high     0\n"
				"        spanned  0\n"
				"        present  0\n"
				"        managed  0\n"
				"        cma      0\n"
				"        protection: (0, 0, 0, 0, 0)\n"
				"Node 0, zone  Movable\n"
				"  pages free     0\n"
				"        boost    0\n"
				"        min      32\n"
				"        low      32\n"
				"        high     32\n"
				"        spanned  0\n"
				"        present  0\n"
				"        managed  0\n"
				"        cma      0\n"
				"        protection: (0, 0, 0, 0, 0)\n"
				"Node 0, zone   Device\n"
				"  pages free     0\n"
				"        spanned  0\n"
				"        present  0\n"
				"        managed  0\n"
				"        cma      0\n"
				"        protection: (0, 0, 0, 0, 0)\n";

/* Linux 6.12: with "promo"; node 1 has processors and no memory in other zones than Movable. */
static const char linux_6_12[] = "Node 0, zone   Normal\n"
				 "  per-node stats\n"
				 "      nr_inactive_anon 6083\n"
				 "      pgpromote_success 0\n"
				 "  pages free     120000\n"
				 "        boost    0\n"
				 "        min      68\n"
				 "        low      85\n"
				 "        high     102\n"
				 "        promo    119\n"
				 "        spanned  262144\n"
				 "        present  262144\n"
				 "        managed  250000\n"
				 "        cma      0\n"
				 "        protection: (0, 0, 0)\n"
				 "      nr_free_pages 120000\n"
				 "  pagesets\n"
				 "    cpu: 0\n"
				 "              count:    0\n"
				 "              high:     0\n"
				 "              batch:    1\n"
				 "              high_min: 0\n"
				 "              high_max: 0\n"
				 "  vm stats threshold: 4\n"
				 "  node_unreclaimable:  0\n"
				 "  start_pfn:           1048576\n"
				 "Node 1, zone  Movable\n"
				 "  per-node stats\n"
				 "      nr_inactive_anon 0\n"
				 "  pages free     262000\n"
				 "        boost    0\n"
				 "        min      0\n"
				 "        low      0\n"
				 "        high     0\n"
				 "        promo    0\n"
				 "        spanned  262144\n"
				 "        present  262144\n"
				 "        managed  258048\n"
				 "        cma      0\n"
				 "        protection: (0, 0, 0)\n"
				 "  vm stats threshold: 4\n"
				 "  node_unreclaimable:  0\n"
				 "  start_pfn:           1310720\n";

/* Linux 7.x: more lines again. Node 2 has memory alone, hot-plugged into both kinds of zone. */
static const char linux_7[] = "Node 0, zone      DMA\n"
			      "  per-node stats\n"
			      "      nr_inactive_anon 1\n"
			      "      nr_hugetlb   0\n"
			      "      nr_balloon_pages 0\n"
			      "  pages free     2816\n"
			      "        boost    0\n"
			      "        min      68\n"
			      "        low      85\n"
			      "        high     102\n"
			      "        promo    119\n"
			      "        spanned  4095\n"
			      "        present  3998\n"
			      "        managed  3840\n"
			      "        cma      0\n"
			      "        protection: (0, 1899, 1899, 1899)\n"
			      "      nr_free_pages 2816\n"
			      "      nr_free_pages_blocks 2560\n"
			      "      nr_zone_inactive_anon 0\n"
			      "  pagesets\n"
			      "    cpu: 0\n"
			      "              count:    0\n"
			      "              high:     0\n"
			      "              batch:    1\n"
			      "              high_min: 0\n"
			      "              high_max: 0\n"
			      "  vm stats threshold: 4\n"
			      "  node_unreclaimable:  0\n"
			      "  start_pfn:           1\n"
			      "  reserved_highatomic: 0\n"
			      "  free_highatomic:     0\n"
			      "Node 2, zone   Normal\n"
			      "  per-node stats\n"
			      "      nr_inactive_anon 0\n"
			      "  pages free     32768\n"
			      "        boost    0\n"
			      "        promo    0\n"
			      "        spanned  32768\n"
			      "        present  32768\n"
			      "        managed  32768\n"
			      "        cma      0\n"
			      "        protection: (0, 0, 0, 0)\n"
			      "  start_pfn:           1638400\n"
			      "  reserved_highatomic: 0\n"
			      "  free_highatomic:     0\n"
			      "Node 2, zone  Movable\n"
			      "  pages free     98304\n"
			      "        spanned  131072\n"
			      "        present  98304\n"
			      "        managed  96768\n"
			      "        cma      0\n"
			      "        protection: (0, 0, 0, 0)\n";

static void assert_zones(const char *text, const struct zone_pages *expected, size_t n)
{
	_cleanup_(zoneinfo_done) struct zoneinfo info = { NULL, 0 };

	assert_int_equal(zoneinfo_parse(&info, str_of(text)), 0);
	assert_int_equal(info.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(info.zones[i].node, expected[i].node);
		assert_int_equal(info.zones[i].is_movable, expected[i].is_movable);
		assert_int_equal(info.zones[i].present, expected[i].present);
		assert_int_equal(info.zones[i].managed, expected[i].managed);
		assert_int_equal(info.zones[i].cma, expected[i].cma);
	}
}

static void every_kernel_has_populated_zones(void **state)
{
	static const struct {
		const char *text;
		struct zone_pages zones[MAX_ZONES];
		size_t n;
	} cases[] = {
		{ linux_6_1,
		  { { 0, false, 3998, 3840, 0 }, { 0, false, 520160, 486379, 16384 } },
		  2 },
		{ linux_6_12,
		  { { 0, false, 262144, 250000, 0 }, { 1, true, 262144, 258048, 0 } },
		  2 },
		{ linux_7,
		  { { 0, false, 3998, 3840, 0 },
		    { 2, false, 32768, 32768, 0 },
		    { 2, true, 98304, 96768, 0 } },
		  3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_zones(cases[i].text, cases[i].zones, cases[i].n);
}

static void lines_count_by_keyword(void **state)
{
	static const struct {
		const char *text;
		struct zone_pages zones[MAX_ZONES];
		size_t n;
	} cases[] = {
		/* only Movable */
		{ "Node 3, zone Movable\n present 5\n", { { 3, true, 5, 0, 0 } }, 1 },
		{ "Node 3, zone Movable\n present 5", { { 3, true, 5, 0, 0 } }, 1 },
		{ "Node 4294967295, zone X\npresent 5\n", { { UINT32_MAX, false, 5, 0, 0 } }, 1 },
		/* any order, unknown lines, the largest number */
		{ "Node 0, zone HighMem\n cma 1\n new 7\n managed 2\n"
		  " present 18446744073709551615\n",
		  { { 0, false, UINT64_MAX, 2, 1 } },
		  1 },
		/* no zone of memory */
		{ "Node 0, zone Device\n present 5\nNode 0, zone DMA\n present 6\n",
		  { { 0, false, 6, 0, 0 } },
		  1 },
		{ "Node 0, zone DMA\n present 6\nNode 0, zone Device\n present 5\n",
		  { { 0, false, 6, 0, 0 } },
		  1 },
		/* all of them unpopulated */
		{ "Node 0, zone Normal\n present 0\n", { { 0 } }, 0 },
		{ "Node 0, zone Normal\n", { { 0 } }, 0 },
		/* what is no number does not count */
		{ "Node 0, zone Normal\n present 8\n present x\n managed -1\n cma 1 2\n",
		  { { 0, false, 8, 0, 0 } },
		  1 },
		{ "Node 0, zone Normal\n present 18446744073709551616\n", { { 0 } }, 0 },
		{ "Node 0, zone Normal\n present\n", { { 0 } }, 0 },
		{ "Node 0, zone Normal\n presents 1\n present: 1\n", { { 0 } }, 0 },
		/* counts above the first header, or below one that is none, belong to no zone */
		{ "present 3\nNode 0, zone DMA\n", { { 0 } }, 0 },
		{ "Node 0, zone DMA\n present 6\nNode x, zone DMA\n present 9\n",
		  { { 0, false, 6, 0, 0 } },
		  1 },
		{ "Node 0, zone DMA\r\n present 6\r\n", { { 0, false, 6, 0, 0 } }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_zones(cases[i].text, cases[i].zones, cases[i].n);
}

static void text_without_zones_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"present 5\n",
		"Node\n present 5\n",
		"Node 0\n present 5\n",
		"Node 0,\n present 5\n",
		"Node 0, zone\n present 5\n",
		"Node 0, memory Normal\n present 5\n",
		"Node 0 zone Normal\n present 5\n",
		"Node , zone Normal\n present 5\n",
		"Node -1, zone Normal\n present 5\n",
		"Node 4294967296, zone Normal\n present 5\n",
		"node 0, zone Normal\n present 5\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct zone_pages some;
		struct zoneinfo info = { &some, 42 };

		assert_int_equal(zoneinfo_parse(&info, str_of(texts[i])), -EBADMSG);
		assert_ptr_equal(info.zones, &some);
		assert_int_equal(info.n, 42);
	}
}

static void without_memory_the_output_is_untouched(void **state)
{
	unsigned served = 0;

	(void)state;
	for (;; served++) {
		struct zone_pages some;
		struct zoneinfo info = { &some, 42 };
		int r;

		scarce_after(served);
		r = zoneinfo_parse(&info, STR(linux_7));
		if (scarce_end() == 0) {
			assert_int_equal(r, 0);
			zoneinfo_done(&info);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_ptr_equal(info.zones, &some);
		assert_int_equal(info.n, 42);
	}
	assert_true(served > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kernel_has_populated_zones),
		cmocka_unit_test(lines_count_by_keyword),
		cmocka_unit_test(text_without_zones_is_refused),
		cmocka_unit_test(without_memory_the_output_is_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
