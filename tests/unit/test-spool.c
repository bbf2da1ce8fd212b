/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks that wait, and who sees to them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "scarce.h"
#include "spool.h"
#include "tree.h"

#define PENDING "run/memhp/pending"
#define TAKEN "run/memhp/taken"
#define HELD "run/memhp/held"

static const char *cannot_be_made; /* the name of a directory; NULL: all can */

/* Takes the place of libc's, in the code under test as well. */
int mkdirat(int dir, const char *path, mode_t mode)
{
	if (cannot_be_made && strcmp(path, cannot_be_made) == 0) {
		errno = ENOSPC;
		return -1;
	}
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

static struct spool open_spool(const struct tree *tree)
{
	struct spool spool;

	assert_int_equal(spool_open(&tree->fs, &spool), 0);
	return spool;
}

static void drop(const struct spool *spool, const uint64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(spool_drop(spool, ids[i]), 0);
}

static void assert_taken(const struct tree *tree, struct spool *spool, const uint64_t *ids,
			 size_t n)
{
	struct block_list list;

	assert_int_equal(spool_take(&tree->fs, spool, &list), 0);
	assert_int_equal(list.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(list.ids[i], ids[i]);
	block_list_done(&list);
}

static unsigned mode_of(const struct tree *tree, const char *path)
{
	struct stat st;
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", tree->root, path);
	assert_int_equal(stat(full, &st), 0);
	return st.st_mode & 0777;
}

static void test_open(void **state)
{
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree), again;

	assert_true(spool.pending >= 0);
	assert_int_equal(spool.taken, -1);
	assert_int_equal(mode_of(tree, PENDING), 0700);
	again = open_spool(tree); /* it is there now */
	spool_close(&again);
	assert_int_equal(again.pending, -1);
	spool_close(&spool);
	spool_close(&spool);
}

static void test_broken_run(void **state)
{
	static const struct {
		const char *name;
		struct tree_node nodes[3];
		int result;
	} rows[] = {
		{ "a file above it", { { "run/memhp", "" } }, -ENOTDIR },
		{ "a link to nowhere above it", { { "run", "-> nowhere" } }, -ENOENT },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spool spool = { 77, 78 };
		int r;

		tree_drop(tree, "run");
		tree_add(tree, rows[i].nodes);
		r = spool_open(&tree->fs, &spool);
		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].name, r);
		assert_int_equal(spool.pending, 77);
		assert_int_equal(spool.taken, 78);
	}
}

static void test_not_in_force(void **state)
{
	const struct tree *tree = *state;
	struct spool spool;

	tree_drop(tree, "run/memhp");
	assert_int_equal(spool_open(&tree->fs, &spool), -ENOENT);
	assert_false(tree_has(tree, "run/memhp"));
}

static void test_take(void **state)
{
	static const uint64_t dropped[] = { 100, 9, UINT64_MAX, 0, 9, 10 };
	static const uint64_t expected[] = { 0, 9, 10, 100, UINT64_MAX };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	assert_taken(tree, &spool, NULL, 0);
	assert_int_equal(mode_of(tree, TAKEN), 0700);
	drop(&spool, dropped, ARRAY_SIZE(dropped));
	assert_int_equal(tree_count(tree, PENDING), ARRAY_SIZE(expected));
	assert_true(tree_has(tree, PENDING "/memory100"));
	assert_taken(tree, &spool, expected, ARRAY_SIZE(expected));
	assert_int_equal(tree_count(tree, PENDING), 0);
	assert_int_equal(tree_count(tree, TAKEN), ARRAY_SIZE(expected));
	spool_close(&spool);
}

static void test_other_names(void **state)
{
	static const struct tree_node nodes[] = {
		{ PENDING "/memory", "" },
		{ PENDING "/memory01", "" },
		{ PENDING "/memory1.tmp", "" },
		{ PENDING "/-rf", "" },
		{ PENDING "/memory18446744073709551616", "" },
		{ PENDING "/memory5", "" },
		{ TAKEN "/what is this", "" },
		{ TAKEN "/memory05", "" },
		{ HELD "/memory-1", "" },
		{ NULL, NULL },
	};
	static const uint64_t expected[] = { 5 };
	const struct tree *tree = *state;
	struct spool spool;

	tree_add(tree, nodes);
	spool = open_spool(tree);
	assert_taken(tree, &spool, expected, ARRAY_SIZE(expected));
	assert_int_equal(tree_count(tree, PENDING), 0);
	assert_int_equal(tree_count(tree, TAKEN), 1);
	spool_close(&spool);
}

