/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growing arrays (reallocarray(3)) that fail on demand. Include it in one file of a test program:
 * its definition takes the place of libc's, there and in the code under test.
 */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static unsigned scarce_left = UINT_MAX;
static unsigned scarce_failures;

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (scarce_left == 0 || __builtin_mul_overflow(n, size, &bytes)) {
		scarce_failures++;
		errno = ENOMEM;
		return NULL;
	}
	if (scarce_left != UINT_MAX)
		scarce_left--;
	return realloc(p, bytes);
}

/* The next @n requests are served, those after them are not. */
static inline void scarce_after(unsigned n)
{
	scarce_left = n;
	scarce_failures = 0;
}

/* From now on there is enough again. Returns how many requests were refused. */
static inline unsigned scarce_end(void)
{
	scarce_left = UINT_MAX;
	return scarce_failures;
}
