/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's parameters in a tree: in which order they are set, and that they come back. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "kernel_onlining.h"
#include "random.h"
#include "tree.h"

#define PARAMETERS "sys/module/memory_hotplug/parameters/"
#define RATIO PARAMETERS "auto_movable_ratio"
#define NUMA_AWARE PARAMETERS "auto_movable_numa_aware"
#define POLICY PARAMETERS "online_policy"
#define AUTO_ONLINE "sys/devices/system/memory/auto_online_blocks"
#define SAVED "run/memhp/saved"

/* What was written to parameters, as " name=value" each, and what is refused. */
static char writes[1024];
static const char *refused, *ignored;

/* As an attribute, a file has the last value that was written and nothing of the one before. */
ssize_t write(int fd, const void *buf, size_t size)
{
	char link[64], path[PATH_MAX];
	const char *name;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	if (!strstr(path, "/" PARAMETERS) && !strstr(path, "/" AUTO_ONLINE))
		return syscall(SYS_write, fd, buf, size);
	name = strrchr(path, '/') + 1;
	(void)snprintf(writes + strlen(writes), sizeof(writes) - strlen(writes), " %s=%.*s", name,
		       (int)size, (const char *)buf);
	if (refused && strcmp(name, refused) == 0) {
		errno = EINVAL;
		return -1;
	}
	if (ignored && strcmp(name, ignored) == 0)
		return (ssize_t)size;
	if (ftruncate(fd, 0) < 0)
		return -1;
	return syscall(SYS_write, fd, buf, size);
}

static char messages[1024];

static void keep(void *userdata, const char *message)
{
	assert_ptr_equal(userdata, messages);
	(void)snprintf(messages + strlen(messages), sizeof(messages) - strlen(messages), "%s\n",
		       message);
}

static void forget(void)
{
	writes[0] = messages[0] = '\0';
	refused = ignored = NULL;
}

static void set_parameters(const struct tree *tree, const char *policy, const char *ratio,
			   const char *numa_aware, const char *auto_online)
{
	tree_text(tree, POLICY, policy);
	tree_text(tree, RATIO, ratio);
	tree_text(tree, NUMA_AWARE, numa_aware);
	tree_text(tree, AUTO_ONLINE, auto_online);
	forget();
}

/* As they are on most machines. */
static void set_defaults(const struct tree *tree)
{
	set_parameters(tree, "contig-zones\n", "301\n", "Y\n", "online\n");
}

static void check_one(const struct tree *tree, const char *path, const char *expected)
{
	char now[64];

	assert_int_equal(sysfs_read(&tree->fs, now, sizeof(now), "%s", path), 0);
	assert_string_equal(now, expected);
}

static void check_parameters(const struct tree *tree, const char *policy, const char *ratio,
			     const char *numa_aware, const char *auto_online)
{
	check_one(tree, POLICY, policy);
	check_one(tree, RATIO, ratio);
	check_one(tree, NUMA_AWARE, numa_aware);
	check_one(tree, AUTO_ONLINE, auto_online);
}

static struct policy policy_of(uint64_t ratio, bool numa_aware)
{
	struct policy policy = policy_default();

	policy.movable_ratio = ratio;
	policy.numa_aware = numa_aware;
	return policy;
}

static int stop(const struct tree *tree)
{
	return kernel_onlining_stop(&tree->fs, keep, messages);
}

static int delegate(const struct tree *tree, uint64_t ratio, bool numa_aware)
{
	struct policy policy = policy_of(ratio, numa_aware);

	return kernel_onlining_delegate(&tree->fs, &policy, keep, messages);
}

static int restore(const struct tree *tree)
{
	return kernel_onlining_restore(&tree->fs, keep, messages);
}

static void test_order(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	assert_int_equal(delegate(tree, 100, false), 0);
	assert_string_equal(writes, " auto_online_blocks=offline auto_movable_ratio=100"
				    " auto_movable_numa_aware=N online_policy=auto-movable"
				    " auto_online_blocks=online");
	check_parameters(tree, "auto-movable", "100", "N", "online");
	assert_true(kernel_onlining_is_set(&tree->fs));
	forget();
	assert_int_equal(restore(tree), 0);
	assert_string_equal(writes, " auto_online_blocks=offline online_policy=contig-zones"
				    " auto_movable_numa_aware=Y auto_movable_ratio=301"
				    " auto_online_blocks=online");
	check_parameters(tree, "contig-zones", "301", "Y", "online");
	assert_false(tree_has(tree, SAVED));
	assert_false(kernel_onlining_is_set(&tree->fs));
	assert_string_equal(messages, "");
}

