/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The spool of blocks that wait to be onlined, and the lock of the one who does it. A name is
 * dropped into /run/memhp/pending; the leader moves it to /run/memhp/taken before it looks at the
 * block, so that a block that comes back while it is at work is dropped anew, and removes it when
 * the block is settled. Of a device that it onlines as a whole it holds all blocks: as long as the
 * name of one is in /run/memhp/held the rules start nothing for it. What a leader that died had
 * taken or held is taken by the next one. All functions return 0 (or what they say) or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block_list.h"
#include "macro.h"
#include "sysfs.h"

struct spool {
	int pending; /* directory; carries the lock */
	int taken;   /* directory; -1 until something was taken */
	int held;    /* as well */
};

#define SPOOL_CLOSED ((struct spool){ -1, -1, -1 })

/*
 * Makes the directories (0700) where they are missing, in place of files and links; not /run/memhp,
 * which is there while memhp is in force: -ENOENT.
 */
_must_check_ int spool_open(const struct sysfs *fs, struct spool *ret);
/*
 * Where that fails: something else to carry the lock, so that a broken /run does not let two
 * leaders meet.
 */
_must_check_ int spool_open_lock(const struct sysfs *fs, struct spool *ret);
void spool_close(struct spool *spool);

_must_check_ int spool_drop(const struct spool *spool, uint64_t block);

/* 1 when the lock is ours from now on, 0 when somebody else has it. */
_must_check_ int spool_try_lock(struct spool *spool);
/* Waits until the lock is ours. */
_must_check_ int spool_wait_lock(struct spool *spool);
/* As spool_try_lock(), but gives up only after so many milliseconds. */
_must_check_ int spool_wait_lock_for(struct spool *spool, uint64_t ms);
_must_check_ int spool_unlock(struct spool *spool);

/*
 * Takes all that is pending; the list, ascending, has what was taken or held before as well. Names
 * that are no blocks are removed, in all three directories; a directory with something in it is
 * hidden.
 */
_must_check_ int spool_take(const struct sysfs *fs, struct spool *spool, struct block_list *ret);

/*
 * A block stays taken, also one whose name was not pending: it waits for the next leader. It is held
 * no more.
 */
_must_check_ int spool_keep(const struct spool *spool, uint64_t block);

/* A block that was taken needs no more attention. */
_must_check_ int spool_settle(const struct spool *spool, uint64_t block);

/* False where the directory cannot be used, and before spool_take(). */
bool spool_can_hold(const struct spool *spool);
/*
 * Nothing is to be started for the event of a block: we online it. Once it is released an event
 * starts a callout again; one that came before saw the name, so look at the block after that.
 */
_must_check_ int spool_hold(const struct spool *spool, uint64_t block);
_must_check_ int spool_release(const struct spool *spool, uint64_t block);
/* What is still held is taken: it waits for the next leader. */
_must_check_ int spool_keep_held(const struct sysfs *fs, const struct spool *spool);

/*
 * 1 when a block is pending, so that something has come since the last spool_take(); 0 when none
 * is.
 */
_must_check_ int spool_has_pending(const struct sysfs *fs);

/*
 * Gives the lock back and looks once more, since what others dropped before they failed to get the
 * lock can be seen by then. 1 when something is pending and the lock is ours again, 0 when nothing
 * is, or when somebody else sees to it.
 */
_must_check_ int spool_yield(const struct sysfs *fs, struct spool *spool);

/* With the lock, which it gives back: nothing that waits needs any more attention. */
_must_check_ int spool_dismiss(const struct sysfs *fs, struct spool *spool);
