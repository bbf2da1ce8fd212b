/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev keeps of a device, by libudev; of the running machine only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ctl.h"

struct udev_db {
	struct udev *udev; /* NULL: there is none, and every question is answered by no */
};

/* Empty for a captured tree. Close it by udev_db_close(). */
struct udev_db udev_db_open(const struct ctl *ctl);
void udev_db_close(struct udev_db *db);

/* The property @key of a device such as "memory", "memory32"; false when it has none. */
bool udev_db_get(const struct udev_db *db, const char *subsystem, const char *name, const char *key,
		 char *ret, size_t size);
