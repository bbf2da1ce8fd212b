/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories that name blocks: sysfs' own, those of the nodes, the spool. */
#pragma once

#include "block_list.h"
#include "macro.h"
#include "sysfs.h"

/*
 * The numbers of all entries called memoryN, ascending. 0, -ENOMEM or -errno of opening @path,
 * which is not to be a symbolic link.
 */
_must_check_ int block_dir_read(const struct sysfs *fs, const char *path, struct block_list *ret);
