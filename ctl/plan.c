/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl plan */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "config_file.h"
#include "kernel_zone.h"
#include "log.h"
#include "paths.h"
#include "record.h"
#include "text.h"
#include "view.h"
#include "walk.h"
#include "whatif.h"

struct plan {
	const struct ctl *ctl;
	struct view view;
	struct walk walk;
};

enum {
	BLOCKS,
	GROUP,
	PROVIDER,
	NODE,
	SIZE,
	ZONE,
	KERNEL,
	NEW,
	REASON,
	RANGE,
	COUNT,
	ALIAS,
	OWNER,
};

static const struct column columns[] = {
	[BLOCKS] = { "BLOCKS", COLUMN_TEXT, false, "first and last block" },
	[GROUP] = { "GROUP", COLUMN_TEXT, false, "the device" },
	[PROVIDER] = { "PROVIDER", COLUMN_TEXT, .help = "what adds the memory", .yields = true },
	[NODE] = { "NODE", COLUMN_NUMBER, false, "NUMA node" },
	[SIZE] = { "SIZE", COLUMN_SIZE, false, "of all blocks of the row" },
	[ZONE] = { "ZONE", COLUMN_TEXT, false, "what memhp would do" },
	[KERNEL] = { "KERNEL", COLUMN_TEXT, false, "what the kernel would choose" },
	[NEW] = { "NEW", COLUMN_BOOLEAN, true, "whether it is of --add" },
	[REASON] = { "REASON", COLUMN_TEXT, false, "why memhp would" },
	[RANGE] = { "RANGE", COLUMN_TEXT, true, "physical addresses" },
	[COUNT] = { "COUNT", COLUMN_NUMBER, true, "number of blocks" },
	[ALIAS] = { "ALIAS", COLUMN_TEXT, true, "another name of the device" },
	[OWNER] = { "OWNER", COLUMN_TEXT, true, "who brings it online" },
};

const struct table_kind plan_tables[] = {
	{ "plan", columns, ARRAY_SIZE(columns) },
	{ NULL, NULL, 0 },
};

/* -- What if */

static int explain_add(const struct plan *plan, const char *text, int error)
{
	uint64_t unit = plan->view.snapshot.machine.virtio_mem_unit;
	char size[TEXT_SIZE_MAX];

	switch (error) {
	case -EINVAL:
		log_error("cannot read \"%s\"; allowed: " WHATIF_SYNTAX, text);
		return EX_USAGE;
	case -ENODEV:
		log_error("\"%s\": no such virtio-mem device on that node; allowed: " WHATIF_SYNTAX,
			  text);
		return EX_NOINPUT;
	case -EDOM:
		text_size(plan->view.snapshot.block_size > unit ? plan->view.snapshot.block_size :
								  unit,
			  size);
		log_error("\"%s\": the size is no multiple of %s, what memory comes in here", text,
			  size);
		return EX_USAGE;
	case -ENOSPC:
		log_error("\"%s\": there is no room for it in its range of addresses", text);
		return EX_USAGE;
	case -ERANGE:
		log_error("\"%s\": that is too large", text);
		return EX_USAGE;
	default:
		log_error("out of memory");
		return EX_OSERR;
	}
}

/* Without NUMA all memory is on node 0, that of CXL as well. False: another one was asked for. */
static bool find_node(const struct plan *plan, struct whatif *whatif)
{
	if (sysfs_exists(&plan->ctl->fs, PATH_NODE))
		return true;
	if (whatif->has_node && whatif->node != 0)
		return false;
	whatif->node = 0;
	whatif->has_node = true;
	return true;
}

static int plan_add(struct plan *plan, const char *text)
{
	struct whatif whatif;
	int r = whatif_parse(str_of(text), &whatif);

	if (r == 0 && !find_node(plan, &whatif)) {
		log_error("\"%s\": this machine has no NUMA nodes; leave out @%u", text,
			  whatif.node);
		return EX_USAGE;
	}
	if (r == 0)
		r = whatif_add(&plan->view.snapshot, &plan->view.windows, &whatif);
	if (r < 0)
		return explain_add(plan, text, r);
	plan->walk.is_adding = true;
	r = walk_offline(&plan->walk);
	return r < 0 ? explain_add(plan, text, r) : EXIT_SUCCESS;
}

