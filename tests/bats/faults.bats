# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# shellcheck disable=SC2016 # odd names
# What may go wrong at any moment: in the end every block is online by its verdict, or its failure is on record with a
# cause. callout.bats has what a single refusal does.

load helpers

# Two DIMMs, of which the first is movable and the second does not fit the ratio; a third has had no event.
movable_then_kernel="Movable Movable Movable Movable Normal Normal Normal Normal"

setup()
{
	template=$BATS_TEST_TMPDIR/template
}

# keep: from now on anew() makes the machine what it is at this moment
keep()
{
	# Blocks of boot memory but one are left out, and what nobody reads: every tree is copied hundreds of times.
	rm -rf "$memory"/memory{0..14} "$memory"/memory*/{removable,phys_index,phys_device} "$template"
	cp -a "$root" "$template"
}

# prepare: the machine of most of these tests, events of its first two DIMMs pending
prepare()
{
	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		zone node0 Normal 2G
		blocks 15 node0 online none
		blocks 32-35 node0 offline "Normal Movable" PNP0C80:00
		blocks 36-39 node0 offline "Normal Movable" PNP0C80:01
		blocks 40-43 node0 offline "Normal Movable" PNP0C80:02
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-11fffffff : System RAM
		| 120000000-13fffffff : System RAM
		| 140000000-15fffffff : System RAM
	END
	config <<<$'[Policy]\nMovableRatio=30'
	policy
	pending memory{32..39}
	keep
}

# prepare_file MACHINE CONFIG NAME...: that of tests/machines/MACHINE.txt, with these lines in memhp.conf and these events
# pending
prepare_file()
{
	machine "$1"
	config <<<"$2"
	policy
	pending "${@:3}"
	keep
}

# anew: that machine as it was
anew()
{
	rm -rf "$root"
	cp -a "$template" "$root"
	rm -f "$FAKEKERNEL_LOG"
}

# settled: both DIMMs are online by their verdicts, no block was lost or onlined twice, nothing waits
settled()
{
	equal "$(zones 32 39)" "$movable_then_kernel"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=online MEMHP_ZONE=movable
	contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online MEMHP_ZONE=kernel
}

# -- Killed

# kill_each CALLS EVENT NEXT CHECK [FAULT...]: the leader that the event of block EVENT starts is killed before each of its
# calls in turn ("at"), or each that may change something ("change"): whoever comes next cannot tell those between two of
# these from each other. Then NEXT, what comes next, is run, with the number of the call, and CHECK has to hold, as it has
# to when nobody was killed. The faults are there all the time.
kill_each()
{
	local calls=$1 event=$2 next=$3 check=$4 status

	shift 4
	for ((call = 1; call < 2000; call++)); do
		anew
		faults "$calls $call kill" "$@"
		status=0
		callout "$event" >"$BATS_TEST_TMPDIR/output" 2>&1 || status=$?
		faults "$@"
		[ "$status" -eq 137 ] || break
		"$next" "$call"
		"$check"
	done
	# Nobody was killed, and there were as many calls as the work needs.
	equal "$status" 0
	"$check"
	[ "$call" -gt 20 ]
}

teardown()
{
	[ -n "${BATS_TEST_COMPLETED:-}" ] || [ -z "${call:-}" ] || echo "at call $call"
}

# all_is_said: what came next had nothing to say but what it onlined or left
all_is_said()
{
	equal "$(<"$BATS_TEST_TMPDIR/errors" grep -Ev ' online, |: left offline for ' || :)" ""
}

# another_or_sweep N: another event of the same device, in every other case, then the sweep, which knows only of what was
# left where it looks
another_or_sweep()
{
	(($1 % 2)) || callout memory35 >/dev/null 2>&1
	callout --drain 2>"$BATS_TEST_TMPDIR/errors"
	all_is_said
}

# lost: what udev has done for the block of an event that failed: memhp-lost@.service, then the sweep
lost()
{
	callout --queue "$event"
	callout --drain 2>"$BATS_TEST_TMPDIR/errors"
	all_is_said
}

# lost_or_failed: the sweep may fail
lost_or_failed()
{
	callout --queue "$event"
	callout --drain >/dev/null 2>&1 || :
}

@test "a leader that is killed before any of its calls loses nothing, splits nothing and exceeds no ratio" {
	prepare
	kill_each at memory34 another_or_sweep settled
}

failure_on_record()
{
	equal "$(zones 32 35)" "$(same 3 Movable) offline"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=partial \
		"1 block stays offline, first memory35: Memory page has hardware error"
}

