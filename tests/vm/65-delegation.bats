# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The kernel onlines by its own policy where that does as well: the same memory on a machine where Onliner=auto
# chooses the kernel, and on one with a CXL window, where it chooses udev.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	# The DIMM is online before memhp is there, by the kernel's default.
	start_machine --virtio-mem vm0:2G
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# start_machine OPTION...: at ratio 100, 2 GiB less what the firmware keeps may be movable
start_machine()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	mkdir -p "$overlay/etc/memhp.conf.d"
	printf '%s\n' '[Policy]' 'Onliner=auto' 'MovableRatio=100' >"$overlay/etc/memhp.conf.d/test.conf"
	vm_setup_file --dimm boot0:512M --append memhp_default_state=online "$@"
}

# configure LINE...: puts another configuration into force
configure()
{
	printf '%s\n' '[Policy]' 'MovableRatio=100' "$@" >"$BATS_TEST_TMPDIR/conf"
	guest "cat >/etc/memhp.conf.d/test.conf <<'END'
$(cat "$BATS_TEST_TMPDIR/conf")
END
		systemctl daemon-reload; systemctl reload memhp"
}

# parameters: what the kernel does with memory that is added
parameters()
{
	guest 'cd /sys/module/memory_hotplug/parameters
		echo $(cat online_policy auto_movable_ratio auto_movable_numa_aware $memory/auto_online_blocks)'
}

# plug ID: a DIMM of 512 MiB; prints its zones once all of it is online
plug()
{
	local acpi

	acpi=$(dimm "$1" 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline"
	guest "zones_of dimm $acpi"
}

# plug_all: DIMMs until one is not movable, and virtio-mem that is so in part; prints the zones of each
plug_all()
{
	local id

	for id in dimm0 dimm1 dimm2 dimm3; do
		echo "$id $(plug $id | xargs)"
	done
	resize vm0 1G
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 8 ] &&
		! zones_of iomem "^System RAM .virtio_mem" | grep -q offline'
	guest 'for block in $(iomem_blocks "^System RAM .virtio_mem"); do
			zones_of blocks $block
		done | sort | uniq -c | xargs echo virtio-mem'
}

# said PROGRAM TEXT: how many lines of its journal have TEXT
said()
{
	guest "journalctl -b --no-pager -t $1 | grep -cF -- $(printf %q "$2") || true"
}

@test "without windows auto chooses the kernel, and says why" {
	[ "$(parameters)" = "auto-movable 100 Y online" ]
	guest 'grep -x Policy.Onliner=kernel /run/memhp/policy'
	[ "$(said memhp-generator "Onliner=auto: the kernel onlines, since the kernel's own policy decides as memhp would")" -ge 1 ]
	[ "$(guest 'systemctl is-system-running')" = running ]
}

@test "what the kernel onlined before memhp started is reported once, with the way to prevent it" {
	[ "$(said memhp-publish "online before memhp started")" -eq 1 ]
	[ "$(said memhp-publish "PNP0C80:00 (dimm, node 0): 512 MiB (4 blocks) online before memhp started, 0 movable, 4 in a kernel zone; memhp_default_state=offline on the kernel command line prevents that")" -eq 1 ]
}

@test "the kernel onlines DIMMs and virtio-mem, and udev starts nothing for them" {
	plug_all >"$BATS_FILE_TMPDIR/zones-kernel"
	cat "$BATS_FILE_TMPDIR/zones-kernel"
	[ "$(grep -c ' Movable$' "$BATS_FILE_TMPDIR/zones-kernel")" -eq 3 ]
	grep -x 'dimm3 Normal' "$BATS_FILE_TMPDIR/zones-kernel"
	grep -E '^virtio-mem [0-9]+ Movable [0-9]+ Normal$' "$BATS_FILE_TMPDIR/zones-kernel"
	guest 'udevadm settle; [ -z "$(ls /run/memhp/pending /run/memhp/groups | grep -v :$ || true)" ]'
	[ "$(said memhp "online")" -eq 0 ]
}

@test "a reload hands over from the kernel to udev" {
	undimm dimm0
	configure 'Onliner=udev'
	[ "$(parameters)" = "contig-zones 301 Y offline" ]
	[ "$(plug dimm0)" = Movable ]
	[ "$(said memhp "512 MiB (4 blocks) online, movable")" -eq 1 ]
}

@test "a reload hands over from udev to the kernel, which onlines what was left" {
	undimm dimm0
	configure 'Onliner=udev' '[Dimm]' 'Zone=leave'
	acpi=$(dimm dimm0 512M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ]"
	guest 'udevadm settle'
	[ "$(guest "zones_of dimm $acpi")" = offline ]
	configure 'Onliner=kernel'
	[ "$(guest "zones_of dimm $acpi")" = Movable ]
	[ "$(parameters)" = "auto-movable 100 Y online" ]
	[ "$(said memhp-publish "512 MiB (4 blocks) that were offline are online by the kernel's policy, 4 movable")" -eq 1 ]
	undimm dimm0
	[ "$(plug dimm0)" = Movable ]
}

@test "stop gives the kernel back all that it had, and start takes it again" {
	guest 'systemctl stop memhp; [ ! -e /run/memhp ]'
	[ "$(parameters)" = "contig-zones 301 Y online" ]
	guest 'systemctl start memhp'
	[ "$(parameters)" = "auto-movable 100 Y online" ]
	[ "$(guest 'systemctl is-system-running')" = running ]
}

@test "with a CXL window auto chooses udev, which onlines the same memory into the same zones" {
	vm_teardown_file
	rm -rf "$BATS_FILE_TMPDIR/vm"
	start_machine --virtio-mem vm0:2G --cxl 512M
	[ "$(parameters)" = "contig-zones 301 Y offline" ]
	guest 'grep -x Policy.Onliner=udev /run/memhp/policy'
	[ "$(said memhp-generator "Onliner=auto: udev onlines, since the firmware has windows for CXL or dax memory")" -ge 1 ]
	plug_all >"$BATS_TEST_TMPDIR/zones-udev"
	diff -u "$BATS_FILE_TMPDIR/zones-kernel" "$BATS_TEST_TMPDIR/zones-udev"
	[ "$(guest 'systemctl is-system-running')" = running ]
}
