/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file of udev rules, read as udev reads it: comments, continuation lines, operators, quotes.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "macro.h"
#include "parse.h"

/* A rule of so many bytes, its continuation lines joined, is one that udev ignores. */
#define UDEV_RULE_SIZE 16384

enum udev_operator {
	UDEV_MATCH,	   /* == */
	UDEV_NOMATCH,	   /* != */
	UDEV_ADD,	   /* += */
	UDEV_REMOVE,	   /* -= */
	UDEV_ASSIGN,	   /* = */
	UDEV_ASSIGN_FINAL, /* := */
};

/* KEY{attribute}=="value". */
struct udev_token {
	struct str key;
	struct str attribute; /* .p is NULL without braces */
	struct str value;     /* without quotes and escapes; terminated */
	enum udev_operator op;
	bool ignores_case; /* i"value" */
};

struct udev_rule {
	size_t start,
		end;   /* the bytes of the file from its first token to the end of its last line */
	unsigned line; /* where it starts, from 1 */
	size_t length; /* of all its lines, the blanks in front included */
	char *text;    /* what the tokens point into */
	struct udev_token *tokens;
	size_t n;
};

struct udev_rules {
	struct udev_rule *rules;
	size_t n;
};

/*
 * All rules of a file. Those that every udev drops are left out: no pairs of key and value, cut off,
 * or too long. 0, -ENOMEM, or -ENOBUFS (a line alone is longer than udev reads).
 */
_must_check_ int udev_rules_parse(struct str text, struct udev_rules *ret);

void udev_rules_done(struct udev_rules *rules);

bool udev_token_is_match(const struct udev_token *token);

/* Whether some version of udev, from 252 on, drops the rule: a key that it does not know, or such. */
bool udev_rule_is_doubtful(const struct udev_rule *rule);

/* The first token with this key; NULL when there is none. */
const struct udev_token *udev_rule_find(const struct udev_rule *rule, const char *key);
