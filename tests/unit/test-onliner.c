/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who onlines, for each thing that may keep the kernel from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "onliner.h"
#include "random.h"

/* A virtual machine with a recent kernel, as most are. */
static struct machine plain_machine(void)
{
	return (struct machine){
		.arch = "x86_64",
		.major = 6,
		.minor = 12,
		.page_size = 4096,
		.has_acpi_memory = true,
		.has_online_policy = true,
		.memmap_mode = MEMMAP_MODE_NO,
	};
}

static struct policy asking(enum onliner onliner)
{
	struct policy policy = policy_default();

	policy.onliner = onliner;
	return policy;
}

static void set(struct policy *policy, const char *section, const char *key, const char *value)
{
	assert_int_equal(policy_set(policy, str_of(section), str_of(key), str_of(value), NULL), 0);
}

static void check_text(const struct onliner_choice *choice, const char *expected)
{
	char text[256];

	onliner_explain(choice, text, sizeof(text));
	assert_string_equal(text, expected);
}

/* With "auto" it is udev, with "kernel" the kernel all the same. */
static void check_obstacle(const struct policy *policy, const struct machine *machine,
			   bool has_windows, enum onliner_obstacle obstacle, const char *key)
{
	struct policy asked = *policy;
	struct onliner_choice choice;

	asked.onliner = ONLINER_AUTO;
	choice = onliner_choose(&asked, machine, has_windows);
	assert_int_equal(choice.asked, ONLINER_AUTO);
	assert_int_equal(choice.onliner, ONLINER_UDEV);
	assert_int_equal(choice.obstacle, obstacle);
	assert_string_equal(choice.key, key);

	asked.onliner = ONLINER_KERNEL;
	choice = onliner_choose(&asked, machine, has_windows);
	assert_int_equal(choice.asked, ONLINER_KERNEL);
	assert_int_equal(choice.onliner, ONLINER_KERNEL);
	assert_int_equal(choice.obstacle, obstacle);
	assert_string_equal(choice.key, key);
}

static void test_auto(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_AUTO);
	struct onliner_choice choice = onliner_choose(&policy, &machine, false);

	(void)state;
	assert_int_equal(choice.onliner, ONLINER_KERNEL);
	assert_int_equal(choice.obstacle, ONLINER_OBSTACLE_NONE);
	check_text(&choice, "Onliner=auto: the kernel onlines, since the kernel's own policy "
			    "decides as memhp would");
}

static void test_kernel(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_KERNEL);
	struct onliner_choice choice = onliner_choose(&policy, &machine, false);

	(void)state;
	assert_int_equal(choice.onliner, ONLINER_KERNEL);
	assert_int_equal(choice.obstacle, ONLINER_OBSTACLE_NONE);
	check_text(&choice, "Onliner=kernel: the kernel onlines");
}

static void test_named(void **state)
{
	static const struct {
		enum onliner onliner;
		const char *text;
	} rows[] = {
		{ ONLINER_UDEV, "Onliner=udev: udev onlines" },
		{ ONLINER_NONE, "Onliner=none: memhp stays out" },
	};
	struct machine machine = plain_machine();

	(void)state;
	machine.has_online_policy = false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy policy = asking(rows[i].onliner);
		struct onliner_choice choice = onliner_choose(&policy, &machine, true);

		assert_int_equal(choice.onliner, rows[i].onliner);
		assert_int_equal(choice.obstacle, ONLINER_OBSTACLE_NONE);
		check_text(&choice, rows[i].text);
	}
}

static void test_old_kernel(void **state)
{
	struct machine machine = plain_machine();

	(void)state;
	machine.has_online_policy = false;
	for (unsigned asked = ONLINER_KERNEL; asked <= ONLINER_AUTO; asked++) {
		struct policy policy = asking((enum onliner)asked);
		struct onliner_choice choice = onliner_choose(&policy, &machine, asked % 2);

		assert_int_equal(choice.onliner, ONLINER_UDEV);
		assert_int_equal(choice.obstacle, ONLINER_OBSTACLE_NO_PARAMETERS);
		check_text(&choice, asked == ONLINER_AUTO ?
					    "Onliner=auto: udev onlines, since this kernel has no "
					    "memory_hotplug.online_policy (Linux 5.15 has)" :
					    "Onliner=kernel: udev onlines, since this kernel has "
					    "no memory_hotplug.online_policy (Linux 5.15 has)");
	}
}

static void test_windows(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_KERNEL);
	struct onliner_choice choice = onliner_choose(&policy, &machine, true);

	(void)state;
	check_text(&choice, "Onliner=kernel: the kernel onlines, though the firmware has windows "
			    "for CXL or dax memory, which daxctl cannot have if the kernel "
			    "onlines it");
	check_obstacle(&policy, &machine, true, ONLINER_OBSTACLE_WINDOWS, "");
	/* Whatever else there is, this is what people have to know. */
	set(&policy, "Policy", "KernelReserve", "1G");
	machine.is_xen = true;
	check_obstacle(&policy, &machine, true, ONLINER_OBSTACLE_WINDOWS, "");
}

