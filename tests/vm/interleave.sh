# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/vm/interleave has done inside its machine; sourced after guest.sh before each of its scripts.

memory=/sys/devices/system/memory
state=/run/interleave

# prepare: the drivers, and persistent memory as a dax device; prints its name
prepare()
{
	local dax

	mkdir -p $state
	modprobe -a cxl_acpi cxl_pci cxl_mem cxl_port kmem dax_cxl device_dax
	dax=$(make_pmem_ram 2>/dev/null)
	echo offline >$state/expected-"$dax"
	udevadm settle
	echo "$dax"
}

# step COMMAND...: which must succeed, and must never speak of a race; the log of the lane has all
step()
{
	local output status try

	for try in 1 2 3 4; do
		status=0
		output=$("$@" 2>&1) || status=$?
		printf '%s\n' "$ $*" "$output"
		! grep -qiE 'race|kernel policy' <<<"$output" ||
			echo "BAD: $*: $(grep -iE 'race|kernel policy' <<<"$output")"
		# daxctl looks at all blocks of a node and stops at a DIMM that is unplugged meanwhile, whoever
		# onlines memory: an administrator tries again, from the start, since it takes what it has onlined
		# before for that of somebody else.
		[[ $status -ne 0 && $output = *"Unable to determine phys_index: No such "* ]] || break
		[[ $1 != daxctl || $2 = offline-memory ]] || daxctl offline-memory "${!#}" 2>&1 || true
	done
	[ "$status" -eq 0 ] || echo "BAD: status $status, try $try: $*: $(tail -n 1 <<<"$output")"
}

# region_dax: of the one region there is
region_dax()
{
	local dir

	for dir in /sys/bus/cxl/devices/region*/dax_region*/dax*.*; do
		[ ! -d "$dir" ] || basename "$dir"
	done
}

# create_region: and wait until the kernel has made all its blocks
create_region()
{
	local dax

	cxl create-region -m -t ram -d decoder0.0 mem0
	for _ in {1..100}; do
		dax=$(region_dax)
		[ -z "$dax" ] || [ "$(iomem_blocks "^$dax\$" | wc -l)" -lt 4 ] || return 0
		sleep 0.1
	done
	return 1
}

# act DEVICE ACTION: on a dax device, or on the region that has one. Where drivers are bound, one at a time: a daxctl
# that lets a driver look for devices gives it those that another daxctl has just taken away.
act()
{
	local device=$1 region

	case $2 in
	create | destroy | devdax | ram | ram-offline) exec 9>"$state/lock" && flock 9 ;;
	esac
	act_locked "$@" 9>&-
	exec 9>&-
}

act_locked()
{
	local device=$1 region

	[ "$device" != cxl ] || device=$(region_dax)
	case $2 in
	create) step create_region ;;
	online) step daxctl online-memory "$device" ;;
	offline) step daxctl offline-memory "$device" ;;
	devdax) step daxctl reconfigure-device --force --mode=devdax "$device" ;;
	ram) step daxctl reconfigure-device --mode=system-ram "$device" ;;
	ram-offline) step daxctl reconfigure-device --mode=system-ram --no-online "$device" ;;
	destroy)
		region=$(basename /sys/bus/cxl/devices/region*)
		step cxl disable-region "$region"
		step cxl destroy-region "$region"
		;;
	esac
	case $2 in
	create | offline | ram-offline) echo offline ;;
	online | ram) echo Movable ;;
	devdax | destroy) echo absent ;;
	esac >"$state/expected-$1"
}

# lane NAME WORD...: words are pauses in seconds and, by turns, what "act NAME" or (of lane udev) udevadm does
lane()
{
	local name=$1 words

	shift
	while [ $# -gt 0 ]; do
		sleep "$1"
		case $name in
		udev)
			IFS=, read -ra words <<<"$2"
			step udevadm "${words[@]}"
			;;
		*) act "$name" "$2" ;;
		esac
		shift 2
	done >"$state/log-$name" 2>&1
	: >"$state/done-$name"
}

# launch LANE...: each as one word for lane(); returns at once
launch()
{
	local words

	rm -f $state/log-* $state/done-*
	for words; do
		# shellcheck disable=SC2086 # into words
		lane $words </dev/null >/dev/null 2>&1 &
	done
}

# finish LANE...: until they have ended, udev has nothing to do, and nothing waits for memhp
finish()
{
	local name

	for name; do
		until [ -e "$state/done-$name" ]; do
			sleep 0.1
		done
	done
	udevadm settle
	until [ -z "$(find /run/memhp/pending /run/memhp/taken /run/memhp/held -name 'memory*')" ] &&
		! systemctl --quiet is-active memhp-sweep.service; do
		sleep 0.2
	done
	udevadm settle
}

# property NAME: of what "udevadm info" has printed for a block, on standard input
property()
{
	sed -n "s/^$1=//p"
}

# check_owned BLOCK ZONE: a block that is memhp's is in the zone that its properties and its record say
check_owned()
{
	local want properties group record

	case $2 in
	Movable) want=movable ;;
	offline | going-offline | absent) want=none ;;
	*) want=kernel ;;
	esac
	properties=$(udevadm info -q property "$memory/$1")
	group=$(property MEMHP_GROUP <<<"$properties")
	record=$(property MEMHP_ZONE <"/run/memhp/groups/$group" || true)
	[ "$(property MEMHP_ZONE <<<"$properties")" = "$want" ] ||
		echo "BAD: $1 is in $2, but $(grep MEMHP_ZONE <<<"$properties")"
	[ "$record" = "$want" ] || echo "BAD: $1 is in $2, but the record of $group says $record"
}

# check DIMM...: after finish(); prints "BAD: ..." for what should not be, and how many blocks were looked at
check()
{
	local dimm block blocks zones name device n=0

	grep -h '^BAD' $state/log-* || true
	for dimm; do
		blocks=$(dimm_blocks "$dimm")
		zones=$(block_zones <<<"$blocks" | paste -sd' ')
		case $zones in
		*offline* | *absent* | *' '* | '') echo "BAD: $dimm: zones: $zones" ;;
		esac
		for block in $blocks; do
			check_owned "$block" "$zones"
			n=$((n + 1))
		done
	done
	for name in "$state"/expected-*; do
		device=${name##*expected-}
		[ "$device" != cxl ] || device=$(region_dax)
		[ "$(cat "$name")" != absent ] || continue
		blocks=$(iomem_blocks "^$device\$")
		[ "$(block_zones <<<"$blocks")" = "$(cat "$name")" ] ||
			echo "BAD: $device: $(block_zones <<<"$blocks" | paste -sd' '), expected $(cat "$name")"
		for block in $blocks; do
			[ "$(udevadm info -q property "$memory/$block" | property MEMHP_OWNER)" = daxctl ] ||
				echo "BAD: $block is not daxctl's"
			n=$((n + 1))
		done
	done
	echo "checked $n"
}
