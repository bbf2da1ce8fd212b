/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which configuration files count, and what is said about their mistakes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "scarce.h"
#include "tree.h"

#define FINDINGS_MAX 16

struct finding {
	char file[256];
	unsigned line;
	char message[512];
};

struct findings {
	struct finding f[FINDINGS_MAX];
	size_t n;
};

static void keep(void *userdata, const char *file, unsigned line, const char *message)
{
	struct findings *findings = userdata;
	struct finding *f = &findings->f[findings->n < FINDINGS_MAX ? findings->n : 0];

	findings->n++;
	(void)snprintf(f->file, sizeof(f->file), "%s", file);
	(void)snprintf(f->message, sizeof(f->message), "%s", message);
	f->line = line;
}

struct result {
	struct policy policy;
	char origin[256];
	struct findings findings;
};

static void read_config(const struct tree *tree, struct result *ret)
{
	int r;

	*ret = (struct result){ .origin = "?" };
	r = config_read(&tree->fs, &ret->policy, ret->origin, sizeof(ret->origin), keep,
			&ret->findings);
	assert_true(r >= 0);
	assert_int_equal(r, ret->findings.n);
}

/* What [Policy] MovableRatio= of a tree comes to; no file may have a mistake. */
struct ratio_row {
	const char *name;
	struct tree_node nodes[6];
	unsigned ratio;
	const char *origin;
};

static void check_ratios(void **state, const struct ratio_row *rows, size_t n)
{
	const struct tree *tree = *state;

	for (size_t i = 0; i < n; i++) {
		struct result result;

		tree_add(tree, rows[i].nodes);
		read_config(tree, &result);
		if (result.findings.n > 0)
			fail_msg("%s: %s: %s", rows[i].name, result.findings.f[0].file,
				 result.findings.f[0].message);
		if (result.policy.movable_ratio != rows[i].ratio ||
		    strcmp(result.origin, rows[i].origin) != 0)
			fail_msg("%s: ratio %llu from %s", rows[i].name,
				 (unsigned long long)result.policy.movable_ratio, result.origin);
		for (size_t j = 0; rows[i].nodes[j].path; j++)
			tree_drop(tree, rows[i].nodes[j].path);
	}
}

#define CHECK_RATIOS(state, rows) check_ratios(state, rows, ARRAY_SIZE(rows))

#define RATIO(n) "[Policy]\nMovableRatio=" #n "\n"

static void test_nothing(void **state)
{
	static const struct ratio_row rows[] = {
		{ "no file", { { NULL, NULL } }, 301, "built-in defaults" },
		{ "empty directories",
		  { { "etc/memhp.conf.d", NULL }, { "run/memhp.conf.d", NULL } },
		  301,
		  "built-in defaults" },
	};
	struct policy defaults = policy_default();
	struct result result;

	CHECK_RATIOS(state, rows);
	read_config(*state, &result);
	assert_memory_equal(&result.policy, &defaults, sizeof(defaults));
}

static void test_main_file(void **state)
{
	static const struct ratio_row rows[] = {
		{ "vendor",
		  { { "usr/lib/memhp/memhp.conf", RATIO(1) } },
		  1,
		  "/usr/lib/memhp/memhp.conf" },
		{ "run before vendor",
		  { { "usr/lib/memhp/memhp.conf", RATIO(1) }, { "run/memhp.conf", RATIO(2) } },
		  2,
		  "/run/memhp.conf" },
		{ "etc before run and vendor",
		  { { "usr/lib/memhp/memhp.conf", RATIO(1) },
		    { "run/memhp.conf", RATIO(2) },
		    { "etc/memhp.conf", RATIO(3) } },
		  3,
		  "/etc/memhp.conf" },
		{ "etc before vendor",
		  { { "usr/lib/memhp/memhp.conf", RATIO(1) }, { "etc/memhp.conf", RATIO(3) } },
		  3,
		  "/etc/memhp.conf" },
		{ "only the strongest is read at all",
		  { { "usr/lib/memhp/memhp.conf", "?" }, { "etc/memhp.conf", RATIO(3) } },
		  3,
		  "/etc/memhp.conf" },
	};

	CHECK_RATIOS(state, rows);
}

