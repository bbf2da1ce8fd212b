/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of several directories in one sorted list. */
#include "conf_files.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "array.h"

static bool is_listed(const struct conf_files *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->files[i].name, name) == 0)
			return true;
	return false;
}

/* Adds the names of one directory that no stronger one has. */
static int list_dir(const struct sysfs *fs, const char *path, conf_file_counts_fn counts,
		    struct conf_files *list)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(fs, &dir, "%s", path) < 0)
		return 0; /* hardly any machine has all of them */
	while ((entry = readdir(dir))) {
		struct conf_file file = { .dir = path };
		int r;

		if (entry->d_type == DT_DIR || is_listed(list, entry->d_name) ||
		    !counts(fs, path, entry->d_name))
			continue;
		memcpy(file.name, entry->d_name, strlen(entry->d_name) + 1);
		r = ARRAY_APPEND(list->files, list->n, &file);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct conf_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int conf_files_list(const struct sysfs *fs, const char *const *dirs, size_t n,
		    conf_file_counts_fn counts, struct conf_files *ret)
{
	struct conf_files list = { NULL, 0 };
	char target[8];
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		/* The same files once more where /lib is a link to usr/lib. */
		if (str_starts(str_of(dirs[i]), "lib/") &&
		    sysfs_read_link(fs, target, sizeof(target), "lib") == 0)
			continue;
		r = list_dir(fs, dirs[i], counts, &list);
	}
	if (r < 0) {
		conf_files_done(&list);
		return r;
	}
	if (list.n > 0)
		qsort(list.files, list.n, sizeof(*list.files), compare_names);
	*ret = list;
	return 0;
}

void conf_files_done(struct conf_files *files)
{
	free(files->files);
	*files = (struct conf_files){ NULL, 0 };
}

char *conf_file_path(const struct conf_file *file)
{
	char *path;

	return asprintf(&path, "/%s/%s", file->dir, file->name) < 0 ? NULL : path;
}

/* Where the line that @i is in ends; its newline, if it has one. */
static size_t end_of_line(struct str text, size_t i)
{
	while (i < text.n && text.p[i] != '\n')
		i++;
	return i;
}

char *conf_file_show(struct str text)
{
	char *line = malloc(text.n + 1);
	bool is_text = str_is_utf8(text), is_start = false; /* of a line but the first */
	size_t n = 0;

	for (size_t i = 0; line && i < text.n; i++) {
		char c = text.p[i];
		bool goes_on = c == '\\' && i + 1 < text.n && strchr("\r\n", text.p[i + 1]);

		if (is_start && c == '#') {
			i = end_of_line(text, i);
			c = '\n';
		}
		is_start = c == '\n' || (is_start && isspace((unsigned char)c));
		if (goes_on || isspace((unsigned char)c))
			c = ' ';
		else if (iscntrl((unsigned char)c) || ((unsigned char)c >= 0x80 && !is_text))
			c = '?';
		if (c != ' ' || (n > 0 && line[n - 1] != ' '))
			line[n++] = c;
	}
	if (line)
		line[n] = '\0';
	return line;
}
