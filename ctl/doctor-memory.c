/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of devices, blocks and windows. */
#include <string.h>

#include "chmem.h"
#include "devices.h"
#include "doctor.h"
#include "owner.h"
#include "paths.h"
#include "text.h"
#include "windows.h"

/* With the addresses hidden, what is no DIMM cannot be told from what is not recognised. */
static bool is_known(const struct patient *patient, const struct group *group)
{
	return !patient->view->hides_addresses || group->provider == PROVIDER_DIMM;
}

/* The first block of the group in this state, or NULL. */
static const struct block *find_member(const struct snapshot *snapshot, const struct group *group,
				       enum block_state state)
{
	for (size_t i = 0; i < snapshot->n_blocks; i++)
		if (&snapshot->groups.g[snapshot->blocks[i].group] == group &&
		    snapshot->blocks[i].state == state)
			return &snapshot->blocks[i];
	return NULL;
}

static bool is_left(const struct patient *patient, const struct block *block)
{
	struct question question = snapshot_question(&patient->view->snapshot, block);
	enum zone_policy zone;

	(void)policy_find_zone(&patient->view->policy, &question.target, &zone);
	return zone == ZONE_POLICY_LEAVE;
}

static void blocks_text(const struct snapshot *snapshot, uint64_t n, char ret[static 64])
{
	char size[TEXT_SIZE_MAX];

	text_size(n * snapshot->block_size, size);
	(void)snprintf(ret, 64, "%s (%llu block%s)", size, (unsigned long long)n,
		       n == 1 ? "" : "s");
}

/* The value of @key in the record at @path, or "". */
static void read_record(const struct sysfs *fs, const char *path, const char *key, char *ret,
			size_t size)
{
	_cleanup_free_ char *text = NULL;
	struct str rest, line;
	size_t n, key_n = strlen(key);

	ret[0] = '\0';
	if (sysfs_read_file(fs, &text, &n, "%s", path) < 0)
		return;
	rest = (struct str){ text, n };
	while (str_next_line(&rest, &line))
		if (str_starts(line, key) && line.n > key_n && line.p[key_n] == '=')
			(void)snprintf(ret, size, "%.*s", (int)(line.n - key_n - 1),
				       line.p + key_n + 1);
}

/* Online, without a record that memhp did it. */
static uint64_t count_unrecorded(const struct patient *patient, size_t group)
{
	const struct snapshot *snapshot = &patient->view->snapshot;
	uint64_t n = 0;

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (block->group == group && block->state == BLOCK_ONLINE &&
		    !sysfs_exists(&patient->ctl->fs, PATH_BLOCKS "/memory%llu",
				  (unsigned long long)block->id))
			n++;
	}
	return n;
}

/* Where what the policy leaves to daxctl is not movable, daxctl was not the first. */
static void check_pinned(const struct patient *patient, const struct group *group)
{
	char size[64];

	if (group->kernel == 0 ||
	    (group->provider != PROVIDER_CXL && group->provider != PROVIDER_DAX))
		return;
	blocks_text(&patient->view->snapshot, group->kernel, size);
	findings_add(patient->findings, SEVERITY_WARNING, "onlined-by-others", group->name,
		     "memhp_default_state=offline on the kernel command line, and the next boot",
		     "%s of it are in a kernel zone, so that it cannot be removed: another than "
		     "daxctl or memhp was first",
		     size);
}

void check_onlined_by_others(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	if (!patient->view->is_in_force || patient->view->policy.onliner != ONLINER_UDEV)
		return;
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		const struct block *block = find_member(snapshot, group, BLOCK_ONLINE);
		uint64_t n;
		char size[64];

		if (!block || !is_known(patient, group))
			continue;
		if (is_left(patient, block)) {
			check_pinned(patient, group);
			continue;
		}
		n = count_unrecorded(patient, i);
		if (n == 0)
			continue;
		blocks_text(snapshot, n, size);
		/* Movable memory does no harm. */
		findings_add(patient->findings,
			     group->kernel > 0 ? SEVERITY_WARNING : SEVERITY_NOTE,
			     "onlined-by-others", group->name,
			     "memhp_default_state=offline on the kernel command line leaves memory "
			     "that is there at boot to memhp",
			     "%s of it were onlined by another than memhp, or before it started%s",
			     size, group->kernel > 0 ? ", some in a kernel zone" : "");
	}
}

void check_left_offline(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		const struct block *block = find_member(snapshot, group, BLOCK_OFFLINE);
		struct verdict verdict;
		char size[64], command[DEVICE_COMMAND_MAX], advice[160];
		const char *owner;

		if (!block || !is_known(patient, group))
			continue;
		verdict = snapshot_decide(snapshot, &patient->view->policy, block);
		if (verdict.zone != ZONE_LEAVE)
			continue;
		blocks_text(snapshot, group->offline, size);
		owner = device_find_owner(patient->view, group, &verdict, command);
		owner_advise(group->provider, owner, command, advice, sizeof(advice));
		findings_add(patient->findings, SEVERITY_WARNING, "left-offline", group->name,
			     advice, "%s %s offline and left to %s", size,
			     group->offline == 1 ? "is" : "are", owner);
	}
}

static void report_waiting(const struct patient *patient, const struct group *group)
{
	char path[sizeof(PATH_GROUPS) + GROUP_NAME_MAX], outcome[512], advice[160], size[64];

	(void)snprintf(path, sizeof(path), PATH_GROUPS "/%s", group->name);
	(void)snprintf(advice, sizeof(advice), "memhpctl online %s", group->name);
	read_record(&patient->ctl->fs, path, "MEMHP_OUTCOME", outcome, sizeof(outcome));
	blocks_text(&patient->view->snapshot, group->offline, size);
	if (strstr(outcome, " offline, first "))
		findings_add(patient->findings, SEVERITY_ERROR, "online-failed", group->name,
			     advice, "%s cannot be onlined: %s", size, outcome);
	else
		findings_add(patient->findings, SEVERITY_WARNING, "waiting", group->name, advice,
			     "%s %s offline, though memhp is to online %s", size,
			     group->offline == 1 ? "is" : "are",
			     group->offline == 1 ? "it" : "them");
}

void check_waiting(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	if (!patient->view->is_in_force || patient->view->policy.onliner != ONLINER_UDEV)
		return;
	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		const struct block *block = find_member(snapshot, group, BLOCK_OFFLINE);

		if (block && is_known(patient, group) && !is_left(patient, block))
			report_waiting(patient, group);
	}
}

/* What takes its blocks in kernel zones offline. */
static struct chmem find_kernel_blocks(const struct snapshot *snapshot, const struct group *group)
{
	struct chmem chmem = { .option = CHMEM_DISABLE, .block_size = snapshot->block_size };

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (&snapshot->groups.g[block->group] == group && block->zone == BLOCK_ZONE_KERNEL)
			chmem_add(&chmem, block->id);
	}
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
		const char *why;

		if ((group->provider != PROVIDER_CXL && group->provider != PROVIDER_DAX) ||
		    sysfs_read(&patient->ctl->fs, state, sizeof(state),
			       PATH_DAX_DEVICES "/%s/state", group->name) < 0)
			continue;
		why = contradict(state, group);
		if (!why)
			continue;
		(void)snprintf(subject, sizeof(subject), "%s/state", group->name);
		findings_add(patient->findings,
			     strcmp(state, "offline") == 0 ? SEVERITY_NOTE : SEVERITY_WARNING,
			     "dax-state", subject,
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
