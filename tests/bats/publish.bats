# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhp-publish: what memhp.service puts into force, and that it takes all of it back.

load helpers

# Where records are while memhp is not in force.
stopped=$root/run/memhp.stopped

# names DIR: all that it has
names()
{
	(cd "$1" && echo *)
}

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
	holds "$root/run/tmpfiles.d/00-memhp.conf" <"$generated/memhp/tmpfiles.conf"
	contains "$output" "memory hotplug is memhp's"
}

@test "start makes the spool, which is root's alone, and the records, which all may read" {
	rendered
	publish start
	equal "$(stat -c %a "$spool"/{pending,taken,held,groups,blocks} | xargs)" "700 700 700 755 755"
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

@test "systemd-tmpfiles takes our line for one that would have the kernel online" {
	command -v systemd-tmpfiles || skip "there is no systemd-tmpfiles"
	rendered
	publish start
	for type in w w+ w! f+ F; do
		config etc/tmpfiles.d/site.conf <<<"$type /sys/devices/system/memory/auto_online_blocks - - - - online"
		systemd-tmpfiles --root="$root" --create --boot --prefix=/sys >&2
		equal "$(auto_online)" offline
	done
	publish stop
	systemd-tmpfiles --root="$root" --create --boot --prefix=/sys >&2
	equal "$(auto_online)" online
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

@test "stop removes everything but the records, which do not stay in the way" {
	rendered
	before=$(tree "$root")
	publish start
	pending memory33 nonsense
	run -0 callout memory34
	run -0 publish stop
	rmdir "$root/run/udev/rules.d" "$root/run/udev" "$root/run/tmpfiles.d"
	# What is online stays online.
	equal "$(zones 32 35)" "$(same 4 Movable)"
	[ ! -e "$spool" ]
	equal "$(cd "$stopped" && find . -type f | sort | xargs)" \
		"./blocks/memory32 ./blocks/memory33 ./blocks/memory34 ./blocks/memory35 ./groups/PNP0C80:00 ./stats"
	rm -r "$stopped"
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

@test "stop onlines what waits, and nothing else" {
	rendered virtio-mem
	publish start
	pending memory34
	touch "$spool/taken/memory36" "$spool/held/memory37"
	run -0 publish stop
	contains "$output" "virtio0 (virtio-mem, node 0): 384 MiB (3 blocks) online, movable: fits ratio"
	equal "$(zones 34 37)" "Movable offline Movable Movable"
	equal "$(names "$stopped/blocks")" "memory34 memory36 memory37"
	[ ! -e "$spool" ]
}

@test "what events leave while stop is at that is onlined as well" {
	rendered virtio-mem
	publish start
	pending memory34
	faults "memory34 pending memory36"
	run -0 publish stop
	equal "$(zones 34 37)" "Movable offline Movable offline"
}

@test "what stop is refused is said and given up" {
	rendered virtio-mem
	publish start
	pending memory34 memory35
	faults "memory34 ENOMEM"
	run -0 publish stop
	contains "$output" "virtio0: 1 block stays offline, first memory34: Cannot allocate memory; giving up"
	equal "$(zones 34 35)" "offline Movable"
	[ ! -e "$spool" ]
}

@test "stop leaves to somebody what the policy leaves" {
	rendered cxl-window
	publish start
	pending memory82
	run -0 publish stop
	equal "$(zones 82 85)" "$(same 4 offline)"
	equal "$(writes state)" ""
}

@test "a machine of which nothing can be told does not keep memhp from going" {
	rendered hidden-iomem
	publish start 2>/dev/null
	pending memory34
	run -0 publish stop
	contains "$output" "cannot online all that waits: Permission denied"
	[ ! -e "$spool" ]
	[ ! -e "$rules" ]
}

@test "release gives the kernel back its own, and everything else stays in force" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	pending memory33
	run -0 publish release
	equal "$output" ""
	equal "$(auto_online)" online
	[ -e "$rules" ]
	equal "$(spooled)" memory33
	run -0 publish stop
	equal "$(auto_online)" online
	equal "$(zones 32 35)" "$(same 4 Movable)"
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

@test "a leader that does not come to an end is waited for only so long" {
	rendered
	echo online >"$memory/auto_online_blocks"
	publish start
	exec {lock}<"$spool/pending"
	flock -n "$lock"
	# For which the clock goes on.
	faults clock
	run -0 timeout 10 env LD_PRELOAD="$abs_top_builddir/tests/lib/fakekernel.so" \
		"$(program memhp-publish)" --root "$root" stop
	contains "$output" "a callout has been at work for 65 seconds, not waiting any longer"
	equal "$(auto_online)" online
	[ ! -e "$rules" ]
	[ ! -e "$spool" ]
}

# package_script FILE ARGUMENT: a script of a package, which finds memhp-publish and /run below $root
package_script()
{
	local publish

	publish="env LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so $(program memhp-publish) --root $root"
	sed -E "s@(/usr|%\{_prefix\})/lib/memhp/memhp-publish@$publish@; s@/run/@$root/run/@g" "$1" \
		>"$BATS_TEST_TMPDIR/script"
	sh "$BATS_TEST_TMPDIR/script" "$2" >"$BATS_TEST_TMPDIR/said" 2>&1
	lacks "$(<"$BATS_TEST_TMPDIR/said")" "$BATS_TEST_TMPDIR/script"
}

# split_spec: the scripts of the .rpm
split_spec()
{
	local spec=$abs_top_srcdir/rpm/memhp.spec

	sed '1,/^%preun$/d; /^%postun$/,$d' "$spec" >"$BATS_TEST_TMPDIR/preun"
	sed '1,/^%postun$/d; /^%transfiletriggerin/,$d' "$spec" >"$BATS_TEST_TMPDIR/postun"
	grep -q 'publish stop' "$BATS_TEST_TMPDIR/preun"
	grep -q daemon-reload "$BATS_TEST_TMPDIR/postun"
}

# nothing_left: but the rules of others
nothing_left()
{
	equal "$(ls "$root/run/udev/rules.d")" $'50-link.rules\n50-mine.rules'
	equal "$(auto_online)" online
	[ ! -e "$spool" ]
	[ ! -e "$stopped" ]
}

# not_stopped: memhp is in force, with rules of another, and nothing has stopped it
not_stopped()
{
	rm -rf "$root"
	machine one-dimm
	install -D -m 644 /dev/stdin "$root/usr/lib/udev/rules.d/50-mem.rules" <<<'SUBSYSTEM=="memory", ATTR{state}="online"'
	generator "$generated" 2>/dev/null
	echo online >"$memory/auto_online_blocks"
	publish start
	[ -e "$root/run/udev/rules.d/50-mem.rules" ]
	mkdir -p "$stopped"
	echo "# mine" >"$root/run/udev/rules.d/50-mine.rules"
	ln -s "$rules" "$root/run/udev/rules.d/50-link.rules"
}

@test "an erased package leaves nothing in force, also if stop has failed" {
	local debian=$abs_top_srcdir/debian

	not_stopped
	split_spec
	package_script "$BATS_TEST_TMPDIR/preun" 0
	package_script "$BATS_TEST_TMPDIR/postun" 0
	nothing_left
	[ -e "$debian" ] || skip "debian is not here"
	not_stopped
	package_script "$debian/memhp.prerm" remove
	package_script "$debian/memhp.postrm" remove
	nothing_left
}

@test "a package that is replaced by another version stays in force" {
	local debian=$abs_top_srcdir/debian

	not_stopped
	split_spec
	package_script "$BATS_TEST_TMPDIR/preun" 1
	package_script "$BATS_TEST_TMPDIR/postun" 1
	[ -e "$rules" ]
	equal "$(auto_online)" offline
	[ -e "$debian" ] || skip "debian is not here"
	package_script "$debian/memhp.prerm" upgrade
	package_script "$debian/memhp.postrm" upgrade
	[ -e "$rules" ]
	equal "$(auto_online)" offline
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

@test "what is no directory below /run/memhp is replaced, and nothing behind a link is touched" {
	local name

	rendered
	mkdir -p "$spool" "$BATS_TEST_TMPDIR/elsewhere"
	touch "$spool/taken" "$BATS_TEST_TMPDIR/elsewhere/precious"
	for name in pending held groups blocks; do
		ln -s "$BATS_TEST_TMPDIR/elsewhere" "$spool/$name"
	done
	publish start
	equal "$(stat -c '%F %a' "$spool"/{pending,taken,held,groups,blocks} | sort | uniq -c | xargs)" \
		"3 directory 700 2 directory 755"
	equal "$(ls "$BATS_TEST_TMPDIR/elsewhere")" precious
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

# -- The kernel onlines

# delegated MACHINE [LINE...]: rendered with these lines of configuration; the kernel is as on most machines
delegated()
{
	machine "$1"
	parameters contig-zones 301 Y online
	printf '%s\n' '[Policy]' Onliner=kernel "${@:2}" | config
	generator "$generated" 2>/dev/null
}

# switch_to LINE...: another configuration comes into force
switch_to()
{
	printf '%s\n' '[Policy]' "$@" | config
	generator "$generated" 2>/dev/null
	run -0 publish reload
}

@test "the kernel gets ratio and policy while it onlines nothing, and is then told to online" {
	delegated boot-only MovableRatio=100 NumaAware=no
	run -0 publish start
	contains "$output" "memory hotplug is memhp's: rules and policy published, the kernel onlines by them"
	equal "$(writes)" "/auto_online_blocks offline
/auto_movable_ratio 100
/auto_movable_numa_aware N
/online_policy auto-movable
/auto_online_blocks online"
	equal "$(parameters)" "auto-movable 100 N online"
	lacks "$(<"$rules")" SUBSYSTEM
}

@test "stop gives the kernel back its own policy, the other way round" {
	delegated boot-only MovableRatio=100 NumaAware=no
	parameters contig-zones 301 Y offline
	before=$(tree "$root/sys")
	publish start
	rm "$FAKEKERNEL_LOG"
	run -0 publish stop
	equal "$output" ""
	equal "$(writes)" "/auto_online_blocks offline
/online_policy contig-zones
/auto_movable_numa_aware Y
/auto_movable_ratio 301"
	equal "$(tree "$root/sys")" "$before"
	[ ! -e "$spool" ]
}

@test "what is plugged while the policy comes back is onlined, and what was offline before stays so" {
	delegated one-dimm
	parameters contig-zones 301 Y online_movable
	publish start
	mv "$memory/memory35" "$root/memory35"
	set_block memory33 offline "Normal Movable"
	echo offline >"$root/memory35/state"
	echo "Normal Movable" >"$root/memory35/valid_zones"
	rm "$FAKEKERNEL_LOG"
	faults "online_policy plugged memory35"
	run -0 publish stop
	equal "$(writes)" "/auto_online_blocks offline
/online_policy contig-zones
/auto_online_blocks online_movable
memory35/state online_movable"
	equal "$(zones 32 35)" "Normal offline Normal Movable"
	contains "$output" "128 MiB (1 blocks) that were offline are online by the kernel's policy, 1 movable"
}

@test "so is what is plugged while a policy is tried that the kernel refuses" {
	delegated one-dimm
	mv "$memory/memory35" "$root/memory35"
	faults "online_policy plugged memory35" "online_policy EINVAL"
	run -1 publish start
	equal "$(parameters)" "contig-zones 301 Y online"
	equal "$(zones 32 35)" "$(same 3 offline) Normal"
}

@test "where the kernel onlined nothing before, what is plugged meanwhile is left as well" {
	delegated one-dimm
	parameters contig-zones 301 Y offline
	publish start
	mv "$memory/memory35" "$root/memory35"
	echo offline >"$root/memory35/state"
	faults "online_policy plugged memory35"
	run -0 publish stop
	equal "$(zones 32 35)" "$(same 3 Normal) offline"
}

@test "stop leaves alone which parameter somebody changed in between" {
	delegated boot-only MovableRatio=100
	publish start
	parameters auto-movable 50 Y online_movable
	publish stop
	equal "$(parameters)" "contig-zones 50 Y online_movable"
	[ ! -e "$spool" ]
}

@test "blocks that are offline already are onlined by the kernel's choice, in ascending order" {
	delegated four-dimms
	for n in 40 41 42 43; do
		set_block memory$n offline "Normal Movable"
	done
	for n in 36 37 38 39; do
		set_block memory$n offline "Movable Normal"
	done
	run -0 publish start
	equal "$(writes state)" "$(for n in {32..47}; do echo "memory$n/state online"; done)"
	equal "$(zones 36 43)" "$(same 4 Movable) $(same 4 Normal)"
	contains "$output" "2048 MiB (16 blocks) that were offline are online by the kernel's policy, 4 movable, 12 in a kernel zone"
	# Not before the kernel onlines what comes next.
	equal "$(writes | grep -n -m 1 state | cut -d : -f 1)" \
		"$(($(writes | grep -n '/auto_online_blocks online$' | cut -d : -f 1) + 1))"
}

@test "blocks that the policy leaves to somebody stay offline" {
	delegated cxl-window
	publish start
	equal "$(zones 82 85)" "$(same 4 offline)"
	equal "$(writes state)" ""
	rm -r "$root"
	delegated cxl-no-window
	publish start
	equal "$(zones 82 85)" "$(same 4 offline)"
	rm -r "$root"
	delegated one-dimm '[Dimm]' Zone=leave
	publish start
	equal "$(zones 32 35)" "$(same 4 offline)"
}

@test "a CXL device that the policy does not leave comes online" {
	delegated cxl-window '[Cxl]' Zone=movable
	publish start
	equal "$(zones 82 85)" "$(same 4 Normal)"
}

@test "blocks of boot memory are not touched" {
	delegated one-dimm
	set_block memory3 offline "Normal"
	publish start
	equal "$(zones 3 3)" offline
	equal "$(written_states)" "memory32 memory33 memory34 memory35"
}

@test "a block that the kernel refuses is named, and the others come online" {
	delegated one-dimm
	faults "memory33 ENOMEM" "memory34 EPERM"
	run -0 publish start
	equal "$(zones 32 35)" "Normal offline offline Normal"
	contains "$output" "2 blocks stay offline, memory33 the first: Cannot allocate memory"
}

@test "blocks that vanish, or that somebody onlines, are no error" {
	delegated one-dimm
	faults "memory33 gone" "memory34 foreign online_movable"
	run -0 publish start
	equal "$(zones 32 35)" "Normal - Movable Normal"
	lacks "$output" stay
}

@test "where the kernel onlines nothing waits, so that no sweep is started for it" {
	local arguments

	delegated one-dimm
	mkdir -p "$spool"/{pending,taken,held}
	touch "$spool"/{pending/memory32,taken/memory33,taken/nonsense,held/memory34}
	publish start
	equal "$(spooled)" ""
	# Callouts of rules that udevd still has.
	for arguments in memory33 --drain; do
		touch "$spool"/{pending/memory32,taken/memory33,held/memory34}
		run -0 callout "$arguments"
		equal "$output$(spooled)" ""
	done
}

@test "a callout that comes late does nothing while the kernel onlines" {
	delegated one-dimm
	publish start
	set_block memory33 offline "Normal Movable"
	rm "$FAKEKERNEL_LOG"
	run -0 callout memory33
	equal "$output" ""
	run -0 callout --drain
	equal "$(writes)" ""
	publish stop
	[ ! -e "$spool" ]
}

@test "names that such callouts left are not onlined at stop" {
	delegated one-dimm
	publish start
	callout memory33
	set_block memory33 offline "Normal Movable"
	pending memory33
	run -0 publish stop
	equal "$(zones 32 35)" "Normal offline Normal Normal"
	[ ! -e "$spool" ]
}

@test "reload hands over from udev to the kernel and back, and stop gives back what was first" {
	delegated one-dimm
	parameters contig-zones 200 N online_kernel
	switch_to Onliner=udev
	equal "$(parameters)" "contig-zones 200 N offline"
	for round in 1 2; do
		switch_to Onliner=kernel MovableRatio=10$round
		equal "$(parameters)" "auto-movable 10$round Y online"
		equal "$(zones 32 35)" "$(same 4 Normal)"
		lacks "$(<"$rules")" SUBSYSTEM
		rm "$FAKEKERNEL_LOG"
		switch_to Onliner=udev
		equal "$(writes)" "/auto_online_blocks offline
/online_policy contig-zones
/auto_movable_numa_aware N
/auto_movable_ratio 200"
		contains "$(<"$rules")" 'ENV{.MEMHP}="1"'
	done
	publish stop
	equal "$(parameters)" "contig-zones 200 N online_kernel"
	[ ! -e "$spool" ]
}

@test "a reload that changes nothing writes nothing to the kernel" {
	delegated boot-only
	publish start
	rm "$FAKEKERNEL_LOG"
	run -0 publish reload
	equal "$output" ""
	equal "$(writes)" ""
}

@test "another ratio is not set while the kernel onlines" {
	delegated boot-only
	publish start
	rm "$FAKEKERNEL_LOG"
	switch_to Onliner=kernel MovableRatio=0
	equal "$(writes)" "/auto_online_blocks offline
/auto_movable_ratio 0
/auto_online_blocks online"
}

@test "the kernel takes over when a leader at work has finished" {
	delegated one-dimm
	switch_to Onliner=udev
	printf '%s\n' '[Policy]' Onliner=kernel | config
	generator "$generated" 2>/dev/null
	exec {lock}<"$spool/pending"
	flock -n "$lock"
	run -124 timeout 0.3 env LD_PRELOAD="$abs_top_builddir/tests/lib/fakekernel.so" \
		"$(program memhp-publish)" --root "$root" reload
	equal "$(parameters)" "contig-zones 301 Y offline"
	exec {lock}<&-
	run -0 publish reload
	equal "$(parameters)" "auto-movable 301 Y online"
}

@test "a policy that the kernel refuses fails the start, and the kernel is as it was" {
	delegated one-dimm MovableRatio=100
	faults "online_policy EINVAL"
	run -1 publish start
	contains "$output" "cannot set /sys/module/memory_hotplug/parameters/online_policy to auto-movable: Invalid argument"
	equal "$(parameters)" "contig-zones 301 Y online"
	equal "$(writes state)" ""
}

@test "a value that the kernel does not take is noticed" {
	rendered
	echo online >"$memory/auto_online_blocks"
	faults "auto_online_blocks ignored"
	run -1 publish start
	contains "$output" "/sys/devices/system/memory/auto_online_blocks was set to offline, but it is online"
}

@test "a policy that is damaged is reported, and udev onlines" {
	delegated one-dimm
	sed -i '/Zone/d' "$generated/memhp/policy"
	run -0 publish start
	contains "$output" "cannot make sense of /run/memhp/policy: Bad message; built-in defaults apply"
	equal "$(parameters)" "contig-zones 301 Y offline"
}

# -- What the kernel did before

@test "what the kernel onlined before is reported once, a line for each device" {
	machine four-dimms
	for n in {32..37}; do
		set_block "memory$n" online Normal
	done
	set_block memory44 online Movable
	echo online >"$memory/auto_online_blocks"
	generator "$generated" 2>/dev/null
	run -0 publish start
	equal "$(lines "$output" "before memhp started")" 3
	contains "$output" \
		"PNP0C80:00 (dimm, node 0): 512 MiB (4 blocks) online before memhp started, 0 movable, 4 in a kernel zone; memhp_default_state=offline on the kernel command line prevents that" \
		"PNP0C80:01 (dimm, node 0): 256 MiB (2 blocks) online before memhp started, 0 movable, 2 in a kernel zone;" \
		"PNP0C80:03 (dimm, node 0): 128 MiB (1 blocks) online before memhp started, 1 movable, 0 in a kernel zone;"
	for verb in start reload; do
		run -0 publish $verb
		lacks "$output" "before memhp started"
	done
}

@test "what memhp has onlined is not reported at the next start, what the kernel has meanwhile is" {
	rendered four-dimms
	echo online >"$memory/auto_online_blocks"
	publish start
	callout memory32 2>/dev/null
	before=$(tree "$spool")
	publish stop
	set_block memory36 online Normal
	run -0 publish start
	equal "$(lines "$output" "before memhp started")" 1
	contains "$output" "PNP0C80:01 (dimm, node 0): 128 MiB (1 blocks) online before memhp started"
	equal "$(tree "$spool")" "$before"
	[ ! -e "$stopped" ]
}

@test "a record is forgotten with its block, and when it does not say any more how that is online" {
	rendered four-dimms
	publish start
	callout memory32 2>/dev/null
	callout memory36 2>/dev/null
	callout memory40 2>/dev/null
	publish stop
	set_block memory33 online Normal
	set_block memory34 offline "Normal Movable"
	rm -r "$memory/memory37"
	for n in 40 41 42 43; do
		set_block "memory$n" online Normal
	done
	publish start
	equal "$(names "$spool/blocks")" "memory32 memory35 memory36 memory38 memory39"
	equal "$(names "$spool/groups")" "PNP0C80:00 PNP0C80:01"
}

@test "while only records are left a callout does nothing" {
	rendered
	publish start
	callout memory32 2>/dev/null
	publish stop
	set_block memory33 offline "Normal Movable"
	run -0 callout memory33
	equal "$(zones 33 33)" offline
	[ ! -e "$spool" ]
	equal "$(names "$stopped")" "blocks groups stats"
}

@test "records come back where a callout has made the directories anew" {
	rendered
	publish start
	callout memory32 2>/dev/null
	publish stop
	mkdir -p "$spool/pending" "$spool/groups" "$spool/blocks"
	publish start
	equal "$(names "$spool/blocks")" "memory32 memory33 memory34 memory35"
	equal "$(names "$spool/groups")" PNP0C80:00
	[ ! -e "$stopped" ]
}

@test "records that a callout has made since stay, without those of before" {
	rendered four-dimms
	publish start
	callout memory32 2>/dev/null
	publish stop
	mkdir "$spool"
	callout memory36 2>/dev/null
	publish start
	equal "$(names "$spool/blocks")" "memory36 memory37 memory38 memory39"
	equal "$(names "$spool/groups")" PNP0C80:01
	[ ! -e "$stopped" ]
}

@test "records that cannot be kept are removed" {
	rendered
	publish start
	callout memory32 2>/dev/null
	faults "fs memhp.stopped EIO"
	run -0 publish stop
	[ ! -e "$spool" ]
	[ ! -e "$stopped" ]
}

@test "a CXL region that the kernel onlined is reported" {
	machine cxl-window
	for n in 82 83 84 85; do
		set_block memory$n online Normal
	done
	echo online_kernel >"$memory/auto_online_blocks"
	generator "$generated" 2>/dev/null
	run -0 publish start
	contains "$output" "dax0.0 (cxl, node 1): 512 MiB (4 blocks) online before memhp started, 0 movable, 4 in a kernel zone;"
	equal "$(zones 82 85)" "$(same 4 Normal)"
}

@test "memory that is of no device is reported in one line" {
	machine one-dimm
	rm "$memory"/memory3[2-5]/firmware_node
	rm -r "$root/sys/bus/acpi"
	for n in 32 33 34 35; do
		set_block memory$n online Normal
	done
	echo online >"$memory/auto_online_blocks"
	generator "$generated" 2>/dev/null
	run -0 publish start
	equal "$(lines "$output" "before memhp started")" 1
	contains "$output" "other memory: 512 MiB (4 blocks) online before memhp started"
}

@test "what rules or a person have onlined is reported as well, though no command line prevents that" {
	machine four-dimms
	set_block memory32 online Normal
	set_block memory36 online Movable
	set_block memory37 online Movable
	generator "$generated" 2>/dev/null
	run -0 publish start
	equal "$(grep "before memhp started" <<<"$output")" "memhp-publish: PNP0C80:00 (dimm, node 0): 128 MiB (1 blocks) online before memhp started, 0 movable, 1 in a kernel zone
memhp-publish: PNP0C80:01 (dimm, node 0): 256 MiB (2 blocks) online before memhp started, 2 movable, 0 in a kernel zone"
	callout memory40 2>/dev/null
	publish stop
	# What is on record is memhp's own doing.
	run -0 publish start
	equal "$(lines "$output" "before memhp started")" 2
	lacks "$output" PNP0C80:02
}

@test "a machine of which nothing can be told is no reason to stay out" {
	machine hidden-iomem
	echo online >"$memory/auto_online_blocks"
	generator "$generated" 2>/dev/null
	run -0 publish start
	contains "$output" "cannot tell what is online already: Permission denied"
	equal "$(auto_online)" offline
}

@test "--help and --version" {
	answers_help_and_version memhp-publish
}

@test "wrong use: status 2" {
	rendered
	before=$(tree "$root")
	run -2 publish
	contains "$output" "expected start, reload, release or stop; see --help"
	run -2 publish start stop
	run -2 publish restart
	equal "$output" 'memhp-publish: "restart" is unknown; allowed: start, reload, release, stop'
	run -2 publish --nonsense start
	equal "$(tree "$root")" "$before"
}
