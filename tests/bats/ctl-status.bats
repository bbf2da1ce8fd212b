# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl status says of machines, captured or made up.

load helpers.bash

# field FILTER: what jq finds in the JSON of status, compact
field()
{
	ctl status --json | jq -c "$1"
}

# text: status for people, without line breaks
text()
{
	ctl status | paste -sd' '
}

@test "one object has policy, nodes, groups and namespaces" {
	machine one-dimm
	policy
	equal "$(field 'keys_unsorted')" '["policy","nodes","groups","namespaces"]'
	equal "$(field '.namespaces')" '[]'
	equal "$(field '.policy | length')" 1
}

@test "every key is there, whatever its value" {
	machine one-dimm
	policy
	equal "$(field '.policy[0] | keys_unsorted | join(" ")')" \
		'"in_force onliner ratio numa_aware auto_online block_size origin why memory_only_nodes self_hosted_memmap kernel_credit kernel_reserve kernel_policy early kernel movable cma ratio_now headroom"'
	equal "$(field '.nodes[0] | keys_unsorted | join(" ")')" \
		'"node early kernel movable cma offline ratio allowed headroom headroom_blocks boot_offline"'
	equal "$(field '.groups[0] | keys_unsorted | join(" ")')" \
		'"device provider node range size blocks state zone removable pinned_by owner command reason alias start end online offline recorded outcome progress verdict pins pending retry try beside"'
}

@test "the policy that is in force is told from one that would be" {
	machine one-dimm
	config <<-END
		[Policy]
		MovableRatio=100
	END
	equal "$(field '.policy[] | [.in_force, .onliner, .ratio, .origin]')" '[false,"others",100,"/etc/memhp.conf"]'
	policy
	config </dev/null
	equal "$(field '.policy[] | [.in_force, .onliner, .ratio, .origin]')" '[true,"memhp",100,"/etc/memhp.conf"]'
	contains "$(text)" "memhp onlines new memory (Onliner=udev)."
}

@test "what Onliner=auto came to is said, and why" {
	local name

	for name in cxl-window virtio-mem; do
		rm -rf "$root"
		machine "$name"
		config <<<$'[Policy]\nOnliner=auto'
		install -D -m 644 /dev/stdin "$root/sys/module/memory_hotplug/parameters/online_policy" <<<contig-zones
		policy
		text >"$BATS_TEST_TMPDIR/$name"
	done
	contains "$(<"$BATS_TEST_TMPDIR/cxl-window")" "memhp onlines new memory (Onliner=auto: udev onlines, since"
	contains "$(<"$BATS_TEST_TMPDIR/virtio-mem")" "The kernel onlines new memory (Onliner=auto: the kernel onlines"
}

@test "where memhp is not in force the kernel may be who onlines" {
	machine one-dimm
	echo online_movable >"$memory/auto_online_blocks"
	equal "$(field '.policy[] | [.onliner, .auto_online]')" '["kernel","online_movable"]'
	equal "$(field '.groups[].owner')" '"kernel"'
	contains "$(text)" "The kernel onlines new memory"
}

@test "nodes have what zones hold, and how much movable memory still fits" {
	machine half-online-dimm
	policy
	equal "$(field '.nodes[] | [.node, .early, .kernel, .movable, .offline, .ratio, .allowed]')" \
		"[0,$((2 << 30)),0,$((256 << 20)),$((256 << 20)),12,301]"
	# 301 % of 2 GiB are 6164 MiB, of which 256 are taken: 46 blocks of 128 MiB
	equal "$(field '.nodes[] | [.headroom, .headroom_blocks]')" "[$((46 * 128 << 20)),46]"
}

