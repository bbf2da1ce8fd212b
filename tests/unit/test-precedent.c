/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a later verdict follows an earlier one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "precedent.h"
#include "tree.h"

#define NO_RECORD NULL

static const struct row {
	const char *name;
	struct group group;
	const char *record_zone, *record_owner; /* NO_RECORD */
	enum dax_state dax;
	struct verdict verdict;
	enum zone zone;
	enum reason reason;
} rows[] = {
	{ "nothing is online yet",
	  { .provider = PROVIDER_DIMM, .offline = 4 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS },
	  ZONE_KERNEL,
	  REASON_EXCEEDS },
	{ "the record says movable, and blocks are",
	  { .provider = PROVIDER_DIMM, .movable = 1 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS },
	  ZONE_MOVABLE,
	  REASON_GROUP_IN_MOVABLE },
	{ "likewise though somebody else put a block in the other zone",
	  { .provider = PROVIDER_DIMM, .movable = 1, .kernel = 1 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_GROUP_IN_KERNEL },
	  ZONE_MOVABLE,
	  REASON_GROUP_IN_MOVABLE },
	{ "the record says kernel, the policy of now movable",
	  { .provider = PROVIDER_CXL, .kernel = 2 },
	  "kernel",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FIXED },
	  ZONE_KERNEL,
	  REASON_GROUP_IN_KERNEL },
	{ "the record says movable, but what is online is not",
	  { .provider = PROVIDER_DIMM, .kernel = 2 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FITS },
	  ZONE_KERNEL,
	  REASON_GROUP_IN_KERNEL },
	{ "the same verdict keeps its own reason",
	  { .provider = PROVIDER_DIMM, .movable = 2 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FITS },
	  ZONE_MOVABLE,
	  REASON_FITS },
	{ "somebody else's zone does not bind what the policy fixes",
	  { .provider = PROVIDER_CXL, .kernel = 2 },
	  "leave",
	  "daxctl",
	  DAX_STATE_NONE,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FIXED },
	  ZONE_MOVABLE,
	  REASON_FIXED },
	{ "without a record the zone of what is online counts",
	  { .provider = PROVIDER_DIMM, .movable = 2 },
	  NO_RECORD,
	  NULL,
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_NODE_EXCEEDS },
	  ZONE_MOVABLE,
	  REASON_GROUP_IN_MOVABLE },
	{ "without a record and with both zones the verdict counts",
	  { .provider = PROVIDER_DIMM, .movable = 2, .kernel = 1 },
	  NO_RECORD,
	  NULL,
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_GROUP_IN_KERNEL },
	  ZONE_KERNEL,
	  REASON_GROUP_IN_KERNEL },
	{ "what was written to the dax device goes before all",
	  { .provider = PROVIDER_CXL, .kernel = 2 },
	  "kernel",
	  "memhp",
	  DAX_STATE_ONLINE_MOVABLE,
	  { .zone = ZONE_KERNEL, .reason = REASON_FIXED },
	  ZONE_MOVABLE,
	  REASON_GROUP_IN_MOVABLE },
	{ "in either zone",
	  { .provider = PROVIDER_DAX },
	  NO_RECORD,
	  NULL,
	  DAX_STATE_ONLINE_KERNEL,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FITS },
	  ZONE_KERNEL,
	  REASON_GROUP_IN_KERNEL },
	{ "a dax device that came offline has no zone of its own",
	  { .provider = PROVIDER_DAX },
	  NO_RECORD,
	  NULL,
	  DAX_STATE_OFFLINE,
	  { .zone = ZONE_MOVABLE, .reason = REASON_FITS },
	  ZONE_MOVABLE,
	  REASON_FITS },
	{ "what is left stays so",
	  { .provider = PROVIDER_CXL, .movable = 2 },
	  "movable",
	  "memhp",
	  DAX_STATE_ONLINE_MOVABLE,
	  { .zone = ZONE_LEAVE, .reason = REASON_FIXED },
	  ZONE_LEAVE,
	  REASON_FIXED },
	{ "so does what the kernel is to choose",
	  { .provider = PROVIDER_DIMM, .movable = 2 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_ONLINE, .reason = REASON_FIXED },
	  ZONE_ONLINE,
	  REASON_FIXED },
	{ "the blocks of a dynamic group are judged one by one",
	  { .provider = PROVIDER_VIRTIO_MEM, .is_dynamic = true, .movable = 2 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS },
	  ZONE_KERNEL,
	  REASON_EXCEEDS },
	{ "so is what stands alone",
	  { .provider = PROVIDER_PROBE, .movable = 1 },
	  "movable",
	  "memhp",
	  DAX_STATE_NONE,
	  { .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS },
	  ZONE_KERNEL,
	  REASON_EXCEEDS },
};

