/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of boot memory end below 2^52; normalised, they are apart and contain what there was. */
#include "e820.h"
#include "goals.h"

static struct goal tables GOAL = { "tables with memory", 0 };
static struct goal extensions GOAL = { "extensions with memory", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ranges *ram)
{
	for (size_t i = 0; i < ram->n; i++) {
		const struct range *range = &ram->r[i];

		if (range->start > range->end || range->end >> 52 > 0)
			abort();
		if (i > 0 && range->start <= ram->r[i - 1].end + 1)
			abort();
		if (!ranges_contain(ram, range->start, range->end))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ranges_done) struct ranges ram = { NULL, 0 }, more = { NULL, 0 };

	if (e820_parse(&ram, data, size) < 0 && ram.n > 0)
		abort();
	if (e820_parse_extension(&more, data, size) < 0)
		return 0;
	tables.n += ram.n > 0;
	extensions.n += more.n > 0;
	(void)ranges_normalise(&ram);
	(void)ranges_normalise(&more);
	check(&ram);
	check(&more);
	return 0;
}
