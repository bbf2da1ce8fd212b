/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of OpenMetrics text on standard output. */
#include "openmetrics.h"

#include <string.h>

void metric_begin(const struct metric *metric)
{
	printf("# TYPE %s %s\n", metric->name, metric->type);
	if (metric->unit)
		printf("# UNIT %s %s\n", metric->name, metric->unit);
	printf("# HELP %s %s\n", metric->name, metric->help);
}

static void print_value(const char *value)
{
	putchar('"');
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			putchar('\\');
		if (*value == '\n')
			(void)fputs("\\n", stdout);
		else
			putchar(*value);
	}
	putchar('"');
}

static void print_number(double value)
{
	if (value >= (double)UINT64_MAX)
		puts(" +Inf");
	else if (value == (double)(uint64_t)value)
		printf(" %.0f\n", value); /* bytes, all of them */
	else
		printf(" %.6g\n", value);
}

void metric_sample(const struct metric *metric, const char *const *labels, double value)
{
	printf("%s%s", metric->name, strcmp(metric->type, "counter") == 0 ? "_total" : "");
	for (size_t i = 0; labels[i]; i += 2) {
		printf("%c%s=", i == 0 ? '{' : ',', labels[i]);
		print_value(labels[i + 1]);
	}
	if (labels[0])
		putchar('}');
	print_number(value);
}

void metric_end(void)
{
	puts("# EOF");
}
