/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the callout accepts as a policy it can write again; what it refuses it does not touch. */
#include <stdint.h>
#include <string.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[64 * 1024];
	struct policy policy, untouched;

	memset(&policy, 0x5a, sizeof(policy));
	untouched = policy;
	if (policy_parse(&policy, (struct str){ (const char *)data, size }) < 0) {
		if (memcmp(&policy, &untouched, sizeof(policy)) != 0)
			__builtin_trap();
		return 0;
	}
	if (policy_format(&policy, "x", text, sizeof(text)) < 0)
		__builtin_trap();
	return 0;
}
