/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks and windows into lines of cells. */
#include "picture.h"

#include <errno.h>
#include <stdlib.h>

/* A window, or what lies between two: drawn in pieces where it has large gaps. */
struct area {
	uint64_t first, last; /* blocks */
	const struct picture_window *window;
};

#define LAST_BLOCK (UINT64_MAX - 1)

struct pen {
	const struct picture *picture;
	uint64_t scale;
	picture_fn draw;
	void *userdata;
	char *cells;
	size_t next;	/* the first block that has not been drawn */
	bool has_drawn; /* something stands above */
	bool is_stopped;
};

static void emit(struct pen *pen, const struct picture_line *line)
{
	if (!pen->is_stopped && !pen->draw(pen->userdata, line))
		pen->is_stopped = true;
}

/* Stretches of more cells than that are left out. */
static uint64_t gap_max(const struct pen *pen)
{
	size_t cells = pen->picture->width / 2;

	return (cells < 8 ? 8 : cells) * pen->scale;
}

static void draw_gap(struct pen *pen, uint64_t first, uint64_t n_blocks,
		     const struct picture_window *window)
{
	const struct picture_line line = {
		.kind = PICTURE_GAP,
		.first = first,
		.n_blocks = n_blocks,
		.window = window,
	};

	if (n_blocks > 0)
		emit(pen, &line);
}

/* What the blocks up to @last, which the pen has reached, are together. */
static char draw_cell(struct pen *pen, uint64_t last, const struct picture_window *window)
{
	const struct picture *picture = pen->picture;
	char letter = window ? PICTURE_WINDOW : PICTURE_HOLE;
	bool is_first = true;

	for (; pen->next < picture->n_blocks && picture->blocks[pen->next].id <= last;
	     pen->next++, is_first = false) {
		char here = picture->blocks[pen->next].letter;

		letter = is_first || here == letter ? here : PICTURE_MIXED;
	}
	return letter;
}

/* Cells stand for aligned runs of blocks, but for the first and the last one of a piece. */
static uint64_t cell_end(const struct pen *pen, uint64_t id, uint64_t last)
{
	uint64_t end = id | (pen->scale - 1);

	return end < last ? end : last;
}

/* The lines of [first, last], all of it. */
static void draw_piece(struct pen *pen, uint64_t first, uint64_t last,
		       const struct picture_window *window)
{
	while (first <= last) {
		struct picture_line line = {
			.kind = PICTURE_CELLS,
			.first = first,
			.cells = pen->cells,
			.window = window,
		};
		size_t n = 0;

		while (n < pen->picture->width && first <= last) {
			uint64_t end = cell_end(pen, first, last);

			pen->cells[n++] = draw_cell(pen, end, window);
			first = end + 1;
		}
		pen->cells[n] = '\0';
		line.n_blocks = first - line.first;
		emit(pen, &line);
	}
}

/* The block at @i, or the end of the area when there is none in it. */
static uint64_t block_at(const struct pen *pen, const struct area *area, size_t i)
{
	if (i >= pen->picture->n_blocks || pen->picture->blocks[i].id > area->last)
		return area->last + 1;
	return pen->picture->blocks[i].id;
}

/* The last block of a piece that starts with that at pen->next: a gap or the end follows. */
static uint64_t find_end(const struct pen *pen, const struct area *area)
{
	size_t i = pen->next;
	uint64_t last = pen->picture->blocks[i].id;

	for (;;) {
		uint64_t next = block_at(pen, area, ++i);

		if (next - last - 1 > gap_max(pen))
			return last;
		/* A window is drawn to its end, other memory to its last block. */
		if (next > area->last)
			return area->window ? area->last : last;
		last = next;
	}
}

static void draw_area(struct pen *pen, const struct area *area)
{
	uint64_t at = area->first;

	while (at <= area->last) {
		uint64_t next = block_at(pen, area, pen->next), end;

		if (next > area->last && !(area->window && next - at <= gap_max(pen))) {
			/* What lies behind the last memory of all is not missed. */
			if (area->window || (pen->has_drawn && area->last != LAST_BLOCK))
				draw_gap(pen, at, next - at, area->window);
			return;
		}
		if (next - at > gap_max(pen) || !area->window) {
			/* Nor is what lies before the first. */
			if (area->window || pen->has_drawn)
				draw_gap(pen, at, next - at, area->window);
			at = next;
		}
		end = next > area->last ? area->last : find_end(pen, area);
		draw_piece(pen, at, end, area->window);
		pen->has_drawn = true;
		at = end + 1;
	}
}

static void draw_window(struct pen *pen, const struct picture_window *window)
{
	const struct area area = { window->first, window->last, window };
	const struct picture_line heading = {
		.kind = PICTURE_HEADING,
		.first = window->first,
		.n_blocks = window->last - window->first + 1,
		.window = window,
	};

	emit(pen, &heading);
	draw_area(pen, &area);
	pen->has_drawn = true;
}

static void draw_all(struct pen *pen)
{
	const struct picture *picture = pen->picture;
	uint64_t at = 0;

	for (size_t i = 0; i <= picture->n_windows; i++) {
		bool is_last = i == picture->n_windows;
		struct area area = {
			.first = at,
			.last = is_last ? LAST_BLOCK : picture->windows[i].first - 1,
		};

		if (is_last || picture->windows[i].first > at)
			draw_area(pen, &area);
		if (is_last)
			return;
		draw_window(pen, &picture->windows[i]);
		at = picture->windows[i].last + 1;
	}
}

struct count {
	size_t lines;
	size_t max;
};

static bool count_line(void *userdata, const struct picture_line *line)
{
	struct count *count = userdata;

	count->lines += line->kind == PICTURE_CELLS;
	return count->lines <= count->max;
}

static struct pen start(const struct picture *picture, uint64_t scale, char *cells, picture_fn draw,
			void *userdata)
{
	return (struct pen){
		.picture = picture,
		.scale = scale,
		.draw = draw,
		.userdata = userdata,
		.cells = cells,
	};
}

static uint64_t find_scale(const struct picture *picture, char *cells)
{
	uint64_t scale = 1;

	for (; scale < picture->n_blocks; scale *= 2) {
		struct count count = { 0, picture->height };
		struct pen pen = start(picture, scale, cells, count_line, &count);

		draw_all(&pen);
		if (count.lines <= picture->height)
			break;
	}
	return scale;
}

int picture_draw(const struct picture *picture, uint64_t *ret_scale, picture_fn draw,
		 void *userdata)
{
	char *cells = malloc(picture->width + 1);
	struct pen pen;

	if (!cells)
		return -ENOMEM;
	*ret_scale = find_scale(picture, cells);
	pen = start(picture, *ret_scale, cells, draw, userdata);
	draw_all(&pen);
	free(cells);
	return 0;
}
