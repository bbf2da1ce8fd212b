# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# In which order and how many at once events come: what of that has a part in where memory ends, on random machines
# with memhp-callout at work. MEMHP_SEED has a run again.
# Devices share the ratio, so which of two is met first does matter, and of what is pending at once the lower block is.

load helpers

n_machines=5

setup()
{
	# Of a test that fails bats prints this.
	seed=${MEMHP_SEED:-$((10#$(date +%N) % 32768))}
	RANDOM=$seed
	echo "MEMHP_SEED=$seed"
}

# -- Random machines

# add_device KIND N_BLOCKS: as mkroot has it, behind all that is there
add_device()
{
	local kind=$1 first=$next last=$((next + $2 - 1)) n

	next=$((next + $2))
	devices+=("$first-$last")
	kinds+=("$kind")
	printf -v n '%09x-%09x' $((first << 27)) $(((last + 1 << 27) - 1))
	case $kind in
	dimm)
		printf -v acpi 'PNP0C80:%02x' "${#devices[@]}"
		blocks+=("$first-$last node0 offline 'Normal Movable' $acpi")
		iomem+=("| $n : System RAM")
		;;
	virtio)
		blocks+=("$first-$last node0 offline 'Normal Movable'")
		iomem+=("| $n : virtio${#devices[@]}" "|   $n : System RAM (virtio_mem)")
		;;
	cxl)
		blocks+=("$first-$last node1 offline 'Normal Movable'")
		iomem+=("| $n : CXL Window 0" "|   $n : region0" "|     $n : dax0.0" "|       $n : System RAM (kmem)")
		;;
	esac
}

# random_machine KIND...: 512 MiB of boot memory, and these devices, of up to four blocks each
random_machine()
{
	local kind acpi blocks=() iomem=() ratios=(0 30 60 100 150 301) zones=(auto movable kernel leave)
	local ratio numa_aware credit credits=(early all)

	next=32 devices=() kinds=()
	for kind in "$@"; do
		add_device "$kind" $((1 + RANDOM % 4))
	done
	rm -rf "$root"
	machine <<-END
		block_size 128M
		e820 0x0 0x1fffffff ram
		blocks 0-3 node0 online Normal
		$(printf 'blocks %s\n' "${blocks[@]}")
		iomem
		| 00000000-1fffffff : System RAM
		$(printf '%s\n' "${iomem[@]}")
	END
	cxl_zone=${zones[RANDOM % 4]}
	ratio=${ratios[RANDOM % 6]}
	credit=${credits[RANDOM % 2]}
	numa_aware=$((RANDOM % 2))
	config <<-END
		[Policy]
		MovableRatio=$ratio
		NumaAware=$numa_aware
		KernelCredit=$credit
		[Cxl]
		Zone=$cxl_zone
	END
	policy
	keep
}

# keep: the machine as it is is the one to start over with
keep()
{
	rm -rf "$BATS_TEST_TMPDIR/kept"
	cp -a "$root" "$BATS_TEST_TMPDIR/kept"
}

# start_over: the machine is as it was at keep
start_over()
{
	rm -rf "$root"
	cp -a "$BATS_TEST_TMPDIR/kept" "$root"
}

# describe: for a test that fails
describe()
{
	printf 'devices: %s (%s)\n' "${devices[*]}" "${kinds[*]}"
	grep -E 'Policy|Cxl' "$spool/policy"
	printf 'batches: '
	printf '(%s) ' "${batches[@]}"
	echo
}

# -- Random events

