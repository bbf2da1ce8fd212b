/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of small and of large machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"
#include "random.h"

/* Lines as they come: "32|MMMM", "36..99 gap", "heading CXL". */
struct canvas {
	char text[4096];
	size_t n_cells_lines;
};

static bool draw_line(void *userdata, const struct picture_line *line)
{
	struct canvas *canvas = userdata;
	size_t used = strlen(canvas->text), room = sizeof(canvas->text) - used;
	unsigned long long first = line->first, last = line->first + line->n_blocks - 1;

	switch (line->kind) {
	case PICTURE_CELLS:
		canvas->n_cells_lines++;
		(void)snprintf(canvas->text + used, room, "%llu%c%s\n", first,
			       line->window ? '[' : '|', line->cells);
		break;
	case PICTURE_GAP:
		(void)snprintf(canvas->text + used, room, "%llu..%llu %s\n", first, last,
			       line->window ? "empty" : "gap");
		break;
	case PICTURE_HEADING:
		(void)snprintf(canvas->text + used, room, "%s %llu..%llu\n", line->window->name,
			       first, last);
		break;
	}
	return true;
}

/* @letters: one a block from @first on, a blank where there is none. Returns the number of blocks. */
static size_t add_blocks(struct picture_block *blocks, size_t n, uint64_t first,
			 const char *letters)
{
	for (size_t i = 0; letters[i]; i++)
		if (letters[i] != ' ')
			blocks[n++] = (struct picture_block){ first + i, letters[i] };
	return n;
}

struct row {
	struct {
		uint64_t first;
		const char *letters;
	} blocks[3];
	struct picture_window windows[2];
	size_t width, height;
	uint64_t scale;
	const char *expected;
};

static const struct row rows[] = {
	{ { { 0, "BBBBBB" } }, { { 0 } }, 10, 9, 1, "0|BBBBBB\n" },
	{ { { 0, "BBBBBBBBBBBBMM" } }, { { 0 } }, 10, 9, 1, "0|BBBBBBBBBB\n10|BBMM\n" },
	/* holes, small and large ones */
	{ { { 0, "BBB   KKK" } }, { { 0 } }, 20, 9, 1, "0|BBB...KKK\n" },
	{ { { 0, "BBB" }, { 100, "MM" } }, { { 0 } }, 20, 9, 1, "0|BBB\n3..99 gap\n100|MM\n" },
	/* memory that does not begin at 0 */
	{ { { 8192, "BBBoo" } }, { { 0 } }, 20, 9, 1, "8192|BBBoo\n" },
	/* windows: in part used, not used, with memory behind them */
	{ { { 0, "BB" }, { 10, "oo" } },
	  { { 10, 15, "CXL" } },
	  20,
	  9,
	  1,
	  "0|BB\n2..9 gap\nCXL 10..15\n10[oo----\n" },
	{ { { 0, "BB" } },
	  { { 10, 1000, "CXL" } },
	  20,
	  9,
	  1,
	  "0|BB\n2..9 gap\nCXL 10..1000\n10..1000 empty\n" },
	{ { { 0, "BB" }, { 500, "oo" }, { 1001, "KK" } },
	  { { 2, 5, "pmem" }, { 10, 1000, "CXL" } },
	  20,
	  9,
	  1,
	  "0|BB\npmem 2..5\n2[----\n6..9 gap\nCXL 10..1000\n10..499 empty\n500[oo\n502..1000 empty\n"
	  "1001|KK\n" },
	/* a window at the very start, and no block at all */
	{ { { 0 } }, { { 0, 3, "soft" } }, 20, 9, 1, "soft 0..3\n0[----\n" },
	/* cells of several blocks: of one letter, of several, partly there */
	{ { { 0, "BBBBMMMMBBMMM" } }, { { 0 } }, 2, 2, 4, "0|BM\n8|*M\n" },
	{ { { 0, "B B     M" } }, { { 0 } }, 3, 1, 4, "0|B.M\n" },
	/* too narrow */
	{ { { 0, "BMK" } }, { { 0 } }, 1, 9, 1, "0|B\n1|M\n2|K\n" },
	{ { { 0 } }, { { 0 } }, 20, 9, 1, "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct picture_block blocks[64];
		struct picture picture = { .blocks = blocks,
					   .windows = row->windows,
					   .width = row->width,
					   .height = row->height };
		struct canvas canvas = { .text = "" };
		uint64_t scale;

		for (size_t j = 0; j < ARRAY_SIZE(row->blocks) && row->blocks[j].letters; j++)
			picture.n_blocks = add_blocks(blocks, picture.n_blocks,
						      row->blocks[j].first, row->blocks[j].letters);
		while (picture.n_windows < ARRAY_SIZE(row->windows) &&
		       row->windows[picture.n_windows].name)
			picture.n_windows++;
		assert_int_equal(picture_draw(&picture, &scale, draw_line, &canvas), 0);
		if (strcmp(canvas.text, row->expected) != 0 || scale != row->scale)
			fail_msg("row %zu: a cell is %llu:\n%s", i, (unsigned long long)scale,
				 canvas.text);
	}
}

