/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts a range of decimal numbers into runs that one glob matches. */
#include "windows.h"

#include <errno.h>
#include <string.h>

void windows_done(struct windows *windows)
{
	for (size_t i = 0; i < _WINDOW_KIND_MAX; i++)
		ranges_done(&windows->kind[i]);
}

bool windows_any(const struct windows *windows)
{
	for (unsigned kind = 0; kind < _WINDOW_KIND_MAX; kind++)
		if (windows->kind[kind].n > 0)
			return true;
	return false;
}

const char *window_kind_name(enum window_kind kind)
{
	static const char *const names[_WINDOW_KIND_MAX] = {
		[WINDOW_CXL] = "CXL window",
		[WINDOW_PMEM] = "persistent memory",
		[WINDOW_SOFT_RESERVED] = "soft-reserved memory",
	};

	return names[kind];
}

bool window_blocks(struct range window, uint64_t block_size, uint64_t *ret_first,
		   uint64_t *ret_last)
{
	uint64_t first = window.start / block_size, last = window.end / block_size;

	if (window.start % block_size > 0)
		first++;
	/* The last block counts only if the window has its last byte. */
	if (window.end % block_size < block_size - 1) {
		if (last == 0)
			return false;
		last--;
	}
	if (first > last)
		return false;
	*ret_first = first;
	*ret_last = last;
	return true;
}

/* Numbers that one glob matches: a prefix (none when it is 0), a digit of a class, any digits. */
struct run {
	uint64_t prefix;
	unsigned digit_min, digit_max;
	unsigned n_any;
	uint64_t last;
};

/* The longest run that starts at @first and does not reach beyond @last. */
static struct run find_run(uint64_t first, uint64_t last)
{
	uint64_t step = 1, more;
	struct run run = { .n_any = 0 };

	/* 0 is the only number that begins with 0, so it is no start for "any digits". */
	while (first > 0 && step <= UINT64_MAX / 10 && first % (step * 10) == 0 &&
	       last - first >= step * 10 - 1) {
		step *= 10;
		run.n_any++;
	}
	run.prefix = first / step / 10;
	run.digit_min = (unsigned)(first / step % 10);
	more = (last - first - (step - 1)) / step;
	if (more > 9 - run.digit_min)
		more = 9 - run.digit_min;
	run.digit_max = run.digit_min + (unsigned)more;
	run.last = first + more * step + (step - 1);
	return run;
}

struct text {
	/* At most two runs for each n_any, of at most 31 + 4 * n_any characters with the "|". */
	char p[4096];
	size_t n; /* the size of p when it is full */
};

static void put_char(struct text *text, char c)
{
	if (text->n < sizeof(text->p))
		text->p[text->n++] = c;
}

static void put(struct text *text, const char *piece)
{
	while (*piece)
		put_char(text, *piece++);
}

static void put_number(struct text *text, uint64_t number)
{
	if (number >= 10)
		put_number(text, number / 10);
	put_char(text, (char)('0' + number % 10));
}

static void put_run(struct text *text, const struct run *run)
{
	put(text, "memory");
	if (run->prefix > 0)
		put_number(text, run->prefix);
	if (run->digit_min == run->digit_max) {
		put_number(text, run->digit_min);
	} else {
		put(text, "[");
		put_number(text, run->digit_min);
		put(text, run->digit_max - run->digit_min > 1 ? "-" : "");
		put_number(text, run->digit_max);
		put(text, "]");
	}
	for (unsigned i = 0; i < run->n_any; i++)
		put(text, "[0-9]");
}

int windows_to_globs(char *ret, size_t size, uint64_t first, uint64_t last)
{
	struct text text;
	struct run run;

	if (first > last)
		return -EINVAL;
	for (text.n = 0;; put(&text, "|")) {
		run = find_run(first, last);
		put_run(&text, &run);
		if (run.last == last)
			break;
		first = run.last + 1;
	}
	if (text.n == sizeof(text.p) || text.n >= size)
		return -ENOSPC;
	memcpy(ret, text.p, text.n);
	ret[text.n] = '\0';
	return (int)text.n;
}
