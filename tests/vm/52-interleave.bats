# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Everybody who deals with memory at once: a short run of tests/vm/interleave.

bats_require_minimum_version 1.5.0
load lib.bash

@test "cxl, daxctl, DIMMs and udevadm trigger do not disturb each other" {
	local debs deb arguments=()

	read -ra debs <<<"${MEMHP_DEB:-}"
	for deb in "${debs[@]}"; do
		arguments+=(--deb "$deb")
	done
	# The output is shown if the test fails: it has what was done, and what came of it.
	"$vm_dir/interleave" "${arguments[@]}" --suite "${MEMHP_VM_SUITE:-trixie}" --seed 1 --count 5 \
		>"$BATS_TEST_TMPDIR/log" || {
		cat "$BATS_TEST_TMPDIR/log"
		return 1
	}
	cat "$BATS_TEST_TMPDIR/log"
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") =~ ^"interleave: seed 1, 5 interleavings, "([0-9]+)" steps, "([0-9]+)" blocks looked at, 0 bad"$ ]]
	[ "${BASH_REMATCH[1]}" -ge 50 ]
	[ "${BASH_REMATCH[2]}" -ge 20 ]
}
