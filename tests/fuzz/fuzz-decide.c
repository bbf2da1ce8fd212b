/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision is total: any machine and any policy have a verdict, and a reason that keeps what it
 * says.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "decide.h"
#include "goals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_NODES 3
#define N_GROUPS 4
#define OVERRIDES_MAX 3
/* Pages of a sane machine: no sum and no product of them with a ratio has more than 64 bits. */
#define SANE_BITS 24

static struct goal reasons[] GOAL = {
	[REASON_BOOT] = { "boot memory", 0 },
	[REASON_FIXED] = { "fixed", 0 },
	[REASON_RATIO_ZERO] = { "ratio 0", 0 },
	[REASON_GROUP_IN_KERNEL] = { "group in a kernel zone", 0 },
	[REASON_SELF_HOSTED] = { "self-hosted", 0 },
	[REASON_FITS] = { "fits", 0 },
	[REASON_EXCEEDS] = { "exceeds", 0 },
	[REASON_NODE_EXCEEDS] = { "exceeds on its node", 0 },
	[REASON_MEMORY_ONLY_NODE] = { "memory-only node", 0 },
	[REASON_NODE_UNKNOWN] = { "unknown node", 0 },
};

static struct goal overridden[] GOAL = {
	[OVERRIDE_NODE] = { "ruled by a section of its node", 0 },
	[OVERRIDE_DEVICE] = { "ruled by a section of its device", 0 },
	[OVERRIDE_RANGE] = { "ruled by a section of its range", 0 },
};

static struct goal raised GOAL = { "movable at a higher ratio as well", 0 };

/* Numbers out of the input, zeros when it is used up. */
struct source {
	const uint8_t *p;
	size_t n;
};

/* All that a verdict depends on. */
struct machine_model {
	bool is_sane; /* what its kernel could say */
	struct policy policy;
	struct node_facts nodes[N_NODES];
	struct group_facts groups[N_GROUPS];
	size_t dynamic[N_GROUPS];
	struct facts facts;
	struct question question;
};

/* From 0 to @limit - 1, a byte of input where that is enough; any number when it is 0. */
static uint64_t take(struct source *source, uint64_t limit)
{
	uint64_t value = 0;
	size_t n = limit > 0 && limit <= 256 ? 1 : sizeof(value);

	n = source->n < n ? source->n : n;
	if (n > 0)
		memcpy(&value, source->p, n);
	source->p += n;
	source->n -= n;
	return limit ? value % limit : value;
}

/* As likely small as large: of 1 to @bits bits. */
static uint64_t take_sized(struct source *source, unsigned bits)
{
	uint64_t n = take(source, bits);

	return take(source, 0) >> (63 - n);
}

static uint64_t take_pages(struct source *source, const struct machine_model *m)
{
	return take(source, 3) == 0 ? 0 : take_sized(source, m->is_sane ? SANE_BITS : 64);
}

/* The one that is judged more often than those that need no judging. */
static uint64_t take_zone(struct source *source)
{
	return take(source, 4) > 0 ? ZONE_POLICY_AUTO : take(source, _ZONE_POLICY_MAX);
}

/* -- Any machine */

static void fill_policy(struct machine_model *m, struct source *source)
{
	struct policy *policy = &m->policy;

	*policy = policy_default();
	policy->movable_ratio =
		take(source, 8) == 0 ? 0 : take_sized(source, take(source, 4) == 0 ? 32 : 11);
	policy->numa_aware = take(source, 2);
	policy->memory_only_nodes = take(source, _MEMORY_ONLY_NODES_MAX);
	policy->self_hosted_memmap = take(source, _SELF_HOSTED_MEMMAP_MAX);
	policy->kernel_credit = take(source, _KERNEL_CREDIT_MAX);
	policy->kernel_reserve = take(source, 2) * take_sized(source, m->is_sane ? 36 : 64);
	for (unsigned i = 0; i < _PROVIDER_MAX; i++)
		policy->zone[i] = take_zone(source);
}

static const struct {
	const char *glob;
	bool is_match; /* of dax0.0, alias region0 */
} devices[] = {
	{ "dax0.0", true },  { "region0", true },  { "dax0.*", true },	  { "*", true },
	{ "dax1.0", false }, { "region1", false }, { "region0?", false },
};

