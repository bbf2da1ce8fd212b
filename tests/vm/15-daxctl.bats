# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# With memhp's defaults daxctl and cxl find memory as if nobody else onlined any: a CXL device and persistent memory,
# whatever is done with them, and in which order.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local unit=$BATS_FILE_TMPDIR/overlay/etc/systemd/system/daxdev-reconfigure@.service

	# The unit that daxctl's rule asks for; Debian's package lacks it. The instance is the path of the device node.
	install -D -m 644 /dev/stdin "$unit" <<-'END'
		[Unit]
		Description=Reconfigure %I as the Configuration of daxctl Says
		[Service]
		Type=oneshot
		ExecStart=/bin/sh -c 'exec daxctl reconfigure-device --check-config "$$(basename "%I")"'
	END
	# A block that goes offline is emptied into another node. Without the second one that would be the CXL device,
	# and programs do not survive in the memory that QEMU emulates for it.
	vm_setup_file --node 1G --node 1G --cxl 512M --nvdimm 512M
	guest 'modprobe -a cxl_acpi cxl_pci cxl_mem cxl_port kmem dax_cxl device_dax nfit nd_pmem dax_pmem
		udevadm settle
		make_cxl_region >/run/cxl-dax; make_pmem_ram >/run/pmem-dax'
	dax_cxl=$(guest 'cat /run/cxl-dax')
	dax_pmem=$(guest 'cat /run/pmem-dax')
	export dax_cxl dax_pmem
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# tool COMMAND: of daxctl or cxl, which must succeed, and not complain of anybody else
tool()
{
	run guest "$1 2>&1"
	echo "$1: $output"
	[ "$status" -eq 0 ]
	[[ ! ${output,,} =~ race|warning|policy|"failed to" ]]
}

# is DAX offline|Movable|Normal|absent: its blocks, when udev has nothing to do any more
is()
{
	guest "udevadm settle"
	if [ "$2" = absent ]; then
		[ -z "$(guest "iomem_blocks '^$1\$'")" ]
	else
		[ "$(guest "iomem_blocks '^$1\$' | wc -l")" -ge 3 ]
		[ "$(guest "zones_of iomem '^$1\$'")" = "$2" ]
		guest "for block in \$(iomem_blocks '^$1\$'); do
				udevadm info -q property \$memory/\$block | grep '^MEMHP_OWNER=daxctl\$'
			done"
	fi
}

# all_orders DAX: every way from one mode to another, twice
all_orders()
{
	for _ in once more; do
		is "$1" offline
		tool "daxctl online-memory $1"
		is "$1" Movable
		tool "daxctl offline-memory $1"
		is "$1" offline
		tool "daxctl reconfigure-device --force --mode=devdax $1"
		is "$1" absent
		tool "daxctl reconfigure-device --mode=system-ram $1"
		is "$1" Movable
		tool "daxctl reconfigure-device --force --mode=devdax $1"
		is "$1" absent
		tool "daxctl reconfigure-device --mode=system-ram --no-online $1"
		is "$1" offline
	done
}

@test "the blocks of a CXL region come and go, online and offline, as daxctl says" {
	all_orders "$dax_cxl"
}

@test "the blocks of persistent memory come and go, online and offline, as daxctl says" {
	all_orders "$dax_pmem"
}

@test "daxctl may online into a kernel zone" {
	tool "daxctl reconfigure-device --force --mode=devdax $dax_cxl"
	tool "daxctl reconfigure-device --mode=system-ram --no-movable $dax_cxl"
	is "$dax_cxl" Normal
	tool "daxctl offline-memory $dax_cxl"
	tool "daxctl online-memory --no-movable $dax_cxl"
	is "$dax_cxl" Normal
	tool "daxctl offline-memory $dax_cxl"
	is "$dax_cxl" offline
}

@test "both devices at once" {
	tool 'for _ in 1 2 3; do
			daxctl online-memory all; daxctl offline-memory all
		done'
	is "$dax_cxl" offline
	is "$dax_pmem" offline
	tool 'for dax in $(cat /run/cxl-dax /run/pmem-dax); do
			(for _ in 1 2 3; do
				daxctl online-memory "$dax" && daxctl offline-memory "$dax" || exit
			done && daxctl online-memory "$dax") &
			workers+=($!)
		done
		for worker in "${workers[@]}"; do
			wait "$worker"
		done'
	is "$dax_cxl" Movable
	is "$dax_pmem" Movable
	tool 'daxctl offline-memory all'
}

@test "regions are made, used, disabled and destroyed, again and again" {
	local region

	for _ in 1 2 3; do
		region=$(guest 'basename /sys/bus/cxl/devices/region*')
		tool "daxctl online-memory $dax_cxl"
		is "$dax_cxl" Movable
		tool "daxctl offline-memory $dax_cxl"
		tool "cxl disable-region $region"
		is "$dax_cxl" absent
		tool "cxl destroy-region $region"
		dax_cxl=$(guest make_cxl_region)
		is "$dax_cxl" offline
	done
	# Nobody has to take the memory offline first, or disable first.
	region=$(guest 'basename /sys/bus/cxl/devices/region*')
	tool "daxctl online-memory $dax_cxl"
	tool "cxl disable-region $region"
	is "$dax_cxl" absent
	tool "cxl enable-region $region"
	wait_for 30 "[ \"\$(iomem_blocks '^$dax_cxl\$' | wc -l)\" -eq 4 ]"
	is "$dax_cxl" offline
	tool "cxl destroy-region --force $region"
	[ -z "$(guest 'ls /sys/bus/cxl/devices | grep region' || true)" ]
}

@test "persistent memory comes online at its event, if daxctl's configuration says so" {
	guest 'uuid=$(ndctl list -N --device-dax | sed -n "s/.*\"uuid\":\"\([^\"]*\)\".*/\1/p")
		printf "%s\n" "[reconfigure-device memhp-test]" "nvdimm.uuid=$uuid" "mode=system-ram" "online=true" "movable=true" \
			>/etc/daxctl.conf.d/memhp-test.conf'
	for _ in once more; do
		tool "daxctl reconfigure-device --force --mode=devdax $dax_pmem"
		is "$dax_pmem" absent
		guest "udevadm trigger --action=add /sys/bus/dax/devices/$dax_pmem --settle"
		guest "systemctl start \"daxdev-reconfigure@dev-$dax_pmem.service\""
		is "$dax_pmem" Movable
	done
	run guest 'journalctl -b --no-pager -o cat -u "daxdev-reconfigure@*"'
	[[ $output = *"reconfigured 1 device"* ]]
	[[ ! ${output,,} =~ race|"kernel policy" ]]
}

@test "memhp has touched none of it" {
	run ! guest 'journalctl -b --no-pager -o cat -t memhp | grep -E "dax|region"'
	guest '[ -z "$(ls /run/memhp/groups /run/memhp/blocks | grep -E "memory|dax|region")" ]'
	[ "$(guest 'systemctl is-system-running')" = running ]
}
