/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text into numbers and words. */
#include "parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define UNTOUCHED 0x5555

#define NOTHING ((struct str){ NULL, 0 })

static void assert_str(struct str s, const char *expected)
{
	if (!str_eq(s, expected))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(s), expected);
}

/* @value counts only when @r is 0; else the output has to be as it was. */
static void assert_number(struct str text, int r, uint64_t number, int expected_r,
			  uint64_t expected)
{
	if (expected_r < 0)
		expected = UNTOUCHED;
	if (r != expected_r || number != expected)
		fail_msg("'%.*s' gave %d and %llu, expected %d and %llu", STR_ARG(text), r,
			 (unsigned long long)number, expected_r, (unsigned long long)expected);
}

static void whole_text_is_a_number_of_the_base(void **state)
{
	static const struct {
		struct str text;
		unsigned base;
		int r;
		uint64_t value;
	} cases[] = {
		{ STR("0"), 10, 0, 0 },
		{ STR("0012"), 10, 0, 12 },
		{ STR("18446744073709551615"), 10, 0, UINT64_MAX },
		{ STR("18446744073709551616"), 10, -ERANGE, 0 },
		{ STR("99999999999999999999999999999999999999"), 10, -ERANGE, 0 },
		{ STR("00000000000000000000000000000000000001"), 10, 0, 1 },
		{ STR("9a"), 10, -EINVAL, 0 },
		{ STR("99999999999999999999999999x"), 10, -EINVAL, 0 },
		{ STR("ffffffffffffffff"), 16, 0, UINT64_MAX },
		{ STR("FFFFffffFFFFffff"), 16, 0, UINT64_MAX },
		{ STR("10000000000000000"), 16, -ERANGE, 0 },
		{ STR("8000000"), 16, 0, 0x8000000 },
		{ STR("g"), 16, -EINVAL, 0 },
		{ STR("0x10"), 16, -EINVAL, 0 },
		{ STR(""), 10, -EINVAL, 0 },
		{ NOTHING, 10, -EINVAL, 0 },
		{ STR("-1"), 10, -EINVAL, 0 },
		{ STR("+1"), 10, -EINVAL, 0 },
		{ STR(" 1"), 10, -EINVAL, 0 },
		{ STR("1 "), 10, -EINVAL, 0 },
		{ STR("1\n"), 10, -EINVAL, 0 },
		{ STR("1\0"), 10, -EINVAL, 0 },
		{ STR("1.0"), 10, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = UNTOUCHED;
		int r = parse_u64(cases[i].text, cases[i].base, &value);

		assert_number(cases[i].text, r, value, cases[i].r, cases[i].value);
	}
}

static void number_with_0x_is_hexadecimal(void **state)
{
	static const struct {
		struct str text;
		int r;
		uint64_t value;
	} cases[] = {
		{ STR("10"), 0, 10 },
		{ STR("0x10"), 0, 16 },
		{ STR("0xFf"), 0, 255 },
		{ STR("0xffffffffffffffff"), 0, UINT64_MAX },
		{ STR("0x10000000000000000"), -ERANGE, 0 },
		{ STR("0x"), -EINVAL, 0 },
		{ STR("0X10"), -EINVAL, 0 },
		{ STR("00x10"), -EINVAL, 0 },
		{ STR("0x-1"), -EINVAL, 0 },
		{ STR("0x 1"), -EINVAL, 0 },
		{ STR("ff"), -EINVAL, 0 },
		{ STR(""), -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = UNTOUCHED;
		int r = parse_number(cases[i].text, &value);

		assert_number(cases[i].text, r, value, cases[i].r, cases[i].value);
	}
}

static void size_has_at_most_one_unit(void **state)
{
	static const struct {
		struct str text;
		int r;
		uint64_t value;
	} cases[] = {
		{ STR("0"), 0, 0 },
		{ STR("4096"), 0, 4096 },
		{ STR("4K"), 0, 4096 },
		{ STR("4k"), 0, 4096 },
		{ STR("128M"), 0, UINT64_C(128) << 20 },
		{ STR("2g"), 0, UINT64_C(2) << 30 },
		{ STR("3GiB"), 0, UINT64_C(3) << 30 },
		{ STR("3GB"), 0, UINT64_C(3) << 30 },
		{ STR("3gB"), 0, UINT64_C(3) << 30 },
		{ STR("1T"), 0, UINT64_C(1) << 40 },
		{ STR("1P"), 0, UINT64_C(1) << 50 },
		{ STR("15E"), 0, UINT64_C(15) << 60 },
		{ STR("16E"), -ERANGE, 0 },
		{ STR("18446744073709551615"), 0, UINT64_MAX },
		{ STR("18446744073709551616"), -ERANGE, 0 },
		{ STR("18446744073709551616K"), -ERANGE, 0 },
		{ STR("0x10M"), 0, UINT64_C(16) << 20 },
		{ STR("0x1E"), 0, 0x1e },
		{ STR("0x1B"), 0, 0x1b },
		{ STR("0x1EiB"), 0, UINT64_C(1) << 60 },
		{ STR("K"), -EINVAL, 0 },
		{ STR("KiB"), -EINVAL, 0 },
		{ STR("B"), -EINVAL, 0 },
		{ STR("iB"), -EINVAL, 0 },
		{ STR("1B"), -EINVAL, 0 },
		{ STR("1iB"), -EINVAL, 0 },
		{ STR("1Ki"), -EINVAL, 0 },
		{ STR("1KK"), -EINVAL, 0 },
		{ STR("1KiBiB"), -EINVAL, 0 },
		{ STR("1KBB"), -EINVAL, 0 },
		{ STR("1 K"), -EINVAL, 0 },
		{ STR("1K "), -EINVAL, 0 },
		{ STR("-1K"), -EINVAL, 0 },
		{ STR("1.5G"), -EINVAL, 0 },
		{ STR("1X"), -EINVAL, 0 },
		{ STR("1K\0"), -EINVAL, 0 },
		{ STR(""), -EINVAL, 0 },
		{ NOTHING, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = UNTOUCHED;
		int r = parse_size(cases[i].text, &value);

		assert_number(cases[i].text, r, value, cases[i].r, cases[i].value);
	}
}

static void truth_has_the_words_of_systemd(void **state)
{
	static const char *const yes[] = { "1", "yes", "true", "on", "YES", "True", "oN" };
	static const char *const no[] = { "0", "no", "false", "off", "NO", "False", "oFF" };
	static const char *const bad[] = { "", "2", "y", "n", "yess", "ye", " yes", "yes ", "00" };
	bool value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		value = false;
		assert_int_equal(parse_bool(str_of(yes[i]), &value), 0);
		assert_true(value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		value = true;
		assert_int_equal(parse_bool(str_of(no[i]), &value), 0);
		assert_false(value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		value = true;
		assert_int_equal(parse_bool(str_of(bad[i]), &value), -EINVAL);
		assert_true(value);
	}
	assert_int_equal(parse_bool(NOTHING, &value), -EINVAL);
}

static void block_name_is_as_the_kernel_writes_it(void **state)
{
	static const struct {
		struct str text;
		int r;
		uint64_t value;
	} cases[] = {
		{ STR("memory0"), 0, 0 },
		{ STR("memory12"), 0, 12 },
		{ STR("memory18446744073709551615"), 0, UINT64_MAX },
		{ STR("memory18446744073709551616"), -ERANGE, 0 },
		{ STR("memory"), -EINVAL, 0 },
		{ STR("memory00"), -EINVAL, 0 },
		{ STR("memory012"), -EINVAL, 0 },
		{ STR("memory-1"), -EINVAL, 0 },
		{ STR("memory+1"), -EINVAL, 0 },
		{ STR("memory 1"), -EINVAL, 0 },
		{ STR("memory1 "), -EINVAL, 0 },
		{ STR("memory1/"), -EINVAL, 0 },
		{ STR("memory0x1"), -EINVAL, 0 },
		{ STR("memorya"), -EINVAL, 0 },
		{ STR("memory1\0"), -EINVAL, 0 },
		{ STR("Memory1"), -EINVAL, 0 },
		{ STR("memor"), -EINVAL, 0 },
		{ STR("12"), -EINVAL, 0 },
		{ STR(""), -EINVAL, 0 },
		{ NOTHING, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = UNTOUCHED;
		int r = parse_block_name(cases[i].text, &value);

		assert_number(cases[i].text, r, value, cases[i].r, cases[i].value);
	}
}

static void a_range_of_blocks_is_read_as_it_is_shown(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t first, last;
	} cases[] = {
		{ "memory8", 0, 8, 8 },
		{ "memory8-39", 0, 8, 39 },
		{ "memory8-memory39", 0, 8, 39 },
		{ "memory8-8", 0, 8, 8 },
		{ "memory39-8", -EINVAL, 1, 1 },
		{ "memory8-", -EINVAL, 1, 1 },
		{ "memory8-memory", -EINVAL, 1, 1 },
		{ "memory8-39-40", -EINVAL, 1, 1 },
		{ "memory8--39", -EINVAL, 1, 1 },
		{ "memory8-18446744073709551616", -ERANGE, 1, 1 },
		{ "8-39", -EINVAL, 1, 1 },
		{ "-memory8", -EINVAL, 1, 1 },
		{ "", -EINVAL, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t first = 1, last = 1;
		int r = parse_block_range(str_of(cases[i].text), &first, &last);

		assert_int_equal(r, cases[i].r);
		assert_int_equal(first, cases[i].first);
		assert_int_equal(last, cases[i].last);
	}
}

static void lines_end_at_a_newline_or_with_the_text(void **state)
{
	static const struct {
		struct str text;
		const char *lines[4];
	} cases[] = {
		{ STR(""), { NULL } },
		{ NOTHING, { NULL } },
		{ STR("a"), { "a" } },
		{ STR("a\n"), { "a" } },
		{ STR("\n"), { "" } },
		{ STR("a\nb"), { "a", "b" } },
		{ STR("a\n\nb\n"), { "a", "", "b" } },
		{ STR(" a\r\n"), { " a\r" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str text = cases[i].text, line = NOTHING;

		for (size_t j = 0; cases[i].lines[j]; j++) {
			assert_true(str_next_line(&text, &line));
			assert_str(line, cases[i].lines[j]);
		}
		line = STR("untouched");
		assert_false(str_next_line(&text, &line));
		assert_str(line, "untouched");
	}
}

static void words_are_separated_by_spaces_and_tabs(void **state)
{
	static const struct {
		struct str text;
		const char *words[4];
	} cases[] = {
		{ STR(""), { NULL } },
		{ NOTHING, { NULL } },
		{ STR(" \t "), { NULL } },
		{ STR("a"), { "a" } },
		{ STR(" a "), { "a" } },
		{ STR("Node 0,\tzone"), { "Node", "0,", "zone" } },
		{ STR("a\nb c"), { "a\nb", "c" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str text = cases[i].text, word = NOTHING;

		for (size_t j = 0; cases[i].words[j]; j++) {
			assert_true(str_next_word(&text, &word));
			assert_str(word, cases[i].words[j]);
		}
		word = STR("untouched");
		assert_false(str_next_word(&text, &word));
		assert_str(word, "untouched");
	}
}

static void trimming_takes_blanks_off_both_ends(void **state)
{
	static const struct {
		struct str text;
		const char *expected;
	} cases[] = {
		{ STR(""), "" },
		{ NOTHING, "" },
		{ STR(" \t\r\n"), "" },
		{ STR("a"), "a" },
		{ STR(" \ta b\r\n"), "a b" },
		{ STR("\va"), "\va" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_str(str_trim(cases[i].text), cases[i].expected);
}

static void text_is_compared_as_a_whole_or_from_its_start(void **state)
{
	static const struct {
		struct str text;
		const char *other;
		bool is_equal, is_start;
	} cases[] = {
		{ STR(""), "", true, true },
		{ NOTHING, "", true, true },
		{ NOTHING, "a", false, false },
		{ STR("region0"), "region", false, true },
		{ STR("region"), "region", true, true },
		{ STR("regio"), "region", false, false },
		{ STR("a\0b"), "a", false, true },
		{ STR("a"), "A", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(str_eq(cases[i].text, cases[i].other), cases[i].is_equal);
		assert_int_equal(str_starts(cases[i].text, cases[i].other), cases[i].is_start);
	}
}

static void bytes_are_utf8_or_not(void **state)
{
	static const struct {
		struct str text;
		bool is_utf8;
	} cases[] = {
		{ NOTHING, true },
		{ STR("plain"), true },
		{ STR("\x7f"), true },
		{ STR("\x80"), false },
		{ STR("\xbf"), false },
		{ STR("\xc1\xbf"), false },
		{ STR("\xc2\x80"), true },
		{ STR("\xc2"), false },
		{ STR("\xc2\x41"), false },
		{ STR("\xdf\xbf x"), true },
		{ STR("\xe0\x9f\xbf"), false }, /* overlong */
		{ STR("\xe0\xa0\x80"), true },
		{ STR("\xed\x9f\xbf"), true },
		{ STR("\xed\xa0\x80"), false }, /* a surrogate */
		{ STR("\xef\xbf\xbd"), true },
		{ STR("\xef\xbf"), false },
		{ STR("\xef\xbf\x41"), false },
		{ STR("\xf0\x8f\xbf\xbf"), false },
		{ STR("\xf0\x90\x80\x80"), true },
		{ STR("\xf4\x8f\xbf\xbf"), true },
		{ STR("\xf4\x90\x80\x80"), false },
		{ STR("\xf5\x80\x80\x80"), false },
		{ STR("\xff"), false },
		{ STR("text\xff\xfe"), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (str_is_utf8(cases[i].text) != cases[i].is_utf8)
			fail_msg("case %zu is taken for %s", i,
				 cases[i].is_utf8 ? "none" : "UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_text_is_a_number_of_the_base),
		cmocka_unit_test(number_with_0x_is_hexadecimal),
		cmocka_unit_test(size_has_at_most_one_unit),
		cmocka_unit_test(truth_has_the_words_of_systemd),
		cmocka_unit_test(block_name_is_as_the_kernel_writes_it),
		cmocka_unit_test(a_range_of_blocks_is_read_as_it_is_shown),
		cmocka_unit_test(lines_end_at_a_newline_or_with_the_text),
		cmocka_unit_test(words_are_separated_by_spaces_and_tabs),
		cmocka_unit_test(trimming_takes_blanks_off_both_ends),
		cmocka_unit_test(bytes_are_utf8_or_not),
		cmocka_unit_test(text_is_compared_as_a_whole_or_from_its_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
