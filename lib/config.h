/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memhp.conf and its drop-ins, found as UAPI.6 (Configuration Files Specification) says: the
 * strongest of /etc, /run and /usr/lib/memhp has the main file; drop-ins of memhp.conf.d/ of all
 * three count, sorted by name, where the same name in a stronger directory hides the others.
 */
#pragma once

#include "macro.h"
#include "policy.h"
#include "sysfs.h"

#define CONFIG_SETTING_MAX (POLICY_NAME_MAX + 32)
#define CONFIG_PATH_MAX 512

/* Where a value comes from. */
struct config_source {
	char setting[CONFIG_SETTING_MAX]; /* as in the canonical text: "Cxl.Zone" */
	char file[CONFIG_PATH_MAX];
	unsigned line;
};

/* Of all values that are no defaults, each once. */
struct config_sources {
	struct config_source *s;
	size_t n;
};

void config_sources_done(struct config_sources *sources);

/* NULL: nobody set it. */
const struct config_source *config_find_source(const struct config_sources *sources,
					       const char *setting);

/* One line for a person. @line is 0 where the whole file is meant. */
typedef void (*config_report_fn)(void *userdata, const char *file, unsigned line,
				 const char *message);

/*
 * Applies the text of one file to @policy. A line that is wrong is reported and ignored. Returns
 * how many were.
 */
unsigned config_apply(struct policy *policy, const char *file, struct str text,
		      config_report_fn report, void *userdata);

/*
 * The defaults and on top of them all files below @fs. An unreadable file is reported and passed
 * over. @ret_origin (@origin_size bytes) gets the names of the files that count, joined with ", ",
 * or "built-in defaults". Returns how many findings were reported, or -ENOMEM.
 */
_must_check_ int config_read(const struct sysfs *fs, struct policy *ret, char *ret_origin,
			     size_t origin_size, config_report_fn report, void *userdata);

/* As config_read(), and where each value is from. */
_must_check_ int config_read_sources(const struct sysfs *fs, struct policy *ret, char *ret_origin,
				     size_t origin_size, struct config_sources *ret_sources,
				     config_report_fn report, void *userdata);
