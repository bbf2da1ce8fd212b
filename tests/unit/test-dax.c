/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When all of a dax device has become memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dax.h"
#include "tree.h"

#define DAX "sys/bus/dax/devices/dax0.0/"
#define MIB(n) (UINT64_C(n) << 20)

static void test_read(void **state)
{
	static const struct {
		const char *text;
		enum dax_state state;
	} rows[] = {
		{ "offline\n", DAX_STATE_OFFLINE },
		{ "online\n", DAX_STATE_ONLINE },
		{ "online_kernel\n", DAX_STATE_ONLINE_KERNEL },
		{ "online_movable\n", DAX_STATE_ONLINE_MOVABLE },
		{ "unplugged\n", DAX_STATE_UNPLUGGED },
		{ "something new\n", DAX_STATE_OTHER },
		{ "unknown\n", DAX_STATE_OTHER },
	};
	const struct group group = { .provider = PROVIDER_CXL, .name = "dax0.0" };
	const struct group dimm = { .provider = PROVIDER_DIMM, .name = "dax0.0" };
	const struct tree *tree = *state;

	assert_int_equal(dax_read(&tree->fs, &group).size, 0);
	assert_int_equal(dax_read(&tree->fs, &group).state, DAX_STATE_NONE);
	assert_null(dax_state_name(DAX_STATE_NONE));
	tree_text(tree, DAX "size", "536870912\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dax dax;

		tree_text(tree, DAX "state", rows[i].text);
		dax = dax_read(&tree->fs, &group);
		assert_int_equal(dax.size, MIB(512));
		assert_int_equal(dax.state, rows[i].state);
		if (dax.state != DAX_STATE_OTHER)
			assert_true(
				str_eq(str_trim(str_of(rows[i].text)), dax_state_name(dax.state)));
	}
	assert_int_equal(dax_read(&tree->fs, &dimm).size, 0);
	assert_int_equal(dax_read(&tree->fs, &dimm).state, DAX_STATE_NONE);
}

static void test_complete(void **state)
{
	/* A block has 128 MiB, 0x8000000. */
	static const struct {
		const char *iomem;
		uint64_t size, n_blocks;
		enum dax_state state;
		bool is_complete;
	} rows[] = {
		{ "100000000-11fffffff : dax0.0\n", MIB(512), 4, DAX_STATE_NONE, true },
		{ "100000000-11fffffff : dax0.0\n", MIB(512), 3, DAX_STATE_NONE, false },
		{ "100000000-11fffffff : dax0.0\n", MIB(512), 4, DAX_STATE_OFFLINE, true },
		{ "100000000-11fffffff : dax0.0\n", MIB(512), 4, DAX_STATE_UNPLUGGED, false },
		{ "100000000-11fffffff : dax0.0\n", 0, 1, DAX_STATE_NONE, true },
		{ "100000000-11fffffff : dax1.0\n", MIB(512), 1, DAX_STATE_NONE, true },
		/* Its second range is not there yet, or just now. */
		{ "100000000-11fffffff : dax0.0\n", MIB(1024), 4, DAX_STATE_NONE, false },
		{ "100000000-11fffffff : dax0.0\n140000000-15fffffff : dax0.0\n", MIB(1024), 7,
		  DAX_STATE_NONE, false },
		{ "100000000-11fffffff : dax0.0\n140000000-15fffffff : dax0.0\n", MIB(1024), 8,
		  DAX_STATE_NONE, true },
		/* The driver of the device has an entry as well, around that of kmem. */
		{ "100000000-11fffffff : dax0.0\n  100000000-11fffffff : dax0.0\n", MIB(512), 4,
		  DAX_STATE_NONE, true },
		/* Ends that are cut: in the entry, or only in the blocks. */
		{ "108000000-137ffffff : dax0.0\n", MIB(1006), 6, DAX_STATE_NONE, true },
		{ "102000000-13fffffff : dax0.0\n", MIB(992), 7, DAX_STATE_NONE, true },
		{ "102000000-13ffffffe : dax0.0\n", MIB(992), 6, DAX_STATE_NONE, true },
		{ "102000000-103ffffff : dax0.0\n", MIB(32), 0, DAX_STATE_NONE, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct group group = { .provider = PROVIDER_DAX,
					     .name = "dax0.0",
					     .n_blocks = rows[i].n_blocks };
		const struct dax dax = { .size = rows[i].size, .state = rows[i].state };
		_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };

		assert_int_equal(iomem_parse(&iomem, str_of(rows[i].iomem)), 0);
		if (dax_is_complete(&dax, &group, &iomem, MIB(128)) != rows[i].is_complete)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "size and state are read of dax devices only", test_read, tree_setup,
		  tree_teardown, NULL },
		{ "a device is complete when all its ranges have their blocks", test_complete, NULL,
		  NULL, NULL },
	};

	return cmocka_run_group_tests_name("dax", tests, NULL, NULL);
}
