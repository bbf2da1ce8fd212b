/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cutting and blanking. */
#include "reduce.h"

#include <string.h>

#include "bytes.h"
#include "cmdline.h"
#include "macro.h"
#include "parse.h"

/* ACPI 6.5, 5.2.6 and 5.2.25 */
#define TABLE_LENGTH_OFFSET 4
#define TABLE_CHECKSUM_OFFSET 9
#define NFIT_HEADER_SIZE 40
#define NFIT_SPA_TYPE 0

/* Documentation/arch/x86/zero-page.rst */
#define BOOT_PARAMS_E820_COUNT 0x1e8
#define BOOT_PARAMS_E820 0x2d0
#define BOOT_PARAMS_E820_END (BOOT_PARAMS_E820 + 128 * 20)

static void fix_header(char *p, size_t n)
{
	unsigned char sum = 0;

	for (size_t i = 0; i < 4; i++)
		p[TABLE_LENGTH_OFFSET + i] = (char)(n >> (8 * i) & 0xff);
	p[TABLE_CHECKSUM_OFFSET] = 0;
	for (size_t i = 0; i < n; i++)
		sum = (unsigned char)(sum + (unsigned char)p[i]);
	p[TABLE_CHECKSUM_OFFSET] = (char)(unsigned char)(0x100 - sum);
}

size_t reduce_nfit(char *p, size_t n)
{
	const struct bytes table = { (const uint8_t *)p, n };
	size_t kept = NFIT_HEADER_SIZE, offset = NFIT_HEADER_SIZE;
	uint64_t type, size;

	/* Damaged: nothing in it is known to be harmless. */
	if (n < NFIT_HEADER_SIZE)
		return 0;
	while (bytes_get(table, offset, 2, &type) && bytes_get(table, offset + 2, 2, &size) &&
	       size >= 4 && size <= n - offset) {
		if (type == NFIT_SPA_TYPE) {
			memmove(p + kept, p + offset, size);
			kept += size;
		}
		offset += size;
	}
	fix_header(p, kept);
	return kept;
}

size_t reduce_boot_params(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i != BOOT_PARAMS_E820_COUNT &&
		    (i < BOOT_PARAMS_E820 || i >= BOOT_PARAMS_E820_END))
			p[i] = 0;
	return n;
}

static bool is_of_kernel(struct str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct str name;

	if (!colon)
		return false;
	name = str_trim((struct str){ colon + 1, (size_t)(line.p + line.n - colon - 1) });
	return str_starts(name, "Kernel ");
}

size_t reduce_iomem(char *p, size_t n)
{
	struct str rest = { p, n }, line;
	size_t kept = 0;

	while (str_next_line(&rest, &line)) {
		if (is_of_kernel(line))
			continue;
		memmove(p + kept, line.p, line.n);
		kept += line.n;
		if (kept < n)
			p[kept++] = '\n';
	}
	return kept;
}

static bool has(struct str s, const char *part)
{
	return s.n > 0 && memmem(s.p, s.n, part, strlen(part));
}

size_t reduce_tmpfiles(char *p, size_t n)
{
	struct str rest = { p, n }, line;
	size_t kept = 0;

	while (str_next_line(&rest, &line)) {
		if (has(line, "/memory") || has(line, "/auto_online_blocks")) {
			memmove(p + kept, line.p, line.n);
			kept += line.n;
		}
		if (kept < n)
			p[kept++] = '\n';
	}
	return kept;
}

static bool is_about_memory(struct str word)
{
	static const char *const starts[] = {
		"memhp=",
		"memhp_default_state=",
		"memory_hotplug.",
		"mem=",
		"memmap=",
		"movablecore=",
		"kernelcore=",
		"movable_node",
		"cma=",
		"hugepages=",
		"numa=",
		"efi_fake_mem=",
		"efi=",
		"numa_cma=",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (str_starts(word, starts[i]))
			return true;
	return false;
}

size_t reduce_cmdline(char *p, size_t n)
{
	struct str rest = { p, n }, word;
	size_t kept = 0;

	while (cmdline_next_word(&rest, &word) && !str_eq(word, "--")) {
		if (!is_about_memory(word))
			continue;
		if (kept > 0)
			p[kept++] = ' ';
		memmove(p + kept, word.p, word.n);
		kept += word.n;
	}
	if (kept < n)
		p[kept++] = '\n';
	return kept;
}
