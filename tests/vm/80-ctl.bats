# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl shows of a machine that has every kind of hot-plugged memory.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	vm_every_kind
}

teardown_file()
{
	vm_teardown_file
}

setup()
{
	vm_names
}

teardown()
{
	dump_on_failure
}

# status FILTER: what jq finds in the JSON of status, compact
status()
{
	[ -e "$BATS_FILE_TMPDIR/status.json" ] ||
		guest 'memhpctl status --json' >"$BATS_FILE_TMPDIR/status.json"
	jq -c --arg dimm0 "$node0_dimm" --arg dimm1 "$node1_dimm" --arg cxl "$cxl_dax" \
		--arg pmem "$pmem_dax" --arg disk "$pmem_disk" "$1" "$BATS_FILE_TMPDIR/status.json"
}

@test "status says that memhp onlines, and by what" {
	[ "$(status '.policy[] | [.in_force, .onliner, .ratio, .auto_online, .block_size, .origin]')" = \
		'[true,"memhp",301,"offline",134217728,"/etc/memhp.conf"]' ]
}

@test "status lists every device, by address" {
	[ "$(status '[.groups[].device] | sort')" = \
		"$(jq -cn --arg a "$node0_dimm" --arg b "$node1_dimm" --arg c "$cxl_dax" --arg d "$pmem_dax" \
			'["virtio1", $a, $b, $c, $d] | sort')" ]
	[ "$(status '[.groups[].start] == ([.groups[].start] | sort)')" = true ]
}

@test "status has the node, the zone and the reason of what was onlined" {
	[ "$(status '.groups[] | select(.device == $dimm0) | [.provider, .node, .size, .state, .zone, .removable, .recorded]')" = \
		'["dimm",0,536870912,"online","movable",true,true]' ]
	[ "$(status '.groups[] | select(.device == $dimm1) | [.provider, .node, .size, .state, .zone, .removable, .recorded]')" = \
		'["dimm",1,536870912,"online","movable",true,true]' ]
	[ "$(status '.groups[] | select(.device == "virtio1") | [.provider, .node, .size, .zone, .blocks, .online]')" = \
		'["virtio-mem",0,536870912,"movable",4,4]' ]
	status '.groups[] | select(.device == $dimm1).reason' | grep '^"fits ratio: M [0-9]*M + 512M <= [0-9]*M"$'
}

@test "status names who has to online what waits, and the command that does" {
	[ "$(status '.groups[] | select(.device == $cxl) | [.provider, .alias, .state, .zone, .owner, .command]')" = \
		"[\"cxl\",\"region0\",\"offline\",null,\"daxctl\",\"daxctl online-memory $cxl_dax\"]" ]
	[ "$(status '.groups[] | select(.device == $pmem) | [.provider, .state, .owner, .command]')" = \
		"[\"dax\",\"offline\",\"daxctl\",\"daxctl online-memory $pmem_dax\"]" ]
}

