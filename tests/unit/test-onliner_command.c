/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What assignments and commands of rules online. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onliner_command.h"

#define NONE ONLINER_TARGET_NONE
#define OWN ONLINER_TARGET_OWN
#define ANY ONLINER_TARGET_ANY

static void test_attributes(void **state)
{
	static const struct {
		const char *attribute, *value;
		enum onliner_target expected;
	} rows[] = {
		{ "state", "online", OWN },
		{ "state", "online_movable", OWN },
		{ "state", "online_kernel", OWN },
		{ "state", " online ", OWN },
		{ "state", "$env{.state}", OWN },
		{ "state", "%E{ZONE}", OWN },
		{ "state", "offline", NONE },
		{ "state", "", NONE },
		{ "state", "1", NONE },
		{ "state", "running", NONE },
		{ "online", "1", OWN },
		{ "online", "y", OWN },
		{ "online", "on", OWN },
		{ "online", "0", NONE },
		{ "online", "off", NONE },
		{ "online", "$attr{present}", OWN },
		{ "status", "online", NONE },
		{ "power/state", "online", NONE },
		{ "[memory/memory32]state", "online", ANY },
		{ "[memory/memory32]online", "1", ANY },
		{ "[memory/memory32]online", "0", NONE },
		{ "[memory/%k]state", "online", OWN },
		{ "[memory/$kernel]state", "online", OWN },
		{ "[memory/memory%n]state", "online", ANY },
		{ "[cpu/cpu1]online", "1", NONE },
		{ "memory32/state", "online", ANY },
		{ "../memory32/state", "online_movable", ANY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (onliner_attribute_target(str_of(rows[i].attribute), str_of(rows[i].value)) !=
		    rows[i].expected)
			fail_msg("ATTR{%s}=\"%s\"", rows[i].attribute, rows[i].value);
	assert_int_equal(onliner_attribute_target((struct str){ NULL, 0 }, STR("online")), NONE);
}

static void test_commands(void **state)
{
	static const struct {
		const char *command;
		enum onliner_target expected;
	} rows[] = {
		{ "", NONE },
		{ "/bin/sh -c 'echo online > /sys%p/state'", OWN },
		{ "/bin/sh -c 'echo online >/sys$devpath/state'", OWN },
		{ "/bin/sh -c 'echo online_movable >> $sys$devpath/state'", OWN },
		{ "/bin/sh -c \"echo online > %S%p/state\"", OWN },
		{ "/bin/sh -c 'echo online > /sys$env{DEVPATH}/state'", OWN },
		{ "/bin/sh -c 'echo online > /sys$$DEVPATH/state'", OWN },
		{ "/bin/sh -c 'echo 1 > /sys%p/online'", OWN },
		{ "/bin/sh -c 'echo 0 > /sys%p/online'", NONE },
		{ "/bin/sh -c 'echo offline > /sys%p/state'", NONE },
		{ "/bin/sh -c 'echo $env{ZONE} > /sys%p/state'", OWN },
		{ "/bin/sh -c 'printf \"online\\n\" > /sys%p/state'", OWN },
		{ "/bin/sh -c 'echo online | tee /sys%p/state'", OWN },
		{ "/bin/sh -c 'echo online | /usr/bin/tee -a /sys%p/state >/dev/null'", OWN },
		{ "/bin/sh -c 'echo online | dd of=/sys%p/state'", OWN },
		{ "/bin/sh -c 'cd /sys%p && echo online > state'", OWN },
		{ "/bin/sh -c 'echo online > /sys/devices/system/memory/%k/state'", OWN },
		{ "/bin/sh -c 'echo online > /sys/bus/memory/devices/$kernel/state'", OWN },
		{ "/bin/sh -c 'echo online > /sys/devices/system/memory/memory32/state'", ANY },
		{ "/bin/sh -c 'echo online > /sys/devices/system/memory/memory%n/state'", ANY },
		{ "/bin/sh -c 'for i in /sys/devices/system/memory/memory*; do echo online > $i/state; done'",
		  ANY },
		{ "/bin/sh -c 'for i in /sys/devices/system/memory/memory*/state; do echo online > $$i; done'",
		  ANY },
		{ "/bin/sh -c 'cd /sys/devices/system/memory/memory32; echo 1 >online'", ANY },
		/* Of a node, say: its blocks are below it. */
		{ "/bin/sh -c 'echo online > /sys%p/memory32/state'", ANY },
		{ "/bin/sh -c 'for i in /sys%p/memory*/state; do echo online > $i; done'", ANY },
		{ "/bin/sh -c 'for i in /sys$devpath/memory*; do echo online > $$i/state; done'",
		  ANY },
		{ "/bin/sh -c 'for i in /sys%p/*/state; do echo online > $i; done'", ANY },
		{ "/bin/sh -c 'cd /sys%p; for i in memory*; do echo online > $i/state; done'",
		  ANY },
		{ "/bin/sh -c 'echo online > /sys%p/../memory32/state'", ANY },
		{ "/bin/sh -c 'echo online > /sys%p/../$x/state'", ANY },
		{ "/bin/sh -c 'echo 1 > /sys%p/device/online'", NONE },
		{ "/bin/sh -c 'echo online > /sys/%p//state'", OWN },
		/* Nothing is written, or something else. */
		{ "/bin/grep -q online /sys%p/state", NONE },
		{ "/bin/sh -c 'grep -q online /sys%p/state 2>/dev/null'", NONE },
		{ "/bin/sh -c 'echo %k online >> /run/log'", NONE },
		{ "/bin/sh -c 'echo %k > /sys%p/uevent'", NONE },
		{ "/bin/sh -c 'echo online > /sys%p/power_state'", NONE },
		{ "/bin/sh -c 'echo 1 > /sys/devices/system/cpu/%k/online'", NONE },
		{ "/bin/sh -c 'echo online > /sys/bus/x/state'", NONE },
		{ "/bin/sh -c 'read a </sys%p/state; echo online'", NONE },
		{ "/bin/sh -c 'tee /run/x; echo online /sys%p/state'", NONE },
		{ "/bin/sh -c 'while read -r a b; do mount -o remount $b; done </proc/mounts",
		  NONE },
		{ "/usr/sbin/helper online %p", NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (onliner_command_target(str_of(rows[i].command)) != rows[i].expected)
			fail_msg("%s: not %d", rows[i].command, rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "attributes that online, and whose", test_attributes, NULL, NULL, NULL },
		{ "commands that online, and what", test_commands, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("onliner_command", tests, NULL, NULL);
}
