/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Early memory: what was there before anything was hot-plugged. The generator records it, since the
 * kernel tells only at boot, and only on x86 (struct boot_params), which blocks are early.
 */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "parse.h"
#include "ranges.h"
#include "sysfs.h"

/*
 * What the machine knows now, normalised: on x86 the firmware's e820 map; elsewhere what was
 * recorded at boot, and where nothing was, the blocks that are online now but for those that
 * /proc/iomem knows to be a driver's. 0, -ENOMEM or what reading gave.
 */
_must_check_ int boot_memory_read(const struct sysfs *fs, struct ranges *ret);

/*
 * What the generator recorded and memhp.service published; boot_memory_read() when there is no such
 * record.
 */
_must_check_ int boot_memory_load(const struct sysfs *fs, struct ranges *ret);

/*
 * The record: a line "START-END" in hexadecimal bytes, end included, a range. Length, or -ENOSPC.
 */
_must_check_ int boot_memory_format(const struct ranges *ranges, char *ret, size_t size);

/* 0, -EBADMSG (a line that is none, no line at all, no end mark), -ENOMEM. */
_must_check_ int boot_memory_parse(struct ranges *ret, struct str text);
