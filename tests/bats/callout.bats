# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhp-callout: which blocks come online, in which zone and order, and what is left when something fails.

load helpers

dimm_movable="Movable Movable Movable Movable"
dimm_kernel="Normal Normal Normal Normal"
dimm_offline="offline offline offline offline"

# record: that of the one DIMM
record()
{
	cat "$spool/groups/PNP0C80:00"
}

# -- One group

@test "all blocks of a DIMM come online with the first event, the first one and then the last ones first" {
	machine one-dimm
	policy
	run -0 callout memory34
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(writes state)" "memory32/state online_movable
memory35/state online_movable
memory34/state online_movable
memory33/state online_movable"
	equal "$(spooled)" ""
}

@test "the blocks of a virtio-mem device come online in ascending order" {
	machine virtio-mem
	policy
	pending memory{34..37}
	run -0 callout memory35
	equal "$(written_states)" "memory34 memory35 memory36 memory37"
}

@test "of several blocks that are refused the lowest is named" {
	machine one-dimm
	policy
	faults "memory33 EPERM" "memory34 ENOMEM"
	run -1 --separate-stderr callout memory32
	contains "$stderr" "2 blocks stay offline, first memory33: Operation not permitted"
}

@test "the properties of the block are on standard output" {
	machine one-dimm
	policy
	run -0 --separate-stderr callout memory34
	contains "$output" "MEMHP_GROUP=PNP0C80:00
MEMHP_PROVIDER=dimm
MEMHP_ZONE=movable
MEMHP_REASON=fits ratio: M 0M + 512M <= 6164M
MEMHP_OWNER=memhp"
}

@test "one line of the log says what became of a group, and why" {
	machine one-dimm
	policy
	run -0 --separate-stderr callout memory34
	equal "$stderr" "memhp: PNP0C80:00 (dimm, node 0): 512 MiB (4 blocks) online, movable: fits ratio: M 0M + 512M <= 6164M"
}

@test "the record of a group is that of each of its blocks" {
	machine one-dimm
	policy
	run -0 callout memory32
	contains "$(record)" $'\nMEMHP_OUTCOME=512 MiB (4 blocks) online, movable'
	for n in 32 33 34 35; do
		# What came of it is known only after the block's own event.
		holds "$spool/blocks/memory$n" < <(grep -vE "^MEMHP_(OUTCOME|STATE)=" "$spool/groups/PNP0C80:00")
	done
	equal "$(ls "$spool/groups")" PNP0C80:00
	equal "$(echo "$spool"/blocks/*)" "$(echo "$spool"/blocks/memory{32,33,34,35})"
}

@test "events of blocks that are online by then write nothing" {
	machine one-dimm
	policy
	callout memory32
	run -0 --separate-stderr callout memory33
	contains "$output" MEMHP_ZONE=movable MEMHP_OWNER=memhp
	equal "$(written_states)" "memory32 memory35 memory34 memory33"
	equal "$(spooled)" ""
}

@test "a DIMM that does not fit the ratio as a whole goes to a kernel zone as a whole" {
	machine one-dimm
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_kernel"
	contains "$output" MEMHP_ZONE=kernel "exceeds ratio: M 0M + 512M > 409M"
}

@test "a DIMM that is half online gets the same zone for the other half" {
	machine half-online-dimm
	policy
	run -0 callout memory35
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(written_states)" "memory35 memory34"
	contains "$output" "M 256M + 256M <= 6164M"
}

@test "a DIMM that is half in a kernel zone goes there whatever the ratio says" {
	machine half-online-dimm
	set_block memory32 online Normal
	set_block memory33 online Normal
	policy
	run -0 callout memory35
	equal "$(zones 32 35)" "$dimm_kernel"
	contains "$output" "MEMHP_REASON=group already in a kernel zone: 256M of 512M"
}

@test "a DIMM in blocks of 2 GiB" {
	machine big-blocks
	policy
	run -0 callout memory36
	equal "$(zones 36 39)" "$dimm_movable"
	contains "$(record)" "8192 MiB (4 blocks) online"
}

@test "a DIMM on a machine without NUMA and without an e820 map" {
	machine no-numa
	policy
	run -0 callout memory33
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(zones 8 23)" "$(same 16 DMA)"
}

@test "a DIMM on a memory-only node goes to a kernel zone, unless NumaAware=no" {
	machine memory-only-node
	policy
	run -0 callout memory33
	equal "$(zones 32 35)" "$dimm_kernel"
	contains "$output" "MEMHP_REASON=memory-only node 1: 512M, no boot memory for the ratio"

	rm -r "$root"
	machine memory-only-node
	config <<<$'[Policy]\nNumaAware=no'
	policy
	run -0 callout memory33
	equal "$(zones 32 35)" "$dimm_movable"
}

