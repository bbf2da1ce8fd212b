/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows out of ACPI tables and the firmware's memory map. */
#include "firmware.h"

#include <errno.h>
#include <string.h>

#include "acpi.h"
#include "parse.h"
#include "paths.h"

struct reporter {
	const char *table;
	firmware_report_fn report;
	void *userdata;
};

typedef int (*table_parser)(struct ranges *windows, const void *table, size_t size,
			    acpi_flaw_fn report, void *userdata);

static void report_flaw(void *userdata, enum acpi_flaw flaw, size_t offset)
{
	const struct reporter *to = userdata;
	char message[128];

	(void)snprintf(message, sizeof(message), "%s: %s at offset %zu", to->table,
		       acpi_flaw_text(flaw), offset);
	to->report(to->userdata, message);
}

static void report_error(const struct reporter *to, int error)
{
	char message[128];

	(void)snprintf(message, sizeof(message), "%s: cannot be read, ignored: %s", to->table,
		       strerror(-error));
	to->report(to->userdata, message);
}

static int read_table(const struct sysfs *fs, struct ranges *windows, const char *path,
		      table_parser parser, struct reporter *to)
{
	_cleanup_free_ char *table = NULL;
	size_t size;
	int r = sysfs_read_file(fs, &table, &size, "%s", path);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		report_error(to, r);
		return r == -ENOMEM ? r : 0;
	}
	return parser(windows, table, size, report_flaw, to);
}

static int read_memmap_entry(const struct sysfs *fs, struct ranges *windows, const char *name)
{
	char type[32], start_text[32], end_text[32];
	uint64_t start, end;
	int r;

	if (sysfs_read(fs, type, sizeof(type), PATH_FIRMWARE_MEMMAP "/%s/type", name) < 0 ||
	    strcmp(type, "Soft Reserved") != 0 ||
	    sysfs_read(fs, start_text, sizeof(start_text), PATH_FIRMWARE_MEMMAP "/%s/start", name) <
		    0 ||
	    sysfs_read(fs, end_text, sizeof(end_text), PATH_FIRMWARE_MEMMAP "/%s/end", name) < 0 ||
	    parse_number(str_of(start_text), &start) < 0 ||
	    parse_number(str_of(end_text), &end) < 0)
		return 0;
	r = ranges_add(windows, start, end);
	return r == -ENOMEM ? r : 0; /* an entry that ends before it starts is none */
}

static int read_soft_reserved(const struct sysfs *fs, struct ranges *windows)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(fs, &dir, PATH_FIRMWARE_MEMMAP) < 0)
		return 0; /* x86 only */
	while ((entry = readdir(dir))) {
		int r;

		if (entry->d_name[0] == '.')
			continue;
		r = read_memmap_entry(fs, windows, entry->d_name);
		if (r < 0)
			return r;
	}
	return 0;
}

int firmware_read_windows(const struct sysfs *fs, struct windows *ret, firmware_report_fn report,
			  void *userdata)
{
	struct reporter cedt = { "CEDT", report, userdata }, nfit = { "NFIT", report, userdata };
	struct windows windows = { .kind = { { NULL, 0 } } };
	int r = read_table(fs, &windows.kind[WINDOW_CXL], PATH_CEDT, acpi_parse_cedt, &cedt);

	if (r == 0)
		r = read_table(fs, &windows.kind[WINDOW_PMEM], PATH_NFIT, acpi_parse_nfit, &nfit);
	if (r == 0)
		r = read_soft_reserved(fs, &windows.kind[WINDOW_SOFT_RESERVED]);
	if (r < 0) {
		windows_done(&windows);
		return r;
	}
	for (size_t i = 0; i < _WINDOW_KIND_MAX; i++)
		(void)ranges_normalise(&windows.kind[i]);
	*ret = windows;
	return 0;
}
