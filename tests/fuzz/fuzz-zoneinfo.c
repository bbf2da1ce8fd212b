/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every zone that is handed out has pages. */
#include "goals.h"
#include "zoneinfo.h"

static struct goal zones GOAL = { "zones", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(zoneinfo_done) struct zoneinfo info = { NULL, 0 };

	if (zoneinfo_parse(&info, (struct str){ (const char *)data, size }) < 0)
		return 0;
	zones.n += info.n;
	for (size_t i = 0; i < info.n; i++)
		if (info.zones[i].present == 0)
			abort();
	return 0;
}