@test "status marks memory that lies beside a file system" {
	[ "$(status '[.namespaces[] | select(.mode == "fsdax")] | .[] | [.device, .type, .usage, .label, .dax, .ram, .beside]')" = \
		"[\"$pmem_disk\",\"ext4\",\"filesystem\",\"archive\",true,false,null]" ]
	[ "$(status '.namespaces[] | select(.mode == "devdax") | [.device, .type, .ram]')" = "[\"$pmem_dax\",null,true]" ]
	[ "$(status '(.namespaces[] | select(.mode == "fsdax").namespace) as $data |
		[(.namespaces[] | select(.mode == "devdax").beside), (.groups[] | select(.device == $pmem).beside)] == [$data, $data]')" = true ]
}

@test "the nodes of status add up to what /proc/zoneinfo has" {
	local pages

	pages=$(guest 'awk "/^Node .*Device/ { skip = 1 } /^Node/ && !/Device/ { skip = 0 }
		\$1 == \"present\" && !skip { sum += \$2 } END { print sum }" /proc/zoneinfo')
	[ "$(status '[.nodes[] | .early + .kernel + .movable + .cma] | add')" -eq $((pages * 4096)) ]
	[ "$(status '[.nodes[] | .movable] | tostring')" = '"[1073741824,536870912,0]"' ]
	[ "$(status '[.nodes[] | .offline] | tostring')" = '"[671088640,0,536870912]"' ]
	[ "$(status '.nodes[2].headroom')" = 0 ]
}

# names_of FILTER: what jq finds in standard input, compact, with the devices as variables
names_of()
{
	jq -c --arg dimm0 "$node0_dimm" --arg dimm1 "$node1_dimm" --arg cxl "$cxl_dax" --arg pmem "$pmem_dax" "$1"
}

@test "plan has what waits, and beside it what the kernel would choose" {
	plan=$(guest 'memhpctl plan --json')
	[ "$(names_of '[.plan[] | [.group == ($cxl, $pmem), .provider, .node, .size, .count, .zone, .owner, .new]]' <<<"$plan")" = \
		"$(names_of '[[false,true,"dax",0,671088640,5,"leave","daxctl",false],[true,false,"cxl",2,536870912,4,"leave","daxctl",false]]' <<<null)" ]
	[ "$(jq -c '[.plan[] | [.kernel, .reason]]' <<<"$plan")" = '[["Movable","fixed by [Dax]"],["Normal","fixed by [Cxl]"]]' ]
	[ "$(jq -c .policy <<<"$plan")" = '[{"origin":"/etc/memhp.conf","in_force":true,"online_policy":"contig-zones"}]' ]
}

@test "plan --add has what would become of more memory" {
	plan=$(guest 'memhpctl plan --add dimm:1G@1 --add virtio-mem:512M --add cxl:256M --json')
	[ "$(jq -c '[.plan[] | select(.new) | [.provider, .node, .size, .count, .zone, .owner, .kernel]]' <<<"$plan")" = \
		'[["dimm",1,1073741824,8,"movable","memhp",null],["virtio-mem",0,536870912,4,"movable","memhp",null],["cxl",3,268435456,2,"leave","daxctl",null]]' ]
	[ "$(jq -c '[.plan[] | select(.new | not)] | length' <<<"$plan")" = 2 ]
	# None of it is there.
	[ "$(guest 'memhpctl plan --json' | jq '.plan | length')" = 2 ]
	plan=$(guest 'printf "[Policy]\nMovableRatio=0\n" >/tmp/x.conf; memhpctl plan --add dimm:1G@1 --policy /tmp/x.conf --json')
	[ "$(jq -c '[.plan[] | select(.new) | [.zone, .reason]] + [.policy[0].in_force]' <<<"$plan")" = '[["kernel","MovableRatio=0"],false]' ]
}

@test "explain has the device, the decision, and each step of the arithmetic" {
	explained=$(guest "memhpctl explain $node0_dimm --json")
	[ "$(names_of '.block[] | [.group == $dimm0, .provider, .node, .size, .state, .zone, .verdict]' <<<"$explained")" = \
		'[true,"dimm",0,134217728,"online","Movable","movable"]' ]
	[ "$(jq -c '.block[] | [.decided_zone, .decided_owner, .onlined_by, .self_hosted, .kernel]' <<<"$explained")" = \
		'["movable","memhp","memhp","no",null]' ]
	[ "$(names_of '.block[0].evidence == "firmware node \($dimm0)"' <<<"$explained")" = true ]
	[ "$(jq -c '[.settings[] | select(.from == "default" and .file == null and .line == null) | .setting]' <<<"$explained")" = \
		'["[Dimm] Zone","[Policy] MovableRatio","[Policy] NumaAware","[Policy] MemoryOnlyNodes","[Policy] KernelCredit","[Policy] KernelReserve","[Policy] SelfHostedMemmap"]' ]
	[ "$(jq -c '[.checks[] | .answer, .then]' <<<"$explained")" = '["no","go on","no","go on","no","go on","no","go on","no","movable"]' ]
	[ "$(jq -c '.sums | map({ (.key): .machine }) | add | [.sum <= .limit, .sum > 0, .wanted]' <<<"$explained")" = '[true,true,536870912]' ]
	[ "$(jq -c '.sums[] | select(.key == "early").machine' <<<"$explained")" = "$(status '.policy[0].early')" ]
	[ "$(jq -c '.sums[] | select(.key == "early").node' <<<"$explained")" = "$(status '.nodes[0].early')" ]
}

@test "explain says whose memory is that waits" {
	explained=$(guest "memhpctl explain $cxl_dax --json")
	[ "$(names_of '.block[] | [.group == $cxl, .alias, .provider, .node, .state, .zone, .verdict, .reason, .owner, .kernel]' <<<"$explained")" = \
		'[true,"region0","cxl",2,"offline",null,"leave","fixed by [Cxl]","daxctl","Normal"]' ]
	[ "$(jq -c '.block[] | [.decided_zone, .onlined_by]' <<<"$explained")" = '[null,null]' ]
	[ "$(jq -c '[.settings[] | [.setting, .value]], .checks, .sums' <<<"$explained" | tr -d '\n')" = '[["[Cxl] Zone","leave"]][][]' ]
}

@test "check finds no mistakes in what is installed" {
	[ "$(guest 'memhpctl check --json' | jq -c .)" = '{"mistakes":[]}' ]
}

@test "the headroom is what still becomes movable" {
	local headroom acpi blocks

	# The largest DIMM that fits on node 1, and then nothing does.
	headroom=$(status '.nodes[1].headroom')
	blocks=$(status '.nodes[1].headroom_blocks')
	[ "$headroom" -gt 0 ]
	acpi=$(dimm largest "$headroom" 1)
	wait_for 120 "[ \$(dimm_blocks $acpi | wc -l) -eq $blocks ] && ! zones_of dimm $acpi | grep -q offline"
	[ "$(guest "zones_of dimm $acpi")" = Movable ]
	[ "$(guest 'memhpctl status nodes --json' | jq -c '[.nodes[] | .headroom_blocks] | .[1]')" = 0 ]
	acpi=$(dimm more 128M 1)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 1 ] && ! zones_of dimm $acpi | grep -q offline"
	[ "$(guest "zones_of dimm $acpi")" = Normal ]
	[ "$(guest 'memhpctl status groups --json' | jq -c --arg acpi "$acpi" \
		'.groups[] | select(.device == $acpi) | [.zone, .removable, .pins]')" = '["kernel",false,1]' ]
	undimm largest
}

@test "status writes nothing, and wakes nobody" {
	guest '# what it changes would be seen here
		before=$(cat $memory/auto_online_blocks; lsmod | sort; find /run/memhp -printf "%p %i %T@\n" | sort)
		memhpctl status >/dev/null
		memhpctl status --json >/dev/null
		after=$(cat $memory/auto_online_blocks; lsmod | sort; find /run/memhp -printf "%p %i %T@\n" | sort)
		[ "$before" = "$after" ]'
}

@test "status for people fits into 80 columns, and says both ways out" {
	guest 'TERM=dumb script -qec "stty cols 80; memhpctl status" /dev/null' | tr -d '\r' >"$BATS_TEST_TMPDIR/status"
	cat "$BATS_TEST_TMPDIR/status"
	grep -qx 'memhp onlines new memory (Onliner=udev).' "$BATS_TEST_TMPDIR/status"
	grep -q "daxctl online-memory $cxl_dax" <(paste -sd' ' "$BATS_TEST_TMPDIR/status")
	grep -q 'Zone=movable in \[Cxl\]' <(paste -sd' ' "$BATS_TEST_TMPDIR/status")
	grep -q "$pmem_dax lies in the same persistent memory as" <(paste -sd' ' "$BATS_TEST_TMPDIR/status")
	run -1 grep -E '^.{81}' "$BATS_TEST_TMPDIR/status"
}

@test "without root status names the devices that records know, and says what is missing" {
	run --separate-stderr guest 'setpriv --reuid=65534 --regid=65534 --clear-groups memhpctl status --json'
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.groups[] | select(.provider == "dimm" or .provider == "virtio-mem").device] | length >= 3' <<<"$output")" = true ]
	[ "$(jq -c '[.groups[] | select(.provider == "cxl") | [.blocks, .owner]] | .[0]' <<<"$output")" = '[4,"daxctl"]' ]
	[ "$(jq -c '.namespaces[] | select(.mode == "fsdax").type' <<<"$output")" = '"ext4"' ]
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == *"addresses in /proc/iomem and the firmware's tables cannot be read without root"* ]]
}

