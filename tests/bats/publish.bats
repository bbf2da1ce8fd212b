# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhp-publish: what memhp.service puts into force, and that it takes all of it back.

load helpers

# rendered [MACHINE]: the generator has run
rendered()
{
	machine "${1:-one-dimm}"
	generator "$generated" 2>/dev/null
}

auto_online()
{
	cat "$memory/auto_online_blocks"
}

@test "start publishes what was rendered, byte for byte" {
	rendered three-windows
	run -0 publish start
	holds "$rules" <"$generated/memhp/79-memhp.rules"
	holds "$spool/policy" <"$generated/memhp/policy"
	holds "$spool/boot-memory" <"$generated/memhp/boot-memory"
	contains "$output" "memory hotplug is memhp's"
}

@test "start makes the spool, which is root's alone, and the records, which all may read" {
	rendered
	publish start
	equal "$(stat -c %a "$spool"/{pending,taken,groups,blocks} | xargs)" "700 700 755 755"
	equal "$(stat -c %a "$rules" "$spool/policy" | xargs)" "644 644"
}

@test "start takes onlining from the kernel, and stop gives it back" {
	for value in online online_movable online_kernel; do
		rendered
		echo $value >"$memory/auto_online_blocks"
		publish start
		equal "$(auto_online)" offline
		publish stop
		equal "$(auto_online)" $value
		rm -r "$root"
	done
}

@test "where the kernel onlines nothing, nothing is written to it" {
	rendered
	publish start
	publish stop
	equal "$(auto_online)" offline
	equal "$(writes)" ""
}

@test "stop leaves alone what somebody changed in between" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	echo online_movable >"$memory/auto_online_blocks"
	publish stop
	equal "$(auto_online)" online_movable
	[ ! -e "$spool" ]
}

@test "a second start publishes anew, and remembers what the kernel did first" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	before=$(tree "$root")
	run -0 publish start
	equal "$(tree "$root")" "$before"
	publish stop
	equal "$(auto_online)" online
}

@test "start, stop, start: the value is saved anew" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	publish stop
	echo online_movable >"$memory/auto_online_blocks"
	publish start
	publish stop
	equal "$(auto_online)" online_movable
}

@test "stop removes everything" {
	rendered
	before=$(tree "$root")
	publish start
	pending memory33 nonsense
	run -0 callout memory34
	run -0 publish stop
	rmdir "$root/run/udev/rules.d" "$root/run/udev"
	# What is online stays online.
	equal "$(zones 32 35)" "$(same 4 Movable)"
	[ ! -e "$spool" ]
	for n in 32 33 34 35; do
		set_block memory$n offline "Normal Movable"
	done
	equal "$(tree "$root" | grep -v 'zoneinfo')" "$(grep -v 'zoneinfo' <<<"$before")"
}

@test "stop takes nothing offline and leaves the rules of others" {
	rendered
	publish start
	echo "# mine" >"$root/run/udev/rules.d/80-memhp.rules"
	callout memory34 2>/dev/null
	publish stop
	equal "$(zones 32 35)" "$(same 4 Movable)"
	equal "$(ls "$root/run/udev/rules.d")" 80-memhp.rules
}

@test "stop without a start is no error" {
	rendered
	before=$(tree "$root")
	run -0 publish stop
	equal "$output" ""
	equal "$(tree "$root")" "$before"
}

@test "stop waits for a leader at work, when the kernel has its own back already" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	exec {lock}<"$spool/pending"
	flock -n "$lock"
	run -124 timeout 0.3 env LD_PRELOAD="$abs_top_builddir/tests/lib/fakekernel.so" \
		"$(program memhp-publish)" --root "$root" stop
	equal "$(auto_online)" online
	[ -e "$rules" ]
	exec {lock}<&-
	run -0 publish stop
	[ ! -e "$rules" ]
}

@test "reload publishes what was rendered anew" {
	rendered three-windows
	publish start
	config <<<$'[Policy]\nMovableRatio=100\n[Cxl]\nZone=movable\n[Dax]\nZone=movable'
	generator "$generated" 2>/dev/null
	run -0 publish reload
	contains "$(<"$spool/policy")" Policy.MovableRatio=100
	equal "$(grep -c OWNER "$rules")" 0
}

@test "reload keeps what is pending and on record, and the kernel as it is" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	callout memory33 2>/dev/null
	pending memory40
	before=$(tree "$spool")
	run -0 publish reload
	equal "$(tree "$spool")" "$before"
	equal "$(auto_online)" offline
}

@test "without anything rendered start and reload fail and say what is missing" {
	machine one-dimm
	echo online >"$memory/auto_online_blocks"
	for verb in start reload; do
		run -1 publish $verb
		contains "$output" /run/systemd/generator/memhp/boot-memory \
			"memhp-generator found nothing to do here"
	done
	equal "$(auto_online)" online
	[ ! -e "$rules" ]
}

@test "a reload that fails changes nothing" {
	rendered
	publish start
	callout memory33 2>/dev/null
	before=$(tree "$spool")
	rm -r "$generated/memhp"
	run -1 publish reload
	contains "$output" "stop memhp.service"
	equal "$(tree "$spool")" "$before"
	[ -e "$rules" ]
}

@test "rules come into force last: a start that fails starts no callouts" {
	rendered
	rm "$generated/memhp/79-memhp.rules"
	run -1 publish start
	contains "$output" /run/systemd/generator/memhp/79-memhp.rules
	[ ! -e "$rules" ]
}

@test "a directory that cannot be made is named" {
	rendered
	touch "$root/run/udev"
	run -1 publish start
	contains "$output" "cannot make /run/udev/rules.d: Not a directory"
}

@test "a link in place of a published file is replaced, not followed" {
	rendered
	mkdir -p "$root/run/udev/rules.d"
	echo precious >"$BATS_TEST_TMPDIR/file"
	ln -s "$BATS_TEST_TMPDIR/file" "$rules"
	publish start
	equal "$(<"$BATS_TEST_TMPDIR/file")" precious
	[ ! -L "$rules" ]
}

@test "--help and --version" {
	answers_help_and_version memhp-publish
}

@test "wrong use: status 2" {
	rendered
	before=$(tree "$root")
	run -2 publish
	contains "$output" "expected start, stop or reload; see --help"
	run -2 publish start stop
	run -2 publish restart
	equal "$output" 'memhp-publish: "restart" is unknown; allowed: start, stop, reload'
	run -2 publish --nonsense start
	equal "$(tree "$root")" "$before"
}
