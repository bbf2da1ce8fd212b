/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading configuration that is not in its place. */
#include "config_file.h"

#include <stdio.h>

#include "sysfs.h"

void config_file_report(void *userdata, const char *file, unsigned line, const char *message)
{
	FILE *to = userdata;

	if (line > 0)
		(void)fprintf(to, "%s:%u: %s\n", file, line, message);
	else
		(void)fprintf(to, "%s: %s\n", file, message);
}

int config_file_apply(struct policy *policy, const char *path, config_report_fn report,
		      void *userdata)
{
	_cleanup_(sysfs_close) struct sysfs fs = { .fd = -1 };
	_cleanup_free_ char *text = NULL;
	size_t n = 0;
	int r = sysfs_open(&fs, "."); /* an absolute path does not mind */

	if (r == 0)
		r = sysfs_read_file(&fs, &text, &n, "%s", path);
	if (r < 0)
		return r;
	return (int)config_apply(policy, path, (struct str){ text, n }, report, userdata);
}
