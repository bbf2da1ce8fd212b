/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to stderr, the journal or the kernel's log. */
#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "paths.h"

static const char *log_program = "memhp";
static enum log_target log_target = LOG_TO_STDERR;
static int log_max_priority = LOG_INFO;
static int log_kmsg = -1;
static bool log_journal; /* stderr is the journal, which reads priorities off the front of a line */

/*
 * systemd.exec(5): JOURNAL_STREAM is "DEVICE:INODE", and may be inherited by what writes elsewhere.
 */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (!stream || fstat(fd, &st) < 0)
		return false;
	(void)snprintf(ours, sizeof(ours), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void log_open(const char *program, enum log_target target, int max_priority)
{
	log_program = program;
	log_target = target;
	log_max_priority = max_priority;
	log_journal = is_journal(STDERR_FILENO);
	if (target == LOG_TO_SYSLOG)
		openlog(program, LOG_PID, LOG_DAEMON);
	if (target == LOG_TO_KMSG && log_kmsg < 0)
		log_kmsg = open("/" PATH_KMSG, O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

/* One write is one record of the kernel's log. */
static bool to_kmsg(int priority, const char *text)
{
	char record[1024];
	int len;

	if (log_kmsg < 0)
		return false;
	len = snprintf(record, sizeof(record), "<%d>%s[%d]: %s\n", LOG_DAEMON | priority,
		       log_program, (int)getpid(), text);
	if (len < 0)
		return false;
	if ((size_t)len >= sizeof(record))
		len = (int)sizeof(record) - 1;
	return write(log_kmsg, record, (size_t)len) == len;
}

void log_message(int priority, const char *fmt, ...)
{
	char text[960];
	va_list ap;

	if (priority > log_max_priority)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a message that is too long is cut */
	va_end(ap);

	if (log_target == LOG_TO_KMSG && to_kmsg(priority, text))
		return;
	if (log_journal) {
		(void)fprintf(stderr, "<%d>%s\n", priority, text);
		return;
	}
	if (log_target == LOG_TO_SYSLOG)
		syslog(priority, "%s", text);
	(void)fprintf(stderr, "%s: %s\n", log_program, text);
}
