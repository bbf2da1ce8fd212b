/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl plan */
#include "ctl.h"

int ctl_plan(struct ctl *ctl, int argc, char *argv[])
{
	(void)ctl;
	(void)argc;
	(void)argv;
	return EX_UNAVAILABLE;
}
