# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/vm/oracle has done inside its machine; sourced before each of its scripts.

memory=/sys/devices/system/memory
parameters=/sys/module/memory_hotplug/parameters

# prepare: from here on nobody but the test onlines anything; prints the numbers of the boot blocks
prepare()
{
	local dir

	systemctl stop memhp.service
	[ "$(cat $parameters/online_policy) $(cat $memory/auto_online_blocks)" = "auto-movable offline" ]
	mkdir -p /run/memhp /run/oracle
	for dir in "$memory"/memory[0-9]*; do
		echo "${dir##*memory}"
	done | tee /run/oracle/boot
}

# set_policy RATIO yes|no: of memhp and of the kernel
set_policy()
{
	printf '%s\n' '[Policy]' "MovableRatio=$1" "NumaAware=$2" SelfHostedMemmap=count \
		MemoryOnlyNodes=kernel KernelCredit=early KernelReserve=0 >/etc/memhp.conf
	rm -rf /run/oracle/generated
	mkdir /run/oracle/generated
	/usr/lib/systemd/system-generators/memhp-generator /run/oracle/generated
	cp /run/oracle/generated/memhp/{policy,boot-memory} /run/memhp
	grep -qx "Policy.MovableRatio=$1" /run/memhp/policy
	echo "$1" >$parameters/auto_movable_ratio
	echo "$2" >$parameters/auto_movable_numa_aware
}

# put N WORD: writes a block's state; prints "put N STATE ERROR", with the state after it
put()
{
	local state=absent said file=$memory/memory$1/state

	# The kernel tries without end to empty a block that cannot be emptied, until it is told to stop.
	# shellcheck disable=SC2016 # for the other shell
	said=$(timeout 10 bash -c 'echo "$1" >"$2"' - "$2" "$file" 2>&1) || true
	{ read -r state <"$file"; } 2>/dev/null || true
	echo "put $1 $state ${said##*: }"
}

# states: REPLY has "N STATE ZONE NODE" for each hot-plugged block; without the link to its
# node valid_zones must not be read, which crashes kernels before 6.18
states()
{
	local dir id state zone node boot=()

	while read -r id; do
		boot[id]=1
	done </run/oracle/boot
	REPLY=
	for dir in "$memory"/memory[0-9]*; do
		id=${dir##*memory}
		[ -z "${boot[id]:-}" ] || continue
		node=("$dir"/node[0-9]*)
		if [ -e "${node[0]}" ] && read -r state <"$dir/state" && read -r zone _ <"$dir/valid_zones"; then
			REPLY+="$id $state $zone ${node[0]##*/node}"$'\n'
		else
			REPLY+="$id unsettled"$'\n'
		fi
	done 2>/dev/null
}

# compare: the blocks, and between two equal looks at them what memhp says of them
compare()
{
	local before verdicts

	states
	for _ in {1..20}; do
		before=$REPLY
		verdicts=$(/usr/lib/udev/memhp-callout --dry-run 2>&1) || true
		states
		if [[ $before = "$REPLY" && $REPLY != *unsettled* ]]; then
			printf 'blocks\n%sverdicts\n%s\n' "$REPLY" "$verdicts"
			return
		fi
		sleep 0.1
	done
	echo unstable
}

# wait_for_blocks COUNT: until there are as many, boot memory included
wait_for_blocks()
{
	local dirs=()

	for _ in {1..100}; do
		dirs=("$memory"/memory[0-9]*)
		[ "${#dirs[@]}" -lt "$1" ] || return 0
		sleep 0.1
	done
}

# report: all that the arithmetic is made of
report()
{
	local block

	grep -H . $parameters/*
	awk '/^Node/ { zone = $2 $4 } $1 ~ /^(present|managed|cma)$/ && $2 > 0 { print zone, $1, $2 }' /proc/zoneinfo
	grep -E 'System RAM|virtio' /proc/iomem
	grep -H . /run/memhp/boot-memory
	for block in "$memory"/memory[0-9]*; do
		echo "${block##*/} $(cat "$block/state") ($(cat "$block/valid_zones"))" \
			"$(basename "$block"/node*) $(basename "$(readlink -f "$block/firmware_node")")"
	done | sort -V
}
