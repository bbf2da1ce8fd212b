# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# udev rules of others that online memory: what the generator renders in their place, what it says, and what
# memhp-publish does with it.

load helpers

out=$BATS_TEST_TMPDIR/normal
fixtures=$abs_top_srcdir/tests/rules
vendor=$root/usr/lib/udev/rules.d
published=$root/run/udev/rules.d

setup()
{
	mkdir "$out"
}

# rule FILE: standard input, below $root
rule()
{
	install -D -m 644 /dev/stdin "$root/$1"
}

# What most rules say.
online='SUBSYSTEM=="memory", ACTION=="add", ATTR{state}="online"'
inert="SUBSYSTEM!=\"memory\", $online"

# generate: what it says is in $output
generate()
{
	run -0 generator "$out"
}

# start VERB: the generator runs where systemd has it run, and memhp.service starts or reloads
start()
{
	rm -rf "${generated:?}"/*
	generator "$generated" 2>/dev/null
	run -0 publish "$1"
}

@test "of each distribution's rules exactly those that online memory are changed" {
	for fixture in "$fixtures"/*/*.rules; do
		machine one-dimm
		name=$(basename "$fixture")
		rule "usr/lib/udev/rules.d/$name" <"$fixture"
		generate
		holds "$out/memhp/rules.d/$name" <"$fixture.expected"
		# But for the header and the match everything is the distribution's.
		tail -n +3 "$out/memhp/rules.d/$name" | sed 's/SUBSYSTEM!="memory", \(SUBSYSTEM==\|ACTION==\|ATTR\|CONST\)/\1/' |
			diff -u "$fixture" - >&2
		contains "$output" "/usr/lib/udev/rules.d/$name:"
		equal "$(lines "$output" "replaced by one that does not")" \
			"$(($(grep -c 'SUBSYSTEM!="memory", ' "$fixture.expected") - $(grep -c 'SUBSYSTEM!="memory", ' "$fixture")))"
		rm -r "$root" "${out:?}"/*
	done
}

@test "what a replaced rule does beside onlining is named" {
	machine one-dimm
	rule usr/lib/udev/rules.d/80-sles.rules <"$fixtures/sles-15/80-hotplug-cpu-mem.rules"
	rule usr/lib/udev/rules.d/81-plain.rules <<<"$online"
	generate
	equal "${#lines[@]}" 2
	contains "${lines[0]}" "replaced by one that does not; what else it does (RUN) is not done for memory either: SUBSYS"
	contains "${lines[1]}" "replaced by one that does not: SUBSYS"
}

@test "a machine without such rules gets no replacement" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-cpu.rules <<<'SUBSYSTEM=="cpu", ACTION=="add", ATTR{online}="1"'
	generate
	equal "$output" ""
	[ ! -e "$out/memhp/rules.d" ]
}

@test "OverrideRules=no leaves all rules alone" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	config <<<$'[Policy]\nOverrideRules=no'
	generate
	equal "$output" ""
	[ ! -e "$out/memhp/rules.d" ]
}

@test "what cannot be replaced is named with file and line" {
	machine one-dimm
	rule etc/udev/rules.d/50-etc.rules <<<$'# mine\n'"$online"
	rule usr/lib/udev/rules.d/51-jump.rules <<<"$online"$', GOTO="end"\nTAG+="x"\nLABEL="end"'
	rule usr/lib/udev/rules.d/52-other.rules <<<'SUBSYSTEM=="acpi", ATTR{[memory/memory40]state}="online"'
	truncate -s 2M "$vendor/53-large.rules"
	rule usr/lib/udev/rules.d/54-cp.rules <<<'SUBSYSTEM=="memory", RUN+="/bin/cp /run/word /sys%p/state"'
	generate
	equal "${#lines[@]}" 5
	contains "${lines[0]}" "/etc/udev/rules.d/50-etc.rules:2: " "cannot be replaced" "$online"
	contains "${lines[1]}" "/usr/lib/udev/rules.d/51-jump.rules:1: " GOTO
	contains "${lines[2]}" "/usr/lib/udev/rules.d/52-other.rules:1: " "other devices"
	contains "${lines[3]}" "/usr/lib/udev/rules.d/53-large.rules: " "larger than 1 MiB"
	contains "${lines[4]}" "/usr/lib/udev/rules.d/54-cp.rules:1: " "may online memory" "cannot be told"
	[ ! -e "$out/memhp/rules.d" ]
	[ -e "$out/memhp/79-memhp.rules" ]
}

@test "a file that an administrator has masked or replaced is left so" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-a.rules <<<"$online"
	rule usr/lib/udev/rules.d/50-b.rules <<<"$online"
	rule etc/udev/rules.d/50-b.rules <<<"# $online"
	ln -s /dev/null "$root/etc/udev/rules.d/50-a.rules"
	generate
	equal "$output" ""
	[ ! -e "$out/memhp/rules.d" ]
}

@test "a pipe among the rules does not stop the boot" {
	machine one-dimm
	mkdir -p "$vendor"
	mkfifo "$vendor/50-pipe"
	ln -s 50-pipe "$vendor/50-pipe.rules"
	run -0 timeout 10 "$(program memhp-generator)" --root "$root" "$out"
	contains "$output" "/usr/lib/udev/rules.d/50-pipe.rules: " "no regular file"
	[ -e "$out/memhp/policy" ]
}

# The name that it has until it is complete is longer than a file's may be.
@test "a replacement that cannot be written is named, and costs no more than itself" {
	machine one-dimm
	name=$(printf '0%.0s' {1..247}).rules
	rule "usr/lib/udev/rules.d/$name" <<<"$online"
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	generate
	contains "$output" "cannot replace the rules $name: File name too long"
	equal "$(cd "$out" && find . ! -type d | sort | xargs)" \
		"./memhp/79-memhp.rules ./memhp/boot-memory ./memhp/policy ./memhp/rules.d/50-mem.rules ./memhp/tmpfiles.conf ./sysinit.target.wants/memhp.service"
	rm -r "$out/memhp/rules.d"
	touch "$out/memhp/rules.d"
	generate
	contains "$output" "cannot replace rules that online memory: Not a directory"
	[ -e "$out/memhp/policy" ]
}

@test "a second run removes what is not rendered any more" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-a.rules <<<"$online"
	rule usr/lib/udev/rules.d/50-b.rules <<<"$online"
	generate
	rm "$vendor/50-a.rules"
	generate
	equal "$(ls "$out/memhp/rules.d")" 50-b.rules
}

# -- In force

@test "start publishes replacements, and stop removes them" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	rule run/udev/rules.d/60-mine.rules <<<"# mine"
	start start
	equal "$(tail -n 1 "$published/50-mem.rules")" "$inert"
	equal "$(stat -c %a "$published/50-mem.rules")" 644
	equal "$(cd "$published" && echo *)" "50-mem.rules 60-mine.rules 79-memhp.rules"
	run -0 publish stop
	equal "$output" ""
	equal "$(ls "$published")" 60-mine.rules
	equal "$(<"$vendor/50-mem.rules")" "$online"
}

@test "what is in force does not keep the generator from looking at the original" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	start start
	before=$(tree "$published")
	start reload
	equal "$(tree "$published")" "$before"
}

@test "reload follows an original that has changed" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	start start
	rule usr/lib/udev/rules.d/50-mem.rules <<<$'# new\n'"$online"
	start reload
	equal "$(tail -n 2 "$published/50-mem.rules")" $'# new\n'"$inert"
	# It onlines no memory any more.
	rule usr/lib/udev/rules.d/50-mem.rules <<<"# new"
	start reload
	[ ! -e "$published/50-mem.rules" ]
}

@test "reload follows an original that was removed, masked, or replaced in /etc" {
	for what in rm mask replace; do
		machine one-dimm
		rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
		mkdir -p "$root/etc/udev/rules.d"
		start start
		[ -e "$published/50-mem.rules" ]
		case $what in
		rm) rm "$vendor/50-mem.rules" ;;
		mask) ln -s /dev/null "$root/etc/udev/rules.d/50-mem.rules" ;;
		replace) rule etc/udev/rules.d/50-mem.rules <<<"# mine" ;;
		esac
		start reload
		[ ! -e "$published/50-mem.rules" ]
		rm -r "$root"
	done
}

@test "reload with OverrideRules=no gives the rules back" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	start start
	config <<<$'[Policy]\nOverrideRules=no'
	start reload
	equal "$(ls "$published")" 79-memhp.rules
}

@test "a file of somebody else in /run is never touched" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	rule usr/lib/udev/rules.d/51-mem.rules <<<"$online"
	generator "$generated" 2>/dev/null
	# They came after the generator has looked.
	rule run/udev/rules.d/50-mem.rules <<<"# mine"
	echo precious >"$BATS_TEST_TMPDIR/file"
	ln -s "$BATS_TEST_TMPDIR/file" "$published/51-mem.rules"
	run -0 publish start
	contains "$output" "/run/udev/rules.d/50-mem.rules is not memhp's and stays" "/run/udev/rules.d/51-mem.rules is"
	equal "$(<"$published/50-mem.rules")" "# mine"
	run -0 publish stop
	equal "$(<"$published/50-mem.rules") $(<"$published/51-mem.rules")" "# mine precious"
	[ -L "$published/51-mem.rules" ]
}

@test "a replacement that cannot be written costs only itself" {
	machine one-dimm
	rule usr/lib/udev/rules.d/50-mem.rules <<<"$online"
	rule usr/lib/udev/rules.d/51-mem.rules <<<"$online"
	generator "$generated" 2>/dev/null
	mkdir -p "$published/50-mem.rules.tmp/x"
	run -0 publish start
	contains "$output" "cannot replace the rules 50-mem.rules: "
	[ -e "$published/51-mem.rules" ]
	[ -e "$rules" ]
}

# -- udev's own judgement

# Where udevadm can verify rules (systemd 254 and later).
@test "udev reads a replacement as the original, and says that the changed rules have no effect" {
	udevadm verify --help >/dev/null 2>&1 || skip "this udevadm cannot verify rules"
	for fixture in "$fixtures"/*/*.rules; do
		run -0 udevadm verify --no-style --no-summary "$fixture"
		cp "$fixture.expected" "$BATS_TEST_TMPDIR/replaced.rules"
		run udevadm verify --no-style --no-summary "$BATS_TEST_TMPDIR/replaced.rules"
		lacks "$(grep -v 'conflicting match expressions, the line has no effect' <<<"$output" || :)" \
			"$BATS_TEST_TMPDIR/replaced.rules:"
	done
}