static void test_platforms(void **state)
{
	static const struct {
		const char *arch;
		bool is_hyperv, is_xen;
		enum onliner_obstacle obstacle;
	} rows[] = {
		{ "s390x", false, false, ONLINER_OBSTACLE_STANDBY },
		{ "ppc64le", false, false, ONLINER_OBSTACLE_DLPAR },
		{ "ppc64", false, false, ONLINER_OBSTACLE_DLPAR },
		{ "x86_64", true, false, ONLINER_OBSTACLE_BALLOON },
		{ "aarch64", true, false, ONLINER_OBSTACLE_BALLOON },
		{ "x86_64", false, true, ONLINER_OBSTACLE_BALLOON },
	};
	struct policy policy = policy_default();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct machine machine = plain_machine();

		(void)snprintf(machine.arch, sizeof(machine.arch), "%s", rows[i].arch);
		machine.is_hyperv = rows[i].is_hyperv;
		machine.is_xen = rows[i].is_xen;
		check_obstacle(&policy, &machine, false, rows[i].obstacle, "");
	}
}

static void test_self_hosted(void **state)
{
	static const enum memmap_mode modes[] = { MEMMAP_MODE_YES, MEMMAP_MODE_FORCE,
						  MEMMAP_MODE_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct machine machine = plain_machine();
		struct policy policy = asking(ONLINER_AUTO);

		machine.memmap_mode = modes[i];
		check_obstacle(&policy, &machine, false, ONLINER_OBSTACLE_SELF_HOSTED, "");
		set(&policy, "Policy", "SelfHostedMemmap", "count");
		assert_int_equal(onliner_choose(&policy, &machine, false).onliner, ONLINER_KERNEL);
		/* At ratio 0 there is nothing to be exempt from. */
		policy = asking(ONLINER_AUTO);
		set(&policy, "Policy", "MovableRatio", "0");
		assert_int_equal(onliner_choose(&policy, &machine, false).onliner, ONLINER_KERNEL);
	}
}

static void test_keys(void **state)
{
	static const struct {
		const char *section, *key, *value;
		const char *named; /* NULL: the kernel can do that */
	} rows[] = {
		{ "Policy", "MovableRatio", "0", NULL },
		{ "Policy", "MovableRatio", "4294967295", NULL },
		{ "Policy", "NumaAware", "no", NULL },
		{ "Policy", "SelfHostedMemmap", "count", NULL },
		{ "Policy", "MemoryOnlyNodes", "global", "[Policy] MemoryOnlyNodes=" },
		{ "Policy", "KernelCredit", "all", "[Policy] KernelCredit=" },
		{ "Policy", "KernelReserve", "1", "[Policy] KernelReserve=" },
		{ "Dimm", "Zone", "movable", "[Dimm] Zone=" },
		{ "VirtioMem", "Zone", "leave", "[VirtioMem] Zone=" },
		{ "Cxl", "Zone", "auto", "[Cxl] Zone=" },
		{ "Dax", "Zone", "movable", "[Dax] Zone=" },
		{ "Balloon", "Zone", "auto", "[Balloon] Zone=" },
		{ "Standby", "Zone", "online", "[Standby] Zone=" },
		{ "Dlpar", "Zone", "online", "[Dlpar] Zone=" },
		{ "Probe", "Zone", "kernel", "[Probe] Zone=" },
		{ "Other", "Zone", "kernel", "[Other] Zone=" },
		{ "Node 1", "Zone", "auto", "[Node 1] Zone=" },
		{ "Device virtio*", "Zone", "kernel", "[Device virtio*] Zone=" },
		{ "Range 4G-0x1ffffffff", "Zone", "leave",
		  "[Range 0x100000000-0x1ffffffff] Zone=" },
	};
	struct machine machine = plain_machine();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy policy = asking(ONLINER_AUTO);

		set(&policy, rows[i].section, rows[i].key, rows[i].value);
		if (rows[i].named)
			check_obstacle(&policy, &machine, false, ONLINER_OBSTACLE_KEY,
				       rows[i].named);
		else
			assert_int_equal(onliner_choose(&policy, &machine, false).onliner,
					 ONLINER_KERNEL);
	}
}

static void test_key_text(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_AUTO);
	struct onliner_choice choice;

	(void)state;
	set(&policy, "Policy", "KernelReserve", "1G");
	choice = onliner_choose(&policy, &machine, false);
	check_text(&choice, "Onliner=auto: udev onlines, since the kernel's policy has nothing "
			    "like [Policy] KernelReserve=");
}

