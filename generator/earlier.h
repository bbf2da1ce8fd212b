/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saying what was online before memhp came into force. */
#pragma once

#include "sysfs.h"

/*
 * Logs a line for each device that has online blocks which are not on record; where the kernel
 * onlines by itself, with the way to prevent that.
 */
void earlier_report(const struct sysfs *fs);
