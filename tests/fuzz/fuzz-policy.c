/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the callout accepts as a policy means the same when it is written again; what it refuses it
 * does not touch.
 */
#include <stdint.h>
#include <string.h>

#include "policy-copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy, untouched;

	memset(&policy, 0x5a, sizeof(policy));
	untouched = policy;
	if (policy_parse(&policy, (struct str){ (const char *)data, size }) == 0)
		check_copy(&policy);
	else if (memcmp(&policy, &untouched, sizeof(policy)) != 0)
		__builtin_trap();
	return 0;
}