@test "boot memory that is offline is counted, and told apart" {
	machine half-online-dimm
	policy
	set_block memory7 offline "Normal Movable"
	set_block memory9 offline "Normal Movable"
	equal "$(field '.nodes[] | [.offline, .boot_offline]')" "[$((512 << 20)),$((256 << 20))]"
	contains "$(text)" "256M of boot memory is offline, which memhp never touches."
	contains "$(ctl metrics)" 'memhp_memory_bytes{node="0",zone="offline"} 536870912'
	rm -rf "$root"
	machine no-numa
	policy
	set_block memory9 offline "Normal Movable"
	equal "$(field '.nodes[] | [.node, .boot_offline]')" "[0,$((128 << 20))]"
	set_block memory9 online DMA
	lacks "$(text)" "boot memory is offline"
}

@test "CMA counts as movable" {
	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		zone node0 Normal 2G cma 512M
	END
	policy
	equal "$(field '.nodes[] | [.early, .movable, .cma, .ratio]')" "[$((1536 << 20)),0,$((512 << 20)),33]"
}

@test "a node without early memory has no ratio and no headroom" {
	machine memory-only-node
	policy
	equal "$(field '.nodes[1] | [.node, .early, .ratio, .headroom]')" '[1,0,null,0]'
	equal "$(field '.policy[].headroom')" "$((6 << 30))"
}

@test "a policy without limit has no headroom" {
	machine one-dimm
	config <<-END
		[Dimm]
		Zone=movable
	END
	policy
	equal "$(field '.nodes[] | [.headroom, .headroom_blocks]')" '[null,null]'
	contains "$(text)" "no limit"
}

@test "a device that waits has the verdict of now, who has to online it, and how" {
	machine one-dimm
	policy
	equal "$(field '.groups[] | [.device, .provider, .node, .size, .state, .zone, .reason, .recorded]')" \
		'["PNP0C80:00","dimm",0,536870912,"offline",null,"fits ratio: M 0M + 512M <= 6164M",false]'
	equal "$(field '.groups[] | [.verdict, .owner, .command]')" '["movable","memhp","memhpctl online PNP0C80:00"]'
	equal "$(field '.groups[] | [.range, .start, .end, .blocks, .online, .offline]')" \
		'["0x100000000-0x11fffffff",4294967296,4831838207,4,0,4]'
}

@test "devices that wait are judged one after the other" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=50'
	policy
	equal "$(field '.groups[] | [.device, .verdict, .reason]' | tail -n 2)" \
'["PNP0C80:02","kernel","exceeds ratio: M 1024M + 512M > 1024M"]
["PNP0C80:03","kernel","exceeds ratio: M 1024M + 512M > 1024M"]'
	# They count for nothing yet.
	equal "$(field '.nodes[] | [.movable, .headroom_blocks]')" '[0,8]'
	equal "$(field '.groups[] | [.state, .offline]' | sort -u)" '["offline",4]'
}

@test "blocks of one device may have verdicts that differ" {
	machine virtio-mem
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	equal "$(field '.groups[] | [.verdict, .owner, .command]')" '["mixed","memhp","memhpctl online virtio0"]'
	equal "$(field '.groups[].reason')" \
		'"4 kernel: exceeds ratio: M 384M + 128M > 486M; 4 movable: fits ratio: M 384M + 128M <= 512M"'
}

@test "a decision that was taken keeps its reason" {
	machine four-dimms
	config <<-END
		[Policy]
		MovableRatio=50
	END
	policy
	pending memory32 memory36 memory40 memory44
	callout --drain
	equal "$(field '.groups[] | [.device, .state, .zone, .removable, .reason, .recorded, .owner, .command]' | sed -n '1p;4p')" \
'["PNP0C80:00","online","movable",true,"fits ratio: M 0M + 512M <= 1024M",true,null,null]
["PNP0C80:03","online","kernel",false,"exceeds ratio: M 1024M + 512M > 1024M",true,null,null]'
}

@test "blocks that are online in a kernel zone pin a device, those that are offline do not" {
	machine one-dimm
	policy
	equal "$(field '.groups[] | [.removable, .pins, .pinned_by]')" '[true,0,null]'
	set_block memory32 online Movable
	set_block memory33 online Normal
	set_block memory35 online Normal
	equal "$(field '.groups[] | [.state, .zone, .removable, .pins, .pinned_by]')" '["partly","both",false,2,"memory33,35"]'
	set_block memory34 online none
	equal "$(field '.groups[] | [.state, .pins, .pinned_by]')" '["online",3,"memory33-35"]'
}

