/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counters of what leaders have done since the machine started, kept in /run/memhp/stats as
 * KEY=value lines.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "parse.h"
#include "sysfs.h"

struct stats {
	uint64_t decisions;	 /* groups judged, or blocks of a dynamic group */
	uint64_t blocks_onlined; /* by memhp */
	uint64_t blocks_foreign; /* somebody else was first */
	uint64_t blocks_refused; /* writes that failed */
	uint64_t blocks_gone;	 /* unplugged while they were onlined */
	uint64_t retries;	 /* tries of the sweep after its first */
	uint64_t blocks_given_up;
};

/* A counter: its key, for metrics, and its value in @stats. NULL behind the last one. Pure. */
const char *stats_at(const struct stats *stats, size_t i, uint64_t *ret_value);

/* 0 or -EBADMSG (a line that is no KEY=number; keys that are not known are passed over). Pure. */
_must_check_ int stats_parse(struct stats *ret, struct str text);

/* All zero when there is no such file yet. Or -EBADMSG, or what reading gave. */
_must_check_ int stats_read(const struct sysfs *fs, struct stats *ret);

/*
 * Adds @more to the file, for whoever holds the leader's lock; a damaged file starts anew. 0 or
 * -errno.
 */
_must_check_ int stats_add(const struct sysfs *fs, const struct stats *more);
