/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One table of keys; setting, writing and reading go through it. */
#include "policy.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

#define END_MARK "# end of policy"

enum key_type {
	KEY_COUNT,
	KEY_BOOL,
	KEY_SIZE,
	KEY_WORD,
	KEY_OVERRIDE, /* Zone= of a section with an argument */
};

struct key {
	struct policy_key public;
	enum key_type type;
	size_t offset;		  /* of a uint64_t in struct policy */
	const char *const *words; /* KEY_WORD, KEY_OVERRIDE: by value, ends with NULL */
	enum override_kind kind;  /* KEY_OVERRIDE */
};

static const char *const onliner_words[] = {
	[ONLINER_UDEV] = "udev", [ONLINER_KERNEL] = "kernel", [ONLINER_AUTO] = "auto",
	[ONLINER_NONE] = "none", [_ONLINER_MAX] = NULL,
};

static const char *const memory_only_words[] = {
	[MEMORY_ONLY_NODES_KERNEL] = "kernel",
	[MEMORY_ONLY_NODES_GLOBAL] = "global",
	[_MEMORY_ONLY_NODES_MAX] = NULL,
};

static const char *const self_hosted_words[] = {
	[SELF_HOSTED_MEMMAP_EXEMPT] = "exempt",
	[SELF_HOSTED_MEMMAP_COUNT] = "count",
	[_SELF_HOSTED_MEMMAP_MAX] = NULL,
};

static const char *const credit_words[] = {
	[KERNEL_CREDIT_EARLY] = "early",
	[KERNEL_CREDIT_ALL] = "all",
	[_KERNEL_CREDIT_MAX] = NULL,
};

static const char *const zone_words[] = {
	[ZONE_POLICY_AUTO] = "auto",	 [ZONE_POLICY_MOVABLE] = "movable",
	[ZONE_POLICY_KERNEL] = "kernel", [ZONE_POLICY_ONLINE] = "online",
	[ZONE_POLICY_LEAVE] = "leave",	 [_ZONE_POLICY_MAX] = NULL,
};

#define ZONES_ALLOWED "auto, movable, kernel, online, leave"

#define POLICY_KEY(key_name, field, key_type, allowed_text, key_words)                  \
	{                                                                               \
		.public = { "Policy", NULL, key_name, allowed_text }, .type = key_type, \
		.offset = offsetof(struct policy, field), .words = key_words,           \
	}

#define ZONE_KEY(section_name, provider)                                                   \
	{                                                                                  \
		.public = { section_name, NULL, "Zone", ZONES_ALLOWED }, .type = KEY_WORD, \
		.offset = offsetof(struct policy, zone[provider]), .words = zone_words,    \
	}

#define OVERRIDE_KEY(section_name, argument_text, override_kind)                  \
	{                                                                         \
		.public = { section_name, argument_text, "Zone", ZONES_ALLOWED }, \
		.type = KEY_OVERRIDE, .words = zone_words, .kind = override_kind, \
	}

static const struct key keys[] = {
	POLICY_KEY("Onliner", onliner, KEY_WORD, "udev, kernel, auto, none", onliner_words),
	POLICY_KEY("MovableRatio", movable_ratio, KEY_COUNT,
		   "a number of percent from 0 to 4294967295", NULL),
	POLICY_KEY("NumaAware", numa_aware, KEY_BOOL, "yes, no", NULL),
	POLICY_KEY("MemoryOnlyNodes", memory_only_nodes, KEY_WORD, "kernel, global",
		   memory_only_words),
	POLICY_KEY("SelfHostedMemmap", self_hosted_memmap, KEY_WORD, "exempt, count",
		   self_hosted_words),
	POLICY_KEY("KernelCredit", kernel_credit, KEY_WORD, "early, all", credit_words),
	POLICY_KEY("KernelReserve", kernel_reserve, KEY_SIZE,
		   "a number of bytes, with K, M, G, T, P or E behind it for powers of 1024", NULL),
	POLICY_KEY("OverrideRules", override_rules, KEY_BOOL, "yes, no", NULL),
	ZONE_KEY("Dimm", PROVIDER_DIMM),
	ZONE_KEY("VirtioMem", PROVIDER_VIRTIO_MEM),
	ZONE_KEY("Cxl", PROVIDER_CXL),
	ZONE_KEY("Dax", PROVIDER_DAX),
	ZONE_KEY("Balloon", PROVIDER_BALLOON),
	ZONE_KEY("Standby", PROVIDER_STANDBY),
	ZONE_KEY("Dlpar", PROVIDER_DLPAR),
	ZONE_KEY("Probe", PROVIDER_PROBE),
	ZONE_KEY("Other", PROVIDER_OTHER),
	OVERRIDE_KEY("Node", "the number of a NUMA node", OVERRIDE_NODE),
	OVERRIDE_KEY("Device", "the name of a device, or a glob, of at most 63 characters",
		     OVERRIDE_DEVICE),
	OVERRIDE_KEY("Range", "START-END, two addresses in bytes, such as 4G-0x1ffffffff",
		     OVERRIDE_RANGE),
};

