/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words of the kernel command line. */
#include "cmdline.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

bool cmdline_next_word(struct str *text, struct str *ret)
{
	bool quoted = false;
	size_t n = 0;

	*text = str_trim(*text);
	if (text->n == 0)
		return false;
	for (; n < text->n && (quoted || !is_blank(text->p[n])); n++)
		if (text->p[n] == '"')
			quoted = !quoted;
	*ret = (struct str){ text->p, n };
	text->p += n;
	text->n -= n;
	return true;
}

static struct str unquote(struct str s)
{
	if (s.n > 0 && s.p[0] == '"') {
		s.p++;
		s.n--;
	}
	if (s.n > 0 && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

bool cmdline_get(struct str cmdline, const char *name, struct str *ret)
{
	size_t name_n = strlen(name);
	bool found = false;
	struct str word;

	while (cmdline_next_word(&cmdline, &word) && !str_eq(word, "--")) {
		word = unquote(word);
		if (word.n <= name_n || !str_starts(word, name) || word.p[name_n] != '=')
			continue;
		*ret = unquote((struct str){ word.p + name_n + 1, word.n - name_n - 1 });
		found = true;
	}
	return found;
}
