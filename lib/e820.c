/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firmware's memory map in the layout of arch/x86/include/uapi/asm/bootparam.h. */
#include "e820.h"

#include <errno.h>

#include "bytes.h"

#define COUNT_OFFSET 0x1e8
#define TABLE_OFFSET 0x2d0
#define MAX_ENTRIES 128
#define ENTRY_SIZE 20
#define TYPE_RAM 1
#define MAX_ADDRESS ((UINT64_C(1) << 52) - 1)

static int add_entry(struct ranges *ram, struct bytes entry)
{
	uint64_t start, size, type, end;

	if (!bytes_get(entry, 0, 8, &start) || !bytes_get(entry, 8, 8, &size) ||
	    !bytes_get(entry, 16, 4, &type))
		return -EBADMSG;
	if (type != TYPE_RAM || size == 0)
		return 0;
	if (__builtin_add_overflow(start, size - 1, &end) || end > MAX_ADDRESS)
		return 0;
	return ranges_add(ram, start, end);
}

/* As many entries as @table has; all of them or, on failure, none. */
static int add_entries(struct ranges *ram, struct bytes table)
{
	struct ranges before = *ram;
	struct bytes entry;
	int r = 0;

	for (size_t at = 0; r == 0 && bytes_part(table, at, ENTRY_SIZE, &entry); at += ENTRY_SIZE)
		r = add_entry(ram, entry);
	if (r < 0)
		ram->n = before.n;
	return r;
}

int e820_parse(struct ranges *ram, const void *params, size_t size)
{
	struct bytes all = { params, size }, table;
	uint64_t n;

	if (!bytes_get(all, COUNT_OFFSET, 1, &n) || n > MAX_ENTRIES)
		return -EBADMSG;
	if (!bytes_part(all, TABLE_OFFSET, n * ENTRY_SIZE, &table))
		return -EBADMSG;
	return add_entries(ram, table);
}

int e820_parse_extension(struct ranges *ram, const void *data, size_t size)
{
	return add_entries(ram, (struct bytes){ data, size });
}
