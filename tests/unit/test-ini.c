/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of INI files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ini.h"

#define ITEMS_MAX 4

struct expected {
	enum ini_kind kind;
	unsigned line;
	const char *section, *key, *value; /* of INI_KEY and INI_NO_SECTION */
	const char *text;
};

struct row {
	const char *name;
	const char *text;
	struct expected items[ITEMS_MAX];
	size_t n;
};

static bool same(struct str s, const char *expected)
{
	return expected ? str_eq(s, expected) : s.n == 0;
}

static void check_item(const struct row *row, size_t i, const struct ini *ini,
		       const struct ini_item *item)
{
	const struct expected *want = &row->items[i];

	if (item->kind != want->kind || ini->line != want->line ||
	    !same(item->section, want->section) || !same(item->key, want->key) ||
	    !same(item->value, want->value) || !same(item->text, want->text))
		fail_msg("%s: item %zu: kind %d line %u [%.*s] %.*s=%.*s (%.*s)", row->name, i,
			 (int)item->kind, ini->line, STR_ARG(item->section), STR_ARG(item->key),
			 STR_ARG(item->value), STR_ARG(item->text));
}

static void check(const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		struct ini ini = ini_start(str_of(rows[i].text));
		struct ini_item item;
		size_t n = 0;

		for (; ini_next(&ini, &item); n++) {
			if (n == rows[i].n)
				fail_msg("%s: one item too many", rows[i].name);
			check_item(&rows[i], n, &ini, &item);
		}
		if (n != rows[i].n)
			fail_msg("%s: %zu items instead of %zu", rows[i].name, n, rows[i].n);
		assert_false(ini_next(&ini, &item));
	}
}

#define CHECK(rows) check(rows, ARRAY_SIZE(rows))

static void test_keys(void **state)
{
	static const struct row rows[] = {
		{ "plain", "[A]\nk=v\n", { { INI_KEY, 2, "A", "k", "v", "k=v" } }, 1 },
		{ "no newline at the end",
		  "[A]\nk=v",
		  { { INI_KEY, 2, "A", "k", "v", "k=v" } },
		  1 },
		{ "blanks",
		  " [ A b ] \n\t k \t=  v w \t\n",
		  { { INI_KEY, 2, "A b", "k", "v w", "k \t=  v w" } },
		  1 },
		{ "no value",
		  "[A]\nk=\nj =  \n",
		  { { INI_KEY, 2, "A", "k", "", "k=" }, { INI_KEY, 3, "A", "j", "", "j =" } },
		  2 },
		{ "equals in the value",
		  "[A]\nk=a=b\n",
		  { { INI_KEY, 2, "A", "k", "a=b", "k=a=b" } },
		  1 },
		{ "DOS line ends", "[A]\r\nk=v\r\n", { { INI_KEY, 2, "A", "k", "v", "k=v" } }, 1 },
		{ "byte order mark",
		  "\xef\xbb\xbf[A]\nk=v\n",
		  { { INI_KEY, 2, "A", "k", "v", "k=v" } },
		  1 },
		{ "a comment sign in a value",
		  "[A]\nk=v # w\n",
		  { { INI_KEY, 2, "A", "k", "v # w", "k=v # w" } },
		  1 },
		{ "two sections",
		  "[A]\nk=v\n[B]\nk=w\n",
		  { { INI_KEY, 2, "A", "k", "v", "k=v" }, { INI_KEY, 4, "B", "k", "w", "k=w" } },
		  2 },
	};

	(void)state;
	CHECK(rows);
}

static void test_silence(void **state)
{
	static const struct row rows[] = {
		{ "nothing", "", { { 0 } }, 0 },
		{ "byte order mark alone", "\xef\xbb\xbf", { { 0 } }, 0 },
		{ "blank lines", "\n  \n\t\r\n", { { 0 } }, 0 },
		{ "comments", "# a\n; b=c\n  # d\n\t;[x\n", { { 0 } }, 0 },
		{ "headers", "[A]\n[B]\n", { { 0 } }, 0 },
	};

	(void)state;
	CHECK(rows);
}

static void test_line_numbers(void **state)
{
	static const struct row rows[] = {
		{ "skipped lines",
		  "\n# c\n[A]\n\n\nk=v\n;\nj=w\n",
		  { { INI_KEY, 6, "A", "k", "v", "k=v" }, { INI_KEY, 8, "A", "j", "w", "j=w" } },
		  2 },
	};

	(void)state;
	CHECK(rows);
}

static void test_faults(void **state)
{
	static const struct row rows[] = {
		{ "key first", "k=v\n[A]\n", { { INI_NO_SECTION, 1, NULL, "k", "v", "k=v" } }, 1 },
		{ "a word",
		  "[A]\nword\nk=v\n",
		  { { INI_BAD_LINE, 2, NULL, NULL, NULL, "word" },
		    { INI_KEY, 3, "A", "k", "v", "k=v" } },
		  2 },
		{ "no key", "[A]\n = v\n", { { INI_BAD_LINE, 2, NULL, NULL, NULL, "= v" } }, 1 },
		{ "no bracket", "[A\n", { { INI_BAD_SECTION, 1, NULL, NULL, NULL, "[A" } }, 1 },
		{ "text behind the bracket",
		  "[A] x\n",
		  { { INI_BAD_SECTION, 1, NULL, NULL, NULL, "[A] x" } },
		  1 },
		{ "nothing in the brackets",
		  "[]\n[ ]\n[\n",
		  { { INI_BAD_SECTION, 1, NULL, NULL, NULL, "[]" },
		    { INI_BAD_SECTION, 2, NULL, NULL, NULL, "[ ]" },
		    { INI_BAD_SECTION, 3, NULL, NULL, NULL, "[" } },
		  3 },
	};

	(void)state;
	CHECK(rows);
}

static void test_below_bad_section(void **state)
{
	static const struct row rows[] = {
		{ "bad header",
		  "[A]\nk=v\n[B\nk=w\n",
		  { { INI_KEY, 2, "A", "k", "v", "k=v" },
		    { INI_BAD_SECTION, 3, NULL, NULL, NULL, "[B" },
		    { INI_NO_SECTION, 4, NULL, "k", "w", "k=w" } },
		  3 },
		{ "blank header",
		  "[A]\n[ ]\nk=w\n[C]\nk=x\n",
		  { { INI_BAD_SECTION, 2, NULL, NULL, NULL, "[ ]" },
		    { INI_NO_SECTION, 3, NULL, "k", "w", "k=w" },
		    { INI_KEY, 5, "C", "k", "x", "k=x" } },
		  3 },
	};

	(void)state;
	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "keys come with their section, without blanks", test_keys, NULL, NULL, NULL },
		{ "comments, headers and blank lines are not handed out", test_silence, NULL, NULL,
		  NULL },
		{ "lines are counted from 1, skipped ones too", test_line_numbers, NULL, NULL,
		  NULL },
		{ "a faulty line is told, and the next one read", test_faults, NULL, NULL, NULL },
		{ "keys below a faulty header belong to no section", test_below_bad_section, NULL,
		  NULL, NULL },
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
