/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes and names that are accepted read the same when they are written again. */
#include "parse.h"

#include <string.h>

#include "goals.h"

static struct goal names GOAL = { "names of blocks", 0 };
static struct goal numbers GOAL = { "numbers", 0 };
static struct goal sizes GOAL = { "sizes with a suffix", 0 };
static struct goal booleans GOAL = { "yes or no", 0 };
static struct goal words GOAL = { "words that are hexadecimal", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_block_name(struct str text)
{
	char again[32];
	uint64_t block;

	if (parse_block_name(text, &block) < 0)
		return;
	names.n++;
	(void)snprintf(again, sizeof(again), "memory%llu", (unsigned long long)block);
	if (!str_eq(text, again))
		abort();
}

/* A size without a suffix is a number; with one it is so many KiB at least. */
static void check_size(struct str text)
{
	uint64_t number, bytes, again;
	char kib[32];

	if (parse_number(text, &number) == 0) {
		numbers.n++;
		if (parse_size(text, &bytes) < 0 || bytes != number)
			abort();
	} else if (parse_size(text, &bytes) == 0) {
		sizes.n++;
		(void)snprintf(kib, sizeof(kib), "%lluK", (unsigned long long)(bytes >> 10));
		if (parse_size(str_of(kib), &again) < 0 || again != bytes)
			abort();
	}
}

static void check_bool(struct str text)
{
	bool yes;

	if (parse_bool(text, &yes) < 0)
		return;
	booleans.n++;
	if (text.n == 0 || text.n > strlen("false") ||
	    !strchr(yes ? "1yYtToO" : "0nNfFoO", text.p[0]))
		abort();
}

static void check_word(struct str word)
{
	uint64_t number, again;
	char hex[32];

	if (word.n == 0)
		abort();
	if (parse_u64(word, 16, &number) < 0)
		return;
	words.n++;
	(void)snprintf(hex, sizeof(hex), "%llx", (unsigned long long)number);
	if (parse_u64(str_of(hex), 16, &again) < 0 || again != number)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, line, word;
	size_t n_lines = 0, n = 0;

	check_block_name(text);
	check_size(text);
	check_bool(text);
	for (; str_next_line(&text, &line); n_lines++) {
		n += line.n;
		while (str_next_word(&line, &word))
			check_word(word);
	}
	if (n > size || n + n_lines < size)
		abort();
	return 0;
}
