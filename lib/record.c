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

static const char *const state_names[] = {
	[RECORD_PENDING] = "pending", [RECORD_ONLINE] = "online", [RECORD_PARTIAL] = "partial",
	[RECORD_FAILED] = "failed",   [RECORD_LEFT] = "left",
};

const char *record_state_name(enum record_state state)
{
	return state_names[state];
}

/* Appends "KEY=value"; nothing when there is no value. False when it does not fit. */
static bool add_line(char text[static RECORD_SIZE], size_t *used, const char *key,
		     const char *value)
{
	int n;

	if (!value)
		return true;
	n = snprintf(text + *used, RECORD_SIZE - *used, "%s=%s\n", key, value);
	if (n < 0 || (size_t)n >= RECORD_SIZE - *used)
		return false;
	*used += (size_t)n;
	return true;
}

/* The text of a record; its length, or -ENAMETOOLONG. */
static int format_record(const struct record *record, char text[static RECORD_SIZE])
{
	/* Before anything has come of it there is nothing that properties should keep. */
	bool is_news = record->state != RECORD_PENDING || record->outcome;
	char try[24];
	size_t used = 0;

	(void)snprintf(try, sizeof(try), "%llu", (unsigned long long)record->try);
	if (!add_line(text, &used, "MEMHP_GROUP", record->group) ||
	    !add_line(text, &used, "MEMHP_PROVIDER", record->provider) ||
	    !add_line(text, &used, "MEMHP_ZONE", record->zone) ||
	    !add_line(text, &used, "MEMHP_REASON", record->reason) ||
	    !add_line(text, &used, "MEMHP_OWNER", record->owner) ||
	    !add_line(text, &used, "MEMHP_DAX_STATE", record->dax) ||
	    !add_line(text, &used, "MEMHP_STATE", is_news ? state_names[record->state] : NULL) ||
	    !add_line(text, &used, "MEMHP_TRY", is_news && record->try > 0 ? try : NULL) ||
	    !add_line(text, &used, "MEMHP_OUTCOME", record->outcome))
		return -ENAMETOOLONG;
	return (int)used;
}

int record_write(const struct sysfs *fs, const struct record *record)
{
	char text[RECORD_SIZE];
	int n, r = sysfs_claim_dir(fs, 0755, PATH_GROUPS);

	if (r == 0)
		r = sysfs_claim_dir(fs, 0755, PATH_BLOCKS);
	if (r < 0)
		return r;
	n = format_record(record, text);
	if (n < 0)
		return n;
	return sysfs_replace(fs, (struct str){ text, (size_t)n }, PATH_GROUPS "/%s", record->group);
}

static int parse_state(const char *value, enum record_state *ret)
{
	for (size_t i = 0; i < _RECORD_STATE_MAX; i++) {
		if (strcmp(value, state_names[i]) != 0)
			continue;
		*ret = (enum record_state)i;
		return 0;
	}
	return -EBADMSG;
}

/* One line, cut at its "=". */
static int parse_field(struct record *record, const char *key, const char *value)
{
	const struct {
		const char *key;
		const char **value;
	} texts[] = {
		{ "MEMHP_GROUP", &record->group },     { "MEMHP_PROVIDER", &record->provider },
		{ "MEMHP_ZONE", &record->zone },       { "MEMHP_REASON", &record->reason },
		{ "MEMHP_OWNER", &record->owner },     { "MEMHP_DAX_STATE", &record->dax },
		{ "MEMHP_OUTCOME", &record->outcome },
	};

	if (strcmp(key, "MEMHP_STATE") == 0)
		return parse_state(value, &record->state);
	if (strcmp(key, "MEMHP_TRY") == 0)
		return parse_u64(str_of(value), 10, &record->try) < 0 ? -EBADMSG : 0;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (strcmp(key, texts[i].key) == 0 && value[0])
			*texts[i].value = value;
	return 0;
}

int record_parse(struct record *ret, char *text)
{
	struct record record = { .state = RECORD_PENDING };
	char *next;

	for (char *line = text; line && *line; line = next) {
		char *end = strchr(line, '\n'), *equals;

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		equals = strchr(line, '=');
		if (!equals)
			return -EBADMSG;
		*equals = '\0';
		if (parse_field(&record, line, equals + 1) < 0)
			return -EBADMSG;
	}
	if (!record.group || !record.provider || !record.zone || !record.reason || !record.owner)
		return -EBADMSG;
	*ret = record;
	return 0;
}

