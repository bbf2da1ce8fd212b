/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for the links of a block; there is no event for them. */
#include "settle.h"

#include <time.h>

#include "iomem.h"
#include "parse.h"
#include "paths.h"
#include "snapshot.h"

#define WAIT_MAX_MS 5000
#define PAUSE_MAX_MS 64

struct links {
	bool node;
	bool firmware;
};

/* False when the block is gone. */
static bool read_links(const struct sysfs *fs, uint64_t block, struct links *ret)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	*ret = (struct links){ false, false };
	if (sysfs_opendir(fs, &dir, PATH_MEMORY "/memory%llu", (unsigned long long)block) < 0)
		return false;
	while ((entry = readdir(dir))) {
		struct str name = str_of(entry->d_name);

		if (str_starts(name, "node"))
			ret->node = true;
		if (str_eq(name, "firmware_node"))
			ret->firmware = true;
	}
	return true;
}

/* _STA says that it is there (ACPI 6.5, 6.3.7); the device of an empty slot stays in sysfs. */
static bool is_present(const struct sysfs *fs, const char *device)
{
	uint64_t status;

	return sysfs_read_u64(fs, 10, &status, PATH_ACPI_DEVICES "/%s/status", device) < 0 ||
	       (status & 1) != 0;
}

/*
 * How many DIMMs ACPI is at work on: it adds the memory of a device that is present, and then links
 * the device to the blocks (drivers/acpi/acpi_memhotplug.c, acpi_memory_enable_device();
 * drivers/acpi/glue.c).
 */
static unsigned count_binding(const struct sysfs *fs)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	unsigned n = 0;

	if (sysfs_opendir(fs, &dir, PATH_ACPI_DEVICES) < 0)
		return 0;
	/* To ask ACPI whether a device is present takes a while. */
	while ((entry = readdir(dir)))
		n += str_starts(str_of(entry->d_name), "PNP0C80:") &&
		     !sysfs_exists(fs, PATH_ACPI_DEVICES "/%s/physical_node", entry->d_name) &&
		     is_present(fs, entry->d_name);
	return n;
}

/* Whether a driver says by the entry's name that it added the block: ACPI's memory has none. */
static bool has_driver(const struct sysfs *fs, uint64_t block)
{
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
	_cleanup_free_ char *text = NULL;
	const struct iomem_entry *ram;
	uint64_t size;
	size_t n;

	if (snapshot_read_block_size(fs, &size) < 0 ||
	    sysfs_read_file(fs, &text, &n, PATH_IOMEM) < 0 ||
	    iomem_parse(&iomem, (struct str){ text, n }) < 0)
		return false;
	ram = iomem_find_ram(&iomem, block * size, block * size + size - 1);
	return ram && !str_eq(ram->name, "System RAM");
}

static bool is_settled(const struct sysfs *fs, uint64_t block, unsigned n_stuck)
{
	struct links links;

	if (!read_links(fs, block, &links))
		return true;
	if (!links.node && sysfs_exists(fs, PATH_NODE))
		return false;
	return links.firmware || has_driver(fs, block) || count_binding(fs) <= n_stuck;
}

void settle_wait(const struct sysfs *fs, uint64_t block, unsigned *n_stuck)
{
	/* A look may take as long as the pause before it, on the processor that the kernel needs. */
	unsigned pause_ms = 2, waited = 0;

	for (; waited < WAIT_MAX_MS && !is_settled(fs, block, *n_stuck); waited += pause_ms) {
		const struct timespec pause = { .tv_nsec = pause_ms * 1000000L };

		(void)nanosleep(&pause, NULL);
		pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
	}
	if (waited >= WAIT_MAX_MS)
		*n_stuck = count_binding(fs);
}
