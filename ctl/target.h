/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a name that a person gives stands for. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"

struct target {
	const struct group *group; /* a device; NULL: blocks */
	uint64_t first, last;	   /* their numbers, if it is no device */
};

/*
 * A device by its name or its other name, or else "memory8", "memory8-39", "memory8-memory39", as
 * status and plan write it. Points into @snapshot. False: none of these; @ret is untouched then.
 */
bool target_find(const struct snapshot *snapshot, const char *name, struct target *ret);

/* Whether @block, one of the snapshot, is a part of it. */
bool target_has(const struct target *target, const struct snapshot *snapshot,
		const struct block *block);
