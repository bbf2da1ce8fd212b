# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Installing, removing and purging the package on a running machine.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	install -D -m 644 "$MEMHP_DEB" "$overlay/root/memhp.deb"
	export MEMHP_DEB=
	vm_setup_file --dimm boot0:256M --append memhp_default_state=offline
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

@test "installed, memhp is in force at once and onlines what is offline" {
	[ "$(guest 'zones_of dimm PNP0C80:00')" = offline ]
	guest 'dpkg -i /root/memhp.deb; [ "$(systemctl is-active memhp)" = active ]'
	wait_for 30 '[ "$(zones_of dimm PNP0C80:00)" = Movable ]'
}

@test "a DIMM plugged then is onlined" {
	acpi=$(dimm dimm1 256M)
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Movable ]"
}

@test "installing it once more changes nothing" {
	guest 'dpkg -i /root/memhp.deb; [ "$(systemctl is-active memhp)" = active ]
		[ "$(cat $memory/auto_online_blocks)" = offline ]; [ -e /run/udev/rules.d/79-memhp.rules ]'
}

@test "removed, it leaves memory online and the machine as it was" {
	guest 'dpkg --remove memhp; [ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]'
	[ "$(guest 'zones_of dimm PNP0C80:00')" = Movable ]
	[ "$(guest 'systemctl is-system-running')" = running ]
}

@test "purged, nothing of it is left" {
	guest 'dpkg --purge memhp; [ -z "$(find /etc /run /usr /var/lib -name "*memhp*" ! -path "*/memhp-test*")" ]'
}
