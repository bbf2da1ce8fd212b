/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `systemctl status` shows of the sweep: sd_notify(3)'s protocol, of which one datagram is all
 * that is needed.
 */
#pragma once

#include "macro.h"

/*
 * Sends "STATUS=" and the text to the service manager at @socket_name, the value of $NOTIFY_SOCKET; NULL:
 * there is none. Whether it arrives changes nothing.
 */
_printf_(2, 3) void notify_status(const char *socket_name, const char *fmt, ...);
