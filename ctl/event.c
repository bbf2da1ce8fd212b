/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text and JSON of an event. */
#include "event.h"

#include "macro.h"
#include "text.h"

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

void event_print(const struct event *event, FILE *f)
{
	char clock[16] = "-";
	struct tm tm;

	if (localtime_r(&event->time.tv_sec, &tm))
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	(void)fprintf(f, "%s.%03ld %-7s %-12s %-12s %-8s %-8s %s\n", clock,
		      event->time.tv_nsec / 1000000, or_dash(event->action), or_dash(event->block),
		      or_dash(event->group), or_dash(event->zone), or_dash(event->owner),
		      or_dash(event->reason));
}

static void print_string(const char *name, const char *text, FILE *f)
{
	_cleanup_free_ char *valid = text && *text ? text_make_utf8(text) : NULL;

	(void)fprintf(f, ",\"%s\":", name);
	if (!valid) {
		(void)fputs("null", f);
		return;
	}
	(void)fputc('"', f);
	for (const char *p = valid; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", c);
		else if (c < 0x20)
			(void)fprintf(f, "\\u%04x", c);
		else
			(void)fputc(c, f);
	}
	(void)fputc('"', f);
}

void event_print_json(const struct event *event, FILE *f)
{
	char utc[32] = "1970-01-01T00:00:00";
	struct tm tm;

	if (gmtime_r(&event->time.tv_sec, &tm))
		(void)strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)fprintf(f, "{\"time\":\"%s.%06ldZ\"", utc, event->time.tv_nsec / 1000);
	print_string("action", event->action, f);
	print_string("block", event->block, f);
	print_string("group", event->group, f);
	print_string("zone", event->zone, f);
	print_string("owner", event->owner, f);
	print_string("reason", event->reason, f);
	(void)fputs("}\n", f);
}
