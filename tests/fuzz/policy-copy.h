/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds of every policy: its canonical text is accepted, and means the same. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "goals.h"
#include "policy.h"

static struct goal policies GOAL = { "policies", 0 };
static struct goal exceptions[_OVERRIDE_KIND_MAX] GOAL = {
	[OVERRIDE_NODE] = { "exceptions for a node", 0 },
	[OVERRIDE_DEVICE] = { "exceptions for a device", 0 },
	[OVERRIDE_RANGE] = { "exceptions for a range", 0 },
};

static inline bool is_same_override(const struct override *a, const struct override *b)
{
	return a->kind == b->kind && a->zone == b->zone && a->node == b->node &&
	       strcmp(a->device, b->device) == 0 && a->range.start == b->range.start &&
	       a->range.end == b->range.end;
}

static inline bool is_same_policy(const struct policy *a, const struct policy *b)
{
	if (memcmp(a, b, offsetof(struct policy, overrides)) != 0 ||
	    a->n_overrides != b->n_overrides)
		return false;
	for (size_t i = 0; i < a->n_overrides; i++)
		if (!is_same_override(&a->overrides[i], &b->overrides[i]))
			return false;
	return true;
}

static inline void check_copy(const struct policy *policy)
{
	static char text[64 * 1024];
	struct policy copy;
	int n = policy_format(policy, "x", text, sizeof(text));

	if (n < 0 || policy_parse(&copy, (struct str){ text, (size_t)n }) < 0 ||
	    !is_same_policy(&copy, policy))
		abort();
	policies.n++;
	for (size_t i = 0; i < policy->n_overrides; i++)
		exceptions[policy->overrides[i].kind].n++;
}
