/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting, writing and reading a policy. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "random.h"

#define TEXT_SIZE 16384
#define N_KEYS 20 /* three of them are of overrides */

/* To the last byte, so that it also tells of a policy that makes no sense. */
static bool is_untouched(const struct policy *a, const struct policy *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool equal_overrides(const struct override *a, const struct override *b)
{
	return a->kind == b->kind && a->zone == b->zone && a->node == b->node &&
	       strcmp(a->device, b->device) == 0 && a->range.start == b->range.start &&
	       a->range.end == b->range.end;
}

static bool equal(const struct policy *a, const struct policy *b)
{
	/* Nothing but uint64_t before them, so no padding. */
	if (memcmp(a, b, offsetof(struct policy, overrides)) != 0 ||
	    a->n_overrides != b->n_overrides || a->n_overrides > POLICY_OVERRIDES_MAX)
		return false;
	for (size_t i = 0; i < a->n_overrides; i++)
		if (!equal_overrides(&a->overrides[i], &b->overrides[i]))
			return false;
	return true;
}

/*
 * A policy that differs from the defaults, and from what any line of a text says, in everything.
 * The number of its overrides makes no sense: it is for keys that touch none.
 */
static struct policy odd_policy(void)
{
	struct policy policy;

	memset(&policy, 0xa5, sizeof(policy));
	return policy;
}

/* Whatever a name may have: nothing below "!", no DEL, and as many dots and equals signs as the rest. */
static void random_device(uint64_t *random, char ret[static POLICY_NAME_MAX])
{
	static const char special[] = ".=*?[]-#\\Zone";
	size_t n = 1 + random_below(random, POLICY_NAME_MAX - 1);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)(0x21 + random_below(random, 0x100 - 0x21));

		ret[i] = random_below(random, 2) ?
				 (char)c :
				 special[random_below(random, sizeof(special) - 1)];
		if (c == 0x7f)
			ret[i] = '.';
	}
	ret[n] = '\0';
}

static struct override random_override(uint64_t *random)
{
	struct override override = {
		.kind = (unsigned)random_below(random, _OVERRIDE_KIND_MAX),
		.zone = random_below(random, _ZONE_POLICY_MAX),
	};
	uint64_t a = random_sized(random, 64), b = random_sized(random, 64);

	switch (override.kind) {
	case OVERRIDE_NODE:
		override.node = random_sized(random, 32);
		break;
	case OVERRIDE_DEVICE:
		random_device(random, override.device);
		break;
	case OVERRIDE_RANGE:
		override.range = (struct range){ a < b ? a : b, a < b ? b : a };
		break;
	case _OVERRIDE_KIND_MAX:
		break;
	}
	return override;
}

static void random_overrides(struct policy *policy, uint64_t *random, size_t n)
{
	while (policy->n_overrides < n) {
		struct override fresh = random_override(random);
		bool is_new = true;

		for (size_t i = 0; i < policy->n_overrides; i++) {
			struct override other = policy->overrides[i];

			other.zone = fresh.zone;
			is_new &= !equal_overrides(&other, &fresh);
		}
		if (is_new)
			policy->overrides[policy->n_overrides++] = fresh;
	}
}

static struct policy random_policy(uint64_t *random, size_t most_overrides)
{
	struct policy policy = {
		.onliner = random_below(random, _ONLINER_MAX),
		.movable_ratio = random_sized(random, 32),
		.numa_aware = random_below(random, 2),
		.memory_only_nodes = random_below(random, _MEMORY_ONLY_NODES_MAX),
		.self_hosted_memmap = random_below(random, _SELF_HOSTED_MEMMAP_MAX),
		.kernel_credit = random_below(random, _KERNEL_CREDIT_MAX),
		.kernel_reserve = random_sized(random, 64),
		.override_rules = random_below(random, 2),
	};

	for (unsigned i = 0; i < _PROVIDER_MAX; i++)
		policy.zone[i] = random_below(random, _ZONE_POLICY_MAX);
	policy.zone[PROVIDER_BOOT] = ZONE_POLICY_LEAVE;
	random_overrides(&policy, random, random_below(random, most_overrides + 1));
	return policy;
}

static int format(const struct policy *policy, char text[static TEXT_SIZE])
{
	int n = policy_format(policy, "/etc/memhp.conf", text, TEXT_SIZE);

	assert_true(n > 0 && (size_t)n == strlen(text));
	return n;
}

static void assert_refused(struct str text, const char *what)
{
	struct policy policy = odd_policy(), before = policy;
	int r = policy_parse(&policy, text);

	if (r != -EBADMSG)
		fail_msg("%s: %d for \"%.*s\"", what, r, STR_ARG(text));
	if (!is_untouched(&policy, &before))
		fail_msg("%s: the policy was touched", what);
}

static void test_defaults(void **state)
{
	struct policy policy = policy_default();

	(void)state;
	assert_int_equal(policy.onliner, ONLINER_UDEV);
	assert_int_equal(policy.movable_ratio, 301);
	assert_int_equal(policy.numa_aware, 1);
	assert_int_equal(policy.memory_only_nodes, MEMORY_ONLY_NODES_KERNEL);
	assert_int_equal(policy.self_hosted_memmap, SELF_HOSTED_MEMMAP_EXEMPT);
	assert_int_equal(policy.kernel_credit, KERNEL_CREDIT_EARLY);
	assert_int_equal(policy.kernel_reserve, 0);
	assert_int_equal(policy.override_rules, 1);
	assert_int_equal(policy.n_overrides, 0);
	assert_int_equal(policy.zone[PROVIDER_BALLOON], ZONE_POLICY_KERNEL);
	assert_int_equal(policy.zone[PROVIDER_STANDBY], ZONE_POLICY_LEAVE);
	assert_int_equal(policy.zone[PROVIDER_DLPAR], ZONE_POLICY_LEAVE);
	assert_int_equal(policy.zone[PROVIDER_PROBE], ZONE_POLICY_AUTO);
	assert_int_equal(policy.zone[PROVIDER_DIMM], ZONE_POLICY_AUTO);
	assert_int_equal(policy.zone[PROVIDER_VIRTIO_MEM], ZONE_POLICY_AUTO);
	assert_int_equal(policy.zone[PROVIDER_CXL], ZONE_POLICY_LEAVE);
	assert_int_equal(policy.zone[PROVIDER_DAX], ZONE_POLICY_LEAVE);
	assert_int_equal(policy.zone[PROVIDER_BOOT], ZONE_POLICY_LEAVE);
	assert_int_equal(policy.zone[PROVIDER_OTHER], ZONE_POLICY_LEAVE);
}

