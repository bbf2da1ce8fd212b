/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of /proc/iomem, put together by containment. */
#include "iomem.h"

#include <errno.h>
#include <string.h>

#include "array.h"

void iomem_done(struct iomem *iomem)
{
	free(iomem->entries);
	*iomem = (struct iomem){ NULL, 0 };
}

/* Cuts @text at the first @separator: what stands before it is in @ret_before. */
static bool cut(struct str *text, struct str separator, struct str *ret_before)
{
	const char *at = text->n > 0 ? memmem(text->p, text->n, separator.p, separator.n) : NULL;
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - text->p);
	*ret_before = (struct str){ text->p, n };
	*text = (struct str){ at + separator.n, text->n - n - separator.n };
	return true;
}

/* "  100000000-17fffffff : System RAM"; the name is the rest of the line, whatever it is. */
static bool parse_line(struct str line, struct iomem_entry *ret)
{
	struct iomem_entry entry = { .parent = IOMEM_NO_PARENT };
	struct str start, end;

	while (str_starts(line, " "))
		line = (struct str){ line.p + 1, line.n - 1 };
	if (!cut(&line, STR("-"), &start) || !cut(&line, STR(" : "), &end))
		return false;
	if (parse_u64(start, 16, &entry.start) < 0 || parse_u64(end, 16, &entry.end) < 0)
		return false;
	entry.name = line;
	*ret = entry;
	return entry.start <= entry.end;
}

static bool covers(const struct iomem_entry *entry, uint64_t start, uint64_t end)
{
	return entry->start <= start && end <= entry->end;
}

/*
 * The last entry and the parents above it are the stack of what is still open. What does not
 * cover @entry is closed for good, since entries ascend, so that each entry is passed over once.
 */
static size_t find_parent(const struct iomem *iomem, const struct iomem_entry *entry)
{
	size_t i = iomem->n > 0 ? iomem->n - 1 : IOMEM_NO_PARENT;

	while (i != IOMEM_NO_PARENT && !covers(&iomem->entries[i], entry->start, entry->end))
		i = iomem->entries[i].parent;
	return i;
}

static int parse_lines(struct iomem *iomem, struct str text)
{
	struct iomem_entry entry;
	uint64_t bits = 0;
	struct str line;
	int r;

	while (str_next_line(&text, &line)) {
		if (!parse_line(line, &entry))
			continue;
		bits |= entry.start | entry.end;
		entry.parent = find_parent(iomem, &entry);
		r = ARRAY_APPEND(iomem->entries, iomem->n, &entry);
		if (r < 0)
			return r;
	}
	return iomem->n > 0 && bits == 0 ? -EACCES : 0;
}

int iomem_parse(struct iomem *ret, struct str text)
{
	struct iomem iomem = { NULL, 0 };
	int r = parse_lines(&iomem, text);

	if (r < 0) {
		iomem_done(&iomem);
		return r;
	}
	*ret = iomem;
	return 0;
}

const struct iomem_entry *iomem_find(const struct iomem *iomem, uint64_t start, uint64_t end)
{
	/* Children stand behind their parent, so the last one that fits is the innermost. */
	for (size_t i = iomem->n; i > 0; i--)
		if (covers(&iomem->entries[i - 1], start, end))
			return &iomem->entries[i - 1];
	return NULL;
}

const struct iomem_entry *iomem_find_ram(const struct iomem *iomem, uint64_t start, uint64_t end)
{
	const struct iomem_entry *entry = iomem_find(iomem, start, end);

	/* "Kernel code" and the like lie inside of System RAM. */
	while (entry && !str_starts(entry->name, "System RAM"))
		entry = iomem_parent(iomem, entry);
	return entry;
}

/* mm/memory_hotplug.c, add_memory_driver_managed() */
int iomem_driver_managed(const struct iomem *iomem, struct ranges *ret)
{
	struct ranges managed = { NULL, 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < iomem->n; i++)
		if (str_starts(iomem->entries[i].name, "System RAM ("))
			r = ranges_add(&managed, iomem->entries[i].start, iomem->entries[i].end);
	if (r < 0) {
		ranges_done(&managed);
		return r;
	}
	(void)ranges_normalise(&managed);
	*ret = managed;
	return 0;
}

const struct iomem_entry *iomem_parent(const struct iomem *iomem, const struct iomem_entry *entry)
{
	return entry->parent == IOMEM_NO_PARENT ? NULL : &iomem->entries[entry->parent];
}
