/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of ranges, up to the last address there is. */
#include "ranges.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random.h"
#include "scarce.h"

#define MAX UINT64_MAX

static void fill(struct ranges *set, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ranges_add(set, ranges[i].start, ranges[i].end), 0);
}

static void ranges_are_kept_in_the_order_they_come(void **state)
{
	static const struct range some[] = {
		{ 8, 9 }, { 0, 0 }, { MAX, MAX }, { 0, MAX }, { 8, 9 }
	};
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

	(void)state;
	fill(&set, some, ARRAY_SIZE(some));
	assert_int_equal(set.n, ARRAY_SIZE(some));
	assert_memory_equal(set.r, some, sizeof(some));
}

static void range_that_ends_before_its_start_is_refused(void **state)
{
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

	(void)state;
	assert_int_equal(ranges_add(&set, 1, 0), -EINVAL);
	assert_int_equal(ranges_add(&set, MAX, 0), -EINVAL);
	assert_int_equal(set.n, 0);
	assert_null(set.r);
}

static void without_memory_the_set_stays_as_it_is(void **state)
{
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

	(void)state;
	scarce_after(1);
	assert_int_equal(ranges_add(&set, 1, 2), 0);
	assert_int_equal(ranges_add(&set, 3, 4), -ENOMEM);
	assert_int_equal(scarce_end(), 1);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.r[0].start, 1);
	assert_int_equal(ranges_add(&set, 3, 4), 0);
	assert_int_equal(set.n, 2);
}

static void normalising_sorts_and_joins(void **state)
{
	static const struct {
		struct range in[5];
		size_t n_in;
		struct range out[4];
		size_t n_out;
		size_t n_overlaps;
	} cases[] = {
		{ .n_in = 0 },
		{ { { 1, 2 } }, 1, { { 1, 2 } }, 1, 0 },
		/* apart */
		{ { { 8, 9 }, { 0, 3 }, { 5, 6 } }, 3, { { 0, 3 }, { 5, 6 }, { 8, 9 } }, 3, 0 },
		/* touching is not overlapping */
		{ { { 4, 7 }, { 0, 3 } }, 2, { { 0, 7 } }, 1, 0 },
		{ { { 0, 4 }, { 4, 7 } }, 2, { { 0, 7 } }, 1, 1 },
		/* within another one, twice the same */
		{ { { 0, 9 }, { 2, 3 }, { 4, 5 } }, 3, { { 0, 9 } }, 1, 2 },
		{ { { 2, 3 }, { 2, 3 } }, 2, { { 2, 3 } }, 1, 1 },
		{ { { 2, 3 }, { 2, 9 }, { 8, 12 }, { 20, 20 } },
		  4,
		  { { 2, 12 }, { 20, 20 } },
		  2,
		  2 },
		/* at the ends of the address space */
		{ { { MAX, MAX }, { 0, MAX - 1 } }, 2, { { 0, MAX } }, 1, 0 },
		{ { { 0, MAX }, { MAX, MAX }, { 0, 0 } }, 3, { { 0, MAX } }, 1, 2 },
		{ { { MAX, MAX }, { 0, 0 } }, 2, { { 0, 0 }, { MAX, MAX } }, 2, 0 },
		{ { { 1, MAX - 1 }, { MAX, MAX }, { 0, 0 } }, 3, { { 0, MAX } }, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

		fill(&set, cases[i].in, cases[i].n_in);
		assert_int_equal(ranges_normalise(&set), cases[i].n_overlaps);
		assert_int_equal(set.n, cases[i].n_out);
		for (size_t j = 0; j < set.n; j++) {
			assert_int_equal(set.r[j].start, cases[i].out[j].start);
			assert_int_equal(set.r[j].end, cases[i].out[j].end);
		}
	}
}

static void set_grows_again_after_it_was_normalised(void **state)
{
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(ranges_add(&set, i, i), 0);
	assert_int_equal(ranges_normalise(&set), 0);
	assert_int_equal(set.n, 1);
	for (uint64_t i = 200; i < 300; i += 2) {
		assert_int_equal(ranges_add(&set, i, i), 0);
		assert_int_equal(ranges_normalise(&set), 0);
	}
	assert_int_equal(set.n, 51);
	assert_int_equal(set.r[50].start, 298);
}

static void search_finds_what_touches_and_what_contains(void **state)
{
	static const struct range some[] = { { 10, 19 }, { 30, 30 }, { 40, 49 }, { MAX - 9, MAX } };
	static const struct {
		uint64_t start, end;
		bool intersects, is_contained;
	} cases[] = {
		{ 0, 0, false, false },	  { 0, 9, false, false },
		{ 0, 10, true, false },	  { 10, 10, true, true },
		{ 10, 19, true, true },	  { 12, 15, true, true },
		{ 19, 20, true, false },  { 20, 29, false, false },
		{ 20, 30, true, false },  { 30, 30, true, true },
		{ 31, 39, false, false }, { 10, 49, true, false },
		{ 40, 49, true, true },	  { 50, MAX - 10, false, false },
		{ 0, MAX, true, false },  { MAX - 9, MAX, true, true },
		{ MAX, MAX, true, true }, { MAX - 10, MAX, true, false },
	};
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 };

	(void)state;
	fill(&set, some, ARRAY_SIZE(some));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t start = cases[i].start, end = cases[i].end;

		assert_int_equal(ranges_intersect(&set, start, end), cases[i].intersects);
		assert_int_equal(ranges_contain(&set, start, end), cases[i].is_contained);
	}
}

