/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where programs (never lib/ itself) say what happened. */
#pragma once

#include <stdbool.h>
#include <syslog.h>

#include "macro.h"

enum log_target {
	LOG_TO_STDERR, /* a person, or a unit whose stderr is the journal */
	LOG_TO_SYSLOG, /* stderr and syslog(3): a udev callout's stderr is seen by nobody */
	/* the kernel's log: a generator has nothing else; stderr where that is not to be had */
	LOG_TO_KMSG,
};

/*
 * @program is kept, not copied. Messages of a weaker priority than @max_priority (LOG_DEBUG, ...)
 * are dropped.
 */
void log_open(const char *program, enum log_target target, int max_priority);

_printf_(2, 3) void log_message(int priority, const char *fmt, ...);

#define log_debug(...) log_message(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_message(LOG_ERR, __VA_ARGS__)