# shuffle WORD...: makes of them the array shuffled. A subshell would have random numbers of its own.
shuffle()
{
	local i j word

	shuffled=("$@")
	for ((i = $# - 1; i > 0; i--)); do
		j=$((RANDOM % (i + 1)))
		word=${shuffled[i]} shuffled[i]=${shuffled[j]} shuffled[j]=$word
	done
}

# shuffle_blocks FIRST LAST: likewise their numbers
shuffle_blocks()
{
	local numbers

	mapfile -t numbers < <(seq "$1" "$2")
	shuffle "${numbers[@]}"
}

# cut_into_batches NUMBER...: one to five at once
cut_into_batches()
{
	local n

	batches=()
	while [ $# -gt 0 ]; do
		n=$((1 + RANDOM % 5))
		[ "$n" -le $# ] || n=$#
		batches+=("${*:1:n}")
		shift "$n"
	done
}

# one_by_one: the same events, the lowest of what came at once first
one_by_one()
{
	local batch singles=()

	for batch in "${batches[@]}"; do
		mapfile -t -O ${#singles[@]} singles < <(tr ' ' '\n' <<<"$batch" | sort -n)
	done
	batches=("${singles[@]}")
}

# run_batches: for each, its events are pending when the callout of one of them gets the lock
run_batches()
{
	local batch words

	for batch in "${batches[@]}"; do
		read -ra words <<<"$batch"
		pending "${words[@]/#/memory}"
		callout "memory${words[RANDOM % ${#words[@]}]}" >/dev/null 2>&1
	done
	equal "$(spooled)" ""
}

# ends: the zones of all blocks, a line a device
ends()
{
	local device

	for device in "${devices[@]}"; do
		zones "${device%-*}" "${device#*-}"
	done
}

# check_ends: what holds whatever the order
check_ends()
{
	local i ended

	for i in "${!devices[@]}"; do
		ended=$(zones "${devices[i]%-*}" "${devices[i]#*-}")
		lacks "$ended" online
		case ${kinds[i]} in
		virtio) lacks "$ended" offline ;;
		cxl) [ "$cxl_zone" != leave ] || lacks "$ended" Movable Normal ;;&
		*) equal "$(tr ' ' '\n' <<<"$ended" | sort -u | wc -l)" 1 ;;
		esac
	done
}

# -- Devices whose ranges appear one after the other

# random_ranges DEVICE...: one to three of each, of up to three blocks, among those of the others; none has appeared
random_ranges()
{
	local i device blocks=()

	owners=() firsts=() lasts=() appeared=() events=() next=32
	for device in "$@"; do
		for ((i = RANDOM % 3; i >= 0; i--)); do
			owners+=("$device")
		done
	done
	shuffle "${owners[@]}"
	owners=("${shuffled[@]}")
	for i in "${!owners[@]}"; do
		firsts[i]=$next
		lasts[i]=$((next + RANDOM % 3))
		next=$((lasts[i] + 1 + RANDOM % 2))
		device=${owners[i]}
		[ "${device%?}" = PNP0C80:0 ] || device=
		blocks+=("${firsts[i]}-${lasts[i]} node0 offline 'Normal Movable' $device")
	done
	rm -rf "$root" "$away"
	machine <<-END
		block_size 128M
		e820 0x0 0x1fffffff ram
		blocks 0-3 node0 online Normal
		$(printf 'blocks %s\n' "${blocks[@]}")
	END
	mkdir "$away"
	for ((i = 32; i < next; i++)); do
		[ ! -d "$memory/memory$i" ] || mv "$memory/memory$i" "$away"
	done
}

# show_iomem: of the ranges that have appeared
show_iomem()
{
	local i n

	echo '00000000-1fffffff : System RAM'
	for i in "${!owners[@]}"; do
		[ -n "${appeared[i]}" ] || continue
		printf -v n '%09x-%09x' $((firsts[i] << 27)) $(((lasts[i] + 1 << 27) - 1))
		case ${owners[i]} in
		PNP*) echo "$n : System RAM" ;;
		dax*) printf '%s\n' "$n : ${owners[i]}" "  $n : System RAM (kmem)" ;;
		virtio*) printf '%s\n' "$n : ${owners[i]}" "  $n : System RAM (virtio_mem)" ;;
		esac
	done
}

# appear RANGE: its blocks are there, and their events are to come
appear()
{
	local block

	echo "range $1 appears: ${owners[$1]}, ${firsts[$1]} to ${lasts[$1]}"
	appeared[$1]=yes
	show_iomem >"$root/proc/iomem"
	for ((block = firsts[$1]; block <= lasts[$1]; block++)); do
		mv "$away/memory$block" "$memory"
		events+=("$block")
	done
}

