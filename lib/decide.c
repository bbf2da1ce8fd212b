/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision. Where a line mirrors the kernel, the comment names the function of
 * mm/memory_hotplug.c.
 */
#include "decide.h"

/* Stands for the whole machine, as NUMA_NO_NODE does there. */
#define ALL_NODES UINT64_MAX

struct budget {
	uint64_t early;
	uint64_t movable;
};

/* auto_movable_stats_account_zone(), summed up beforehand by the snapshot. */
static struct budget count_nodes(const struct facts *facts, uint64_t node)
{
	struct budget sum = { 0, 0 };

	for (size_t i = 0; i < facts->n_nodes; i++) {
		if (node != ALL_NODES && facts->nodes[i].node != node)
			continue;
		sum.early += facts->nodes[i].early;
		sum.movable += facts->nodes[i].movable;
	}
	return sum;
}

static uint64_t count_late(const struct facts *facts, uint64_t node)
{
	uint64_t late = 0;

	for (size_t i = 0; i < facts->n_nodes; i++)
		if (node == ALL_NODES || facts->nodes[i].node == node)
			late += facts->nodes[i].late;
	return late;
}

/*
 * walk_dynamic_memory_groups() with auto_movable_stats_account_group(), over all but @self: the early
 * memory that their own movable memory uses up, and that movable memory.
 */
static struct budget count_other_groups(const struct facts *facts, uint64_t node,
					const struct group_facts *self, uint64_t ratio)
{
	struct budget sum = { 0, 0 };
	/* An int in the kernel, widened to unsigned long by the division. */
	uint64_t divisor = (uint64_t)(int64_t)(int32_t)(uint32_t)ratio;

	for (size_t i = 0; i < facts->n_dynamic; i++) {
		const struct group_facts *group = &facts->groups[facts->dynamic[i]];
		int64_t need;

		if (group == self || (node != ALL_NODES && group->node != node))
			continue;
		need = (int64_t)(group->movable_pages * 100 / divisor - group->kernel_pages);
		if (need > 0)
			sum.early += (uint64_t)need;
		sum.movable += group->movable_pages;
	}
	return sum;
}

/* auto_movable_can_online_movable(); the limit is zero where no early memory is left. */
static bool fits_early(const struct facts *facts, uint64_t ratio, uint64_t node,
		       const struct question *question, struct balance *balance)
{
	struct budget have = count_nodes(facts, node);
	struct budget used = count_other_groups(facts, node, question->group, ratio);
	const struct group_facts *group = question->group;

	balance->early = have.early;
	balance->used = used.early;
	balance->own = group && group->is_dynamic ? group->kernel_pages : 0;
	balance->movable = have.movable;
	balance->movable_other = used.movable;
	balance->sum.movable = have.movable - used.movable;
	if (have.early <= used.early + balance->reserve)
		return false;

	have.early -= used.early + balance->reserve;
	balance->sum.limit = ratio * (have.early + balance->own) / 100;
	return balance->sum.movable + balance->sum.wanted <= balance->sum.limit;
}

/*
 * KernelCredit=all: every page in a kernel zone counts the same, wherever it came from, so that
 * there is no credit of a group's own to be kept apart.
 */
static bool fits_all(const struct facts *facts, uint64_t ratio, uint64_t node,
		     struct balance *balance)
{
	struct budget have = count_nodes(facts, node);
	uint64_t late = count_late(facts, node), kernel = have.early + late;

	balance->early = have.early;
	balance->late = late;
	balance->movable = have.movable;
	balance->sum.movable = have.movable;
	if (kernel <= balance->reserve)
		return false;
	balance->sum.limit = ratio * (kernel - balance->reserve) / 100;
	return balance->sum.movable + balance->sum.wanted <= balance->sum.limit;
}

/* @ret->fits is the answer. */
static void can_online_movable(const struct policy *policy, const struct facts *facts,
			       uint64_t node, const struct question *question, uint64_t n_pages,
			       struct balance *ret)
{
	*ret = (struct balance){
		/* The reserve is the machine's: which node keeps it does not matter. */
		.reserve = node == ALL_NODES ? policy->kernel_reserve / facts->page_size : 0,
		.sum = { .wanted = n_pages },
	};
	if (policy->kernel_credit == KERNEL_CREDIT_ALL)
		ret->fits = fits_all(facts, policy->movable_ratio, node, ret);
	else
		ret->fits = fits_early(facts, policy->movable_ratio, node, question, ret);
}

