/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's arithmetic and ours: by hand, against a second writing-down, and as properties. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decide.h"
#include "random.h"

#define MACHINES 300000
#define PAGES_PER_GIB (UINT64_C(1) << 18)

/* -- Tables, counted by hand */

struct row {
	const char *name;
	unsigned ratio, numa_aware;
	/* The other keys; the defaults are zero. */
	enum memory_only_nodes memory_only_nodes;
	enum self_hosted_memmap self_hosted_memmap;
	enum kernel_credit kernel_credit;
	uint64_t kernel_reserve;
	struct node_facts nodes[3];
	size_t n_nodes;
	struct group_facts groups[3];
	size_t n_groups;
	/* The question; the group is 1 + its index, 0: none. */
	unsigned node;
	uint64_t n_pages;
	unsigned group;
	uint64_t unit_kernel_pages;
	uint64_t unit_movable_pages;
	enum self_hosted self_hosted;
	/* The answer. */
	enum zone zone;
	enum reason reason;
	struct sum sum;
	struct share share;
};

/* Sets the indexes of those that are dynamic; returns how many there are. */
static size_t find_dynamic(const struct group_facts *groups, size_t n, size_t *ret)
{
	size_t n_dynamic = 0;

	for (size_t i = 0; i < n; i++)
		if (groups[i].is_dynamic)
			ret[n_dynamic++] = i;
	return n_dynamic;
}

/* @dynamic has room for each group, and is part of the answer. */
static struct facts facts_of(const struct row *row, size_t *dynamic)
{
	return (struct facts){
		.page_size = 4096,
		.nodes = row->nodes,
		.n_nodes = row->n_nodes,
		.groups = row->groups,
		.dynamic = dynamic,
		.n_dynamic = find_dynamic(row->groups, row->n_groups, dynamic),
	};
}

static struct verdict answer(const struct row *row)
{
	struct policy policy = policy_default();
	size_t dynamic[ARRAY_SIZE(row->groups)];
	const struct facts facts = facts_of(row, dynamic);
	const struct question question = {
		.target = {
			.provider = PROVIDER_DIMM,
			.device = "PNP0C80:00",
			.alias = "",
			.node = row->node,
		},
		.n_pages = row->n_pages,
		.group = row->group > 0 ? &row->groups[row->group - 1] : NULL,
		.unit_kernel_pages = row->unit_kernel_pages,
		.unit_movable_pages = row->unit_movable_pages,
		.self_hosted = row->self_hosted,
	};

	policy.movable_ratio = row->ratio;
	policy.numa_aware = row->numa_aware;
	policy.memory_only_nodes = row->memory_only_nodes;
	policy.self_hosted_memmap = row->self_hosted_memmap;
	policy.kernel_credit = row->kernel_credit;
	policy.kernel_reserve = row->kernel_reserve;
	return decide(&policy, &facts, &question);
}

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct verdict v = answer(row);

		if (v.zone != row->zone || v.reason != row->reason)
			fail_msg("%s: zone %s, reason %d", row->name, zone_name(v.zone),
				 (int)v.reason);
		if (v.sum.movable != row->sum.movable || v.sum.wanted != row->sum.wanted ||
		    v.sum.limit != row->sum.limit)
			fail_msg("%s: sum %llu + %llu, limit %llu", row->name,
				 (unsigned long long)v.sum.movable,
				 (unsigned long long)v.sum.wanted, (unsigned long long)v.sum.limit);
		if (v.share.part != row->share.part || v.share.whole != row->share.whole)
			fail_msg("%s: %llu of %llu", row->name, (unsigned long long)v.share.part,
				 (unsigned long long)v.share.whole);
		assert_int_equal(v.provider, PROVIDER_DIMM);
		assert_int_equal(v.node, row->node);
		assert_int_equal(v.page_size, 4096);
		assert_null(v.override);
	}
}

#define CHECK(rows) check(rows, ARRAY_SIZE(rows))

/* One node without groups. */
#define ONE(name_, ratio_, e, m, n, verdict_, ...)                                            \
	{                                                                                     \
		.name = name_, .ratio = ratio_, .numa_aware = 1, .nodes = { { 0, e, 0, m } }, \
		.n_nodes = 1, .n_pages = n, verdict_, .sum = __VA_ARGS__,                     \
	}
#define FITS .zone = ZONE_MOVABLE, .reason = REASON_FITS
#define EXCEEDS .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS
#define NODE_EXCEEDS .zone = ZONE_KERNEL, .reason = REASON_NODE_EXCEEDS
#define MEMORY_ONLY .zone = ZONE_KERNEL, .reason = REASON_MEMORY_ONLY_NODE
#define RATIO_ZERO .zone = ZONE_KERNEL, .reason = REASON_RATIO_ZERO
#define IN_KERNEL(part, all) \
	.zone = ZONE_KERNEL, .reason = REASON_GROUP_IN_KERNEL, .share = { part, all }

