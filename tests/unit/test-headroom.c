/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much would still be movable: always what decide() says of the size, and of one block more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "headroom.h"
#include "random.h"

#define PAGE UINT64_C(4096)
#define BLOCK (UINT64_C(128) << 20)
#define GIB (UINT64_C(1) << 30)

static const struct machine machine = { .major = 6, .minor = 12, .memmap_mode = MEMMAP_MODE_NO };

static uint64_t headroom(const struct policy *policy, const struct node_facts *nodes, size_t n,
			 unsigned node)
{
	const struct facts facts = { .page_size = PAGE, .nodes = nodes, .n_nodes = n };

	return headroom_of_node(policy, &facts, &machine, BLOCK, node);
}

struct setting {
	const char *section, *key, *value;
};

static struct policy policy_with(const struct setting *settings, size_t n)
{
	struct policy policy = policy_default();

	for (size_t i = 0; i < n && settings[i].section; i++)
		assert_int_equal(policy_set(&policy, str_of(settings[i].section),
					    str_of(settings[i].key), str_of(settings[i].value),
					    NULL),
				 0);
	return policy;
}

/* Node 0 has 4 GiB early and 1 GiB movable, node 1 1 GiB early, node 2 nothing. */
static void test_settings(void **state)
{
	static const struct node_facts nodes[] = {
		{ .node = 0, .early = 4 * GIB / PAGE, .movable = GIB / PAGE, .late = GIB / PAGE },
		{ .node = 1, .early = GIB / PAGE },
		{ .node = 2 },
	};
	static const struct {
		struct setting settings[3];
		uint64_t headroom[3];
	} rows[] = {
		{ { { "Policy", "MovableRatio", "100" } }, { 3 * GIB, GIB, 0 } },
		{ { { "Policy", "MovableRatio", "100" }, { "Policy", "NumaAware", "no" } },
		  { 4 * GIB, 4 * GIB, 4 * GIB } },
		{ { { "Policy", "MovableRatio", "100" },
		    { "Policy", "MemoryOnlyNodes", "global" } },
		  { 3 * GIB, GIB, 4 * GIB } },
		{ { { "Policy", "MovableRatio", "100" }, { "Policy", "KernelReserve", "2G" } },
		  { 2 * GIB, GIB, 0 } },
		{ { { "Policy", "MovableRatio", "100" }, { "Policy", "KernelCredit", "all" } },
		  { 4 * GIB, GIB, 0 } },
		{ { { "Policy", "MovableRatio", "0" } }, { 0, 0, 0 } },
		{ { { "Dimm", "Zone", "movable" } },
		  { HEADROOM_UNLIMITED, HEADROOM_UNLIMITED, HEADROOM_UNLIMITED } },
		{ { { "Dimm", "Zone", "leave" } }, { 0, 0, 0 } },
		{ { { "Policy", "MovableRatio", "100" }, { "Node 2", "Zone", "movable" } },
		  { 3 * GIB, GIB, HEADROOM_UNLIMITED } },
		/* 1 GiB and 13 % less 1 GiB: no whole number of blocks */
		{ { { "Policy", "MovableRatio", "113" } },
		  { 3 * GIB + 4 * BLOCK, GIB + BLOCK, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy policy = policy_with(rows[i].settings, 3);

		for (unsigned node = 0; node < 3; node++) {
			uint64_t found = headroom(&policy, nodes, 3, node);

			if (found != rows[i].headroom[node])
				fail_msg("row %zu, node %u: %llu MiB, not %llu", i, node,
					 (unsigned long long)(found >> 20),
					 (unsigned long long)(rows[i].headroom[node] >> 20));
		}
	}
}

/* Memory that carries its own page array is exempt. */
static void test_self_hosted(void **state)
{
	static const struct node_facts node = { .early = GIB / PAGE };
	const struct facts facts = { .page_size = PAGE, .nodes = &node, .n_nodes = 1 };
	struct machine hosting = machine;
	struct policy policy = policy_default();

	(void)state;
	hosting.memmap_mode = MEMMAP_MODE_YES;
	(void)snprintf(hosting.arch, sizeof(hosting.arch), "x86_64");
	hosting.page_size = PAGE;
	assert_int_equal(headroom_of_node(&policy, &facts, &hosting, BLOCK, 0), HEADROOM_UNLIMITED);
	policy.self_hosted_memmap = SELF_HOSTED_MEMMAP_COUNT;
	assert_int_equal(headroom_of_node(&policy, &facts, &hosting, BLOCK, 0), 3 * GIB);
}

/* Whatever the machine: a DIMM of that size is movable, and one of a block more is not. */
static void test_is_the_limit(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		const struct node_facts nodes[] = {
			{ .node = 0,
			  .early = random_below(&random, 1U << 24),
			  .movable = random_below(&random, 1U << 24) },
			{ .node = 1,
			  .early = random_below(&random, 1U << 24),
			  .late = random_below(&random, 1U << 20) },
		};
		const struct facts facts = { .page_size = PAGE, .nodes = nodes, .n_nodes = 2 };
		struct policy policy = policy_default();
		unsigned node = (unsigned)random_below(&random, 2);
		uint64_t size;

		policy.movable_ratio = random_below(&random, 500);
		policy.numa_aware = random_below(&random, 2);
		policy.kernel_credit = random_below(&random, _KERNEL_CREDIT_MAX);
		size = headroom_of_node(&policy, &facts, &machine, BLOCK, node);
		assert_int_not_equal(size, HEADROOM_UNLIMITED);
		assert_int_equal(size % BLOCK, 0);
		if (size > 0)
			assert_int_equal(
				headroom_try(&policy, &facts, &machine, BLOCK, node, size).zone,
				ZONE_MOVABLE);
		assert_int_equal(
			headroom_try(&policy, &facts, &machine, BLOCK, node, size + BLOCK).zone,
			ZONE_KERNEL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the headroom follows ratio, node, reserve and credit", test_settings, NULL, NULL,
		  NULL },
		{ "memory that hosts its own memmap has no limit", test_self_hosted, NULL, NULL,
		  NULL },
		{ "one block more than the headroom does not fit", test_is_the_limit, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("headroom", tests, NULL, NULL);
}
