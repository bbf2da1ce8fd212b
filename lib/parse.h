/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text into numbers and words: the only place where that happens. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* A piece of somebody else's text; not terminated. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ literal, sizeof(literal) - 1 })

/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

struct str str_of(const char *text);
bool str_eq(struct str s, const char *text);
bool str_starts(struct str s, const char *prefix);
/* Without blanks (space, tab, CR, NL) at both ends. */
struct str str_trim(struct str s);

/* How many bytes of @s its first character takes in UTF-8; 0 when it starts with none. */
size_t str_utf8(struct str s);
bool str_is_utf8(struct str s);

/*
 * Cuts the next line off @text, without its newline. False at the end of the text.
 */
bool str_next_line(struct str *text, struct str *ret);

/* Cuts the next run of non-blanks (space, tab) off @text. False when only blanks are left. */
bool str_next_word(struct str *text, struct str *ret);

/*
 * The whole of @s as a number of @base 10 or 16 (no sign, no blanks, no 0x).
 * 0, -EINVAL (empty, or something that is no digit), -ERANGE (does not fit).
 */
_must_check_ int parse_u64(struct str s, unsigned base, uint64_t *ret);

/* As parse_u64(), decimal or with 0x in front hexadecimal. */
_must_check_ int parse_number(struct str s, uint64_t *ret);

/*
 * Bytes: parse_number() and at most one of the suffixes K M G T P E (powers of 1024, either case,
 * optionally followed by "iB" or "B"). 0, -EINVAL, -ERANGE.
 */
_must_check_ int parse_size(struct str s, uint64_t *ret);

/* 1 yes true on, 0 no false off, in either case, as systemd reads them. 0 or -EINVAL. */
_must_check_ int parse_bool(struct str s, bool *ret);

/*
 * "memory12" -> 12, as the kernel writes block names: decimal, no leading zero, no sign.
 * 0, -EINVAL, or -ERANGE (more than fits).
 */
_must_check_ int parse_block_name(struct str s, uint64_t *ret_block);

/*
 * "memory8-39", "memory8-memory39", "memory8": the first and the last block. 0, -EINVAL (also when
 * the last one is before the first), or -ERANGE.
 */
_must_check_ int parse_block_range(struct str s, uint64_t *ret_first, uint64_t *ret_last);
