/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of decisions below /run/memhp. */
#include "record.h"

#include <errno.h>
#include <string.h>

#include "parse.h"
#include "paths.h"

#define RECORD_SIZE 1024

const char *record_owner(const struct verdict *verdict)
{
	if (verdict->zone != ZONE_LEAVE)
		return "memhp";
	switch (verdict->provider) {
	case PROVIDER_CXL:
	case PROVIDER_DAX:
		return "daxctl";
	case PROVIDER_DLPAR:
		return "kernel"; /* arch/powerpc/platforms/pseries/hotplug-memory.c */
	case PROVIDER_BOOT:
	case PROVIDER_DIMM:
	case PROVIDER_VIRTIO_MEM:
	case PROVIDER_BALLOON:
	case PROVIDER_STANDBY:
	case PROVIDER_PROBE:
	case PROVIDER_OTHER:
	case _PROVIDER_MAX:
		break;
	}
	return "administrator";
}

int record_write(const struct sysfs *fs, const struct record *record)
{
	char text[RECORD_SIZE];
	int n, r = sysfs_mkdir(fs, 0755, PATH_GROUPS);

	if (r == 0)
		r = sysfs_mkdir(fs, 0755, PATH_BLOCKS);
	if (r < 0)
		return r;
	n = snprintf(
		text, sizeof(text),
		"MEMHP_GROUP=%s\nMEMHP_PROVIDER=%s\nMEMHP_ZONE=%s\nMEMHP_REASON=%s\nMEMHP_OWNER=%s\n%s%s%s",
		record->group, record->provider, record->zone, record->reason, record->owner,
		record->outcome ? "MEMHP_OUTCOME=" : "", record->outcome ? record->outcome : "",
		record->outcome ? "\n" : "");
	if (n < 0 || (size_t)n >= sizeof(text))
		return -ENAMETOOLONG;
	return sysfs_replace(fs, (struct str){ text, (size_t)n }, PATH_GROUPS "/%s", record->group);
}

int record_link_block(const struct sysfs *fs, const char *group, uint64_t block)
{
	char record[sizeof(PATH_GROUPS) + GROUP_NAME_MAX];

	(void)snprintf(record, sizeof(record), PATH_GROUPS "/%s",
		       group); /* a group's name always fits */
	return sysfs_link(fs, record, PATH_BLOCKS "/memory%llu", (unsigned long long)block);
}

static bool has_block(const struct snapshot *snapshot, const char *name)
{
	uint64_t id;

	return parse_block_name(str_of(name), &id) == 0 && snapshot_find_block(snapshot, id);
}

static bool has_group(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->groups.n; i++)
		if (strcmp(snapshot->groups.g[i].name, name) == 0)
			return true;
	return false;
}

static int sweep(const struct sysfs *fs, const char *path, const struct snapshot *snapshot,
		 bool (*has)(const struct snapshot *snapshot, const char *name))
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir(fs, &dir, "%s", path);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || has(snapshot, entry->d_name))
			continue;
		r = sysfs_unlink(fs, "%s/%s", path, entry->d_name);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

int record_sweep(const struct sysfs *fs, const struct snapshot *snapshot)
{
	int r = sweep(fs, PATH_BLOCKS, snapshot, has_block);

	return r < 0 ? r : sweep(fs, PATH_GROUPS, snapshot, has_group);
}
