# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# Completion of memhpctl in bash: what is offered, and that it is what the program takes.

load helpers

setup()
{
	# shellcheck source=completions/bash/memhpctl
	source "$abs_top_srcdir/completions/bash/memhpctl"
}

# completes WORD...: what is offered for the last of the words behind "memhpctl"
completes()
{
	COMP_WORDS=(memhpctl "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_memhpctl
	echo "${COMPREPLY[*]}"
}

@test "every command of the program is offered, and no other" {
	mapfile -t commands < <("$(program memhpctl)" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	[ "${#commands[@]}" -gt 5 ]
	equal "$(completes "" | tr ' ' '\n' | sort | xargs)" "$(printf '%s\n' "${commands[@]}" | sort | xargs)"
	equal "$(completes "do")" doctor
}

@test "every option of the program is offered to a command that takes it" {
	offered=$(for command in "" plan; do completes $command --; done | tr ' ' '\n' | sort -u)
	for option in $("$(program memhpctl)" --help | grep -oE -- '--[a-z]+' | sort -u); do
		contains "$offered" "$option"
	done
	lacks "$(completes online --)" --json
	contains "$(completes monitor --)" --json
	lacks "$(completes monitor --)" --raw
	equal "$(completes doctor --j)" --json
}

@test "what is offered is accepted" {
	machine one-dimm
	for option in --json --raw --noheadings --bytes; do
		contains "$(completes doctor --)" "$option"
		run ctl doctor "$option"
		[ "$status" -ne 64 ]
	done
}

@test "blocks and devices are offered" {
	machine one-dimm
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
	ctl online 2>/dev/null
	equal "$(completes --root "$root" online PNP)" PNP0C80:00
	rm -r "$spool"
	equal "$(completes --root "$root" online PNP)" PNP0C80:00
	contains "$(completes --root "$root" explain memory3)" memory32 memory35
	contains "$(completes --root="$root" explain memory3)" memory32
	lacks "$(completes --root "$root" online m)" valid_zones
	equal "$(completes --root "$root" online memory32 "")" ""
}

@test "files are offered where files are expected" {
	cd "$BATS_TEST_TMPDIR"
	touch memhp.conf other.txt
	mkdir dir
	for words in "check" "check memhp.conf" "plan --policy" "snapshot"; do
		# shellcheck disable=SC2086 # words
		contains "$(completes $words "")" memhp.conf other.txt
	done
	contains "$(completes --root "")" dir
	lacks "$(completes --root "")" other.txt
	equal "$(completes plan --add d)" dimm:
}
