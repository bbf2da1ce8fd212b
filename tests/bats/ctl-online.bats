# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl online: what waits comes online as the policy says, and no other block is touched.

load helpers

# in_force [MACHINE]: memhp.service is active there
in_force()
{
	machine "$@"
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
}

@test "all that waits comes online, in the zone that the policy says" {
	in_force four-dimms
	run -0 ctl online
	for block in $(cd "$memory" && echo memory[0-9]*); do
		equal "$(<"$memory/$block/state")" online
	done
	[ -n "$(written_states)" ]
	equal "$(spooled)" ""
	contains "$output" "PNP0C80:00 (dimm, node 0)" "online"
}

@test "with a device only its blocks come online" {
	in_force four-dimms
	device=$(basename "$(readlink "$memory/memory36/firmware_node")")
	before=$(grep -l offline "$memory"/memory*/state | wc -l)
	run -0 ctl online "$device"
	for block in $(written_states); do
		equal "$(basename "$(readlink "$memory/$block/firmware_node")")" "$device"
	done
	equal "$(<"$memory/memory36/state")" online
	[ "$(grep -l offline "$memory"/memory*/state | wc -l)" -lt "$before" ]
	grep -q offline "$memory"/memory*/state
}

@test "a block stands for its device" {
	in_force one-dimm
	run -0 ctl online memory34
	equal "$(zones 32 35)" "$(same 4 Movable)"
}

@test "blocks of a virtio-mem device come online though no event of theirs is pending" {
	in_force virtio-mem
	run -0 ctl online virtio0
	equal "$(written_states)" "memory34 memory35 memory36 memory37 memory40 memory41 memory42 memory43"
	equal "$(cat "$memory"/memory{34..37}/state | uniq)" online
}

@test "a device may be named by its alias" {
	config <<<$'[Cxl]\nZone=movable' 
	mkdir -p "$root"
	in_force cxl-window
	run -0 ctl online region0
	equal "$(zones 82 85)" "$(same 4 Movable)"
}

@test "a range of blocks that status shows may be named" {
	config <<<$'[Standby]\nZone=auto'
	in_force <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-15 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
	END
	equal "$(ctl status groups -rn -o device)" memory8-memory15
	run -0 ctl online memory10-11
	equal "$(zones 8 15)" "offline offline Movable Movable $(same 4 offline)"
	run -0 ctl online memory10-memory11
	equal "$output" "memory10-memory11: all blocks are online"
	run -0 ctl online memory8-memory15
	equal "$(zones 8 15)" "$(same 8 Movable)"
}

@test "memory that is left to daxctl stays offline, and the command is named" {
	in_force cxl-window
	run -1 ctl online dax0.0
	equal "$output" "memhpctl: dax0.0 is left to daxctl: daxctl online-memory dax0.0, or Zone=movable in [Cxl]"
	equal "$(zones 82 85)" "$(same 4 offline)"
	equal "$(writes)" ""
	run -0 ctl online
	equal "$output" "no block waits"
	equal "$(zones 82 85)" "$(same 4 offline)"
}

@test "memory that is left to the administrator has a command for all of it" {
	config <<<$'[Dimm]\nZone=leave'
	in_force one-dimm
	run -1 ctl online memory33
	equal "$output" "memhpctl: PNP0C80:00 is left to administrator: chmem -e 0x100000000-0x11fffffff, or Zone= in [Dimm]"
}

@test "where nothing waits that is said, and nothing written" {
	in_force boot-only
	run -0 ctl online
	equal "$output" "no block waits"
	run -0 ctl --quiet online
	equal "$output" ""
	equal "$(writes)" ""
}

@test "a device that is not there is an error" {
	in_force one-dimm
	for name in PNP0C80:07 memory7 memory4000 memory0-7 memory33-32 /dev/null ""; do
		run -66 ctl online "$name"
		contains "$output" "\"$name\" is no device or block that was hot-plugged"
	done
	equal "$(writes)" ""
}

@test "blocks that the kernel refuses for now stay in the spool, and the exit status tells" {
	in_force one-dimm
	faults "memory33 ENOMEM"
	run -1 ctl online
	contains "$output" "memhpctl: 1 of 4 blocks stay offline" "memory33: Cannot allocate memory"
	equal "$(zones 32 35)" "Movable offline Movable Movable"
	equal "$(spooled)" memory33
}

@test "blocks that the kernel refuses for good are told as well" {
	in_force one-dimm
	faults "memory33 EHWPOISON"
	run -1 ctl online PNP0C80:00
	contains "$output" "1 of 4 blocks stay offline"
	equal "$(spooled)" ""
}

@test "names that come while a device is onlined are not lost" {
	in_force four-dimms
	other=$(basename "$(dirname "$(grep -l offline "$memory"/memory*/state | sort -V | tail -n 1)")")
	faults "memory32 pending $other"
	run -0 ctl online memory32
	equal "$(<"$memory/$other/state")" online
	equal "$(spooled)" ""
}

@test "unplugged meanwhile is no error" {
	in_force one-dimm
	faults "memory33 gone"
	run -0 ctl online
	equal "$(zones 32 35)" "Movable - Movable Movable"
}

@test "without memhp.service nothing is onlined" {
	machine one-dimm
	run -69 ctl online
	equal "$output" "memhpctl: memhp is not in force: systemctl start memhp"
	equal "$(writes)" ""
}

@test "without memory hotplug in the kernel it says so" {
	machine no-hotplug
	run -69 ctl online
	contains "$output" "no memory hotplug"
}

@test "on a terminal the blocks are counted while they come online" {
	in_force one-dimm
	run -0 script -qec "LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so $(program memhpctl) --root $root online" /dev/null
	contains "$output" "of 4 blocks, " "of 0.5 GiB" "PNP0C80:00 (dimm, node 0): 512 MiB (4 blocks) online, movable"
	equal "$(zones 32 35)" "$(same 4 Movable)"
}
