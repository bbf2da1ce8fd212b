/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Its width. */
#include "terminal.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Serial lines do not know theirs. */
#define WIDTH_DEFAULT 80
/* On less no text is readable, however it is broken. */
#define WIDTH_MIN 40

size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}
