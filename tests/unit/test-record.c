/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of decisions, and for how long. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"
#include "tree.h"

#define GROUPS "run/memhp/groups"
#define BLOCKS "run/memhp/blocks"

#define DIMM_TEXT                                                           \
	"MEMHP_GROUP=PNP0C80:00\nMEMHP_PROVIDER=dimm\nMEMHP_ZONE=movable\n" \
	"MEMHP_REASON=fits ratio: M 0M + 512M <= 3082M\nMEMHP_OWNER=memhp\n"

static struct record dimm_record(const char *group, const char *outcome)
{
	return (struct record){
		.group = group,
		.provider = "dimm",
		.zone = "movable",
		.reason = "fits ratio: M 0M + 512M <= 3082M",
		.owner = "memhp",
		.outcome = outcome,
	};
}

static void write_record(const struct tree *tree, const char *group, const char *outcome)
{
	struct record record = dimm_record(group, outcome);

	assert_int_equal(record_write(&tree->fs, &record), 0);
}

static void assert_text(const struct tree *tree, const char *path, const char *expected)
{
	_cleanup_free_ char *text = tree_read(tree, path);

	if (!text)
		fail_msg("%s is missing", path);
	assert_string_equal(text, expected);
}

static void test_write(void **state)
{
	const struct tree *tree = *state;

	write_record(tree, "PNP0C80:00", NULL);
	assert_text(tree, GROUPS "/PNP0C80:00", DIMM_TEXT);
	write_record(tree, "PNP0C80:00", "4 of 4 blocks online");
	assert_text(tree, GROUPS "/PNP0C80:00",
		    DIMM_TEXT "MEMHP_STATE=pending\nMEMHP_OUTCOME=4 of 4 blocks online\n");
	assert_int_equal(tree_count(tree, GROUPS), 1);
	assert_int_equal(tree_count(tree, BLOCKS), 0);
}

static void test_links(void **state)
{
	const struct tree *tree = *state;

	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", UINT64_MAX), 0);
	assert_text(tree, BLOCKS "/memory32", DIMM_TEXT);
	assert_text(tree, BLOCKS "/memory18446744073709551615", DIMM_TEXT);
}

static void test_links_stay(void **state)
{
	const struct tree *tree = *state;

	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	write_record(tree, "PNP0C80:00", "online");
	assert_text(tree, BLOCKS "/memory32", DIMM_TEXT);
	tree_drop(tree, GROUPS "/PNP0C80:00");
	assert_text(tree, BLOCKS "/memory32", DIMM_TEXT);
}

static void test_links_move(void **state)
{
	const struct tree *tree = *state;

	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	write_record(tree, "PNP0C80:00", "online");
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	assert_text(tree, BLOCKS "/memory32",
		    DIMM_TEXT "MEMHP_STATE=pending\nMEMHP_OUTCOME=online\n");
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0); /* nothing new */
	assert_text(tree, BLOCKS "/memory32",
		    DIMM_TEXT "MEMHP_STATE=pending\nMEMHP_OUTCOME=online\n");
	assert_int_equal(tree_count(tree, BLOCKS), 1);
}

static void test_link_errors(void **state)
{
	const struct tree *tree = *state;

	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), -ENOENT);
	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:01", 32), -ENOENT);
	tree_dir(tree, BLOCKS "/memory32");
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), -EISDIR);
}

static void test_write_errors(void **state)
{
	static const struct {
		const char *name;
		struct tree_node nodes[2];
		int result;
	} rows[] = {
		{ "the directory is a file", { { "run/memhp", "" } }, -ENOTDIR },
		{ "memhp is not in force", { { "run", NULL } }, -ENOENT },
		{ "the record is a directory", { { GROUPS "/x", NULL } }, -EISDIR },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct record record = dimm_record("x", NULL);
		int r;

		tree_drop(tree, "run");
		tree_add(tree, rows[i].nodes);
		r = record_write(&tree->fs, &record);
		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].name, r);
		assert_false(tree_has(tree, GROUPS "/x.tmp"));
	}
}

