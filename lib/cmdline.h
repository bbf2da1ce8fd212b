/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel command line (Documentation/admin-guide/kernel-parameters.rst). Pure. */
#pragma once

#include <stdbool.h>

#include "parse.h"

/*
 * The value of the last "@name=value" of @cmdline; double quotes keep blanks together and are not
 * part of it. False when there is none; what stands behind a lone "--" belongs to init and is not
 * looked at.
 */
bool cmdline_get(struct str cmdline, const char *name, struct str *ret);

/*
 * Cuts the next word off @cmdline, with its quotes; blanks between double quotes do not end it.
 * False at the end.
 */
bool cmdline_next_word(struct str *cmdline, struct str *ret);
