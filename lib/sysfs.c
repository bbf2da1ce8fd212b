/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place that opens files: everything below one root directory handle. */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sysmacros.h>

#define FILE_SIZE_MAX (64U << 20)

_printf_(3, 0) static int format_path(char *ret, size_t size, const char *fmt, va_list ap)
{
	int len = vsnprintf(ret, size, fmt, ap);

	if (len < 0 || (size_t)len >= size)
		return -ENAMETOOLONG;
	return 0;
}

/* Turns the variable arguments behind @fmt into "path", or returns. */
#define FORMAT_PATH(path, fmt)                                  \
	do {                                                    \
		va_list ap_;                                    \
		int r_;                                         \
                                                                \
		va_start(ap_, fmt);                             \
		r_ = format_path(path, sizeof(path), fmt, ap_); \
		va_end(ap_);                                    \
		if (r_ < 0)                                     \
			return r_;                              \
	} while (0)

int sysfs_open(struct sysfs *ret, const char *root)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret->fd = fd;
	return 0;
}

void sysfs_close(struct sysfs *fs)
{
	closep(&fs->fd);
	fs->fd = -1;
}

static int read_attr(const struct sysfs *fs, char *ret, size_t size, const char *path)
{
	_cleanup_close_ int fd = openat(fs->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char extra;
	ssize_t n;

	if (fd < 0)
		return -errno;

	/* The kernel hands out a whole attribute at once. */
	n = read(fd, ret, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size && (ret[n - 1] != '\n' || read(fd, &extra, 1) > 0))
		return -E2BIG;
	if (n > 0 && ret[n - 1] == '\n')
		n--;
	if (memchr(ret, '\0', (size_t)n))
		return -EBADMSG;
	ret[n] = '\0';
	return 0;
}

int sysfs_read(const struct sysfs *fs, char *ret, size_t size, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return read_attr(fs, ret, size, path);
}

int sysfs_read_u64(const struct sysfs *fs, unsigned base, uint64_t *ret, const char *fmt, ...)
{
	char path[PATH_MAX], text[64];
	int r;

	FORMAT_PATH(path, fmt);
	r = read_attr(fs, text, sizeof(text), path);
	if (r < 0)
		return r;
	return parse_u64(str_of(text), base, ret);
}

/* Reads to the end of @fd; /proc files have no size to ask for. */
static int slurp(int fd, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, room = 0;
	ssize_t n;

	for (;;) {
		if (room - size < 2) {
			char *more;

			if (room >= FILE_SIZE_MAX)
				return -EFBIG;
			room = room ? room * 2 : 16384;
			more = realloc(text, room);
			if (!more)
				return -ENOMEM;
			text = more;
		}
		n = read(fd, text + size, room - size - 1);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (n == 0)
			break;
		size += (size_t)n;
	}

	text[size] = '\0';
	*ret = text;
	*ret_size = size;
	text = NULL;
	return 0;
}

int sysfs_read_file(const struct sysfs *fs, char **ret, size_t *ret_size, const char *fmt, ...)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	fd = openat(fs->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	return slurp(fd, ret, ret_size);
}

int sysfs_open_file(const struct sysfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];
	int fd;

	FORMAT_PATH(path, fmt);
	fd = openat(fs->fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

int sysfs_read_regular(const struct sysfs *fs, size_t max, char **ret, size_t *ret_size,
		       const char *fmt, ...)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	struct stat st;

	FORMAT_PATH(path, fmt);
	fd = sysfs_open_file(fs, "%s", path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !is_null_device(&st))
		return -EINVAL;
	if (st.st_size > 0 && (uint64_t)st.st_size > max)
		return -EFBIG;
	return slurp(fd, ret, ret_size);
}

int sysfs_read_link(const struct sysfs *fs, char *ret, size_t size, const char *fmt, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t n;

	FORMAT_PATH(path, fmt);
	n = readlinkat(fs->fd, path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) >= size)
		return -E2BIG;
	memcpy(ret, name, strlen(name) + 1);
	return 0;
}

static int open_stream(int root, DIR **ret, const char *path, int flags)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		int r = -errno;

		closep(&fd);
		return r;
	}
	*ret = dir;
	return 0;
}

int sysfs_opendir(const struct sysfs *fs, DIR **ret, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return open_stream(fs->fd, ret, path, 0);
}

int sysfs_opendir_real(const struct sysfs *fs, DIR **ret, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return open_stream(fs->fd, ret, path, O_NOFOLLOW);
}

int sysfs_stat(const struct sysfs *fs, struct stat *ret, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return fstatat(fs->fd, path, ret, 0) < 0 ? -errno : 0;
}

