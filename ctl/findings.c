/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list on the heap. */
#include "findings.h"

#include <err.h>
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "array.h"

void findings_add(struct findings *findings, enum severity severity, const char *id,
		  const char *subject, const char *advice, const char *fmt, ...)
{
	struct finding finding = {
		.severity = severity,
		.id = id,
		.subject = strdup(subject),
		.advice = strdup(advice),
	};
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&finding.message, fmt, ap);
	va_end(ap);
	if (!finding.subject || !finding.advice || n < 0 ||
	    ARRAY_APPEND(findings->f, findings->n, &finding) < 0)
		errx(EX_OSERR, "out of memory");
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->f[i].subject);
		free(findings->f[i].message);
		free(findings->f[i].advice);
	}
	free(findings->f);
	*findings = (struct findings){ NULL, 0 };
}

void findings_sort(struct findings *findings)
{
	for (size_t i = 1; i < findings->n; i++) {
		struct finding moved = findings->f[i];
		size_t to = i;

		for (; to > 0 && findings->f[to - 1].severity < moved.severity; to--)
			findings->f[to] = findings->f[to - 1];
		findings->f[to] = moved;
	}
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return names[severity];
}
