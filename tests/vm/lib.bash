# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# For bats files that need a machine with hot-pluggable memory. Environment:
#   MEMHP_DEB       package(s) to install in it, separated by blanks; none when unset
#   MEMHP_VM_SUITE  Debian suite of the machine (default: trixie)

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# vm_setup_file [VM START OPTION...]: for setup_file(); extra files for the
# machine may be put below $BATS_FILE_TMPDIR/overlay before
vm_setup_file()
{
	local base images=() overlay=$BATS_FILE_TMPDIR/overlay debs

	base=$("$vm_dir/image" base "${MEMHP_VM_SUITE:-trixie}") || return
	if [ -n "${MEMHP_DEB:-}" ]; then
		read -ra debs <<<"$MEMHP_DEB"
		"$vm_dir/image" package "$base" "$BATS_FILE_TMPDIR" "${debs[@]}" || return
		images+=(--img "$BATS_FILE_TMPDIR/package.img")
	fi
	install -D -m 644 "$vm_dir/guest.sh" "$overlay/usr/lib/memhp-test/guest.sh" || return
	"$vm_dir/image" overlay "$overlay" "$BATS_FILE_TMPDIR/overlay.img" || return
	images+=(--img "$BATS_FILE_TMPDIR/overlay.img")
	vm_start --suite-base "$base" "${images[@]}" "$@"
}

# An emulated kernel on a busy host may stall while it boots, long before memhp plays a part: once more then.
vm_start()
{
	vm start "$@" && return
	echo "the machine did not start, trying once more" >&2
	vm_teardown_file || true
	rm -rf "$BATS_FILE_TMPDIR/vm"
	vm start "$@"
}

vm_teardown_file()
{
	"$vm_dir/vm" stop "$BATS_FILE_TMPDIR/vm"
}

# vm VERB ARGUMENT...: on this file's machine
vm()
{
	local verb=$1

	shift
	"$vm_dir/vm" "$verb" "$BATS_FILE_TMPDIR/vm" "$@"
}

# guest SCRIPT, or the script on standard input: stops at the first command that fails
guest()
{
	local script=${1-$(cat)}

	vm run -- "set -e; . /usr/lib/memhp-test/guest.sh; $script"
}

# short_run PROGRAM ARGUMENT...: of a program beside this file that boots a machine of its own, with the packages and the
# suite of the tests. What it prints is in $BATS_TEST_TMPDIR/log, and is shown if the test fails.
short_run()
{
	local debs deb arguments=() status=0

	read -ra debs <<<"${MEMHP_DEB:-}"
	for deb in "${debs[@]}"; do
		arguments+=(--deb "$deb")
	done
	"$vm_dir/$1" "${arguments[@]}" --suite "${MEMHP_VM_SUITE:-trixie}" "${@:2}" >"$BATS_TEST_TMPDIR/log" || status=$?
	cat "$BATS_TEST_TMPDIR/log"
	return $status
}

qmp() { vm qmp "$@"; }
dimm() { vm dimm "$@"; }
undimm() { vm undimm "$@"; }
resize() { vm resize "$@"; }

# wait_for SECONDS CONDITION: until a shell condition holds in the guest
wait_for()
{
	vm run --timeout "$1" -- ". /usr/lib/memhp-test/guest.sh
		until { $2
		}; do sleep 0.2; done" || {
		echo "not within $1 s: $2" >&2
		return 1
	}
}

# vm_every_kind: a machine of two nodes that has every kind of hot-plugged memory, for setup_file(): a DIMM of 512 MiB
# on each node, 512 MiB of a virtio-mem device, a CXL region of 512 MiB and 1 GiB of persistent memory, with an ext4 in
# one namespace and the other used as RAM. What memhp leaves alone is offline. Sets, and keeps in the
# file "names", node0_dimm and node1_dimm (ACPI devices), pmem_disk, pmem_dax and cxl_dax.
vm_every_kind()
{
	local node0_dimm node1_dimm pmem_disk pmem_dax cxl_dax acpi

	vm_setup_file --node 2G --node 1G --virtio-mem vm0:4G --cxl 512M --nvdimm 1G || return
	node0_dimm=$(dimm dimm0 512M 0) || return
	node1_dimm=$(dimm dimm1 512M 1) || return
	for acpi in "$node0_dimm" "$node1_dimm"; do
		wait_for 60 "[ \$(dimm_blocks $acpi | wc -l) -eq 4 ] && ! zones_of dimm $acpi | grep -q offline" || return
	done
	resize vm0 512M || return
	# shellcheck disable=SC2016 # the guest expands it
	wait_for 60 '[ "$(iomem_blocks "^System RAM .virtio_mem" | wc -l)" -eq 4 ] &&
		! zones_of iomem "^System RAM .virtio_mem" | grep -q offline' || return
	cxl_dax=$(guest make_cxl_region) || return
	read -r pmem_disk pmem_dax < <(guest make_pmem_pair) || return
	declare -p node0_dimm node1_dimm pmem_disk pmem_dax cxl_dax | sed 's/^declare -- //' >"$BATS_FILE_TMPDIR/names"
}

# vm_names: in setup(), makes the names known that vm_every_kind has found
vm_names()
{
	# shellcheck source=/dev/null
	. "$BATS_FILE_TMPDIR/names"
}

# For teardown(). Bats prints it only if the test failed.
dump_on_failure()
{
	[ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
	guest 'set +e; report_memory; echo "--- journal"; journalctl -b --no-pager | tail -n 200' || {
		echo "--- console"
		tail -n 50 "$BATS_FILE_TMPDIR/vm/console.log"
	}
}
