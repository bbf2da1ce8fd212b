# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl explain: why a block has, or gets, its zone.

load helpers.bash

# of FILTER NAME: what jq makes of the answer about NAME
of()
{
	ctl explain --json "$2" | jq -r "$1"
}

# record GROUP ZONE OWNER [LINE...]: of a decision that was taken
record()
{
	mkdir -p "$spool/groups"
	printf '%s\n' "MEMHP_GROUP=$1" MEMHP_PROVIDER=dimm "MEMHP_ZONE=$2" MEMHP_REASON=because "MEMHP_OWNER=$3" \
		MEMHP_STATE=online "${@:4}" >"$spool/groups/$1"
}

@test "a block is found by its name, its device, another name of that, and any address in it" {
	local name

	machine cxl-window
	policy
	for name in memory83 dax0.0 region0 0x298000000 0x29fffffff 10624M; do
		run -0 ctl explain --json "$name"
		case $name in
		dax0.0 | region0) equal "$(jq -r '.block[0].block' <<<"$output")" memory82 ;;
		*) equal "$(jq -r '.block[0].block' <<<"$output")" memory83 ;;
		esac
		equal "$(jq -c '.block[0] | [.group, .alias, .provider, .node, .verdict, .owner]' <<<"$output")" \
			'["dax0.0","region0","cxl",1,"leave","daxctl"]'
	done
}

# standby: blocks that stand alone, which status shows as one range
standby()
{
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-39 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
	END
	policy
}

@test "ranges are found under the names that status and plan show" {
	local name

	standby
	equal "$(ctl status groups -rn -o device) $(ctl plan -rn -o blocks)" "memory8-memory39 memory8-39"
	for name in memory8-memory39 memory8-39 memory7-8; do
		equal "$(of '.block[0] | "\(.block) \(.provider)"' "$name")" "memory8 standby"
	done
	set_block memory8 online Normal
	equal "$(of '.block[0].block' memory8-39)" memory9
	equal "$(of '.block[0].block' memory0-7)" memory0
	for name in memory39-8 memory8- memory8-x memory8-39-; do
		run -66 --separate-stderr ctl explain "$name"
		contains "$stderr" "there is no device \"$name\"; allowed: memoryN, memoryA-B"
	done
}

@test "what is not there is told" {
	machine one-dimm
	run -66 --separate-stderr ctl explain memory99
	equal "$stderr" "memhpctl: memory99 is not there"
	run -66 --separate-stderr ctl explain 1T
	equal "$stderr" "memhpctl: memory8192 is not there"
	for name in 32 dax7.0 "" memory; do
		run -66 --separate-stderr ctl explain "$name"
		contains "$stderr" "there is no device \"$name\"; allowed: memoryN"
	done
	run -64 --separate-stderr ctl explain
	contains "$stderr" "memhpctl explain memoryN|DEVICE|ADDRESS"
}

@test "how a provider was recognised is told" {
	machine cxl-window
	equal "$(of '.block[0].evidence' dax0.0)" \
		'iomem entry "System RAM (kmem)" below dax0.0 below region0 below CXL Window 0'
	rm -r "$root"
	machine virtio-mem
	equal "$(of '.block[0].evidence' virtio0)" 'iomem entry "System RAM (virtio_mem)" below virtio0'
	rm -r "$root"
	machine one-dimm
	equal "$(of '.block[0].evidence' memory33)" 'firmware node PNP0C80:00'
}

@test "boot memory is told to be none of memhp's" {
	machine one-dimm
	run -0 ctl explain memory3
	contains "$output" "boot memory, which memhp never touches" "the kernel, at boot"
	lacks "$output" SETTING CHECK
	equal "$(of '.block[0] | [.provider, .verdict, .zone, .state] | join(" ")' memory3)" "boot leave Normal online"
	equal "$(of '.checks + .sums + .settings | length' memory3)" 0
}

@test "each setting is told with the line that has it" {
	machine one-dimm
	config <<<$'# mine\n[Policy]\nMovableRatio=70\n[Node 0]\nZone=auto'
	config etc/memhp.conf.d/50.conf <<<$'[Policy]\nMovableRatio=80\nKernelReserve=1G'
	policy
	run -0 ctl explain --json memory33
	equal "$(jq -r '.settings[] | "\(.setting)=\(.value) \(.from)"' <<<"$output")" \
		"[Node 0] Zone=auto /etc/memhp.conf:5
[Policy] MovableRatio=80 /etc/memhp.conf.d/50.conf:2
[Policy] NumaAware=yes default
[Policy] MemoryOnlyNodes=kernel default
[Policy] KernelCredit=early default
[Policy] KernelReserve=1073741824 /etc/memhp.conf.d/50.conf:3
[Policy] SelfHostedMemmap=exempt default"
	equal "$(jq -c '.settings[0] | [.file, .line]' <<<"$output")" '["/etc/memhp.conf",5]'
}

