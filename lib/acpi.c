/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks the structures of a table and keeps the windows that it finds. */
#include "acpi.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "bytes.h"

#define TABLE_HEADER_SIZE 36  /* ACPI 6.5, table 5.4 */
#define TABLE_LENGTH_OFFSET 4 /* in it */
#define STRUCTURE_HEADER_SIZE 4
#define STRUCTURE_LENGTH_OFFSET 2
#define GUID_SIZE 16
#define MAX_ADDRESS ((UINT64_C(1) << 52) - 1)

/* Where a table has its windows, in bytes; fields count from the start of their structure. */
struct format {
	char signature[4];
	size_t header_size; /* up to the first structure */
	size_t type_width;
	uint64_t type; /* of the structures that are windows */
	size_t min_size;
	size_t base_offset, size_offset;
	const uint8_t *guid; /* that marks those that count; may be NULL */
	size_t guid_offset;
};

/* CXL 3.1, 9.18.1.3: CXL fixed memory window structure, without its list of targets. */
static const struct format cedt_format = {
	.signature = { 'C', 'E', 'D', 'T' },
	.header_size = TABLE_HEADER_SIZE,
	.type_width = 1,
	.type = 1,
	.min_size = 36,
	.base_offset = 8,
	.size_offset = 16,
};

/* ACPI 6.5, 5.2.25.2: 66f0d379-b4f3-4074-ac43-0d3318b78cdb, byte-addressable persistent memory. */
static const uint8_t pmem_guid[GUID_SIZE] = {
	0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40,
	0xac, 0x43, 0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb,
};

/* ACPI 6.5, 5.2.25.2: system physical address range structure, without its location cookie. */
static const struct format nfit_format = {
	.signature = { 'N', 'F', 'I', 'T' },
	.header_size = TABLE_HEADER_SIZE + 4,
	.type_width = 2,
	.type = 0,
	.min_size = 56,
	.base_offset = 32,
	.size_offset = 40,
	.guid = pmem_guid,
	.guid_offset = 16,
};

struct window {
	struct range range;
	size_t offset; /* of its structure */
};

struct scan {
	const struct format *format;
	struct bytes table;
	acpi_flaw_fn report;
	void *userdata;
	struct window *windows;
	size_t n;
};

const char *acpi_flaw_text(enum acpi_flaw flaw)
{
	static const char *const texts[_ACPI_FLAW_MAX] = {
		[ACPI_FLAW_TRUNCATED] = "table shorter than its header says",
		[ACPI_FLAW_SIGNATURE] = "another table's signature",
		[ACPI_FLAW_LENGTH] = "structure of a length that cannot be",
		[ACPI_FLAW_SHORT] = "structure too short for its type",
		[ACPI_FLAW_EMPTY] = "window of size zero",
		[ACPI_FLAW_ABSURD] = "window that ends beyond 2^52",
		[ACPI_FLAW_OVERLAP] = "window that overlaps another one",
	};

	return flaw < _ACPI_FLAW_MAX ? texts[flaw] : "unknown flaw";
}

static void report_flaw(const struct scan *scan, enum acpi_flaw flaw, size_t offset)
{
	if (scan->report)
		scan->report(scan->userdata, flaw, offset);
}

/* Cuts the table to the length it claims. False when there is nothing to read in it. */
static bool read_header(struct scan *scan)
{
	const struct format *format = scan->format;
	struct bytes signature;
	uint64_t length;

	if (bytes_part(scan->table, 0, sizeof(format->signature), &signature) &&
	    memcmp(signature.p, format->signature, signature.n) != 0) {
		report_flaw(scan, ACPI_FLAW_SIGNATURE, 0);
		return false;
	}
	if (scan->table.n < format->header_size ||
	    !bytes_get(scan->table, TABLE_LENGTH_OFFSET, 4, &length) ||
	    length < format->header_size) {
		report_flaw(scan, ACPI_FLAW_TRUNCATED, 0);
		return false;
	}
	if (!bytes_part(scan->table, 0, length, &scan->table))
		report_flaw(scan, ACPI_FLAW_TRUNCATED, 0);
	return true;
}

