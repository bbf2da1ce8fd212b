/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memhp-generator: renders rules, policy and boot memory at boot (systemd.generator(7)). Never
 * fails the boot.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "boot_memory.h"
#include "cmdline.h"
#include "config.h"
#include "firmware.h"
#include "log.h"
#include "machine.h"
#include "onliner.h"
#include "paths.h"
#include "rule_files.h"
#include "rules.h"
#include "snapshot.h"
#include "sysfs.h"
#include "tmpfiles.h"

#define UNIT "memhp.service"

#define RULES_SIZE (256 * 1024)
#define POLICY_SIZE (64 * 1024)
#define BOOT_MEMORY_SIZE (64 * 1024)
#define TMPFILES_SIZE 1024
#define ORIGIN_SIZE 1024
#define FINDING_SIZE 512

/* Below the directory that systemd hands over. */
#define OUTPUT_RULES "memhp/rules.d"

struct args {
	const char *root;
	const char *output; /* the "normal" of the directories that systemd hands over */
};

/* All that is rendered, before the first byte is written. */
struct rendered {
	char rules[RULES_SIZE];
	int rules_n;
	char policy[POLICY_SIZE];
	int policy_n;
	char boot_memory[BOOT_MEMORY_SIZE];
	int boot_memory_n;
	char tmpfiles[TMPFILES_SIZE];
	int tmpfiles_n;
	struct rule_files others; /* what replaces the rules of other packages */
};

static void usage(void)
{
	(void)fputs("Usage: memhp-generator [--root DIR] NORMAL-DIR [EARLY-DIR LATE-DIR]\n\n"
		    "Render udev rules and policy for memory hotplug below NORMAL-DIR.\n"
		    "Started by systemd; see memhp-generator(8).\n\n"
		    "      --root DIR  read the machine from the tree below DIR instead of /\n"
		    "  -h, --help      show this help\n"
		    "  -V, --version   show the version\n",
		    stdout);
}

