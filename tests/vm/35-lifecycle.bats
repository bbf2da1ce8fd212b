# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What may happen to memhp while memory is being plugged: an upgrade, daemon-reload, a new udevd, a soft reboot, removal.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay tree=$BATS_FILE_TMPDIR/next

	mkdir -p "$overlay/etc/memhp.conf.d" "$overlay/root" "$overlay/usr/lib/udev/rules.d"
	printf '%s\n' '[Dimm]' 'Zone=movable' >"$overlay/etc/memhp.conf.d/test.conf"
	# Somebody else who has to do with memory.
	echo 'SUBSYSTEM=="memory", KERNEL=="memory[0-9]*", ENV{SOMEBODY}="else"' \
		>"$overlay/usr/lib/udev/rules.d/90-else.rules"
	# Its device wants the agent when it appears, which it does not once more after a soft reboot.
	mkdir -p "$overlay/etc/systemd/system/multi-user.target.wants"
	ln -s /usr/lib/systemd/system/qemu-guest-agent.service "$overlay/etc/systemd/system/multi-user.target.wants"
	cp "$MEMHP_DEB" "$overlay/root/memhp.deb"
	dpkg-deb -R "$MEMHP_DEB" "$tree"
	sed -i 's/^Version: .*/&+next/' "$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$tree" "$overlay/root/next.deb" >&2
	vm_setup_file --virtio-mem vm0:8G
}

teardown_file()
{
	vm_teardown_file
}

# The DIMM goes, no unit has failed, and others have their share of the events. Bats goes by what teardown() returns,
# and does not stop at a command that fails.
teardown()
{
	dump_on_failure
	undimm "dimm$BATS_TEST_NUMBER" || true
	guest 'systemctl --failed --no-legend >/run/failed; cat /run/failed; [ ! -s /run/failed ]
		[ "$(systemctl is-system-running)" = running ]
		udevadm info -q property $memory/memory1 | grep "^SOMEBODY=else$"'
}

# In the guest: what the blocks of the DIMM have in a file, each different line with its count. Looking at one block
# after the other costs an emulated machine minutes.
blocks_say()
{
	echo "cat /sys/bus/acpi/devices/$acpi/physical_node*/$1 | sort | uniq -c | xargs"
}

# plug_in_part: a DIMM of 64 blocks; returns when some, but not all of them are online
plug_in_part()
{
	acpi=$(dimm "dimm$BATS_TEST_NUMBER" 8G)
	guest "until cat /sys/bus/acpi/devices/$acpi/physical_node*/state 2>/dev/null | grep -q online; do
			sleep 0.01
		done
		[[ \$($(blocks_say state)) = *offline* ]]"
}

# All blocks of the DIMM that was plugged last are online, and movable.
whole()
{
	wait_for 180 "[ \"\$($(blocks_say state))\" = '64 online' ]"
	[ "$(guest "$(blocks_say valid_zones)")" = "64 Movable" ]
}

# The udev database has the properties of all of them.
on_record()
{
	wait_for 60 "udevadm settle; [ \"\$(udevadm info --export-db | grep -cx 'E: MEMHP_GROUP=$acpi')\" -eq 64 ]"
	[ "$(guest "udevadm info --export-db | grep -cx 'E: MEMHP_ZONE=movable'")" -ge 64 ]
}

# nothing_forgotten: what memhp had onlined by the time when it was started again is nobody else's
nothing_forgotten()
{
	guest '! journalctl -b --no-pager -t memhp-publish | grep "online before memhp started"'
}

# soft_rebooted: everything that is to run has been started again after the one soft reboot. An agent that is about to be
# stopped may be asked, so each question is one of its own.
soft_rebooted()
{
	local i

	for ((i = 0; i < 60; i++)); do
		! vm run --timeout 5 -- '[ "$(systemctl show -p SoftRebootsCount --value)" -eq 1 ] &&
			[[ $(systemctl is-system-running) = @(running|degraded) ]]' || return 0
		sleep 1
	done
	return 1
}

@test "upgraded while a leader is at work" {
	plug_in_part
	guest 'dpkg -i /root/next.deb; [[ $(dpkg-query -W -f "\${Version}" memhp) = *+next ]]
		[ "$(systemctl is-active memhp)" = active ]'
	whole
	on_record
}

@test "daemon-reload while a leader is at work" {
	plug_in_part
	guest 'for _ in 1 2 3 4 5; do systemctl daemon-reload; done; systemctl reload memhp'
	whole
	on_record
}

