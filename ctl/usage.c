/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts about commands and options. */
#include "usage.h"

#include <ctype.h>
#include <string.h>

#include "log.h"
#include "text.h"

#define WIDTH 80
#define COMMAND_INDENT 14
#define OPTION_INDENT 25
#define COLUMN_INDENT 22

/* -- Help */

static void print_commands(void)
{
	(void)fputs("\nCommands:\n", stdout);
	for (const struct command *command = commands; command->name; command++) {
		printf("  %-*s", COMMAND_INDENT - 2, command->name);
		text_wrap(stdout, command->help, COMMAND_INDENT, WIDTH);
	}
}

/* @is_for_all: the help is not that of one command. */
static void print_option(const struct option_kind *kind, bool is_for_all)
{
	bool is_of_plan = (kind->takes & (TAKES_ADD | TAKES_POLICY)) != 0;
	char name[64], letter[8] = "", help[256];

	if (kind->option.val < ARG_ROOT)
		(void)snprintf(letter, sizeof(letter), "-%c,", kind->option.val);
	(void)snprintf(name, sizeof(name), "  %-3s --%s%s%s", letter, kind->option.name,
		       kind->argument ? " " : "", kind->argument ? kind->argument : "");
	(void)snprintf(help, sizeof(help), "%s%s", is_for_all && is_of_plan ? "plan: " : "",
		       kind->help);
	printf("%-*s", OPTION_INDENT, name);
	text_wrap(stdout, help, OPTION_INDENT, WIDTH);
}

static void print_program(void)
{
	(void)fputs("Usage: memhpctl [OPTION...] COMMAND [ARGUMENT...]\n\n"
		    "Show, explain and check who onlines hot-plugged memory; see memhpctl(8).\n"
		    "memhpctl COMMAND --help shows what a command takes, and its columns.\n",
		    stdout);
	print_commands();
	(void)fputs("\nOptions:\n", stdout);
	for (const struct option_kind *kind = option_kinds; kind->option.name; kind++)
		print_option(kind, true);
}

static void print_columns(const struct table_kind *kind, bool is_only)
{
	printf("\nColumns%s%s:\n", is_only ? "" : " of ", is_only ? "" : kind->name);
	for (size_t i = 0; i < kind->n; i++) {
		printf("  %-*s", COLUMN_INDENT - 2, kind->columns[i].name);
		text_wrap(stdout, kind->columns[i].help, COLUMN_INDENT, WIDTH);
	}
}

static void print_command(const struct command *command)
{
	const struct table_kind *tables = command->tables;

	printf("Usage: memhpctl %s [OPTION...]%s%s\n\n%c%s.\n\nOptions:\n", command->name,
	       command->arguments[0] ? " " : "", command->arguments,
	       toupper((unsigned char)command->help[0]), command->help + 1);
	for (const struct option_kind *kind = option_kinds; kind->option.name; kind++)
		if (!(kind->takes & ~command->takes))
			print_option(kind, false);
	for (const struct table_kind *kind = tables; kind && kind->name; kind++)
		print_columns(kind, !tables[1].name);
}

void usage_print(const struct command *command)
{
	if (command)
		print_command(command);
	else
		print_program();
}

/* -- Wrong use */

static const char see_help[] = "see memhpctl --help";

void usage_explain_word(const char *what, const struct suggestion *allowed)
{
	bool has_nearest = allowed->nearest != NULL;

	log_error("unknown %s \"%.*s\"; %s%s%s; %s", what, STR_ARG(allowed->typed),
		  has_nearest ? "did you mean " : "allowed: ",
		  has_nearest ? allowed->nearest : allowed->list, has_nearest ? "?" : "", see_help);
}

void usage_explain_command(const char *name)
{
	struct suggestion allowed = { .typed = str_of(name ? name : "") };

	for (const struct command *command = commands; command->name; command++)
		suggestion_add(&allowed, command->name);
	if (name)
		usage_explain_word("command", &allowed);
	else
		log_error("no command; allowed: %s; %s", allowed.list, see_help);
}

bool usage_check_table(const struct table_kind *tables, const char *name)
{
	struct suggestion allowed = { .typed = str_of(name) };

	for (const struct table_kind *kind = tables; kind->name; kind++) {
		if (strcmp(name, kind->name) == 0)
			return true;
		suggestion_add(&allowed, kind->name);
	}
	usage_explain_word("table", &allowed);
	return false;
}

/* "--ver" of getopt_long()'s abbreviations: all that it may stand for. */
static struct suggestion find_abbreviated(struct str typed, size_t *ret_n)
{
	struct suggestion suggestion = { .typed = typed };

	*ret_n = 0;
	for (const struct option_kind *kind = option_kinds; kind->option.name; kind++) {
		if (strncmp(kind->option.name, typed.p, typed.n) != 0)
			continue;
		suggestion_add(&suggestion, kind->option.name);
		++*ret_n;
	}
	return suggestion;
}

static void explain_long_option(const char *text)
{
	struct str typed = { text + 2, strcspn(text + 2, "=") };
	size_t n;
	struct suggestion some = find_abbreviated(typed, &n), all = { .typed = typed };

	for (const struct option_kind *kind = option_kinds; kind->option.name; kind++)
		suggestion_add(&all, kind->option.name);
	if (n > 1)
		log_error("\"--%.*s\" is not clear; allowed: %s; %s", STR_ARG(typed), some.list,
			  see_help);
	else if (all.nearest)
		log_error("unknown option \"--%.*s\"; did you mean --%s?; %s", STR_ARG(typed),
			  all.nearest, see_help);
	else
		log_error("unknown option \"--%.*s\"; %s", STR_ARG(typed), see_help);
}

void usage_explain_option(int c, char *const argv[])
{
	const struct option_kind *kind = option_kinds;

	while (kind->option.name && kind->option.val != optopt)
		kind++;
	if (optopt == 0)
		explain_long_option(argv[optind - 1]);
	else if (!kind->option.name)
		log_error("unknown option \"-%c\"; %s", optopt, see_help);
	else if (c == ':')
		log_error("--%s needs an argument, %s; %s", kind->option.name, kind->argument,
			  see_help);
	else
		log_error("--%s takes no argument; %s", kind->option.name, see_help);
}

void usage_explain_arguments(const struct command *command, const char *extra)
{
	const char *blank = command->arguments[0] ? " " : "";

	if (extra)
		log_error("\"%s\" is too much; allowed: memhpctl %s%s%s; %s", extra, command->name,
			  blank, command->arguments, see_help);
	else
		log_error("%s needs an argument; allowed: memhpctl %s%s%s; %s", command->name,
			  command->name, blank, command->arguments, see_help);
}

void usage_explain_takes(const struct command *command, unsigned takes)
{
	const struct option_kind *kind = option_kinds;

	while (kind->option.name && !(kind->takes & takes & ~command->takes))
		kind++;
	log_error("%s does not take --%s; %s", command->name, kind->option.name, see_help);
}
