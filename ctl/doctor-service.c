/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of memhp itself: is it in force, and is what is in force what the configuration says? */
#include <string.h>

#include "cmdline.h"
#include "config.h"
#include "doctor.h"
#include "log.h"
#include "paths.h"

#define POLICY_TEXT_SIZE (64 * 1024)

static bool is_switched_off(const struct patient *patient)
{
	struct str value;

	return cmdline_get(patient->cmdline, "memhp", &value) && str_eq(value, "off");
}

void check_in_force(const struct patient *patient)
{
	struct findings *findings = patient->findings;

	if (patient->view->is_in_force)
		return;
	if (sysfs_exists(&patient->ctl->fs, PATH_POLICY))
		findings_add(findings, SEVERITY_ERROR, "policy-damaged", "/" PATH_POLICY,
			     "systemctl reload memhp",
			     "cannot be read, so that built-in defaults are in force");
	else if (is_switched_off(patient))
		findings_add(findings, SEVERITY_NOTE, "switched-off", "kernel command line",
			     "remove memhp=off to have memhp decide at the next boot",
			     "memhp=off: who onlines memory is left to others");
	else if (patient->view->policy.onliner == ONLINER_NONE)
		findings_add(findings, SEVERITY_NOTE, "switched-off", "memhp.conf",
			     "remove Onliner=none and run memhpctl reload to have memhp decide",
			     "Onliner=none: who onlines memory is left to others");
	else
		findings_add(findings, SEVERITY_ERROR, "not-in-force", "memhp.service",
			     "systemctl start memhp",
			     "is not active: who onlines memory is left to others");
}

/* 1: the same, 0: not the same or one is missing, negative: both cannot be compared. */
static int compare_files(const struct sysfs *fs, const char *a, const char *b)
{
	_cleanup_free_ char *x = NULL, *y = NULL;
	size_t x_n = 0, y_n = 0;
	int r = sysfs_read_file(fs, &x, &x_n, "%s", a);

	if (r < 0)
		return r;
	r = sysfs_read_file(fs, &y, &y_n, "%s", b);
	if (r < 0)
		return r;
	return x_n == y_n && memcmp(x, y, x_n) == 0;
}

void check_published(const struct patient *patient)
{
	static const struct {
		const char *rendered, *published;
	} files[] = {
		{ PATH_RENDERED "/79-memhp.rules", PATH_UDEV_RULES "/79-memhp.rules" },
		{ PATH_RENDERED "/policy", PATH_POLICY },
		{ PATH_RENDERED "/boot-memory", PATH_BOOT_MEMORY },
		{ PATH_RENDERED "/tmpfiles.conf", PATH_OWN_TMPFILE },
	};
	const struct sysfs *fs = &patient->ctl->fs;

	if (!patient->view->is_in_force)
		return;
	if (!sysfs_exists(fs, "%s", files[0].rendered)) {
		findings_add(
			patient->findings, SEVERITY_WARNING, "nothing-rendered", "memhp.service",
			"systemctl stop memhp",
			"is active, though the generator has found nothing for it to do since");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char subject[64];

		(void)snprintf(subject, sizeof(subject), "/%s", files[i].published);
		if (!sysfs_exists(fs, "%s", files[i].published))
			findings_add(patient->findings, SEVERITY_ERROR, "unpublished", subject,
				     "systemctl reload memhp", "was removed");
		else if (compare_files(fs, files[i].rendered, files[i].published) == 0)
			findings_add(patient->findings, SEVERITY_WARNING, "stale-file", subject,
				     "systemctl reload memhp",
				     "differs from what the generator has rendered");
	}
}

static void add_mistake(void *userdata, const char *file, unsigned line, const char *message)
{
	const struct patient *patient = userdata;
	char subject[600];

	if (line > 0)
		(void)snprintf(subject, sizeof(subject), "%s:%u", file, line);
	else
		(void)snprintf(subject, sizeof(subject), "%s", file);
	findings_add(patient->findings, SEVERITY_WARNING, "config-mistake", subject,
		     "correct it, then run memhpctl reload", "%s", message);
}

/* The first line of @a that is not that of @b; false when there is none. */
static bool find_difference(struct str a, struct str b, struct str *ret_a, struct str *ret_b)
{
	while (str_next_line(&a, ret_a)) {
		if (!str_next_line(&b, ret_b))
			*ret_b = STR("");
		if (ret_a->n != ret_b->n || memcmp(ret_a->p, ret_b->p, ret_a->n) != 0)
			return true;
	}
	return false;
}

static void compare_policies(const struct patient *patient, const struct policy *configured,
			     const char *origin)
{
	_cleanup_free_ char *now = malloc(POLICY_TEXT_SIZE), *then = malloc(POLICY_TEXT_SIZE);
	struct str a, b;

	/* The origin is not compared: a file more that says nothing changes nothing. */
	if (!now || !then || policy_format(configured, "", now, POLICY_TEXT_SIZE) < 0 ||
	    policy_format(&patient->view->policy, "", then, POLICY_TEXT_SIZE) < 0 ||
	    !find_difference(str_of(now), str_of(then), &a, &b))
		return;
	findings_add(patient->findings, SEVERITY_WARNING, "stale-policy", origin, "memhpctl reload",
		     "%.*s is configured, %.*s is in force", STR_ARG(a), STR_ARG(b));
}

void check_configuration(const struct patient *patient)
{
	struct patient copy = *patient;
	struct policy configured;
	char origin[1024];
	int r = config_read(&patient->ctl->fs, &configured, origin, sizeof(origin), add_mistake,
			    &copy);

	/* The generator chooses where "auto" leaves it a choice, or the kernel lacks what it needs. */
	if (r >= 0 && (configured.onliner == ONLINER_AUTO || configured.onliner == ONLINER_KERNEL))
		configured.onliner = patient->view->policy.onliner;
	if (r >= 0 && patient->view->is_in_force)
		compare_policies(patient, &configured, origin);
}
