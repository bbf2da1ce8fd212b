/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was decided, kept in /run/memhp: a record a group (groups/NAME) in the form that udev
 * imports, KEY=value lines, and a hard link to it for each block it was decided for
 * (blocks/memoryN), so that every event of a block finds its properties without a process. Also of
 * groups that are left to somebody else. A block's link keeps the text of the moment when it was
 * made.
 */
#pragma once

#include <stdint.h>

#include "decide.h"
#include "macro.h"
#include "snapshot.h"
#include "sysfs.h"

/* What has become of a group so far. */
enum record_state {
	RECORD_PENDING, /* decided; not done yet, or to be tried again */
	RECORD_ONLINE,	/* every block that was to be onlined */
	RECORD_PARTIAL, /* some blocks were refused, and are not tried again */
	RECORD_FAILED,	/* so was every block */
	RECORD_LEFT,	/* to somebody else */
	_RECORD_STATE_MAX,
};

struct record {
	const char *group;
	const char *provider;
	const char *zone; /* "movable", "kernel", "online", "leave" */
	const char *reason;
	const char *owner; /* "memhp", or who is expected to online it */
	const char *dax;   /* daxX.Y/state when that was decided; NULL: there is none */
	enum record_state state;
	uint64_t try;	     /* of the sweep, from 1; 0: by an event */
	const char *outcome; /* "4 of 4 blocks online", or what went wrong; NULL: not known yet */
};

/* "pending", "online", "partial", "failed", "left". */
const char *record_state_name(enum record_state state);

/* Who brings the blocks of a verdict online: "memhp", or who has to when memhp leaves them. */
const char *record_owner(const struct verdict *verdict);

/*
 * Makes the directories, in place of files and links but not /run/memhp itself, and replaces the
 * group's record. 0 or -errno.
 */
_must_check_ int record_write(const struct sysfs *fs, const struct record *record);

/*
 * Reads a record out of @text, which it cuts into strings that @ret points to. Keys that are not
 * known are passed over. 0, or -EBADMSG (a line without "=", an empty or missing MEMHP_GROUP,
 * _PROVIDER, _ZONE, _REASON or _OWNER, a state or a number that is none). Pure.
 */
_must_check_ int record_parse(struct record *ret, char *text);

/*
 * The record of a group. @ret points into @ret_text, which is to be freed. Also -ENOENT, -EINVAL (no
 * name of a group), or what reading gave.
 */
_must_check_ int record_read(const struct sysfs *fs, const char *group, struct record *ret,
			     char **ret_text);

/*
 * The record, as it is now, of the group that @block was last decided with. Likewise; -ENOENT: it has
 * not been decided.
 */
_must_check_ int record_read_of_block(const struct sysfs *fs, uint64_t block, struct record *ret,
				      char **ret_text);

/* Makes @block share the record that its group has now. 0 or -errno. */
_must_check_ int record_link_block(const struct sysfs *fs, const char *group, uint64_t block);

/*
 * Removes the links of blocks that @snapshot does not have, and the records of groups that it does
 * not have. 0 or -errno.
 */
_must_check_ int record_sweep(const struct sysfs *fs, const struct snapshot *snapshot);

/*
 * As record_sweep(), after a time when nobody kept them: also removes the links of blocks that are
 * not online as their record says, and the records of groups that have no link then. 0 or -errno.
 */
_must_check_ int record_revise(const struct sysfs *fs, const struct snapshot *snapshot);