@test "Zone= of the provider is what is written" {
	for zone in movable:online_movable kernel:online_kernel online:online; do
		machine one-dimm
		config <<<$'[Dimm]\nZone='"${zone%:*}"
		policy
		run -0 callout memory32
		equal "$(writes state | sed 's/.* //' | uniq)" "${zone#*:}"
		contains "$output" "MEMHP_ZONE=${zone%:*}" "MEMHP_REASON=fixed by [Dimm]"
		rm -r "$root" "$FAKEKERNEL_LOG"
	done
}

# -- What was decided before

# two_ranges: a DIMM of two ranges, blocks 32 to 35 and 40 to 43, of which the latter are not there yet, and between
# them another DIMM; 1228 MiB may be movable
two_ranges()
{
	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-35 node0 offline "Normal Movable" PNP0C80:00
		blocks 36-39 node0 offline "Normal Movable" PNP0C80:01
		blocks 40-43 node0 offline "Normal Movable" PNP0C80:00
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-11fffffff : System RAM
		| 120000000-13fffffff : System RAM
		| 140000000-15fffffff : System RAM
	END
	config <<<$'[Policy]\nMovableRatio=60'
	policy
	mkdir "$BATS_TEST_TMPDIR/later"
	mv "$memory"/memory4[0-3] "$BATS_TEST_TMPDIR/later"
}

@test "another device between two ranges of a device does not come online with it" {
	two_ranges
	mv "$BATS_TEST_TMPDIR"/later/* "$memory"
	run -0 callout memory41
	equal "$(written_states)" "memory32 memory43 memory42 memory41 memory40 memory35 memory34 memory33"
}

# second_range: the rest of that DIMM is added
second_range()
{
	mv "$BATS_TEST_TMPDIR"/later/* "$memory"
}

@test "a range of a DIMM that is added later follows the first one, though the ratio is used up by then" {
	two_ranges
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	# Somebody else brings movable memory.
	for n in {36..39}; do
		set_block "memory$n" online Movable
	done
	sed -i '/zone  Movable/,/present/ s/present .*/present  262144/' "$root/proc/zoneinfo"
	second_range
	run -0 callout --dry-run memory41
	contains "$output" "MEMHP_ZONE=movable" "MEMHP_REASON=group already movable: 512M of 1024M"
	run -0 callout memory41
	equal "$(zones 40 43)" "$dimm_movable"
	contains "$output" "MEMHP_REASON=group already movable: 512M of 1024M"
}

@test "a range that is added later follows the first one into a kernel zone, though the policy says otherwise now" {
	two_ranges
	config <<<$'[Dimm]\nZone=kernel'
	policy
	callout memory32
	config <<<$'[Dimm]\nZone=movable'
	policy
	second_range
	run -0 callout memory40
	equal "$(zones 32 35) $(zones 40 43)" "$dimm_kernel $dimm_kernel"
	contains "$output" "MEMHP_REASON=group already in a kernel zone: 512M of 1024M"
}

@test "without a record, the later range follows what is online of the device" {
	two_ranges
	callout memory32
	rm -r "$spool/groups" "$spool/blocks"
	for n in {36..39}; do
		set_block "memory$n" online Movable
	done
	sed -i '/zone  Movable/,/present/ s/present .*/present  262144/' "$root/proc/zoneinfo"
	second_range
	run -0 callout memory40
	equal "$(zones 40 43)" "$dimm_movable"
}

@test "a device of which nothing is online any more is decided anew" {
	two_ranges
	callout memory32
	for n in {32..35}; do
		set_block "memory$n" offline "Normal Movable"
	done
	config <<<$'[Policy]\nMovableRatio=0'
	policy
	run -0 callout memory33
	equal "$(zones 32 35)" "$dimm_kernel"
}

@test "a policy that leaves a device leaves its later range as well" {
	two_ranges
	callout memory32
	config <<<$'[Dimm]\nZone=leave'
	policy
	second_range
	run -0 callout memory40
	equal "$(zones 40 43)" "$dimm_offline"
}

@test "a block that the kernel has not linked to its node is not taken for one of node 0, and is left to the sweep" {
	machine one-dimm
	config <<<$'[Node 0]\nZone=movable'
	policy
	rm "$root/sys/devices/system/node/node0"/memory3[2-5] "$memory"/memory3[2-5]/node0
	run -1 --separate-stderr callout memory32
	equal "$(zones 32 35)" "$dimm_offline"
	equal "$(spooled)" memory32
	contains "$stderr" "memory32 is not linked to a node yet"
	for n in {32..35}; do
		ln -s ../../node/node0 "$memory/memory$n/node0"
		ln -s "../../memory/memory$n" "$root/sys/devices/system/node/node0/memory$n"
	done
	run -0 callout --drain
	equal "$(zones 32 35)" "$dimm_movable"
}

