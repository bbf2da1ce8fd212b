/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop of the combining leader: spool, snapshot, verdict, blocks, record, journal. */
#include "leader.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "apply.h"
#include "clock.h"
#include "dax.h"
#include "decide.h"
#include "log.h"
#include "paths.h"
#include "precedent.h"
#include "record.h"
#include "settle.h"
#include "snapshot.h"
#include "stats.h"
#include "tally.h"

/* How long a device may take to be complete, and between two looks at it. */
#define DEVICE_WAIT_MAX_MS 5000
#define DEVICE_PAUSE_MAX_MS 256

/* One pass over what is pending. */
struct pass {
	struct leader *leader;
	struct block_list list; /* taken, ascending */
	bool *handled;		/* one for each of them */
	struct block_list done; /* names of the group at hand: until what came of it is on record */
	uint64_t deadline_ms;
	struct snapshot snapshot; /* has no block size before the first read */
	bool is_fresh;		  /* it was read in this pass */
	unsigned n_stuck;	  /* see settle_wait() */
	struct stats stats;
};

/* The group of a name, and what is to be done with it. */
struct judgement {
	const struct block *block; /* NULL: nothing, it is boot memory, gone, or online since */
	const struct group *group;
	struct verdict verdict;
};

static void pause_ms(unsigned ms)
{
	const struct timespec pause = {
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000L,
	};

	(void)nanosleep(&pause, NULL);
}

static void settle_name(const struct leader *leader, uint64_t block)
{
	int r = leader->spool ? spool_settle(leader->spool, block) : 0;

	if (r < 0)
		log_warning("cannot remove memory%llu from /" PATH_TAKEN ": %s",
			    (unsigned long long)block, strerror(-r));
}

/* The sweep, or the next event of the group, finds it there. */
static void keep_name(const struct leader *leader, uint64_t block)
{
	int r = leader->spool ? spool_keep(leader->spool, block) : 0;

	if (r < 0)
		log_warning("cannot keep memory%llu in /" PATH_TAKEN ": %s",
			    (unsigned long long)block, strerror(-r));
}

/* The first reason why something waits is the one that a status line has room for. */
static void note_cause(struct leader *leader, const char *name, const char *text)
{
	if (!leader->cause[0])
		(void)snprintf(leader->cause, sizeof(leader->cause), "%s: %s", name, text);
}

