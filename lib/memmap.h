/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Self-hosted memmap: whether the blocks of a device carry their own page array, so that they take
 * nothing from kernel zones. The kernel does not say so of a block, at most that it was asked for; it
 * follows from what adds the memory and from mm/memory_hotplug.c, mhp_supports_memmap_on_memory().
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "provider.h"

enum self_hosted {
	SELF_HOSTED_NO,
	SELF_HOSTED_YES,
	SELF_HOSTED_UNKNOWN, /* taken for a no */
};

struct memmap_question {
	enum provider provider;
	uint64_t block_size; /* bytes */
	/* Of a DIMM: blocks of the largest of its ranges, each of which is added at once; 0: not known. */
	uint64_t range_blocks;
	/* memmap_on_memory of the device or block: 0 or 1; -1 where the kernel does not have it */
	int asks;
};

enum self_hosted memmap_is_self_hosted(const struct machine *machine,
				       const struct memmap_question *question);
