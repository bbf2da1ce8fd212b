/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of one kind in several directories, as systemd has them: a file hides those of its name in
 * weaker directories, and all are read in the order of their names.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "macro.h"
#include "sysfs.h"

struct conf_file {
	char name[NAME_MAX + 1];
	const char *dir;
};

struct conf_files {
	struct conf_file *files; /* in the order in which they are read */
	size_t n;
};

/* Whether a file is one of them. One that is not hides nothing. */
typedef bool (*conf_file_counts_fn)(const struct sysfs *fs, const char *dir, const char *name);

/* @dirs: the strongest first. What is not there, or cannot be read, has none. 0 or -ENOMEM. */
_must_check_ int conf_files_list(const struct sysfs *fs, const char *const *dirs, size_t n,
				 conf_file_counts_fn counts, struct conf_files *ret);

void conf_files_done(struct conf_files *files);

/* Such as /etc/udev/rules.d/40-x.rules, on the heap; NULL: out of memory. */
char *conf_file_path(const struct conf_file *file);

/*
 * What people see of a piece of it: on one line, continuation lines and blanks joined, without
 * comments between them, and nothing that is no text. On the heap; NULL: out of memory.
 */
char *conf_file_show(struct str text);
