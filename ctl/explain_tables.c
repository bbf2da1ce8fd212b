/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of `explain`. */
#include <string.h>

#include "command.h"
#include "explain.h"
#include "record.h"

const char *explain_state(const struct explanation *e)
{
	switch (e->state) {
	case BLOCK_OFFLINE:
		return "offline";
	case BLOCK_GOING_OFFLINE:
		return "going offline";
	case BLOCK_ONLINE:
		break;
	}
	return "online";
}

/* -- Block */

enum {
	COL_BLOCK,
	COL_ADDRESS,
	COL_SIZE,
	COL_STATE,
	COL_ZONE,
	COL_NODE,
	COL_DEVICE,
	COL_ALIAS,
	COL_PROVIDER,
	COL_EVIDENCE,
	COL_SELF_HOSTED,
	COL_BEFORE,
	COL_VERDICT,
	COL_REASON,
	COL_OWNER,
	COL_KERNEL,
	COL_ONLINE_POLICY,
	COL_DECIDED_ZONE,
	COL_DECIDED_REASON,
	COL_DECIDED_OWNER,
	COL_OUTCOME,
	COL_ONLINED_BY,
};

static const struct column block_columns[] = {
	[COL_BLOCK] = { "BLOCK", COLUMN_TEXT, false, "memoryN" },
	[COL_ADDRESS] = { "RANGE", COLUMN_TEXT, true, "physical addresses" },
	[COL_SIZE] = { "SIZE", COLUMN_SIZE, true, "of the block" },
	[COL_STATE] = { "STATE", COLUMN_TEXT, false, "of the block" },
	[COL_ZONE] = { "ZONE", COLUMN_TEXT, false, "that it is in" },
	[COL_NODE] = { "NODE", COLUMN_NUMBER, false, "NUMA node" },
	[COL_DEVICE] = { "GROUP", COLUMN_TEXT, false, "the device" },
	[COL_ALIAS] = { "ALIAS", COLUMN_TEXT, true, "another name of it" },
	[COL_PROVIDER] = { "PROVIDER", COLUMN_TEXT, false, "what adds the memory" },
	[COL_EVIDENCE] = { "EVIDENCE", COLUMN_TEXT, true, "how that was recognised" },
	[COL_SELF_HOSTED] = { "SELF-HOSTED", COLUMN_TEXT, true, "its own page array" },
	[COL_BEFORE] = { "BEFORE", COLUMN_NUMBER, true, "offline blocks whose turn is before its" },
	[COL_VERDICT] = { "VERDICT", COLUMN_TEXT, false, "what memhp would do if it came now" },
	[COL_REASON] = { "REASON", COLUMN_TEXT, false, "why" },
	[COL_OWNER] = { "OWNER", COLUMN_TEXT, true, "who would bring it online" },
	[COL_KERNEL] = { "KERNEL", COLUMN_TEXT, true, "what the kernel would choose" },
	[COL_ONLINE_POLICY] = { "ONLINE-POLICY", COLUMN_TEXT, true, "the kernel's" },
	[COL_DECIDED_ZONE] = { "DECIDED-ZONE", COLUMN_TEXT, true, "what was decided" },
	[COL_DECIDED_REASON] = { "DECIDED-REASON", COLUMN_TEXT, true, "why" },
	[COL_DECIDED_OWNER] = { "DECIDED-OWNER", COLUMN_TEXT, true, "whose it was" },
	[COL_OUTCOME] = { "OUTCOME", COLUMN_TEXT, true, "what came of it" },
	[COL_ONLINED_BY] = { "ONLINED-BY", COLUMN_TEXT, true, "who brought it online" },
};

static void set_text(struct table *table, size_t column, const char *text)
{
	if (text[0])
		table_text(table, column, "%s", text);
}

static const char *self_hosted_name(enum self_hosted self_hosted)
{
	static const char *const names[] = {
		[SELF_HOSTED_NO] = "no",
		[SELF_HOSTED_YES] = "yes",
		[SELF_HOSTED_UNKNOWN] = "unknown",
	};

	return names[self_hosted];
}

static void show_group(struct table *table, const struct explanation *e)
{
	char how[512];

	group_explain_evidence(&e->group, e->view.snapshot.block_size, &e->view.snapshot.machine,
			       &e->view.snapshot.iomem, how, sizeof(how));
	table_number(table, COL_NODE, e->node);
	set_text(table, COL_DEVICE, e->group.name);
	set_text(table, COL_ALIAS, e->group.alias);
	set_text(table, COL_EVIDENCE, how);
	set_text(table, COL_SELF_HOSTED, self_hosted_name(e->self_hosted));
	table_number(table, COL_BEFORE, e->before.kernel + e->before.movable);
	set_text(table, COL_OWNER, record_owner(&e->next));
}