static void test_no_directories(void **state)
{
	static const struct tree_node rows[][3] = {
		{ { GROUPS, "" } },
		{ { BLOCKS, "" } },
		{ { BLOCKS, "-> groups" } },
		{ { "run/elsewhere", NULL }, { GROUPS, "-> ../elsewhere" } },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree_add(tree, rows[i]);
		write_record(tree, "PNP0C80:00", NULL);
		assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
		assert_int_equal(tree_count(tree, GROUPS) + tree_count(tree, BLOCKS), 2);
		assert_int_equal(tree_count(tree, "run/elsewhere"), 0);
		tree_drop(tree, "run");
	}
}

static void test_too_long(void **state)
{
	const struct tree *tree = *state;
	char outcome[1024];
	struct record record;

	memset(outcome, 'x', sizeof(outcome) - 1);
	outcome[sizeof(outcome) - 1] = '\0';
	write_record(tree, "PNP0C80:00", NULL);
	record = dimm_record("PNP0C80:00", outcome);
	assert_int_equal(record_write(&tree->fs, &record), -ENAMETOOLONG);
	assert_text(tree, GROUPS "/PNP0C80:00", DIMM_TEXT);
}

static void test_longest_group(void **state)
{
	static const char group[] =
		"012345678901234567890123456789012345678901234567890123456789012";
	const struct tree *tree = *state;

	assert_int_equal(sizeof(group), GROUP_NAME_MAX);
	write_record(tree, group, NULL);
	assert_int_equal(record_link_block(&tree->fs, group, 1), 0);
	assert_true(tree_has(tree, BLOCKS "/memory1"));
}

static void test_states(void **state)
{
	static const struct {
		enum record_state state;
		uint64_t try;
		const char *dax, *lines;
	} rows[] = {
		{ RECORD_PENDING, 0, NULL, "" },
		{ RECORD_PARTIAL, 2, NULL, "MEMHP_STATE=partial\nMEMHP_TRY=2\n" },
		{ RECORD_ONLINE, 0, NULL, "MEMHP_STATE=online\n" },
		{ RECORD_PARTIAL, 10, NULL, "MEMHP_STATE=partial\nMEMHP_TRY=10\n" },
		{ RECORD_FAILED, 0, "offline", "MEMHP_DAX_STATE=offline\nMEMHP_STATE=failed\n" },
		{ RECORD_LEFT, 0, NULL, "MEMHP_STATE=left\n" },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct record record = dimm_record("PNP0C80:00", NULL), got;
		_cleanup_free_ char *text = NULL;
		char expected[512];

		record.state = rows[i].state;
		record.try = rows[i].try;
		record.dax = rows[i].dax;
		assert_int_equal(record_write(&tree->fs, &record), 0);
		(void)snprintf(expected, sizeof(expected), DIMM_TEXT "%s", rows[i].lines);
		assert_text(tree, GROUPS "/PNP0C80:00", expected);
		assert_int_equal(record_read(&tree->fs, "PNP0C80:00", &got, &text), 0);
		assert_string_equal(got.reason, record.reason);
		assert_int_equal(got.state, record.state);
		assert_int_equal(got.try, record.try);
		assert_int_equal(!got.dax, !record.dax);
	}
}

static void test_read(void **state)
{
	const struct tree *tree = *state;
	_cleanup_free_ char *text = NULL;
	struct record got;

	write_record(tree, "PNP0C80:00", "a=b, 4 of 4");
	assert_int_equal(record_read(&tree->fs, "PNP0C80:00", &got, &text), 0);
	assert_string_equal(got.group, "PNP0C80:00");
	assert_string_equal(got.provider, "dimm");
	assert_string_equal(got.zone, "movable");
	assert_string_equal(got.reason, "fits ratio: M 0M + 512M <= 3082M");
	assert_string_equal(got.owner, "memhp");
	assert_string_equal(got.outcome, "a=b, 4 of 4");
	assert_null(got.dax);
}

static void test_read_errors(void **state)
{
	static const struct {
		const char *group;
		int result;
	} rows[] = {
		{ "PNP0C80:01", -ENOENT }, { "", -EINVAL },	     { ".", -EINVAL },
		{ "..", -EINVAL },	   { "../policy", -EINVAL }, { "a/b", -EINVAL },
		{ "nul", -EBADMSG },	   { "empty", -EBADMSG },
	};
	const struct tree *tree = *state;

	tree_write(tree, GROUPS "/nul", (struct str){ "A=b\0\n", 5 });
	tree_text(tree, GROUPS "/empty", "");
	tree_text(tree, "run/memhp/policy", DIMM_TEXT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct record untouched = { .try = 77 };
		char *text = NULL;
		int r = record_read(&tree->fs, rows[i].group, &untouched, &text);

		if (r != rows[i].result || untouched.try != 77 || text)
			fail_msg("\"%s\": %d", rows[i].group, r);
	}
}