@test "a setting that was changed and is not in force yet is told" {
	machine one-dimm
	config <<<$'[Policy]\nMovableRatio=70\n[Device PNP*]\nZone=kernel'
	policy
	config <<<$'[Policy]\nMovableRatio=90'
	equal "$(of '.settings[0].from' memory33)" 'in force until a reload: the configuration has "nothing"'
	config <<<$'[Policy]\nMovableRatio=70'
	policy
	config <<<$'[Policy]\nMovableRatio=90'
	equal "$(of '.settings[1] | "\(.value) \(.from)"' memory33)" \
		'70 in force until a reload: /etc/memhp.conf:2 has "90"'
}

@test "each check is told, with its numbers, up to the one that decides" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	run -0 ctl explain --json memory33
	equal "$(jq -r '.checks[] | "\(.answer), \(.numbers): \(.then)"' <<<"$output")" \
		"no, 20 %: go on
no, 512M have to fit: go on
no, null: go on
yes, M 0M + 512M > 409M: kernel"
	equal "$(jq -r '.block[0] | .verdict + ": " + .reason' <<<"$output")" "kernel: exceeds ratio: M 0M + 512M > 409M"
	equal "$(jq -c '.sums[] | select(.key == ("early", "limit", "sum")) | [.key, .machine, .node]' <<<"$output")" \
		'["early",2147483648,null]
["limit",429494272,null]
["sum",536870912,null]'
}

@test "the sums of the node are told beside those of the machine" {
	machine memory-only-node
	config <<<$'[Policy]\nMovableRatio=301'
	policy
	run -0 ctl explain --json memory32
	equal "$(jq -r '.checks[-1] | "\(.answer), \(.numbers): \(.then)"' <<<"$output")" \
		"yes, no memory in kernel zones to take it of: kernel"
	equal "$(jq -r '.block[0].reason' <<<"$output")" "memory-only node 1: 512M, no boot memory for the ratio"
	config <<<$'[Policy]\nMemoryOnlyNodes=global'
	policy
	equal "$(of '.checks[-1] | "\(.answer), \(.numbers): \(.then)"' memory32)" \
		"not asked, MemoryOnlyNodes=global: movable"
	config <<<$'[Policy]\nNumaAware=no'
	policy
	equal "$(of '.checks[-1] | "\(.answer), \(.numbers): \(.then)"' memory32)" "not asked, NumaAware=no: movable"
}

@test "a ratio of 0 and a device that is in a kernel zone already end the checks" {
	machine one-dimm
	config <<<$'[Policy]\nMovableRatio=0'
	policy
	equal "$(of '.checks[-1] | "\(.check): \(.answer)"' memory33)" "MovableRatio= is 0: yes"
	config </dev/null
	policy
	set_block memory32 online Normal
	equal "$(of '.checks[-1] | "\(.check): \(.answer), \(.numbers), \(.then)"' memory33)" \
		"a part of the device is in a kernel zone: yes, 128M of 512M, and all of it goes to one zone, kernel"
	equal "$(of '.block[0].reason' memory33)" "group already in a kernel zone: 128M of 512M"
}

@test "terms that are zero are left out for people, and addends are named" {
	machine virtio-mem
	config <<<$'[Policy]\nKernelReserve=512M'
	policy
	set_block memory34 online Normal
	run -0 ctl explain memory35
	contains "$output" "- KernelReserve=" "+ of this device in kernel zones" "M 0M + 128M <= "
	lacks "$output" "used up by other"
}

@test "what is online is judged as if it came now" {
	machine one-dimm
	policy
	for n in 32 33 34 35; do
		set_block "memory$n" online Movable
	done
	run -0 ctl explain memory33
	contains "$output" "online, zone Movable" "Judged anew" "movable: fits ratio: M 0M + 512M"
	lacks "$output" "would choose"
}

