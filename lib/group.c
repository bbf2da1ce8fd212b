/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who added a block, by what /proc/iomem and the ACPI device say. */
#include "group.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "parse.h"

/* Which device a block belongs to; the blocks with equal identities are one group. */
struct identity {
	enum provider provider;
	enum evidence evidence;
	struct str device; /* empty: the block stands alone */
	struct str alias;  /* empty: it has none */
	uint64_t extent;   /* start of an entry that is a device without a name; 0: none */
	const struct iomem_entry *range; /* of a DIMM; NULL: it is not known */
};

/* What the blocks are looked at with. */
struct lens {
	uint64_t block_size;
	const struct machine *machine;
	const struct iomem *iomem;
	const struct ranges *boot;
};

void groups_done(struct groups *groups)
{
	free(groups->g);
	*groups = (struct groups){ NULL, 0 };
}

bool group_is_device(const struct group *group)
{
	switch (group->provider) {
	case PROVIDER_DIMM:
	case PROVIDER_VIRTIO_MEM:
	case PROVIDER_CXL:
	case PROVIDER_DAX:
		return true;
	case PROVIDER_BALLOON:
	case PROVIDER_STANDBY:
	case PROVIDER_DLPAR:
	case PROVIDER_PROBE:
	case PROVIDER_BOOT:
	case PROVIDER_OTHER:
	case _PROVIDER_MAX:
		break;
	}
	return false;
}

/*
 * The entry of the CXL region (drivers/cxl/core/region.c), or else of the window
 * (drivers/cxl/acpi.c), around a dax device; NULL when it is none of CXL's. What libnvdimm stands
 * between is persistent memory, whatever it is made of.
 */
static const struct iomem_entry *find_region(const struct iomem *iomem,
					     const struct iomem_entry *entry)
{
	const struct iomem_entry *region = NULL;

	for (; entry; entry = iomem_parent(iomem, entry)) {
		if (str_starts(entry->name, "Persistent Memory") ||
		    str_starts(entry->name, "namespace"))
			return NULL;
		if (!region &&
		    (str_starts(entry->name, "region") || str_starts(entry->name, "CXL Window")))
			region = entry;
	}
	return region;
}

/* kmem's entry lies in that of the dax device: drivers/dax/kmem.c, dev_dax_kmem_probe(). */
static struct identity identify_kmem(const struct iomem *iomem, const struct iomem_entry *dax)
{
	const struct iomem_entry *region = find_region(iomem, dax);
	struct identity identity = {
		.provider = PROVIDER_DAX,
		.evidence = EVIDENCE_IOMEM,
		.device = dax->name,
	};

	if (!region)
		return identity;
	identity.provider = PROVIDER_CXL;
	if (str_starts(region->name, "region"))
		identity.alias = region->name;
	return identity;
}

/* "System RAM" that no device claims, or no entry at all (@ram is NULL). */
static struct identity identify_plain(const struct machine *machine, const struct iomem_entry *ram)
{
	/* Standby memory may have no entry before it is online. */
	if (str_starts(str_of(machine->arch), "s390"))
		return (struct identity){ PROVIDER_STANDBY, EVIDENCE_ARCHITECTURE };
	if (!ram)
		return (struct identity){ PROVIDER_OTHER };
	if (str_starts(str_of(machine->arch), "ppc64"))
		return (struct identity){ PROVIDER_DLPAR, EVIDENCE_ARCHITECTURE };
	if (machine->is_xen || machine->is_hyperv)
		return (struct identity){ PROVIDER_BALLOON, EVIDENCE_HYPERVISOR };
	/* Each range of an ACPI memory device has an entry of its own, which is never merged. */
	if (machine->has_acpi_memory)
		return (struct identity){ PROVIDER_DIMM, EVIDENCE_ACPI, .extent = ram->start,
					  .range = ram };
	if (machine->has_probe)
		return (struct identity){ PROVIDER_PROBE, EVIDENCE_PROBE };
	return (struct identity){ PROVIDER_OTHER };
}

static struct identity identify(const struct lens *lens, const struct block *block)
{
	uint64_t start = block->id * lens->block_size, end = start + lens->block_size - 1;
	const struct iomem_entry *ram = iomem_find_ram(lens->iomem, start, end);
	const struct iomem_entry *parent = ram ? iomem_parent(lens->iomem, ram) : NULL;