static void test_dropins(void **state)
{
	static const struct ratio_row rows[] = {
		{ "above the main file",
		  { { "etc/memhp.conf", RATIO(1) },
		    { "usr/lib/memhp/memhp.conf.d/a.conf", RATIO(2) } },
		  2,
		  "/etc/memhp.conf, /usr/lib/memhp/memhp.conf.d/a.conf" },
		{ "by name, not by directory",
		  { { "etc/memhp.conf.d/30.conf", RATIO(1) },
		    { "run/memhp.conf.d/20.conf", RATIO(2) },
		    { "usr/lib/memhp/memhp.conf.d/10.conf", RATIO(3) } },
		  1,
		  "/usr/lib/memhp/memhp.conf.d/10.conf, /run/memhp.conf.d/20.conf, "
		  "/etc/memhp.conf.d/30.conf" },
		{ "in the order of bytes",
		  { { "etc/memhp.conf.d/a.conf", RATIO(1) },
		    { "etc/memhp.conf.d/B.conf", RATIO(2) },
		    { "etc/memhp.conf.d/9.conf", RATIO(3) } },
		  1,
		  "/etc/memhp.conf.d/9.conf, /etc/memhp.conf.d/B.conf, /etc/memhp.conf.d/a.conf" },
		{ "other names are none",
		  { { "etc/memhp.conf.d/a", RATIO(1) },
		    { "etc/memhp.conf.d/a.conf~", RATIO(2) },
		    { "etc/memhp.conf.d/.a.conf", RATIO(3) },
		    { "etc/memhp.conf.d/.conf", RATIO(4) } },
		  301,
		  "built-in defaults" },
	};

	CHECK_RATIOS(state, rows);
}

static void test_same_name(void **state)
{
	static const struct ratio_row rows[] = {
		{ "etc hides run and vendor",
		  { { "etc/memhp.conf.d/a.conf", RATIO(1) },
		    { "run/memhp.conf.d/a.conf", RATIO(2) },
		    { "usr/lib/memhp/memhp.conf.d/a.conf", RATIO(3) } },
		  1,
		  "/etc/memhp.conf.d/a.conf" },
		{ "run hides vendor",
		  { { "run/memhp.conf.d/a.conf", RATIO(2) },
		    { "usr/lib/memhp/memhp.conf.d/a.conf", RATIO(3) } },
		  2,
		  "/run/memhp.conf.d/a.conf" },
		{ "what is hidden is not read",
		  { { "etc/memhp.conf.d/a.conf", RATIO(1) }, { "run/memhp.conf.d/a.conf", "?" } },
		  1,
		  "/etc/memhp.conf.d/a.conf" },
	};

	CHECK_RATIOS(state, rows);
}

static void check_masked(const struct tree *tree, const char *content)
{
	const struct tree_node nodes[] = {
		{ "etc/memhp.conf", content },
		{ "run/memhp.conf", RATIO(1) },
		{ "run/memhp.conf.d/a.conf", content },
		{ "usr/lib/memhp/memhp.conf.d/a.conf", RATIO(2) },
		{ NULL, NULL },
	};
	struct result result;

	tree_add(tree, nodes);
	read_config(tree, &result);
	assert_int_equal(result.findings.n, 0);
	assert_int_equal(result.policy.movable_ratio, 301);
}

static void test_masked(void **state)
{
	check_masked(*state, "");
	check_masked(*state, "-> /dev/null");
}

static void test_layers(void **state)
{
	static const struct tree_node nodes[] = {
		{ "etc/memhp.conf",
		  "[Policy]\nMovableRatio=400\nNumaAware=no\n[Dimm]\nZone=movable\n" },
		{ "etc/memhp.conf.d/50.conf", "[Cxl]\nZone=auto\n[Policy]\nMovableRatio=500\n" },
		{ NULL, NULL },
	};
	const struct tree *tree = *state;
	struct result result;

	tree_add(tree, nodes);
	read_config(tree, &result);
	assert_int_equal(result.findings.n, 0);
	assert_int_equal(result.policy.movable_ratio, 500);
	assert_int_equal(result.policy.numa_aware, 0);
	assert_int_equal(result.policy.zone[PROVIDER_DIMM], ZONE_POLICY_MOVABLE);
	assert_int_equal(result.policy.zone[PROVIDER_CXL], ZONE_POLICY_AUTO);
	assert_int_equal(result.policy.zone[PROVIDER_DAX], ZONE_POLICY_LEAVE);
}

