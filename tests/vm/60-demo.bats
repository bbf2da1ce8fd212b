# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What ./dev demo shows.

bats_require_minimum_version 1.5.0

setup_file()
{
	"$BATS_TEST_DIRNAME/demo" "$MEMHP_DEB" >"$BATS_FILE_TMPDIR/demo" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/demo"
		return 1
	}
}

# row PATTERN: a row of the table at the end
row()
{
	sed -n '/^DEVICE /,$p' "$BATS_FILE_TMPDIR/demo" | grep -E "$1" || {
		cat "$BATS_FILE_TMPDIR/demo"
		return 1
	}
}

@test "the demo shows a DIMM that is movable and one that is not" {
	row '^PNP0C80:00 +dimm +0 +1024M +8 +Movable +fits ratio: M 0M \+ 1024M <= 2047M$'
	row '^PNP0C80:01 +dimm +0 +1024M +8 +Normal +exceeds ratio: M 1024M \+ 1024M > 2047M$'
}

@test "the demo shows virtio-mem growing" {
	row '^virtio[0-9]+ +virtio-mem +0 +[0-9]+M +[0-9]+ +Movable +fits ratio'
}

@test "the demo shows a CXL region left alone, and then onlined by daxctl" {
	grep -x 'memory1170 offline MEMHP_OWNER=daxctl' "$BATS_FILE_TMPDIR/demo"
	grep -x 'onlined memory for 1 device' "$BATS_FILE_TMPDIR/demo"
	row '^dax0.0 +\(daxctl\) +1 +512M +4 +Movable +CXL window'
}
