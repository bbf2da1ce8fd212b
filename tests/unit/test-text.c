/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes and sentences. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "macro.h"
#include "text.h"

static void test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0B" },
		{ 1023, "1023B" },
		{ 1024, "1K" },
		{ UINT64_C(512) << 20, "512M" },
		{ UINT64_C(1536) << 20, "1.5G" },
		{ (UINT64_C(2) << 30) - 1, "1.9G" }, /* never more than there is */
		{ UINT64_C(3) << 40, "3T" },
		{ UINT64_MAX, "15.9E" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[TEXT_SIZE_MAX];

		text_size(rows[i].bytes, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void test_wrap(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{ "", "" },
		{ "short", "short\n" },
		{ "exactly 10", "exactly 10\n" },
		{ "exactly 10 and more", "exactly 10\nand more\n" },
		{ "one two three four", "one two\nthree four\n" },
		{ "a verylongwordindeed b", "a\nverylongwo\nrdindeed b\n" },
		{ "verylongwordindeed", "verylongwo\nrdindeed\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = NULL;
		size_t n;
		FILE *to = open_memstream(&text, &n);

		assert_non_null(to);
		text_wrap(to, rows[i].text, 0, 10);
		assert_int_equal(fclose(to), 0);
		assert_string_equal(text, rows[i].lines);
		free(text);
	}
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "plain \\x41\n", "plain \\x41\n" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "a\xc3\xa4\xc3", "a\xc3\xa4\\xc3" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf0\x9f\x92\xbe!", "\xf0\x9f\x92\xbe!" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = text_make_utf8(cases[i].text);

		assert_non_null(text);
		assert_string_equal(text, cases[i].expected);
		free(text);
	}
}

static void test_indent(void **state)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	(void)state;
	assert_non_null(to);
	(void)fputs("ab: ", to);
	text_wrap(to, "one two three averylongword", 4, 11);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, "ab: one two\n    three\n    averylo\n    ngword\n");
	free(text);
}

static void test_line(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		const char *expected;
	} cases[] = {
		{ "", 10, "" },
		{ "one two", 7, "one two" },
		{ "one two", 6, "one" },
		{ "one two three", 7, "one two" },
		{ "by /etc/memhp.conf", 10, "by" },
		{ "/etc/memhp.conf", 10, "/etc/" },
		{ "/etc/memhp.conf", 4, "/etc" },
		{ "memhp-a-b.conf", 10, "memhp-a-" },
		{ "0x100-0x1ff", 8, "0x100-" },
		{ "-verylong", 4, "-ver" },
		{ "verylong", 4, "very" },
		/* Shown as "\\x01". */
		{ "a\001b", 5, "a\001" },
		{ "a\001b", 4, "a" },
		{ "\001b", 1, "\001" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = text_line(cases[i].text, cases[i].room);

		assert_int_equal(n, strlen(cases[i].expected));
		assert_memory_equal(cases[i].text, cases[i].expected, n);
	}
}

static void test_characters(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return;
	assert_int_equal(text_width("\xc3\xa4\xe6\xbc\xa2", 5), 3);
	assert_int_equal(text_width("a\xc3", 2), 5);
	assert_int_equal(text_line("\xc3\xa4\xc3\xa4\xc3\xa4", 2), 4);
	assert_int_equal(text_line("\xe6\xbc\xa2\xe6\xbc\xa2", 3), 3);
	assert_non_null(setlocale(LC_CTYPE, "C"));
}

static void test_runs(void **state)
{
	char list[24] = "", small[8] = "";

	(void)state;
	text_add_run(list, sizeof(list), 32, 35);
	assert_string_equal(list, "memory32-35");
	text_add_run(list, sizeof(list), 40, 40);
	assert_string_equal(list, "memory32-35,40");
	text_add_run(list, sizeof(list), 42, 43);
	assert_string_equal(list, "memory32-35,40,...");
	text_add_run(list, sizeof(list), 50, 50);
	assert_string_equal(list, "memory32-35,40,...");
	text_add_run(small, sizeof(small), 1000, 2000);
	assert_string_equal(small, ",...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "sizes have one decimal, rounded down", test_sizes, NULL, NULL, NULL },
		{ "lines break at blanks", test_wrap, NULL, NULL, NULL },
		{ "bytes that are no text are escaped", test_utf8, NULL, NULL, NULL },
		{ "runs of blocks make a list, which may be cut between them", test_runs, NULL,
		  NULL, NULL },
		{ "lines that follow are indented", test_indent, NULL, NULL, NULL },
		{ "a word that no line could hold is broken at marks", test_line, NULL, NULL,
		  NULL },
		{ "characters are as wide as terminals show them", test_characters, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