@test "a DIMM that ACPI never finishes with is waited for once, not for each block that stands alone" {
	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-39 node0 offline "Normal Movable"
		acpi PNP0C80:00
		file sys/hypervisor/type
		| xen
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-13fffffff : System RAM
	END
	policy
	pending memory{32..39}
	faults hurry
	run -0 callout memory32
	equal "$(zones 32 39)" "$(same 8 Normal)"
	[ "$(pauses | awk '{ sum += $1 } END { print int(sum) }')" -le 5 ]
}

# -- Dax devices as a whole

# dax DEVICE SIZE [STATE]: what sysfs has of it
dax()
{
	local dir=$root/sys/bus/dax/devices/$1

	mkdir -p "$dir"
	echo "$2" >"$dir/size"
	[ $# -lt 3 ] || echo "$3" >"$dir/state"
}

@test "a dax device is onlined when all of its blocks are there" {
	machine cxl-window
	config <<<$'[Cxl]\nZone=movable'
	policy
	dax dax0.0 536870912
	mkdir "$BATS_TEST_TMPDIR/later"
	mv "$memory"/memory8[45] "$BATS_TEST_TMPDIR/later"
	callout memory82 >"$BATS_TEST_TMPDIR/properties" 3>&- &
	sleep 0.3
	equal "$(zones 82 83)" "offline offline"
	mv "$BATS_TEST_TMPDIR"/later/* "$memory"
	wait $!
	equal "$(zones 82 85)" "$dimm_movable"
	equal "$(written_states)" "memory82 memory85 memory84 memory83"
	contains "$(<"$spool/groups/dax0.0")" "512 MiB (4 blocks) online, movable"
}

@test "a dax device of two ranges is judged when the second one is there as well" {
	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-35 node0 offline "Normal Movable"
		blocks 40-43 node0 offline "Normal Movable"
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-11fffffff : dax0.0
		|   100000000-11fffffff : System RAM (kmem)
	END
	config <<<$'[Policy]\nMovableRatio=30\n[Dax]\nZone=auto'
	policy
	dax dax0.0 1073741824
	mkdir "$BATS_TEST_TMPDIR/later"
	mv "$memory"/memory4[0-3] "$BATS_TEST_TMPDIR/later"
	callout memory32 >"$BATS_TEST_TMPDIR/properties" 3>&- &
	sleep 0.3
	mv "$BATS_TEST_TMPDIR"/later/* "$memory"
	printf '%s\n' '140000000-15fffffff : dax0.0' '  140000000-15fffffff : System RAM (kmem)' >>"$root/proc/iomem"
	wait $!
	# 614 MiB may be movable: one of the ranges would fit.
	equal "$(zones 32 35) $(zones 40 43)" "$dimm_kernel $dimm_kernel"
	contains "$(<"$spool/groups/dax0.0")" "exceeds ratio: M 0M + 1024M > 614M"
}

@test "a dax device that is never complete is onlined as far as it is there, and what comes later follows" {
	machine cxl-window
	config <<<$'[Cxl]\nZone=movable'
	policy
	dax dax0.0 536870912
	mkdir "$BATS_TEST_TMPDIR/later"
	mv "$memory/memory85" "$BATS_TEST_TMPDIR/later"
	run -0 callout memory82
	equal "$(zones 82 85)" "Movable Movable Movable -"
	mv "$BATS_TEST_TMPDIR"/later/* "$memory"
	config <<<$'[Cxl]\nZone=kernel'
	policy
	run -0 callout memory85
	equal "$(zones 82 85)" "$dimm_movable"
}

@test "a dax device whose ends are cut to whole blocks is complete" {
	machine pmem-window
	config <<<$'[Dax]\nZone=movable'
	policy
	dax dax0.0 1054867456 # 1006 MiB
	run -0 callout memory33
	equal "$(zones 33 39)" "$(same 7 Movable)"
}

@test "what a dax device refuses is one line, the rest is online, and the sweep tries again" {
	machine cxl-window
	config <<<$'[Device dax0.0]\nZone=movable'
	policy
	dax dax0.0 536870912
	faults "memory83 EBUSY"
	run -1 --separate-stderr callout memory82
	equal "$(zones 82 85)" "Movable offline Movable Movable"
	equal "$(lines "$stderr" "dax0.0: 1 block stays offline, first memory83: Device or resource busy")" 1
	contains "$(<"$spool/groups/dax0.0")" MEMHP_STATE=pending
	faults
	run -0 callout --drain
	equal "$(zones 82 85)" "$dimm_movable"
	contains "$(<"$spool/groups/dax0.0")" MEMHP_STATE=online MEMHP_TRY=1
}

# The kernel of these trees has daxX.Y/state, as 7.3 has.

@test "a dax device whose own state is offline is onlined block by block, and its state is on record" {
	machine cxl-window
	config <<<$'[Cxl]\nZone=movable'
	policy
	dax dax0.0 536870912 offline
	run -0 callout --dry-run memory82
	contains "$output" MEMHP_DAX_STATE=offline
	run -0 callout memory82
	equal "$(zones 82 85)" "$dimm_movable"
	contains "$(<"$spool/groups/dax0.0")" MEMHP_DAX_STATE=offline
	equal "$(<"$root/sys/bus/dax/devices/dax0.0/state")" offline
}

@test "blocks follow the zone that was written to the dax device's own state" {
	for state in online_movable:Movable online_kernel:Normal; do
		machine cxl-window
		config <<<$'[Cxl]\nZone=kernel\n[Device region0]\nZone=auto'
		policy
		dax dax0.0 536870912 "${state%:*}"
		set_block memory82 online "${state#*:}"
		run -0 callout memory84
		equal "$(zones 82 85)" "$(same 4 "${state#*:}")"
		rm -r "$root"
	done
}

@test "nothing is onlined while a dax device is on its way from or to unplugged" {
	machine cxl-window
	config <<<$'[Cxl]\nZone=movable'
	policy
	dax dax0.0 536870912 unplugged
	callout memory82 >"$BATS_TEST_TMPDIR/properties" 3>&- &
	sleep 0.3
	equal "$(zones 82 85)" "$dimm_offline"
	rm -r "$memory"/memory8[2-5]
	wait $!
	equal "$(writes)" ""
}

# -- Several groups

@test "four DIMMs that came at once: each in one zone, and no more movable than the ratio allows" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=60'
	policy
	pending memory{32..47}
	run -0 callout memory47
	equal "$(zones 32 47)" "$dimm_movable $dimm_movable $dimm_kernel $dimm_kernel"
	equal "$(written_states)" "$(echo memory{32,35,34,33,36,39,38,37,40,43,42,41,44,47,46,45})"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:01")" "M 512M + 512M <= 1228M"
	contains "$(<"$spool/groups/PNP0C80:02")" "M 1024M + 512M > 1228M"
}

@test "events that come one after the other get the same zones as events that come at once" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=60'
	policy
	for n in 32 36 40 44; do
		callout memory$n
	done
	equal "$(zones 32 47)" "$dimm_movable $dimm_movable $dimm_kernel $dimm_kernel"
}

@test "groups of which no event came stay offline" {
	machine four-dimms
	policy
	pending memory46
	run -0 callout memory36
	equal "$(zones 32 47)" "$dimm_offline $dimm_movable $dimm_offline $dimm_movable"
}

@test "of a virtio-mem device only the blocks whose events came are onlined" {
	machine virtio-mem
	policy
	pending memory34 memory41
	run -0 callout memory36
	equal "$(zones 34 37)" "Movable offline Movable offline"
	equal "$(zones 40 43)" "offline Movable offline offline"
	contains "$output" MEMHP_GROUP=virtio0 MEMHP_PROVIDER=virtio-mem
}

@test "a virtio-mem device whose blocks exceed the ratio has both zones, as the kernel's own policy has it" {
	machine virtio-mem
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	pending memory{34..37} memory{40..43}
	run -0 callout memory34
	# 409 MiB may be movable, and 20 % of what the device has in a kernel zone: four blocks make room for one more.
	equal "$(zones 34 37) $(zones 40 43)" "$(same 3 Movable) $(same 4 Normal) Movable"
}

@test "of a virtio-mem device the blocks of a range that is left to somebody stay offline, and no others" {
	machine virtio-mem
	config <<<$'[Range 0x110000000-0x117ffffff]\nZone=leave\n[Range 0x128000000-0x12fffffff]\nZone=leave'
	policy
	pending memory{35..37} memory40
	run -0 callout memory34
	equal "$(zones 34 37) $(zones 40 41)" "offline Movable Movable offline Movable offline"
	equal "$(spooled)" ""
}

# -- Left alone

@test "a CXL region waits for daxctl, and every block that an event came of says so" {
	machine cxl-window
	policy
	pending memory82 memory84
	run -0 --separate-stderr callout memory83
	equal "$(zones 82 85)" "$dimm_offline"
	equal "$(writes)" "memory82/uevent change
memory84/uevent change"
	contains "$output" MEMHP_GROUP=dax0.0 MEMHP_PROVIDER=cxl MEMHP_ZONE=leave MEMHP_OWNER=daxctl
	equal "$(spooled)" ""
	for n in 82 83 84 85; do
		contains "$(<"$spool/blocks/memory$n")" MEMHP_OWNER=daxctl
	done
}

@test "that a device is left offline is logged once" {
	machine cxl-window
	policy
	run -0 --separate-stderr callout memory82
	contains "$stderr" "dax0.0 (cxl, node 1): left offline for daxctl: fixed by [Cxl]"
	run -0 --separate-stderr callout memory83
	equal "$stderr" ""
}

@test "a CXL region is recognised where the firmware tells of no window" {
	machine cxl-no-window
	policy
	run -0 callout memory82
	equal "$(zones 82 85)" "$dimm_offline"
	contains "$output" MEMHP_PROVIDER=cxl MEMHP_OWNER=daxctl
}

@test "persistent memory used as RAM waits for daxctl, with and without an NFIT" {
	for name in pmem-window pmem-no-window; do
		machine $name
		policy
		run -0 callout memory33
		equal "$(zones 33 39)" "$(same 7 offline)"
		contains "$output" MEMHP_GROUP=dax0.0 MEMHP_PROVIDER=dax MEMHP_OWNER=daxctl
		rm -r "$root"
	done
}

@test "the three kinds of kmem memory on one machine are told from each other" {
	machine three-windows
	policy
	pending memory33 memory257
	run -0 callout memory2064
	equal "$(zones 33 36) $(zones 257 260) $(zones 2064 2067)" "$dimm_offline $dimm_offline $dimm_offline"
	contains "$(<"$spool/groups/dax0.0")" MEMHP_PROVIDER=dax
	contains "$(<"$spool/groups/dax1.0")" MEMHP_PROVIDER=dax
	contains "$(<"$spool/groups/dax2.0")" MEMHP_PROVIDER=cxl
}

@test "with [Cxl] Zone=movable a region is onlined as a whole" {
	machine cxl-window
	config <<<$'[Cxl]\nZone=movable'
	policy
	run -0 callout memory84
	equal "$(zones 82 85)" "$dimm_movable"
	contains "$output" MEMHP_ZONE=movable MEMHP_OWNER=memhp "fixed by [Cxl]"
}

@test "[Dax] does not rule CXL regions, nor [Cxl] persistent memory" {
	machine three-windows
	config <<<$'[Dax]\nZone=movable'
	policy
	pending memory33 memory257
	run -0 callout memory2064
	equal "$(zones 33 36) $(zones 257 260) $(zones 2064 2067)" "$dimm_movable $dimm_movable $dimm_offline"
}

@test "with [Dimm] Zone=leave a DIMM waits for the administrator" {
	machine one-dimm
	config <<<$'[Dimm]\nZone=leave'
	policy
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_offline"
	contains "$output" MEMHP_ZONE=leave MEMHP_OWNER=administrator
}

@test "memory of an unknown driver is left alone" {
	machine one-dimm
	sed -i 's/^100000000.*/100000000-11fffffff : dev0\n  100000000-11fffffff : System RAM (new)/' "$root/proc/iomem"
	policy
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_offline"
	contains "$output" MEMHP_PROVIDER=other MEMHP_ZONE=leave
}

@test "boot memory that is offline stays so, though the firmware calls it a DIMM" {
	machine boot-only
	policy
	run -0 --separate-stderr callout memory15
	equal "$(zones 15 15)" offline
	equal "$output$stderr" ""
	equal "$(spooled)" ""
	run -0 --separate-stderr callout --dry-run memory15
	contains "$output" MEMHP_PROVIDER=boot MEMHP_ZONE=leave
}

# -- The spool

@test "a callout that finds another one at work leaves its name and is gone; the next one sees to it" {
	machine four-dimms
	policy
	mkdir -p "$spool/pending"
	exec {lock}<"$spool/pending"
	flock -n "$lock"
	run -0 --separate-stderr callout memory32
	equal "$output$stderr" ""
	equal "$(ls "$spool/pending")" memory32
	equal "$(writes)" ""

	exec {lock}<&-
	run -0 callout memory36
	equal "$(zones 32 39)" "$dimm_movable $dimm_movable"
	equal "$(spooled)" ""
}

@test "what is dropped while the leader is at work is done by the same leader" {
	machine four-dimms
	policy
	faults "memory33 pending memory44"
	run -0 callout memory32
	equal "$(zones 32 47)" "$dimm_movable $dimm_offline $dimm_offline $dimm_movable"
	equal "$(spooled)" ""
}

@test "all events of four DIMMs in parallel: no block is lost, none is written twice" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=60'
	policy
	pids=()
	for n in {32..47}; do
		callout "memory$n" >/dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	equal "$(spooled)" ""
	equal "$(written_states | tr ' ' '\n' | sort -V | xargs)" "$(echo memory{32..47})"
	equal "$(zones 32 47 | tr ' ' '\n' | sort | uniq -c | xargs)" "8 Movable 8 Normal"
	for n in 32 36 40 44; do
		equal "$(zones $n $((n + 3)) | tr ' ' '\n' | uniq | wc -l)" 1
	done
}

