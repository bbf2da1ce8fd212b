/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorted numbers of blocks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block_list.h"
#include "random.h"
#include "scarce.h"

static void test_empty(void **state)
{
	struct block_list list = { NULL, 0 };

	(void)state;
	block_list_sort(&list);
	assert_false(block_list_has(&list, 0));
	block_list_done(&list);
	block_list_done(&list);
	assert_null(list.ids);
	assert_int_equal(list.n, 0);
}

static void test_sorted(void **state)
{
	static const struct {
		uint64_t in[6], out[6];
		size_t n;
	} rows[] = {
		{ { 7 }, { 7 }, 1 },
		{ { 1, 2, 3 }, { 1, 2, 3 }, 3 },
		{ { 3, 2, 1, 0 }, { 0, 1, 2, 3 }, 4 },
		{ { 5, 5, 1, 5 }, { 1, 5, 5, 5 }, 4 },
		/* Differences that do not fit into an int. */
		{ { UINT64_MAX, 0, UINT64_C(1) << 32, 1, UINT64_C(1) << 63, 2 },
		  { 0, 1, 2, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX },
		  6 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct block_list list = { NULL, 0 };

		for (size_t j = 0; j < rows[i].n; j++)
			assert_int_equal(block_list_add(&list, rows[i].in[j]), 0);
		block_list_sort(&list);
		assert_int_equal(list.n, rows[i].n);
		for (size_t j = 0; j < rows[i].n; j++) {
			assert_int_equal(list.ids[j], rows[i].out[j]);
			assert_true(block_list_has(&list, rows[i].in[j]));
		}
		assert_false(block_list_has(&list, 4));
		block_list_done(&list);
	}
}

static void test_many(void **state)
{
	uint64_t random = random_start();
	struct block_list list = { NULL, 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(block_list_add(&list, 2 * random_sized(&random, 20)), 0);
	assert_int_equal(list.n, 5000);
	block_list_sort(&list);
	for (size_t i = 0; i < list.n; i++) {
		assert_true(i == 0 || list.ids[i - 1] <= list.ids[i]);
		assert_true(block_list_has(&list, list.ids[i]));
		assert_false(block_list_has(&list, list.ids[i] + 1));
	}
	block_list_done(&list);
}

static void test_no_memory(void **state)
{
	struct block_list list = { NULL, 0 };

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(block_list_add(&list, i), 0);
	scarce_after(0);
	assert_int_equal(block_list_add(&list, 4), -ENOMEM);
	scarce_end();
	assert_int_equal(list.n, 4);
	assert_int_equal(block_list_add(&list, 4), 0);
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(list.ids[i], i);
	block_list_done(&list);
}

static void test_sorted_without_memory(void **state)
{
	const uint64_t expected[] = { 0, 1, 2, 3, UINT64_C(1) << 40 };
	struct block_list list = { NULL, 0 };

	(void)state;
	for (size_t i = ARRAY_SIZE(expected); i > 0; i--)
		assert_int_equal(block_list_add(&list, expected[i - 1]), 0);
	scarce_after(0);
	block_list_sort(&list);
	assert_int_equal(scarce_end(), 1);
	assert_memory_equal(list.ids, expected, sizeof(expected));
	block_list_done(&list);
}

static void test_added_after_sorting(void **state)
{
	uint64_t seed = random_start();
	struct block_list list = { NULL, 0 };

	(void)state;
	for (size_t n = 1; n < 300; n++) {
		assert_int_equal(block_list_add(&list, random_sized(&seed, 64)), 0);
		block_list_sort(&list);
		assert_int_equal(list.n, n);
		for (size_t i = 1; i < n; i++)
			assert_true(list.ids[i - 1] <= list.ids[i]);
	}
	block_list_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "an empty list has nothing", test_empty, NULL, NULL, NULL },
		{ "numbers come out ascending, equal ones too", test_sorted, NULL, NULL, NULL },
		{ "a long list keeps all it was given", test_many, NULL, NULL, NULL },
		{ "without memory a list is sorted all the same", test_sorted_without_memory, NULL,
		  NULL, NULL },
		{ "a sorted list can grow", test_added_after_sorting, NULL, NULL, NULL },
		{ "without memory a list stays as it was", test_no_memory, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("block_list", tests, NULL, NULL);
}
