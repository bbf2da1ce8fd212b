/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of addresses. */
#include "chmem.h"

#include <stdio.h>
#include <string.h>

/* As many as a person may want to type. */
#define RUNS_SHOWN 6

void chmem_format(const char *option, struct range bytes, char ret[static CHMEM_COMMAND_MAX])
{
	(void)snprintf(ret, CHMEM_COMMAND_MAX, "chmem %s 0x%llx-0x%llx", option,
		       (unsigned long long)bytes.start, (unsigned long long)bytes.end);
}

static void close_run(struct chmem *chmem)
{
	uint64_t size = chmem->block_size;
	size_t used = strlen(chmem->text);
	char command[CHMEM_COMMAND_MAX];

	if (chmem->n_runs == 0 || chmem->n_runs > RUNS_SHOWN)
		return;
	chmem_format(chmem->option,
		     (struct range){ chmem->first * size, chmem->last * size + (size - 1) },
		     command);
	(void)snprintf(chmem->text + used, sizeof(chmem->text) - used, "%s%s", used ? ", " : "",
		       command);
}

void chmem_add(struct chmem *chmem, uint64_t block)
{
	if (chmem->n_runs > 0 && block == chmem->last + 1) {
		chmem->last = block;
		return;
	}
	close_run(chmem);
	chmem->first = chmem->last = block;
	chmem->n_runs++;
}

void chmem_end(struct chmem *chmem)
{
	size_t used;

	close_run(chmem);
	used = strlen(chmem->text);
	if (chmem->n_runs > RUNS_SHOWN)
		(void)snprintf(chmem->text + used, sizeof(chmem->text) - used,
			       " and so on, %zu more ranges", chmem->n_runs - RUNS_SHOWN);
}
