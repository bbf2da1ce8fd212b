/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing below a root. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "sysfs.h"
#include "tree.h"

static const char *watched; /* a name that must not be missing at any time */
static bool watched_removed;
static int
	write_errors[4]; /* of the next writes, ends with 0; positive: so many bytes are written */
static size_t n_writes;

/* Both take the place of libc's, in the code under test as well. */
int unlinkat(int fd, const char *path, int flags)
{
	if (watched && strcmp(path, watched) == 0)
		watched_removed = true;
	return (int)syscall(SYS_unlinkat, fd, path, flags);
}

ssize_t write(int fd, const void *text, size_t size)
{
	int error = n_writes < ARRAY_SIZE(write_errors) ? write_errors[n_writes] : 0;

	n_writes += error != 0;
	if (error < 0) {
		errno = -error;
		return -1;
	}
	return syscall(SYS_write, fd, text, error > 0 ? (size_t)error : size);
}

static void play_errors(int first, int second)
{
	write_errors[0] = first;
	write_errors[1] = second;
	n_writes = 0;
}

static void assert_text(const struct tree *tree, const char *path, const char *expected)
{
	_cleanup_free_ char *text = tree_read(tree, path);

	if (!text)
		fail_msg("%s is missing", path);
	assert_string_equal(text, expected);
}

static struct stat stat_of(const struct tree *tree, const char *path)
{
	char full[512];
	struct stat st;

	(void)snprintf(full, sizeof(full), "%s/%s", tree->root, path);
	assert_int_equal(lstat(full, &st), 0);
	return st;
}

