/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any configuration leaves a policy that survives its canonical form. */
#include <stdint.h>
#include <string.h>

#include "config.h"
#include "policy-copy.h"

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
	struct policy policy = policy_default();

	(void)config_apply(&policy, "x", (struct str){ (const char *)data, size }, ignore, NULL);
	check_copy(&policy);
	return 0;
}
