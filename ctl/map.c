/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl map: a picture of physical memory. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "array.h"
#include "block_dir.h"
#include "ctl.h"
#include "log.h"
#include "parse.h"
#include "paths.h"
#include "picture.h"
#include "text.h"
#include "view.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX 1024
#define LINES_WANTED 32

enum letter {
	LETTER_BOOT,
	LETTER_KERNEL,
	LETTER_MOVABLE,
	LETTER_OFFLINE,
	LETTER_UNKNOWN,
	LETTER_MIXED,
	LETTER_HOLE,
	LETTER_WINDOW,
	_LETTER_MAX,
};

static const struct {
	char letter;
	const char *colour; /* SGR parameters */
	const char *meaning;
} letters[_LETTER_MAX] = {
	[LETTER_BOOT] = { 'B', "34", "boot memory, in a kernel zone" },
	[LETTER_KERNEL] = { 'K', "33", "hot-plugged, in a kernel zone" },
	[LETTER_MOVABLE] = { 'M', "32", "in ZONE_MOVABLE" },
	[LETTER_OFFLINE] = { 'o', "1;31", "offline" },
	[LETTER_UNKNOWN] = { '?', "35", "online, zone not known" },
	[LETTER_MIXED] = { PICTURE_MIXED, "36", "several of these" },
	[LETTER_HOLE] = { PICTURE_HOLE, "90", "no memory" },
	[LETTER_WINDOW] = { PICTURE_WINDOW, "90", "no memory, in a window" },
};

struct map {
	const struct ctl *ctl;
	struct view view;
	struct picture_block *blocks;
	size_t n_blocks;
	struct picture_window *windows;
	size_t n_windows;
	uint64_t scale;
	int label_width;
	bool is_used[_LETTER_MAX];
};

static void map_done(struct map *map)
{
	free(map->blocks);
	free(map->windows);
	view_done(&map->view);
}

static enum letter letter_of(enum block_state state, enum block_zone zone, bool is_boot)
{
	if (state != BLOCK_ONLINE)
		return LETTER_OFFLINE;
	switch (zone) {
	case BLOCK_ZONE_MOVABLE:
		return LETTER_MOVABLE;
	case BLOCK_ZONE_KERNEL:
		return is_boot ? LETTER_BOOT : LETTER_KERNEL;
	case BLOCK_ZONE_NONE:
		break;
	}
	/* The first block is in DMA and DMA32, both of them kernel zones. */
	return is_boot ? LETTER_BOOT : LETTER_UNKNOWN;
}

/* One that vanishes or cannot be read is no part of the picture. */
static int add_block(struct map *map, uint64_t id)
{
	const struct block *known = snapshot_find_block(&map->view.snapshot, id);
	struct picture_block block = { .id = id };
	enum block_state state;
	enum block_zone zone;

	if (known)
		block.letter = letters[letter_of(known->state, known->zone, false)].letter;
	else if (snapshot_read_state(&map->ctl->fs, id, &state, &zone) == 0)
		block.letter = letters[letter_of(state, zone, true)].letter;
	else
		return 0;
	return ARRAY_APPEND(map->blocks, map->n_blocks, &block);
}

static int read_blocks(struct map *map)
{
	_cleanup_(block_list_done) struct block_list list = { NULL, 0 };
	int r = block_dir_read(&map->ctl->fs, PATH_MEMORY, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++)
		r = add_block(map, list.ids[i]);
	return r;
}

static int compare_windows(const void *a, const void *b)
{
	const struct picture_window *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Where windows of two kinds overlap, the part that the first one has is not drawn again. */
static void cut_overlaps(struct map *map)
{
	size_t kept = 0;
	uint64_t next = 0;

	for (size_t i = 0; i < map->n_windows; i++) {
		struct picture_window window = map->windows[i];

		if (window.first < next)
			window.first = next;
		if (window.first > window.last)
			continue;
		next = window.last + 1;
		map->windows[kept++] = window;
	}
	map->n_windows = kept;
}

static int read_windows(struct map *map)
{
	for (enum window_kind kind = 0; kind < _WINDOW_KIND_MAX; kind++) {
		const struct ranges *ranges = &map->view.windows.kind[kind];

		for (size_t i = 0; i < ranges->n; i++) {
			struct picture_window window = { .name = window_kind_name(kind) };

			if (!window_blocks(ranges->r[i], map->view.snapshot.block_size,
					   &window.first, &window.last))
				continue;
			if (ARRAY_APPEND(map->windows, map->n_windows, &window) < 0)
				return -ENOMEM;
		}
	}
	if (map->n_windows > 1)
		qsort(map->windows, map->n_windows, sizeof(*map->windows), compare_windows);
	cut_overlaps(map);
	return 0;
}

/* As wide as the terminal, or as COLUMNS says. */
static size_t find_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width;

	if (columns && parse_u64(str_of(columns), 10, &width) == 0 && width > 0 &&
	    width <= WIDTH_MAX)
		return (size_t)width;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	    size.ws_col <= WIDTH_MAX)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

