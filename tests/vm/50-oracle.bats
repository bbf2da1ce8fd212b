# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The kernel's own policy as the judge of memhp's: a short run of tests/vm/oracle, which may run for hours as well.

bats_require_minimum_version 1.5.0
load lib.bash

@test "memhp decides as the kernel with online_policy=auto-movable does" {
	short_run oracle --seed 2 --sequences 2 --decisions 300
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") =~ ^"oracle: seed 2, "([0-9]+)" sequences, "([0-9]+)" decisions, "([0-9]+)" differences"$ ]]
	[ "${BASH_REMATCH[1]}" -ge 2 ]
	[ "${BASH_REMATCH[2]}" -ge 300 ]
	[ "${BASH_REMATCH[3]}" -eq 0 ]
	# Both answers must have been given.
	grep -qE '^# [0-9]+ movable: fits ratio' "$BATS_TEST_TMPDIR/log"
	grep -qE '^# [0-9]+ kernel: exceeds ratio' "$BATS_TEST_TMPDIR/log"
}
