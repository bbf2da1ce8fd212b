# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl doctor: each finding where there is trouble, and none where there is not.

load helpers

# in_force [MACHINE]: memhp.service is active there
in_force()
{
	machine "$@"
	start
}

start()
{
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
}

# finds ID SUBJECT PART...: one such finding, with these parts in its message and advice
finds()
{
	local line

	line=$(ctl doctor --raw --noheadings --output id,subject,message,advice | grep "^$1 $2 ") || {
		echo "no $1 of $2 in:" >&2
		ctl doctor --json >&2
		return 1
	}
	equal "$(wc -l <<<"$line")" 1
	contains "${line//\\x20/ }" "${@:3}"
}

# does_not_find ID
does_not_find()
{
	local status=0

	ctl doctor --raw --noheadings --output id >"$BATS_TEST_TMPDIR/ids" || status=$?
	[ "$status" -le 2 ]
	lacks " $(xargs <"$BATS_TEST_TMPDIR/ids") " " $1 "
}

# onlined FIRST LAST ZONE: memhp has done so
onlined()
{
	local n

	for ((n = $1; n <= $2; n++)); do
		set_block "memory$n" online "$3"
		touch "$spool/blocks/memory$n"
	done
}

# -- How findings are shown

@test "a healthy machine has no finding" {
	in_force boot-only
	set_block memory15 online Normal
	run -0 ctl doctor
	equal "$output" "nothing found"
	run -0 ctl --quiet doctor
	equal "$output" ""
	run -0 ctl doctor --json
	equal "$(jq -c <<<"$output")" '{"findings":[]}'
}

@test "each line says how bad, of what, what, and what to do; the worst comes first" {
	in_force cxl-window
	echo online >"$memory/auto_online_blocks"
	run -2 ctl doctor
	equal "${#lines[@]}" 2
	[[ ${lines[0]} == "error: /sys/devices/system/memory/auto_online_blocks: "*"; systemctl restart memhp"* ]]
	[[ ${lines[1]} == "warning: dax0.0: "*"; daxctl online-memory dax0.0"* ]]
}

@test "the exit status is that of the worst" {
	machine boot-only
	run -2 ctl doctor
	start
	run -0 ctl doctor
	config <<<$'[Policy]\nMovableRatio=200'
	run -1 ctl doctor
}

@test "JSON has all of a finding" {
	in_force cxl-window
	run -1 ctl doctor --json
	equal "$(jq -r '.findings[] | [.severity, .id, .subject] | join(" ")' <<<"$output")" "warning left-offline dax0.0"
	equal "$(jq -r '.findings[0] | keys_unsorted | join(" ")' <<<"$output")" "severity id subject message advice"
}

@test "the manual has each kind of finding, and no other" {
	used=$(cat "$abs_top_srcdir"/ctl/doctor*.c | grep -Pzo 'findings_add\([^"]*"\K[a-z-]+' | tr '\0' '\n' | sort -u)
	[ "$(wc -l <<<"$used")" -gt 20 ]
	described=$(sed -n '/^## doctor/,/^## online/s/^\(\[\[\||\) *\*\([a-z-]*\)\*$/\2/p' "$abs_top_srcdir/man/memhpctl.8.scd" | sort)
	diff -u <(echo "$used") <(echo "$described")
}

@test "nothing is written" {
	in_force cxl-window
	before=$(tree "$root")
	run ctl doctor
	equal "$(tree "$root")" "$before"
}

# -- memhp itself

@test "memhp that is not in force is an error" {
	machine boot-only
	finds not-in-force memhp.service "systemctl start memhp"
	start
	does_not_find not-in-force
}

@test "memhp that was switched off is none" {
	machine boot-only
	echo "ro memhp=off" >"$root/proc/cmdline"
	finds switched-off "kernel\\\\x20command\\\\x20line" "memhp=off"
	run -0 ctl doctor
	rm "$root/proc/cmdline"
	config <<<$'[Policy]\nOnliner=none'
	finds switched-off memhp.conf "Onliner=none"
	does_not_find not-in-force
}

@test "a policy that was damaged" {
	in_force boot-only
	does_not_find policy-damaged
	echo nonsense >"$spool/policy"
	finds policy-damaged /run/memhp/policy "systemctl reload memhp"
}