@test "a list of pins that is too long ends with dots" {
	local n

	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 1000-1099 node0 online Movable PNP0C80:00
		iomem
		| 00000000-7fffffff : System RAM
		| 1f40000000-225fffffff : System RAM
	END
	policy
	for ((n = 1000; n < 1100; n += 2)); do
		set_block "memory$n" online Normal
	done
	equal "$(field '.groups[] | [.pins, (.pinned_by | test("^memory1000,1002,[0-9,]*,\\.\\.\\.$"))]')" '[50,true]'
}

@test "memory that is daxctl's comes with both ways out, and its size" {
	machine cxl-window
	policy
	equal "$(field '.groups[] | [.device, .alias, .provider, .owner, .command]')" \
		'["dax0.0","region0","cxl","daxctl","daxctl online-memory dax0.0"]'
	contains "$(text)" "512M of CXL memory (dax0.0) waits for daxctl." '"daxctl online-memory dax0.0"' 'Zone=movable in [Cxl]'
	set_block memory82 online Movable
	contains "$(text)" "384M of CXL memory"
	for n in 83 84 85; do
		set_block "memory$n" online Movable
	done
	lacks "$(text)" "waits"
}

@test "the command of each device that waits is told" {
	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 82-85 node1 offline "Normal Movable"
		blocks 90-93 node1 offline "Normal Movable"
		cedt 0x290000000 0x100000000
		iomem
		| 00000000-7fffffff : System RAM
		| 290000000-38fffffff : CXL Window 0
		|   290000000-2afffffff : region0
		|     290000000-2afffffff : dax0.0
		|       290000000-2afffffff : System RAM (kmem)
		|   2d0000000-2efffffff : region1
		|     2d0000000-2efffffff : dax1.0
		|       2d0000000-2efffffff : System RAM (kmem)
	END
	policy
	run -0 ctl status
	contains "$output" "1G of CXL memory (2 devices) waits for daxctl." \
		"
  daxctl online-memory dax0.0                512M
  daxctl online-memory dax1.0                512M
"
}

@test "what is offline though memhp is to online it, and does not wait, is told" {
	machine four-dimms
	policy
	contains "$(text)" '2G of memory (4 devices) is offline that memhp is to online: "memhpctl online" does it.'
	pending memory32 memory36 memory40
	contains "$(text)" '512M of memory (PNP0C80:03) is offline that memhp is to online: "memhpctl online PNP0C80:03" does it.'
	pending memory44
	lacks "$(text)" "is offline that"
}

@test "of a device that the kernel refuses it is seen which try that was, and what has come of it" {
	machine one-dimm
	policy
	pending memory32
	faults hurry "memory33 EPERM" "pause 3 kill"
	run -137 callout --drain
	equal "$(field '.groups[] | [.progress, .retry, .try, .outcome]')" \
		'["pending",1,3,"384 MiB (3 blocks) online, movable; 1 block stays offline, first memory33: Operation not permitted"]'
	contains "$(text)" "1 block of PNP0C80:00 waits to be onlined by memhp, which the kernel has refused before, the last time in try 3 of the sweep."
	run -0 ctl metrics
	contains "$output" 'memhp_spool_blocks{state="retry"} 1' 'memhp_retries_total 2' 'memhp_blocks_refused_total 3'
	faults
	callout --drain
	equal "$(field '.groups[] | [.progress, .retry, .try, .outcome]')" '["online",0,1,"512 MiB (4 blocks) online, movable"]'
}

@test "what the spool has is told from what was refused before" {
	machine four-dimms
	policy
	pending memory32 memory33
	mkdir "$spool/taken"
	touch "$spool/taken/memory44"
	equal "$(field '.groups[] | [.pending, .retry]' | paste -sd' ')" '[2,0] [0,0] [0,0] [0,1]'
	contains "$(text)" "2 blocks of PNP0C80:00 wait to be onlined by memhp." \
		"1 block of PNP0C80:03 waits to be onlined by memhp, which the kernel has refused before."
}

