/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A lexer that knows its line, which libraries for this format do not hand out. */
#include "ini.h"

#include <string.h>

struct ini ini_start(struct str text)
{
	if (str_starts(text, "\xef\xbb\xbf")) {
		text.p += 3;
		text.n -= 3;
	}
	return (struct ini){ .rest = text };
}

/* True when @line is a header that is in order, and then the section of what follows. */
static bool take_section(struct ini *ini, struct str line)
{
	if (line.n < 3 || line.p[line.n - 1] != ']')
		return false;
	ini->section = str_trim((struct str){ line.p + 1, line.n - 2 });
	return ini->section.n > 0;
}

static struct ini_item key_item(const struct ini *ini, struct str line)
{
	const char *equals = memchr(line.p, '=', line.n);

	if (!equals || equals == line.p)
		return (struct ini_item){ .kind = INI_BAD_LINE, .text = line };
	return (struct ini_item){
		.kind = ini->section.n > 0 ? INI_KEY : INI_NO_SECTION,
		.section = ini->section,
		.key = str_trim((struct str){ line.p, (size_t)(equals - line.p) }),
		.value = str_trim(
			(struct str){ equals + 1, (size_t)(line.p + line.n - equals - 1) }),
		.text = line,
	};
}

bool ini_next(struct ini *ini, struct ini_item *ret)
{
	struct str line;

	while (str_next_line(&ini->rest, &line)) {
		ini->line++;
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] != '[') {
			*ret = key_item(ini, line);
			return true;
		}
		if (!take_section(ini, line)) {
			/*
			 * Keys below it belong to no section we know of, rather than to the one
			 * above.
			 */
			ini->section = (struct str){ NULL, 0 };
			*ret = (struct ini_item){ .kind = INI_BAD_SECTION, .text = line };
			return true;
		}
	}
	return false;
}
