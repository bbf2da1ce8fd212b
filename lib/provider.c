/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of providers. */
#include "provider.h"

#include <stddef.h>

#include "macro.h"

static const struct {
	const char *name, *section;
} providers[_PROVIDER_MAX] = {
	[PROVIDER_DIMM] = { "dimm", "Dimm" },
	[PROVIDER_VIRTIO_MEM] = { "virtio-mem", "VirtioMem" },
	[PROVIDER_CXL] = { "cxl", "Cxl" },
	[PROVIDER_DAX] = { "dax", "Dax" },
	[PROVIDER_BALLOON] = { "balloon", "Balloon" },
	[PROVIDER_STANDBY] = { "standby", "Standby" },
	[PROVIDER_DLPAR] = { "dlpar", "Dlpar" },
	[PROVIDER_PROBE] = { "probe", "Probe" },
	[PROVIDER_BOOT] = { "boot", NULL },
	[PROVIDER_OTHER] = { "other", "Other" },
};

const char *provider_name(enum provider provider)
{
	return providers[provider].name;
}

const char *provider_section(enum provider provider)
{
	return providers[provider].section;
}
