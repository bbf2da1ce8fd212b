/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl snapshot: the files that memhp reads, reduced to what it reads in them, by libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "array.h"
#include "ctl.h"
#include "iomem.h"
#include "log.h"
#include "paths.h"
#include "reduce.h"
#include "reduce_rules.h"
#include "rule_files.h"

#define RULES_SIZE_MAX (8U << 20)

enum kind {
	KIND_FILE,
	KIND_EMPTY, /* is looked for, not read */
	KIND_DIR,   /* likewise */
	KIND_LINK,  /* its last component is all that matters */
	KIND_ZONES,
	KIND_SETUP_DATA,
	KIND_RULES,
	KIND_IOMEM,
};

/* Directories are listed as far as something below them matches; "*" and "[...]" as for fnmatch(3). */
static const struct item {
	const char *pattern;
	enum kind kind;
	size_t (*reduce)(char *p, size_t n);
} items[] = {
	/* first what changes fastest */
	{ PATH_MEMORY "/memory[0-9]*/state", KIND_FILE, NULL },
	{ PATH_MEMORY "/memory[0-9]*/valid_zones", KIND_ZONES, NULL },
	{ PATH_MEMORY "/memory[0-9]*/firmware_node", KIND_LINK, NULL },
	{ PATH_MEMORY "/memory[0-9]*/node[0-9]*", KIND_LINK, NULL },
	{ PATH_NODE "/node[0-9]*/memory[0-9]*", KIND_LINK, NULL },
	{ PATH_NODE "/node[0-9]*", KIND_DIR, NULL },
	{ PATH_ZONEINFO, KIND_FILE, NULL },
	{ PATH_IOMEM, KIND_IOMEM, reduce_iomem },
	{ PATH_MEMORY "/block_size_bytes", KIND_FILE, NULL },
	{ PATH_AUTO_ONLINE, KIND_FILE, NULL },
	{ PATH_CRASH_HOTPLUG, KIND_FILE, NULL },
	{ PATH_CRASH_LOADED, KIND_FILE, NULL },
	{ PATH_MEMORY "/probe", KIND_EMPTY, NULL },
	{ PATH_ACPI_DEVICES "/PNP0C80:*/status", KIND_FILE, NULL },
	{ PATH_ACPI_DEVICES "/PNP0C80:*/physical_node", KIND_LINK, NULL },
	{ PATH_ACPI_DEVICES "/PNP0C80:*", KIND_DIR, NULL },
	{ PATH_DAX_DEVICES "/dax[0-9]*/size", KIND_FILE, NULL },
	{ PATH_DAX_DEVICES "/dax[0-9]*/state", KIND_FILE, NULL },
	{ PATH_DAX_DEVICES "/dax[0-9]*/memmap_on_memory", KIND_FILE, NULL },
	{ PATH_DAX_DEVICES "/dax[0-9]*/driver", KIND_LINK, NULL },
	{ PATH_ND_DEVICES "/*/size", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/mode", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/holder", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/numa_node", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/uuid", KIND_FILE, NULL },
	{ PATH_DAXCTL_CONFIG "/*.conf", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/block/*/queue/dax", KIND_FILE, NULL },
	{ PATH_ND_DEVICES "/*/block/*", KIND_DIR, NULL },
	{ PATH_ND_DEVICES "/*/dax[0-9]*", KIND_DIR, NULL },
	{ PATH_CEDT, KIND_FILE, NULL },
	{ PATH_NFIT, KIND_FILE, reduce_nfit },
	{ PATH_BOOT_PARAMS "/data", KIND_FILE, reduce_boot_params },
	{ PATH_BOOT_PARAMS "/setup_data/[0-9]*/type", KIND_FILE, NULL },
	{ PATH_BOOT_PARAMS "/setup_data/[0-9]*/data", KIND_SETUP_DATA, NULL },
	{ PATH_FIRMWARE_MEMORY "/memory[0-9]*/memmap_on_memory", KIND_FILE, NULL },
	{ PATH_FIRMWARE_MEMMAP "/[0-9]*/start", KIND_FILE, NULL },
	{ PATH_FIRMWARE_MEMMAP "/[0-9]*/end", KIND_FILE, NULL },
	{ PATH_FIRMWARE_MEMMAP "/[0-9]*/type", KIND_FILE, NULL },
	{ PATH_CMDLINE, KIND_FILE, reduce_cmdline },
	{ PATH_ARCH, KIND_FILE, NULL },
	{ PATH_RELEASE, KIND_FILE, NULL },
	{ PATH_HYPERVISOR, KIND_FILE, NULL },
	{ PATH_VMBUS, KIND_DIR, NULL },
	{ PATH_MEMORY_HOTPLUG "/*", KIND_FILE, NULL },
	{ PATH_VIRTIO_MEM_FORCE_BBM, KIND_FILE, NULL },
	{ PATH_VIRTIO_MEM_BBM_SIZE, KIND_FILE, NULL },
	{ PATH_RUN, KIND_DIR, NULL },
	{ PATH_PENDING, KIND_DIR, NULL },
	{ PATH_TAKEN, KIND_DIR, NULL },
	{ PATH_HELD, KIND_DIR, NULL },
	{ PATH_PENDING "/memory[0-9]*", KIND_EMPTY, NULL },
	{ PATH_TAKEN "/memory[0-9]*", KIND_EMPTY, NULL },
	{ PATH_HELD "/memory[0-9]*", KIND_EMPTY, NULL },
	{ PATH_GROUPS, KIND_DIR, NULL },
	{ PATH_GROUPS "/*", KIND_FILE, NULL },
	{ PATH_BLOCKS, KIND_DIR, NULL },
	{ PATH_BLOCKS "/memory[0-9]*", KIND_FILE, NULL },
	{ PATH_RUN "/*", KIND_FILE, NULL },
	{ PATH_RENDERED "/*", KIND_FILE, NULL },
};

struct job {
	const struct ctl *ctl;
	struct archive *archive;
	time_t now;
	uint64_t n_files;
	uint64_t n_denied;    /* files that need root */
	bool hides_addresses; /* so do they in /proc/iomem */
};

static int put(struct job *job, const char *path, unsigned type, const char *target, const char *p,
	       size_t n)
{
	struct archive_entry *entry = archive_entry_new();
	int r = -ENOMEM;

	if (!entry)
		return r;
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, type == S_IFDIR ? 0755 : 0644);
	archive_entry_set_mtime(entry, job->now, 0);
	archive_entry_set_size(entry, (la_int64_t)n);
	if (target)
		archive_entry_set_symlink(entry, target);
	r = archive_write_header(job->archive, entry) == ARCHIVE_OK ? 0 : -EIO;
	if (r == 0 && n > 0 && archive_write_data(job->archive, p, n) != (la_ssize_t)n)
		r = -EIO;
	archive_entry_free(entry);
	job->n_files += r == 0 && type != S_IFDIR;
	return r;
}

