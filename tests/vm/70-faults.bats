# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What goes wrong around a leader in a real machine: whatever it is, all memory is online by its verdict in the end.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	vm_setup_file --virtio-mem vm0:4G
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# nothing_waits: no leader has anything left to do
nothing_waits()
{
	wait_for 60 '[ -z "$(ls /run/memhp/pending /run/memhp/taken /run/memhp/held | grep memory)" ]'
}

# all_movable ACPI BLOCKS: the DIMM has so many blocks, in one zone, and nothing waits
all_movable()
{
	wait_for 180 "[ \$(dimm_blocks $1 | wc -l) -eq $2 ] && [ \"\$(zones_of dimm $1)\" = Movable ]"
	nothing_waits
}

# nothing_failed: no unit did, and none is left at work
nothing_failed()
{
	wait_for 60 '! systemctl is-active --quiet memhp-sweep.service && [ -z "$(systemctl list-units --failed --plain --no-legend)" ]'
}

@test "the units are exposed no more than 3.0, and do their work all the same" {
	guest 'cd /usr/lib/systemd/system; count=0
		for unit in memhp*.service; do
			systemd-analyze security --threshold=30 --no-pager ${unit/@/@memory1} >/run/security 2>&1 || { cat /run/security; exit 1; }
			tail -n 1 /run/security
			count=$((count + 1))
		done
		[ $count -eq 6 ]'
	[ "$(guest 'systemctl is-active memhp.service memhp-sweep.path memhp-missed.path' | xargs)" = "active active active" ]
	guest 'systemctl start memhp-sweep.service; systemctl reload memhp.service'
	nothing_failed
	[ "$(guest 'stat -c "%U %a" /run/memhp /run/memhp/groups /run/memhp/blocks /run/memhp/pending /run/memhp/taken' | xargs)" = \
		"root 755 root 755 root 755 root 700 root 700" ]
}

# dimm_unseen NAME SIZE BLOCKS: plugs a DIMM, $unseen_acpi, whose events udevd keeps until its queue is started again
dimm_unseen()
{
	guest 'udevadm control --stop-exec-queue'
	unseen_acpi=$(dimm "$1" "$2")
	wait_for 60 "[ \$(dimm_blocks $unseen_acpi | wc -l) -eq $3 ]"
}

# refuse NAME SIZE: plugs a DIMM, $refused_acpi, whose second block, the one that /run/refused names, can be written when
# nothing is mounted on its state any more
refuse()
{
	# That is a file that cannot be written, as soon as the block is there.
	guest 'mkdir -p /run/fault; mountpoint -q /run/fault || mount -t tmpfs tmpfs /run/fault
		[ -e /run/fault/state ] || echo offline >/run/fault/state
		chattr +i /run/fault/state
		udevadm control --stop-exec-queue'
	refused_acpi=$(dimm "$1" "$2")
	wait_for 60 "[ \$(dimm_blocks $refused_acpi | wc -l) -eq 4 ]"
	guest "block=\$(dimm_blocks $refused_acpi | sed -n 2p)
		mount --bind /run/fault/state \$memory/\$block/state; echo \$block >/run/refused
		udevadm control --start-exec-queue"
}

@test "what the sweep waits for is seen in its status, and done when the refusal is over" {
	refuse refused 512M
	acpi=$refused_acpi
	wait_for 90 'systemctl status memhp-sweep.service | grep -E "Status: .try [2-9] of 10 in [0-9]+ s: 1 waiting, PNP0C80:[0-9a-f]+: 1 block stays offline, first memory[0-9]+: Operation not permitted"'
	guest "grep -x MEMHP_STATE=pending /run/memhp/groups/$acpi; grep -E '^MEMHP_TRY=[1-9]' /run/memhp/groups/$acpi
		grep -E '^blocks_refused=[1-9]' /run/memhp/stats"
	guest 'umount $memory/$(cat /run/refused)/state'
	all_movable "$acpi" 4
	guest "grep -x MEMHP_STATE=online /run/memhp/groups/$acpi"
	nothing_failed
	undimm refused
}

@test "udevd is restarted in the middle of a plug" {
	acpi=$(dimm restarted 2G)
	resize vm0 1G
	guest 'for _ in 1 2 3; do systemctl reset-failed systemd-udevd.service; systemctl restart systemd-udevd.service; sleep 0.5; done'
	all_movable "$acpi" 16
	wait_for 120 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 8 ] && ! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
	nothing_failed
	resize vm0 0
	undimm restarted
}

