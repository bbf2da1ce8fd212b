# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl plan: what would be done, on trees.

load helpers.bash

# plan [OPTION...]: one line a row: blocks, group, zone and the kernel's
plan()
{
	ctl plan --json "$@" | jq -r '.plan[] | "\(.blocks) \(.group) \(.zone) \(.kernel)"'
}

# planned [OPTION...]: "memoryN ZONE" of each block, in ascending order
planned()
{
	ctl plan --json "$@" | jq -r '.plan[] | .zone as $zone | .blocks | ltrimstr("memory") | split("-") |
		range(.[0] | tonumber; (.[-1] | tonumber) + 1) | "memory\(.) \($zone)"' | sort -V
}

# becomes: the same of what memhp really does with all blocks that are offline
becomes()
{
	local dir block state offline=()

	for dir in "$memory"/memory[0-9]*; do
		[ "$(<"$dir/state")" != offline ] || offline+=("${dir##*/}")
	done
	mkdir -p "$spool/groups" "$spool/blocks"
	pending "${offline[@]}"
	callout --drain >/dev/null 2>&1
	for block in "${offline[@]}"; do
		state=$(<"$memory/$block/state")
		[ "$state" != online ] || state=$(<"$memory/$block/valid_zones")
		case $state in
		offline) echo "$block leave" ;;
		Movable) echo "$block movable" ;;
		*) echo "$block kernel" ;;
		esac
	done | sort -V
}

# with_policy LINE...: in force
with_policy()
{
	printf '%s\n' "$@" | config
	policy
}

@test "each device is judged by what those before it left" {
	machine four-dimms
	with_policy '[Policy]' MovableRatio=75
	run -0 plan
	equal "$output" "memory32-35 PNP0C80:00 movable Normal
memory36-39 PNP0C80:01 movable Normal
memory40-43 PNP0C80:02 movable Normal
memory44-47 PNP0C80:03 kernel Normal"
}

@test "each unit of virtio-mem is judged by what those before it left" {
	machine virtio-mem
	with_policy '[Policy]' MovableRatio=20
	run -0 plan
	equal "$output" "memory34-36 virtio0 movable Normal
memory37 virtio0 kernel Normal
memory40-42 virtio0 kernel Normal
memory43 virtio0 movable Normal"
}

@test "what is planned is what is then done" {
	local name lines

	for name in four-dimms virtio-mem cxl-window cxl-no-window memory-only-node half-online-dimm big-blocks no-numa \
		pmem-no-window one-dimm; do
		for lines in MovableRatio=75 MovableRatio=20 KernelCredit=all NumaAware=no MovableRatio=0 \
			$'[Cxl]\nZone=auto\n[Dax]\nZone=movable' $'[Cxl]\nZone=movable\n[Policy]\nMovableRatio=10' \
			$'MovableRatio=30\nNumaAware=no\n[Cxl]\nZone=auto\n[Node 1]\nZone=movable'; do
			rm -rf "$root"
			machine "$name"
			with_policy '[Policy]' "$lines"
			planned >"$BATS_TEST_TMPDIR/planned"
			becomes >"$BATS_TEST_TMPDIR/became"
			[ -s "$BATS_TEST_TMPDIR/became" ]
			diff "$BATS_TEST_TMPDIR/planned" "$BATS_TEST_TMPDIR/became" || {
				echo "$name with $lines"
				return 1
			}
		done
	done
}

@test "a device that is added in thought is planned as one that is there" {
	machine four-dimms
	with_policy '[Policy]' MovableRatio=75
	planned >"$BATS_TEST_TMPDIR/there"
	rm -r "$memory"/memory4[4-7] "$root"/sys/devices/system/node/node0/memory4[4-7]
	sed -i /160000000/d "$root/proc/iomem"
	planned --add dimm:512M@0 >"$BATS_TEST_TMPDIR/thought"
	diff "$BATS_TEST_TMPDIR/there" "$BATS_TEST_TMPDIR/thought"
}

@test "devices are added in thought one after the other" {
	machine boot-only
	with_policy '[Policy]' MovableRatio=100 SelfHostedMemmap=count '[Cxl]' Zone=auto
	run -0 ctl plan --json --add dimm:1G@0 --add dimm:512M@0 --add virtio-mem:512M --add cxl:256M
	equal "$(jq -r '.plan[] | "\(.count) \(.group) \(.zone) \(.node) \(.new) \(.kernel)"' <<<"$output")" \
		"8 PNP0C80:00 movable 0 true null
4 PNP0C80:01 movable 0 true null
3 virtio0 movable 0 true null
1 virtio0 kernel 0 true null
2 dax0.0 kernel 1 true null"
	contains "$output" '"reason": "exceeds ratio'
}

