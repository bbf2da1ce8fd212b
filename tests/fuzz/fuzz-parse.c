/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes and names that are accepted read the same when they are written again. */
#include "parse.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_block_name(struct str text)
{
	char again[32];
	uint64_t block;

	if (parse_block_name(text, &block) < 0)
		return;
	(void)snprintf(again, sizeof(again), "memory%llu", (unsigned long long)block);
	if (!str_eq(text, again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, line, word;
	uint64_t number, bytes;
	size_t n_lines = 0, n = 0;
	bool yes;

	check_block_name(text);
	if (parse_number(text, &number) == 0 && (parse_size(text, &bytes) < 0 || bytes != number))
		abort();
	if (parse_bool(text, &yes) == 0 && size > strlen("false"))
		abort();
	for (; str_next_line(&text, &line); n_lines++) {
		n += line.n;
		while (str_next_word(&line, &word))
			if (word.n == 0 || parse_u64(word, 16, &number) > 0)
				abort();
	}
	if (n > size || n + n_lines < size)
		abort();
	return 0;
}