/* Empty or not, where a name is to be as well. */
static void test_directories(void **state)
{
	static const char *const dirs[] = { PENDING, TAKEN, HELD };
	static const uint64_t ids[] = { 5 };
	const struct tree *tree = *state;

	for (size_t i = 0; i < 2 * ARRAY_SIZE(dirs); i++) {
		char path[64];
		struct spool spool = open_spool(tree);

		(void)snprintf(path, sizeof(path), "%s/memory5%s", dirs[i / 2],
			       i % 2 ? "/precious" : "");
		tree_dir(tree, path);
		(void)snprintf(path, sizeof(path), "%s/directory", dirs[i / 2]);
		tree_dir(tree, path);
		assert_int_equal(spool_has_pending(&tree->fs), 0);
		drop(&spool, ids, ARRAY_SIZE(ids));
		assert_int_equal(spool_has_pending(&tree->fs), 1);
		assert_taken(tree, &spool, ids, ARRAY_SIZE(ids));
		assert_int_equal(spool_hold(&spool, 5), 0);
		assert_int_equal(spool_keep_held(&tree->fs, &spool), 0);
		assert_int_equal(spool_settle(&spool, 5), 0);
		assert_taken(tree, &spool, NULL, 0);
		(void)snprintf(path, sizeof(path), "%s/.memory5/precious", dirs[i / 2]);
		assert_int_equal(tree_has(tree, path), i % 2);
		assert_int_equal(tree_count(tree, PENDING) + tree_count(tree, TAKEN) +
					 tree_count(tree, HELD),
				 i % 2);
		spool_close(&spool);
		tree_drop(tree, "run");
		tree_dir(tree, "run/memhp");
	}
}

