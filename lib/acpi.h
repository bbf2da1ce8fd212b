/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Physical ranges out of the ACPI tables CEDT (CXL 3.1, 9.18.1) and NFIT (ACPI 6.5, 5.2.25). Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "ranges.h"

/* What was wrong with a table or with one structure of it; the rest of the table still counts. */
enum acpi_flaw {
	ACPI_FLAW_TRUNCATED, /* the header says more bytes than there are, or less than a header */
	ACPI_FLAW_SIGNATURE, /* another table */
	/* a structure of no length, or one that reaches beyond the table: reading stops here */
	ACPI_FLAW_LENGTH,
	ACPI_FLAW_SHORT, /* a structure too short for its type: passed over */
	ACPI_FLAW_EMPTY, /* a window of size zero: passed over */
	/* a window that ends beyond 2^52 bytes, the most an address can have: passed over */
	ACPI_FLAW_ABSURD,
	ACPI_FLAW_OVERLAP, /* windows that overlap: joined */
	_ACPI_FLAW_MAX,
};

/*
 * For a message: "structure at offset 36 has length 0". @offset is in bytes from the start of the
 * table.
 */
typedef void (*acpi_flaw_fn)(void *userdata, enum acpi_flaw flaw, size_t offset);

const char *acpi_flaw_text(enum acpi_flaw flaw);

/*
 * CXL fixed memory windows (CEDT structure type 1) of the @size bytes at @table, appended to
 * @windows. Calls @report (may be NULL) for each flaw. 0, or -ENOMEM. Survives any bytes.
 */
_must_check_ int acpi_parse_cedt(struct ranges *windows, const void *table, size_t size,
				 acpi_flaw_fn report, void *userdata);

/*
 * Persistent memory ranges (NFIT SPA ranges with the persistent memory GUID), as acpi_parse_cedt().
 */
_must_check_ int acpi_parse_nfit(struct ranges *windows, const void *table, size_t size,
				 acpi_flaw_fn report, void *userdata);
