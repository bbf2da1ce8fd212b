# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl at work on a real machine: doctor, monitor, online, reload and snapshot, and its completion.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	vm_every_kind
}

setup()
{
	vm_names
}

teardown()
{
	dump_on_failure
}

teardown_file()
{
	vm_teardown_file
}

# findings: of the doctor, a line each: severity, id, subject
findings()
{
	guest 'memhpctl doctor --json || [ $? -le 2 ]' |
		jq -r '.findings[] | [.severity, .id, .subject] | join(" ")'
}

has()
{
	grep -qxF -- "$2" <<<"$1" || {
		printf 'not there: %s\nin: %s\n' "$2" "$1"
		return 1
	}
}

lacks()
{
	[[ $1 != *"$2"* ]] || {
		printf 'not expected: %s\nin: %s\n' "$2" "$1"
		return 1
	}
}

@test "doctor names the memory that waits for daxctl, and that lies beside a file system" {
	found=$(findings)
	has "$found" "warning left-offline $cxl_dax"
	has "$found" "warning left-offline $pmem_dax"
	has "$found" "warning beside-data $pmem_dax"
	lacks "$found" "error "
	lacks "$found" stale
	guest "memhpctl doctor" && return 1
	[ "$(guest 'memhpctl doctor >/dev/null; echo $?' || true)" != 0 ]
}

@test "doctor sees a configuration by which daxctl makes memory beside a file system" {
	guest 'uuid=$(ndctl list -N -m devdax | sed -n "s/.*\"uuid\":\"\([^\"]*\)\".*/\1/p" | head -n 1)
		printf "%s\n" "[reconfigure-device memhp-test]" "nvdimm.uuid=$uuid" "mode=system-ram" \
			>/etc/daxctl.conf.d/memhp-test.conf'
	has "$(findings)" "warning daxctl-takes-data /etc/daxctl.conf.d/memhp-test.conf:3"
	guest 'rm /etc/daxctl.conf.d/memhp-test.conf'
	lacks "$(findings)" daxctl-takes-data
}

@test "doctor sees that the kernel onlines, and that rules were removed" {
	guest 'echo online >$memory/auto_online_blocks; mv /run/udev/rules.d/79-memhp.rules /run/79-memhp.rules'
	found=$(findings)
	has "$found" "error kernel-onlines /sys/devices/system/memory/auto_online_blocks"
	has "$found" "error unpublished /run/udev/rules.d/79-memhp.rules"
	guest 'status=0; memhpctl doctor >/dev/null || status=$?; [ "$status" -eq 2 ]'
	guest 'mv /run/79-memhp.rules /run/udev/rules.d/; echo offline >$memory/auto_online_blocks'
	lacks "$(findings)" "error "
}

@test "doctor writes nothing" {
	guest 'cat $memory/memory*/state >/tmp/before; find /run/memhp | sort >>/tmp/before
		memhpctl doctor >/dev/null || true
		{ cat $memory/memory*/state; find /run/memhp | sort; } | cmp - /tmp/before'
}

@test "monitor shows each event, and ends with 0" {
	guest 'memhpctl monitor --json >/tmp/json 2>/tmp/errors & echo $! >/tmp/json.pid
		memhpctl monitor >/tmp/text 2>>/tmp/errors & echo $! >/tmp/text.pid
		sleep 2'
	acpi=$(dimm dimm2 512M 0)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline"
	wait_for 60 "[ \$(grep -c '\"action\":\"online\"' /tmp/json) -ge 4 ]"
	blocks=$(guest "dimm_blocks $acpi")
	events=$(guest 'cat /tmp/json')
	for block in $blocks; do
		for action in add online; do
			[ "$(jq -r --arg a $action --arg b "$block" 'select(.action == $a and .block == $b) | .block' <<<"$events")" = "$block" ]
		done
		[ "$(jq -r --arg b "$block" 'select(.action == "online" and .block == $b) | [.group, .zone, .owner] | join(" ")' \
			<<<"$events")" = "$acpi Movable memhp" ]
	done
	guest 'grep -E "^[0-9:.]+ online +memory[0-9]+ +PNP0C80:[0-9A-F]+ +Movable +memhp +fits ratio" /tmp/text'
	# No record of memhp's names the device of these.
	guest "daxctl online-memory $cxl_dax >/dev/null 2>&1"
	wait_for 60 "[ \$(grep -c '\"group\":\"$cxl_dax\"' /tmp/json) -ge 4 ]"
	[ "$(guest 'cat /tmp/json' | jq -r --arg dax "$cxl_dax" 'select(.group == $dax) | [.action, .zone, .owner] | join(" ")' |
		sort -u)" = "online Movable daxctl" ]
	guest "daxctl offline-memory $cxl_dax >/dev/null 2>&1"
	guest 'kill -INT $(cat /tmp/json.pid); kill -TERM $(cat /tmp/text.pid); sleep 1
		! kill -0 $(cat /tmp/json.pid) 2>/dev/null; ! kill -0 $(cat /tmp/text.pid) 2>/dev/null; cat /tmp/errors; [ ! -s /tmp/errors ]'
	guest 'status=0; timeout --preserve-status -s INT 2 memhpctl monitor || status=$?; [ "$status" -eq 0 ]'
	guest 'mv /run/udev/control /run/udev/control.away
		status=0; timeout 10 memhpctl monitor 2>/tmp/errors || status=$?
		mv /run/udev/control.away /run/udev/control; [ "$status" -eq 69 ]; grep "no udevd runs here" /tmp/errors'
}