/* What the link says is the text of the moment when it was made. */
static void test_read_of_block(void **state)
{
	const struct tree *tree = *state;
	_cleanup_free_ char *text = NULL;
	struct record got = { .try = 77 };

	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	write_record(tree, "PNP0C80:00", "4 of 4");
	assert_int_equal(record_read_of_block(&tree->fs, 33, &got, &text), -ENOENT);
	assert_int_equal(got.try, 77);
	assert_null(text);
	assert_int_equal(record_read_of_block(&tree->fs, 32, &got, &text), 0);
	assert_string_equal(got.group, "PNP0C80:00");
	assert_string_equal(got.outcome, "4 of 4");
}

static void test_read_of_block_errors(void **state)
{
	const struct tree *tree = *state;
	struct record untouched = { .try = 77 };
	char *text = NULL;

	tree_text(tree, BLOCKS "/memory32", "nonsense\n");
	tree_text(tree, BLOCKS "/memory33", DIMM_TEXT); /* the group has gone since */
	tree_text(tree, BLOCKS "/memory34",
		  "MEMHP_GROUP=../policy\nMEMHP_PROVIDER=b\nMEMHP_ZONE=c\nMEMHP_REASON=d\n"
		  "MEMHP_OWNER=e\n");
	assert_int_equal(record_read_of_block(&tree->fs, 32, &untouched, &text), -EBADMSG);
	assert_int_equal(record_read_of_block(&tree->fs, 33, &untouched, &text), -ENOENT);
	assert_int_equal(record_read_of_block(&tree->fs, 34, &untouched, &text), -EINVAL);
	assert_int_equal(untouched.try, 77);
	assert_null(text);
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ DIMM_TEXT, 0 },
		{ DIMM_TEXT "MEMHP_NEW=of a later version\n", 0 },
		{ DIMM_TEXT "MEMHP_OUTCOME=without a newline", 0 },
		{ DIMM_TEXT "MEMHP_OUTCOME=\n", 0 },
		{ DIMM_TEXT "MEMHP_STATE=failed\nMEMHP_TRY=18446744073709551615\n", 0 },
		{ DIMM_TEXT "MEMHP_STATE=Failed\n", -EBADMSG },
		{ DIMM_TEXT "MEMHP_STATE=\n", -EBADMSG },
		{ DIMM_TEXT "MEMHP_TRY=-1\n", -EBADMSG },
		{ DIMM_TEXT "MEMHP_TRY=18446744073709551616\n", -EBADMSG },
		{ DIMM_TEXT "\n", -EBADMSG },
		{ DIMM_TEXT "nonsense\n", -EBADMSG },
		{ "MEMHP_GROUP=a\nMEMHP_PROVIDER=b\nMEMHP_ZONE=c\nMEMHP_REASON=d\n", -EBADMSG },
		{ "MEMHP_GROUP=\nMEMHP_PROVIDER=b\nMEMHP_ZONE=c\nMEMHP_REASON=d\nMEMHP_OWNER=e\n",
		  -EBADMSG },
		{ "=\n", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = strdup(rows[i].text);
		struct record untouched = { .try = 77 };
		int r;

		assert_non_null(text);
		r = record_parse(&untouched, text);
		if (r != rows[i].result || (r < 0 && untouched.try != 77))
			fail_msg("%s: %d", rows[i].text, r);
	}
}

