# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The picture that memhpctl map draws.

# shellcheck disable=SC2030,SC2031 # each test has COLUMNS of its own

load helpers.bash

setup()
{
	export COLUMNS=80
}

# map: without the legend
map()
{
	ctl map | sed '/^$/,$d'
}

# legend: the letters that it explains
legend()
{
	ctl map | sed '1,/^$/d' | sed -nE 's/^  (.)  .*/\1/p' | paste -sd' '
}

@test "memory is drawn where it is, and holes are" {
	machine virtio-mem
	equal "$(map)" "        0x0  BBBBBBBBBBBBBBBB..................oooo..oooo"
	contains "$(ctl map)" "One letter is 128M (1 block):"
	equal "$(legend)" "B o ."
}

@test "zones have letters of their own" {
	machine half-online-dimm
	set_block memory33 online Normal
	equal "$(map)" "        0x0  BBBBBBBBBBBBBBBB................MKoo"
	equal "$(legend)" "B K M o ."
	set_block memory33 online none
	equal "$(map)" "        0x0  BBBBBBBBBBBBBBBB................M?oo"
	set_block memory33 going-offline Movable
	equal "$(map)" "        0x0  BBBBBBBBBBBBBBBB................Mooo"
	# Boot memory may be movable, offline, or span two kernel zones.
	set_block memory0 online none
	set_block memory1 online Movable
	set_block memory2 offline "Normal Movable"
	equal "$(map)" "        0x0  BMoBBBBBBBBBBBBB................Mooo"
}

@test "windows are framed, and named with their size" {
	machine cxl-window
	equal "$(map)" \
"        0x0  BBBBBBBBBBBBBBBB
             (8.2G without memory)
             CXL window, 4G:
0x290000000 [oooo----------------------------]"
	equal "$(legend)" "B o -"
}

@test "what is large and empty is left out" {
	machine three-windows
	equal "$(map)" \
"          0x0  B.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
               soft-reserved memory, 256G:
 0x1080000000 [oooo]
               (248G empty)
               (192G without memory)
               persistent memory, 512G:
 0x8080000000 [oooo]
               (504G empty)
               (3T without memory)
               CXL window, 2T:
0x40800000000 [oooo]
               (1.9T empty)"
}

@test "windows that overlap are drawn once" {
	machine <<-END
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		cedt 0x100000000 2G
		memmap 0x140000000 0x1bfffffff "Soft Reserved"
	END
	equal "$(map)" \
"        0x0  BBBBBBBBBBBBBBBB
             (2G without memory)
             CXL window, 2G:
0x100000000 [----------------]
             soft-reserved memory, 1G:
0x180000000 [--------]"
}

@test "memory need not begin at 0, nor have NUMA" {
	machine no-numa
	equal "$(map)" " 0x40000000  BBBBBBBBBBBBBBBB........oooo"
}

@test "lines are as wide as they may be" {
	local width

	machine <<-END
		block_size 128M
		e820 0x0 0xc7fffffff ram
		blocks 0-399 node0 online Normal
		blocks 400-499 node0 online Movable PNP0C80:00
		iomem
		| 00000000-c7fffffff : System RAM
		| c80000000-f9fffffff : System RAM
	END
	for width in 40 80 200; do
		export COLUMNS=$width
		run -0 ctl map
		equal "$(awk 'length > longest { longest = length } END { print longest }' <<<"${lines[0]}")" $((width - 1))
		equal "$(awk -v width="$width" 'length > width' <<<"$output")" ""
	done
	unset COLUMNS
	run -0 ctl map
	equal "${#lines[0]}" 79
}

@test "a large machine fits on a page, with cells of many blocks" {
	machine <<-END
		block_size 128M
		e820 0x0 0x3ffffffffff ram
		blocks 0-3999 node0 online Normal
		blocks 4000-7999 node0 online Normal
		iomem
		| 00000000-3e7ffffffff : System RAM
	END
	export COLUMNS=60
	for n in 9 4001 4002; do
		set_block "memory$n" offline "Normal Movable"
	done
	run -0 map
	[ "${#lines[@]}" -le 32 ]
	contains "$(ctl map)" "One letter is 1G (8 blocks):"
	equal "$(map | tr -cd 'B' | wc -c) $(map | tr -cd '*' | wc -c)" "998 2"
}

@test "colours are for terminals that have them" {
	machine half-online-dimm
	lacks "$(ctl map)" $'\e'
	# What script starts need not be a shell that hands functions on.
	export SHELL=$BASH
	unset NO_COLOR
	export -f on_machine program ctl
	export root abs_top_builddir
	contains "$(TERM=xterm script -qec 'ctl map' /dev/null)" $'\e[32mMM\e[0m' $'\e[34mBBBBBBBBBBBBBBBB\e[0m'
	lacks "$(TERM=xterm NO_COLOR=1 script -qec 'ctl map' /dev/null)" $'\e'
	lacks "$(TERM=dumb script -qec 'ctl map' /dev/null)" $'\e'
}

@test "blocks that cannot be read are no part of the picture" {
	machine half-online-dimm
	rm "$memory/memory5/state" "$memory/memory33/state"
	equal "$(map)" "        0x0  BBBBB.BBBBBBBBBB................M.oo"
}

@test "map has no table" {
	machine one-dimm
	run -64 ctl map --json
	contains "$output" "map does not take --json"
}
