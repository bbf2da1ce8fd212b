/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* x86 boot memory out of struct boot_params (Documentation/arch/x86/zero-page.rst). Pure. */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "ranges.h"

/*
 * Appends the ranges of type RAM in the e820 table of the @size bytes of struct boot_params at
 * @params (count at 0x1e8, entries of 20 bytes from 0x2d0, at most 128). Entries of no length or
 * past 2^52 are passed over. 0, -EBADMSG (shorter than the table, or a count above 128), -ENOMEM.
 */
_must_check_ int e820_parse(struct ranges *ram, const void *params, size_t size);

/*
 * The same for the entries of a SETUP_E820_EXT node (type 1) of the setup_data list: only entries,
 * as many as fit.
 */
_must_check_ int e820_parse_extension(struct ranges *ram, const void *data, size_t size);
