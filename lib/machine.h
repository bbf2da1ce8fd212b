/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kernel and platform a machine is: facts that do not change while it runs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "macro.h"
#include "sysfs.h"

/* memory_hotplug.memmap_on_memory= */
enum memmap_mode {
	MEMMAP_MODE_NO,
	MEMMAP_MODE_YES,
	MEMMAP_MODE_FORCE, /* page arrays that do not fill whole pageblocks are rounded up */
	MEMMAP_MODE_UNKNOWN,
};

struct machine {
	char arch[16];	       /* as uname -m: "x86_64", "s390x"; "" when unknown */
	unsigned major, minor; /* of the kernel; 0 when unknown */
	uint64_t page_size;    /* bytes */
	bool is_xen;
	bool is_hyperv;
	bool has_probe;		/* the memory/probe attribute */
	bool has_acpi_memory;	/* ACPI memory devices, in use or empty slots */
	bool has_online_policy; /* the kernel's own policy can be set (since 5.15) */
	enum memmap_mode memmap_mode;
	uint64_t
		virtio_mem_unit; /* bytes that come and go together as far as parameters tell; 0: one block */
};

/* What cannot be read is unknown, or not there. */
struct machine machine_read(const struct sysfs *fs);

/* Whether the kernel is @major.@minor or newer; false when it is unknown. */
bool machine_is_kernel(const struct machine *machine, unsigned major, unsigned minor);
