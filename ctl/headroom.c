/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary search over DIMMs that are not there. */
#include "headroom.h"

#include "memmap.h"

/* No physical address is beyond 2^52, and no device larger. */
#define SIZE_BITS 52

struct verdict headroom_try(const struct policy *policy, const struct facts *facts,
			    const struct machine *machine, uint64_t block_size, unsigned node,
			    uint64_t size)
{
	const struct memmap_question memmap = {
		.provider = PROVIDER_DIMM,
		.block_size = block_size,
		.range_blocks = size / block_size,
		.asks = -1,
	};
	const struct group_facts dimm = {
		.node = node,
		.max_pages = size / facts->page_size,
	};
	const struct question question = {
		.target = {
			.provider = PROVIDER_DIMM,
			.device = "",
			.alias = "",
			.node = node,
			/* where it would be is not known: in no [Range] */
			.range = { UINT64_MAX, UINT64_MAX },
		},
		.n_pages = block_size / facts->page_size,
		.group = &dimm,
		.self_hosted = memmap_is_self_hosted(machine, &memmap),
	};

	return decide(policy, facts, &question);
}

uint64_t headroom_of_node(const struct policy *policy, const struct facts *facts,
			  const struct machine *machine, uint64_t block_size, unsigned node)
{
	/* In blocks: what fits, and what does not. */
	uint64_t fits = 0, exceeds = (UINT64_C(1) << SIZE_BITS) / block_size;

	if (headroom_try(policy, facts, machine, block_size, node, exceeds * block_size).zone ==
	    ZONE_MOVABLE)
		return HEADROOM_UNLIMITED;
	while (exceeds - fits > 1) {
		uint64_t middle = fits + (exceeds - fits) / 2;

		if (headroom_try(policy, facts, machine, block_size, node, middle * block_size)
			    .zone == ZONE_MOVABLE)
			fits = middle;
		else
			exceeds = middle;
	}
	return fits * block_size;
}