@test "the leader is killed in the middle of its work" {
	# Whoever kills it has to be there first, and to start no process for that.
	dimm_unseen killed 2G 16
	acpi=$unseen_acpi
	guest 'lock=$(stat -c %i /run/memhp/pending)
		udevadm control --start-exec-queue &
		until find_leader $lock && kill -KILL $leader; do
			[ $SECONDS -lt 30 ]
		done
		wait'
	all_movable "$acpi" 16
	nothing_failed
	undimm killed
}

# set_clock DELTA: to so many seconds more than it should be
set_clock()
{
	guest "date -s @\$((\$(cat /run/clock-offset) + \$(cut -d. -f1 /proc/uptime) + $1)) >/dev/null"
}

@test "the clock is set a year ahead and back while a DIMM is onlined" {
	local acpi delta

	guest 'echo $(($(date +%s) - $(cut -d. -f1 /proc/uptime))) >/run/clock-offset
		mkdir -p /etc/memhp.conf.d; printf "[Dimm]\nZone=movable\n" >/etc/memhp.conf.d/slow.conf; memhpctl reload'
	for delta in 31536000 -31536000; do
		dimm_unseen "clock$delta" 8G 64
		acpi=$unseen_acpi
		guest "blocks=(\$(dimm_blocks $acpi)); now=\$((\$(cat /run/clock-offset) + \$(cut -d. -f1 /proc/uptime)))
			udevadm control --start-exec-queue &
			SECONDS=0
			until read -r state <\$memory/\${blocks[0]}/state && [ \$state = online ]; do
				[ \$SECONDS -lt 60 ]
			done
			date -s @\$((now + $delta))
			# It was in the middle: this one is the last.
			grep -qx offline \$memory/\${blocks[1]}/state
			wait"
		all_movable "$acpi" 64
		nothing_failed
		undimm "clock$delta"
	done
	set_clock 0
	guest 'rm /etc/memhp.conf.d/slow.conf; memhpctl reload'
}

# The status of the sweep is that of its pause before try N.
at_try() { wait_for 90 "systemctl status memhp-sweep.service | grep 'Status: .try $1 of 10 in'"; }

@test "the pauses of the sweep are the same whatever the clock is set to meanwhile" {
	local acpi delta pause=8 try=5 start end

	refuse set 512M
	acpi=$refused_acpi
	guest 'echo $(($(date +%s) - $(cut -d. -f1 /proc/uptime))) >/run/clock-offset'
	at_try $try
	# What went by that clock would try at once, or not for a year.
	for delta in 31536000 -31536000; do
		start=$(guest 'cut -d. -f1 /proc/uptime')
		set_clock "$delta"
		try=$((try + 1))
		at_try $try
		end=$(guest 'cut -d. -f1 /proc/uptime')
		echo "until try $try: $((end - start)) s of $pause"
		# It is seen a little later that a pause has begun.
		[ $((end - start)) -ge $((pause / 2)) ]
		[ $((end - start)) -le $((pause + 20)) ]
		pause=$((2 * pause))
	done
	set_clock 0
	guest 'umount $memory/$(cat /run/refused)/state'
	all_movable "$acpi" 4
	guest "grep -x MEMHP_STATE=online /run/memhp/groups/$acpi"
	nothing_failed
	undimm set
}

@test "a device that takes longer than an event may last is onlined nevertheless" {
	guest 'echo event_timeout=1 >>/etc/udev/udev.conf; systemctl reset-failed systemd-udevd.service; systemctl restart systemd-udevd.service'
	# More than the ratio allows, so that it takes several times as long.
	guest 'mkdir -p /etc/memhp.conf.d; printf "[Dimm]\nZone=movable\n" >/etc/memhp.conf.d/slow.conf; memhpctl reload'
	acpi=$(dimm slow 16G)
	all_movable "$acpi" 128
	nothing_failed
	# The event of the leader did not last.
	guest 'journalctl -b -u systemd-udevd --no-pager | grep -E "memory[0-9]+: Worker .* killed|memory[0-9]+: .*timed out"'
	guest 'rm /etc/memhp.conf.d/slow.conf; memhpctl reload
		sed -i /event_timeout/d /etc/udev/udev.conf; systemctl reset-failed systemd-udevd.service; systemctl restart systemd-udevd.service'
	undimm slow
}

