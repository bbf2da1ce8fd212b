/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of block numbers as globs: all small ones, and random ones up to the largest number. */
#include "windows.h"

#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

#define MAX UINT64_MAX
#define GLOBS_SIZE 4096
#define ANY "[0-9]"
#define ANY3 ANY ANY ANY
#define ANY6 ANY3 ANY3
#define ANY18 ANY6 ANY6 ANY6

static void blocks_lie_completely_in_the_window(void **state)
{
	static const struct {
		struct range window;
		uint64_t block_size;
		bool has_blocks;
		uint64_t first, last;
	} cases[] = {
		{ { 0x190000000, 0x28fffffff }, 0x8000000, true, 50, 81 },
		{ { 0x190000001, 0x28fffffff }, 0x8000000, true, 51, 81 },
		{ { 0x190000000, 0x28ffffffe }, 0x8000000, true, 50, 80 },
		{ { 0x190000000, 0x197ffffff }, 0x8000000, true, 50, 50 },
		{ { 0x190000000, 0x197fffffe }, 0x8000000, false, 0, 0 },
		{ { 0x190000001, 0x197ffffff }, 0x8000000, false, 0, 0 },
		/* two halves of blocks are no block */
		{ { 0x194000000, 0x19bffffff }, 0x8000000, false, 0, 0 },
		{ { 0x191000000, 0x191ffffff }, 0x8000000, false, 0, 0 },
		{ { 0, 0x7ffffff }, 0x8000000, true, 0, 0 },
		{ { 0, 0x7fffffe }, 0x8000000, false, 0, 0 },
		{ { 0, 0 }, 0x8000000, false, 0, 0 },
		/* at the last address */
		{ { 0, MAX }, 0x8000000, true, 0, MAX >> 27 },
		{ { MAX - 0x7ffffff, MAX }, 0x8000000, true, MAX >> 27, MAX >> 27 },
		{ { MAX, MAX }, 0x8000000, false, 0, 0 },
		{ { 1, MAX }, UINT64_C(1) << 63, true, 1, 1 },
		{ { 1, MAX - 1 }, UINT64_C(1) << 63, false, 0, 0 },
		{ { 5, MAX }, 1, true, 5, MAX },
		{ { MAX, MAX }, 1, true, MAX, MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t first = 42, last = 43;

		assert_int_equal(window_blocks(cases[i].window, cases[i].block_size, &first, &last),
				 cases[i].has_blocks);
		assert_int_equal(first, cases[i].has_blocks ? cases[i].first : 42);
		assert_int_equal(last, cases[i].has_blocks ? cases[i].last : 43);
	}
}

static void lists_are_as_short_as_they_can_be(void **state)
{
	static const struct {
		uint64_t first, last;
		const char *globs;
	} cases[] = {
		{ 0, 0, "memory0" },
		{ 7, 7, "memory7" },
		{ 0, 9, "memory[0-9]" },
		{ 0, 1, "memory[01]" },
		{ 8, 9, "memory[89]" },
		{ 2, 7, "memory[2-7]" },
		{ 9, 10, "memory9|memory10" },
		{ 0, 10, "memory[0-9]|memory10" },
		{ 0, 99, "memory[0-9]|memory[1-9][0-9]" },
		{ 0, 999, "memory[0-9]|memory[1-9][0-9]|memory[1-9][0-9][0-9]" },
		{ 10, 99, "memory[1-9][0-9]" },
		{ 100, 199, "memory1[0-9][0-9]" },
		{ 50, 81, "memory[5-7][0-9]|memory8[01]" },
		{ 5, 123, "memory[5-9]|memory[1-9][0-9]|memory1[01][0-9]|memory12[0-3]" },
		{ 1170, 1201, "memory11[7-9][0-9]|memory120[01]" },
		{ 1000, 1000, "memory1000" },
		{ 999, 1000, "memory999|memory1000" },
		{ 18, 21, "memory1[89]|memory2[01]" },
		{ MAX, MAX, "memory18446744073709551615" },
		{ MAX - 1, MAX, "memory1844674407370955161[45]" },
		{ MAX - 15, MAX, "memory1844674407370955160[0-9]|memory1844674407370955161[0-5]" },
		{ UINT64_C(10000000000000000000), UINT64_C(10999999999999999999),
		  "memory10" ANY18 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[GLOBS_SIZE];
		int n = windows_to_globs(got, sizeof(got), cases[i].first, cases[i].last);

		assert_string_equal(got, cases[i].globs);
		assert_int_equal(n, strlen(cases[i].globs));
	}
}

static void list_that_does_not_fit_leaves_the_output_alone(void **state)
{
	char got[32] = "untouched";

	(void)state;
	assert_int_equal(windows_to_globs(got, strlen("memory9|memory10"), 9, 10), -ENOSPC);
	assert_string_equal(got, "untouched");
	assert_int_equal(windows_to_globs(NULL, 0, 9, 10), -ENOSPC);
	assert_int_equal(windows_to_globs(got, sizeof(got), 1, 0), -EINVAL);
	assert_int_equal(windows_to_globs(got, sizeof(got), MAX, 0), -EINVAL);
	assert_string_equal(got, "untouched");
	assert_int_equal(windows_to_globs(got, sizeof("memory9|memory10"), 9, 10), 16);
	assert_string_equal(got, "memory9|memory10");
}

/* Cuts one digit, or a class of digits that follow one another, off @glob. */
static bool cut_digits(const char **glob, unsigned *ret_min, unsigned *ret_max)
{
	const char *p = *glob;
	bool is_class = *p == '[';

	if (is_class)
		p++;
	if (*p < '0' || *p > '9')
		return false;
	*ret_min = *ret_max = (unsigned)(*p++ - '0');
	if (is_class) {
		bool is_run = *p == '-';

		if (is_run)
			p++;
		if (*p < '0' || *p > '9')
			return false;
		*ret_max = (unsigned)(*p++ - '0');
		/* Two digits without a dash are neighbours, and a dash has to be worth it. */
		if (is_run ? *ret_max < *ret_min + 2 : *ret_max != *ret_min + 1)
			return false;
		if (*p++ != ']')
			return false;
	}
	*glob = p;
	return true;
}

/*
 * Cuts the first glob off @globs and tells which numbers it matches. They follow one another if
 * there is nothing but [0-9] behind the first class, which is demanded here.
 */
static bool cut_glob(const char **globs, uint64_t *ret_first, uint64_t *ret_last)
{
	static const char prefix[] = "memory";
	unsigned min, max, n_digits = 0;
	bool has_class = false;
	const char *p = *globs;

	*ret_first = *ret_last = 0;
	if (strncmp(p, prefix, sizeof(prefix) - 1) != 0)
		return false;
	for (p += sizeof(prefix) - 1; *p && *p != '|'; n_digits++) {
		if (!cut_digits(&p, &min, &max))
			return false;
		if (has_class && (min != 0 || max != 9))
			return false;
		has_class |= min != max;
		/* No block has a name with a zero in front. */
		if (n_digits == 0 && min == 0 && *p && *p != '|')
			return false;
		*ret_first = *ret_first * 10 + min;
		*ret_last = *ret_last * 10 + max;
	}
	*globs = *p == '|' ? p + 1 : p;
	return n_digits > 0;
}

/* Whether the globs match each number from @first to @last once, and nothing else. */
static bool is_exact(const char *globs, uint64_t first, uint64_t last)
{
	uint64_t from, to;

	for (uint64_t next = first; *globs; next = to + 1) {
		if (!cut_glob(&globs, &from, &to) || from != next)
			return false;
		if (!*globs)
			return to == last;
	}
	return false;
}

static void all_ranges_of_small_numbers_are_exact(void **state)
{
	char globs[GLOBS_SIZE];

	(void)state;
	for (uint64_t first = 0; first < 3000; first++)
		for (uint64_t last = first; last < 3000; last++) {
			int n = windows_to_globs(globs, sizeof(globs), first, last);

			if (n <= 0 || globs[n] != '\0' || !is_exact(globs, first, last))
				fail_msg("%llu to %llu gave %s", (unsigned long long)first,
					 (unsigned long long)last, globs);
		}
}

/* As udev matches: by fnmatch(3), each alternative of its own. Returns how many match. */
static unsigned count_matches(const char *globs, uint64_t number)
{
	char list[GLOBS_SIZE], name[32], *glob = list;
	unsigned n = 0;

	(void)snprintf(list, sizeof(list), "%s", globs);
	(void)snprintf(name, sizeof(name), "memory%llu", (unsigned long long)number);
	while (glob) {
		char *end = strchr(glob, '|');

		if (end)
			*end++ = '\0';
		n += fnmatch(glob, name, 0) == 0;
		glob = end;
	}
	return n;
}

static void globs_mean_to_fnmatch_what_they_mean_here(void **state)
{
	char globs[GLOBS_SIZE];

	(void)state;
	for (uint64_t first = 0; first < 112; first += 3)
		for (uint64_t last = first; last < 1200; last += 7) {
			assert_true(windows_to_globs(globs, sizeof(globs), first, last) > 0);
			for (uint64_t i = 0; i < 1300; i += 1 + i / 100)
				assert_int_equal(count_matches(globs, i), first <= i && i <= last);
		}
}

static void random_ranges_match_at_their_ends_and_between(void **state)
{
	uint64_t random = random_start();
	char globs[GLOBS_SIZE];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		uint64_t a = random_sized(&random, 64), b = random_sized(&random, 64);
		uint64_t first = a < b ? a : b, last = a < b ? b : a;

		assert_in_range(windows_to_globs(globs, sizeof(globs), first, last), 7,
				GLOBS_SIZE - 1);
		assert_true(is_exact(globs, first, last));
		assert_int_equal(count_matches(globs, first), 1);
		assert_int_equal(count_matches(globs, last), 1);
		assert_int_equal(count_matches(globs, first + (last - first) / 2), 1);
		assert_int_equal(count_matches(globs, first - 1), first == 0 && last == MAX);
		assert_int_equal(count_matches(globs, last + 1), first == 0 && last == MAX);
		for (int j = 0; j < 10; j++) {
			uint64_t any = random_sized(&random, 64);

			assert_int_equal(count_matches(globs, any), first <= any && any <= last);
		}
	}
}

static void longest_list_has_4096_bytes_at_most(void **state)
{
	static const struct {
		uint64_t first, last;
	} cases[] = {
		{ 0, MAX },
		{ 1, MAX - 1 },
		{ 11, MAX },
		{ UINT64_C(1111111111111111111), UINT64_C(18399999999999999998) },
		{ UINT64_C(10000000000000000001), UINT64_C(18446744073709551614) },
		{ UINT64_C(10111111111111111111), UINT64_C(17888888888888888888) },
	};
	char globs[GLOBS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(windows_to_globs(globs, sizeof(globs), cases[i].first, cases[i].last) >
			    0);
		assert_true(is_exact(globs, cases[i].first, cases[i].last));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_lie_completely_in_the_window),
		cmocka_unit_test(lists_are_as_short_as_they_can_be),
		cmocka_unit_test(list_that_does_not_fit_leaves_the_output_alone),
		cmocka_unit_test(all_ranges_of_small_numbers_are_exact),
		cmocka_unit_test(globs_mean_to_fnmatch_what_they_mean_here),
		cmocka_unit_test(random_ranges_match_at_their_ends_and_between),
		cmocka_unit_test(longest_list_has_4096_bytes_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