void explain_block(struct table *table, const struct explanation *e)
{
	uint64_t block_size = e->view.snapshot.block_size, start = e->id * block_size;
	char reason[160];

	verdict_explain(&e->next, reason, sizeof(reason));
	table_row(table);
	table_text(table, COL_BLOCK, "memory%llu", (unsigned long long)e->id);
	table_text(table, COL_ADDRESS, "0x%llx-0x%llx", (unsigned long long)start,
		   (unsigned long long)(start + (block_size - 1)));
	table_number(table, COL_SIZE, block_size);
	set_text(table, COL_STATE, explain_state(e));
	set_text(table, COL_ZONE, e->zone_word);
	set_text(table, COL_PROVIDER, provider_name(e->verdict.provider));
	if (!e->is_boot)
		show_group(table, e);
	set_text(table, COL_VERDICT, zone_name(e->next.zone));
	set_text(table, COL_REASON, reason);
	set_text(table, COL_KERNEL, e->kernel);
	set_text(table, COL_ONLINE_POLICY, e->online_policy);
	set_text(table, COL_DECIDED_ZONE, e->past.zone);
	set_text(table, COL_DECIDED_REASON, e->past.reason);
	set_text(table, COL_DECIDED_OWNER, e->past.owner);
	set_text(table, COL_OUTCOME, e->past.outcome);
	set_text(table, COL_ONLINED_BY, e->onlined_by);
}

/* -- Settings */

enum {
	SETTING,
	VALUE,
	FROM,
	FILE_NAME,
	LINE,
};

static const struct column setting_columns[] = {
	[SETTING] = { "SETTING", COLUMN_TEXT, false, "section and key" },
	[VALUE] = { "VALUE", COLUMN_TEXT, false, "what it is" },
	[FROM] = { "FROM", COLUMN_TEXT, false, "where that was set" },
	[FILE_NAME] = { "FILE", COLUMN_TEXT, true, "the file" },
	[LINE] = { "LINE", COLUMN_NUMBER, true, "the line in it" },
};

/* "Policy.MovableRatio" with the value that is in force and the one that is configured. */
static void show_setting(struct table *table, const struct explanation *e, const char *setting,
			 const char *value, const char *configured)
{
	const struct config_source *source = config_find_source(&e->sources, setting);
	bool is_same = strcmp(value, configured) == 0;
	const char *dot = strrchr(setting, '.');
	char from[CONFIG_PATH_MAX + 96] = "default";

	if (source)
		(void)snprintf(from, sizeof(from), "%s:%u", source->file, source->line);
	table_row(table);
	table_text(table, SETTING, "[%.*s] %s", (int)(dot - setting), setting, dot + 1);
	table_text(table, VALUE, "%s", value);
	if (is_same)
		table_text(table, FROM, "%s", from);
	else
		table_text(table, FROM, "in force until a reload: %s has \"%s\"",
			   source ? from : "the configuration", configured);
	if (source && is_same) {
		table_text(table, FILE_NAME, "%s", source->file);
		table_number(table, LINE, source->line);
	}
}

static void show_key(struct table *table, const struct explanation *e, const char *section,
		     const char *name)
{
	const struct policy_key *key;
	char lines[2][CONFIG_SETTING_MAX + 32], *value[2];

	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
			continue;
		policy_key_format(&e->view.policy, i, lines[0], sizeof(lines[0]));
		policy_key_format(&e->configured, i, lines[1], sizeof(lines[1]));
		for (size_t j = 0; j < 2; j++) {
			value[j] = strrchr(lines[j], '=');
			*value[j]++ = '\0';
		}
		show_setting(table, e, lines[0], value[0], value[1]);
	}
}

/* Zone= of a section with an argument. */
static void show_override(struct table *table, const struct explanation *e,
			  const struct override *override)
{
	const char *configured = "nothing";
	char setting[CONFIG_SETTING_MAX], other[CONFIG_SETTING_MAX];

	override_format(override, setting, sizeof(setting));
	for (size_t i = 0; i < e->configured.n_overrides; i++) {
		override_format(&e->configured.overrides[i], other, sizeof(other));
		if (strcmp(setting, other) == 0)
			configured =
				zone_policy_name((enum zone_policy)e->configured.overrides[i].zone);
	}
	(void)strncat(setting, ".Zone", sizeof(setting) - strlen(setting) - 1);
	show_setting(table, e, setting, zone_policy_name((enum zone_policy) override->zone),
		     configured);
}

