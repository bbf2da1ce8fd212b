/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of devices, blocks and windows. */
#include <errno.h>
#include <string.h>

#include "block_dir.h"
#include "chmem.h"
#include "doctor.h"
#include "owner.h"
#include "paths.h"
#include "text.h"
#include "windows.h"

/* With the addresses hidden, what is no DIMM cannot be told from what is not recognised. */
static bool is_known(const struct patient *patient, const struct device *device)
{
	return !patient->view->hides_addresses || device->provider == PROVIDER_DIMM;
}

static void blocks_text(const struct snapshot *snapshot, uint64_t n, char ret[static 64])
{
	char size[TEXT_SIZE_MAX];

	text_size(n * snapshot->block_size, size);
	(void)snprintf(ret, 64, "%s (%llu block%s)", size, (unsigned long long)n,
		       n == 1 ? "" : "s");
}

/* How many blocks of each device are online by a record that memhp did it; NULL without memory. */
static uint64_t *count_recorded(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;
	const struct devices *devices = patient->devices;
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	uint64_t *counts = calloc(devices->n ? devices->n : 1, sizeof(*counts));

	/* There may be none yet. */
	if (!counts || block_dir_read(&patient->ctl->fs, PATH_BLOCKS, &list) < 0)
		return counts;
	for (size_t i = 0; i < list.n; i++) {
		const struct block *block = snapshot_find_block(snapshot, list.ids[i]);

		if (block && block->state == BLOCK_ONLINE)
			counts[devices->of_group[block->group]]++;
	}
	return counts;
}

/* Where what the policy leaves to daxctl is not movable, daxctl was not the first. */
static void check_pinned(const struct patient *patient, const struct device *device)
{
	char size[64];

	if (device->n_kernel == 0 ||
	    (device->provider != PROVIDER_CXL && device->provider != PROVIDER_DAX))
		return;
	blocks_text(&patient->view->snapshot, device->n_kernel, size);
	findings_add(patient->findings, SEVERITY_WARNING, "onlined-by-others", device->name,
		     "memhp_default_state=offline on the kernel command line, and the next boot",
		     "%s of it are in a kernel zone, so that it cannot be removed: another than "
		     "daxctl or memhp was first",
		     size);
}

static void report_unrecorded(const struct patient *patient, const struct device *device,
			      uint64_t n)
{
	char size[64];

	blocks_text(&patient->view->snapshot, n, size);
	/* Movable memory does no harm. */
	findings_add(patient->findings, device->n_kernel > 0 ? SEVERITY_WARNING : SEVERITY_NOTE,
		     "onlined-by-others", device->name,
		     "memhp_default_state=offline on the kernel command line leaves memory "
		     "that is there at boot to memhp",
		     "%s of it were onlined by another than memhp, or before it started%s", size,
		     device->n_kernel > 0 ? ", some in a kernel zone" : "");
}

void check_onlined_by_others(const struct patient *patient)
{
	_cleanup_free_ uint64_t *recorded = NULL;

	if (!patient->view->is_in_force || patient->view->policy.onliner != ONLINER_UDEV)
		return;
	recorded = count_recorded(patient);
	for (size_t i = 0; recorded && i < patient->devices->n; i++) {
		const struct device *device = &patient->devices->d[i];

		if (device->n_online == 0 || !is_known(patient, device))
			continue;
		if (device->is_left)
			check_pinned(patient, device);
		else if (device->n_online > recorded[i])
			report_unrecorded(patient, device, device->n_online - recorded[i]);
	}
}

void check_left_offline(const struct patient *patient)
{
	for (size_t i = 0; i < patient->devices->n; i++) {
		const struct device *device = &patient->devices->d[i];
		char size[64], advice[160];

		if (device->n_offline == 0 || !device->is_left || !is_known(patient, device))
			continue;
		blocks_text(&patient->view->snapshot, device->n_offline, size);
		owner_advise(device->provider, device->owner, device->command, advice,
			     sizeof(advice));
		findings_add(patient->findings, SEVERITY_WARNING, "left-offline", device->name,
			     advice, "%s %s offline and left to %s", size,
			     device->n_offline == 1 ? "is" : "are", device->owner);
	}
}

