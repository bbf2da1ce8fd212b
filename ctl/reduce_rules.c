/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines that stay, lines that are put together anew, lines that are filled. */
#include "reduce_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "onliner_rules.h"
#include "rule_files.h"
#include "udev_rules.h"

enum kept {
	KEPT_NOTHING,
	KEPT_SHAPE, /* keys, and those values that tell where memory gets */
	KEPT_ALL,
};

struct copy {
	struct str text;
	bool is_utf8;
	struct udev_rules rules;
	struct onliner_rules onliners;
	size_t rule; /* the first one that ends behind what was copied */
	FILE *to;
};

static enum kept find_kept(const struct copy *copy, size_t index)
{
	static const char *const keys[] = { "GOTO", "LABEL", "RESULT" };
	bool has_key = false;

	for (size_t i = 0; i < copy->onliners.n; i++)
		if (copy->onliners.rules[i].index == index)
			return KEPT_ALL;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		has_key |= udev_rule_find(&copy->rules.rules[index], keys[i]) != NULL;
	return has_key && copy->onliners.n > 0 ? KEPT_SHAPE : KEPT_NOTHING;
}

static bool is_one_of(struct str key, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(key, keys[i]))
			return true;
	return false;
}

/* Those of which onliner_rules_find() asks more than whether there is one. */
static bool is_value_kept(const struct udev_token *token)
{
	static const char *const keys[] = { "SUBSYSTEM",  "KERNEL",  "DEVPATH", "ACTION", "DRIVER",
					    "SUBSYSTEMS", "KERNELS", "GOTO",	"LABEL" };

	return is_one_of(token->key, keys, ARRAY_SIZE(keys)) &&
	       token->value.n == strcspn(token->value.p, "\"\\\r\n");
}

static bool is_token_kept(const struct udev_token *token)
{
	static const char *const keys[] = { "PROGRAM", "IMPORT", "GOTO", "LABEL" };

	return udev_token_is_match(token) || is_one_of(token->key, keys, ARRAY_SIZE(keys));
}

static void put_shape(const struct copy *copy, const struct udev_rule *rule)
{
	static const char *const operators[] = {
		[UDEV_MATCH] = "==",  [UDEV_NOMATCH] = "!=", [UDEV_ADD] = "+=",
		[UDEV_REMOVE] = "-=", [UDEV_ASSIGN] = "=",   [UDEV_ASSIGN_FINAL] = ":=",
	};
	const char *comma = "";

	for (size_t i = 0; i < rule->n; i++) {
		const struct udev_token *token = &rule->tokens[i];

		if (!is_token_kept(token))
			continue;
		(void)fprintf(copy->to, "%s%.*s", comma, STR_ARG(token->key));
		if (token->attribute.p)
			(void)fprintf(copy->to, "{%.*s}", STR_ARG(token->attribute));
		(void)fprintf(copy->to, "%s%s\"%s\"", operators[token->op],
			      token->ignores_case ? "i" : "",
			      is_value_kept(token) ? token->value.p : "x");
		comma = ", ";
	}
}

/* As long as before: a line that is too long for udev stays so, and so does what is no text. */
static void put_filling(const struct copy *copy, struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		(void)fputc(!copy->is_utf8 && (unsigned char)line.p[i] >= 0x80 ? 0xff : '#',
			    copy->to);
}

/* The rule that a line is of, if it is no comment between lines of a rule; NULL: of none. */
static const struct udev_rule *find_rule(struct copy *copy, size_t offset)
{
	const struct udev_rules *rules = &copy->rules;

	while (copy->rule < rules->n && rules->rules[copy->rule].end <= offset)
		copy->rule++;
	if (copy->rule == rules->n || offset < rules->rules[copy->rule].start ||
	    copy->text.p[offset] == '#')
		return NULL;
	return &rules->rules[copy->rule];
}

static void put_line(struct copy *copy, struct str line)
{
	struct str text = str_trim(line);
	size_t offset = (size_t)(text.p - copy->text.p);
	const struct udev_rule *rule = text.n > 0 ? find_rule(copy, offset) : NULL;
	enum kept kept = rule ? find_kept(copy, copy->rule) : KEPT_NOTHING;

	if (kept == KEPT_ALL || (line.p == copy->text.p && str_starts(line, RULE_FILE_MARK)))
		(void)fwrite(line.p, 1, line.n, copy->to);
	else if (kept == KEPT_SHAPE && offset == rule->start)
		put_shape(copy, rule);
	else
		put_filling(copy, line);
}

static void put_all(struct copy *copy)
{
	struct str text = copy->text;
	size_t start = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n' && text.p[i] != '\r' && text.p[i] != '\0')
			continue;
		put_line(copy, (struct str){ text.p + start, i - start });
		(void)fputc(text.p[i], copy->to);
		start = i + 1;
	}
	if (start < text.n)
		put_line(copy, (struct str){ text.p + start, text.n - start });
}

static int find_rules(struct copy *copy)
{
	int r = udev_rules_parse(copy->text, &copy->rules);

	/* Nobody knows what is in it. */
	if (r == -ENOBUFS)
		return 0;
	return r < 0 ? r : onliner_rules_find(&copy->rules, &copy->onliners);
}

int reduce_rules(struct str text, char **ret, size_t *ret_size)
{
	struct copy copy = { .text = text, .is_utf8 = str_is_utf8(text) };
	char *out = NULL;
	size_t size = 0;
	int r = find_rules(&copy);

	if (r == 0)
		copy.to = open_memstream(&out, &size);
	if (copy.to) {
		put_all(&copy);
		if (fclose(copy.to) != 0)
			r = -ENOMEM;
	} else {
		r = -ENOMEM;
	}
	onliner_rules_done(&copy.onliners);
	udev_rules_done(&copy.rules);
	if (r < 0) {
		free(out);
		return r;
	}
	*ret = out;
	*ret_size = size;
	return 0;
}
