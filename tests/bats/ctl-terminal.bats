# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl shows on a terminal, narrow or wide: no line is wider, and nothing is lost.

load helpers

directory=/etc/memhp.conf.d
first=$directory/50-a-configuration-with-a-name-that-says-what-it-is-about-and-is-long.conf
second=$directory/60-another-configuration-with-a-name-of-more-than-a-few-characters.conf

# A machine with something to say in every table, and files whose names fit into no line.
setup()
{
	unset NO_COLOR COLUMNS
	export TERM=xterm
	persistent_memory every-kind
	ext4 pmem0 archive
	config "${first#/}" <<-END
		[Policy]
		MovableRatio=250
		[Cxl]
		Zone=sometimes
	END
	config "${second#/}" <<-END
		[Device PNP0C80:*]
		Zone=movable
		[Virtio-Mem]
		Zone=auto
	END
	parameters contig-zones 301 Y offline
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
	ctl online PNP0C80:01 2>/dev/null
	set_block memory84 online Normal
}

commands=(status "status -v" map plan "plan -v" "plan --add dimm:1G@1 --add virtio-mem:512M --add cxl:256M"
	"explain virtio1" "explain PNP0C80:01" "explain memory0" doctor "doctor --noheadings")

# on_terminal COLUMNS COMMAND: in one string, without colours
on_terminal()
{
	local words

	read -ra words <<<"$2"
	NO_COLOR=1 ctl_on_terminal "$1" "${words[@]}"
}

@test "no line is wider than the terminal" {
	local command width words

	for command in "${commands[@]}"; do
		read -ra words <<<"$command"
		for width in 80 200; do
			on_terminal "$width" "$command" >"$BATS_TEST_TMPDIR/plain"
			[ -s "$BATS_TEST_TMPDIR/plain" ]
			equal "$command: $(awk -v width="$width" 'length > width' "$BATS_TEST_TMPDIR/plain")" "$command: "
			# Colours take no room.
			equal "$(ctl_on_terminal "$width" "${words[@]}" | sed $'s/\e\\[[0-9;]*m//g')" "$(<"$BATS_TEST_TMPDIR/plain")"
		done
	done
}

@test "colours are on terminals that have them, and nowhere else" {
	local command words

	for command in status map plan "plan --add dimm:1G@1" "explain virtio1" doctor; do
		read -ra words <<<"$command"
		contains "$(ctl_on_terminal 80 "${words[@]}")" $'\e['
		lacks "$(NO_COLOR=1 ctl_on_terminal 80 "${words[@]}")" $'\e'
		lacks "$(TERM=dumb ctl_on_terminal 80 "${words[@]}")" $'\e'
		lacks "$(ctl "${words[@]}" || [ $? -le 2 ])" $'\e'
	done
}

# complete COLUMNS COMMAND [OFF-TERMINAL]: but for where lines end it is what is printed to a file
complete()
{
	local words

	read -ra words <<<"${3:-$2}"
	equal "$(on_terminal "$1" "$2" | tr -d ' \n')" "$(ctl "${words[@]}" | tr -d ' \n')"
}

@test "nothing is lost where lines are broken" {
	local width

	for width in 80 200; do
		complete "$width" map
		complete "$width" "explain virtio1"
		complete "$width" "explain PNP0C80:01"
		complete "$width" doctor
		complete "$width" "plan --noheadings --output blocks,zone,reason"
	done
	complete 80 status
	complete 200 status "status --verbose"
	complete 200 plan
	complete 200 "plan --add dimm:1G@1 --add cxl:256M"
	# Which provider it is has to make room, and -v has it below.
	complete 80 "plan --add dimm:1G@1" \
		"plan --add dimm:1G@1 --output blocks,group,node,size,zone,kernel,new,reason"
	equal "$(on_terminal 80 "plan -v" | awk '/^BLOCKS/ { n++ } n == 2 && $2' | xargs)" \
		"BLOCKS PROVIDER memory40 virtio-mem memory41 virtio-mem memory42 virtio-mem memory43 virtio-mem memory75-79 dax memory85-87 dimm memory1170-1173 cxl"
}

@test "names of files are broken behind directories and between words" {
	equal "$(on_terminal 80 plan | head -n 6)" "By
/etc/memhp.conf.d/
50-a-configuration-with-a-name-that-says-what-it-is-about-and-is-long.conf,
/etc/memhp.conf.d/
60-another-configuration-with-a-name-of-more-than-a-few-characters.conf; KERNEL
is what online_policy=contig-zones would choose now."
	equal "$(on_terminal 80 "explain virtio1 settings" | head -n 5)" "SETTING                   VALUE  FROM
[VirtioMem] Zone          auto   default
[Policy] MovableRatio     250    /etc/memhp.conf.d/
                                 50-a-configuration-with-a-name-that-says-what-
                                 it-is-about-and-is-long.conf:2"
}

@test "findings are below each other, and what to do has a line of its own" {
	equal "$(on_terminal 80 doctor | grep -A 1 '^warning: dax1.0')" \
		"warning: dax1.0: 512M (4 blocks) are offline and left to daxctl;
         daxctl online-memory dax1.0, or Zone=movable in [Cxl]"
	equal "$(on_terminal 200 doctor | grep '^warning: dax1.0')" \
		"warning: dax1.0: 512M (4 blocks) are offline and left to daxctl; daxctl online-memory dax1.0, or Zone=movable in [Cxl]"
}

@test "columns before the last one are broken as well if need be" {
	local start end

	on_terminal 80 "doctor --output severity,message,advice,subject" >"$BATS_TEST_TMPDIR/shown"
	start=$(head -n 1 "$BATS_TEST_TMPDIR/shown" | grep -bo MESSAGE | cut -d: -f1)
	end=$(head -n 1 "$BATS_TEST_TMPDIR/shown" | grep -bo ADVICE | cut -d: -f1)
	equal "$(tail -n +2 "$BATS_TEST_TMPDIR/shown" | cut -c "$((start + 1))-$end" | tr -d ' \n')" \
		"$(ctl doctor --json | jq -r '.findings[].message' | tr -d ' \n')"
}

@test "a terminal that is too narrow for a table cuts nothing" {
	complete 40 "status policy"
	complete 40 "status nodes"
}
