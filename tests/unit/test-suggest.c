/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far words are from each other. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "suggest.h"

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "Zone", 4 },
		{ "Zone", "Zone", 0 },
		{ "zONE", "Zone", 0 },
		{ "Zon", "Zone", 1 },
		{ "Zones", "Zone", 1 },
		{ "Zane", "Zone", 1 },
		{ "Znoe", "Zone", 1 },
		{ "ZNoE", "zonE", 1 },
		{ "oZne", "Zone", 1 },
		{ "Zoen", "Zone", 1 },
		{ "enoZ", "Zone", 3 },
		{ "abcd", "efgh", 4 },
		{ "kitten", "sitting", 3 },
		{ "MovabelRatio", "MovableRatio", 1 },
		/* Nothing comes between letters that were swapped. */
		{ "ca", "abc", 3 },
		{ "a", "ab", 1 },
		{ "ab", "ba", 1 },
		{ "\xc3\xa4", "a", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t there = suggest_distance(str_of(rows[i].a), str_of(rows[i].b));
		size_t back = suggest_distance(str_of(rows[i].b), str_of(rows[i].a));

		if (there != rows[i].distance || back != there)
			fail_msg("\"%s\" and \"%s\": %zu and back %zu", rows[i].a, rows[i].b, there,
				 back);
	}
}

static void test_suggestion(void **state)
{
	static const struct {
		const char *typed, *nearest;
	} rows[] = {
		{ "stauts", "status" }, { "STATUS", "status" }, { "stats", "status" },
		{ "statu", "status" },	{ "met", NULL },	{ "metric", "metrics" },
		{ "ap", "map" },	{ "frobnicate", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct suggestion suggestion = { .typed = str_of(rows[i].typed) };

		suggestion_add(&suggestion, "status");
		suggestion_add(&suggestion, "map");
		suggestion_add(&suggestion, "metrics");
		assert_string_equal(suggestion.list, "status, map, metrics");
		if (rows[i].nearest)
			assert_string_equal(suggestion.nearest, rows[i].nearest);
		else
			assert_null(suggestion.nearest);
	}
}

static void test_long_list(void **state)
{
	struct suggestion suggestion = { .typed = STR("last") };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		suggestion_add(&suggestion, "word");
	assert_int_equal(strlen(suggestion.list), sizeof(suggestion.list) - 1);
	suggestion_add(&suggestion, "lats");
	suggestion_add(&suggestion, "last");
	suggestion_add(&suggestion, "lasts");
	assert_string_equal(suggestion.nearest, "last");
}

static void test_long(void **state)
{
	char text[SUGGEST_WORD_MAX + 1];
	const struct str longest = { text, SUGGEST_WORD_MAX }, longer = { text, sizeof(text) };

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(suggest_distance(longest, longest), 0);
	assert_int_equal(suggest_distance(longest, STR("")), SUGGEST_WORD_MAX);
	assert_int_equal(suggest_distance(STR(""), longest), SUGGEST_WORD_MAX);
	assert_int_equal(suggest_distance(longest, STR("yyy")), SUGGEST_WORD_MAX);
	assert_true(suggest_distance(longer, longest) == SIZE_MAX);
	assert_true(suggest_distance(longest, longer) == SIZE_MAX);
	assert_true(suggest_distance(longer, STR("")) == SIZE_MAX);
	assert_true(suggest_is_near(longest, longest));
	assert_false(suggest_is_near(longer, longest));
	assert_false(suggest_is_near(longer, longer));
}

/* From the definition, backwards and without a table. */
static size_t distance_again(const char *a, size_t n, const char *b, size_t m)
{
	size_t best, other;

	if (n == 0 || m == 0)
		return n + m;
	best = distance_again(a, n - 1, b, m - 1) +
	       (tolower((unsigned char)a[n - 1]) != tolower((unsigned char)b[m - 1]));
	other = distance_again(a, n - 1, b, m) + 1;
	best = other < best ? other : best;
	other = distance_again(a, n, b, m - 1) + 1;
	best = other < best ? other : best;
	if (n > 1 && m > 1 &&
	    tolower((unsigned char)a[n - 1]) == tolower((unsigned char)b[m - 2]) &&
	    tolower((unsigned char)a[n - 2]) == tolower((unsigned char)b[m - 1])) {
		other = distance_again(a, n - 2, b, m - 2) + 1;
		best = other < best ? other : best;
	}
	return best;
}

static size_t random_word(uint64_t *random, char ret[static 6])
{
	static const char letters[] = "aAbBc";
	size_t n = random_below(random, 6);

	for (size_t i = 0; i < n; i++)
		ret[i] = letters[random_below(random, sizeof(letters) - 1)];
	return n;
}

static void test_definition(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char a[6], b[6];
		size_t n = random_word(&random, a), m = random_word(&random, b);
		size_t got = suggest_distance((struct str){ a, n }, (struct str){ b, m });
		size_t expected = distance_again(a, n, b, m);

		if (got != expected)
			fail_msg("\"%.*s\" and \"%.*s\": %zu, not %zu", (int)n, a, (int)m, b, got,
				 expected);
	}
}

static void test_near(void **state)
{
	static const struct {
		const char *typed, *word;
		bool is_near;
	} rows[] = {
		{ "Cxl", "Cxl", true },
		{ "cxl", "Cxl", true },
		{ "Cx", "Cxl", true },
		{ "Clx", "Cxl", true },
		{ "Dax", "Cxl", false },
		{ "", "Cxl", false },
		{ "Zones", "Zone", true },
		{ "Zoness", "Zone", false },
		/* Two slips from five letters on, three from ten. */
		{ "Ponbe", "Probe", true },
		{ "Pnbe", "Probe", true },
		{ "Pqqqe", "Probe", false },
		{ "MvableRtio", "MovableRatio", true },
		{ "MvabelRtio", "MovableRatio", true },
		{ "MvabelRti", "MovableRatio", false },
		{ "Color", "Zone", false },
		{ "Onliner", "Zone", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (suggest_is_near(str_of(rows[i].typed), str_of(rows[i].word)) != rows[i].is_near)
			fail_msg("\"%s\" for \"%s\"", rows[i].typed, rows[i].word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "letters are added, removed, replaced and swapped", test_distance, NULL, NULL,
		  NULL },
		{ "a word that is too long is near to none", test_long, NULL, NULL, NULL },
		{ "random words are as far apart as the definition says", test_definition, NULL,
		  NULL, NULL },
		{ "the longer the word the more slips are forgiven", test_near, NULL, NULL, NULL },
		{ "of the words that are allowed the nearest is suggested", test_suggestion, NULL,
		  NULL, NULL },
		{ "more words than there is room for are no trouble", test_long_list, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