void explain_settings(struct table *table, const struct explanation *e)
{
	static const char *const keys[] = { "MovableRatio", "NumaAware",     "MemoryOnlyNodes",
					    "KernelCredit", "KernelReserve", "SelfHostedMemmap" };

	if (e->is_boot)
		return;
	if (e->verdict.override)
		show_override(table, e, e->verdict.override);
	else
		show_key(table, e, provider_section(e->verdict.provider), "Zone");
	for (size_t i = 0; e->trace.zone == ZONE_POLICY_AUTO && i < ARRAY_SIZE(keys); i++)
		show_key(table, e, "Policy", keys[i]);
}

/* -- Checks */

enum {
	CHECK,
	ANSWER,
	NUMBERS,
	THEN,
};

static const struct column check_columns[] = {
	[CHECK] = { "CHECK", COLUMN_TEXT, false, "what is asked" },
	[ANSWER] = { "ANSWER", COLUMN_TEXT, false, "yes, no, unknown, or not asked" },
	[NUMBERS] = { "NUMBERS", COLUMN_TEXT, false, "what that follows from" },
	[THEN] = { "THEN", COLUMN_TEXT, false, "the zone, or that it goes on" },
};

static unsigned long long mib(const struct explanation *e, uint64_t pages)
{
	return (unsigned long long)(pages * e->verdict.page_size >> 20);
}

/* The answer may end it: then @reason is that of the verdict. */
static void show_check(struct table *table, const struct explanation *e, const char *answer,
		       bool is_last)
{
	table_text(table, ANSWER, "%s", answer);
	table_text(table, THEN, "%s", is_last ? zone_name(e->verdict.zone) : "go on");
	if (is_last)
		table_colour(table, THEN, e->verdict.zone == ZONE_MOVABLE ? "green" : "yellow");
}

static void check_ratio_zero(struct table *table, const struct explanation *e)
{
	bool is_zero = e->verdict.reason == REASON_RATIO_ZERO;

	table_row(table);
	table_text(table, CHECK, "MovableRatio= is 0");
	table_text(table, NUMBERS, "%llu %%", (unsigned long long)e->view.policy.movable_ratio);
	show_check(table, e, is_zero ? "yes" : "no", is_zero);
}

static void check_group(struct table *table, const struct explanation *e)
{
	bool is_in_kernel = e->verdict.reason == REASON_GROUP_IN_KERNEL;

	table_row(table);
	table_text(table, CHECK, "a part of %s is in a kernel zone",
		   group_is_device(&e->group) && !e->group.is_dynamic ? "the device" : "the unit");
	if (is_in_kernel)
		table_text(table, NUMBERS, "%lluM of %lluM, and all of it goes to one zone",
			   mib(e, e->verdict.share.part), mib(e, e->verdict.share.whole));
	else
		table_text(table, NUMBERS, "%lluM have to fit", mib(e, e->trace.wanted));
	show_check(table, e, is_in_kernel ? "yes" : "no", is_in_kernel);
}

static void check_self_hosted(struct table *table, const struct explanation *e)
{
	bool is_exempt = e->verdict.reason == REASON_SELF_HOSTED;
	const char *setting =
		e->self_hosted == SELF_HOSTED_YES && !is_exempt ? "SelfHostedMemmap=count" : "";
	char asks[GROUP_NAME_MAX + 32] = "";

	if (e->asks >= 0)
		(void)snprintf(asks, sizeof(asks), "%s/memmap_on_memory is %d", e->group.name,
			       e->asks);
	table_row(table);
	table_text(table, CHECK, "it carries its own page array");
	if (asks[0] || setting[0])
		table_text(table, NUMBERS, "%s%s%s", asks, asks[0] && setting[0] ? ", " : "",
			   setting);
	show_check(table, e, self_hosted_name(e->self_hosted), is_exempt);
}

static void check_sum(struct table *table, const struct explanation *e,
		      const struct balance *balance, bool is_last)
{
	table_text(table, NUMBERS, "M %lluM + %lluM %s %lluM", mib(e, balance->sum.movable),
		   mib(e, balance->sum.wanted), balance->fits ? "<=" : ">",
		   mib(e, balance->sum.limit));
	show_check(table, e, balance->fits ? "no" : "yes", is_last);
}

static void check_node(struct table *table, const struct explanation *e)
{
	table_row(table);
	table_text(table, CHECK, "it exceeds the ratio of node %u", e->node);
	if (e->trace.has_node) {
		check_sum(table, e, &e->trace.node, true);
		if (e->verdict.reason == REASON_MEMORY_ONLY_NODE)
			table_text(table, NUMBERS, "no memory in kernel zones to take it of");
		return;
	}
	table_text(table, NUMBERS, "%s",
		   e->view.policy.numa_aware ? "MemoryOnlyNodes=global" : "NumaAware=no");
	show_check(table, e, "not asked", true);
}