/* Sections about what is asked for, and about its neighbours. */
static void fill_overrides(struct machine_model *m, struct source *source)
{
	const struct range *range = &m->question.target.range;

	m->policy.n_overrides = take(source, OVERRIDES_MAX + 1);
	for (size_t i = 0; i < m->policy.n_overrides; i++) {
		struct override *o = &m->policy.overrides[i];

		o->kind = (enum override_kind)take(source, _OVERRIDE_KIND_MAX);
		o->zone = take_zone(source);
		o->node = take(source, N_NODES);
		(void)snprintf(o->device, sizeof(o->device), "%s",
			       devices[take(source, ARRAY_SIZE(devices))].glob);
		o->range.start = range->start - 1 + take(source, 3);
		o->range.end = range->end - 1 + take(source, 3);
	}
}

static void fill_nodes(struct machine_model *m, struct source *source)
{
	for (unsigned i = 0; i < N_NODES; i++)
		m->nodes[i] = (struct node_facts){ i, take_pages(source, m), take_pages(source, m),
						   take_pages(source, m), 0 };
}

/* A sane node has the movable pages of its groups, and a sane group has room for its own pages. */
static void make_sane(struct machine_model *m, struct group_facts *group)
{
	if (!m->is_sane)
		return;
	group->max_pages += group->kernel_pages + group->movable_pages + m->question.n_pages;
	m->nodes[group->node].movable += group->movable_pages;
}

static void fill_groups(struct machine_model *m, struct source *source)
{
	for (unsigned i = 0; i < N_GROUPS; i++) {
		m->groups[i] = (struct group_facts){
			.is_dynamic = take(source, 2) != 0,
			.node = (unsigned)take(source, N_NODES),
			.max_pages = take_pages(source, m),
			.unit_pages = m->question.n_pages << take(source, 4),
			.kernel_pages = take_pages(source, m),
			.movable_pages = take_pages(source, m),
		};
		make_sane(m, &m->groups[i]);
		if (m->groups[i].is_dynamic)
			m->dynamic[m->facts.n_dynamic++] = i;
	}
}

static void fill_question(struct machine_model *m, struct source *source)
{
	struct question *question = &m->question;
	uint64_t start = 1 + take(source, 0) / 4;

	question->target = (struct policy_target){
		.provider = (enum provider)take(source, _PROVIDER_MAX),
		.device = "dax0.0",
		.alias = "region0",
		.node = (unsigned)take(source, N_NODES + 1),
		.range = { start, start + 1 + take(source, 0) / 4 },
	};
	if (question->target.node == N_NODES)
		question->target.node = NODE_UNKNOWN;
	question->n_pages = UINT64_C(1) << take(source, SANE_BITS / 2);
	question->group = take(source, 4) ? &m->groups[take(source, N_GROUPS)] : NULL;
	question->unit_kernel_pages = take(source, 4) == 0 ? question->n_pages : 0;
	question->unit_movable_pages = take(source, 2) ? question->n_pages : 0;
	question->self_hosted = (enum self_hosted)take(source, SELF_HOSTED_UNKNOWN + 1);
}

static void fill(struct machine_model *m, struct source *source)
{
	m->is_sane = take(source, 4) > 0;
	fill_policy(m, source);
	fill_question(m, source);
	fill_overrides(m, source);
	fill_nodes(m, source);
	m->facts = (struct facts){ 4096, m->nodes, N_NODES, m->groups, m->dynamic, 0 };
	fill_groups(m, source);
}

/* -- What holds of its verdict */

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static bool is_glob_match(const char *glob)
{
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		if (strcmp(devices[i].glob, glob) == 0)
			return devices[i].is_match;
	return false;
}

static bool is_about(const struct override *o, const struct policy_target *target)
{
	switch (o->kind) {
	case OVERRIDE_NODE:
		return o->node == target->node;
	case OVERRIDE_DEVICE:
		return is_glob_match(o->device);
	case OVERRIDE_RANGE:
		return o->range.start <= target->range.start && o->range.end >= target->range.end;
	case _OVERRIDE_KIND_MAX:
		break;
	}
	return false;
}