/* What cannot be read is not there for memhp either. */
static int skip(struct job *job, const char *path, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error == -EACCES || error == -EPERM)
		job->n_denied++;
	if (error != -ENOENT)
		log_debug("/%s: %s", path, strerror(-error));
	return 0;
}

static int put_text(struct job *job, const struct item *item, const char *path, char *text,
		    size_t n)
{
	if (item->reduce)
		n = item->reduce(text, n);
	return put(job, path, S_IFREG, NULL, text, n);
}

static int put_file(struct job *job, const struct item *item, const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(&job->ctl->fs, &text, &n, "%s", path);

	return r < 0 ? skip(job, path, r) : put_text(job, item, path, text, n);
}

/* To those who may not see them the kernel shows addresses of zero. */
static int put_iomem(struct job *job, const struct item *item, const char *path)
{
	_cleanup_(iomem_done) struct iomem iomem = { NULL, 0 };
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_file(&job->ctl->fs, &text, &n, "%s", path);

	if (r < 0)
		return skip(job, path, r);
	r = iomem_parse(&iomem, (struct str){ text, n });
	if (r < 0 && r != -EACCES)
		return r;
	job->hides_addresses = r < 0;
	return put_text(job, item, path, text, n);
}

static int put_link(struct job *job, const char *path)
{
	char target[NAME_MAX + 1];
	int r = sysfs_read_link(&job->ctl->fs, target, sizeof(target), "%s", path);

	return r < 0 ? skip(job, path, r) : put(job, path, S_IFLNK, target, NULL, 0);
}

/* The path of @name beside the last component of @path. */
static void sibling(const char *path, const char *name, char ret[static PATH_MAX])
{
	(void)snprintf(ret, PATH_MAX, "%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
}

static bool has_node_link(const struct job *job, const char *block)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(&job->ctl->fs, &dir, "%s", block) < 0)
		return false;
	while ((entry = readdir(dir)))
		if (fnmatch("node[0-9]*", entry->d_name, 0) == 0)
			return true;
	return !sysfs_exists(&job->ctl->fs, PATH_NODE);
}

/*
 * Reading valid_zones of a block that is still being added can crash kernels before 6.18; the link
 * to its node comes when that is over.
 */
static int put_zones(struct job *job, const struct item *item, const char *path)
{
	char block[PATH_MAX];

	(void)snprintf(block, sizeof(block), "%.*s", (int)(strrchr(path, '/') - path), path);
	return has_node_link(job, block) ? put_file(job, item, path) : 0;
}

