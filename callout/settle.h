/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The moment at which a block that is being added can be judged. */
#pragma once

#include <stdint.h>

#include "sysfs.h"

/*
 * The `add` event of a block comes before the kernel has linked the block to its node, and before
 * ACPI has bound it to its DIMM. Returns when both are there, when they will not come, when the
 * block is gone, or after five seconds at the most. @n_stuck, 0 at first, then has how many devices
 * ACPI had not bound by then: the next call does not wait for as many.
 */
void settle_wait(const struct sysfs *fs, uint64_t block, unsigned *n_stuck);