@test "online brings back what was taken offline, of one device" {
	guest "block=\$(dimm_blocks $node0_dimm | head -n 1); echo offline >\$memory/\$block/state
		memhpctl doctor --json | grep -q '\"waiting\"' || [ \${PIPESTATUS[1]} -eq 0 ]
		memhpctl online $node0_dimm
		[ \"\$(block_state \$block)\" = online ]
		! zones_of dimm $node0_dimm | grep -q offline"
	guest "journalctl -b -t memhp --no-pager | grep -q '$node0_dimm .*online'"
}

@test "a DIMM in two zones is mended by what doctor advises" {
	guest "block=\$(dimm_blocks $node1_dimm | head -n 1)
		echo offline >\$memory/\$block/state; echo online_kernel >\$memory/\$block/state"
	has "$(findings)" "warning split $node1_dimm"
	advice=$(guest 'memhpctl doctor --json || [ $? -le 2 ]' | jq -r '.findings[] | select(.id == "split") | .advice')
	[[ $advice =~ ^"try "(chmem -d 0x[0-9a-f]+-0x[0-9a-f]+)", then "(memhpctl online [^ ]+)$ ]]
	guest "${BASH_REMATCH[1]}; ${BASH_REMATCH[2]}; ! zones_of dimm $node1_dimm | grep -v Movable"
	lacks "$(findings)" split
}

@test "online leaves alone what is daxctl's, and names the command" {
	run guest "memhpctl online $cxl_dax"
	[ "$status" -ne 0 ]
	[[ $output == *"daxctl online-memory $cxl_dax"* ]]
	run guest 'memhpctl online'
	[ "$status" -eq 0 ]
	guest "zones_of iomem '^$cxl_dax\$' | grep -qx offline"
}

@test "online needs root, and says so in one line" {
	guest 'status=0; setpriv --reuid=65534 --regid=65534 --clear-groups memhpctl online 2>/tmp/errors || status=$?
		[ "$status" -eq 77 ]; [ "$(cat /tmp/errors)" = "memhpctl: online needs root" ]'
	guest 'status=0; setpriv --reuid=65534 --regid=65534 --clear-groups memhpctl doctor >/tmp/out 2>/tmp/errors || status=$?
		[ "$status" -le 2 ]; grep -q "addresses in .*cannot be read" /tmp/errors'
}

@test "reload puts a configuration into force, and names mistakes" {
	guest 'mkdir -p /etc/memhp.conf.d; printf "[Policy]\nMovableRatio=200\n" >/etc/memhp.conf.d/50-test.conf'
	has "$(findings)" "warning stale-policy /etc/memhp.conf, /etc/memhp.conf.d/50-test.conf"
	guest 'memhpctl reload | grep "in force: .*/etc/memhp.conf.d/50-test.conf"
		grep -qx Policy.MovableRatio=200 /run/memhp/policy'
	[ "$(guest "memhpctl explain $node0_dimm --json" | jq -c '.settings[] | select(.setting == "[Policy] MovableRatio") |
		[.value, .file, .line]')" = '["200","/etc/memhp.conf.d/50-test.conf",2]' ]
	guest 'printf "[Policy]\nMovableRatio=many\n" >/etc/memhp.conf.d/50-test.conf
		status=0; memhpctl reload >/tmp/out 2>/tmp/errors || status=$?
		[ "$status" -eq 1 ]; grep "50-test.conf:2: .*many" /tmp/errors
		grep -qx Policy.MovableRatio=301 /run/memhp/policy'
	[ "$(guest 'memhpctl check --json || [ $? -eq 1 ]' | jq -c '[.mistakes[] | [.file, .line]]')" = \
		'[["/etc/memhp.conf.d/50-test.conf",2]]' ]
	guest 'printf "[Policy]\nOnliner=none\n" >/etc/memhp.conf.d/50-test.conf
		memhpctl reload | grep "switched off"; ! systemctl -q is-active memhp
		rm /etc/memhp.conf.d/50-test.conf; memhpctl reload; systemctl -q is-active memhp'
	lacks "$(findings)" "error "
}

# without_content: status as JSON without what block devices hold, which no archive has
without_content()
{
	jq -S 'del(.namespaces, .groups[].beside)'
}

@test "snapshot has what memhp reads, and memhp says the same of it" {
	guest 'cd /tmp; memhpctl snapshot /tmp/machine.tar.gz; [ "$(stat -c %a machine.tar.gz)" = 600 ]
		rm -rf unpacked; mkdir unpacked; tar -C unpacked -xf machine.tar.gz
		! grep -rq -e console= unpacked/proc/cmdline
		memhpctl plan >live; memhpctl --root unpacked plan >captured; diff live captured
		/usr/lib/udev/memhp-callout --dry-run >live
		/usr/lib/udev/memhp-callout --root unpacked --dry-run >captured; diff live captured; [ -s live ]'
	live=$(guest 'memhpctl status --json' | without_content)
	[ "$(jq '.groups | length' <<<"$live")" -ge 4 ]
	diff <(echo "$live") <(guest 'memhpctl --root /tmp/unpacked status --json' | without_content)
}

@test "bash completes commands and devices" {
	run guest 'bash -c ". /usr/share/bash-completion/completions/memhpctl
		COMP_WORDS=(memhpctl online PNP); COMP_CWORD=2; _memhpctl; printf \"%s\n\" \"\${COMPREPLY[@]}\""'
	[ "$status" -eq 0 ]
	has "$output" "$node0_dimm"
}