/* One wrong line, told with @parts: what was read and what is allowed. */
static const struct message_row {
	const char *text;
	unsigned line;
	const char *parts[4];
} message_rows[] = {
	{ "[Dimm]\nZone=purple\n",
	  2,
	  { "\"purple\"", "[Dimm] Zone=", "auto, movable, kernel, online, leave" } },
	{ "[Policy]\n\n# x\nMovableRatio=5%\n",
	  4,
	  { "\"5%\"", "[Policy] MovableRatio=", "0 to 4294967295" } },
	{ "[Policy]\nNumaAware=\n", 2, { "\"\"", "[Policy] NumaAware=", "yes, no" } },
	{ "[Policy]\nOnliner=daxctl\n",
	  2,
	  { "\"daxctl\"", "[Policy] Onliner=", "udev, kernel, auto, none" } },
	{ "[Policy]\nRatio=5\n", 2, { "Ratio=", "[Policy]", "Onliner, MovableRatio, NumaAware" } },
	{ "[Cxl]\nzone=auto\n", 2, { "zone=", "[Cxl]", "allowed: Zone" } },
	{ "[Boot]\nZone=auto\n",
	  2,
	  { "[Boot]", "allowed: Policy, Dimm, VirtioMem, Cxl, Dax, Balloon, Standby, Dlpar, Probe, "
		      "Other, Node, Device, Range" } },
	{ "[Policy]\nMemoryOnlyNodes=movable\n",
	  2,
	  { "\"movable\"", "[Policy] MemoryOnlyNodes=", "kernel, global" } },
	{ "[Policy]\nSelfHostedMemmap=yes\n",
	  2,
	  { "\"yes\"", "[Policy] SelfHostedMemmap=", "exempt, count" } },
	{ "[Policy]\nKernelCredit=some\n",
	  2,
	  { "\"some\"", "[Policy] KernelCredit=", "early, all" } },
	{ "[Policy]\nKernelReserve=10%\n",
	  2,
	  { "\"10%\"", "[Policy] KernelReserve=", "a number of bytes" } },
	{ "[Policy]\nOverrideRules=perhaps\n",
	  2,
	  { "\"perhaps\"", "[Policy] OverrideRules=", "yes, no" } },
	{ "[Probe]\nZone=none\n",
	  2,
	  { "\"none\"", "[Probe] Zone=", "auto, movable, kernel, online, leave" } },
	/* Sections with an argument. */
	{ "[Node x]\nZone=auto\n",
	  2,
	  { "bad section [Node x]", "allowed: Node and the number of a NUMA node" } },
	{ "[Node]\nZone=auto\n",
	  2,
	  { "bad section [Node]", "allowed: Node and the number of a NUMA node" } },
	{ "[Device a b]\nZone=auto\n",
	  2,
	  { "bad section [Device a b]", "allowed: Device and the name", "63 characters" } },
	{ "[Range 2G-1G]\nZone=auto\n",
	  2,
	  { "bad section [Range 2G-1G]", "allowed: Range and START-END" } },
	{ "[Range 4G]\nZone=auto\n", 2, { "bad section [Range 4G]", "START-END" } },
	{ "[Dimm x]\nZone=auto\n",
	  2,
	  { "bad section [Dimm x]", "allowed: Dimm and nothing else" } },
	{ "[Policy x]\nOnliner=none\n",
	  2,
	  { "bad section [Policy x]", "allowed: Policy and nothing else" } },
	{ "[Node 1]\nZone=purple\n",
	  2,
	  { "\"purple\"", "[Node 1] Zone=", "auto, movable, kernel, online, leave" } },
	{ "[Device dax0.*]\nColor=red\n", 2, { "Color=", "[Device dax0.*]", "allowed: Zone" } },
	/* What was meant. */
	{ "[Policy]\nMovabelRatio=5\n", 2, { "MovabelRatio=", "did you mean MovableRatio?" } },
	{ "[Policy]\nnumaaware=no\n", 2, { "numaaware=", "did you mean NumaAware?" } },
	{ "[Policy]\nKernelReserv=1G\n", 2, { "did you mean KernelReserve?" } },
	{ "[Cxl]\nZones=auto\n", 2, { "Zones=", "did you mean Zone?", "allowed: Zone" } },
	{ "[Dim]\nZone=auto\n", 2, { "[Dim]", "did you mean Dimm?", "allowed: Policy, Dimm" } },
	{ "[virtiomem]\nZone=auto\n", 2, { "[virtiomem]", "did you mean VirtioMem?" } },
	{ "[Devcie dax0.0]\nZone=auto\n", 2, { "[Devcie dax0.0]", "did you mean Device?" } },
	{ "[Rnage 1-2]\nZone=auto\n", 2, { "[Rnage 1-2]", "did you mean Range?" } },
	{ "[Node 1]\nZnoe=auto\n", 2, { "Znoe=", "[Node 1]", "did you mean Zone?" } },
	/* No section. */
	{ "Zone=auto\n",
	  1,
	  { "Zone=auto stands before any [Section]", "allowed: Policy, Dimm, ",
	    ", Device, Range" } },
	{ "[Dimm\n", 1, { "\"[Dimm\" is no [Section]", "allowed: Policy, Dimm, ", ", Range" } },
	{ "[Dimm]\nmovable\n", 2, { "\"movable\"", "Key=value", "[Section]", "# comment" } },
};

