/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys, the sample configuration and the manual say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "config.h"
#include "policy.h"
#include "sysfs.h"

static char *read_source(const char *path)
{
	_cleanup_(sysfs_close) struct sysfs source = { .fd = -1 };
	const char *srcdir = getenv("abs_top_srcdir");
	char *text = NULL;
	size_t n;

	assert_int_equal(sysfs_open(&source, srcdir ? srcdir : "."), 0);
	assert_int_equal(sysfs_read_file(&source, &text, &n, "%s", path), 0);
	return text;
}

static void fail_on_finding(void *userdata, const char *file, unsigned line, const char *message)
{
	(void)userdata;
	fail_msg("%s:%u: %s", file, line, message);
}

/* Takes the "#" away in front of keys and sections; comments for people have a blank behind it. */
static void uncomment(char *text)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] != ' ' && line[1] != '\n')
			line[0] = ' ';
	}
}

static void test_defaults(void **state)
{
	_cleanup_free_ char *sample = read_source("conf/memhp.conf");
	struct policy policy = policy_default();
	char expected[4096], found[4096];

	(void)state;
	assert_int_equal(config_apply(&policy, "sample", str_of(sample), fail_on_finding, NULL), 0);
	uncomment(sample);
	memset(&policy, 0xff, sizeof(policy));
	policy.n_overrides = 0;
	assert_int_equal(config_apply(&policy, "sample", str_of(sample), fail_on_finding, NULL), 0);
	/* Examples of every section with an argument; memory of the boot has no key. */
	assert_int_equal(policy.n_overrides, _OVERRIDE_KIND_MAX);
	policy.n_overrides = 0;
	policy.zone[PROVIDER_BOOT] = ZONE_POLICY_LEAVE;
	assert_true(policy_format(&policy, "x", found, sizeof(found)) > 0);
	policy = policy_default();
	assert_true(policy_format(&policy, "x", expected, sizeof(expected)) > 0);
	assert_string_equal(found, expected);
}

static void test_sample_has_all(void **state)
{
	_cleanup_free_ char *sample = read_source("conf/memhp.conf");
	const struct policy_key *key;

	(void)state;
	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		char header[64], name[64];
		const char *section, *found;

		(void)snprintf(header, sizeof(header), "\n#[%s%s", key->section,
			       key->argument ? " " : "]");
		(void)snprintf(name, sizeof(name), "\n#%s=", key->name);
		section = strstr(sample, header);
		found = section ? strstr(section, name) : NULL;
		if (!found)
			fail_msg("the sample lacks [%s] %s=", key->section, key->name);
		/* A line of meaning stands above each. */
		while (found > sample && found[-1] != '\n')
			found--;
		assert_true(found[0] == '#');
	}
}

static void test_manual_has_all(void **state)
{
	_cleanup_free_ char *manual = read_source("man/memhp.conf.5.scd");
	const struct policy_key *key;

	(void)state;
	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "\n*%s=*\n", key->name);
		if (!strstr(manual, name))
			fail_msg("the manual does not explain %s=", key->name);
		(void)snprintf(name, sizeof(name), "*[%s%s", key->section,
			       key->argument ? " " : "]*");
		/* [Policy] is a heading of its own, in capitals. */
		if (strcmp(key->section, "Policy") != 0 && !strstr(manual, name))
			fail_msg("the manual does not explain [%s]", key->section);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the sample shows the defaults, without a mistake", test_defaults, NULL, NULL,
		  NULL },
		{ "the sample has every key", test_sample_has_all, NULL, NULL, NULL },
		{ "the manual has every key", test_manual_has_all, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