	/*
	 * Also boot memory that the firmware describes as a DIMM: it is in no group
	 * (drivers/acpi/acpi_memhotplug.c).
	 */
	if (ranges_intersect(lens->boot, start, end))
		return (struct identity){ PROVIDER_BOOT, EVIDENCE_BOOT };
	if (ram && str_eq(ram->name, "System RAM (kmem)") && parent)
		return identify_kmem(lens->iomem, parent);
	if (ram && str_eq(ram->name, "System RAM (virtio_mem)") && parent)
		return (struct identity){ PROVIDER_VIRTIO_MEM, EVIDENCE_IOMEM, parent->name };
	if (ram && !str_eq(ram->name, "System RAM"))
		return (struct identity){ PROVIDER_OTHER, EVIDENCE_IOMEM };
	if ((ram || lens->iomem->n == 0) && block->firmware[0])
		return (struct identity){ PROVIDER_DIMM, EVIDENCE_FIRMWARE, str_of(block->firmware),
					  .range = ram };
	return identify_plain(lens->machine, ram);
}

/* A record is a file of this name, and one that is hidden is none. */
static void copy_name(char ret[static GROUP_NAME_MAX], struct str name)
{
	(void)snprintf(ret, GROUP_NAME_MAX, "%.*s", STR_ARG(name));
	for (char *c = ret; *c; c++)
		if (*c == '/' || (*c == '.' && c == ret))
			*c = '_';
}

static struct group start_group(const struct identity *identity, const struct block *block)
{
	struct group group = {
		.provider = identity->provider,
		.evidence = identity->evidence,
		.is_dynamic = identity->provider == PROVIDER_VIRTIO_MEM,
		.node = block->node,
		.first = block->id,
	};

	if (identity->device.n > 0)
		copy_name(group.name, identity->device);
	else if (identity->extent > 0)
		(void)snprintf(group.name, sizeof(group.name), "ram-%llx",
			       (unsigned long long)identity->extent);
	else
		(void)snprintf(group.name, sizeof(group.name), "memory%llu",
			       (unsigned long long)block->id);
	if (identity->alias.n > 0)
		copy_name(group.alias, identity->alias);
	return group;
}

static void count_block(struct group *group, const struct block *block)
{
	group->last = block->id;
	if (group->node == NODE_UNKNOWN)
		group->node = block->node;
	group->n_blocks++;
	if (block->state == BLOCK_OFFLINE)
		group->offline++;
	if (block->zone == BLOCK_ZONE_KERNEL)
		group->kernel++;
	if (block->zone == BLOCK_ZONE_MOVABLE)
		group->movable++;
}

/* The ranges of an ACPI memory device are added one by one: acpi_memory_enable_device(). */
static void note_range(struct group *group, const struct iomem_entry *range, uint64_t block_size)
{
	uint64_t blocks = range ? (range->end - range->start + 1) / block_size : 0;

	if (blocks > group->range_blocks)
		group->range_blocks = blocks;
}

/* The newest first: neighbours are most often of the same device. */
static struct group *find_group(const struct groups *groups, const struct group *like)
{
	for (size_t i = groups->n; i > 0; i--)
		if (groups->g[i - 1].provider == like->provider &&
		    strcmp(groups->g[i - 1].name, like->name) == 0)
			return &groups->g[i - 1];
	return NULL;
}

int groups_find(struct groups *ret, struct block *blocks, size_t n_blocks, uint64_t block_size,
		const struct machine *machine, const struct iomem *iomem, const struct ranges *boot)
{
	const struct lens lens = { block_size, machine, iomem, boot };
	_cleanup_(groups_done) struct groups groups = { NULL, 0 };

	for (size_t i = 0; i < n_blocks; i++) {
		struct identity identity = identify(&lens, &blocks[i]);
		struct group fresh = start_group(&identity, &blocks[i]), *group = NULL;

		if (identity.device.n > 0 || identity.extent > 0)
			group = find_group(&groups, &fresh);
		if (!group) {
			int r = ARRAY_APPEND(groups.g, groups.n, &fresh);

			if (r < 0)
				return r;
			group = &groups.g[groups.n - 1];
		}
		count_block(group, &blocks[i]);
		note_range(group, identity.range, block_size);
		blocks[i].group = (size_t)(group - groups.g);
	}

	*ret = groups;
	groups = (struct groups){ NULL, 0 };
	return 0;
}

