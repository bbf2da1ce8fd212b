/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhp-callout: what udev starts for a memory block that waits to be onlined. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <time.h>

#include "dax.h"
#include "decide.h"
#include "leader.h"
#include "log.h"
#include "notify.h"
#include "paths.h"
#include "policy.h"
#include "precedent.h"
#include "record.h"
#include "snapshot.h"
#include "spool.h"
#include "sysfs.h"

/* Documented in memhp-callout(8). */
enum {
	STATUS_DONE = 0, /* or somebody else is at it */
	STATUS_LEFT = 1, /* something stays pending */
	STATUS_USAGE = 2,
	STATUS_NO_HOTPLUG = 3,
	STATUS_NO_BLOCK = 4,
	STATUS_UNREADABLE = 5,
};

/* udev ends an event after 180 s, with everything that it started. */
#define EVENT_BUDGET_MS 60000

/* Pauses of the sweep double from 1 s to 64 s: it gives up after about five minutes. */
#define SWEEP_TRIES 10
#define SWEEP_PAUSE_MAX_S 64

struct args {
	const char *root;
	/* memoryN; NULL with --drain, and with --dry-run for all that is offline */
	const char *name;
	uint64_t block;
	bool drain;
	bool dry_run;
	bool queue;
	const char *socket_name; /* of the service manager, or NULL */
};

static void usage(void)
{
	(void)fputs(
		"Usage: memhp-callout [OPTION...] memoryN\n"
		"       memhp-callout [OPTION...] --drain\n"
		"       memhp-callout [OPTION...] --queue memoryN\n\n"
		"Online a memory block, and all that waits beside it, into the zone of its group.\n"
		"Started by udev; see memhp-callout(8).\n\n"
		"      --drain     online what is pending, and try again what is refused\n"
		"      --dry-run   say what would be done for memoryN, or for each block that is\n"
		"                  offline, and do nothing\n"
		"      --queue     leave the block to the sweep\n"
		"      --root DIR  use the tree below DIR instead of /\n"
		"  -h, --help      show this help\n"
		"  -V, --version   show the version\n",
		stdout);
}

/*
 * @status is left alone when there is work to do: returns 1. Else 0, with the status to exit with.
 */
