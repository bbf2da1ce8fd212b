/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures and sentences as people read them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TEXT_SIZE_MAX 24

/* Bytes with one decimal at most, as lsmem(1) has them: "512M", "1.5G", "0B". Pure. */
void text_size(uint64_t bytes, char ret[static TEXT_SIZE_MAX]);

/*
 * Appends blocks @first to @last to a list such as "memory32-35,40", in ascending order; one that
 * has become too long for @size ends with ",..." and stays as it is. Pure.
 */
void text_add_run(char *ret, size_t size, uint64_t first, uint64_t last);

/* How many columns of a terminal the first @n bytes take. */
size_t text_width(const char *text, size_t n);

/*
 * How many bytes of @text a line of @room columns takes: up to a blank; a word that no line could
 * hold is broken, behind a slash or another mark where there is one. 0 for "", and before a
 * blank.
 */
size_t text_line(const char *text, size_t room);

/*
 * Writes @text in lines that end at column @width or before it, broken by text_line(), with a
 * newline each. The first one begins where the output is, at column @indent, the others are indented.
 */
void text_wrap(FILE *to, const char *text, size_t indent, size_t width);

/*
 * A copy with "\xNN" in place of each byte that is not UTF-8, as JSON wants it; on the heap, NULL
 * when memory is short. Pure.
 */
char *text_make_utf8(const char *text);
