/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl: what every command gets, and the commands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "macro.h"
#include "sysfs.h"

/*
 * Statuses of exit: 0, those of check and doctor, and of sysexits.h EX_USAGE (wrong use), EX_NOINPUT
 * (no such block, device or file), EX_UNAVAILABLE (no memory hotplug, memhp not in force), EX_NOPERM
 * (needs root), EX_IOERR (what was read or written failed), EX_OSERR (out of memory).
 */
#define STATUS_FINDINGS 1 /* warnings; something is left to do */
#define STATUS_ERRORS 2	  /* of doctor: worse than warnings */

enum ctl_format {
	CTL_TABLE,
	CTL_RAW,
	CTL_JSON,
};

#define CTL_ADDS_MAX 16

struct ctl {
	const char *root; /* as it was given; "/" is the running machine */
	struct sysfs fs;
	enum ctl_format format;
	bool no_headings;
	bool bytes; /* sizes are plain numbers */
	/* -o: names, separated by commas, or "all", behind "+" beside the usual ones; NULL: those */
	const char *columns;
	bool colour; /* standard output is a terminal that shows colours */
	bool quiet;  /* only errors */
	bool verbose;
	const char *adds[CTL_ADDS_MAX]; /* plan --add */
	size_t n_adds;
	const char *policy_file; /* plan --policy */
};

/* Whether it is about the running machine, not about a captured tree. */
bool ctl_is_live(const struct ctl *ctl);

/*
 * One for each command: 0 or another status of exit; they have said why. @argv: the @argc words
 * behind the command's name.
 */
int ctl_check(struct ctl *ctl, int argc, char *argv[]);
int ctl_doctor(struct ctl *ctl, int argc, char *argv[]);
int ctl_explain(struct ctl *ctl, int argc, char *argv[]);
int ctl_map(struct ctl *ctl, int argc, char *argv[]);
int ctl_metrics(struct ctl *ctl, int argc, char *argv[]);
int ctl_monitor(struct ctl *ctl, int argc, char *argv[]);
int ctl_online(struct ctl *ctl, int argc, char *argv[]);
int ctl_plan(struct ctl *ctl, int argc, char *argv[]);
int ctl_reload(struct ctl *ctl, int argc, char *argv[]);
int ctl_snapshot(struct ctl *ctl, int argc, char *argv[]);
int ctl_status(struct ctl *ctl, int argc, char *argv[]);
