/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doctor's checks: each looks for one kind of trouble and adds what it finds. */
#pragma once

#include "ctl.h"
#include "devices.h"
#include "findings.h"
#include "namespaces.h"
#include "parse.h"
#include "view.h"

/* What the checks look at. */
struct patient {
	const struct ctl *ctl;
	const struct view *view;
	const struct namespaces *namespaces;
	const struct devices *devices;
	struct str cmdline; /* of the kernel; "" when it cannot be read */
	struct findings *findings;
};

/* doctor-service.c: memhp itself, its files and its configuration. */
void check_in_force(const struct patient *patient);
void check_published(const struct patient *patient);
void check_configuration(const struct patient *patient);

/* doctor-kernel.c: how the kernel is set up. */
void check_kernel_onlines(const struct patient *patient);
void check_cmdline(const struct patient *patient);
void check_crash_hotplug(const struct patient *patient);
void check_memmap(const struct patient *patient);

/* doctor-memory.c: devices, blocks and windows. */
void check_onlined_by_others(const struct patient *patient);
void check_left_offline(const struct patient *patient);
void check_boot_offline(const struct patient *patient);
void check_waiting(const struct patient *patient);
void check_split(const struct patient *patient);
void check_ratio(const struct patient *patient);
void check_dax_state(const struct patient *patient);
void check_windows(const struct patient *patient);

/* doctor-rules.c: udev rules of others, and lines of tmpfiles.d. */
void check_rules(const struct patient *patient);
void check_tmpfiles(const struct patient *patient);

/* doctor-pmem.c: persistent memory that carries data, beside what is memory. */
void check_beside_data(const struct patient *patient);
void check_daxctl(const struct patient *patient);
