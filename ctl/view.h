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
	char onliner_why[256]; /* how Onliner= came to what is in force; "" when it is not */
	char auto_online[32];  /* auto_online_blocks now: "offline"; "" when it cannot be read */
	/* addresses in /proc/iomem are not for us (no root): only DIMMs are recognised for sure */
	bool hides_addresses;
	bool hides_windows; /* nor are the firmware's tables */
};

/* 0, or the status to exit with; it was said why. */
_must_check_ int view_read(const struct ctl *ctl, struct view *ret);
void view_done(struct view *view);

/* Who brings new memory online as things are. */
enum view_onliner {
	VIEW_ONLINER_MEMHP,
	VIEW_ONLINER_KERNEL,
	VIEW_ONLINER_OTHERS, /* nobody, or somebody whom memhp does not know */
	_VIEW_ONLINER_MAX,
};

/* @ret_why: one line for a person; points into @view, or to text that stays. */
enum view_onliner view_find_onliner(const struct view *view, const char **ret_why);
/* "memhp", "kernel", "others". */
const char *view_onliner_name(enum view_onliner onliner);
