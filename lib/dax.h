/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dax device that kmem has made memory of, as a whole: whether all of it has been added, and what
 * its own state attribute says.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "group.h"
#include "iomem.h"
#include "macro.h"
#include "sysfs.h"

/*
 * daxX.Y/state, since 7.3. It tells only what was written to it, and whether kmem made blocks at
 * all: blocks that are onlined one by one leave it at "offline".
 */
enum dax_state {
	DAX_STATE_NONE, /* no such attribute (yet: it comes when kmem has added everything) */
	DAX_STATE_OFFLINE,
	DAX_STATE_ONLINE, /* the kernel chose the zone */
	DAX_STATE_ONLINE_KERNEL,
	DAX_STATE_ONLINE_MOVABLE,
	DAX_STATE_UNPLUGGED, /* no blocks; or they are coming or going right now */
	DAX_STATE_OTHER,
	_DAX_STATE_MAX,
};

struct dax {
	uint64_t size; /* bytes, before the ends are cut to whole blocks; 0: not known */
	enum dax_state state;
};

/* The device of a group of PROVIDER_CXL or _DAX; of others, and what cannot be read: {}. */
struct dax dax_read(const struct sysfs *fs, const struct group *group);

/* As in the attribute: "online_movable"; NULL for _NONE, "unknown" for _OTHER. */
const char *dax_state_name(enum dax_state state);

/*
 * Whether the blocks that @group has are all that the device will have: kmem reserves the ranges of
 * the device one after the other in /proc/iomem, each cut to whole blocks, and makes its blocks
 * then. What cannot be known counts as complete. Pure.
 */
bool dax_is_complete(const struct dax *dax, const struct group *group, const struct iomem *iomem,
		     uint64_t block_size);
