/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small trees of files that stand in for the root of a machine in tests. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"
#include "sysfs.h"

struct tree {
	char root[256];
	struct sysfs fs;
};

/*
 * One file of a table, which ends with { NULL, NULL }. Missing parents are made. The content is
 * NULL for a directory, "-> TARGET" for a symbolic link, or the text of a file.
 */
struct tree_node {
	const char *path;
	const char *content;
};

/* For cmocka: *state is a struct tree with an empty directory, which goes away after the test. */
int tree_setup(void **state);
int tree_setup_in_force(void **state); /* with /run/memhp */
int tree_teardown(void **state);

/* Each replaces what has the name already; a failure ends the test. */
void tree_add(const struct tree *tree, const struct tree_node *nodes);
void tree_write(const struct tree *tree, const char *path, struct str content);
void tree_text(const struct tree *tree, const char *path, const char *text);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_dir(const struct tree *tree, const char *path);
/* The file, link, or directory with all that is in it. */
void tree_drop(const struct tree *tree, const char *path);

/* The text of a file, on the heap; NULL when it is not there. */
char *tree_read(const struct tree *tree, const char *path);
bool tree_has(const struct tree *tree, const char *path);
/* How many entries a directory has; 0 when it is not there. */
size_t tree_count(const struct tree *tree, const char *path);
