/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advice in words. */
#include "owner.h"

#include <stdio.h>
#include <string.h>

#include "provider.h"
#include "record.h"

void owner_command(const struct group *group, const struct verdict *verdict, char *ret, size_t size)
{
	const char *section = provider_section(group->provider);

	if (strcmp(record_owner(verdict), "daxctl") == 0)
		(void)snprintf(ret, size, "daxctl online-memory %s, or Zone=movable in [%s]",
			       group->name, section);
	else
		(void)snprintf(ret, size, "chmem --enable --blocks %llu-%llu, or Zone= in [%s]",
			       (unsigned long long)group->first, (unsigned long long)group->last,
			       section ? section : "Other");
}
