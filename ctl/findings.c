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
	struct finding *sorted = calloc(findings->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		errx(EX_OSERR, "out of memory");
	for (enum severity severity = SEVERITY_ERROR + 1; severity-- > 0;)
		for (size_t i = 0; i < findings->n; i++)
			if (findings->f[i].severity == severity)
				sorted[n++] = findings->f[i];
	free(findings->f);
	findings->f = sorted;
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
