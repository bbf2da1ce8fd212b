/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of a block that was to be onlined. The kernel's part is played by write(2) below. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "apply.h"
#include "tree.h"

#define BLOCK "sys/devices/system/memory/memory32/"

/* What the kernel does with the next write of a state. */
static struct {
	const struct tree *tree;   /* NULL: nobody writes a state */
	char word[32];		   /* what was written */
	const char *state, *zones; /* the files afterwards; NULL: not there any more */
	int error;
} kernel;

/* Takes the place of libc's, in the code under test as well. */
ssize_t write(int fd, const void *text, size_t size)
{
	const struct tree *tree = kernel.tree;

	if (!tree || fd <= STDERR_FILENO)
		return syscall(SYS_write, fd, text, size);
	kernel.tree = NULL; /* the files are written with write(2) as well */
	(void)snprintf(kernel.word, sizeof(kernel.word), "%.*s", (int)size, (const char *)text);
	tree_drop(tree, BLOCK);
	if (kernel.state)
		tree_text(tree, BLOCK "state", kernel.state);
	if (kernel.zones)
		tree_text(tree, BLOCK "valid_zones", kernel.zones);
	errno = -kernel.error;
	return kernel.error < 0 ? -1 : (ssize_t)size;
}

struct row {
	const char *name;
	enum zone zone;
	const char *word, *state, *zones;
	int error; /* of the write */
	enum apply_result result;
	enum block_zone result_zone;
	int result_error;
};

static void check(const struct tree *tree, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct applied applied;

		tree_text(tree, BLOCK "state", "offline\n");
		kernel.tree = tree;
		kernel.state = row->state;
		kernel.zones = row->zones;
		kernel.error = row->error;
		applied = apply_online(&tree->fs, 32, row->zone);
		assert_null(kernel.tree);
		if (row->word && strcmp(kernel.word, row->word) != 0)
			fail_msg("%s: wrote %s", row->name, kernel.word);
		if (applied.result != row->result || applied.zone != row->result_zone ||
		    applied.error != row->result_error)
			fail_msg("%s: result %d, zone %d, error %d", row->name, (int)applied.result,
				 (int)applied.zone, applied.error);
	}
}

#define CHECK(state, rows) check(*(state), rows, ARRAY_SIZE(rows))

static void test_done(void **state)
{
	static const struct row rows[] = {
		{ "movable", ZONE_MOVABLE, "online_movable", "online\n", "Movable\n", 0, APPLY_DONE,
		  BLOCK_ZONE_MOVABLE, 0 },
		{ "kernel", ZONE_KERNEL, "online_kernel", "online\n", "Normal\n", 0, APPLY_DONE,
		  BLOCK_ZONE_KERNEL, 0 },
		{ "the kernel's choice", ZONE_ONLINE, "online", "online\n", "Movable\n", 0,
		  APPLY_DONE, BLOCK_ZONE_MOVABLE, 0 },
		{ "a zone that is not told", ZONE_MOVABLE, "online_movable", "online\n", NULL, 0,
		  APPLY_DONE, BLOCK_ZONE_NONE, 0 },
	};

	CHECK(state, rows);
}

static void test_foreign(void **state)
{
	static const struct row rows[] = {
		{ "in our zone", ZONE_MOVABLE, NULL, "online\n", "Movable\n", -EINVAL,
		  APPLY_FOREIGN, BLOCK_ZONE_MOVABLE, 0 },
		{ "in another zone", ZONE_MOVABLE, NULL, "online\n", "Normal\n", -EINVAL,
		  APPLY_FOREIGN, BLOCK_ZONE_KERNEL, 0 },
		{ "refused, and online all the same", ZONE_KERNEL, NULL, "online\n", "Normal\n",
		  -EPERM, APPLY_FOREIGN, BLOCK_ZONE_KERNEL, 0 },
		{ "taken offline again", ZONE_MOVABLE, NULL, "offline\n", "Normal Movable\n", 0,
		  APPLY_FOREIGN, BLOCK_ZONE_NONE, 0 },
		{ "being taken offline again", ZONE_MOVABLE, NULL, "going-offline\n", "Movable\n",
		  0, APPLY_FOREIGN, BLOCK_ZONE_NONE, 0 },
	};

	CHECK(state, rows);
}

