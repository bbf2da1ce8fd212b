/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl monitor: udev's events of memory blocks, with what memhp's rules made of them. */
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "ctl.h"
#include "event.h"
#include "log.h"
#include "namer.h"
#include "parse.h"
#include "paths.h"

/* As udevadm monitor has it: a large device brings thousands of events at once. */
#define BUFFER_SIZE (128 * 1024 * 1024)

struct monitor {
	const struct ctl *ctl;
	struct namer namer;
};

static volatile sig_atomic_t is_over;

static void end(int signal)
{
	(void)signal;
	is_over = 1;
}

/* Signals come while the monitor waits, and at no other time. */
static void catch_signals(sigset_t *ret_before)
{
	struct sigaction action = { .sa_handler = end };
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, ret_before);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

/* Where the block is, if it is online; else the zone that was decided. */
static const char *zone_of(const struct ctl *ctl, struct udev_device *device, char *zones,
			   size_t size)
{
	const char *name = udev_device_get_sysname(device);
	char state[32];

	if (sysfs_read(&ctl->fs, state, sizeof(state), PATH_MEMORY "/%s/state", name) == 0 &&
	    strcmp(state, "online") == 0 &&
	    sysfs_read(&ctl->fs, zones, size, PATH_MEMORY "/%s/valid_zones", name) == 0)
		return zones;
	return udev_device_get_property_value(device, "MEMHP_ZONE");
}

/* As memhp has recorded it; of blocks that it leaves to others it may have no record. */
static const char *group_of(const struct monitor *monitor, struct udev_device *device,
			    char name[static GROUP_NAME_MAX])
{
	const char *group = udev_device_get_property_value(device, "MEMHP_GROUP");
	uint64_t id;

	if (group || parse_block_name(str_of(udev_device_get_sysname(device)), &id) < 0 ||
	    !namer_find(&monitor->namer, id, name))
		return group;
	return name;
}

static void show(const struct monitor *monitor, struct udev_device *device)
{
	const struct ctl *ctl = monitor->ctl;
	char zones[64], name[GROUP_NAME_MAX];
	struct event event = {
		.action = udev_device_get_action(device),
		.block = udev_device_get_sysname(device),
		.group = group_of(monitor, device, name),
		.zone = zone_of(ctl, device, zones, sizeof(zones)),
		.owner = udev_device_get_property_value(device, "MEMHP_OWNER"),
		.reason = udev_device_get_property_value(device, "MEMHP_REASON"),
	};

	(void)clock_gettime(CLOCK_REALTIME, &event.time);
	if (ctl->format == CTL_JSON)
		event_print_json(&event, stdout);
	else
		event_print(&event, stdout);
}

static int receive_all(const struct monitor *monitor, struct udev_monitor *events)
{
	sigset_t before;
	struct pollfd fd = { .fd = udev_monitor_get_fd(events), .events = POLLIN };

	catch_signals(&before);
	while (!is_over && !ferror(stdout)) {
		struct udev_device *device;

		if (ppoll(&fd, 1, NULL, &before) < 0) {
			if (errno == EINTR)
				continue;
			log_error("cannot wait for events: %s", strerror(errno));
			return EX_OSERR;
		}
		device = udev_monitor_receive_device(events);
		if (device)
			show(monitor, device);
		else if (errno == ENOBUFS)
			log_warning("more events came than could be kept, some were lost");
		(void)udev_device_unref(device);
	}
	return EXIT_SUCCESS;
}

static int watch(const struct monitor *monitor, struct udev *udev)
{
	struct udev_monitor *events = udev_monitor_new_from_netlink(udev, "udev");
	int r = -ENOMEM, status = EX_UNAVAILABLE;

	if (events)
		r = udev_monitor_filter_add_match_subsystem_devtype(events, "memory", NULL);
	if (r >= 0) {
		/* Without root the kernel's limit applies. */
		(void)udev_monitor_set_receive_buffer_size(events, BUFFER_SIZE);
		r = udev_monitor_enable_receiving(events);
	}
	if (r >= 0) {
		log_debug("waiting for events of memory blocks");
		status = receive_all(monitor, events);
	} else {
		log_error("cannot listen to udev: %s", strerror(-r));
	}
	(void)udev_monitor_unref(events);
	return status;
}

/* Whether there will be events to show; if not it was said why. */
static bool has_events(const struct ctl *ctl)
{
	if (!ctl_is_live(ctl))
		log_error("monitor shows the running machine only, not a captured one");
	else if (!sysfs_exists(&ctl->fs, PATH_MEMORY))
		log_error("this kernel has no memory hotplug: /" PATH_MEMORY " is missing");
	else if (!sysfs_exists(&ctl->fs, PATH_UDEV_CONTROL))
		/* libudev would listen to nothing, and not say so. */
		log_error("no udevd runs here: /" PATH_UDEV_CONTROL " is missing");
	else
		return true;
	return false;
}

int ctl_monitor(struct ctl *ctl, int argc, char *argv[])
{
	struct monitor monitor = { .ctl = ctl };
	struct udev *udev;
	int status, r;

	(void)argc;
	(void)argv;
	if (!has_events(ctl))
		return EX_UNAVAILABLE;
	r = namer_open(&ctl->fs, &monitor.namer);
	if (r < 0) {
		log_error("cannot read /" PATH_MEMORY "/block_size_bytes: %s", strerror(-r));
		return EX_IOERR;
	}
	udev = udev_new();
	/* Somebody may read along. */
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (udev) {
		status = watch(&monitor, udev);
	} else {
		log_error("out of memory");
		status = EX_OSERR;
	}
	(void)udev_unref(udev);
	namer_close(&monitor.namer);
	return status;
}
