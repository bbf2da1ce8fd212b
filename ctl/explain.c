/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl explain */
#include "explain.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "log.h"
#include "parse.h"
#include "paths.h"
#include "record.h"
#include "target.h"
#include "terminal.h"
#include "text.h"
#include "usage.h"
#include "walk.h"
#include "whatif.h"

/* -- Which block */

/* Its first block that is offline, else its first that is known. */
static uint64_t block_of_target(const struct snapshot *snapshot, const struct target *target)
{
	const struct block *known = NULL;

	for (size_t i = 0; i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (!target_has(target, snapshot, block))
			continue;
		if (block->state == BLOCK_OFFLINE)
			return block->id;
		if (!known)
			known = block;
	}
	return known ? known->id : target->first;
}

/* A plain number might mean a block as well as an address. */
static bool parse_address(struct str text, uint64_t *ret)
{
	bool is_address = str_starts(text, "0x") ||
			  (text.n > 0 && (text.p[text.n - 1] < '0' || text.p[text.n - 1] > '9'));

	return is_address && parse_size(text, ret) == 0;
}

static int find_target(struct explanation *e, const char *name)
{
	const struct snapshot *snapshot = &e->view.snapshot;
	struct target target;
	uint64_t address;

	if (target_find(snapshot, name, &target)) {
		e->id = block_of_target(snapshot, &target);
		return EXIT_SUCCESS;
	}
	if (parse_address(str_of(name), &address)) {
		e->id = address / snapshot->block_size;
		return EXIT_SUCCESS;
	}
	log_error(
		"there is no device \"%s\"; allowed: memoryN, memoryA-B, the name of a device that "
		"`memhpctl status` shows, or an address such as 0x100000000 or 4G",
		name);
	return EX_NOINPUT;
}

/* -- What is known of it */

static void read_past(const struct sysfs *fs, struct explanation *e)
{
	_cleanup_free_ char *text = NULL;
	struct past *past = &e->past;
	struct record record;

	if (record_read(fs, e->group.name, &record, &text) < 0)
		return; /* there is none, or it is damaged */
	(void)snprintf(past->zone, sizeof(past->zone), "%s", record.zone);
	(void)snprintf(past->reason, sizeof(past->reason), "%s", record.reason);
	(void)snprintf(past->owner, sizeof(past->owner), "%s", record.owner);
	if (record.outcome)
		(void)snprintf(past->outcome, sizeof(past->outcome), "%s", record.outcome);
}

static bool is_in_zone(const struct explanation *e, const char *zone)
{
	if (strcmp(zone, "movable") == 0)
		return e->zone == BLOCK_ZONE_MOVABLE;
	return strcmp(zone, "kernel") != 0 || e->zone == BLOCK_ZONE_KERNEL;
}

/* The first word of an attribute, or of what memhp keeps of it, unless that is "offline". */
static bool read_onliner(const struct sysfs *fs, const char *path, char *ret, size_t size)
{
	struct str rest, word;
	char text[64];

	if (sysfs_read(fs, text, sizeof(text), "%s", path) < 0)
		return false;
	rest = str_of(text);
	if (!str_next_word(&rest, &word) || str_eq(word, "offline"))
		return false;
	(void)snprintf(ret, size, "%.*s", STR_ARG(word));
	return true;
}

/* Nobody keeps a record of it but memhp; the rest is inference, and is told as such. */
static void find_onliner(const struct sysfs *fs, struct explanation *e)
{
	char word[32], *ret = e->onlined_by;
	size_t size = sizeof(e->onlined_by);
	const char *owner = e->past.owner;

	if (e->state != BLOCK_ONLINE)
		return;
	if (e->is_boot)
		(void)snprintf(ret, size, "the kernel, at boot");
	else if (strcmp(owner, "memhp") == 0 && is_in_zone(e, e->past.zone))
		(void)snprintf(ret, size, "memhp");
	else if (strcmp(owner, "memhp") == 0)
		(void)snprintf(ret, size, "somebody else: memhp had decided %s", e->past.zone);
	else if (owner[0])
		(void)snprintf(ret, size, "%s, or somebody in its place: memhp left it", owner);
	else if (read_onliner(fs, PATH_AUTO_ONLINE, word, sizeof(word)))
		(void)snprintf(ret, size,
			       "not memhp; probably the kernel (auto_online_blocks is %s)", word);
	else if (read_onliner(fs, PATH_SAVED "/auto_online_blocks", word, sizeof(word)))
		(void)snprintf(ret, size,
			       "not memhp; the kernel if it came before memhp.service "
			       "(auto_online_blocks was %s)",
			       word);
	else
		(void)snprintf(ret, size, "not memhp: it has no record of it");
}