/* Boot memory that somebody has taken offline: memhp leaves it to those who did. */
void check_boot_offline(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;
	struct chmem chmem = { .option = CHMEM_ENABLE, .block_size = snapshot->block_size };
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	uint64_t n = 0;
	char size[64];

	if (block_dir_read(&patient->ctl->fs, PATH_MEMORY, &list) < 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		enum block_state state;
		enum block_zone zone;

		if (snapshot_find_block(snapshot, list.ids[i]) ||
		    snapshot_read_state(&patient->ctl->fs, list.ids[i], &state, &zone) < 0 ||
		    state != BLOCK_OFFLINE)
			continue;
		chmem_add(&chmem, list.ids[i]);
		n++;
	}
	if (n == 0)
		return;
	chmem_end(&chmem);
	blocks_text(snapshot, n, size);
	findings_add(patient->findings, SEVERITY_NOTE, "boot-offline", "boot memory", chmem.text,
		     "%s %s offline, which memhp leaves as it is", size, n == 1 ? "is" : "are");
}

/* Who fails to online what is not left to anybody. */
static const char *explain_waiting(const struct patient *patient, const struct device *device)
{
	if (!patient->view->is_in_force)
		return "and memhp is not in force";
	if (patient->view->policy.onliner == ONLINER_KERNEL)
		return "and the kernel onlines only what comes anew";
	return device->n_offline == 1 ? "though memhp is to online it" :
					"though memhp is to online them";
}

static const char *advise_waiting(const struct device *device)
{
	if (strstr(device->outcome, strerror(EHWPOISON)))
		return "that memory is faulty: replace the module; see journalctl -k";
	/* Of memory that the kernel is to online by itself there is no command. */
	return device->command[0] ? device->command : "systemctl restart memhp";
}

static void report_waiting(const struct patient *patient, const struct device *device)
{
	const char *advice = advise_waiting(device);
	char size[64];

	blocks_text(&patient->view->snapshot, device->n_offline, size);
	if (strstr(device->outcome, " offline, first "))
		findings_add(patient->findings, SEVERITY_ERROR, "online-failed", device->name,
			     advice, "%s cannot be onlined: %s", size, device->outcome);
	else
		findings_add(patient->findings, SEVERITY_WARNING, "waiting", device->name, advice,
			     "%s %s offline, %s", size, device->n_offline == 1 ? "is" : "are",
			     explain_waiting(patient, device));
}

void check_waiting(const struct patient *patient)
{
	for (size_t i = 0; i < patient->devices->n; i++) {
		const struct device *device = &patient->devices->d[i];

		if (device->n_offline > 0 && !device->is_left && is_known(patient, device))
			report_waiting(patient, device);
	}
}

/* What takes its blocks in kernel zones offline. */
static struct chmem find_kernel_blocks(const struct snapshot *snapshot, const struct group *group)
{
	struct chmem chmem = { .option = CHMEM_DISABLE, .block_size = snapshot->block_size };

	for (const struct block *block = snapshot_find_block(snapshot, group->first);
	     block && block < snapshot->blocks + snapshot->n_blocks && block->id <= group->last;
	     block++)
		if (&snapshot->groups.g[block->group] == group && block->zone == BLOCK_ZONE_KERNEL)
			chmem_add(&chmem, block->id);
	chmem_end(&chmem);
	return chmem;
}

void check_split(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		char advice[CHMEM_TEXT_MAX + GROUP_NAME_MAX + 32];
		struct chmem chmem;

		if (group->is_dynamic || !group_is_device(group) || group->kernel == 0 ||
		    group->movable == 0)
			continue;
		chmem = find_kernel_blocks(snapshot, group);
		(void)snprintf(advice, sizeof(advice), "try %s, then memhpctl online %s",
			       chmem.text, group->name);
		findings_add(patient->findings, SEVERITY_WARNING, "split", group->name, advice,
			     "%llu of its blocks are movable and %llu in a kernel zone, so that "
			     "it cannot be unplugged and the movable ones gain nothing",
			     (unsigned long long)group->movable, (unsigned long long)group->kernel);
	}
}

/* What would be said of one page more, by the ratio alone. */
static struct verdict judge(const struct snapshot *snapshot, const struct policy *policy,
			    unsigned node)
{
	struct facts facts = snapshot_facts(snapshot);
	struct question question = {
		.target = { .provider = PROVIDER_DIMM, .device = "", .alias = "", .node = node },
	};

	return decide(policy, &facts, &question);
}

static void report_excess(const struct patient *patient, const struct verdict *verdict,
			  const char *subject)
{
	uint64_t page = patient->view->snapshot.machine.page_size;
	char movable[TEXT_SIZE_MAX], limit[TEXT_SIZE_MAX];

	text_size(verdict->sum.movable * page, movable);
	text_size(verdict->sum.limit * page, limit);
	findings_add(patient->findings, SEVERITY_WARNING, "ratio-exceeded", subject,
		     "add memory to kernel zones, or have less of it movable: the kernel may run "
		     "out of memory while movable memory is free",
		     "%s are movable, %s are allowed by MovableRatio=%llu", movable, limit,
		     (unsigned long long)patient->view->policy.movable_ratio);
}

