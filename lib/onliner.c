/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing what the policy wants with what the kernel's own can do. */
#include "onliner.h"

#include <stdio.h>

#include "parse.h"

/* The kernel knows MovableRatio= and NumaAware=; the others have to be as it decides anyway. */
static const char *find_foreign_key(const struct policy *policy)
{
	/* Without NumaAware= a node without boot memory is like any other. */
	if (policy->numa_aware && policy->memory_only_nodes != MEMORY_ONLY_NODES_KERNEL)
		return "MemoryOnlyNodes";
	if (policy->kernel_credit != KERNEL_CREDIT_EARLY)
		return "KernelCredit";
	return policy->kernel_reserve != 0 ? "KernelReserve" : NULL;
}

/* Whether something is set that the kernel has no counterpart of; names the first. */
static bool has_foreign_key(const struct policy *policy, char *ret, size_t size)
{
	const struct policy defaults = policy_default();
	const char *key = find_foreign_key(policy);
	char section[POLICY_NAME_MAX + 8];

	if (key) {
		(void)snprintf(ret, size, "[Policy] %s=", key);
		return true;
	}
	for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
		if (policy->zone[provider] == defaults.zone[provider])
			continue;
		(void)snprintf(ret, size, "[%s] Zone=", provider_section(provider));
		return true;
	}
	if (policy->n_overrides == 0)
		return false;
	override_format(&policy->overrides[0], section, sizeof(section));
	(void)snprintf(ret, size, "[%s] Zone=", section);
	return true;
}

/*
 * Memory that carries its own page array comes only where memmap_on_memory is not off; the kernel
 * judges it as all other.
 */
static bool is_exempt_from_ratio(const struct policy *policy, const struct machine *machine)
{
	return policy->self_hosted_memmap == SELF_HOSTED_MEMMAP_EXEMPT &&
	       policy->movable_ratio > 0 && machine->memmap_mode != MEMMAP_MODE_NO;
}

static enum onliner_obstacle find_obstacle(const struct policy *policy,
					   const struct machine *machine, bool has_windows,
					   char *ret_key, size_t size)
{
	struct str arch = str_of(machine->arch);

	if (!machine->has_online_policy)
		return ONLINER_OBSTACLE_NO_PARAMETERS;
	if (has_windows)
		return ONLINER_OBSTACLE_WINDOWS;
	if (str_starts(arch, "s390"))
		return ONLINER_OBSTACLE_STANDBY;
	if (str_starts(arch, "ppc64"))
		return ONLINER_OBSTACLE_DLPAR;
	if (machine->is_hyperv || machine->is_xen)
		return ONLINER_OBSTACLE_BALLOON;
	if (is_exempt_from_ratio(policy, machine))
		return ONLINER_OBSTACLE_SELF_HOSTED;
	if (has_foreign_key(policy, ret_key, size))
		return ONLINER_OBSTACLE_KEY;
	return ONLINER_OBSTACLE_NONE;
}

struct onliner_choice onliner_choose(const struct policy *policy, const struct machine *machine,
				     bool has_windows)
{
	struct onliner_choice choice = {
		.asked = (enum onliner)policy->onliner,
		.onliner = (enum onliner)policy->onliner,
	};

	if (choice.asked != ONLINER_KERNEL && choice.asked != ONLINER_AUTO)
		return choice;
	choice.obstacle =
		find_obstacle(policy, machine, has_windows, choice.key, sizeof(choice.key));
	choice.onliner = ONLINER_KERNEL;
	if (choice.obstacle == ONLINER_OBSTACLE_NO_PARAMETERS ||
	    (choice.asked == ONLINER_AUTO && choice.obstacle != ONLINER_OBSTACLE_NONE))
		choice.onliner = ONLINER_UDEV;
	return choice;
}

static const char *obstacle_text(enum onliner_obstacle obstacle)
{
	switch (obstacle) {
	case ONLINER_OBSTACLE_NONE:
		break;
	case ONLINER_OBSTACLE_NO_PARAMETERS:
		return "this kernel has no memory_hotplug.online_policy (Linux 5.15 has)";
	case ONLINER_OBSTACLE_WINDOWS:
		return "the firmware has windows for CXL or dax memory, which daxctl cannot have "
		       "if the kernel onlines it";
	case ONLINER_OBSTACLE_STANDBY:
		return "the kernel would online standby memory";
	case ONLINER_OBSTACLE_DLPAR:
		return "the kernel onlines partition memory by itself";
	case ONLINER_OBSTACLE_BALLOON:
		return "the kernel's policy may make memory of Hyper-V and Xen movable";
	case ONLINER_OBSTACLE_SELF_HOSTED:
		return "the kernel's policy does not exempt memory that carries its own page "
		       "array";
	case ONLINER_OBSTACLE_KEY:
		return "the kernel's policy has nothing like";
	}
	return "the kernel's own policy decides as memhp would";
}

void onliner_explain(const struct onliner_choice *choice, char *ret, size_t size)
{
	static const char *const words[_ONLINER_MAX] = {
		[ONLINER_UDEV] = "udev",
		[ONLINER_KERNEL] = "kernel",
		[ONLINER_AUTO] = "auto",
		[ONLINER_NONE] = "none",
	};
	static const char *const outcomes[_ONLINER_MAX] = {
		[ONLINER_UDEV] = "udev onlines",
		[ONLINER_KERNEL] = "the kernel onlines",
		[ONLINER_AUTO] = "",
		[ONLINER_NONE] = "memhp stays out",
	};

	if (choice->asked == choice->onliner && choice->obstacle == ONLINER_OBSTACLE_NONE)
		(void)snprintf(ret, size, "Onliner=%s: %s", words[choice->asked],
			       outcomes[choice->onliner]);
	else
		(void)snprintf(
			ret, size, "Onliner=%s: %s, %s %s%s%s", words[choice->asked],
			outcomes[choice->onliner],
			choice->asked == ONLINER_KERNEL && choice->onliner == ONLINER_KERNEL ?
				"though" :
				"since",
			obstacle_text(choice->obstacle), choice->key[0] ? " " : "", choice->key);
}
