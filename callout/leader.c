/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loop of the combining leader: spool, snapshot, verdict, blocks in ascending order, record,
 * journal.
 */
#include "leader.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "apply.h"
#include "decide.h"
#include "log.h"
#include "paths.h"
#include "record.h"
#include "settle.h"
#include "snapshot.h"
#include "tally.h"

/* One pass over what is pending. */
struct pass {
	struct leader *leader;
	struct block_list list;	   /* taken, ascending */
	bool *handled;		   /* one for each of them */
	struct block_list refused; /* in this run; to try them again at once would help nobody */
	uint64_t deadline_ms;
	struct snapshot snapshot; /* has no block size before the first read */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void settle_name(const struct leader *leader, uint64_t block)
{
	int r = leader->spool ? spool_settle(leader->spool, block) : 0;

	if (r < 0)
		log_warning("cannot remove memory%llu from /" PATH_TAKEN ": %s",
			    (unsigned long long)block, strerror(-r));
}

/* The sweep, or the next event of the group, finds it there. */
static void keep_name(struct leader *leader, uint64_t block)
{
	int r = leader->spool ? spool_keep(leader->spool, block) : 0;

	leader->left++;
	if (r < 0)
		log_warning("cannot keep memory%llu in /" PATH_TAKEN ": %s",
			    (unsigned long long)block, strerror(-r));
}

static void write_record(const struct leader *leader, const struct group *group,
			 const struct verdict *verdict, const char *outcome)
{
	char reason[160];
	struct record record = {
		.group = group->name,
		.provider = provider_name(group->provider),
		.zone = zone_name(verdict->zone),
		.reason = reason,
		.owner = record_owner(verdict),
		.outcome = outcome,
	};
	int r;

	verdict_explain(verdict, reason, sizeof(reason));
	r = record_write(leader->fs, &record);
	if (r < 0)
		log_warning("%s: cannot write its record below /" PATH_GROUPS ": %s", group->name,
			    strerror(-r));
}

static void link_record(const struct leader *leader, const struct group *group, uint64_t block)
{
	int r = record_link_block(leader->fs, group->name, block);

	/* Mostly because there is no record to link to; write_record() has said why. */
	if (r < 0)
		log_debug("memory%llu has no record: %s", (unsigned long long)block, strerror(-r));
}

static void report(const struct pass *pass, const struct group *group,
		   const struct verdict *verdict, const struct tally *tally)
{
	bool gives_up = pass->leader->gives_up;
	char online[96], reason[160], refused[160] = "", outcome[320];

	verdict_explain(verdict, reason, sizeof(reason));
	tally_explain_online(tally, pass->snapshot.block_size, online, sizeof(online));
	if (tally_online(tally) > 0)
		log_info("%s (%s, node %u): %s: %s", group->name, provider_name(group->provider),
			 verdict->node, online, reason);
	if (tally->misplaced > 0)
		log_warning("%s: somebody else onlined %llu of its blocks in another zone",
			    group->name, (unsigned long long)tally->misplaced);
	if (tally->refused > 0) {
		tally_explain_refused(tally, refused, sizeof(refused));
		log_message(gives_up ? LOG_ERR : LOG_WARNING, "%s: %s%s", group->name, refused,
			    gives_up ? "; giving up" : "");
	}
	(void)snprintf(outcome, sizeof(outcome), "%s%s%s", online, refused[0] ? "; " : "", refused);
	write_record(pass->leader, group, verdict, outcome);
}

/* Onlines one block and keeps the facts true. */
static int online_block(struct pass *pass, const struct block *block, enum zone zone,
			struct tally *tally)
{
	struct leader *leader = pass->leader;
	struct applied applied = apply_online(leader->fs, block->id, zone);

