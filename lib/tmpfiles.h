/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of tmpfiles.d(5) that online memory, or have the kernel do so, after memhp.service, and the
 * file of ours that overrules most of them: of lines for one path that of the first file counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "macro.h"
#include "policy.h"
#include "sysfs.h"

struct tmpfiles_line {
	char *file; /* such as /etc/tmpfiles.d/memory.conf */
	unsigned line;
	char *text;	   /* on one line */
	bool is_overruled; /* by our file */
};

struct tmpfiles {
	struct tmpfiles_line *lines; /* in the order in which systemd-tmpfiles reads them */
	size_t n;
};

/*
 * What writes to auto_online_blocks, state or online of memory what onlines it, and not just what
 * @onliner is to write there anyway. Files that cannot be read have none. 0 or -ENOMEM.
 */
_must_check_ int tmpfiles_read(const struct sysfs *fs, enum onliner onliner, struct tmpfiles *ret);

/* The text of our file. Its length, or -ENOSPC. */
_must_check_ int tmpfiles_format(enum onliner onliner, char *ret, size_t size);

void tmpfiles_done(struct tmpfiles *tmpfiles);
