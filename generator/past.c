/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To /run/memhp.stopped and back. */
#include "past.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "paths.h"
#include "record.h"
#include "snapshot.h"

/* An error but that there is no such thing. */
static int or_gone(int r)
{
	return r == -ENOENT ? 0 : r;
}

static const char *const names[] = { "groups", "blocks", "stats" };

/* All that is kept, and the directory, which is @dir of /run. */
static int forget(const struct sysfs *fs, const char *dir)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		r = sysfs_remove_files(fs, "%s/%s", dir, names[i]);
		if (r == -ENOTDIR)
			r = sysfs_unlink(fs, "%s/%s", dir, names[i]);
		r = or_gone(r);
	}
	return r < 0 ? r : or_gone(sysfs_rmdir(fs, "%s", dir));
}

/* Whether nothing was ever decided. */
static bool is_empty(const struct sysfs *fs)
{
	return or_gone(sysfs_rmdir(fs, PATH_BLOCKS)) == 0 &&
	       or_gone(sysfs_rmdir(fs, PATH_GROUPS)) == 0 && !sysfs_exists(fs, PATH_STATS);
}

int past_keep(const struct sysfs *fs)
{
	int r = forget(fs, PATH_STOPPED);

	if (is_empty(fs))
		return or_gone(sysfs_rmdir(fs, PATH_RUN));
	if (r == 0)
		r = sysfs_rename(fs, PATH_RUN, PATH_STOPPED);
	if (r == 0)
		return 0;
	log_warning("cannot keep what is on record in /" PATH_STOPPED ": %s", strerror(-r));
	return forget(fs, PATH_RUN);
}

/* A callout that had not noticed the stop may have made /run/memhp anew: what is in there stays. */
static int move_back(const struct sysfs *fs, const char *name)
{
	char from[64];
	int r;

	(void)snprintf(from, sizeof(from), PATH_STOPPED "/%s", name);
	r = sysfs_rename(fs, from, PATH_RUN "/%s", name);
	return r == -ENOTEMPTY || r == -EEXIST ? 0 : or_gone(r);
}

bool past_recover(const struct sysfs *fs)
{
	int r;

	if (!sysfs_exists(fs, PATH_STOPPED))
		return false;
	r = sysfs_mkdir(fs, 0755, PATH_RUN);
	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++)
		r = move_back(fs, names[i]);
	if (r == 0)
		r = forget(fs, PATH_STOPPED);
	if (r < 0)
		log_warning("cannot take all records from /" PATH_STOPPED ": %s", strerror(-r));
	return true;
}

void past_revise(const struct sysfs *fs)
{
	struct snapshot snapshot;
	int r = snapshot_read(fs, &snapshot);

	if (r == 0) {
		r = record_revise(fs, &snapshot);
		snapshot_done(&snapshot);
	}
	if (r < 0)
		log_warning("cannot tell whether what is on record is still true: %s",
			    strerror(-r));
}
