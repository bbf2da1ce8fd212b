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
}

@test "names are offered that no record has" {
	machine virtio-mem
	equal "$(completes --root "$root" explain v)" virtio0
	equal "$(completes --root = "$root" explain v)" virtio0
	equal "$(completes --root "$root" plan --add v)" "virtio-mem: virtio0:"
	rm -rf "$root"
	machine cxl-window
	equal "$(completes --root "$root" online d) $(completes --root "$root" online r)" "dax0.0 region0"
	rm "$root/proc/iomem"
	equal "$(completes --root "$root" online d)" ""
}

@test "names with a colon are one word, of which bash replaces the end" {
	machine one-dimm
	equal "$(completes --root "$root" explain PNP0C80 : 0)" 00
	equal "$(completes --root "$root" explain PNP0C80 :)" 00
	equal "$(completes --root "$root" explain PNP0C80 : 00 "")" "block settings checks sums"
	equal "$(completes --root "$root" plan --add dimm : 1G -)" "$(completes plan -)"
	equal "$(COMP_WORDBREAKS=' ' completes --root "$root" explain PNP0C80:0)" PNP0C80:00
}

@test "every kind of device that plan takes is offered" {
	local kind kinds

	kinds=$("$(program memhpctl)" plan --add x: 2>&1 | sed 's/.*KIND one of \([a-z, -]*\), or the name.*/\1/; s/,//g')
	[ "$(wc -w <<<"$kinds")" -ge 8 ]
	equal "$(completes plan --add "" | tr -d :)" "$kinds"
	machine one-dimm
	for kind in $(completes plan --add ""); do
		run -0 --separate-stderr ctl plan --add "${kind}256M"
	done
}

@test "the columns of a table are offered, and no others" {
	local command table columns words

	while read -r command table; do
		mapfile -t columns < <("$(program memhpctl)" "$command" --help |
			sed -n "/^Columns${table:+ of $table}:/,/^\$/s/^  \([A-Z-]*\) .*/\1/p")
		[ ${#columns[@]} -ge 4 ]
		case $command in
		explain) words=(memory32 "$table") ;;
		*) words=("$table") ;;
		esac
		equal "$(completes "$command" "${words[@]}" -o "")" "$(printf '%s\n' all "${columns[@]}" | sort -u | xargs)"
	done <<-END
		status policy
		status nodes
		status groups
		status namespaces
		explain block
		explain settings
		explain checks
		explain sums
		plan
		doctor
	END
}

@test "columns are offered after a comma and a plus" {
	equal "$(completes status groups -o dev)" device
	equal "$(completes status groups --output = DEV)" DEVICE
	equal "$(completes status groups -o DEVICE,PIN)" "DEVICE,PINNED-BY DEVICE,PINS"
	equal "$(completes status groups -o +own)" +owner
	contains "$(completes plan -o =)" BLOCKS
	contains "$(completes status -o "")" DEVICE HEADROOM-BLOCKS AUTO-ONLINE UUID
	equal "$(completes map -o "")" ""
}

@test "the tables of explain are offered behind a name" {
	equal "$(completes explain memory32 "")" "block settings checks sums"
	equal "$(completes explain memory32 sums "")" ""
}