@test "map draws each device where it is" {
	guest 'COLUMNS=80 memhpctl map' >"$BATS_TEST_TMPDIR/map"
	cat "$BATS_TEST_TMPDIR/map"
	grep -qE '^ +0x0  B{16}\.{16}B{8}M{4}$' "$BATS_TEST_TMPDIR/map"
	grep -qE '^0x2490000000 \[oooo-+\]$' "$BATS_TEST_TMPDIR/map"
	grep -qE '^ +0x240000000 \[---ooooo\]$' "$BATS_TEST_TMPDIR/map"
	grep -qF 'CXL window, 4G:' "$BATS_TEST_TMPDIR/map"
	grep -qF 'persistent memory, 1G:' "$BATS_TEST_TMPDIR/map"
	run -1 grep -E '^.{81}' "$BATS_TEST_TMPDIR/map"
}

@test "metrics have what leaders have counted" {
	guest 'memhpctl metrics' >"$BATS_TEST_TMPDIR/metrics"
	cat "$BATS_TEST_TMPDIR/metrics"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/metrics")" = '# EOF' ]
	grep -qx 'memhp_onliner{onliner="memhp"} 1' "$BATS_TEST_TMPDIR/metrics"
	grep -qx 'memhp_waiting_bytes{owner="daxctl"} 1207959552' "$BATS_TEST_TMPDIR/metrics"
	grep -qx 'memhp_groups{provider="cxl",state="offline"} 1' "$BATS_TEST_TMPDIR/metrics"
	grep -qx 'memhp_spool_blocks{state="retry"} 0' "$BATS_TEST_TMPDIR/metrics"
	awk '$1 == "memhp_blocks_onlined_total" && $2 >= 12 { found = 1 } END { exit !found }' "$BATS_TEST_TMPDIR/metrics"
}

@test "nothing failed meanwhile" {
	[ "$(guest 'systemctl is-system-running')" = running ]
}