static void check_message(const struct message_row *row)
{
	struct policy policy = policy_default(), defaults = policy_default();
	struct findings findings = { .n = 0 };
	const struct finding *f = &findings.f[0];

	assert_int_equal(config_apply(&policy, "/etc/x.conf", str_of(row->text), keep, &findings),
			 1);
	assert_int_equal(findings.n, 1);
	assert_memory_equal(&policy, &defaults, sizeof(policy));
	assert_string_equal(f->file, "/etc/x.conf");
	assert_non_null(strstr(f->message, "ignored; "));
	if (f->line != row->line)
		fail_msg("line %u: %s", f->line, f->message);
	for (size_t j = 0; j < ARRAY_SIZE(row->parts) && row->parts[j]; j++)
		if (!strstr(f->message, row->parts[j]))
			fail_msg("no %s in: %s", row->parts[j], f->message);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(message_rows); i++)
		check_message(&message_rows[i]);
}

/* What is like nothing we know, or in order but for its value, has no suggestion. */
static void test_no_suggestion(void **state)
{
	static const char *const texts[] = {
		"[Policy]\nColor=red\n",  "[Policy]\nZone=auto\n",	  "[Memory]\nZone=auto\n",
		"[Dimm]\nZone=movabel\n", "[Nodes of it]\n=\n",		  "[Node x]\nZone=auto\n",
		"[Dimm]\nOnliner=none\n", "[MemoryDevices]\nZone=auto\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct policy policy = policy_default();
		struct findings findings = { .n = 0 };

		assert_int_equal(config_apply(&policy, "x", str_of(texts[i]), keep, &findings), 1);
		if (strstr(findings.f[0].message, "did you mean"))
			fail_msg("%s", findings.f[0].message);
	}
}

static void test_overrides(void **state)
{
	static const struct tree_node nodes[] = {
		{ "etc/memhp.conf", "[Device dax0.*]\nZone=kernel\n[ Node  1 ]\nZone = auto\n"
				    "[Range 4G-8G]\nZone=movable\n" },
		{ "etc/memhp.conf.d/50.conf",
		  "[Device dax0.*]\nZone=leave\n[Device [a-z]*]\nZone=online\n" },
		{ NULL, NULL },
	};
	static const struct {
		const char *text;
		enum zone_policy zone;
	} expected[] = {
		{ "Node 1", ZONE_POLICY_AUTO },
		{ "Range 0x100000000-0x200000000", ZONE_POLICY_MOVABLE },
		{ "Device dax0.*", ZONE_POLICY_LEAVE },
		{ "Device [a-z]*", ZONE_POLICY_ONLINE },
	};
	const struct tree *tree = *state;
	struct result result;

	tree_add(tree, nodes);
	read_config(tree, &result);
	assert_int_equal(result.findings.n, 0);
	assert_int_equal(result.policy.n_overrides, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		char text[128];

		override_format(&result.policy.overrides[i], text, sizeof(text));
		assert_string_equal(text, expected[i].text);
		assert_int_equal(result.policy.overrides[i].zone, expected[i].zone);
	}
}

