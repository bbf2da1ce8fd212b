/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Persistent memory: the namespaces of libnvdimm, which of them are memory, and by libblkid what
 * the others hold, so that nothing that carries data is taken for spare memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"
#include "group.h"
#include "macro.h"

#define NAMESPACE_WORD_MAX 32
#define NAMESPACE_LABEL_MAX 128

enum content_state {
	CONTENT_NONE,	 /* no block device: what it holds is memory, or a program's */
	CONTENT_UNKNOWN, /* see .error */
	CONTENT_EMPTY,	 /* nothing that is recognised */
	CONTENT_DATA,
};

/* What a block device holds; words that are not known are empty. */
struct content {
	enum content_state state;
	int error;			/* -errno of the attempt; CONTENT_UNKNOWN */
	char type[NAMESPACE_WORD_MAX];	/* "ext4" */
	char usage[NAMESPACE_WORD_MAX]; /* "filesystem", "raid", "crypto", "other" */
	char label[NAMESPACE_LABEL_MAX];
	char uuid[64];
	char partitions[NAMESPACE_WORD_MAX]; /* kind of the partition table, "gpt" */
};

struct namespace
{
	char name[NAMESPACE_WORD_MAX];	 /* "namespace1.0" */
	char region[NAMESPACE_WORD_MAX]; /* "region1" */
	char holder[NAMESPACE_WORD_MAX]; /* what it is used through, "dax1.0"; "": itself */
	const char *mode;		 /* "fsdax", "devdax", "sector", "raw": as ndctl(1) */
	char device[NAMESPACE_WORD_MAX]; /* "pmem1", "dax1.1"; "" when it has none */
	bool is_ram;			 /* kmem has made memory of it */
	uint64_t size;			 /* bytes */
	int node;			 /* -1: not known */
	bool has_dax;			 /* whether .dax is known */
	bool dax;			 /* the block device can be mapped (DAX) */
	struct content content;
	/* another one in the same region that holds data: index, or SIZE_MAX */
	size_t beside;
};

struct namespaces {
	struct namespace *n;
	size_t count;
};

/*
 * Ascending by name; none where there is no libnvdimm. A device that cannot be opened has the
 * content that udev knows. 0 or -ENOMEM.
 */
_must_check_ int namespaces_read(const struct ctl *ctl, struct namespaces *ret);
void namespaces_done(struct namespaces *namespaces);

/* The one that @group is the memory of; NULL when it is none of them. */
const struct namespace *namespaces_of_group(const struct namespaces *namespaces,
					    const struct group *group);

/* "ext4", "gpt partitions", "nothing known", "needs root", "-": for people. */
void content_format(const struct content *content, char *ret, size_t size);
