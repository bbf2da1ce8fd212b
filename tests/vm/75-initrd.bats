# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Memory that arrives while the initrd is at work, in initrds that dracut and initramfs-tools made with memhp in them.
# The kernel of these machines onlines by itself until it is told not to, and virtio-mem devices have a size from the
# start: their driver loads in the initrd.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local base debs

	base=$("$vm_dir/image" base "${MEMHP_VM_SUITE:-trixie}")
	read -ra debs <<<"$MEMHP_DEB"
	images=$("$vm_dir/initrd" "$base" "${debs[@]}")
	export images
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

# boot dracut|initramfs-tools [KERNEL ARGUMENT]: a machine with such an initrd, in place of the one before
boot()
{
	vm_teardown_file
	rm -rf "$BATS_FILE_TMPDIR/vm"
	vm_start --suite-base "$images/$1" --append "root=/dev/vda rw ${2:-}" --qemu "
		-drive file=$images/disk.img,if=none,id=disk,format=raw,snapshot=on
		-device virtio-blk-pci,drive=disk
		-object memory-backend-ram,id=mem-vm0,size=4G,reserve=off
		-device virtio-mem-pci,id=vm0,memdev=mem-vm0,node=0,requested-size=512M"
	# These are the last things that booting a root file system brings.
	[ "$(guest 'findmnt -n -o SOURCE /')" = /dev/vda ]
}

# What both leave to the root file system.
check_handover()
{
	# The blocks of the device were online, and movable, when the initrd ended.
	guest 'blocks=$(iomem_blocks "^System RAM .virtio_mem")
		[ "$(wc -w <<<"$blocks")" -eq 4 ]
		for block in $blocks; do
			grep -x "$block online Movable" /run/initrd-ends
		done
		[ "$(block_zones <<<"$blocks")" = Movable ]'
	# They were decided by the policy, and that is still known.
	guest 'grep -x Policy.MovableRatio=150 /run/memhp/policy
		udevadm settle
		for block in $(iomem_blocks "^System RAM .virtio_mem"); do
			udevadm info -q property $memory/$block >/run/properties
			grep -x MEMHP_OWNER=memhp /run/properties
			grep -x MEMHP_ZONE=movable /run/properties
			grep "^MEMHP_REASON=fits ratio" /run/properties
		done'
	# memhp.service has started anew.
	[ "$(guest 'systemctl is-system-running')" = running ]
	[ "$(guest 'systemctl is-active memhp')" = active ]
	[ "$(guest 'cat $memory/auto_online_blocks')" = offline ]
}

# What arrives later is memhp's too, and the kernel gets back what it had before the initrd.
check_root()
{
	acpi=$(dimm dimm0 256M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 2 ] && [ \"\$(zones_of dimm $acpi)\" = Movable ]"
	guest 'systemctl stop memhp; [ "$(cat $memory/auto_online_blocks)" = online ]
		[ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]'
}

@test "dracut: memory that arrives in the initrd is onlined there, and nothing is lost afterwards" {
	boot dracut
	check_handover
	guest 'journalctl -b -t memhp -o cat --no-pager | grep "^virtio.* (virtio-mem, node 0): .* online, movable: fits ratio"'
}

@test "dracut: the root file system has memhp in force, and can stop it" {
	check_root
}

@test "initramfs-tools: memory that arrives in the initrd is onlined there, and nothing is lost afterwards" {
	boot initramfs-tools
	check_handover
}

@test "initramfs-tools: the root file system has memhp in force, and can stop it" {
	check_root
}

@test "where the root file system wants no memhp, what the initrd published is withdrawn" {
	boot initramfs-tools memhp-test=none
	guest '[ "$(grep -c " online Movable" /run/initrd-ends)" -eq 4 ]
		[ "$(zones_of iomem "^System RAM .virtio_mem")" = Movable ]
		[ "$(systemctl is-active memhp)" = inactive ]
		[ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]
		[ "$(cat $memory/auto_online_blocks)" = online ]
		[ "$(systemctl is-system-running)" = running ]'
}

# The package has gone from the root file system, not from the initrd: memory is the kernel's, as it was before memhp.
check_gone()
{
	local acpi

	guest '[ ! -e /usr/lib/memhp/memhp-publish ]
		[ -z "$(systemctl list-unit-files --no-legend "memhp*")" ]'
	guest '[ "$(grep -c " online Movable" /run/initrd-ends)" -eq 4 ]
		[ "$(zones_of iomem "^System RAM .virtio_mem")" = Movable ]
		[ ! -e /run/memhp ]; [ ! -e /run/tmpfiles.d/00-memhp.conf ]
		[ -z "$(grep -ls memhp /run/udev/rules.d/*)" ]
		[ "$(cat $memory/auto_online_blocks)" = online ]
		[ "$(systemctl is-system-running)" = running ]'
	acpi=$(dimm dimm0 256M)
	wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 2 ] && ! zones_of dimm $acpi | grep offline"
}

@test "dracut: a root file system that memhp is gone from is left to the kernel" {
	boot dracut memhp-test=gone
	check_gone
}

@test "initramfs-tools: a root file system that memhp is gone from is left to the kernel" {
	boot initramfs-tools memhp-test=gone
	check_gone
}

@test "neither has memhp in it where nobody asks for that" {
	[ -s "$images/plain.txt" ]
	grep -q 'systemd-udevd' "$images/plain.txt"
	run ! grep -E 'memhp-(publish|generator|callout)|memhp\.conf' "$images/plain.txt"
}