@test "rules that are not those that were rendered" {
	in_force boot-only
	does_not_find stale-file
	echo "# edited" >>"$rules"
	finds stale-file /run/udev/rules.d/79-memhp.rules "differs"
	rm "$rules"
	finds unpublished /run/udev/rules.d/79-memhp.rules "systemctl reload memhp"
	does_not_find stale-file
}

@test "a service that has nothing to do any more" {
	in_force boot-only
	does_not_find nothing-rendered
	rm -r "$generated/memhp"
	finds nothing-rendered memhp.service "systemctl stop memhp"
}

@test "a configuration that is not in force yet" {
	in_force boot-only
	config <<<"# says nothing"
	does_not_find stale-policy
	config <<<$'[Policy]\nMovableRatio=200'
	finds stale-policy /etc/memhp.conf "Policy.MovableRatio=200 is configured, Policy.MovableRatio=301 is in force" "memhpctl reload"
	start
	does_not_find stale-policy
}

@test "mistakes in the configuration" {
	config <<<$'[Policy]\nMovableRatio=many'
	in_force boot-only
	finds config-mistake /etc/memhp.conf:2 "many" "allowed"
	config <<<$'[Policy]\nMovableRatio=301'
	does_not_find config-mistake
}

@test "rules of others that online memory" {
	in_force boot-only
	does_not_find competing-rule
	config usr/lib/udev/rules.d/40-redhat.rules <<-'END'
		SUBSYSTEM=="cpu", ACTION=="add", ATTR{online}="1"
		SUBSYSTEM=="memory", ACTION=="add", ATTR{state}=="offline", ATTR{state}="online"
	END
	finds competing-rule /usr/lib/udev/rules.d/40-redhat.rules:2 "memhpctl reload"
	lacks "$(ctl doctor || :)" /etc/udev/rules.d OverrideRules
	run -2 ctl doctor
	# memhp replaces it.
	start
	does_not_find competing-rule
	# The administrator has masked it.
	config etc/udev/rules.d/40-redhat.rules </dev/null
	does_not_find competing-rule
	config etc/udev/rules.d/99-site.rules <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	finds competing-rule /etc/udev/rules.d/99-site.rules:1 "remove it from the file"
}

@test "a rule of others that memhp was told to leave alone, and one that it cannot replace" {
	config <<<$'[Policy]\nOverrideRules=no'
	in_force boot-only
	config usr/lib/udev/rules.d/40-redhat.rules <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	finds competing-rule /usr/lib/udev/rules.d/40-redhat.rules:1 "OverrideRules=yes" "memhpctl reload"
	config usr/lib/udev/rules.d/40-redhat.rules <<<'SUBSYSTEM=="memory", ATTR{state}="online", TAG+="x"'
	finds competing-rule /usr/lib/udev/rules.d/40-redhat.rules:1 "it also sets" "put a copy of the file without it into /etc/udev/rules.d"
}

@test "replacements that are not what the originals ask for" {
	local original=usr/lib/udev/rules.d/40-redhat.rules published=/run/udev/rules.d/40-redhat.rules

	config $original <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	in_force boot-only
	does_not_find stale-file
	# The package was updated: no daemon-reload, then one without reload, then both.
	config $original <<<$'# new\nSUBSYSTEM=="memory", ATTR{state}="online"'
	finds stale-file $published "have changed since" "memhpctl reload"
	generator "$generated" 2>/dev/null
	finds stale-file $published "have changed since"
	publish reload
	does_not_find stale-file
	# Not ours any more.
	echo "# mine" >"$root$published"
	does_not_find stale-file
	start
	# Removed.
	rm "$root$published" "$root/$original"
	config $original <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	start
	rm "$root/$original"
	finds stale-file $published "are gone" "memhpctl reload"
	start
	does_not_find stale-file
	# Masked.
	config $original <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	start
	config etc/udev/rules.d/40-redhat.rules </dev/null
	finds stale-file $published "masked"
}

@test "what a replaced rule did beside onlining" {
	in_force boot-only
	config usr/lib/udev/rules.d/50-mem.rules <<<'SUBSYSTEM=="memory", ATTR{state}="online", RUN+="/bin/true"'
	does_not_find rule-work-lost
	start
	finds rule-work-lost /usr/lib/udev/rules.d/50-mem.rules:1 "(RUN)" "rule of your own"
	run -0 ctl doctor
}

