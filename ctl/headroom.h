/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much memory could still be plugged in before it would go to a kernel zone. It has no
 * arithmetic of its own: it asks decide() about DIMMs of one size after the other. Pure.
 */
#pragma once

#include <stdint.h>

#include "decide.h"
#include "machine.h"
#include "policy.h"

#define HEADROOM_UNLIMITED UINT64_MAX

/*
 * The size in bytes, a multiple of @block_size, of the largest DIMM that would go to ZONE_MOVABLE
 * if it were plugged into @node now; 0: none would; HEADROOM_UNLIMITED: the policy sets no limit.
 */
uint64_t headroom_of_node(const struct policy *policy, const struct facts *facts,
			  const struct machine *machine, uint64_t block_size, unsigned node);

/* The verdict on a DIMM of @size bytes; points into @policy. */
struct verdict headroom_try(const struct policy *policy, const struct facts *facts,
			    const struct machine *machine, uint64_t block_size, unsigned node,
			    uint64_t size);