# udevd forgets the events that wait, of whatever device: blocks come online, but those have no properties then.
@test "udevd restarted while a leader is at work" {
	plug_in_part
	guest 'systemctl restart systemd-udevd.service'
	whole
}

@test "udevd killed while a leader is at work" {
	plug_in_part
	guest 'systemctl kill --signal=KILL systemd-udevd.service; sleep 1; systemctl reset-failed systemd-udevd.service || :'
	whole
}

@test "memhp restarted while a leader is at work" {
	plug_in_part
	guest 'systemctl restart memhp.service'
	whole
	nothing_forgotten
}

@test "a soft reboot while a leader is at work" {
	[ "$(guest 'systemctl --version | sed -n "1s/^systemd \([0-9]*\).*/\1/p"')" -ge 256 ] || skip "needs systemd 256"
	plug_in_part
	# The agent is stopped as well, and may not live to say what came of that.
	guest "[[ \$($(blocks_say state)) = *offline* ]]; systemctl soft-reboot --no-block" || :
	soft_rebooted
	whole
	[ "$(guest 'systemctl is-active memhp; cat $memory/auto_online_blocks' | xargs)" = "active offline" ]
	nothing_forgotten
}

# The driver adds a gigabyte, and more only when that is online.
@test "stopped while events of virtio-mem wait for udevd" {
	# So that it can be unplugged afterwards.
	guest 'systemctl stop memhp; echo online_movable >$memory/auto_online_blocks; systemctl start memhp
		udevadm control --stop-exec-queue'
	vm qmp qom-set '{"path": "/machine/peripheral/vm0", "property": "requested-size", "value": 2147483648}'
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -ge 8 ]'
	guest '{ sleep 2; udevadm control --start-exec-queue; } &
		systemctl stop memhp; wait
		[ ! -e /run/memhp ]; [ "$(cat $memory/auto_online_blocks)" = online_movable ]'
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 16 ] &&
		! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
	# What somebody means to have offline is no business of a stop.
	guest 'block=$(iomem_blocks "^System RAM .virtio_mem" | tail -n 1)
		systemctl start memhp; udevadm settle
		echo offline >$memory/$block/state
		systemctl stop memhp
		[ "$(block_state $block)" = offline ]
		echo online_movable >$memory/$block/state
		echo online >$memory/auto_online_blocks
		systemctl start memhp'
	resize vm0 0
}

# Whoever asks for the lock waits until this shell ends.
@test "stopped while the lock is somebody's who does not give it back" {
	guest 'exec 9</run/memhp/pending; flock 9
		touch /run/memhp/pending/memory4711
		systemctl start --no-block memhp-sweep
		until [ "$(systemctl is-active memhp-sweep)" = activating ]; do sleep 0.1; done
		systemctl stop memhp
		[ "$(systemctl is-active memhp-sweep)" = inactive ]
		[ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]
		[ "$(cat $memory/auto_online_blocks)" = online ]
		systemctl start memhp'
}

@test "removed while a leader is at work" {
	plug_in_part
	guest 'dpkg --remove memhp; [ ! -e /run/memhp ]; [ ! -e /run/memhp.stopped ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]
		[ "$(cat $memory/auto_online_blocks)" = online ]'
	whole
	guest 'udevadm settle; [ ! -e /run/memhp ]'
}

@test "installed while memory is being plugged" {
	guest 'echo offline >$memory/auto_online_blocks'
	acpi=$(dimm "dimm$BATS_TEST_NUMBER" 8G)
	guest 'dpkg -i /root/next.deb; [ "$(systemctl is-active memhp)" = active ]'
	whole
	on_record
}

@test "virtio-mem that is plugged while udevd is killed comes online as well" {
	vm qmp qom-set '{"path": "/machine/peripheral/vm0", "property": "requested-size", "value": 4294967296}'
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -ge 4 ]'
	guest 'systemctl kill --signal=KILL systemd-udevd.service'
	wait_for 120 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 32 ] &&
		! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
	resize vm0 0
}

@test "downgraded, purged, and nothing of it is left" {
	guest 'dpkg -i --force-downgrade /root/memhp.deb; [ "$(systemctl is-active memhp)" = active ]
		dpkg --purge memhp
		[ -z "$(find /etc /run /usr /var/lib -name "*memhp*" ! -path "*/memhp-test*" ! -path "/etc/memhp.conf.d*")" ]'
}
