/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where messages go. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "log.h"
#include "tree.h"

static char kmsg[2048]; /* what went to the kernel's log */
static bool kmsg_refuses;

/* Takes the place of libc's, in the code under test as well: the kernel's log stays clean. */
ssize_t write(int fd, const void *text, size_t size)
{
	if (fd <= STDERR_FILENO)
		return syscall(SYS_write, fd, text, size);
	if (kmsg_refuses) {
		errno = EPERM;
		return -1;
	}
	(void)snprintf(kmsg, sizeof(kmsg), "%.*s", (int)size, (const char *)text);
	return (ssize_t)size;
}

struct capture {
	int saved;
	char path[512];
};

/* Until capture_end() stderr is a file of the tree. */
static struct capture capture_start(const struct tree *tree)
{
	struct capture capture = { .saved = dup(STDERR_FILENO) };
	int fd;

	(void)unsetenv("JOURNAL_STREAM");
	kmsg[0] = '\0';
	kmsg_refuses = false;
	(void)fflush(stderr);
	(void)snprintf(capture.path, sizeof(capture.path), "%s/stderr", tree->root);
	fd = open(capture.path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	assert_true(capture.saved >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
	return capture;
}

static void capture_end(const struct tree *tree, const struct capture *capture,
			const char *expected)
{
	_cleanup_free_ char *text = NULL;

	(void)fflush(stderr);
	assert_int_equal(dup2(capture->saved, STDERR_FILENO), STDERR_FILENO);
	(void)close(capture->saved);
	text = tree_read(tree, "stderr");
	assert_non_null(text);
	assert_string_equal(text, expected);
}

static void test_stderr(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);

	log_open("memhpctl", LOG_TO_STDERR, LOG_DEBUG);
	log_error("memory%d: %s", 32, "no");
	log_warning("%%");
	log_info("a");
	log_debug("b");
	capture_end(tree, &capture,
		    "memhpctl: memory32: no\nmemhpctl: %\nmemhpctl: a\nmemhpctl: b\n");
	assert_string_equal(kmsg, "");
}

static void test_priority(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);

	log_open("memhp", LOG_TO_STDERR, LOG_WARNING);
	log_debug("1");
	log_info("2");
	log_warning("3");
	log_error("4");
	capture_end(tree, &capture, "memhp: 3\nmemhp: 4\n");
}

static void test_journal(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		       (uintmax_t)st.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	log_open("memhp", LOG_TO_STDERR, LOG_INFO);
	log_error("a");
	log_info("b");
	capture_end(tree, &capture, "<3>a\n<6>b\n");
	(void)unsetenv("JOURNAL_STREAM");
}

/* systemd.exec(5): to be compared with the file descriptor, since children inherit the variable. */
static void test_other_journal(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);

	(void)setenv("JOURNAL_STREAM", "0:1", 1);
	log_open("memhpctl", LOG_TO_STDERR, LOG_INFO);
	log_error("a");
	capture_end(tree, &capture, "memhpctl: a\n");
	(void)unsetenv("JOURNAL_STREAM");
}

/* A test may run where there is no /dev/kmsg, or none that it may open. */
static void test_kmsg(void **state)
{
	const bool openable = access("/dev/kmsg", W_OK) == 0;
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);
	char expected[64];

	log_open("memhp-generator", LOG_TO_KMSG, LOG_INFO);
	log_warning("a");
	log_debug("b");
	capture_end(tree, &capture, openable ? "" : "memhp-generator: a\n");
	(void)snprintf(expected, sizeof(expected), "<28>memhp-generator[%d]: a\n", (int)getpid());
	assert_string_equal(kmsg, openable ? expected : "");
}

static void test_no_kmsg(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);

	kmsg_refuses = true;
	log_open("memhp-generator", LOG_TO_KMSG, LOG_INFO);
	log_warning("a");
	capture_end(tree, &capture, "memhp-generator: a\n");
}

static void test_long(void **state)
{
	const struct tree *tree = *state;
	struct capture capture = capture_start(tree);
	char text[2000], program[200], expected[1100];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(program, 'p', sizeof(program) - 1);
	program[sizeof(program) - 1] = '\0';
	log_open("memhp", LOG_TO_STDERR, LOG_INFO);
	log_error("%s", text);
	log_open(program, LOG_TO_KMSG, LOG_INFO);
	kmsg_refuses = access("/dev/kmsg", W_OK) < 0;
	if (!kmsg_refuses)
		log_error("%s", text); /* both together do not fit into a record */
	(void)snprintf(expected, sizeof(expected), "memhp: %.959s\n", text);
	log_open("memhp", LOG_TO_STDERR, LOG_INFO);
	capture_end(tree, &capture, expected);
	assert_true(strlen(kmsg) < 1024);
}

#define TREE_TEST(name, fn)                               \
	{                                                 \
		name, fn, tree_setup, tree_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST("a message names the program", test_stderr),
		TREE_TEST("weaker messages are dropped", test_priority),
		TREE_TEST("the journal is told the priority", test_journal),
		TREE_TEST("the journal of somebody else is none", test_other_journal),
		TREE_TEST("a message goes to the kernel's log, or to stderr where there is none",
			  test_kmsg),
		TREE_TEST("what the kernel's log refuses goes to stderr", test_no_kmsg),
		TREE_TEST("a message that is too long is cut", test_long),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
