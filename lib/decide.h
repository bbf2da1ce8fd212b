/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which zone a group of blocks, or one unit of it, goes to. Total and pure: policy and facts in,
 * zone and reason out. With Zone=auto the arithmetic is the kernel's own, that of
 * online_policy=auto-movable (mm/memory_hotplug.c, auto_movable_zone_for_pfn(), the same from 6.1
 * to 7.3), checks in the same order, unsigned long and truncating as there. Sizes are in pages, but
 * where a name says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "memmap.h"
#include "policy.h"

enum zone {
	ZONE_KERNEL,
	ZONE_MOVABLE,
	ZONE_ONLINE, /* the kernel chooses one of the two */
	ZONE_LEAVE,  /* not ours to online */
};

enum reason {
	REASON_BOOT,  /* boot memory has no policy */
	REASON_FIXED, /* Zone= of the provider, or of a section that is stronger, names the zone */
	REASON_RATIO_ZERO, /* MovableRatio=0: nothing is movable */
	/* a part of the static group, or of the unit, is in a kernel zone already */
	REASON_GROUP_IN_KERNEL,
	REASON_SELF_HOSTED,  /* it carries its own page array: SelfHostedMemmap=exempt */
	REASON_FITS,	     /* within the ratio */
	REASON_EXCEEDS,	     /* beyond the ratio of the whole machine */
	REASON_NODE_EXCEEDS, /* beyond the ratio of its node */
	/* its node has no early kernel memory, NumaAware=yes then never allows movable */
	REASON_MEMORY_ONLY_NODE,
	REASON_NODE_UNKNOWN, /* NumaAware=yes, and what its node is cannot be known */
	/* blocks of the static group are movable already: precedent.h */
	REASON_GROUP_IN_MOVABLE,
};

/* What one NUMA node has. */
struct node_facts {
	unsigned node;
	uint64_t early;	  /* E: early memory in kernel zones, less CMA */
	uint64_t late;	  /* hot-plugged memory in kernel zones */
	uint64_t movable; /* M: present in ZONE_MOVABLE, and CMA */
	uint64_t cma;	  /* part of it; for reports */
};

/* What the kernel keeps of a memory group (include/linux/memory.h, struct memory_group). */
struct group_facts {
	bool is_dynamic;
	unsigned node;
	uint64_t max_pages; /* static: all that the group will ever have */
	/* dynamic: what comes and goes together, a power of two, at least one block */
	uint64_t unit_pages;
	uint64_t kernel_pages;	/* online in kernel zones */
	uint64_t movable_pages; /* online in ZONE_MOVABLE */
};

struct facts {
	uint64_t page_size; /* bytes */
	const struct node_facts *nodes;
	size_t n_nodes;
	const struct group_facts *groups;
	/* indexes of those that are dynamic: what there is of others does not bear on a verdict */
	const size_t *dynamic;
	size_t n_dynamic;
};

/* What is to be onlined: @n_pages at once. */
struct question {
	struct policy_target target;
	uint64_t n_pages;
	/* what it is part of, one of those in the facts; NULL: of none */
	const struct group_facts *group;
	/* Dynamic groups whose unit is larger than @n_pages: what of this unit is online. */
	uint64_t unit_kernel_pages;
	uint64_t unit_movable_pages;
	enum self_hosted self_hosted; /* whether it carries its own page array */
};

/* The sum that was judged, for messages: movable + wanted <= limit, on one node or on all. */
struct sum {
	uint64_t movable;
	uint64_t wanted;
	uint64_t limit;
};

/* How much of a group, or of a unit, is in a zone already, for messages. */
struct share {
	uint64_t part;
	uint64_t whole;
};

struct verdict {
	enum zone zone;
	enum reason reason;
	enum provider provider;
	const struct override
		*override; /* REASON_FIXED: the section of the policy, NULL: the provider's */
	unsigned node;
	enum self_hosted self_hosted;
	uint64_t page_size;
	/*
	 * REASON_FITS, _EXCEEDS: of the machine; _NODE_EXCEEDS: of the node; _SELF_HOSTED,
	 * _MEMORY_ONLY_NODE: just what is wanted; else zero
	 */
	struct sum sum;
	struct share share; /* REASON_GROUP_IN_KERNEL, _IN_MOVABLE; else zero */
};

/*
 * What the ratio was judged by, on one node or on all. Pages. Counted memory in kernel zones is
 * early + late - used - reserve + own, and the limit is the ratio of that.
 */
struct balance {
	uint64_t early;		/* E */
	uint64_t late;		/* KernelCredit=all: hot-plugged memory in kernel zones */
	uint64_t used;		/* early memory that other dynamic groups use up */
	uint64_t reserve;	/* KernelReserve= */
	uint64_t own;		/* of the dynamic group itself in kernel zones */
	uint64_t movable;	/* M, with the next one */
	uint64_t movable_other; /* of other dynamic groups: @used stands for it */
	struct sum sum;		/* the limit is zero where nothing is left to take the ratio of */
	bool fits;
};

/* How far decide() came, and with which numbers, for those who want to see each step. */
struct trace {
	enum zone_policy zone;	      /* Zone= that applies; the rest is for ZONE_POLICY_AUTO */
	uint64_t wanted;	      /* pages that have to fit; 0 with MovableRatio=0 */
	bool has_machine, has_node;   /* whether the check was made */
	struct balance machine, node; /* zero where it was not */
};

/* The verdict points into @policy. */
struct verdict decide(const struct policy *policy, const struct facts *facts,
		      const struct question *question);

/* The same verdict, and how it came about. */
struct verdict decide_traced(const struct policy *policy, const struct facts *facts,
			     const struct question *question, struct trace *ret_trace);

/* "kernel", "movable", "online", "leave". */
const char *zone_name(enum zone zone);

/*
 * One line of less than 160 bytes, such as "fits ratio: M 8192M + 4096M <= 24656M"; cut where @size
 * is too small.
 */
void verdict_explain(const struct verdict *verdict, char *ret, size_t size);
