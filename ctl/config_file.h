/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration in any file, and how its mistakes are told. */
#pragma once

#include "config.h"
#include "macro.h"
#include "policy.h"

/* As config_report_fn; @userdata is the FILE to print "file:line: message" to. */
void config_file_report(void *userdata, const char *file, unsigned line, const char *message);

/*
 * Applies the file @path, which is none of the machine's but the caller's, to @policy. How many
 * mistakes were reported, or -errno when it cannot be read.
 */
_must_check_ int config_file_apply(struct policy *policy, const char *path,
				   config_report_fn report, void *userdata);
