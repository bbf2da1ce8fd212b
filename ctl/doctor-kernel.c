/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of how the kernel is set up. */
#include <string.h>

#include "cmdline.h"
#include "doctor.h"
#include "paths.h"
#include "text.h"

/* struct page of a 64-bit kernel, for each page of memory */
#define MEMMAP_BYTES 64

static bool is_onliner(const struct patient *patient)
{
	return patient->view->is_in_force && patient->view->policy.onliner == ONLINER_UDEV;
}

void check_kernel_onlines(const struct patient *patient)
{
	const struct view *view = patient->view;
	bool is_offline = strcmp(view->auto_online, "offline") == 0;

	if (view->auto_online[0] == '\0')
		return;
	if (!view->is_in_force) {
		if (!is_offline)
			findings_add(
				patient->findings, SEVERITY_NOTE, "kernel-onlines",
				"/" PATH_AUTO_ONLINE, "memhp switches that off once it is in force",
				"is \"%s\": the kernel onlines all new memory", view->auto_online);
		return;
	}
	if (view->policy.onliner == ONLINER_KERNEL && is_offline)
		findings_add(
			patient->findings, SEVERITY_ERROR, "kernel-is-off", "/" PATH_AUTO_ONLINE,
			"systemctl restart memhp",
			"is \"offline\", though the kernel is to online (Onliner=kernel or auto)");
	if (view->policy.onliner != ONLINER_UDEV || is_offline)
		return;
	findings_add(patient->findings, SEVERITY_ERROR, "kernel-onlines", "/" PATH_AUTO_ONLINE,
		     "systemctl restart memhp, and find out who has changed it",
		     "is \"%s\": the kernel onlines all new memory before memhp can",
		     view->auto_online);
}

static void check_default_state(const struct patient *patient)
{
	struct str value;

	if (!cmdline_get(patient->cmdline, "memhp_default_state", &value) ||
	    str_eq(value, "offline"))
		return;
	findings_add(patient->findings, SEVERITY_WARNING, "default-state", "kernel command line",
		     "memhp_default_state=offline leaves that memory to memhp",
		     "memhp_default_state=%.*s: the kernel onlines what is there before "
		     "memhp.service starts",
		     STR_ARG(value));
}

/* Parameters that rule what the kernel onlines, which is nothing when memhp does. */
void check_cmdline(const struct patient *patient)
{
	static const struct {
		const char *name, *key;
	} parameters[] = {
		{ "memory_hotplug.online_policy", "Zone=" },
		{ "memory_hotplug.auto_movable_ratio", "MovableRatio=" },
		{ "memory_hotplug.auto_movable_numa_aware", "NumaAware=" },
	};
	char advice[96];
	struct str value;

	if (!is_onliner(patient))
		return;
	check_default_state(patient);
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
		if (!cmdline_get(patient->cmdline, parameters[i].name, &value))
			continue;
		(void)snprintf(advice, sizeof(advice), "set %s in memhp.conf instead",
			       parameters[i].key);
		findings_add(patient->findings, SEVERITY_NOTE, "parameter-unused",
			     "kernel command line", advice,
			     "%s=%.*s has no effect on what memhp onlines", parameters[i].name,
			     STR_ARG(value));
	}
}

/*
 * The kernel keeps the list of memory of a crash kernel up to date by itself only if that was
 * loaded in a way that allows it; else udev's rules of kdump load it anew for each block.
 */
void check_crash_hotplug(const struct patient *patient)
{
	uint64_t is_loaded, follows;

	if (sysfs_read_u64(&patient->ctl->fs, 10, &is_loaded, PATH_CRASH_LOADED) < 0 ||
	    is_loaded == 0 ||
	    sysfs_read_u64(&patient->ctl->fs, 10, &follows, PATH_CRASH_HOTPLUG) < 0 || follows != 0)
		return;
	findings_add(patient->findings, SEVERITY_WARNING, "crash-hotplug", "/" PATH_CRASH_HOTPLUG,
		     "load it by kexec_file_load(2) (kexec -s), or by kexec --hotplug",
		     "is 0: the crash kernel has to be loaded again for each block that comes or "
		     "goes, and panics in the meantime are lost");
}

/* Bytes of hot-plugged memory whose page array takes early memory. */
static uint64_t count_foreign_memmap(const struct snapshot *snapshot)
{
	uint64_t blocks = 0;

	for (size_t i = 0; i < snapshot->groups.n; i++)
		if (snapshot->self_hosted[i] != SELF_HOSTED_YES)
			blocks += snapshot->groups.g[i].n_blocks;
	return blocks * snapshot->block_size / snapshot->machine.page_size * MEMMAP_BYTES;
}

void check_memmap(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;
	uint64_t memmap = count_foreign_memmap(snapshot), early = 0;
	char needed[TEXT_SIZE_MAX], there[TEXT_SIZE_MAX];

	for (size_t i = 0; i < snapshot->n_nodes; i++)
		early += snapshot->nodes[i].early * snapshot->machine.page_size;
	if (snapshot->machine.memmap_mode != MEMMAP_MODE_NO || memmap <= early / 8)
		return;
	text_size(memmap, needed);
	text_size(early, there);
	findings_add(
		patient->findings, SEVERITY_WARNING, "memmap-on-memory", "/" PATH_MEMMAP_ON_MEMORY,
		"memory_hotplug.memmap_on_memory=1 on the kernel command line, where the kernel "
		"supports it, has memory carry its own page array",
		"is off: the page arrays of hot-plugged memory take %s of the %s that the "
		"kernel had at boot",
		needed, there);
}