@test "names in the spool that are no blocks are removed" {
	machine one-dimm
	policy
	pending sda memory memory01 memory-1 memory3x 'memory 4' memory99999999999999999999
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(spooled)" ""
}

@test "names of blocks that are gone, online or boot memory are removed" {
	machine half-online-dimm
	policy
	pending memory999 memory32 memory3
	run -0 callout memory34
	equal "$(written_states)" "memory35 memory34"
	equal "$(spooled)" ""
}

@test "a directory in the spool does no harm" {
	machine one-dimm
	policy
	mkdir -p "$spool/pending"
	mkdir "$spool/pending/memory40x" "$spool/pending/.hidden"
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
}

@test "what a leader had taken when it died is done by the next one" {
	machine four-dimms
	policy
	mkdir -p "$spool/taken"
	touch "$spool/taken/memory40"
	run -0 callout memory32
	equal "$(zones 32 47)" "$dimm_movable $dimm_offline $dimm_movable $dimm_offline"
	equal "$(spooled)" ""
}

@test "a leader that is killed between two blocks loses none" {
	machine four-dimms
	policy
	pending memory{32..39}
	faults "memory34 kill"
	run -137 callout memory32
	equal "$(zones 32 39)" "Movable offline offline Movable $dimm_offline"
	faults
	run -0 callout --drain
	equal "$(zones 32 39)" "$dimm_movable $dimm_movable"
	equal "$(spooled)" ""
}