static void test_too_many_overrides(void **state)
{
	struct policy policy = policy_default();
	struct findings findings = { .n = 0 };
	char text[8192];
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < POLICY_OVERRIDES_MAX + 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[Node %u]\nZone=auto\n",
					 i);
	/* One that is there already is not one more. */
	used += (size_t)snprintf(text + used, sizeof(text) - used, "[Node 0]\nZone=kernel\n");
	assert_true(used < sizeof(text));
	assert_int_equal(config_apply(&policy, "x", str_of(text), keep, &findings), 1);
	assert_int_equal(findings.f[0].line, 2 * (POLICY_OVERRIDES_MAX + 1));
	assert_non_null(strstr(findings.f[0].message, "section [Node 64] is one too many"));
	assert_non_null(strstr(findings.f[0].message, "ignored; allowed: 64"));
	assert_int_equal(policy.n_overrides, POLICY_OVERRIDES_MAX);
	assert_int_equal(policy.overrides[POLICY_OVERRIDES_MAX - 1].node, 0);
	assert_int_equal(policy.overrides[POLICY_OVERRIDES_MAX - 1].zone, ZONE_POLICY_KERNEL);
}

static void test_rest_counts(void **state)
{
	static const struct tree_node nodes[] = {
		{ "etc/memhp.conf",
		  "x\n[Policy]\nMovableRatio=many\nNumaAware=no\nColor=red\n[Dimm]\nZone=kernel\n"
		  "[Nope]\nZone=auto\n[Cxl]\nZone=movable\n" },
		{ "etc/memhp.conf.d/a.conf", "[Dax\nZone=movable\n[Other]\nZone=online\n" },
		{ NULL, NULL },
	};
	static const struct {
		const char *file;
		unsigned line;
	} expected[] = {
		{ "/etc/memhp.conf", 1 },	   { "/etc/memhp.conf", 3 },
		{ "/etc/memhp.conf", 5 },	   { "/etc/memhp.conf", 9 },
		{ "/etc/memhp.conf.d/a.conf", 1 }, { "/etc/memhp.conf.d/a.conf", 2 },
	};
	const struct tree *tree = *state;
	struct result result;

	tree_add(tree, nodes);
	read_config(tree, &result);
	assert_int_equal(result.findings.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(result.findings.f[i].file, expected[i].file);
		assert_int_equal(result.findings.f[i].line, expected[i].line);
	}
	assert_int_equal(result.policy.movable_ratio, 301);
	assert_int_equal(result.policy.numa_aware, 0);
	assert_int_equal(result.policy.zone[PROVIDER_DIMM], ZONE_POLICY_KERNEL);
	assert_int_equal(result.policy.zone[PROVIDER_CXL], ZONE_POLICY_MOVABLE);
	assert_int_equal(result.policy.zone[PROVIDER_DAX], ZONE_POLICY_LEAVE);
	assert_int_equal(result.policy.zone[PROVIDER_OTHER], ZONE_POLICY_ONLINE);
}

static void test_unreadable(void **state)
{
	static const struct tree_node nodes[] = {
		{ "etc/memhp.conf", NULL }, /* a directory */
		{ "run/memhp.conf", RATIO(1) },
		{ "etc/memhp.conf.d/a.conf", NULL },
		{ "etc/memhp.conf.d/b.conf", "[Policy]\nNumaAware=no\n" },
		{ NULL, NULL },
	};
	const struct tree *tree = *state;
	struct result result;

	tree_add(tree, nodes);
	read_config(tree, &result);
	assert_int_equal(result.findings.n, 2);
	assert_string_equal(result.findings.f[0].file, "/etc/memhp.conf");
	assert_string_equal(result.findings.f[1].file, "/etc/memhp.conf.d/a.conf");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(result.findings.f[i].line, 0);
		assert_non_null(strstr(result.findings.f[i].message, "cannot be read"));
		assert_non_null(strstr(result.findings.f[i].message, strerror(EISDIR)));
	}
	assert_int_equal(result.policy.movable_ratio, 301);
	assert_int_equal(result.policy.numa_aware, 0);
	assert_string_equal(result.origin, "/etc/memhp.conf.d/b.conf");
}