static void test_open(void **state)
{
	const struct tree *tree = *state;
	struct sysfs fs = { 77 };
	char path[512], text[8];

	tree_text(tree, "a/b", "x\n");
	(void)snprintf(path, sizeof(path), "%s/a", tree->root);
	assert_int_equal(sysfs_open(&fs, path), 0);
	assert_true(fcntl(fs.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(sysfs_read(&fs, text, sizeof(text), "b"), 0);
	assert_string_equal(text, "x");
	sysfs_close(&fs);
	sysfs_close(&fs);
	assert_int_equal(fs.fd, -1);

	fs.fd = 77;
	(void)snprintf(path, sizeof(path), "%s/a/b", tree->root);
	assert_int_equal(sysfs_open(&fs, path), -ENOTDIR);
	(void)snprintf(path, sizeof(path), "%s/c", tree->root);
	assert_int_equal(sysfs_open(&fs, path), -ENOENT);
	assert_int_equal(fs.fd, 77);
}

static void test_read(void **state)
{
	static const struct {
		struct str content;
		size_t size;
		int result;
		const char *text;
	} rows[] = {
		{ STR("online\n"), 16, 0, "online" },
		{ STR("online"), 16, 0, "online" },
		{ STR(""), 16, 0, "" },
		{ STR("\n"), 16, 0, "" },
		{ STR("a\n\n"), 16, 0, "a\n" },
		{ STR(" a \n"), 16, 0, " a " },
		{ STR("ab\n"), 3, 0, "ab" },
		{ STR("ab"), 3, 0, "ab" },
		{ STR("abc"), 3, -E2BIG, NULL },
		{ STR("abc\n"), 3, -E2BIG, NULL },
		{ STR("ab\nc"), 3, -E2BIG, NULL },
		{ STR("ab\n\n"), 3, -E2BIG, NULL },
		{ STR("a\0b\n"), 16, -EBADMSG, NULL },
		{ STR("\0"), 16, -EBADMSG, NULL },
		{ STR("\n"), 1, 0, "" },
		{ STR("x"), 1, -E2BIG, NULL },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = malloc(rows[i].size); /* so that a byte too many is found */
		int r;

		assert_non_null(text);
		tree_write(tree, "a", rows[i].content);
		r = sysfs_read(&tree->fs, text, rows[i].size, "%c", 'a');
		if (r != rows[i].result)
			fail_msg("row %zu: %d", i, r);
		if (r == 0)
			assert_string_equal(text, rows[i].text);
		free(text);
	}
}

static void test_read_errors(void **state)
{
	const struct tree *tree = *state;
	struct stat st;
	char text[8], *file = text;
	uint64_t number = 77;
	size_t size = 77;
	DIR *dir = NULL;

	tree_dir(tree, "d");
	tree_link(tree, "dangling", "nowhere");
	tree_text(tree, "f", "");
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "none"), -ENOENT);
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "dangling"), -ENOENT);
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "f/x"), -ENOTDIR);
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "d"), -EISDIR);
	assert_int_equal(sysfs_read_u64(&tree->fs, 10, &number, "none"), -ENOENT);
	assert_int_equal(sysfs_read_file(&tree->fs, &file, &size, "none"), -ENOENT);
	assert_int_equal(sysfs_read_file(&tree->fs, &file, &size, "d"), -EISDIR);
	assert_int_equal(sysfs_opendir(&tree->fs, &dir, "none"), -ENOENT);
	assert_int_equal(sysfs_opendir(&tree->fs, &dir, "f"), -ENOTDIR);
	assert_int_equal(number, 77);
	assert_int_equal(size, 77);
	assert_ptr_equal(file, text);
	assert_null(dir);
	assert_int_equal(fstat(tree->fs.fd, &st), 0);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *content;
		unsigned base;
		int result;
		uint64_t number;
	} rows[] = {
		{ "128\n", 10, 0, 128 },
		{ "8000000\n", 16, 0, 0x8000000 },
		{ "0000001f\n", 16, 0, 31 },
		{ "0", 10, 0, 0 },
		{ "18446744073709551615\n", 10, 0, UINT64_MAX },
		{ "\n", 10, -EINVAL, 0 },
		{ "12 \n", 10, -EINVAL, 0 },
		{ "-1\n", 10, -EINVAL, 0 },
		{ "0x10\n", 16, -EINVAL, 0 },
		{ "18446744073709551616\n", 10, -ERANGE, 0 },
		{ "0000000000000000000000000000000000000000000000000000000000000001\n", 10, -E2BIG,
		  0 },
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t number = 77;

		tree_text(tree, "n", rows[i].content);
		assert_int_equal(sysfs_read_u64(&tree->fs, rows[i].base, &number, "n"),
				 rows[i].result);
		assert_int_equal(number, rows[i].result < 0 ? 77 : rows[i].number);
	}
}

static void test_file(void **state)
{
	static const size_t sizes[] = { 0, 1, 16382, 16383, 16384, 16385, 32767, 100000 };
	const struct tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *content = malloc(sizes[i] + 1), *text = NULL;
		size_t n;

		assert_non_null(content);
		for (size_t j = 0; j < sizes[i]; j++)
			content[j] = (char)(j % 251); /* NULs as well */
		tree_write(tree, "f", (struct str){ content, sizes[i] });
		assert_int_equal(sysfs_read_file(&tree->fs, &text, &n, "%s", "f"), 0);
		assert_int_equal(n, sizes[i]);
		assert_memory_equal(text, content, n);
		assert_int_equal(text[n], '\0');
	}
}

static void test_huge_file(void **state)
{
	const struct tree *tree = *state;
	char path[512], *text = NULL;
	size_t n = 77;

	(void)snprintf(path, sizeof(path), "%s/f", tree->root);
	tree_text(tree, "f", "");
	assert_int_equal(truncate(path, (64L << 20) + 1), 0);
	assert_int_equal(sysfs_read_file(&tree->fs, &text, &n, "f"), -EFBIG);
	assert_int_equal(n, 77);
	assert_null(text);
	assert_int_equal(truncate(path, 32L << 20), 0);
	assert_int_equal(sysfs_read_file(&tree->fs, &text, &n, "f"), 0);
	assert_int_equal(n, 32 << 20);
	free(text);
}

