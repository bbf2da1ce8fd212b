/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of counters. */
#include "stats.h"

#include <errno.h>
#include <string.h>

#include "paths.h"

static const struct {
	const char *key;
	size_t offset;
} counters[] = {
	{ "decisions", offsetof(struct stats, decisions) },
	{ "blocks_onlined", offsetof(struct stats, blocks_onlined) },
	{ "blocks_foreign", offsetof(struct stats, blocks_foreign) },
	{ "blocks_refused", offsetof(struct stats, blocks_refused) },
	{ "blocks_gone", offsetof(struct stats, blocks_gone) },
	{ "retries", offsetof(struct stats, retries) },
	{ "blocks_given_up", offsetof(struct stats, blocks_given_up) },
};

static uint64_t *counter_of(struct stats *stats, size_t i)
{
	return (uint64_t *)(void *)((char *)stats + counters[i].offset);
}

const char *stats_at(const struct stats *stats, size_t i, uint64_t *ret_value)
{
	struct stats copy = *stats;

	if (i >= ARRAY_SIZE(counters))
		return NULL;
	*ret_value = *counter_of(&copy, i);
	return counters[i].key;
}

static int parse_line(struct stats *stats, struct str line)
{
	const char *equals = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
	struct str key, value;
	uint64_t number;

	if (!equals)
		return -EBADMSG;
	key = (struct str){ line.p, (size_t)(equals - line.p) };
	value = (struct str){ equals + 1, line.n - key.n - 1 };
	if (parse_u64(value, 10, &number) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (str_eq(key, counters[i].key))
			*counter_of(stats, i) = number;
	return 0;
}

int stats_parse(struct stats *ret, struct str text)
{
	struct stats stats = { .decisions = 0 };
	struct str line;

	while (str_next_line(&text, &line))
		if (parse_line(&stats, line) < 0)
			return -EBADMSG;
	*ret = stats;
	return 0;
}

int stats_read(const struct sysfs *fs, struct stats *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_STATS);

	if (r == -ENOENT) {
		*ret = (struct stats){ .decisions = 0 };
		return 0;
	}
	return r < 0 ? r : stats_parse(ret, (struct str){ text, n });
}

int stats_add(const struct sysfs *fs, const struct stats *more)
{
	struct stats sum, add = *more;
	char text[512];
	size_t used = 0;

	if (stats_read(fs, &sum) < 0)
		sum = (struct stats){ .decisions = 0 };
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		*counter_of(&sum, i) += *counter_of(&add, i);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s=%llu\n",
					 counters[i].key, (unsigned long long)*counter_of(&sum, i));
	}
	_Static_assert(ARRAY_SIZE(counters) * 40 < sizeof(text), "every line fits");
	return sysfs_replace(fs, (struct str){ text, used }, PATH_STATS);
}
