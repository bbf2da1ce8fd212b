# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/bench/bench does inside the machine: one onliner in force, then one measured run. What
# it watches it reads with builtins of the shell: a process a poll would be part of what is measured.

memory=/sys/devices/system/memory
rule=/run/udev/rules.d/80-bench.rules
port=/dev/virtio-ports/memhp.bench
# A pipe that nobody writes to: reading from it with a timeout is a sleep without a process.
exec {silence}<> <(:)

# The rules of distributions in their own order of work, in words of ours.

# SLES: no process, the kernel's choice of zone.
rules_sles()
{
	cat <<'RULES'
SUBSYSTEM=="memory", ACTION=="add", CONST{arch}!="s390x", ATTR{state}=="offline", ATTR{state}="online"
RULES
}

# RHEL 9: no process, architecture and hypervisor are constants of udev's.
rules_rhel9()
{
	cat <<'RULES'
SUBSYSTEM!="memory", GOTO="bench_end"
ACTION!="add", GOTO="bench_end"
CONST{arch}=="s390*|ppc64*", GOTO="bench_end"
ENV{.zone}="online"
CONST{virt}=="none", ENV{.zone}="online_movable"
ATTR{state}=="offline", ATTR{state}="$env{.zone}"
LABEL="bench_end"
RULES
}

# RHEL 7: three processes a block.
rules_rhel7()
{
	cat <<'RULES'
SUBSYSTEM!="memory", GOTO="bench_end"
ACTION!="add", GOTO="bench_end"
PROGRAM="/bin/uname -p", RESULT=="s390*|ppc64*", GOTO="bench_end"
ENV{.zone}="online"
PROGRAM!="/usr/bin/systemd-detect-virt", ENV{.zone}="online_movable"
ATTR{state}=="offline", RUN+="/bin/sh -c 'echo $env{.zone} >/sys$devpath/state'"
LABEL="bench_end"
RULES
}

# onliner PEER: only this one is at work from now on, and udevd is as after a boot
onliner()
{
	systemctl stop memhp.service
	rm -f "$rule"
	echo offline >"$memory/auto_online_blocks"
	case $1 in
	memhp) systemctl start memhp.service ;;
	kernel) echo online >"$memory/auto_online_blocks" ;;
	sles | rhel7 | rhel9)
		mkdir -p "${rule%/*}"
		"rules_$1" >"$rule"
		;;
	esac
	# A new control group, so that its memory.peak begins anew.
	systemctl restart systemd-udevd.service
	udevadm settle
	sync
	nap 1
}

nap()
{
	read -rt "$1" -u "$silence" || :
}

# value FILE WORD: the number behind a word at the start of a line, in $found
value()
{
	local word rest

	while read -r word rest; do
		if [ "$word" = "$2" ]; then
			found=${rest% kB}
			return
		fi
	done <"$1"
}

# $found: ticks that the processors were at work; not idle, and not waiting
busy_ticks()
{
	local user nice system irq softirq

	value /proc/stat cpu
	read -r user nice system _ _ irq softirq _ <<<"$found"
	found=$((user + nice + system + irq + softirq))
}

# $now: microseconds of the realtime clock
clock()
{
	now=${EPOCHREALTIME/./}
}

