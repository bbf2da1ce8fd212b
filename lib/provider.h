/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can add memory at run time: the callers of add_memory() in the kernel. Pure. */
#pragma once

#include <limits.h>

enum provider {
	PROVIDER_DIMM,	     /* ACPI PNP0C80: drivers/acpi/acpi_memhotplug.c */
	PROVIDER_VIRTIO_MEM, /* drivers/virtio/virtio_mem.c */
	PROVIDER_CXL,	     /* drivers/dax/kmem.c over a CXL region */
	PROVIDER_DAX,	     /* drivers/dax/kmem.c over persistent or soft-reserved memory */
	PROVIDER_BALLOON,    /* drivers/hv/hv_balloon.c, drivers/xen/balloon.c */
	PROVIDER_STANDBY,    /* s390: drivers/s390/char/sclp_mem.c (sclp_cmd.c before 6.18) */
	PROVIDER_DLPAR,	     /* ppc64: arch/powerpc/platforms/pseries/hotplug-memory.c */
	PROVIDER_PROBE,	     /* a write to memory/probe: drivers/base/memory.c */
	PROVIDER_BOOT,	     /* nothing: there since the kernel started */
	PROVIDER_OTHER,	     /* not recognised */
	_PROVIDER_MAX,
};

/* The node of a block that is not linked to one yet. */
#define NODE_UNKNOWN UINT_MAX

/* As in records and messages: "virtio-mem". */
const char *provider_name(enum provider provider);

/*
 * The section of memhp.conf that rules it: "VirtioMem"; NULL for boot memory, which has no policy.
 */
const char *provider_section(enum provider provider);
