/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any rules file: what is rewritten differs by the added matches alone, and needs none a second time. */
#include <stdint.h>
#include <string.h>

#include "goals.h"
#include "onliner_rules.h"

#define ADDED "SUBSYSTEM!=\"memory\", "

static struct goal rewritten GOAL = { "rules that are rewritten", 0 };
static struct goal kept GOAL = { "rules that online memory and have an obstacle", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct onliner_rules find(struct str text, struct udev_rules *rules)
{
	struct onliner_rules onliners;

	if (udev_rules_parse(text, rules) < 0 || onliner_rules_find(rules, &onliners) < 0)
		__builtin_trap();
	return onliners;
}

/* @copy is a header of two lines, and @text with an addition at each of the rules that can be. */
static void check_bytes(struct str text, struct str copy, const struct udev_rules *rules,
			const struct onliner_rules *onliners)
{
	size_t done = 0;
	struct str line;

	if (!str_next_line(&copy, &line) || !str_next_line(&copy, &line))
		__builtin_trap();
	for (size_t i = 0; i <= onliners->n; i++) {
		bool is_last = i == onliners->n;
		size_t end = is_last ? text.n : rules->rules[onliners->rules[i].index].start;

		if (!is_last && onliners->rules[i].obstacle != ONLINER_NO_OBSTACLE)
			continue;
		if (copy.n < end - done ||
		    (end > done && memcmp(copy.p, text.p + done, end - done) != 0))
			__builtin_trap();
		copy.p += end - done;
		copy.n -= end - done;
		done = end;
		if (is_last)
			break;
		if (!str_starts(copy, ADDED))
			__builtin_trap();
		copy.p += strlen(ADDED);
		copy.n -= strlen(ADDED);
		rewritten.n++;
	}
	if (copy.n != 0)
		__builtin_trap();
}

/* The same rules, and of those that online only the ones that have an obstacle. */
static void check_again(struct str copy, const struct udev_rules *before,
			const struct onliner_rules *onliners)
{
	struct udev_rules rules;
	struct onliner_rules again = find(copy, &rules);
	size_t left = 0;

	if (rules.n != before->n)
		__builtin_trap();
	for (size_t i = 0; i < onliners->n; i++)
		left += onliners->rules[i].obstacle != ONLINER_NO_OBSTACLE;
	for (size_t i = 0; i < again.n; i++)
		if (again.rules[i].obstacle == ONLINER_NO_OBSTACLE)
			__builtin_trap();
	kept.n += left;
	if (again.n != left)
		__builtin_trap();
	onliner_rules_done(&again);
	udev_rules_done(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct onliner_rules onliners;
	struct udev_rules rules;
	char *copy;
	size_t n;

	if (udev_rules_parse(text, &rules) < 0)
		return 0;
	if (onliner_rules_find(&rules, &onliners) < 0 ||
	    onliner_rules_rewrite(text, &rules, &onliners, "x", &copy, &n) < 0)
		__builtin_trap();
	check_bytes(text, (struct str){ copy, n }, &rules, &onliners);
	check_again((struct str){ copy, n }, &rules, &onliners);
	free(copy);
	onliner_rules_done(&onliners);
	udev_rules_done(&rules);
	return 0;
}
