/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of several directories count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf_files.h"
#include "tree.h"

static const char *const dirs[] = { "etc/x.d", "run/x.d", "usr/lib/x.d", "lib/x.d" };

static bool is_conf(const struct sysfs *fs, const char *dir, const char *name)
{
	size_t n = strlen(name);

	(void)fs;
	/* Somebody's own, which is not to count. */
	if (strcmp(dir, "run/x.d") == 0 && strcmp(name, "own.conf") == 0)
		return false;
	return n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

/* All of them, in their order. */
static void check(const struct tree *tree, const char *expected)
{
	struct conf_files list;
	char found[512] = "";

	assert_int_equal(conf_files_list(&tree->fs, dirs, ARRAY_SIZE(dirs), is_conf, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		_cleanup_free_ char *path = conf_file_path(&list.files[i]);
		size_t used = strlen(found);

		assert_non_null(path);
		(void)snprintf(found + used, sizeof(found) - used, "%s%s", i > 0 ? " " : "", path);
	}
	assert_string_equal(found, expected);
	conf_files_done(&list);
}

static void test_precedence(void **state)
{
	static const struct tree_node nodes[] = {
		{ "usr/lib/x.d/b.conf", "" },	 { "usr/lib/x.d/a.conf", "" },
		{ "usr/lib/x.d/a.txt", "" },	 { "usr/lib/x.d/c.conf/x", "" },
		{ "usr/lib/x.d/own.conf", "" },	 { "run/x.d/a.conf", "" },
		{ "run/x.d/own.conf", "" },	 { "etc/x.d/b.conf", "-> /dev/null" },
		{ "etc/x.d/d.conf", "-> none" }, { "lib/x.d/b.conf", "" },
		{ "lib/x.d/e.conf", "" },	 { NULL, NULL },
	};

	check(*state, "");
	tree_add(*state, nodes);
	check(*state, "/run/x.d/a.conf /etc/x.d/b.conf /etc/x.d/d.conf /lib/x.d/e.conf "
		      "/usr/lib/x.d/own.conf");
}

static void test_merged(void **state)
{
	tree_text(*state, "usr/lib/x.d/a.conf", "");
	tree_link(*state, "lib", "usr/lib");
	check(*state, "/usr/lib/x.d/a.conf");
}

static void test_show(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ " a\t b\n", "a b " },
		{ "a, \\\n  b", "a, b" },
		{ "a\x01\x7f", "a??" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "a\xe9", "a?" },
		{ "\xc3\xa9 \xe9", "?? ?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *shown = conf_file_show(str_of(rows[i].text));

		assert_string_equal(shown, rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a file hides its namesakes in weaker directories", test_precedence, tree_setup,
		  tree_teardown, NULL },
		{ "where /lib is a link its files count once", test_merged, tree_setup,
		  tree_teardown, NULL },
		{ "what people see is text on one line", test_show, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("conf_files", tests, NULL, NULL);
}