@test "a rule of others of which it cannot be told" {
	in_force boot-only
	config usr/lib/udev/rules.d/50-cp.rules <<<'SUBSYSTEM=="memory", RUN+="/bin/cp /run/word /sys%p/state"'
	start
	finds competing-rule /usr/lib/udev/rules.d/50-cp.rules:1 "may online memory" "cannot be told" "if it does"
	run -1 ctl doctor
}

@test "rules of others are named while memhp is not in force, too" {
	machine boot-only
	config usr/lib/udev/rules.d/40-redhat.rules <<-'END'
		SUBSYSTEM=="memory", ACTION=="add", ATTR{state}=="offline", ATTR{state}="online"
	END
	config etc/udev/rules.d/99-site.rules <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	echo "ro memhp=off" >"$root/proc/cmdline"
	finds competing-rule /usr/lib/udev/rules.d/40-redhat.rules:1 "this rule onlines memory, as memhp is not in force" "memhp replaces it"
	finds competing-rule /etc/udev/rules.d/99-site.rules:1 "remove it from the file"
	run -0 ctl doctor
	contains "$output" "note: /usr/lib/udev/rules.d/40-redhat.rules:1: "
	rm "$root/proc/cmdline"
	config <<<$'[Policy]\nOverrideRules=no'
	finds competing-rule /usr/lib/udev/rules.d/40-redhat.rules:1 "OverrideRules=yes"
}

@test "a line of tmpfiles.d that onlines memory" {
	in_force boot-only
	does_not_find competing-tmpfiles
	config etc/tmpfiles.d/site.conf <<<$'# mine\nw /sys/devices/system/memory/memory*/state - - - - online'
	finds competing-tmpfiles /etc/tmpfiles.d/site.conf:2 "onlines memory" "mask"
	run -2 ctl doctor
	config etc/tmpfiles.d/site.conf <<<'w /sys/devices/system/memory/auto_online_blocks - - - - online'
	finds competing-tmpfiles /etc/tmpfiles.d/site.conf:1 "/run/tmpfiles.d/00-memhp.conf overrules it"
	run -0 ctl doctor
	rm "$root/run/tmpfiles.d/00-memhp.conf"
	finds unpublished /run/tmpfiles.d/00-memhp.conf "systemctl reload memhp"
}

# -- The kernel

@test "a kernel that onlines new memory by itself" {
	in_force boot-only
	does_not_find kernel-onlines
	echo online_movable >"$memory/auto_online_blocks"
	finds kernel-onlines /sys/devices/system/memory/auto_online_blocks online_movable "systemctl restart memhp"
}

@test "a kernel that onlines new memory while memhp is not in force is worth a note" {
	machine boot-only
	echo "ro memhp=off" >"$root/proc/cmdline"
	does_not_find kernel-onlines
	echo online >"$memory/auto_online_blocks"
	finds kernel-onlines /sys/devices/system/memory/auto_online_blocks "the kernel onlines all new memory"
	run -0 ctl doctor
}

@test "a kernel that is to online new memory, and does not" {
	config <<<$'[Policy]\nOnliner=kernel'
	machine boot-only
	mkdir -p "$root/sys/module/memory_hotplug/parameters"
	echo contig-zones >"$root/sys/module/memory_hotplug/parameters/online_policy"
	echo 301 >"$root/sys/module/memory_hotplug/parameters/auto_movable_ratio"
	echo Y >"$root/sys/module/memory_hotplug/parameters/auto_movable_numa_aware"
	start
	echo online >"$memory/auto_online_blocks"
	does_not_find kernel-is-off
	does_not_find kernel-onlines
	does_not_find stale-policy
	echo offline >"$memory/auto_online_blocks"
	finds kernel-is-off /sys/devices/system/memory/auto_online_blocks "Onliner=kernel" "systemctl restart memhp"
}

@test "memhp_default_state= that has the kernel online what is there at boot" {
	in_force boot-only
	for state in online online_kernel online_movable; do
		echo "ro memhp_default_state=$state" >"$root/proc/cmdline"
		finds default-state "kernel\\\\x20command\\\\x20line" "memhp_default_state=offline"
	done
	echo "ro memhp_default_state=offline" >"$root/proc/cmdline"
	does_not_find default-state
}

@test "parameters of the kernel's own policy are worth a note" {
	in_force boot-only
	does_not_find parameter-unused
	echo "ro memory_hotplug.auto_movable_ratio=400" >"$root/proc/cmdline"
	finds parameter-unused "kernel\\\\x20command\\\\x20line" "auto_movable_ratio=400" "MovableRatio="
	run -0 ctl doctor
	contains "$output" "note: kernel command line: "
	run -0 ctl --quiet doctor
	equal "$output" ""
}

