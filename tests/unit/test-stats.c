/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters that add up from one leader to the next. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stats.h"
#include "tree.h"

#define STATS "run/memhp/stats"

static void test_sum(void **state)
{
	static const struct stats first = { .decisions = 1, .blocks_onlined = 4 };
	static const struct stats second = { .blocks_onlined = 3, .blocks_given_up = 1 };
	const struct tree *tree = *state;
	_cleanup_free_ char *text = NULL;
	struct stats sum;

	tree_dir(tree, "run/memhp");
	assert_int_equal(stats_read(&tree->fs, &sum), 0);
	assert_int_equal(sum.blocks_onlined, 0);
	assert_int_equal(stats_add(&tree->fs, &first), 0);
	assert_int_equal(stats_add(&tree->fs, &second), 0);
	assert_int_equal(stats_read(&tree->fs, &sum), 0);
	assert_int_equal(sum.decisions, 1);
	assert_int_equal(sum.blocks_onlined, 7);
	assert_int_equal(sum.blocks_given_up, 1);
	text = tree_read(tree, STATS);
	assert_string_equal(text, "decisions=1\nblocks_onlined=7\nblocks_foreign=0\n"
				  "blocks_refused=0\nblocks_gone=0\nretries=0\n"
				  "blocks_given_up=1\n");
}

static void test_table(void **state)
{
	static const struct stats stats = { 1, 2, 3, 4, 5, 6, 7 };
	uint64_t value, expected = 1;
	size_t i;

	(void)state;
	for (i = 0; stats_at(&stats, i, &value); i++)
		assert_int_equal(value, expected++);
	assert_int_equal(i * sizeof(uint64_t), sizeof(stats));
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ "", 0 },
		{ "retries=5\n", 0 },
		{ "of_a_later_version=1\nretries=5\n", 0 },
		{ "retries\n", -EBADMSG },
		{ "retries=\n", -EBADMSG },
		{ "retries=five\n", -EBADMSG },
		{ "retries=18446744073709551616\n", -EBADMSG },
		{ "\n", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stats stats = { .retries = 5 };
		int r = stats_parse(&stats, str_of(rows[i].text));

		if (r != rows[i].result || stats.retries != (rows[i].text[0] ? 5 : 0))
			fail_msg("%s: %d", rows[i].text, r);
	}
}

static void test_damaged(void **state)
{
	static const struct stats more = { .retries = 2 };
	const struct tree *tree = *state;
	struct stats sum;

	tree_text(tree, STATS, "nonsense\n");
	assert_int_equal(stats_read(&tree->fs, &sum), -EBADMSG);
	assert_int_equal(stats_add(&tree->fs, &more), 0);
	assert_int_equal(stats_read(&tree->fs, &sum), 0);
	assert_int_equal(sum.retries, 2);
	tree_drop(tree, "run");
	assert_int_equal(stats_add(&tree->fs, &more), -ENOENT);
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("what leaders did adds up", test_sum),
		{ "every counter is in the table", test_table, NULL, NULL, NULL },
		{ "a line that is no counter is told", test_parse, NULL, NULL, NULL },
		TREE_TEST("damaged counters start anew", test_damaged),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