static void test_settle(void **state)
{
	static const uint64_t dropped[] = { 1, 2, 3 }, left[] = { 1, 3 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	drop(&spool, dropped, ARRAY_SIZE(dropped));
	assert_taken(tree, &spool, dropped, ARRAY_SIZE(dropped));
	assert_int_equal(spool_settle(&spool, 2), 0);
	assert_int_equal(spool_settle(&spool, 2), 0);
	assert_int_equal(spool_settle(&spool, 77), 0);
	assert_taken(tree, &spool, left, ARRAY_SIZE(left));
	spool_close(&spool);
}

static void test_not_taken_yet(void **state)
{
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	assert_int_equal(spool_settle(&spool, 1), -EBADF);
	spool_close(&spool);
}

static void test_again(void **state)
{
	static const uint64_t ids[] = { 4 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	drop(&spool, ids, 1);
	assert_taken(tree, &spool, ids, 1);
	drop(&spool, ids, 1); /* unplugged and plugged in again while the leader is at work */
	assert_int_equal(spool_settle(&spool, 4), 0);
	assert_int_equal(spool_has_pending(&tree->fs), 1);
	assert_taken(tree, &spool, ids, 1);

	drop(&spool, ids, 1);
	assert_taken(tree, &spool, ids, 1); /* twice, and still one */
	assert_int_equal(tree_count(tree, PENDING), 0);
	assert_int_equal(spool_settle(&spool, 4), 0);
	assert_taken(tree, &spool, NULL, 0);
	spool_close(&spool);
}

static void test_dead_leader(void **state)
{
	static const uint64_t first[] = { 7, 8 }, second[] = { 5, 7 }, all[] = { 5, 7, 8 };
	const struct tree *tree = *state;
	struct spool dead = open_spool(tree), next;

	assert_int_equal(spool_try_lock(&dead), 1);
	drop(&dead, first, ARRAY_SIZE(first));
	assert_taken(tree, &dead, first, ARRAY_SIZE(first));
	spool_close(&dead); /* as the kernel does for a process that was killed */

	next = open_spool(tree);
	assert_int_equal(spool_try_lock(&next), 1);
	drop(&next, second, ARRAY_SIZE(second));
	assert_taken(tree, &next, all, ARRAY_SIZE(all));
	spool_close(&next);
}

static void test_hold(void **state)
{
	static const uint64_t held[] = { 1, 2, 3 }, kept[] = { 1, 3 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree), next;

	assert_false(spool_can_hold(&spool));
	assert_taken(tree, &spool, NULL, 0);
	assert_true(spool_can_hold(&spool));
	assert_int_equal(mode_of(tree, HELD), 0700);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		assert_int_equal(spool_hold(&spool, held[i]), 0);
	assert_int_equal(spool_has_pending(&tree->fs), 0);
	assert_int_equal(spool_release(&spool, 2), 0);
	assert_int_equal(spool_release(&spool, 2), 0);
	assert_false(tree_has(tree, HELD "/memory2"));
	spool_close(&spool); /* it died */

	next = open_spool(tree);
	assert_taken(tree, &next, kept, ARRAY_SIZE(kept));
	assert_int_equal(tree_count(tree, HELD), 0);
	assert_int_equal(spool_hold(&next, 9), 0);
	assert_int_equal(spool_keep_held(&tree->fs, &next), 0);
	assert_int_equal(tree_count(tree, HELD), 0);
	assert_true(tree_has(tree, TAKEN "/memory9"));
	spool_close(&next);
}

static void test_nothing_to_hold_with(void **state)
{
	static const struct tree_node nodes[] = { { PENDING, NULL },
						  { TAKEN "/memory5", "" },
						  { NULL, NULL } };
	static const uint64_t taken[] = { 5 };
	const struct tree *tree = *state;
	struct spool spool;

	tree_add(tree, nodes);
	spool = open_spool(tree);
	cannot_be_made = strrchr(HELD, '/') + 1;
	assert_taken(tree, &spool, taken, ARRAY_SIZE(taken));
	cannot_be_made = NULL;
	assert_false(spool_can_hold(&spool));
	spool_close(&spool);
}

/* What has the name of a directory of the spool, a link in particular, gives way to it. */
static void test_no_directories(void **state)
{
	static const char *const names[] = { PENDING, TAKEN, HELD };
	static const uint64_t ids[] = { 5 };
	const struct tree *tree = *state;

	for (size_t i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		const char *name = names[i / 2];
		struct spool spool;

		tree_text(tree, "run/elsewhere/memory7", "");
		if (i % 2 == 0)
			tree_text(tree, name, "");
		else
			tree_link(tree, name, "../elsewhere");
		spool = open_spool(tree);
		drop(&spool, ids, ARRAY_SIZE(ids));
		assert_taken(tree, &spool, ids, ARRAY_SIZE(ids));
		assert_true(spool_can_hold(&spool));
		assert_int_equal(mode_of(tree, name), 0700);
		assert_int_equal(tree_count(tree, "run/elsewhere"), 1);
		spool_close(&spool);
		tree_drop(tree, "run");
		tree_dir(tree, "run/memhp");
	}
}

static void test_pending(void **state)
{
	static const uint64_t ids[] = { 3 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	assert_int_equal(spool_has_pending(&tree->fs), 0);
	tree_text(tree, PENDING "/memory03", "");
	assert_int_equal(spool_has_pending(&tree->fs), 0);
	drop(&spool, ids, 1);
	assert_int_equal(spool_has_pending(&tree->fs), 1);
	assert_taken(tree, &spool, ids, 1);
	assert_int_equal(spool_has_pending(&tree->fs), 0);
	spool_close(&spool);
	tree_drop(tree, PENDING);
	assert_int_equal(spool_has_pending(&tree->fs), -ENOENT);
}

static void test_lock(void **state)
{
	const struct tree *tree = *state;
	struct spool one = open_spool(tree), two = open_spool(tree);

	assert_int_equal(spool_try_lock(&one), 1);
	assert_int_equal(spool_try_lock(&two), 0);
	assert_int_equal(spool_try_lock(&one), 1); /* it is ours already */
	assert_int_equal(spool_unlock(&one), 0);
	assert_int_equal(spool_try_lock(&two), 1);
	assert_int_equal(spool_try_lock(&one), 0);
	spool_close(&two); /* gives it back */
	assert_int_equal(spool_wait_lock(&one), 0);
	spool_close(&one);
	assert_int_equal(spool_try_lock(&one), -EBADF);
	assert_int_equal(spool_wait_lock(&one), -EBADF);
	assert_int_equal(spool_unlock(&one), -EBADF);
}

static void test_lock_for(void **state)
{
	const struct tree *tree = *state;
	struct spool one = open_spool(tree), two = open_spool(tree);

	assert_int_equal(spool_wait_lock_for(&one, 0), 1);
	assert_int_equal(spool_wait_lock_for(&two, 0), 0);
	assert_int_equal(spool_wait_lock_for(&two, 50), 0);
	assert_int_equal(spool_unlock(&one), 0);
	assert_int_equal(spool_wait_lock_for(&two, UINT64_MAX), 1);
	spool_close(&two);
	spool_close(&one);
	assert_int_equal(spool_wait_lock_for(&one, UINT64_MAX), -EBADF);
}

static void test_yield(void **state)
{
	const struct tree *tree = *state;
	struct spool one = open_spool(tree), two = open_spool(tree);

	assert_int_equal(spool_try_lock(&one), 1);
	assert_int_equal(spool_yield(&tree->fs, &one), 0);
	assert_int_equal(spool_try_lock(&two), 1); /* it was given back */
	assert_int_equal(spool_drop(&two, 3), 0);
	assert_int_equal(spool_yield(&tree->fs, &two), 1);
	assert_int_equal(spool_yield(&tree->fs, &one), 0); /* it is somebody else's */
	spool_close(&two);
	spool_close(&one);
	assert_int_equal(spool_yield(&tree->fs, &one), -EBADF);
}

static void test_dismiss(void **state)
{
	static const uint64_t ids[] = { 1, 2 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree), other = open_spool(tree);

	assert_int_equal(spool_try_lock(&spool), 1);
	drop(&spool, ids, ARRAY_SIZE(ids));
	tree_text(tree, TAKEN "/memory3", "");
	tree_text(tree, HELD "/memory4", "");
	tree_text(tree, HELD "/x", "");
	assert_int_equal(spool_dismiss(&tree->fs, &spool), 0);
	assert_int_equal(
		tree_count(tree, PENDING) + tree_count(tree, TAKEN) + tree_count(tree, HELD), 0);
	assert_int_equal(spool_try_lock(&other), 1);
	spool_close(&other);
	spool_close(&spool);
}

/* Exits with 0 when somebody else has the lock, and after that waits for it. */
static void second_process(const struct tree *tree, int tell)
{
	struct spool spool;

	if (spool_open(&tree->fs, &spool) < 0 || spool_try_lock(&spool) != 0 ||
	    write(tell, "x", 1) != 1)
		_exit(1);
	if (spool_wait_lock(&spool) < 0)
		_exit(2);
	_exit(spool_has_pending(&tree->fs) == 1 ?
		      0 :
		      3); /* what the first one dropped before it unlocked */
}

static void test_lock_of_process(void **state)
{
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);
	int tell[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(spool_try_lock(&spool), 1);
	assert_int_equal(pipe(tell), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		second_process(tree, tell[1]);
	(void)close(tell[1]);
	assert_int_equal(read(tell[0], &byte, 1), 1);
	(void)close(tell[0]);
	assert_int_equal(spool_drop(&spool, 12), 0);
	assert_int_equal(spool_unlock(&spool), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	spool_close(&spool);
}

static void test_other_lock(void **state)
{
	const struct tree *tree = *state;
	struct spool one = { 77, 78 }, two;

	assert_int_equal(spool_open_lock(&tree->fs, &one), -ENOENT);
	assert_int_equal(one.pending, 77);
	tree_dir(tree, "sys/devices/system/memory");
	assert_int_equal(spool_open_lock(&tree->fs, &one), 0);
	assert_int_equal(spool_open_lock(&tree->fs, &two), 0);
	assert_int_equal(one.taken, -1);
	assert_int_equal(spool_try_lock(&one), 1);
	assert_int_equal(spool_try_lock(&two), 0);
	spool_close(&one);
	spool_close(&two);
	assert_false(tree_has(tree, PENDING));
}

static void test_drop_errors(void **state)
{
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);

	tree_link(tree, PENDING "/memory1", "/dev/null"); /* must not be followed */
	assert_int_equal(spool_drop(&spool, 1), -ELOOP);
	tree_drop(tree, PENDING);
	assert_int_equal(spool_drop(&spool, 3), -ENOENT);
	spool_close(&spool);
}

static void test_take_errors(void **state)
{
	static const struct {
		const char *name;
		struct tree_node nodes[4];
		int result;
	} rows[] = {
		{ "a directory in the way that cannot be moved either",
		  { { PENDING "/memory1", "" },
		    { TAKEN "/memory1/x", "" },
		    { TAKEN "/.memory1/x", "" } },
		  -EISDIR },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct block_list list = { NULL, 77 };
		struct spool spool;
		int r;

		tree_add(tree, rows[i].nodes);
		spool = open_spool(tree);
		r = spool_take(&tree->fs, &spool, &list);
		if (r != rows[i].result || list.n != 77)
			fail_msg("%s: %d", rows[i].name, r);
		spool_close(&spool);
		tree_drop(tree, "run");
	}
}

static void test_pending_gone(void **state)
{
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);
	struct block_list list = { NULL, 77 };

	assert_taken(tree, &spool, NULL, 0);
	tree_drop(tree, TAKEN);
	assert_int_equal(spool_take(&tree->fs, &spool, &list), -ENOENT);
	tree_drop(tree, PENDING);
	assert_int_equal(spool_take(&tree->fs, &spool, &list), -ENOENT);
	assert_int_equal(list.n, 77);
	spool_close(&spool);
}

static void test_no_memory(void **state)
{
	static const uint64_t ids[] = { 1, 2, 3 };
	const struct tree *tree = *state;
	struct spool spool = open_spool(tree);
	struct block_list list = { NULL, 77 };

	drop(&spool, ids, ARRAY_SIZE(ids));
	for (unsigned served = 0; served < 3; served++) {
		scarce_after(served);
		assert_int_equal(spool_take(&tree->fs, &spool, &list), -ENOMEM);
		assert_int_equal(scarce_end(), 1);
		assert_int_equal(list.n, 77);
	}
	assert_taken(tree, &spool, ids, ARRAY_SIZE(ids)); /* none is lost */
	spool_close(&spool);
}

#define TREE_TEST(name, fn)                                        \
	{                                                          \
		name, fn, tree_setup_in_force, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("the spool is made where it is missing, for root alone", test_open),
		TREE_TEST("a spool that cannot be made is none", test_broken_run),
		TREE_TEST("where memhp is not in force there is no spool, and none is made",
			  test_not_in_force),
		TREE_TEST("what was dropped is taken, ascending and once", test_take),
		TREE_TEST("names that are no blocks are removed", test_other_names),
		TREE_TEST("directories are in nobody's way", test_directories),
		TREE_TEST("a settled block is not taken again", test_settle),
		TREE_TEST("nothing can be settled before it was taken", test_not_taken_yet),
		TREE_TEST("a block that is dropped again while it is taken is taken again",
			  test_again),
		TREE_TEST("what a dead leader left is taken", test_dead_leader),
		TREE_TEST("what is held is taken when its leader is gone", test_hold),
		TREE_TEST("without a directory of its own nothing is held",
			  test_nothing_to_hold_with),
		TREE_TEST("what is no directory gives way to one", test_no_directories),
		TREE_TEST("a block that came later is pending", test_pending),
		TREE_TEST("one descriptor alone has the lock", test_lock),
		TREE_TEST("waiting for the lock ends in time", test_lock_for),
		TREE_TEST("who gives the lock back has it again if something is pending",
			  test_yield),
		TREE_TEST("where nothing needs us the spool is emptied", test_dismiss),
		TREE_TEST("another process waits for the lock", test_lock_of_process),
		TREE_TEST("a lock can be had without /run", test_other_lock),
		TREE_TEST("a drop that fails is told", test_drop_errors),
		TREE_TEST("a broken spool gives nothing", test_take_errors),
		TREE_TEST("a spool that went away is told", test_pending_gone),
		TREE_TEST("without memory no block is lost", test_no_memory),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