@test "the kernel's choice stands beside it, unless it is not safe to ask" {
	machine one-dimm
	policy
	mkdir -p "$root/sys/module/memory_hotplug/parameters"
	echo auto-movable >"$root/sys/module/memory_hotplug/parameters/online_policy"
	equal "$(of '.block[0] | .kernel + " " + .online_policy' memory33)" "Normal auto-movable"
	contains "$(ctl explain memory33)" "would choose Normal now, by online_policy=auto-movable"
	pending memory33
	equal "$(of '.block[0].kernel' memory33)" null
}

@test "the decision that was taken is told" {
	machine one-dimm
	policy
	mkdir -p "$spool/groups" "$spool/blocks"
	pending memory32
	callout --drain 2>/dev/null
	run -0 ctl explain memory33
	contains "$output" "Decided       movable: fits ratio: M 0M + 512M <= 6164M; 512 MiB (4 blocks) online" \
		"(/run/memhp/groups/PNP0C80:00)" "Onlined by    memhp"
	equal "$(of '.block[0] | [.decided_zone, .decided_owner, .onlined_by] | join(" ")' memory33)" "movable memhp memhp"
}

@test "who onlined it if it was not memhp is told, as far as that can be known" {
	machine one-dimm
	policy
	set_block memory33 online Normal
	equal "$(of '.block[0].onlined_by' memory33)" "not memhp: it has no record of it"
	echo online >"$memory/auto_online_blocks"
	equal "$(of '.block[0].onlined_by' memory33)" "not memhp; probably the kernel (auto_online_blocks is online)"
	echo offline >"$memory/auto_online_blocks"
	mkdir -p "$spool/saved"
	echo "online_movable offline" >"$spool/saved/auto_online_blocks"
	contains "$(of '.block[0].onlined_by' memory33)" "the kernel if it came before memhp.service" "was online_movable"
	record PNP0C80:00 movable memhp
	equal "$(of '.block[0].onlined_by' memory33)" "somebody else: memhp had decided movable"
	record PNP0C80:00 leave daxctl
	equal "$(of '.block[0].onlined_by' memory33)" "daxctl, or somebody in its place: memhp left it"
	set_block memory34 offline "Normal Movable"
	equal "$(of '.block[0].onlined_by' memory34)" null
}

@test "damaged records are passed over" {
	local damage

	machine one-dimm
	policy
	for damage in $'\001\002' "=" MEMHP_ZONE "MEMHP_STATE=?"; do
		record PNP0C80:00 movable memhp "$damage"
		run -0 ctl explain memory33
	done
	record PNP0C80:00 movable memhp "$(printf 'MEMHP_OUTCOME=x%.0s' {1..5000})"
	run -0 ctl explain memory33
	ln -sfn /nonexistent "$spool/groups/PNP0C80:00"
	run -0 ctl explain memory33
	contains "$output" "there is no record"
}

@test "the zone that an earlier decision asks for is told" {
	machine one-dimm
	config <<<$'[Policy]\nMovableRatio=1'
	policy
	set_block memory32 online Movable
	record PNP0C80:00 movable memhp
	equal "$(of '.block[0].verdict' memory33)" movable
	equal "$(of '.checks[-1].then' memory33)" kernel
	equal "$(ctl plan --json | jq -r '.plan[].zone')" movable
}

@test "odd machines are explained" {
	machine no-numa
	equal "$(of '.block[0] | "\(.node) \(.verdict)"' PNP0C80:00)" "0 movable"
	rm -r "$root"
	machine big-blocks
	equal "$(of '.block[0] | "\(.size) \(.block)"' 72G)" "2147483648 memory36"
	rm -r "$root"
	machine <<-END
		block_size 256M
		blocks 8192-8199 node0 online DMA
		blocks 8208-8209 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 20000000000-2007fffffff : System RAM
	END
	policy
	equal "$(of '.block[0] | "\(.provider) \(.verdict) \(.evidence)"' memory8208)" \
		"standby leave memory without a device on s390x"
	echo ppc64le >"$root/proc/sys/kernel/arch"
	echo "20100000000-2011fffffff : System RAM" >>"$root/proc/iomem"
	equal "$(of '.block[0] | "\(.provider) \(.owner)"' memory8208)" "dlpar kernel"
}

# told NAME: device, verdict and reason of what plan, status or explain says of all that waits
told()
{
	local group

	case $1 in
	plan) ctl plan --json | jq -r '.plan[] | "\(.group) \(.zone) \(.reason)"' ;;
	status) ctl status groups --json | jq -r '.groups[] | "\(.device) \(.verdict) \(.reason)"' ;;
	explain)
		for group in $(ctl status groups -rn -o device); do
			ctl explain --json "$group" | jq -r '.block[0] | "\(.group) \(.verdict) \(.reason)"'
		done
		;;
	esac
}

