/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaced rules into force, and out of it. */
#include "replacements.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "paths.h"
#include "rule_files.h"

static int copy_rendered(const struct sysfs *fs, const char *name)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_RENDERED_RULES "/%s", name);

	if (r == 0)
		r = sysfs_replace(fs, (struct str){ text, n }, PATH_UDEV_RULES "/%s", name);
	return r;
}

static void publish_one(const struct sysfs *fs, const char *name)
{
	int r;

	if (sysfs_exists(fs, PATH_UDEV_RULES "/%s", name) && !rule_file_is_ours(fs, name)) {
		log_warning("/" PATH_UDEV_RULES "/%s is not memhp's and stays: rules of that name "
			    "that online memory are not replaced",
			    name);
		return;
	}
	r = copy_rendered(fs, name);
	if (r < 0)
		log_error("cannot replace the rules %s: %s", name, strerror(-r));
}

static bool is_rendered(const struct sysfs *fs, const char *name)
{
	return sysfs_exists(fs, PATH_RENDERED_RULES "/%s", name);
}

static bool is_none(const struct sysfs *fs, const char *name)
{
	(void)fs;
	(void)name;
	return false;
}

/* Ours, but for those that are to stay. */
static int remove_ours(const struct sysfs *fs,
		       bool (*stays)(const struct sysfs *fs, const char *name))
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int first = 0, r = sysfs_opendir(fs, &dir, PATH_UDEV_RULES);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!rule_file_is_candidate(name) || !rule_file_is_ours(fs, name) ||
		    stays(fs, name))
			continue;
		r = sysfs_unlink(fs, PATH_UDEV_RULES "/%s", name);
		if (r < 0 && r != -ENOENT && first == 0)
			first = r;
	}
	return first;
}

void replacements_publish(const struct sysfs *fs)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = remove_ours(fs, is_rendered);

	if (r < 0)
		log_error("cannot remove all replaced rules that are not needed any more: %s",
			  strerror(-r));
	r = sysfs_opendir(fs, &dir, PATH_RENDERED_RULES);
	if (r == -ENOENT)
		return;
	if (r < 0) {
		log_error("cannot read /" PATH_RENDERED_RULES ": %s", strerror(-r));
		return;
	}
	while ((entry = readdir(dir)))
		if (rule_file_is_candidate(entry->d_name))
			publish_one(fs, entry->d_name);
}

int replacements_withdraw(const struct sysfs *fs)
{
	return remove_ours(fs, is_none);
}