#define CANONICAL                                                            \
	"# Generated by memhp-generator from /etc/memhp.conf; do not edit\n" \
	"Policy.Onliner=udev\n"                                              \
	"Policy.MovableRatio=301\n"                                          \
	"Policy.NumaAware=yes\n"                                             \
	"Policy.MemoryOnlyNodes=kernel\n"                                    \
	"Policy.SelfHostedMemmap=exempt\n"                                   \
	"Policy.KernelCredit=early\n"                                        \
	"Policy.KernelReserve=0\n"                                           \
	"Policy.OverrideRules=yes\n"                                         \
	"Dimm.Zone=auto\n"                                                   \
	"VirtioMem.Zone=auto\n"                                              \
	"Cxl.Zone=leave\n"                                                   \
	"Dax.Zone=leave\n"                                                   \
	"Balloon.Zone=kernel\n"                                              \
	"Standby.Zone=leave\n"                                               \
	"Dlpar.Zone=leave\n"                                                 \
	"Probe.Zone=auto\n"                                                  \
	"Other.Zone=leave\n"
#define CANONICAL_END "# end of policy\n"

static void test_canonical(void **state)
{
	struct policy policy = policy_default();
	char text[TEXT_SIZE];

	(void)state;
	(void)format(&policy, text);
	assert_string_equal(text, CANONICAL CANONICAL_END);
}

/* One section and its zone, as policy_set() takes them; a table of them ends with NULL. */
struct section {
	const char *section, *zone;
};

static struct policy policy_with(const struct section *sections)
{
	struct policy policy = policy_default();

	for (; sections->section; sections++)
		if (policy_set(&policy, str_of(sections->section), STR("Zone"),
			       str_of(sections->zone), NULL) != 0)
			fail_msg("[%s] Zone=%s was refused", sections->section, sections->zone);
	return policy;
}

static void test_canonical_overrides(void **state)
{
	static const struct section sections[] = {
		{ "Range 4G-0x1ffffffff", "movable" },
		{ "Device dax0.*", "leave" },
		{ "Node 1", "auto" },
		{ "Device a.Zone=b", "kernel" },
		{ NULL, NULL },
	};
	static const char expected[] = CANONICAL "Range 0x100000000-0x1ffffffff.Zone=movable\n"
						 "Device dax0.*.Zone=leave\n"
						 "Node 1.Zone=auto\n"
						 "Device a.Zone=b.Zone=kernel\n" CANONICAL_END;
	struct policy policy = policy_with(sections);
	char text[TEXT_SIZE];

	(void)state;
	(void)format(&policy, text);
	assert_string_equal(text, expected);
}

static void test_round_trip(void **state)
{
	uint64_t random = random_start();
	char text[TEXT_SIZE], again[TEXT_SIZE];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		/* As many as there can be take their time. */
		struct policy policy = random_policy(&random, i % 16 ? 6 : POLICY_OVERRIDES_MAX);
		struct policy parsed = odd_policy();
		int n = format(&policy, text);

		assert_int_equal(policy_parse(&parsed, (struct str){ text, (size_t)n }), 0);
		if (!equal(&policy, &parsed))
			fail_msg("another policy came back from:\n%s", text);
		(void)format(&parsed, again);
		assert_string_equal(text, again);
	}
}

static void test_truncated(void **state)
{
	uint64_t random = random_start();
	char text[TEXT_SIZE];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct policy policy = random_policy(&random, 3), parsed;
		size_t n = (size_t)format(&policy, text);

		/* Without the last newline the end mark, and so all of it, is there. */
		assert_int_equal(policy_parse(&parsed, (struct str){ text, n - 1 }), 0);
		assert_true(equal(&policy, &parsed));
		for (n -= 2; n > 0; n--)
			assert_refused((struct str){ text, n }, "cut off");
		assert_refused((struct str){ text, 0 }, "empty");
	}
}

static void test_line_removed(void **state)
{
	struct policy policy = policy_default(), parsed;
	char text[TEXT_SIZE], damaged[TEXT_SIZE];
	struct str rest = { text, (size_t)format(&policy, text) }, line;
	unsigned removed = 0;

	(void)state;
	while (str_next_line(&rest, &line)) {
		size_t before = (size_t)(line.p - text);

		memcpy(damaged, text, before);
		memcpy(damaged + before, rest.p, rest.n);
		if (before == 0) /* the header is for people */
			assert_int_equal(policy_parse(&parsed, (struct str){ damaged, rest.n }), 0);
		else
			assert_refused((struct str){ damaged, before + rest.n }, "a line removed");
		removed++;
	}
	assert_int_equal(removed, 1 + N_KEYS - _OVERRIDE_KIND_MAX + 1);
}

/* The default text with one line replaced by another. */
static void check_replaced(const char *from, const char *to, int expected)
{
	struct policy policy = policy_default(), parsed;
	char text[TEXT_SIZE], damaged[TEXT_SIZE + 256];
	char *at;

	(void)format(&policy, text);
	at = strstr(text, from);
	if (!at)
		fail_msg("there is no %s", from);
	*at = '\0';
	(void)snprintf(damaged, sizeof(damaged), "%s%s%s", text, to, at + strlen(from));
	if (expected < 0)
		assert_refused(str_of(damaged), to);
	else if (policy_parse(&parsed, str_of(damaged)) != 0)
		fail_msg("\"%s\" was refused", to);
}

