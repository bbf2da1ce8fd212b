/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel does by itself with memory that is added: auto_online_blocks, and the parameters
 * of its policy (Documentation/admin-guide/mm/memory-hotplug.rst). What each was is kept below
 * /run/memhp/saved when it is first set, with what it was set to. All functions return 0 or -errno;
 * what went wrong has then been reported, a line for each.
 */
#pragma once

#include <stdbool.h>

#include "decide.h"
#include "macro.h"
#include "policy.h"
#include "sysfs.h"

typedef void (*kernel_onlining_report_fn)(void *userdata, const char *message);

/* The kernel onlines nothing; its policy is what it was before kernel_onlining_delegate(). */
_must_check_ int kernel_onlining_stop(const struct sysfs *fs, kernel_onlining_report_fn report,
				      void *userdata);

/*
 * The kernel onlines by its policy auto-movable, with ratio and NUMA awareness of @policy; no block
 * comes online by a half of that. Where that cannot be had, everything is as it was before.
 */
_must_check_ int kernel_onlining_delegate(const struct sysfs *fs, const struct policy *policy,
					  kernel_onlining_report_fn report, void *userdata);

/*
 * Everything is as it was before, but what somebody else has changed since. While the policy
 * changes, the kernel onlines nothing.
 */
_must_check_ int kernel_onlining_restore(const struct sysfs *fs, kernel_onlining_report_fn report,
					 void *userdata);

/* Whether one of the first two is in force. */
bool kernel_onlining_is_set(const struct sysfs *fs);

/*
 * Where the kernel puts what is added now: ZONE_ONLINE is where its policy says. False when it
 * onlines nothing.
 */
bool kernel_onlining_find_zone(const struct sysfs *fs, enum zone *ret);
