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

/*
 * Writes @text in lines that end at column @width or before it, broken at blanks, with a newline
 * each. The first one begins where the output is, at column @indent, the others are indented.
 */
void text_wrap(FILE *to, const char *text, size_t indent, size_t width);

/*
 * A copy with "\xNN" in place of each byte that is not UTF-8, as JSON wants it; on the heap, NULL
 * when memory is short. Pure.
 */
char *text_make_utf8(const char *text);
