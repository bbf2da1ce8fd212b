# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Installing, removing and purging the package on a running machine.

# shellcheck disable=SC2016 # what the guest is to expand is quoted

bats_require_minimum_version 1.5.0
load lib.bash

# vendor_package VERSION PATH: to be installed, with a rules file below PATH that onlines memory
vendor_package()
{
	local tree=$BATS_FILE_TMPDIR/vendor-$1

	install -D -m 644 /dev/stdin "$tree/DEBIAN/control" <<-END
		Package: vendor
		Version: $1
		Architecture: all
		Maintainer: nobody <nobody@localhost>
		Description: rules that online memory
	END
	install -D -m 644 /dev/stdin "$tree/$2/udev/rules.d/50-vendor.rules" <<-END
		# $1
		SUBSYSTEM=="memory", ATTR{state}="online"
	END
	dpkg-deb --root-owner-group -b "$tree" "$overlay/root/vendor-$1.deb" >&2
}

setup_file()
{
	local overlay=$BATS_FILE_TMPDIR/overlay

	install -D -m 644 "$MEMHP_DEB" "$overlay/root/memhp.deb"
	vendor_package 1 usr/lib
	vendor_package 2 usr/lib
	vendor_package 3 lib
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

# vendor_replaced VERSION: installed, its rules are in force as memhp has them
vendor_replaced()
{
	guest "dpkg -i /root/vendor-$1.deb"
	[ "$(guest 'tail -n 2 /run/udev/rules.d/50-vendor.rules')" = "# $1
SUBSYSTEM!=\"memory\", SUBSYSTEM==\"memory\", ATTR{state}=\"online\"" ]
}

@test "rules of a package that is installed, updated and removed are replaced at once" {
	vendor_replaced 1
	vendor_replaced 2
	guest 'dpkg --purge vendor; [ ! -e /run/udev/rules.d/50-vendor.rules ]'
	vendor_replaced 3
	guest 'dpkg --purge vendor; [ ! -e /run/udev/rules.d/50-vendor.rules ]'
}

@test "where memhp is not in force they are left alone, and nothing is said" {
	guest 'systemctl stop memhp
		[ -z "$(dpkg -i /root/vendor-1.deb 2>&1 >/dev/null)" ]
		[ "$(systemctl is-active memhp)" = inactive ]; [ ! -e /run/udev/rules.d/50-vendor.rules ]
		dpkg --purge vendor; systemctl start memhp'
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

@test "removed where its service cannot stop as it should, it leaves the machine as it was" {
	guest 'echo online >$memory/auto_online_blocks
		dpkg -i /root/vendor-1.deb; dpkg -i /root/memhp.deb
		[ "$(cat $memory/auto_online_blocks)" = offline ]; [ -e /run/udev/rules.d/50-vendor.rules ]
		mkdir -p /run/systemd/system/memhp.service.d
		printf "%s\n" "[Service]" ExecStop= ExecStop=/bin/false >/run/systemd/system/memhp.service.d/test.conf
		systemctl daemon-reload'
	guest 'dpkg --remove memhp; [ ! -e /run/memhp ]; [ -z "$(ls /run/udev/rules.d)" ]
		[ ! -e /run/memhp.stopped ]; [ ! -e /run/tmpfiles.d/00-memhp.conf ]
		[ "$(cat $memory/auto_online_blocks)" = online ]'
	guest 'rm -r /run/systemd/system/memhp.service.d; systemctl daemon-reload; dpkg --purge vendor'
}

@test "purged, nothing of it is left" {
	guest 'dpkg --purge memhp; [ -z "$(find /etc /run /usr /var/lib -name "*memhp*" ! -path "*/memhp-test*")" ]'
}
