/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices whose memory was hot-plugged, as people want to hear of them: state, zone, who is to
 * online what waits, and whether they can be removed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"
#include "macro.h"
#include "namespaces.h"
#include "record.h"
#include "view.h"

#define DEVICE_REASON_MAX 192
#define DEVICE_COMMAND_MAX 96
#define DEVICE_PINS_MAX 96

/* A group of the snapshot, or a run of neighbours that stand alone and are alike. */
struct device {
	char name[GROUP_NAME_MAX * 2]; /* "dax0.0", "memory32-memory63" */
	const char *alias;	       /* "region0", or "" */
	enum provider provider;
	unsigned node;
	bool has_node;
	struct range range; /* bytes, from the first to the last block */
	uint64_t n_blocks;
	uint64_t n_online; /* in whatever zone */
	uint64_t n_offline;
	uint64_t n_kernel, n_movable;
	uint64_t n_pins;	    /* blocks that are online, and not in ZONE_MOVABLE */
	char pins[DEVICE_PINS_MAX]; /* them: "memory32-35,40"; cut where it is too long */
	/* zone_name() for what is offline, "mixed" where that differs between blocks, or "" */
	const char *verdict;
	bool is_left;			  /* the policy leaves it to somebody else */
	char reason[DEVICE_REASON_MAX];	  /* of the record, or of the verdict */
	bool is_recorded;		  /* it is the record's */
	char outcome[DEVICE_REASON_MAX];  /* what came of it, as recorded; or "" */
	enum record_state progress;	  /* likewise */
	uint64_t try;			  /* of the sweep, when that was; 0: none */
	const char *owner;		  /* who is expected to online what is offline, or "" */
	char command[DEVICE_COMMAND_MAX]; /* that brings it online; "": nothing waits, or none */
	uint64_t n_pending, n_retry;	  /* blocks in the spool */
	const struct namespace *beside;	  /* persistent memory next to which it lies; NULL: none */
};

struct devices {
	struct device *d;
	size_t n;
	size_t *of_group; /* for each group of the snapshot, the index of its device */
	bool hides_spool; /* no root: what waits in it is not known */
};

/*
 * By address. Points into @view and @namespaces. What waits is judged as by walk.h, for which the
 * snapshot changes meanwhile. 0 or -ENOMEM.
 */
_must_check_ int devices_read(const struct ctl *ctl, struct view *view,
			      const struct namespaces *namespaces, struct devices *ret);
void devices_done(struct devices *devices);

/* "online", "offline", "partly". */
const char *device_state(const struct device *device);
/* "movable", "kernel", "both" of what is online; NULL when nothing is, or that is not known. */
const char *device_zone(const struct device *device);
/* Boot memory is none of the devices; what is offline does not hold a device. */
bool device_is_removable(const struct device *device);

/*
 * Who is to online what is offline of @group, by the @verdict on it: "memhp", "daxctl", "kernel" or
 * "administrator". @ret_command: what brings it online, or "" when there is no such command.
 */
const char *device_find_owner(const struct view *view, const struct group *group,
			      const struct verdict *verdict, char ret_command[DEVICE_COMMAND_MAX]);