@test "persistent memory is shown with what it holds" {
	persistent_memory
	ext4 pmem0 archive
	policy
	equal "$(field '.namespaces[] | [.namespace, .mode, .size, .device, .holds, .label, .dax, .ram, .region, .node]')" \
'["namespace0.0","fsdax",268435456,"pmem0","ext4","archive",true,false,"region0",null]
["namespace0.1","devdax",805306368,"dax0.0","memory",null,null,true,"region0",1]'
	equal "$(field '.namespaces[0] | [.type, .usage, .uuid, .partitions]')" \
		'["ext4","filesystem","01020304-0506-0708-090a-0b0c0d0e0f10",null]'
}

@test "memory beside data is marked" {
	persistent_memory
	policy
	dd if=/dev/zero of="$root/dev/pmem0" bs=1M count=1 status=none
	equal "$(field '[.namespaces[].beside, .groups[].beside]')" '[null,null,null]'
	equal "$(field '.namespaces[0].holds')" '"nothing known"'
	ext4 pmem0 archive
	equal "$(field '[.namespaces[].beside, .groups[].beside]')" '[null,"namespace0.0","namespace0.0"]'
	contains "$(text)" "dax0.0 lies in the same persistent memory as namespace0.0, which holds data (ext4)."
}

@test "a partition table is data, too" {
	persistent_memory
	policy
	python3 - "$root/dev/pmem0" <<-END
		import struct, sys
		disk = bytearray(4 << 20)
		disk[446:462] = struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0x83, 0, 1, 0, 2048, 4096)
		disk[510:512] = b"\x55\xaa"
		open(sys.argv[1], "wb").write(disk)
	END
	equal "$(field '.namespaces[0] | [.holds, .type, .partitions]')" '["dos partitions",null,"dos"]'
	equal "$(field '.groups[].beside')" '"namespace0.0"'
}

@test "a device that was not captured is no error" {
	persistent_memory
	policy
	equal "$(field '.namespaces[0] | [.holds, .type]')" '["not captured",null]'
}

@test "who may not see addresses gets names from records" {
	machine virtio-mem
	policy
	pending memory34 memory35 memory36 memory37 memory40 memory41 memory42 memory43
	callout --drain
	sed -i 's/[0-9a-f]*-[0-9a-f]* :/00000000-00000000 :/' "$root/proc/iomem"
	run -0 --separate-stderr ctl status --json
	equal "$(jq -c '.groups[] | [.device, .provider, .blocks, .zone]' <<<"$output")" '["virtio0","virtio-mem",8,"movable"]'
	# shellcheck disable=SC2154 # set by run
	contains "$stderr" "addresses in /proc/iomem cannot be read" "devices may go unnamed"
	equal "$(lines "$stderr" "")" 1
}

@test "blocks that stand alone are one row where they are alike" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-39 node0 offline "Normal Movable"
		blocks 41-42 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
	END
	policy
	equal "$(field '.groups[] | [.device, .provider, .blocks, .owner, .command]')" \
'["memory8-memory39","standby",32,"administrator","chmem -e 0x80000000-0x27fffffff"]
["memory41-memory42","standby",2,"administrator","chmem -e 0x290000000-0x2afffffff"]'
	rm -rf "$memory/memory20" "$root/sys/devices/system/node/node0/memory20"
	equal "$(field '.groups[].device' | xargs)" "memory8-memory19 memory21-memory39 memory41-memory42"
}

@test "blocks that stand alone share a row though their sums differ" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-39 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
		file etc/memhp.conf
		| [Standby]
		| Zone=auto
	END
	policy
	equal "$(field '.groups[] | [.device, .verdict, .command, .reason]')" \
