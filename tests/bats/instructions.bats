# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What the programs cost, in instructions: tests/bench/instructions counts, tests/bench/instructions.txt
# says what there was. See "What it costs" in HACKING.md.

bats_require_minimum_version 1.5.0

top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..}
expected=$top/tests/bench/instructions.txt
counted=$BATS_FILE_TMPDIR/counted

setup_file()
{
	command -v valgrind gcc >/dev/null || skip "valgrind or gcc is missing"
	"$top/tests/bench/instructions" >"$BATS_FILE_TMPDIR/counted"
	cat "$BATS_FILE_TMPDIR/counted" >&2
}

# of FIGURE [BLOCKS]: its instructions
of()
{
	awk -v figure="$1" -v blocks="${2:-0}" \
		'$2 == figure && $3 == blocks { print $4; n++ } END { exit n != 1 }' "$counted"
}

@test "every figure is within 5 % of the table, or with another toolchain within 25 % of a row of it" {
	# shellcheck disable=SC2016 # awk's
	run -0 awk '
		FNR == NR { if ($1 ~ /^gcc-/) { rows[$2 " " $3] = rows[$2 " " $3] " " $4; own[$1 " " $2 " " $3] = $4 } next }
		$2 == "empty" { next }
		{
			seen++
			key = $2 " " $3
			if (($1 " " key) in own) {
				n = split(own[$1 " " key], want, " ")
				tolerance = 0.05
			} else {
				n = split(rows[key], want, " ")
				tolerance = 0.25
			}
			good = 0
			for (i = 1; i <= n; i++)
				if ($4 >= want[i] * (1 - tolerance) && $4 <= want[i] * (1 + tolerance))
					good = 1
			if (!good) {
				print $0 ", expected within " 100 * tolerance " % of:", rows[key]
				bad++
			}
		}
		END { if (seen != 16) print seen + 0 " figures"; exit bad > 0 || seen != 16 }' "$expected" "$counted"
}

@test "a callout that finds a leader takes at most 1.3 times what an empty program takes" {
	[ $((10 * $(of leave))) -le $((3 * $(of empty))) ]
}

@test "the callout is bound lazily also where a distribution asks for -z now, and its other relocations are read-only" {
	[ -n "${abs_top_builddir:-}" ] || skip "needs a build"
	# Another suffix, another program, of the objects that are there.
	env -u MAKEFLAGS make -C "$abs_top_builddir" EXEEXT=.hardened LDFLAGS='-Wl,-z,relro -Wl,-z,now' \
		memhp-callout.hardened
	mv "$abs_top_builddir/memhp-callout.hardened" "$BATS_TEST_TMPDIR/callout"
	run -1 grep -E 'BIND_NOW|FLAGS.* NOW' <(readelf --wide --dynamic "$BATS_TEST_TMPDIR/callout")
	grep GNU_RELRO <(readelf --wide --segments "$BATS_TEST_TMPDIR/callout")
}

@test "the leader takes no more for a block of a large machine than for one of a small machine" {
	local blocks

	for blocks in 1024 8192 32768 131072; do
		echo "$blocks blocks: $(($(of leader "$blocks") / blocks)) a block"
		[ $(($(of leader "$blocks") / blocks)) -le $(($(of leader 128) / 128)) ]
	done
}

@test "nor where each block stands alone" {
	local blocks

	for blocks in 1024 8192 32768 131072; do
		echo "$blocks blocks: $(($(of alone "$blocks") / blocks)) a block"
		[ $(($(of alone "$blocks") / blocks)) -le $(($(of alone 128) / 128)) ]
	done
}

# grows_by FIGURE: for each size of the machine, what another block takes up to that size from the size before
grows_by()
{
	awk -v figure="$1" '$2 == figure { if (blocks) printf "%d\n", ($4 - was) / ($3 - blocks); blocks = $3; was = $4 }' "$counted"
}

@test "what the leader takes for another block is the same or less on a larger machine, within 1 %" {
	local figure now last

	for figure in leader alone; do
		last=''
		while read -r now; do
			echo "$figure: $now for another block, ${last:-nothing} before"
			[ $((100 * now)) -le $((101 * ${last:-now})) ]
			last=$now
		done < <(grows_by "$figure")
		[ "$last" -gt 0 ]
	done
}

@test "the generator takes the same on a machine of any size, within 2 %" {
	local blocks

	for blocks in 1024 8192 32768 131072; do
		[ $((100 * $(of generator "$blocks"))) -le $((102 * $(of generator 128))) ]
	done
}
