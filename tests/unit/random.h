/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random input that can be had again: the seed is printed, and MEMHP_SEED sets it. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parse.h"

static inline uint64_t random_start(void)
{
	const char *wanted = getenv("MEMHP_SEED");
	struct timespec now = { 0, 0 };
	uint64_t seed;

	if (!wanted || parse_number(str_of(wanted), &seed) < 0) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		seed = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	}
	printf("# MEMHP_SEED=%llu\n", (unsigned long long)seed);
	/* A sanitizer that stops the program would keep it from being written. */
	(void)fflush(stdout);
	return seed ? seed : 1;
}

/* xorshift64*, Vigna 2016 */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* As likely small as large: of 1 to @bits bits. */
static inline uint64_t random_sized(uint64_t *state, unsigned bits)
{
	unsigned n = 1 + (unsigned)(random_next(state) % bits);

	return random_next(state) >> (64 - n);
}

/* From 0 to @n - 1. */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
	return random_next(state) % n;
}

static inline void random_fill(uint64_t *state, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = (uint8_t)(random_next(state) >> 32);
}
