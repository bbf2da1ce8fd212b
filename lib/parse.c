/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines, words and numbers of text that is not terminated and may be anything. */
#include "parse.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct str str_of(const char *text)
{
	return (struct str){ text, strlen(text) };
}

bool str_eq(struct str s, const char *text)
{
	return s.n == strlen(text) && (s.n == 0 || memcmp(s.p, text, s.n) == 0);
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

static struct str skip(struct str s, size_t n)
{
	/* No arithmetic with a null pointer, not even of nothing. */
	if (n > 0) {
		s.p += n;
		s.n -= n;
	}
	return s;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_space(s.p[n]))
		n++;
	s = skip(s, n);
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* RFC 3629: the range of the second byte excludes overlong forms, surrogates and what is too large. */
size_t str_utf8(struct str s)
{
	static const struct {
		unsigned char first, last; /* of lead bytes */
		unsigned char low, high;   /* of second bytes */
		unsigned char n;
	} leads[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, n;

	if (s.n == 0 || p[0] < 0x80)
		return s.n > 0;
	while (i < ARRAY_SIZE(leads) && p[0] > leads[i].last)
		i++;
	if (i == ARRAY_SIZE(leads) || p[0] < leads[i].first || s.n < leads[i].n ||
	    p[1] < leads[i].low || p[1] > leads[i].high)
		return 0;
	for (n = 2; n < leads[i].n; n++)
		if ((p[n] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool str_is_utf8(struct str s)
{
	size_t n;

	while ((n = str_utf8(s)) > 0)
		s = skip(s, n);
	return s.n == 0;
}

bool str_next_line(struct str *text, struct str *ret)
{
	const char *newline;
	size_t n;

	if (text->n == 0)
		return false;
	newline = memchr(text->p, '\n', text->n);
	n = newline ? (size_t)(newline - text->p) : text->n;
	*ret = (struct str){ text->p, n };
	*text = skip(*text, newline ? n + 1 : n);
	return true;
}

bool str_next_word(struct str *text, struct str *ret)
{
	size_t start = 0, end;

	while (start < text->n && is_blank(text->p[start]))
		start++;
	if (start == text->n)
		return false;
	for (end = start; end < text->n && !is_blank(text->p[end]);)
		end++;
	*ret = (struct str){ text->p + start, end - start };
	*text = skip(*text, end);
	return true;
}

/* What is no digit in any base is at least 16. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

int parse_u64(struct str s, unsigned base, uint64_t *ret)
{
	bool overflow = false;
	uint64_t value = 0;

	if (s.n == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = digit_value(s.p[i]);

		if (digit >= base || digit >= 16)
			return -EINVAL;
		overflow |= __builtin_mul_overflow(value, base, &value);
		overflow |= __builtin_add_overflow(value, digit, &value);
	}
	if (overflow)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_number(struct str s, uint64_t *ret)
{
	if (str_starts(s, "0x"))
		return parse_u64(skip(s, 2), 16, ret);
	return parse_u64(s, 10, ret);
}

/* Cuts the unit off the end of @s. Its power of 1024, or -EINVAL. */
static int cut_unit(struct str *s)
{
	static const char units[] = "KMGTPE";
	struct str rest = *s;

	if (rest.n > 0 && rest.p[rest.n - 1] == 'B') {
		rest.n--;
		if (rest.n > 0 && rest.p[rest.n - 1] == 'i')
			rest.n--;
	}
	if (rest.n == 0)
		return -EINVAL;
	rest.n--;
	for (int i = 0; units[i]; i++) {
		if (rest.p[rest.n] != units[i] && rest.p[rest.n] != units[i] - 'A' + 'a')
			continue;
		*s = rest;
		return i + 1;
	}
	return -EINVAL;
}

int parse_size(struct str s, uint64_t *ret)
{
	uint64_t value;
	int power, r;

	/* First without a unit: B and E may be digits. */
	r = parse_number(s, &value);
	if (r == -EINVAL) {
		power = cut_unit(&s);
		if (power < 0)
			return power;
		r = parse_number(s, &value);
		if (r == 0 && __builtin_mul_overflow(value, UINT64_C(1) << (10 * power), &value))
			r = -ERANGE;
	}
	if (r < 0)
		return r;
	*ret = value;
	return 0;
}

int parse_bool(struct str s, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "1", true },	{ "yes", true }, { "true", true },   { "on", true },
		{ "0", false }, { "no", false }, { "false", false }, { "off", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (s.n != strlen(words[i].word) || strncasecmp(s.p, words[i].word, s.n) != 0)
			continue;
		*ret = words[i].value;
		return 0;
	}
	return -EINVAL;
}

int parse_block_name(struct str s, uint64_t *ret_block)
{
	static const char prefix[] = "memory";

	if (!str_starts(s, prefix))
		return -EINVAL;
	s = skip(s, sizeof(prefix) - 1);
	if (s.n > 1 && s.p[0] == '0')
		return -EINVAL;
	return parse_u64(s, 10, ret_block);
}

int parse_block_range(struct str s, uint64_t *ret_first, uint64_t *ret_last)
{
	const char *dash = s.n > 0 ? memchr(s.p, '-', s.n) : NULL;
	size_t n = dash ? (size_t)(dash - s.p) : s.n;
	uint64_t first, last;
	int r = parse_block_name((struct str){ s.p, n }, &first);

	if (r < 0)
		return r;
	last = first;
	if (dash) {
		struct str end = skip(s, n + 1);

		r = str_starts(end, "memory") ? parse_block_name(end, &last) :
						parse_u64(end, 10, &last);
	}
	if (r < 0)
		return r;
	if (last < first)
		return -EINVAL;
	*ret_first = first;
	*ret_last = last;
	return 0;
}