static void test_regular(void **state)
{
	const struct tree *tree = *state;
	_cleanup_free_ char *text = NULL, *none = NULL;
	char *untouched = NULL;
	size_t n = 99;

	tree_text(tree, "f", "abc");
	tree_link(tree, "null", "/dev/null");
	tree_link(tree, "zero", "/dev/zero");
	tree_dir(tree, "d");
	assert_int_equal(mkfifoat(tree->fs.fd, "pipe", 0600), 0);
	assert_int_equal(sysfs_read_regular(&tree->fs, 2, &untouched, &n, "f"), -EFBIG);
	assert_int_equal(sysfs_read_regular(&tree->fs, 99, &untouched, &n, "pipe"), -EINVAL);
	assert_int_equal(sysfs_read_regular(&tree->fs, 99, &untouched, &n, "zero"), -EINVAL);
	assert_int_equal(sysfs_read_regular(&tree->fs, 99, &untouched, &n, "d"), -EINVAL);
	assert_int_equal(sysfs_read_regular(&tree->fs, 99, &untouched, &n, "none"), -ENOENT);
	assert_null(untouched);
	assert_int_equal(n, 99);
	assert_int_equal(sysfs_read_regular(&tree->fs, 3, &text, &n, "%s", "f"), 0);
	assert_int_equal(n, 3);
	assert_string_equal(text, "abc");
	assert_int_equal(sysfs_read_regular(&tree->fs, 3, &none, &n, "null"), 0);
	assert_int_equal(n, 0);
}

static void test_read_link(void **state)
{
	static const struct {
		const char *target, *name;
		size_t size;
		int result;
	} rows[] = {
		{ "../../a/PNP0C80:00", "PNP0C80:00", 11, 0 },
		{ "../../a/PNP0C80:00", NULL, 10, -E2BIG },
		{ "kmem", "kmem", 16, 0 },
		{ "/kmem", "kmem", 16, 0 },
	};
	const struct tree *tree = *state;
	char text[16];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree_link(tree, "l", rows[i].target);
		assert_int_equal(sysfs_read_link(&tree->fs, text, rows[i].size, "l"),
				 rows[i].result);
		if (rows[i].name)
			assert_string_equal(text, rows[i].name);
	}
	tree_text(tree, "f", "");
	assert_int_equal(sysfs_read_link(&tree->fs, text, sizeof(text), "f"), -EINVAL);
	assert_int_equal(sysfs_read_link(&tree->fs, text, sizeof(text), "none"), -ENOENT);
}

static void test_exists(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "d/f", "");
	tree_link(tree, "dangling", "nowhere");
	assert_true(sysfs_exists(&tree->fs, "d"));
	assert_true(sysfs_exists(&tree->fs, "d/%s", "f"));
	assert_true(sysfs_exists(&tree->fs, "dangling"));
	assert_false(sysfs_exists(&tree->fs, "none"));
	assert_false(sysfs_exists(&tree->fs, "d/f/x"));
}

static void test_opendir(void **state)
{
	const struct tree *tree = *state;
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	tree_text(tree, "d/a", "");
	tree_text(tree, "d/b", "");
	assert_int_equal(sysfs_opendir(&tree->fs, &dir, "d"), 0);
	assert_true(fcntl(dirfd(dir), F_GETFD) & FD_CLOEXEC);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	(void)closedir(dir);
	assert_int_equal(n, 2);
}

static void test_write(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "state", "");
	assert_int_equal(sysfs_write(&tree->fs, "online", "%s", "state"), 0);
	assert_text(tree, "state", "online");
	assert_int_equal(sysfs_write(&tree->fs, "x", "none"), -ENOENT);
	assert_false(tree_has(tree, "none"));
	tree_dir(tree, "d");
	assert_int_equal(sysfs_write(&tree->fs, "x", "d"), -EISDIR);
	tree_link(tree, "full", "/dev/full");
	assert_int_equal(sysfs_write(&tree->fs, "x", "full"), -ENOSPC);
}

