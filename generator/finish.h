/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Onlining what waits for memhp before that goes: nobody else would look at it. */
#pragma once

#include "policy.h"
#include "spool.h"
#include "sysfs.h"

/*
 * With the lock of @spool held: onlines what is pending, taken or held, by @policy, and gives up what
 * is refused. When nothing is pending any more the directory is removed, so that a callout that
 * comes too late cannot leave its name there. Says what went wrong.
 */
void finish_waiting(const struct sysfs *fs, const struct policy *policy, struct spool *spool);