@test "the blocks of a device that is being onlined are held, each until it has been dealt with" {
	machine four-dimms
	policy
	faults "memory34 wait go"
	callout_until memory34 memory33
	equal "$(ls "$spool/held")" "memory33
memory34"
	touch "$root/go"
	wait $!
	equal "$(zones 32 39)" "$dimm_movable $dimm_offline"
	equal "$(spooled)" ""
}

@test "blocks of a virtio-mem device are not held: only those whose events came are onlined" {
	machine virtio-mem
	policy
	faults "memory41 wait go"
	callout_until memory41 memory41
	equal "$(ls "$spool/held")" ""
	touch "$root/go"
	wait $!
}

@test "where nothing can be held a device is onlined all the same, and nothing is said" {
	machine one-dimm
	policy
	faults "fs run/memhp/held ENOSPC"
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(grep -v ' online, movable: ' <<<"$stderr" || :)" ""
}

@test "a block that takes the place of one that is held is onlined, though its event started nothing" {
	machine one-dimm
	policy
	cp -a "$memory/memory34" "$root/twin"
	faults "memory34 replaced"
	run -0 callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(spooled)" ""
}

@test "what a leader held when it died is done by the next one" {
	machine four-dimms
	policy
	mkdir -p "$spool/held"
	touch "$spool/held/memory40"
	run -0 callout memory32
	equal "$(zones 32 47)" "$dimm_movable $dimm_offline $dimm_movable $dimm_offline"
	equal "$(spooled)" ""
}