static void test_obstacle_texts(void **state)
{
	static const char *const parts[] = {
		[ONLINER_OBSTACLE_NONE] = "decides as memhp would",
		[ONLINER_OBSTACLE_NO_PARAMETERS] = "no memory_hotplug.online_policy",
		[ONLINER_OBSTACLE_WINDOWS] = "windows for CXL or dax memory",
		[ONLINER_OBSTACLE_STANDBY] = "standby memory",
		[ONLINER_OBSTACLE_DLPAR] = "partition memory",
		[ONLINER_OBSTACLE_BALLOON] = "Hyper-V and Xen",
		[ONLINER_OBSTACLE_SELF_HOSTED] = "carries its own page array",
		[ONLINER_OBSTACLE_KEY] = "nothing like [Cxl] Zone=",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		struct onliner_choice choice = {
			.asked = ONLINER_AUTO,
			.onliner = i == ONLINER_OBSTACLE_NONE ? ONLINER_KERNEL : ONLINER_UDEV,
			.obstacle = (enum onliner_obstacle)i,
		};
		char text[256];

		if (i == ONLINER_OBSTACLE_KEY)
			(void)snprintf(choice.key, sizeof(choice.key), "[Cxl] Zone=");
		onliner_explain(&choice, text, sizeof(text));
		if (!strstr(text, parts[i]))
			fail_msg("not there: %s\nin: %s", parts[i], text);
	}
}

/* Without NumaAware= the kernel treats such a node like any other, and so does memhp. */
static void test_memory_only_nodes(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_AUTO);

	(void)state;
	set(&policy, "Policy", "MemoryOnlyNodes", "global");
	set(&policy, "Policy", "NumaAware", "no");
	assert_int_equal(onliner_choose(&policy, &machine, false).onliner, ONLINER_KERNEL);
}

static void test_long_name(void **state)
{
	struct machine machine = plain_machine();
	struct policy policy = asking(ONLINER_AUTO);
	char section[POLICY_NAME_MAX + 8], expected[POLICY_NAME_MAX + 32], text[24];
	struct onliner_choice choice;

	(void)state;
	memset(section, 'x', sizeof(section));
	memcpy(section, "Device ", 7);
	section[7 + POLICY_NAME_MAX - 1] = '\0';
	set(&policy, section, "Zone", "leave");
	choice = onliner_choose(&policy, &machine, false);
	(void)snprintf(expected, sizeof(expected), "[%s] Zone=", section);
	assert_string_equal(choice.key, expected);
	onliner_explain(&choice, text, sizeof(text));
	assert_string_equal(text, "Onliner=auto: udev onli");
}

static void test_property(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct machine machine = plain_machine();
		struct policy policy = asking((enum onliner)random_below(&random, _ONLINER_MAX));
		struct onliner_choice choice;

		machine.has_online_policy = random_below(&random, 4) > 0;
		machine.is_xen = random_below(&random, 4) == 0;
		machine.memmap_mode = (enum memmap_mode)random_below(&random, 4);
		policy.movable_ratio = random_below(&random, 2) * 301;
		policy.zone[random_below(&random, PROVIDER_BOOT)] =
			random_below(&random, _ZONE_POLICY_MAX);
		choice = onliner_choose(&policy, &machine, random_below(&random, 2));
		assert_int_not_equal(choice.onliner, ONLINER_AUTO);
		/* What cannot be set is never chosen. */
		if (!machine.has_online_policy)
			assert_int_not_equal(choice.onliner, ONLINER_KERNEL);
		if (choice.asked == ONLINER_AUTO)
			assert_int_equal(choice.onliner == ONLINER_KERNEL,
					 choice.obstacle == ONLINER_OBSTACLE_NONE);
		assert_int_equal(choice.key[0] != '\0', choice.obstacle == ONLINER_OBSTACLE_KEY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "auto is the kernel where nothing stands in the way", test_auto, NULL, NULL,
		  NULL },
		{ "kernel is the kernel", test_kernel, NULL, NULL, NULL },
		{ "udev and none are what they say, whatever the machine", test_named, NULL, NULL,
		  NULL },
		{ "a kernel without the parameters onlines nothing", test_old_kernel, NULL, NULL,
		  NULL },
		{ "windows are the first obstacle that is named", test_windows, NULL, NULL, NULL },
		{ "memory of hypervisors and partitions is not the kernel's", test_platforms, NULL,
		  NULL, NULL },
		{ "memory that may be exempt from the ratio is an obstacle", test_self_hosted, NULL,
		  NULL, NULL },
		{ "a setting that the kernel does not have is named", test_keys, NULL, NULL, NULL },
		{ "the reason ends with that setting", test_key_text, NULL, NULL, NULL },
		{ "every obstacle is told in words", test_obstacle_texts, NULL, NULL, NULL },
		{ "MemoryOnlyNodes= without NumaAware= is no obstacle", test_memory_only_nodes,
		  NULL, NULL, NULL },
		{ "the longest name of a section fits", test_long_name, NULL, NULL, NULL },
		{ "what is chosen can be done", test_property, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("onliner", tests, NULL, NULL);
}