'["memory8-memory31","movable","memhpctl online","fits ratio: M 5888M + 256M <= 6164M"]
["memory32-memory39","kernel","memhpctl online","exceeds ratio: M 6144M + 256M > 6164M"]'
}

@test "memory of a ppc64 partition is the kernel's, and there is no command" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-9 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| ppc64le
		iomem
		| 00000000-7fffffff : System RAM
		| 80000000-9fffffff : System RAM
	END
	policy
	equal "$(field '.groups[] | [.device, .provider, .owner, .command]')" '["memory8-memory9","dlpar","kernel",null]'
}

@test "machines without NUMA, with large blocks, and with memory far up" {
	machine no-numa
	equal "$(field '.groups[] | [.device, .node, .blocks]')" '["PNP0C80:00",0,4]'
	rm -rf "$root"
	machine big-blocks
	equal "$(field '.groups[] | [.device, .size, .blocks]')" '["PNP0C80:00",8589934592,4]'
	equal "$(field '.nodes[].headroom_blocks')" 96
	rm -rf "$root"
	machine <<-END
		block_size 128M
		blocks 8192-8199 node0 online Normal
		blocks 9000-9003 node0 offline "Normal Movable" PNP0C80:00
		blocks 9008 node0 offline "Normal Movable" PNP0C80:00
		iomem
		| 10000000000-1003fffffff : System RAM
		| 11940000000-1195fffffff : System RAM
		| 11980000000-11987ffffff : System RAM
	END
	equal "$(field '.groups[] | [.device, .range, .blocks, .size]')" \
		'["PNP0C80:00","0x11940000000-0x11987ffffff",5,671088640]'
}

@test "without ZONE_MOVABLE a zone is what there is" {
	machine one-dimm
	policy
	sed -i '/zone  Movable/,/cma/d' "$root/proc/zoneinfo"
	equal "$(field '.nodes[] | [.early, .movable]')" '[2147483648,0]'
}

@test "files that cannot be read end nothing" {
	local file

	machine half-online-dimm
	policy
	for file in proc/zoneinfo proc/iomem sys/devices/system/memory/memory33/state \
		sys/devices/system/memory/memory32/valid_zones sys/devices/system/memory/auto_online_blocks \
		run/memhp/policy sys/devices/system/node/node0 run/memhp/boot-memory sys/kernel/boot_params/data; do
		rm -rf "${root:?}/$file"
		run -0 --separate-stderr ctl status --json
		jq -e '.policy | length == 1' <<<"$output" >/dev/null
		mkdir "$root/$file"
		run -0 --separate-stderr ctl status --json
		jq -e '.policy | length == 1' <<<"$output" >/dev/null
	done
}

@test "a machine without memory hotplug is told in one line" {
	machine no-hotplug
	run -69 ctl status
	equal "$output" "memhpctl: this kernel has no memory hotplug: /sys/devices/system/memory is missing"
}

@test "one table alone has the columns that are asked for" {
	machine one-dimm
	policy
	equal "$(ctl status groups --raw --noheadings -o device,range,blocks)" "PNP0C80:00 0x100000000-0x11fffffff 4"
	equal "$(ctl status nodes --bytes --noheadings -o early,headroom | xargs)" "2147483648 6442450944"
	equal "$(ctl status groups -rn -o blocks,device,blocks)" "4 PNP0C80:00"
	equal "$(ctl status groups -rn -o +owner,blocks,device)" \
		"$(ctl status groups -rn) memhp 4"
	equal "$(ctl status groups --json -o state,device | jq -c '.groups[0] | keys_unsorted')" '["state","device"]'
	run -64 ctl status groups -o device,colour
	run -64 ctl status groups -o +colour
	contains "$output" 'unknown column "colour"; allowed: all, DEVICE, PROVIDER'
	run -64 ctl status groups -o colour
	contains "$output" 'unknown column "colour"; allowed: all, DEVICE, PROVIDER'
	run -64 ctl status -o device
	run -64 ctl status blocks
	contains "$output" "allowed: policy, nodes, groups, namespaces"
}

