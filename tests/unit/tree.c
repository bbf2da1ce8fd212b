/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and removing the trees of tests, with plain libc: sysfs.c is under test itself. */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct path {
	char text[1024];
};

static struct path path_in(const struct tree *tree, const char *path)
{
	struct path full;
	int n = snprintf(full.text, sizeof(full.text), "%s/%s", tree->root, path);

	if (n < 0 || (size_t)n >= sizeof(full.text))
		fail_msg("%s: too long for a tree", path);
	return full;
}

static void make_parents(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);
	char *slash = full.text + strlen(tree->root);

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(full.text, 0755) < 0 && errno != EEXIST)
			fail_msg("%s: %s", full.text, strerror(errno));
		*slash = '/';
	}
}

void tree_dir(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);

	make_parents(tree, path);
	if (mkdir(full.text, 0755) < 0 && errno != EEXIST)
		fail_msg("%s: %s", full.text, strerror(errno));
}

void tree_write(const struct tree *tree, const char *path, struct str content)
{
	struct path full = path_in(tree, path);
	size_t written;
	FILE *f;

	make_parents(tree, path);
	(void)unlink(full.text); /* a link there must not lead out of the tree */
	f = fopen(full.text, "we");
	if (!f)
		fail_msg("%s: %s", full.text, strerror(errno));
	written = content.n > 0 ? fwrite(content.p, 1, content.n, f) : 0;
	if (fclose(f) != 0 || written != content.n)
		fail_msg("%s: %s", full.text, strerror(errno));
}

void tree_text(const struct tree *tree, const char *path, const char *text)
{
	tree_write(tree, path, (struct str){ text, strlen(text) });
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
	struct path full = path_in(tree, path);

	make_parents(tree, path);
	(void)unlink(full.text);
	if (symlink(target, full.text) < 0)
		fail_msg("%s: %s", full.text, strerror(errno));
}

void tree_add(const struct tree *tree, const struct tree_node *nodes)
{
	for (; nodes->path; nodes++) {
		if (!nodes->content)
			tree_dir(tree, nodes->path);
		else if (strncmp(nodes->content, "-> ", 3) == 0)
			tree_link(tree, nodes->path, nodes->content + 3);
		else
			tree_text(tree, nodes->path, nodes->content);
	}
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_drop(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);

	if (nftw(full.text, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
		fail_msg("%s: %s", full.text, strerror(errno));
}

char *tree_read(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);
	_cleanup_fclose_ FILE *f = fopen(full.text, "re");
	const size_t size = 65536;
	char *text;
	size_t n;

	if (!f)
		return NULL;
	text = malloc(size);
	if (!text)
		fail_msg("out of memory");
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	return text;
}

bool tree_has(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);
	struct stat st;

	return lstat(full.text, &st) == 0;
}

size_t tree_count(const struct tree *tree, const char *path)
{
	struct path full = path_in(tree, path);
	_cleanup_closedir_ DIR *dir = opendir(full.text);
	const struct dirent *entry;
	size_t n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			n++;
	return n;
}

int tree_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -1;
	(void)snprintf(tree->root, sizeof(tree->root), "%s/memhp-test-XXXXXX",
		       tmp ? tmp : P_tmpdir);
	if (!mkdtemp(tree->root)) {
		print_error("%s: %s\n", tree->root, strerror(errno));
		free(tree);
		return -1;
	}
	tree->fs.fd = open(tree->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*state = tree;
	return tree->fs.fd < 0 ? -1 : 0;
}

int tree_setup_in_force(void **state)
{
	int r = tree_setup(state);

	if (r == 0)
		tree_dir(*state, "run/memhp");
	return r;
}

int tree_teardown(void **state)
{
	struct tree *tree = *state;
	int r = nftw(tree->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);

	closep(&tree->fs.fd);
	free(tree);
	return r;
}
