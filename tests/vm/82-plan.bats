# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# "memhpctl plan --add" against what then happens: a short run of tests/vm/plan, which may run for hours as well.

bats_require_minimum_version 1.5.0
load lib.bash

@test "a plan comes true when the device is really plugged" {
	short_run plan --seed 4 --count 12
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") =~ ^"plan: seed 4, 12 what-ifs, "[0-9]+" boots, 0 differences"$ ]]
	# Both zones must have been foretold by the ratio.
	grep -qE '^# [0-9]+ blocks movable: fits ratio' "$BATS_TEST_TMPDIR/log"
	grep -qE '^# [0-9]+ blocks kernel: (exceeds|memory-only)' "$BATS_TEST_TMPDIR/log"
}
