/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memhp-publish: what memhp.service does: puts into force what the generator rendered, and takes it
 * back.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "block_list.h"
#include "earlier.h"
#include "finish.h"
#include "kernel_onlining.h"
#include "leftover.h"
#include "log.h"
#include "past.h"
#include "paths.h"
#include "policy.h"
#include "replacements.h"
#include "spool.h"
#include "sysfs.h"

#define RULES_NAME "79-memhp.rules"

/* Longer than an event may take a callout, and less than what the unit has. */
#define LOCK_WAIT_MS 65000

/* What is copied, in this order: the rules last, since they are what makes udev start callouts. */
static const struct {
	const char *name, *to;
} published[] = {
	{ "boot-memory", PATH_BOOT_MEMORY },
	{ "tmpfiles.conf", PATH_OWN_TMPFILE },
	{ "policy", PATH_POLICY },
	{ RULES_NAME, PATH_UDEV_RULES "/" RULES_NAME },
};

static void usage(void)
{
	(void)fputs("Usage: memhp-publish [--root DIR] start|reload|release|stop\n\n"
		    "Put into force what memhp-generator rendered, or take it back: first what\n"
		    "the kernel is to do (release), then all of it.\n"
		    "Started by memhp.service; see memhp.service(8).\n\n"
		    "      --root DIR  use the tree below DIR instead of /\n"
		    "  -h, --help      show this help\n"
		    "  -V, --version   show the version\n",
		    stdout);
}

static int publish_file(const struct sysfs *fs, const char *name, const char *to)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_RENDERED "/%s", name);

	if (r < 0)
		log_error("cannot read /" PATH_RENDERED "/%s: %s%s", name, strerror(-r),
			  r == -ENOENT ? "; memhp-generator found nothing to do here: stop "
					 "memhp.service to withdraw memhp" :
					 "");
	if (r < 0)
		return r;
	r = sysfs_replace(fs, (struct str){ text, n }, "%s", to);
	if (r < 0)
		log_error("cannot write /%s: %s", to, strerror(-r));
	return r;
}

static int publish(const struct sysfs *fs)
{
	static const struct {
		const char *path;
		unsigned mode;
		int (*make)(const struct sysfs *fs, unsigned mode, const char *fmt, ...);
	} dirs[] = {
		{ PATH_RUN, 0755, sysfs_mkdir },	{ PATH_PENDING, 0700, sysfs_claim_dir },
		{ PATH_TAKEN, 0700, sysfs_claim_dir },	{ PATH_HELD, 0700, sysfs_claim_dir },
		{ PATH_GROUPS, 0755, sysfs_claim_dir }, { PATH_BLOCKS, 0755, sysfs_claim_dir },
		{ PATH_TMPFILES, 0755, sysfs_mkdir },	{ PATH_UDEV_RULES, 0755, sysfs_mkdir },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		r = dirs[i].make(fs, dirs[i].mode, "%s", dirs[i].path);
		if (r < 0) {
			log_error("cannot make /%s: %s", dirs[i].path, strerror(-r));
			return r;
		}
	}
	replacements_publish(fs);
	for (size_t i = 0; i < ARRAY_SIZE(published) && r == 0; i++)
		r = publish_file(fs, published[i].name, published[i].to);
	return r;
}

static void report_onlining(void *userdata, const char *message)
{
	(void)userdata;
	log_error("%s", message);
}

/* What has just been published; the callouts read the same. */
static struct policy load_policy(const struct sysfs *fs)
{
	_cleanup_free_ char *text = NULL;
	struct policy policy = policy_default();
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, PATH_POLICY);

	if (r == 0)
		r = policy_parse(&policy, (struct str){ text, n });
	if (r < 0)
		log_warning("cannot make sense of /" PATH_POLICY ": %s; built-in defaults apply",
			    strerror(-r));
	return policy;
}

/*
 * No callout is at work once this has the lock: until @spool is closed. False when one takes too
 * long, for which the unit would fail.
 */
static bool wait_for_callouts(const struct sysfs *fs, struct spool *spool)
{
	int r = spool_open(fs, spool);

	if (r == 0)
		r = spool_wait_lock_for(spool, LOCK_WAIT_MS);
	/* Where nothing is in force none is at work. */
	if (r < 0 && r != -ENOENT)
		log_warning("cannot wait for callouts at work: %s", strerror(-r));
	if (r == 0)
		log_warning("a callout has been at work for %d seconds, not waiting any longer",
			    LOCK_WAIT_MS / 1000);
	return r > 0;
}

/* What is offline before the kernel pauses; trouble with it is said. */
static int list_offline(const struct sysfs *fs, struct block_list *ret)
{
	int r = leftover_list(fs, ret);

	if (r < 0)
		log_warning("cannot tell what is offline: %s; what is added while the kernel's "
			    "policy changes may stay so",
			    strerror(-r));
	return r;
}

/*
 * A device that a callout has begun with, by rules that are no longer there, is not finished by the
 * kernel.
 */
static int delegate(const struct sysfs *fs, const struct policy *policy)
{
	static const struct block_list none;
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	_cleanup_(block_list_done) struct block_list before = { NULL, 0 };
	int listed, left = 0, r;

	(void)wait_for_callouts(fs, &spool); /* the kernel onlines beside it, then */
	listed = list_offline(fs, &before);
	r = kernel_onlining_delegate(fs, policy, report_onlining, NULL);
	/* What is added from now on comes online by itself, be it by the policy of before. */
	if (r == 0 || listed == 0)
		left = leftover_online(fs, policy, r == 0 ? &none : &before);
	if (r == 0 && left == 0 && spool.pending >= 0 && spool_dismiss(fs, &spool) < 0)
		log_debug("the sweep is left to empty /" PATH_PENDING);
	return r < 0 ? r : left;
}