/* As if it came now: the device where that is decided as a whole, else the block. */
static void take_offline(struct explanation *e)
{
	struct snapshot *snapshot = &e->view.snapshot;
	size_t group = snapshot_find_block(snapshot, e->id)->group;

	for (size_t i = 0; i < snapshot->n_blocks; i++)
		if (snapshot->blocks[i].id == e->id ||
		    (snapshot->blocks[i].group == group && !e->group.is_dynamic &&
		     e->state == BLOCK_ONLINE))
			whatif_offline(snapshot, snapshot->blocks[i].id);
}

static void count_before(const struct walk *walk, size_t end, struct queue *ret)
{
	for (size_t i = 0; i < end; i++) {
		if (walk->steps[i].verdict.zone == ZONE_LEAVE)
			continue;
		if (walk_zone_after(&walk->steps[i]) == BLOCK_ZONE_MOVABLE)
			ret->movable++;
		else
			ret->kernel++;
	}
}

/* It is judged by what is left when its turn comes: others that wait may come before it. */
static int wait_for_turn(const struct sysfs *fs, struct explanation *e)
{
	_cleanup_(walk_done) struct walk walk = {
		.fs = fs,
		.snapshot = &e->view.snapshot,
		.policy = &e->view.policy,
	};
	size_t own = 0, turn;
	int r = walk_offline(&walk);

	if (r < 0)
		return r;
	while (own + 1 < walk.n && walk.steps[own].id != e->id)
		own++;
	for (turn = own; turn > 0 && !e->group.is_dynamic &&
			 walk.steps[turn - 1].group == walk.steps[own].group;)
		turn--;
	walk_rewind(&walk, turn);
	count_before(&walk, turn, &e->before);
	e->next = walk.steps[own].verdict;
	return 0;
}

static int judge(const struct sysfs *fs, struct explanation *e)
{
	const struct snapshot *snapshot = &e->view.snapshot;
	struct facts facts;
	struct question question;
	int r = 0;

	if (e->state == BLOCK_OFFLINE)
		r = wait_for_turn(fs, e);
	else
		take_offline(e);
	if (r < 0)
		return r;
	facts = snapshot_facts(snapshot);
	question = snapshot_question(snapshot, snapshot_find_block(snapshot, e->id));
	e->self_hosted = question.self_hosted;
	e->asks = snapshot_read_memmap(fs, &e->group);
	e->verdict = decide_traced(&e->view.policy, &facts, &question, &e->trace);
	if (e->state != BLOCK_OFFLINE)
		e->next = e->verdict;
	return 0;
}

static int look_at_block(const struct sysfs *fs, struct explanation *e, const struct block *block)
{
	const struct snapshot *snapshot = &e->view.snapshot;

	e->state = block->state;
	e->zone = block->zone;
	e->node = block->node;
	e->group = snapshot->groups.g[block->group];
	if (block->state == BLOCK_OFFLINE)
		kernel_zone_read(fs, &snapshot->machine, block, e->kernel);
	read_past(fs, e);
	if (judge(fs, e) == 0)
		return EXIT_SUCCESS;
	log_error("out of memory");
	return EX_OSERR;
}