/* Counts what a picture shows: each block once, in a line that is not wider than it may be. */
struct survey {
	const struct picture *picture;
	uint64_t scale;
	uint64_t n_cells;
	size_t n_lines;
	uint64_t end;
	bool overlaps, is_too_wide;
};

static bool survey_line(void *userdata, const struct picture_line *line)
{
	struct survey *survey = userdata;

	if (line->kind == PICTURE_HEADING)
		return true;
	survey->overlaps |= line->first < survey->end;
	survey->end = line->first + line->n_blocks;
	if (line->kind != PICTURE_CELLS)
		return true;
	survey->n_lines++;
	survey->is_too_wide |= strlen(line->cells) > survey->picture->width;
	for (const char *c = line->cells; *c; c++)
		survey->n_cells += *c != PICTURE_HOLE && *c != PICTURE_WINDOW;
	return true;
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 1, 10, 1000, 32768, 100000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct picture_block *blocks = calloc(sizes[i], sizeof(*blocks));
		const struct picture_window window = { sizes[i] + 100, sizes[i] * 20 + 100, "CXL" };
		const struct picture picture = { .blocks = blocks,
						 .n_blocks = sizes[i],
						 .windows = &window,
						 .n_windows = 1,
						 .width = 65,
						 .height = 32 };
		struct survey survey = { .picture = &picture };
		uint64_t scale;

		assert_non_null(blocks);
		for (size_t j = 0; j < sizes[i]; j++)
			blocks[j] = (struct picture_block){ j, j < sizes[i] / 2 ? 'B' : 'M' };
		assert_int_equal(picture_draw(&picture, &scale, survey_line, &survey), 0);
		assert_true(survey.n_lines <= 32);
		assert_false(survey.overlaps);
		assert_false(survey.is_too_wide);
		assert_int_equal(survey.n_cells, (sizes[i] + scale - 1) / scale);
		/* not coarser than it has to be */
		assert_true(scale == 1 || sizes[i] / (scale / 2) > 32 * 65 - 65);
		free(blocks);
	}
}

/* Whatever is where: no block is lost, and nothing is drawn twice. */
static void test_anything(void **state)
{
	uint64_t random = random_start();

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct picture_block blocks[64];
		struct picture_window windows[3];
		struct picture picture = { .blocks = blocks,
					   .windows = windows,
					   .width = 1 + random_below(&random, 40),
					   .height = 1000 };
		struct survey survey = { .picture = &picture };
		uint64_t id = random_below(&random, 100), scale;

		while (picture.n_blocks < 64) {
			blocks[picture.n_blocks++] = (struct picture_block){ id, 'M' };
			id += 1 + random_below(&random, random_below(&random, 8) ? 2 : 100);
		}
		id = 0;
		while (picture.n_windows < random_below(&random, 4)) {
			uint64_t first = id + random_below(&random, 200);

			id = first + 1 + random_below(&random, 200);
			windows[picture.n_windows++] =
				(struct picture_window){ first, id - 1, "CXL" };
		}
		assert_int_equal(picture_draw(&picture, &scale, survey_line, &survey), 0);
		assert_int_equal(scale, 1);
		assert_int_equal(survey.n_cells, 64);
		assert_false(survey.overlaps);
		assert_false(survey.is_too_wide);
	}
}

#define TEST(name, fn)                     \
	{                                  \
		name, fn, NULL, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("memory, holes and windows are drawn where they are", test_rows),
		TEST("a picture of any size fits on a page", test_sizes),
		TEST("no block is lost, none is drawn twice", test_anything),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