static void test_offline_before(void **state)
{
	const struct tree *tree = *state;

	set_parameters(tree, "contig-zones\n", "301\n", "Y\n", "offline\n");
	assert_int_equal(delegate(tree, 301, true), 0);
	assert_string_equal(writes, " online_policy=auto-movable auto_online_blocks=online");
	forget();
	assert_int_equal(restore(tree), 0);
	assert_string_equal(writes, " auto_online_blocks=offline online_policy=contig-zones");
}

static void test_again(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	assert_int_equal(delegate(tree, 100, true), 0);
	forget();
	assert_int_equal(delegate(tree, 100, true), 0);
	assert_string_equal(writes, "");
	/* Another ratio: not while memory may come online. */
	assert_int_equal(delegate(tree, 0, true), 0);
	assert_string_equal(writes, " auto_online_blocks=offline auto_movable_ratio=0"
				    " auto_online_blocks=online");
	assert_int_equal(delegate(tree, UINT32_MAX, true), 0);
	check_parameters(tree, "auto-movable", "4294967295", "Y", "online");
	assert_int_equal(restore(tree), 0);
	check_parameters(tree, "contig-zones", "301", "Y", "online");
}

/* In between the kernel onlines nothing, whatever it did before, and what that was is not forgotten. */
static void test_pause(void **state)
{
	static const char *const rows[] = { "online", "online_kernel", "online_movable" };
	const struct tree *tree = *state;
	char expected[128];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_parameters(tree, "contig-zones\n", "301\n", "Y\n", rows[i]);
		assert_int_equal(delegate(tree, 301, true), 0);
		forget();
		refused = "online_policy";
		assert_int_equal(restore(tree), -EINVAL);
		(void)snprintf(expected, sizeof(expected),
			       " auto_online_blocks=offline online_policy=contig-zones"
			       " auto_online_blocks=%s",
			       rows[i]);
		assert_string_equal(writes, expected);
		forget();
		assert_int_equal(restore(tree), 0);
		check_parameters(tree, "contig-zones", "301", "Y", rows[i]);
	}
}

/* Whoever changed what the kernel onlines means it, and by his word no policy is asked. */
static void test_pause_of_others(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	assert_int_equal(delegate(tree, 301, true), 0);
	tree_text(tree, AUTO_ONLINE, "online_movable\n");
	forget();
	assert_int_equal(restore(tree), 0);
	assert_string_equal(writes, " online_policy=contig-zones");
	check_one(tree, AUTO_ONLINE, "online_movable");
}

static void test_find_zone(void **state)
{
	static const struct {
		const char *value;
		bool found;
		enum zone zone;
	} rows[] = {
		{ "offline\n", false, ZONE_LEAVE },
		{ "online\n", true, ZONE_ONLINE },
		{ "online_kernel\n", true, ZONE_KERNEL },
		{ "online_movable\n", true, ZONE_MOVABLE },
	};
	const struct tree *tree = *state;
	enum zone zone = ZONE_LEAVE;

	assert_false(kernel_onlining_find_zone(&tree->fs, &zone));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		zone = ZONE_LEAVE;
		tree_text(tree, AUTO_ONLINE, rows[i].value);
		assert_int_equal(kernel_onlining_find_zone(&tree->fs, &zone), rows[i].found);
		assert_int_equal(zone, rows[i].zone);
	}
}

static void test_as_it_was(void **state)
{
	const struct tree *tree = *state;

	/* All as wanted, by the kernel's command line: kept all the same, for stop. */
	set_parameters(tree, "auto-movable\n", "301\n", "Y\n", "online\n");
	assert_int_equal(delegate(tree, 301, true), 0);
	assert_true(kernel_onlining_is_set(&tree->fs));
	forget();
	assert_int_equal(restore(tree), 0);
	assert_string_equal(writes, "");
	check_parameters(tree, "auto-movable", "301", "Y", "online");
	assert_false(tree_has(tree, SAVED));
}