@test "of devices that wait plan, status and explain say the same" {
	local ratio

	for ratio in 50 75 300; do
		rm -rf "$root"
		machine four-dimms
		config <<<$'[Policy]\nMovableRatio='$ratio
		policy
		told plan >"$BATS_TEST_TMPDIR/plan"
		told status | diff "$BATS_TEST_TMPDIR/plan" -
		told explain | diff "$BATS_TEST_TMPDIR/plan" -
		[ "$ratio" != 50 ] || equal "$(tail -n 1 "$BATS_TEST_TMPDIR/plan")" \
			"PNP0C80:03 kernel exceeds ratio: M 1024M + 512M > 1024M"
	done
}

@test "of blocks that wait explain says what plan does, and what comes before them" {
	local block

	machine virtio-mem
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	equal "$(ctl plan -v --json | jq -r '.plan[].reason')" \
		"$(for block in 34 35 36 37 40 41 42 43; do of '.block[0].reason' "memory$block"; done)"
	equal "$(of '.block[0] | "\(.before) \(.verdict)"' memory37)" "3 kernel"
	run -0 ctl explain memory42
	contains "$output" "Before it     6 blocks, 768M, that wait as well: 3 kernel, 3 movable" \
		"Next          kernel: exceeds ratio: M 384M + 128M >"
	lacks "$(ctl explain memory34)" "Before it"
}

@test "the checks and sums of what waits are those of its turn" {
	machine four-dimms
	config <<<$'[Policy]\nMovableRatio=50'
	policy
	equal "$(of '.checks[-1] | "\(.answer), \(.numbers): \(.then)"' PNP0C80:03)" "yes, M 1024M + 512M > 1024M: kernel"
	equal "$(of '.sums[] | select(.key == "movable").machine' memory47)" "$((1 << 30))"
}

@test "one table alone has the columns that are asked for" {
	machine one-dimm
	config <<<$'[Policy]\nMovableRatio=70'
	policy
	equal "$(ctl explain memory33 block -rn -o verdict,group)" "movable PNP0C80:00"
	equal "$(ctl explain memory33 settings -rn -o value,line,setting | head -n 2)" \
		'auto - [Dimm]\x20Zone
70 2 [Policy]\x20MovableRatio'
	equal "$(ctl explain memory33 sums -rn -o key,machine | head -n 1)" "early 2048M"
	equal "$(ctl explain memory33 sums -rnb -o +key | head -n 1 | cut -d' ' -f2-)" "2147483648 2147483648 early"
	equal "$(ctl explain memory33 checks --json -o check,then | jq -c 'keys_unsorted, (.checks[0] | keys_unsorted)' | xargs)" \
		"[checks] [check,then]"
	run -0 ctl explain memory33 checks
	equal "${lines[0]}" "CHECK                                    ANSWER NUMBERS              THEN"
	run -64 --separate-stderr ctl explain memory33 -o verdict
	equal "$stderr" "memhpctl: --output needs one table: explain memory33 block, settings, checks or sums"
	run -64 --separate-stderr ctl explain memory33 sum
	contains "$stderr" 'unknown table "sum"; did you mean sums?'
	run -64 --separate-stderr ctl explain memory33 sums -o value
	contains "$stderr" 'unknown column "value"; allowed: all, TERM'
}

@test "options of tables are taken" {
	machine one-dimm
	policy
	run -0 ctl explain --raw memory33
	equal "${lines[0]%% *} $(lines "$output" memory33) $(lines "$output" "SETTINGS")" "BLOCK 1 0"
	run -0 ctl explain --bytes memory33
	contains "$output" "memory33, 134217728 bytes at" "536870912 bytes: 4 offline" "2147483648"
	run -0 ctl explain --noheadings memory33
	contains "$output" "Block " "[Dimm] Zone" "it carries its own page array"
	lacks "$output" SETTING CHECK TERM "WHAT THE RATIO"
}

@test "nothing is changed" {
	machine four-dimms
	policy
	tree "$root" >"$BATS_TEST_TMPDIR/before"
	ctl explain memory33 >/dev/null
	ctl explain memory3 >/dev/null
	tree "$root" | diff "$BATS_TEST_TMPDIR/before" -
}
