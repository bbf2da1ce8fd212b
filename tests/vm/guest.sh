# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Questions that tests ask inside the machine; sourced before every guest script.

memory=/sys/devices/system/memory

# block_state N|memoryN: offline, online, going-offline, or "absent"
block_state()
{
	cat "$memory/memory${1#memory}/state" 2>/dev/null || echo absent
}

# blocks_in START END: the blocks that lie in a range; END is its last byte, as in /proc/iomem
blocks_in()
{
	local size n

	size=$((16#$(cat "$memory/block_size_bytes")))
	for ((n = ($1 + size - 1) / size; (n + 1) * size - 1 <= $2; n++)); do
		[ ! -d "$memory/memory$n" ] || echo "memory$n"
	done
}

# iomem_blocks PATTERN: the blocks in the entries whose name matches an extended regular expression
iomem_blocks()
{
	local range name

	while IFS=: read -r range name; do
		range=${range// /}
		if [[ ${name# } =~ $1 ]]; then
			blocks_in "0x${range%-*}" "0x${range#*-}"
		fi
	done < <(sed 's/ : /:/' /proc/iomem) | sort -uV
}

# dimm_blocks PNP0C80:XX: the blocks of a DIMM
dimm_blocks()
{
	find "$memory" -maxdepth 2 -name firmware_node -lname "*/$1" -printf '%h\n' 2>/dev/null | sed 's|.*/||' | sort -V
}

# block_zones: for blocks named on standard input, the different zones they are
# in, or "offline"; the first word of valid_zones is the zone of an online block
block_zones()
{
	local block zone

	while read -r block; do
		if [ "$(block_state "$block")" = online ]; then
			read -r zone _ <"$memory/$block/valid_zones"
		else
			zone=$(block_state "$block")
		fi
		echo "$zone"
	done | sort -u
}

# find_leader INODE: $leader, the process that has the lock of the spool. Starts none, since who asks has to be quick.
find_leader()
{
	local kind pid file _

	while read -r _ kind _ _ pid file _; do
		if [ "$kind" = FLOCK ] && [ "${file##*:}" = "$1" ]; then
			# shellcheck disable=SC2034 # it is for who asks
			leader=$pid
			return
		fi
	done </proc/locks
	return 1
}

# zones_of dimm PNP0C80:XX | zones_of iomem PATTERN | zones_of blocks memoryN...
zones_of()
{
	local kind=$1

	shift
	case $kind in
	dimm) dimm_blocks "$1" ;;
	iomem) iomem_blocks "$1" ;;
	blocks) printf '%s\n' "$@" ;;
	esac | block_zones
}

# make_cxl_region [MEMDEV]: a region over all of a CXL device; prints its dax device
make_cxl_region()
{
	local region

	modprobe -a cxl_acpi cxl_pci cxl_mem cxl_port kmem dax_cxl device_dax
	udevadm settle
	region=$(cxl create-region -m -t ram -d decoder0.0 "${1:-mem0}" |
		sed -n 's/.*"region":"\([^"]*\)".*/\1/p')
	udevadm settle
	basename "$(echo /sys/bus/cxl/devices/"$region"/dax_region*/dax*.*)"
}

# make_pmem_ram: persistent memory as RAM with offline blocks; prints its dax device
make_pmem_ram()
{
	local namespace dax

	modprobe -a nfit nd_pmem device_dax kmem dax_pmem
	udevadm settle
	# Its number depends on what else has registered with libnvdimm.
	namespace=$(ndctl list -Ni | sed -n 's/.*"dev":"\([^"]*\)".*/\1/p' | head -n 1)
	dax=$(ndctl create-namespace -f -e "$namespace" -m devdax |
		sed -n 's/.*"chardev":"\([^"]*\)".*/\1/p')
	daxctl reconfigure-device --mode=system-ram --no-online "$dax" >&2
	echo "$dax"
}

# make_pmem_pair: persistent memory in two parts, one with an ext4 named "archive" (not mounted), the other used as
# RAM with offline blocks; prints the block device and the dax device
make_pmem_pair()
{
	local region disk dax

	modprobe -a nfit nd_pmem device_dax kmem dax_pmem
	udevadm settle
	region=$(ndctl list -R | sed -n 's/.*"dev":"\([^"]*\)".*/\1/p' | head -n 1)
	# Two namespaces in a region need labels.
	ndctl disable-region "$region" >&2
	ndctl init-labels -f nmem0 >&2
	ndctl enable-region "$region" >&2
	disk=$(ndctl create-namespace -r "$region" -s 256M -m fsdax |
		sed -n 's/.*"blockdev":"\([^"]*\)".*/\1/p')
	mkfs.ext4 -q -L archive "/dev/$disk"
	dax=$(ndctl create-namespace -r "$region" -m devdax |
		sed -n 's/.*"chardev":"\([^"]*\)".*/\1/p')
	daxctl reconfigure-device --mode=system-ram --no-online "$dax" >&2
	udevadm settle
	echo "$disk $dax"
}

# report_memory: what a failed test wants to know; boot memory below 4 GiB is left out
report_memory()
{
	local block first

	first=$(((4 << 30) / 16#$(cat "$memory/block_size_bytes")))
	echo "--- /proc/iomem"
	grep -E 'System RAM|CXL|region|Persistent|dax|virtio' /proc/iomem
	echo "--- lsmem"
	lsmem -o RANGE,SIZE,STATE,BLOCK,NODE,ZONES --split STATE,NODE,ZONES
	echo "--- blocks: name, state, zones, origin, properties"
	for block in "$memory"/memory[0-9]*; do
		[ "${block##*memory}" -ge "$first" ] || continue
		printf '%s %s (%s) %s %s\n' "${block##*/}" "$(cat "$block/state")" \
			"$(cat "$block/valid_zones")" \
			"$(basename "$(readlink -f "$block/firmware_node")")" \
			"$(udevadm info -q property "$block" | grep ^MEMHP_ | paste -sd' ')"
	done | sort -V | head -n 64
}
