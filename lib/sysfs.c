/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place that opens files: everything below one root directory handle. */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "paths.h"

#define FILE_SIZE_MAX (64U << 20)

/* What a path means: a name in a directory. */
struct place {
	int dir;
	const char *name;
	bool is_ours; /* in /run/memhp, where nothing but directories and regular files has a meaning */
	int own;      /* the directory, where it was opened for this; else -1 */
};

#define PLACE_NONE ((struct place){ .dir = -1, .own = -1 })

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

static void place_done(struct place *place)
{
	closep(&place->own);
}

#define _cleanup_place_ _cleanup_(place_done)

/* Below PATH_RUN, or what that is called while memhp is stopped. */
static bool is_ours(const char *path)
{
	const char *const paths[] = { PATH_RUN, PATH_STOPPED };

	for (size_t i = 0; i < ARRAY_SIZE(paths) && path[0] == paths[i][0]; i++) {
		size_t n = strlen(paths[i]);

		if (strncmp(path, paths[i], n) == 0 && (path[n] == '/' || path[n] == '\0'))
			return true;
	}
	return false;
}

/*
 * In /run/memhp one directory after the other is opened, so that no link leads elsewhere; /run itself
 * may be one. @path is changed meanwhile, and has to stay as long as @ret.
 */
static int find_place(const struct sysfs *fs, char *path, struct place *ret)
{
	struct place place = { .dir = fs->fd, .name = path, .is_ours = is_ours(path), .own = -1 };
	char *slash = place.is_ours ? strchr(path + strlen(PATH_RUN), '/') : NULL;

	for (; slash; slash = strchr(slash + 1, '/')) {
		int fd, error;

		if (slash[1] == '/' || slash[1] == '\0')
			continue;
		*slash = '\0';
		fd = openat(place.dir, place.name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		error = errno;
		*slash = '/';
		place_done(&place);
		if (fd < 0)
			return -error;
		place = (struct place){ .dir = fd, .name = slash + 1, .is_ours = true, .own = fd };
	}
	*ret = place;
	return 0;
}

/* Turns the variable arguments behind @fmt into "path", and that into "place", or returns. */
#define FIND_PLACE(place, path, fmt)                    \
	do {                                            \
		int find_;                              \
                                                        \
		FORMAT_PATH(path, fmt);                 \
		find_ = find_place(fs, path, &(place)); \
		if (find_ < 0)                          \
			return find_;                   \
	} while (0)

/* A descriptor to read by; of what is ours only of a regular file, and without waiting for a pipe. */
static int open_to_read(const struct place *place)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	int ret;

	if (!place->is_ours) {
		fd = openat(place->dir, place->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	} else {
		fd = openat(place->dir, place->name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		if (fd >= 0 && fstat(fd, &st) < 0)
			return -errno;
		if (fd >= 0 && !S_ISREG(st.st_mode))
			return -EINVAL;
	}
	if (fd < 0)
		return -errno;
	ret = fd;
	fd = -1;
	return ret;
}

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

static int read_attr(const struct place *place, char *ret, size_t size)
{
	_cleanup_close_ int fd = open_to_read(place);
	char extra;
	ssize_t n;

	if (fd < 0)
		return fd;

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
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	return read_attr(&place, ret, size);
}

int sysfs_read_u64(const struct sysfs *fs, unsigned base, uint64_t *ret, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX], text[64];
	int r;

	FIND_PLACE(place, path, fmt);
	r = read_attr(&place, text, sizeof(text));
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
	_cleanup_place_ struct place place = PLACE_NONE;
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	fd = open_to_read(&place);
	if (fd < 0)
		return fd;
	return slurp(fd, ret, ret_size);
}

int sysfs_open_file(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	int fd;

	FIND_PLACE(place, path, fmt);
	fd = openat(place.dir, place.name,
		    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			    (place.is_ours ? O_NOFOLLOW : 0));
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
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t n;

	FIND_PLACE(place, path, fmt);
	n = readlinkat(place.dir, place.name, target, sizeof(target) - 1);
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

static int open_stream(const struct place *place, DIR **ret, int flags)
{
	int fd = openat(place->dir, place->name,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags |
				(place->is_ours ? O_NOFOLLOW : 0));
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
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	return open_stream(&place, ret, 0);
}

int sysfs_opendir_real(const struct sysfs *fs, DIR **ret, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	return open_stream(&place, ret, O_NOFOLLOW);
}

int sysfs_stat(const struct sysfs *fs, struct stat *ret, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	int flags;

	FIND_PLACE(place, path, fmt);
	flags = place.is_ours ? AT_SYMLINK_NOFOLLOW : 0;
	return fstatat(place.dir, place.name, ret, flags) < 0 ? -errno : 0;
}

bool sysfs_exists(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = format_path(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (r == 0)
		r = find_place(fs, path, &place);
	return r == 0 && faccessat(place.dir, place.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
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

static int make_dir(const struct place *place, unsigned mode)
{
	struct stat st;

	if (mkdirat(place->dir, place->name, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* Of ours it has to be a real one: others, as /run, may be links. */
static int make_parent(const struct sysfs *fs, char *path)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	int r = find_place(fs, path, &place);

	if (r < 0)
		return r;
	if (place.is_ours)
		return make_dir(&place, 0755);
	return mkdirat(place.dir, place.name, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

int sysfs_mkdir(const struct sysfs *fs, unsigned mode, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	char *slash;
	int r = 0;

	FORMAT_PATH(path, fmt);
	for (slash = strchr(path, '/'); slash && r == 0; slash = strchr(slash + 1, '/')) {
		if (slash == path)
			continue;
		*slash = '\0';
		r = make_parent(fs, path);
		*slash = '/';
	}
	if (r == 0)
		r = find_place(fs, path, &place);
	return r < 0 ? r : make_dir(&place, mode);
}

int sysfs_claim_dir(const struct sysfs *fs, unsigned mode, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	int r;

	FIND_PLACE(place, path, fmt);
	r = make_dir(&place, mode);
	if (r == -ENOTDIR && unlinkat(place.dir, place.name, 0) == 0)
		r = make_dir(&place, mode);
	return r;
}

int sysfs_open_dir(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];
	int fd;

	FIND_PLACE(place, path, fmt);
	fd = openat(place.dir, place.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysfs_unlink(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	return unlinkat(place.dir, place.name, 0) < 0 ? -errno : 0;
}

int sysfs_rmdir(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	return unlinkat(place.dir, place.name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int sysfs_remove_files(const struct sysfs *fs, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	int r;

	FIND_PLACE(place, path, fmt);
	r = open_stream(&place, &dir, O_NOFOLLOW);
	if (!dir)
		return r;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return unlinkat(place.dir, place.name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Of a path that is not formatted. */
static int find_fixed_place(const struct sysfs *fs, const char *from,
			    char ret_path[static PATH_MAX], struct place *ret)
{
	size_t n = strlen(from);

	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(ret_path, from, n + 1);
	return find_place(fs, ret_path, ret);
}

int sysfs_rename(const struct sysfs *fs, const char *from, const char *fmt, ...)
{
	_cleanup_place_ struct place old = PLACE_NONE, place = PLACE_NONE;
	char from_path[PATH_MAX], path[PATH_MAX];
	int r;

	FIND_PLACE(place, path, fmt);
	r = find_fixed_place(fs, from, from_path, &old);
	if (r < 0)
		return r;
	return renameat(old.dir, old.name, place.dir, place.name) < 0 ? -errno : 0;
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

static int write_new_file(int dir, const char *name, struct str content)
{
	_cleanup_close_ int fd = -1;

	/* What a killed writer left behind; O_EXCL then makes sure that nobody lent us a link. */
	(void)unlinkat(dir, name, 0);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	return write_all(fd, content);
}

int sysfs_replace(const struct sysfs *fs, struct str content, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX - 8], temporary[PATH_MAX];
	int r;

	FIND_PLACE(place, path, fmt);
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", place.name);
	r = write_new_file(place.dir, temporary, content);
	if (r == 0 && renameat(place.dir, temporary, place.dir, place.name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(place.dir, temporary, 0); /* the first error is the one to report */
	return r;
}

/* The name is never missing: what has it stays until the new one, made beside it, takes its place. */
static int rename_over(const struct place *place, const char *temporary)
{
	int r = renameat(place->dir, temporary, place->dir, place->name) < 0 ? -errno : 0;

	/* Renaming leaves it when both are names of the same file already. */
	if (unlinkat(place->dir, temporary, 0) < 0 && errno != ENOENT && r == 0)
		r = -errno;
	return r;
}

int sysfs_link(const struct sysfs *fs, const char *existing, const char *fmt, ...)
{
	_cleanup_place_ struct place old = PLACE_NONE, place = PLACE_NONE;
	char existing_path[PATH_MAX], path[PATH_MAX - 8], temporary[PATH_MAX];
	int r;

	FIND_PLACE(place, path, fmt);
	r = find_fixed_place(fs, existing, existing_path, &old);
	if (r < 0)
		return r;
	if (linkat(old.dir, old.name, place.dir, place.name, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", place.name);
	(void)unlinkat(place.dir, temporary, 0); /* what a killed process left behind */
	if (linkat(old.dir, old.name, place.dir, temporary, 0) < 0)
		return -errno;
	return rename_over(&place, temporary);
}

int sysfs_symlink(const struct sysfs *fs, const char *target, const char *fmt, ...)
{
	_cleanup_place_ struct place place = PLACE_NONE;
	char path[PATH_MAX - 8], temporary[PATH_MAX];

	FIND_PLACE(place, path, fmt);
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", place.name);
	(void)unlinkat(place.dir, temporary, 0); /* what a killed process left behind */
	if (symlinkat(target, place.dir, temporary) < 0)
		return -errno;
	return rename_over(&place, temporary);
}