static void test_damaged(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "Dimm.Zone=auto\n", "Dimm.Zone=\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone=Auto\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone=auto \n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone=aut\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone=autoo\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone\n" },
		{ "Dimm.Zone=auto\n", "Dimm=Zone.auto\n" },
		{ "Dimm.Zone=auto\n", "Zone=auto\n" },
		{ "Dimm.Zone=auto\n", ".Zone=auto\n" },
		{ "Dimm.Zone=auto\n", "Dimm.=auto\n" },
		{ "Dimm.Zone=auto\n", "dimm.Zone=auto\n" },
		{ "Dimm.Zone=auto\n", "Boot.Zone=leave\nDimm.Zone=auto\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Color=red\nDimm.Zone=auto\n" },
		{ "Dimm.Zone=auto\n", "\nDimm.Zone=auto\n" },
		{ "Dimm.Zone=auto\n", "Dimm.Zone=auto\nx\n" },
		{ "MovableRatio=301\n", "MovableRatio=4294967296\n" },
		{ "MovableRatio=301\n", "MovableRatio=99999999999999999999\n" },
		{ "MovableRatio=301\n", "MovableRatio=-1\n" },
		{ "MovableRatio=301\n", "MovableRatio=0x10\n" },
		{ "MovableRatio=301\n", "MovableRatio=\n" },
		{ "NumaAware=yes\n", "NumaAware=maybe\n" },
		{ "Onliner=udev\n", "Onliner=Kernel\n" },
		{ "MemoryOnlyNodes=kernel\n", "MemoryOnlyNodes=Kernel\n" },
		{ "MemoryOnlyNodes=kernel\n", "MemoryOnlyNodes=\n" },
		{ "SelfHostedMemmap=exempt\n", "SelfHostedMemmap=no\n" },
		{ "KernelCredit=early\n", "KernelCredit=late\n" },
		{ "OverrideRules=yes\n", "OverrideRules=some\n" },
		{ "KernelReserve=0\n", "KernelReserve=\n" },
		{ "KernelReserve=0\n", "KernelReserve=-1\n" },
		{ "KernelReserve=0\n", "KernelReserve=16E\n" },
		{ "KernelReserve=0\n", "KernelReserve=18446744073709551616\n" },
		{ "Dimm.Zone=auto\n", "Dimm x.Zone=auto\n" },
		{ "Policy.NumaAware=yes\n", "Policy x.NumaAware=yes\n" },
		{ "# end of policy\n", "Node.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Node x.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Node 4294967296.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Node 1.Zone=\n# end of policy\n" },
		{ "# end of policy\n", "Node 1.Color=auto\n# end of policy\n" },
		{ "# end of policy\n", "Node 1\n# end of policy\n" },
		{ "# end of policy\n", "Device.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Device a b.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Device a.Zone=aut\n# end of policy\n" },
		{ "# end of policy\n", "Device a.Zoneauto\n# end of policy\n" },
		{ "# end of policy\n", "Range.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Range 0x1000.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "Range 0x2-0x1.Zone=auto\n# end of policy\n" },
		{ "# end of policy\n", "" },
		{ "# end of policy\n", "# end of polic\n" },
		{ "# end of policy\n", "# end of policy\n\n" },
		{ "# end of policy\n", "# end of policy\nDimm.Zone=kernel\n" },
		{ "# end of policy\n", "# end of policy\n# end of policy\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_replaced(rows[i].from, rows[i].to, -EBADMSG);
	check_replaced("MovableRatio=301\n", "MovableRatio=4294967295\n", 0);
	check_replaced("Dimm.Zone=auto\n", "# a comment\nDimm.Zone=movable\n", 0);
	check_replaced("KernelReserve=0\n", "KernelReserve=18446744073709551615\n", 0);
	check_replaced("# end of policy\n", "Node 1.Zone=auto\n# end of policy\n", 0);
}

/* Nothing that policy_format() writes has one. */
static void test_damaged_blanks(void **state)
{
	(void)state;
	check_replaced("Dimm.Zone=auto\n", " Dimm.Zone=auto\n", -EBADMSG);
	check_replaced("Dimm.Zone=auto\n", "Dimm .Zone=auto\n", -EBADMSG);
}

static void check_many_lines(size_t n, int expected)
{
	char text[TEXT_SIZE] = CANONICAL;
	struct policy parsed;
	size_t used = strlen(text);

	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "Node %zu.Zone=auto\n",
					 i);
	(void)snprintf(text + used, sizeof(text) - used, CANONICAL_END);
	if (expected < 0) {
		assert_refused(str_of(text), "too many overrides");
		return;
	}
	assert_int_equal(policy_parse(&parsed, str_of(text)), 0);
	assert_int_equal(parsed.n_overrides, n);
}

static void test_many_lines(void **state)
{
	(void)state;
	check_many_lines(POLICY_OVERRIDES_MAX, 0);
	check_many_lines(POLICY_OVERRIDES_MAX + 1, -EBADMSG);
}

struct set_row {
	const char *section, *key, *value;
	int result;
	size_t offset; /* of what is set */
	uint64_t expected;
};

#define AT(field) offsetof(struct policy, field)