@test "a crash kernel that has to be loaded again for each block" {
	in_force boot-only
	mkdir -p "$root/sys/kernel"
	echo 1 >"$root/sys/kernel/kexec_crash_loaded"
	does_not_find crash-hotplug
	echo 0 >"$memory/crash_hotplug"
	finds crash-hotplug /sys/devices/system/memory/crash_hotplug "kexec -s"
	echo 1 >"$memory/crash_hotplug"
	does_not_find crash-hotplug
	echo 0 >"$memory/crash_hotplug"
	echo 0 >"$root/sys/kernel/kexec_crash_loaded"
	does_not_find crash-hotplug
}

@test "page arrays of hot-plugged memory that eat up the boot memory" {
	machine <<-'END'
		block_size 2G
		e820 0x0 0x7fffffff ram
		blocks 0 node0 online Normal
		blocks 2-17 node0 offline "Normal Movable" PNP0C80:00
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-8ffffffff : System RAM
	END
	start
	finds memmap-on-memory /sys/module/memory_hotplug/parameters/memmap_on_memory 512M 2G
	mkdir -p "$root/sys/module/memory_hotplug/parameters"
	echo Y >"$root/sys/module/memory_hotplug/parameters/memmap_on_memory"
	does_not_find memmap-on-memory
	rm -r "$root"
	in_force one-dimm
	does_not_find memmap-on-memory
}

# -- Memory

@test "blocks that wait for memhp" {
	in_force one-dimm
	finds waiting PNP0C80:00 "512M (4 blocks) are offline" "memhpctl online PNP0C80:00"
	ctl online 2>/dev/null
	does_not_find waiting
}

@test "blocks that wait while memhp is not in force, or has the kernel online" {
	machine one-dimm
	finds waiting PNP0C80:00 "512M (4 blocks) are offline, and memhp is not in force" "chmem -e 0x100000000-0x11fffffff"
	echo "ro memhp=off" >"$root/proc/cmdline"
	finds waiting PNP0C80:00 "512M (4 blocks) are offline"
	run -1 ctl doctor
	rm "$root/proc/cmdline"
	config <<<$'[Policy]\nOnliner=kernel'
	parameters contig-zones 301 Y offline
	start
	echo offline >"$memory/memory33/state"
	finds waiting PNP0C80:00 "128M (1 block) is offline, and the kernel onlines only what comes anew" "chmem -e 0x100000000-0x11fffffff"
}

@test "blocks that the kernel has refused to online" {
	in_force one-dimm
	faults "memory33 ENOMEM"
	run ctl online
	finds online-failed PNP0C80:00 "128M (1 block) cannot be onlined" "Cannot allocate memory" "memhpctl online PNP0C80:00"
	run -2 ctl doctor
	unset FAKEKERNEL_FAULTS
	ctl online 2>/dev/null
	does_not_find online-failed
	does_not_find waiting
}

@test "blocks with faulty memory are not to be tried again" {
	in_force one-dimm
	faults "memory33 EHWPOISON"
	run ctl online
	finds online-failed PNP0C80:00 "128M (1 block) cannot be onlined" "memory33: Memory page has hardware error" "replace the module"
	lacks "$(ctl doctor)" "memhpctl online"
}

@test "CXL memory that waits for daxctl" {
	in_force cxl-window
	finds left-offline dax0.0 "512M (4 blocks)" "daxctl online-memory dax0.0" "[Cxl]"
	does_not_find waiting
	for n in 82 83 84 85; do
		set_block memory$n online Movable
	done
	does_not_find left-offline
	does_not_find onlined-by-others
}

@test "memory that is left to the administrator" {
	config <<<$'[Dimm]\nZone=leave'
	in_force one-dimm
	finds left-offline PNP0C80:00 "chmem -e 0x100000000-0x11fffffff, or Zone= in [Dimm]"
}

@test "boot memory that is offline is worth a note" {
	in_force boot-only
	finds boot-offline "boot\\\\x20memory" "128M (1 block) is offline" "chmem -e 0x78000000-0x7fffffff"
	set_block memory15 online Normal
	does_not_find boot-offline
	set_block memory12 offline none
	set_block memory3 offline none
	set_block memory4 offline none
	finds boot-offline "boot\\\\x20memory" "384M (3 blocks) are offline" \
		"chmem -e 0x18000000-0x27ffffff, chmem -e 0x60000000-0x67ffffff"
	run -0 ctl doctor
	equal "${#lines[@]}" 1
}

