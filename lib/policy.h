/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy: what memhp.conf(5) can say, as numbers, and as the canonical file that the generator
 * writes and the callout reads. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "parse.h"
#include "provider.h"
#include "ranges.h"

#define POLICY_OVERRIDES_MAX 64
#define POLICY_NAME_MAX 64

enum onliner {
	ONLINER_UDEV,	/* memhp, for which udev starts callouts */
	ONLINER_KERNEL, /* the kernel, by its policy auto-movable */
	ONLINER_AUTO,	/* the kernel where it does as well, else memhp; see onliner.h */
	ONLINER_NONE,	/* not memhp */
	_ONLINER_MAX,
};

/* MemoryOnlyNodes= */
enum memory_only_nodes {
	MEMORY_ONLY_NODES_KERNEL, /* as the kernel: never movable when NumaAware=yes */
	MEMORY_ONLY_NODES_GLOBAL, /* by the ratio of the whole machine alone */
	_MEMORY_ONLY_NODES_MAX,
};

/* SelfHostedMemmap= */
enum self_hosted_memmap {
	SELF_HOSTED_MEMMAP_EXEMPT, /* memory that carries its own page array is not judged by the ratio */
	SELF_HOSTED_MEMMAP_COUNT, /* is */
	_SELF_HOSTED_MEMMAP_MAX,
};

/* KernelCredit= */
enum kernel_credit {
	KERNEL_CREDIT_EARLY, /* only boot memory allows for movable memory */
	KERNEL_CREDIT_ALL,   /* hot-plugged memory in kernel zones does as well */
	_KERNEL_CREDIT_MAX,
};

/* Zone= */
enum zone_policy {
	ZONE_POLICY_AUTO, /* the ratio decides */
	ZONE_POLICY_MOVABLE,
	ZONE_POLICY_KERNEL,
	ZONE_POLICY_ONLINE, /* the kernel decides */
	ZONE_POLICY_LEAVE,  /* somebody else onlines it */
	_ZONE_POLICY_MAX,
};

/* Sections with an argument, the weakest first. */
enum override_kind {
	OVERRIDE_NODE,
	OVERRIDE_DEVICE,
	OVERRIDE_RANGE,
	_OVERRIDE_KIND_MAX,
};

struct override {
	enum override_kind kind;
	uint64_t zone;		      /* enum zone_policy */
	uint64_t node;		      /* OVERRIDE_NODE */
	char device[POLICY_NAME_MAX]; /* OVERRIDE_DEVICE: a glob */
	struct range range;	      /* OVERRIDE_RANGE */
};

struct policy {
	uint64_t onliner;	     /* enum onliner */
	uint64_t movable_ratio;	     /* most movable memory, in percent of early kernel memory */
	uint64_t numa_aware;	     /* 0 or 1: the ratio has to hold on the block's node as well */
	uint64_t memory_only_nodes;  /* enum memory_only_nodes */
	uint64_t self_hosted_memmap; /* enum self_hosted_memmap */
	uint64_t kernel_credit;	     /* enum kernel_credit */
	uint64_t kernel_reserve;     /* bytes of early memory that do not count */
	uint64_t override_rules;     /* 0 or 1: rules of others that online memory are replaced */
	uint64_t zone
		[_PROVIDER_MAX]; /* enum zone_policy; boot memory's is always ZONE_POLICY_LEAVE */
	struct override overrides[POLICY_OVERRIDES_MAX]; /* in the order of the configuration */
	size_t n_overrides;
};

/* One key of memhp.conf, for messages, the sample file and the manual. */
struct policy_key {
	const char *section;
	const char *argument; /* what follows in the section's brackets; NULL: nothing */
	const char *name;
	const char *allowed; /* "a number of percent from 0 to 4294967295", "yes, no" */
};

/* The keys in the order of the manual; NULL behind the last one. */
const struct policy_key *policy_key_at(size_t i);

/* That key's line of the canonical text, without the newline; empty for one of an override. */
void policy_key_format(const struct policy *policy, size_t i, char *ret, size_t size);

/* "auto", "movable", "kernel", "online", "leave". */
const char *zone_policy_name(enum zone_policy zone);

struct policy policy_default(void);

/*
 * Sets one key. @section is what stands in the brackets, such as "Policy" or "Device dax0.*".
 * 0, -ENXIO (no such section), -ENOENT (no such key in it), -EDOM (its argument is wrong; @ret_key
 * then says what is allowed), -EINVAL (so is the value), -E2BIG (POLICY_OVERRIDES_MAX sections with
 * an argument are there). @policy is untouched on failure. @ret_key may be NULL.
 */
_must_check_ int policy_set(struct policy *policy, struct str section, struct str key,
			    struct str value, const struct policy_key **ret_key);

/* What Zone= may be looked up by. */
struct policy_target {
	enum provider provider;
	const char *device; /* "dax0.0" */
	const char *alias;  /* another name of it, "region0"; "" when it has none */
	unsigned node;	    /* NODE_UNKNOWN: no [Node] section matches */
	struct range range; /* from the first to the last byte of the device, or of the block */
};

/*
 * Which Zone= applies: of the [Range], [Device] and [Node] sections that match, in this order, the
 * last of a kind, else the provider's. NULL when it is the provider's; the section otherwise.
 * @ret_zone: the value.
 */
const struct override *policy_find_zone(const struct policy *policy,
					const struct policy_target *target,
					enum zone_policy *ret_zone);

/* "Device dax0.*", "Node 1", "Range 0x0-0xfff": as in the brackets. */
void override_format(const struct override *override, char *ret, size_t size);

/*
 * The canonical text: every key as "Section.Key=value" in a fixed order, and an end mark that a
 * file which was cut off lacks. @origin stands in the header comment. Returns the length, or
 * -ENOSPC.
 */
_must_check_ int policy_format(const struct policy *policy, const char *origin, char *ret,
			       size_t size);

/*
 * Reads canonical text, all of it or nothing: 0, or -EBADMSG (a key unknown, missing or out of
 * range, no end mark).
 */
_must_check_ int policy_parse(struct policy *ret, struct str text);
