/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which rules of a file online memory, and the same file with one more match in each of them:
 * SUBSYSTEM!="memory". Pure.
 */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "parse.h"
#include "udev_rules.h"

/* Why a rule cannot be kept from memory by one more match. */
enum onliner_obstacle {
	ONLINER_NO_OBSTACLE,
	ONLINER_DOUBTFUL,     /* it may do something else, which is not to be lost */
	ONLINER_JUMPS,	      /* GOTO=: without it memory gets to the rules that it skips */
	ONLINER_SETS,	      /* properties, tags or options: others may look at them */
	ONLINER_RESULT,	      /* a later rule looks at what its PROGRAM printed */
	ONLINER_OTHER_DEVICE, /* events of other devices have it online memory as well */
	ONLINER_TOO_LONG,     /* udev would ignore the longer rule */
	_ONLINER_OBSTACLE_MAX,
};

struct onliner_rule {
	size_t index; /* in struct udev_rules */
	enum onliner_obstacle obstacle;
};

struct onliner_rules {
	struct onliner_rule *rules;
	size_t n;
};

/*
 * The rules that may online memory, in their order. May: what depends on the machine (ACTION, ATTR,
 * ENV, CONST, PROGRAM) counts as fulfilled; SUBSYSTEM, KERNEL, DEVPATH and the GOTOs in front tell
 * whether memory gets there. A value that udev fills in counts as "online". 0 or -ENOMEM.
 */
_must_check_ int onliner_rules_find(const struct udev_rules *rules, struct onliner_rules *ret);

void onliner_rules_done(struct onliner_rules *onliners);

/* "it also has GOTO, ..."; for messages. */
const char *onliner_obstacle_explain(enum onliner_obstacle obstacle);

/*
 * What a rule does beside onlining, and not for memory any more once it has the match: "RUN",
 * "ATTR{x}, RUN"; "" for nothing. What does not fit is cut.
 */
void onliner_rule_losses(const struct udev_rule *rule, char *ret, size_t size);

/*
 * @text, which @rules were parsed of, with the match in all @onliners without an obstacle, below a
 * header that names @origin; on the heap, terminated. 0 or -ENOMEM.
 */
_must_check_ int onliner_rules_rewrite(struct str text, const struct udev_rules *rules,
				       const struct onliner_rules *onliners, const char *origin,
				       char **ret, size_t *ret_size);
