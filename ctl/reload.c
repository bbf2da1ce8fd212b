/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl reload: what `systemctl daemon-reload` and `systemctl reload memhp` do, with a report. */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "config.h"
#include "ctl.h"
#include "log.h"
#include "paths.h"
#include "policy.h"

#define POLICY_TEXT_SIZE (64 * 1024)

extern char **environ;

/* False when it failed; systemctl itself, or we, have said why. */
static bool run_systemctl(const char *verb, const char *unit)
{
	char name[] = "systemctl", verb_copy[32], unit_copy[32];
	char *argv[] = { name, verb_copy, unit ? unit_copy : NULL, NULL };
	int status = 0, r;
	pid_t child;

	(void)snprintf(verb_copy, sizeof(verb_copy), "%s", verb);
	(void)snprintf(unit_copy, sizeof(unit_copy), "%s", unit ? unit : "");
	log_debug("systemctl %s %s", verb_copy, unit_copy);
	r = posix_spawnp(&child, name, NULL, NULL, argv, environ);
	if (r != 0) {
		log_error("cannot run systemctl: %s", strerror(r));
		return false;
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	log_error("systemctl %s %s failed", verb_copy, unit_copy);
	return false;
}

static void report_config(void *userdata, const char *file, unsigned line, const char *message)
{
	(void)userdata;
	if (line > 0)
		log_warning("%s:%u: %s", file, line, message);
	else
		log_warning("%s: %s", file, message);
}

static int read_published(const struct sysfs *fs, struct policy *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t n = 0;
	int r = sysfs_read_file(fs, &text, &n, PATH_POLICY);

	return r < 0 ? r : policy_parse(ret, (struct str){ text, n });
}

/* Whether what is published says the same as @policy, but for who onlines, if that was to choose. */
static bool is_in_force(const struct ctl *ctl, struct policy *policy)
{
	_cleanup_free_ char *wanted = malloc(POLICY_TEXT_SIZE), *found = malloc(POLICY_TEXT_SIZE);
	struct policy published;

	if (!wanted || !found || read_published(&ctl->fs, &published) < 0)
		return false;
	if (policy->onliner == ONLINER_AUTO || policy->onliner == ONLINER_KERNEL)
		policy->onliner = published.onliner;
	return policy_format(policy, "", wanted, POLICY_TEXT_SIZE) >= 0 &&
	       policy_format(&published, "", found, POLICY_TEXT_SIZE) >= 0 &&
	       strcmp(wanted, found) == 0;
}

/* The generator has found nothing to do; what it published before must go. */
static int withdraw(const struct ctl *ctl)
{
	if (sysfs_exists(&ctl->fs, PATH_POLICY) && !run_systemctl("stop", "memhp.service"))
		return EX_UNAVAILABLE;
	if (!ctl->quiet)
		puts("memhp is switched off, who onlines memory is left to others; see journalctl -t "
		     "memhp-generator");
	return EXIT_SUCCESS;
}

static int reload(const struct ctl *ctl)
{
	char origin[1024];
	struct policy policy;
	int mistakes = config_read(&ctl->fs, &policy, origin, sizeof(origin), report_config, NULL);

	if (mistakes < 0) {
		log_error("cannot read the configuration: %s", strerror(-mistakes));
		return EX_IOERR;
	}
	if (!run_systemctl("daemon-reload", NULL))
		return EX_UNAVAILABLE;
	if (!sysfs_exists(&ctl->fs, PATH_RENDERED "/policy"))
		return withdraw(ctl);
	if (!run_systemctl("reload-or-restart", "memhp.service"))
		return EX_UNAVAILABLE;
	if (!is_in_force(ctl, &policy)) {
		log_error("/" PATH_POLICY " does not say what is configured; see journalctl -t "
			  "memhp-generator");
		return EX_UNAVAILABLE;
	}
	if (!ctl->quiet)
		printf("in force: %s%s\n", origin, mistakes > 0 ? ", but for the lines above" : "");
	return mistakes > 0 ? STATUS_FINDINGS : EXIT_SUCCESS;
}

int ctl_reload(struct ctl *ctl, int argc, char *argv[])
{
	(void)argc;
	(void)argv;
	if (!ctl_is_live(ctl)) {
		log_error("reload works on the running machine only, not on a captured one");
		return EX_UNAVAILABLE;
	}
	if (geteuid() != 0) {
		log_error("reload needs root");
		return EX_NOPERM;
	}
	if (!sysfs_exists(&ctl->fs, PATH_SYSTEMD)) {
		log_error("systemd does not run here, so that nothing can be reloaded");
		return EX_UNAVAILABLE;
	}
	return reload(ctl);
}