static void test_ratio(void **state)
{
	static const struct row rows[] = {
		ONE("up to the limit", 301, 100, 0, 301, FITS, { 0, 301, 301 }),
		ONE("beyond the limit", 301, 100, 0, 302, EXCEEDS, { 0, 302, 301 }),
		ONE("with movable memory, up to", 301, 100, 100, 201, FITS, { 100, 201, 301 }),
		ONE("with movable memory, beyond", 301, 100, 100, 202, EXCEEDS, { 100, 202, 301 }),
		ONE("nothing early", 301, 0, 0, 1, EXCEEDS, { 0, 1, 0 }),
		ONE("ratio 0", 0, 100, 0, 1, RATIO_ZERO, { 0, 0, 0 }),
		ONE("ratio 0 before all else", 0, 0, 0, 0, RATIO_ZERO, { 0, 0, 0 }),
		/* Documentation/admin-guide/mm/memory-hotplug.rst and kernel-facts: 301 % */
		ONE("8 GiB hold 24 GiB", 301, 8 * PAGES_PER_GIB, 0, 24 * PAGES_PER_GIB, FITS,
		    { 0, 24 * PAGES_PER_GIB, 6312427 }),
		ONE("8 GiB do not hold 24 GiB and a block", 301, 8 * PAGES_PER_GIB, 0,
		    24 * PAGES_PER_GIB + 32768, EXCEEDS,
		    { 0, 24 * PAGES_PER_GIB + 32768, 6312427 }),
		ONE("256 GiB hold 768 GiB", 301, 256 * PAGES_PER_GIB, 0, 768 * PAGES_PER_GIB, FITS,
		    { 0, 768 * PAGES_PER_GIB, 201997680 }),
		ONE("256 GiB do not hold 1 TiB", 301, 256 * PAGES_PER_GIB, 0, 1024 * PAGES_PER_GIB,
		    EXCEEDS, { 0, 1024 * PAGES_PER_GIB, 201997680 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_truncation(void **state)
{
	static const struct row rows[] = {
		ONE("297.99 is 297", 301, 99, 0, 297, FITS, { 0, 297, 297 }),
		ONE("297.99 is not 298", 301, 99, 0, 298, EXCEEDS, { 0, 298, 297 }),
		ONE("0.99 is 0", 1, 99, 0, 1, EXCEEDS, { 0, 1, 0 }),
		ONE("1.00 is 1", 1, 100, 0, 1, FITS, { 0, 1, 1 }),
		ONE("1.99 is 1", 1, 199, 0, 2, EXCEEDS, { 0, 2, 1 }),
		ONE("the product is divided, not the ratio", 150, 1, 0, 1, FITS, { 0, 1, 1 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_overflow(void **state)
{
	static const struct row rows[] = {
		/* (2^32 - 1) (2^32 + 1) = 2^64 - 1 */
		ONE("just not", UINT_MAX, (UINT64_C(1) << 32) + 1, 0, UINT64_C(184467440737095516),
		    FITS, { 0, UINT64_C(184467440737095516), UINT64_C(184467440737095516) }),
		/* (2^32 - 1) (2^32 + 2) = 2^64 + 2^32 - 2 */
		ONE("the product, up to what is left", UINT_MAX, (UINT64_C(1) << 32) + 2, 0,
		    42949672, FITS, { 0, 42949672, 42949672 }),
		ONE("the product, beyond", UINT_MAX, (UINT64_C(1) << 32) + 2, 0, 42949673, EXCEEDS,
		    { 0, 42949673, 42949672 }),
		ONE("a smaller ratio", UINT_MAX - 1, (UINT64_C(1) << 32) + 2, 0, 42949673, FITS,
		    { 0, 42949673, UINT64_C(184467440737095516) }),
		ONE("the sum", 100, 100, UINT64_MAX, 2, FITS, { UINT64_MAX, 2, 100 }),
	};

	(void)state;
	CHECK(rows);
}

/* One node, NumaAware=yes; @groups_ in parentheses. */
#define GROUP_LIST(...) __VA_ARGS__
#define GROUPED(name_, ratio_, e, m, n_groups_, groups_, group_, n, verdict_, ...)            \
	{                                                                                     \
		.name = name_, .ratio = ratio_, .numa_aware = 1, .nodes = { { 0, e, 0, m } }, \
		.n_nodes = 1, .groups = { GROUP_LIST groups_ }, .n_groups = n_groups_,        \
		.group = group_, .n_pages = n, verdict_, .sum = __VA_ARGS__,                  \
	}
#define STATIC(max, kernel, movable)                                               \
	{                                                                          \
		.max_pages = max, .kernel_pages = kernel, .movable_pages = movable \
	}
#define DYNAMIC(unit, kernel, movable)                                          \
	{                                                                       \
		.is_dynamic = true, .unit_pages = unit, .kernel_pages = kernel, \
		.movable_pages = movable                                        \
	}

static void test_static(void **state)
{
	static const struct row rows[] = {
		GROUPED("all of it fits", 400, 100, 0, 1, (STATIC(400, 0, 0)), 1, 10, FITS,
			{ 0, 400, 400 }),
		GROUPED("not all of it fits", 400, 100, 0, 1, (STATIC(401, 0, 0)), 1, 10, EXCEEDS,
			{ 0, 401, 400 }),
		GROUPED("the rest fits", 400, 100, 300, 1, (STATIC(400, 0, 300)), 1, 10, FITS,
			{ 300, 100, 400 }),
		GROUPED("the last block fits", 400, 100, 390, 1, (STATIC(400, 0, 390)), 1, 10, FITS,
			{ 390, 10, 400 }),
		GROUPED("movable memory elsewhere stops the rest", 400, 100, 301, 1,
			(STATIC(400, 0, 300)), 1, 10, EXCEEDS, { 301, 100, 400 }),
		GROUPED("a kernel block", 400, 100, 0, 1, (STATIC(400, 10, 0)), 1, 10,
			IN_KERNEL(10, 400), { 0, 0, 0 }),
		GROUPED("a kernel block among movable ones", 400, 100, 380, 1,
			(STATIC(400, 10, 380)), 1, 10, IN_KERNEL(10, 400), { 0, 0, 0 }),
		GROUPED("a kernel block, whatever the ratio", UINT_MAX, 100, 0, 1,
			(STATIC(20, 10, 0)), 1, 10, IN_KERNEL(10, 20), { 0, 0, 0 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_no_credit(void **state)
{
	static const struct row rows[] = {
		GROUPED("kernel memory of a DIMM, for nobody's block", 100, 100, 0, 1,
			(STATIC(1000, 1000, 0)), 0, 101, EXCEEDS, { 0, 101, 100 }),
		GROUPED("kernel memory of a DIMM, for another", 100, 100, 0, 2,
			(STATIC(1000, 1000, 0), STATIC(101, 0, 0)), 2, 10, EXCEEDS,
			{ 0, 101, 100 }),
		GROUPED("movable memory of a DIMM is not taken off M", 100, 100, 60, 2,
			(STATIC(60, 0, 60), STATIC(41, 0, 0)), 2, 1, EXCEEDS, { 60, 41, 100 }),
		GROUPED("a DIMM does not use up E", 100, 100, 60, 2,
			(STATIC(60, 0, 60), STATIC(40, 0, 0)), 2, 1, FITS, { 60, 40, 100 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_own_credit(void **state)
{
	static const struct row rows[] = {
		GROUPED("own kernel memory counts", 100, 100, 140, 1, (DYNAMIC(10, 50, 140)), 1, 10,
			FITS, { 140, 10, 150 }),
		GROUPED("up to it", 100, 100, 141, 1, (DYNAMIC(10, 50, 141)), 1, 10, EXCEEDS,
			{ 141, 10, 150 }),
		GROUPED("own movable memory stays in M", 300, 100, 200, 1, (DYNAMIC(100, 0, 200)),
			1, 100, FITS, { 200, 100, 300 }),
		GROUPED("own movable memory does not use up E", 300, 100, 201, 1,
			(DYNAMIC(100, 0, 201)), 1, 100, EXCEEDS, { 201, 100, 300 }),
		GROUPED("not for a block of no group", 100, 100, 0, 1, (DYNAMIC(10, 50, 0)), 0, 101,
			EXCEEDS, { 0, 101, 100 }),
		GROUPED("not for a DIMM", 100, 100, 0, 2, (DYNAMIC(10, 50, 0), STATIC(101, 0, 0)),
			2, 10, EXCEEDS, { 0, 101, 100 }),
		GROUPED("not for another dynamic group", 100, 100, 0, 2,
			(DYNAMIC(10, 50, 0), DYNAMIC(101, 0, 0)), 2, 101, EXCEEDS, { 0, 101, 100 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_other_groups(void **state)
{
	static const struct row rows[] = {
		/* 200 * 100 / 200 = 100 of 150 are in use, 50 left: 100 */
		GROUPED("uses up E", 200, 150, 200, 1, (DYNAMIC(10, 0, 200)), 0, 100, FITS,
			{ 0, 100, 100 }),
		GROUPED("uses up E, beyond", 200, 150, 200, 1, (DYNAMIC(10, 0, 200)), 0, 101,
			EXCEEDS, { 0, 101, 100 }),
		GROUPED("less its own kernel memory", 200, 150, 200, 1, (DYNAMIC(10, 30, 200)), 0,
			160, FITS, { 0, 160, 160 }),
		GROUPED("as much kernel memory as it needs", 200, 150, 200, 1,
			(DYNAMIC(10, 100, 200)), 0, 300, FITS, { 0, 300, 300 }),
		GROUPED("more kernel memory than it needs", 200, 150, 200, 1,
			(DYNAMIC(10, 900, 200)), 0, 301, EXCEEDS, { 0, 301, 300 }),
		/* 300 * 100 / 301 = 99.66 */
		GROUPED("need is truncated", 301, 100, 300, 1, (DYNAMIC(10, 0, 300)), 0, 3, FITS,
			{ 0, 3, 3 }),
		GROUPED("nothing left", 301, 100, 301, 1, (DYNAMIC(10, 0, 301)), 0, 1, EXCEEDS,
			{ 0, 1, 0 }),
		GROUPED("less than nothing left", 100, 100, 150, 1, (DYNAMIC(10, 0, 150)), 0, 1,
			EXCEEDS, { 0, 1, 0 }),
		GROUPED("nothing left, own kernel memory or not", 100, 100, 100, 2,
			(DYNAMIC(10, 0, 100), DYNAMIC(10, 50, 0)), 2, 10, EXCEEDS, { 0, 10, 0 }),
		GROUPED("two of them, and movable memory besides", 100, 100, 75, 3,
			(DYNAMIC(10, 10, 30), DYNAMIC(10, 0, 40), STATIC(40, 0, 0)), 3, 1, EXCEEDS,
			{ 5, 40, 40 }),
		GROUPED("two of them", 100, 100, 75, 3,
			(DYNAMIC(10, 10, 30), DYNAMIC(10, 0, 40), STATIC(35, 0, 0)), 3, 1, FITS,
			{ 5, 35, 40 }),
	};

	(void)state;
	CHECK(rows);
}

#define UNIT(name_, unit_kernel, unit_movable, n, verdict_, ...)                              \
	{                                                                                     \
		.name = name_, .ratio = 100, .numa_aware = 1, .nodes = { { 0, 100, 0, 70 } }, \
		.n_nodes = 1, .groups = { DYNAMIC(40, 0, 70) }, .n_groups = 1, .group = 1,    \
		.n_pages = n, .unit_kernel_pages = unit_kernel,                               \
		.unit_movable_pages = unit_movable, verdict_, .sum = __VA_ARGS__,             \
	}

static void test_units(void **state)
{
	static const struct row rows[] = {
		UNIT("all of an offline unit has to fit", 0, 0, 10, EXCEEDS, { 70, 40, 100 }),
		UNIT("the rest of a unit has to fit", 0, 10, 10, FITS, { 70, 30, 100 }),
		UNIT("the last block of a unit", 0, 30, 10, FITS, { 70, 10, 100 }),
		UNIT("a part in a kernel zone", 10, 0, 10, IN_KERNEL(10, 40), { 0, 0, 0 }),
		UNIT("a part in each", 10, 20, 10, IN_KERNEL(10, 40), { 0, 0, 0 }),
		UNIT("a unit that is a block is not looked into", 10, 30, 40, EXCEEDS,
		     { 70, 40, 100 }),
	};

	(void)state;
	CHECK(rows);
}

/* Two nodes with 1000 and 10 early pages, a third without any, asked for @n pages on @node_. */
#define NUMA(name_, aware, node_, n, verdict_, ...)                                            \
	{                                                                                      \
		.name = name_, .ratio = 100, .numa_aware = aware,                              \
		.nodes = { { 0, 1000, 0, 0 }, { 2, 10, 0, 3 }, { 5, 0, 0, 7 } }, .n_nodes = 3, \
		.node = node_, .n_pages = n, verdict_, .sum = __VA_ARGS__,                     \
	}

static void test_numa(void **state)
{
	static const struct row rows[] = {
		NUMA("fits both", 1, 2, 7, FITS, { 10, 7, 1010 }),
		NUMA("fits the machine alone", 1, 2, 8, NODE_EXCEEDS, { 3, 8, 10 }),
		NUMA("fits the machine, and that is enough", 0, 2, 1000, FITS, { 10, 1000, 1010 }),
		NUMA("exceeds both", 1, 2, 1001, EXCEEDS, { 10, 1001, 1010 }),
		NUMA("exceeds the machine alone", 1, 0, 1001, EXCEEDS, { 10, 1001, 1010 }),
		NUMA("exceeds the machine, not asked for nodes", 0, 0, 1001, EXCEEDS,
		     { 10, 1001, 1010 }),
	};

	(void)state;
	CHECK(rows);
}

static void test_memory_only(void **state)
{
	static const struct row rows[] = {
		NUMA("movable memory only", 1, 5, 1, MEMORY_ONLY, { 0, 1, 0 }),
		NUMA("nothing yet", 1, 6, 1, MEMORY_ONLY, { 0, 1, 0 }),
		NUMA("the machine's ratio alone", 0, 5, 1000, FITS, { 10, 1000, 1010 }),
		NUMA("the machine's ratio alone, nothing yet", 0, 6, 1000, FITS,
		     { 10, 1000, 1010 }),
		NUMA("beyond the machine's ratio", 1, 5, 1001, EXCEEDS, { 10, 1001, 1010 }),
	};

	(void)state;
	CHECK(rows);
}

/* Two nodes, asked for @n pages on @node_ with a dynamic group of units of 10. */
#define NUMA_GROUP(name_, early, group_node, kernel, movable_, group_, node_, n, verdict_, ...) \
	{                                                                                       \
		.name = name_, .ratio = 100, .numa_aware = 1,                                   \
		.nodes = { { 0, 100, 0, 0 }, { 1, early, 0, 40 } }, .n_nodes = 2,               \
		.groups = { { .is_dynamic = true,                                               \
			      .node = group_node,                                               \
			      .unit_pages = 10,                                                 \
			      .kernel_pages = kernel,                                           \
			      .movable_pages = movable_ } },                                    \
		.n_groups = 1, .group = group_, .node = node_, .n_pages = n, verdict_,          \
		.sum = __VA_ARGS__,                                                             \
	}

static void test_numa_groups(void **state)
{
	static const struct row rows[] = {
		NUMA_GROUP("of another node", 50, 1, 0, 40, 0, 0, 100, FITS, { 0, 100, 110 }),
		NUMA_GROUP("of the same node", 50, 1, 0, 40, 0, 1, 11, NODE_EXCEEDS, { 0, 11, 10 }),
		NUMA_GROUP("that uses up its node", 40, 1, 0, 40, 0, 1, 1, NODE_EXCEEDS,
			   { 0, 1, 0 }),
		NUMA_GROUP("with kernel memory on a memory-only node", 50, 7, 90, 0, 1, 7, 10,
			   MEMORY_ONLY, { 0, 10, 0 }),
	};

	(void)state;
	CHECK(rows);
}

/* A DIMM of 400 pages next to 100 early ones; see ONE. */
#define SELF_HOSTED(name_, ratio_, kernel, policy_, hosted, verdict_, ...)                        \
	{                                                                                         \
		.name = name_, .ratio = ratio_, .numa_aware = 1,                                  \
		.self_hosted_memmap = SELF_HOSTED_MEMMAP_##policy_,                               \
		.self_hosted = SELF_HOSTED_##hosted, .nodes = { { 0, 100, 0, 0 } }, .n_nodes = 1, \
		.groups = { STATIC(400, kernel, 0) }, .n_groups = 1, .group = 1, .n_pages = 10,   \
		verdict_, .sum = __VA_ARGS__,                                                     \
	}
#define HOSTED .zone = ZONE_MOVABLE, .reason = REASON_SELF_HOSTED

static void test_self_hosted(void **state)
{
	static const struct row rows[] = {
		SELF_HOSTED("exempt", 301, 0, EXEMPT, YES, HOSTED, { 0, 400, 0 }),
		SELF_HOSTED("exempt, and it fits", 400, 0, EXEMPT, YES, HOSTED, { 0, 400, 0 }),
		SELF_HOSTED("exempt, and it is not", 301, 0, EXEMPT, NO, EXCEEDS, { 0, 400, 301 }),
		SELF_HOSTED("exempt, and nobody knows", 301, 0, EXEMPT, UNKNOWN, EXCEEDS,
			    { 0, 400, 301 }),
		SELF_HOSTED("exempt, nobody knows, and it fits", 400, 0, EXEMPT, UNKNOWN, FITS,
			    { 0, 400, 400 }),
		SELF_HOSTED("counted", 301, 0, COUNT, YES, EXCEEDS, { 0, 400, 301 }),
		SELF_HOSTED("counted, and it fits", 400, 0, COUNT, YES, FITS, { 0, 400, 400 }),
		SELF_HOSTED("ratio 0 comes first", 0, 0, EXEMPT, YES, RATIO_ZERO, { 0, 0, 0 }),
		SELF_HOSTED("a kernel block comes first", 301, 10, EXEMPT, YES, IN_KERNEL(10, 400),
			    { 0, 0, 0 }),
		SELF_HOSTED("ratio 0 before a kernel block", 0, 10, EXEMPT, YES, RATIO_ZERO,
			    { 0, 0, 0 }),
	};

	(void)state;
	CHECK(rows);
}

/* On nodes that have nothing early, and against any other limit. */
static void test_self_hosted_nodes(void **state)
{
	static const struct row rows[] = {
		{ .name = "a memory-only node",
		  .ratio = 1,
		  .numa_aware = 1,
		  .self_hosted = SELF_HOSTED_YES,
		  .nodes = { { 0, 100, 0, 0 }, { 1, 0, 0, 50 } },
		  .n_nodes = 2,
		  .node = 1,
		  .n_pages = 1000,
		  HOSTED,
		  .sum = { 0, 1000, 0 } },
		{ .name = "a node that is new",
		  .ratio = 1,
		  .numa_aware = 1,
		  .self_hosted = SELF_HOSTED_YES,
		  .n_pages = 1000,
		  .node = 9,
		  HOSTED,
		  .sum = { 0, 1000, 0 } },
		{ .name = "all is reserved",
		  .ratio = 1,
		  .kernel_reserve = UINT64_MAX,
		  .self_hosted = SELF_HOSTED_YES,
		  .nodes = { { 0, 100, 0, 0 } },
		  .n_nodes = 1,
		  .n_pages = 1000,
		  HOSTED,
		  .sum = { 0, 1000, 0 } },
		{ .name = "a unit with a part in a kernel zone",
		  .ratio = 1,
		  .self_hosted = SELF_HOSTED_YES,
		  .nodes = { { 0, 100, 0, 0 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(40, 10, 0) },
		  .n_groups = 1,
		  .group = 1,
		  .n_pages = 10,
		  .unit_kernel_pages = 10,
		  IN_KERNEL(10, 40) },
	};

	(void)state;
	CHECK(rows);
}

/* As NUMA, with MemoryOnlyNodes=@only. */
#define ONLY(name_, only, aware, node_, n, verdict_, ...)                                       \
	{                                                                                       \
		.name = name_, .ratio = 100, .numa_aware = aware,                               \
		.memory_only_nodes = MEMORY_ONLY_NODES_##only,                                  \
		.nodes = { { 0, 1000, 0, 0 }, { 2, 10, 0, 3 }, { 5, 0, 60, 7 } }, .n_nodes = 3, \
		.node = node_, .n_pages = n, verdict_, .sum = __VA_ARGS__,                      \
	}

static void test_memory_only_global(void **state)
{
	static const struct row rows[] = {
		ONLY("kernel", KERNEL, 1, 5, 1, MEMORY_ONLY, { 0, 1, 0 }),
		ONLY("the machine's ratio, up to it", GLOBAL, 1, 5, 1000, FITS, { 10, 1000, 1010 }),
		ONLY("the machine's ratio, beyond", GLOBAL, 1, 5, 1001, EXCEEDS,
		     { 10, 1001, 1010 }),
		ONLY("a node that is new", GLOBAL, 1, 6, 1000, FITS, { 10, 1000, 1010 }),
		ONLY("nodes with early memory are judged as ever", GLOBAL, 1, 2, 8, NODE_EXCEEDS,
		     { 3, 8, 10 }),
		ONLY("and fit as ever", GLOBAL, 1, 2, 7, FITS, { 10, 7, 1010 }),
		ONLY("without NumaAware it is no matter", GLOBAL, 0, 2, 1000, FITS,
		     { 10, 1000, 1010 }),
	};

	(void)state;
	CHECK(rows);
}

/* A node with early memory, all of which a virtio-mem device has used up, is not memory-only. */
static void test_memory_only_used_up(void **state)
{
	static const struct row rows[] = {
		{ .name = "used up",
		  .ratio = 100,
		  .numa_aware = 1,
		  .memory_only_nodes = MEMORY_ONLY_NODES_GLOBAL,
		  .nodes = { { 0, 1000, 0, 0 }, { 1, 40, 0, 40 } },
		  .n_nodes = 2,
		  .groups = { { .is_dynamic = true,
				.node = 1,
				.unit_pages = 10,
				.movable_pages = 40 } },
		  .n_groups = 1,
		  .node = 1,
		  .n_pages = 1,
		  NODE_EXCEEDS,
		  .sum = { 0, 1, 0 } },
	};

	(void)state;
	CHECK(rows);
}

/* One node with @e early, @late hot-plugged kernel and @m movable pages. */
#define CREDIT(name_, credit, e, l, m, n_groups_, groups_, group_, n, verdict_, ...)   \
	{                                                                              \
		.name = name_, .ratio = 100, .numa_aware = 1,                          \
		.kernel_credit = KERNEL_CREDIT_##credit, .nodes = { { 0, e, l, m } },  \
		.n_nodes = 1, .groups = { GROUP_LIST groups_ }, .n_groups = n_groups_, \
		.group = group_, .n_pages = n, verdict_, .sum = __VA_ARGS__,           \
	}

static void test_kernel_credit(void **state)
{
	static const struct row rows[] = {
		CREDIT("early", EARLY, 100, 50, 0, 0, (STATIC(1, 0, 0)), 0, 101, EXCEEDS,
		       { 0, 101, 100 }),
		CREDIT("all", ALL, 100, 50, 0, 0, (STATIC(1, 0, 0)), 0, 150, FITS, { 0, 150, 150 }),
		CREDIT("all, beyond", ALL, 100, 50, 0, 0, (STATIC(1, 0, 0)), 0, 151, EXCEEDS,
		       { 0, 151, 150 }),
		CREDIT("all, with movable memory", ALL, 100, 50, 30, 0, (STATIC(1, 0, 0)), 0, 121,
		       EXCEEDS, { 30, 121, 150 }),
		CREDIT("all, a DIMM in a kernel zone for another", ALL, 100, 50, 0, 2,
		       (STATIC(50, 50, 0), STATIC(150, 0, 0)), 2, 10, FITS, { 0, 150, 150 }),
		CREDIT("all, nothing early", ALL, 0, 50, 0, 0, (STATIC(1, 0, 0)), 0, 50, FITS,
		       { 0, 50, 50 }),
		CREDIT("all, nothing at all", ALL, 0, 0, 0, 0, (STATIC(1, 0, 0)), 0, 1, EXCEEDS,
		       { 0, 1, 0 }),
		/* Its kernel memory is among the late: it does not count twice. */
		CREDIT("all, a device's own", ALL, 100, 50, 140, 1, (DYNAMIC(10, 50, 140)), 1, 10,
		       FITS, { 140, 10, 150 }),
		CREDIT("all, a device's own, beyond", ALL, 100, 50, 141, 1, (DYNAMIC(10, 50, 141)),
		       1, 10, EXCEEDS, { 141, 10, 150 }),
		/* Its movable memory counts as anybody's. */
		CREDIT("all, another device's", ALL, 100, 50, 140, 1, (DYNAMIC(10, 50, 140)), 0, 10,
		       FITS, { 140, 10, 150 }),
		CREDIT("all, another device's, beyond", ALL, 100, 50, 141, 1,
		       (DYNAMIC(10, 50, 141)), 0, 10, EXCEEDS, { 141, 10, 150 }),
		CREDIT("all, a part of a DIMM in a kernel zone", ALL, 100, 50, 0, 1,
		       (STATIC(100, 50, 0)), 1, 10, IN_KERNEL(50, 100), { 0, 0, 0 }),
	};

	(void)state;
	CHECK(rows);
}

#define CREDIT_NODE(name_, only, credit, node_, n, verdict_, ...)                              \
	{                                                                                      \
		.name = name_, .ratio = 100, .numa_aware = 1,                                  \
		.memory_only_nodes = MEMORY_ONLY_NODES_##only,                                 \
		.kernel_credit = KERNEL_CREDIT_##credit,                                       \
		.nodes = { { 0, 1000, 0, 0 }, { 1, 0, 20, 5 }, { 2, 0, 0, 0 } }, .n_nodes = 3, \
		.node = node_, .n_pages = n, verdict_, .sum = __VA_ARGS__,                     \
	}

static void test_kernel_credit_nodes(void **state)
{
	static const struct row rows[] = {
		CREDIT_NODE("early: memory-only", KERNEL, EARLY, 1, 15, MEMORY_ONLY, { 0, 15, 0 }),
		CREDIT_NODE("all: the node has its own ratio", KERNEL, ALL, 1, 15, FITS,
			    { 5, 15, 1020 }),
		CREDIT_NODE("all: beyond the node's", KERNEL, ALL, 1, 16, NODE_EXCEEDS,
			    { 5, 16, 20 }),
		CREDIT_NODE("all: such a node is not memory-only", GLOBAL, ALL, 1, 16, NODE_EXCEEDS,
			    { 5, 16, 20 }),
		CREDIT_NODE("early: it is, and judged with the machine", GLOBAL, EARLY, 1, 995,
			    FITS, { 5, 995, 1000 }),
		CREDIT_NODE("all: a node with nothing", KERNEL, ALL, 2, 1, MEMORY_ONLY,
			    { 0, 1, 0 }),
		CREDIT_NODE("all: a node with nothing, with the machine", GLOBAL, ALL, 2, 1015,
			    FITS, { 5, 1015, 1020 }),
	};

	(void)state;
	CHECK(rows);
}

/* Two nodes with 100 and 50 early pages; the reserve in pages of 4 KiB, and bytes beyond them. */
#define RESERVE(name_, credit, ratio_, reserve, node_, n, verdict_, ...)                      \
	{                                                                                     \
		.name = name_, .ratio = ratio_, .numa_aware = 1, .kernel_reserve = reserve,   \
		.kernel_credit = KERNEL_CREDIT_##credit,                                      \
		.nodes = { { 0, 100, 0, 0 }, { 1, 50, 10, 5 } }, .n_nodes = 2, .node = node_, \
		.n_pages = n, verdict_, .sum = __VA_ARGS__,                                   \
	}

static void test_kernel_reserve(void **state)
{
	static const struct row rows[] = {
		RESERVE("none", EARLY, 100, 0, 0, 100, FITS, { 5, 100, 150 }),
		RESERVE("up to what is left", EARLY, 100, 60 * 4096, 0, 85, FITS, { 5, 85, 90 }),
		RESERVE("beyond what is left", EARLY, 100, 60 * 4096, 0, 86, EXCEEDS,
			{ 5, 86, 90 }),
		RESERVE("bytes that are no whole page", EARLY, 100, 60 * 4096 + 4095, 0, 85, FITS,
			{ 5, 85, 90 }),
		RESERVE("less than a page", EARLY, 100, 4095, 0, 100, FITS, { 5, 100, 150 }),
		RESERVE("all but a page", EARLY, 600, 149 * 4096, 0, 1, FITS, { 5, 1, 6 }),
		RESERVE("all", EARLY, 600, 150 * 4096, 0, 1, EXCEEDS, { 5, 1, 0 }),
		RESERVE("more than all", EARLY, 600, UINT64_MAX, 0, 1, EXCEEDS, { 5, 1, 0 }),
		/* Which node keeps the reserve does not matter. */
		RESERVE("a node's own ratio", EARLY, 100, 60 * 4096, 1, 45, FITS, { 5, 45, 90 }),
		RESERVE("beyond a node's own ratio", EARLY, 100, 60 * 4096, 1, 46, NODE_EXCEEDS,
			{ 5, 46, 50 }),
		RESERVE("of all kernel memory", ALL, 100, 60 * 4096, 0, 95, FITS, { 5, 95, 100 }),
		RESERVE("of all kernel memory, beyond", ALL, 100, 60 * 4096, 0, 96, EXCEEDS,
			{ 5, 96, 100 }),
		RESERVE("all kernel memory", ALL, 600, 160 * 4096, 0, 1, EXCEEDS, { 5, 1, 0 }),
	};

	(void)state;
	CHECK(rows);
}

/* What other groups need comes off as well, what the own group has comes on top. */
static void test_kernel_reserve_groups(void **state)
{
	static const struct row rows[] = {
		{ .name = "another group's need, up to",
		  .ratio = 100,
		  .kernel_reserve = 20 * 4096,
		  .nodes = { { 0, 100, 0, 30 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(10, 0, 30) },
		  .n_groups = 1,
		  .n_pages = 50,
		  FITS,
		  .sum = { 0, 50, 50 } },
		{ .name = "another group's need, beyond",
		  .ratio = 100,
		  .kernel_reserve = 20 * 4096,
		  .nodes = { { 0, 100, 0, 30 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(10, 0, 30) },
		  .n_groups = 1,
		  .n_pages = 51,
		  EXCEEDS,
		  .sum = { 0, 51, 50 } },
		{ .name = "both take all",
		  .ratio = 100,
		  .kernel_reserve = 70 * 4096,
		  .nodes = { { 0, 100, 0, 30 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(10, 0, 30) },
		  .n_groups = 1,
		  .n_pages = 1,
		  EXCEEDS,
		  .sum = { 0, 1, 0 } },
		{ .name = "the own group's kernel memory",
		  .ratio = 100,
		  .kernel_reserve = 90 * 4096,
		  .nodes = { { 0, 100, 40, 0 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(10, 40, 0) },
		  .n_groups = 1,
		  .group = 1,
		  .n_pages = 10,
		  FITS,
		  .sum = { 0, 10, 50 } },
		{ .name = "does not help when nothing is left",
		  .ratio = 100,
		  .kernel_reserve = 100 * 4096,
		  .nodes = { { 0, 100, 40, 0 } },
		  .n_nodes = 1,
		  .groups = { DYNAMIC(10, 40, 0) },
		  .n_groups = 1,
		  .group = 1,
		  .n_pages = 10,
		  EXCEEDS,
		  .sum = { 0, 10, 0 } },
	};

	(void)state;
	CHECK(rows);
}

/*
 * mm/memory_hotplug.c, auto_movable_stats_account_group() has "const int ratio", which is negative
 * then, and as an unsigned long so large that a group needs nothing.
 */
static void test_ratio_beyond_int(void **state)
{
	static const struct row rows[] = {
		GROUPED("INT_MAX", INT_MAX, 100, INT_MAX, 1, (DYNAMIC(10, 0, INT_MAX)), 0, 1,
			EXCEEDS, { 0, 1, 0 }),
		GROUPED("INT_MAX + 1", INT_MAX + 1U, 100, INT_MAX + UINT64_C(1), 1,
			(DYNAMIC(10, 0, INT_MAX + UINT64_C(1))), 0, 1, FITS,
			{ 0, 1, INT_MAX + UINT64_C(1) }),
		GROUPED("UINT_MAX", UINT_MAX, 100, UINT_MAX, 1, (DYNAMIC(10, 0, UINT_MAX)), 0, 1,
			FITS, { 0, 1, UINT_MAX }),
	};

	(void)state;
	CHECK(rows);
}

static void test_fixed(void **state)
{
	static const struct {
		enum zone_policy policy;
		enum zone zone;
	} rows[] = {
		{ ZONE_POLICY_MOVABLE, ZONE_MOVABLE },
		{ ZONE_POLICY_KERNEL, ZONE_KERNEL },
		{ ZONE_POLICY_ONLINE, ZONE_ONLINE },
		{ ZONE_POLICY_LEAVE, ZONE_LEAVE },
	};
	const struct facts nothing = { .page_size = 65536 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
			const struct question question = {
				.target = { .provider = provider,
					    .device = "x",
					    .alias = "",
					    .node = 3 },
				.n_pages = 1,
				.self_hosted = SELF_HOSTED_YES,
			};
			struct policy policy = policy_default();
			struct verdict v;

			if (provider == PROVIDER_BOOT)
				continue;
			policy.movable_ratio = 0;
			policy.zone[provider] = rows[i].policy;
			v = decide(&policy, &nothing, &question);
			assert_int_equal(v.zone, rows[i].zone);
			assert_int_equal(v.reason, REASON_FIXED);
			assert_int_equal(v.provider, provider);
			assert_int_equal(v.node, 3);
			assert_int_equal(v.page_size, 65536);
			assert_int_equal(v.sum.movable | v.sum.wanted | v.sum.limit, 0);
			assert_null(v.override);
		}
	}
}

/* Whatever the policy says, also to all there is. */
static void test_boot(void **state)
{
	const struct facts nothing = { .page_size = 4096 };
	const struct question question = {
		.target = { .provider = PROVIDER_BOOT,
			    .device = "memory0",
			    .alias = "",
			    .node = 0,
			    .range = { 0, 0x7ffffff } },
		.n_pages = 1,
	};

	(void)state;
	for (unsigned zone = 0; zone < _ZONE_POLICY_MAX; zone++) {
		struct policy policy = policy_default();
		struct verdict v;

		policy.zone[PROVIDER_BOOT] = zone;
		policy.overrides[0] = (struct override){ .kind = OVERRIDE_RANGE,
							 .zone = zone,
							 .range = { 0, UINT64_MAX } };
		policy.n_overrides = 1;
		v = decide(&policy, &nothing, &question);
		assert_int_equal(v.zone, ZONE_LEAVE);
		assert_int_equal(v.reason, REASON_BOOT);
		assert_null(v.override);
	}
}

static void check_override(const char *section, const char *zone_text, enum zone zone,
			   enum reason reason, const char *text)
{
	const struct node_facts nodes[] = { { 1, 1000, 0, 0 } };
	const struct facts facts = { .page_size = 4096, .nodes = nodes, .n_nodes = 1 };
	const struct question question = {
		.target = { .provider = PROVIDER_CXL,
			    .device = "dax0.0",
			    .alias = "region0",
			    .node = 1,
			    .range = { UINT64_C(1) << 32, 0x10fffffff } },
		.n_pages = 256,
	};
	struct policy policy = policy_default();
	struct verdict v;
	char explained[256];

	assert_int_equal(policy_set(&policy, str_of(section), STR("Zone"), str_of(zone_text), NULL),
			 0);
	v = decide(&policy, &facts, &question);
	assert_int_equal(v.zone, zone);
	assert_int_equal(v.reason, reason);
	assert_int_equal(v.provider, PROVIDER_CXL);
	assert_ptr_equal(v.override, &policy.overrides[0]);
	verdict_explain(&v, explained, sizeof(explained));
	assert_string_equal(explained, text);
}

static void test_override(void **state)
{
	(void)state;
	check_override("Device dax0.*", "movable", ZONE_MOVABLE, REASON_FIXED,
		       "fixed by [Device dax0.*]");
	check_override("Device region0", "kernel", ZONE_KERNEL, REASON_FIXED,
		       "fixed by [Device region0]");
	check_override("Node 1", "online", ZONE_ONLINE, REASON_FIXED, "fixed by [Node 1]");
	check_override("Range 4G-8G", "leave", ZONE_LEAVE, REASON_FIXED,
		       "fixed by [Range 0x100000000-0x200000000]");
	/* With auto the ratio has the word. */
	check_override("Node 1", "auto", ZONE_MOVABLE, REASON_FITS, "fits ratio: M 0M + 1M <= 11M");
}

#define LONGEST "012345678901234567890123456789012345678901234567890123456789012"

static void test_override_longest(void **state)
{
	const struct facts nothing = { .page_size = 4096 };
	const struct question question = {
		.target = { .provider = PROVIDER_OTHER, .device = LONGEST, .alias = "" },
		.n_pages = 1,
	};
	struct policy policy = policy_default();
	struct verdict v;
	char text[128];

	(void)state;
	assert_int_equal(strlen(LONGEST), POLICY_NAME_MAX - 1);
	assert_int_equal(
		policy_set(&policy, STR("Device " LONGEST), STR("Zone"), STR("kernel"), NULL), 0);
	v = decide(&policy, &nothing, &question);
	verdict_explain(&v, text, sizeof(text));
	assert_string_equal(text, "fixed by [Device " LONGEST "]");
}

/* -- What is said about it */

static void test_explain(void **state)
{
	static const struct override device = { .kind = OVERRIDE_DEVICE, .device = "dax0.*" };
	static const struct override node = { .kind = OVERRIDE_NODE, .node = 3 };
	static const struct override range = { .kind = OVERRIDE_RANGE, .range = { 4096, 8191 } };
	static const struct {
		struct verdict verdict;
		const char *text;
	} rows[] = {
		{ { .reason = REASON_FITS,
		    .page_size = 4096,
		    .sum = { 8 * PAGES_PER_GIB, 4 * PAGES_PER_GIB, 6312427 } },
		  "fits ratio: M 8192M + 4096M <= 24657M" },
		{ { .reason = REASON_FITS, .page_size = 65536, .sum = { 16, 31, 32 } },
		  "fits ratio: M 1M + 1M <= 2M" },
		{ { .reason = REASON_EXCEEDS, .page_size = 4096, .sum = { 0, 512, 256 } },
		  "exceeds ratio: M 0M + 2M > 1M" },
		{ { .reason = REASON_NODE_EXCEEDS,
		    .page_size = 4096,
		    .node = 4294967295,
		    .sum = { 256, 512, 256 } },
		  "exceeds ratio on node 4294967295: M 1M + 2M > 1M" },
		{ { .reason = REASON_MEMORY_ONLY_NODE,
		    .page_size = 4096,
		    .node = 2,
		    .sum = { 0, 4 * PAGES_PER_GIB, 0 } },
		  "memory-only node 2: 4096M, no boot memory for the ratio" },
		{ { .reason = REASON_GROUP_IN_KERNEL,
		    .page_size = 4096,
		    .share = { 65536, 131072 } },
		  "group already in a kernel zone: 256M of 512M" },
		{ { .reason = REASON_GROUP_IN_MOVABLE, .page_size = 65536, .share = { 16, 8192 } },
		  "group already movable: 1M of 512M" },
		{ { .reason = REASON_NODE_UNKNOWN, .page_size = 4096, .node = NODE_UNKNOWN },
		  "its node is not known" },
		{ { .reason = REASON_RATIO_ZERO, .page_size = 4096 }, "MovableRatio=0" },
		{ { .reason = REASON_FIXED, .provider = PROVIDER_VIRTIO_MEM },
		  "fixed by [VirtioMem]" },
		{ { .reason = REASON_FIXED, .provider = PROVIDER_OTHER }, "fixed by [Other]" },
		{ { .reason = REASON_BOOT, .provider = PROVIDER_BOOT }, "boot memory" },
		{ { .reason = REASON_SELF_HOSTED,
		    .page_size = 4096,
		    .self_hosted = SELF_HOSTED_YES,
		    .sum = { 0, 131072, 0 } },
		  "self-hosted memmap: 512M" },
		{ { .reason = REASON_FIXED, .provider = PROVIDER_CXL, .override = &device },
		  "fixed by [Device dax0.*]" },
		{ { .reason = REASON_FIXED, .provider = PROVIDER_CXL, .override = &node },
		  "fixed by [Node 3]" },
		{ { .reason = REASON_FIXED, .provider = PROVIDER_CXL, .override = &range },
		  "fixed by [Range 0x1000-0x1fff]" },
		/* A page that is larger than a MiB counts as one. */
		{ { .reason = REASON_FITS, .page_size = UINT64_C(2) << 20, .sum = { 1, 2, 3 } },
		  "fits ratio: M 1M + 2M <= 3M" },
		/* What is known makes no words. */
		{ { .reason = REASON_EXCEEDS,
		    .page_size = 4096,
		    .self_hosted = SELF_HOSTED_YES,
		    .sum = { 0, 512, 256 } },
		  "exceeds ratio: M 0M + 2M > 1M" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[160], cut[8];

		verdict_explain(&rows[i].verdict, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
		verdict_explain(&rows[i].verdict, cut, sizeof(cut));
		assert_memory_equal(cut, rows[i].text, 7);
		assert_int_equal(cut[7], '\0');
	}
}

/* What shows and records them has room for this much. */
static void test_longest(void **state)
{
	struct verdict verdict = {
		.provider = PROVIDER_VIRTIO_MEM,
		.node = UINT_MAX - 1,
		.self_hosted = SELF_HOSTED_UNKNOWN,
		.page_size = UINT64_C(1) << 20,
		.sum = { UINT64_MAX, UINT64_MAX, UINT64_MAX },
		.share = { UINT64_MAX, UINT64_MAX },
	};
	char text[256];

	(void)state;
	for (unsigned reason = REASON_BOOT; reason <= REASON_GROUP_IN_MOVABLE; reason++) {
		verdict.reason = reason;
		verdict_explain(&verdict, text, sizeof(text));
		assert_in_range(strlen(text), 1, 159);
	}
}

/* One node with 1 MiB of early memory, a second without any; what is asked for is 2 MiB. */
static void explain_doubt(enum self_hosted_memmap key, enum self_hosted self_hosted, unsigned ratio,
			  unsigned on_node, char ret[static 256])
{
	const struct node_facts nodes[] = { { 0, 256, 0, 0 }, { 1, 0, 0, 0 } };
	const struct facts facts = { .page_size = 4096, .nodes = nodes, .n_nodes = 2 };
	const struct question question = {
		.target = { .provider = PROVIDER_DLPAR,
			    .device = "memory9",
			    .alias = "",
			    .node = on_node },
		.n_pages = 512,
		.self_hosted = self_hosted,
	};
	struct policy policy = policy_default();
	struct verdict v;

	policy.zone[PROVIDER_DLPAR] = ZONE_POLICY_AUTO;
	policy.movable_ratio = ratio;
	policy.self_hosted_memmap = key;
	v = decide(&policy, &facts, &question);
	if (key == SELF_HOSTED_MEMMAP_EXEMPT)
		assert_int_equal(v.self_hosted, self_hosted);
	verdict_explain(&v, ret, 256);
}

#define DOUBT "; whether its memmap is self-hosted cannot be known"

static void test_doubt(void **state)
{
	char text[256];

	(void)state;
	explain_doubt(SELF_HOSTED_MEMMAP_EXEMPT, SELF_HOSTED_UNKNOWN, 100, 0, text);
	assert_string_equal(text, "exceeds ratio: M 0M + 2M > 1M" DOUBT);
	explain_doubt(SELF_HOSTED_MEMMAP_EXEMPT, SELF_HOSTED_NO, 100, 0, text);
	assert_string_equal(text, "exceeds ratio: M 0M + 2M > 1M");
	explain_doubt(SELF_HOSTED_MEMMAP_EXEMPT, SELF_HOSTED_YES, 100, 0, text);
	assert_string_equal(text, "self-hosted memmap: 2M");
	explain_doubt(SELF_HOSTED_MEMMAP_COUNT, SELF_HOSTED_YES, 100, 0, text);
	assert_string_equal(text, "exceeds ratio: M 0M + 2M > 1M");
	/* Neither can have been exempt. */
	explain_doubt(SELF_HOSTED_MEMMAP_EXEMPT, SELF_HOSTED_UNKNOWN, 0, 0, text);
	assert_string_equal(text, "MovableRatio=0");
}

/* It would have been movable, were the answer yes: there as everywhere. */
static void test_doubt_memory_only(void **state)
{
	char text[256];

	(void)state;
	explain_doubt(SELF_HOSTED_MEMMAP_EXEMPT, SELF_HOSTED_UNKNOWN, 300, 1, text);
	assert_string_equal(text, "memory-only node 1: 2M, no boot memory for the ratio" DOUBT);
}

/* Known or not, with SelfHostedMemmap=count it is no matter. */
static void test_doubt_count(void **state)
{
	char text[256];

	(void)state;
	explain_doubt(SELF_HOSTED_MEMMAP_COUNT, SELF_HOSTED_UNKNOWN, 100, 0, text);
	assert_string_equal(text, "exceeds ratio: M 0M + 2M > 1M");
}

static void test_zone_names(void **state)
{
	(void)state;
	assert_string_equal(zone_name(ZONE_KERNEL), "kernel");
	assert_string_equal(zone_name(ZONE_MOVABLE), "movable");
	assert_string_equal(zone_name(ZONE_ONLINE), "online");
	assert_string_equal(zone_name(ZONE_LEAVE), "leave");
}

/* -- Random machines */

#define NODES_MAX 4
#define ZONES_PER_NODE 3 /* two kernel zones, ZONE_MOVABLE */
#define GROUPS_MAX 4
#define UNIT_BLOCKS_MAX 8

struct model_zone {
	uint64_t present, present_early, cma;
};

struct model {
	struct policy policy;
	size_t n_nodes;
	struct model_zone zones[NODES_MAX][ZONES_PER_NODE];
	uint64_t late[NODES_MAX]; /* in kernel zones, of no group */
	struct node_facts nodes[NODES_MAX];
	size_t n_groups;
	struct group_facts groups[GROUPS_MAX];
	struct question question;
	enum zone unit[UNIT_BLOCKS_MAX]; /* of the blocks of the unit; ZONE_LEAVE: offline */
	size_t n_unit;
};

static bool is_movable_zone(size_t zone)
{
	return zone == ZONES_PER_NODE - 1;
}

/* With and without early memory, CMA now and then, and at least what its groups have movable. */
static void make_node(struct model *m, size_t node, uint64_t *random, unsigned bits)
{
	uint64_t of_groups = 0;

	for (size_t i = 0; i < m->n_groups; i++)
		if (m->groups[i].node == node)
			of_groups += m->groups[i].movable_pages;
	for (size_t i = 0; i < ZONES_PER_NODE; i++) {
		struct model_zone *zone = &m->zones[node][i];

		if (is_movable_zone(i)) {
			zone->present = of_groups +
					(random_below(random, 2) ? random_sized(random, bits) : 0);
			continue;
		}
		if (random_below(random, 3) == 0)
			continue; /* not populated */
		zone->present_early = random_sized(random, bits);
		zone->cma = random_below(random, 4) == 0 ?
				    random_below(random, zone->present_early + 1) :
				    0;
		zone->present = zone->present_early + random_below(random, 3);
	}
}

static void make_group(struct group_facts *group, unsigned node, bool with_dynamic,
		       uint64_t n_pages, uint64_t *random, unsigned bits)
{
	*group = (struct group_facts){
		.node = node,
		.is_dynamic = with_dynamic && random_below(random, 2),
		.kernel_pages = random_below(random, 3) ? 0 : random_sized(random, bits),
		.movable_pages = random_below(random, 2) ? 0 : random_sized(random, bits),
		.unit_pages = n_pages << random_below(random, 4),
	};
	group->max_pages = group->kernel_pages + group->movable_pages + n_pages +
			   (random_below(random, 2) ? random_sized(random, bits) : 0);
}

/* Blocks of the unit that the question's block is in, that one itself offline. */
static void make_unit(struct model *m, uint64_t *random)
{
	const struct group_facts *group = m->question.group;

	m->n_unit = group && group->is_dynamic ? group->unit_pages / m->question.n_pages : 1;
	m->unit[0] = ZONE_LEAVE;
	for (size_t i = 1; i < m->n_unit; i++) {
		static const enum zone zones[] = { ZONE_LEAVE, ZONE_LEAVE, ZONE_MOVABLE,
						   ZONE_MOVABLE, ZONE_KERNEL };

		m->unit[i] = zones[random_below(random, 4 + (random_below(random, 4) == 0))];
		if (m->unit[i] == ZONE_KERNEL)
			m->question.unit_kernel_pages += m->question.n_pages;
		if (m->unit[i] == ZONE_MOVABLE)
			m->question.unit_movable_pages += m->question.n_pages;
	}
}

static void sum_nodes(struct model *m)
{
	for (size_t node = 0; node < m->n_nodes; node++) {
		const struct model_zone *zones = m->zones[node];

		m->nodes[node] = (struct node_facts){
			.node = (unsigned)node,
			.early = zones[0].present_early - zones[0].cma + zones[1].present_early -
				 zones[1].cma,
			.movable = zones[2].present + zones[0].cma + zones[1].cma,
			.late = m->late[node],
		};
		for (size_t i = 0; i < m->n_groups; i++)
			if (m->groups[i].node == node)
				m->nodes[node].late += m->groups[i].kernel_pages;
	}
}

static void make_model(struct model *m, uint64_t *random, bool with_dynamic)
{
	static const unsigned sizes[] = { 4, 8, 16, 24 };
	unsigned bits = sizes[random_below(random, ARRAY_SIZE(sizes))];
	uint64_t pick;

	*m = (struct model){
		.policy = policy_default(),
		.n_nodes = 1 + random_below(random, NODES_MAX),
		.n_groups = random_below(random, GROUPS_MAX + 1),
	};
	m->policy.movable_ratio =
		(unsigned)random_sized(random, random_below(random, 16) ? 11 : 32);
	m->policy.numa_aware = (unsigned)random_below(random, 2);
	/* With this nothing but the kernel's own keys counts; see make_our_model(). */
	m->policy.self_hosted_memmap = SELF_HOSTED_MEMMAP_COUNT;
	m->question.self_hosted = (unsigned)random_below(random, SELF_HOSTED_UNKNOWN + 1);
	m->question.target = (struct policy_target){ .provider = PROVIDER_DIMM,
						     .device = "dax0.0",
						     .alias = "" };
	m->question.n_pages = 1 + random_sized(random, bits - 2);
	for (size_t i = 0; i < m->n_groups; i++)
		make_group(&m->groups[i], (unsigned)random_below(random, m->n_nodes), with_dynamic,
			   m->question.n_pages, random, bits - 2);
	for (size_t i = 0; i < m->n_nodes; i++) {
		make_node(m, i, random, bits);
		m->late[i] = random_below(random, 3) ? 0 : random_sized(random, bits);
	}
	pick = random_below(random, m->n_groups + 1);
	m->question.group = pick < m->n_groups ? &m->groups[pick] : NULL;
	m->question.target.node = m->question.group ? m->question.group->node :
						      (unsigned)random_below(random, m->n_nodes);
	make_unit(m, random);
	sum_nodes(m);
}

/* With every key as it may be, not as the kernel has it. */
static void make_our_model(struct model *m, uint64_t *random, bool with_dynamic)
{
	make_model(m, random, with_dynamic);
	m->policy.memory_only_nodes = random_below(random, _MEMORY_ONLY_NODES_MAX);
	m->policy.self_hosted_memmap = random_below(random, _SELF_HOSTED_MEMMAP_MAX);
	m->policy.kernel_credit = random_below(random, _KERNEL_CREDIT_MAX);
	if (random_below(random, 2))
		m->policy.kernel_reserve =
			random_sized(random, 24) * 4096 + random_below(random, 4096);
}

static struct verdict decide_model(const struct model *m)
{
	size_t dynamic[GROUPS_MAX];
	const struct facts facts = {
		.page_size = 4096,
		.nodes = m->nodes,
		.n_nodes = m->n_nodes,
		.groups = m->groups,
		.dynamic = dynamic,
		.n_dynamic = find_dynamic(m->groups, m->n_groups, dynamic),
	};

	return decide(&m->policy, &facts, &m->question);
}

/* -- The kernel's functions once more, from its source and over zones instead of sums */

static bool oracle_can_online_movable(const struct model *m, int nid, uint64_t nr_pages)
{
	const struct group_facts *group = m->question.group;
	unsigned ratio = (unsigned)m->policy.movable_ratio;
	/* Ours alone, 0 with the kernel's settings: KernelReserve= */
	uint64_t required = nid < 0 ? m->policy.kernel_reserve / 4096 : 0;
	uint64_t early = 0, movable = 0, grouped = 0;

	for (size_t i = 0; i < m->n_nodes * ZONES_PER_NODE; i++) {
		const struct model_zone *zone = &m->zones[i / ZONES_PER_NODE][i % ZONES_PER_NODE];

		if ((nid >= 0 && i / ZONES_PER_NODE != (size_t)nid) || zone->present == 0)
			continue;
		if (is_movable_zone(i % ZONES_PER_NODE)) {
			movable += zone->present;
		} else {
			early += zone->present_early;
			movable += zone->cma;
			early -= zone->cma;
		}
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		const struct group_facts *other = &m->groups[i];
		/* "const int ratio" here, unsigned below */
		int64_t pages = (int64_t)(other->movable_pages * 100 / (uint64_t)(int)ratio);

		if (!other->is_dynamic || other == group ||
		    (nid >= 0 && other->node != (unsigned)nid))
			continue;
		pages -= (int64_t)other->kernel_pages;
		if (pages > 0)
			required += (uint64_t)pages;
		grouped += other->movable_pages;
	}
	if (early <= required)
		return false;
	early -= required;
	movable -= grouped;
	if (group && group->is_dynamic)
		early += group->kernel_pages;
	movable += nr_pages;
	return movable <= (ratio * early) / 100;
}

static enum zone oracle(const struct model *m)
{
	const struct group_facts *group = m->question.group;
	uint64_t max, online = 0;

	if (!m->policy.movable_ratio)
		return ZONE_KERNEL;
	if (group && !group->is_dynamic) {
		max = group->max_pages;
		online = group->movable_pages;
		if (group->kernel_pages)
			return ZONE_KERNEL;
	} else if (!group || group->unit_pages == m->question.n_pages) {
		max = m->question.n_pages;
	} else {
		max = group->unit_pages;
		for (size_t i = 0; i < m->n_unit; i++) {
			if (m->unit[i] == ZONE_KERNEL)
				return ZONE_KERNEL;
			if (m->unit[i] == ZONE_MOVABLE)
				online += m->question.n_pages;
		}
	}
	if (!oracle_can_online_movable(m, -1, max - online))
		return ZONE_KERNEL;
	if (m->policy.numa_aware &&
	    !oracle_can_online_movable(m, (int)m->question.target.node, max - online))
		return ZONE_KERNEL;
	return ZONE_MOVABLE;
}

static void test_oracle(void **state)
{
	uint64_t random = random_start();
	size_t movable = 0, reasons[REASON_MEMORY_ONLY_NODE + 1] = { 0 };
	struct model m;

	(void)state;
	for (unsigned i = 0; i < MACHINES; i++) {
		struct verdict v;

		make_model(&m, &random, true);
		v = decide_model(&m);
		if (v.zone != oracle(&m))
			fail_msg("machine %u: %s is not the kernel's answer", i, zone_name(v.zone));
		assert_int_equal(v.zone == ZONE_MOVABLE, v.reason == REASON_FITS);
		movable += v.zone == ZONE_MOVABLE;
		reasons[v.reason]++;
	}
	/* The machines are of use only when no answer is rare. */
	assert_in_range(movable, MACHINES / 10, MACHINES * 9 / 10);
	for (size_t i = REASON_RATIO_ZERO; i < ARRAY_SIZE(reasons); i++)
		if (i != REASON_SELF_HOSTED)
			assert_true(reasons[i] > MACHINES / 1000);
	assert_int_equal(reasons[REASON_SELF_HOSTED], 0);
}

/* -- Our own keys, as the kernel's answer on another machine */

/* KernelCredit=all: where all kernel memory is early, and every device has its group for itself. */
static void make_all_early(struct model *m)
{
	for (size_t node = 0; node < m->n_nodes; node++) {
		struct model_zone *zone = &m->zones[node][0];

		zone->present_early += m->nodes[node].late;
		zone->present += m->nodes[node].late + 1;
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		if (&m->groups[i] == m->question.group)
			m->groups[i].kernel_pages =
				m->groups[i].is_dynamic ? 0 : m->groups[i].kernel_pages;
		else
			m->groups[i].is_dynamic = false;
	}
}

static bool has_early(const struct model *m, unsigned node)
{
	for (size_t i = 0; i < ZONES_PER_NODE - 1; i++)
		if (node < m->n_nodes && m->zones[node][i].present > 0 &&
		    m->zones[node][i].present_early > m->zones[node][i].cma)
			return true;
	return false;
}

/* KernelReserve=: early memory that is not there. oracle_can_online_movable() takes it off. */
static enum zone our_oracle(const struct model *original)
{
	struct model m = *original;

	if (original->question.group)
		m.question.group = &m.groups[original->question.group - original->groups];
	if (m.policy.self_hosted_memmap == SELF_HOSTED_MEMMAP_EXEMPT &&
	    m.question.self_hosted == SELF_HOSTED_YES) {
		/* What is left of the kernel's checks are those that need no sums. */
		m.policy.numa_aware = 0;
		m.n_groups = 0;
		m.policy.kernel_reserve = 0;
		m.n_nodes = 1;
		m.zones[0][0] = (struct model_zone){ UINT64_MAX / 2, UINT64_MAX / 2, 0 };
		m.zones[0][1] = m.zones[0][2] = (struct model_zone){ 0, 0, 0 };
		m.policy.movable_ratio = m.policy.movable_ratio ? 1 : 0;
		return oracle(&m);
	}
	if (m.policy.kernel_credit == KERNEL_CREDIT_ALL)
		make_all_early(&m);
	if (m.policy.memory_only_nodes == MEMORY_ONLY_NODES_GLOBAL &&
	    !has_early(&m, m.question.target.node))
		m.policy.numa_aware = 0;
	return oracle(&m);
}

static void test_our_oracle(void **state)
{
	uint64_t random = random_start();
	size_t movable = 0, reasons[REASON_MEMORY_ONLY_NODE + 1] = { 0 };
	struct model m;

	(void)state;
	for (unsigned i = 0; i < MACHINES; i++) {
		struct verdict v;

		make_our_model(&m, &random, true);
		v = decide_model(&m);
		if (v.zone != our_oracle(&m))
			fail_msg("machine %u: %s is not the other machine's answer", i,
				 zone_name(v.zone));
		assert_int_equal(v.zone == ZONE_MOVABLE,
				 v.reason == REASON_FITS || v.reason == REASON_SELF_HOSTED);
		movable += v.zone == ZONE_MOVABLE;
		reasons[v.reason]++;
	}
	assert_in_range(movable, MACHINES / 10, MACHINES * 9 / 10);
	for (size_t i = REASON_RATIO_ZERO; i < ARRAY_SIZE(reasons); i++)
		assert_true(reasons[i] > MACHINES / 1000);
}

/* -- Properties */

/*
 * With dynamic groups too: a higher ratio lets their movable memory use up less of E. Only a
 * product of more than 64 bits breaks it (test_overflow, "a smaller ratio"), as in the kernel;
 * these machines are too small for that.
 */
static void check_monotone(bool with_dynamic, bool with_our_keys)
{
	uint64_t random = random_start();
	struct model m;

	for (unsigned i = 0; i < MACHINES; i++) {
		uint64_t before;

		if (with_our_keys)
			make_our_model(&m, &random, with_dynamic);
		else
			make_model(&m, &random, with_dynamic);
		before = m.policy.movable_ratio;
		if (decide_model(&m).zone != ZONE_MOVABLE)
			continue;
		m.policy.movable_ratio += 1 + random_sized(&random, 16);
		if (m.policy.movable_ratio > UINT_MAX)
			m.policy.movable_ratio = UINT_MAX;
		if (decide_model(&m).zone != ZONE_MOVABLE)
			fail_msg("machine %u: movable at %llu, not at %llu", i,
				 (unsigned long long)before,
				 (unsigned long long)m.policy.movable_ratio);
	}
}

static void test_monotone(void **state)
{
	(void)state;
	check_monotone(false, false);
}

static void test_monotone_dynamic(void **state)
{
	(void)state;
	check_monotone(true, false);
}

static void test_monotone_our_keys(void **state)
{
	(void)state;
	check_monotone(true, true);
}

/* A machine's answer before and after one key went from its stricter to its laxer value. */
static void check_laxer(bool with_dynamic, void (*make_strict)(struct policy *policy),
			void (*make_lax)(struct policy *policy))
{
	uint64_t random = random_start();
	size_t changed = 0;
	struct model m;

	for (unsigned i = 0; i < MACHINES / 3; i++) {
		enum zone before, after;

		make_our_model(&m, &random, with_dynamic);
		make_strict(&m.policy);
		before = decide_model(&m).zone;
		make_lax(&m.policy);
		after = decide_model(&m).zone;
		if (before == ZONE_MOVABLE && after != ZONE_MOVABLE)
			fail_msg("machine %u: movable no more", i);
		changed += before != after;
	}
	assert_true(changed > MACHINES / 3000);
}

static void set_count(struct policy *policy)
{
	policy->self_hosted_memmap = SELF_HOSTED_MEMMAP_COUNT;
}

static void set_exempt(struct policy *policy)
{
	policy->self_hosted_memmap = SELF_HOSTED_MEMMAP_EXEMPT;
}

static void set_kernel_nodes(struct policy *policy)
{
	policy->memory_only_nodes = MEMORY_ONLY_NODES_KERNEL;
}

static void set_global_nodes(struct policy *policy)
{
	policy->memory_only_nodes = MEMORY_ONLY_NODES_GLOBAL;
}

static void set_numa_aware(struct policy *policy)
{
	policy->numa_aware = 1;
}

static void set_not_numa_aware(struct policy *policy)
{
	policy->numa_aware = 0;
}

/* More than a node of these machines has. */
static void set_reserve(struct policy *policy)
{
	policy->kernel_reserve += UINT64_C(1) << 24;
}

static void set_less_reserve(struct policy *policy)
{
	policy->kernel_reserve /= 2;
}

static void set_early_credit(struct policy *policy)
{
	policy->kernel_credit = KERNEL_CREDIT_EARLY;
	policy->memory_only_nodes = MEMORY_ONLY_NODES_KERNEL;
}

static void set_all_credit(struct policy *policy)
{
	policy->kernel_credit = KERNEL_CREDIT_ALL;
}

static void test_laxer(void **state)
{
	(void)state;
	check_laxer(true, set_count, set_exempt);
	check_laxer(true, set_kernel_nodes, set_global_nodes);
	check_laxer(true, set_numa_aware, set_not_numa_aware);
	check_laxer(true, set_reserve, set_less_reserve);
	/*
	 * Not with dynamic groups, whose needs are truncated in their favour. Nor with
	 * MemoryOnlyNodes=global, where a node that has credit of its own is judged by that.
	 */
	check_laxer(false, set_early_credit, set_all_credit);
}
/* The machine (@node negative) or one node of it. */
struct totals {
	uint64_t early, movable, dynamic_kernel, n_dynamic;
};

static struct totals sum_up(const struct model *m, int node)
{
	struct totals sum = { 0, 0, 0, 0 };

	for (size_t i = 0; i < m->n_nodes; i++) {
		if (node >= 0 && i != (size_t)node)
			continue;
		sum.early += m->nodes[i].early;
		sum.movable += m->nodes[i].movable;
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		if (!m->groups[i].is_dynamic || (node >= 0 && m->groups[i].node != (unsigned)node))
			continue;
		sum.dynamic_kernel += m->groups[i].kernel_pages;
		sum.n_dynamic++;
	}
	return sum;
}

/*
 * M and what is onlined stay within R * E / 100. Dynamic groups widen that by their own kernel
 * memory, and by less than one page of E each, which truncation of what they need
 * (movable * 100 / R) gives away.
 */
static void check_limit(bool with_dynamic)
{
	uint64_t random = random_start();
	struct model m;

	for (unsigned i = 0; i < MACHINES; i++) {
		struct verdict v;

		make_model(&m, &random, with_dynamic);
		v = decide_model(&m);
		if (v.zone != ZONE_MOVABLE)
			continue;
		assert_true(v.sum.wanted >= m.question.n_pages);
		for (int node = -1;
		     node <= (m.policy.numa_aware ? (int)m.question.target.node : -1);
		     node += 1 + (int)m.question.target.node) {
			struct totals sum = sum_up(&m, node);
			uint64_t early = sum.early + sum.dynamic_kernel + sum.n_dynamic;

			if (sum.movable + v.sum.wanted > m.policy.movable_ratio * early / 100)
				fail_msg("machine %u, node %d: beyond the limit", i, node);
		}
	}
}

static void test_limit(void **state)
{
	(void)state;
	check_limit(false);
}

static void test_limit_dynamic(void **state)
{
	(void)state;
	check_limit(true);
}

/* The same with KernelReserve=, KernelCredit= and MemoryOnlyNodes=, and what they take and give. */
static void test_limit_our_keys(void **state)
{
	uint64_t random = random_start();
	struct model m;

	(void)state;
	for (unsigned i = 0; i < MACHINES; i++) {
		uint64_t reserve, early = 0, movable = 0;
		struct verdict v;

		make_our_model(&m, &random, false);
		v = decide_model(&m);
		if (v.zone != ZONE_MOVABLE || v.reason == REASON_SELF_HOSTED)
			continue;
		for (size_t node = 0; node < m.n_nodes; node++) {
			early += m.nodes[node].early;
			movable += m.nodes[node].movable;
			if (m.policy.kernel_credit == KERNEL_CREDIT_ALL)
				early += m.nodes[node].late;
		}
		reserve = m.policy.kernel_reserve / 4096;
		assert_true(early > reserve);
		if (movable + v.sum.wanted > m.policy.movable_ratio * (early - reserve) / 100)
			fail_msg("machine %u: beyond the limit", i);
	}
}

/* The strongest section that matches, counted once more. */
static enum zone_policy expected_zone(const struct model *m)
{
	const struct policy *policy = &m->policy;
	uint64_t zone = policy->zone[m->question.target.provider];

	for (unsigned kind = 0; kind < _OVERRIDE_KIND_MAX; kind++)
		for (size_t i = 0; i < policy->n_overrides; i++)
			if (policy->overrides[i].kind == kind &&
			    (kind != OVERRIDE_NODE ||
			     policy->overrides[i].node == m->question.target.node) &&
			    (kind != OVERRIDE_DEVICE ||
			     strcmp(policy->overrides[i].device, "dax0.0") == 0) &&
			    (kind != OVERRIDE_RANGE || policy->overrides[i].range.start == 0))
				zone = policy->overrides[i].zone;
	return (enum zone_policy)zone;
}

static void random_overrides(struct policy *policy, uint64_t *random)
{
	policy->n_overrides = random_below(random, 4);
	for (size_t i = 0; i < policy->n_overrides; i++) {
		struct override *o = &policy->overrides[i];

		*o = (struct override){
			.kind = (unsigned)random_below(random, _OVERRIDE_KIND_MAX),
			.zone = random_below(random, _ZONE_POLICY_MAX),
		};
		o->node = random_below(random, NODES_MAX);
		(void)snprintf(o->device, sizeof(o->device), "dax0.%d",
			       (int)random_below(random, 2));
		/* From the first byte it is around the device, which starts there. */
		o->range = (struct range){ random_below(random, 2), UINT64_MAX };
	}
}

static void test_leave_overrides(void **state)
{
	uint64_t random = random_start();
	struct model m;

	(void)state;
	for (unsigned i = 0; i < MACHINES / 3; i++) {
		enum zone_policy zone_policy;
		struct verdict v;

		make_our_model(&m, &random, true);
		m.question.target.provider = (unsigned)random_below(&random, PROVIDER_BOOT);
		m.question.target.range = (struct range){ 0, 4095 };
		for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++)
			m.policy.zone[provider] = random_below(&random, _ZONE_POLICY_MAX);
		random_overrides(&m.policy, &random);
		zone_policy = expected_zone(&m);
		v = decide_model(&m);
		assert_int_equal(v.zone == ZONE_LEAVE, zone_policy == ZONE_POLICY_LEAVE);
		assert_int_equal(v.zone == ZONE_ONLINE, zone_policy == ZONE_POLICY_ONLINE);
		assert_int_equal(v.reason == REASON_FIXED, zone_policy != ZONE_POLICY_AUTO);
	}
}

static void test_leave(void **state)
{
	uint64_t random = random_start();
	struct model m;

	(void)state;
	for (unsigned i = 0; i < MACHINES; i++) {
		unsigned zone_policy = (unsigned)random_below(&random, _ZONE_POLICY_MAX);
		struct verdict v;

		make_model(&m, &random, true);
		m.question.target.provider = (unsigned)random_below(&random, _PROVIDER_MAX);
		m.policy.zone[m.question.target.provider] = zone_policy;
		v = decide_model(&m);
		if (m.question.target.provider == PROVIDER_BOOT) {
			assert_int_equal(v.zone, ZONE_LEAVE);
			assert_int_equal(v.reason, REASON_BOOT);
			continue;
		}
		assert_int_equal(v.zone == ZONE_LEAVE, zone_policy == ZONE_POLICY_LEAVE);
		assert_int_equal(v.zone == ZONE_ONLINE, zone_policy == ZONE_POLICY_ONLINE);
		assert_int_equal(v.reason == REASON_FIXED, zone_policy != ZONE_POLICY_AUTO);
	}
}

static void test_pure(void **state)
{
	uint64_t random = random_start();
	struct model m, before;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct verdict first, second;

		make_our_model(&m, &random, true);
		before = m;
		first = decide_model(&m);
		second = decide_model(&m);
		assert_memory_equal(&m, &before, sizeof(m));
		assert_int_equal(first.zone, second.zone);
		assert_int_equal(first.reason, second.reason);
		assert_memory_equal(&first.sum, &second.sum, sizeof(first.sum));
		assert_memory_equal(&first.share, &second.share, sizeof(first.share));
	}
}

/* -- The trace */

static struct trace trace_of(const struct row *row, struct policy policy)
{
	size_t dynamic[ARRAY_SIZE(row->groups)];
	const struct facts facts = facts_of(row, dynamic);
	const struct question question = {
		.target = { .provider = PROVIDER_DIMM,
			    .device = "",
			    .alias = "",
			    .node = row->node },
		.n_pages = row->n_pages,
		.group = row->group > 0 ? &row->groups[row->group - 1] : NULL,
	};
	struct verdict verdict = decide(&policy, &facts, &question);
	struct trace trace;
	struct verdict traced = decide_traced(&policy, &facts, &question, &trace);

	assert_memory_equal(&verdict.sum, &traced.sum, sizeof(verdict.sum));
	assert_int_equal(verdict.zone, traced.zone);
	assert_int_equal(verdict.reason, traced.reason);
	return trace;
}

static void test_trace(void **state)
{
	/* Two virtio-mem devices; the other one has used up 70 * 100 / 100 - 30 of early memory. */
	static const struct row row = {
		.nodes = { { 0, 1000, 11, 90 }, { 1, 500, 0, 5 } },
		.n_nodes = 2,
		.groups = { { true, 0, 0, 4, 20, 10 }, { true, 0, 0, 4, 30, 70 } },
		.n_groups = 2,
		.n_pages = 4,
		.group = 1,
	};
	struct policy policy = policy_default();
	struct trace trace;

	(void)state;
	policy.movable_ratio = 100;
	policy.kernel_reserve = UINT64_C(7) * 4096;
	trace = trace_of(&row, policy);
	assert_int_equal(trace.zone, ZONE_POLICY_AUTO);
	assert_int_equal(trace.wanted, 4);
	assert_true(trace.has_machine && trace.has_node);
	assert_true(trace.machine.fits && trace.node.fits);
	assert_int_equal(trace.machine.early, 1500);
	assert_int_equal(trace.machine.late, 0);
	assert_int_equal(trace.machine.used, 40);
	assert_int_equal(trace.machine.reserve, 7);
	assert_int_equal(trace.machine.own, 20);
	assert_int_equal(trace.machine.movable, 95);
	assert_int_equal(trace.machine.movable_other, 70);
	assert_int_equal(trace.machine.sum.movable, 25);
	assert_int_equal(trace.machine.sum.limit, 1500 - 40 - 7 + 20);
	assert_int_equal(trace.node.early, 1000);
	assert_int_equal(trace.node.reserve, 0);
	assert_int_equal(trace.node.sum.limit, 1000 - 40 + 20);

	policy.kernel_credit = KERNEL_CREDIT_ALL;
	trace = trace_of(&row, policy);
	assert_int_equal(trace.machine.late, 11);
	assert_int_equal(trace.machine.used, 0);
	assert_int_equal(trace.machine.sum.limit, 1500 + 11 - 7);
}

static void test_trace_stops(void **state)
{
	static const struct row row = { .nodes = { { 0, 100, 0, 0 } },
					.n_nodes = 1,
					.n_pages = 101 };
	struct policy policy = policy_default();
	struct trace trace;

	(void)state;
	policy.movable_ratio = 100;
	trace = trace_of(&row, policy);
	assert_true(trace.has_machine);
	assert_false(trace.machine.fits);
	assert_false(trace.has_node);
	policy.movable_ratio = 0;
	trace = trace_of(&row, policy);
	assert_false(trace.has_machine);
	assert_int_equal(trace.wanted, 0);
	policy.zone[PROVIDER_DIMM] = ZONE_POLICY_KERNEL;
	trace = trace_of(&row, policy);
	assert_int_equal(trace.zone, ZONE_POLICY_KERNEL);
	assert_false(trace.has_machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "movable memory goes up to the ratio", test_ratio, NULL, NULL, NULL },
		{ "the limit is truncated", test_truncation, NULL, NULL, NULL },
		{ "products and sums wrap as in the kernel", test_overflow, NULL, NULL, NULL },
		{ "all the rest of a static group has to fit", test_static, NULL, NULL, NULL },
		{ "static groups give no credit", test_no_credit, NULL, NULL, NULL },
		{ "a dynamic group has credit for its own kernel memory", test_own_credit, NULL,
		  NULL, NULL },
		{ "other dynamic groups use up early memory", test_other_groups, NULL, NULL, NULL },
		{ "a unit of several blocks ends in one zone", test_units, NULL, NULL, NULL },
		{ "NumaAware asks for the ratio of the node as well", test_numa, NULL, NULL, NULL },
		{ "a memory-only node is never movable with NumaAware", test_memory_only, NULL,
		  NULL, NULL },
		{ "groups count on their node", test_numa_groups, NULL, NULL, NULL },
		{ "memory that hosts its own memmap is exempt", test_self_hosted, NULL, NULL,
		  NULL },
		{ "and asks for no sums", test_self_hosted_nodes, NULL, NULL, NULL },
		{ "MemoryOnlyNodes=global asks for the ratio of the machine alone",
		  test_memory_only_global, NULL, NULL, NULL },
		{ "a node whose early memory is used up is not memory-only",
		  test_memory_only_used_up, NULL, NULL, NULL },
		{ "KernelCredit=all counts hot-plugged kernel memory", test_kernel_credit, NULL,
		  NULL, NULL },
		{ "KernelCredit=all counts on nodes as well", test_kernel_credit_nodes, NULL, NULL,
		  NULL },
		{ "KernelReserve does not count", test_kernel_reserve, NULL, NULL, NULL },
		{ "KernelReserve comes off before the own group's credit",
		  test_kernel_reserve_groups, NULL, NULL, NULL },
		{ "a ratio beyond INT_MAX divides as in the kernel", test_ratio_beyond_int, NULL,
		  NULL, NULL },
		{ "a fixed zone asks for no facts", test_fixed, NULL, NULL, NULL },
		{ "boot memory is left whatever the policy says", test_boot, NULL, NULL, NULL },
		{ "an override fixes the zone and is named", test_override, NULL, NULL, NULL },
		{ "the longest name is told in full", test_override_longest, NULL, NULL, NULL },
		{ "what cannot be known is told with the sums", test_doubt, NULL, NULL, NULL },
		{ "what cannot be known is told of a memory-only node", test_doubt_memory_only,
		  NULL, NULL, NULL },
		{ "what does not matter is not told", test_doubt_count, NULL, NULL, NULL },
		{ "the trace has each term of the sums", test_trace, NULL, NULL, NULL },
		{ "the trace ends where the decision was taken", test_trace_stops, NULL, NULL,
		  NULL },
		{ "every reason is told in words", test_explain, NULL, NULL, NULL },
		{ "no reason is longer than 159 bytes", test_longest, NULL, NULL, NULL },
		{ "every zone has a name", test_zone_names, NULL, NULL, NULL },
		{ "random machines get the kernel's answer", test_oracle, NULL, NULL, NULL },
		{ "random machines with our own keys get the answer of another machine",
		  test_our_oracle, NULL, NULL, NULL },
		{ "a higher ratio never takes movable back with our own keys",
		  test_monotone_our_keys, NULL, NULL, NULL },
		{ "the laxer value of a key never takes movable back", test_laxer, NULL, NULL,
		  NULL },
		{ "movable memory never exceeds the limit of our own keys", test_limit_our_keys,
		  NULL, NULL, NULL },
		{ "leave is never anything else with overrides", test_leave_overrides, NULL, NULL,
		  NULL },
		{ "a higher ratio never takes movable back", test_monotone, NULL, NULL, NULL },
		{ "a higher ratio never takes movable back from dynamic groups",
		  test_monotone_dynamic, NULL, NULL, NULL },
		{ "movable memory never exceeds the limit", test_limit, NULL, NULL, NULL },
		{ "with dynamic groups it exceeds the limit by their kernel memory alone",
		  test_limit_dynamic, NULL, NULL, NULL },
		{ "leave is never anything else", test_leave, NULL, NULL, NULL },
		{ "the same question has the same answer", test_pure, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