/* The last one of the strongest kind. */
static const struct override *find_override(const struct machine_model *m)
{
	for (unsigned kind = _OVERRIDE_KIND_MAX; kind > 0; kind--)
		for (size_t i = m->policy.n_overrides; i > 0; i--) {
			const struct override *o = &m->policy.overrides[i - 1];

			if (o->kind == kind - 1 && is_about(o, &m->question.target))
				return o;
		}
	return NULL;
}

static void check_fixed(const struct verdict *v, enum zone_policy zone,
			const struct override *override)
{
	static const enum zone zones[] = {
		[ZONE_POLICY_MOVABLE] = ZONE_MOVABLE,
		[ZONE_POLICY_KERNEL] = ZONE_KERNEL,
		[ZONE_POLICY_ONLINE] = ZONE_ONLINE,
		[ZONE_POLICY_LEAVE] = ZONE_LEAVE,
	};

	require(v->reason == REASON_FIXED && v->zone == zones[zone]);
	require(v->override == override);
	if (override)
		overridden[override->kind].n++;
}

/* What each reason says of policy and facts. */
static void check_reason(const struct machine_model *m, const struct verdict *v)
{
	const struct policy *policy = &m->policy;
	const struct question *question = &m->question;
	const struct group_facts *group = question->group;
	bool node_counts = policy->numa_aware && question->target.node != NODE_UNKNOWN;
	bool is_static_in_kernel = group && !group->is_dynamic && group->kernel_pages > 0;
	bool fits = v->sum.movable + v->sum.wanted <= v->sum.limit;

	require((v->reason == REASON_RATIO_ZERO) == (policy->movable_ratio == 0));
	if (v->reason != REASON_RATIO_ZERO && is_static_in_kernel)
		require(v->reason == REASON_GROUP_IN_KERNEL);
	if (v->reason == REASON_GROUP_IN_KERNEL)
		require(is_static_in_kernel || (group && question->unit_kernel_pages > 0));
	if (v->reason == REASON_SELF_HOSTED)
		require(question->self_hosted == SELF_HOSTED_YES &&
			policy->self_hosted_memmap == SELF_HOSTED_MEMMAP_EXEMPT);
	if (v->reason == REASON_FITS)
		require(fits);
	if (m->is_sane && (v->reason == REASON_EXCEEDS || v->reason == REASON_NODE_EXCEEDS))
		require(!fits);
	if (v->reason == REASON_NODE_EXCEEDS || v->reason == REASON_MEMORY_ONLY_NODE)
		require(node_counts);
	if (v->reason == REASON_NODE_UNKNOWN)
		require(policy->numa_aware && question->target.node == NODE_UNKNOWN);
}

static void check_higher_ratio(struct machine_model *m, struct source *source)
{
	m->policy.movable_ratio += take_sized(source, 32);
	if (m->policy.movable_ratio > UINT_MAX)
		m->policy.movable_ratio = UINT_MAX;
	require(decide(&m->policy, &m->facts, &m->question).zone == ZONE_MOVABLE);
	raised.n++;
}

static void check(struct machine_model *m, struct source *source, const struct verdict *v)
{
	const struct override *override = find_override(m);
	enum provider provider = m->question.target.provider;
	enum zone_policy zone =
		(enum zone_policy)(override ? override->zone : m->policy.zone[provider]);
	char text[160] = "";

	require(v->reason < ARRAY_SIZE(reasons));
	reasons[v->reason].n++;
	verdict_explain(v, text, sizeof(text));
	require(text[0] != '\0' && strlen(text) < sizeof(text) - 1);
	if (provider == PROVIDER_BOOT) {
		require(v->zone == ZONE_LEAVE && v->reason == REASON_BOOT && !v->override);
	} else if (zone != ZONE_POLICY_AUTO) {
		check_fixed(v, zone, override);
	} else {
		bool is_movable = v->reason == REASON_FITS || v->reason == REASON_SELF_HOSTED;

		require(v->reason != REASON_BOOT && v->reason != REASON_FIXED);
		require(v->zone == (is_movable ? ZONE_MOVABLE : ZONE_KERNEL));
		check_reason(m, v);
		if (is_movable && m->is_sane)
			check_higher_ratio(m, source);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { data, size };
	struct machine_model m;
	struct verdict verdict;

	fill(&m, &source);
	verdict = decide(&m.policy, &m.facts, &m.question);
	check(&m, &source, &verdict);
	return 0;
}
