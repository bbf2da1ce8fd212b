/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the inputs of a run have to come by, since ./dev has seeds for it: a harness whose inputs
 * are all refused checks nothing. Where MEMHP_FUZZ_GOALS is set a run that misses one fails; one of
 * a single input may.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct goal {
	const char *name;
	uint64_t n; /* how often */
};

/* static struct goal found GOAL = { "what was found", 0 }; or an array of them. */
#define GOAL __attribute__((section("goals"), used))

/* Of the linker. */
extern const struct goal __start_goals[], __stop_goals[];

__attribute__((destructor)) static void check_goals(void)
{
	bool is_missed = false;

	if (!getenv("MEMHP_FUZZ_GOALS"))
		return;
	for (const struct goal *goal = __start_goals; goal < __stop_goals; goal++) {
		(void)fprintf(stderr, "%12llu %s\n", (unsigned long long)goal->n, goal->name);
		is_missed |= goal->n == 0;
	}
	if (is_missed)
		_exit(EXIT_FAILURE);
}
