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

# standby: the machine of s390 since 6.19, with two blocks that are configured, of which the first carries its own page
# array
standby()
{
	local n

	other_arch s390x "| 80000000-9fffffff : System RAM"
	mkdir -p "$root"/sys/firmware/memory/memory{8,9} "$root/sys/module/memory_hotplug/parameters"
	for n in 8 9; do
		echo 1 >"$root/sys/firmware/memory/memory$n/config"
		echo $((9 - n)) >"$root/sys/firmware/memory/memory$n/memmap_on_memory"
	done
	echo Y >"$root/sys/module/memory_hotplug/parameters/memmap_on_memory"
	echo 6.19.0 >"$root/proc/sys/kernel/osrelease"
}

@test "standby memory of s390 since 6.19 is there once it is configured, and is left alone" {
	standby
	equal "$(explain memory8)" "standby leave administrator"
	equal "$(ctl explain --json memory8 | jq -r '.block[0].self_hosted')" yes
	equal "$(ctl explain --json memory9 | jq -r '.block[0].self_hosted')" no
	rm "$root/sys/firmware/memory/memory8/memmap_on_memory"
	equal "$(ctl explain --json memory8 | jq -r '.block[0].self_hosted')" unknown
}

@test "standby memory of s390 that carries its own page array is exempt from the ratio, block by block" {
	config <<<$'[Policy]\nMovableRatio=5\n[Standby]\nZone=auto'
	standby
	equal "$(explain memory8) $(explain memory9)" "standby movable memhp standby kernel memhp"
	equal "$(ctl explain --json memory8 | jq -r '.checks[-1] | "\(.answer), \(.numbers): \(.then)"')" \
		"yes, memory8/memmap_on_memory is 1: movable"
	equal "$(ctl explain --json memory9 | jq -r '.checks[2] | "\(.answer), \(.numbers): \(.then)"')" \
		"no, memory9/memmap_on_memory is 0: go on"
	config <<<$'[Policy]\nSelfHostedMemmap=count\n[Standby]\nZone=auto'
	policy
	equal "$(ctl explain --json memory8 | jq -r '.checks[2].numbers')" \
		"memory8/memmap_on_memory is 1, SelfHostedMemmap=count"
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