static const struct set_row set_rows[] = {
	{ "Policy", "Onliner", "none", 0, AT(onliner), ONLINER_NONE },
	{ "Policy", "Onliner", "udev", 0, AT(onliner), ONLINER_UDEV },
	{ "Policy", "Onliner", "kernel", 0, AT(onliner), ONLINER_KERNEL },
	{ "Policy", "Onliner", "auto", 0, AT(onliner), ONLINER_AUTO },
	{ "Policy", "Onliner", "memhp", -EINVAL, 0, 0 },
	{ "Policy", "Onliner", "", -EINVAL, 0, 0 },
	{ "Policy", "MovableRatio", "0", 0, AT(movable_ratio), 0 },
	{ "Policy", "MovableRatio", "4294967295", 0, AT(movable_ratio), UINT_MAX },
	{ "Policy", "MovableRatio", "4294967296", -EINVAL, 0, 0 },
	{ "Policy", "MovableRatio", "-1", -EINVAL, 0, 0 },
	{ "Policy", "MovableRatio", "301%", -EINVAL, 0, 0 },
	{ "Policy", "MovableRatio", "", -EINVAL, 0, 0 },
	{ "Policy", "NumaAware", "no", 0, AT(numa_aware), 0 },
	{ "Policy", "NumaAware", "1", 0, AT(numa_aware), 1 },
	{ "Policy", "NumaAware", "On", 0, AT(numa_aware), 1 },
	{ "Policy", "NumaAware", "2", -EINVAL, 0, 0 },
	{ "Dimm", "Zone", "movable", 0, AT(zone[PROVIDER_DIMM]), ZONE_POLICY_MOVABLE },
	{ "VirtioMem", "Zone", "kernel", 0, AT(zone[PROVIDER_VIRTIO_MEM]), ZONE_POLICY_KERNEL },
	{ "Cxl", "Zone", "online", 0, AT(zone[PROVIDER_CXL]), ZONE_POLICY_ONLINE },
	{ "Dax", "Zone", "leave", 0, AT(zone[PROVIDER_DAX]), ZONE_POLICY_LEAVE },
	{ "Other", "Zone", "auto", 0, AT(zone[PROVIDER_OTHER]), ZONE_POLICY_AUTO },
	{ "Other", "Zone", "any", -EINVAL, 0, 0 },
	{ "Policy", "MemoryOnlyNodes", "global", 0, AT(memory_only_nodes),
	  MEMORY_ONLY_NODES_GLOBAL },
	{ "Policy", "MemoryOnlyNodes", "kernel", 0, AT(memory_only_nodes),
	  MEMORY_ONLY_NODES_KERNEL },
	{ "Policy", "MemoryOnlyNodes", "movable", -EINVAL, 0, 0 },
	{ "Policy", "SelfHostedMemmap", "exempt", 0, AT(self_hosted_memmap),
	  SELF_HOSTED_MEMMAP_EXEMPT },
	{ "Policy", "SelfHostedMemmap", "count", 0, AT(self_hosted_memmap),
	  SELF_HOSTED_MEMMAP_COUNT },
	{ "Policy", "SelfHostedMemmap", "yes", -EINVAL, 0, 0 },
	{ "Policy", "KernelCredit", "early", 0, AT(kernel_credit), KERNEL_CREDIT_EARLY },
	{ "Policy", "KernelCredit", "all", 0, AT(kernel_credit), KERNEL_CREDIT_ALL },
	{ "Policy", "KernelCredit", "", -EINVAL, 0, 0 },
	{ "Policy", "KernelReserve", "0", 0, AT(kernel_reserve), 0 },
	{ "Policy", "KernelReserve", "4G", 0, AT(kernel_reserve), UINT64_C(4) << 30 },
	{ "Policy", "KernelReserve", "512MiB", 0, AT(kernel_reserve), UINT64_C(512) << 20 },
	{ "Policy", "KernelReserve", "18446744073709551615", 0, AT(kernel_reserve), UINT64_MAX },
	{ "Policy", "KernelReserve", "18446744073709551616", -EINVAL, 0, 0 },
	{ "Policy", "KernelReserve", "16E", -EINVAL, 0, 0 },
	{ "Policy", "KernelReserve", "10%", -EINVAL, 0, 0 },
	{ "Policy", "KernelReserve", "-1", -EINVAL, 0, 0 },
	{ "Policy", "KernelReserve", "", -EINVAL, 0, 0 },
	{ "Policy", "OverrideRules", "no", 0, AT(override_rules), 0 },
	{ "Policy", "OverrideRules", "yes", 0, AT(override_rules), 1 },
	{ "Policy", "OverrideRules", "all", -EINVAL, 0, 0 },
	{ "Balloon", "Zone", "leave", 0, AT(zone[PROVIDER_BALLOON]), ZONE_POLICY_LEAVE },
	{ "Standby", "Zone", "auto", 0, AT(zone[PROVIDER_STANDBY]), ZONE_POLICY_AUTO },
	{ "Dlpar", "Zone", "movable", 0, AT(zone[PROVIDER_DLPAR]), ZONE_POLICY_MOVABLE },
	{ "Probe", "Zone", "kernel", 0, AT(zone[PROVIDER_PROBE]), ZONE_POLICY_KERNEL },
	{ "Balloon", "Zone", "", -EINVAL, 0, 0 },
	/* Arguments that no section of the kind can have, or that it must have. */
	{ "Policy x", "Onliner", "udev", -EDOM, 0, 0 },
	{ "Dimm PNP0C80:00", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node ", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node x", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node -1", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node 0x1", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node 0 1", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node 4294967296", "Zone", "auto", -EDOM, 0, 0 },
	{ "Node 18446744073709551616", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device dax0.0 dax1.0", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device dax0.0\tdax1.0", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device a\x01z", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device a\x7fz", "Zone", "auto", -EDOM, 0, 0 },
	{ "Device 0123456789012345678901234567890123456789012345678901234567890123", "Zone", "auto",
	  -EDOM, 0, 0 },
	{ "Range", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 4G", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range -", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 4G-", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range -4G", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 5-4", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 1-2-3", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 1G 2G", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 1X-2G", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 1G-2X", "Zone", "auto", -EDOM, 0, 0 },
	{ "Range 1G-16E", "Zone", "auto", -EDOM, 0, 0 },
	/* The value, where the argument is right; the argument, where both are wrong. */
	{ "Node 0", "Zone", "any", -EINVAL, 0, 0 },
	{ "Device dax0.0", "Zone", "", -EINVAL, 0, 0 },
	{ "Range 0-1", "Zone", "Auto", -EINVAL, 0, 0 },
	{ "Node x", "Zone", "any", -EDOM, 0, 0 },
	{ "Node 0", "zone", "auto", -ENOENT, 0, 0 },
	{ "Device dax0.0", "Onliner", "udev", -ENOENT, 0, 0 },
	{ "Nodes 0", "Zone", "auto", -ENXIO, 0, 0 },
	{ "device dax0.0", "Zone", "auto", -ENXIO, 0, 0 },
	{ "Dimm", "Onliner", "udev", -ENOENT, 0, 0 },
	{ "Dimm", "zone", "auto", -ENOENT, 0, 0 },
	{ "Policy", "", "auto", -ENOENT, 0, 0 },
	{ "Boot", "Zone", "auto", -ENXIO, 0, 0 },
	{ "policy", "Onliner", "udev", -ENXIO, 0, 0 },
	{ "", "Onliner", "udev", -ENXIO, 0, 0 },
};

static void test_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(set_rows); i++) {
		const struct set_row *row = &set_rows[i];
		struct policy policy = odd_policy(), expected = odd_policy();
		int r = policy_set(&policy, str_of(row->section), str_of(row->key),
				   str_of(row->value), NULL);

		if (row->result == 0)
			memcpy((char *)&expected + row->offset, &row->expected,
			       sizeof(row->expected));
		if (r != row->result || !is_untouched(&policy, &expected))
			fail_msg("[%s] %s=%s: %d", row->section, row->key, row->value, r);
	}
}

