/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel itself would do with a block that is offline. */
#pragma once

#include <stdbool.h>

#include "group.h"
#include "machine.h"
#include "sysfs.h"

#define KERNEL_ZONE_MAX 16

/*
 * The zone, "Normal", that `online` would have the kernel choose now, by its online_policy; "" when
 * that is not known. Before 6.18 reading valid_zones of a block that is being added can crash the
 * kernel, so it is not read of a block that has no node yet, or that still waits for memhp.
 */
void kernel_zone_read(const struct sysfs *fs, const struct machine *machine,
		      const struct block *block, char ret[static KERNEL_ZONE_MAX]);

/* "contig-zones" or "auto-movable"; "" when the kernel does not tell. */
void kernel_zone_read_policy(const struct sysfs *fs, char ret[static KERNEL_ZONE_MAX]);
