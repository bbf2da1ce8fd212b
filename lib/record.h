/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was decided, kept in /run/memhp: a record a group (groups/NAME) in the form that udev
 * imports, KEY=value lines, and a hard link to it for each block it was decided for
 * (blocks/memoryN), so that every event of a block finds its properties without a process. Also of
 * groups that are left to somebody else.
 */
#pragma once

#include <stdint.h>

#include "decide.h"
#include "macro.h"
#include "snapshot.h"
#include "sysfs.h"

struct record {
	const char *group;
	const char *provider;
	const char *zone; /* "movable", "kernel", "online", "leave" */
	const char *reason;
	const char *owner;   /* "memhp", or who is expected to online it */
	const char *outcome; /* "4 of 4 blocks online", or what went wrong; NULL: not known yet */
};

/* Who brings the blocks of a verdict online: "memhp", or who has to when memhp leaves them. */
const char *record_owner(const struct verdict *verdict);

/* Makes the directories and replaces the group's record. 0 or -errno. */
_must_check_ int record_write(const struct sysfs *fs, const struct record *record);

/* Makes @block share the record that its group has now. 0 or -errno. */
_must_check_ int record_link_block(const struct sysfs *fs, const char *group, uint64_t block);

/*
 * Removes the links of blocks that @snapshot does not have, and the records of groups that it does
 * not have. 0 or -errno.
 */
_must_check_ int record_sweep(const struct sysfs *fs, const struct snapshot *snapshot);