/* Sections with an argument, and what is in the policy then. */
static const struct {
	const char *section;
	struct override override;
	const char *text;
} override_rows[] = {
	{ "Node 0", { .kind = OVERRIDE_NODE }, "Node 0" },
	{ "Node\t 007", { .kind = OVERRIDE_NODE, .node = 7 }, "Node 7" },
	{ "Node 4294967295", { .kind = OVERRIDE_NODE, .node = UINT_MAX }, "Node 4294967295" },
	{ "Device dax0.*", { .kind = OVERRIDE_DEVICE, .device = "dax0.*" }, "Device dax0.*" },
	{ "Device \tregion[0-9]?  ",
	  { .kind = OVERRIDE_DEVICE, .device = "region[0-9]?" },
	  "Device region[0-9]?" },
	{ "Device PNP0C80:03",
	  { .kind = OVERRIDE_DEVICE, .device = "PNP0C80:03" },
	  "Device PNP0C80:03" },
	{ "Device a=b.Zone=c",
	  { .kind = OVERRIDE_DEVICE, .device = "a=b.Zone=c" },
	  "Device a=b.Zone=c" },
	{ "Device 012345678901234567890123456789012345678901234567890123456789012",
	  { .kind = OVERRIDE_DEVICE,
	    .device = "012345678901234567890123456789012345678901234567890123456789012" },
	  "Device 012345678901234567890123456789012345678901234567890123456789012" },
	{ "Range 0-0", { .kind = OVERRIDE_RANGE }, "Range 0x0-0x0" },
	{ "Range 4G-0x1ffffffff",
	  { .kind = OVERRIDE_RANGE, .range = { UINT64_C(1) << 32, 0x1ffffffff } },
	  "Range 0x100000000-0x1ffffffff" },
	{ "Range 1KiB \t- 2kB",
	  { .kind = OVERRIDE_RANGE, .range = { 1024, 2048 } },
	  "Range 0x400-0x800" },
	{ "Range 0-18446744073709551615",
	  { .kind = OVERRIDE_RANGE, .range = { 0, UINT64_MAX } },
	  "Range 0x0-0xffffffffffffffff" },
};

static void test_overrides(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(override_rows); i++) {
		const struct section sections[] = { { override_rows[i].section, "kernel" },
						    { NULL, NULL } };
		struct policy policy = policy_with(sections), defaults = policy_default();
		struct override expected = override_rows[i].override;
		char text[128], cut[8];

		expected.zone = ZONE_POLICY_KERNEL;
		if (policy.n_overrides != 1 || !equal_overrides(&policy.overrides[0], &expected))
			fail_msg("[%s] is something else", override_rows[i].section);
		override_format(&policy.overrides[0], text, sizeof(text));
		assert_string_equal(text, override_rows[i].text);
		override_format(&policy.overrides[0], cut, sizeof(cut));
		assert_memory_equal(cut, text, strlen(text) < 7 ? strlen(text) + 1 : 7);
		policy.n_overrides = 0;
		assert_true(equal(&policy, &defaults));
	}
}

/* What is between the brackets of the text is the section again. */
static void test_override_format(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct override override = random_override(&random);
		struct policy policy = policy_default();
		char section[POLICY_NAME_MAX + 16];

		override_format(&override, section, sizeof(section));
		override.zone = ZONE_POLICY_ONLINE;
		assert_int_equal(
			policy_set(&policy, str_of(section), STR("Zone"), STR("online"), NULL), 0);
		if (policy.n_overrides != 1 || !equal_overrides(&policy.overrides[0], &override))
			fail_msg("[%s] is another one", section);
	}
}

static void test_override_names(void **state)
{
	static const char *const names[] = {
		".",	 "=",	    "=.", ".=",	      "a.Zone", "a.Zone=auto",
		"Zone=", "#end",    "#",  "[a]",      "dax0.0", "-",
		"\\*",	 "x=y.z=w", "*",  "\xc3\xa4", "Node",	"Zone.Zone=Zone",
	};
	char text[TEXT_SIZE], section[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct section sections[] = { { section, "movable" }, { NULL, NULL } };
		struct policy policy, parsed;

		(void)snprintf(section, sizeof(section), "Device %s", names[i]);
		policy = policy_with(sections);
		(void)format(&policy, text);
		if (policy_parse(&parsed, str_of(text)) != 0 || !equal(&policy, &parsed))
			fail_msg("another policy came back for %s", names[i]);
		assert_string_equal(parsed.overrides[0].device, names[i]);
	}
}

/* A section that comes again, in whatever notation, is a new one behind all others. */
static void test_override_again(void **state)
{
	static const struct section sections[] = {
		{ "Device dax0.0", "kernel" },	 { "Node 1", "auto" },
		{ "Range 4K-8K", "leave" },	 { "Device dax0.1", "leave" },
		{ "Node 01", "movable" },	 { "Device dax0.0", "online" },
		{ "Range 4096-0x2000", "auto" }, { NULL, NULL },
	};
	static const struct override expected[] = {
		{ .kind = OVERRIDE_DEVICE, .zone = ZONE_POLICY_LEAVE, .device = "dax0.1" },
		{ .kind = OVERRIDE_NODE, .zone = ZONE_POLICY_MOVABLE, .node = 1 },
		{ .kind = OVERRIDE_DEVICE, .zone = ZONE_POLICY_ONLINE, .device = "dax0.0" },
		{ .kind = OVERRIDE_RANGE, .zone = ZONE_POLICY_AUTO, .range = { 4096, 8192 } },
	};
	struct policy policy = policy_with(sections);

	(void)state;
	assert_int_equal(policy.n_overrides, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!equal_overrides(&policy.overrides[i], &expected[i]))
			fail_msg("override %zu is another one", i);
}

