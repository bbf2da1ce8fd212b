# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Everybody who deals with memory at once: a short run of tests/vm/interleave.

bats_require_minimum_version 1.5.0
load lib.bash

@test "cxl, daxctl, DIMMs and udevadm trigger do not disturb each other" {
	short_run interleave --seed 1 --count 3
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") =~ ^"interleave: seed 1, 3 interleavings, "([0-9]+)" steps, "([0-9]+)" blocks looked at, "[0-9]+" DIMMs left that could not be unplugged, 0 bad"$ ]]
	[ "${BASH_REMATCH[1]}" -ge 30 ]
	[ "${BASH_REMATCH[2]}" -ge 15 ]
}
