/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which names of a directory are blocks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block_dir.h"
#include "scarce.h"
#include "tree.h"

static const struct tree_node nodes[] = {
	{ "dir/memory10", NULL }, { "dir/memory9", "a file as well" },
	{ "dir/memory", NULL },	  { "dir/memory01", NULL },
	{ "dir/memory1x", NULL }, { "dir/state", "" },
	{ "dir/memory0", NULL },  { NULL, NULL },
};

static void test_names(void **state)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	const struct tree *tree = *state;

	tree_add(tree, nodes);
	assert_int_equal(block_dir_read(&tree->fs, "dir", &list), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.ids[0], 0);
	assert_int_equal(list.ids[1], 9);
	assert_int_equal(list.ids[2], 10);
}

static void test_empty(void **state)
{
	struct block_list list = { NULL, 7 };
	const struct tree *tree = *state;

	tree_dir(tree, "dir");
	assert_int_equal(block_dir_read(&tree->fs, "dir", &list), 0);
	assert_int_equal(list.n, 0);
}

static void test_missing(void **state)
{
	struct block_list list = { NULL, 7 };
	const struct tree *tree = *state;

	assert_int_equal(block_dir_read(&tree->fs, "dir", &list), -ENOENT);
	tree_text(tree, "dir", "a file");
	assert_int_equal(block_dir_read(&tree->fs, "dir", &list), -ENOTDIR);
	assert_int_equal(list.n, 7);
}

static void test_no_memory(void **state)
{
	struct block_list list = { NULL, 7 };
	const struct tree *tree = *state;

	tree_add(tree, nodes);
	for (unsigned served = 0; served < 2; served++) {
		scarce_after(served);
		assert_int_equal(block_dir_read(&tree->fs, "dir", &list), -ENOMEM);
		assert_int_equal(scarce_end(), 1);
		assert_int_equal(list.n, 7);
	}
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("blocks are listed ascending, other names are not", test_names),
		TREE_TEST("an empty directory has none", test_empty),
		TREE_TEST("a directory that is not there is told", test_missing),
		TREE_TEST("without memory nothing is handed out", test_no_memory),
	};

	return cmocka_run_group_tests_name("block_dir", tests, NULL, NULL);
}
