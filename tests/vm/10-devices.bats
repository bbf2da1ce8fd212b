# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Every kind of memory that is plugged into a running machine of 2 GiB, at ratio 100: 2 GiB less what the
# firmware keeps may be movable, so three DIMMs of 512 MiB fit and a fourth does not.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	mkdir -p "$overlay/etc/memhp.conf.d"
	printf '%s\n' '[Policy]' 'MovableRatio=100' >"$overlay/etc/memhp.conf.d/test.conf"
	vm_setup_file --virtio-mem vm0:4G --cxl 512M --nvdimm 1G
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# plug ID: a DIMM of 512 MiB; prints its zones once all of it is online
plug()
{
	local acpi

	acpi=$(dimm "$1" 512M)
	wait_for 30 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline"
	guest "zones_of dimm $acpi"
}

# Writes the names of blocks for which a callout is started to /run/callouts.
watch_callouts()
{
	guest 'cd /usr/lib/udev
		[ -e memhp-callout.real ] || mv memhp-callout memhp-callout.real
		printf "#!/bin/sh\necho \$1 >>/run/callouts\nexec /usr/lib/udev/memhp-callout.real \"\$@\"\n" >memhp-callout
		chmod +x memhp-callout
		: >/run/callouts'
}

unwatch_callouts()
{
	guest 'mv /usr/lib/udev/memhp-callout.real /usr/lib/udev/memhp-callout'
}

@test "memhp is in force, and nothing failed at boot" {
	[ "$(guest 'systemctl is-active memhp.service')" = active ]
	[ "$(guest 'systemctl is-system-running')" = running ]
	[ "$(guest 'cat $memory/auto_online_blocks')" = offline ]
}

@test "udevadm finds nothing wrong with the rules" {
	guest 'udevadm verify /usr/lib/udev/rules.d/80-memhp.rules /run/udev/rules.d/79-memhp.rules'
}

@test "no process is started for the blocks of boot memory, and udev stores nothing of them" {
	watch_callouts
	guest 'udevadm trigger --action=add --subsystem-match=memory --settle; [ ! -s /run/callouts ]'
	[ "$(guest 'ls /run/udev/data | grep -c "^+memory:" || :')" = 0 ]
	unwatch_callouts
}

@test "DIMMs go movable while the ratio allows, then to a kernel zone" {
	[ "$(plug dimm0)" = Movable ]
	[ "$(plug dimm1)" = Movable ]
	[ "$(plug dimm2)" = Movable ]
	[ "$(plug dimm3)" = Normal ]
}

@test "the event of a block that a callout holds starts nothing, and the next callout takes over its name" {
	local acpi held other

	guest 'printf "[Dimm]\nZone=leave\n" >/etc/memhp.conf.d/leave.conf; systemctl daemon-reload; systemctl reload memhp'
	acpi=$(dimm left 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ]"
	read -r held other _ < <(guest "udevadm settle; dimm_blocks $acpi | xargs")
	watch_callouts
	guest "touch /run/memhp/held/$held; udevadm trigger --action=add --settle \$memory/$held"
	guest "[ ! -s /run/callouts ]; [ -e /run/memhp/held/$held ]"
	guest "udevadm trigger --action=add --settle \$memory/$other"
	[ "$(guest 'cat /run/callouts')" = "$other" ]
	guest "[ ! -e /run/memhp/held/$held ]"
	unwatch_callouts
	undimm left
	guest 'rm /etc/memhp.conf.d/leave.conf; systemctl daemon-reload; systemctl reload memhp'
}

@test "the journal and the udev database say why" {
	guest 'journalctl -t memhp --no-pager' | grep -E 'PNP0C80:.* \(dimm, node 0\): 512 MiB \(4 blocks\) online, movable: fits ratio: M 1024M \+ 512M <= [0-9]+M'
	guest 'journalctl -t memhp --no-pager' | grep -E 'PNP0C80:.* kernel zone: exceeds ratio: M 1536M \+ 512M > [0-9]+M'
	guest 'udevadm settle
		link=$(echo $memory/memory*/firmware_node | cut -d" " -f 1)
		udevadm info -q property "${link%/*}"' >"$BATS_TEST_TMPDIR/properties"
	grep '^MEMHP_GROUP=PNP0C80:' "$BATS_TEST_TMPDIR/properties"
	grep '^MEMHP_OWNER=memhp' "$BATS_TEST_TMPDIR/properties"
	grep '^MEMHP_ZONE=movable' "$BATS_TEST_TMPDIR/properties"
	grep '^MEMHP_REASON=fits ratio' "$BATS_TEST_TMPDIR/properties"
	guest 'for link in $memory/memory*/firmware_node; do
			udevadm info -q property "${link%/*}" | grep -q "^MEMHP_ZONE="
		done'
}

