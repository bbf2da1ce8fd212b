/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Onlining what was offline already when the kernel was told to online. */
#pragma once

#include "block_list.h"
#include "macro.h"
#include "policy.h"
#include "sysfs.h"

/* The blocks that are offline, ascending. 0, or -errno when the machine cannot be read. */
_must_check_ int leftover_list(const struct sysfs *fs, struct block_list *ret);

/*
 * Onlines every block that is offline but those in @except, which is sorted, and those that the
 * policy leaves to somebody, in ascending order, into the zone that the kernel chooses for what is
 * added now, and logs what came of it. Nothing where the kernel onlines nothing. 0, or -errno when
 * the machine cannot be read, which is logged.
 */
_must_check_ int leftover_online(const struct sysfs *fs, const struct policy *policy,
				 const struct block_list *except);