static void test_gone(void **state)
{
	static const struct row rows[] = {
		{ "during the write", ZONE_MOVABLE, NULL, NULL, NULL, -ENODEV, APPLY_GONE,
		  BLOCK_ZONE_NONE, 0 },
		{ "after the write", ZONE_MOVABLE, NULL, NULL, NULL, 0, APPLY_GONE, BLOCK_ZONE_NONE,
		  0 },
		{ "after a refusal", ZONE_MOVABLE, NULL, NULL, NULL, -ENOMEM, APPLY_GONE,
		  BLOCK_ZONE_NONE, 0 },
	};

	CHECK(state, rows);
}

static void test_retry(void **state)
{
	static const int errors[] = { -ENOMEM, -EPERM, -EBUSY, -EIO, -EINVAL, -ENODEV, -ENOENT };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		const struct row row = { "may pass",  ZONE_MOVABLE,	  NULL,
					 "offline\n", "Normal Movable\n", errors[i],
					 APPLY_RETRY, BLOCK_ZONE_NONE,	  errors[i] };

		check(*state, &row, 1);
	}
}

static void test_failed(void **state)
{
	static const int errors[] = { -EHWPOISON, -EACCES, -EROFS };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		const struct row row = { "for good",   ZONE_MOVABLE,	   NULL,
					 "offline\n",  "Normal Movable\n", errors[i],
					 APPLY_FAILED, BLOCK_ZONE_NONE,	   errors[i] };

		check(*state, &row, 1);
	}
}

/* Without the kernel's part: a file keeps the word that was written. */
static void test_files(void **state)
{
	static const struct {
		enum zone zone;
		const char *word;
	} rows[] = { { ZONE_KERNEL, "online_kernel" },
		     { ZONE_MOVABLE, "online_movable" },
		     { ZONE_ONLINE, "online" } };
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = NULL;

		tree_text(tree, BLOCK "state", "");
		assert_int_equal(apply_online(&tree->fs, 32, rows[i].zone).error, 0);
		text = tree_read(tree, BLOCK "state");
		assert_non_null(text);
		assert_string_equal(text, rows[i].word);
	}
}

static void test_missing(void **state)
{
	const struct tree *tree = *state;

	assert_int_equal(apply_online(&tree->fs, 32, ZONE_MOVABLE).result, APPLY_GONE);
	tree_dir(tree, BLOCK);
	assert_int_equal(apply_online(&tree->fs, 32, ZONE_MOVABLE).result, APPLY_GONE);
	tree_link(tree, BLOCK "state", "nowhere");
	assert_int_equal(apply_online(&tree->fs, 32, ZONE_MOVABLE).result, APPLY_GONE);
	assert_false(tree_has(tree, BLOCK "nowhere")); /* nothing is made there */
}

static void test_other_blocks(void **state)
{
	const struct tree *tree = *state;
	_cleanup_free_ char *text = NULL;

	tree_text(tree, BLOCK "state", "offline\n");
	assert_int_equal(apply_online(&tree->fs, 3, ZONE_MOVABLE).result, APPLY_GONE);
	text = tree_read(tree, BLOCK "state");
	assert_non_null(text);
	assert_string_equal(text, "offline\n");
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a block that is online by our write is done", test_done),
		TREE_TEST("a block that somebody else turned on or off is theirs", test_foreign),
		TREE_TEST("a block that went away is no error", test_gone),
		TREE_TEST("a refusal that may pass is tried again", test_retry),
		TREE_TEST("a refusal for good is not", test_failed),
		TREE_TEST("the word for the zone is written at once", test_files),
		TREE_TEST("a block that was never there is gone", test_missing),
		TREE_TEST("no other block is touched", test_other_blocks),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
