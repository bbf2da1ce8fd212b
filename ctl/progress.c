/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child that works, and a line that is drawn over and over. */
#include "progress.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#include "snapshot.h"

#define REDRAW_MS 250

/* Of thousands of blocks not all are asked for each time that the line is drawn. */
#define LOOKS_MAX 2048

struct progress {
	const struct ctl *ctl;
	const struct block_list *blocks;
	uint64_t block_size;
	bool *is_done; /* one for each of the blocks */
	size_t n_done;
	size_t next; /* where to look */
};

static bool is_offline(const struct progress *progress, size_t i)
{
	enum block_state state;
	enum block_zone zone;
	int r = snapshot_read_state(&progress->ctl->fs, progress->blocks->ids[i], &state, &zone);

	/* What is gone does not wait either. */
	return r == 0 && state == BLOCK_OFFLINE;
}

static void count(struct progress *progress)
{
	size_t n = progress->blocks->n;

	for (size_t looks = 0; looks < LOOKS_MAX && looks < n; looks++) {
		size_t i = progress->next;

		progress->next = (i + 1) % n;
		if (progress->is_done[i] || is_offline(progress, i))
			continue;
		progress->is_done[i] = true;
		progress->n_done++;
	}
}

static void draw(struct progress *progress)
{
	double gib = (double)progress->block_size / (1 << 30);

	count(progress);
	(void)fprintf(stderr, "\r\033[K%zu of %zu blocks, %.1f of %.1f GiB", progress->n_done,
		      progress->blocks->n, (double)progress->n_done * gib,
		      (double)progress->blocks->n * gib);
}

/* Above the line that is drawn next. False at the end. */
static bool pass_on(int fd)
{
	char text[4096];
	ssize_t n = read(fd, text, sizeof(text));

	if (n < 0)
		return errno == EINTR;
	if (n > 0)
		(void)fprintf(stderr, "\r\033[K%.*s", (int)n, text);
	return n > 0;
}

static int watch(struct progress *progress, pid_t child, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int status, r;

	do {
		draw(progress);
		r = poll(&poll_fd, 1, REDRAW_MS);
	} while (r == 0 || (r < 0 && errno == EINTR) || (r > 0 && pass_on(fd)));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	(void)fprintf(stderr, "\r\033[K");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_IOERR;
}

static int run_in_child(struct progress *progress, int (*work)(void *userdata), void *userdata)
{
	int ends[2], status;
	pid_t child;

	if (pipe(ends) < 0)
		return work(userdata);
	child = fork();
	if (child == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		_exit(work(userdata));
	}
	(void)close(ends[1]);
	status = child < 0 ? work(userdata) : watch(progress, child, ends[0]);
	(void)close(ends[0]);
	return status;
}

int progress_run(const struct ctl *ctl, const struct block_list *blocks, uint64_t block_size,
		 int (*work)(void *userdata), void *userdata)
{
	struct progress progress = { .ctl = ctl, .blocks = blocks, .block_size = block_size };
	int status;

	if (!isatty(STDERR_FILENO) || ctl->quiet)
		return work(userdata);
	progress.is_done = calloc(blocks->n ? blocks->n : 1, sizeof(*progress.is_done));
	if (!progress.is_done)
		return work(userdata);
	status = run_in_child(&progress, work, userdata);
	free(progress.is_done);
	return status;
}
