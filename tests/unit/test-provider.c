/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of providers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "macro.h"
#include "policy.h"
#include "provider.h"

static const struct {
	enum provider provider;
	const char *name, *section;
} rows[] = {
	{ PROVIDER_DIMM, "dimm", "Dimm" },
	{ PROVIDER_VIRTIO_MEM, "virtio-mem", "VirtioMem" },
	{ PROVIDER_CXL, "cxl", "Cxl" },
	{ PROVIDER_DAX, "dax", "Dax" },
	{ PROVIDER_BALLOON, "balloon", "Balloon" },
	{ PROVIDER_STANDBY, "standby", "Standby" },
	{ PROVIDER_DLPAR, "dlpar", "Dlpar" },
	{ PROVIDER_PROBE, "probe", "Probe" },
	{ PROVIDER_BOOT, "boot", NULL },
	{ PROVIDER_OTHER, "other", "Other" },
};

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), _PROVIDER_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(provider_name(rows[i].provider), rows[i].name);
		if (rows[i].section)
			assert_string_equal(provider_section(rows[i].provider), rows[i].section);
		else
			assert_null(provider_section(rows[i].provider));
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(rows[i].provider, rows[j].provider);
	}
}

static void test_sections(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *section = provider_section(rows[i].provider);
		struct policy policy = policy_default();

		if (!section)
			continue;
		policy.zone[rows[i].provider] = ZONE_POLICY_LEAVE;
		assert_int_equal(
			policy_set(&policy, str_of(section), STR("Zone"), STR("movable"), NULL), 0);
		assert_int_equal(policy.zone[rows[i].provider], ZONE_POLICY_MOVABLE);
		assert_int_equal(policy.n_overrides, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "every provider has a name of its own", test_names, NULL, NULL, NULL },
		{ "the section of a provider rules that provider", test_sections, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