static void format_address(const struct map *map, uint64_t block, char ret[static 32])
{
	(void)snprintf(ret, 32, "0x%llx",
		       (unsigned long long)(block * map->view.snapshot.block_size));
}

/* So that all addresses are flush right. */
static int find_label_width(const struct map *map)
{
	uint64_t last = map->n_blocks > 0 ? map->blocks[map->n_blocks - 1].id : 0;
	char text[32];

	if (map->n_windows > 0 && map->windows[map->n_windows - 1].last > last)
		last = map->windows[map->n_windows - 1].last;
	format_address(map, last, text);
	return (int)strlen(text);
}

static enum letter find_letter(char c)
{
	enum letter letter = 0;

	while (letter < LETTER_WINDOW && letters[letter].letter != c)
		letter++;
	return letter;
}

static void print_letters(struct map *map, const char *cells, size_t n)
{
	enum letter letter = find_letter(cells[0]);

	map->is_used[letter] = true;
	if (map->ctl->colour)
		printf("\033[%sm%.*s\033[0m", letters[letter].colour, (int)n, cells);
	else
		printf("%.*s", (int)n, cells);
}

static void print_cells(struct map *map, const char *cells)
{
	while (*cells) {
		size_t n = 1;

		while (cells[n] == cells[0])
			n++;
		print_letters(map, cells, n);
		cells += n;
	}
}

static bool print_line(void *userdata, const struct picture_line *line)
{
	struct map *map = userdata;
	uint64_t block_size = map->view.snapshot.block_size;
	char text[32];

	switch (line->kind) {
	case PICTURE_CELLS:
		format_address(map, line->first, text);
		printf("%*s %c", map->label_width, text, line->window ? '[' : ' ');
		print_cells(map, line->cells);
		puts(line->window ? "]" : "");
		break;
	case PICTURE_GAP:
		text_size(line->n_blocks * block_size, text);
		printf("%*s  (%s%s)\n", map->label_width, "", text,
		       line->window ? " empty" : " without memory");
		break;
	case PICTURE_HEADING:
		text_size(line->n_blocks * block_size, text);
		printf("%*s  %s, %s:\n", map->label_width, "", line->window->name, text);
		break;
	}
	return true;
}

static void print_legend(struct map *map)
{
	char size[TEXT_SIZE_MAX];

	text_size(map->scale * map->view.snapshot.block_size, size);
	printf("\nOne letter is %s (%llu block%s):\n", size, (unsigned long long)map->scale,
	       map->scale == 1 ? "" : "s");
	for (enum letter letter = 0; letter < _LETTER_MAX; letter++) {
		if (!map->is_used[letter])
			continue;
		printf("  ");
		print_letters(map, (const char[]){ letters[letter].letter, '\0' }, 1);
		printf("  %s\n", letters[letter].meaning);
	}
}

static int draw(struct map *map)
{
	size_t width = find_width(), around;
	struct picture picture = {
		.blocks = map->blocks,
		.n_blocks = map->n_blocks,
		.windows = map->windows,
		.n_windows = map->n_windows,
		.height = LINES_WANTED,
	};
	int r;

	map->label_width = find_label_width(map);
	around = (size_t)map->label_width + strlen(" []");
	picture.width = width > around ? width - around : 1;
	r = picture_draw(&picture, &map->scale, print_line, map);
	if (r == 0)
		print_legend(map);
	return r;
}

int ctl_map(struct ctl *ctl, int argc, char *argv[])
{
	struct map map = { .ctl = ctl };
	int r = view_read(ctl, &map.view);

	(void)argc;
	(void)argv;
	if (r != 0)
		return r;
	r = read_blocks(&map);
	if (r == 0)
		r = read_windows(&map);
	if (r == 0)
		r = draw(&map);
	map_done(&map);
	if (r == 0)
		return 0;
	log_error("cannot read the blocks in /" PATH_MEMORY ": %s", strerror(-r));
	return r == -ENOMEM ? EX_OSERR : EX_IOERR;
}
