/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files below /run/udev/rules.d that replace rules of other packages. */
#pragma once

#include "macro.h"
#include "sysfs.h"

/*
 * Every file that memhp-generator has rendered, and no other of ours. Says what cannot be done, and
 * goes on with the rest: memhp does not depend on it. A file of that name that is not ours stays.
 */
void replacements_publish(const struct sysfs *fs);

/* Removes all of ours. 0 or -errno of the first that stays. */
_must_check_ int replacements_withdraw(const struct sysfs *fs);