/*
 * The first half of auto_movable_zone_for_pfn(): how many pages have to fit, because all of a
 * static group, or of a unit, ends in one zone. False when a part of it is in a kernel zone
 * already.
 */
static bool pages_to_fit(const struct question *question, uint64_t *ret)
{
	const struct group_facts *group = question->group;

	if (group && !group->is_dynamic) {
		*ret = group->max_pages - group->movable_pages;
		return group->kernel_pages == 0;
	}
	if (!group || group->unit_pages == question->n_pages) {
		*ret = question->n_pages;
		return true;
	}
	*ret = group->unit_pages - question->unit_movable_pages;
	return question->unit_kernel_pages == 0;
}

/* What is in a kernel zone of that. */
static struct share kernel_share(const struct question *question)
{
	const struct group_facts *group = question->group;

	if (!group->is_dynamic)
		return (struct share){ group->kernel_pages, group->max_pages };
	return (struct share){ question->unit_kernel_pages, group->unit_pages };
}

/* Whether the node has what the ratio is taken of. */
static bool is_memory_only(const struct policy *policy, const struct facts *facts, unsigned node)
{
	uint64_t kernel = count_nodes(facts, node).early;

	if (policy->kernel_credit == KERNEL_CREDIT_ALL)
		kernel += count_late(facts, node);
	return kernel == 0;
}

/* The half of auto_movable_zone_for_pfn() that numa_aware switches. */
static bool fits_node(const struct policy *policy, const struct facts *facts,
		      const struct question *question, struct verdict *verdict, struct trace *trace)
{
	unsigned node = question->target.node;
	bool is_memory_only_node;

	if (!policy->numa_aware)
		return true;
	if (node == NODE_UNKNOWN) {
		verdict->sum = (struct sum){ 0, 0, 0 };
		verdict->reason = REASON_NODE_UNKNOWN;
		return false;
	}
	is_memory_only_node = is_memory_only(policy, facts, node);
	if (is_memory_only_node && policy->memory_only_nodes == MEMORY_ONLY_NODES_GLOBAL)
		return true;
	can_online_movable(policy, facts, node, question, trace->wanted, &trace->node);
	trace->has_node = true;
	if (trace->node.fits)
		return true;
	verdict->sum = is_memory_only_node ? (struct sum){ 0, trace->wanted, 0 } : trace->node.sum;
	verdict->reason = is_memory_only_node ? REASON_MEMORY_ONLY_NODE : REASON_NODE_EXCEEDS;
	return false;
}

/* auto_movable_zone_for_pfn() */
static void decide_auto(const struct policy *policy, const struct facts *facts,
			const struct question *question, struct verdict *verdict,
			struct trace *trace)
{
	verdict->zone = ZONE_KERNEL;
	if (policy->movable_ratio == 0) {
		verdict->reason = REASON_RATIO_ZERO;
		return;
	}
	if (!pages_to_fit(question, &trace->wanted)) {
		verdict->reason = REASON_GROUP_IN_KERNEL;
		verdict->share = kernel_share(question);
		return;
	}
	if (question->self_hosted == SELF_HOSTED_YES &&
	    policy->self_hosted_memmap == SELF_HOSTED_MEMMAP_EXEMPT) {
		verdict->zone = ZONE_MOVABLE;
		verdict->reason = REASON_SELF_HOSTED;
		verdict->sum.wanted = trace->wanted;
		return;
	}
	can_online_movable(policy, facts, ALL_NODES, question, trace->wanted, &trace->machine);
	trace->has_machine = true;
	verdict->sum = trace->machine.sum;
	if (!trace->machine.fits) {
		verdict->reason = REASON_EXCEEDS;
		return;
	}
	if (!fits_node(policy, facts, question, verdict, trace))
		return;
	verdict->zone = ZONE_MOVABLE;
	verdict->reason = REASON_FITS;
}

struct verdict decide(const struct policy *policy, const struct facts *facts,
		      const struct question *question)
{
	struct trace trace;

	return decide_traced(policy, facts, question, &trace);
}

