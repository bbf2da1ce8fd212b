/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The globs of a window match its first and its last block and neither of their neighbours. */
#include "windows.h"

#include <fnmatch.h>
#include <string.h>

#include "goals.h"

static struct goal one GOAL = { "windows of a single glob", 0 };
static struct goal several GOAL = { "windows of several globs", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool matches(const char *globs, uint64_t block)
{
	char list[4096], name[32], *glob = list, *end;

	(void)snprintf(list, sizeof(list), "%s", globs);
	(void)snprintf(name, sizeof(name), "memory%llu", (unsigned long long)block);
	for (; (end = strchr(glob, '|')); glob = end + 1) {
		*end = '\0';
		if (fnmatch(glob, name, 0) == 0)
			return true;
	}
	return fnmatch(glob, name, 0) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t in[3], first, last;
	struct range window;
	char globs[4096];

	if (size < sizeof(in))
		return 0;
	memcpy(in, data, sizeof(in));
	window = in[0] < in[1] ? (struct range){ in[0], in[1] } : (struct range){ in[1], in[0] };
	if (!window_blocks(window, UINT64_C(1) << in[2] % 64, &first, &last))
		return 0;
	if (windows_to_globs(globs, sizeof(globs), first, last) < 0)
		abort();
	one.n += !strchr(globs, '|');
	several.n += strchr(globs, '|') != NULL;
	if (!matches(globs, first) || !matches(globs, last))
		abort();
	if (first > 0 && matches(globs, first - 1))
		abort();
	if (last < UINT64_MAX && matches(globs, last + 1))
		abort();
	return 0;
}
