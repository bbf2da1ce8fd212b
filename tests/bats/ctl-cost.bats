# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl costs on machines with many blocks: tests/bench/instructions counts.

bats_require_minimum_version 1.5.0

top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..}
counted=$BATS_FILE_TMPDIR/counted

setup_file()
{
	command -v valgrind gcc pkg-config >/dev/null || skip "valgrind, gcc or pkg-config is missing"
	# It fails when status over 32768 blocks needs more memory than it may have.
	"$top/tests/bench/instructions" --ctl >"$BATS_FILE_TMPDIR/counted"
	cat "$BATS_FILE_TMPDIR/counted" >&2
}

# of FIGURE BLOCKS: its instructions
of()
{
	awk -v figure="$1" -v blocks="$2" '$2 == figure && $3 == blocks { print $4; n++ } END { exit n != 1 }' "$counted"
}

# is_linear FIGURE: another block takes the same, within 10 %, however many there are
is_linear()
{
	local few more

	few=$((($(of "$1" 1024) - $(of "$1" 512)) / (1024 - 512)))
	more=$((($(of "$1" 4096) - $(of "$1" 1024)) / (4096 - 1024)))
	echo "$1: $few for another block up to 1024, $more up to 4096"
	[ "$few" -gt 0 ]
	[ $((10 * more)) -le $((11 * few)) ]
	[ $((10 * few)) -le $((11 * more)) ]
}

@test "status over 32768 blocks gets by with 32 MiB" {
	[ -s "$counted" ]
}

@test "doctor takes the same for another block, however many there are" {
	is_linear doctor
}

@test "plan takes the same for another block, however many there are" {
	is_linear plan
}