static void test_override_too_many(void **state)
{
	struct policy policy = policy_default(), before;
	const struct policy_key *key = NULL;
	char section[32];

	(void)state;
	for (unsigned i = 0; i < POLICY_OVERRIDES_MAX; i++) {
		(void)snprintf(section, sizeof(section), "Node %u", i);
		assert_int_equal(
			policy_set(&policy, str_of(section), STR("Zone"), STR("auto"), NULL), 0);
	}
	before = policy;
	assert_int_equal(policy_set(&policy, STR("Device x"), STR("Zone"), STR("auto"), &key),
			 -E2BIG);
	assert_true(is_untouched(&policy, &before));
	assert_non_null(key);
	/* Bad arguments and values are told as such all the same. */
	assert_int_equal(policy_set(&policy, STR("Node x"), STR("Zone"), STR("auto"), NULL), -EDOM);
	assert_int_equal(policy_set(&policy, STR("Node 99"), STR("Zone"), STR("x"), NULL), -EINVAL);
	/* One of them again is no more than there were. */
	assert_int_equal(policy_set(&policy, STR("Node 5"), STR("Zone"), STR("kernel"), NULL), 0);
	assert_int_equal(policy.n_overrides, POLICY_OVERRIDES_MAX);
	assert_int_equal(policy.overrides[POLICY_OVERRIDES_MAX - 1].node, 5);
	assert_int_equal(policy.overrides[POLICY_OVERRIDES_MAX - 1].zone, ZONE_POLICY_KERNEL);
	assert_int_equal(policy.overrides[5].node, 6);
}

#define GIB(n) (UINT64_C(n) << 30)