static void test_rows(void **state)
{
	static const struct group_facts facts = { .max_pages = 4 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct record record = { .zone = row->record_zone,
					       .owner = row->record_owner };
		struct verdict v = precedent_apply(row->verdict, &row->group, &facts,
						   row->record_zone ? &record : NULL, row->dax);

		if (v.zone != row->zone || v.reason != row->reason)
			fail_msg("%s: %s, %d", row->name, zone_name(v.zone), (int)v.reason);
	}
}

/* The numbers of a reason are its own, not those of the verdict that gave way. */
static void test_numbers(void **state)
{
	static const struct {
		struct group group;
		struct group_facts facts;
		struct verdict verdict;
		const char *text;
	} numbers[] = {
		{ { .provider = PROVIDER_DIMM, .movable = 1 },
		  { .max_pages = 131072, .movable_pages = 32768 },
		  { .zone = ZONE_KERNEL, .reason = REASON_EXCEEDS, .sum = { 1, 2, 2 } },
		  "group already movable: 128M of 512M" },
		{ { .provider = PROVIDER_DIMM, .kernel = 3 },
		  { .max_pages = 131072, .kernel_pages = 98304 },
		  { .zone = ZONE_MOVABLE, .reason = REASON_FITS, .sum = { 1, 2, 3 } },
		  "group already in a kernel zone: 384M of 512M" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct verdict v = numbers[i].verdict;
		char text[160];

		v.page_size = 4096;
		v = precedent_apply(v, &numbers[i].group, &numbers[i].facts, NULL, DAX_STATE_NONE);
		assert_int_equal(v.sum.movable | v.sum.wanted | v.sum.limit, 0);
		verdict_explain(&v, text, sizeof(text));
		assert_string_equal(text, numbers[i].text);
	}
}

/* Two DIMMs of two blocks, each with memory in both zones: only a record tells where the rest belongs. */
static void test_follow(void **state)
{
	static const char text[] = "MEMHP_GROUP=a\nMEMHP_PROVIDER=dimm\nMEMHP_ZONE=movable\n"
				   "MEMHP_REASON=MovableRatio\nMEMHP_OWNER=memhp\n";
	const struct tree *tree = *state;
	const struct policy policy = policy_default();
	struct group groups[] = {
		{ .name = "a", .provider = PROVIDER_DIMM, .movable = 1, .kernel = 1 },
		{ .name = "b", .provider = PROVIDER_DIMM, .movable = 1, .kernel = 1 },
	};
	struct block blocks[] = { { .group = 0 }, { .group = 0 }, { .group = 1 }, { .group = 1 } };
	struct group_facts facts[] = { { .kernel_pages = 1 }, { .kernel_pages = 1 } };
	enum self_hosted self_hosted[] = { SELF_HOSTED_NO, SELF_HOSTED_NO };
	const struct snapshot s = {
		.block_size = 1 << 27,
		.machine = { .page_size = 4096 },
		.blocks = blocks,
		.n_blocks = ARRAY_SIZE(blocks),
		.groups = { groups, ARRAY_SIZE(groups) },
		.group_facts = facts,
		.self_hosted = self_hosted,
	};
	struct precedent precedent = { .group = NULL };
	struct verdict v[ARRAY_SIZE(blocks)];

	tree_text(tree, "run/memhp/groups/a", text);
	tree_text(tree, "run/memhp/groups/b", text);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		v[i] = precedent_follow(&tree->fs, &precedent, &s, &policy, &blocks[i]);
		if (i % 2 == 0)
			tree_drop(tree, i == 0 ? "run/memhp/groups/a" : "run/memhp/groups/b");
	}
	precedent_done(&precedent);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		assert_int_equal(v[i].zone, ZONE_MOVABLE);
	assert_int_equal(precedent_decide(&tree->fs, &s, &policy, &blocks[0]).zone, ZONE_KERNEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a later verdict follows an earlier one of the same static group", test_rows,
		  NULL, NULL, NULL },
		{ "and says how much of it went before", test_numbers, NULL, NULL, NULL },
		{ "a record is read once for neighbours in a group", test_follow, tree_setup,
		  tree_teardown, NULL },
	};

	return cmocka_run_group_tests_name("precedent", tests, NULL, NULL);
}