# some_events N: that many of those to come, or as many as there are
some_events()
{
	local batches n=$1

	[ ${#events[@]} -gt 0 ] || return 0
	shuffle "${events[@]}"
	batches=("${shuffled[*]:0:n}")
	events=("${shuffled[@]:n}")
	echo "events of ${batches[*]}"
	run_batches
}

# another_policy: that is in force from now on
another_policy()
{
	local ratios=(0 40 80 120 301) zones=(auto auto auto movable kernel) credits=(early all)
	local ratio=${ratios[RANDOM % 5]} credit=${credits[RANDOM % 2]}
	local dimm_zone=${zones[RANDOM % 5]} dax_zone=${zones[RANDOM % 5]}

	config <<-END
		[Policy]
		MovableRatio=$ratio
		KernelCredit=$credit
		[Dimm]
		Zone=$dimm_zone
		[Dax]
		Zone=$dax_zone
	END
	policy
	grep -E 'Ratio|Credit|Dimm|Dax' "$spool/policy"
}

# check_devices: those that go to one zone as a whole are all in one
check_devices()
{
	local i device ends=()

	for device in "$@"; do
		ends=()
		for i in "${!owners[@]}"; do
			[ "${owners[i]}" != "$device" ] || ends+=("$(zones "${firsts[i]}" "${lasts[i]}")")
		done
		echo "$device: ${ends[*]}"
		[ "$(tr ' ' '\n' <<<"${ends[*]}" | sort -u | grep -cxE 'Normal|Movable')" -eq 1 ]
		lacks "${ends[*]}" offline -
	done
}

# -- What has no part in it

@test "events that come at once end as those that come one by one, the lowest first" {
	local m expected batches

	for ((m = 0; m < n_machines; m++)); do
		shuffle dimm dimm virtio cxl
		random_machine "${shuffled[@]}"
		shuffle_blocks 32 $((next - 1))
		cut_into_batches "${shuffled[@]}"
		describe
		run_batches
		check_ends
		expected=$(ends)
		echo "$expected"
		start_over
		one_by_one
		run_batches
		equal "$(ends)" "$expected"
	done
}

@test "devices that are decided as a whole end the same whenever they are met in the same order" {
	local m i device expected batches met

	for ((m = 0; m < n_machines; m++)); do
		random_machine dimm dimm dimm cxl
		shuffle_blocks 32 $((next - 1))
		cut_into_batches "${shuffled[@]}"
		describe
		run_batches
		check_ends
		expected=$(ends)
		# Only the first event of each counts: any of its blocks, and all others later, in any order.
		one_by_one
		met=()
		for i in "${batches[@]}"; do
			for device in "${devices[@]}"; do
				[ "$i" -lt "${device%-*}" ] || [ "$i" -gt "${device#*-}" ] ||
					[[ " ${met[*]} " == *" $device "* ]] || met+=("$device")
			done
		done
		batches=()
		for device in "${met[@]}"; do
			shuffle_blocks "${device%-*}" "${device#*-}"
			batches+=("${shuffled[0]}")
		done
		shuffle_blocks 32 $((next - 1))
		batches+=("${shuffled[@]}")
		start_over
		describe
		run_batches
		equal "$(ends)" "$expected"
	done
}

@test "the events of one device end in the same zones in any order, those of virtio-mem as many in each" {
	local m kind expected batches

	for kind in dimm cxl virtio; do
		for ((m = 0; m < n_machines; m += 2)); do
			random_machine dimm $kind
			# Something is online already, of the device as well.
			batches=(32)
			run_batches
			[ $((RANDOM % 2)) -eq 0 ] || set_block "memory$((next - 1))" online Movable
			keep
			expected=
			for _ in 1 2 3; do
				start_over
				shuffle_blocks 32 $((next - 1))
				cut_into_batches "${shuffled[@]}"
				describe
				run_batches
				ended=$(ends)
				[ $kind != virtio ] || ended=$(tr ' ' '\n' <<<"$ended" | sort)
				equal "$ended" "${expected:=$ended}"
			done
		done
	done
}

@test "what is decided as a whole is in one zone, whatever comes between its ranges" {
	local m range order followed=0 devices=(PNP0C80:00 PNP0C80:01 dax0.0 dax1.0)
	away=$BATS_TEST_TMPDIR/away

	# As many machines as it takes to see some devices that would have been split if each range were judged alone.
	for ((m = 0; m < n_machines || (m < 50 && followed < 3); m++)); do
		random_ranges "${devices[@]}" virtio0
		another_policy
		shuffle "${!owners[@]}"
		order=("${shuffled[@]}")
		for range in "${order[@]}"; do
			appear "$range"
			[ $((RANDOM % 5)) -gt 0 ] || another_policy
			[ $((RANDOM % 4)) -eq 0 ] || some_events $((1 + RANDOM % 3))
		done
		while [ ${#events[@]} -gt 0 ]; do
			some_events $((1 + RANDOM % 5))
		done
		check_devices "${devices[@]}"
		followed=$((followed + $(cat "$spool"/groups/* | grep -cF 'group already movable' || :)))
	done
	echo "$m machines"
	[ "$followed" -ge 3 ]
}