static int add_window(struct scan *scan, uint64_t start, uint64_t end, size_t offset)
{
	const struct window window = { { start, end }, offset };

	return ARRAY_APPEND(scan->windows, scan->n, &window);
}

static bool is_marked(const struct format *format, struct bytes structure)
{
	struct bytes guid;

	return !format->guid || (bytes_part(structure, format->guid_offset, GUID_SIZE, &guid) &&
				 memcmp(guid.p, format->guid, GUID_SIZE) == 0);
}

static int read_structure(struct scan *scan, struct bytes structure, size_t offset)
{
	const struct format *format = scan->format;
	uint64_t type, base, size, end;

	if (!bytes_get(structure, 0, format->type_width, &type) || type != format->type)
		return 0;
	if (structure.n < format->min_size ||
	    !bytes_get(structure, format->base_offset, 8, &base) ||
	    !bytes_get(structure, format->size_offset, 8, &size)) {
		report_flaw(scan, ACPI_FLAW_SHORT, offset);
		return 0;
	}
	if (!is_marked(format, structure))
		return 0;
	if (size == 0) {
		report_flaw(scan, ACPI_FLAW_EMPTY, offset);
		return 0;
	}
	if (__builtin_add_overflow(base, size - 1, &end) || end > MAX_ADDRESS) {
		report_flaw(scan, ACPI_FLAW_ABSURD, offset);
		return 0;
	}
	return add_window(scan, base, end, offset);
}

static int read_structures(struct scan *scan)
{
	struct bytes structure;
	uint64_t size;
	int r;

	for (size_t offset = scan->format->header_size; offset < scan->table.n; offset += size) {
		if (!bytes_get(scan->table, offset + STRUCTURE_LENGTH_OFFSET, 2, &size) ||
		    size < STRUCTURE_HEADER_SIZE ||
		    !bytes_part(scan->table, offset, size, &structure)) {
			report_flaw(scan, ACPI_FLAW_LENGTH, offset);
			return 0;
		}
		r = read_structure(scan, structure, offset);
		if (r < 0)
			return r;
	}
	return 0;
}

/* By address; of equal ones the first in the table comes first. */
static int compare_windows(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	if (x->range.start != y->range.start)
		return x->range.start < y->range.start ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Appends the windows, those that overlap as one; on failure none. */
static int join_windows(const struct scan *scan, struct ranges *windows)
{
	size_t n_before = windows->n;
	int r;

	if (scan->n > 0)
		qsort(scan->windows, scan->n, sizeof(*scan->windows), compare_windows);
	for (size_t i = 0; i < scan->n; i++) {
		struct range next = scan->windows[i].range;
		struct range *last = windows->n > n_before ? &windows->r[windows->n - 1] : NULL;

		if (last && next.start <= last->end) {
			report_flaw(scan, ACPI_FLAW_OVERLAP, scan->windows[i].offset);
			last->end = next.end > last->end ? next.end : last->end;
			continue;
		}
		r = ranges_add(windows, next.start, next.end);
		if (r < 0) {
			windows->n = n_before;
			return r;
		}
	}
	return 0;
}

static int parse_table(struct scan *scan, struct ranges *windows)
{
	int r;

	if (!read_header(scan))
		return 0;
	r = read_structures(scan);
	if (r == 0)
		r = join_windows(scan, windows);
	free(scan->windows);
	return r;
}

int acpi_parse_cedt(struct ranges *windows, const void *table, size_t size, acpi_flaw_fn report,
		    void *userdata)
{
	struct scan scan = { &cedt_format, { table, size }, report, userdata, NULL, 0 };

	return parse_table(&scan, windows);
}

int acpi_parse_nfit(struct ranges *windows, const void *table, size_t size, acpi_flaw_fn report,
		    void *userdata)
{
	struct scan scan = { &nfit_format, { table, size }, report, userdata, NULL, 0 };

	return parse_table(&scan, windows);
}