static int parse_argv(struct args *ret, int argc, char *argv[], int *status)
{
	enum { ARG_DRAIN = 0x100, ARG_DRY_RUN, ARG_QUEUE, ARG_ROOT };
	static const struct option options[] = {
		{ "drain", no_argument, NULL, ARG_DRAIN },
		{ "dry-run", no_argument, NULL, ARG_DRY_RUN },
		{ "queue", no_argument, NULL, ARG_QUEUE },
		{ "root", required_argument, NULL, ARG_ROOT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*ret = (struct args){ .root = "/" };
	*status = STATUS_DONE;
	while ((c = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (c) {
		case ARG_DRAIN:
			ret->drain = true;
			break;
		case ARG_DRY_RUN:
			ret->dry_run = true;
			break;
		case ARG_QUEUE:
			ret->queue = true;
			break;
		case ARG_ROOT:
			ret->root = optarg;
			break;
		case 'h':
			usage();
			return 0;
		case 'V':
			puts("memhp-callout " PACKAGE_VERSION);
			return 0;
		default:
			*status = STATUS_USAGE;
			return 0;
		}
	}

	*status = STATUS_USAGE;
	if (ret->drain + ret->dry_run + ret->queue > 1 || argc - optind > !ret->drain ||
	    (argc == optind && !ret->drain && !ret->dry_run)) {
		log_error("expected the name of one memory block, or --drain alone; see --help");
		return 0;
	}
	if (argc == optind)
		return 1;
	ret->name = argv[optind];
	if (parse_block_name(str_of(ret->name), &ret->block) < 0) {
		log_error("\"%s\" is no memory block; allowed: memoryN, N a decimal number",
			  ret->name);
		return 0;
	}
	return 1;
}

/* @failed: what could not be done; NULL: to read the machine. @given_up: blocks. */
static int explain_error(const char *failed, int error, uint64_t given_up)
{
	char consequence[64] = "";

	if (given_up > 0)
		(void)snprintf(consequence, sizeof(consequence), "; giving up %llu block%s",
			       (unsigned long long)given_up, given_up == 1 ? "" : "s");
	if (!failed && error == -EACCES)
		log_error("addresses in /" PATH_IOMEM " are hidden: this needs root%s",
			  consequence);
	else
		log_error("cannot %s: %s%s", failed ? failed : "read what is known of memory",
			  strerror(-error), consequence);
	return STATUS_UNREADABLE;
}

/* @level: of what is said where the defaults have to do. */
static struct policy load_policy(const struct sysfs *fs, int level)
{
	_cleanup_free_ char *text = NULL;
	struct policy policy = policy_default();
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_POLICY);

	if (r == 0)
		r = policy_parse(&policy, (struct str){ text, n });
	if (r < 0)
		log_message(level, "/" PATH_POLICY " is %s, built-in defaults apply",
			    r == -ENOENT  ? "missing" :
			    r == -EBADMSG ? "damaged" :
					    "unreadable");
	return policy;
}

/* For udev's IMPORT{program}: what is on record of the block, if anything. */
static void print_record(const struct sysfs *fs, uint64_t block)
{
	_cleanup_free_ char *text = NULL;
	size_t n;

	if (sysfs_read_file(fs, &text, &n, PATH_BLOCKS "/memory%llu", (unsigned long long)block) ==
	    0)
		(void)fputs(text, stdout);
}

/* Where memhp is not in force it has decided nothing before, and a verdict is one of the policy alone. */
static bool is_in_force(const struct sysfs *fs)
{
	return sysfs_exists(fs, PATH_GROUPS);
}

static void print_properties(const struct sysfs *fs, const struct snapshot *snapshot,
			     const struct policy *policy, const struct block *block)
{
	const struct group *group = &snapshot->groups.g[block->group];
	struct verdict verdict = is_in_force(fs) ? precedent_decide(fs, snapshot, policy, block) :
						   snapshot_decide(snapshot, policy, block);
	const char *dax = dax_state_name(dax_read(fs, group).state);
	char reason[160];

	verdict_explain(&verdict, reason, sizeof(reason));
	printf("MEMHP_GROUP=%s\nMEMHP_PROVIDER=%s\nMEMHP_ZONE=%s\nMEMHP_REASON=%s\n"
	       "MEMHP_OWNER=%s\n",
	       group->name, provider_name(verdict.provider), zone_name(verdict.zone), reason,
	       record_owner(&verdict));
	if (dax)
		printf("MEMHP_DAX_STATE=%s\n", dax);
}

/* A static group is judged once, but for what a node has to do with it. */
static bool share_verdict(const struct snapshot *snapshot, const struct block *a,
			  const struct block *b)
{
	return a->group == b->group && a->node == b->node &&
	       !snapshot->groups.g[a->group].is_dynamic;
}

static void print_offline(const struct sysfs *fs, const struct snapshot *snapshot,
			  const struct policy *policy)
{
	_cleanup_(precedent_done) struct precedent precedent = { .group = NULL };
	const struct block *judged = NULL;
	bool has_past = is_in_force(fs);
	struct verdict verdict;
	char reason[160];

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (block->state != BLOCK_OFFLINE)
			continue;
		if (!judged || !share_verdict(snapshot, judged, block)) {
			verdict = has_past ? precedent_follow(fs, &precedent, snapshot, policy,
							      block) :
					     snapshot_decide(snapshot, policy, block);
			verdict_explain(&verdict, reason, sizeof(reason));
			judged = block;
		}
		printf("memory%llu %s %s %s\n", (unsigned long long)block->id,
		       snapshot->groups.g[block->group].name, zone_name(verdict.zone), reason);
	}
}

static int dry_run(const struct sysfs *fs, const struct args *args)
{
	struct policy policy = load_policy(fs, LOG_WARNING);
	const struct block *block;
	struct snapshot snapshot;
	int r = snapshot_read(fs, &snapshot);

	if (r < 0)
		return explain_error(NULL, r, 0);
	block = args->name ? snapshot_find_block(&snapshot, args->block) : NULL;
	if (block)
		print_properties(fs, &snapshot, &policy, block);
	else if (args->name)
		printf("MEMHP_PROVIDER=boot\nMEMHP_ZONE=leave\nMEMHP_REASON=boot memory\n");
	else
		print_offline(fs, &snapshot, &policy);
	snapshot_done(&snapshot);
	return STATUS_DONE;
}

/* memhp.service may be stopped at any moment when we do not have the lock. */
static bool is_stopped(const struct sysfs *fs)
{
	return !sysfs_exists(fs, PATH_RUN);
}

/* udevd may not have noticed yet that the rules are gone. */
static int leave(void)
{
	log_info("memhp is not in force, nothing done: memhp.service is not active");
	return STATUS_DONE;
}

/* The kernel onlines: what memhp.service met offline it has onlined itself. */
static int dismiss(struct leader *leader, struct spool *spool)
{
	leader->failed = "empty /" PATH_PENDING;
	return spool_dismiss(leader->fs, spool);
}

static int finish(const struct leader *leader, int r)
{
	if (r < 0)
		return explain_error(leader->failed, r, leader->given_up);
	return leader->left > 0 ? STATUS_LEFT : STATUS_DONE;
}

/*
 * /run is full or cannot be written: nobody else will see the name, so wait for the lock and deal
 * with this block. Others may have been able to leave theirs, and have seen that somebody has the
 * lock.
 */
static int run_alone(struct leader *leader, struct spool *spool, uint64_t block)
{
	bool is_lock_of_spool = spool->pending >= 0;
	int r = 0;

	if (!is_lock_of_spool)
		r = spool_open_lock(leader->fs, spool);
	if (r == 0)
		r = spool_wait_lock(spool);
	if (r < 0)
		log_warning("cannot lock, going on without: %s", strerror(-r));
	r = leader_run_alone(leader, block);
	if (r == 0 && is_lock_of_spool)
		r = spool_yield(leader->fs, spool);
	if (r != 1)
		return r;
	leader->spool = spool;
	return leader_run(leader);
}

static int run_event(const struct sysfs *fs, const struct args *args)
{
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	_cleanup_(leader_done) struct leader leader = {
		.fs = fs,
		.own_block = args->block,
		.budget_ms = EVENT_BUDGET_MS,
	};
	struct policy policy;
	int dropped, r;

	dropped = spool_open(fs, &spool);
	if (dropped == 0)
		dropped = spool_drop(&spool, args->block);
	if (dropped == 0) {
		r = spool_try_lock(&spool);
		if (r == 0)
			return STATUS_DONE; /* whoever has the lock will see the name */
		if (r < 0) {
			log_error("cannot lock /" PATH_PENDING ": %s", strerror(-r));
			return STATUS_LEFT;
		}
		leader.spool = &spool;
	}

	if (is_stopped(fs))
		return leave();
	policy = load_policy(fs, LOG_WARNING);
	leader.policy = &policy;
	/* udevd may not have noticed yet that the rules are gone. */
	if (policy.onliner == ONLINER_KERNEL)
		return finish(&leader, dropped < 0 ? 0 : dismiss(&leader, &spool));
	if (dropped < 0) {
		log_warning("cannot use /" PATH_PENDING ": %s; only %s and its group are looked at",
			    strerror(-dropped), args->name);
		r = run_alone(&leader, &spool, args->block);
	} else {
		r = leader_run(&leader);
	}
	print_record(fs, args->block);
	return finish(&leader, r);
}

static unsigned pause_after(unsigned try)
{
	unsigned seconds = 1U << (try - 1);

	return seconds < SWEEP_PAUSE_MAX_S ? seconds : SWEEP_PAUSE_MAX_S;
}

/* One try of the sweep, by the policy that is in force by then: 0, see @leader, or -errno. */
static int sweep_once(struct leader *leader)
{
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	struct policy policy;
	int r = spool_open(leader->fs, &spool);

	if (r == 0)
		r = spool_wait_lock(&spool);
	if (is_stopped(leader->fs))
		r = -ENOENT;
	if (r < 0) {
		leader->failed = "lock /" PATH_PENDING;
		return r;
	}
	policy = load_policy(leader->fs, leader->try > 1 ? LOG_DEBUG : LOG_WARNING);
	if (policy.onliner == ONLINER_KERNEL)
		return dismiss(leader, &spool);
	leader->policy = &policy;
	leader->spool = &spool;
	r = leader_run(leader);
	leader->policy = NULL;
	leader->spool = NULL;
	return r; /* closed, so that events can be handled during the pause */
}

/* What could not be read for a reason that may pass is worth another try. */
static bool is_over(const struct leader *leader, int r)
{
	return leader->left == 0 && (r == 0 || r == -EACCES || leader->gives_up);
}

/* What the sweep knows from one try to the next. */
struct sweep {
	struct block_list refused; /* in the last one, ascending */
	uint64_t given_up;
	unsigned try; /* the last one, since a block was refused for the first time */
};

static void learn(struct sweep *sweep, struct leader *leader, int r)
{
	sweep->given_up += leader->given_up;
	for (size_t i = 0; i < leader->refused.n; i++)
		if (!block_list_has(&sweep->refused, leader->refused.ids[i]))
			sweep->try = 1; /* all have ten tries, what comes last as well */
	if (r < 0 && leader->failed)
		return; /* it may not have seen what waits */
	block_list_done(&sweep->refused);
	sweep->refused = leader->refused;
	leader->refused = (struct block_list){ NULL, 0 };
}

/* The next try, and the pause after it. False when there is none, with the status to exit with. */
static bool try_once(const struct sysfs *fs, const char *socket_name, struct sweep *sweep,
		     int *ret_status)
{
	_cleanup_(leader_done) struct leader leader = {
		.fs = fs,
		.own_block = LEADER_NO_BLOCK,
		.budget_ms = UINT64_MAX,
		.try = ++sweep->try,
		.known = &sweep->refused,
		.gives_up = sweep->try == SWEEP_TRIES,
	};
	struct timespec pause = { .tv_sec = 0 };
	int r;

	notify_status(socket_name, "try %u of %u", sweep->try, SWEEP_TRIES);
	r = sweep_once(&leader);
	if (r < 0 && is_stopped(fs)) {
		*ret_status = leave();
		return false;
	}
	learn(sweep, &leader, r);
	if (is_over(&leader, r)) {
		notify_status(socket_name, "%s%s",
			      r < 0 || leader.cause[0] ? "given up: " : "nothing waits",
			      r < 0 ? strerror(-r) : leader.cause);
		leader.given_up = sweep->given_up;
		leader.left += sweep->given_up;
		*ret_status = finish(&leader, r);
		return false;
	}
	pause.tv_sec = pause_after(sweep->try);
	notify_status(socket_name, "try %u of %u in %u s: %llu waiting, %s", sweep->try + 1,
		      SWEEP_TRIES, pause_after(sweep->try), (unsigned long long)leader.left,
		      r < 0 ? strerror(-r) : leader.cause);
	(void)nanosleep(&pause, NULL);
	return true;
}

static int run_sweep(const struct sysfs *fs, const char *socket_name)
{
	struct sweep sweep = { .try = 0 };
	int status;

	while (try_once(fs, socket_name, &sweep, &status))
		;
	block_list_done(&sweep.refused);
	return status;
}

/* For an event that no callout could deal with. */
static int queue(const struct sysfs *fs, const struct args *args)
{
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	int r = spool_open(fs, &spool);

	if (r == 0)
		r = spool_drop(&spool, args->block);
	if (r == 0)
		return STATUS_DONE;
	if (is_stopped(fs))
		return leave();
	log_error("cannot put %s into /" PATH_PENDING ": %s", args->name, strerror(-r));
	return STATUS_LEFT;
}

static int run(const struct args *args)
{
	_cleanup_(sysfs_close) struct sysfs fs = { .fd = -1 };
	int r = sysfs_open(&fs, args->root);

	if (r < 0) {
		log_error("cannot open %s: %s", args->root, strerror(-r));
		return STATUS_UNREADABLE;
	}
	if (!sysfs_exists(&fs, PATH_MEMORY "/block_size_bytes")) {
		log_error("this kernel has no memory hotplug: /" PATH_MEMORY " is missing");
		return STATUS_NO_HOTPLUG;
	}
	if (args->name && !sysfs_exists(&fs, PATH_MEMORY "/%s", args->name)) {
		log_error("%s is not there (unplugged again?)", args->name);
		return STATUS_NO_BLOCK;
	}
	if (args->dry_run)
		return dry_run(&fs, args);
	if (is_stopped(&fs))
		return leave();
	if (args->queue)
		return queue(&fs, args);
	return args->drain ? run_sweep(&fs, args->socket_name) : run_event(&fs, args);
}

int main(int argc, char *argv[])
{
	_cleanup_free_ char *socket_name = NULL;
	const char *variable = secure_getenv("NOTIFY_SOCKET");
	struct args args;
	int status;

	log_open("memhp", LOG_TO_SYSLOG, LOG_INFO);
	/* Nothing but that is taken from whoever started us. */
	if (variable)
		socket_name = strdup(variable);
	(void)clearenv();
	if (parse_argv(&args, argc, argv, &status) > 0) {
		args.socket_name = socket_name;
		status = run(&args);
	}
	return status;
}
