/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page counts of /proc/zoneinfo, by keyword. */
#include "zoneinfo.h"

#include <errno.h>
#include <limits.h>

#include "array.h"

void zoneinfo_done(struct zoneinfo *info)
{
	free(info->zones);
	*info = (struct zoneinfo){ NULL, 0 };
}

struct reader {
	struct zoneinfo info;
	struct zone_pages zone; /* whose lines are being read */
	bool in_zone;		/* false above the first zone, and in one that does not count */
	bool has_header;
};

/* What stands behind "Node": "0, zone   Normal". */
static bool parse_header(struct str rest, struct zone_pages *ret, struct str *ret_name)
{
	struct str node, word, name;
	uint64_t number;

	if (!str_next_word(&rest, &node) || !str_next_word(&rest, &word) ||
	    !str_next_word(&rest, &name))
		return false;
	if (!str_eq(word, "zone") || node.p[node.n - 1] != ',')
		return false;
	node.n--;
	if (parse_u64(node, 10, &number) < 0 || number > UINT_MAX)
		return false;
	*ret = (struct zone_pages){ .node = (unsigned)number,
				    .is_movable = str_eq(name, "Movable") };
	*ret_name = name;
	return true;
}

/* Ends a zone. */
static int store_zone(struct reader *reader)
{
	struct zoneinfo *info = &reader->info;

	if (!reader->in_zone || reader->zone.present == 0)
		return 0;
	return ARRAY_APPEND(info->zones, info->n, &reader->zone);
}

static int start_zone(struct reader *reader, struct str rest)
{
	int r = store_zone(reader);
	struct str name;

	if (r < 0)
		return r;
	/* The lines below a header that cannot be read must not count for the zone above it. */
	reader->in_zone = false;
	if (!parse_header(rest, &reader->zone, &name))
		return 0;
	reader->has_header = true;
	reader->in_zone = !str_eq(name, "Device");
	return 0;
}

static void read_count(struct zone_pages *zone, struct str keyword, struct str rest)
{
	uint64_t *field, value;

	if (str_eq(keyword, "present"))
		field = &zone->present;
	else if (str_eq(keyword, "managed"))
		field = &zone->managed;
	else if (str_eq(keyword, "cma"))
		field = &zone->cma;
	else
		return;
	if (parse_u64(str_trim(rest), 10, &value) == 0)
		*field = value;
}

static int read_lines(struct reader *reader, struct str text)
{
	struct str line, keyword;
	int r;

	while (str_next_line(&text, &line)) {
		if (!str_next_word(&line, &keyword))
			continue;
		if (!str_eq(keyword, "Node")) {
			if (reader->in_zone)
				read_count(&reader->zone, keyword, line);
			continue;
		}
		r = start_zone(reader, line);
		if (r < 0)
			return r;
	}
	r = store_zone(reader);
	if (r < 0)
		return r;
	return reader->has_header ? 0 : -EBADMSG;
}

int zoneinfo_parse(struct zoneinfo *ret, struct str text)
{
	struct reader reader = { .info = { NULL, 0 } };
	int r = read_lines(&reader, text);

	if (r < 0) {
		zoneinfo_done(&reader.info);
		return r;
	}
	*ret = reader.info;
	return 0;
}
