/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /sys/bus/nd and libblkid. */
#include "namespaces.h"

#include <blkid.h>
#include <errno.h>
#include <string.h>

#include "array.h"
#include "parse.h"
#include "paths.h"
#include "udev_db.h"

struct lens {
	const struct sysfs *fs;
	struct udev_db udev;
};

void namespaces_done(struct namespaces *namespaces)
{
	free(namespaces->n);
	*namespaces = (struct namespaces){ NULL, 0 };
}

static void copy_word(char *ret, size_t size, const char *word)
{
	(void)snprintf(ret, size, "%s", word);
}

/* A value of libblkid's; @ret stays empty when there is none. */
static void copy_value(blkid_probe probe, const char *name, char *ret, size_t size)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		copy_word(ret, size, value);
}

static void settle(struct content *content)
{
	content->state = content->type[0] || content->partitions[0] ? CONTENT_DATA : CONTENT_EMPTY;
}

/* Both chains of libblkid: a file system and a partition table may be there at once. */
static void probe_content(blkid_probe probe, struct content *content)
{
	int r;

	if (blkid_probe_enable_superblocks(probe, 1) < 0 ||
	    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
							     BLKID_SUBLKS_TYPE |
							     BLKID_SUBLKS_USAGE) < 0 ||
	    blkid_probe_enable_partitions(probe, 1) < 0) {
		content->error = -ENOMEM;
		return;
	}
	r = blkid_do_safeprobe(probe);
	if (r == -1) {
		content->error = errno ? -errno : -EIO;
		return;
	}
	copy_value(probe, "TYPE", content->type, sizeof(content->type));
	copy_value(probe, "USAGE", content->usage, sizeof(content->usage));
	copy_value(probe, "LABEL", content->label, sizeof(content->label));
	copy_value(probe, "UUID", content->uuid, sizeof(content->uuid));
	copy_value(probe, "PTTYPE", content->partitions, sizeof(content->partitions));
	settle(content);
	/* Several superblocks: which one counts is not ours to say, but that there is data. */
	if (r == -2)
		content->state = CONTENT_DATA;
	if (r == -2 && !content->type[0])
		copy_word(content->type, sizeof(content->type), "ambivalent");
}

/* Whether the block device can be mapped. */
static void probe_dax(blkid_probe probe, struct namespace *ns)
{
	blkid_topology topology = blkid_probe_get_topology(probe);

	if (!topology)
		return; /* no device: a file in a captured tree */
	ns->has_dax = true;
	ns->dax = blkid_topology_get_dax(topology) != 0;
}

static void probe_device(const struct lens *lens, struct namespace *ns)
{
	_cleanup_close_ int fd = sysfs_open_file(lens->fs, PATH_DEV "/%s", ns->device);
	blkid_probe probe;

	ns->content.state = CONTENT_UNKNOWN;
	if (fd < 0) {
		ns->content.error = fd;
		return;
	}
	probe = blkid_new_probe();
	if (!probe) {
		ns->content.error = -ENOMEM;
		return;
	}
	errno = 0;
	if (blkid_probe_set_device(probe, fd, 0, 0) < 0) {
		ns->content.error = errno ? -errno : -EIO;
	} else {
		probe_content(probe, &ns->content);
		probe_dax(probe, ns);
	}
	blkid_free_probe(probe);
}