static void test_mkdir(void **state)
{
	static const struct {
		const char *path;
		int result;
	} rows[] = {
		{ "run/memhp/pending", 0 }, { "run/memhp/pending", 0 }, { "run/memhp", 0 },
		{ "run//memhp//taken", 0 }, { "run/memhp/groups/", 0 }, { "link/x", 0 },
		{ "link", -ENOTDIR },	    { "file", -ENOTDIR },	{ "file/x", -ENOTDIR },
		{ "file/x/y", -ENOTDIR },   { "dangling/x", -ENOENT },
	};
	const struct tree *tree = *state;
	mode_t mask = umask(022);

	tree_text(tree, "file", "");
	tree_dir(tree, "directory");
	tree_link(tree, "link", "directory");
	tree_link(tree, "dangling", "nowhere");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = sysfs_mkdir(&tree->fs, 0700, "%s", rows[i].path);

		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].path, r);
	}
	(void)umask(mask);
	assert_int_equal(stat_of(tree, "run/memhp/pending").st_mode & 0777, 0700);
	assert_int_equal(stat_of(tree, "run/memhp").st_mode & 0777, 0755);
	assert_true(tree_has(tree, "run/memhp/taken"));
	assert_true(tree_has(tree, "directory/x"));
	assert_false(tree_has(tree, "nowhere"));
}

static void test_claim_dir(void **state)
{
	static const struct {
		const char *path;
		int result;
	} rows[] = {
		{ "directory", 0 },    { "new", 0 },
		{ "file", 0 },	       { "link", 0 },
		{ "dangling", 0 },     { "none/new", -ENOENT },
		{ "f/new", -ENOTDIR }, { "f/new/x", -ENOTDIR },
	};
	const struct tree *tree = *state;

	tree_text(tree, "f", "");
	tree_text(tree, "file", "");
	tree_text(tree, "directory/x", "");
	tree_link(tree, "link", "directory");
	tree_link(tree, "dangling", "nowhere");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = sysfs_claim_dir(&tree->fs, 0700, "%s", rows[i].path);

		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].path, r);
		if (r == 0)
			assert_true(S_ISDIR(stat_of(tree, rows[i].path).st_mode));
	}
	assert_int_equal(stat_of(tree, "file").st_mode & 0777, 0700);
	assert_true(tree_has(tree, "directory/x"));
	assert_false(tree_has(tree, "nowhere"));
	assert_false(tree_has(tree, "none"));
}

static void test_open_dir(void **state)
{
	const struct tree *tree = *state;
	_cleanup_close_ int fd = -1;

	tree_text(tree, "d/f", "");
	tree_link(tree, "l", "d");
	fd = sysfs_open_dir(&tree->fs, "d");
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(faccessat(fd, "f", F_OK, 0), 0);
	assert_int_equal(sysfs_open_dir(&tree->fs, "l"), -ENOTDIR);
	assert_int_equal(sysfs_open_dir(&tree->fs, "d/f"), -ENOTDIR);
	assert_int_equal(sysfs_open_dir(&tree->fs, "none"), -ENOENT);
}

static void test_remove(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "d/f", "");
	tree_link(tree, "l", "d/f");
	assert_int_equal(sysfs_rmdir(&tree->fs, "d"), -ENOTEMPTY);
	assert_int_equal(sysfs_rmdir(&tree->fs, "d/f"), -ENOTDIR);
	assert_int_equal(sysfs_unlink(&tree->fs, "d"), -EISDIR);
	assert_int_equal(sysfs_unlink(&tree->fs, "l"), 0);
	assert_true(tree_has(tree, "d/f"));
	assert_int_equal(sysfs_unlink(&tree->fs, "d/%c", 'f'), 0);
	assert_int_equal(sysfs_unlink(&tree->fs, "d/f"), -ENOENT);
	assert_int_equal(sysfs_rmdir(&tree->fs, "d"), 0);
	assert_int_equal(sysfs_rmdir(&tree->fs, "d"), -ENOENT);
}

