/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading machine and policy. */
#include "view.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "firmware.h"
#include "log.h"
#include "paths.h"

static void report_firmware(void *userdata, const char *message)
{
	(void)userdata;
	log_warning("%s", message);
}

/* What is in force; on a machine without memhp.service what would be. */
static int read_policy(const struct sysfs *fs, struct view *view)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_POLICY);

	if (r == 0)
		r = policy_parse(&view->policy, (struct str){ text, n });
	if (r == 0) {
		view->is_in_force = true;
		(void)snprintf(view->origin, sizeof(view->origin), "/" PATH_POLICY);
		return 0;
	}
	/* `memhpctl check` is there to name mistakes. */
	r = config_read(fs, &view->policy, view->origin, sizeof(view->origin), NULL, NULL);
	return r < 0 ? r : 0;
}

static int explain_error(int error)
{
	switch (error) {
	case -ENOENT:
		log_error("this kernel has no memory hotplug: /" PATH_MEMORY " is missing");
		return EX_UNAVAILABLE;
	case -ENOMEM:
		log_error("out of memory");
		return EX_OSERR;
	default:
		log_error("cannot read what is known of memory: %s", strerror(-error));
		return EX_IOERR;
	}
}

int view_read(const struct ctl *ctl, struct view *ret)
{
	struct view view = { .is_in_force = false };
	int r = snapshot_read(&ctl->fs, &view.snapshot);

	if (r == -EACCES) {
		view.hides_addresses = true;
		r = snapshot_read_public(&ctl->fs, &view.snapshot);
	}
	if (r == 0)
		r = firmware_read_windows(&ctl->fs, &view.windows, report_firmware, NULL);
	if (r == 0)
		r = read_policy(&ctl->fs, &view);
	if (r < 0) {
		view_done(&view);
		return explain_error(r);
	}
	if (view.hides_addresses)
		log_info(
			"addresses in /" PATH_IOMEM
			" are hidden: which devices other blocks than those of DIMMs belong to needs root");
	*ret = view;
	return 0;
}

void view_done(struct view *view)
{
	snapshot_done(&view->snapshot);
	windows_done(&view->windows);
}
