/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be said to memhpctl: its commands and options. */
#pragma once

#include <getopt.h>

#include "ctl.h"
#include "table.h"

/* Options that not every command takes. */
enum {
	TAKES_JSON = 1 << 0,
	TAKES_RAW = 1 << 1,
	TAKES_NOHEADINGS = 1 << 2,
	TAKES_OUTPUT = 1 << 3,
	TAKES_BYTES = 1 << 4,
	TAKES_ADD = 1 << 5,
	TAKES_POLICY = 1 << 6,
	TAKES_TABLE = TAKES_JSON | TAKES_RAW | TAKES_NOHEADINGS | TAKES_OUTPUT | TAKES_BYTES,
};

struct command {
	const char *name;
	const char *arguments;
	const char *help;
	unsigned takes;
	int min, max; /* how many arguments */
	int (*run)(struct ctl *ctl, int argc, char *argv[]);
	const struct table_kind *tables; /* that it prints; NULL: none */
};

/* Ends with a name of NULL. */
extern const struct command commands[];

/* The tables of those that print some. */
extern const struct table_kind status_tables[];
extern const struct table_kind plan_tables[];
extern const struct table_kind explain_tables[];
extern const struct table_kind check_tables[];
extern const struct table_kind doctor_tables[];

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* For those that have no letter. */
enum {
	ARG_ROOT = 0x100,
	ARG_ADD,
	ARG_POLICY,
};

struct option_kind {
	struct option option; /* its value is the letter, or one of ARG_ */
	unsigned takes;	      /* 0: every command does */
	const char *argument; /* as in "--root DIR"; NULL: it has none */
	const char *help;
};

/* Ends with a name of NULL. */
extern const struct option_kind option_kinds[];
