/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Block numbers as udev patterns: rules cannot compare numbers, but a range of them is a short list
 * of globs. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "ranges.h"

enum window_kind {
	WINDOW_CXL,  /* fixed memory window of the CEDT: CXL regions */
	WINDOW_PMEM, /* persistent range of the NFIT */
	/* "Soft Reserved" in the firmware's memory map: dax devices, CXL regions */
	WINDOW_SOFT_RESERVED,
	_WINDOW_KIND_MAX,
};

/* Per kind, each normalised. */
struct windows {
	struct ranges kind[_WINDOW_KIND_MAX];
};

void windows_done(struct windows *windows);

/* Whether there is any. */
bool windows_any(const struct windows *windows);

/* "CXL window", "persistent memory", "soft-reserved memory". */
const char *window_kind_name(enum window_kind kind);

/*
 * The blocks that lie completely in @window. False when there is none. Ends included.
 * @block_size: bytes, a power of two.
 */
bool window_blocks(struct range window, uint64_t block_size, uint64_t *ret_first,
		   uint64_t *ret_last);

/*
 * Writes the patterns that match memoryFIRST to memoryLAST and no other block name, joined with
 * "|", as in "memory11[7-9][0-9]|memory120[01]", terminated, into @ret; never more than 4096 bytes.
 * Returns the length, -EINVAL (first > last) or -ENOSPC.
 */
_must_check_ int windows_to_globs(char *ret, size_t size, uint64_t first, uint64_t last);