/* 1: go on; 0: done; -EINVAL: wrong use. */
static int parse_argv(struct args *ret, int argc, char *argv[])
{
	enum { ARG_ROOT = 0x100 };
	static const struct option options[] = {
		{ "root", required_argument, NULL, ARG_ROOT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*ret = (struct args){ .root = "/" };
	while ((c = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (c) {
		case ARG_ROOT:
			ret->root = optarg;
			break;
		case 'h':
			usage();
			return 0;
		case 'V':
			puts("memhp-generator " PACKAGE_VERSION);
			return 0;
		default:
			return -EINVAL;
		}
	}
	if (argc - optind != 1 && argc - optind != 3) {
		log_error("expected one or three directories; see --help");
		return -EINVAL;
	}
	ret->output = argv[optind];
	return 1;
}

static void report_config(void *userdata, const char *file, unsigned line, const char *message)
{
	(void)userdata;
	if (line > 0)
		log_warning("%s:%u: %s", file, line, message);
	else
		log_warning("%s: %s", file, message);
}

static void report_firmware(void *userdata, const char *message)
{
	(void)userdata;
	log_warning("%s", message);
}

/* "memhp=off" on the kernel command line. */
static bool is_switched_off(const struct sysfs *fs)
{
	_cleanup_free_ char *cmdline = NULL;
	struct str value;
	size_t n;

	if (sysfs_read_file(fs, &cmdline, &n, PATH_CMDLINE) < 0 ||
	    !cmdline_get((struct str){ cmdline, n }, "memhp", &value))
		return false;
	if (str_eq(value, "off"))
		return true;
	if (!str_eq(value, "on"))
		log_warning(
			"kernel command line: bad value \"memhp=%.*s\", ignored; allowed: off, on",
			STR_ARG(value));
	return false;
}

/* Why there is nothing to do on this machine, or NULL. */
static const char *reason_to_stay_out(const struct sysfs *fs, const struct args *args,
				      const struct policy *policy, uint64_t *ret_block_size)
{
	const char *virtualization = getenv("SYSTEMD_VIRTUALIZATION");

	if (strcmp(args->root, "/") == 0 && virtualization &&
	    str_starts(str_of(virtualization), "container:"))
		return "in a container memory is the host's";
	if (snapshot_read_block_size(fs, ret_block_size) < 0)
		return "this kernel has no memory hotplug";
	if (is_switched_off(fs))
		return "memhp=off on the kernel command line";
	if (policy->onliner == ONLINER_NONE)
		return "Onliner=none";
	return NULL;
}

/* Which sections rule the memory of a window. */
static const char *window_sections(enum window_kind kind)
{
	return kind == WINDOW_PMEM ? "[Dax]" : "[Cxl] or [Dax]";
}

/* Blocks that nobody onlines by himself: say so at boot, with both ways out. */
static void announce_windows(const struct policy *policy, const struct windows *windows)
{
	for (unsigned kind = 0; kind < _WINDOW_KIND_MAX; kind++) {
		bool excluded = rules_exclude_window(policy, kind);

		for (size_t i = 0; i < windows->kind[kind].n; i++) {
			const struct range *window = &windows->kind[kind].r[i];

			log_info("%s 0x%llx-0x%llx (up to %llu MiB): %s %s%s",
				 window_kind_name(kind), (unsigned long long)window->start,
				 (unsigned long long)window->end,
				 (unsigned long long)((window->end - window->start) >> 20) + 1,
				 excluded ? "memory in it waits for daxctl online-memory, or for "
					    "Zone=movable in" :
					    "memory in it comes online as told by",
				 window_sections(kind), excluded ? " of /etc/memhp.conf" : "");
		}
	}
}

/* The policy gets who onlines here; said only where that is not a matter of course. */
static void choose_onliner(const struct sysfs *fs, const struct windows *windows,
			   struct policy *policy)
{
	struct machine machine = machine_read(fs);
	struct onliner_choice choice = onliner_choose(policy, &machine, windows_any(windows));
	bool is_as_asked = choice.asked == choice.onliner;
	char text[256];

	policy->onliner = choice.onliner;
	if (is_as_asked && choice.obstacle == ONLINER_OBSTACLE_NONE)
		return;
	onliner_explain(&choice, text, sizeof(text));
	log_message(choice.asked == ONLINER_AUTO ? LOG_INFO : LOG_WARNING, "%s", text);
}

/* The rules of others that online memory; what is wrong with them costs no more than themselves. */
static void render_others(const struct sysfs *fs, const struct policy *policy,
			  struct rule_files *ret)
{
	char line[FINDING_SIZE];
	int r;

	if (!policy->override_rules)
		return;
	r = rule_files_read(fs, ret);
	if (r < 0) {
		log_error("cannot look for rules that online memory: %s", strerror(-r));
		return;
	}
	for (size_t i = 0; i < ret->n_findings; i++) {
		rule_finding_format(&ret->findings[i], line, sizeof(line));
		if (ret->findings[i].kind == RULE_REPLACED)
			log_info("%s", line);
		else
			log_warning("%s", line);
	}
}

/* Who has written them is to know. */
static void report_tmpfiles(const struct sysfs *fs, const struct policy *policy)
{
	struct tmpfiles tmpfiles = { NULL, 0 };
	int r = tmpfiles_read(fs, (enum onliner)policy->onliner, &tmpfiles);

	if (r < 0)
		log_error("cannot look into tmpfiles.d: %s", strerror(-r));
	for (size_t i = 0; i < tmpfiles.n; i++) {
		const struct tmpfiles_line *line = &tmpfiles.lines[i];

		if (line->is_overruled)
			log_info("%s:%u: line would online memory, overruled by "
				 "/" PATH_OWN_TMPFILE ": %s",
				 line->file, line->line, line->text);
		else
			log_warning("%s:%u: line onlines memory after memhp has started, whatever "
				    "memhp decides: %s",
				    line->file, line->line, line->text);
	}
	tmpfiles_done(&tmpfiles);
}

/* @policy: gets who onlines. */
static int render(const struct sysfs *fs, struct policy *policy, const char *origin,
		  uint64_t block_size, struct rendered *ret)
{
	_cleanup_(windows_done) struct windows windows = { .kind = { { NULL, 0 } } };
	_cleanup_(ranges_done) struct ranges boot = { NULL, 0 };
	int r = firmware_read_windows(fs, &windows, report_firmware, NULL);

	if (r < 0)
		return r;
	choose_onliner(fs, &windows, policy);
	if (policy->onliner == ONLINER_UDEV)
		announce_windows(policy, &windows);
	r = boot_memory_read(fs, &boot);
	if (r < 0)
		return r;

	ret->rules_n =
		rules_format(policy, &windows, block_size, origin, ret->rules, sizeof(ret->rules));
	ret->policy_n = policy_format(policy, origin, ret->policy, sizeof(ret->policy));
	ret->boot_memory_n = boot_memory_format(&boot, ret->boot_memory, sizeof(ret->boot_memory));
	ret->tmpfiles_n = tmpfiles_format((enum onliner)policy->onliner, ret->tmpfiles,
					  sizeof(ret->tmpfiles));
	if (ret->rules_n < 0 || ret->policy_n < 0 || ret->boot_memory_n < 0 || ret->tmpfiles_n < 0)
		return -ENOSPC;
	render_others(fs, policy, &ret->others);
	report_tmpfiles(fs, policy);
	return 0;
}

/* systemd empties its directory first; a person who starts the generator again does not. */
static int remove_others(const struct sysfs *output)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir(output, &dir, OUTPUT_RULES);

	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			r = sysfs_unlink(output, OUTPUT_RULES "/%s", entry->d_name);
	return r == -ENOENT ? 0 : r;
}

/* Rules of others that stay in force cost no more than themselves. */
static void write_others(const struct sysfs *output, const struct rule_files *others)
{
	int r = remove_others(output);

	if (r == 0 && others->n_replacements > 0)
		r = sysfs_mkdir(output, 0755, OUTPUT_RULES);
	if (r < 0) {
		log_error("cannot replace rules that online memory: %s", strerror(-r));
		return;
	}
	for (size_t i = 0; i < others->n_replacements; i++) {
		const struct rule_replacement *rules = &others->replacements[i];

		r = sysfs_replace(output, (struct str){ rules->text, rules->size },
				  OUTPUT_RULES "/%s", rules->name);
		if (r < 0)
			log_error("cannot replace the rules %s: %s", rules->name, strerror(-r));
	}
}

/*
 * The rules and what the callout reads, then the link that starts the service: it never starts over
 * half a set.
 */
static int write_output(const struct args *args, const struct rendered *rendered)
{
	const struct {
		const char *path;
		const char *text;
		int n;
	} files[] = {
		{ "memhp/79-memhp.rules", rendered->rules, rendered->rules_n },
		{ "memhp/boot-memory", rendered->boot_memory, rendered->boot_memory_n },
		{ "memhp/tmpfiles.conf", rendered->tmpfiles, rendered->tmpfiles_n },
		{ "memhp/policy", rendered->policy, rendered->policy_n },
	};
	_cleanup_(sysfs_close) struct sysfs output = { .fd = -1 };
	int r = sysfs_open(&output, args->output);

	if (r == 0)
		r = sysfs_mkdir(&output, 0755, "memhp");
	if (r == 0)
		write_others(&output, &rendered->others);
	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
		r = sysfs_replace(&output, (struct str){ files[i].text, (size_t)files[i].n }, "%s",
				  files[i].path);
	if (r == 0)
		r = sysfs_mkdir(&output, 0755, "sysinit.target.wants");
	if (r == 0)
		r = sysfs_symlink(&output, UNIT_DIR "/" UNIT, "sysinit.target.wants/" UNIT);
	return r;
}

static int run(const struct args *args)
{
	_cleanup_(sysfs_close) struct sysfs fs = { .fd = -1 };
	static struct rendered rendered; /* large */
	char origin[ORIGIN_SIZE];
	struct policy policy;
	uint64_t block_size;
	const char *why;
	int r = sysfs_open(&fs, args->root);

	if (r == 0)
		r = config_read(&fs, &policy, origin, sizeof(origin), report_config, NULL);
	if (r < 0) {
		log_error("cannot read the configuration below %s: %s", args->root, strerror(-r));
		return r;
	}
	why = reason_to_stay_out(&fs, args, &policy, &block_size);
	if (why) {
		log_info("nothing to do: %s", why);
		return 0;
	}
	r = render(&fs, &policy, origin, block_size, &rendered);
	if (r < 0) {
		log_error("cannot render rules and policy: %s", strerror(-r));
		return r;
	}
	r = write_output(args, &rendered);
	rule_files_done(&rendered.others);
	if (r < 0)
		log_error("cannot write below %s: %s", args->output, strerror(-r));
	return r;
}

int main(int argc, char *argv[])
{
	struct args args;
	int r;

	/* systemd says what it runs in; without that a person is at a terminal. */
	log_open("memhp-generator", getenv("SYSTEMD_SCOPE") ? LOG_TO_KMSG : LOG_TO_STDERR,
		 LOG_INFO);
	r = parse_argv(&args, argc, argv);
	if (r > 0)
		(void)run(&args); /* said why; the boot goes on */
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