@test "blocks that stand alone are one finding where they are alike" {
	machine <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8-39 node0 offline "Normal Movable"
		blocks 41 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		iomem
		| 00000000-7fffffff : System RAM
	END
	start
	finds left-offline memory8-memory39 "8G (32 blocks) are offline and left to administrator" \
		"chmem -e 0x80000000-0x27fffffff, or Zone= in [Standby]"
	finds left-offline memory41 "256M (1 block) is offline"
	equal "$(ctl doctor --raw --noheadings --output id | wc -l)" 2
	config <<<$'[Standby]\nZone=movable'
	start
	finds waiting memory8-memory39 "8G (32 blocks) are offline" "memhpctl online"
	for n in {8..39}; do
		set_block "memory$n" online Normal
	done
	finds onlined-by-others memory8-memory39 "8G (32 blocks)"
	onlined 8 39 Movable
	equal "$(ctl doctor --raw --noheadings --output id,subject)" "waiting memory41"
}

@test "memory that another than memhp has onlined" {
	in_force one-dimm
	for n in 32 33; do
		set_block memory$n online Normal
	done
	onlined 34 35 Movable
	finds onlined-by-others PNP0C80:00 "256M (2 blocks)" "kernel zone" "memhp_default_state=offline"
	run -1 ctl doctor
	# Where it can be removed that is only worth a note.
	for n in 32 33; do
		set_block memory$n online Movable
	done
	finds onlined-by-others PNP0C80:00 "256M (2 blocks)"
	run -0 ctl doctor
	onlined 32 33 Movable
	does_not_find onlined-by-others
}

@test "CXL memory that the kernel has put into a kernel zone" {
	in_force cxl-window
	set_block memory82 online Normal
	finds onlined-by-others dax0.0 "128M (1 block)" "cannot be removed"
	set_block memory82 online Movable
	does_not_find onlined-by-others
}

@test "a DIMM that is in two zones" {
	in_force one-dimm
	onlined 32 33 Movable
	onlined 34 35 Normal
	finds split PNP0C80:00 "2 of its blocks are movable and 2 in a kernel zone" "try chmem -d 0x110000000-0x11fffffff, then memhpctl online PNP0C80:00"
	onlined 34 35 Movable
	does_not_find split
}

@test "each run of blocks that pins a device has a command, and none is left out silently" {
	local n

	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-63 node0 online Movable PNP0C80:00
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-1ffffffff : System RAM
	END
	start
	for n in 33 35 36; do
		set_block memory$n online Normal
	done
	finds split PNP0C80:00 "try chmem -d 0x108000000-0x10fffffff, chmem -d 0x118000000-0x127ffffff, then "
	for ((n = 32; n <= 62; n += 2)); do
		set_block memory$n online Normal
	done
	finds split PNP0C80:00 "try chmem -d 0x100000000-0x127ffffff, chmem -d 0x130000000-0x137ffffff, " " and so on, 8 more ranges, then "
}

@test "a virtio-mem device may be in two zones" {
	in_force virtio-mem
	onlined 34 37 Movable
	onlined 40 43 Normal
	does_not_find split
}

@test "more movable memory than the ratio allows" {
	config <<<$'[Policy]\nMovableRatio=20\n[Dimm]\nZone=movable'
	in_force one-dimm
	does_not_find ratio-exceeded
	ctl online 2>/dev/null
	finds ratio-exceeded machine "512M are movable, 409.5M are allowed by MovableRatio=20"
	config <<<$'[Policy]\nMovableRatio=30\n[Dimm]\nZone=movable'
	start
	does_not_find ratio-exceeded
}

@test "a dax device whose state is not that of its blocks" {
	in_force cxl-window
	does_not_find dax-state
	mkdir -p "$root/sys/bus/dax/devices/dax0.0"
	state=$root/sys/bus/dax/devices/dax0.0/state
	echo offline >"$state"
	does_not_find dax-state
	echo online_movable >"$state"
	finds dax-state dax0.0/state "some of its blocks are offline"
	echo unplugged >"$state"
	finds dax-state dax0.0/state "though it has blocks"
	for n in 82 83 84 85; do
		set_block memory$n online Movable
	done
	echo online_movable >"$state"
	does_not_find dax-state
	echo online_kernel >"$state"
	finds dax-state dax0.0/state "some of its blocks are movable"
	echo offline >"$state"
	finds dax-state dax0.0/state "some of its blocks are online"
	set_block memory83 online Normal
	echo online_movable >"$state"
	finds dax-state dax0.0/state "some of its blocks are in a kernel zone"
}

