/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Onlining what was offline already when the kernel was told to online. */
#pragma once

#include "macro.h"
#include "policy.h"
#include "sysfs.h"

/*
 * Onlines every such block but those that the policy leaves to somebody, in ascending order, into
 * the zone that the kernel chooses, and logs what came of it. 0, or -errno when the machine cannot
 * be read.
 */
_must_check_ int leftover_online(const struct sysfs *fs, const struct policy *policy);
