/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A picture of physical memory: lines of cells, each of which stands for a number of blocks, one
 * letter a cell. Large stretches without memory are left out. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* Letters that the picture adds to those of the blocks. */
#define PICTURE_HOLE '.'   /* no block */
#define PICTURE_WINDOW '-' /* no block, but a window */
#define PICTURE_MIXED '*'  /* blocks of different letters */

struct picture_block {
	uint64_t id;
	char letter;
};

/* Blocks from .first to .last. */
struct picture_window {
	uint64_t first, last;
	const char *name;
};

struct picture {
	const struct picture_block *blocks; /* ascending */
	size_t n_blocks;
	const struct picture_window *windows; /* ascending, without overlap */
	size_t n_windows;
	size_t width;  /* cells a line, at least 1 */
	size_t height; /* lines of cells to aim at */
};

enum picture_line_kind {
	PICTURE_CELLS,
	PICTURE_GAP,	 /* blocks that are not there, left out */
	PICTURE_HEADING, /* a window begins */
};

struct picture_line {
	enum picture_line_kind kind;
	uint64_t first;			     /* block that it starts with */
	uint64_t n_blocks;		     /* that it stands for */
	const char *cells;		     /* PICTURE_CELLS: terminated */
	const struct picture_window *window; /* the one that it lies in; NULL: none */
};

/* Returns false to have no more lines. */
typedef bool (*picture_fn)(void *userdata, const struct picture_line *line);

/*
 * Calls @draw for one line after the other. @ret_scale is set before the first: how many blocks a
 * cell stands for, the least power of two with which the lines of cells are not more than .height,
 * as far as that is possible. 0, or -ENOMEM.
 */
_must_check_ int picture_draw(const struct picture *picture, uint64_t *ret_scale, picture_fn draw,
			      void *userdata);
