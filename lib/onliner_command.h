/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a udev rule assigns or runs brings memory online, as far as its text tells. Pure. */
#pragma once

#include <stdbool.h>

#include "parse.h"

/* What is onlined, the narrowest first. */
enum onliner_target {
	ONLINER_TARGET_NONE,
	ONLINER_TARGET_OWN, /* the device of the event, if that is memory, or by way of it */
	ONLINER_TARGET_ANY, /* memory that is named, whatever the event is about */
};

/*
 * ATTR{@attribute}="@value": state or online, also as [memory/memory32]state, or
 * auto_online_blocks, with a word of the kernel's that onlines. A value that udev fills in ($, %)
 * counts as such a word.
 */
enum onliner_target onliner_attribute_target(struct str attribute, struct str value);

/* As ATTR, when @value is written to the file @path: none but in sysfs, and of memory. */
enum onliner_target onliner_write_target(struct str path, struct str value);

struct onlining {
	enum onliner_target target;
	bool is_doubtful; /* it may as well do something else */
};

/*
 * A command of RUN, PROGRAM or IMPORT{program} that writes such a word to a file named state, online
 * or auto_online_blocks, or runs chmem --enable. One is doubtful that writes to such a file what its
 * text does not tell, or such a word to a file somewhere. What a script does that it starts is not
 * known.
 */
struct onlining onliner_command_judge(struct str command);