/* Other kinds than SETUP_E820_EXT hold such things as seeds of the random number generator. */
static int put_setup_data(struct job *job, const struct item *item, const char *path)
{
	char type_path[PATH_MAX], text[32];
	uint64_t type;

	sibling(path, "type", type_path);
	if (sysfs_read(&job->ctl->fs, text, sizeof(text), "%s", type_path) < 0 ||
	    parse_number(str_of(text), &type) < 0 || type != 1)
		return 0;
	return put_file(job, item, path);
}

/* Of files that are not memhp's only what it asks of them: the rest may be secret. */
static int put_rules(struct job *job, const char *path)
{
	_cleanup_free_ char *text = NULL, *reduced = NULL;
	size_t n;
	/* Larger ones are not looked at, and are as large afterwards. */
	int r = sysfs_read_regular(&job->ctl->fs, RULES_SIZE_MAX, &text, &n, "%s", path);

	if (r < 0)
		return skip(job, path, r);
	if (!rule_file_is_candidate(strrchr(path, '/') + 1))
		return put(job, path, S_IFREG, NULL, text, n);
	r = reduce_rules((struct str){ text, n }, &reduced, &n);
	return r < 0 ? r : put(job, path, S_IFREG, NULL, reduced, n);
}

static int put_item(struct job *job, const struct item *item, const char *path)
{
	if (!sysfs_exists(&job->ctl->fs, "%s", path))
		return 0;
	switch (item->kind) {
	case KIND_FILE:
		return put_file(job, item, path);
	case KIND_EMPTY:
		return put(job, path, S_IFREG, NULL, NULL, 0);
	case KIND_DIR:
		return put(job, path, S_IFDIR, NULL, NULL, 0);
	case KIND_LINK:
		return put_link(job, path);
	case KIND_ZONES:
		return put_zones(job, item, path);
	case KIND_SETUP_DATA:
		return put_setup_data(job, item, path);
	case KIND_RULES:
		return put_rules(job, path);
	case KIND_IOMEM:
		return put_iomem(job, item, path);
	}
	return 0;
}

struct names {
	char **p;
	size_t n;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->p[i]);
	free(names->p);
}

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int list(const struct job *job, const char *path, const char *pattern, struct names *ret)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = sysfs_opendir(&job->ctl->fs, &dir, "%s", path);

	while (r == 0 && (entry = readdir(dir))) {
		char *name;

		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) != 0)
			continue;
		name = strdup(entry->d_name);
		r = name ? ARRAY_APPEND(ret->p, ret->n, &name) : -ENOMEM;
		if (r < 0)
			free(name);
	}
	if (ret->n > 1)
		qsort(ret->p, ret->n, sizeof(*ret->p), compare_names);
	return r;
}

/* @path: what was found of the item's pattern, @rest: what was not. */
static int put_matching(struct job *job, const struct item *item, const char *path,
			const char *rest)
{
	_cleanup_(names_done) struct names names = { NULL, 0 };
	size_t wild = strcspn(rest, "*["), head = wild, n;
	char dir[PATH_MAX], pattern[NAME_MAX + 1], next[PATH_MAX];
	int r;

	if (rest[wild] == '\0') {
		(void)snprintf(next, sizeof(next), "%s%s", path, rest);
		return put_item(job, item, next);
	}
	while (rest[head - 1] != '/')
		head--;
	n = strcspn(rest + head, "/");
	(void)snprintf(dir, sizeof(dir), "%s%.*s", path, (int)head - 1, rest);
	(void)snprintf(pattern, sizeof(pattern), "%.*s", (int)n, rest + head);
	r = list(job, dir, pattern, &names);
	if (r < 0)
		return skip(job, dir, r);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		int length = snprintf(next, sizeof(next), "%s/%s", dir, names.p[i]);

		if (length >= 0 && (size_t)length < sizeof(next))
			r = put_matching(job, item, next, rest + head + n);
	}
	return r;
}

/* @suffix: a pattern below each of @paths, or ""; @like: what else is known of such files. */
static int put_files(struct job *job, const char *const *paths, size_t n, const char *suffix,
		     struct item like)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		char pattern[64];

		(void)snprintf(pattern, sizeof(pattern), "%s%s", paths[i], suffix);
		like.pattern = pattern;
		r = put_matching(job, &like, "", pattern);
	}
	return r;
}

static int put_config(struct job *job)
{
	static const char *const files[] = PATHS_CONFIG, *const dirs[] = PATHS_CONFIG_DROPINS;
	static const char *const rules[] = PATHS_UDEV_RULES, *const tmpfiles[] = PATHS_TMPFILES;
	const struct item file = { NULL, KIND_FILE, NULL };
	int r = put_files(job, files, ARRAY_SIZE(files), "", file);

	if (r == 0)
		r = put_files(job, dirs, ARRAY_SIZE(dirs), "/*.conf", file);
	if (r == 0)
		r = put_files(job, rules, ARRAY_SIZE(rules), "/*.rules",
			      (struct item){ NULL, KIND_RULES, NULL });
	if (r == 0)
		r = put_files(job, tmpfiles, ARRAY_SIZE(tmpfiles), "/*.conf",
			      (struct item){ NULL, KIND_FILE, reduce_tmpfiles });
	return r;
}