const struct policy_key *policy_key_at(size_t i)
{
	return i < ARRAY_SIZE(keys) ? &keys[i].public : NULL;
}

struct policy policy_default(void)
{
	return (struct policy){
		.onliner = ONLINER_UDEV,
		.movable_ratio = 301,
		.numa_aware = 1,
		.memory_only_nodes = MEMORY_ONLY_NODES_KERNEL,
		.self_hosted_memmap = SELF_HOSTED_MEMMAP_EXEMPT,
		.kernel_credit = KERNEL_CREDIT_EARLY,
		.override_rules = 1,
		.zone = {
			[PROVIDER_DIMM] = ZONE_POLICY_AUTO,
			[PROVIDER_VIRTIO_MEM] = ZONE_POLICY_AUTO,
			[PROVIDER_CXL] = ZONE_POLICY_LEAVE,
			[PROVIDER_DAX] = ZONE_POLICY_LEAVE,
			[PROVIDER_BALLOON] = ZONE_POLICY_KERNEL,
			[PROVIDER_STANDBY] = ZONE_POLICY_LEAVE,
			[PROVIDER_DLPAR] = ZONE_POLICY_LEAVE,
			[PROVIDER_PROBE] = ZONE_POLICY_AUTO,
			[PROVIDER_BOOT] = ZONE_POLICY_LEAVE,
			[PROVIDER_OTHER] = ZONE_POLICY_LEAVE,
		},
	};
}

/* "Device dax0.*" into its name and its argument, which is empty where there is none. */
static struct str split_section(struct str section, struct str *ret_argument)
{
	struct str name = { section.p, 0 };

	(void)str_next_word(&section, &name);
	*ret_argument = str_trim(section);
	return name;
}

static const struct key *find_key(struct str section, struct str name, int *ret_error)
{
	*ret_error = -ENXIO;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!str_eq(section, keys[i].public.section))
			continue;
		*ret_error = -ENOENT;
		if (str_eq(name, keys[i].public.name))
			return &keys[i];
	}
	return NULL;
}

