/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories of udev rules, in udev's order of precedence. */
#include "rule_files.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "conf_files.h"
#include "onliner_rules.h"
#include "paths.h"
#include "udev_rules.h"

#define FILE_SIZE_MAX (1U << 20)
#define RULES_MAX 8192 /* in one file; the longest of distributions have some hundred */

/* Strongest first. */
static const char *const dirs[] = PATHS_UDEV_RULES;

bool rule_file_is_candidate(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 6 && strcmp(name + n - 6, ".rules") == 0 &&
	       strcmp(name, "79-memhp.rules") != 0 && strcmp(name, "80-memhp.rules") != 0;
}

static bool has_mark(const struct sysfs *fs, const char *name)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_regular(fs, SIZE_MAX, &text, &n, PATH_UDEV_RULES "/%s", name);

	return r == 0 && str_starts((struct str){ text, n }, RULE_FILE_MARK);
}

bool rule_file_is_ours(const struct sysfs *fs, const char *name)
{
	char target[8];
	int r = sysfs_read_link(fs, target, sizeof(target), PATH_UDEV_RULES "/%s", name);

	/* A link, however long its target, is somebody else's. */
	return r != 0 && r != -E2BIG && has_mark(fs, name);
}

/* Everybody's but ours, which stand in for others. */
static bool counts(const struct sysfs *fs, const char *dir, const char *name)
{
	return rule_file_is_candidate(name) &&
	       (strcmp(dir, PATH_UDEV_RULES) != 0 || !rule_file_is_ours(fs, name));
}

static void finding_done(struct rule_finding *finding)
{
	free(finding->file);
	free(finding->text);
}

/* Takes over what is on the heap of @finding. */
static int add_finding(struct rule_files *files, struct rule_finding *finding)
{
	int r = finding->file && finding->text ?
			ARRAY_APPEND(files->findings, files->n_findings, finding) :
			-ENOMEM;

	if (r < 0)
		finding_done(finding);
	return r;
}

static int add_unreadable(struct rule_files *files, const struct conf_file *file,
			  const char *reason)
{
	struct rule_finding finding = {
		.kind = RULE_FILE_UNREADABLE,
		.file = conf_file_path(file),
		.reason = reason,
		.text = strdup(""),
	};

	return add_finding(files, &finding);
}

/* One file while it is looked at. */
struct reading {
	const struct conf_file *file;
	struct str text;
	struct udev_rules rules;
	struct onliner_rules onliners;
	bool is_strong;
};

static int add_rule(struct rule_files *files, const struct reading *reading,
		    const struct onliner_rule *onliner)
{
	const struct udev_rule *rule = &reading->rules.rules[onliner->index];
	struct rule_finding finding = {
		.kind = RULE_REPLACED,
		.file = conf_file_path(reading->file),
		.line = rule->line,
		.is_doubtful = onliner->obstacle == ONLINER_DOUBTFUL,
		.text = conf_file_show(
			(struct str){ reading->text.p + rule->start, rule->end - rule->start }),
	};

	if (reading->is_strong) {
		finding.kind = RULE_FILE_IS_STRONG;
	} else if (onliner->obstacle != ONLINER_NO_OBSTACLE) {
		finding.kind = RULE_NOT_REPLACED;
		finding.reason = onliner_obstacle_explain(onliner->obstacle);
	} else {
		onliner_rule_losses(rule, finding.losses, sizeof(finding.losses));
	}
	return add_finding(files, &finding);
}

static int add_replacement(struct rule_files *files, const struct reading *reading)
{
	struct rule_replacement replacement = { .name = strdup(reading->file->name) };
	_cleanup_free_ char *path = conf_file_path(reading->file);
	_cleanup_free_ char *origin = path ? conf_file_show(str_of(path)) : NULL;
	int r = replacement.name && origin ? 0 : -ENOMEM;

	if (r == 0)
		r = onliner_rules_rewrite(reading->text, &reading->rules, &reading->onliners,
					  origin, &replacement.text, &replacement.size);
	if (r == 0)
		r = ARRAY_APPEND(files->replacements, files->n_replacements, &replacement);
	if (r < 0) {
		free(replacement.name);
		free(replacement.text);
	}
	return r;
}