/* What record_parse() makes of a file. */
static int parse_file(char *text, size_t n, struct record *ret)
{
	return memchr(text, '\0', n) ? -EBADMSG : record_parse(ret, text);
}

int record_read(const struct sysfs *fs, const char *group, struct record *ret, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r;

	if (!group[0] || group[0] == '.' || strchr(group, '/'))
		return -EINVAL;
	r = sysfs_read_file(fs, &text, &n, PATH_GROUPS "/%s", group);
	if (r == 0)
		r = parse_file(text, n, ret);
	if (r < 0)
		return r;
	*ret_text = text;
	text = NULL;
	return 0;
}

int record_read_of_block(const struct sysfs *fs, uint64_t block, struct record *ret,
			 char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	struct record then;
	size_t n;
	int r;

	r = sysfs_read_file(fs, &text, &n, PATH_BLOCKS "/memory%llu", (unsigned long long)block);
	if (r < 0)
		return r;
	r = parse_file(text, n, &then);
	return r < 0 ? r : record_read(fs, then.group, ret, ret_text);
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
	return groups_named(&snapshot->groups, name) != NULL;
}

static int sweep(const struct sysfs *fs, const char *path, const struct snapshot *snapshot,
		 bool (*has)(const struct snapshot *snapshot, const char *name))
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir_real(fs, &dir, "%s", path);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || has(snapshot, entry->d_name))
			continue;
		/* Not ours, if it is a directory. */
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno != ENOENT &&
		    errno != EISDIR)
			return -errno;
	}
	return 0;
}

int record_sweep(const struct sysfs *fs, const struct snapshot *snapshot)
{
	int r = sweep(fs, PATH_BLOCKS, snapshot, has_block);

	return r < 0 ? r : sweep(fs, PATH_GROUPS, snapshot, has_group);
}

static bool is_as_recorded(const struct snapshot *snapshot, const struct block *block,
			   const struct record *record)
{
	if (strcmp(record->group, snapshot->groups.g[block->group].name) != 0)
		return false;
	if (strcmp(record->zone, zone_name(ZONE_LEAVE)) == 0)
		return true;
	if (strcmp(record->zone, zone_name(ZONE_MOVABLE)) == 0)
		return block->state == BLOCK_ONLINE && block->zone == BLOCK_ZONE_MOVABLE;
	if (strcmp(record->zone, zone_name(ZONE_KERNEL)) == 0)
		return block->state == BLOCK_ONLINE && block->zone == BLOCK_ZONE_KERNEL;
	return block->state == BLOCK_ONLINE;
}

/* 1 when the block has a link that is right, 0 when it has none, or has none any more. */
static int revise_link(const struct sysfs *fs, const struct snapshot *snapshot,
		       const struct block *block)
{
	_cleanup_free_ char *text = NULL;
	struct record record;
	char path[64];
	size_t n;
	int r;

	(void)snprintf(path, sizeof(path), PATH_BLOCKS "/memory%llu",
		       (unsigned long long)block->id);
	r = sysfs_read_file(fs, &text, &n, "%s", path);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (record_parse(&record, text) == 0 && is_as_recorded(snapshot, block, &record))
		return 1;
	r = sysfs_unlink(fs, "%s", path);
	return r < 0 ? r : 0;
}

int record_revise(const struct sysfs *fs, const struct snapshot *snapshot)
{
	_cleanup_free_ bool *has_link = calloc(snapshot->groups.n + 1, sizeof(*has_link));
	int r = has_link ? record_sweep(fs, snapshot) : -ENOMEM;

	for (size_t i = 0; i < snapshot->n_blocks && r >= 0; i++) {
		r = revise_link(fs, snapshot, &snapshot->blocks[i]);
		if (r > 0)
			has_link[snapshot->blocks[i].group] = true;
	}
	for (size_t i = 0; i < snapshot->groups.n && r >= 0; i++) {
		if (has_link[i])
			continue;
		r = sysfs_unlink(fs, PATH_GROUPS "/%s", snapshot->groups.g[i].name);
		if (r == -ENOENT)
			r = 0;
	}
	return r < 0 ? r : 0;
}
