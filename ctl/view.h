/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands look at: the machine, its windows, and the policy that is in force. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ctl.h"
#include "macro.h"
#include "policy.h"
#include "snapshot.h"
#include "windows.h"

struct view {
	struct snapshot snapshot;
	struct windows windows;
	struct policy policy;
	char origin[1024]; /* the files that the policy is from */
	bool is_in_force;  /* memhp.service has published it, else it is what the files say now */
	/* addresses in /proc/iomem are not for us (no root): only DIMMs are recognised */
	bool hides_addresses;
};

/* 0, or the status to exit with; it was said why. */
_must_check_ int view_read(const struct ctl *ctl, struct view *ret);
void view_done(struct view *view);