# $offset: microseconds from the monotonic clock, which udevadm shows, to the realtime clock
find_offset()
{
	local now uptime before

	read -r before _ </proc/uptime
	# It counts hundredths of a second: what counts is when it changes.
	while read -r uptime _ </proc/uptime && [ "$uptime" = "$before" ]; do
		:
	done
	clock
	offset=$((now - 10#${uptime/./} * 10000))
}

# Until a disk is there: when the kernel sent its event, and when udevd had handled it, in $sent and
# $handled, of the realtime clock; as "udevadm monitor" wrote it down.
wait_for_disk()
{
	local line time

	sent='' handled=''
	until [ -n "$handled" ]; do
		nap 0.02
		while IFS= read -r line; do
			[[ $line =~ ^(KERNEL|UDEV)\ *\[([0-9]+)\.([0-9]{6})\]\ *add ]] || continue
			time=$((BASH_REMATCH[2] * 1000000 + 10#${BASH_REMATCH[3]} + offset))
			if [ "${BASH_REMATCH[1]}" = KERNEL ]; then
				sent=$time
			else
				handled=$time
			fi
		done <"$log"
	done
}

# $found: how many blocks there are
count_blocks()
{
	local names=("$memory"/memory[0-9]*)

	found=${#names[@]}
}

wait_for_blocks()
{
	local wanted=$1

	until count_blocks && [ "$found" -ge "$wanted" ]; do
		nap 0.05
	done
	udevadm settle
}

# all_online: what was plugged is part of MemTotal
all_online()
{
	value /proc/meminfo MemTotal: && [ "$found" -ge $((before + kib)) ]
}

# What a peer does that is a command, of the measured memory HOW.
act()
{
	case $1-$2 in
	chmem-virtio)
		# The driver adds no more while too much of what it has added is offline.
		until all_online; do
			chmem --enable "$((kib >> 10))M" &>/dev/null || nap 0.05
		done
		;;
	chmem-*)
		wait_for_blocks "$((blocks + n_blocks))"
		chmem --enable "$((kib >> 10))M" >/dev/null
		;;
	daxctl-*)
		wait_for_blocks "$((blocks + n_blocks))"
		daxctl online-memory dax0.0 >/dev/null
		;;
	esac
}

# measure PEER KIB HOW: HOW is "host": the host plugs when told so, "virtio": likewise, piece by piece,
# "cxl": a region is made here, or "idle": only the disk. Tells the host when to plug, and then the
# result, as words NAME=NUMBER.
measure()
{
	local peer=$1 kib=$2 how=$3 n_blocks blocks offset log=/run/bench-monitor

	exec 3>"$port"
	trap '[ $? -eq 0 ] || echo failed >&3' EXIT
	find_offset
	n_blocks=$((kib * 1024 / 16#$(<"$memory/block_size_bytes")))
	count_blocks
	blocks=$found
	udevadm monitor --kernel --udev --subsystem-match=block/disk >"$log" &
	nap 0.5
	"measure_$how" "$@"
	kill %udevadm
	wait
}

measure_idle()
{
	local now asked sent handled

	clock
	asked=$now
	echo disk >&3
	wait_for_disk
	echo "result disk=$((handled - asked)) disk_udev=$((handled - sent))" >&3
}

measure_host()
{
	local now found start online settled asked='' before processes ticks

	value /proc/meminfo MemTotal:
	before=$found
	value /proc/stat processes
	processes=$found
	busy_ticks
	ticks=$found

	clock
	start=$now
	if [ "$3" = cxl ]; then
		cxl create-region -m -t ram -d decoder0.0 mem0 >/dev/null 2>&1
	else
		echo go >&3
	fi
	case $peer in
	chmem | daxctl) act "$peer" "$3" & ;;
	esac
	until all_online; do
		if [ -z "$asked" ] && [ "$found" -ge $((before + kib / 2)) ]; then
			clock
			asked=$now
			echo disk >&3
		fi
		nap 0.02
	done
	clock
	online=$now
	if [ -z "$asked" ]; then
		asked=$now
		echo disk >&3
	fi
	udevadm settle
	clock
	settled=$now
	wait_for_disk
	busy_ticks
	ticks=$((found - ticks))
	value /proc/stat processes
	processes=$((found - processes))
	found=$(<"/sys/fs/cgroup/system.slice/systemd-udevd.service/memory.peak")
	echo "result online=$((online - start)) settled=$((settled - start)) processes=$processes" \
		"cpu=$((ticks * 10000)) disk=$((handled - asked)) disk_udev=$((handled - sent))" \
		"peak=$found" >&3
}

measure_virtio()
{
	measure_host "$@"
}

measure_cxl()
{
	measure_host "$@"
}

prepare_cxl()
{
	modprobe -a cxl_acpi cxl_pci cxl_mem cxl_port kmem dax_cxl device_dax
	udevadm settle
}

remove_cxl()
{
	daxctl offline-memory dax0.0 >/dev/null
	cxl disable-region region0 >/dev/null
	cxl destroy-region --force region0 >/dev/null
	udevadm settle
}