@test "udevd cannot start processes for a while" {
	local acpi tasks group=/sys/fs/cgroup/system.slice/systemd-udevd.service refused

	refused="sed -n 's/^max //p' $group/pids.events"
	# Room for one worker, which can start no callout; for none.
	for tasks in 2 1; do
		# Workers that have nothing to do stay for a while.
		guest 'udevadm settle'
		wait_for 60 "[ \$(find $group -name cgroup.procs -exec cat {} + | wc -l) -eq 1 ]"
		guest "$refused >/run/refused-forks
			systemctl set-property --runtime systemd-udevd.service TasksMax=$tasks"
		acpi=$(dimm "forkless$tasks" 512M)
		wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && [ \$($refused) -gt \$(cat /run/refused-forks) ]"
		guest 'sleep 3; systemctl show -P MainPID systemd-udevd.service >/run/udevd-pid
			systemctl set-property --runtime systemd-udevd.service TasksMax=infinity'
		# Nobody gives a command.
		all_movable "$acpi" 4
		guest '[ "$(systemctl show -P MainPID systemd-udevd.service)" = "$(cat /run/udevd-pid)" ]'
		nothing_failed
		undimm "forkless$tasks"
	done
}

@test "the kernel kills what works for udevd, which is short of memory" {
	local acpi room kills='sed -n "s/^oom_kill //p" /sys/fs/cgroup/system.slice/systemd-udevd.service/memory.events'

	# KiB above what udevd itself has: too little for any worker, then for some of sixteen.
	for room in 256 1536; do
		guest "$kills >/run/kills
			now=\$(cat /sys/fs/cgroup/system.slice/systemd-udevd.service/memory.current)
			systemctl set-property --runtime systemd-udevd.service MemorySwapMax=0 MemoryMax=\$((now + $room * 1024))"
		acpi=$(dimm "short$room" 2G)
		wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 16 ] && [ \$($kills) -gt \$(cat /run/kills) ]"
		guest 'udevadm settle'
		wait_for 60 '! systemctl is-active --quiet memhp-sweep.service && [ -z "$(ls /run/memhp/pending /run/memhp/taken | grep memory)" ]'
		guest 'systemctl set-property --runtime systemd-udevd.service MemoryMax=infinity'
		# Nobody gives a command.
		all_movable "$acpi" 16
		guest 'systemctl is-active systemd-udevd.service'
		nothing_failed
		undimm "short$room"
	done
}

@test "a device is unplugged when its leader is in the middle of it" {
	local acpi

	dimm_unseen vanishing 2G 16
	acpi=$unseen_acpi
	guest "blocks=(\$(dimm_blocks $acpi)); lock=\$(stat -c %i /run/memhp/pending)
		sed -n 's/^blocks_gone=//p' /run/memhp/stats >/run/gone
		# Which is told only later that it was heard: udevd waits for the event of the leader.
		udevadm control --start-exec-queue >/dev/null 2>&1 &
		until read -r state <\$memory/\${blocks[0]}/state && [ \$state = online ]; do
			[ \$SECONDS -lt 30 ]
		done
		find_leader \$lock
		kill -STOP \$leader
		echo \$leader >/run/leader
		# This one is the last.
		grep -qx offline \$memory/\${blocks[1]}/state"
	undimm vanishing
	guest 'kill -CONT $(cat /run/leader)'
	nothing_waits
	wait_for 60 '[ $(sed -n "s/^blocks_gone=//p" /run/memhp/stats) -gt $(cat /run/gone) ]'
	nothing_failed
}

@test "devices that are unplugged at once, whatever has become of them, are no error" {
	local i

	for i in 1 2 3; do
		dimm "vanishing$i" 1G >/dev/null
		undimm "vanishing$i" || true
	done
	wait_for 60 '[ -z "$(ls /run/memhp/pending /run/memhp/taken | grep memory)" ]'
	# What starts this is an event whose callout came too late.
	guest 'systemctl start memhp-lost@memory4711.service'
	nothing_failed
	[ "$(guest 'zones_of iomem "^System RAM$" | grep -c offline || true')" = 0 ]
}