@test "records of devices that are gone are removed" {
	machine one-dimm
	policy
	mkdir -p "$spool/groups" "$spool/blocks"
	touch "$spool/groups/PNP0C80:07" "$spool/blocks/memory99"
	run -0 callout memory32
	equal "$(ls "$spool/groups")" PNP0C80:00
	[ ! -e "$spool/blocks/memory99" ]
}

@test "where the spool cannot be used, the block and its group are onlined all the same" {
	machine four-dimms
	policy
	faults "fs run/memhp/pending EIO"
	run -0 --separate-stderr callout memory33
	equal "$(zones 32 39)" "$dimm_movable $dimm_offline"
	contains "$stderr" "cannot use /run/memhp/pending: Input/output error" memory33
}

# -- Failures

@test "a block that is refused for now keeps its name, and a sweep onlines it" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory34 ENOMEM"
	run -1 --separate-stderr callout memory32
	equal "$(zones 32 35)" "Movable Movable offline Movable"
	equal "$(spooled)" memory34
	contains "$stderr" "PNP0C80:00: 1 block stays offline, first memory34: Cannot allocate memory"
	contains "$(record)" "384 MiB (3 blocks) online, movable" \
		"first memory34: Cannot allocate memory"

	faults
	run -0 callout --drain
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(spooled)" ""
}

