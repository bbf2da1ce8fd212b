/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event of a memory block as monitor shows it. Pure, but for the output. */
#pragma once

#include <stdio.h>
#include <time.h>

struct event {
	struct timespec time; /* since 1970 */
	/* NULL: not known */
	const char *action; /* "add", "online", "offline", "remove", "change" */
	const char *block;  /* "memory32" */
	const char *group;  /* of memhp's properties, as all that follows */
	const char *zone;
	const char *owner;
	const char *reason;
};

/* One line: local time, and a column each; "-" for what is not known. */
void event_print(const struct event *event, FILE *f);

/* One line with an object: time (UTC, RFC 3339), and null for what is not known. */
void event_print_json(const struct event *event, FILE *f);
