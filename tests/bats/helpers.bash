# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests of the programs share: a machine below $root that mkroot made, programs that work
# on it with fakekernel.so behind its memory blocks, and assertions that say what they found.

bats_require_minimum_version 1.5.0

: "${abs_top_srcdir:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${abs_top_builddir:=$abs_top_srcdir}"

root=$BATS_TEST_TMPDIR/root
memory=$root/sys/devices/system/memory
spool=$root/run/memhp
generated=$root/run/systemd/generator
# shellcheck disable=SC2034 # for the tests
rules=$root/run/udev/rules.d/79-memhp.rules

# Who reads the messages is not to depend on what started the tests.
unset JOURNAL_STREAM SYSTEMD_SCOPE SYSTEMD_VIRTUALIZATION FAKEKERNEL_FAULTS
export LC_ALL=C
export FAKEKERNEL_LOG=$BATS_TEST_TMPDIR/writes
export FAKEKERNEL_ROOT=$root
# A program with sanitizers wants its own library first, though a later one is as good.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0

# -- The machine

# machine NAME: that of tests/machines/NAME.txt; without NAME that of standard input
machine()
{
	local table=/dev/stdin

	[ $# -eq 0 ] || table=$abs_top_srcdir/tests/machines/$1.txt
	"$abs_top_srcdir/tests/lib/mkroot" "$table" "$root"
	mkdir -p "$generated"
}

# persistent_memory [MACHINE]: a machine, by default pmem-window, in whose region there are two namespaces: a disk,
# pmem0, and memory, dax0.0. As ndctl makes them, what a namespace is used through has a UUID of its own.
persistent_memory()
{
	local nd=$root/sys/bus/nd/devices dax=$root/sys/bus/dax

	machine "${1:-pmem-window}"
	mkdir -p "$nd"/{namespace0.0,namespace0.1,namespace0.2,region0,pfn0.0/block/pmem0/queue,dax0.1/dax0.0,dax0.1/dax_region} \
		"$dax/devices/dax0.0" "$dax/drivers/kmem" "$root/dev"
	echo 268435456 >"$nd/namespace0.0/size"
	echo memory >"$nd/namespace0.0/mode"
	echo pfn0.0 >"$nd/namespace0.0/holder"
	echo 00000000-0000-0000-0000-000000000001 >"$nd/namespace0.0/uuid"
	echo 48d8e42c-a2f0-4312-9e70-a837faafe862 >"$nd/pfn0.0/uuid"
	echo 1 >"$nd/pfn0.0/block/pmem0/queue/dax"
	echo 805306368 >"$nd/namespace0.1/size"
	echo dax >"$nd/namespace0.1/mode"
	echo dax0.1 >"$nd/namespace0.1/holder"
	echo 1 >"$nd/namespace0.1/numa_node"
	echo 00000000-0000-0000-0000-000000000002 >"$nd/namespace0.1/uuid"
	echo 11111111-2222-3333-4444-555555555555 >"$nd/dax0.1/uuid"
	ln -s ../../drivers/kmem "$dax/devices/dax0.0/driver"
	# One that waits to be given a size is none yet.
	echo 0 >"$nd/namespace0.2/size"
	echo raw >"$nd/namespace0.2/mode"
}

# ext4 NAME LABEL: what makes a block device an ext4; the label is a Python literal's inside
ext4()
{
	python3 - "$root/dev/$1" <<-END
		import struct, sys
		disk = bytearray(1 << 20)
		block = memoryview(disk)[1024:2048]
		struct.pack_into("<II", block, 0, 64, 256)       # inodes, blocks
		struct.pack_into("<I", block, 24, 2)             # blocks of 4 KiB
		struct.pack_into("<H", block, 56, 0xEF53)
		struct.pack_into("<IIII", block, 76, 1, 0, 0, 0) # revision
		struct.pack_into("<III", block, 92, 4, 0x40, 0)  # journal, extents
		block[104:120] = bytes(range(1, 17))
		struct.pack_into("16s", block, 120, b"$2")
		open(sys.argv[1], "wb").write(disk)
	END
}

# faults FAULT...: what the kernel of the machine refuses from now on; see fakekernel.c
faults()
{
	export FAKEKERNEL_FAULTS
	printf -v FAKEKERNEL_FAULTS '%s\n' "$@"
}

# config [PATH]: memhp.conf, or the file that is named, from standard input
config()
{
	install -D -m 644 /dev/stdin "$root/${1:-etc/memhp.conf}"
}

# policy: what the generator makes of memhp.conf and the machine is in force
policy()
{
	generator "$generated" 2>/dev/null
	install -D -m 644 -t "$spool" "$generated/memhp/policy" "$generated/memhp/boot-memory"
}

# pending NAME...: events have dropped these
pending()
{
	mkdir -p "$spool/pending"
	(cd "$spool/pending" && touch -- "$@")
}

# set_block BLOCK STATE ZONES
set_block()
{
	echo "$2" >"$memory/$1/state"
	echo "$3" >"$memory/$1/valid_zones"
}

# parameters [POLICY RATIO NUMA_AWARE AUTO_ONLINE]: the kernel's own policy has these; without them they are printed.
# A tree has none of these parameters, as kernels before 5.15, until they are set.
parameters()
{
	local dir=$root/sys/module/memory_hotplug/parameters

	if [ $# -eq 0 ]; then
		cat "$dir"/{online_policy,auto_movable_ratio,auto_movable_numa_aware} "$memory/auto_online_blocks" | xargs
		return
	fi
	mkdir -p "$dir"
	echo "$1" >"$dir/online_policy"
	echo "$2" >"$dir/auto_movable_ratio"
	echo "$3" >"$dir/auto_movable_numa_aware"
	echo "$4" >"$memory/auto_online_blocks"
}

# -- Programs

program()
{
	local dir

	for dir in "" /callout /generator; do
		if [ -x "$abs_top_builddir$dir/$1" ]; then
			echo "$abs_top_builddir$dir/$1"
			return
		fi
	done
	echo "$1 is not built below $abs_top_builddir" >&2
	return 1
}

# on_machine PROGRAM ARGUMENT...
on_machine()
{
	local path

	path=$(program "$1") || return
	LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so "$path" --root "$root" "${@:2}"
}

callout() { on_machine memhp-callout "$@"; }
generator() { on_machine memhp-generator "$@"; }
publish() { on_machine memhp-publish "$@"; }
ctl() { on_machine memhpctl "$@"; }

# ctl_on_terminal COLUMNS ARGUMENT...: what memhpctl shows on a terminal of this width, codes of colours included
ctl_on_terminal()
{
	local command

	printf -v command '%q ' "$(program memhpctl)" --root "$root" "${@:2}"
	script -qec "stty cols $1; LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so $command" /dev/null </dev/null |
		tr -d '\r'
}

# callout_until BLOCK ARGUMENT...: a callout in the background, $!, that has come to write the state of BLOCK
callout_until()
{
	local block=$1

	shift
	callout "$@" >/dev/null 2>&1 3>&- &
	until grep -q "^$block/state" "$FAKEKERNEL_LOG" 2>/dev/null; do
		sleep 0.02
	done
}

# -- What there is

# zones FIRST LAST: a word a block, its zone or why it has none
zones()
{
	local n state words=()

	for ((n = $1; n <= $2; n++)); do
		if [ ! -d "$memory/memory$n" ]; then
			words+=(-)
			continue
		fi
		state=$(<"$memory/memory$n/state")
		[ "$state" != online ] || state=$(<"$memory/memory$n/valid_zones")
		words+=("$state")
	done
	echo "${words[*]}"
}

# same N WORD: WORD N times, as zones() has it
same()
{
	local i words=()

	for ((i = 0; i < $1; i++)); do
		words+=("$2")
	done
	echo "${words[*]}"
}

# writes [ATTRIBUTE]: what was written to the kernel, in this order, a line a write
writes()
{
	[ ! -e "$FAKEKERNEL_LOG" ] || grep "/${1:-}" "$FAKEKERNEL_LOG" || :
}

# written_states: the blocks whose state was written, in this order
written_states()
{
	local line words=()

	while read -r line; do
		words+=("${line%%/*}")
	done < <(writes state)
	echo "${words[*]}"
}

# pauses: how many seconds the program paused each time, where "hurry" is one of the faults
pauses()
{
	sed -n 's|^/pause ||p' "$FAKEKERNEL_LOG"
}

# spooled: all names that wait
spooled()
{
	find "$spool/pending" "$spool/taken" "$spool/held" -mindepth 1 -printf '%f\n' 2>/dev/null | sort | xargs
}

# tree DIR: all that a directory holds, to be compared
tree()
{
	(cd "$1" && find . -printf '%p %y %m %l\n' -type f -exec sha256sum {} \; | sort)
}

# -- Assertions

# equal ACTUAL EXPECTED
equal()
{
	[ "$1" = "$2" ] || {
		printf 'expected: %s\nfound:    %s\n' "$2" "$1" >&2
		return 1
	}
}

# contains TEXT PART...: every PART, literally
contains()
{
	local text=$1 part

	for part in "${@:2}"; do
		[[ $text == *"$part"* ]] || {
			printf 'not there: %s\nin: %s\n' "$part" "$text" >&2
			return 1
		}
	done
}

# lacks TEXT PART...
lacks()
{
	local text=$1 part

	for part in "${@:2}"; do
		[[ $text != *"$part"* ]] || {
			printf 'not expected: %s\nin: %s\n' "$part" "$text" >&2
			return 1
		}
	done
}

# lines TEXT PART: how many lines of TEXT have PART
lines()
{
	grep -cF -- "$2" <<<"$1" || :
}

# holds FILE: standard input and nothing else
holds()
{
	diff -u - "$1" >&2
}

# empty DIR: nothing, or not there
empty()
{
	[ ! -e "$1" ] || equal "$(find "$1" -mindepth 1)" ""
}

# -- Every program

# answers_help_and_version PROGRAM
answers_help_and_version()
{
	local path option

	path=$(program "$1")
	for option in --help -h; do
		run -0 --separate-stderr "$path" "$option"
		contains "$output" "Usage: $1 " --root --version
		equal "${stderr:-}" ""
	done
	for option in --version -V; do
		run -0 --separate-stderr "$path" "$option"
		[[ $output =~ ^$1\ [0-9]+\.[0-9]+ ]]
		equal "${#lines[@]}" 1
	done
}
