/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What standard output is shown on. */
#pragma once

#include <stddef.h>

/* Its columns; SIZE_MAX when it is no terminal, where a line is as long as it is. */
size_t terminal_width(void);
