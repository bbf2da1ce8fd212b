# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What an administrator does: memory that is there at boot, a configuration with a mistake, stop, start, reload.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	mkdir -p "$overlay/etc/tmpfiles.d"
	echo 'w /sys/devices/system/memory/auto_online_blocks - - - - online' >"$overlay/etc/tmpfiles.d/online.conf"
	printf '%s\n' '# a mistake in line 4' '[Policy]' 'MovableRatio=200' 'NumaAware=perhaps' '[Dax]' 'Zoen=leave' \
		>"$overlay/etc/memhp.conf"
	vm_setup_file --dimm boot0:512M --append memhp_default_state=offline
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# The DIMM that was there at boot has the first slot.
boot_dimm=PNP0C80:00

@test "a DIMM that was there at boot, and that the kernel left offline, is onlined" {
	wait_for 30 "[ \$(dimm_blocks $boot_dimm | wc -l) -eq 4 ] && [ \"\$(zones_of dimm $boot_dimm)\" = Movable ]"
}

@test "a line of tmpfiles.d that would have the kernel online is overruled, and named" {
	guest '[ "$(systemctl is-active systemd-tmpfiles-setup)" = active ]
		[ "$(cat $memory/auto_online_blocks)" = offline ]
		systemd-tmpfiles --create
		[ "$(cat $memory/auto_online_blocks)" = offline ]
		journalctl -b --no-pager -t memhp-generator |
			grep -F "/etc/tmpfiles.d/online.conf:1: line would online memory, overruled by"'
	[ "$(guest 'memhpctl doctor --raw --noheadings --output id,subject || :' | grep ^competing)" = "competing-tmpfiles /etc/tmpfiles.d/online.conf:1" ]
}

@test "mistakes in the configuration are named, and the rest of it counts" {
	[ "$(guest 'systemctl is-system-running')" = running ]
	guest 'journalctl -b --no-pager -t memhp-generator' >"$BATS_TEST_TMPDIR/journal"
	grep -F '/etc/memhp.conf:4: bad value "perhaps" for [Policy] NumaAware=, ignored; allowed: yes, no' "$BATS_TEST_TMPDIR/journal"
	grep -F '/etc/memhp.conf:6: unknown key Zoen= in section [Dax], ignored; did you mean Zone?; allowed: Zone' "$BATS_TEST_TMPDIR/journal"
	guest 'grep -x Policy.MovableRatio=200 /run/memhp/policy; grep -x Policy.NumaAware=yes /run/memhp/policy'
}

@test "stop removes everything and gives the kernel back what it had" {
	guest 'echo online_kernel >$memory/auto_online_blocks; systemctl restart memhp
		[ "$(cat $memory/auto_online_blocks)" = offline ]
		systemctl stop memhp'
	[ "$(guest 'cat $memory/auto_online_blocks')" = online_kernel ]
	guest '[ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]'
	[ "$(guest "zones_of dimm $boot_dimm")" = Movable ]
	guest "grep -x MEMHP_ZONE=movable /run/memhp.stopped/groups/$boot_dimm"
}

@test "without memhp a new DIMM is the kernel's business" {
	acpi=$(dimm dimm1 512M)
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Normal ]"
	[ -z "$(guest "journalctl -b --no-pager -t memhp | grep $acpi" || true)" ]
}

@test "start puts it into force again" {
	guest 'systemctl start memhp; [ "$(cat $memory/auto_online_blocks)" = offline ]'
	acpi=$(dimm dimm2 512M)
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Movable ]"
}

@test "after a restart and after a start it is known what memhp has onlined, and what the kernel has meanwhile" {
	run guest 'journalctl -b --no-pager -t memhp-publish -o cat | grep "online before memhp started"'
	[ "${#lines[@]}" -eq 1 ]
	[[ $output = "PNP0C80:01 (dimm, node 0): 512 MiB (4 blocks) online before memhp started, 0 movable, 4 in a kernel zone;"* ]]
	[ "$(guest 'memhpctl doctor --raw --noheadings --output id,subject || :' | grep ^onlined-by-others)" = "onlined-by-others PNP0C80:01" ]
	guest '[ ! -e /run/memhp.stopped ]'
}

@test "what the kernel left offline before memhp started is onlined at start" {
	guest 'systemctl stop memhp; echo offline >$memory/auto_online_blocks'
	acpi=$(dimm dimm3 256M)
	wait_for 30 "[ \$(dimm_blocks $acpi | wc -l) -eq 2 ]"
	[ "$(guest "zones_of dimm $acpi")" = offline ]
	guest 'systemctl start memhp'
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Movable ]"
}

@test "an edit takes effect with daemon-reload and reload" {
	guest 'printf "[Policy]\nMovableRatio=0\n" >/etc/memhp.conf
		systemctl daemon-reload; systemctl reload memhp'
	acpi=$(dimm dimm4 256M)
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Normal ]"
	guest "journalctl -b --no-pager -t memhp | grep -F '$acpi' | grep -F 'MovableRatio=0'"
}

@test "memory that is left to somebody is looked at again after a reload" {
	guest 'printf "[Dimm]\nZone=leave\n" >/etc/memhp.conf; systemctl daemon-reload; systemctl reload memhp'
	acpi=$(dimm dimm5 256M)
	wait_for 30 "[ \$(dimm_blocks $acpi | wc -l) -eq 2 ]"
	guest 'udevadm settle'
	[ "$(guest "zones_of dimm $acpi")" = offline ]
	wait_for 10 "for block in \$(dimm_blocks $acpi); do
			udevadm info -q property \$memory/\$block | grep -q '^MEMHP_OWNER=administrator$' || false
		done"
	guest 'printf "[Dimm]\nZone=movable\n" >/etc/memhp.conf; systemctl daemon-reload; systemctl reload memhp'
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Movable ]"
}

@test "Onliner=none withdraws memhp at the next stop, and does not start it again" {
	guest 'printf "[Policy]\nOnliner=none\n" >/etc/memhp.conf
		systemctl daemon-reload; systemctl stop memhp; systemctl start memhp
		[ "$(systemctl is-active memhp)" = inactive ]; [ ! -e /run/memhp ]'
}

@test "no unit failed" {
	[ "$(guest 'systemctl is-system-running')" = running ]
}
