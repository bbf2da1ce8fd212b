/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any configuration leaves a policy that survives its canonical form. */
#include <stdint.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *userdata, const char *file, unsigned line, const char *message)
{
	(void)userdata;
	/* A message without place or text helps nobody. */
	if (line == 0 || strlen(file) == 0 || strlen(message) == 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[64 * 1024], again[64 * 1024];
	struct policy policy = policy_default(), parsed;
	int n;

	(void)config_apply(&policy, "x", (struct str){ (const char *)data, size }, ignore, NULL);
	n = policy_format(&policy, "x", text, sizeof(text));
	if (n < 0 || policy_parse(&parsed, (struct str){ text, (size_t)n }) < 0)
		__builtin_trap();
	if (policy_format(&parsed, "x", again, sizeof(again)) != n ||
	    memcmp(text, again, (size_t)n) != 0)
		__builtin_trap();
	return 0;
}
