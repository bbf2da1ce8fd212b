/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl online: the callout's leader, run for a person. */
#include <errno.h>
#include <string.h>

#include "block_list.h"
#include "ctl.h"
#include "devices.h"
#include "leader.h"
#include "log.h"
#include "owner.h"
#include "paths.h"
#include "progress.h"
#include "spool.h"
#include "target.h"
#include "text.h"
#include "view.h"

struct job {
	const struct ctl *ctl;
	const struct policy *policy;
	const struct block_list *blocks;
	bool is_device; /* these blocks, else all that waits beside them as well */
};

/* What @name stands for, one block for all of its device. False: nothing that was hot-plugged. */
static bool find_target(const struct snapshot *snapshot, const char *name, struct target *ret)
{
	struct target target;
	const struct block *block;

	if (!target_find(snapshot, name, &target))
		return false;
	if (!target.group && target.first == target.last) {
		block = snapshot_find_block(snapshot, target.first);
		target.group = block ? &snapshot->groups.g[block->group] : NULL;
	}
	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		if (!target_has(&target, snapshot, &snapshot->blocks[i]))
			continue;
		*ret = target;
		return true;
	}
	return false;
}

static bool is_offline_of(const struct view *view, const struct target *target,
			  const struct block *block)
{
	return block->state == BLOCK_OFFLINE &&
	       (!target || target_has(target, &view->snapshot, block));
}

/* The offline blocks that memhp is to online, of @target or (NULL) of all. */
static int list_waiting(const struct view *view, const struct target *target,
			struct block_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < view->snapshot.n_blocks; i++) {
		const struct block *block = &view->snapshot.blocks[i];

		if (is_offline_of(view, target, block) &&
		    snapshot_decide(&view->snapshot, &view->policy, block).zone != ZONE_LEAVE)
			r = block_list_add(list, block->id);
	}
	return r;
}

/* None of the blocks of @name, or (NULL) of all, waits for memhp: why. */
static int explain_nothing(const struct ctl *ctl, const struct view *view,
			   const struct target *target, const char *name)
{
	for (size_t i = 0; target && i < view->snapshot.n_blocks; i++) {
		const struct block *block = &view->snapshot.blocks[i];
		const struct group *group = &view->snapshot.groups.g[block->group];
		struct verdict verdict;
		char command[DEVICE_COMMAND_MAX], advice[160];
		const char *owner;

		if (!is_offline_of(view, target, block))
			continue;
		verdict = snapshot_decide(&view->snapshot, &view->policy, block);
		owner = device_find_owner(view, group, &verdict, command);
		owner_advise(group->provider, owner, command, advice, sizeof(advice));
		log_error("%s is left to %s: %s", group->name, owner, advice);
		return STATUS_FINDINGS;
	}
	if (!ctl->quiet && target)
		printf("%s: all blocks are online\n", target->group ? target->group->name : name);
	else if (!ctl->quiet)
		puts("no block waits");
	return EXIT_SUCCESS;
}

static int drop_all(const struct job *job, const struct spool *spool)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < job->blocks->n; i++)
		r = spool_drop(spool, job->blocks->ids[i]);
	return r;
}

static int run_leader(const struct job *job, struct leader *leader, struct spool *spool)
{
	int r = job->is_device ? 0 : drop_all(job, spool);

	if (r == 0)
		r = spool_wait_lock(spool);
	if (r < 0)
		return r;
	if (!job->is_device) {
		leader->spool = spool;
		return leader_run(leader);
	}
	r = leader_run_blocks(leader, job->blocks);
	if (r == 0)
		r = spool_yield(leader->fs, spool);
	if (r != 1)
		return r;
	leader->spool = spool; /* for a callout that found us at work and left its name */
	return leader_run(leader);
}

static int work(void *userdata)
{
	const struct job *job = userdata;
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	_cleanup_(leader_done) struct leader leader = {
		.fs = &job->ctl->fs,
		.policy = job->policy,
		.own_block = LEADER_NO_BLOCK,
		.budget_ms = UINT64_MAX,
	};
	int r = spool_open(&job->ctl->fs, &spool);

	if (r == 0)
		r = run_leader(job, &leader, &spool);
	if (r == 0)
		return EXIT_SUCCESS;
	log_error("cannot %s: %s", leader.failed ? leader.failed : "online", strerror(-r));
	return EX_IOERR;
}

/* Refused for good or for now. */
static int verify(const struct ctl *ctl, const struct block_list *blocks)
{
	size_t n = 0;

	for (size_t i = 0; i < blocks->n; i++) {
		enum block_state state;
		enum block_zone zone;

		if (snapshot_read_state(&ctl->fs, blocks->ids[i], &state, &zone) == 0 &&
		    state == BLOCK_OFFLINE)
			n++;
	}
	if (n == 0)
		return EXIT_SUCCESS;
	log_error("%zu of %zu blocks stay offline; see memhpctl doctor", n, blocks->n);
	return STATUS_FINDINGS;
}

static int online(const struct ctl *ctl, const struct view *view, const char *device)
{
	struct target found = { NULL }, *target = device ? &found : NULL;
	_cleanup_(block_list_done) struct block_list blocks = { NULL, 0 };
	struct job job = {
		.ctl = ctl,
		.policy = &view->policy,
		.blocks = &blocks,
		.is_device = device != NULL,
	};
	int status;

	if (device && !find_target(&view->snapshot, device, &found)) {
		log_error("\"%s\" is no device or block that was hot-plugged; see memhpctl status",
			  device);
		return EX_NOINPUT;
	}
	if (list_waiting(view, target, &blocks) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	if (blocks.n == 0)
		return explain_nothing(ctl, view, target, device);
	/* As the callout's own, with what it did in the journal as well. */
	if (ctl_is_live(ctl))
		log_open("memhp", LOG_TO_SYSLOG, ctl->quiet ? LOG_ERR : LOG_INFO);
	status = progress_run(ctl, &blocks, view->snapshot.block_size, work, &job);
	return status == EXIT_SUCCESS ? verify(ctl, &blocks) : status;
}

int ctl_online(struct ctl *ctl, int argc, char *argv[])
{
	struct view view;
	int status;

	if (ctl_is_live(ctl) && geteuid() != 0) {
		log_error("online needs root");
		return EX_NOPERM;
	}
	status = view_read(ctl, &view);
	if (status != 0)
		return status;
	if (view.is_in_force) {
		status = online(ctl, &view, argc > 0 ? argv[0] : NULL);
	} else {
		log_error("memhp is not in force: systemctl start memhp");
		status = EX_UNAVAILABLE;
	}
	view_done(&view);
	return status;
}