static void test_remove_files(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "d/f", "");
	tree_text(tree, "victim/f", "");
	tree_link(tree, "d/link", "../victim");
	tree_link(tree, "l", "victim");
	assert_int_equal(sysfs_remove_files(&tree->fs, "l"), -ENOTDIR);
	assert_int_equal(sysfs_remove_files(&tree->fs, "%s", "d"), 0);
	assert_false(tree_has(tree, "d"));
	assert_true(tree_has(tree, "victim/f"));
	assert_int_equal(sysfs_remove_files(&tree->fs, "d"), -ENOENT);
	tree_dir(tree, "d/d");
	assert_int_equal(sysfs_remove_files(&tree->fs, "d"), -EISDIR);
	tree_text(tree, "e/.hidden", "");
	assert_int_equal(sysfs_remove_files(&tree->fs, "e"), -ENOTEMPTY);
}

static void test_rename(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "d/f", "one\n");
	assert_int_equal(sysfs_rename(&tree->fs, "d", "%s", "e"), 0);
	assert_false(tree_has(tree, "d"));
	assert_text(tree, "e/f", "one\n");
	tree_dir(tree, "empty");
	assert_int_equal(sysfs_rename(&tree->fs, "e", "empty"), 0);
	assert_text(tree, "empty/f", "one\n");
	tree_text(tree, "full/f", "two\n");
	assert_int_equal(sysfs_rename(&tree->fs, "empty", "full"), -ENOTEMPTY);
	assert_text(tree, "full/f", "two\n");
	assert_int_equal(sysfs_rename(&tree->fs, "none", "other"), -ENOENT);
}

static void test_replace(void **state)
{
	const struct tree *tree = *state;
	mode_t mask = umask(022);

	assert_int_equal(sysfs_replace(&tree->fs, STR("one\n"), "%s", "f"), 0);
	(void)umask(mask);
	assert_text(tree, "f", "one\n");
	assert_int_equal(stat_of(tree, "f").st_mode & 07777, 0644);
	tree_text(tree, "f.tmp", "of a writer that was killed\n");
	assert_int_equal(sysfs_replace(&tree->fs, STR("two\n"), "f"), 0);
	assert_text(tree, "f", "two\n");
	assert_int_equal(sysfs_replace(&tree->fs, STR(""), "f"), 0);
	assert_text(tree, "f", "");
	assert_int_equal(tree_count(tree, ""), 1);
}

static void test_replace_links(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "victim", "untouched\n");
	tree_link(tree, "f", "victim");
	tree_link(tree, "f.tmp", "victim");
	assert_int_equal(sysfs_replace(&tree->fs, STR("new\n"), "f"), 0);
	assert_text(tree, "victim", "untouched\n");
	assert_text(tree, "f", "new\n");
	assert_true(S_ISREG(stat_of(tree, "f").st_mode));
}

static void test_replace_errors(void **state)
{
	const struct tree *tree = *state;

	assert_int_equal(sysfs_replace(&tree->fs, STR("x"), "none/f"), -ENOENT);
	tree_dir(tree, "d");
	assert_int_equal(sysfs_replace(&tree->fs, STR("x"), "d"), -EISDIR);
	assert_false(tree_has(tree, "d.tmp"));
	tree_text(tree, "f", "old\n");
	tree_dir(tree, "f.tmp");
	assert_int_equal(sysfs_replace(&tree->fs, STR("x"), "f"), -EEXIST);
	assert_text(tree, "f", "old\n");
}

