# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Kinds of memory that the test machine cannot have. The trees are not captured: they are built from the layouts that
# the kernel's drivers and Documentation/ABI describe.

load helpers.bash

# explain BLOCK: what --dry-run says of it, a word each: provider, zone, owner
explain()
{
	callout --dry-run "$1" | sed -nE 's/^MEMHP_(PROVIDER|ZONE|OWNER)=//p' | xargs
}

# other_arch ARCH: a machine of 2 GiB without an e820 map, with two blocks that are offline behind it
other_arch()
{
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-9 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| $1
		iomem
		| 00000000-7fffffff : System RAM
		$2
	END
	policy
}

# x86 [LINE...]: a machine of 2 GiB with a block that no device claims, and more lines of its table
x86()
{
	{
		cat <<-END
			block_size 128M
			e820 0x0 0x7fffffff ram
			blocks 0-15 node0 online Normal
			blocks 32 node0 offline "Normal Movable"
			file proc/sys/kernel/arch
			| x86_64
		END
		[ $# -eq 0 ] || printf '%s\n' "$@"
		cat <<-END
			iomem
			| 00000000-7fffffff : System RAM
			| 100000000-107ffffff : System RAM
		END
	} | machine
	policy
}

@test "standby memory of s390 before 6.19 has no entry while it is offline, and is left alone" {
	other_arch s390x ""
	equal "$(explain memory8)" "standby leave administrator"
}

@test "standby memory of s390 since 6.19 is there once it is configured, and is left alone" {
	other_arch s390x "| 80000000-9fffffff : System RAM"
	mkdir -p "$root/sys/firmware/memory/memory8"
	echo 1 >"$root/sys/firmware/memory/memory8/config"
	equal "$(explain memory8)" "standby leave administrator"
}

@test "memory of a ppc64 partition is the kernel's" {
	other_arch ppc64le "| 80000000-9fffffff : System RAM"
	equal "$(explain memory8)" "dlpar leave kernel"
}

@test "memory that Xen adds goes to a kernel zone" {
	x86 "file sys/hypervisor/type" "| xen"
	equal "$(explain memory32)" "balloon kernel memhp"
}

@test "memory that Hyper-V adds goes to a kernel zone" {
	x86 "file sys/bus/vmbus/drivers_autoprobe" "| 1"
	equal "$(explain memory32)" "balloon kernel memhp"
}

@test "memory written to probe goes by the ratio" {
	x86 "file sys/devices/system/memory/probe" "|"
	equal "$(explain memory32)" "probe movable memhp"
}

@test "a DIMM whose device is not known is the extent of its entry" {
	x86 "acpi PNP0C80:00"
	equal "$(explain memory32)" "dimm movable memhp"
	contains "$(callout --dry-run memory32)" "MEMHP_GROUP=ram-100000000"
}

@test "memory that nothing explains is left alone" {
	x86
	equal "$(explain memory32)" "other leave administrator"
}

@test "without a name a dry run has a line for each block that is offline" {
	machine four-dimms
	policy
	run -0 callout --dry-run
	equal "${#lines[@]}" 16
	equal "${lines[0]}" "memory32 PNP0C80:00 movable fits ratio: M 0M + 512M <= 6164M"
}
