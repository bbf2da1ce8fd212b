/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the text is: parents come first and cover their children, and each entry is found. */
#include "goals.h"
#include "iomem.h"

static struct goal children GOAL = { "entries below others", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };

	if (iomem_parse(&iomem, (struct str){ (const char *)data, size }) < 0)
		return 0;
	for (size_t i = 0; i < iomem.n; i++) {
		const struct iomem_entry *entry = &iomem.entries[i];
		const struct iomem_entry *parent = iomem_parent(&iomem, entry);
		const struct iomem_entry *found = iomem_find(&iomem, entry->start, entry->end);

		children.n += parent != NULL;
		if (!found || found->start > entry->start || found->end < entry->end)
			abort();
		if (parent &&
		    (parent >= entry || parent->start > entry->start || parent->end < entry->end))
			abort();
	}
	return 0;
}
