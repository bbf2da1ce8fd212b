/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the doctor has found. Running out of memory ends the program. */
#pragma once

#include <stddef.h>

#include "macro.h"

enum severity {
	SEVERITY_NOTE, /* good to know; nothing has to be done */
	SEVERITY_WARNING,
	SEVERITY_ERROR,
};

struct finding {
	enum severity severity;
	const char *id; /* for programs; never changes */
	char *subject;	/* device, file or attribute */
	char *message;
	char *advice;
};

struct findings {
	struct finding *f;
	size_t n;
};

/* Texts are copied, but for @id. The message is formatted as by printf(3). */
_printf_(6, 7) void findings_add(struct findings *findings, enum severity severity, const char *id,
				 const char *subject, const char *advice, const char *fmt, ...);
void findings_done(struct findings *findings);

/* Worst first; those of one severity stay in their order. */
void findings_sort(struct findings *findings);

/* "note", "warning", "error". */
const char *severity_name(enum severity severity);