static void test_too_many(void **state)
{
	const struct tree *tree = *state;
	struct result result;
	char path[64];

	for (unsigned i = 0; i < 257; i++) {
		(void)snprintf(path, sizeof(path), "run/memhp.conf.d/%03u.conf", i);
		tree_text(tree, path, "");
	}
	read_config(tree, &result);
	assert_int_equal(result.findings.n, 1);
	assert_string_equal(result.findings.f[0].file, "/run/memhp.conf.d");
	assert_int_equal(result.findings.f[0].line, 0);
	assert_non_null(strstr(result.findings.f[0].message, "256"));
}

static void test_long_origin(void **state)
{
	const struct tree *tree = *state;
	struct policy policy;
	char origin[24] = "?";

	tree_text(tree, "etc/memhp.conf", "");
	tree_text(tree, "etc/memhp.conf.d/a.conf", RATIO(7));
	tree_text(tree, "etc/memhp.conf.d/b.conf", "");
	assert_int_equal(config_read(&tree->fs, &policy, origin, sizeof(origin), NULL, NULL), 0);
	assert_string_equal(origin, "/etc/memhp.conf, /etc/m");
	assert_int_equal(policy.movable_ratio, 7);
}

static void test_nobody_listens(void **state)
{
	struct policy policy = policy_default();

	(void)state;
	assert_int_equal(
		config_apply(&policy, "x", STR("x\n[Dimm]\nZone=?\nZone=kernel\n"), NULL, NULL), 2);
	assert_int_equal(policy.zone[PROVIDER_DIMM], ZONE_POLICY_KERNEL);
}

