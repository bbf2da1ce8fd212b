/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of physical address ranges. Pure, but for the heap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* Bytes, both ends included, as in /proc/iomem; start <= end. */
struct range {
	uint64_t start;
	uint64_t end;
};

struct ranges {
	struct range *r;
	size_t n;
};

void ranges_done(struct ranges *set);

/* Appends; keeps no order. 0, -EINVAL (start > end), -ENOMEM. */
_must_check_ int ranges_add(struct ranges *set, uint64_t start, uint64_t end);

/*
 * Sorts ascending and joins what overlaps or touches. Returns how many of them overlapped an
 * earlier one.
 */
size_t ranges_normalise(struct ranges *set);

/*
 * What is in @set but not in @less; both are normalised, and so is @ret. 0, or -ENOMEM with @ret
 * untouched.
 */
_must_check_ int ranges_subtract(const struct ranges *set, const struct ranges *less,
				 struct ranges *ret);

/* Whether any byte of [start, end] is in the set; the set is normalised. */
bool ranges_intersect(const struct ranges *set, uint64_t start, uint64_t end);

/* Whether all of [start, end] lies in one range of the set; the set is normalised. */
bool ranges_contain(const struct ranges *set, uint64_t start, uint64_t end);
