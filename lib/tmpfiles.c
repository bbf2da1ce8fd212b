/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files in systemd-tmpfiles' order, and their lines. */
#include "tmpfiles.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "conf_files.h"
#include "onliner_command.h"
#include "paths.h"

#define FILE_SIZE_MAX (1U << 20)

static bool counts(const struct sysfs *fs, const char *dir, const char *name)
{
	size_t n = strlen(name);

	(void)fs;
	(void)dir;
	return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

static struct str unquote(struct str word)
{
	if (word.n >= 2 && (word.p[0] == '"' || word.p[0] == '\'') &&
	    word.p[word.n - 1] == word.p[0])
		return (struct str){ word.p + 1, word.n - 2 };
	return word;
}

/* Whether a line of this type writes its argument to a file that is there: w, F, f+. */
static bool writes(struct str type)
{
	return type.p[0] == 'w' || type.p[0] == 'F' ||
	       (type.p[0] == 'f' && memchr(type.p, '+', type.n));
}

/* What it writes; something that is filled in where that is encoded, or elsewhere. */
static struct str written_value(struct str type, struct str argument)
{
	return memchr(type.p, '~', type.n) || memchr(type.p, '^', type.n) ?
		       STR("%") :
		       unquote(str_trim(argument));
}

/* "w /sys/devices/system/memory/auto_online_blocks - - - - online" */
static bool is_onliner(struct str line, enum onliner onliner)
{
	struct str type, path, value, skipped;

	if (!str_next_word(&line, &type) || type.p[0] == '#' || !str_next_word(&line, &path))
		return false;
	for (unsigned i = 0; i < 4; i++) /* mode, user, group, age */
		if (!str_next_word(&line, &skipped))
			return false;
	path = unquote(path);
	value = written_value(unquote(type), line);
	if (!writes(unquote(type)) || onliner_write_target(path, value) == ONLINER_TARGET_NONE)
		return false;
	return onliner != ONLINER_KERNEL || !str_eq(path, "/" PATH_AUTO_ONLINE) ||
	       !str_eq(value, "online");
}

static int add_line(struct tmpfiles *tmpfiles, const struct conf_file *file, unsigned number,
		    struct str text)
{
	struct tmpfiles_line line = {
		.file = conf_file_path(file),
		.line = number,
		.text = conf_file_show(text),
	};
	int r = line.file && line.text ? ARRAY_APPEND(tmpfiles->lines, tmpfiles->n, &line) :
					 -ENOMEM;

	if (r < 0) {
		free(line.file);
		free(line.text);
	}
	return r;
}

static int read_file(const struct sysfs *fs, const struct conf_file *file, enum onliner onliner,
		     struct tmpfiles *tmpfiles)
{
	_cleanup_free_ char *text = NULL;
	struct str rest, line;
	unsigned number = 0;
	size_t n;
	int r = sysfs_read_regular(fs, FILE_SIZE_MAX, &text, &n, "%s/%s", file->dir, file->name);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	rest = (struct str){ text, n };
	while (r == 0 && str_next_line(&rest, &line)) {
		number++;
		if (is_onliner(line, onliner))
			r = add_line(tmpfiles, file, number, line);
	}
	return r;
}

int tmpfiles_read(const struct sysfs *fs, enum onliner onliner, struct tmpfiles *ret)
{
	static const char *const dirs[] = PATHS_TMPFILES;
	struct tmpfiles tmpfiles = { NULL, 0 };
	struct conf_files list = { NULL, 0 };
	int r = conf_files_list(fs, dirs, ARRAY_SIZE(dirs), counts, &list);

	for (size_t i = 0; i < list.n && r == 0; i++)
		r = read_file(fs, &list.files[i], onliner, &tmpfiles);
	conf_files_done(&list);
	if (r < 0) {
		tmpfiles_done(&tmpfiles);
		return r;
	}
	*ret = tmpfiles;
	return 0;
}

void tmpfiles_done(struct tmpfiles *tmpfiles)
{
	for (size_t i = 0; i < tmpfiles->n; i++) {
		free(tmpfiles->lines[i].file);
		free(tmpfiles->lines[i].text);
	}
	free(tmpfiles->lines);
	*tmpfiles = (struct tmpfiles){ NULL, 0 };
}
