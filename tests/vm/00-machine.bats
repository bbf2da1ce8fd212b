# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The test machine itself, without memhp: every kind of memory it can gain, and
# that nothing but the test brings it online.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	# Whatever is installed elsewhere, this file looks at the bare machine.
	unset MEMHP_DEB
	vm_setup_file --append memhp_default_state=offline --virtio-mem vm0:4G \
		--cxl 512M --nvdimm 1G
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

@test "a machine is up, and runs what it is told" {
	[ "$(guest 'cat /proc/sys/kernel/ostype')" = Linux ]
	run -7 vm run -- 'echo out; echo error >&2; exit 7'
	[[ $output == *out*error* || $output == *error*out* ]]
	[ "$(vm run -- printf '%s|' 'a b' "c'd")" = "a b|c'd|" ]
	[ "$(guest <<<'echo from standard input')" = "from standard input" ]
	run -124 vm run --timeout 1 -- 'sleep 60'
}

@test "no unit failed, and no block is onlined automatically" {
	[ "$(guest 'systemctl is-system-running')" = running ]
	[ "$(guest 'cat $memory/auto_online_blocks')" = offline ]
}

@test "a DIMM brings offline blocks" {
	acpi=$(dimm dimm0 512M)
	wait_for 20 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ]"
	[ "$(guest "zones_of dimm $acpi")" = offline ]
	undimm dimm0
	[ -z "$(guest "dimm_blocks $acpi")" ]
}

@test "a DIMM in ZONE_MOVABLE can be unplugged, and its place used again" {
	for _ in 1 2; do
		acpi=$(dimm dimm0 512M)
		wait_for 20 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ]"
		guest "for b in \$(dimm_blocks $acpi); do echo online_movable >\$memory/\$b/state; done"
		[ "$(guest "zones_of dimm $acpi")" = Movable ]
		undimm dimm0
		vm event DEVICE_DELETED --device dimm0 --timeout 0
	done
}

@test "a DIMM that the guest cannot let go stays, and undimm says so" {
	acpi=$(dimm dimm0 256M)
	wait_for 20 "[ \$(dimm_blocks $acpi | wc -l) -eq 2 ]"
	guest "for b in \$(dimm_blocks $acpi); do echo online_kernel >\$memory/\$b/state; done
		# The kernel takes the inodes from there, and cannot move them.
		mkdir /run/pin; cd /run/pin; seq 20000 | xargs touch"
	run -1 undimm dimm0
	[[ $output == *"dimm0 stays: "*ACPI_DEVICE_OST* ]]
}

@test "QEMU's errors are reported" {
	run -1 undimm nothing
	[[ $output == *"Device 'nothing' not found"* ]]
	run -1 qmp device_del '{"id": "nothing"}'
	run -0 qmp query-status
	[[ $output == *'"running"'* ]]
}

@test "virtio-mem grows by offline blocks, and shrinks" {
	resize vm0 512M
	wait_for 20 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 4 ]'
	[ "$(guest 'zones_of iomem "^System RAM .virtio_mem"')" = offline ]
	resize vm0 0
	wait_for 20 '[ -z "$(iomem_blocks "^System RAM .virtio_mem")" ]'
}

@test "a CXL region brings offline blocks, which daxctl onlines movable" {
	guest 'modinfo -n dax_cxl' || skip "this kernel makes no RAM regions"
	guest make_cxl_region >"$BATS_TEST_TMPDIR/dax"
	read -r dax <"$BATS_TEST_TMPDIR/dax"
	[ "$dax" = dax0.0 ]
	[ "$(guest "iomem_blocks ^$dax\$ | wc -l")" -eq 4 ]
	[ "$(guest "zones_of iomem ^$dax\$")" = offline ]
	guest "daxctl online-memory $dax"
	[ "$(guest "zones_of iomem ^$dax\$")" = Movable ]
}

@test "persistent memory as RAM brings offline blocks" {
	guest make_pmem_ram >"$BATS_TEST_TMPDIR/dax"
	read -r dax <"$BATS_TEST_TMPDIR/dax"
	[ -n "$dax" ]
	guest "iomem_blocks ^$dax\$" | grep memory
	[ "$(guest "zones_of iomem ^$dax\$")" = offline ]
}