static void test_stop(void **state)
{
	static const char *const rows[] = { "online", "online_kernel", "online_movable" };
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_parameters(tree, "contig-zones\n", "301\n", "Y\n", rows[i]);
		assert_int_equal(stop(tree), 0);
		assert_string_equal(writes, " auto_online_blocks=offline");
		assert_int_equal(stop(tree), 0);
		assert_string_equal(writes, " auto_online_blocks=offline");
		assert_int_equal(restore(tree), 0);
		check_parameters(tree, "contig-zones", "301", "Y", rows[i]);
	}
}

static void test_switch(void **state)
{
	const struct tree *tree = *state;

	set_parameters(tree, "contig-zones\n", "200\n", "N\n", "online_movable\n");
	assert_int_equal(stop(tree), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(delegate(tree, 100, true), 0);
		check_parameters(tree, "auto-movable", "100", "Y", "online");
		forget();
		assert_int_equal(stop(tree), 0);
		/* Nothing comes online by the policy that goes. */
		assert_string_equal(writes, " auto_online_blocks=offline online_policy=contig-zones"
					    " auto_movable_numa_aware=N auto_movable_ratio=200");
	}
	assert_int_equal(restore(tree), 0);
	check_parameters(tree, "contig-zones", "200", "N", "online_movable");
}

static void test_changed_since(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	assert_int_equal(delegate(tree, 100, true), 0);
	tree_text(tree, RATIO, "50\n");
	tree_text(tree, AUTO_ONLINE, "online_movable\n");
	assert_int_equal(restore(tree), 0);
	check_parameters(tree, "contig-zones", "50", "Y", "online_movable");
	assert_false(tree_has(tree, SAVED));
}

static void test_no_numa(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	tree_drop(tree, NUMA_AWARE);
	assert_int_equal(delegate(tree, 100, true), 0);
	forget();
	assert_int_equal(delegate(tree, 100, true), 0);
	assert_string_equal(writes, "");
	assert_int_equal(restore(tree), 0);
	assert_string_equal(messages, "");
	check_one(tree, RATIO, "301");
}

static void test_no_policy(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	tree_drop(tree, POLICY);
	assert_int_equal(delegate(tree, 100, false), -ENOENT);
	assert_string_equal(messages, "cannot read /" POLICY ": No such file or directory\n");
	check_one(tree, RATIO, "301");
	check_one(tree, NUMA_AWARE, "Y");
	check_one(tree, AUTO_ONLINE, "online");
	assert_false(kernel_onlining_is_set(&tree->fs));
}

static void test_refused(void **state)
{
	static const char *const names[] = { "auto_movable_ratio", "auto_movable_numa_aware",
					     "online_policy" };
	const struct tree *tree = *state;
	char expected[256];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		set_defaults(tree);
		refused = names[i];
		assert_int_equal(delegate(tree, 100, false), -EINVAL);
		(void)snprintf(expected, sizeof(expected), "cannot set /" PARAMETERS "%s to ",
			       names[i]);
		assert_memory_equal(messages, expected, strlen(expected));
		assert_non_null(strstr(messages, ": Invalid argument\n"));
		check_parameters(tree, "contig-zones", "301", "Y", "online");
		assert_false(kernel_onlining_is_set(&tree->fs));
	}
}

/* What has been set of a policy goes before the kernel onlines again. */
static void test_refused_order(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	refused = "online_policy";
	assert_int_equal(delegate(tree, 100, false), -EINVAL);
	assert_string_equal(writes, " auto_online_blocks=offline auto_movable_ratio=100"
				    " auto_movable_numa_aware=N online_policy=auto-movable"
				    " auto_movable_numa_aware=Y auto_movable_ratio=301"
				    " auto_online_blocks=online");
}

static void test_ignored(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	ignored = "auto_online_blocks";
	assert_int_equal(stop(tree), -EIO);
	assert_string_equal(messages, "/" AUTO_ONLINE " was set to offline, but it is online\n");
	forget();
	ignored = "online_policy";
	assert_int_equal(delegate(tree, 100, true), -EIO);
	assert_string_equal(messages, "/" POLICY " was set to auto-movable, but it is "
				      "contig-zones\n");
	check_parameters(tree, "contig-zones", "301", "Y", "online");
}

static void test_restore_goes_on(void **state)
{
	const struct tree *tree = *state;

	set_parameters(tree, "contig-zones\n", "301\n", "Y\n", "offline\n");
	assert_int_equal(delegate(tree, 100, false), 0);
	refused = "auto_online_blocks";
	assert_int_equal(restore(tree), -EINVAL);
	check_parameters(tree, "contig-zones", "301", "Y", "online");
	/* What it was is not forgotten. */
	forget();
	assert_int_equal(restore(tree), 0);
	check_parameters(tree, "contig-zones", "301", "Y", "offline");
}

