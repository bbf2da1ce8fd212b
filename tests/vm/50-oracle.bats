# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The kernel's own policy as the judge of memhp's: a short run of tests/vm/oracle, which may run for hours as well.

bats_require_minimum_version 1.5.0
load lib.bash

# agree SEED SEQUENCES DECISIONS OPTION...: in at least so many of both there is no difference, and both answers were given
agree()
{
	short_run oracle --seed "$1" --sequences "$2" --decisions "$3" "${@:4}"
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") =~ ^"oracle: seed $1, "([0-9]+)" sequences, "([0-9]+)" decisions, "([0-9]+)" differences"$ ]]
	[ "${BASH_REMATCH[1]}" -ge "$2" ]
	[ "${BASH_REMATCH[2]}" -ge "$3" ]
	[ "${BASH_REMATCH[3]}" -eq 0 ]
	grep -qE '^# [0-9]+ movable: fits ratio' "$BATS_TEST_TMPDIR/log"
	grep -qE '^# [0-9]+ kernel: exceeds ratio' "$BATS_TEST_TMPDIR/log"
}

@test "memhp decides as the kernel with online_policy=auto-movable does" {
	agree 2 2 300
}

@test "so it does with movable boot memory, self-hosted memmap and virtio-mem units of two blocks" {
	agree 3 2 150 --append "movablecore=512M memory_hotplug.memmap_on_memory=1 virtio_mem.force_bbm=1 virtio_mem.bbm_block_size=268435456"
}