@test "movable DIMMs are unplugged again" {
	undimm dimm0
	undimm dimm1
	undimm dimm2
}

@test "of four DIMMs plugged at once three are movable, and none is in two zones" {
	local acpi all=()

	for id in a b c d; do
		all+=("$(dimm "$id" 512M)")
	done
	for acpi in "${all[@]}"; do
		wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline"
		guest "zones_of dimm $acpi" >>"$BATS_TEST_TMPDIR/zones"
	done
	[ "$(sort "$BATS_TEST_TMPDIR/zones" | uniq -c | xargs)" = "3 Movable 1 Normal" ]
	for id in a b c d; do
		undimm "$id" || true # the one in the kernel zone may stay
	done
}

@test "virtio-mem grows in three steps and shrinks" {
	local size

	for size in 512M 1G 1536M; do
		resize vm0 $size
		wait_for 30 '! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
		[ "$(guest 'zones_of iomem "^System RAM .virtio_mem"')" = Movable ]
	done
	[ "$(guest 'iomem_blocks "^System RAM .virtio_mem" | wc -l')" -eq 12 ]
	resize vm0 0
	wait_for 30 '[ -z "$(iomem_blocks "^System RAM .virtio_mem")" ]'
}

@test "a CXL region is left to daxctl, without a process" {
	watch_callouts
	guest make_cxl_region
	wait_for 30 '[ "$(iomem_blocks "^dax0.0$" | wc -l)" -eq 4 ]'
	guest 'udevadm settle; [ ! -s /run/callouts ]'
	[ "$(guest 'zones_of iomem "^dax0.0$"')" = offline ]
	guest 'for block in $(iomem_blocks "^dax0.0$"); do
			udevadm info -q property $memory/$block | grep "^MEMHP_OWNER=daxctl$"
		done'
	unwatch_callouts
}

@test "daxctl onlines the CXL region without a race, and takes it offline" {
	run guest 'daxctl online-memory dax0.0 2>&1'
	[ "$status" -eq 0 ]
	[[ $output != *race* ]]
	[ "$(guest 'zones_of iomem "^dax0.0$"')" = Movable ]
	guest 'daxctl offline-memory dax0.0'
	[ "$(guest 'zones_of iomem "^dax0.0$"')" = offline ]
}

@test "persistent memory is left to daxctl, without a process" {
	watch_callouts
	guest make_pmem_ram >"$BATS_FILE_TMPDIR/pmem"
	guest 'udevadm settle; [ ! -s /run/callouts ]'
	unwatch_callouts
	read -r dax <"$BATS_FILE_TMPDIR/pmem"
	[ "$(guest "iomem_blocks '^$dax\$' | wc -l")" -ge 7 ]
	[ "$(guest "zones_of iomem '^$dax\$'")" = offline ]
	guest "for block in \$(iomem_blocks '^$dax\$'); do
			udevadm info -q property \$memory/\$block | grep '^MEMHP_OWNER=daxctl\$'
		done"
}

@test "daxctl onlines persistent memory without a race, and takes it offline" {
	read -r dax <"$BATS_FILE_TMPDIR/pmem"
	run guest "daxctl online-memory $dax 2>&1"
	[ "$status" -eq 0 ]
	[[ $output != *race* ]]
	[ "$(guest "zones_of iomem '^$dax\$'")" = Movable ]
	guest "daxctl offline-memory $dax"
}

@test "virtio-mem grows by more than it may have offline, and does not stall" {
	resize vm0 3G
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 24 ] &&
		! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
}

@test "what callouts leave behind, udev has the sweep online" {
	# As if each were killed when it had dropped the name of its block.
	guest 'cd /usr/lib/udev
		mv memhp-callout memhp-callout.real
		{
			echo "#!/bin/sh"
			echo "case \$1 in --*) exec /usr/lib/udev/memhp-callout.real \"\$@\" ;; esac"
			echo ": >/run/memhp/pending/\$1"
			echo "kill -KILL \$\$"
		} >memhp-callout
		chmod +x memhp-callout'
	acpi=$(dimm swept 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline"
	guest "journalctl -b -u memhp-sweep.service -o cat --no-pager | grep '^$acpi (dimm'"
	unwatch_callouts
}

@test "nothing is left over, and no unit failed" {
	guest '[ -z "$(ls /run/memhp/pending /run/memhp/taken /run/memhp/held | grep memory)" ]'
	[ "$(guest 'systemctl is-system-running')" = running ]
}
