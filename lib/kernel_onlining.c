/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One table of parameters; setting and giving back go through it. */
#include "kernel_onlining.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "paths.h"

#define VALUE_SIZE 64

/*
 * In the order in which they are set: a policy that is in force has its numbers already, and nobody
 * onlines before there is a policy.
 */
enum parameter {
	MOVABLE_RATIO,
	NUMA_AWARE,
	ONLINE_POLICY,
	AUTO_ONLINE,
	_PARAMETER_MAX,
};

static const struct {
	const char *path;
	const char *saved;
	bool is_optional;
} parameters[_PARAMETER_MAX] = {
	[MOVABLE_RATIO] = { PATH_MOVABLE_RATIO, PATH_SAVED "/auto_movable_ratio", false },
	/* only of kernels with NUMA */
	[NUMA_AWARE] = { PATH_NUMA_AWARE, PATH_SAVED "/auto_movable_numa_aware", true },
	[ONLINE_POLICY] = { PATH_ONLINE_POLICY, PATH_SAVED "/online_policy", false },
	[AUTO_ONLINE] = { PATH_AUTO_ONLINE, PATH_SAVED "/auto_online_blocks", false },
};

struct context {
	const struct sysfs *fs;
	kernel_onlining_report_fn report;
	void *userdata;
};

/* The record of a parameter that is not as it was. */
struct saved {
	char before[VALUE_SIZE];
	char set[VALUE_SIZE];
};

