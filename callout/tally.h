/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of the blocks of one group, counted and in words. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "apply.h"
#include "decide.h"

struct tally {
	uint64_t kernel, movable, unknown; /* online, by zone */
	uint64_t misplaced;		   /* of them: by somebody else, and not in our zone */
	uint64_t refused;
	uint64_t given_up;	/* of the refused: are not tried again */
	uint64_t news;		/* of the refused: were not before */
	uint64_t waiting;	/* are to be tried again, or have not been tried yet */
	uint64_t refused_block; /* the lowest of them, and why: -errno */
	int error;
};

/* @wanted: the zone that the block was to go to. */
void tally_count(struct tally *tally, const struct applied *applied, uint64_t block,
		 enum zone wanted);

/* How many blocks are online. */
uint64_t tally_online(const struct tally *tally);

/*
 * "512 MiB (4 blocks) online, movable", "nothing online"; where zones are mixed how many blocks are
 * movable. @block_size: bytes.
 */
void tally_explain_online(const struct tally *tally, uint64_t block_size, char *ret, size_t size);

/*
 * "2 blocks stay offline, first memory34: Cannot allocate memory"; there is one that was refused.
 */
void tally_explain_refused(const struct tally *tally, char *ret, size_t size);
