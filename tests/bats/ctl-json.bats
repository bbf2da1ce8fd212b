# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl prints as JSON is JSON, whatever bytes stand in what it reads.

load helpers

# json COMMAND...: parses what it prints, and prints it in ASCII
json()
{
	{ ctl "$@" --json || [ $? -le 2 ]; } |
		python3 -c 'import json, sys; print(json.dumps(json.loads(sys.stdin.buffer.read().decode("utf-8"))))'
}

@test "a label that is no text" {
	persistent_memory
	ext4 pmem0 '\xff\xfe\\\xc3\xa4\x01'
	policy
	run -0 json status
	# Once escaped, once more by JSON.
	contains "$output" '"label": "\\xff\\xfe\\\u00e4\u0001"'
	json doctor >/dev/null
	run -0 ctl status namespaces --output label --noheadings
	contains "$output" '\xff\xfe'
}

@test "attributes that are no text" {
	machine one-dimm
	policy
	set_block memory33 online $'Mov\xff'
	echo $'\xfe Movable' >"$memory/memory32/valid_zones"
	echo $'offline\xff' >"$memory/auto_online_blocks"
	echo $'ro memhp_default_state=\xff' >"$root/proc/cmdline"
	parameters $'auto\xff' 301 Y $'off\xff'
	sed -i $'s/PNP0C80:00/PNP0C80:\xff/' "$root/proc/iomem"
	for command in status doctor plan 'explain memory32' 'explain memory33' 'plan --add dimm:1G'; do
		# shellcheck disable=SC2086 # words
		json $command >/dev/null
	done
	contains "$(json explain memory33)" 'Mov\\xff'
}

@test "records and configuration that are no text" {
	config <<<$'[Policy]\nMovableRatio=\xff\n[\xff]\nX=1\n[Device \xff*]\nZone=leave'
	machine one-dimm
	policy
	mkdir -p "$spool/groups"
	printf 'MEMHP_GROUP=PNP0C80:00\nMEMHP_PROVIDER=dimm\nMEMHP_ZONE=movable\nMEMHP_REASON=\xff\nMEMHP_OWNER=memhp\nMEMHP_STATE=failed\nMEMHP_OUTCOME=1 block stays offline, first \xff\n' \
		>"$spool/groups/PNP0C80:00"
	config $'usr/lib/udev/rules.d/40-\xff.rules' <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	contains "$(json check)" '"file": "/etc/memhp.conf"' 'bad value \"\\xff\"'
	contains "$(json doctor)" '40-\\xff.rules:1' 'first \\xff'
	contains "$(json status)" '"outcome": "1 block stays offline, first \\xff"'
	for command in plan 'explain memory32'; do
		# shellcheck disable=SC2086 # words
		json $command >/dev/null
	done
}
