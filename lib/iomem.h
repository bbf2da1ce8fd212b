/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/iomem: which driver claims which physical range (kernel: kernel/resource.c, r_show()).
 * Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "macro.h"
#include "parse.h"
#include "ranges.h"

#define IOMEM_NO_PARENT SIZE_MAX

struct iomem_entry {
	uint64_t start; /* bytes, end included */
	uint64_t end;
	size_t parent;	 /* index of the innermost entry around this one, or IOMEM_NO_PARENT */
	struct str name; /* points into the text that was parsed */
};

/* In the order of the file: a parent stands before its children. */
struct iomem {
	struct iomem_entry *entries;
	size_t n;
};

void iomem_done(struct iomem *iomem);

/*
 * Reads the whole @text, which must outlive @ret. Lines that are not "START-END : NAME" are passed
 * over, so is an entry whose end lies before its start. Parents are found by containment, because
 * the kernel stops indenting at the fifth level; equal ranges nest in file order. 0; -EACCES when
 * there are entries and the addresses of all are zero (the reader lacks CAP_SYS_ADMIN); -ENOMEM.
 * @ret is untouched on failure.
 */
_must_check_ int iomem_parse(struct iomem *ret, struct str text);

/* The innermost entry that covers all of [start, end], or NULL. */
const struct iomem_entry *iomem_find(const struct iomem *iomem, uint64_t start, uint64_t end);

/* As iomem_find(), the innermost that says whose memory it is: "System RAM", "System RAM (kmem)". */
const struct iomem_entry *iomem_find_ram(const struct iomem *iomem, uint64_t start, uint64_t end);

/*
 * All that drivers have added under a name of their own, such as "System RAM (kmem)", normalised:
 * that memory was not there at boot, whatever the firmware's map says of its addresses. 0, or -ENOMEM
 * with @ret untouched.
 */
_must_check_ int iomem_driver_managed(const struct iomem *iomem, struct ranges *ret);

/* The entry around @entry, or NULL. */
const struct iomem_entry *iomem_parent(const struct iomem *iomem, const struct iomem_entry *entry);
