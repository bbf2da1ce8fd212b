# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/vm/plan has done inside its machine; sourced behind guest.sh.

# wait_until_done: udev has handled all events, and memhp all blocks that waited
wait_until_done()
{
	local _ waiting

	for _ in {1..300}; do
		udevadm settle
		waiting=$(find /run/memhp/pending /run/memhp/taken -name 'memory*')
		if [ -z "$waiting" ] && ! systemctl -q is-active memhp-sweep.service; then
			return
		fi
		sleep 0.2
	done
	return 1
}

# configure: standard input is the configuration from now on
configure()
{
	mkdir -p /etc/memhp.conf.d
	cat >/etc/memhp.conf.d/plan.conf
	memhpctl check -q
	systemctl daemon-reload
	systemctl reload memhp.service
	wait_until_done
}

# look COUNT: "N ZONE" of each block, "N offline" where it is not online, once there are COUNT blocks and all is done
look()
{
	local _ blocks=() block zone

	for _ in {1..300}; do
		blocks=("$memory"/memory[0-9]*)
		[ "${#blocks[@]}" -lt "$1" ] || break
		sleep 0.2
	done
	wait_until_done
	for block in "$memory"/memory[0-9]*; do
		zone=$(<"$block/state")
		[ "$zone" != online ] || read -r zone _ <"$block/valid_zones"
		echo "${block##*memory} $zone"
	done
}

# name_at ADDRESS: of the entry of /proc/iomem that begins there
name_at()
{
	sed -n "s/^ *0*$1-[0-9a-f]* : //p" /proc/iomem | head -n 1
}

# make_region SIZE: of CXL memory
make_region()
{
	modprobe -a cxl_acpi cxl_pci cxl_mem cxl_port kmem dax_cxl device_dax
	udevadm settle
	cxl create-region -m -t ram -d decoder0.0 -s "$1" mem0 >/dev/null 2>&1
	udevadm settle
}

# drop_region: prints "gone", or "stays" when a kernel zone holds on to it
drop_region()
{
	{
		if zones_of iomem '^dax0.0$' | grep -q Normal; then
			return
		fi
		daxctl offline-memory dax0.0 || true
		cxl disable-region region0 && cxl destroy-region region0
	} >/dev/null 2>&1
	if [ -z "$(iomem_blocks '^dax0.0$')" ]; then
		echo gone
	else
		echo stays
	fi
}