static void test_link(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "a%s", "a\n");
	tree_text(tree, "b", "b\n");
	tree_dir(tree, "d");
	assert_int_equal(sysfs_link(&tree->fs, "a%s", "l%d", 1), 0);
	assert_int_equal(stat_of(tree, "l1").st_ino, stat_of(tree, "a%s").st_ino);
	assert_int_equal(sysfs_link(&tree->fs, "b", "l1"), 0);
	assert_text(tree, "l1", "b\n");
	assert_text(tree, "a%s", "a\n");
	assert_int_equal(sysfs_link(&tree->fs, "none", "l2"), -ENOENT);
	assert_int_equal(sysfs_link(&tree->fs, "b", "d"), -EISDIR);
}

static void test_write_halves(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "f", "");
	play_errors(2, 0);
	assert_int_equal(sysfs_write(&tree->fs, "online", "f"),
			 -EIO); /* an attribute takes all at once */
	play_errors(-ENOMEM, 0);
	assert_int_equal(sysfs_write(&tree->fs, "online", "f"), -ENOMEM);
	play_errors(-EINTR, 2);
	assert_int_equal(sysfs_replace(&tree->fs, STR("online\n"), "f"), 0);
	assert_int_equal(n_writes, 2);
	assert_text(tree, "f", "online\n");
}

static void test_full_disk(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "f", "old\n");
	play_errors(2, -ENOSPC);
	assert_int_equal(sysfs_replace(&tree->fs, STR("new\n"), "f"), -ENOSPC);
	assert_text(tree, "f", "old\n");
	assert_int_equal(tree_count(tree, ""), 1);
}

/* udev imports the records of blocks while they are linked anew. */
static void test_link_never_missing(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "a", "a\n");
	tree_text(tree, "b", "b\n");
	watched = "l";
	watched_removed = false;
	assert_int_equal(sysfs_link(&tree->fs, "a", "l"), 0);
	assert_int_equal(sysfs_link(&tree->fs, "b", "l"), 0);
	assert_int_equal(sysfs_symlink(&tree->fs, "a", "l"), 0);
	watched = NULL;
	assert_int_equal(tree_count(tree, ""), 3);
	assert_false(watched_removed);
}

/* Whoever has the link must not lose it to an error. */
static void test_link_keeps(void **state)
{
	const struct tree *tree = *state;

	tree_text(tree, "old", "old\n");
	assert_int_equal(sysfs_link(&tree->fs, "none", "old"), -ENOENT);
	assert_text(tree, "old", "old\n");
	tree_dir(tree, "d");
	assert_true(sysfs_link(&tree->fs, "d", "old") < 0);
	assert_text(tree, "old", "old\n");
}

static void test_symlink(void **state)
{
	const struct tree *tree = *state;
	char name[16];

	tree_text(tree, "f", "f\n");
	tree_dir(tree, "d");
	assert_int_equal(sysfs_symlink(&tree->fs, "../a%s", "l%d", 1), 0);
	assert_int_equal(sysfs_read_link(&tree->fs, name, sizeof(name), "l1"), 0);
	assert_string_equal(name, "a%s");
	assert_int_equal(sysfs_symlink(&tree->fs, "b", "l1"), 0);
	assert_int_equal(sysfs_read_link(&tree->fs, name, sizeof(name), "l1"), 0);
	assert_string_equal(name, "b");
	assert_int_equal(sysfs_symlink(&tree->fs, "b", "f"), 0);
	assert_true(S_ISLNK(stat_of(tree, "f").st_mode));
	assert_int_equal(sysfs_symlink(&tree->fs, "b", "d"), -EISDIR);
	assert_int_equal(sysfs_symlink(&tree->fs, "b", "none/l"), -ENOENT);
}

