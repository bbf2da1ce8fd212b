/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's conditions for a self-hosted memmap. */
#include "memmap.h"

#include <string.h>

#define STRUCT_PAGE_SIZE 64 /* on 64-bit kernels without debugging options */

/*
 * PMD_SIZE and the size of a pageblock: where a page table fills a page, on x86-64, arm64, riscv64
 * and loongarch64, and on s390, where it has 256 entries.
 */
static bool has_pmd_size(const struct machine *machine, uint64_t *ret)
{
	static const char *const known[] = { "x86_64", "aarch64", "riscv64", "loongarch64" };

	if (strcmp(machine->arch, "s390x") == 0) {
		*ret = machine->page_size * 256;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(machine->arch, known[i]) == 0) {
			*ret = machine->page_size * (machine->page_size / 8);
			return true;
		}
	}
	return false;
}

/* mhp_supports_memmap_on_memory() for one block */
static enum self_hosted is_supported(const struct machine *machine, uint64_t block_size)
{
	uint64_t memmap_size = block_size / machine->page_size * STRUCT_PAGE_SIZE, pmd_size;

	if (memmap_size % machine->page_size != 0)
		return SELF_HOSTED_NO;
	if (!has_pmd_size(machine, &pmd_size))
		return SELF_HOSTED_UNKNOWN;
	/*
	 * The architecture's part; with it, what has to fill whole pageblocks does, forced or not.
	 */
	if (memmap_size % pmd_size != 0)
		return SELF_HOSTED_NO;
	return memmap_size < block_size ? SELF_HOSTED_YES : SELF_HOSTED_NO;
}

/* Whether what adds the memory asks for it. */
static enum self_hosted is_asked_for(const struct machine *machine,
				     const struct memmap_question *question)
{
	switch (question->provider) {
	case PROVIDER_DIMM:
		if (machine->major == 0)
			return SELF_HOSTED_UNKNOWN;
		if (machine_is_kernel(machine, 6, 8))
			return SELF_HOSTED_YES;
		/*
		 * Before, only what is added as one block can have it. Where some ranges of a DIMM
		 * are no more than that and others are, it is not self-hosted as a whole.
		 */
		if (question->range_blocks == 0)
			return SELF_HOSTED_UNKNOWN;
		return question->range_blocks == 1 ? SELF_HOSTED_YES : SELF_HOSTED_NO;
	case PROVIDER_CXL:
	case PROVIDER_DAX:
		/* The attribute came with the feature, in 6.8. */
		return question->asks == 1 ? SELF_HOSTED_YES : SELF_HOSTED_NO;
	case PROVIDER_DLPAR:
		/* arch/powerpc/platforms/pseries/hotplug-memory.c does since 6.6, with radix only. */
		if (machine->major > 0 && !machine_is_kernel(machine, 6, 6))
			return SELF_HOSTED_NO;
		return SELF_HOSTED_UNKNOWN;
	case PROVIDER_STANDBY:
		/* drivers/s390/char/sclp_mem.c tells since 6.19; before, it depends on the machine. */
		if (question->asks < 0)
			return SELF_HOSTED_UNKNOWN;
		return question->asks == 1 ? SELF_HOSTED_YES : SELF_HOSTED_NO;
	case PROVIDER_VIRTIO_MEM:
	case PROVIDER_BALLOON:
	case PROVIDER_PROBE:
	case PROVIDER_BOOT:
	case PROVIDER_OTHER:
	case _PROVIDER_MAX:
		break;
	}
	return SELF_HOSTED_NO;
}

enum self_hosted memmap_is_self_hosted(const struct machine *machine,
				       const struct memmap_question *question)
{
	enum self_hosted asked;

	if (machine->memmap_mode == MEMMAP_MODE_NO)
		return SELF_HOSTED_NO;
	asked = is_asked_for(machine, question);
	if (asked != SELF_HOSTED_YES)
		return asked;
	if (machine->memmap_mode == MEMMAP_MODE_UNKNOWN)
		return SELF_HOSTED_UNKNOWN;
	return is_supported(machine, question->block_size);
}
