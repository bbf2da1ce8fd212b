/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a program under test: the kernel behind the memory blocks of a tree that mkroot
 * made. Writes below sys/devices/system/memory act as those to drivers/base/memory.c, those to the
 * parameters of memory_hotplug change them; all others are libc's.
 *
 * FAKEKERNEL_LOG     file that gets a line "memory32/state online_movable" for each write, and
 *                    "/online_policy auto-movable" for one to what is no block's
 * FAKEKERNEL_FAULTS  what goes wrong when the state of a block, or what is no block's, is written,
 *                    one on a line:
 *     memory34 ENOMEM         it fails, always; "ENOMEM 2": two times, then no more in this process
 *     memory34 gone           the block is unplugged at that moment
 *     memory34 replaced    the block is unplugged at that moment, and /twin of the tree takes its place
 *     online_policy plugged NAME  the block NAME, until then in the root of the tree, is plugged just before
 *     memory34 foreign ZONE   somebody else onlined it just before
 *     memory34 pending NAME   an event leaves NAME in the spool just before
 *     memory34 kill           the program dies before the write
 *     online_policy EINVAL    it fails; "online_policy ignored": it does not, and changes nothing
 *     memory34 wait FILE      the write goes on when FILE is there, below the root
 *     at N kill               the program dies before the Nth call that it makes to the file system
 *     at N gone memory34...   these blocks are unplugged before that call
 *     at N stop               memhp.service is stopped before that call, unless a leader is at work
 *     change N ...            likewise, before the Nth of those calls that may change something
 *     at N pending NAME       an event leaves NAME in the spool before that call
 *     at N move FROM TO       a file gets another name before that call, both below the root
 *     pause N ...             likewise, before its Nth pause
 *     fs PATH ERROR           nothing can be made, renamed (but with ENOSPC) or written whose path has
 *                             PATH in it, nor, with "ERROR all", removed
 *     lock ERROR              no lock can be had
 *     hurry                   no pause takes any time, each is a line "/pause SECONDS" of the log
 *     clock                   CLOCK_MONOTONIC goes a day ahead and back again, in turn
 * FAKEKERNEL_ROOT    of the tree, for "at" and "fs"
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

/* Not linked: what is preloaded has to be one object. */
#include "parse.c"

#define MEMORY "/sys/devices/system/memory/"
#define PARAMETERS "/sys/module/memory_hotplug/parameters/"
#define WORD_SIZE 256
#define IGNORED (-1) /* no error of a write is that */

/* "/root" "/sys/devices/system/memory/" "memory32" "state" */
struct target {
	char root[PATH_MAX];
	char block[WORD_SIZE];
	char attribute[WORD_SIZE];
	char path[PATH_MAX]; /* of the file, from the root of the machine that the tests run on */
};

/* What the environment was when the program started; it may forget it. */
static const char *log_path, *faults_text, *root_path;

__attribute__((constructor)) static void keep_environment(void)
{
	log_path = getenv("FAKEKERNEL_LOG");
	faults_text = getenv("FAKEKERNEL_FAULTS");
	root_path = getenv("FAKEKERNEL_ROOT");
}

/* A path below the root; good until the next but three. */
_printf_(2, 3) static const char *in_tree(const struct target *target, const char *fmt, ...)
{
	static char paths[4][2 * PATH_MAX];
	static unsigned n;
	char *path = paths[n++ % ARRAY_SIZE(paths)];
	int used = snprintf(path, sizeof(paths[0]), "%s", target->root);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path + used, sizeof(paths[0]) - (size_t)used, fmt, ap);
	va_end(ap);
	return path;
}

