/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which lines of tmpfiles.d are found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tmpfiles.h"
#include "tree.h"

#define AUTO "/sys/devices/system/memory/auto_online_blocks"

/* "FILE:LINE ...", with "!" where a line is not overruled */
static void check(const struct tree *tree, enum onliner onliner, const char *expected)
{
	struct tmpfiles tmpfiles;
	char found[512] = "";

	assert_int_equal(tmpfiles_read(&tree->fs, onliner, &tmpfiles), 0);
	for (size_t i = 0; i < tmpfiles.n; i++) {
		size_t used = strlen(found);

		(void)snprintf(found + used, sizeof(found) - used, "%s%s:%u%s", i > 0 ? " " : "",
			       tmpfiles.lines[i].file, tmpfiles.lines[i].line,
			       tmpfiles.lines[i].is_overruled ? "" : "!");
	}
	assert_string_equal(found, expected);
	tmpfiles_done(&tmpfiles);
}

static void test_lines(void **state)
{
	enum { NO, YES, OVERRULED };
	static const struct {
		const char *text;
		unsigned by_udev, by_kernel; /* whether it is found when these online */
	} rows[] = {
		{ "w " AUTO " - - - - online\n", OVERRULED, NO },
		{ "w\t" AUTO " - -  - -\tonline", OVERRULED, NO },
		{ "w+! " AUTO " - - - - online\n", OVERRULED, NO },
		{ "F " AUTO " - - - - online\n", OVERRULED, NO },
		{ "f+ " AUTO " - - - - online\n", OVERRULED, NO },
		{ "\"w\" \"" AUTO "\" - - - - \"online\"\n", OVERRULED, NO },
		{ "w " AUTO " - - - - online_movable\n", OVERRULED, OVERRULED },
		{ "w " AUTO " - - - - %b\n", OVERRULED, OVERRULED },
		{ "w~ " AUTO " - - - - b25saW5l\n", OVERRULED, OVERRULED },
		/* Another path for systemd-tmpfiles. */
		{ "w /sys/devices/system/*/auto_online_blocks - - - - online\n", YES, YES },
		{ "w /sys/devices/system/memory/memory*/state - - - - online\n", YES, YES },
		{ "w /sys/bus/memory/devices/memory4[0-9]/online - - - - 1\n", YES, YES },
		{ "w " AUTO " - - - - offline\n", NO, NO },
		{ "w /sys/devices/system/memory/memory40/online - - - - 0\n", NO, NO },
		{ "w /sys/devices/system/cpu/cpu1/online - - - - 1\n", NO, NO },
		{ "w /run/memory/state - - - - online\n", NO, NO },
		{ "w /sys/devices/system/memory/memory40/uevent - - - - online\n", NO, NO },
		{ "# w " AUTO " - - - - online\n", NO, NO },
		/* Not written: it is there already, or nothing says what. */
		{ "f " AUTO " - - - - online\n", NO, NO },
		{ "z " AUTO " 0600 - - - online\n", NO, NO },
		{ "w " AUTO " - - - -\n", NO, NO },
		{ "w " AUTO " - -\n", NO, NO },
		{ "w " AUTO "\n", NO, NO },
		{ "w\n", NO, NO },
		{ "\"\" " AUTO " - - - - online\n", NO, NO },
		{ "", NO, NO },
	};
	static const char *const found[] = {
		[NO] = "",
		[YES] = "/etc/tmpfiles.d/a.conf:1!",
		[OVERRULED] = "/etc/tmpfiles.d/a.conf:1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree_text(*state, "etc/tmpfiles.d/a.conf", rows[i].text);
		check(*state, ONLINER_UDEV, found[rows[i].by_udev]);
		check(*state, ONLINER_KERNEL, found[rows[i].by_kernel]);
	}
}

static void test_files(void **state)
{
	static const struct tree_node nodes[] = {
		{ "usr/lib/tmpfiles.d/b.conf", "# x\n\nw " AUTO " - - - - online\n" },
		{ "run/tmpfiles.d/a.conf",
		  "w " AUTO " - - - - online\nw " AUTO " - - - - online_kernel\n" },
		{ "usr/local/lib/tmpfiles.d/d.conf", "w " AUTO " - - - - online\n" },
		{ "usr/lib/tmpfiles.d/c.txt", "w " AUTO " - - - - online\n" },
		/* Hidden, masked, not there, ours. */
		{ "usr/lib/tmpfiles.d/a.conf", "w " AUTO " - - - - online\n" },
		{ "usr/lib/tmpfiles.d/e.conf", "w " AUTO " - - - - online\n" },
		{ "etc/tmpfiles.d/e.conf", "-> /dev/null" },
		{ "etc/tmpfiles.d/f.conf", "-> none" },
		{ "run/tmpfiles.d/00-memhp.conf", "w " AUTO " - - - - online\n" },
		/* Before ours. */
		{ "etc/tmpfiles.d/00-a.conf", "w " AUTO " - - - - online\n" },
		{ "usr/lib/tmpfiles.d/00-b.conf", "F " AUTO " - - - - online\n" },
		{ NULL, NULL },
	};
	struct tmpfiles tmpfiles;

	check(*state, ONLINER_UDEV, "");
	tree_add(*state, nodes);
	check(*state, ONLINER_UDEV,
	      "/etc/tmpfiles.d/00-a.conf:1! /usr/lib/tmpfiles.d/00-b.conf:1 "
	      "/run/tmpfiles.d/a.conf:1 /run/tmpfiles.d/a.conf:2 /usr/lib/tmpfiles.d/b.conf:3 "
	      "/usr/local/lib/tmpfiles.d/d.conf:1");
	assert_int_equal(tmpfiles_read(&((struct tree *)*state)->fs, ONLINER_UDEV, &tmpfiles), 0);
	assert_string_equal(tmpfiles.lines[0].text, "w " AUTO " - - - - online");
	tmpfiles_done(&tmpfiles);
}

/* What is in ours is no competitor, and needs no more room than it takes. */
static void test_format(void **state)
{
	char text[1024], small[1024];
	int n = tmpfiles_format(ONLINER_UDEV, text, sizeof(text));

	assert_true(n > 0);
	assert_int_equal(n, strlen(text));
	assert_non_null(strstr(text, "\nw " AUTO " - - - - offline\n"));
	tree_text(*state, "etc/tmpfiles.d/a.conf", text);
	check(*state, ONLINER_UDEV, "");
	assert_int_equal(tmpfiles_format(ONLINER_UDEV, small, (size_t)n), -ENOSPC);
	assert_int_equal(tmpfiles_format(ONLINER_UDEV, small, (size_t)n + 1), n);
	assert_true(tmpfiles_format(ONLINER_KERNEL, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "\nw " AUTO " - - - - online\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a line that onlines memory is found, no other", test_lines, tree_setup,
		  tree_teardown, NULL },
		{ "files that count, in their order", test_files, tree_setup, tree_teardown, NULL },
		{ "the file that overrules them", test_format, tree_setup, tree_teardown, NULL },
	};

	return cmocka_run_group_tests_name("tmpfiles", tests, NULL, NULL);
}