@test "a block that is refused for now is not forgotten though its own event is over" {
	machine one-dimm
	policy
	faults "memory34 ENOMEM"
	run -1 callout memory32
	faults
	run -0 callout --drain
	equal "$(zones 32 35)" "$dimm_movable"
}

@test "a sweep tries again by itself" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory34 EPERM 1"
	run -0 --separate-stderr callout --drain
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(spooled)" ""
	equal "$(lines "$stderr" "stays offline")" 1
}

@test "a device whose refused block somebody else onlined is on record as online when the next leader comes by" {
	machine one-dimm
	policy
	faults "memory34 ENOMEM"
	run -1 callout memory32
	faults
	set_block memory34 online Movable
	run -0 --separate-stderr callout --drain
	contains "$stderr" "PNP0C80:00 (dimm, node 0): 512 MiB (4 blocks) online, movable: fits ratio"
	contains "$(record)" MEMHP_STATE=online "MEMHP_OUTCOME=512 MiB (4 blocks) online, movable"
	lacks "$(record)" "stays offline"
	equal "$(spooled)" ""
}

@test "a device whose refused block is gone is on record as online when the next leader comes by" {
	machine one-dimm
	policy
	faults "memory34 ENOMEM"
	run -1 callout memory32
	faults
	rm -r "$memory/memory34"
	run -0 callout --drain
	contains "$(record)" MEMHP_STATE=online "MEMHP_OUTCOME=384 MiB (3 blocks) online, movable"
	equal "$(spooled)" ""
}

@test "a device that waits for another block stays on record as pending, whatever other names come by" {
	machine one-dimm
	policy
	faults "memory34 ENOMEM" hurry
	run -1 callout memory32
	pending memory33 memory35
	run -1 callout memory34
	contains "$(record)" MEMHP_STATE=pending "first memory34: Cannot allocate memory"
	equal "$(spooled)" memory34
}

@test "a block that is refused is not tried twice in one event" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory34 EPERM"
	run -1 callout memory34
	equal "$(written_states)" "memory32 memory35 memory34 memory33"
}

@test "poisoned memory is not tried again" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory34 EHWPOISON"
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "Movable Movable offline Movable"
	equal "$(spooled)" ""
	contains "$stderr" "1 block stays offline, first memory34: Memory page has hardware error"
	run -0 callout --drain
	equal "$(written_states)" "memory32 memory35 memory34 memory33"
}

@test "a DIMM of which every block is refused is not called online" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory32 ENOMEM" "memory33 ENOMEM" "memory34 ENOMEM" "memory35 ENOMEM"
	run -1 --separate-stderr callout memory32
	equal "$(spooled)" "memory32 memory33 memory34 memory35"
	lacks "$(record)$stderr" "online, movable"
	contains "$stderr" "PNP0C80:00: 4 blocks stay offline, first memory32: Cannot allocate memory"
}

@test "somebody else who was first, in another zone, is warned of" {
	machine one-dimm
	policy
	faults "memory33 foreign Normal"
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "Movable Normal Movable Movable"
	contains "$stderr" "somebody else onlined 1 of its blocks in another zone"
	contains "$(record)" "512 MiB (4 blocks) online, 3 of them movable"
	equal "$(spooled)" ""
}

@test "somebody else who was first, in the same zone, is no news" {
	machine one-dimm
	policy
	faults "memory33 foreign Movable"
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	lacks "$stderr" "somebody else"
	contains "$(record)" "512 MiB (4 blocks) online, movable"
}

@test "zones that memhp itself mixes in a device are not blamed on somebody else" {
	machine virtio-mem
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	pending memory{34..37}
	faults "memory35 foreign Movable"
	run -0 --separate-stderr callout memory34
	equal "$(zones 34 37)" "$(same 3 Movable) Normal"
	lacks "$stderr" "somebody else"
}

@test "a block that goes away while its group is onlined is no error" {
	machine one-dimm
	policy
	pending memory{32..35}
	faults "memory33 gone"
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "Movable - Movable Movable"
	equal "$(spooled)" ""
	lacks "$stderr" memory33
}

@test "without a policy the defaults apply, with one warning" {
	machine four-dimms
	pending memory{32..47}
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 47)" "$(same 16 Movable)"
	equal "$(lines "$stderr" "built-in defaults apply")" 1
	contains "$stderr" "/run/memhp/policy is missing"
}

