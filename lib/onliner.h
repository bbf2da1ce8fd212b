/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who onlines on this machine: what Onliner= asks for, as far as kernel and policy allow it. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"
#include "policy.h"

/* Why the kernel does not online as the policy says, the gravest first. */
enum onliner_obstacle {
	ONLINER_OBSTACLE_NONE,
	ONLINER_OBSTACLE_NO_PARAMETERS, /* a kernel without online_policy, before 5.15 */
	ONLINER_OBSTACLE_WINDOWS,	/* memory that only a dax device can bring */
	ONLINER_OBSTACLE_STANDBY,	/* s390: onlining takes memory from the hypervisor */
	ONLINER_OBSTACLE_DLPAR,		/* ppc64: the driver onlines by itself */
	ONLINER_OBSTACLE_BALLOON,	/* Hyper-V, Xen: what they add belongs in a kernel zone */
	ONLINER_OBSTACLE_SELF_HOSTED,	/* memory that the policy exempts from the ratio */
	ONLINER_OBSTACLE_KEY,		/* a setting that the kernel has no counterpart of */
};

struct onliner_choice {
	enum onliner asked;
	enum onliner onliner; /* never ONLINER_AUTO */
	enum onliner_obstacle obstacle;
	char key[POLICY_NAME_MAX + 16]; /* _OBSTACLE_KEY: "[Policy] KernelReserve="; else "" */
};

/*
 * "auto" is the kernel where no obstacle stands in the way, else udev. "kernel" is the kernel, with
 * the gravest obstacle for a warning, and udev only where the kernel lacks the parameters.
 */
struct onliner_choice onliner_choose(const struct policy *policy, const struct machine *machine,
				     bool has_windows);

/*
 * One line such as "Onliner=auto: udev onlines: this kernel has no ..."; cut where @size is too
 * small.
 */
void onliner_explain(const struct onliner_choice *choice, char *ret, size_t size);