static void test_sweep(void **state)
{
	static const struct tree_node left_over[] = {
		{ BLOCKS "/memory34", "A=b\n" },
		{ BLOCKS "/memory034", "A=b\n" },
		{ BLOCKS "/nonsense", "" },
		{ GROUPS "/PNP0C80:01", "A=b\n" },
		{ GROUPS "/PNP0C80:00.tmp", "" },
		{ GROUPS "/PNP0C80:0", "" },
		{ NULL, NULL },
	};
	struct block blocks[] = { { .id = 32 }, { .id = 33 } };
	struct group groups[] = { { .name = "PNP0C80:00" }, { .name = "virtio0" } };
	const struct snapshot snapshot = { .blocks = blocks,
					   .n_blocks = 2,
					   .groups = { groups, 2 } };
	const struct tree *tree = *state;

	write_record(tree, "PNP0C80:00", NULL);
	write_record(tree, "virtio0", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 33), 0);
	tree_add(tree, left_over);
	assert_int_equal(record_sweep(&tree->fs, &snapshot), 0);
	assert_int_equal(tree_count(tree, BLOCKS), 2);
	assert_int_equal(tree_count(tree, GROUPS), 2);
	assert_text(tree, BLOCKS "/memory32", DIMM_TEXT);
	assert_text(tree, BLOCKS "/memory33", DIMM_TEXT);
	assert_true(tree_has(tree, GROUPS "/PNP0C80:00"));
	assert_true(tree_has(tree, GROUPS "/virtio0"));
}

static void test_sweep_all(void **state)
{
	const struct snapshot empty = { .n_blocks = 0 };
	const struct tree *tree = *state;

	assert_int_equal(record_sweep(&tree->fs, &empty), 0); /* nothing was ever recorded */
	write_record(tree, "PNP0C80:00", NULL);
	assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
	assert_int_equal(record_sweep(&tree->fs, &empty), 0);
	assert_int_equal(tree_count(tree, BLOCKS) + tree_count(tree, GROUPS), 0);
}

static void test_sweep_errors(void **state)
{
	const struct snapshot empty = { .n_blocks = 0 };
	const struct tree *tree = *state;

	tree_dir(tree, GROUPS "/x"); /* is none of ours, and in nobody's way */
	tree_text(tree, GROUPS "/y", "");
	assert_int_equal(record_sweep(&tree->fs, &empty), 0);
	assert_int_equal(tree_count(tree, GROUPS), 1);
	tree_text(tree, BLOCKS, "");
	assert_int_equal(record_sweep(&tree->fs, &empty), -ENOTDIR);
}

static void test_revise(void **state)
{
	static const struct {
		const char *zone;
		enum block_state state;
		enum block_zone is_in;
		bool stays;
	} rows[] = {
		{ "movable", BLOCK_ONLINE, BLOCK_ZONE_MOVABLE, true },
		{ "movable", BLOCK_ONLINE, BLOCK_ZONE_KERNEL, false },
		{ "movable", BLOCK_OFFLINE, BLOCK_ZONE_NONE, false },
		{ "kernel", BLOCK_ONLINE, BLOCK_ZONE_KERNEL, true },
		{ "kernel", BLOCK_ONLINE, BLOCK_ZONE_NONE, false },
		{ "online", BLOCK_ONLINE, BLOCK_ZONE_KERNEL, true },
		{ "online", BLOCK_ONLINE, BLOCK_ZONE_MOVABLE, true },
		{ "online", BLOCK_OFFLINE, BLOCK_ZONE_NONE, false },
		{ "leave", BLOCK_OFFLINE, BLOCK_ZONE_NONE, true },
		{ "leave", BLOCK_ONLINE, BLOCK_ZONE_MOVABLE, true },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct block block = { .id = 32, .state = rows[i].state, .zone = rows[i].is_in };
		struct group group = { .name = "PNP0C80:00" };
		const struct snapshot snapshot = { .blocks = &block,
						   .n_blocks = 1,
						   .groups = { &group, 1 } };
		struct record record = dimm_record("PNP0C80:00", NULL);

		record.zone = rows[i].zone;
		assert_int_equal(record_write(&tree->fs, &record), 0);
		assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", 32), 0);
		assert_int_equal(record_revise(&tree->fs, &snapshot), 0);
		if (tree_has(tree, BLOCKS "/memory32") != rows[i].stays ||
		    tree_has(tree, GROUPS "/PNP0C80:00") != rows[i].stays)
			fail_msg("row %zu", i);
	}
}

