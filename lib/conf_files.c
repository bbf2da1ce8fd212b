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

static bool is_utf8(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i++];
		unsigned more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

		if ((c >= 0x80 && c < 0xc2) || c > 0xf4)
			return false;
		for (; more > 0; more--, i++)
			if (i == s.n || ((unsigned char)s.p[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

char *conf_file_show(struct str text)
{
	char *line = malloc(text.n + 1);
	bool is_text = is_utf8(text);
	size_t n = 0;

	for (size_t i = 0; line && i < text.n; i++) {
		char c = text.p[i];
		bool goes_on = c == '\\' && i + 1 < text.n && strchr("\r\n", text.p[i + 1]);

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
