/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every system path that memhp knows, relative to the root handle of sysfs.h. */
#pragma once

#define PATH_SYS "sys"
#define PATH_MEMORY PATH_SYS "/devices/system/memory"
#define PATH_NODE "sys/devices/system/node"
#define PATH_ACPI_DEVICES "sys/bus/acpi/devices"
#define PATH_CEDT "sys/firmware/acpi/tables/CEDT"
#define PATH_NFIT "sys/firmware/acpi/tables/NFIT"
#define PATH_BOOT_PARAMS "sys/kernel/boot_params"
#define PATH_FIRMWARE_MEMORY "sys/firmware/memory"
#define PATH_FIRMWARE_MEMMAP "sys/firmware/memmap"
#define PATH_IOMEM "proc/iomem"
#define PATH_ZONEINFO "proc/zoneinfo"
#define PATH_CMDLINE "proc/cmdline"
#define PATH_KMSG "dev/kmsg"

#define PATH_RUN "run/memhp"
#define PATH_POLICY PATH_RUN "/policy"
#define PATH_BOOT_MEMORY PATH_RUN "/boot-memory"
#define PATH_PENDING PATH_RUN "/pending"
#define PATH_TAKEN PATH_RUN "/taken"
#define PATH_HELD PATH_RUN "/held"
#define PATH_GROUPS PATH_RUN "/groups"
#define PATH_BLOCKS PATH_RUN "/blocks"
#define PATH_STATS PATH_RUN "/stats"
#define PATH_SAVED PATH_RUN "/saved"
#define PATH_STOPPED "run/memhp.stopped"
#define PATH_UDEV_RULES "run/udev/rules.d"
#define PATH_UDEV_CONTROL "run/udev/control"
#define PATH_TMPFILES "run/tmpfiles.d"
#define PATH_OWN_TMPFILE PATH_TMPFILES "/00-memhp.conf"
#define PATH_RENDERED "run/systemd/generator/memhp"
#define PATH_RENDERED_RULES PATH_RENDERED "/rules.d"
#define PATH_AUTO_ONLINE PATH_MEMORY "/auto_online_blocks"
#define PATH_CRASH_HOTPLUG PATH_MEMORY "/crash_hotplug"
#define PATH_CRASH_LOADED "sys/kernel/kexec_crash_loaded"
#define PATH_SYSTEMD "run/systemd/system"

/* Strongest first. */
#define PATHS_CONFIG                                                           \
	{                                                                      \
		"etc/memhp.conf", "run/memhp.conf", "usr/lib/memhp/memhp.conf" \
	}
#define PATHS_CONFIG_DROPINS                                                         \
	{                                                                            \
		"etc/memhp.conf.d", "run/memhp.conf.d", "usr/lib/memhp/memhp.conf.d" \
	}

#define PATHS_UDEV_RULES                                                           \
	{                                                                          \
		"etc/udev/rules.d", PATH_UDEV_RULES, "usr/local/lib/udev/rules.d", \
			"usr/lib/udev/rules.d", "lib/udev/rules.d"                 \
	}

#define PATHS_TMPFILES                                                                             \
	{                                                                                          \
		"etc/tmpfiles.d", PATH_TMPFILES, "usr/local/lib/tmpfiles.d", "usr/lib/tmpfiles.d", \
			"lib/tmpfiles.d"                                                           \
	}

#define PATH_DAXCTL_CONFIG "etc/daxctl.conf.d"
#define PATH_ARCH "proc/sys/kernel/arch"
#define PATH_RELEASE "proc/sys/kernel/osrelease"
#define PATH_HYPERVISOR "sys/hypervisor/type"
#define PATH_VMBUS "sys/bus/vmbus"
#define PATH_MEMORY_HOTPLUG "sys/module/memory_hotplug/parameters"
#define PATH_MEMMAP_ON_MEMORY PATH_MEMORY_HOTPLUG "/memmap_on_memory"
#define PATH_ONLINE_POLICY PATH_MEMORY_HOTPLUG "/online_policy"
#define PATH_MOVABLE_RATIO PATH_MEMORY_HOTPLUG "/auto_movable_ratio"
#define PATH_NUMA_AWARE PATH_MEMORY_HOTPLUG "/auto_movable_numa_aware"
#define PATH_VIRTIO_MEM_FORCE_BBM "sys/module/virtio_mem/parameters/force_bbm"
#define PATH_VIRTIO_MEM_BBM_SIZE "sys/module/virtio_mem/parameters/bbm_block_size"
#define PATH_DAX_DEVICES "sys/bus/dax/devices"
#define PATH_ND_DEVICES "sys/bus/nd/devices"
#define PATH_DEV "dev"