	tally_count(tally, &applied, block->id, zone);
	if (applied.result == APPLY_DONE || applied.result == APPLY_FOREIGN)
		snapshot_account(&pass->snapshot, block, applied.zone);
	if (applied.result != APPLY_RETRY || leader->gives_up) {
		settle_name(leader, block->id);
		return 0;
	}
	keep_name(leader, block->id);
	return block_list_add(&pass->refused, block->id);
}

/*
 * A static group is onlined as a whole. Of a dynamic one only the blocks whose events came: an
 * offline block of a virtio-mem device may be one that somebody, or the driver, means to take away.
 */
static bool is_member_to_online(const struct pass *pass, const struct group *group,
				const struct block *block)
{
	if (block->state != BLOCK_OFFLINE || &pass->snapshot.groups.g[block->group] != group)
		return false;
	return !group->is_dynamic || block_list_has(&pass->list, block->id);
}

/*
 * Verdict and record for the next block of @group; a static group has had both when its first block
 * came.
 */
static void prepare(struct pass *pass, const struct group *group, const struct block *block,
		    bool is_first, struct verdict *verdict)
{
	if (group->is_dynamic)
		*verdict = snapshot_decide(&pass->snapshot, pass->leader->policy, block);
	if (is_first || group->is_dynamic)
		write_record(pass->leader, group, verdict, NULL);
	/* Before the write to state: the `online` event reads it. */
	link_record(pass->leader, group, block->id);
}

static int online_group(struct pass *pass, const struct group *group, struct verdict verdict)
{
	struct tally tally = { .kernel = 0 };
	bool is_first = true;

	for (size_t i = 0; i < pass->snapshot.n_blocks; i++) {
		const struct block *block = &pass->snapshot.blocks[i];
		int r;

		if (!is_member_to_online(pass, group, block))
			continue;
		if (now_ms() > pass->deadline_ms) {
			keep_name(pass->leader, block->id);
			break;
		}
		prepare(pass, group, block, is_first, &verdict);
		is_first = false;
		r = online_block(pass, block, verdict.zone, &tally);
		if (r < 0)
			return r;
	}
	report(pass, group, &verdict, &tally);
	return 0;
}

/*
 * The event of another callout's block has ended without properties: a `change` event gives it
 * those of the record.
 */
static void announce(const struct leader *leader, uint64_t block)
{
	int r = sysfs_write(leader->fs, "change", PATH_MEMORY "/memory%llu/uevent",
			    (unsigned long long)block);

	if (r < 0)
		log_debug("memory%llu gets no properties: %s", (unsigned long long)block,
			  strerror(-r));
}

static void leave_group(struct pass *pass, const struct group *group, const struct verdict *verdict)
{
	struct leader *leader = pass->leader;
	bool is_news = !sysfs_exists(leader->fs, PATH_GROUPS "/%s", group->name);
	char reason[160];

	verdict_explain(verdict, reason, sizeof(reason));
	if (is_news)
		log_info("%s (%s, node %u): left offline for %s: %s", group->name,
			 provider_name(group->provider), verdict->node, record_owner(verdict),
			 reason);
	write_record(leader, group, verdict, NULL);
	for (size_t i = 0; i < pass->snapshot.n_blocks; i++) {
		const struct block *block = &pass->snapshot.blocks[i];

		if (block->state != BLOCK_OFFLINE ||
		    &pass->snapshot.groups.g[block->group] != group)
			continue;
		link_record(leader, group, block->id);
		if (block->id != leader->own_block && block_list_has(&pass->list, block->id))
			announce(leader, block->id);
	}
}

/* Nothing is left to do for the name at @i in this pass. */
static void finish(struct pass *pass, size_t i, bool settle)
{
	pass->handled[i] = true;
	if (settle)
		settle_name(pass->leader, pass->list.ids[i]);
}

/*
 * Names of blocks that are left to somebody go, those of blocks that were to be onlined have been
 * dealt with.
 */
static void finish_group(struct pass *pass, const struct group *group,
			 const struct verdict *verdict)
{
	for (size_t i = 0; i < pass->list.n; i++) {
		const struct block *block = snapshot_find_block(&pass->snapshot, pass->list.ids[i]);

		if (block && &pass->snapshot.groups.g[block->group] == group)
			finish(pass, i,
			       verdict->zone == ZONE_LEAVE || block->state != BLOCK_OFFLINE);
	}
}

static const struct block *find_offline(const struct pass *pass, uint64_t id)
{
	const struct block *block = snapshot_find_block(&pass->snapshot, id);

	return block && block->state == BLOCK_OFFLINE ? block : NULL;
}

/* The group of the name at @i, if that is a block to be onlined. */
static int handle_name(struct pass *pass, size_t i)
{
	const struct block *block = find_offline(pass, pass->list.ids[i]);
	const struct group *group;
	struct verdict verdict;
	int r = 0;

	if (!block) {
		finish(pass, i, true); /* boot memory, gone, or online since */
		return 0;
	}
	group = &pass->snapshot.groups.g[block->group];
	verdict = snapshot_decide(&pass->snapshot, pass->leader->policy, block);
	if (verdict.zone == ZONE_LEAVE)
		leave_group(pass, group, &verdict);
	else
		r = online_group(pass, group, verdict);
	finish_group(pass, group, &verdict);
	return r;
}

/*
 * Reads the machine again before anything is decided, but not for each of the names that need no
 * decision.
 */
static int refresh(struct pass *pass, uint64_t id)
{
	bool is_first = pass->snapshot.block_size == 0;
	int r;

	if (!is_first && !find_offline(pass, id))
		return 0;
	settle_wait(pass->leader->fs, id);
	snapshot_done(&pass->snapshot);
	r = snapshot_read(pass->leader->fs, &pass->snapshot);
	if (r == 0 && is_first && record_sweep(pass->leader->fs, &pass->snapshot) < 0)
		log_debug("old records below /" PATH_RUN " cannot be removed");
	return r;
}

static int handle_list(struct pass *pass)
{
	pass->handled = calloc(pass->list.n ? pass->list.n : 1, sizeof(*pass->handled));
	if (!pass->handled)
		return -ENOMEM;
	for (size_t i = 0; i < pass->list.n; i++) {
		int r;

		if (pass->handled[i] || block_list_has(&pass->refused, pass->list.ids[i]))
			continue;
		if (now_ms() > pass->deadline_ms) {
			pass->leader->left++;
			break;
		}
		r = refresh(pass, pass->list.ids[i]);
		if (r == 0)
			r = handle_name(pass, i);
		if (r < 0)
			return r;
		block_list_sort(&pass->refused);
	}
	return 0;
}

/* What one pass has of its own; the refused stay. */
static void end_pass(struct pass *pass)
{
	block_list_done(&pass->list);
	free(pass->handled);
	pass->handled = NULL;
	snapshot_done(&pass->snapshot);
}

static struct pass start(struct leader *leader)
{
	uint64_t now = now_ms();

	return (struct pass){
		.leader = leader,
		.deadline_ms = leader->budget_ms > UINT64_MAX - now ? UINT64_MAX :
								      now + leader->budget_ms,
	};
}

/*
 * What others dropped before they failed to get the lock is there to be seen once we have given it
 * back.
 */
static int has_more_after_unlock(const struct leader *leader)
{
	int r = spool_unlock(leader->spool);

	if (r == 0)
		r = spool_has_pending(leader->fs);
	if (r == 1)
		r = spool_try_lock(leader->spool);
	return r;
}

int leader_run(struct leader *leader)
{
	struct pass pass = start(leader);
	int r;

	do {
		r = spool_take(leader->fs, leader->spool, &pass.list);
		if (r == 0)
			r = handle_list(&pass);
		end_pass(&pass);
		if (r == 0)
			r = has_more_after_unlock(leader);
	} while (r > 0);
	block_list_done(&pass.refused);
	return r;
}

int leader_run_alone(struct leader *leader, uint64_t block)
{
	struct pass pass = start(leader);
	int r = block_list_add(&pass.list, block);

	if (r == 0)
		r = handle_list(&pass);
	end_pass(&pass);
	block_list_done(&pass.refused);
	return r;
}
