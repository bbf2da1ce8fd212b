/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The udev rules of this machine that online memory, and the files that replace theirs: of the same
 * name, in the directory of /run, which is stronger than those of packages.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "macro.h"
#include "parse.h"
#include "sysfs.h"

enum rule_finding_kind {
	RULE_REPLACED,	     /* the rule; a replacement keeps it from memory */
	RULE_NOT_REPLACED,   /* the rule; @reason says what prevents it */
	RULE_FILE_IS_STRONG, /* the rule; its file is in /etc or /run and wins over a replacement */
	RULE_FILE_UNREADABLE, /* a whole file, of which nothing is known; @reason says why */
};

struct rule_finding {
	enum rule_finding_kind kind;
	char *file;	    /* "/usr/lib/udev/rules.d/40-redhat.rules" */
	unsigned line;	    /* where the rule starts; 0 for a whole file */
	bool is_doubtful;   /* its text does not tell whether it onlines memory */
	const char *reason; /* not on the heap; NULL unless the kind has one */
	char *text;	    /* of the rule, on one line; "" for a whole file */
};

struct rule_replacement {
	char *name; /* "40-redhat.rules" */
	char *text;
	size_t size;
};

struct rule_files {
	struct rule_finding *findings; /* in the order in which udev reads them */
	size_t n_findings;
	struct rule_replacement *replacements;
	size_t n_replacements;
};

/*
 * Reads all rules files that count, as if our replacements were not there. A file that cannot be
 * read is a finding. 0 or -ENOMEM.
 */
_must_check_ int rule_files_read(const struct sysfs *fs, struct rule_files *ret);

void rule_files_done(struct rule_files *files);

/* One line for a person: where, what, why, and the rule. What does not fit is cut. */
void rule_finding_format(const struct rule_finding *finding, char *ret, size_t size);

/*
 * Whether a name below /run/udev/rules.d is a file that memhp-generator made. Anything that cannot
 * be read is not.
 */
bool rule_file_is_ours(const struct sysfs *fs, const char *name);

/* "*.rules", but for the files that memhp itself consists of. */
bool rule_file_is_candidate(const char *name);
