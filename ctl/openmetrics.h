/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics in the text format of OpenMetrics 1.0. */
#pragma once

#include <stdint.h>

#include "macro.h"

struct metric {
	const char *name; /* without the suffix of a counter; ends with the unit, if there is one */
	const char *type; /* "gauge", "counter" */
	const char *unit; /* "bytes", "ratio"; NULL: none */
	const char *help;
};

/* The lines that stand before the samples of a metric. */
void metric_begin(const struct metric *metric);

/*
 * One sample. @labels: NAME, VALUE, NAME, VALUE, ..., NULL; values are escaped. A counter's gets
 * the suffix that the format wants.
 */
void metric_sample(const struct metric *metric, const char *const *labels, double value);

/* The last line. */
void metric_end(void);