static void empty_set_has_nothing(void **state)
{
	const struct ranges set = { NULL, 0 };

	(void)state;
	assert_false(ranges_intersect(&set, 0, MAX));
	assert_false(ranges_contain(&set, 0, 0));
}

static void subtracting_leaves_what_only_the_first_has(void **state)
{
	static const struct {
		struct range set[3];
		size_t n_set;
		struct range less[3];
		size_t n_less;
		struct range out[4];
		size_t n_out;
	} cases[] = {
		{ .n_set = 0 },
		{ .n_set = 0, .less = { { 0, MAX } }, .n_less = 1 },
		{ { { 1, 2 } }, 1, { { 0, 0 } }, 0, { { 1, 2 } }, 1 },
		/* beside it, up to it */
		{ { { 4, 7 } }, 1, { { 0, 2 }, { 9, 9 } }, 2, { { 4, 7 } }, 1 },
		{ { { 4, 7 } }, 1, { { 0, 3 }, { 8, 9 } }, 2, { { 4, 7 } }, 1 },
		/* its start, its end, all of it, and more */
		{ { { 4, 7 } }, 1, { { 0, 4 } }, 1, { { 5, 7 } }, 1 },
		{ { { 4, 7 } }, 1, { { 7, 9 } }, 1, { { 4, 6 } }, 1 },
		{ { { 4, 7 } }, 1, { { 4, 7 } }, 1, { { 0, 0 } }, 0 },
		{ { { 4, 7 }, { 9, 9 } }, 2, { { 3, 10 } }, 1, { { 0, 0 } }, 0 },
		/* pieces from its middle */
		{ { { 4, 20 } },
		  1,
		  { { 6, 6 }, { 8, 9 }, { 20, 30 } },
		  3,
		  { { 4, 5 }, { 7, 7 }, { 10, 19 } },
		  3 },
		/* one that takes from two */
		{ { { 0, 9 }, { 20, 29 } }, 2, { { 5, 24 } }, 1, { { 0, 4 }, { 25, 29 } }, 2 },
		/* at the ends of the address space */
		{ { { 0, MAX } }, 1, { { 0, 0 }, { MAX, MAX } }, 2, { { 1, MAX - 1 } }, 1 },
		{ { { 0, MAX } }, 1, { { 1, MAX - 1 } }, 1, { { 0, 0 }, { MAX, MAX } }, 2 },
		{ { { 0, MAX } }, 1, { { 0, MAX } }, 1, { { 0, 0 } }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(ranges_done) struct ranges set = { NULL, 0 }, less = { NULL, 0 },
						     rest = { NULL, 0 };

		fill(&set, cases[i].set, cases[i].n_set);
		fill(&less, cases[i].less, cases[i].n_less);
		assert_int_equal(ranges_subtract(&set, &less, &rest), 0);
		assert_int_equal(rest.n, cases[i].n_out);
		for (size_t j = 0; j < rest.n; j++) {
			assert_int_equal(rest.r[j].start, cases[i].out[j].start);
			assert_int_equal(rest.r[j].end, cases[i].out[j].end);
		}
	}
}

static void without_memory_nothing_is_subtracted(void **state)
{
	static const struct range some[] = { { 0, 9 }, { 20, 29 } }, cut[] = { { 5, 24 } };
	_cleanup_(ranges_done) struct ranges set = { NULL, 0 }, less = { NULL, 0 };
	struct ranges rest = { NULL, 77 };

	(void)state;
	fill(&set, some, ARRAY_SIZE(some));
	fill(&less, cut, ARRAY_SIZE(cut));
	scarce_after(0);
	assert_int_equal(ranges_subtract(&set, &less, &rest), -ENOMEM);
	assert_int_equal(scarce_end(), 1);
	assert_null(rest.r);
	assert_int_equal(rest.n, 77);
}

/* Of addresses below 64. Returns the same as the bits of a number. */
static uint64_t fill_random(struct ranges *set, uint64_t *random)
{
	uint64_t model = 0;

	for (size_t n = random_next(random) % 8; n > 0; n--) {
		uint64_t start = random_next(random) % 64;
		uint64_t end = start + random_next(random) % (64 - start);

		assert_int_equal(ranges_add(set, start, end), 0);
		model |= MAX >> (63 - (end - start)) << start;
	}
	return model;
}

static uint64_t bits_of(const struct ranges *set)
{
	uint64_t bits = 0;

	for (uint64_t a = 0; a < 64; a++) {
		bits |= (uint64_t)ranges_intersect(set, a, a) << a;
		assert_int_equal(ranges_intersect(set, a, a), ranges_contain(set, a, a));
	}
	for (size_t j = 1; j < set->n; j++)
		assert_true(set->r[j].start > set->r[j - 1].end + 1);
	return bits;
}

static void normalised_set_has_the_same_bytes(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		_cleanup_(ranges_done) struct ranges set = { NULL, 0 };
		uint64_t model = fill_random(&set, &random);

		(void)ranges_normalise(&set);
		assert_int_equal(bits_of(&set), model);
	}
}

static void difference_has_the_bytes_that_are_left(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		_cleanup_(ranges_done) struct ranges set = { NULL, 0 }, less = { NULL, 0 },
						     rest = { NULL, 0 };
		uint64_t model = fill_random(&set, &random);

		model &= ~fill_random(&less, &random);
		(void)ranges_normalise(&set);
		(void)ranges_normalise(&less);
		assert_int_equal(ranges_subtract(&set, &less, &rest), 0);
		assert_int_equal(bits_of(&rest), model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_kept_in_the_order_they_come),
		cmocka_unit_test(range_that_ends_before_its_start_is_refused),
		cmocka_unit_test(without_memory_the_set_stays_as_it_is),
		cmocka_unit_test(normalising_sorts_and_joins),
		cmocka_unit_test(set_grows_again_after_it_was_normalised),
		cmocka_unit_test(search_finds_what_touches_and_what_contains),
		cmocka_unit_test(empty_set_has_nothing),
		cmocka_unit_test(subtracting_leaves_what_only_the_first_has),
		cmocka_unit_test(without_memory_nothing_is_subtracted),
		cmocka_unit_test(normalised_set_has_the_same_bytes),
		cmocka_unit_test(difference_has_the_bytes_that_are_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