/* -- Showing them */

static bool is_single(const struct plan *plan, const struct step *step)
{
	return !group_is_device(&plan->view.snapshot.groups.g[step->group]);
}

/* Of one device, or of neighbours that stand alone and are of one kind. */
static bool has_same_owner(const struct plan *plan, const struct step *a, const struct step *b)
{
	const struct groups *groups = &plan->view.snapshot.groups;

	return a->is_new == b->is_new &&
	       (a->group == b->group ||
		(is_single(plan, a) && is_single(plan, b) &&
		 groups->g[a->group].provider == groups->g[b->group].provider));
}

/* Whether the same becomes of both, and for the same reason. */
static bool has_same_fate(const struct step *a, const struct step *b)
{
	return a->node == b->node && a->verdict.zone == b->verdict.zone &&
	       a->verdict.reason == b->verdict.reason && a->verdict.override == b->verdict.override;
}

/* Whether a block stands in the row of the one before it. */
static bool continues(const struct plan *plan, const struct step *before, const struct step *step)
{
	char reason[2][160];

	if (step->id != before->id + 1 || !has_same_fate(before, step) ||
	    !has_same_owner(plan, before, step) || strcmp(step->kernel, before->kernel) != 0)
		return false;
	if (!plan->ctl->verbose)
		return true;
	verdict_explain(&before->verdict, reason[0], sizeof(reason[0]));
	verdict_explain(&step->verdict, reason[1], sizeof(reason[1]));
	return strcmp(reason[0], reason[1]) == 0;
}

static const char *colour_of(enum zone zone)
{
	switch (zone) {
	case ZONE_MOVABLE:
		return "green";
	case ZONE_KERNEL:
		return "yellow";
	case ZONE_LEAVE:
		return "darkgray";
	case ZONE_ONLINE:
		break;
	}
	return "cyan";
}

/* Of sums that differ the last one is shown: it has all of them. */
struct row {
	const struct step *first, *last;
	uint64_t n;
	uint64_t run; /* the first block of those that end with the last one, and are not listed */
	bool has_one_kernel;
	unsigned n_runs; /* that are listed */
	char blocks[80];
};

/* So that a row still fits onto a terminal. */
#define RUNS_LISTED 2

static struct row start_row(const struct step *step)
{
	return (struct row){
		.first = step, .last = step, .n = 1, .run = step->id, .has_one_kernel = true
	};
}

static void end_run(struct row *row)
{
	if (row->n_runs++ == RUNS_LISTED)
		(void)strncat(row->blocks, ",...", sizeof(row->blocks) - strlen(row->blocks) - 1);
	if (row->n_runs > RUNS_LISTED)
		return;
	text_add_run(row->blocks, sizeof(row->blocks), row->run, row->last->id);
}

static void extend_row(struct row *row, const struct step *step)
{
	if (step->id != row->last->id + 1) {
		end_run(row);
		row->run = step->id;
	}
	if (strcmp(step->kernel, row->first->kernel) != 0)
		row->has_one_kernel = false;
	row->last = step;
	row->n++;
}

static void show_names(struct table *table, const struct plan *plan, const struct row *row)
{
	const struct group *group = &plan->view.snapshot.groups.g[row->first->group];
	uint64_t block_size = plan->view.snapshot.block_size;

	table_text(table, BLOCKS, "%s", row->blocks);
	if (row->first->group == row->last->group)
		table_text(table, GROUP, "%s", group->name);
	if (group->alias[0])
		table_text(table, ALIAS, "%s", group->alias);
	table_text(table, PROVIDER, "%s", provider_name(group->provider));
	table_text(table, RANGE, "0x%llx-0x%llx", (unsigned long long)(row->first->id * block_size),
		   (unsigned long long)(row->last->id * block_size + (block_size - 1)));
}

