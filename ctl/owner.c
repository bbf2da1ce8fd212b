/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advice in words. */
#include "owner.h"

#include <stdio.h>
#include <string.h>

void owner_advise(enum provider provider, const char *owner, const char *command, char *ret,
		  size_t size)
{
	const char *section = provider_section(provider);

	(void)snprintf(ret, size, "%s%s%s in [%s]", command, command[0] ? ", or " : "",
		       strcmp(owner, "daxctl") == 0 ? "Zone=movable" : "Zone=",
		       section ? section : provider_section(PROVIDER_OTHER));
}