static void test_damaged(void **state)
{
	static const char *const rows[] = { "", "online", "\n\n" };
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_defaults(tree);
		assert_int_equal(stop(tree), 0);
		tree_text(tree, SAVED "/auto_online_blocks", rows[i]);
		forget();
		assert_int_equal(restore(tree), -EBADMSG);
		assert_string_equal(messages, "cannot read /" SAVED "/auto_online_blocks: "
					      "Bad message\n");
		assert_string_equal(writes, "");
		tree_drop(tree, SAVED);
	}
}

static void test_not_writable(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	tree_text(tree, SAVED, "in the way\n");
	assert_int_equal(stop(tree), -ENOTDIR);
	assert_string_equal(messages,
			    "cannot write /" SAVED "/auto_online_blocks: Not a directory\n");
	/* What cannot be kept is not changed. */
	assert_string_equal(writes, "");
}

static void test_nothing_to_restore(void **state)
{
	const struct tree *tree = *state;

	set_defaults(tree);
	assert_int_equal(restore(tree), 0);
	assert_string_equal(writes, "");
	assert_string_equal(messages, "");
}

static void test_no_hotplug(void **state)
{
	const struct tree *tree = *state;

	forget();
	assert_int_equal(stop(tree), -ENOENT);
	assert_string_equal(messages, "cannot read /" AUTO_ONLINE ": No such file or directory\n");
}

static void random_step(const struct tree *tree, uint64_t *random)
{
	switch (random_below(random, 3)) {
	case 0:
		assert_int_equal(stop(tree), 0);
		check_parameters(tree, "contig-zones", "301", "N", "offline");
		return;
	case 1:
		assert_int_equal(delegate(tree, random_below(random, 3), true), 0);
		check_one(tree, POLICY, "auto-movable");
		check_one(tree, AUTO_ONLINE, "online");
		return;
	default:
		assert_int_equal(restore(tree), 0);
		check_parameters(tree, "contig-zones", "301", "N", "online_kernel");
	}
}

static void test_any_sequence(void **state)
{
	const struct tree *tree = *state;
	uint64_t random = random_start();

	set_parameters(tree, "contig-zones\n", "301\n", "N\n", "online_kernel\n");
	for (unsigned i = 0; i < 300; i++) {
		forget();
		random_step(tree, &random);
	}
	assert_int_equal(restore(tree), 0);
	check_parameters(tree, "contig-zones", "301", "N", "online_kernel");
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a policy is never half in force", test_order),
		TREE_TEST("only what differs is written", test_offline_before),
		TREE_TEST("once more changes nothing, and another ratio only that", test_again),
		TREE_TEST("the kernel onlines nothing while its policy comes back", test_pause),
		TREE_TEST("a word of somebody else is left alone meanwhile", test_pause_of_others),
		TREE_TEST("where the kernel puts what is added", test_find_zone),
		TREE_TEST("what is as wanted already is kept too", test_as_it_was),
		TREE_TEST("the kernel is told to online nothing", test_stop),
		TREE_TEST("switching forgets nothing of what was first", test_switch),
		TREE_TEST("what somebody changed since stays", test_changed_since),
		TREE_TEST("a kernel without NUMA has one parameter less", test_no_numa),
		TREE_TEST("without online_policy nothing is changed", test_no_policy),
		TREE_TEST("a value that is refused leaves all as it was", test_refused),
		TREE_TEST("what was set of a policy is undone before the kernel onlines",
			  test_refused_order),
		TREE_TEST("a value that does not take is noticed", test_ignored),
		TREE_TEST("giving back goes on behind what fails", test_restore_goes_on),
		TREE_TEST("a damaged record is reported, and nothing made of it", test_damaged),
		TREE_TEST("what cannot be kept is not changed", test_not_writable),
		TREE_TEST("without a start there is nothing to give back", test_nothing_to_restore),
		TREE_TEST("a kernel without memory hotplug is an error", test_no_hotplug),
		TREE_TEST("any sequence comes back to the beginning", test_any_sequence),
	};

	return cmocka_run_group_tests_name("kernel_onlining", tests, NULL, NULL);
}
