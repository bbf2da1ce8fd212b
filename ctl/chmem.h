/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands of chmem(8) for people to run. It takes one range a call, and every version of it takes
 * addresses. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ranges.h"

#define CHMEM_COMMAND_MAX 64
#define CHMEM_TEXT_MAX 512

#define CHMEM_ENABLE "-e"
#define CHMEM_DISABLE "-d"

/* "chmem -e 0x100000000-0x11fffffff" */
void chmem_format(const char *option, struct range bytes, char ret[static CHMEM_COMMAND_MAX]);

/* A command for each run of blocks. */
struct chmem {
	const char *option;
	uint64_t block_size;
	uint64_t first, last; /* of the run that may still grow */
	size_t n_runs;
	char text[CHMEM_TEXT_MAX]; /* after chmem_end(): "chmem -d 0x..., chmem -d 0x..." */
};

/* One block more, in ascending order. */
void chmem_add(struct chmem *chmem, uint64_t block);
/* Completes .text; of the runs for which there is no room it says how many there are. */
void chmem_end(struct chmem *chmem);