static int put_all(struct job *job)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(items); i++)
		r = put_matching(job, &items[i], "", items[i].pattern);
	return r == 0 ? put_config(job) : r;
}

static bool has_suffix(const char *file, const char *suffix)
{
	size_t n = strlen(file), suffix_n = strlen(suffix);

	return n > suffix_n && strcmp(file + n - suffix_n, suffix) == 0;
}

/* ARCHIVE_OK, or what libarchive says. */
static int add_filter(struct archive *archive, const char *file)
{
	if (has_suffix(file, ".zst"))
		return archive_write_add_filter_zstd(archive);
	if (has_suffix(file, ".xz"))
		return archive_write_add_filter_xz(archive);
	if (has_suffix(file, ".tar"))
		return archive_write_add_filter_none(archive);
	return archive_write_add_filter_gzip(archive);
}

static int write_archive(struct job *job, const char *file, int fd)
{
	int r = -EIO;

	if (add_filter(job->archive, file) == ARCHIVE_OK &&
	    archive_write_set_format_pax_restricted(job->archive) == ARCHIVE_OK &&
	    archive_write_open_fd(job->archive, fd) == ARCHIVE_OK)
		r = put_all(job);
	if (archive_write_close(job->archive) != ARCHIVE_OK && r == 0)
		r = -EIO;
	return r;
}

/* Where the archive goes; it takes the place of @file when it is complete. */
struct output {
	const char *file;
	char *temporary; /* NULL: a device or a pipe, which is written to as it is */
	int fd;
};

/* 0 or -errno. A link is not replaced: that might be /dev/stdout. Nor is what it leads to. */
static int open_output(struct output *output)
{
	struct stat st;

	if (stat(output->file, &st) == 0 && !S_ISREG(st.st_mode)) {
		output->fd = open(output->file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return output->fd < 0 ? -errno : 0;
	}
	if (lstat(output->file, &st) == 0 && S_ISLNK(st.st_mode))
		return -ELOOP;
	if (asprintf(&output->temporary, "%s.XXXXXX", output->file) < 0)
		return -ENOMEM;
	/* Where things are in memory is not for everybody: 0600. */
	output->fd = mkostemp(output->temporary, O_CLOEXEC);
	return output->fd < 0 ? -errno : 0;
}

/* @r: of what was written. Half an archive is none: what was there before stays then. */
static int close_output(struct output *output, int r)
{
	closep(&output->fd);
	if (output->temporary && r == 0 && rename(output->temporary, output->file) < 0)
		r = -errno;
	if (output->temporary && r < 0)
		(void)unlink(output->temporary);
	free(output->temporary);
	return r;
}

/* One line, when something is not in the archive that should be. */
static int report_missing(const struct job *job)
{
	char files[48] = "";

	if (job->n_denied == 0 && !job->hides_addresses)
		return EXIT_SUCCESS;
	if (job->n_denied > 0)
		(void)snprintf(files, sizeof(files), "%llu files%s",
			       (unsigned long long)job->n_denied,
			       job->hides_addresses ? " and " : "");
	log_warning("%s%s are missing, because reading them needs root", files,
		    job->hides_addresses ? "the addresses in /" PATH_IOMEM : "");
	return STATUS_FINDINGS;
}

static int report(const struct job *job, const char *file, int r)
{
	const char *why = job->archive ? archive_error_string(job->archive) : NULL;
	int status;

	if (r < 0) {
		log_error("cannot write %s: %s", file, r == -EIO && why ? why : strerror(-r));
		return r == -ENOMEM ? EX_OSERR : EX_IOERR;
	}
	status = report_missing(job);
	if (!job->ctl->quiet)
		printf("%s: %llu files\n", file, (unsigned long long)job->n_files);
	return status;
}

int ctl_snapshot(struct ctl *ctl, int argc, char *argv[])
{
	struct job job = { .ctl = ctl, .now = time(NULL) };
	struct output output = { .file = argv[0], .fd = -1 };
	int r, status;

	(void)argc;
	r = open_output(&output);
	if (r < 0) {
		log_error("cannot create %s: %s", argv[0],
			  r == -ELOOP ? "it is a symbolic link" : strerror(-r));
		free(output.temporary);
		return EX_IOERR;
	}
	job.archive = archive_write_new();
	r = job.archive ? write_archive(&job, argv[0], output.fd) : -ENOMEM;
	r = close_output(&output, r);
	status = report(&job, argv[0], r);
	(void)archive_write_free(job.archive);
	return status;
}
