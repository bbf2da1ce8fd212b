/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record that is read has all that a record has; one that is not leaves what was there. */
#include <stdint.h>
#include <string.h>

#include "goals.h"
#include "record.h"
#include "stats.h"

static struct goal records GOAL = { "records", 0 };
static struct goal tries GOAL = { "records of the sweep", 0 };
static struct goal daxes GOAL = { "records with the state of a dax device", 0 };
static struct goal outcomes GOAL = { "records with an outcome", 0 };
static struct goal counters GOAL = { "counters that are not zero", 0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is there is not empty, and a part of the text. */
static void check_field(const char *field, bool is_optional, const char *text, size_t size)
{
	if (!field && is_optional)
		return;
	if (!field || !*field || field < text || field + strlen(field) > text + size)
		__builtin_trap();
}

static void check_record(char *text, size_t size)
{
	struct record record = { .try = 77 };

	if (record_parse(&record, text) < 0) {
		if (record.try != 77 || record.group)
			__builtin_trap();
		return;
	}
	check_field(record.group, false, text, size);
	check_field(record.provider, false, text, size);
	check_field(record.zone, false, text, size);
	check_field(record.reason, false, text, size);
	check_field(record.owner, false, text, size);
	check_field(record.dax, true, text, size);
	check_field(record.outcome, true, text, size);
	if (record.state >= _RECORD_STATE_MAX)
		__builtin_trap();
	records.n++;
	tries.n += record.try > 0;
	daxes.n += record.dax != NULL;
	outcomes.n += record.outcome != NULL;
}

static void check_stats(struct str text)
{
	struct stats stats = { .retries = 77 };
	uint64_t value;

	if (stats_parse(&stats, text) < 0) {
		if (stats.retries != 77)
			__builtin_trap();
		return;
	}
	for (size_t i = 0; stats_at(&stats, i, &value); i++)
		counters.n += value > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check_stats((struct str){ text, size });
	check_record(text, size);
	free(text);
	return 0;
}
