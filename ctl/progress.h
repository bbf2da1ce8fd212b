/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows how far long work on blocks has come. */
#pragma once

#include <stdint.h>

#include "block_list.h"
#include "ctl.h"

/*
 * Returns what @work(@userdata) does, a status of exit. When standard error is a terminal, a line
 * there counts those of @blocks, ascending, that are not offline any more; the work is then done by
 * a process of its own, and what it says stands above that line.
 */
int progress_run(const struct ctl *ctl, const struct block_list *blocks, uint64_t block_size,
		 int (*work)(void *userdata), void *userdata);