static void get(const char *path, char ret[static WORD_SIZE])
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	if (!f || !fgets(ret, WORD_SIZE, f))
		ret[0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static void put(const char *path, const char *mode, const char *text)
{
	_cleanup_fclose_ FILE *f = fopen(path, mode);

	if (f)
		(void)fprintf(f, "%s\n", text);
}

/* False for all files but those of a tree: never those of the machine that the tests run on. */
static bool find_target(int fd, struct target *ret)
{
	char path[PATH_MAX];
	const char *directory;
	char *memory, *attribute;
	ssize_t n = readlink(in_tree(&(struct target){ .root = "/proc/self/fd" }, "/%d", fd), path,
			     sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	(void)snprintf(ret->path, sizeof(ret->path), "%s", path);
	memory = strstr(path, MEMORY);
	directory = memory ? MEMORY : PARAMETERS;
	if (!memory)
		memory = strstr(path, PARAMETERS);
	if (!memory || memory == path)
		return false;
	*memory = '\0';
	memory += strlen(directory) - 1;
	attribute = strrchr(memory, '/');
	*attribute = '\0';
	(void)snprintf(ret->root, sizeof(ret->root), "%s", path);
	(void)snprintf(ret->block, sizeof(ret->block), "%s", memory + (*memory == '/'));
	(void)snprintf(ret->attribute, sizeof(ret->attribute), "%s", attribute + 1);
	return true;
}

/* By the link that the block has; 0 where there is no NUMA. */
static unsigned find_node(const struct target *target)
{
	unsigned node = 64;

	while (--node > 0 &&
	       access(in_tree(target, MEMORY "%s/node%u", target->block, node), F_OK) < 0)
		;
	return node;
}

/* Adds the pages of the block to its zone in /proc/zoneinfo. */
static void account(const struct target *target, const char *zone)
{
	_cleanup_fclose_ FILE *in = fopen(in_tree(target, "/proc/zoneinfo"), "re");
	_cleanup_fclose_ FILE *out = fopen(in_tree(target, "/proc/zoneinfo.new"), "we");
	char header[WORD_SIZE], line[WORD_SIZE];
	uint64_t block_size = 0, pages;
	bool is_here = false;

	get(in_tree(target, MEMORY "block_size_bytes"), line);
	if (parse_u64(str_of(line), 16, &block_size) < 0)
		return;
	(void)snprintf(header, sizeof(header), "Node %u, zone %8.32s\n", find_node(target), zone);
	while (in && out && fgets(line, sizeof(line), in)) {
		struct str text = str_trim(str_of(line)), word;

		if (str_starts(text, "Node"))
			is_here = strcmp(line, header) == 0;
		if (is_here && str_next_word(&text, &word) && str_eq(word, "present") &&
		    parse_u64(str_trim(text), 10, &pages) == 0) {
			pages += block_size / (uint64_t)sysconf(_SC_PAGESIZE);
			(void)fprintf(out, "        present  %llu\n", (unsigned long long)pages);
		} else {
			(void)fputs(line, out);
		}
	}
	(void)rename(in_tree(target, "/proc/zoneinfo.new"), in_tree(target, "/proc/zoneinfo"));
}

/* As memory_block_online(): "online" takes the zone that the kernel shows first. */
static int online(const struct target *target, const char *word)
{
	char state[WORD_SIZE], zones[WORD_SIZE], zone[WORD_SIZE];
	struct str rest = { zones, 0 }, next;

	get(in_tree(target, MEMORY "%s/state", target->block), state);
	get(in_tree(target, MEMORY "%s/valid_zones", target->block), zones);
	rest.n = strcmp(state, "offline") == 0 ? strlen(zones) : 0;
	while (str_next_word(&rest, &next)) {
		(void)snprintf(zone, sizeof(zone), "%.*s", STR_ARG(next));
		if (strcmp(word, "online") != 0 && strcmp(word, zone) != 0 &&
		    strcmp(word, strcmp(zone, "Movable") ? "online_kernel" : "online_movable") != 0)
			continue;
		put(in_tree(target, MEMORY "%s/state", target->block), "we", "online");
		put(in_tree(target, MEMORY "%s/valid_zones", target->block), "we", zone);
		account(target, zone);
		return 0;
	}
	return EINVAL;
}

/* A name of <errno.h>, or 0. */
static int find_error(struct str name)
{
	for (int error = 1; error <= EHWPOISON; error++)
		if (strerrorname_np(error) && str_eq(name, strerrorname_np(error)))
			return error;
	return 0;
}

/* Not for ever: a test that is wrong is to fail. */
static void wait_for(const char *path)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (unsigned i = 0; i < 1000 && access(path, F_OK) < 0; i++)
		(void)nanosleep(&pause, NULL);
}

/* False when that has been done. */
static bool replace(const struct target *target)
{
	if (access(in_tree(target, "/twin"), F_OK) < 0)
		return false;
	(void)rename(in_tree(target, MEMORY "%s", target->block), in_tree(target, "/unplugged"));
	return rename(in_tree(target, "/twin"), in_tree(target, MEMORY "%s", target->block)) == 0;
}

/* Returns the error of the write, or 0 for it to go on. */
static int fail(const struct target *target, struct str kind, const char *argument)
{
	static uint64_t n_failed;
	uint64_t times;

	if (str_eq(kind, "kill"))
		(void)raise(SIGKILL);
	if (str_eq(kind, "gone"))
		(void)rename(in_tree(target, MEMORY "%s", target->block),
			     in_tree(target, "/unplugged-%s", target->block));
	if (str_eq(kind, "replaced") && !replace(target))
		return 0;
	if (str_eq(kind, "plugged"))
		(void)rename(in_tree(target, "/%s", argument),
			     in_tree(target, MEMORY "%s", argument));
	if (str_eq(kind, "foreign"))
		(void)online(target, argument);
	if (str_eq(kind, "pending"))
		put(in_tree(target, "/run/memhp/pending/%s", argument), "we", "");
	if (str_eq(kind, "wait"))
		wait_for(in_tree(target, "/%s", argument));
	if (parse_u64(str_of(argument), 10, &times) == 0 && n_failed++ >= times)
		return 0;
	if (str_eq(kind, "ignored"))
		return IGNORED;
	return str_eq(kind, "gone") || str_eq(kind, "replaced") ? ENODEV : find_error(kind);
}

/* What the faults say of the write to a block, or to what is no block's. */
static int find_fault(const struct target *target)
{
	struct str rest = str_of(faults_text ? faults_text : ""), fault, block, kind;
	char argument[WORD_SIZE];
	int error = 0;

	while (error == 0 && str_next_line(&rest, &fault)) {
		if (!str_next_word(&fault, &block) ||
		    !str_eq(block, target->block[0] ? target->block : target->attribute) ||
		    !str_next_word(&fault, &kind))
			continue;
		(void)snprintf(argument, sizeof(argument), "%.*s", STR_ARG(str_trim(fault)));
		error = fail(target, kind, argument);
	}
	return error;
}

static int write_attribute(const struct target *target, const char *word)
{
	bool is_state = strcmp(target->attribute, "state") == 0;
	int error = is_state || !target->block[0] ? find_fault(target) : 0;

	if (error == IGNORED)
		return 0;
	if (error == 0 && is_state)
		return online(target, word);
	if (error == 0 && strcmp(target->attribute, "uevent") != 0)
		put(target->path, "we", word);
	return error;
}

/* Removes a directory with all its files. */
static void remove_dir(const char *path)
{
	_cleanup_closedir_ DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		(void)syscall(SYS_unlinkat, dirfd(dir), entry->d_name, 0);
	(void)rmdir(path);
}

/* What is left of memhp-publish stop: the records, under another name. */
static void stop(const struct target *tree)
{
	static const char *const names[] = { "pending", "taken", "held" };
	_cleanup_close_ int lock = -1;

	lock = (int)syscall(SYS_openat, AT_FDCWD, in_tree(tree, "/run/memhp/pending"), O_RDONLY);
	if (syscall(SYS_flock, lock, LOCK_EX | LOCK_NB) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		remove_dir(in_tree(tree, "/run/memhp/%s", names[i]));
	(void)rename(in_tree(tree, "/run/memhp"), in_tree(tree, "/run/memhp.stopped"));
}

/* "kill", "stop", "pending NAME", "move FROM TO", or "gone memory32 memory33" */
static void act(struct str action)
{
	struct target target = { .block = "" };
	struct str word, from;

	if (!str_next_word(&action, &word))
		return;
	if (str_eq(word, "kill"))
		(void)raise(SIGKILL);
	(void)snprintf(target.root, sizeof(target.root), "%s", root_path);
	if (str_eq(word, "stop"))
		stop(&target);
	if (str_eq(word, "pending") && str_next_word(&action, &word))
		put(in_tree(&target, "/run/memhp/pending/%.*s", STR_ARG(word)), "we", "");
	if (str_eq(word, "move") && str_next_word(&action, &from) && str_next_word(&action, &word))
		(void)rename(in_tree(&target, "/%.*s", STR_ARG(from)),
			     in_tree(&target, "/%.*s", STR_ARG(word)));
	while (str_next_word(&action, &word)) {
		(void)snprintf(target.block, sizeof(target.block), "%.*s", STR_ARG(word));
		(void)rename(in_tree(&target, MEMORY "%s", target.block),
			     in_tree(&target, "/unplugged-%s", target.block));
	}
}

/* What is to happen @name the Nth. */
static void act_at(const char *name, uint64_t n)
{
	struct str rest = str_of(faults_text ? faults_text : ""), fault, word;
	uint64_t at;

	while (root_path && str_next_line(&rest, &fault))
		if (str_next_word(&fault, &word) && str_eq(word, name) &&
		    str_next_word(&fault, &word) && parse_u64(word, 10, &at) == 0 && at == n)
			act(fault);
}

/* The next of the calls that "at" counts. */
static void step(void)
{
	static uint64_t n_calls;

	act_at("at", ++n_calls);
}

/* Likewise; what comes between two of these reads, and leaves everything as it was. */
static void step_of_change(void)
{
	static uint64_t n_changes;

	step();
	act_at("change", ++n_changes);
}

/* The error of the first fault that names a part of the path, which lies below the root; or 0. */
static int find_fs_fault(const char *path, bool is_removal)
{
	struct str rest = str_of(faults_text ? faults_text : ""), fault, word, end;

	if (!root_path || !str_starts(str_of(path), root_path))
		return 0;
	while (str_next_line(&rest, &fault)) {
		const char *at;
		char text[WORD_SIZE];

		if (!str_next_word(&fault, &word) || !str_eq(word, "fs") ||
		    !str_next_word(&fault, &end) || !str_next_word(&fault, &word))
			continue;
		(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(end));
		at = strstr(path + strlen(root_path), text);
		if (at && (!is_removal || str_eq(str_trim(fault), "all")))
			return find_error(word);
	}
	return 0;
}

static int fs_fault(int dir, const char *path, bool is_removal)
{
	char full[2 * PATH_MAX] = "", link[64];
	ssize_t n;

	if (path[0] != '/') {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
		n = readlink(link, full, PATH_MAX - 1);
		full[n < 0 ? 0 : n] = '\0';
		(void)snprintf(full + strlen(full), sizeof(full) - strlen(full), "/%s", path);
	}
	return find_fs_fault(path[0] == '/' ? path : full, is_removal);
}

static bool fails(int dir, const char *path, bool is_removal)
{
	int error;

	step_of_change();
	error = fs_fault(dir, path, is_removal);
	if (error)
		errno = error;
	return error != 0;
}

static bool is_there(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int openat(int dir, const char *path, int flags, ...)
{
	unsigned mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, unsigned);
	va_end(ap);
	/* What is there is there, also on a file system that is full. */
	if (flags & O_CREAT && fails(dir, path, false) && !(errno == ENOSPC && is_there(dir, path)))
		return -1;
	if (!(flags & O_CREAT))
		step();
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	if (!is_there(dir, path) && fails(dir, path, false))
		return -1;
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	/* On a file system that is full there is still room for that. */
	if (fails(to_dir, to, false) && errno != ENOSPC)
		return -1;
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (fails(to_dir, to, false))
		return -1;
	return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int unlinkat(int dir, const char *path, int flags)
{
	if (fails(dir, path, true))
		return -1;
	return (int)syscall(SYS_unlinkat, dir, path, flags);
}

/* What a fault of one word says behind it; false when there is none. */
static bool find_word_fault(const char *name, struct str *ret)
{
	struct str rest = str_of(faults_text ? faults_text : ""), fault, word;

	while (str_next_line(&rest, &fault)) {
		if (!str_next_word(&fault, &word) || !str_eq(word, name))
			continue;
		*ret = str_trim(fault);
		return true;
	}
	return false;
}

int flock(int fd, int operation)
{
	struct str error;

	step_of_change();
	if ((operation & LOCK_UN) == 0 && find_word_fault("lock", &error)) {
		errno = find_error(error);
		return -1;
	}
	return (int)syscall(SYS_flock, fd, operation);
}

ssize_t read(int fd, void *buf, size_t size)
{
	step();
	return syscall(SYS_read, fd, buf, size);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	static bool is_ahead;
	int r = (int)syscall(SYS_clock_gettime, clock, ret);
	struct str none;

	if (clock == CLOCK_MONOTONIC && find_word_fault("clock", &none)) {
		ret->tv_sec += is_ahead ? 86400 : 0;
		is_ahead = !is_ahead;
	}
	return r;
}

int nanosleep(const struct timespec *pause, struct timespec *rest)
{
	static uint64_t n_pauses;
	char line[WORD_SIZE];
	struct str none;

	act_at("pause", ++n_pauses);
	if (!find_word_fault("hurry", &none))
		return (int)syscall(SYS_nanosleep, pause, rest);
	(void)snprintf(line, sizeof(line), "/pause %lld.%03ld", (long long)pause->tv_sec,
		       pause->tv_nsec / 1000000);
	if (log_path)
		put(log_path, "ae", line);
	return 0;
}

/* A file below /run that a fault names is as full as its file system. */
static bool is_full(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t n;
	int error;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	error = find_fs_fault(path, false);
	if (error)
		errno = error;
	return error != 0;
}

ssize_t write(int fd, const void *buf, size_t size)
{
	char word[WORD_SIZE], line[4 * WORD_SIZE];
	struct target target;
	int error;

	step_of_change();
	if (!find_target(fd, &target))
		return is_full(fd) ? -1 : syscall(SYS_write, fd, buf, size);
	(void)snprintf(word, sizeof(word), "%.*s", (int)size, (const char *)buf);
	(void)snprintf(line, sizeof(line), "%s/%s %s", target.block, target.attribute, word);
	if (log_path)
		put(log_path, "ae", line);
	error = write_attribute(&target, word);
	errno = error;
	return error ? -1 : (ssize_t)size;
}
