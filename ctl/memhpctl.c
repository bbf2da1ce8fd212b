/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl: options, and the command that they are for. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <string.h>

#include "ctl.h"
#include "log.h"

/* Options that not every command takes. */
enum {
	TAKES_JSON = 1 << 0,
	TAKES_ADD = 1 << 1,
	TAKES_POLICY = 1 << 2,
	TAKES_TABLE = 1 << 3 | TAKES_JSON, /* --raw --noheadings --output --bytes as well */
};

struct command {
	const char *name;
	const char *arguments;
	const char *help;
	unsigned takes;
	int min, max; /* how many arguments */
	int (*run)(struct ctl *ctl, int argc, char *argv[]);
};

static const struct command commands[] = {
	{ "status", "[policy|nodes|groups|namespaces]",
	  "who onlines memory, what the zones hold, each device", TAKES_TABLE, 0, 1, ctl_status },
	{ "map", "", "a picture of physical memory", 0, 0, 0, ctl_map },
	{ "plan", "[--add DEVICE]... [--policy FILE]", "what would be done with offline blocks",
	  TAKES_TABLE | TAKES_ADD | TAKES_POLICY, 0, 0, ctl_plan },
	{ "explain", "memoryN|DEVICE|ADDRESS", "why a block has, or gets, its zone", TAKES_JSON, 1,
	  1, ctl_explain },
	{ "check", "[FILE...]", "look for mistakes in the configuration", 0, 0, 1024, ctl_check },
	{ "doctor", "", "look for trouble, worst first, and say what to do", TAKES_TABLE, 0, 0,
	  ctl_doctor },
	{ "online", "[DEVICE]", "online what waits, by the policy", 0, 0, 1, ctl_online },
	{ "reload", "", "put a changed configuration into force", 0, 0, 0, ctl_reload },
	{ "monitor", "", "show each event of memory as it comes", TAKES_JSON, 0, 0, ctl_monitor },
	{ "metrics", "", "figures as OpenMetrics text", 0, 0, 0, ctl_metrics },
	{ "snapshot", "FILE", "archive what memhp reads on this machine", 0, 1, 1, ctl_snapshot },
};

static void usage(void)
{
	(void)fputs("Usage: memhpctl [OPTION...] COMMAND [ARGUMENT...]\n\n"
		    "Show, explain and check who onlines hot-plugged memory; see memhpctl(8).\n\n"
		    "Commands:\n",
		    stdout);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int n = printf("  %s %s", commands[i].name, commands[i].arguments);

		printf("%*s%s\n", n < 36 ? 38 - n : 2, "", commands[i].help);
	}
	(void)fputs("\nOptions:\n"
		    "      --root DIR         a captured machine instead of this one\n"
		    "  -J, --json             JSON; sizes are bytes\n"
		    "  -r, --raw              columns separated by one blank\n"
		    "  -n, --noheadings       no line of headings\n"
		    "  -o, --output LIST      columns by name, or \"all\"; +LIST: these as well\n"
		    "  -b, --bytes            sizes in bytes\n"
		    "      --add DEVICE       plan: as if KIND:SIZE[@NODE] were added, such as\n"
		    "                         dimm:64G@1, virtio-mem:16G, cxl:512G\n"
		    "      --policy FILE      plan: with this configuration\n"
		    "  -q, --quiet            nothing but errors\n"
		    "  -v, --verbose          say more\n"
		    "  -h, --help             show this help\n"
		    "  -V, --version          show the version\n",
		    stdout);
}

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

enum {
	ARG_ROOT = 0x100,
	ARG_ADD,
	ARG_POLICY,
};

static const struct option options[] = {
	{ "root", required_argument, NULL, ARG_ROOT },
	{ "json", no_argument, NULL, 'J' },
	{ "raw", no_argument, NULL, 'r' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "bytes", no_argument, NULL, 'b' },
	{ "add", required_argument, NULL, ARG_ADD },
	{ "policy", required_argument, NULL, ARG_POLICY },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* 1: go on; 0: done; -EINVAL: wrong use. @ret_used: the TAKES_ of the options that were given. */
static int parse_argv(struct ctl *ret, unsigned *ret_used, int argc, char *argv[])
{
	int c;

	*ret = (struct ctl){ .root = "/", .fs = { .fd = -1 }, .colour = wants_colour() };
	*ret_used = 0;
	while ((c = getopt_long(argc, argv, "Jrno:bqvhV", options, NULL)) >= 0) {
		if (c == 'J')
			*ret_used |= TAKES_JSON;
		else if (c < ARG_ROOT && strchr("rnob", c))
			*ret_used |= TAKES_TABLE;
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
			*ret_used |= TAKES_ADD;
			if (ret->n_adds == CTL_ADDS_MAX) {
				log_error("more than %d devices to --add", CTL_ADDS_MAX);
				return -EINVAL;
			}
			ret->adds[ret->n_adds++] = optarg;
			break;
		case ARG_POLICY:
			*ret_used |= TAKES_POLICY;
			ret->policy_file = optarg;
			break;
		case 'q':
			ret->quiet = true;
			break;
		case 'v':
			ret->verbose = true;
			break;
		case 'h':
			usage();
			return 0;
		case 'V':
			puts("memhpctl " PACKAGE_VERSION);
			return 0;
		default:
			return -EINVAL;
		}
	}
	return 1;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

/* The command, when it can be run with what was given; else NULL, and it was said why. */
static const struct command *check_command(unsigned used, int argc, char *argv[])
{
	const struct command *command = argc > 0 ? find_command(argv[0]) : NULL;

	if (!command)
		log_error("%s%s%s; see --help", argc > 0 ? "unknown command \"" : "which command",
			  argc > 0 ? argv[0] : "", argc > 0 ? "\"" : "?");
	else if (argc - 1 < command->min || argc - 1 > command->max)
		log_error("expected: memhpctl %s %s", command->name, command->arguments);
	else if (used & ~command->takes)
		log_error("%s does not take %s; see --help", command->name,
			  used & ~command->takes & TAKES_ADD	? "--add" :
			  used & ~command->takes & TAKES_POLICY ? "--policy" :
			  used & ~command->takes & TAKES_JSON	? "--json" :
								  "options of tables");
	else
		return command;
	return NULL;
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
	struct ctl ctl;
	unsigned used;
	int r;

	(void)setlocale(LC_CTYPE,
			""); /* libsmartcols counts characters, and numbers stay as they are */
	log_open("memhpctl", LOG_TO_STDERR, LOG_INFO);
	r = parse_argv(&ctl, &used, argc, argv);
	if (r <= 0)
		return r < 0 ? EX_USAGE : EXIT_SUCCESS;
	if (ctl.quiet || ctl.verbose)
		log_open("memhpctl", LOG_TO_STDERR, ctl.quiet ? LOG_ERR : LOG_DEBUG);
	command = check_command(used, argc - optind, argv + optind);
	if (!command)
		return EX_USAGE;
	return run(&ctl, command, argc - optind - 1, argv + optind + 1);
}
