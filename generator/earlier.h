/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saying what the kernel has onlined before memhp came into force. */
#pragma once

#include "sysfs.h"

/*
 * Logs a line for each device with online blocks, with the way to prevent that. Nothing where the
 * kernel onlines nothing by itself.
 */
void earlier_report(const struct sysfs *fs);
