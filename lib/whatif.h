/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What if: a snapshot of a machine that has one more device, or one less block online, to be judged
 * by the code that judges what is there. Pure, but for the heap.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "macro.h"
#include "parse.h"
#include "provider.h"
#include "snapshot.h"
#include "windows.h"

#define WHATIF_SYNTAX                                                                                \
	"KIND:SIZE[@NODE], KIND one of dimm, virtio-mem, cxl, dax, balloon, standby, dlpar, probe, " \
	"or the name of a virtio-mem device that is to grow"

struct whatif {
	enum provider provider;
	/* of the virtio-mem device that grows, points into what was parsed; empty: a new device */
	struct str device;
	uint64_t size; /* bytes */
	unsigned node;
	bool has_node;
};

/* "dimm:64G@1", "virtio0:2G": 0 or -EINVAL. A name is known to be a device by whatif_add() only. */
_must_check_ int whatif_parse(struct str text, struct whatif *ret);

/*
 * Adds blocks, all offline. They lie above all that is there, those of CXL in the first room of a
 * window of @windows, if there is one, and those of a device that grows in its own range. Without a
 * node they are on a new one for CXL, else on the lowest. 0, -ENODEV (no such virtio-mem device, or
 * it is on another node), -EDOM (the size is no multiple of block or unit, or zero), -ENOSPC (no
 * room in window or range), -ERANGE (more than one can try); @snapshot is as it was then. After -ENOMEM it can only be
 * freed.
 */
_must_check_ int whatif_add(struct snapshot *snapshot, const struct windows *windows,
			    const struct whatif *whatif);

/* Takes the block with this number offline, if it is online. */
void whatif_offline(struct snapshot *snapshot, uint64_t id);