/* Nothing that is done in @dir, which is a link or below one, comes to the directory behind. */
static void assert_not_followed(const struct sysfs *fs, const char *dir)
{
	char from[64], text[8] = "old", *file;
	uint64_t number;
	struct stat st;
	size_t n;
	DIR *stream;

	(void)snprintf(from, sizeof(from), "%s/f", dir);
	assert_int_equal(sysfs_read(fs, text, sizeof(text), "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_read_u64(fs, 10, &number, "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_read_file(fs, &file, &n, "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_read_regular(fs, 9, &file, &n, "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_read_link(fs, text, sizeof(text), "%s/l", dir), -ENOTDIR);
	assert_int_equal(sysfs_open_file(fs, "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_opendir(fs, &stream, "%s/d", dir), -ENOTDIR);
	assert_int_equal(sysfs_opendir_real(fs, &stream, "%s/d", dir), -ENOTDIR);
	assert_int_equal(sysfs_stat(fs, &st, "%s/f", dir), -ENOTDIR);
	assert_false(sysfs_exists(fs, "%s/f", dir));
	assert_int_equal(sysfs_mkdir(fs, 0755, "%s/n/n", dir), -ENOTDIR);
	assert_int_equal(sysfs_open_dir(fs, "%s/d", dir), -ENOTDIR);
	assert_int_equal(sysfs_unlink(fs, "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_rmdir(fs, "%s/d", dir), -ENOTDIR);
	assert_int_equal(sysfs_remove_files(fs, "%s/d", dir), -ENOTDIR);
	assert_int_equal(sysfs_rename(fs, "mine", "%s/n", dir), -ENOTDIR);
	assert_int_equal(sysfs_rename(fs, from, "mine"), -ENOTDIR);
	assert_int_equal(sysfs_replace(fs, STR("x"), "%s/f", dir), -ENOTDIR);
	assert_int_equal(sysfs_link(fs, "mine", "%s/n", dir), -ENOTDIR);
	assert_int_equal(sysfs_link(fs, from, "mine"), -ENOTDIR);
	assert_int_equal(sysfs_symlink(fs, "x", "%s/n", dir), -ENOTDIR);
}

static void test_links_in_run(void **state)
{
	const struct tree *tree = *state;
	char *file = NULL;
	size_t n;
	DIR *dir;

	tree_add(tree, (const struct tree_node[]){
			       { "victim/f", "1\n" },
			       { "victim/l", "-> f" },
			       { "victim/d", NULL },
			       { "mine", "mine\n" },
			       { "run/memhp", "-> ../victim" },
			       { "run/memhp.stopped/groups", "-> ../../victim" },
			       { "run/memhp.stopped/f", "-> ../../victim/f" },
			       { NULL, NULL },
		       });
	assert_not_followed(&tree->fs, "run/memhp");
	assert_not_followed(&tree->fs, "run/memhp.stopped/groups");
	assert_int_equal(sysfs_opendir(&tree->fs, &dir, "run/memhp"), -ENOTDIR);
	assert_int_equal(sysfs_read_file(&tree->fs, &file, &n, "run/memhp.stopped/f"), -ELOOP);
	assert_int_equal(tree_count(tree, "victim"), 3);
	assert_text(tree, "victim/f", "1\n");
	assert_text(tree, "mine", "mine\n");
}

static void test_linked_run(void **state)
{
	const struct tree *tree = *state;
	char text[8];

	tree_dir(tree, "var/run");
	tree_link(tree, "run", "var/run");
	assert_int_equal(sysfs_mkdir(&tree->fs, 0755, "run/memhp/groups"), 0);
	assert_int_equal(sysfs_replace(&tree->fs, STR("one\n"), "run/memhp/groups/%s", "g"), 0);
	assert_int_equal(sysfs_link(&tree->fs, "run/memhp/groups/g", "run/memhp/g"), 0);
	assert_int_equal(sysfs_rename(&tree->fs, "run/memhp", "run/memhp.stopped"), 0);
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "run/memhp.stopped/g"), 0);
	assert_string_equal(text, "one");
	assert_text(tree, "var/run/memhp.stopped/groups/g", "one\n");
	/* What only begins like it is not ours. */
	tree_link(tree, "var/run/memhp.conf.d", "memhp.stopped");
	assert_true(sysfs_exists(&tree->fs, "run/memhp.conf.d/g"));
}

/* An alarm that is not handled ends a program that waits. */
static void test_pipes_in_run(void **state)
{
	const struct tree *tree = *state;
	char text[8], path[512], *file = NULL;
	size_t n;

	tree_dir(tree, "run/memhp/d");
	(void)snprintf(path, sizeof(path), "%s/run/memhp/pipe", tree->root);
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(10);
	assert_int_equal(sysfs_read_file(&tree->fs, &file, &n, "run/memhp/pipe"), -EINVAL);
	assert_int_equal(sysfs_read(&tree->fs, text, sizeof(text), "run/memhp/pipe"), -EINVAL);
	(void)alarm(0);
	assert_int_equal(sysfs_read_file(&tree->fs, &file, &n, "run/memhp/d"), -EINVAL);
	assert_null(file);
}

static void test_long_names(void **state)
{
	const struct tree *tree = *state;
	const struct sysfs *fs = &tree->fs;
	char name[PATH_MAX + 1], text[8], *file;
	uint64_t number;
	size_t n;
	DIR *dir;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(sysfs_read(fs, text, sizeof(text), "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_read_u64(fs, 10, &number, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_read_file(fs, &file, &n, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_read_link(fs, text, sizeof(text), "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_opendir(fs, &dir, "%s", name), -ENAMETOOLONG);
	assert_false(sysfs_exists(fs, "%s", name));
	assert_int_equal(sysfs_write(fs, "x", "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_mkdir(fs, 0755, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_open_dir(fs, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_unlink(fs, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_rmdir(fs, "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_replace(fs, STR("x"), "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_link(fs, "x", "%s", name), -ENAMETOOLONG);
	assert_int_equal(sysfs_symlink(fs, "x", "%s", name), -ENAMETOOLONG);
	assert_int_equal(tree_count(tree, ""), 0);
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a root is a directory", test_open),
		TREE_TEST("an attribute is read whole, without its newline, or not", test_read),
		TREE_TEST("what cannot be read leaves the outputs alone", test_read_errors),
		TREE_TEST("an attribute is a number or refused", test_numbers),
		TREE_TEST("a file is read to its end", test_file),
		TREE_TEST("a file without end is refused", test_huge_file),
		TREE_TEST("a file of somebody else is regular, and small", test_regular),
		TREE_TEST("a link is its last component", test_read_link),
		TREE_TEST("a dangling link exists", test_exists),
		TREE_TEST("a directory is listed", test_opendir),
		TREE_TEST("a write makes no file", test_write),
		TREE_TEST("a write that is interrupted goes on, half of one is an error",
			  test_write_halves),
		TREE_TEST("a full disk leaves the old file", test_full_disk),
		TREE_TEST("directories are made with their parents", test_mkdir),
		TREE_TEST("a directory of ours takes the place of a file or a link",
			  test_claim_dir),
		TREE_TEST("a link to a directory is not opened", test_open_dir),
		TREE_TEST("removing does not follow links", test_remove),
		TREE_TEST("a directory of files is removed, and no link is followed",
			  test_remove_files),
		TREE_TEST("what is renamed takes the place of an empty directory only",
			  test_rename),
		TREE_TEST("a replaced file leaves nothing behind", test_replace),
		TREE_TEST("replacing does not follow links", test_replace_links),
		TREE_TEST("a file that cannot be replaced stays", test_replace_errors),
		TREE_TEST("a hard link replaces what had the name", test_link),
		TREE_TEST("a hard link that cannot be made leaves what was there", test_link_keeps),
		TREE_TEST("a link is never missing while it is replaced", test_link_never_missing),
		TREE_TEST("a symbolic link replaces what had the name", test_symlink),
		TREE_TEST("no link in /run/memhp is followed", test_links_in_run),
		TREE_TEST("/run may be a link", test_linked_run),
		TREE_TEST("nothing waits for a pipe in /run/memhp", test_pipes_in_run),
		TREE_TEST("a path that is too long is refused, not cut", test_long_names),
	};

	return cmocka_run_group_tests_name("sysfs", tests, NULL, NULL);
}
