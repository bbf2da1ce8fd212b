/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Windows: physical ranges that can only ever hold kmem memory, as the firmware tells before any
 * driver loads.
 */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "sysfs.h"
#include "windows.h"

/* One line for a person: "CEDT: structure of no length at offset 36". */
typedef void (*firmware_report_fn)(void *userdata, const char *message);

/* A table that is not there has no windows; one that cannot be read is reported. 0 or -ENOMEM. */
_must_check_ int firmware_read_windows(const struct sysfs *fs, struct windows *ret,
				       firmware_report_fn report, void *userdata);
