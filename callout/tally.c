/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting and wording. */
#include "tally.h"

#include <stdio.h>
#include <string.h>

static bool is_wanted(enum block_zone zone, enum zone wanted)
{
	switch (wanted) {
	case ZONE_KERNEL:
		return zone != BLOCK_ZONE_MOVABLE;
	case ZONE_MOVABLE:
		return zone != BLOCK_ZONE_KERNEL;
	case ZONE_ONLINE:
	case ZONE_LEAVE:
		break;
	}
	return true;
}

static void count_zone(struct tally *tally, enum block_zone zone)
{
	switch (zone) {
	case BLOCK_ZONE_KERNEL:
		tally->kernel++;
		break;
	case BLOCK_ZONE_MOVABLE:
		tally->movable++;
		break;
	case BLOCK_ZONE_NONE:
		tally->unknown++;
		break;
	}
}

void tally_count(struct tally *tally, const struct applied *applied, uint64_t block,
		 enum zone wanted)
{
	switch (applied->result) {
	case APPLY_GONE:
		break;
	case APPLY_FOREIGN:
		tally->misplaced += !is_wanted(applied->zone, wanted);
		count_zone(tally, applied->zone);
		break;
	case APPLY_DONE:
		count_zone(tally, applied->zone);
		break;
	case APPLY_RETRY:
	case APPLY_FAILED:
		if (tally->refused++ > 0 && block > tally->refused_block)
			break;
		tally->refused_block = block;
		tally->error = applied->error;
		break;
	}
}

uint64_t tally_online(const struct tally *tally)
{
	return tally->kernel + tally->movable + tally->unknown;
}

void tally_explain_online(const struct tally *tally, uint64_t block_size, char *ret, size_t size)
{
	uint64_t n = tally_online(tally);
	char zone[48];

	if (n == 0) {
		(void)snprintf(ret, size, "nothing online");
		return;
	}
	if (tally->movable == n)
		(void)snprintf(zone, sizeof(zone), "movable");
	else if (tally->kernel == n)
		(void)snprintf(zone, sizeof(zone), "kernel zone");
	else
		(void)snprintf(zone, sizeof(zone), "%llu of them movable",
			       (unsigned long long)tally->movable);
	(void)snprintf(ret, size, "%llu MiB (%llu block%s) online, %s",
		       (unsigned long long)(n * block_size >> 20), (unsigned long long)n,
		       n == 1 ? "" : "s", zone);
}

void tally_explain_refused(const struct tally *tally, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%llu block%s offline, first memory%llu: %s",
		       (unsigned long long)tally->refused,
		       tally->refused == 1 ? " stays" : "s stay",
		       (unsigned long long)tally->refused_block, strerror(-tally->error));
}
