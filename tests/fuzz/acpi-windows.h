/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds of the windows of any table: they ascend, do not overlap and end below 2^52. */
#pragma once

#include "acpi.h"
#include "goals.h"

static struct goal windows_found GOAL = { "windows", 0 };

typedef int (*table_parser)(struct ranges *windows, const void *table, size_t size,
			    acpi_flaw_fn report, void *userdata);

/* Flaws lie within the table. */
static inline void check_flaw(void *userdata, enum acpi_flaw flaw, size_t offset)
{
	const size_t *size = userdata;

	if (flaw >= _ACPI_FLAW_MAX || (offset > 0 && offset >= *size))
		abort();
}

static inline int check_table(table_parser parser, const uint8_t *data, size_t size)
{
	_cleanup_(ranges_done) struct ranges windows = { NULL, 0 };

	if (parser(&windows, data, size, check_flaw, &size) < 0)
		return 0;
	windows_found.n += windows.n;
	for (size_t i = 0; i < windows.n; i++) {
		if (windows.r[i].start > windows.r[i].end || windows.r[i].end >> 52 > 0)
			abort();
		if (i > 0 && windows.r[i].start <= windows.r[i - 1].end)
			abort();
	}
	return 0;
}
