# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhp=off on the kernel command line: installed, and not there.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

setup_file()
{
	vm_setup_file --append memhp=off
}

teardown_file()
{
	vm_teardown_file
}

teardown()
{
	dump_on_failure
}

@test "memhp=off leaves the machine untouched, and says so" {
	[ "$(guest 'systemctl is-active memhp || true')" = inactive ]
	[ "$(guest 'cat $memory/auto_online_blocks')" = online ]
	guest '[ ! -e /run/memhp ]; [ ! -e /run/udev/rules.d/79-memhp.rules ]'
	guest 'journalctl -b --no-pager -t memhp-generator | grep -F "memhp=off"'
}

@test "the kernel onlines a DIMM as if memhp were not installed" {
	acpi=$(dimm dimm0 256M)
	wait_for 30 "[ \"\$(zones_of dimm $acpi)\" = Normal ]"
}
