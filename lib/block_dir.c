/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One walk over a directory. */
#include "block_dir.h"

#include "parse.h"

int block_dir_read(const struct sysfs *fs, const char *path, struct block_list *ret)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct block_list list = { NULL, 0 };
	const struct dirent *entry;
	int r = sysfs_opendir_real(fs, &dir, "%s", path);

	if (r < 0)
		return r;
	while ((entry = readdir(dir))) {
		uint64_t id;

		if (parse_block_name(str_of(entry->d_name), &id) < 0)
			continue;
		r = block_list_add(&list, id);
		if (r < 0) {
			block_list_done(&list);
			return r;
		}
	}
	block_list_sort(&list);
	*ret = list;
	return 0;
}