/* The target is dax0.0 in region0 on node 1, from 4 to 8 GiB, and [Cxl] Zone=leave. */
static const struct find_row {
	const char *name;
	struct section sections[5];
	const char *found; /* as override_format() has it; NULL: the provider's */
	enum zone_policy zone;
} find_rows[] = {
	{ "nothing", { { NULL, NULL } }, NULL, ZONE_POLICY_LEAVE },
	{ "nothing that matches",
	  { { "Node 0", "movable" },
	    { "Device dax0.1", "movable" },
	    { "Range 8G-12G", "movable" },
	    { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "the node", { { "Node 1", "auto" }, { NULL, NULL } }, "Node 1", ZONE_POLICY_AUTO },
	{ "the device",
	  { { "Device dax0.0", "kernel" }, { NULL, NULL } },
	  "Device dax0.0",
	  ZONE_POLICY_KERNEL },
	{ "the range",
	  { { "Range 4G-8G", "online" }, { NULL, NULL } },
	  "Range 0x100000000-0x200000000",
	  ZONE_POLICY_ONLINE },
	{ "leave is an answer as well",
	  { { "Node 1", "movable" }, { "Device dax*", "leave" }, { NULL, NULL } },
	  "Device dax*",
	  ZONE_POLICY_LEAVE },
	{ "range before device before node",
	  { { "Range 0-16G", "auto" },
	    { "Device dax0.0", "kernel" },
	    { "Node 1", "movable" },
	    { NULL, NULL } },
	  "Range 0x0-0x400000000",
	  ZONE_POLICY_AUTO },
	{ "range before device before node, the other way round",
	  { { "Node 1", "movable" },
	    { "Device dax0.0", "kernel" },
	    { "Range 0-16G", "auto" },
	    { NULL, NULL } },
	  "Range 0x0-0x400000000",
	  ZONE_POLICY_AUTO },
	{ "device before node",
	  { { "Device dax0.0", "kernel" }, { "Node 1", "movable" }, { NULL, NULL } },
	  "Device dax0.0",
	  ZONE_POLICY_KERNEL },
	{ "a stronger one that does not match",
	  { { "Node 1", "movable" }, { "Device dax1.0", "kernel" }, { NULL, NULL } },
	  "Node 1",
	  ZONE_POLICY_MOVABLE },
	{ "the last of a kind, the name",
	  { { "Device dax*", "movable" }, { "Device dax0.0", "kernel" }, { NULL, NULL } },
	  "Device dax0.0",
	  ZONE_POLICY_KERNEL },
	{ "the last of a kind, the glob",
	  { { "Device dax0.0", "kernel" }, { "Device dax*", "movable" }, { NULL, NULL } },
	  "Device dax*",
	  ZONE_POLICY_MOVABLE },
	{ "the last of a kind, ranges",
	  { { "Range 4G-8G", "kernel" }, { "Range 0-64G", "movable" }, { NULL, NULL } },
	  "Range 0x0-0x1000000000",
	  ZONE_POLICY_MOVABLE },
	{ "the last of a kind with another between",
	  { { "Device dax0.0", "kernel" },
	    { "Node 1", "auto" },
	    { "Device region0", "movable" },
	    { "Node 1", "online" },
	    { NULL, NULL } },
	  "Device region0",
	  ZONE_POLICY_MOVABLE },
	{ "one that comes again is the last",
	  { { "Device dax0.0", "kernel" },
	    { "Device dax*", "movable" },
	    { "Device dax0.0", "online" },
	    { NULL, NULL } },
	  "Device dax0.0",
	  ZONE_POLICY_ONLINE },
	{ "the alias",
	  { { "Device region0", "movable" }, { NULL, NULL } },
	  "Device region0",
	  ZONE_POLICY_MOVABLE },
	{ "a glob on the alias",
	  { { "Device region[0-9]", "movable" }, { NULL, NULL } },
	  "Device region[0-9]",
	  ZONE_POLICY_MOVABLE },
	{ "another region",
	  { { "Device region1", "movable" }, { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "a part of the name is not the name",
	  { { "Device dax0", "movable" }, { "Device ax0.0", "movable" }, { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "a dot is a dot",
	  { { "Device dax0?0", "movable" }, { NULL, NULL } },
	  "Device dax0?0",
	  ZONE_POLICY_MOVABLE },
	{ "exactly the range",
	  { { "Range 4G-0x1ffffffff", "movable" }, { NULL, NULL } },
	  "Range 0x100000000-0x1ffffffff",
	  ZONE_POLICY_MOVABLE },
	{ "a byte less at the start",
	  { { "Range 0x100000001-0x1ffffffff", "movable" }, { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "a byte less at the end",
	  { { "Range 0x100000000-0x1fffffffe", "movable" }, { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "within the device",
	  { { "Range 5G-6G", "movable" }, { NULL, NULL } },
	  NULL,
	  ZONE_POLICY_LEAVE },
	{ "everything there can be",
	  { { "Range 0-0xffffffffffffffff", "movable" }, { NULL, NULL } },
	  "Range 0x0-0xffffffffffffffff",
	  ZONE_POLICY_MOVABLE },
};

static void test_find_zone(void **state)
{
	const struct policy_target target = {
		.provider = PROVIDER_CXL,
		.device = "dax0.0",
		.alias = "region0",
		.node = 1,
		.range = { GIB(4), GIB(8) - 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(find_rows); i++) {
		const struct find_row *row = &find_rows[i];
		struct policy policy = policy_with(row->sections);
		enum zone_policy zone = _ZONE_POLICY_MAX;
		const struct override *found = policy_find_zone(&policy, &target, &zone);
		char text[128] = "the provider's";

		if (found)
			override_format(found, text, sizeof(text));
		if (zone != row->zone || !found != !row->found ||
		    (found && strcmp(text, row->found) != 0))
			fail_msg("%s: %s, zone %d", row->name, text, (int)zone);
		if (found)
			assert_in_range(found - policy.overrides, 0, policy.n_overrides - 1);
	}
}

static void test_find_zone_providers(void **state)
{
	(void)state;
	for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
		static const struct section others[] = { { "Device region0", "auto" },
							 { "Device ?*x", "auto" },
							 { NULL, NULL } };
		const struct policy_target target = { .provider = provider,
						      .device = "a",
						      .alias = "" };
		struct policy policy = policy_with(others);
		enum zone_policy zone;

		for (unsigned i = 0; i < _PROVIDER_MAX; i++)
			policy.zone[i] = ZONE_POLICY_KERNEL;
		policy.zone[provider] = ZONE_POLICY_ONLINE;
		assert_null(policy_find_zone(&policy, &target, &zone));
		assert_int_equal(zone, ZONE_POLICY_ONLINE);
	}
}

/* The rule once more: kinds from the strongest, in each the last that matches. */
static void test_find_zone_random(void **state)
{
	static const char *const devices[] = { "dax0.0", "dax*", "region0", "*", "x" };
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		const struct policy_target target = {
			.provider = PROVIDER_CXL,
			.device = "dax0.0",
			.alias = random_below(&random, 2) ? "region0" : "",
			.node = (unsigned)random_below(&random, 3),
			.range = { 10 + random_below(&random, 5), 15 + random_below(&random, 5) },
		};
		bool is_match[8][3] = { { false } };
		struct policy policy = policy_default();
		const struct override *expected = NULL;
		enum zone_policy zone;

		policy.n_overrides = random_below(&random, ARRAY_SIZE(is_match) + 1);
		for (size_t j = 0; j < policy.n_overrides; j++) {
			struct override *o = &policy.overrides[j];
			size_t device = random_below(&random, ARRAY_SIZE(devices));

			o->kind = (unsigned)random_below(&random, _OVERRIDE_KIND_MAX);
			o->zone = random_below(&random, _ZONE_POLICY_MAX);
			o->node = random_below(&random, 3);
			(void)snprintf(o->device, sizeof(o->device), "%s", devices[device]);
			o->range.start = 8 + random_below(&random, 5);
			o->range.end = 14 + random_below(&random, 8);
			is_match[j][OVERRIDE_NODE] = o->node == target.node;
			is_match[j][OVERRIDE_DEVICE] = device != 4 &&
						       (device != 2 || target.alias[0] != '\0');
			is_match[j][OVERRIDE_RANGE] = o->range.start <= target.range.start &&
						      o->range.end >= target.range.end;
		}
		for (unsigned kind = 0; kind < _OVERRIDE_KIND_MAX; kind++)
			for (size_t j = 0; j < policy.n_overrides; j++)
				if (policy.overrides[j].kind == kind && is_match[j][kind])
					expected = &policy.overrides[j];
		assert_ptr_equal(policy_find_zone(&policy, &target, &zone), expected);
		assert_int_equal(zone, expected ? expected->zone : policy.zone[PROVIDER_CXL]);
	}
}

static void test_allowed(void **state)
{
	static const struct {
		const char *section, *key, *name, *allowed;
	} rows[] = {
		{ "Policy", "Onliner", "Policy", "udev, kernel, auto, none" },
		{ "Policy", "MovableRatio", "Policy", "0 to 4294967295" },
		{ "Policy", "NumaAware", "Policy", "yes, no" },
		{ "Policy", "MemoryOnlyNodes", "Policy", "kernel, global" },
		{ "Policy", "SelfHostedMemmap", "Policy", "exempt, count" },
		{ "Policy", "KernelCredit", "Policy", "early, all" },
		{ "Policy", "KernelReserve", "Policy", "a number of bytes" },
		{ "Cxl", "Zone", "Cxl", "auto, movable, kernel, online, leave" },
		{ "Node 1", "Zone", "Node", "auto, movable, kernel, online, leave" },
		{ "Device x", "Zone", "Device", "auto, movable, kernel, online, leave" },
		{ "Range 1-2", "Zone", "Range", "auto, movable, kernel, online, leave" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy policy = policy_default();
		const struct policy_key *key = NULL;

		assert_int_equal(policy_set(&policy, str_of(rows[i].section), str_of(rows[i].key),
					    STR("?"), &key),
				 -EINVAL);
		assert_non_null(key);
		assert_string_equal(key->section, rows[i].name);
		assert_string_equal(key->name, rows[i].key);
		assert_non_null(strstr(key->allowed, rows[i].allowed));
	}
}

static void test_allowed_arguments(void **state)
{
	static const struct {
		const char *section, *argument;
	} rows[] = {
		{ "Node", "number" },
		{ "Device", "63" },
		{ "Range 1", "START-END" },
		{ "Probe x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy policy = policy_default();
		const struct policy_key *key = NULL;

		assert_int_equal(policy_set(&policy, str_of(rows[i].section), STR("Zone"),
					    STR("auto"), &key),
				 -EDOM);
		assert_non_null(key);
		if (rows[i].argument)
			assert_non_null(strstr(key->argument, rows[i].argument));
		else
			assert_null(key->argument);
	}
}

/* A section as it may stand in a file. */
static struct str section_of(const struct policy_key *key)
{
	if (strcmp(key->section, "Node") == 0)
		return STR("Node 1");
	if (strcmp(key->section, "Device") == 0)
		return STR("Device x");
	if (strcmp(key->section, "Range") == 0)
		return STR("Range 1-2");
	assert_null(key->argument);
	return str_of(key->section);
}

static void test_keys(void **state)
{
	const struct policy_key *key;
	size_t n = 0, n_overrides = 0;

	(void)state;
	for (; (key = policy_key_at(n)); n++) {
		struct policy policy = policy_default();
		int r = policy_set(&policy, section_of(key), str_of(key->name), STR("?"), NULL);

		assert_int_equal(r, -EINVAL);
		assert_true(strlen(key->allowed) > 0);
		if (!key->argument)
			continue;
		n_overrides++;
		assert_true(strlen(key->argument) > 0);
		assert_int_equal(policy_set(&policy, str_of(key->section), str_of(key->name),
					    STR("auto"), NULL),
				 -EDOM);
	}
	assert_int_equal(n, N_KEYS);
	assert_int_equal(n_overrides, _OVERRIDE_KIND_MAX);
	assert_null(policy_key_at(n));
	assert_null(policy_key_at(SIZE_MAX));
}

static void test_words(void **state)
{
	const struct policy_key *key;

	(void)state;
	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		struct str allowed = str_of(key->allowed), word;
		struct policy policy = policy_default();

		if (str_starts(allowed, "a number"))
			continue;
		while (str_next_word(&allowed, &word)) {
			if (word.p[word.n - 1] == ',')
				word.n--;
			assert_int_equal(
				policy_set(&policy, section_of(key), str_of(key->name), word, NULL),
				0);
		}
	}
}

static void test_no_room(void **state)
{
	static const struct section sections[] = { { "Device dax0.0", "movable" },
						   { "Range 4G-8G", "kernel" },
						   { NULL, NULL } };
	struct policy policy = policy_with(sections);
	char text[TEXT_SIZE];
	int n = format(&policy, text);

	(void)state;
	for (int size = 0; size <= n; size++) {
		char *small = malloc((size_t)size + 1);

		assert_non_null(small);
		small[size] = '!';
		assert_int_equal(policy_format(&policy, "/etc/memhp.conf", small, (size_t)size),
				 -ENOSPC);
		assert_int_equal(small[size], '!');
		free(small);
	}
	assert_int_equal(policy_format(&policy, "/etc/memhp.conf", text, (size_t)n + 1), n);
}

static void test_origin(void **state)
{
	static const char *const origins[] = {
		"",	 "built-in defaults", "/etc/memhp.conf, /etc/memhp.conf.d/50-x.conf",
		"a=b.c", "/etc/100%s.conf",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(origins); i++) {
		struct policy policy = policy_default(), parsed;
		char text[TEXT_SIZE];

		assert_true(policy_format(&policy, origins[i], text, sizeof(text)) > 0);
		if (policy_parse(&parsed, str_of(text)) < 0)
			fail_msg("origin \"%s\" makes a policy that cannot be read", origins[i]);
	}
}

/* Each line is that of policy_format(). */
static void test_key_format(void **state)
{
	struct policy policy = policy_default();
	char text[TEXT_SIZE], line[128], wanted[130];
	size_t n = 0;

	(void)state;
	policy.kernel_reserve = 12345;
	assert_true(policy_format(&policy, "x", text, sizeof(text)) > 0);
	for (size_t i = 0; policy_key_at(i); i++) {
		policy_key_format(&policy, i, line, sizeof(line));
		(void)snprintf(wanted, sizeof(wanted), "\n%s\n", line);
		if (policy_key_at(i)->argument)
			assert_string_equal(line, "");
		else if (!strstr(text, wanted))
			fail_msg("%s is not in the canonical text", line);
		n++;
	}
	assert_int_equal(n, N_KEYS);
	policy_key_format(&policy, 0, line, 4);
	assert_string_equal(line, "");
	assert_string_equal(zone_policy_name(ZONE_POLICY_AUTO), "auto");
	assert_string_equal(zone_policy_name(ZONE_POLICY_LEAVE), "leave");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the defaults are those of the manual", test_defaults, NULL, NULL, NULL },
		{ "the canonical text has every key in a fixed order", test_canonical, NULL, NULL,
		  NULL },
		{ "overrides stand below the keys in their own order", test_canonical_overrides,
		  NULL, NULL, NULL },
		{ "every policy comes back from its text", test_round_trip, NULL, NULL, NULL },
		{ "a text that was cut off is refused", test_truncated, NULL, NULL, NULL },
		{ "a text that lacks a line is refused", test_line_removed, NULL, NULL, NULL },
		{ "a damaged text is refused and changes nothing", test_damaged, NULL, NULL, NULL },
		{ "a blank that nobody wrote is damage", test_damaged_blanks, NULL, NULL, NULL },
		{ "a text with too many overrides is refused", test_many_lines, NULL, NULL, NULL },
		{ "setting a key changes that key alone, or nothing", test_set, NULL, NULL, NULL },
		{ "a section with an argument becomes an override", test_overrides, NULL, NULL,
		  NULL },
		{ "the text of an override is its section", test_override_format, NULL, NULL,
		  NULL },
		{ "names with dots and equals signs come back", test_override_names, NULL, NULL,
		  NULL },
		{ "a section that comes again takes the place of the first", test_override_again,
		  NULL, NULL, NULL },
		{ "there is room for so many overrides and no more", test_override_too_many, NULL,
		  NULL, NULL },
		{ "ranges are stronger than devices, these than nodes", test_find_zone, NULL, NULL,
		  NULL },
		{ "without an override the provider's zone applies", test_find_zone_providers, NULL,
		  NULL, NULL },
		{ "the strongest and last override that matches applies", test_find_zone_random,
		  NULL, NULL, NULL },
		{ "a refused argument is told what is allowed", test_allowed_arguments, NULL, NULL,
		  NULL },
		{ "a refused value is told what is allowed", test_allowed, NULL, NULL, NULL },
		{ "one key reads as in the canonical text", test_key_format, NULL, NULL, NULL },
		{ "every key can be found", test_keys, NULL, NULL, NULL },
		{ "every word that is said to be allowed is", test_words, NULL, NULL, NULL },
		{ "without room nothing is written past the end", test_no_room, NULL, NULL, NULL },
		{ "any origin leaves the text readable", test_origin, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
