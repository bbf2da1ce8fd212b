/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an archive for others need not have of a file of udev rules, where serial numbers, addresses
 * and passwords may stand: all but the rules that online memory, and of others how they lead to
 * these. Pure.
 */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "parse.h"

/*
 * A file with as many lines in which onliner_rules_find() finds the same in the same places; what it
 * does not look at is filled with "#". On the heap. 0 or -ENOMEM.
 */
_must_check_ int reduce_rules(struct str text, char **ret, size_t *ret_size);