@test "soft-reserved memory that no driver has taken" {
	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		memmap 0x100000000 0x17fffffff "Soft Reserved"
		cedt 0x290000000 4G
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-17fffffff : Soft Reserved
	END
	start
	# A CXL window may be empty.
	finds window-without-owner 0x100000000-0x17fffffff "2G of soft-reserved memory" "modprobe -a dax_hmem"
	echo "100000000-17fffffff : dax0.0" >>"$root/proc/iomem"
	does_not_find window-without-owner
}

# -- Persistent memory

# beside_data: memory and an ext4 in one region; memhp.service is active
beside_data()
{
	persistent_memory
	ext4 pmem0 archive
	start
}

@test "memory in one region with a file system" {
	beside_data
	finds beside-data dax0.0 "namespace0.0 (pmem0), which holds ext4"
	truncate -s 0 "$root/dev/pmem0"
	truncate -s 1M "$root/dev/pmem0"
	does_not_find beside-data
}

# daxctl_config UUID MODE
daxctl_config()
{
	config etc/daxctl.conf.d/site.conf <<-END
		[reconfigure-device site]
		nvdimm.uuid = $1
		mode = $2
	END
}

@test "a daxctl configuration that makes memory of a file system" {
	beside_data
	does_not_find daxctl-takes-data
	daxctl_config 48D8E42C-a2f0-4312-9e70-a837faafe862 system-ram
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.0, which holds ext4"
	run -2 ctl doctor
	daxctl_config 48d8e42c-a2f0-4312-9e70-a837faafe862 devdax
	does_not_find daxctl-takes-data
	daxctl_config 00000000-a2f0-4312-9e70-a837faafe862 system-ram
	does_not_find daxctl-takes-data
	daxctl_config 11111111-2222-3333-4444-555555555555 system-ram
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.1 in the region of namespace0.0, which holds ext4"
	run -1 ctl doctor
	daxctl_config 00000000-0000-0000-0000-000000000002 system-ram
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.1 in the region of namespace0.0, which holds ext4"
}

@test "a daxctl configuration is read as daxctl reads it" {
	beside_data
	uuid=11111111-2222-3333-4444-555555555555
	daxctl_config "\"$uuid\" # of the other one" "'system-ram' ; for good"
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.1"
	daxctl_config "$uuid;comment" "system-ram # comment"
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.1"
	config etc/daxctl.conf.d/site.conf <<<$'[Reconfigure-Device x]\nNVDIMM.UUID='"$uuid"$'\nMode=system-ram'
	finds daxctl-takes-data /etc/daxctl.conf.d/site.conf:3 "namespace0.1"
	daxctl_config "$uuid" "SYSTEM-RAM"
	does_not_find daxctl-takes-data
	daxctl_config "$uuid" "\"\""
	does_not_find daxctl-takes-data
	daxctl_config "$uuid" "; system-ram"
	does_not_find daxctl-takes-data
	config etc/daxctl.conf.d/site.conf <<<$'[monitor x]\nnvdimm.uuid='"$uuid"$'\nmode=system-ram'
	does_not_find daxctl-takes-data
}

# -- Odd machines

@test "every machine can be examined, also one that is damaged" {
	for table in "$abs_top_srcdir"/tests/machines/*.txt; do
		name=$(basename "$table" .txt)
		rm -rf "$root"
		machine "$name"
		generator "$generated" 2>/dev/null
		publish start 2>/dev/null || true
		run ctl doctor --json
		case $name in
		no-hotplug) equal "$status" 69 ;;
		*) [ "$status" -le 2 ] ;;
		esac
	done
	rm -rf "$root"
	in_force one-dimm
	rm -rf "$root/sys/devices/system/node" "$root/proc/cmdline" "$spool/groups"
	run ctl doctor
	[ "$status" -le 2 ]
}

@test "without root what can be told is told" {
	in_force hidden-iomem
	run ctl doctor
	contains "$output" "addresses in /proc/iomem cannot be read"
	[ "$status" -le 2 ]
}