const struct group *groups_named(const struct groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->n; i++)
		if (strcmp(groups->g[i].name, name) == 0)
			return &groups->g[i];
	return NULL;
}

/* "iomem entry "System RAM (kmem)" below dax0.0 below region0 below CXL Window 0" */
static void explain_iomem(const struct iomem *iomem, uint64_t start, uint64_t end, char *ret,
			  size_t size)
{
	const struct iomem_entry *entry = iomem_find_ram(iomem, start, end);
	size_t used;

	(void)snprintf(ret, size, "iomem entry \"%.*s\"", entry ? (int)entry->name.n : 0,
		       entry ? entry->name.p : "");
	while (entry && (entry = iomem_parent(iomem, entry))) {
		used = strlen(ret);
		(void)snprintf(ret + used, size - used, " below %.*s", STR_ARG(entry->name));
	}
}

void group_explain_evidence(const struct group *group, uint64_t block_size,
			    const struct machine *machine, const struct iomem *iomem, char *ret,
			    size_t size)
{
	uint64_t start = group->first * block_size;

	switch (group->evidence) {
	case EVIDENCE_NONE:
		(void)snprintf(ret, size, "nothing that memhp knows claims it");
		break;
	case EVIDENCE_BOOT:
		(void)snprintf(ret, size, "it was there at boot");
		break;
	case EVIDENCE_FIRMWARE:
		(void)snprintf(ret, size, "firmware node %s", group->name);
		break;
	case EVIDENCE_IOMEM:
		explain_iomem(iomem, start, start + (block_size - 1), ret, size);
		break;
	case EVIDENCE_ARCHITECTURE:
		(void)snprintf(ret, size, "memory without a device on %s", machine->arch);
		break;
	case EVIDENCE_HYPERVISOR:
		(void)snprintf(ret, size, "memory without a device inside of %s",
			       machine->is_xen ? "Xen" : "Hyper-V");
		break;
	case EVIDENCE_ACPI:
		(void)snprintf(ret, size,
			       "iomem entry of its own on a machine with ACPI memory devices");
		break;
	case EVIDENCE_PROBE:
		(void)snprintf(ret, size, "memory without a device, and the kernel has probe");
		break;
	}
}

/* The group that a block is in now, without any blocks. */
static struct group empty_group(const struct group *group, const struct block *block)
{
	struct group empty = *group;

	empty.node = block->node;
	empty.first = block->id;
	empty.last = block->id;
	empty.n_blocks = 0;
	empty.offline = 0;
	empty.kernel = 0;
	empty.movable = 0;
	return empty;
}

int groups_rename(struct groups *groups, struct block *blocks, size_t n_blocks, group_name_fn name,
		  void *userdata)
{
	_cleanup_(groups_done) struct groups renamed = { NULL, 0 };
	_cleanup_free_ size_t *indexes = calloc(n_blocks ? n_blocks : 1, sizeof(*indexes));

	if (!indexes)
		return -ENOMEM;
	for (size_t i = 0; i < n_blocks; i++) {
		const struct group *old = &groups->g[blocks[i].group];
		struct group fresh = empty_group(old, &blocks[i]), *group = NULL;

		if (!group_is_device(old) && name(userdata, blocks[i].id, &fresh))
			fresh.is_dynamic = fresh.provider == PROVIDER_VIRTIO_MEM;
		if (group_is_device(&fresh))
			group = find_group(&renamed, &fresh);
		if (!group) {
			int r = ARRAY_APPEND(renamed.g, renamed.n, &fresh);

			if (r < 0)
				return r;
			group = &renamed.g[renamed.n - 1];
		}
		count_block(group, &blocks[i]);
		indexes[i] = (size_t)(group - renamed.g);
	}
	for (size_t i = 0; i < n_blocks; i++)
		blocks[i].group = indexes[i];
	groups_done(groups);
	*groups = renamed;
	renamed = (struct groups){ NULL, 0 };
	return 0;
}
