/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The leader's order and its accounts, without its writes. */
#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "precedent.h"
#include "whatif.h"

void walk_done(struct walk *walk)
{
	block_list_done(&walk->seen);
	free(walk->steps);
	*walk = (struct walk){ .fs = NULL };
}

void walk_ask_kernel(const struct walk *walk, struct step *step)
{
	const struct block *block = snapshot_find_block(walk->snapshot, step->id);

	if (block && !step->is_new && !step->kernel[0])
		kernel_zone_read(walk->fs, &walk->snapshot->machine, block, step->kernel);
}

enum block_zone walk_zone_after(const struct step *step)
{
	switch (step->verdict.zone) {
	case ZONE_MOVABLE:
		return BLOCK_ZONE_MOVABLE;
	case ZONE_ONLINE:
		if (strcmp(step->kernel, "Movable") == 0)
			return BLOCK_ZONE_MOVABLE;
		break;
	case ZONE_KERNEL:
	case ZONE_LEAVE:
		break;
	}
	return BLOCK_ZONE_KERNEL;
}

static int take_step(struct walk *walk, const struct block *block, const struct verdict *verdict)
{
	struct step step = {
		.id = block->id,
		.group = block->group,
		.node = block->node,
		.verdict = *verdict,
		.is_new = walk->is_adding,
	};

	if (verdict->zone == ZONE_ONLINE)
		walk_ask_kernel(walk, &step);
	if (verdict->zone != ZONE_LEAVE)
		snapshot_account(walk->snapshot, block, walk_zone_after(&step));
	return ARRAY_APPEND(walk->steps, walk->n, &step);
}

static struct verdict judge(const struct walk *walk, const struct block *block)
{
	/* A record of that name would be of a device that has gone. */
	if (walk->is_adding)
		return snapshot_decide(walk->snapshot, walk->policy, block);
	return precedent_decide(walk->fs, walk->snapshot, walk->policy, block);
}

/* A static group is judged once, of a dynamic one each block, and all of it before the next group. */
static int walk_group(struct walk *walk, size_t first)
{
	const struct snapshot *snapshot = walk->snapshot;
	const struct block *block = &snapshot->blocks[first];
	size_t index = block->group;
	const struct group *group = &snapshot->groups.g[index];
	struct verdict verdict = judge(walk, block);
	int r = 0;

	for (size_t i = first;
	     r == 0 && i < snapshot->n_blocks && snapshot->blocks[i].id <= group->last; i++) {
		block = &snapshot->blocks[i];
		if (block->group != index || block->state != BLOCK_OFFLINE ||
		    block_list_has(&walk->seen, block->id))
			continue;
		if (i > first && group->is_dynamic)
			verdict = judge(walk, block);
		r = take_step(walk, block, &verdict);
	}
	return r;
}

int walk_offline(struct walk *walk)
{
	const struct snapshot *snapshot = walk->snapshot;
	_cleanup_free_ bool *is_done =
		calloc(snapshot->groups.n ? snapshot->groups.n : 1, sizeof(*is_done));
	size_t n_before = walk->n;
	int r = 0;

	if (!is_done)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < snapshot->n_blocks; i++) {
		const struct block *block = &snapshot->blocks[i];

		if (block->state != BLOCK_OFFLINE || is_done[block->group] ||
		    block_list_has(&walk->seen, block->id))
			continue;
		is_done[block->group] = true;
		r = walk_group(walk, i);
	}
	for (size_t i = n_before; r == 0 && i < walk->n; i++)
		r = block_list_add(&walk->seen, walk->steps[i].id);
	block_list_sort(&walk->seen);
	return r;
}

void walk_rewind(struct walk *walk, size_t index)
{
	for (size_t i = walk->n; i > index; i--)
		if (walk->steps[i - 1].verdict.zone != ZONE_LEAVE)
			whatif_offline(walk->snapshot, walk->steps[i - 1].id);
}