/*
 * Files first, then the kernel: whoever is to online, a block that is added in between waits for
 * the one who looks at all blocks that are offline.
 */
static int put_into_force(const struct sysfs *fs, enum onliner *ret)
{
	bool is_first = !kernel_onlining_is_set(fs);
	bool has_past = past_recover(fs);
	struct policy policy;
	int r = publish(fs);

	if (r < 0)
		return r;
	if (has_past)
		past_revise(fs);
	if (is_first)
		earlier_report(fs);
	policy = load_policy(fs);
	if (policy.onliner == ONLINER_KERNEL)
		r = delegate(fs, &policy);
	else
		r = kernel_onlining_stop(fs, report_onlining, NULL);
	if (r == 0)
		*ret = (enum onliner)policy.onliner;
	return r;
}

/* Everything but what is on record. */
static int withdraw(const struct sysfs *fs)
{
	static const char *const dirs[] = { PATH_PENDING, PATH_TAKEN, PATH_HELD };
	int r = 0, first = 0;

	for (size_t i = ARRAY_SIZE(published); i > 0; i--) {
		r = sysfs_unlink(fs, "%s", published[i - 1].to);
		if (r < 0 && r != -ENOENT && first == 0)
			first = r;
	}
	r = replacements_withdraw(fs);
	if (r < 0 && first == 0)
		first = r;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		r = sysfs_remove_files(fs, "%s", dirs[i]);
		if (r < 0 && r != -ENOENT && first == 0)
			first = r;
	}
	r = past_keep(fs);
	if (r < 0 && first == 0)
		first = r;
	if (first < 0)
		log_error("cannot remove all of /" PATH_RUN ": %s", strerror(-first));
	return first;
}

static int start(const struct sysfs *fs)
{
	enum onliner onliner;
	int r = put_into_force(fs, &onliner);

	if (r == 0)
		log_info("memory hotplug is memhp's: rules and policy published, %s",
			 onliner == ONLINER_KERNEL ? "the kernel onlines by them" :
						     "the kernel onlines nothing by itself");
	return r;
}

static int reload(const struct sysfs *fs)
{
	enum onliner onliner;

	return put_into_force(fs, &onliner);
}

/*
 * The kernel gets its own back. What is added while its policy changes comes online as well; who has
 * put something offline before that meant it.
 */
static int restore(const struct sysfs *fs, const struct policy *policy)
{
	_cleanup_(block_list_done) struct block_list before = { NULL, 0 };
	bool pauses = policy->onliner == ONLINER_KERNEL && list_offline(fs, &before) == 0;
	int r = kernel_onlining_restore(fs, report_onlining, NULL), left = 0;

	if (pauses)
		left = leftover_online(fs, policy, &before);
	return r < 0 ? r : left;
}

/* By which memhp is in force; Onliner=none where it is not. */
static struct policy published_policy(const struct sysfs *fs)
{
	struct policy none = policy_default();

	none.onliner = ONLINER_NONE;
	return sysfs_exists(fs, PATH_POLICY) ? load_policy(fs) : none;
}

static int release(const struct sysfs *fs)
{
	struct policy policy = published_policy(fs);

	return restore(fs, &policy);
}

/*
 * The kernel gets its own back before our rules go, and who was called by them is served: a block
 * that is added between the two is not lost.
 */
static int stop(const struct sysfs *fs)
{
	_cleanup_(spool_close) struct spool spool = SPOOL_CLOSED;
	struct policy policy = published_policy(fs);
	int restored = restore(fs, &policy), r;

	/* While the kernel onlined, events have left names that say nothing. */
	if (wait_for_callouts(fs, &spool) && policy.onliner == ONLINER_UDEV)
		finish_waiting(fs, &policy, &spool);
	r = withdraw(fs);
	return restored < 0 ? restored : r;
}

static int run(const char *root, const char *verb)
{
	static const struct {
		const char *name;
		int (*run)(const struct sysfs *fs);
	} verbs[] = {
		{ "start", start }, { "reload", reload }, { "release", release }, { "stop", stop }
	};
	_cleanup_(sysfs_close) struct sysfs fs = { .fd = -1 };
	int r = sysfs_open(&fs, root);

	if (r < 0) {
		log_error("cannot open %s: %s", root, strerror(-r));
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return verbs[i].run(&fs) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	log_error("\"%s\" is unknown; allowed: start, reload, release, stop", verb);
	return 2;
}

int main(int argc, char *argv[])
{
	enum { ARG_ROOT = 0x100 };
	static const struct option options[] = {
		{ "root", required_argument, NULL, ARG_ROOT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *root = "/";
	int c;

	log_open("memhp-publish", LOG_TO_STDERR, LOG_INFO);
	while ((c = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (c) {
		case ARG_ROOT:
			root = optarg;
			break;
		case 'h':
			usage();
			return EXIT_SUCCESS;
		case 'V':
			puts("memhp-publish " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc) {
		log_error("expected start, reload, release or stop; see --help");
		return 2;
	}
	return run(root, argv[optind]);
}
