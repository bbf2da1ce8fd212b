/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel and platform out of a few attributes. */
#include "machine.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "parse.h"
#include "paths.h"

/* "6.12.117+deb13-amd64" */
static void parse_release(const char *release, struct machine *machine)
{
	struct str rest = str_of(release);
	uint64_t number[2] = { 0, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(number); i++) {
		size_t n = strspn(rest.p, "0123456789");

		if (parse_u64((struct str){ rest.p, n }, 10, &number[i]) < 0 ||
		    number[i] > UINT_MAX)
			return;
		rest = str_of(rest.p + n + (rest.p[n] == '.'));
	}
	machine->major = (unsigned)number[0];
	machine->minor = (unsigned)number[1];
}

/* Since 6.1 the kernel says in a file what uname(2) says, which a captured tree can have. */
static void read_kernel(const struct sysfs *fs, struct machine *machine)
{
	char release[128];
	struct utsname name;

	if (sysfs_read(fs, machine->arch, sizeof(machine->arch), PATH_ARCH) < 0 &&
	    uname(&name) == 0)
		(void)snprintf(machine->arch, sizeof(machine->arch), "%.15s", name.machine);
	if (sysfs_read(fs, release, sizeof(release), PATH_RELEASE) == 0)
		parse_release(release, machine);
}

static enum memmap_mode read_memmap_mode(const struct sysfs *fs)
{
	char text[16];
	int r = sysfs_read(fs, text, sizeof(text), PATH_MEMMAP_ON_MEMORY);

	if (r == -ENOENT)
		return MEMMAP_MODE_NO; /* a kernel without it */
	if (r < 0)
		return MEMMAP_MODE_UNKNOWN;
	if (strcmp(text, "Y") == 0)
		return MEMMAP_MODE_YES;
	if (strcmp(text, "force") == 0)
		return MEMMAP_MODE_FORCE;
	return strcmp(text, "N") == 0 ? MEMMAP_MODE_NO : MEMMAP_MODE_UNKNOWN;
}

/*
 * drivers/virtio/virtio_mem.c, virtio_mem_init_hotplug(): with force_bbm a device adds big blocks
 * of bbm_block_size, if that is a power of two, and of one memory block else. A device whose own
 * block size is larger than a memory block has big blocks as well, which nothing in sysfs tells.
 */
static uint64_t read_virtio_mem_unit(const struct sysfs *fs)
{
	uint64_t size;
	char force[8];

	if (sysfs_read(fs, force, sizeof(force), PATH_VIRTIO_MEM_FORCE_BBM) < 0 ||
	    strcmp(force, "Y") != 0 ||
	    sysfs_read_u64(fs, 10, &size, PATH_VIRTIO_MEM_BBM_SIZE) < 0 || (size & (size - 1)) != 0)
		return 0;
	return size;
}

static bool has_acpi_memory(const struct sysfs *fs)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(fs, &dir, PATH_ACPI_DEVICES) < 0)
		return false;
	while ((entry = readdir(dir)))
		if (str_starts(str_of(entry->d_name), "PNP0C80:"))
			return true;
	return false;
}

struct machine machine_read(const struct sysfs *fs)
{
	struct machine machine = {
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.is_hyperv = sysfs_exists(fs, PATH_VMBUS),
		.has_probe = sysfs_exists(fs, PATH_MEMORY "/probe"),
		.has_acpi_memory = has_acpi_memory(fs),
		.has_online_policy = sysfs_exists(fs, PATH_ONLINE_POLICY),
		.memmap_mode = read_memmap_mode(fs),
		.virtio_mem_unit = read_virtio_mem_unit(fs),
	};
	char hypervisor[16];

	read_kernel(fs, &machine);
	machine.is_xen = sysfs_read(fs, hypervisor, sizeof(hypervisor), PATH_HYPERVISOR) == 0 &&
			 strcmp(hypervisor, "xen") == 0;
	return machine;
}

bool machine_is_kernel(const struct machine *machine, unsigned major, unsigned minor)
{
	return machine->major > major || (machine->major == major && machine->minor >= minor);
}
