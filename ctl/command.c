/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of commands and options. */
#include "command.h"

#include <string.h>

const struct command commands[] = {
	{ "status", "[policy|nodes|groups|namespaces]",
	  "who onlines memory, what the zones hold, each device", TAKES_TABLE, 0, 1, ctl_status,
	  status_tables },
	{ "map", "", "a picture of physical memory", 0, 0, 0, ctl_map, NULL },
	{ "plan", "[--add DEVICE]... [--policy FILE]", "what would be done with offline blocks",
	  TAKES_TABLE | TAKES_ADD | TAKES_POLICY, 0, 0, ctl_plan, plan_tables },
	{ "explain", "memoryN|DEVICE|ADDRESS [TABLE]",
	  "why a block has, or gets, its zone", TAKES_TABLE, 1, 2, ctl_explain, explain_tables },
	{ "check", "[FILE...]", "look for mistakes in the configuration", TAKES_TABLE, 0, 1024,
	  ctl_check, check_tables },
	{ "doctor", "", "look for trouble, worst first, and say what to do", TAKES_TABLE, 0, 0,
	  ctl_doctor, doctor_tables },
	{ "online", "[DEVICE]", "online what waits, by the policy", 0, 0, 1, ctl_online, NULL },
	{ "reload", "", "put a changed configuration into force", 0, 0, 0, ctl_reload, NULL },
	{ "monitor", "", "show each event of memory as it comes", TAKES_JSON, 0, 0, ctl_monitor,
	  NULL },
	{ "metrics", "", "figures as OpenMetrics text", 0, 0, 0, ctl_metrics, NULL },
	{ "snapshot", "FILE", "archive what memhp reads on this machine", 0, 1, 1, ctl_snapshot,
	  NULL },
	{ NULL, NULL, NULL, 0, 0, 0, NULL, NULL },
};

const struct option_kind option_kinds[] = {
	{ { "root", required_argument, NULL, ARG_ROOT },
	  0,
	  "DIR",
	  "a captured machine instead of this one" },
	{ { "json", no_argument, NULL, 'J' }, TAKES_JSON, NULL, "JSON; sizes are bytes" },
	{ { "raw", no_argument, NULL, 'r' }, TAKES_RAW, NULL, "columns separated by one blank" },
	{ { "noheadings", no_argument, NULL, 'n' }, TAKES_NOHEADINGS, NULL, "no line of headings" },
	{ { "output", required_argument, NULL, 'o' },
	  TAKES_OUTPUT,
	  "LIST",
	  "columns by name, or \"all\"; +LIST: these as well" },
	{ { "bytes", no_argument, NULL, 'b' }, TAKES_BYTES, NULL, "sizes in bytes" },
	{ { "add", required_argument, NULL, ARG_ADD },
	  TAKES_ADD,
	  "DEVICE",
	  "as if KIND:SIZE[@NODE] were added, such as dimm:64G@1, virtio-mem:16G, cxl:512G" },
	{ { "policy", required_argument, NULL, ARG_POLICY },
	  TAKES_POLICY,
	  "FILE",
	  "with this configuration" },
	{ { "quiet", no_argument, NULL, 'q' }, 0, NULL, "nothing but errors" },
	{ { "verbose", no_argument, NULL, 'v' }, 0, NULL, "say more" },
	{ { "help", no_argument, NULL, 'h' }, 0, NULL, "show this help" },
	{ { "version", no_argument, NULL, 'V' }, 0, NULL, "show the version" },
	{ { NULL, 0, NULL, 0 }, 0, NULL, NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(name, command->name) == 0)
			return command;
	return NULL;
}
