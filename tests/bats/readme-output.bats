# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What README.md shows of memhpctl is what it prints of a machine of that kind, but for the numbers.

load helpers

# shown COMMAND: what the README has below it
shown()
{
	awk -v command="\$ memhpctl $1" '
		/^```/ { inside = $0 == "```console"; shown = 0; next }
		inside && /^\$ / { shown = $0 == command; next }
		shown && NF' "$abs_top_srcdir/README.md"
}

# shape: text without what depends on the machine: its numbers, and how wide they make a column
shape()
{
	sed -E -e 's/0x[0-9a-f]+/N/g' -e 's/[0-9]+(\.[0-9]+)?[BKMGT]?/N/g' -e 's/ +/ /g' -e 's/^ //'
}

setup()
{
	persistent_memory every-kind
	ext4 pmem0 archive
	config <<<"# all defaults"
	parameters contig-zones 301 Y offline
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
	for device in PNP0C80:01 PNP0C80:02 virtio1; do
		ctl online "$device" 2>/dev/null
	done
}

# print_of COMMAND: what it prints, with the README's name for the directory where it may write
print_of()
{
	local status=0

	# shellcheck disable=SC2086 # words
	COLUMNS=80 ctl ${1/\/tmp/$BATS_TEST_TMPDIR} >"$BATS_TEST_TMPDIR/printed" || status=$?
	[ "$status" -le 2 ]
	sed "s#$BATS_TEST_TMPDIR#/tmp#" "$BATS_TEST_TMPDIR/printed"
}

# commands: those of the README whose output it shows
commands()
{
	awk '/^```/ { inside = $0 == "```console"; next } inside && sub(/^\$ memhpctl /, "")' "$abs_top_srcdir/README.md"
}

# Each line is shown, and no other, in this order; "[...]" stands for any.
@test "what is shown is what is printed" {
	local command n=0 shown printed

	while read -r command; do
		case $command in
		reload | monitor) continue ;; # need a running machine; tests/vm has them
		esac
		n=$((n + 1))
		shown=$(shown "$command" | shape)
		printed=$(print_of "$command" | grep . | shape)
		[ -n "$shown" ]
		if [[ $shown == *"[...]"* ]]; then
			printed=$(grep -xFf <(echo "$shown") <<<"$printed" | awk '!seen[$0]++')
			shown=$(grep -vxF '[...]' <<<"$shown")
		fi
		diff -u --label "README.md: $command" --label printed <(echo "$shown") <(echo "$printed")
	done < <(commands)
	[ "$n" -ge 9 ]
}

@test "the headings in the manual are those that are printed" {
	local command headings

	for command in status "plan --add dimm:512M" "explain PNP0C80:01"; do
		print_of "$command"
	done | shape >"$BATS_TEST_TMPDIR/all"
	headings=$(grep -xE '[A-Z][A-Z-]+( +[A-Z-]+)+' "$abs_top_srcdir/man/memhpctl.8.scd" | shape)
	[ "$(wc -l <<<"$headings")" -ge 7 ]
	run ! grep -vxFf "$BATS_TEST_TMPDIR/all" <<<"$headings"
}
