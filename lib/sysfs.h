/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One handle on one machine: "/" in production, a captured tree in tests. The only module that
 * opens files below it. Every path is relative to the root, formatted as by printf(3), and cut off
 * with -ENAMETOOLONG rather than shortened. All functions return 0 (or what they say) or -errno;
 * -ENOENT and -ENODEV are normal answers of a machine whose memory comes and goes.
 *
 * In /run/memhp (and in /run/memhp.stopped) no symbolic link is followed, not that directory itself
 * if it were one: -ENOTDIR, or -ELOOP for the last component; and only a regular file is read, else
 * -EINVAL. Whoever can make something else there cannot lead root elsewhere, or have it wait.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "macro.h"
#include "parse.h"

struct sysfs {
	int fd;
};

_must_check_ int sysfs_open(struct sysfs *ret, const char *root);
void sysfs_close(struct sysfs *fs);

/*
 * One attribute, terminated, without its last newline. -E2BIG when it needs more than @size - 1
 * bytes, -EBADMSG (NUL).
 */
_must_check_ _printf_(4, 5) int sysfs_read(const struct sysfs *fs, char *ret, size_t size,
					   const char *fmt, ...);

/* An attribute that is a number of @base 10 or 16. Also -EINVAL, -ERANGE. */
_must_check_ _printf_(4, 5) int sysfs_read_u64(const struct sysfs *fs, unsigned base, uint64_t *ret,
					       const char *fmt, ...);

/*
 * A whole file of any length on the heap; the text is terminated as well. -EFBIG beyond 64 MiB,
 * -ENOMEM.
 */
_must_check_ _printf_(4, 5) int sysfs_read_file(const struct sysfs *fs, char **ret,
						size_t *ret_size, const char *fmt, ...);

/* A descriptor to read a device or a file by; never waits for a device that is not ready. */
_must_check_ _printf_(2, 3) int sysfs_open_file(const struct sysfs *fs, const char *fmt, ...);

/*
 * As sysfs_read_file(), a regular file of at most @max bytes that somebody else has made: nothing
 * here waits for a pipe or a terminal. A link to /dev/null is an empty file. Also -EINVAL (no
 * regular file).
 */
_must_check_ _printf_(5, 6) int sysfs_read_regular(const struct sysfs *fs, size_t max, char **ret,
						   size_t *ret_size, const char *fmt, ...);

/* The last component of what a symbolic link points to. */
_must_check_ _printf_(4, 5) int sysfs_read_link(const struct sysfs *fs, char *ret, size_t size,
						const char *fmt, ...);

_must_check_ _printf_(3, 4) int sysfs_opendir(const struct sysfs *fs, DIR **ret, const char *fmt,
					      ...);

/*
 * Of a directory, st_nlink tells how many names it has: its own "." and those of its subdirectories
 * as ".."; it is 1 where the file system does not count. In sysfs st_ino tells a device from one
 * that takes its place later (fs/kernfs/dir.c, __kernfs_new_node()).
 */
_must_check_ _printf_(3, 4) int sysfs_stat(const struct sysfs *fs, struct stat *ret,
					   const char *fmt, ...);

_printf_(2, 3) bool sysfs_exists(const struct sysfs *fs, const char *fmt, ...);

/* Writes @value at once to an attribute that is there. */
_must_check_ _printf_(3, 4) int sysfs_write(const struct sysfs *fs, const char *value,
					    const char *fmt, ...);

/*
 * Below /run, and in a generator's output: nothing of these follows a symbolic link in the last
 * component. sysfs_mkdir() makes missing parents (0755) as well and is content with a directory
 * that is there; so is sysfs_claim_dir(), whose parent has to be there and which puts it in place of
 * a file or a link; sysfs_open_dir() gives a descriptor that flock(2) and openat(2) take.
 */
_must_check_ _printf_(3, 4) int sysfs_mkdir(const struct sysfs *fs, unsigned mode, const char *fmt,
					    ...);
_must_check_ _printf_(3, 4) int sysfs_claim_dir(const struct sysfs *fs, unsigned mode,
						const char *fmt, ...);
_must_check_ _printf_(2, 3) int sysfs_open_dir(const struct sysfs *fs, const char *fmt, ...);
_must_check_ _printf_(3, 4) int sysfs_opendir_real(const struct sysfs *fs, DIR **ret,
						   const char *fmt, ...);
_must_check_ _printf_(2, 3) int sysfs_unlink(const struct sysfs *fs, const char *fmt, ...);
_must_check_ _printf_(2, 3) int sysfs_rmdir(const struct sysfs *fs, const char *fmt, ...);

/* The directory with all files that it has, but for those whose names begin with a dot. */
_must_check_ _printf_(2, 3) int sysfs_remove_files(const struct sysfs *fs, const char *fmt, ...);

/*
 * Gives what is at @from, a path that is not formatted, another name. A directory takes the place of
 * an empty one only: else -ENOTEMPTY or -EEXIST.
 */
_must_check_ _printf_(3, 4) int sysfs_rename(const struct sysfs *fs, const char *from,
					     const char *fmt, ...);

/*
 * The file has the new @content, or, on failure, what it had before: a temporary name in the same
 * directory, then rename.
 */
_must_check_ _printf_(3, 4) int sysfs_replace(const struct sysfs *fs, struct str content,
					      const char *fmt, ...);

/*
 * Gives the file @existing, a path that is not formatted, one more name, in place of what had that
 * name.
 */
_must_check_ _printf_(3, 4) int sysfs_link(const struct sysfs *fs, const char *existing,
					   const char *fmt, ...);

/* A symbolic link to @target, a path that is not formatted, in place of what had that name. */
_must_check_ _printf_(3, 4) int sysfs_symlink(const struct sysfs *fs, const char *target,
					      const char *fmt, ...);
