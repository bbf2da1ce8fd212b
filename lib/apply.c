/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The write to memoryN/state. */
#include "apply.h"

#include <errno.h>

#include "paths.h"
#include "snapshot.h"

static const char *state_word(enum zone zone)
{
	switch (zone) {
	case ZONE_KERNEL:
		return "online_kernel";
	case ZONE_MOVABLE:
		return "online_movable";
	case ZONE_ONLINE:
	case ZONE_LEAVE:
		break;
	}
	return "online";
}

/* ENOMEM and the refusals of notifiers (virtio-mem: EPERM) pass; poisoned pages do not. */
static bool may_pass(int error)
{
	return error != -EHWPOISON && error != -EACCES && error != -EROFS;
}

struct applied apply_online(const struct sysfs *fs, uint64_t block, enum zone zone)
{
	struct applied applied = { .result = APPLY_DONE, .zone = BLOCK_ZONE_NONE };
	int error = sysfs_write(fs, state_word(zone), PATH_MEMORY "/memory%llu/state",
				(unsigned long long)block);
	enum block_state state;
	int r = snapshot_read_state(fs, block, &state, &applied.zone);

	/* Whatever the write came to: a driver may answer ENODEV for a block that stays. */
	if (r < 0) {
		applied.result = APPLY_GONE;
		return applied;
	}
	/* EINVAL is what the kernel answers for a block that is online already. */
	if (state == BLOCK_ONLINE) {
		applied.result = error < 0 ? APPLY_FOREIGN : APPLY_DONE;
		return applied;
	}
	/* Onlined, and taken offline again before we looked: whoever did that meant it. */
	if (error == 0) {
		applied.result = APPLY_FOREIGN;
		return applied;
	}
	applied.result = may_pass(error) ? APPLY_RETRY : APPLY_FAILED;
	applied.error = error;
	return applied;
}