_printf_(3, 4) static int fail(const struct context *context, int error, const char *fmt, ...)
{
	char message[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	context->report(context->userdata, message);
	return error;
}

static int read_saved(const struct context *context, enum parameter parameter, struct saved *ret)
{
	char text[2 * VALUE_SIZE];
	struct str rest, before, set;
	int r = sysfs_read(context->fs, text, sizeof(text), "%s", parameters[parameter].saved);

	if (r < 0)
		return r;
	rest = str_of(text);
	if (!str_next_word(&rest, &before) || !str_next_word(&rest, &set) ||
	    before.n >= VALUE_SIZE || set.n >= VALUE_SIZE)
		return -EBADMSG;
	(void)snprintf(ret->before, sizeof(ret->before), "%.*s", STR_ARG(before));
	(void)snprintf(ret->set, sizeof(ret->set), "%.*s", STR_ARG(set));
	return 0;
}

/* Before it is set, so that what was there is not lost with whoever sets it. */
static int save(const struct context *context, enum parameter parameter, const char *now,
		const char *value)
{
	char text[2 * VALUE_SIZE];
	struct saved saved;
	int r = read_saved(context, parameter, &saved);

	if (r == 0 && strcmp(saved.set, value) == 0)
		return 0;
	(void)snprintf(text, sizeof(text), "%s %s\n", r == 0 ? saved.before : now, value);
	r = sysfs_mkdir(context->fs, 0755, PATH_SAVED);
	if (r == 0)
		r = sysfs_replace(context->fs, str_of(text), "%s", parameters[parameter].saved);
	if (r < 0)
		return fail(context, r, "cannot write /%s: %s", parameters[parameter].saved,
			    strerror(-r));
	return 0;
}

static int put(const struct context *context, enum parameter parameter, const char *value)
{
	const char *path = parameters[parameter].path;
	char now[VALUE_SIZE];
	int r = sysfs_write(context->fs, value, "%s", path);

	if (r == 0)
		r = sysfs_read(context->fs, now, sizeof(now), "%s", path);
	if (r < 0)
		return fail(context, r, "cannot set /%s to %s: %s", path, value, strerror(-r));
	if (strcmp(now, value) != 0)
		return fail(context, -EIO, "/%s was set to %s, but it is %s", path, value, now);
	return 0;
}

static int set(const struct context *context, enum parameter parameter, const char *value)
{
	const char *path = parameters[parameter].path;
	char now[VALUE_SIZE];
	int r = sysfs_read(context->fs, now, sizeof(now), "%s", path);

	if (r == -ENOENT && parameters[parameter].is_optional)
		return 0;
	if (r < 0)
		return fail(context, r, "cannot read /%s: %s", path, strerror(-r));
	r = save(context, parameter, now, value);
	if (r < 0 || strcmp(now, value) == 0)
		return r;
	return put(context, parameter, value);
}

static int give_back(const struct context *context, enum parameter parameter)
{
	const char *path = parameters[parameter].path;
	struct saved saved;
	char now[VALUE_SIZE];
	int r = read_saved(context, parameter, &saved);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return fail(context, r, "cannot read /%s: %s", parameters[parameter].saved,
			    strerror(-r));
	r = sysfs_read(context->fs, now, sizeof(now), "%s", path);
	if (r < 0)
		return fail(context, r, "cannot read /%s: %s", path, strerror(-r));
	/* Somebody who has changed it since meant it. */
	if (strcmp(now, saved.set) == 0 && strcmp(now, saved.before) != 0)
		r = put(context, parameter, saved.before);
	if (r < 0)
		return r;
	r = sysfs_unlink(context->fs, "%s", parameters[parameter].saved);
	if (r < 0)
		return fail(context, r, "cannot remove /%s: %s", parameters[parameter].saved,
			    strerror(-r));
	return 0;
}

/* Whether give_back() will write it. */
static bool is_to_be_changed(const struct context *context, enum parameter parameter)
{
	struct saved saved;
	char now[VALUE_SIZE];

	return read_saved(context, parameter, &saved) == 0 &&
	       sysfs_read(context->fs, now, sizeof(now), "%s", parameters[parameter].path) == 0 &&
	       strcmp(now, saved.set) == 0 && strcmp(now, saved.before) != 0;
}

/* The parameters of the policy, in reverse order, each of them, whatever becomes of the others. */
static int give_back_policy(const struct context *context)
{
	int first = 0;

	for (unsigned i = AUTO_ONLINE; i > 0; i--) {
		int r = give_back(context, (enum parameter)(i - 1));

		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

/* Whether the kernel onlines, because we told it to, by a policy that is to change. */
static bool is_to_be_paused(const struct context *context)
{
	struct saved saved;
	char now[VALUE_SIZE];
	bool changes = false;

	for (unsigned i = 0; i < AUTO_ONLINE; i++)
		changes |= is_to_be_changed(context, (enum parameter)i);
	return changes && read_saved(context, AUTO_ONLINE, &saved) == 0 &&
	       sysfs_read(context->fs, now, sizeof(now), PATH_AUTO_ONLINE) == 0 &&
	       strcmp(now, "online") == 0 && strcmp(now, saved.set) == 0;
}

/* Until it gets its own value back: what it was is on record, also if we die before that. */
static int pause_onlining(const struct context *context)
{
	int r = set(context, AUTO_ONLINE, "offline");

	/* Else what is there would be taken for somebody else's. */
	if (r < 0)
		(void)save(context, AUTO_ONLINE, "online", "online"); /* the first error counts */
	return r;
}

/* Nothing comes online by half a policy. */
static int give_back_all(const struct context *context)
{
	int first = is_to_be_paused(context) ? pause_onlining(context) : 0;
	int r = give_back_policy(context);

	if (first == 0)
		first = r;
	r = give_back(context, AUTO_ONLINE);
	return first < 0 ? first : r;
}

int kernel_onlining_stop(const struct sysfs *fs, kernel_onlining_report_fn report, void *userdata)
{
	struct context context = { fs, report, userdata };
	int r = set(&context, AUTO_ONLINE, "offline");

	return r < 0 ? r : give_back_policy(&context);
}

static bool is_as_wanted(const struct context *context, char values[][VALUE_SIZE])
{
	for (unsigned i = 0; i < _PARAMETER_MAX; i++) {
		char now[VALUE_SIZE];
		struct saved saved;
		int r = sysfs_read(context->fs, now, sizeof(now), "%s", parameters[i].path);

		if (r == -ENOENT && parameters[i].is_optional)
			continue;
		if (r < 0 || strcmp(now, values[i]) != 0 ||
		    read_saved(context, (enum parameter)i, &saved) < 0 ||
		    strcmp(saved.set, values[i]) != 0)
			return false;
	}
	return true;
}

int kernel_onlining_delegate(const struct sysfs *fs, const struct policy *policy,
			     kernel_onlining_report_fn report, void *userdata)
{
	struct context context = { fs, report, userdata };
	char values[_PARAMETER_MAX][VALUE_SIZE] = {
		[NUMA_AWARE] = "N",
		[ONLINE_POLICY] = "auto-movable",
		[AUTO_ONLINE] = "online",
	};
	int r;

	(void)snprintf(values[MOVABLE_RATIO], VALUE_SIZE, "%llu",
		       (unsigned long long)policy->movable_ratio);
	if (policy->numa_aware)
		values[NUMA_AWARE][0] = 'Y';
	if (is_as_wanted(&context, values))
		return 0;

	r = set(&context, AUTO_ONLINE, "offline");
	for (unsigned i = 0; i < _PARAMETER_MAX && r == 0; i++)
		r = set(&context, (enum parameter)i, values[i]);
	if (r < 0)
		(void)give_back_all(&context); /* reported; the first error counts */
	return r;
}

int kernel_onlining_restore(const struct sysfs *fs, kernel_onlining_report_fn report,
			    void *userdata)
{
	struct context context = { fs, report, userdata };
	int r = give_back_all(&context), removed = sysfs_rmdir(fs, PATH_SAVED);

	if (r == 0 && removed < 0 && removed != -ENOENT)
		return fail(&context, removed, "cannot remove /" PATH_SAVED ": %s",
			    strerror(-removed));
	return r;
}

bool kernel_onlining_is_set(const struct sysfs *fs)
{
	return sysfs_exists(fs, "%s", parameters[AUTO_ONLINE].saved);
}

bool kernel_onlining_find_zone(const struct sysfs *fs, enum zone *ret)
{
	char now[VALUE_SIZE];

	if (sysfs_read(fs, now, sizeof(now), PATH_AUTO_ONLINE) < 0 || strcmp(now, "offline") == 0)
		return false;
	*ret = strcmp(now, "online_kernel") == 0  ? ZONE_KERNEL :
	       strcmp(now, "online_movable") == 0 ? ZONE_MOVABLE :
						    ZONE_ONLINE;
	return true;
}