@test "a virtio-mem device grows in its own range" {
	machine virtio-mem
	policy
	run -0 plan --add virtio0:512M
	contains "$output" "memory32-33 virtio0 movable null" "memory38-39 virtio0 movable null"
	run -64 --separate-stderr ctl plan --add virtio0:64G
	contains "$stderr" "there is no room for it"
	run -66 --separate-stderr ctl plan --add virtio7:1G
	contains "$stderr" '"virtio7:1G": no such virtio-mem device'
}

@test "CXL is added within its window, on a new node" {
	machine cxl-window
	policy
	run -0 ctl plan --json --add cxl:1G
	equal "$(jq -c '.plan[1] | [.blocks, .node, .alias, .owner, .new]' <<<"$output")" \
		'["memory86-93",2,"region1","daxctl",true]'
}

@test "what cannot be added is told with what can" {
	local text

	machine one-dimm
	for text in dimm dimm: dimm:x dimm:1G@x :1G; do
		run -64 --separate-stderr ctl plan --add "$text"
		contains "$stderr" "cannot read \"$text\"; allowed: KIND:SIZE[@NODE]"
		equal "$output" ""
	done
	run -64 --separate-stderr ctl plan --add dimm:100M
	contains "$stderr" "no multiple of 128M"
	run -64 --separate-stderr ctl plan --add dimm:8E
	contains "$stderr" "too large"
}

@test "without NUMA there is no other node to add memory to" {
	machine no-numa
	policy
	for device in dimm:512M@1 cxl:512M@1 virtio-mem:512M@7; do
		run -64 --separate-stderr ctl plan --add "$device"
		equal "$stderr" "memhpctl: \"$device\": this machine has no NUMA nodes; leave out @${device#*@}"
	done
	for device in dimm:512M@0 dimm:512M cxl:512M; do
		equal "$(ctl plan --json --add "$device" | jq -c '[.plan[] | select(.new)] | .[0] | [.node, .size]')" "[0,536870912]"
	done
}

@test "a configuration is tried before it is installed" {
	machine four-dimms
	policy
	printf '[Dimm]\nZone=kernel\n' >"$BATS_TEST_TMPDIR/new.conf"
	run -0 ctl plan --json --policy "$BATS_TEST_TMPDIR/new.conf"
	equal "$(jq -r '.plan[].zone' <<<"$output" | uniq)" kernel
	equal "$(jq -c '.policy[0] | [.origin, .in_force]' <<<"$output")" "[\"$BATS_TEST_TMPDIR/new.conf\",false]"
	equal "$(ctl plan --json | jq -c '.policy[0] | [.origin, .in_force]')" '["built-in defaults",true]'
}

@test "mistakes in a configuration to be tried are told as check does" {
	machine four-dimms
	printf '[Dimm]\nZone=kernl\n' >"$BATS_TEST_TMPDIR/new.conf"
	run -1 --separate-stderr ctl plan --policy "$BATS_TEST_TMPDIR/new.conf"
	contains "$output" "memory32-35"
	equal "$stderr" "$(ctl check "$BATS_TEST_TMPDIR/new.conf")"
	run -66 --separate-stderr ctl plan --policy "$BATS_TEST_TMPDIR/none.conf"
	contains "$stderr" "cannot read $BATS_TEST_TMPDIR/none.conf: No such file"
}

@test "valid_zones of a block that may still be in the making is not read" {
	machine one-dimm
	policy
	equal "$(plan)" "memory32-35 PNP0C80:00 movable Normal"
	mkdir -p "$spool/taken"
	pending memory33
	touch "$spool/taken/memory35"
	equal "$(plan)" "memory32 PNP0C80:00 movable Normal
memory33 PNP0C80:00 movable null
memory34 PNP0C80:00 movable Normal
memory35 PNP0C80:00 movable null"
	rm "$memory/memory34/node0"
	contains "$(plan)" "memory33-35 PNP0C80:00 movable null"
}

@test "since 6.18 it may be read at any time" {
	machine one-dimm
	mkdir -p "$root/proc/sys/kernel"
	echo 6.18.1-test >"$root/proc/sys/kernel/osrelease"
	pending memory33
	equal "$(plan)" "memory32-35 PNP0C80:00 movable Normal"
}

@test "what goes away meanwhile is left out" {
	machine one-dimm
	rm "$memory"/memory3[23]/valid_zones
	equal "$(plan)" "memory32-33 PNP0C80:00 movable null
memory34-35 PNP0C80:00 movable Normal"
	rm "$memory/memory35/state"
	contains "$(plan)" "memory34 PNP0C80:00 movable Normal"
}

@test "with -v a row has one reason" {
	machine virtio-mem
	policy
	equal "$(ctl plan -rn | wc -l)" 2
	equal "$(ctl plan -rnv | wc -l)" 8
}

