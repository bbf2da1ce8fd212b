/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that `explain` says of one block. */
#pragma once

#include "config.h"
#include "ctl.h"
#include "decide.h"
#include "kernel_zone.h"
#include "table.h"
#include "view.h"

#define RECORD_VALUE_MAX 320

/* What /run/memhp has of the group; empty strings: nothing. */
struct past {
	char zone[16];
	char reason[RECORD_VALUE_MAX];
	char owner[32];
	char outcome[RECORD_VALUE_MAX];
};

struct explanation {
	const struct ctl *ctl;
	struct view view;
	uint64_t id;
	bool is_boot; /* boot memory: no more than state and zone is known */
	enum block_state state;
	enum block_zone zone;
	char zone_word[KERNEL_ZONE_MAX]; /* of a block that is online, as the kernel has it */
	unsigned node;
	struct group group; /* as it is, while the snapshot has it offline */
	enum self_hosted self_hosted;
	int asks;		/* snapshot_read_memmap() */
	struct verdict verdict; /* of the arithmetic */
	struct trace trace;
	struct verdict next; /* the same, or what an earlier decision for the device asks for */
	struct queue {
		uint64_t kernel,
			movable; /* blocks that are offline, and would come online before */
	} before;
	char kernel[KERNEL_ZONE_MAX];	     /* what it would choose for a block that is offline */
	char online_policy[KERNEL_ZONE_MAX]; /* by this */
	struct past past;
	char onlined_by[192]; /* "": nobody yet */
	/* The configuration as it is now, which need not be in force. */
	struct policy configured;
	struct config_sources sources;
};

/* "offline", "going offline", "online". */
const char *explain_state(const struct explanation *explanation);

/* These fill the tables of explain_tables[]. All about the block but for what the others have. */
void explain_block(struct table *table, const struct explanation *explanation);

/* The settings that the verdict depends on, and where they are from. */
void explain_settings(struct table *table, const struct explanation *explanation);

/* The checks that were made, in the kernel's order. */
void explain_checks(struct table *table, const struct explanation *explanation);

/* The terms of the sums, a column for the machine and one for the node. */
void explain_sums(struct table *table, const struct explanation *explanation);