static int look_at_boot_block(const struct sysfs *fs, struct explanation *e)
{
	int r = snapshot_read_state(fs, e->id, &e->state, &e->zone);

	e->is_boot = true;
	e->verdict.reason = REASON_BOOT;
	e->verdict.zone = ZONE_LEAVE;
	e->verdict.provider = PROVIDER_BOOT;
	e->next = e->verdict;
	if (r == 0)
		return EXIT_SUCCESS;
	log_error("memory%llu is not there%s%s", (unsigned long long)e->id,
		  r == -ENOENT || r == -ENODEV ? "" : ": ",
		  r == -ENOENT || r == -ENODEV ? "" : strerror(-r));
	return r == -ENOENT || r == -ENODEV ? EX_NOINPUT : EX_IOERR;
}

static int gather(const struct ctl *ctl, struct explanation *e, const char *name)
{
	const struct block *block;
	char origin[1024];
	int status = find_target(e, name);

	if (status != EXIT_SUCCESS)
		return status;
	block = snapshot_find_block(&e->view.snapshot, e->id);
	if (block)
		status = look_at_block(&ctl->fs, e, block);
	else
		status = look_at_boot_block(&ctl->fs, e);
	if (e->state == BLOCK_ONLINE &&
	    sysfs_read(&ctl->fs, e->zone_word, sizeof(e->zone_word),
		       PATH_MEMORY "/memory%llu/valid_zones", (unsigned long long)e->id) < 0)
		e->zone_word[0] = '\0';
	kernel_zone_read_policy(&ctl->fs, e->online_policy);
	find_onliner(&ctl->fs, e);
	/* `memhpctl check` is there to name mistakes. */
	if (config_read_sources(&ctl->fs, &e->configured, origin, sizeof(origin), &e->sources, NULL,
				NULL) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	return status;
}

/* -- For people */

#define INDENT 14

/* One line "label  text", broken between words where the terminal ends. */
_printf_(2, 3) static void print_line(const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("%-*s ", INDENT - 1, label);
	text_wrap(stdout, text, INDENT, terminal_width());
}

static void format_size(const struct explanation *e, uint64_t bytes, char ret[static TEXT_SIZE_MAX])
{
	if (e->ctl->bytes)
		(void)snprintf(ret, TEXT_SIZE_MAX, "%llu bytes", (unsigned long long)bytes);
	else
		text_size(bytes, ret);
}

static void print_device(const struct explanation *e)
{
	const struct group *group = &e->group;
	char size[TEXT_SIZE_MAX], how[512];

	format_size(e, group->n_blocks * e->view.snapshot.block_size, size);
	group_explain_evidence(group, e->view.snapshot.block_size, &e->view.snapshot.machine,
			       &e->view.snapshot.iomem, how, sizeof(how));
	print_line("Device",
		   "%s%s%s%s, %s, node %u, %llu block%s of memory%llu-%llu, %s: %llu offline, "
		   "%llu in a kernel zone, %llu movable",
		   group->name, group->alias[0] ? " (" : "", group->alias,
		   group->alias[0] ? ")" : "", provider_name(group->provider), e->node,
		   (unsigned long long)group->n_blocks, group->n_blocks == 1 ? "" : "s",
		   (unsigned long long)group->first, (unsigned long long)group->last, size,
		   (unsigned long long)group->offline, (unsigned long long)group->kernel,
		   (unsigned long long)group->movable);
	print_line("Recognised", "by %s", how);
}

static void print_before(const struct explanation *e)
{
	uint64_t n = e->before.kernel + e->before.movable;
	char size[TEXT_SIZE_MAX];

	if (n == 0)
		return;
	format_size(e, n * e->view.snapshot.block_size, size);
	print_line("Before it", "%llu block%s, %s, that wait%s as well: %llu kernel, %llu movable",
		   (unsigned long long)n, n == 1 ? "" : "s", size, n == 1 ? "s" : "",
		   (unsigned long long)e->before.kernel, (unsigned long long)e->before.movable);
}

static void print_past(const struct explanation *e)
{
	if (e->past.zone[0])
		print_line("Decided", "%s: %s%s%s (/" PATH_GROUPS "/%s)", e->past.zone,
			   e->past.reason, e->past.outcome[0] ? "; " : "", e->past.outcome,
			   e->group.name);
	else if (!e->is_boot)
		print_line("Decided", "nothing: there is no record below /" PATH_RUN);
	if (e->onlined_by[0])
		print_line("Onlined by", "%s", e->onlined_by);
}

static void print_text(const struct explanation *e)
{
	uint64_t block_size = e->view.snapshot.block_size, start = e->id * block_size;
	char size[TEXT_SIZE_MAX], reason[160];

	format_size(e, block_size, size);
	verdict_explain(&e->next, reason, sizeof(reason));
	print_line("Block", "memory%llu, %s at 0x%llx-0x%llx", (unsigned long long)e->id, size,
		   (unsigned long long)start, (unsigned long long)(start + (block_size - 1)));
	print_line("State", "%s%s%s", explain_state(e), e->zone_word[0] ? ", zone " : "",
		   e->zone_word);
	if (e->is_boot) {
		print_line("Device", "none: boot memory, which memhp never touches");
	} else {
		print_device(e);
		print_before(e);
		print_line(e->state == BLOCK_OFFLINE ? "Next" : "Judged anew", "%s: %s",
			   zone_name(e->next.zone), reason);
		if (e->kernel[0])
			print_line("Kernel", "would choose %s now%s%s", e->kernel,
				   e->online_policy[0] ? ", by online_policy=" : "",
				   e->online_policy);
	}
	print_past(e);
	putchar('\n');
}

/* -- The command */

/* One for each of explain_tables[]. */
static const struct {
	const char *title; /* NULL: people get it as text instead */
	void (*fill)(struct table *table, const struct explanation *explanation);
} parts[] = {
	{ NULL, explain_block },
	{ "SETTINGS THAT APPLY", explain_settings },
	{ "CHECKS, in the order of the kernel's", explain_checks },
	{ "WHAT THE RATIO IS TAKEN OF", explain_sums },
};

static void format_title(const struct explanation *e, size_t part, char *ret, size_t size)
{
	bool has_origin = parts[part].fill == explain_settings;

	(void)snprintf(ret, size, "%s%s%s%s", parts[part].title, has_origin ? ", by " : "",
		       has_origin ? e->view.origin : "",
		       has_origin && !e->view.is_in_force ? " (not in force)" : "");
}

/* @only: the name of a table; NULL: all of them. */
static int show(const struct ctl *ctl, const struct explanation *e, const char *only)
{
	_cleanup_(report_done) struct report *report = report_new(ctl);
	bool is_text = !only && ctl->format == CTL_TABLE;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const struct table_kind *kind = &explain_tables[i];
		char title[sizeof(e->view.origin) + 64];
		struct table *table;

		if (only ? strcmp(only, kind->name) != 0 : is_text && !parts[i].title)
			continue;
		if (is_text)
			format_title(e, i, title, sizeof(title));
		table = report_table(report, kind->name, is_text ? title : NULL, kind->columns,
				     kind->n);
		if (!table)
			return EX_USAGE;
		parts[i].fill(table, e);
	}
	if (is_text)
		print_text(e);
	report_print(report);
	return EXIT_SUCCESS;
}

int ctl_explain(struct ctl *ctl, int argc, char *argv[])
{
	struct explanation explanation = { .ctl = ctl };
	const char *only = argc > 1 ? argv[1] : NULL;
	int status;

	if (only && !usage_check_table(explain_tables, only))
		return EX_USAGE;
	if (ctl->columns && !only) {
		log_error("--output needs one table: explain %s block, settings, checks or sums",
			  argv[0]);
		return EX_USAGE;
	}
	status = view_read(ctl, &explanation.view);
	if (status != EXIT_SUCCESS)
		return status;
	status = gather(ctl, &explanation, argv[0]);
	if (status == EXIT_SUCCESS)
		status = show(ctl, &explanation, only);
	config_sources_done(&explanation.sources);
	view_done(&explanation.view);
	return status;
}