/* Not even the longest line pushes out what is allowed instead, nor half a character in. */
static void test_long_line(void **state)
{
#define S8 "aaaaaaaa"
#define S64 S8 S8 S8 S8 S8 S8 S8 S8
#define S512 S64 S64 S64 S64 S64 S64 S64 S64
	static const struct message_row rows[] = {
		{ "[Dimm]\nZone=" S512 "\n",
		  2,
		  { "\"" S64 "\" for [Dimm]", "allowed: auto, movable, kernel, online, leave" } },
		{ "[Dimm]\nZone=" S64 "\n", 2, { "\"" S64 "\" for", ", leave" } },
		{ "[Dimm]\nZone=a" S8 S8 S8 S8 S8 S8 S8 "aaaaaa\xc3\xa4" S64 "\n",
		  2,
		  { "\"a" S8 S8 S8 S8 S8 S8 S8 "aaaaaa\" for", ", leave" } },
		{ "[Policy]\n" S512 "=1\n",
		  2,
		  { "unknown key " S64 "= in", "allowed: Onliner, ", ", OverrideRules" } },
		{ "[" S512 "]\nZone=auto\n", 2, { "[" S64 "]", "allowed: Policy, ", ", Range" } },
		{ "[Cxl " S512 "]\n" S512 "=1\n", 2, { "[Cxl aaa", "allowed: Zone" } },
		{ "[Node " S512 "]\nZone=auto\n", 2, { "[Node aaa", "the number of a NUMA node" } },
		{ "[" S512 "\n", 1, { "is no [Section]", "allowed: Policy, ", ", Range" } },
		{ S512 "=" S512 "\n",
		  1,
		  { S64 "=" S64 " stands", "allowed: Policy, Dimm", ", Range" } },
		{ S512 "\n", 1, { "cannot read \"" S64 "\"", "allowed: Key=value" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_message(&rows[i]);
}

static void test_odd_name(void **state)
{
	const struct tree *tree = *state;
	struct policy parsed;
	struct result result;
	char text[2048];

	tree_text(tree, "etc/memhp.conf.d/new\nline.conf", RATIO(7));
	read_config(tree, &result);
	assert_true(policy_format(&result.policy, result.origin, text, sizeof(text)) > 0);
	assert_int_equal(policy_parse(&parsed, str_of(text)), 0);
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

/* -- Where values come from */

static void test_sources(void **state)
{
	const struct tree *tree = *state;
	static const struct {
		const char *setting, *file;
		unsigned line;
	} rows[] = {
		{ "Policy.MovableRatio", "/etc/memhp.conf.d/b.conf", 2 },
		{ "Policy.NumaAware", "/etc/memhp.conf", 4 },
		{ "Device dax0.*.Zone", "/etc/memhp.conf.d/b.conf", 4 },
		{ "Range 0x100000000-0x1ffffffff.Zone", "/etc/memhp.conf", 8 },
	};
	struct config_sources sources;
	struct policy policy;
	char origin[256];

	tree_text(tree, "etc/memhp.conf",
		  "# first\n[Policy]\nMovableRatio=5\nNumaAware=no\nKernelReserve=?\n"
		  "\n[Range 4G-0x1ffffffff]\nZone=leave\n");
	tree_text(tree, "etc/memhp.conf.d/b.conf",
		  RATIO(7) "[Device dax0.*]\nZone=kernel\n[Cxl]\nZnoe=kernel\n");
	assert_int_equal(config_read_sources(&tree->fs, &policy, origin, sizeof(origin), &sources,
					     NULL, NULL),
			 2);
	assert_int_equal(policy.movable_ratio, 7);
	assert_int_equal(sources.n, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct config_source *source = config_find_source(&sources, rows[i].setting);

		if (!source)
			fail_msg("%s has no source", rows[i].setting);
		assert_string_equal(source->file, rows[i].file);
		assert_int_equal(source->line, rows[i].line);
	}
	assert_null(config_find_source(&sources, "Policy.KernelReserve"));
	assert_null(config_find_source(&sources, "Cxl.Zone"));
	config_sources_done(&sources);
}

static void test_sources_no_memory(void **state)
{
	const struct tree *tree = *state;
	struct config_sources sources = { NULL, 3 };
	struct policy policy;
	char origin[256];
	int r;

	tree_text(tree, "etc/memhp.conf", RATIO(7));
	scarce_after(0);
	r = config_read_sources(&tree->fs, &policy, origin, sizeof(origin), &sources, NULL, NULL);
	assert_int_equal(scarce_end(), 1);
	assert_int_equal(r, -ENOMEM);
	assert_int_equal(sources.n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("without files the defaults count", test_nothing),
		TREE_TEST("the strongest main file counts alone", test_main_file),
		TREE_TEST("drop-ins count in the order of their names", test_dropins),
		TREE_TEST("a drop-in hides those of its name in weaker directories",
			  test_same_name),
		TREE_TEST("an empty file and a link to /dev/null mask", test_masked),
		TREE_TEST("drop-ins change what they name and nothing else", test_layers),
		{ "a message has file, line, what was read and what is allowed", test_messages,
		  NULL, NULL, NULL },
		{ "what is like nothing has no suggestion", test_no_suggestion, NULL, NULL, NULL },
		TREE_TEST("drop-ins replace overrides of the same section", test_overrides),
		{ "one override too many is told and ignored", test_too_many_overrides, NULL, NULL,
		  NULL },
		TREE_TEST("wrong lines are ignored and the rest counts", test_rest_counts),
		TREE_TEST("a file that cannot be read is told and passed over", test_unreadable),
		TREE_TEST("too many drop-ins are told", test_too_many),
		TREE_TEST("a list of names that does not fit is cut", test_long_origin),
		{ "mistakes are counted even when nobody listens", test_nobody_listens, NULL, NULL,
		  NULL },
		{ "a long line leaves room for what is allowed", test_long_line, NULL, NULL, NULL },
		TREE_TEST("of each value it is known where it was set last", test_sources),
		TREE_TEST("without memory for the sources nothing is handed out",
			  test_sources_no_memory),
		TREE_TEST("the name of a drop-in cannot damage the policy", test_odd_name),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