@test "of a damaged policy nothing is believed" {
	machine one-dimm
	config <<<$'[Dimm]\nZone=kernel'
	policy
	sed -i '$d' "$spool/policy" # the end mark
	run -0 --separate-stderr callout memory32
	equal "$(zones 32 35)" "$dimm_movable"
	equal "$(lines "$stderr" "/run/memhp/policy is damaged, built-in defaults apply")" 1
}

@test "without a record of boot memory the firmware's map is read" {
	machine boot-only
	mkdir -p "$spool"
	run -0 callout memory15
	equal "$(zones 15 15)" offline
}

@test "a rule that has outlived memhp.service does nothing" {
	machine one-dimm
	before=$(tree "$root")
	run -0 --separate-stderr callout memory32
	equal "$output" ""
	contains "$stderr" "memhp is not in force, nothing done"
	run -0 callout --drain
	equal "$(tree "$root")" "$before"
}

@test "a block that is not there: status 4" {
	machine one-dimm
	policy
	run -4 --separate-stderr callout memory36
	equal "$stderr" "memhp: memory36 is not there (unplugged again?)"
	equal "$(spooled)" ""
}

@test "a kernel without memory hotplug: status 3" {
	machine no-hotplug
	run -3 callout memory32
	contains "$output" "this kernel has no memory hotplug"
	run -3 callout --drain
	run -3 callout --dry-run memory32
}

@test "hidden addresses: status 5, nothing is guessed, and the name stays" {
	machine hidden-iomem
	policy
	run -5 --separate-stderr callout memory32
	contains "$stderr" "addresses in /proc/iomem are hidden: this needs root"
	equal "$(zones 32 35)" "$dimm_offline"
	equal "$(spooled)" memory32
	run -5 callout --dry-run memory32
}

@test "a root that is not there: status 5" {
	run -5 callout memory32
	contains "$output" "cannot open $root: No such file or directory"
}

# -- Options

@test "--dry-run says what would be done and changes nothing" {
	machine one-dimm
	policy
	before=$(tree "$root")
	run -0 --separate-stderr callout --dry-run memory33
	equal "$output" "MEMHP_GROUP=PNP0C80:00
MEMHP_PROVIDER=dimm
MEMHP_ZONE=movable
MEMHP_REASON=fits ratio: M 0M + 512M <= 6164M
MEMHP_OWNER=memhp"
	equal "$(tree "$root")" "$before"
	equal "$(writes)" ""
}

@test "--dry-run does not wait for a leader" {
	machine one-dimm
	policy
	mkdir -p "$spool/pending"
	exec {lock}<"$spool/pending"
	flock -n "$lock"
	run -0 callout --dry-run memory33
	contains "$output" MEMHP_ZONE=movable
}

@test "--drain does what is pending, and nothing else" {
	machine four-dimms
	policy
	run -0 --separate-stderr callout --drain
	equal "$output$stderr" ""
	equal "$(zones 32 47)" "$(same 16 offline)"
	pending memory33 memory40
	run -0 callout --drain
	equal "$(zones 32 47)" "$dimm_movable $dimm_offline $dimm_movable $dimm_offline"
	equal "$(spooled)" ""
}

@test "--queue leaves a block to the sweep, and does nothing else" {
	machine one-dimm
	policy
	run -0 --separate-stderr callout --queue memory33
	equal "$output$stderr" ""
	equal "$(spooled)" memory33
	equal "$(zones 32 35)" "$dimm_offline"
	run -0 callout --drain
	equal "$(zones 32 35)" "$dimm_movable"
	faults "fs run/memhp/pending EROFS"
	run -1 --separate-stderr callout --queue memory33
	equal "$stderr" "memhp: cannot put memory33 into /run/memhp/pending: Read-only file system"
}

@test "--help and --version" {
	answers_help_and_version memhp-callout
}

@test "wrong use: status 2, one line, and nothing is touched" {
	machine one-dimm
	before=$(tree "$root")
	for name in "" memory sda memory01 memory-1 +memory1 memory3x ' memory32' 'memory32 ' \
		../memory/memory32 memory32/ memory32/.. memory32/../memory33 . .. $'memory32\n' \
		"memory$(printf '3%.0s' {1..200})" memory99999999999999999999; do
		run -2 callout "$name"
		equal "$output" "memhp: \"$name\" is no memory block; allowed: memoryN, N a decimal number"
		run -2 callout --queue "$name"
	done
	run -2 callout
	run -2 callout memory32 memory33
	run -2 callout --drain memory32
	run -2 callout --queue
	run -2 callout --queue --dry-run memory32
	run -2 callout --queue --drain
	run -2 callout --drain --dry-run
	equal "$output" "memhp: expected the name of one memory block, or --drain alone; see --help"
	run -2 callout --nonsense memory32
	equal "$(tree "$root")" "$before"
}
