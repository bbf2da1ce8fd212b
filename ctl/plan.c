/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl plan */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "config_file.h"
#include "kernel_zone.h"
#include "log.h"
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
	[BLOCKS] = { "BLOCKS", COLUMN_TEXT, false, false, "first and last block" },
	[GROUP] = { "GROUP", COLUMN_TEXT, false, false, "the device" },
	[PROVIDER] = { "PROVIDER", COLUMN_TEXT, .help = "what adds the memory", .yields = true },
	[NODE] = { "NODE", COLUMN_NUMBER, false, false, "NUMA node" },
	[SIZE] = { "SIZE", COLUMN_SIZE, false, false, "of all blocks of the row" },
	[ZONE] = { "ZONE", COLUMN_TEXT, false, false, "what memhp would do" },
	[KERNEL] = { "KERNEL", COLUMN_TEXT, false, false, "what the kernel would choose" },
	[NEW] = { "NEW", COLUMN_BOOLEAN, true, false, "whether it is of --add" },
	[REASON] = { "REASON", COLUMN_TEXT, false, false, "why memhp would" },
	[RANGE] = { "RANGE", COLUMN_TEXT, true, false, "physical addresses" },
	[COUNT] = { "COUNT", COLUMN_NUMBER, true, false, "number of blocks" },
	[ALIAS] = { "ALIAS", COLUMN_TEXT, true, false, "another name of the device" },
	[OWNER] = { "OWNER", COLUMN_TEXT, true, false, "who brings it online" },
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

static int plan_add(struct plan *plan, const char *text)
{
	struct whatif whatif;
	int r = whatif_parse(str_of(text), &whatif);

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

/* Whether a block stands in the row of the one before it. */
static bool continues(const struct plan *plan, const struct step *before, const struct step *step)
{
	const struct groups *groups = &plan->view.snapshot.groups;
	char reason[2][160];

	if (step->id != before->id + 1 || step->node != before->node ||
	    step->is_new != before->is_new || strcmp(step->kernel, before->kernel) != 0 ||
	    step->verdict.zone != before->verdict.zone ||
	    step->verdict.reason != before->verdict.reason ||
	    step->verdict.override != before->verdict.override)
		return false;
	if (step->group != before->group &&
	    (!is_single(plan, step) || !is_single(plan, before) ||
	     groups->g[step->group].provider != groups->g[before->group].provider))
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

static void show_names(struct table *table, const struct plan *plan, const struct step *first,
		       const struct step *last)
{
	const struct group *group = &plan->view.snapshot.groups.g[first->group];
	uint64_t block_size = plan->view.snapshot.block_size;

	if (first == last)
		table_text(table, BLOCKS, "memory%llu", (unsigned long long)first->id);
	else
		table_text(table, BLOCKS, "memory%llu-%llu", (unsigned long long)first->id,
			   (unsigned long long)last->id);
	if (first->group == last->group)
		table_text(table, GROUP, "%s", group->name);
	if (group->alias[0])
		table_text(table, ALIAS, "%s", group->alias);
	table_text(table, PROVIDER, "%s", provider_name(group->provider));
	table_text(table, RANGE, "0x%llx-0x%llx", (unsigned long long)(first->id * block_size),
		   (unsigned long long)(last->id * block_size + (block_size - 1)));
}

/* The row from @first to @last. Of sums that differ the last one is shown: it has all of them. */
static void show_row(struct table *table, const struct plan *plan, const struct step *first,
		     const struct step *last)
{
	uint64_t n = (uint64_t)(last - first) + 1;
	char reason[160];

	verdict_explain(&last->verdict, reason, sizeof(reason));
	table_row(table);
	show_names(table, plan, first, last);
	table_number(table, NODE, first->node);
	table_number(table, COUNT, n);
	table_number(table, SIZE, n * plan->view.snapshot.block_size);
	table_text(table, ZONE, "%s", zone_name(first->verdict.zone));
	table_colour(table, ZONE, colour_of(first->verdict.zone));
	table_text(table, REASON, "%s", reason);
	table_text(table, OWNER, "%s", record_owner(&first->verdict));
	table_number(table, NEW, first->is_new);
	if (first->kernel[0])
		table_text(table, KERNEL, "%s", first->kernel);
}

static void show_rows(struct table *table, const struct plan *plan)
{
	const struct walk *walk = &plan->walk;
	size_t first = 0;

	for (size_t i = 1; i <= walk->n; i++) {
		if (i < walk->n && continues(plan, &walk->steps[i - 1], &walk->steps[i]))
			continue;
		show_row(table, plan, &walk->steps[first], &walk->steps[i - 1]);
		first = i;
	}
}

/* One row for JSON; people have it as the title. */
static bool show_policy(struct report *report, const struct plan *plan, const char *kernel)
{
	static const struct column policy_columns[] = {
		{ "ORIGIN", COLUMN_TEXT, false, false, "the files the policy is from" },
		{ "IN-FORCE", COLUMN_BOOLEAN, false, false, "whether it is in force" },
		{ "ONLINE-POLICY", COLUMN_TEXT, false, false, "the kernel's" },
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
	show_rows(table, plan);
	if (plan->ctl->format == CTL_JSON && !plan->ctl->columns &&
	    !show_policy(report, plan, kernel))
		return EX_USAGE;
	if (plan->walk.n == 0 && plan->ctl->format == CTL_TABLE && !plan->ctl->quiet)
		puts("no hot-plugged memory is offline");
	report_print(report);
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
	n = config_file_apply(&plan->view.policy, path, stderr);
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
