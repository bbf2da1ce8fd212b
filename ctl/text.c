/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes with a suffix, lines, and bytes that are no text. */
#include "text.h"

#include <string.h>

#include "parse.h"

void text_size(uint64_t bytes, char ret[static TEXT_SIZE_MAX])
{
	static const char suffixes[] = "BKMGTPE";
	unsigned shift = 0;
	uint64_t tenths;

	while (shift < 60 && bytes >> shift >= 1024)
		shift += 10;
	/* Rounded down: what there is is never shown as more. */
	tenths = shift == 0 ? 0 : (bytes >> (shift - 10) & 1023) * 10 / 1024;
	if (tenths > 0)
		(void)snprintf(ret, TEXT_SIZE_MAX, "%llu.%llu%c",
			       (unsigned long long)(bytes >> shift), (unsigned long long)tenths,
			       suffixes[shift / 10]);
	else
		(void)snprintf(ret, TEXT_SIZE_MAX, "%llu%c", (unsigned long long)(bytes >> shift),
			       suffixes[shift / 10]);
}

void text_add_run(char *ret, size_t size, uint64_t first, uint64_t last)
{
	static const char more[] = ",...";
	size_t used = strlen(ret);
	char run[64];

	if (used > 0 && ret[used - 1] == '.')
		return;
	(void)snprintf(run, sizeof(run), first == last ? "%s%llu" : "%s%llu-%llu",
		       used > 0 ? "," : "memory", (unsigned long long)first,
		       (unsigned long long)last);
	(void)snprintf(ret + used, size - used, "%s",
		       used + strlen(run) + sizeof(more) > size ? more : run);
}

void text_wrap(FILE *to, const char *text, size_t indent, size_t width)
{
	size_t room = width > indent ? width - indent : 1;

	while (*text) {
		size_t n = strlen(text), end = n;

		if (n > room) {
			for (end = room; end > 0 && text[end] != ' '; end--)
				;
			/* A word that is longer than a line has to stay whole. */
			if (end == 0)
				end = strcspn(text, " ");
		}
		(void)fprintf(to, "%.*s\n", (int)end, text);
		text += end;
		text += *text == ' ';
		if (*text)
			(void)fprintf(to, "%*s", (int)indent, "");
	}
}

char *text_make_utf8(const char *text)
{
	struct str rest = str_of(text);
	char *copy = malloc(4 * rest.n + 1), *to = copy;

	while (copy && rest.n > 0) {
		size_t n = str_utf8(rest);

		if (n > 0)
			to = mempcpy(to, rest.p, n);
		else
			to += snprintf(to, 5, "\\x%02x", (unsigned char)rest.p[0]);
		rest.p += n > 0 ? n : 1;
		rest.n -= n > 0 ? n : 1;
	}
	if (copy)
		*to = '\0';
	return copy;
}
