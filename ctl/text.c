/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes with a suffix, lines, and bytes that are no text. */
#include "text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

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

/* How many bytes a character has, and how wide libsmartcols makes it: "\xNN" where it is not to be printed. */
static size_t take_char(const char *text, size_t *ret_width)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n = mbrtowc(&c, text, MB_CUR_MAX, &state);
	bool is_valid = n > 0 && n <= MB_CUR_MAX;

	if (!is_valid)
		n = 1;
	*ret_width = is_valid && iswprint((wint_t)c) ? (size_t)wcwidth(c) : 4 * n;
	return n;
}

size_t text_width(const char *text, size_t n)
{
	size_t width = 0, char_width;

	for (size_t i = 0; i < n; width += char_width)
		i += take_char(text + i, &char_width);
	return width;
}

/* Behind the last of @marks in the @n bytes, but for the first; 0: there is none. */
static size_t find_mark(const char *text, size_t n, const char *marks)
{
	while (n > 1 && !strchr(marks, text[n - 1]))
		n--;
	return n > 1 ? n : 0;
}

/* @n bytes of a word fit, and it fits into no line: after a directory, else at a mark, else anywhere. */
static size_t break_word(const char *word, size_t n)
{
	size_t end = find_mark(word, n, "/");

	if (end == 0)
		end = find_mark(word, n, "-_:,=");
	return end > 0 ? end : n;
}

size_t text_line(const char *text, size_t room)
{
	size_t end = 0, width = 0, word = 0, n, char_width;

	for (; text[end]; end += n) {
		n = take_char(text + end, &char_width);
		width += char_width;
		if (width > room && end > 0)
			break;
		if (text[end] == ' ')
			word = end + 1;
	}
	if (!text[end] || text[end] == ' ')
		return end;
	return word > 0 ? word - 1 : break_word(text, end);
}

void text_wrap(FILE *to, const char *text, size_t indent, size_t width)
{
	size_t room = width > indent ? width - indent : 1;

	while (*text) {
		size_t n = text_line(text, room);

		(void)fprintf(to, "%.*s\n", (int)n, text);
		text += n;
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