@test "a device whose blocks alternate has one row a fate for people" {
	local blocks

	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-255 node0 offline "Normal Movable"
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-7ffffffff : virtio0
		|   100000000-7ffffffff : System RAM (virtio_mem)
	END
	policy
	blocks=$(ctl plan --json | jq '[.plan[].count] | add')
	equal "$blocks" 224
	[ "$(ctl plan --json | jq '.plan | length')" -gt 50 ]
	[ "$(ctl plan -rn | wc -l)" -gt 50 ]
	[ "$(ctl plan -nv | wc -l)" -gt 50 ]
	run -0 ctl plan -n -o blocks,group,count,zone,kernel
	equal "$(tr -s ' ' <<<"$output")" "memory32-79,81-83,... virtio0 180 movable Normal
memory80,84,... virtio0 44 kernel Normal"
	contains "$(ctl plan)" "Of a device with many rows there is one for each fate; -v shows all."
	lacks "$(ctl plan -v)" "one for each fate"
	run -0 ctl plan --add virtio-mem:20G
	equal "$(lines "$output" "virtio1")" 2
}

@test "columns and sizes are chosen" {
	machine one-dimm
	policy
	run -0 ctl plan -rnb -o blocks,size,range,count,owner
	equal "$output" "memory32-35 536870912 0x100000000-0x11fffffff 4 memhp"
	run -64 --separate-stderr ctl plan -o colour
	contains "$stderr" 'unknown column "colour"; allowed: all, BLOCKS'
}

@test "where nothing is offline that is told" {
	machine boot-only
	run -0 --separate-stderr ctl plan
	equal "$output" "no hot-plugged memory is offline"
	equal "$(ctl plan --json | jq -c .plan)" "[]"
}

@test "nothing is changed" {
	machine four-dimms
	policy
	tree "$root" >"$BATS_TEST_TMPDIR/before"
	ctl plan --add dimm:1G >/dev/null
	tree "$root" | diff "$BATS_TEST_TMPDIR/before" -
	equal "$(writes)" ""
}

@test "a kernel without memory hotplug is told" {
	machine no-hotplug
	run -69 --separate-stderr ctl plan
	contains "$stderr" "this kernel has no memory hotplug"
}

# -- Odd machines

@test "arm64: blocks begin at 8192" {
	machine <<-END
		block_size 128M
		blocks 8192-8207 node0 online Normal
		blocks 8216-8219 node0 offline "Normal Movable" PNP0C80:00
		file proc/sys/kernel/arch
		| aarch64
		iomem
		| 10000000000-1007fffffff : System RAM
		| 100c0000000-100dfffffff : System RAM
	END
	policy
	equal "$(plan --add dimm:256M)" "memory8216-8219 PNP0C80:00 movable Normal
memory8220-8221 PNP0C80:01 movable null"
}

@test "s390x: standby memory is one row, and left alone" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online DMA
		blocks 8-39 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
	END
	policy
	equal "$(plan)" "memory8-39 null leave Normal"
	equal "$(ctl plan --json -o provider,owner,size | jq -c '.plan[0]')" \
		'{"provider":"standby","owner":"administrator","size":8589934592}'
}

@test "ppc64le: DLPAR memory is the kernel's" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-9 node1 offline "Normal Movable"
		file proc/sys/kernel/arch
		| ppc64le
		iomem
		| 00000000-7fffffff : System RAM
		| 80000000-9fffffff : System RAM
	END
	policy
	equal "$(ctl plan --json --add dlpar:512M@1 | jq -c '.plan[] | [.blocks, .provider, .zone, .owner]')" \
		'["memory8-9","dlpar","leave","kernel"]
["memory10-11","dlpar","leave","kernel"]'
}

@test "blocks of 2 GiB" {
	machine big-blocks
	policy
	equal "$(plan --add dimm:4G)" "memory36-39 PNP0C80:00 movable Normal
memory40-41 PNP0C80:01 movable null"
}

@test "a kernel without ZONE_MOVABLE" {
	machine one-dimm
	policy
	for n in 32 33 34 35; do
		echo Normal >"$memory/memory$n/valid_zones"
	done
	awk '/^Node/ { skip = /Movable/ } !skip' "$root/proc/zoneinfo" >"$BATS_TEST_TMPDIR/zoneinfo"
	mv "$BATS_TEST_TMPDIR/zoneinfo" "$root/proc/zoneinfo"
	contains "$(plan)" "memory32-35 PNP0C80:00 movable Normal"
}

@test "holes in the numbers end a row" {
	machine four-dimms
	policy
	rm -r "$memory"/memory3[34] "$root"/sys/devices/system/node/node0/memory3[34]
	contains "$(plan)" "memory32 PNP0C80:00 movable Normal
memory35 PNP0C80:00 movable Normal
memory36-39"
}

@test "without root DIMMs are still known" {
	machine hidden-iomem
	run -0 --separate-stderr ctl plan
	contains "$stderr" "cannot be read"
}
