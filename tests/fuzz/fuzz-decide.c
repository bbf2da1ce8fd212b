/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision is total: any machine and any policy have a verdict and a reason that keep what they
 * promise.
 */
#include <stdint.h>
#include <string.h>

#include "decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_NODES 3
#define N_GROUPS 4

/* Numbers out of the input, zeros when it is used up. */
struct source {
	const uint8_t *p;
	size_t n;
};

static uint64_t take(struct source *source, uint64_t limit)
{
	uint64_t value = 0;
	size_t n = source->n < sizeof(value) ? source->n : sizeof(value);

	memcpy(&value, source->p, n);
	source->p += n;
	source->n -= n;
	return limit ? value % limit : value;
}

static void fill_policy(struct policy *policy, struct source *source)
{
	policy->movable_ratio = take(source, UINT64_C(1) << 32);
	policy->numa_aware = take(source, 2);
	policy->memory_only_nodes = take(source, _MEMORY_ONLY_NODES_MAX);
	policy->self_hosted_memmap = take(source, _SELF_HOSTED_MEMMAP_MAX);
	policy->kernel_credit = take(source, _KERNEL_CREDIT_MAX);
	policy->kernel_reserve = take(source, 0);
	for (unsigned i = 0; i < _PROVIDER_MAX; i++)
		policy->zone[i] = take(source, _ZONE_POLICY_MAX);
}

static void check(const struct policy *policy, const struct question *question,
		  const struct verdict *verdict)
{
	char reason[160] = "";

	verdict_explain(verdict, reason, sizeof(reason));
	if (reason[0] == '\0')
		__builtin_trap();
	if (question->target.provider == PROVIDER_BOOT && verdict->zone != ZONE_LEAVE)
		__builtin_trap();
	if (policy->zone[question->target.provider] == ZONE_POLICY_LEAVE &&
	    verdict->zone != ZONE_LEAVE)
		__builtin_trap();
	if (policy->zone[question->target.provider] == ZONE_POLICY_AUTO &&
	    policy->movable_ratio == 0 && verdict->zone == ZONE_MOVABLE)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { data, size };
	struct policy policy = policy_default();
	struct node_facts nodes[N_NODES];
	struct group_facts groups[N_GROUPS];
	size_t dynamic[N_GROUPS];
	struct facts facts = { 4096, nodes, N_NODES, groups, dynamic, 0 };
	struct question question = { .target = { .device = "dax0.0", .alias = "region0" } };
	struct verdict verdict;

	fill_policy(&policy, &source);
	for (unsigned i = 0; i < N_NODES; i++)
		nodes[i] = (struct node_facts){ i, take(&source, 0), take(&source, 0),
						take(&source, 0) };
	for (unsigned i = 0; i < N_GROUPS; i++) {
		groups[i] = (struct group_facts){
			take(&source, 2) != 0, (unsigned)take(&source, N_NODES),
			take(&source, 0),      UINT64_C(1) << take(&source, 40),
			take(&source, 0),      take(&source, 0)
		};
		if (groups[i].is_dynamic)
			dynamic[facts.n_dynamic++] = i;
	}
	question.target.provider = (enum provider)take(&source, _PROVIDER_MAX);
	question.target.node = (unsigned)take(&source, N_NODES + 1);
	question.n_pages = UINT64_C(1) << take(&source, 40);
	question.group = take(&source, 2) ? &groups[take(&source, N_GROUPS)] : NULL;
	question.unit_has_kernel = take(&source, 2) != 0;
	question.unit_movable_pages = take(&source, 0);
	question.self_hosted = (enum self_hosted)take(&source, 3);
	verdict = decide(&policy, &facts, &question);
	if (question.target.provider != PROVIDER_BOOT)
		check(&policy, &question, &verdict);
	return 0;
}
