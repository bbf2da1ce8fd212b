# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Policies that the kernel does not have: whole CXL cards movable, and memory that carries its own page array.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	vm_setup_file --memory 2G --cxl 4G \
		--append 'memory_hotplug.memmap_on_memory=1 memhp_default_state=offline'
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# configure LINE...: puts a configuration into force
configure()
{
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/conf"
	guest "cat >/etc/memhp.conf <<'END'
$(cat "$BATS_TEST_TMPDIR/conf")
END
		systemctl daemon-reload; systemctl reload-or-restart memhp"
}

@test "the kernel's own policy has a kernel zone for every block of a CXL region" {
	guest 'systemctl stop memhp
		echo offline >$memory/auto_online_blocks
		echo auto-movable >/sys/module/memory_hotplug/parameters/online_policy'
	guest make_cxl_region
	wait_for 60 '[ "$(iomem_blocks "^dax0.0$" | wc -l)" -eq 32 ]'
	guest 'udevadm settle
		for block in $(iomem_blocks "^dax0.0$"); do
			read -r first _ <$memory/$block/valid_zones
			echo "$first"
		done | sort | uniq -c' >"$BATS_TEST_TMPDIR/zones"
	[ "$(xargs <"$BATS_TEST_TMPDIR/zones")" = "32 Normal" ]
	guest 'echo contig-zones >/sys/module/memory_hotplug/parameters/online_policy'
}

@test "with [Cxl] Zone=movable all of the region is movable, on its node without boot memory" {
	configure '[Cxl]' 'Zone=movable'
	wait_for 90 '[ "$(zones_of iomem "^dax0.0$")" = Movable ]'
	guest 'journalctl -b -t memhp --no-pager | grep -F "dax0.0 (cxl, node 1): 4096 MiB (32 blocks) online, movable: fixed by [Cxl]"'
}

@test "the region is taken offline and disabled again, and stays so" {
	guest 'daxctl offline-memory dax0.0'
	guest 'udevadm settle'
	[ "$(guest 'zones_of iomem "^dax0.0$"')" = offline ]
	guest 'cxl disable-region region0'
	[ -z "$(guest 'iomem_blocks "^dax0.0$"')" ]
}

@test "[Device region0] is stronger than [Cxl]" {
	configure '[Device region0]' 'Zone=movable'
	guest 'cxl enable-region region0'
	wait_for 90 '[ "$(iomem_blocks "^dax0.0$" | wc -l)" -eq 32 ] &&
		[ "$(zones_of iomem "^dax0.0$")" = Movable ]'
	guest 'journalctl -b -t memhp --no-pager | grep -F "fixed by [Device region0]"'
	guest 'daxctl offline-memory dax0.0; cxl disable-region region0'
}

@test "a DIMM beyond the ratio that carries its own page array is movable" {
	configure '[Policy]' 'MovableRatio=1'
	acpi=$(dimm dimm0 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && [ \"\$(zones_of dimm $acpi)\" = Movable ]"
	guest "journalctl -b -t memhp --no-pager | grep -F '$acpi' | grep -F 'self-hosted memmap'"
}

@test "with SelfHostedMemmap=count it goes to a kernel zone" {
	configure '[Policy]' 'MovableRatio=1' 'SelfHostedMemmap=count'
	acpi=$(dimm dimm1 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && [ \"\$(zones_of dimm $acpi)\" = Normal ]"
	guest "journalctl -b -t memhp --no-pager | grep -F '$acpi' | grep -F 'exceeds ratio'"
}