static void test_revise_groups(void **state)
{
	struct block blocks[] = {
		{ .id = 32, .state = BLOCK_ONLINE, .zone = BLOCK_ZONE_MOVABLE, .group = 0 },
		{ .id = 33, .state = BLOCK_OFFLINE, .group = 0 },
		{ .id = 34, .state = BLOCK_ONLINE, .zone = BLOCK_ZONE_MOVABLE, .group = 1 },
	};
	struct group groups[] = { { .name = "PNP0C80:00" }, { .name = "PNP0C80:01" } };
	const struct snapshot snapshot = { .blocks = blocks,
					   .n_blocks = 3,
					   .groups = { groups, 2 } };
	const struct tree *tree = *state;

	assert_int_equal(record_revise(&tree->fs, &snapshot), 0); /* nothing was ever recorded */
	write_record(tree, "PNP0C80:00", NULL);
	write_record(tree, "PNP0C80:01", NULL);
	write_record(tree, "virtio0", NULL);
	for (uint64_t id = 32; id <= 35; id++) /* 34 is of another device by now, 35 is gone */
		assert_int_equal(record_link_block(&tree->fs, "PNP0C80:00", id), 0);
	assert_int_equal(record_revise(&tree->fs, &snapshot), 0);
	assert_int_equal(tree_count(tree, BLOCKS), 1);
	assert_true(tree_has(tree, BLOCKS "/memory32"));
	assert_int_equal(tree_count(tree, GROUPS), 1);
	assert_true(tree_has(tree, GROUPS "/PNP0C80:00"));
	tree_text(tree, BLOCKS "/memory32", "damaged\n");
	assert_int_equal(record_revise(&tree->fs, &snapshot), 0);
	assert_int_equal(tree_count(tree, BLOCKS) + tree_count(tree, GROUPS), 0);
}

static void test_owner(void **state)
{
	static const struct {
		enum zone zone;
		enum provider provider;
		const char *owner;
	} rows[] = {
		{ ZONE_KERNEL, PROVIDER_CXL, "memhp" },
		{ ZONE_MOVABLE, PROVIDER_DAX, "memhp" },
		{ ZONE_ONLINE, PROVIDER_OTHER, "memhp" },
		{ ZONE_LEAVE, PROVIDER_CXL, "daxctl" },
		{ ZONE_LEAVE, PROVIDER_DAX, "daxctl" },
		{ ZONE_LEAVE, PROVIDER_DIMM, "administrator" },
		{ ZONE_LEAVE, PROVIDER_OTHER, "administrator" },
		{ ZONE_LEAVE, PROVIDER_VIRTIO_MEM, "administrator" },
		{ ZONE_LEAVE, PROVIDER_BOOT, "administrator" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct verdict verdict = { .zone = rows[i].zone,
						 .provider = rows[i].provider };

		assert_string_equal(record_owner(&verdict), rows[i].owner);
	}
}

#define TREE_TEST(name, fn)                                        \
	{                                                          \
		name, fn, tree_setup_in_force, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a record is lines that udev imports", test_write),
		TREE_TEST("a linked block has the properties of its group", test_links),
		TREE_TEST("a linked block keeps them when the record is replaced", test_links_stay),
		TREE_TEST("a block that is linked anew has the new ones", test_links_move),
		TREE_TEST("a link that cannot be made is told", test_link_errors),
		TREE_TEST("a record that cannot be written is told", test_write_errors),
		TREE_TEST("what is no directory gives way to one", test_no_directories),
		TREE_TEST("a record that is too long leaves the old one", test_too_long),
		TREE_TEST("the longest name of a group fits", test_longest_group),
		TREE_TEST("state and try are there when something has come of it", test_states),
		TREE_TEST("a record is read as it was written", test_read),
		TREE_TEST("a record that cannot be read is told", test_read_errors),
		TREE_TEST("the record of a block is that of its group now", test_read_of_block),
		TREE_TEST("a block whose record cannot be read is told", test_read_of_block_errors),
		{ "a record that is damaged is none", test_parse, NULL, NULL, NULL },
		TREE_TEST("a sweep keeps what is there and removes the rest", test_sweep),
		TREE_TEST("a sweep without blocks removes everything", test_sweep_all),
		TREE_TEST("a sweep that fails is told", test_sweep_errors),
		TREE_TEST("a record stays when it says how its block is online", test_revise),
		TREE_TEST("a group without a block on record has no record", test_revise_groups),
		{ "who brings a block online is memhp, daxctl or a person", test_owner, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
