/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl: reads the command line, and runs the command. */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "usage.h"

bool ctl_is_live(const struct ctl *ctl)
{
	return strcmp(ctl->root, "/") == 0;
}

/* https://no-color.org, and off a terminal there is none. */
static bool wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

#define OPTIONS_MAX 32

static void list_options(struct option ret[static OPTIONS_MAX])
{
	size_t n = 0;

	while (option_kinds[n].option.name && n + 1 < OPTIONS_MAX) {
		ret[n] = option_kinds[n].option;
		n++;
	}
	ret[n] = (struct option){ NULL, 0, NULL, 0 };
}

/* Which commands take the option @c. */
static unsigned takes_of(int c)
{
	for (const struct option_kind *kind = option_kinds; kind->option.name; kind++)
		if (kind->option.val == c)
			return kind->takes;
	return 0;
}

/* What was asked for beside what every command gets. */
struct request {
	unsigned used; /* the TAKES_ of the options that were given */
	bool help;
};

/* 1: go on; 0: done; -EINVAL: wrong use. */
static int parse_argv(struct ctl *ret, struct request *ret_request, int argc, char *argv[])
{
	struct option options[OPTIONS_MAX];
	int c;

	*ret = (struct ctl){ .root = "/", .fs = { .fd = -1 }, .colour = wants_colour() };
	*ret_request = (struct request){ .used = 0 };
	list_options(options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":Jrno:bqvhV", options, NULL)) >= 0) {
		ret_request->used |= takes_of(c);
		switch (c) {
		case ARG_ROOT:
			ret->root = optarg;
			break;
		case 'J':
			ret->format = CTL_JSON;
			break;
		case 'r':
			ret->format = CTL_RAW;
			break;
		case 'n':
			ret->no_headings = true;
			break;
		case 'o':
			ret->columns = optarg;
			break;
		case 'b':
			ret->bytes = true;
			break;
		case ARG_ADD:
			if (ret->n_adds == CTL_ADDS_MAX) {
				log_error("more than %d devices to --add", CTL_ADDS_MAX);
				return -EINVAL;
			}
			ret->adds[ret->n_adds++] = optarg;
			break;
		case ARG_POLICY:
			ret->policy_file = optarg;
			break;
		case 'q':
			ret->quiet = true;
			break;
		case 'v':
			ret->verbose = true;
			break;
		case 'h':
			ret_request->help = true;
			break;
		case 'V':
			puts("memhpctl " PACKAGE_VERSION);
			return 0;
		default:
			usage_explain_option(c, argv);
			return -EINVAL;
		}
	}
	return 1;
}

/* The command, when it can be run with what was given; else NULL, and it was said why. */
static const struct command *check_command(unsigned used, int argc, char *argv[])
{
	const struct command *command = argc > 0 ? command_find(argv[0]) : NULL;

	if (!command)
		usage_explain_command(argc > 0 ? argv[0] : NULL);
	else if (argc - 1 < command->min || argc - 1 > command->max)
		usage_explain_arguments(command,
					argc - 1 > command->max ? argv[command->max + 1] : NULL);
	else if (used & ~command->takes)
		usage_explain_takes(command, used);
	else
		return command;
	return NULL;
}

/* Help on the command that is named, if one is. */
static int help(const char *name)
{
	const struct command *command = name ? command_find(name) : NULL;

	if (name && !command) {
		usage_explain_command(name);
		return EX_USAGE;
	}
	usage_print(command);
	return EXIT_SUCCESS;
}

static int run(struct ctl *ctl, const struct command *command, int argc, char *argv[])
{
	int status, r = sysfs_open(&ctl->fs, ctl->root);

	if (r < 0) {
		log_error("cannot open %s: %s", ctl->root, strerror(-r));
		return EX_NOINPUT;
	}
	status = command->run(ctl, argc, argv);
	sysfs_close(&ctl->fs);
	if (fflush(stdout) != 0 && errno != EPIPE) {
		log_error("cannot write: %s", strerror(errno));
		return EX_IOERR;
	}
	return status;
}

int main(int argc, char *argv[])
{
	const struct command *command;
	struct request request;
	struct ctl ctl;
	int r;

	(void)setlocale(LC_CTYPE,
			""); /* libsmartcols counts characters, and numbers stay as they are */
	log_open("memhpctl", LOG_TO_STDERR, LOG_INFO);
	r = parse_argv(&ctl, &request, argc, argv);
	if (r <= 0)
		return r < 0 ? EX_USAGE : EXIT_SUCCESS;
	if (request.help)
		return help(argv[optind]);
	if (ctl.quiet || ctl.verbose)
		log_open("memhpctl", LOG_TO_STDERR, ctl.quiet ? LOG_ERR : LOG_DEBUG);
	command = check_command(request.used, argc - optind, argv + optind);
	if (!command)
		return EX_USAGE;
	return run(&ctl, command, argc - optind - 1, argv + optind + 1);
}