void explain_checks(struct table *table, const struct explanation *e)
{
	if (e->is_boot || e->trace.zone != ZONE_POLICY_AUTO)
		return;
	check_ratio_zero(table, e);
	if (e->verdict.reason == REASON_RATIO_ZERO)
		return;
	check_group(table, e);
	if (e->verdict.reason == REASON_GROUP_IN_KERNEL)
		return;
	check_self_hosted(table, e);
	if (!e->trace.has_machine)
		return;
	table_row(table);
	table_text(table, CHECK, "it exceeds the ratio of the machine");
	check_sum(table, e, &e->trace.machine, !e->trace.machine.fits);
	if (e->trace.machine.fits)
		check_node(table, e);
}

/* -- Sums */

enum {
	TERM,
	MACHINE,
	NODE,
	KEY,
};

static const struct column sum_columns[] = {
	[TERM] = { "TERM", COLUMN_TEXT, false, "what it is" },
	[MACHINE] = { "MACHINE", COLUMN_SIZE, false, "on the whole machine" },
	[NODE] = { "NODE", COLUMN_SIZE, false, "on the node of the block" },
	[KEY] = { "KEY", COLUMN_TEXT, true, "a name that does not change" },
};

static uint64_t kernel_of(const struct balance *b)
{
	uint64_t minus = b->used + b->reserve, plus = b->early + b->late;

	/* Where nothing is left the group's own does not count either. */
	return plus <= minus ? 0 : plus - minus + b->own;
}

/* To people in the unit that reasons have, in which terms can be added up. */
static void show_pages(struct table *table, const struct explanation *e, size_t column,
		       uint64_t pages)
{
	if (e->ctl->format == CTL_JSON || e->ctl->bytes)
		table_number(table, column, pages * e->verdict.page_size);
	else
		table_text(table, column, "%lluM", mib(e, pages));
}

/* @text for people, @key for JSON; left out for people when it is an addend that is zero. */
static void show_term(struct table *table, const struct explanation *e, const char *key,
		      const char *text, uint64_t machine, uint64_t node, bool is_addend)
{
	if (is_addend && e->ctl->format != CTL_JSON && machine == 0 && node == 0)
		return;
	table_row(table);
	table_text(table, KEY, "%s", key);
	table_text(table, TERM, "%s", text);
	show_pages(table, e, MACHINE, machine);
	if (e->trace.has_node)
		show_pages(table, e, NODE, node);
}

void explain_sums(struct table *table, const struct explanation *e)
{
	const struct balance *m = &e->trace.machine, *n = &e->trace.node;
	char limit[64];

	if (!e->trace.has_machine)
		return;
	(void)snprintf(limit, sizeof(limit), "  of that %llu %% may be movable",
		       (unsigned long long)e->view.policy.movable_ratio);
	show_term(table, e, "early", "E: boot memory in kernel zones", m->early, n->early, false);
	show_term(table, e, "late", "+ hot-plugged in kernel zones", m->late, n->late, true);
	show_term(table, e, "reserve", "- KernelReserve=", m->reserve, n->reserve, true);
	show_term(table, e, "used", "- used up by other virtio-mem devices", m->used, n->used,
		  true);
	show_term(table, e, "own", "+ of this device in kernel zones", m->own, n->own, true);
	show_term(table, e, "kernel", "= kernel memory that counts", kernel_of(m), kernel_of(n),
		  false);
	show_term(table, e, "limit", limit, m->sum.limit, n->sum.limit, false);
	show_term(table, e, "movable", "M: movable memory, and CMA", m->movable, n->movable, false);
	show_term(table, e, "movable_other", "- of other virtio-mem devices", m->movable_other,
		  n->movable_other, true);
	show_term(table, e, "wanted", "+ what is to be onlined at once", m->sum.wanted,
		  n->sum.wanted, false);
	show_term(table, e, "sum", "= would be movable", m->sum.movable + m->sum.wanted,
		  n->sum.movable + n->sum.wanted, false);
}

const struct table_kind explain_tables[] = {
	{ "block", block_columns, ARRAY_SIZE(block_columns) },
	{ "settings", setting_columns, ARRAY_SIZE(setting_columns) },
	{ "checks", check_columns, ARRAY_SIZE(check_columns) },
	{ "sums", sum_columns, ARRAY_SIZE(sum_columns) },
	{ NULL, NULL, 0 },
};
