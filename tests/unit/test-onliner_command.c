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
#define DOUBT 0x10

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
		{ "../auto_online_blocks", "online", OWN },
		{ "../auto_online_blocks", "online_movable", OWN },
		{ "../auto_online_blocks", "$env{STATE}", OWN },
		{ "../auto_online_blocks", "offline", NONE },
		{ "../auto_online_blocks", "1", NONE },
		{ "../../memory/auto_online_blocks", "online", ANY },
		{ "[memory/memory0]../auto_online_blocks", "online", ANY },
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
		unsigned expected;
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
		/* All that is added from then on. */
		{ "/bin/sh -c 'echo online > /sys/devices/system/memory/auto_online_blocks'", ANY },
		{ "/bin/sh -c 'echo online_kernel > $sys/devices/system/memory/auto_online_blocks'",
		  ANY },
		{ "/bin/sh -c 'echo online > /sys%p/../auto_online_blocks'", OWN },
		{ "/bin/sh -c 'cd /sys/devices/system; echo online > memory/auto_online_blocks'",
		  ANY },
		{ "/bin/sh -c 'cat /run/word > /sys/devices/system/memory/auto_online_blocks'",
		  DOUBT | ANY },
		{ "/usr/bin/python3 -c 'open(\"/sys/devices/system/memory/auto_online_blocks\",\"w\").write(\"online\")'",
		  DOUBT | ANY },
		{ "/bin/sh -c 'echo offline > /sys/devices/system/memory/auto_online_blocks'",
		  NONE },
		{ "/bin/sh -c 'cat /sys/devices/system/memory/auto_online_blocks > /run/x'", NONE },
		/* A group of commands, and what comes out of it. */
		{ "/bin/sh -c '{ logger %k; echo online; } > /sys%p/state'", OWN },
		{ "/bin/sh -c '(echo online) > /sys%p/state'", OWN },
		{ "/bin/sh -c 'for i in online; do echo $i; done > /sys%p/state'", OWN },
		{ "/bin/sh -c 'ls -d /sys/devices/system/memory/memory* | xargs -I{} sh -c \"echo online > {}/state\"'",
		  ANY },
		{ "/bin/sh -c 'find /sys/devices/system/memory -name state | xargs -I{} sh -c \"echo online > {}\"'",
		  ANY },
		{ "/usr/bin/chmem -e 1G", ANY },
		{ "chmem --enable --blocks %n", ANY },
		{ "/usr/bin/chmem -be 32-35", ANY },
		{ "/usr/bin/timeout 5 /usr/bin/env LC_ALL=C nice -n 5 chmem --enable 1G", ANY },
		{ "/bin/sh -c 'sleep 1; chmem -e 1G'", ANY },
		{ "/usr/bin/chmem -d 1G", NONE },
		{ "/usr/bin/chmem --blocks 32", NONE },
		{ "/bin/sh -c 'chmem -d 1G; test -e /run/x'", NONE },
		{ "/bin/grep -e chmem /run/x", NONE },
		/* The text does not have what is written. */
		{ "/bin/cp /run/word /sys%p/state", DOUBT | OWN },
		{ "/usr/bin/timeout 5 cp -f /run/%k /sys%p/state", DOUBT | OWN },
		{ "/bin/sh -c 'cp /run/word /sys%p/state 2>/dev/null; true'", DOUBT | OWN },
		{ "/bin/cp /sys%p/state /run/x", NONE },
		{ "/bin/sh -c 'cp /sys%p/state /run/x; true'", NONE },
		{ "/bin/sh -c 'cat /run/word > /sys%p/state'", DOUBT | OWN },
		{ "/bin/sh -c 'tee /sys/devices/system/memory/memory32/state < /run/word'",
		  DOUBT | ANY },
		{ "/bin/dd if=/run/word of=/sys%p/state", DOUBT | OWN },
		{ "/bin/sh -c 'echo $x; for i in 1; do cat $i; done > /sys%p/state'", DOUBT | OWN },
		{ "/bin/sh -c 'cat /sys%p/state > /run/x'", NONE },
		/* Nor what it is written to. */
		{ "/bin/sh -c 'find /sys -name state | xargs -I{} sh -c \"echo online > {}\"'",
		  DOUBT | ANY },
		{ "/bin/sh -c 'echo online > $1/state'", DOUBT | ANY },
		{ "/bin/sh -c 'echo online > /sys/devices/system/*/*/state'", DOUBT | ANY },
		{ "/bin/sh -c 'echo online > /sys/bus/$env{SUBSYSTEM}/devices/%k/state'",
		  DOUBT | ANY },
		{ "/bin/sh -c 'echo $x > $1/state'", NONE },
		{ "/bin/sh -c 'echo online > $1/log'", NONE },
		{ "/bin/sh -c 'cat /run/x > $1/state'", NONE },
		/* Another language. */
		{ "/usr/bin/python3 -c 'open(\"/sys%p/state\", \"w\").write(\"online\")'",
		  DOUBT | OWN },
		{ "/usr/bin/env python3.11 -c 'open(\"/sys/devices/system/memory/%k/state\",\"w\").write(\"online\")'",
		  DOUBT | OWN },
		{ "/usr/bin/ruby -e 'Dir[\"/sys%p/memory*/state\"].each{|f| File.write(f, \"online\")}'",
		  DOUBT | ANY },
		{ "/usr/bin/perl -e 'open F, \">/sys%p/state\"; print F \"online\"'", DOUBT | OWN },
		{ "/usr/bin/python3 -c 'print(open(\"/sys%p/state\").read())'", NONE },
		{ "/usr/bin/python3 /usr/lib/x.py %p online", NONE },
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
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct onlining onlining = onliner_command_judge(str_of(rows[i].command));
		unsigned found = onlining.target;

		if (found != NONE && onlining.is_doubtful)
			found |= DOUBT;
		if (found != rows[i].expected)
			fail_msg("%s: %x, not %x", rows[i].command, found, rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "attributes that online, and whose", test_attributes, NULL, NULL, NULL },
		{ "commands that online, and what", test_commands, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("onliner_command", tests, NULL, NULL);
}
