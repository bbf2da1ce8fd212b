/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records and counters of /run/memhp while memhp is not in force: what it has onlined stays
 * online, and at its next start it is to be known who that was. They are out of the way in
 * /run/memhp.stopped, since /run/memhp is where callouts look whether memhp is in force.
 */
#pragma once

#include <stdbool.h>

#include "macro.h"
#include "sysfs.h"

/*
 * At stop, with nothing else left in /run/memhp: that is gone, and what is on record is kept. 0, or
 * -errno: something of it is still there.
 */
_must_check_ int past_keep(const struct sysfs *fs);

/*
 * At start, before anything is published: brings back what is kept. Whether there was anything; trouble
 * with it is logged.
 */
bool past_recover(const struct sysfs *fs);

/*
 * With boot memory published: forgets what was recovered and is not true any more, since memory has
 * come and gone without memhp.
 */
void past_revise(const struct sysfs *fs);
