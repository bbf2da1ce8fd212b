/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which lines of tmpfiles.d are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tmpfiles.h"
#include "tree.h"

#define AUTO "/sys/devices/system/memory/auto_online_blocks"

/* "FILE:LINE ..." */
static void check(const struct tree *tree, enum onliner onliner, const char *expected)
{
	struct tmpfiles tmpfiles;
	char found[512] = "";

	assert_int_equal(tmpfiles_read(&tree->fs, onliner, &tmpfiles), 0);
	for (size_t i = 0; i < tmpfiles.n; i++) {
		size_t used = strlen(found);

		(void)snprintf(found + used, sizeof(found) - used, "%s%s:%u", i > 0 ? " " : "",
			       tmpfiles.lines[i].file, tmpfiles.lines[i].line);
	}
	assert_string_equal(found, expected);
	tmpfiles_done(&tmpfiles);
}

static void test_lines(void **state)
{
	static const struct {
		const char *text;
		bool by_udev, by_kernel; /* whether it is found when these online */
	} rows[] = {
		{ "w " AUTO " - - - - online\n", true, false },
		{ "w\t" AUTO " - -  - -\tonline", true, false },
		{ "w+! " AUTO " - - - - online\n", true, false },
		{ "F " AUTO " - - - - online\n", true, false },
		{ "f+ " AUTO " - - - - online\n", true, false },
		{ "w \"" AUTO "\" - - - - \"online\"\n", true, false },
		{ "w " AUTO " - - - - online_movable\n", true, true },
		{ "w " AUTO " - - - - %b\n", true, true },
		{ "w~ " AUTO " - - - - b25saW5l\n", true, true },
		{ "w /sys/devices/system/*/auto_online_blocks - - - - online_kernel\n", true,
		  true },
		{ "w /sys/devices/system/memory/memory*/state - - - - online\n", true, true },
		{ "w /sys/bus/memory/devices/memory4[0-9]/online - - - - 1\n", true, true },
		{ "w " AUTO " - - - - offline\n", false, false },
		{ "w /sys/devices/system/memory/memory40/online - - - - 0\n", false, false },
		{ "w /sys/devices/system/cpu/cpu1/online - - - - 1\n", false, false },
		{ "w /run/memory/state - - - - online\n", false, false },
		{ "w /sys/devices/system/memory/memory40/uevent - - - - online\n", false, false },
		{ "# w " AUTO " - - - - online\n", false, false },
		/* Not written: it is there already, or nothing says what. */
		{ "f " AUTO " - - - - online\n", false, false },
		{ "z " AUTO " 0600 - - - online\n", false, false },
		{ "w " AUTO " - - - -\n", false, false },
		{ "w " AUTO " - -\n", false, false },
		{ "w " AUTO "\n", false, false },
		{ "w\n", false, false },
		{ "\"\" " AUTO " - - - - online\n", false, false },
		{ "", false, false },
	};
	const char *found = "/etc/tmpfiles.d/a.conf:1";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree_text(*state, "etc/tmpfiles.d/a.conf", rows[i].text);
		check(*state, ONLINER_UDEV, rows[i].by_udev ? found : "");
		check(*state, ONLINER_KERNEL, rows[i].by_kernel ? found : "");
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
		/* Hidden, masked, not there. */
		{ "usr/lib/tmpfiles.d/a.conf", "w " AUTO " - - - - online\n" },
		{ "usr/lib/tmpfiles.d/e.conf", "w " AUTO " - - - - online\n" },
		{ "etc/tmpfiles.d/e.conf", "-> /dev/null" },
		{ "etc/tmpfiles.d/f.conf", "-> none" },
		{ NULL, NULL },
	};
	struct tmpfiles tmpfiles;

	check(*state, ONLINER_UDEV, "");
	tree_add(*state, nodes);
	check(*state, ONLINER_UDEV,
	      "/run/tmpfiles.d/a.conf:1 /run/tmpfiles.d/a.conf:2 /usr/lib/tmpfiles.d/b.conf:3 "
	      "/usr/local/lib/tmpfiles.d/d.conf:1");
	assert_int_equal(tmpfiles_read(&((struct tree *)*state)->fs, ONLINER_UDEV, &tmpfiles), 0);
	assert_string_equal(tmpfiles.lines[0].text, "w " AUTO " - - - - online");
	tmpfiles_done(&tmpfiles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a line that onlines memory is found, no other", test_lines, tree_setup,
		  tree_teardown, NULL },
		{ "files that count, in their order", test_files, tree_setup, tree_teardown, NULL },
	};

	return cmocka_run_group_tests_name("tmpfiles", tests, NULL, NULL);
}