static void show_row(struct table *table, const struct plan *plan, struct row *row)
{
	const struct step *first = row->first;
	char reason[160];

	end_run(row);
	verdict_explain(&row->last->verdict, reason, sizeof(reason));
	table_row(table);
	show_names(table, plan, row);
	table_number(table, NODE, first->node);
	table_number(table, COUNT, row->n);
	table_number(table, SIZE, row->n * plan->view.snapshot.block_size);
	table_text(table, ZONE, "%s", zone_name(first->verdict.zone));
	table_colour(table, ZONE, colour_of(first->verdict.zone));
	table_text(table, REASON, "%s", reason);
	table_text(table, OWNER, "%s", record_owner(&first->verdict));
	table_number(table, NEW, first->is_new);
	if (first->kernel[0] && row->has_one_kernel)
		table_text(table, KERNEL, "%s", first->kernel);
}

/* A row a run of blocks. */
static void show_runs(struct table *table, const struct plan *plan, size_t from, size_t to)
{
	const struct step *steps = plan->walk.steps;
	struct row row = start_row(&steps[from]);

	for (size_t i = from + 1; i < to; i++) {
		if (continues(plan, &steps[i - 1], &steps[i])) {
			extend_row(&row, &steps[i]);
			continue;
		}
		show_row(table, plan, &row);
		row = start_row(&steps[i]);
	}
	show_row(table, plan, &row);
}

#define FATES_MAX 16

/* A row a fate. False, and nothing is shown, when there are more than anybody has seen. */
static bool show_fates(struct table *table, const struct plan *plan, size_t from, size_t to)
{
	struct row rows[FATES_MAX];
	size_t n = 0, row;

	for (size_t i = from; i < to; i++) {
		const struct step *step = &plan->walk.steps[i];

		for (row = 0; row < n && !has_same_fate(rows[row].first, step); row++)
			;
		if (row < n)
			extend_row(&rows[row], step);
		else if (n == FATES_MAX)
			return false;
		else
			rows[n++] = start_row(step);
	}
	for (row = 0; row < n; row++)
		show_row(table, plan, &rows[row]);
	return true;
}

/* People do not read more rows of one device. */
#define RUNS_MAX 8

static bool has_many_runs(const struct plan *plan, size_t from, size_t to)
{
	size_t n = 1;

	for (size_t i = from + 1; i < to && n <= RUNS_MAX; i++)
		n += !continues(plan, &plan->walk.steps[i - 1], &plan->walk.steps[i]);
	return n > RUNS_MAX;
}

/* Whether devices have been summed up. */
static bool show_rows(struct table *table, const struct plan *plan)
{
	const struct walk *walk = &plan->walk;
	bool is_short = plan->ctl->format == CTL_TABLE && !plan->ctl->verbose, is_summed = false;

	for (size_t from = 0, to; from < walk->n; from = to) {
		for (to = from + 1;
		     to < walk->n && has_same_owner(plan, &walk->steps[from], &walk->steps[to]);
		     to++)
			;
		if (is_short && has_many_runs(plan, from, to) && show_fates(table, plan, from, to))
			is_summed = true;
		else
			show_runs(table, plan, from, to);
	}
	return is_summed;
}

/* One row for JSON; people have it as the title. */
static bool show_policy(struct report *report, const struct plan *plan, const char *kernel)
{
	static const struct column policy_columns[] = {
		{ "ORIGIN", COLUMN_TEXT, false, "the files the policy is from" },
		{ "IN-FORCE", COLUMN_BOOLEAN, false, "whether it is in force" },
		{ "ONLINE-POLICY", COLUMN_TEXT, false, "the kernel's" },
	};
	struct table *table =
		report_table(report, "policy", NULL, policy_columns, ARRAY_SIZE(policy_columns));

	if (!table)
		return false;
	table_row(table);
	table_text(table, 0, "%s", plan->view.origin);
	table_number(table, 1, plan->view.is_in_force);
	if (kernel[0])
		table_text(table, 2, "%s", kernel);
	return true;
}