static void write_record(const struct leader *leader, const struct group *group,
			 const struct verdict *verdict, enum record_state state,
			 const char *outcome)
{
	char reason[160];
	struct record record = {
		.group = group->name,
		.provider = provider_name(group->provider),
		.zone = zone_name(verdict->zone),
		.reason = reason,
		.owner = record_owner(verdict),
		.dax = dax_state_name(dax_read(leader->fs, group).state),
		.state = state,
		.try = leader->try,
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

static bool is_known(const struct leader *leader, uint64_t block)
{
	return leader->known && block_list_has(leader->known, block);
}

static bool gives_up(const struct leader *leader, uint64_t block)
{
	return leader->gives_up && is_known(leader, block);
}

/* What is tried again and again is said once, and once more when it is given up. */
static void report_refused(struct leader *leader, const struct group *group,
			   const struct tally *tally, const char *refused)
{
	if (tally->given_up == tally->refused)
		log_error("%s: %s; giving up", group->name, refused);
	else if (tally->given_up > 0)
		log_error("%s: %s; giving up %llu of them", group->name, refused,
			  (unsigned long long)tally->given_up);
	else
		log_message(tally->news > 0 ? LOG_WARNING : LOG_DEBUG, "%s: %s", group->name,
			    refused);
	note_cause(leader, group->name, refused);
}

/* What is online of the group, also by an earlier try or somebody else. */
static struct tally sum_up(const struct group *group)
{
	return (struct tally){
		.kernel = group->kernel,
		.movable = group->movable,
		.unknown = group->n_blocks - group->offline - group->kernel - group->movable,
	};
}

static enum record_state state_of(const struct tally *sum, const struct tally *tally)
{
	if (tally->waiting > 0)
		return RECORD_PENDING;
	if (tally->refused == 0)
		return RECORD_ONLINE;
	return tally_online(sum) > 0 ? RECORD_PARTIAL : RECORD_FAILED;
}

static void report(struct pass *pass, const struct group *group, const struct verdict *verdict,
		   const struct tally *tally)
{
	char online[96], reason[160], refused[160] = "", outcome[320];
	struct tally sum = sum_up(group);

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
		report_refused(pass->leader, group, tally, refused);
	}
	tally_explain_online(&sum, pass->snapshot.block_size, online, sizeof(online));
	(void)snprintf(outcome, sizeof(outcome), "%s%s%s", online, refused[0] ? "; " : "", refused);
	write_record(pass->leader, group, verdict, state_of(&sum, tally), outcome);
}

static void count(struct stats *stats, enum apply_result result, bool is_given_up)
{
	stats->blocks_onlined += result == APPLY_DONE;
	stats->blocks_foreign += result == APPLY_FOREIGN;
	stats->blocks_gone += result == APPLY_GONE;
	stats->blocks_refused += result == APPLY_RETRY || result == APPLY_FAILED;
	stats->blocks_given_up += is_given_up;
}

/* What tells a block from one that took its place; 0 when there is none. */
static uint64_t identify(const struct leader *leader, uint64_t block)
{
	struct stat st;
	int r = sysfs_stat(leader->fs, &st, PATH_MEMORY "/memory%llu", (unsigned long long)block);

	return r < 0 ? 0 : st.st_ino;
}

/*
 * What was refused may have been the block that was @before (0: not known), and not the one in its
 * place.
 */
static struct applied apply(const struct leader *leader, uint64_t block, uint64_t before,
			    enum zone zone)
{
	struct applied applied = apply_online(leader->fs, block, zone);

	if (applied.error < 0 && before != 0 && identify(leader, block) != before)
		return (struct applied){ .result = APPLY_GONE };
	return applied;
}

/* Of a dynamic group some blocks may be somebody else's: those in a [Range] with Zone=leave. */
static bool is_left(const struct pass *pass, const struct block *block)
{
	struct question question = snapshot_question(&pass->snapshot, block);
	enum zone_policy zone;

	(void)policy_find_zone(pass->leader->policy, &question.target, &zone);
	return zone == ZONE_POLICY_LEAVE;
}

/* Whether what is done with its group, the block's verdict being @zone, is what it needs. */
static bool shares_verdict(const struct pass *pass, const struct group *group,
			   const struct block *block, enum zone zone)
{
	if (&pass->snapshot.groups.g[block->group] != group)
		return false;
	return !group->is_dynamic || is_left(pass, block) == (zone == ZONE_LEAVE);
}

/*
 * A static group is onlined as a whole. Of a dynamic one only the blocks whose events came: an
 * offline block of a virtio-mem device may be one that somebody, or the driver, means to take away.
 */
static bool is_member_to_online(const struct pass *pass, const struct group *group,
				const struct block *block, enum zone zone)
{
	if (block->state != BLOCK_OFFLINE || !shares_verdict(pass, group, block, zone))
		return false;
	return !group->is_dynamic || block_list_has(&pass->list, block->id);
}

/* Indices of the group's blocks: from @first on, before @end. Blocks of other groups may be between. */
struct span {
	size_t first, end;
};

static struct span span_of(const struct pass *pass, const struct group *group)
{
	const struct block *blocks = pass->snapshot.blocks;
	const struct block *first = snapshot_find_block(&pass->snapshot, group->first);
	const struct block *last = snapshot_find_block(&pass->snapshot, group->last);

	if (!first || !last)
		return (struct span){ 0, 0 };
	return (struct span){ (size_t)(first - blocks), (size_t)(last - blocks) + 1 };
}

/*
 * The index of the block that is the next one after @done of the span. A static group begins with
 * its first block and goes on from the last one downwards. After each block the kernel looks through
 * the zone, from its start to the first hole (set_zone_contiguous() of Linux): this way the hole is
 * behind the first block until the end, while in ascending order it would look through all that is
 * online already, each time. A dynamic group is decided block by block, in the kernel's order.
 */
static size_t next_in(struct span span, const struct group *group, size_t done)
{
	return group->is_dynamic || done == 0 ? span.first + done : span.end - done;
}

/* So that no callout is started for each block of a device that is onlined as a whole. */
static void hold_group(const struct pass *pass, const struct group *group, enum zone zone)
{
	const struct leader *leader = pass->leader;
	const struct span span = span_of(pass, group);
	int r = 0;

	for (size_t i = span.first; r == 0 && i < span.end; i++)
		if (is_member_to_online(pass, group, &pass->snapshot.blocks[i], zone))
			r = spool_hold(leader->spool, pass->snapshot.blocks[i].id);
	if (r < 0)
		log_debug("%s: cannot hold its blocks: %s", group->name, strerror(-r));
}

/*
 * A block that took the place of the one that was @before may have had its event while it was held.
 * @is_kept: its name has been given to the next leader.
 */
static void release_block(const struct leader *leader, uint64_t block, uint64_t before,
			  bool is_kept)
{
	int r = is_kept ? 0 : spool_release(leader->spool, block);
	uint64_t now = identify(leader, block);

	if (r == 0 && now != 0 && now != before)
		r = spool_drop(leader->spool, block);
	if (r < 0)
		log_warning("cannot release memory%llu from /" PATH_HELD ": %s",
			    (unsigned long long)block, strerror(-r));
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
	if (is_first || group->is_dynamic) {
		write_record(pass->leader, group, verdict, RECORD_PENDING, NULL);
		pass->stats.decisions++;
	}
	/* Before the write to state: the `online` event reads it. */
	link_record(pass->leader, group, block->id);
}

/* Onlines one block and keeps the facts true. */
static int online_block(struct pass *pass, const struct block *block, bool is_held, enum zone zone,
			struct tally *tally)
{
	struct leader *leader = pass->leader;
	uint64_t before = is_held ? identify(leader, block->id) : 0;
	struct applied applied = apply(leader, block->id, before, zone);
	bool is_refused = applied.error < 0;
	bool waits = applied.result == APPLY_RETRY && !gives_up(leader, block->id);

	tally_count(tally, &applied, block->id, zone);
	count(&pass->stats, applied.result, is_refused && !waits);
	if (applied.result == APPLY_DONE || applied.result == APPLY_FOREIGN)
		snapshot_account(&pass->snapshot, block, applied.zone);
	tally->news += is_refused && !is_known(leader, block->id);
	tally->waiting += waits;
	tally->given_up += is_refused && !waits;
	leader->left += waits;
	leader->given_up += is_refused && !waits;
	if (is_refused)
		keep_name(leader, block->id);
	if (is_held)
		release_block(leader, block->id, before, is_refused);
	if (!is_refused && !block_list_has(&pass->list, block->id))
		return 0;
	return block_list_add(waits ? &leader->refused : &pass->done, block->id);
}

/* Not before the outcome is on record: who is killed in between leaves that to the next leader. */
static void settle_done(struct pass *pass)
{
	for (size_t i = 0; i < pass->done.n; i++)
		settle_name(pass->leader, pass->done.ids[i]);
	block_list_done(&pass->done);
}

/* A dynamic group is not onlined as a whole. */
static bool is_to_be_held(const struct pass *pass, const struct group *group)
{
	const struct spool *spool = pass->leader->spool;

	return spool && spool_can_hold(spool) && !group->is_dynamic && group->n_blocks > 1;
}

static int online_members(struct pass *pass, const struct group *group, bool is_held,
			  struct verdict *verdict, struct tally *tally)
{
	const struct span span = span_of(pass, group);
	bool is_first = true;

	for (size_t done = 0; done < span.end - span.first; done++) {
		const struct block *block = &pass->snapshot.blocks[next_in(span, group, done)];
		int r;

		if (!is_member_to_online(pass, group, block, verdict->zone))
			continue;
		if (clock_ms() > pass->deadline_ms) {
			keep_name(pass->leader, block->id);
			pass->leader->left++;
			tally->waiting++;
			break;
		}
		prepare(pass, group, block, is_first, verdict);
		is_first = false;
		r = online_block(pass, block, is_held, verdict->zone, tally);
		if (r < 0)
			return r;
	}
	return 0;
}

static int online_group(struct pass *pass, const struct group *group, struct verdict verdict)
{
	struct leader *leader = pass->leader;
	struct tally tally = { .kernel = 0 };
	bool is_held = is_to_be_held(pass, group);
	int r, kept = 0;

	if (is_held)
		hold_group(pass, group, verdict.zone);
	r = online_members(pass, group, is_held, &verdict, &tally);
	if (is_held)
		kept = spool_keep_held(leader->fs, leader->spool);
	if (kept < 0)
		log_warning("%s: cannot keep its blocks in /" PATH_TAKEN ": %s", group->name,
			    strerror(-kept));
	if (r == 0) {
		report(pass, group, &verdict, &tally);
		settle_done(pass);
	}
	return r;
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
	const struct span span = span_of(pass, group);
	bool is_news = !sysfs_exists(leader->fs, PATH_GROUPS "/%s", group->name);
	char reason[160];

	verdict_explain(verdict, reason, sizeof(reason));
	if (is_news)
		log_info("%s (%s, node %u): left offline for %s: %s", group->name,
			 provider_name(group->provider), verdict->node, record_owner(verdict),
			 reason);
	write_record(leader, group, verdict, RECORD_LEFT, NULL);
	pass->stats.decisions++;
	for (size_t i = span.first; i < span.end; i++) {
		const struct block *block = &pass->snapshot.blocks[i];

		if (block->state != BLOCK_OFFLINE ||
		    !shares_verdict(pass, group, block, verdict->zone))
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
 * Names, from the one at @from on, of blocks that are left to somebody go; those of blocks that were
 * to be onlined have been dealt with.
 */
static void finish_group(struct pass *pass, size_t from, const struct group *group,
			 const struct verdict *verdict)
{
	for (size_t i = from; i < pass->list.n && pass->list.ids[i] <= group->last; i++) {
		const struct block *block = snapshot_find_block(&pass->snapshot, pass->list.ids[i]);

		if (block && shares_verdict(pass, group, block, verdict->zone))
			finish(pass, i,
			       verdict->zone == ZONE_LEAVE || block->state != BLOCK_OFFLINE);
	}
}

static const struct block *find_offline(const struct pass *pass, uint64_t id)
{
	const struct block *block = snapshot_find_block(&pass->snapshot, id);

	return block && block->state == BLOCK_OFFLINE ? block : NULL;
}

/*
 * The verdict for a block. A dax device is judged when kmem has added all of it; one that takes too
 * long is judged as it is then, and what comes later follows (precedent.h).
 */
static int judge(struct pass *pass, uint64_t id, struct judgement *ret)
{
	const struct leader *leader = pass->leader;
	const struct snapshot *snapshot = &pass->snapshot;

	for (unsigned waited = 0, pause = 2;; waited += pause) {
		struct judgement judgement = { .block = find_offline(pass, id) };
		struct dax dax;
		int r;

		if (judgement.block) {
			judgement.group = &snapshot->groups.g[judgement.block->group];
			judgement.verdict = precedent_decide(leader->fs, snapshot, leader->policy,
							     judgement.block);
			dax = dax_read(leader->fs, judgement.group);
		}
		if (!judgement.block || judgement.verdict.zone == ZONE_LEAVE ||
		    waited >= DEVICE_WAIT_MAX_MS || clock_ms() > pass->deadline_ms ||
		    dax_is_complete(&dax, judgement.group, &snapshot->iomem,
				    snapshot->block_size)) {
			*ret = judgement;
			return 0;
		}
		pause = pause * 2 < DEVICE_PAUSE_MAX_MS ? pause * 2 : DEVICE_PAUSE_MAX_MS;
		pause_ms(pause);
		r = snapshot_refresh(leader->fs, &pass->snapshot);
		if (r < 0)
			return r;
	}
}

/* The kernel is still at adding it, and has been for longer than an event should wait. */
static int postpone(struct pass *pass, size_t i)
{
	uint64_t id = pass->list.ids[i];
	char name[32];

	(void)snprintf(name, sizeof(name), "memory%llu", (unsigned long long)id);
	note_cause(pass->leader, name, "is not linked to a node yet");
	log_message(is_known(pass->leader, id) ? LOG_DEBUG : LOG_INFO,
		    "%s is not linked to a node yet, it is looked at again later", name);
	keep_name(pass->leader, id);
	pass->leader->left++;
	pass->handled[i] = true;
	return block_list_add(&pass->leader->refused, id);
}

/* The group of the name at @i, if that is a block to be onlined. */
static int handle_name(struct pass *pass, size_t i)
{
	struct judgement judgement;
	int r = judge(pass, pass->list.ids[i], &judgement);

	if (r < 0)
		return r;
	if (!judgement.block) {
		finish(pass, i, true);
		return 0;
	}
	if (!judgement.block->has_node && !gives_up(pass->leader, pass->list.ids[i]))
		return postpone(pass, i);
	if (judgement.verdict.zone == ZONE_LEAVE)
		leave_group(pass, judgement.group, &judgement.verdict);
	else
		r = online_group(pass, judgement.group, judgement.verdict);
	finish_group(pass, i, judgement.group, &judgement.verdict);
	return r;
}

static bool is_offline(const struct sysfs *fs, uint64_t id)
{
	enum block_state state;
	enum block_zone zone;

	return snapshot_read_state(fs, id, &state, &zone) == 0 && state == BLOCK_OFFLINE;
}

/* Reads the machine anew, unless the snapshot is true, and also knows whether the block is offline. */
static int look_again(struct pass *pass, uint64_t id, bool is_off)
{
	const struct sysfs *fs = pass->leader->fs;
	int r;

	if (pass->is_fresh && (find_offline(pass, id) != NULL) == is_off &&
	    snapshot_is_current(fs, &pass->snapshot))
		return 0;
	if (pass->snapshot.block_size > 0) {
		r = snapshot_refresh(fs, &pass->snapshot);
	} else {
		r = snapshot_read(fs, &pass->snapshot);
		if (r == 0 && record_sweep(fs, &pass->snapshot) < 0)
			log_debug("old records below /" PATH_RUN " cannot be removed");
	}
	pass->is_fresh = true;
	return r;
}

/*
 * Looks at the machine again before anything is decided. Returns 1 when the block is to be judged, 0
 * when it needs no decision.
 */
static int refresh(struct pass *pass, uint64_t id)
{
	const struct sysfs *fs = pass->leader->fs;
	int r;

	if (!is_offline(fs, id))
		return 0;
	settle_wait(fs, id, &pass->n_stuck);
	r = look_again(pass, id, true);
	return r < 0 ? r : 1;
}

/* Whether something of the group is still to be onlined, or may be. */
static bool is_unfinished(const struct pass *pass, const struct group *group)
{
	if (!group->is_dynamic)
		return group->offline > 0;
	for (size_t i = 0; i < pass->list.n; i++) {
		const struct block *block = find_offline(pass, pass->list.ids[i]);

		if (block && &pass->snapshot.groups.g[block->group] == group)
			return true;
	}
	return false;
}

/*
 * For a name that needs no decision: a leader may have died between its last write to state and the
 * record, or somebody else has onlined what was refused. 0 or -errno: the machine cannot be read.
 */
static int conclude(struct pass *pass, uint64_t id)
{
	const struct leader *leader = pass->leader;
	_cleanup_free_ char *text = NULL;
	const struct group *group;
	struct record record;
	struct tally sum;
	char outcome[96];
	int r;

	if (record_read_of_block(leader->fs, id, &record, &text) < 0 ||
	    record.state != RECORD_PENDING)
		return 0;
	r = look_again(pass, id, false);
	if (r < 0)
		return r;
	group = groups_named(&pass->snapshot.groups, record.group);
	if (!group || is_unfinished(pass, group))
		return 0;
	sum = sum_up(group);
	tally_explain_online(&sum, pass->snapshot.block_size, outcome, sizeof(outcome));
	record.state = RECORD_ONLINE;
	record.try = leader->try;
	record.outcome = outcome;
	log_info("%s (%s, node %u): %s: %s", group->name, record.provider, group->node, outcome,
		 record.reason);
	r = record_write(leader->fs, &record);
	if (r < 0)
		log_debug("%s: cannot write its record: %s", group->name, strerror(-r));
	return 0;
}

/* The name at @i needs no decision. */
static int dismiss(struct pass *pass, size_t i)
{
	int r = conclude(pass, pass->list.ids[i]);

	if (r == 0)
		finish(pass, i, true);
	return r;
}

static int handle_list(struct pass *pass)
{
	struct block_list *refused = &pass->leader->refused;

	pass->handled = calloc(pass->list.n ? pass->list.n : 1, sizeof(*pass->handled));
	if (!pass->handled)
		return -ENOMEM;
	for (size_t i = 0; i < pass->list.n; i++) {
		int r;

		/* In this run: to try them again at once would help nobody. */
		if (pass->handled[i] || block_list_has(refused, pass->list.ids[i]))
			continue;
		if (clock_ms() > pass->deadline_ms) {
			pass->leader->left++;
			break;
		}
		r = refresh(pass, pass->list.ids[i]);
		r = r > 0 ? handle_name(pass, i) : r == 0 ? dismiss(pass, i) : r;
		if (r < 0)
			return r;
		block_list_sort(refused);
	}
	return 0;
}

static void write_stats(struct pass *pass)
{
	static const struct stats none;
	int r = 0;

	if (memcmp(&pass->stats, &none, sizeof(none)) != 0)
		r = stats_add(pass->leader->fs, &pass->stats);
	if (r < 0)
		log_debug("cannot write /" PATH_STATS ": %s", strerror(-r));
	pass->stats = none;
}

/* What one pass has of its own; the next one starts from what was refused, and from the snapshot. */
static void end_pass(struct pass *pass)
{
	write_stats(pass);
	block_list_done(&pass->list);
	free(pass->handled);
	pass->handled = NULL;
	pass->is_fresh = false;
}

static void end(struct pass *pass)
{
	block_list_done(&pass->done);
	snapshot_done(&pass->snapshot);
}

static struct pass start(struct leader *leader)
{
	uint64_t now = clock_ms();

	return (struct pass){
		.leader = leader,
		.stats.retries = leader->try > 1,
		.deadline_ms = leader->budget_ms > UINT64_MAX - now ? UINT64_MAX :
								      now + leader->budget_ms,
	};
}

/*
 * The machine could not be read. What has not been dealt with waits as if it had been refused; the
 * sweep does not wait for addresses that are hidden from it.
 */
static void leave_unread(struct pass *pass, int error)
{
	struct leader *leader = pass->leader;
	struct block_list *refused = &leader->refused;
	bool is_hopeless = leader->try > 0 && error == -EACCES;
	size_t n_refused = refused->n;

	block_list_sort(refused);
	for (size_t i = 0; i < pass->list.n; i++) {
		const struct block_list earlier = { refused->ids, n_refused };
		uint64_t id = pass->list.ids[i];

		if ((pass->handled && pass->handled[i]) || block_list_has(&earlier, id))
			continue;
		if (is_hopeless || gives_up(leader, id)) {
			settle_name(leader, id);
			leader->given_up++;
			pass->stats.blocks_given_up++;
		} else if (block_list_add(refused, id) == 0) {
			leader->left++;
		}
	}
	block_list_sort(refused);
}

void leader_done(struct leader *leader)
{
	block_list_done(&leader->refused);
}

int leader_run(struct leader *leader)
{
	struct pass pass = start(leader);
	int r;

	do {
		leader->failed = "take what is pending to /" PATH_TAKEN;
		r = spool_take(leader->fs, leader->spool, &pass.list);
		if (r == 0) {
			leader->failed = NULL;
			r = handle_list(&pass);
			if (r < 0)
				leave_unread(&pass, r);
		}
		end_pass(&pass);
		if (r == 0) {
			leader->failed = "lock /" PATH_PENDING;
			r = spool_yield(leader->fs, leader->spool);
		}
	} while (r > 0);
	end(&pass);
	return r;
}

int leader_run_blocks(struct leader *leader, const struct block_list *blocks)
{
	struct pass pass = start(leader);
	int r = 0;

	for (size_t i = 0; r == 0 && i < blocks->n; i++)
		r = block_list_add(&pass.list, blocks->ids[i]);
	if (r == 0)
		r = handle_list(&pass);
	end_pass(&pass);
	end(&pass);
	return r;
}

int leader_run_alone(struct leader *leader, uint64_t block)
{
	const struct block_list blocks = { &block, 1 };

	return leader_run_blocks(leader, &blocks);
}
