/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people can do about memory that memhp leaves alone. Pure. */
#pragma once

#include <stddef.h>

#include "decide.h"
#include "group.h"

/*
 * The command that onlines the offline blocks of a group that @verdict leaves to somebody else, and
 * the section that gives it to memhp; cut where @size is too small.
 */
void owner_command(const struct group *group, const struct verdict *verdict, char *ret,
		   size_t size);