bool sysfs_exists(const struct sysfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = format_path(path, sizeof(path), fmt, ap);
	va_end(ap);
	return r == 0 && faccessat(fs->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int sysfs_write(const struct sysfs *fs, const char *value, const char *fmt, ...)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	ssize_t n;

	FORMAT_PATH(path, fmt);
	fd = openat(fs->fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = write(fd, value, strlen(value));
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(value) ? 0 : -EIO;
}

static int make_dir(int root, const char *path, unsigned mode)
{
	struct stat st;

	if (mkdirat(root, path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int sysfs_mkdir(const struct sysfs *fs, unsigned mode, const char *fmt, ...)
{
	char path[PATH_MAX];
	char *slash;

	FORMAT_PATH(path, fmt);
	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (slash == path)
			continue;
		*slash = '\0';
		/*
		 * Only the directory that was asked for has to be a real one: /run may be a link.
		 */
		if (mkdirat(fs->fd, path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return make_dir(fs->fd, path, mode);
}

int sysfs_claim_dir(const struct sysfs *fs, unsigned mode, const char *fmt, ...)
{
	char path[PATH_MAX];

	int r;

	FORMAT_PATH(path, fmt);
	r = make_dir(fs->fd, path, mode);
	if (r == -ENOTDIR && unlinkat(fs->fd, path, 0) == 0)
		r = make_dir(fs->fd, path, mode);
	return r;
}

int sysfs_open_dir(const struct sysfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];
	int fd;

	FORMAT_PATH(path, fmt);
	fd = openat(fs->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysfs_unlink(const struct sysfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return unlinkat(fs->fd, path, 0) < 0 ? -errno : 0;
}

int sysfs_rmdir(const struct sysfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return unlinkat(fs->fd, path, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int sysfs_remove_files(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	int r;

	FORMAT_PATH(path, fmt);
	r = open_stream(fs->fd, &dir, path, O_NOFOLLOW);
	if (!dir)
		return r;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return unlinkat(fs->fd, path, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int sysfs_rename(const struct sysfs *fs, const char *from, const char *fmt, ...)
{
	char path[PATH_MAX];

	FORMAT_PATH(path, fmt);
	return renameat(fs->fd, from, fs->fd, path) < 0 ? -errno : 0;
}

static int write_all(int fd, struct str content)
{
	while (content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.p += n;
		content.n -= (size_t)n;
	}
	return 0;
}

static int write_new_file(int root, const char *path, struct str content)
{
	_cleanup_close_ int fd = -1;

	/* What a killed writer left behind; O_EXCL then makes sure that nobody lent us a link. */
	(void)unlinkat(root, path, 0);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	return write_all(fd, content);
}

int sysfs_replace(const struct sysfs *fs, struct str content, const char *fmt, ...)
{
	char path[PATH_MAX - 8], temporary[PATH_MAX];
	int r;

	FORMAT_PATH(path, fmt);
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	r = write_new_file(fs->fd, temporary, content);
	if (r == 0 && renameat(fs->fd, temporary, fs->fd, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(fs->fd, temporary, 0); /* the first error is the one to report */
	return r;
}

/* The name is never missing: what has it stays until the new one, made beside it, takes its place. */
static int rename_over(int root, const char *temporary, const char *path)
{
	int r = renameat(root, temporary, root, path) < 0 ? -errno : 0;

	/* Renaming leaves it when both are names of the same file already. */
	if (unlinkat(root, temporary, 0) < 0 && errno != ENOENT && r == 0)
		r = -errno;
	return r;
}

int sysfs_link(const struct sysfs *fs, const char *existing, const char *fmt, ...)
{
	char path[PATH_MAX - 8], temporary[PATH_MAX];

	FORMAT_PATH(path, fmt);
	if (linkat(fs->fd, existing, fs->fd, path, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	(void)unlinkat(fs->fd, temporary, 0); /* what a killed process left behind */
	if (linkat(fs->fd, existing, fs->fd, temporary, 0) < 0)
		return -errno;
	return rename_over(fs->fd, temporary, path);
}

int sysfs_symlink(const struct sysfs *fs, const char *target, const char *fmt, ...)
{
	char path[PATH_MAX - 8], temporary[PATH_MAX];

	FORMAT_PATH(path, fmt);
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	(void)unlinkat(fs->fd, temporary, 0); /* what a killed process left behind */
	if (symlinkat(target, fs->fd, temporary) < 0)
		return -errno;
	return rename_over(fs->fd, temporary, path);
}