/* What udevd's own probe has found, for those who may not open the device. */
static void ask_udev(const struct lens *lens, struct namespace *ns)
{
	const struct {
		const char *key;
		char *ret;
		size_t size;
	} words[] = {
		{ "ID_FS_TYPE", ns->content.type, sizeof(ns->content.type) },
		{ "ID_FS_USAGE", ns->content.usage, sizeof(ns->content.usage) },
		{ "ID_FS_LABEL", ns->content.label, sizeof(ns->content.label) },
		{ "ID_FS_UUID", ns->content.uuid, sizeof(ns->content.uuid) },
		{ "ID_PART_TABLE_TYPE", ns->content.partitions, sizeof(ns->content.partitions) },
	};
	char initialised[32];

	if (!udev_db_get(&lens->udev, "block", ns->device, "USEC_INITIALIZED", initialised,
			 sizeof(initialised)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		(void)udev_db_get(&lens->udev, "block", ns->device, words[i].key, words[i].ret,
				  words[i].size);
	settle(&ns->content);
}

/* The name in @dir, a directory of sysfs, that is a dax device's, or any when @prefix is "". */
static bool find_entry(const struct sysfs *fs, const char *holder, const char *dir,
		       const char *prefix, char *ret, size_t size)
{
	_cleanup_closedir_ DIR *entries = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(fs, &entries, PATH_ND_DEVICES "/%s/%s", holder, dir) < 0)
		return false;
	while ((entry = readdir(entries))) {
		struct str name = str_of(entry->d_name);

		if (name.p[0] == '.' || !str_starts(name, prefix) || name.n >= size)
			continue;
		if (prefix[0] && !strchr("0123456789", name.p[strlen(prefix)]))
			continue; /* dax_region and the like */
		copy_word(ret, size, name.p);
		return true;
	}
	return false;
}

static bool is_bound_to_kmem(const struct sysfs *fs, const char *dax)
{
	char driver[NAMESPACE_WORD_MAX];

	return sysfs_read_link(fs, driver, sizeof(driver), PATH_DAX_DEVICES "/%s/driver", dax) ==
		       0 &&
	       strcmp(driver, "kmem") == 0;
}

/* libnvdimm's words (drivers/nvdimm/namespace_devs.c, mode_show()) in those of ndctl. */
static const char *name_mode(const char *mode)
{
	if (strcmp(mode, "memory") == 0)
		return "fsdax";
	if (strcmp(mode, "dax") == 0)
		return "devdax";
	return strcmp(mode, "safe") == 0 ? "sector" : "raw";
}

static void read_dax_of_queue(const struct sysfs *fs, const char *holder, struct namespace *ns)
{
	uint64_t dax;

	if (ns->has_dax || sysfs_read_u64(fs, 10, &dax, PATH_ND_DEVICES "/%s/block/%s/queue/dax",
					  holder, ns->device) < 0)
		return;
	ns->has_dax = true;
	ns->dax = dax != 0;
}

/* The device through which a namespace is used: the holder's, if it has one. */
static void read_device(const struct lens *lens, struct namespace *ns)
{
	const char *holder = ns->holder;

	if (sysfs_read(lens->fs, ns->holder, sizeof(ns->holder), PATH_ND_DEVICES "/%s/holder",
		       ns->name) < 0)
		ns->holder[0] = '\0';
	if (!holder[0])
		holder = ns->name;
	if (find_entry(lens->fs, holder, "", "dax", ns->device, sizeof(ns->device))) {
		ns->is_ram = is_bound_to_kmem(lens->fs, ns->device);
		return;
	}
	if (!find_entry(lens->fs, holder, "block", "", ns->device, sizeof(ns->device)))
		return;
	probe_device(lens, ns);
	if (ns->content.state == CONTENT_UNKNOWN)
		ask_udev(lens, ns);
	read_dax_of_queue(lens->fs, holder, ns);
}

/* "namespace1.0" into "region1"; false when it is no namespace. */
static bool name_region(const char *name, char *ret, size_t size)
{
	struct str rest = str_of(name);
	const char *dot;
	uint64_t number;

	if (!str_starts(rest, "namespace"))
		return false;
	rest = str_of(name + strlen("namespace"));
	dot = strchr(rest.p, '.');
	if (!dot || parse_u64((struct str){ rest.p, (size_t)(dot - rest.p) }, 10, &number) < 0)
		return false;
	(void)snprintf(ret, size, "region%llu", (unsigned long long)number);
	return true;
}

/* False for what is no namespace, or one that waits to be given a size. */
static bool read_namespace(const struct lens *lens, const char *name, struct namespace *ret)
{
	struct namespace ns = { .node = -1, .beside = SIZE_MAX };
	char mode[NAMESPACE_WORD_MAX] = "";
	uint64_t node;

	if (strlen(name) >= sizeof(ns.name) || !name_region(name, ns.region, sizeof(ns.region)))
		return false;
	copy_word(ns.name, sizeof(ns.name), name);
	if (sysfs_read_u64(lens->fs, 10, &ns.size, PATH_ND_DEVICES "/%s/size", name) < 0 ||
	    ns.size == 0)
		return false;
	if (sysfs_read(lens->fs, mode, sizeof(mode), PATH_ND_DEVICES "/%s/mode", name) < 0)
		mode[0] = '\0';
	ns.mode = name_mode(mode);
	if (sysfs_read_u64(lens->fs, 10, &node, PATH_ND_DEVICES "/%s/numa_node", name) == 0 &&
	    node < 1U << 16)
		ns.node = (int)node;
	read_device(lens, &ns);
	*ret = ns;
	return true;
}

static int compare_namespaces(const void *a, const void *b)
{
	const struct namespace *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

/* Marks what shares a region with data. */
static void find_neighbours(struct namespaces *all)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t j = 0; j < all->count && all->n[i].beside == SIZE_MAX; j++)
			if (i != j && all->n[j].content.state == CONTENT_DATA &&
			    strcmp(all->n[i].region, all->n[j].region) == 0)
				all->n[i].beside = j;
}

static int read_all(const struct lens *lens, struct namespaces *all)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(lens->fs, &dir, PATH_ND_DEVICES) < 0)
		return 0; /* no persistent memory, or nothing that we may see */
	while ((entry = readdir(dir))) {
		struct namespace ns;

		if (read_namespace(lens, entry->d_name, &ns) &&
		    ARRAY_APPEND(all->n, all->count, &ns) < 0)
			return -ENOMEM;
	}
	if (all->count > 1)
		qsort(all->n, all->count, sizeof(*all->n), compare_namespaces);
	find_neighbours(all);
	return 0;
}

int namespaces_read(const struct ctl *ctl, struct namespaces *ret)
{
	struct lens lens = { &ctl->fs, udev_db_open(ctl) };
	struct namespaces all = { NULL, 0 };
	int r = read_all(&lens, &all);

	udev_db_close(&lens.udev);
	if (r < 0) {
		namespaces_done(&all);
		return r;
	}
	*ret = all;
	return 0;
}

const struct namespace *namespaces_of_group(const struct namespaces *namespaces,
					    const struct group *group)
{
	for (size_t i = 0; i < namespaces->count; i++)
		if (group->provider == PROVIDER_DAX &&
		    strcmp(namespaces->n[i].device, group->name) == 0)
			return &namespaces->n[i];
	return NULL;
}

void content_format(const struct content *content, char *ret, size_t size)
{
	switch (content->state) {
	case CONTENT_NONE:
		(void)snprintf(ret, size, "-");
		break;
	case CONTENT_UNKNOWN:
		if (content->error == -EACCES || content->error == -EPERM)
			(void)snprintf(ret, size, "needs root");
		else if (content->error == -ENOENT)
			(void)snprintf(ret, size, "not captured");
		else
			(void)snprintf(ret, size, "%s", strerror(-content->error));
		break;
	case CONTENT_EMPTY:
		(void)snprintf(ret, size, "nothing known");
		break;
	case CONTENT_DATA:
		(void)snprintf(ret, size, "%s%s%s%s", content->type,
			       content->type[0] && content->partitions[0] ? ", " : "",
			       content->partitions, content->partitions[0] ? " partitions" : "");
		break;
	}
}