static int show(const struct plan *plan)
{
	_cleanup_(report_done) struct report *report = report_new(plan->ctl);
	char kernel[KERNEL_ZONE_MAX], title[1280];
	struct column shown[ARRAY_SIZE(columns)];
	struct table *table;
	bool is_summed;

	kernel_zone_read_policy(&plan->ctl->fs, kernel);
	(void)snprintf(title, sizeof(title), "By %s%s; KERNEL is what %s%s would choose now.",
		       plan->view.origin, plan->view.is_in_force ? "" : " (not in force)",
		       kernel[0] ? "online_policy=" : "the kernel", kernel);
	memcpy(shown, columns, sizeof(columns));
	shown[NEW].is_extra = plan->ctl->n_adds == 0;
	table = report_table(report, "plan", plan->ctl->format == CTL_TABLE ? title : NULL, shown,
			     ARRAY_SIZE(shown));
	if (!table)
		return EX_USAGE;
	is_summed = show_rows(table, plan);
	if (plan->ctl->format == CTL_JSON && !plan->ctl->columns &&
	    !show_policy(report, plan, kernel))
		return EX_USAGE;
	if (plan->walk.n == 0 && plan->ctl->format == CTL_TABLE && !plan->ctl->quiet)
		puts("no hot-plugged memory is offline");
	report_print(report);
	if (is_summed && !plan->ctl->quiet && !plan->ctl->no_headings)
		puts("\nOf a device with many rows there is one for each fate; -v shows all.");
	return EXIT_SUCCESS;
}

/* -- The command */

/* --policy stands for the whole configuration. */
static int read_policy(struct plan *plan)
{
	const char *path = plan->ctl->policy_file;
	int n;

	if (!path)
		return EXIT_SUCCESS;
	plan->view.policy = policy_default();
	n = config_file_apply(&plan->view.policy, path, config_file_report, stderr);
	if (n < 0) {
		log_error("cannot read %s: %s", path, strerror(-n));
		return n == -ENOENT ? EX_NOINPUT : EX_IOERR;
	}
	(void)snprintf(plan->view.origin, sizeof(plan->view.origin), "%s", path);
	plan->view.is_in_force = false;
	return n > 0 ? STATUS_FINDINGS : EXIT_SUCCESS;
}

static int make(struct plan *plan)
{
	struct walk *walk = &plan->walk;
	int status = EXIT_SUCCESS, r;

	*walk = (struct walk){
		.fs = &plan->ctl->fs,
		.snapshot = &plan->view.snapshot,
		.policy = &plan->view.policy,
	};
	r = walk_offline(walk);
	if (r < 0)
		return explain_add(plan, "", r);
	for (size_t i = 0; i < walk->n; i++)
		walk_ask_kernel(walk, &walk->steps[i]);
	for (size_t i = 0; status == EXIT_SUCCESS && i < plan->ctl->n_adds; i++)
		status = plan_add(plan, plan->ctl->adds[i]);
	return status;
}

int ctl_plan(struct ctl *ctl, int argc, char *argv[])
{
	struct plan plan = { .ctl = ctl };
	int status = view_read(ctl, &plan.view), mistakes;

	(void)argc;
	(void)argv;
	if (status != EXIT_SUCCESS)
		return status;
	mistakes = read_policy(&plan);
	if (mistakes != EXIT_SUCCESS && mistakes != STATUS_FINDINGS)
		status = mistakes;
	if (status == EXIT_SUCCESS)
		status = make(&plan);
	if (status == EXIT_SUCCESS)
		status = show(&plan);
	walk_done(&plan.walk);
	view_done(&plan.view);
	return status == EXIT_SUCCESS ? mistakes : status;
}