@test "on a terminal of 80 columns no line is wider, and no number is cut" {
	local name

	for name in one-dimm four-dimms virtio-mem cxl-window three-windows memory-only-node; do
		rm -rf "$root"
		machine "$name"
		policy
		NO_COLOR=1 ctl_on_terminal 80 status >"$BATS_TEST_TMPDIR/shown"
		[ -s "$BATS_TEST_TMPDIR/shown" ]
		run -1 grep -E '^.{81}' "$BATS_TEST_TMPDIR/shown"
	done
	rm -rf "$root"
	machine four-dimms
	policy
	contains "$(NO_COLOR=1 ctl_on_terminal 80 status groups | tr -s ' \n' ' ')" "fits ratio: M 0M + 512M <= 6164M"
}

# heading COLUMNS [OPTION...]: of the table of groups on a terminal
heading()
{
	NO_COLOR=1 ctl_on_terminal "$1" status groups "${@:2}" | head -n 1 | xargs
}

@test "where there is room range, pins and command are shown" {
	local table

	machine four-dimms
	policy
	equal "$(heading 80)" "DEVICE PROVIDER NODE SIZE STATE ZONE REMOVABLE REASON"
	equal "$(heading 200)" "DEVICE PROVIDER NODE RANGE SIZE BLOCKS STATE ZONE REMOVABLE OWNER COMMAND REASON"
	set_block memory33 online Normal
	equal "$(heading 137)" "DEVICE PROVIDER NODE SIZE STATE ZONE REMOVABLE PINNED-BY COMMAND REASON"
	table=$(NO_COLOR=1 ctl_on_terminal 200 status groups | tr -s ' ')
	contains "$table" " 0x100000000-0x11fffffff 512M 4 1/4 kernel no memory33 memhp memhpctl online PNP0C80:00 group already in a kernel zone"
	equal "$(heading 200 -o device,reason)" "DEVICE REASON"
	equal "$(heading 200 -o +alias)" "DEVICE PROVIDER NODE SIZE STATE ZONE REMOVABLE REASON ALIAS"
}

@test "with -v they are shown in any case" {
	machine four-dimms
	policy
	set_block memory33 online Normal
	equal "$(ctl status groups | head -n 1 | xargs)" "DEVICE PROVIDER NODE SIZE STATE ZONE REMOVABLE REASON"
	equal "$(ctl status groups -v | head -n 1 | xargs)" \
		"DEVICE PROVIDER NODE RANGE SIZE BLOCKS STATE ZONE REMOVABLE PINNED-BY OWNER COMMAND REASON"
	NO_COLOR=1 ctl_on_terminal 80 status groups -v >"$BATS_TEST_TMPDIR/shown"
	run -1 grep -E '^.{81}' "$BATS_TEST_TMPDIR/shown"
	equal "$(grep DEVICE "$BATS_TEST_TMPDIR/shown" | tr -s ' ')" "DEVICE PROVIDER NODE SIZE STATE ZONE REMOVABLE REASON
DEVICE RANGE BLOCKS PINNED-BY OWNER COMMAND"
}

@test "status opens nothing for writing, and makes, moves and removes nothing" {
	local path

	persistent_memory
	ext4 pmem0 archive
	policy
	pending memory33
	path=$(program memhpctl)
	# The search for leaks would start a process of its own, and fails under strace.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=file,ioctl,network,process "$path" --root "$root" status >/dev/null
	# A build for coverage keeps its counters.
	sed -i '/\.gcda"/d' "$BATS_TEST_TMPDIR/trace"
	contains "$(<"$BATS_TEST_TMPDIR/trace")" '"dev/pmem0", O_RDONLY' '"proc/iomem", O_RDONLY'
	run -1 grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^[0-9]+ +(unlink|rename|mkdir|rmdir|link|symlink|f?chmod|f?chown|mknod|utime|truncate|mount|v?fork|clone|finit_module)' \
		"$BATS_TEST_TMPDIR/trace"
}
