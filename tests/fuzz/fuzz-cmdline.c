/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A value that is found lies inside of the command line. */
#include <stdint.h>

#include "cmdline.h"
#include "goals.h"

static struct goal found GOAL = { "values", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct str value;

	if (!cmdline_get((struct str){ text, size }, "memhp", &value))
		return 0;
	found.n++;
	if (value.p < text || value.p + value.n > text + size)
		__builtin_trap();
	return 0;
}
