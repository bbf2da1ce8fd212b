# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# CXL regions and persistent memory that memhp onlines as a whole, on a kernel that has daxX.Y/state.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	: "${MEMHP_VM_SUITE:=experimental}"
	mkdir -p "$overlay/etc/memhp.conf.d"
	printf '%s\n' '[Cxl]' 'Zone=movable' '[Dax]' 'Zone=kernel' >"$overlay/etc/memhp.conf.d/test.conf"
	vm_setup_file --cxl 512M --nvdimm 1G
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# whole DEVICE ZONE: all of its blocks are in the zone, and nothing waits
whole()
{
	wait_for 120 "[ \$(iomem_blocks '^$1\$' | wc -l) -ge 4 ] && [ \"\$(zones_of iomem '^$1\$')\" = $2 ]"
	wait_for 60 '[ -z "$(ls /run/memhp/pending /run/memhp/taken | grep memory)" ]'
}

@test "a CXL region is onlined movable as a whole, and the state of its device is on record" {
	guest make_cxl_region
	whole dax0.0 Movable
	guest 'state=$(cat /sys/bus/dax/devices/dax0.0/state); [ "$state" = offline ]
		grep -x MEMHP_STATE=online /run/memhp/groups/dax0.0'
}

@test "the device is unplugged by its own state, and the region goes away" {
	guest 'echo unplugged >/sys/bus/dax/devices/dax0.0/state
		[ -z "$(iomem_blocks "^dax0.0$")" ]
		cxl disable-region -f region0
		cxl destroy-region -f region0'
	[ -z "$(guest 'iomem_blocks "^dax0.0$"')" ]
}

@test "a device that was made again can be plugged into the other zone, against the configuration" {
	guest make_cxl_region
	whole dax0.0 Movable
	guest 'echo unplugged >/sys/bus/dax/devices/dax0.0/state
		echo online_kernel >/sys/bus/dax/devices/dax0.0/state'
	whole dax0.0 Normal
	[ "$(guest 'cat /sys/bus/dax/devices/dax0.0/state')" = online_kernel ]
}

@test "blocks that come offline of a device follow the zone of its own state" {
	guest 'for block in $(iomem_blocks "^dax0.0$"); do
			[ -n "$(timeout 20 sh -c "echo offline >$memory/$block/state" 2>&1)" ] || echo $block >/run/freed
		done
		[ -s /run/freed ]
		udevadm trigger --action=add --settle $memory/$(cat /run/freed)
		[ "$(cat /sys/bus/dax/devices/dax0.0/state)" = online_kernel ]'
	whole dax0.0 Normal
}

@test "persistent memory is onlined in a kernel zone as a whole" {
	guest make_pmem_ram >"$BATS_FILE_TMPDIR/pmem"
	read -r dax <"$BATS_FILE_TMPDIR/pmem"
	whole "$dax" Normal
	guest "grep -x MEMHP_ZONE=kernel /run/memhp/groups/$dax"
}

@test "no unit failed" {
	[ "$(guest 'systemctl is-system-running')" = running ]
}
