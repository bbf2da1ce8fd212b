/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generated half of the udev rules: whose a block is (79-memhp.rules). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "policy.h"
#include "windows.h"

/*
 * Whether udev is to leave the blocks of such windows to their owner: every provider that they may
 * turn out to be of has Zone=leave.
 */
bool rules_exclude_window(const struct policy *policy, enum window_kind kind);

/*
 * One line that says that memhp is in force, and one a window whose blocks udev leaves to their
 * owner without starting a process. A window that the policy gives to memhp, even in part, has no
 * line: the callout tells whose its blocks are. With ONLINER_KERNEL there are no rules at all.
 * @origin stands in the header comment. Returns the length, or -ENOSPC.
 */
_must_check_ int rules_format(const struct policy *policy, const struct windows *windows,
			      uint64_t block_size, const char *origin, char *ret, size_t size);