static int judge(struct rule_files *files, struct reading *reading)
{
	bool replaces = false;

	for (size_t i = 0; i < reading->onliners.n; i++) {
		int r = add_rule(files, reading, &reading->onliners.rules[i]);

		if (r < 0)
			return r;
		replaces |= files->findings[files->n_findings - 1].kind == RULE_REPLACED;
	}
	return replaces ? add_replacement(files, reading) : 0;
}

static int parse_file(struct rule_files *files, struct reading *reading)
{
	int r = udev_rules_parse(reading->text, &reading->rules);

	if (r == -ENOBUFS)
		return add_unreadable(files, reading->file, "a line is longer than udev reads");
	if (r == 0 && reading->rules.n > RULES_MAX)
		return add_unreadable(files, reading->file, "it has too many rules");
	if (r == 0)
		r = onliner_rules_find(&reading->rules, &reading->onliners);
	return r < 0 ? r : judge(files, reading);
}

static const char *explain(int r)
{
	switch (r) {
	case -EFBIG:
		return "it is larger than 1 MiB";
	case -EINVAL:
		return "it is no regular file";
	default:
		return strerrordesc_np(-r);
	}
}

static int read_file(const struct sysfs *fs, struct rule_files *files, const struct conf_file *file)
{
	struct reading reading = { .file = file };
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r = sysfs_read_regular(fs, FILE_SIZE_MAX, &text, &n, "%s/%s", file->dir, file->name);

	/* A link that leads nowhere hides the name all the same. */
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r == -ENOMEM ? r : add_unreadable(files, file, explain(r));
	reading.text = (struct str){ text, n };
	reading.is_strong = strcmp(file->dir, dirs[0]) == 0 || strcmp(file->dir, dirs[1]) == 0;
	r = parse_file(files, &reading);
	onliner_rules_done(&reading.onliners);
	udev_rules_done(&reading.rules);
	return r;
}

int rule_files_read(const struct sysfs *fs, struct rule_files *ret)
{
	struct rule_files files = { .findings = NULL };
	struct conf_files list = { NULL, 0 };
	int r = conf_files_list(fs, dirs, ARRAY_SIZE(dirs), counts, &list);

	for (size_t i = 0; i < list.n && r == 0; i++)
		r = read_file(fs, &files, &list.files[i]);
	conf_files_done(&list);
	if (r < 0) {
		rule_files_done(&files);
		return r;
	}
	*ret = files;
	return 0;
}

void rule_files_done(struct rule_files *files)
{
	for (size_t i = 0; i < files->n_findings; i++)
		finding_done(&files->findings[i]);
	for (size_t i = 0; i < files->n_replacements; i++) {
		free(files->replacements[i].name);
		free(files->replacements[i].text);
	}
	free(files->findings);
	free(files->replacements);
	*files = (struct rule_files){ .findings = NULL };
}

void rule_finding_format(const struct rule_finding *finding, char *ret, size_t size)
{
	switch (finding->kind) {
	case RULE_REPLACED:
		(void)snprintf(
			ret, size,
			"%s:%u: rule would online memory, replaced by one that does not%s%s%s: %s",
			finding->file, finding->line,
			finding->losses[0] ? "; what else it does (" : "", finding->losses,
			finding->losses[0] ? ") is not done for memory either" : "", finding->text);
		return;
	case RULE_NOT_REPLACED:
		(void)snprintf(ret, size,
			       "%s:%u: rule may online memory, and is not replaced: %s: %s",
			       finding->file, finding->line, finding->reason, finding->text);
		return;
	case RULE_FILE_IS_STRONG:
		(void)snprintf(
			ret, size,
			"%s:%u: rule may online memory, and a file there cannot be replaced; "
			"add SUBSYSTEM!=\"memory\" to it, or remove it: %s",
			finding->file, finding->line, finding->text);
		return;
	case RULE_FILE_UNREADABLE:
		(void)snprintf(ret, size, "%s: not looked at for rules that online memory: %s",
			       finding->file, finding->reason);
		return;
	}
}
