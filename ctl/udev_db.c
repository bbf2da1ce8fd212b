/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties by libudev. */
#include "udev_db.h"

#include <libudev.h>

struct udev_db udev_db_open(const struct ctl *ctl)
{
	return (struct udev_db){ ctl_is_live(ctl) ? udev_new() : NULL };
}

void udev_db_close(struct udev_db *db)
{
	if (db->udev)
		udev_unref(db->udev);
	db->udev = NULL;
}

bool udev_db_get(const struct udev_db *db, const char *subsystem, const char *name, const char *key,
		 char *ret, size_t size)
{
	struct udev_device *device =
		db->udev ? udev_device_new_from_subsystem_sysname(db->udev, subsystem, name) : NULL;
	const char *value = device ? udev_device_get_property_value(device, key) : NULL;

	if (value)
		(void)snprintf(ret, size, "%s", value);
	if (device)
		udev_device_unref(device);
	return value != NULL;
}
