/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which memory carries its own page array, by kernel, architecture and provider. From the kernel's
 * source (mm/memory_hotplug.c, mhp_supports_memmap_on_memory()), not captured.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memmap.h"

#define MIB(n) (UINT64_C(n) << 20)
#define KIB(n) (UINT64_C(n) << 10)

/* A machine that has self-hosted memmaps in all that asks for them. */
#define MACHINE(arch_, major_, minor_, page, mode)                                  \
	{                                                                           \
		.arch = arch_, .major = major_, .minor = minor_, .page_size = page, \
		.memmap_mode = MEMMAP_MODE_##mode                                   \
	}

struct row {
	const char *name;
	struct machine machine;
	struct memmap_question question;
	enum self_hosted expected;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum self_hosted got = memmap_is_self_hosted(&rows[i].machine, &rows[i].question);

		if (got != rows[i].expected)
			fail_msg("%s: %d, not %d", rows[i].name, (int)got, (int)rows[i].expected);
	}
}

#define CHECK(rows) check(rows, ARRAY_SIZE(rows))

#define X86(mode) MACHINE("x86_64", 6, 12, 4096, mode)

static void test_mode(void **state)
{
	static const struct row rows[] = {
		{ "no", X86(NO), { PROVIDER_DIMM, MIB(128), 8, -1 }, SELF_HOSTED_NO },
		{ "yes", X86(YES), { PROVIDER_DIMM, MIB(128), 8, -1 }, SELF_HOSTED_YES },
		{ "force", X86(FORCE), { PROVIDER_DIMM, MIB(128), 8, -1 }, SELF_HOSTED_YES },
		{ "unknown",
		  X86(UNKNOWN),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "no, and dax asks", X86(NO), { PROVIDER_CXL, MIB(128), 8, 1 }, SELF_HOSTED_NO },
		{ "no, whatever the kernel",
		  MACHINE("", 0, 0, 4096, NO),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		{ "unknown, and nobody asks",
		  X86(UNKNOWN),
		  { PROVIDER_VIRTIO_MEM, MIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		{ "unknown, and dax does not ask",
		  X86(UNKNOWN),
		  { PROVIDER_DAX, MIB(128), 8, 0 },
		  SELF_HOSTED_NO },
	};

	(void)state;
	CHECK(rows);
}

static void test_providers(void **state)
{
	static const struct row rows[] = {
		{ "DIMM", X86(YES), { PROVIDER_DIMM, MIB(128), 8, -1 }, SELF_HOSTED_YES },
		{ "CXL asks", X86(YES), { PROVIDER_CXL, MIB(128), 8, 1 }, SELF_HOSTED_YES },
		{ "CXL, told not to", X86(YES), { PROVIDER_CXL, MIB(128), 8, 0 }, SELF_HOSTED_NO },
		{ "CXL without the attribute",
		  X86(YES),
		  { PROVIDER_CXL, MIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		{ "dax, told to", X86(YES), { PROVIDER_DAX, MIB(128), 8, 1 }, SELF_HOSTED_YES },
		{ "dax", X86(YES), { PROVIDER_DAX, MIB(128), 8, 0 }, SELF_HOSTED_NO },
		{ "virtio-mem",
		  X86(YES),
		  { PROVIDER_VIRTIO_MEM, MIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		{ "balloon", X86(FORCE), { PROVIDER_BALLOON, MIB(128), 1, -1 }, SELF_HOSTED_NO },
		{ "probe", X86(FORCE), { PROVIDER_PROBE, MIB(128), 1, -1 }, SELF_HOSTED_NO },
		{ "boot memory", X86(FORCE), { PROVIDER_BOOT, MIB(128), 1, -1 }, SELF_HOSTED_NO },
		{ "other", X86(FORCE), { PROVIDER_OTHER, MIB(128), 1, -1 }, SELF_HOSTED_NO },
		/* An architecture of its own, and a choice of each block's. */
		{ "DLPAR",
		  MACHINE("ppc64le", 6, 6, KIB(64), YES),
		  { PROVIDER_DLPAR, MIB(256), 1, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "DLPAR that does not know of it",
		  MACHINE("ppc64le", 6, 5, KIB(64), YES),
		  { PROVIDER_DLPAR, MIB(256), 1, -1 },
		  SELF_HOSTED_NO },
		{ "DLPAR of an unknown kernel",
		  MACHINE("ppc64le", 0, 0, KIB(64), YES),
		  { PROVIDER_DLPAR, MIB(256), 1, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "standby that does not tell",
		  MACHINE("s390x", 6, 18, 4096, YES),
		  { PROVIDER_STANDBY, MIB(256), 1, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "standby that asks",
		  MACHINE("s390x", 6, 19, 4096, YES),
		  { PROVIDER_STANDBY, MIB(128), 1, 1 },
		  SELF_HOSTED_YES },
		{ "standby, told not to",
		  MACHINE("s390x", 6, 19, 4096, YES),
		  { PROVIDER_STANDBY, MIB(128), 1, 0 },
		  SELF_HOSTED_NO },
		{ "standby, switched off",
		  MACHINE("s390x", 6, 19, 4096, NO),
		  { PROVIDER_STANDBY, MIB(256), 1, 1 },
		  SELF_HOSTED_NO },
	};

	(void)state;
	CHECK(rows);
}

static void test_kernels(void **state)
{
	static const struct row rows[] = {
		{ "6.1, a range of several blocks",
		  MACHINE("x86_64", 6, 1, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 2, -1 },
		  SELF_HOSTED_NO },
		{ "6.1, ranges of one block",
		  MACHINE("x86_64", 6, 1, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 1, -1 },
		  SELF_HOSTED_YES },
		{ "6.7, a DIMM whose ranges are hidden",
		  MACHINE("x86_64", 6, 7, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 0, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "6.8, a DIMM whose ranges are hidden",
		  MACHINE("x86_64", 6, 8, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 0, -1 },
		  SELF_HOSTED_YES },
		{ "6.7, a range of several blocks",
		  MACHINE("x86_64", 6, 7, 4096, FORCE),
		  { PROVIDER_DIMM, MIB(128), 2, -1 },
		  SELF_HOSTED_NO },
		{ "6.8, a range of several blocks",
		  MACHINE("x86_64", 6, 8, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 2, -1 },
		  SELF_HOSTED_YES },
		{ "7.0, a range of several blocks",
		  MACHINE("x86_64", 7, 0, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 512, -1 },
		  SELF_HOSTED_YES },
		{ "5.15, a range of several blocks",
		  MACHINE("x86_64", 5, 15, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 2, -1 },
		  SELF_HOSTED_NO },
		{ "an unknown kernel",
		  MACHINE("x86_64", 0, 0, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 1, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "6.1, CXL",
		  MACHINE("x86_64", 6, 1, 4096, YES),
		  { PROVIDER_CXL, MIB(128), 1, -1 },
		  SELF_HOSTED_NO },
	};

	(void)state;
	CHECK(rows);
}

/* The page array of a block has to fill whole PMDs: 64 bytes a page. */
static void test_sizes(void **state)
{
	static const struct row rows[] = {
		{ "x86-64, 128 MiB: 2 MiB",
		  X86(YES),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_YES },
		{ "x86-64, 2 GiB: 32 MiB",
		  X86(YES),
		  { PROVIDER_DIMM, MIB(2048), 8, -1 },
		  SELF_HOSTED_YES },
		{ "64 MiB: 1 MiB", X86(YES), { PROVIDER_DIMM, MIB(64), 8, -1 }, SELF_HOSTED_NO },
		{ "64 MiB, forced", X86(FORCE), { PROVIDER_DIMM, MIB(64), 8, -1 }, SELF_HOSTED_NO },
		/* No kernel has such a block, but division should not come out even. */
		{ "128 KiB: half a page",
		  X86(FORCE),
		  { PROVIDER_DIMM, KIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		{ "arm64, 4 KiB pages",
		  MACHINE("aarch64", 6, 12, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_YES },
		/* PMD_SIZE is 32 MiB, the page array of 128 MiB is 512 KiB. */
		{ "arm64, 16 KiB pages",
		  MACHINE("aarch64", 6, 12, KIB(16), FORCE),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_NO },
		/* PMD_SIZE is 512 MiB, the page array of 512 MiB is 512 KiB. */
		{ "arm64, 64 KiB pages",
		  MACHINE("aarch64", 6, 12, KIB(64), FORCE),
		  { PROVIDER_DIMM, MIB(512), 8, -1 },
		  SELF_HOSTED_NO },
		{ "riscv64",
		  MACHINE("riscv64", 6, 12, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_YES },
		/* 16 KiB pages: PMD_SIZE is 32 MiB, 8 GiB have a page array of that size. */
		{ "loongarch64, blocks that are large enough",
		  MACHINE("loongarch64", 6, 12, KIB(16), YES),
		  { PROVIDER_DIMM, MIB(8192), 8, -1 },
		  SELF_HOSTED_YES },
		/* PMD_SIZE is 1 MiB. */
		{ "s390x",
		  MACHINE("s390x", 6, 19, 4096, YES),
		  { PROVIDER_STANDBY, MIB(64), 1, 1 },
		  SELF_HOSTED_YES },
		{ "an architecture whose PMD_SIZE is not known",
		  MACHINE("sparc64", 6, 12, 8192, YES),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "no architecture at all",
		  MACHINE("", 6, 12, 4096, YES),
		  { PROVIDER_DIMM, MIB(128), 8, -1 },
		  SELF_HOSTED_UNKNOWN },
		{ "half a page is too little everywhere",
		  MACHINE("", 6, 12, 4096, YES),
		  { PROVIDER_DIMM, KIB(128), 8, -1 },
		  SELF_HOSTED_NO },
	};

	(void)state;
	CHECK(rows);
}

/* Without the parameter nothing is self-hosted; nothing but DIMMs is that does not say so. */
static void test_all(void **state)
{
	(void)state;
	for (unsigned provider = 0; provider < _PROVIDER_MAX; provider++) {
		for (int asks = -1; asks <= 1; asks++) {
			const struct memmap_question question = { provider, MIB(128), 4, asks };
			struct machine machine = X86(NO);

			assert_int_equal(memmap_is_self_hosted(&machine, &question),
					 SELF_HOSTED_NO);
			machine.memmap_mode = MEMMAP_MODE_YES;
			if (memmap_is_self_hosted(&machine, &question) == SELF_HOSTED_YES)
				assert_true(
					provider == PROVIDER_DIMM ||
					((provider == PROVIDER_CXL || provider == PROVIDER_DAX ||
					  provider == PROVIDER_STANDBY) &&
					 asks == 1));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "memory_hotplug.memmap_on_memory= allows it", test_mode, NULL, NULL, NULL },
		{ "what adds the memory has to ask for it", test_providers, NULL, NULL, NULL },
		{ "kernels before 6.8 have it for what is added as one block", test_kernels, NULL,
		  NULL, NULL },
		{ "the page array of a block has to fill whole PMDs", test_sizes, NULL, NULL,
		  NULL },
		{ "nobody gets it unasked", test_all, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("memmap", tests, NULL, NULL);
}
