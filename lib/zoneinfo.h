/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/zoneinfo: pages per node and zone (kernel: mm/vmstat.c, zoneinfo_show_print()). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "parse.h"

struct zone_pages {
	unsigned node;
	/* ZONE_MOVABLE; everything else (but Device, which is left out) is a kernel zone */
	bool is_movable;
	uint64_t present; /* pages */
	uint64_t managed; /* pages */
	uint64_t cma;	  /* pages, part of present */
};

struct zoneinfo {
	struct zone_pages *zones;
	size_t n;
};

void zoneinfo_done(struct zoneinfo *info);

/*
 * Reads by keyword, so that lines that newer kernels add do not matter. Zones without present pages
 * are left out, so is ZONE_DEVICE. 0, -EBADMSG (no zone header in the text), -ENOMEM. @ret is
 * untouched on failure.
 */
_must_check_ int zoneinfo_parse(struct zoneinfo *ret, struct str text);
