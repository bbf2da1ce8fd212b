/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One datagram to the service manager. */
#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define STATUS "STATUS="

void notify_status(const char *socket_name, const char *fmt, ...)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = socket_name ? strlen(socket_name) : 0;
	_cleanup_close_ int fd = -1;
	char text[512] = STATUS;
	va_list ap;

	if (n < 2 || n >= sizeof(address.sun_path) ||
	    (socket_name[0] != '/' && socket_name[0] != '@'))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text + strlen(STATUS), sizeof(text) - strlen(STATUS), fmt, ap);
	va_end(ap);
	memcpy(address.sun_path, socket_name, n);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0'; /* in the abstract name space */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
}
