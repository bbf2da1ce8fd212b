/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device of one block, for those to whom nobody has told it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "group.h"
#include "machine.h"
#include "macro.h"
#include "ranges.h"
#include "sysfs.h"

/* What does not change from block to block. */
struct namer {
	const struct sysfs *fs;
	uint64_t block_size;
	struct machine machine;
	struct ranges boot;
};

/* 0, or what snapshot_read_block_size() gave; @fs has to outlive it. */
_must_check_ int namer_open(const struct sysfs *fs, struct namer *ret);
void namer_close(struct namer *namer);

/*
 * The name by which other commands know the device of block @id, from /proc/iomem and the block's
 * firmware node as they are now. False: it belongs to none, is gone, or addresses are hidden.
 */
bool namer_find(const struct namer *namer, uint64_t id, char ret[static GROUP_NAME_MAX]);
