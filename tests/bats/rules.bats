# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The udev rules, packaged and rendered: that udev can read them, and what they start. What udevd does with them is
# for the tests that have a machine of their own.

load helpers

packaged=$abs_top_srcdir/rules.d/80-memhp.rules

# One token of a rule: KEY, ATTR{state} and the like, an operator, a value in quotes.
token='[A-Z]+(\{[^}"]+\})?(==|!=|=|\+=|-=|:=)"[^"]*"'

# well_formed FILE: by udevadm where it can tell, and by what follows from udev(7) anyway
well_formed()
{
	if udevadm verify --help >/dev/null 2>&1; then
		udevadm verify "$1"
	fi
	equal "$(grep -vE "^(#.*|$token(, $token)*)?\$" "$1")" ""
	# A line is at most 16 KiB.
	[ "$(wc -L <"$1")" -lt 16384 ]
	# Jumps go forward, to a label that is there, and every label is jumped to.
	awk -F'"' '
		match($0, /GOTO="[^"]*"/) { wanted[substr($0, RSTART + 6, RLENGTH - 7)] = NR }
		/^LABEL=/ {
			if (!($2 in wanted)) { print "nobody goes to " $2; bad = 1 }
			delete wanted[$2]
		}
		END {
			for (label in wanted) { print "line " wanted[label] ": no label " label " behind it"; bad = 1 }
			exit bad
		}' "$1" >&2
}

@test "the packaged rules are well-formed" {
	well_formed "$packaged"
}

@test "the rendered rules are well-formed, with and without windows" {
	for name in one-dimm three-windows cxl-window; do
		machine $name
		generator "$generated" 2>/dev/null
		well_formed "$generated/memhp/79-memhp.rules"
		rm -r "$root"
	done
}

@test "the rendered rules stay below 64 KiB and 16 KiB a line with many windows" {
	{
		echo "block_size 128M"
		for i in {0..99}; do
			echo "nfit $((i * 0x123000000000 + 0x90000000)) 1000G"
		done
	} | machine
	generator "$generated" 2>/dev/null
	well_formed "$generated/memhp/79-memhp.rules"
	equal "$(grep -c OWNER "$generated/memhp/79-memhp.rules")" 100
	[ "$(stat -c %s "$generated/memhp/79-memhp.rules")" -lt 65536 ]
}

@test "the rendered file comes first: what it says of a block is there when the packaged one asks" {
	[[ 79-memhp.rules < ${packaged##*/} ]]
	# What one file sets is what the other one looks at.
	machine three-windows
	generator "$generated" 2>/dev/null
	for property in .MEMHP MEMHP_OWNER; do
		contains "$(<"$generated/memhp/79-memhp.rules")" "ENV{$property}=\""
		grep -qE "^ENV\{$property\}(==|!=)\"" "$packaged"
	done
}

@test "only what is programmed and shipped is started, and not before all the exits" {
	starts=$(grep -nE 'IMPORT\{program\}|PROGRAM|RUN|SYSTEMD_WANTS' "$packaged")
	equal "$(cut -d: -f2- <<<"$starts")" \
		'IMPORT{program}=="memhp-callout %k", GOTO="memhp_end"
TAG+="systemd", ENV{SYSTEMD_WANTS}+="memhp-lost@%k.service memhp-sweep.service"'
	program memhp-callout >/dev/null
	[ -e "$abs_top_srcdir/generator/memhp-sweep.service.in" ]

	label=$(grep -n '^LABEL="memhp_online"' "$packaged")
	[ "${starts%%:*}" -gt "${label%%:*}" ]
	equal "$(grep -c 'GOTO="memhp_online"' "$packaged")" 1
	contains "$(grep 'GOTO="memhp_online"' "$packaged")" 'ACTION=="add"' 'ATTR{state}=="offline"'
	# Whoever is not sent there is sent away.
	equal "$(sed -n "$((${label%%:*} - 4)),$((${label%%:*} - 1))p" "$packaged" | grep '^GOTO')" 'GOTO="memhp_end"'
}

@test "what the callout prints can be imported by udev" {
	machine cxl-window
	policy
	run -0 --separate-stderr callout memory82
	[ "${#lines[@]}" -ge 5 ]
	for line in "${lines[@]}"; do
		[[ $line =~ ^MEMHP_[A-Z]+=[^\"\']+$ ]]
	done
}
