/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people can do about memory that memhp leaves alone. Pure. */
#pragma once

#include <stddef.h>

#include "provider.h"

/*
 * What to do about offline memory of @provider that @owner is to online: the @command that does so
 * ("": there is none), and the section that gives it to memhp. Cut where @size is too small.
 */
void owner_advise(enum provider provider, const char *owner, const char *command, char *ret,
		  size_t size);
