/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines into rules, rules into tokens; what udev-rules.c of systemd 252 to 261 accepts. */
#include "udev_rules.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "array.h"

#define BLANKS " \t\n\r"

enum line_end {
	END_NONE = 0,
	END_NUL = 1,
	END_NL = 2,
	END_CR = 4,
};

static enum line_end line_end_of(char c)
{
	switch (c) {
	case '\0':
		return END_NUL;
	case '\n':
		return END_NL;
	case '\r':
		return END_CR;
	default:
		return END_NONE;
	}
}

/*
 * As systemd's read_line(): a line ends at NL, CR or NUL, and what directly follows is part of the
 * same end as long as it is of another kind, up to the first NUL.
 */
static bool next_line(struct str *rest, struct str *ret)
{
	unsigned seen = END_NONE;
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && line_end_of(rest->p[n]) == END_NONE)
		n++;
	*ret = (struct str){ rest->p, n };
	while (n < rest->n && !(seen & END_NUL)) {
		enum line_end end = line_end_of(rest->p[n]);

		if (end == END_NONE || (seen & end))
			break;
		seen |= end;
		n++;
	}
	rest->p += n;
	rest->n -= n;
	return true;
}

static struct str skip_blanks(struct str s)
{
	while (s.n > 0 && strchr(BLANKS, s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* @n digits of @base 8 or 16 at @s, which is terminated. */
static bool read_digits(const char *s, size_t n, unsigned base, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		value = value * base + (unsigned)digit;
	}
	*ret = value;
	return value > 0;
}

/* One character as UTF-8; how many bytes, 0 when there is none of that number. */
static size_t put_utf8(uint32_t c, char *ret)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	for (size_t i = n; i > 1; i--, c >>= 6)
		ret[i - 1] = (char)(0x80 | (c & 0x3f));
	ret[0] = (char)(lead[n] | c);
	return n;
}

/*
 * What follows a backslash in e"...": writes the byte or bytes that it means, never more than it is
 * long. False for an escape that udev does not know.
 */
static bool unescape_one(const char **s, char **to)
{
	static const char letters[] = "abfnrtv\\\"'s", bytes[] = "\a\b\f\n\r\t\v\\\"' ";
	static const struct {
		char letter;
		unsigned char digits;
	} numbers[] = { { 'x', 2 }, { 'u', 4 }, { 'U', 8 } };
	const char *letter = **s ? strchr(letters, **s) : NULL;
	uint32_t value;
	size_t n;

	if (letter) {
		*(*to)++ = bytes[letter - letters];
		(*s)++;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (**s != numbers[i].letter)
			continue;
		if (!read_digits(*s + 1, numbers[i].digits, 16, &value))
			return false;
		*s += 1 + numbers[i].digits;
		**to = (char)value;
		n = i == 0 ? 1 : put_utf8(value, *to);
		*to += n;
		return n > 0;
	}
	if (!read_digits(*s, 3, 8, &value) || value > 255)
		return false;
	*(*to)++ = (char)value;
	*s += 3;
	return true;
}

/* e"...": @s behind the first quote; the text is rewritten in place. NULL when it is malformed. */
static char *unescape(char *s, struct str *ret)
{
	const char *from = s;
	char *to = s, *end;

	while (*from != '"') {
		if (*from == '\0')
			return NULL;
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		from++;
		if (!unescape_one(&from, &to))
			return NULL;
	}
	end = s + (from - s);
	*ret = (struct str){ s, (size_t)(to - s) };
	*to = '\0';
	return end + 1;
}

/* "...": only the quote can be escaped. */
static char *unquote(char *s, struct str *ret)
{
	char *from = s, *to = s;

	for (; *from != '"'; from++) {
		if (*from == '\0')
			return NULL;
		if (from[0] == '\\' && from[1] == '"')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	*ret = (struct str){ s, (size_t)(to - s) };
	return from + 1;
}

/* The value and what stands in front of its quote; returns what is behind it, or NULL. */
static char *parse_value(char *s, struct udev_token *token)
{
	bool is_escaped = false;

	for (; *s != '"'; s++) {
		if (*s == 'e' && !is_escaped)
			is_escaped = true;
		else if (*s == 'i' && !token->ignores_case)
			token->ignores_case = true;
		else
			return NULL;
	}
	return is_escaped ? unescape(s + 1, &token->value) : unquote(s + 1, &token->value);
}

static char *parse_operator(char *s, enum udev_operator *ret)
{
	static const struct {
		const char *text;
		enum udev_operator op;
	} operators[] = {
		{ "==", UDEV_MATCH },  { "!=", UDEV_NOMATCH }, { "+=", UDEV_ADD },
		{ "-=", UDEV_REMOVE }, { "=", UDEV_ASSIGN },   { ":=", UDEV_ASSIGN_FINAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
		size_t n = strlen(operators[i].text);

		if (strncmp(s, operators[i].text, n) == 0) {
			*ret = operators[i].op;
			return s + n;
		}
	}
	return NULL;
}

/* Where a key ends; NULL when nothing follows that could be an operator. */
static char *key_end(char *s)
{
	for (; *s; s++)
		if (strchr(BLANKS "={", *s) || (strchr("+-!:", *s) && s[1] == '='))
			return s;
	return NULL;
}

/* 1, 0 (nothing is left), or -EBADMSG. */
static int parse_token(char **text, struct udev_token *ret)
{
	char *s = *text + strspn(*text, BLANKS ","), *end;
	struct udev_token token = { .key = { s, 0 } };

	if (*s == '\0')
		return 0;
	end = key_end(s);
	if (!end)
		return -EBADMSG;
	token.key.n = (size_t)(end - s);
	if (*end == '{') {
		s = end + 1;
		end = strchr(s, '}');
		if (!end)
			return -EBADMSG;
		token.attribute = (struct str){ s, (size_t)(end - s) };
		end++;
	}
	s = parse_operator(end + strspn(end, BLANKS), &token.op);
	if (s)
		s = parse_value(s + strspn(s, BLANKS), &token);
	if (!s)
		return -EBADMSG;
	*text = s;
	*ret = token;
	return 1;
}

bool udev_token_is_match(const struct udev_token *token)
{
	return token->op == UDEV_MATCH || token->op == UDEV_NOMATCH;
}

/* For these udev drops the whole rule as well, in every version. */
static bool is_refused(const struct udev_token *token)
{
	static const char *const matches[] = { "ACTION", "DEVPATH", "KERNEL",	  "SUBSYSTEM",
					       "DRIVER", "KERNELS", "SUBSYSTEMS", "DRIVERS",
					       "ATTRS",	 "TAGS",    "RESULT",	  "TEST" };

	if (str_eq(token->key, "GOTO") || str_eq(token->key, "LABEL"))
		return token->op != UDEV_ASSIGN || token->attribute.p;
	if (udev_token_is_match(token))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
		if (str_eq(token->key, matches[i]))
			return true;
	return token->ignores_case;
}

static void rule_done(struct udev_rule *rule)
{
	free(rule->text);
	free(rule->tokens);
}

/* 0, -EBADMSG (udev drops such a rule), -ENOMEM. */
static int parse_tokens(struct udev_rule *rule)
{
	char *text = rule->text;
	struct udev_token token;
	int r;

	while ((r = parse_token(&text, &token)) > 0) {
		if (is_refused(&token))
			return -EBADMSG;
		r = ARRAY_APPEND(rule->tokens, rule->n, &token);
		if (r < 0)
			return r;
	}
	return r;
}

/* A rule whose lines are still coming. */
struct joined {
	char text[UDEV_RULE_SIZE];
	size_t n;
	size_t start, length;
	unsigned line;
	bool is_open, is_too_long;
};

static int add_rule(struct udev_rules *rules, const struct joined *joined, size_t end)
{
	struct udev_rule rule = {
		.start = joined->start,
		.end = end,
		.line = joined->line,
		.length = joined->length,
		.text = strndup(joined->text, joined->n),
	};
	int r = rule.text ? parse_tokens(&rule) : -ENOMEM;

	if (r == 0 && rule.n > 0)
		r = ARRAY_APPEND(rules->rules, rules->n, &rule);
	if (r < 0 || rule.n == 0)
		rule_done(&rule);
	return r == -EBADMSG ? 0 : r;
}

/* One line, without blanks in front of it, which is no comment. True when it is the rule's last. */
static bool join(struct joined *joined, struct str line)
{
	bool goes_on = line.n > 0 && line.p[line.n - 1] == '\\';

	if (goes_on)
		line.n--;
	if (joined->n + line.n + goes_on >= sizeof(joined->text))
		joined->is_too_long = true;
	if (!joined->is_too_long && line.n > 0) {
		memcpy(joined->text + joined->n, line.p, line.n);
		joined->n += line.n;
	}
	joined->is_open = goes_on;
	return !goes_on;
}

static int parse_lines(struct str text, struct joined *joined, struct udev_rules *rules)
{
	struct str rest = text, line;
	unsigned number = 0;

	while (next_line(&rest, &line)) {
		size_t whole = line.n;

		number++;
		if (line.n >= UDEV_RULE_SIZE)
			return -ENOBUFS;
		line = skip_blanks(line);
		/* Between continuation lines as well, whatever it ends with. */
		if (line.n > 0 && line.p[0] == '#')
			continue;
		if (!joined->is_open) {
			joined->n = joined->length = 0;
			joined->start = (size_t)(line.p - text.p);
			joined->line = number;
			joined->is_too_long = false;
		}
		joined->length += whole;
		if (join(joined, line) && !joined->is_too_long) {
			size_t end = (size_t)(line.p - text.p) + line.n;
			int r = add_rule(rules, joined, end);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

int udev_rules_parse(struct str text, struct udev_rules *ret)
{
	_cleanup_free_ struct joined *joined = calloc(1, sizeof(*joined));
	struct udev_rules rules = { NULL, 0 };
	int r = joined ? parse_lines(text, joined, &rules) : -ENOMEM;

	if (r < 0) {
		udev_rules_done(&rules);
		return r;
	}
	*ret = rules;
	return 0;
}

void udev_rules_done(struct udev_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		rule_done(&rules->rules[i]);
	free(rules->rules);
	*rules = (struct udev_rules){ NULL, 0 };
}

const struct udev_token *udev_rule_find(const struct udev_rule *rule, const char *key)
{
	for (size_t i = 0; i < rule->n; i++)
		if (str_eq(rule->tokens[i].key, key))
			return &rule->tokens[i];
	return NULL;
}

enum use {
	BARE = 1,
	BRACED = 2, /* KEY{attribute} */
	MATCH = 4,
	ASSIGN = 8,
	REMOVE = 16,
};

/* Whether every version of udev has this key, and has it used like that. */
static bool is_known_use(const struct udev_token *token)
{
	static const struct {
		const char *key;
		unsigned uses;
	} keys[] = {
		{ "ACTION", BARE | MATCH },
		{ "ATTR", BRACED | MATCH | ASSIGN },
		{ "ATTRS", BRACED | MATCH },
		{ "CONST", BRACED | MATCH },
		{ "DEVPATH", BARE | MATCH },
		{ "DRIVER", BARE | MATCH },
		{ "DRIVERS", BARE | MATCH },
		{ "ENV", BRACED | MATCH | ASSIGN },
		{ "GOTO", BARE | ASSIGN },
		{ "GROUP", BARE | ASSIGN },
		{ "IMPORT", BRACED | MATCH | ASSIGN },
		{ "KERNEL", BARE | MATCH },
		{ "KERNELS", BARE | MATCH },
		{ "LABEL", BARE | ASSIGN },
		{ "MODE", BARE | ASSIGN },
		{ "NAME", BARE | MATCH | ASSIGN },
		{ "OPTIONS", BARE | ASSIGN },
		{ "OWNER", BARE | ASSIGN },
		{ "PROGRAM", BARE | MATCH | ASSIGN },
		{ "RESULT", BARE | MATCH },
		{ "RUN", BARE | BRACED | ASSIGN },
		{ "SECLABEL", BRACED | ASSIGN },
		{ "SUBSYSTEM", BARE | MATCH },
		{ "SUBSYSTEMS", BARE | MATCH },
		{ "SYMLINK", BARE | MATCH | ASSIGN | REMOVE },
		{ "SYSCTL", BRACED | MATCH | ASSIGN },
		{ "TAG", BARE | MATCH | ASSIGN | REMOVE },
		{ "TAGS", BARE | MATCH },
		{ "TEST", BARE | BRACED | MATCH },
	};
	unsigned use = token->attribute.p ? BRACED : BARE;

	use |= udev_token_is_match(token) ? MATCH : token->op == UDEV_REMOVE ? REMOVE : ASSIGN;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (str_eq(token->key, keys[i].key))
			return (keys[i].uses & use) == use;
	return false;
}

static bool is_octal(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
	return s.n > 0 && s.n <= 4;
}

/* For which attributes the key is known; the only ones that it has. */
static bool is_known_attribute(const struct udev_token *token)
{
	static const struct {
		const char *key, *attribute;
	} known[] = {
		{ "CONST", "arch" },	 { "CONST", "virt" },  { "IMPORT", "cmdline" },
		{ "IMPORT", "db" },	 { "IMPORT", "file" }, { "IMPORT", "parent" },
		{ "IMPORT", "program" }, { "RUN", "program" },
	};
	bool is_listed = false;

	if (str_eq(token->key, "TEST"))
		return is_octal(token->attribute);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!str_eq(token->key, known[i].key))
			continue;
		is_listed = true;
		if (str_eq(token->attribute, known[i].attribute))
			return true;
	}
	return !is_listed && token->attribute.n > 0;
}

/* Properties that udev does not let rules set; which ones depends on its version. */
static bool is_reserved(struct str property)
{
	struct str rest = STR("ACTION CURRENT_TAGS DEVGID DEVLINKS DEVMODE DEVNAME DEVNUM DEVPATH "
			      "DEVPATH_OLD DEVTYPE DEVUID DISKSEQ DRIVER IFINDEX INTERFACE "
			      "INTERFACE_OLD MAJOR MINOR MODALIAS PARTN SEQNUM SUBSYSTEM "
			      "SYNTH_UUID TAGS UDEV_DATABASE_VERSION USEC_INITIALIZED");
	struct str word;

	while (str_next_word(&rest, &word))
		if (word.n == property.n && memcmp(word.p, property.p, word.n) == 0)
			return true;
	return str_starts(property, "SYNTH_ARG_");
}

static bool is_doubtful(const struct udev_token *token)
{
	if (!is_known_use(token) || token->ignores_case ||
	    (token->attribute.p && !is_known_attribute(token)))
		return true;
	if (udev_token_is_match(token))
		return false;
	if (str_eq(token->key, "NAME"))
		return str_eq(token->value, "%k") || token->value.n == 0;
	if (str_eq(token->key, "ENV"))
		return is_reserved(token->attribute);
	return str_eq(token->key, "OPTIONS") && (str_starts(token->value, "link_priority=") ||
						 str_starts(token->value, "log_level="));
}

bool udev_rule_is_doubtful(const struct udev_rule *rule)
{
	for (size_t i = 0; i < rule->n; i++)
		if (is_doubtful(&rule->tokens[i]))
			return true;
	return false;
}
