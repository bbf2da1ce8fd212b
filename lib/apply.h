/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Onlining one block, and looking at what became of it (Documentation/ABI/testing/sysfs-devices-
 * memory).
 */
#pragma once

#include <stdint.h>

#include "decide.h"
#include "group.h"
#include "macro.h"
#include "sysfs.h"

enum apply_result {
	APPLY_DONE,    /* online, by our write */
	APPLY_FOREIGN, /* online, but somebody else was first */
	APPLY_GONE,    /* the block is not there any more */
	APPLY_RETRY,   /* refused for a reason that may pass; it stays offline */
	APPLY_FAILED,  /* refused for good; it stays offline */
};

struct applied {
	enum apply_result result;
	enum block_zone zone; /* where it is online; _NONE when that cannot be told */
	int error;	      /* -errno of the write for _RETRY and _FAILED, else 0 */
};

/*
 * Writes the zone (not ZONE_LEAVE) to the block's state and reads state and zone back. May wait for
 * as long as the kernel takes to add the device that the block is of, since that holds the same
 * lock.
 */
struct applied apply_online(const struct sysfs *fs, uint64_t block, enum zone zone);
