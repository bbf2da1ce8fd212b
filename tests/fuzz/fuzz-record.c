/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record that is read has all that a record has; one that is not leaves what was there. */
#include <stdint.h>
#include <string.h>

#include "record.h"
#include "stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = { .try = 77 };
	struct stats stats = { .retries = 77 };
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (stats_parse(&stats, (struct str){ text, size }) < 0 && stats.retries != 77)
		__builtin_trap();
	if (record_parse(&record, text) < 0) {
		if (record.try != 77 || record.group)
			__builtin_trap();
	} else if (strlen(record.group) + strlen(record.provider) + strlen(record.zone) +
			   strlen(record.reason) + strlen(record.owner) >
		   size) {
		__builtin_trap();
	}
	free(text);
	return 0;
}