void check_ratio(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;
	struct policy policy = patient->view->policy;
	bool is_reported = false;

	/* The ratio alone, whatever sections say of devices. */
	policy.n_overrides = 0;
	policy.zone[PROVIDER_DIMM] = ZONE_POLICY_AUTO;
	if (policy.movable_ratio == 0)
		return; /* what is movable was made so by a section of its own */
	for (size_t i = 0; i < snapshot->n_nodes; i++) {
		struct verdict verdict = judge(snapshot, &policy, snapshot->nodes[i].node);
		char subject[32];

		if (verdict.reason == REASON_EXCEEDS && !is_reported) {
			is_reported = true;
			report_excess(patient, &verdict, "machine");
		}
		if (verdict.reason != REASON_NODE_EXCEEDS)
			continue;
		(void)snprintf(subject, sizeof(subject), "node %u", verdict.node);
		report_excess(patient, &verdict, subject);
	}
}

/* What is wrong about the blocks of a device of which the kernel says @state; NULL: nothing. */
static const char *contradict(const char *state, const struct group *group)
{
	bool is_online = str_starts(str_of(state), "online");

	if (strcmp(state, "unplugged") == 0)
		return "though it has blocks";
	if (is_online && group->offline > 0)
		return "though some of its blocks are offline";
	if (strcmp(state, "online_movable") == 0 && group->kernel > 0)
		return "though some of its blocks are in a kernel zone";
	if (strcmp(state, "online_kernel") == 0 && group->movable > 0)
		return "though some of its blocks are movable";
	if (strcmp(state, "offline") == 0 && group->kernel + group->movable > 0)
		return "though some of its blocks are online";
	return NULL;
}

/* Since 7.3 a dax device has a state as well, which does not follow that of its blocks. */
void check_dax_state(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		char state[32], subject[GROUP_NAME_MAX + 16];
		enum severity severity;
		const char *why;

		if ((group->provider != PROVIDER_CXL && group->provider != PROVIDER_DAX) ||
		    sysfs_read(&patient->ctl->fs, state, sizeof(state),
			       PATH_DAX_DEVICES "/%s/state", group->name) < 0)
			continue;
		why = contradict(state, group);
		if (!why)
			continue;
		(void)snprintf(subject, sizeof(subject), "%s/state", group->name);
		severity = strcmp(state, "offline") == 0 ? SEVERITY_NOTE : SEVERITY_WARNING;
		findings_add(patient->findings, severity, "dax-state", subject,
			     "use one of the two, the blocks or the state of the device",
			     "is \"%s\", %s", state, why);
	}
}

static bool has_entry(const struct iomem *iomem, struct range window)
{
	for (size_t i = 0; i < iomem->n; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];

		if (entry->start > window.end || entry->end < window.start)
			continue;
		if (str_starts(entry->name, "dax") || str_starts(entry->name, "region") ||
		    str_starts(entry->name, "namespace") || str_starts(entry->name, "System RAM"))
			return true;
	}
	return false;
}

/* A window of CXL may be empty; the others are memory that is there. */
void check_windows(const struct patient *patient)
{
	static const char *const advice[_WINDOW_KIND_MAX] = {
		[WINDOW_PMEM] = "ndctl list -RNi shows what is there; modprobe -a nfit nd_pmem",
		[WINDOW_SOFT_RESERVED] = "modprobe -a dax_hmem device_dax kmem",
		[WINDOW_CXL] = NULL,
	};
	const struct windows *windows = &patient->view->windows;

	if (patient->view->hides_addresses)
		return;
	for (unsigned kind = 0; kind < _WINDOW_KIND_MAX; kind++) {
		for (size_t i = 0; advice[kind] && i < windows->kind[kind].n; i++) {
			struct range window = windows->kind[kind].r[i];
			char subject[64], size[TEXT_SIZE_MAX];

			if (has_entry(&patient->view->snapshot.iomem, window))
				continue;
			text_size(window.end - window.start + 1, size);
			(void)snprintf(subject, sizeof(subject), "0x%llx-0x%llx",
				       (unsigned long long)window.start,
				       (unsigned long long)window.end);
			findings_add(patient->findings, SEVERITY_WARNING, "window-without-owner",
				     subject, advice[kind], "%s of %s that no driver has taken",
				     size, window_kind_name(kind));
		}
	}
}