static int parse_word(const char *const *words, struct str value, uint64_t *ret)
{
	for (uint64_t i = 0; words[i]; i++) {
		if (str_eq(value, words[i])) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_value(const struct key *key, struct str value, uint64_t *ret)
{
	uint64_t number;
	bool yes;

	switch (key->type) {
	case KEY_COUNT:
		if (parse_u64(value, 10, &number) < 0 || number > UINT_MAX)
			return -EINVAL;
		*ret = number;
		return 0;
	case KEY_BOOL:
		if (parse_bool(value, &yes) < 0)
			return -EINVAL;
		*ret = yes;
		return 0;
	case KEY_SIZE:
		return parse_size(value, ret) < 0 ? -EINVAL : 0;
	case KEY_WORD:
	case KEY_OVERRIDE:
		break;
	}
	return parse_word(key->words, value, ret);
}

static int parse_range(struct str text, struct range *ret)
{
	const char *dash = text.n > 0 ? memchr(text.p, '-', text.n) : NULL;
	struct range range;

	if (!dash ||
	    parse_size(str_trim((struct str){ text.p, (size_t)(dash - text.p) }), &range.start) <
		    0 ||
	    parse_size(str_trim((struct str){ dash + 1, (size_t)(text.p + text.n - dash - 1) }),
		       &range.end) < 0 ||
	    range.start > range.end)
		return -EDOM;
	*ret = range;
	return 0;
}

static int parse_device(struct str text, char ret[static POLICY_NAME_MAX])
{
	if (text.n == 0 || text.n >= POLICY_NAME_MAX)
		return -EDOM;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
			return -EDOM;
	memcpy(ret, text.p, text.n);
	ret[text.n] = '\0';
	return 0;
}

static int parse_override(enum override_kind kind, struct str argument, struct override *ret)
{
	struct override override = { .kind = kind };
	int r = -EDOM;

	switch (kind) {
	case OVERRIDE_NODE:
		if (parse_u64(argument, 10, &override.node) == 0 && override.node <= UINT_MAX)
			r = 0;
		break;
	case OVERRIDE_DEVICE:
		r = parse_device(argument, override.device);
		break;
	case OVERRIDE_RANGE:
		r = parse_range(argument, &override.range);
		break;
	case _OVERRIDE_KIND_MAX:
		break;
	}
	if (r == 0)
		*ret = override;
	return r;
}

static bool is_same_section(const struct override *a, const struct override *b)
{
	return a->kind == b->kind && a->node == b->node && strcmp(a->device, b->device) == 0 &&
	       a->range.start == b->range.start && a->range.end == b->range.end;
}

/* A section that comes again is a new one, behind all others; the one that was there goes. */
static int add_override(struct policy *policy, const struct override *override)
{
	size_t kept = 0;

	for (size_t i = 0; i < policy->n_overrides; i++)
		kept += !is_same_section(&policy->overrides[i], override);
	if (kept == POLICY_OVERRIDES_MAX)
		return -E2BIG;
	kept = 0;
	for (size_t i = 0; i < policy->n_overrides; i++)
		if (!is_same_section(&policy->overrides[i], override))
			policy->overrides[kept++] = policy->overrides[i];
	policy->overrides[kept++] = *override;
	policy->n_overrides = kept;
	return 0;
}

static uint64_t *field(struct policy *policy, const struct key *key)
{
	return (uint64_t *)(void *)((char *)policy + key->offset);
}

/* One key whose section and name are known. */
static int set_key(struct policy *policy, const struct key *key, struct str argument,
		   struct str value)
{
	struct override override;
	uint64_t parsed;
	int r;

	if (key->type != KEY_OVERRIDE && argument.n > 0)
		return -EDOM;
	if (key->type == KEY_OVERRIDE) {
		r = parse_override(key->kind, argument, &override);
		if (r < 0)
			return r;
	}
	r = parse_value(key, value, &parsed);
	if (r < 0)
		return r;
	if (key->type == KEY_OVERRIDE) {
		override.zone = parsed;
		return add_override(policy, &override);
	}
	*field(policy, key) = parsed;
	return 0;
}

int policy_set(struct policy *policy, struct str section, struct str name, struct str value,
	       const struct policy_key **ret_key)
{
	struct str argument, kind = split_section(section, &argument);
	int r;
	const struct key *key = find_key(kind, name, &r);

	if (!key)
		return r;
	if (ret_key)
		*ret_key = &key->public;
	return set_key(policy, key, argument, value);
}

static bool is_match(const struct override *override, const struct policy_target *target)
{
	switch (override->kind) {
	case OVERRIDE_NODE:
		return target->node != NODE_UNKNOWN && override->node == target->node;
	case OVERRIDE_DEVICE:
		return fnmatch(override->device, target->device, 0) == 0 ||
		       (target->alias[0] && fnmatch(override->device, target->alias, 0) == 0);
	case OVERRIDE_RANGE:
		return override->range.start <= target->range.start &&
		       target->range.end <= override->range.end;
	case _OVERRIDE_KIND_MAX:
		break;
	}
	return false;
}

const struct override *policy_find_zone(const struct policy *policy,
					const struct policy_target *target,
					enum zone_policy *ret_zone)
{
	const struct override *found = NULL;

	for (size_t i = 0; i < policy->n_overrides; i++) {
		const struct override *override = &policy->overrides[i];

		if ((!found || override->kind >= found->kind) && is_match(override, target))
			found = override;
	}
	*ret_zone = (enum zone_policy)(found ? found->zone : policy->zone[target->provider]);
	return found;
}

void override_format(const struct override *override, char *ret, size_t size)
{
	switch (override->kind) {
	case OVERRIDE_NODE:
		(void)snprintf(ret, size, "Node %llu", (unsigned long long) override->node);
		break;
	case OVERRIDE_DEVICE:
		(void)snprintf(ret, size, "Device %s", override->device);
		break;
	case OVERRIDE_RANGE:
		(void)snprintf(ret, size, "Range 0x%llx-0x%llx",
			       (unsigned long long) override->range.start,
			       (unsigned long long) override->range.end);
		break;
	case _OVERRIDE_KIND_MAX:
		break;
	}
}

static int format_key(const struct policy *policy, const struct key *key, char *ret, size_t size)
{
	struct policy copy = *policy;
	uint64_t value = *field(&copy, key);
	const char *section = key->public.section, *name = key->public.name;

	switch (key->type) {
	case KEY_COUNT:
	case KEY_SIZE:
		return snprintf(ret, size, "%s.%s=%llu\n", section, name,
				(unsigned long long)value);
	case KEY_BOOL:
		return snprintf(ret, size, "%s.%s=%s\n", section, name, value ? "yes" : "no");
	case KEY_WORD:
		return snprintf(ret, size, "%s.%s=%s\n", section, name, key->words[value]);
	case KEY_OVERRIDE:
		break;
	}
	return 0; /* the overrides stand below all keys, in their own order */
}

void policy_key_format(const struct policy *policy, size_t i, char *ret, size_t size)
{
	int n = format_key(policy, &keys[i], ret, size);

	ret[n > 0 && (size_t)n < size ? n - 1 : 0] = '\0';
}

const char *zone_policy_name(enum zone_policy zone)
{
	return zone_words[zone];
}

static int format_override(const struct override *override, char *ret, size_t size)
{
	char section[POLICY_NAME_MAX + 16];

	override_format(override, section, sizeof(section));
	return snprintf(ret, size, "%s.Zone=%s\n", section, zone_words[override->zone]);
}

/* The line with this number; 0 behind the last one. */
static int format_line(const struct policy *policy, size_t line, const char *origin, char *ret,
		       size_t size)
{
	if (line == 0)
		return snprintf(ret, size, "# Generated by memhp-generator from %s; do not edit\n",
				origin);
	line -= 1;
	if (line < ARRAY_SIZE(keys))
		return format_key(policy, &keys[line], ret, size);
	line -= ARRAY_SIZE(keys);
	if (line < policy->n_overrides)
		return format_override(&policy->overrides[line], ret, size);
	return snprintf(ret, size, END_MARK "\n");
}

int policy_format(const struct policy *policy, const char *origin, char *ret, size_t size)
{
	size_t n_lines = 1 + ARRAY_SIZE(keys) + policy->n_overrides + 1, used = 0;

	for (size_t line = 0; line < n_lines; line++) {
		int n = format_line(policy, line, origin, ret + used, size - used);

		if (n < 0 || (size_t)n >= size - used)
			return -ENOSPC;
		used += (size_t)n;
	}
	return (int)used;
}

/* "Section.Key=value"; a section's argument may contain dots and equals signs, a key may not. */
static bool cut_line(struct str line, struct str *ret_section, struct str *ret_name,
		     struct str *ret_value)
{
	const char *equals = line.n > 0 ? memrchr(line.p, '=', line.n) : NULL;
	const char *dot = equals ? memrchr(line.p, '.', (size_t)(equals - line.p)) : NULL;

	if (!dot)
		return false;
	*ret_section = (struct str){ line.p, (size_t)(dot - line.p) };
	*ret_name = (struct str){ dot + 1, (size_t)(equals - dot - 1) };
	*ret_value = (struct str){ equals + 1, (size_t)(line.p + line.n - equals - 1) };
	return true;
}

/* The bit of a key without override is set in @seen. */
static int parse_line(struct policy *policy, struct str line, uint64_t *seen)
{
	struct str section, name, value, argument, kind;
	const struct key *key;
	int r;

	if (!cut_line(line, &section, &name, &value))
		return -EBADMSG;
	/* Written by policy_format(), which puts no blanks there. */
	if (str_trim(section).n != section.n)
		return -EBADMSG;
	kind = split_section(section, &argument);
	key = find_key(kind, name, &r);
	if (!key || set_key(policy, key, argument, value) < 0)
		return -EBADMSG;
	*seen |= UINT64_C(1) << (key - keys);
	return 0;
}

/* Every key that is not an override's. */
static uint64_t all_keys(void)
{
	uint64_t bits = 0;

	_Static_assert(ARRAY_SIZE(keys) < 64, "one bit a key");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].type != KEY_OVERRIDE)
			bits |= UINT64_C(1) << i;
	return bits;
}

int policy_parse(struct policy *ret, struct str text)
{
	struct policy policy = policy_default();
	bool ended = false;
	uint64_t seen = 0;
	struct str line;

	while (str_next_line(&text, &line)) {
		if (ended)
			return -EBADMSG;
		if (str_eq(line, END_MARK))
			ended = true;
		else if (!str_starts(line, "#") && parse_line(&policy, line, &seen) < 0)
			return -EBADMSG;
	}
	if (!ended || (seen & all_keys()) != all_keys())
		return -EBADMSG;
	*ret = policy;
	return 0;
}