struct verdict decide_traced(const struct policy *policy, const struct facts *facts,
			     const struct question *question, struct trace *ret_trace)
{
	struct verdict verdict = {
		.reason = REASON_FIXED,
		.provider = question->target.provider,
		.node = question->target.node,
		.self_hosted = policy->self_hosted_memmap == SELF_HOSTED_MEMMAP_EXEMPT ?
				       question->self_hosted :
				       SELF_HOSTED_NO,
		.page_size = facts->page_size,
	};

	*ret_trace = (struct trace){ .zone = ZONE_POLICY_LEAVE };
	if (verdict.provider == PROVIDER_BOOT) {
		verdict.zone = ZONE_LEAVE;
		verdict.reason = REASON_BOOT;
		return verdict;
	}
	verdict.override = policy_find_zone(policy, &question->target, &ret_trace->zone);
	switch (ret_trace->zone) {
	case ZONE_POLICY_AUTO:
		decide_auto(policy, facts, question, &verdict, ret_trace);
		break;
	case ZONE_POLICY_MOVABLE:
		verdict.zone = ZONE_MOVABLE;
		break;
	case ZONE_POLICY_KERNEL:
		verdict.zone = ZONE_KERNEL;
		break;
	case ZONE_POLICY_ONLINE:
		verdict.zone = ZONE_ONLINE;
		break;
	case ZONE_POLICY_LEAVE:
	case _ZONE_POLICY_MAX:
		verdict.zone = ZONE_LEAVE;
		break;
	}
	return verdict;
}

const char *zone_name(enum zone zone)
{
	static const char *const names[] = {
		[ZONE_KERNEL] = "kernel",
		[ZONE_MOVABLE] = "movable",
		[ZONE_ONLINE] = "online",
		[ZONE_LEAVE] = "leave",
	};

	return names[zone];
}

/* A group that might have been exempt is judged as one that is not. */
static const char *doubt_of(const struct verdict *verdict)
{
	return verdict->self_hosted == SELF_HOSTED_UNKNOWN ?
		       "; whether its memmap is self-hosted cannot be known" :
		       "";
}

/* A page that is larger counts as one. */
static unsigned long long mib(const struct verdict *verdict, uint64_t pages)
{
	uint64_t per_mib = (UINT64_C(1) << 20) / verdict->page_size;

	return per_mib == 0 ? pages : pages / per_mib;
}

static void explain_sum(const struct verdict *verdict, const char *prefix, const char *relation,
			char *ret, size_t size)
{
	const struct sum *sum = &verdict->sum;

	(void)snprintf(ret, size, "%s: M %lluM + %lluM %s %lluM%s", prefix,
		       mib(verdict, sum->movable), mib(verdict, sum->wanted), relation,
		       mib(verdict, sum->limit), doubt_of(verdict));
}

static void explain_share(const struct verdict *verdict, const char *prefix, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s: %lluM of %lluM", prefix, mib(verdict, verdict->share.part),
		       mib(verdict, verdict->share.whole));
}

void verdict_explain(const struct verdict *verdict, char *ret, size_t size)
{
	char prefix[POLICY_NAME_MAX + 16];

	switch (verdict->reason) {
	case REASON_BOOT:
		(void)snprintf(ret, size, "boot memory");
		break;
	case REASON_FIXED:
		if (verdict->override)
			override_format(verdict->override, prefix, sizeof(prefix));
		(void)snprintf(ret, size, "fixed by [%s]",
			       verdict->override ? prefix : provider_section(verdict->provider));
		break;
	case REASON_RATIO_ZERO:
		(void)snprintf(ret, size, "MovableRatio=0");
		break;
	case REASON_GROUP_IN_KERNEL:
		explain_share(verdict, "group already in a kernel zone", ret, size);
		break;
	case REASON_SELF_HOSTED:
		(void)snprintf(ret, size, "self-hosted memmap: %lluM",
			       mib(verdict, verdict->sum.wanted));
		break;
	case REASON_FITS:
		explain_sum(verdict, "fits ratio", "<=", ret, size);
		break;
	case REASON_EXCEEDS:
		explain_sum(verdict, "exceeds ratio", ">", ret, size);
		break;
	case REASON_NODE_EXCEEDS:
		(void)snprintf(prefix, sizeof(prefix), "exceeds ratio on node %u", verdict->node);
		explain_sum(verdict, prefix, ">", ret, size);
		break;
	case REASON_MEMORY_ONLY_NODE:
		(void)snprintf(ret, size,
			       "memory-only node %u: %lluM, no boot memory for the ratio%s",
			       verdict->node, mib(verdict, verdict->sum.wanted), doubt_of(verdict));
		break;
	case REASON_NODE_UNKNOWN:
		(void)snprintf(ret, size, "its node is not known");
		break;
	case REASON_GROUP_IN_MOVABLE:
		explain_share(verdict, "group already movable", ret, size);
		break;
	}
}
