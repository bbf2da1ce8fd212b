/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of the kernel command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmdline.h"

struct row {
	const char *cmdline;
	const char *value; /* of memhp=; NULL: there is none */
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str value = STR("untouched");
		bool found = cmdline_get(str_of(rows[i].cmdline), "memhp", &value);

		if (found != (rows[i].value != NULL) ||
		    !str_eq(value, rows[i].value ? rows[i].value : "untouched"))
			fail_msg("\"%s\": %s \"%.*s\"", rows[i].cmdline,
				 found ? "found" : "not found", STR_ARG(value));
	}
}

#define CHECK(rows) check(rows, ARRAY_SIZE(rows))

static void test_value(void **state)
{
	static const struct row rows[] = {
		{ "memhp=off", "off" },
		{ "quiet memhp=off ro", "off" },
		{ "\t memhp=off\n", "off" },
		{ "quiet\tmemhp=off\tro\n", "off" },
		{ "memhp=", "" },
		{ "memhp==", "=" },
		{ "memhp=a=b", "a=b" },
	};

	(void)state;
	CHECK(rows);
}

static void test_last(void **state)
{
	static const struct row rows[] = {
		{ "memhp=on memhp=off", "off" },
		{ "memhp=off quiet memhp=", "" },
		{ "memhp=off memhp", "off" },
	};

	(void)state;
	CHECK(rows);
}

static void test_missing(void **state)
{
	static const struct row rows[] = {
		{ "", NULL },
		{ "   \n", NULL },
		{ "memhp", NULL },
		{ "memhpx=off", NULL },
		{ "xmemhp=off", NULL },
		{ "memhp_default_state=offline", NULL },
		{ "memh=off p=off", NULL },
		{ "MEMHP=off", NULL },
		{ "x=memhp=off", NULL },
		{ "memhp.x=off", NULL },
		{ "=off", NULL },
	};

	(void)state;
	CHECK(rows);
}

static void test_quotes(void **state)
{
	static const struct row rows[] = {
		{ "memhp=\"a b\"", "a b" },
		{ "\"memhp=a b\"", "a b" },
		{ "memhp=\"a b\" quiet", "a b" },
		{ "memhp=\"a b", "a b" }, /* never closed: to the end, as the kernel reads it */
		{ "memhp=\"\"", "" },
		{ "memhp=\"", "" },
		{ "x=\"a memhp=on b\"", NULL },
		{ "x=\"a -- b\" memhp=off", "off" },
		{ "\"", NULL },
		{ "\"\"", NULL },
	};

	(void)state;
	CHECK(rows);
}

static void test_init(void **state)
{
	static const struct row rows[] = {
		{ "quiet -- memhp=off", NULL }, { "memhp=on -- memhp=off", "on" },
		{ "-- memhp=off", NULL },	{ "--x memhp=off", "off" },
		{ "memhp=-- quiet", "--" },
	};

	(void)state;
	CHECK(rows);
}

static void test_not_terminated(void **state)
{
	struct str value = STR("untouched");
	char text[] = { 'm', 'e', 'm', 'h', 'p', '=', 'o', 'f', 'f' };

	(void)state;
	assert_true(cmdline_get((struct str){ text, sizeof(text) }, "memhp", &value));
	assert_true(str_eq(value, "off"));
	assert_true(cmdline_get((struct str){ text, 6 }, "memhp", &value));
	assert_int_equal(value.n, 0);
	value = STR("untouched");
	for (size_t n = 0; n < 6; n++)
		assert_false(cmdline_get((struct str){ text, n }, "memhp", &value));
	assert_true(str_eq(value, "untouched"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a value ends at the next blank", test_value, NULL, NULL, NULL },
		{ "the last one counts", test_last, NULL, NULL, NULL },
		{ "another name is no value", test_missing, NULL, NULL, NULL },
		{ "quotes keep blanks together and are not part of the value", test_quotes, NULL,
		  NULL, NULL },
		{ "what stands behind -- belongs to init", test_init, NULL, NULL, NULL },
		{ "nothing is read beyond the end", test_not_terminated, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("cmdline", tests, NULL, NULL);
}