@test "a leader that is killed before any of its calls loses no failure: in the end it is on record with its cause" {
	prepare
	rm "$spool"/pending/*
	keep
	# The last block of the device: no other name has anybody look at it again.
	kill_each change memory34 lost_or_failed failure_on_record "memory35 EHWPOISON"
}

# virtio_mem_settled: block by block, and no block of which no event came
virtio_mem_settled()
{
	local n

	equal "$(zones 34 37) $(zones 40 43)" "$virtio_mem_zones"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/virtio0")" MEMHP_PROVIDER=virtio-mem MEMHP_STATE=online
	equal "$(sed -n 's/^MEMHP_ZONE=//p' "$spool"/blocks/* | sed 's/kernel/Normal/; s/movable/Movable/' | xargs)" \
		"${virtio_mem_zones% offline}"
}

@test "a leader of a virtio-mem device that is killed before any of its calls: each block gets its own verdict" {
	virtio_mem_zones="$(same 3 Movable) $(same 4 Normal) offline"
	prepare_file virtio-mem $'[Policy]\nMovableRatio=20' memory{34,35,37} memory{40..42}
	kill_each change memory36 lost virtio_mem_settled
}

@test "a leader of a virtio-mem device in units of two blocks that is killed before any of its calls splits no unit" {
	local parameters=$root/sys/module/virtio_mem/parameters

	virtio_mem_zones="$(same 2 Movable) $(same 4 Normal) Movable offline"
	machine virtio-mem
	mkdir -p "$parameters"
	echo Y >"$parameters/force_bbm"
	echo 268435456 >"$parameters/bbm_block_size"
	config <<<$'[Policy]\nMovableRatio=20'
	policy
	pending memory{34,35,37} memory{40..42}
	keep
	kill_each change memory36 lost virtio_mem_settled
}

# left_alone: to daxctl, and each block of which an event came says so
left_alone()
{
	local n

	equal "$(zones 82 85)" "$(same 4 offline)"
	equal "$(writes state)" ""
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/dax0.0")" MEMHP_PROVIDER=cxl MEMHP_ZONE=leave MEMHP_OWNER=daxctl MEMHP_STATE=left
	for n in {82..85}; do
		contains "$(<"$spool/blocks/memory$n")" MEMHP_GROUP=dax0.0 MEMHP_OWNER=daxctl
	done
	# Those whose own events were over by then have an event that tells.
	for n in 82 84; do
		contains "$(writes uevent)" "memory$n/uevent change"
	done
}

@test "a leader that is killed before any of its calls leaves a CXL region to daxctl, and each block says so in the end" {
	prepare_file cxl-window "" memory82 memory84
	kill_each change memory83 lost left_alone
}

# whole_device FIRST LAST PROVIDER
whole_device()
{
	local n

	equal "$(zones "$1" "$2")" "$(same $(($2 - $1 + 1)) Movable)"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/dax0.0")" "MEMHP_PROVIDER=$3" MEMHP_ZONE=movable MEMHP_OWNER=memhp MEMHP_STATE=online
	for ((n = $1; n <= $2; n++)); do
		contains "$(<"$spool/blocks/memory$n")" MEMHP_GROUP=dax0.0 MEMHP_ZONE=movable
	done
}

whole_region() { whole_device 82 85 cxl; }
whole_pmem() { whole_device 33 39 dax; }

@test "a leader that is killed before any of its calls: a CXL region with Zone=movable is online as a whole in the end" {
	prepare_file cxl-window $'[Cxl]\nZone=movable' memory82
	kill_each change memory83 lost whole_region
}

@test "a leader that is killed before any of its calls: persistent memory with Zone=movable is online as a whole in the end" {
	prepare_file pmem-window $'[Dax]\nZone=movable' memory{34..36}
	kill_each change memory33 lost whole_pmem
}

@test "a callout that is killed before it finds the leader loses nothing: udev leaves its block to the sweep" {
	local n status lock

	prepare
	for ((n = 1; n < 100; n++)); do
		anew
		rm "$spool"/pending/*
		exec {lock}<"$spool/pending"
		flock -n "$lock"
		faults "at $n kill"
		status=0
		callout memory34 >"$BATS_TEST_TMPDIR/output" 2>&1 {lock}<&- || status=$?
		faults
		exec {lock}<&-
		[ "$status" -ne 0 ] || break
		callout --queue memory34 # as memhp-lost@.service does
		callout --drain 2>/dev/null
		equal "$(zones 32 35)" "$(same 4 Movable)"
		equal "$(spooled)" ""
	done
	[ "$n" -gt 2 ]
	equal "$(ls "$spool/pending")" memory34
}

@test "a sweep that is killed before any of its calls is finished by the next one" {
	local n status

	prepare
	for ((n = 1; n < 2000; n += 9)); do
		anew
		faults "at $n kill"
		status=0
		callout --drain >"$BATS_TEST_TMPDIR/output" 2>&1 || status=$?
		faults
		[ "$status" -ne 0 ] || break
		callout --drain 2>/dev/null
		equal "$(zones 32 39)" "$movable_then_kernel"
		equal "$(spooled)" ""
	done
	[ "$n" -gt 100 ]
}

# -- Stopped

# stopped ARGUMENT...: with memhp.service stopped before any of its calls, if no leader has the lock then, a callout
# with these arguments does its work or nothing, and makes nothing anew of what is in force no more
stopped()
{
	local n n_stopped=0

	prepare
	for ((n = 1; n < 60; n++)); do
		anew
		faults "at $n stop"
		callout "$@" >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
		[ ! -e "$spool" ] || continue
		n_stopped=$((n_stopped + 1))
		holds "$BATS_TEST_TMPDIR/errors" <<-END
			memhp: memhp is not in force, nothing done: memhp.service is not active
		END
		equal "$(writes)" ""
		[ ! -e "$root/run/memhp.stopped/pending" ]
	done
	[ "$n_stopped" -ge 2 ]
}

@test "memhp.service is stopped while a callout has no lock yet" {
	stopped memory33
}

@test "memhp.service is stopped while the sweep has no lock yet" {
	stopped --drain
}

@test "memhp.service is stopped while a block is left to the sweep" {
	stopped --queue memory40
}

@test "memhp.service is stopped while the sweep pauses" {
	prepare
	faults "memory33 EPERM" "pause 2 stop" hurry
	run -0 --separate-stderr callout --drain
	[ ! -e "$spool" ]
	contains "$stderr" "1 block stays offline, first memory33" "memhp is not in force, nothing done"
	equal "$(pauses | xargs)" "1.000 2.000"
}

# -- Gone

@test "a block that vanishes before any of the leader's calls is no error, and the rest is online" {
	local zones

	prepare
	for ((call = 1; call < 2000; call++)); do
		anew
		faults "at $call gone memory33"
		callout memory34 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
		all_is_said
		[ ! -e "$memory/memory33" ] || break
		zones=$(zones 32 39)
		equal "${zones/Movable - Movable/Movable Movable Movable}" "$movable_then_kernel"
		equal "$(spooled)" ""
		contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=online "blocks) online"
		contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online
	done
	# Until there were no more of them.
	settled
	[ "$call" -gt 100 ]
}

@test "a device that is unplugged before any of the leader's calls is no error, and the other one is online" {
	prepare
	for ((call = 1; call < 2000; call += 3)); do
		anew
		faults "at $call gone memory32 memory33 memory34 memory35"
		callout memory36 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
		all_is_said
		[ ! -e "$memory/memory33" ] || break
		# Whether there is room for it depends on when the first one went.
		[[ $(zones 36 39) == "$(same 4 Normal)" || $(zones 36 39) == "$(same 4 Movable)" ]]
		equal "$(spooled)" ""
		contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online "512 MiB (4 blocks) online"
	done
	settled
	[ "$call" -gt 100 ]
}

# -- /run

@test "with /run full, the group of the event is onlined, and the message says why only that" {
	prepare
	rm -r "$spool"/{pending,groups,blocks,taken} 2>/dev/null || :
	faults "fs run/memhp ENOSPC"
	run -0 --separate-stderr callout memory33
	equal "$(zones 32 39)" "$(same 4 Movable) $(same 4 offline)"
	contains "$stderr" "cannot use /run/memhp/pending: No space left on device; only memory33 and its group are looked at" \
		"PNP0C80:00: cannot write its record below /run/memhp/groups: No space left on device"
	run -0 --separate-stderr callout memory37
	equal "$(zones 32 39)" "$movable_then_kernel"
}

@test "a /run that fills up while the leader is at work stops nothing" {
	prepare
	faults "fs run/memhp/groups ENOSPC" "fs run/memhp/blocks ENOSPC" "fs run/memhp/stats ENOSPC"
	run -0 --separate-stderr callout memory33
	equal "$(zones 32 39)" "$movable_then_kernel"
	equal "$(spooled)" ""
	faults
	run -0 callout --drain
	equal "$(written_states)" "$(echo memory{32,35,34,33,36,39,38,37})"
}

@test "with /run full a block that is refused is not lost, though only its device had an event" {
	prepare
	mkdir "$spool"/{taken,held}
	rm "$spool"/pending/*
	# Whether its blocks can be held or not: the name of the event is there.
	faults "fs run/memhp/taken ENOSPC" "memory34 ENOMEM"
	run -1 --separate-stderr callout memory32
	equal "$(spooled)" memory34
	lacks "$stderr" "No space left on device"
	faults "fs run/memhp/taken ENOSPC" "fs run/memhp/held ENOSPC" "memory34 ENOMEM"
	run -1 --separate-stderr callout memory34
	equal "$(spooled)" memory34
	lacks "$stderr" "No space left on device"
	faults
	callout --drain 2>/dev/null
	equal "$(zones 32 35)" "$(same 4 Movable)"
	equal "$(spooled)" ""
}

@test "a callout that found one at work that cannot use the spool is not forgotten by it" {
	prepare
	rm "$spool"/pending/*
	faults "fs run/memhp/pending/memory33 ENOSPC" "memory33 wait go"
	callout_until memory33 memory33
	faults
	run -0 --separate-stderr callout memory36
	equal "$(zones 36 39) $(spooled)" "$(same 4 offline) memory36"
	touch "$root/go"
	wait $!
	equal "$(zones 32 39)" "$movable_then_kernel"
	equal "$(spooled)" ""
}

@test "what is wrong with the spool is told by its path, and nothing is lost" {
	prepare
	faults "fs run/memhp/taken EIO"
	for _ in 1 2; do
		run -5 --separate-stderr callout memory33
		equal "$stderr" "memhp: cannot take what is pending to /run/memhp/taken: Input/output error"
		equal "$(writes)" ""
		equal "$(spooled)" "$(echo memory{32..39})"
		mkdir -p "$spool/taken"
	done
	faults
	callout --drain 2>/dev/null
	settled
}

@test "with /run read-only, what was left there before is not forgotten, nor can it be taken" {
	prepare
	faults "fs run/memhp EROFS all"
	run -5 --separate-stderr callout memory33
	equal "$(zones 32 39)" "$(same 4 Movable) $(same 4 offline)"
	contains "$stderr" "cannot take what is pending to /run/memhp/taken: Read-only file system"
}

@test "with /run read-only, event by event, no group is split and the ratio holds" {
	local n

	prepare
	rm "$spool"/pending/*
	faults "fs run/memhp EROFS all"
	for n in {32..39}; do
		callout "memory$n" >/dev/null 2>&1
	done
	equal "$(zones 32 39)" "$movable_then_kernel"
	equal "$(written_states)" "$(echo memory{32,35,34,33,36,39,38,37})"
}

@test "with /run read-only, all events at once, no group is split and the ratio holds" {
	local n pids=()

	prepare
	rm "$spool"/pending/*
	faults "fs run/memhp EROFS all"
	for n in {32..39}; do
		callout "memory$n" >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	equal "$(zones 32 35 | tr ' ' '\n' | sort -u | wc -l) $(zones 36 39 | tr ' ' '\n' | sort -u | wc -l)" "1 1"
	equal "$(zones 32 39 | tr ' ' '\n' | sort | uniq -c | xargs)" "4 Movable 4 Normal"
}

@test "a directory below /run/memhp that is a link or a file is made anew, and nothing behind it is touched" {
	local name kind

	prepare
	for name in pending taken held groups blocks; do
		for kind in link file; do
			anew
			rm -rf "${spool:?}/$name"
			mkdir -p "$BATS_TEST_TMPDIR/elsewhere"
			touch "$BATS_TEST_TMPDIR/elsewhere/memory40" "$BATS_TEST_TMPDIR/elsewhere/precious"
			if [ $kind = link ]; then
				ln -s "$BATS_TEST_TMPDIR/elsewhere" "$spool/$name"
			else
				touch "$spool/$name"
			fi
			callout memory33 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
			equal "$(<"$BATS_TEST_TMPDIR/errors" grep -v ' online, ' || :)" ""
			equal "$(cd "$BATS_TEST_TMPDIR/elsewhere" && echo *)" "memory40 precious"
			equal "$(zones 32 35) $(zones 40 43)" "$(same 4 Movable) $(same 4 offline)"
			[ "$(stat -c %F "$spool/$name")" = directory ]
			equal "$(spooled)" ""
		done
	done
}

@test "a /run/memhp that is a link is not followed, nothing behind it is touched, and the group is onlined" {
	prepare
	mv "$spool" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$spool"
	tree "$BATS_TEST_TMPDIR/elsewhere" >"$BATS_TEST_TMPDIR/before"
	run -0 --separate-stderr callout memory33
	contains "$stderr" "cannot use /run/memhp/pending: Not a directory; only memory33 and its group are looked at" \
		"/run/memhp/policy is unreadable, built-in defaults apply"
	equal "$(zones 32 39)" "$(same 4 Movable) $(same 4 offline)"
	tree "$BATS_TEST_TMPDIR/elsewhere" | holds "$BATS_TEST_TMPDIR/before"
	run -1 publish start
	contains "$output" "Not a directory"
	tree "$BATS_TEST_TMPDIR/elsewhere" | holds "$BATS_TEST_TMPDIR/before"
}

@test "a pipe, a link or a directory where memhp reads is passed over, and nobody waits for it" {
	local name kind

	prepare
	callout memory33 >/dev/null 2>&1
	rm -rf "$template"
	cp -a "$root" "$template"
	for name in policy boot-memory stats groups/PNP0C80:00 blocks/memory32; do
		for kind in pipe link directory; do
			anew
			rm "$spool/$name"
			case $kind in
			pipe) mkfifo "$spool/$name" ;;
			link) ln -s /dev/zero "$spool/$name" ;;
			directory) mkdir "$spool/$name" ;;
			esac
			pending memory40
			LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so run -0 \
				timeout 20 "$(program memhp-callout)" --root "$root" memory40
			lacks "$(zones 40 43)" offline
		done
	done
}

@test "names in the spool that are paths, links or odd bytes harm nothing, in the spool or outside of it" {
	prepare
	echo precious >"$BATS_TEST_TMPDIR/precious"
	ln -s "$BATS_TEST_TMPDIR/precious" "$spool/pending/memory40"
	ln -s /dev/null "$spool/pending/memory98"
	mkdir "$spool/pending/memory99"
	mkdir -p "$spool/taken"
	touch "$spool"/taken/{memory,memory01,'memory41 '}
	pending $'memory33\nmemory34' $'memory\xff\xfe' '%s%s%n' 'memory33;reboot' '$(reboot)' \
		"memory$(printf '0%.0s' {1..200})1" '-rf' 'memory33 ' 'MEMORY33'
	run -0 --separate-stderr callout memory33
	equal "$(zones 32 39)" "$movable_then_kernel"
	equal "$(zones 40 43)" "$(same 4 Normal)" # the name is what counts
	equal "$(<"$BATS_TEST_TMPDIR/precious")" precious
	equal "$(find "$spool/pending" "$spool/taken" -type f -o -type l)" ""
}

@test "names in the spool that are almost those of blocks are removed from each of its directories" {
	local dir names=($'memory32\n' $'\nmemory32' memory032 memory-32 +memory32 memory+32 'memory32~' memory32.tmp
		memory0x20 "memory$(printf '9%.0s' {1..249})" memory memory18446744073709551616 '*' ' ')

	prepare
	for dir in pending taken held; do
		anew
		mkdir -p "$spool/$dir"
		(cd "$spool/$dir" && touch -- "${names[@]}")
		equal "$(find "$spool/$dir" -type f ! -name 'memory3[2-9]' -printf x)" "$(printf 'x%.0s' "${names[@]}")"
		callout memory33 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
		all_is_said
		settled
		equal "$(zones 40 43)" "$(same 4 offline)"
	done
}

@test "pipes, sockets and links in the spool that are called like blocks count as their names, and nobody waits for them" {
	local dir kind

	prepare
	for dir in pending taken held; do
		for kind in pipe socket link loop; do
			anew
			mkdir -p "$spool/$dir"
			rm "$spool"/pending/memory34
			case $kind in
			pipe) mkfifo "$spool/$dir/memory34" "$spool/$dir/memory40" ;;
			socket) (cd "$spool/$dir" && python3 -c 'import socket
for name in "memory34", "memory40":
    socket.socket(socket.AF_UNIX).bind(name)') ;;
			link) ln -s "$BATS_TEST_TMPDIR" "$spool/$dir/memory34" && ln -s nowhere "$spool/$dir/memory40" ;;
			loop) ln -s memory40 "$spool/$dir/memory34" && ln -s memory34 "$spool/$dir/memory40" ;;
			esac
			LD_PRELOAD=$abs_top_builddir/tests/lib/fakekernel.so timeout 20 "$(program memhp-callout)" --root "$root" \
				memory33 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
			all_is_said
			settled
			equal "$(zones 40 43)" "$(same 4 Normal)"
		done
	done
}

@test "directories in the spool that are called like blocks are in nobody's way" {
	local name

	prepare
	for name in {pending,taken,held}/memory{33,40}{,/precious}; do
		anew
		rm "$spool"/pending/*
		mkdir -p "$spool/$name"
		pending memory{32,34,35,36}
		callout memory33 >/dev/null 2>"$BATS_TEST_TMPDIR/errors"
		equal "$(<"$BATS_TEST_TMPDIR/errors" grep -v ' online, ' || :)" ""
		equal "$(zones 32 43)" "$movable_then_kernel $(same 4 offline)"
		equal "$(spooled | tr ' ' '\n' | grep ^memory || :)" ""
	done
}

@test "a spool of 100 000 names" {
	prepare
	(cd "$spool/pending" && seq -f 'memory%.0f' 100000 199999 | xargs touch)
	run -0 --separate-stderr callout memory33
	settled
}

# -- The lock

@test "a callout that can have no lock leaves its name to the sweep, and does not act as if it had it" {
	prepare
	faults "lock ENOLCK"
	run -1 --separate-stderr callout memory33
	equal "$stderr" "memhp: cannot lock /run/memhp/pending: No locks available"
	equal "$output$(writes)" ""
	equal "$(spooled)" "$(echo memory{32..39})"
	faults
	callout --drain 2>/dev/null
	settled
}

# -- Refusals

@test "every error of the kernel leaves a record with its cause, and the rest of the group online" {
	local error cause

	prepare
	while read -r error cause; do
		anew
		faults "memory33 $error"
		run -1 --separate-stderr callout memory32
		cause="1 block stays offline, first memory33: $cause"
		contains "$stderr" "PNP0C80:00: $cause"
		equal "$(zones 32 39)" "Movable offline ${movable_then_kernel#Movable Movable }"
		equal "$(spooled)" memory33
		contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=pending \
			"MEMHP_OUTCOME=384 MiB (3 blocks) online, movable; $cause"
		cp -a "$root" "$BATS_TEST_TMPDIR/refused"
		# It passes,
		faults
		run -0 callout --drain
		settled
		# or it does not.
		rm -rf "$root"
		mv "$BATS_TEST_TMPDIR/refused" "$root"
		faults "memory33 $error" hurry
		run -1 --separate-stderr callout --drain
		contains "$stderr" "PNP0C80:00: $cause; giving up"
		equal "$(zones 32 39)" "Movable offline ${movable_then_kernel#Movable Movable }"
		equal "$(spooled)" ""
		contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=partial MEMHP_TRY=10 \
			"MEMHP_OUTCOME=384 MiB (3 blocks) online, movable; $cause"
		contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online
	done <<-END
		ENOMEM Cannot allocate memory
		EPERM Operation not permitted
		EBUSY Device or resource busy
		EINVAL Invalid argument
		ENODEV No such device
		ENOENT No such file or directory
		EIO Input/output error
		EINTR Interrupted system call
		EAGAIN Resource temporarily unavailable
	END
}

@test "memory that is broken is given up at once, on record with its cause, and the rest of the group is online" {
	prepare
	faults "memory33 EHWPOISON"
	run --separate-stderr callout memory32
	contains "$stderr" "PNP0C80:00: 1 block stays offline, first memory33: Memory page has hardware error; giving up"
	equal "$(zones 32 39)" "Movable offline ${movable_then_kernel#Movable Movable }"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=partial \
		"384 MiB (3 blocks) online, movable; 1 block stays offline, first memory33: Memory page has hardware error"
	contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online
}

@test "a machine that cannot be read leaves its names, and a sweep that can reads it again" {
	prepare
	mv "$root/proc/zoneinfo" "$root/proc/away"
	run -5 callout memory32
	equal "$(spooled)" "$(echo memory{32..39})"
	callout --drain >/dev/null 2>&1 3>&- &
	mv "$root/proc/away" "$root/proc/zoneinfo"
	wait $!
	settled
}

@test "on a machine that cannot be read the sweep gives up what waits, with one error" {
	prepare
	mv "$root/proc/zoneinfo" "$root/proc/away"
	faults hurry "pause 9 pending memory40"
	run -5 --separate-stderr callout --drain
	equal "$output$stderr" "memhp: cannot read what is known of memory: No such file or directory; giving up 9 blocks"
	equal "$(pauses | wc -l)" 18 # the late one has ten tries as well
	equal "$(spooled)" ""
	contains "$(<"$spool/stats")" blocks_given_up=9 retries=18
	run -0 callout --drain
	mv "$root/proc/away" "$root/proc/zoneinfo"
	callout memory33 >/dev/null 2>&1
	equal "$(zones 32 35)" "$(same 4 Movable)"
}

@test "the sweep does not wait for addresses that are hidden from it" {
	machine hidden-iomem
	policy
	pending memory32
	faults hurry
	run -5 callout --drain
	equal "$output" "memhp: addresses in /proc/iomem are hidden: this needs root; giving up 1 block"
	equal "$(spooled)" ""
	[ ! -e "$FAKEKERNEL_LOG" ]
}

# -- Time

@test "a clock that jumps leaves the rest to the sweep at worst" {
	prepare
	faults clock
	callout memory32 >/dev/null 2>&1 || :
	callout memory36 >/dev/null 2>&1 || :
	equal "$(zones 32 39 | tr ' ' '\n' | grep -c 'Movable\|Normal\|offline')" 8
	callout --drain 2>/dev/null
	settled
}

# -- At once

@test "256 callouts at once for 64 blocks" {
	local i n pids=()

	machine <<-'END'
		block_size 128M
		e820 0x0 0x7fffffff ram
		blocks 0-15 node0 online Normal
		blocks 32-47 node0 offline "Normal Movable" PNP0C80:00
		blocks 48-63 node0 offline "Normal Movable" PNP0C80:01
		blocks 64-79 node0 offline "Normal Movable" PNP0C80:02
		blocks 80-95 node0 offline "Normal Movable" PNP0C80:03
		iomem
		| 00000000-7fffffff : System RAM
		| 100000000-17fffffff : System RAM
		| 180000000-1ffffffff : System RAM
		| 200000000-27fffffff : System RAM
		| 280000000-2ffffffff : System RAM
	END
	config <<<$'[Policy]\nMovableRatio=250'
	policy
	for i in {1..4}; do
		for n in {32..95}; do
			callout "memory$n" >/dev/null 2>>"$BATS_TEST_TMPDIR/errors" &
			pids+=($!)
		done
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	# 5 GiB may be movable: two of the four.
	equal "$(zones 32 95 | tr ' ' '\n' | sort | uniq -c | xargs)" "32 Movable 32 Normal"
	for n in 32 48 64 80; do
		equal "$(zones $n $((n + 15)) | tr ' ' '\n' | sort -u | wc -l)" 1
	done
	equal "$(written_states | tr ' ' '\n' | sort | uniq -d)" ""
	equal "$(spooled)" ""
	equal "$(grep -v ' online, ' "$BATS_TEST_TMPDIR/errors" || :)" ""
}

@test "two leaders that meet, since somebody replaced the spool, put no device into two zones" {
	prepare
	faults "memory33 wait go"
	callout_until memory33 memory32
	faults
	mv "$spool/pending" "$BATS_TEST_TMPDIR/replaced"
	mkdir "$spool/pending"
	callout memory36 >/dev/null 2>&1
	pending memory40
	touch "$root/go"
	wait $!
	equal "$(zones 32 35)" "$(same 4 Movable)"
	equal "$(zones 36 43)" "$(same 8 Normal)"
	callout --drain 2>/dev/null
	equal "$(spooled)" ""
	equal "$(written_states | tr ' ' '\n' | sort -V | uniq | xargs)" "$(echo memory{32..43})"
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_ZONE=movable MEMHP_STATE=online
	contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_ZONE=kernel MEMHP_STATE=online
	contains "$(<"$spool/groups/PNP0C80:02")" MEMHP_ZONE=kernel MEMHP_STATE=online
}

@test "a sweep and an event at the same moment" {
	local i pids

	prepare
	for i in {1..10}; do
		anew
		pids=()
		callout --drain >/dev/null 2>&1 &
		pids+=($!)
		callout memory32 >/dev/null 2>&1 &
		pids+=($!)
		callout memory39 >/dev/null 2>&1 &
		pids+=($!)
		wait "${pids[@]}"
		settled
		equal "$(written_states | tr ' ' '\n' | sort -V | xargs)" "$(echo memory{32..39})"
	done
}

# -- The sweep

@test "a refusal that does not pass is tried ten times, then given up with one error that names device and cause" {
	prepare
	faults hurry "memory33 EPERM"
	run -1 --separate-stderr callout --drain
	equal "$(grep -v ' online, ' <<<"$stderr")" "memhp: PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted
memhp: PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted; giving up"
	equal "$(pauses | xargs)" "1.000 2.000 4.000 8.000 16.000 32.000 64.000 64.000 64.000"
	equal "$(written_states | tr ' ' '\n' | grep -c memory33)" 10
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=partial MEMHP_TRY=10 \
		"MEMHP_OUTCOME=384 MiB (3 blocks) online, movable; 1 block stays offline, first memory33: Operation not permitted"
	contains "$(<"$spool/stats")" blocks_refused=10 retries=9 blocks_given_up=1
	# It is over: nobody tries again.
	run -0 callout --drain
	equal "$output" ""
}

@test "a device that comes late has ten tries as well, and is warned of" {
	prepare
	faults hurry "memory33 EPERM" "memory40 EBUSY" "pause 9 pending memory40"
	run -1 --separate-stderr callout --drain
	equal "$(grep -v ' online, ' <<<"$stderr")" "memhp: PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted
memhp: PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted; giving up
memhp: PNP0C80:02: 1 block stays offline, first memory40: Device or resource busy
memhp: PNP0C80:02: 1 block stays offline, first memory40: Device or resource busy; giving up"
	equal "$(written_states | tr ' ' '\n' | grep -c memory33)" 10
	equal "$(written_states | tr ' ' '\n' | grep -c memory40)" 10
	equal "$(pauses | xargs)" "1.000 2.000 4.000 8.000 16.000 32.000 64.000 64.000 64.000 1.000 2.000 4.000 8.000 16.000 32.000 64.000 64.000 64.000"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:02")" MEMHP_STATE=partial
	contains "$(<"$spool/stats")" blocks_given_up=2
}

@test "what is refused for good fails the sweep, whatever else waits" {
	prepare
	faults hurry "memory33 EHWPOISON" "memory37 EPERM 2"
	run -1 --separate-stderr callout --drain
	equal "$(zones 32 39)" "Movable offline Movable Movable $(same 4 Normal)"
	equal "$(spooled)" ""
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_STATE=partial "Memory page has hardware error"
	contains "$(<"$spool/groups/PNP0C80:01")" MEMHP_STATE=online
}

@test "the sweep tells systemd what it waits for, counts its tries, and the record has both" {
	prepare
	faults "memory33 EPERM 2"
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(60)
print("ready", file=sys.stderr, flush=True)
while True:
    text = s.recv(4096).decode()
    print(text, flush=True)
    if text.endswith("nothing waits"):
        break
' "$BATS_TEST_TMPDIR/notify" >"$BATS_TEST_TMPDIR/told" 2>"$BATS_TEST_TMPDIR/ready" 3>&- &
	until [ -s "$BATS_TEST_TMPDIR/ready" ]; do
		sleep 0.02
	done
	NOTIFY_SOCKET=$BATS_TEST_TMPDIR/notify callout --drain 2>/dev/null
	wait $!
	holds "$BATS_TEST_TMPDIR/told" <<-END
		STATUS=try 1 of 10
		STATUS=try 2 of 10 in 1 s: 1 waiting, PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted
		STATUS=try 2 of 10
		STATUS=try 3 of 10 in 2 s: 1 waiting, PNP0C80:00: 1 block stays offline, first memory33: Operation not permitted
		STATUS=try 3 of 10
		STATUS=nothing waits
	END
	settled
	contains "$(<"$spool/groups/PNP0C80:00")" MEMHP_TRY=3 "MEMHP_OUTCOME=512 MiB (4 blocks) online, movable"
	contains "$(<"$spool/stats")" blocks_onlined=8 blocks_refused=2 retries=2 blocks_given_up=0 decisions=4
}

@test "a policy that is reloaded while the sweep pauses rules its next try" {
	prepare
	config <<<$'[Dimm]\nZone=kernel'
	cp "$spool/policy" "$BATS_TEST_TMPDIR/old"
	policy
	mv "$spool/policy" "$root/new"
	mv "$BATS_TEST_TMPDIR/old" "$spool/policy"
	faults hurry "pause 1 move new run/memhp/policy" "memory"{32..35}" EPERM 4"
	callout --drain 2>/dev/null
	equal "$(zones 32 39)" "$(same 4 Normal) $(same 4 Movable)"
	contains "$(<"$spool/groups/PNP0C80:00")" "MEMHP_REASON=fixed by [Dimm]" MEMHP_TRY=2
}

@test "when the kernel has taken over while the sweep pauses, nothing waits any more" {
	prepare
	cp "$spool/policy" "$BATS_TEST_TMPDIR/old"
	parameters contig-zones 301 Y offline
	config <<<$'[Policy]\nOnliner=kernel'
	policy
	mv "$spool/policy" "$root/new"
	mv "$BATS_TEST_TMPDIR/old" "$spool/policy"
	faults hurry "pause 2 move new run/memhp/policy" "memory33 EPERM"
	run -0 callout --drain
	equal "$(spooled)" ""
	equal "$(pauses | xargs)" "1.000 2.000"
}

@test "an address of a service manager that is none is passed over" {
	local socket

	prepare
	for socket in "" x relative/path "@" "/$(printf 'x%.0s' {1..200})" "$BATS_TEST_TMPDIR/nobody"; do
		anew
		NOTIFY_SOCKET=$socket callout --drain 2>/dev/null
		settled
	done
}

@test "the environment of the callout changes nothing" {
	prepare
	POSIXLY_CORRECT=1 TZ=:/nonsense LC_ALL=xx_XX.nonsense TMPDIR=/nonsense MEMHP_ZONE=kernel run -0 callout memory33
	settled
}
