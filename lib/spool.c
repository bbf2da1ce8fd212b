/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names in three directories, and flock(2) on the first. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "clock.h"
#include "parse.h"
#include "paths.h"

#define NAME_SIZE 32
#define LOCK_PAUSE_MS 20

static void block_name(char ret[static NAME_SIZE], uint64_t block)
{
	(void)snprintf(ret, NAME_SIZE, "memory%llu", (unsigned long long)block);
}

int spool_open(const struct sysfs *fs, struct spool *ret)
{
	struct spool spool = SPOOL_CLOSED;
	int r;

	spool.pending = sysfs_open_dir(fs, PATH_PENDING);
	if (spool.pending == -ENOENT || spool.pending == -ENOTDIR) {
		r = sysfs_claim_dir(fs, 0700, PATH_PENDING);
		if (r < 0)
			return r;
		spool.pending = sysfs_open_dir(fs, PATH_PENDING);
	}
	if (spool.pending < 0)
		return spool.pending;
	*ret = spool;
	return 0;
}

int spool_open_lock(const struct sysfs *fs, struct spool *ret)
{
	int fd = sysfs_open_dir(fs, PATH_MEMORY);

	if (fd < 0)
		return fd;
	*ret = SPOOL_CLOSED;
	ret->pending = fd;
	return 0;
}

void spool_close(struct spool *spool)
{
	closep(&spool->pending);
	closep(&spool->taken);
	closep(&spool->held);
	*spool = SPOOL_CLOSED;
}

/*
 * Nobody has put a directory there on purpose. With something in it, it gets a name that nobody looks
 * at.
 */
static int clear_away(int dir, const char *name)
{
	char hidden[NAME_MAX + 2];

	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return 0;
	(void)snprintf(hidden, sizeof(hidden), ".%s", name);
	return renameat(dir, name, dir, hidden) < 0 ? -errno : 0;
}

static int touch(int dir, uint64_t block)
{
	const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	_cleanup_close_ int fd = -1;
	char name[NAME_SIZE];

	block_name(name, block);
	fd = openat(dir, name, flags, 0600);
	if (fd < 0 && errno == EISDIR && clear_away(dir, name) == 0)
		fd = openat(dir, name, flags, 0600);
	return fd < 0 ? -errno : 0;
}

int spool_drop(const struct spool *spool, uint64_t block)
{
	return touch(spool->pending, block);
}

int spool_keep(const struct spool *spool, uint64_t block)
{
	char name[NAME_SIZE];

	/* Where it is held, that name has room on a file system that is full as well. */
	block_name(name, block);
	if (renameat(spool->held, name, spool->taken, name) == 0)
		return 0;
	return touch(spool->taken, block);
}

bool spool_can_hold(const struct spool *spool)
{
	return spool->held >= 0;
}

int spool_hold(const struct spool *spool, uint64_t block)
{
	return touch(spool->held, block);
}

int spool_try_lock(struct spool *spool)
{
	if (flock(spool->pending, LOCK_EX | LOCK_NB) == 0)
		return 1;
	return errno == EWOULDBLOCK ? 0 : -errno;
}

int spool_wait_lock(struct spool *spool)
{
	while (flock(spool->pending, LOCK_EX) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* flock(2) knows no time limit but that of a signal. */
int spool_wait_lock_for(struct spool *spool, uint64_t ms)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };
	uint64_t start = clock_ms();

	for (;;) {
		int r = spool_try_lock(spool);

		if (r != 0 || clock_ms() - start >= ms)
			return r;
		(void)nanosleep(&pause, NULL);
	}
}

int spool_unlock(struct spool *spool)
{
	return flock(spool->pending, LOCK_UN) < 0 ? -errno : 0;
}

/* The next name of a block; what is none is removed. NULL: there are no more. */
static const char *next_name(DIR *dir, uint64_t *ret)
{
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR)
			(void)clear_away(dirfd(dir), entry->d_name);
		else if (parse_block_name(str_of(entry->d_name), ret) < 0)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		else
			return entry->d_name;
	}
	return NULL;
}

static int take_name(int dir, int taken, const char *name)
{
	int r = renameat(dir, name, taken, name) < 0 ? -errno : 0;

	if (r == -EISDIR && clear_away(taken, name) == 0)
		r = renameat(dir, name, taken, name) < 0 ? -errno : 0;
	return r == -ENOENT ? 0 : r;
}

/* Moves all names of a directory to those that are taken. */
static int take_names(const struct sysfs *fs, const char *path, int taken)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const char *name;
	uint64_t id;
	int r = sysfs_opendir_real(fs, &dir, "%s", path);

	if (r < 0)
		return r;
	while (r == 0 && (name = next_name(dir, &id)))
		r = take_name(dirfd(dir), taken, name);
	return r;
}

static int list_taken(const struct sysfs *fs, struct block_list *list)
{
	_cleanup_closedir_ DIR *dir = NULL;
	uint64_t id;
	int r = sysfs_opendir_real(fs, &dir, PATH_TAKEN);

	while (r == 0 && next_name(dir, &id))
		r = block_list_add(list, id);
	if (r == 0)
		block_list_sort(list);
	return r;
}

int spool_keep_held(const struct sysfs *fs, const struct spool *spool)
{
	return take_names(fs, PATH_HELD, spool->taken);
}

/* Makes the directory where there is none. */
static int open_leaders(const struct sysfs *fs, const char *path, int *fd)
{
	int r;

	if (*fd >= 0)
		return 0;
	r = sysfs_claim_dir(fs, 0700, "%s", path);
	if (r == 0)
		r = sysfs_open_dir(fs, "%s", path);
	if (r < 0)
		return r;
	*fd = r;
	return 0;
}

int spool_take(const struct sysfs *fs, struct spool *spool, struct block_list *ret)
{
	struct block_list list = { NULL, 0 };
	int r = open_leaders(fs, PATH_TAKEN, &spool->taken);

	if (r == 0 && open_leaders(fs, PATH_HELD, &spool->held) == 0)
		r = spool_keep_held(fs, spool);
	if (r == 0)
		r = take_names(fs, PATH_PENDING, spool->taken);
	if (r == 0)
		r = list_taken(fs, &list);
	if (r < 0) {
		block_list_done(&list);
		return r;
	}
	*ret = list;
	return 0;
}

static int take_away(int dir, uint64_t block)
{
	char name[NAME_SIZE];

	block_name(name, block);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

int spool_settle(const struct spool *spool, uint64_t block)
{
	return take_away(spool->taken, block);
}

int spool_release(const struct spool *spool, uint64_t block)
{
	return take_away(spool->held, block);
}

int spool_has_pending(const struct sysfs *fs)
{
	_cleanup_closedir_ DIR *dir = NULL;
	uint64_t id;
	int r = sysfs_opendir_real(fs, &dir, PATH_PENDING);

	return r < 0 ? r : next_name(dir, &id) != NULL;
}

int spool_yield(const struct sysfs *fs, struct spool *spool)
{
	int r = spool_unlock(spool);

	if (r == 0)
		r = spool_has_pending(fs);
	if (r == 1)
		r = spool_try_lock(spool);
	return r;
}

int spool_dismiss(const struct sysfs *fs, struct spool *spool)
{
	int r;

	do {
		_cleanup_(block_list_done) struct block_list list = { NULL, 0 };

		r = spool_take(fs, spool, &list);
		for (size_t i = 0; r == 0 && i < list.n; i++)
			r = spool_settle(spool, list.ids[i]);
		if (r == 0)
			r = spool_yield(fs, spool);
	} while (r > 0);
	return r;
}
