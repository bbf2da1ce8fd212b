/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From files to a policy, with a message for everything that is wrong with them. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "ini.h"
#include "paths.h"
#include "suggest.h"

#define DROPINS_MAX 256
/* Bytes of what somebody typed: a message has to have room for what is allowed. */
#define SHOWN_MAX 64

/* Strongest first. */
static const char *const main_files[] = PATHS_CONFIG;
static const char *const dropin_dirs[] = PATHS_CONFIG_DROPINS;

struct reporter {
	config_report_fn report;
	void *userdata;
	struct config_sources *sources; /* NULL: nobody asks */
	int findings;
	int error; /* of keeping the sources */
};

void config_sources_done(struct config_sources *sources)
{
	free(sources->s);
	*sources = (struct config_sources){ NULL, 0 };
}

static struct config_source *find_source(const struct config_sources *sources, const char *setting)
{
	for (size_t i = 0; i < sources->n; i++)
		if (strcmp(sources->s[i].setting, setting) == 0)
			return &sources->s[i];
	return NULL;
}

const struct config_source *config_find_source(const struct config_sources *sources,
					       const char *setting)
{
	return find_source(sources, setting);
}

/* What was set last counts. An override that was just set is the last one of @policy. */
static void keep_source(const struct policy *policy, const char *file, unsigned line,
			const struct policy_key *key, struct reporter *to)
{
	struct config_source source = { .line = line }, *known, *more;
	char section[POLICY_NAME_MAX + 16];

	if (!to->sources)
		return;
	(void)snprintf(section, sizeof(section), "%s", key->section);
	if (key->argument)
		override_format(&policy->overrides[policy->n_overrides - 1], section,
				sizeof(section));
	(void)snprintf(source.setting, sizeof(source.setting), "%s.%s", section, key->name);
	(void)snprintf(source.file, sizeof(source.file), "%s", file);
	known = find_source(to->sources, source.setting);
	if (known) {
		*known = source;
		return;
	}
	more = reallocarray(to->sources->s, to->sources->n + 1, sizeof(*more));
	if (!more) {
		to->error = -ENOMEM;
		return;
	}
	more[to->sources->n++] = source;
	to->sources->s = more;
}

_printf_(4, 5) static void report(struct reporter *to, const char *file, unsigned line,
				  const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	to->findings++;
	if (to->report)
		to->report(to->userdata, file, line, message);
}

/* Where it is cut, the line number tells which it is. A character of UTF-8 is never split. */
static struct str shown(struct str text)
{
	size_t n = text.n;

	if (n <= SHOWN_MAX)
		return text;
	for (n = SHOWN_MAX; n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
		n--;
	return (struct str){ text.p, n };
}

/* The names that are allowed for a section (@section empty) or for a key in one. */
static struct suggestion find_names(struct str section, struct str typed)
{
	struct suggestion names = { .typed = typed };
	const struct policy_key *key, *before = NULL;

	for (size_t i = 0; (key = policy_key_at(i)); before = key, i++) {
		if (section.n > 0 && str_eq(section, key->section))
			suggestion_add(&names, key->name);
		if (section.n == 0 && (!before || strcmp(before->section, key->section) != 0))
			suggestion_add(&names, key->section);
	}
	return names;
}

static struct str first_word(struct str text)
{
	struct str word = { text.p, 0 };

	(void)str_next_word(&text, &word);
	return word;
}

static void report_unknown(struct reporter *to, const char *file, unsigned line, const char *what,
			   const struct suggestion *names)
{
	report(to, file, line, "unknown %s, ignored%s%s%s; allowed: %s", what,
	       names->nearest ? "; did you mean " : "", names->nearest ? names->nearest : "",
	       names->nearest ? "?" : "", names->list);
}

static void apply_key(struct policy *policy, const char *file, unsigned line,
		      const struct ini_item *item, struct reporter *to)
{
	const struct policy_key *key = NULL;
	struct str section = first_word(item->section);
	struct suggestion names;
	char what[2 * SHOWN_MAX + 32];

	switch (policy_set(policy, item->section, item->key, item->value, &key)) {
	case 0:
		keep_source(policy, file, line, key, to);
		return;
	case -ENXIO:
		names = find_names((struct str){ NULL, 0 }, section);
		(void)snprintf(what, sizeof(what), "section [%.*s]", STR_ARG(shown(item->section)));
		report_unknown(to, file, line, what, &names);
		return;
	case -ENOENT:
		names = find_names(section, item->key);
		(void)snprintf(what, sizeof(what), "key %.*s= in section [%.*s]",
			       STR_ARG(shown(item->key)), STR_ARG(shown(item->section)));
		report_unknown(to, file, line, what, &names);
		return;
	case -EDOM:
		report(to, file, line, "bad section [%.*s], ignored; allowed: %s and %s",
		       STR_ARG(shown(item->section)), key->section,
		       key->argument ? key->argument : "nothing else");
		return;
	case -E2BIG:
		report(to, file, line, "section [%.*s] is one too many, ignored; allowed: %d",
		       STR_ARG(shown(item->section)), POLICY_OVERRIDES_MAX);
		return;
	default:
		report(to, file, line, "bad value \"%.*s\" for [%.*s] %s=, ignored; allowed: %s",
		       STR_ARG(shown(item->value)), STR_ARG(shown(item->section)), key->name,
		       key->allowed);
	}
}

static void apply_file(struct policy *policy, const char *file, struct str text,
		       struct reporter *to)
{
	const struct str any = { NULL, 0 };
	struct ini ini = ini_start(text);
	struct suggestion sections;
	struct ini_item item;

	while (ini_next(&ini, &item)) {
		switch (item.kind) {
		case INI_KEY:
			apply_key(policy, file, ini.line, &item, to);
			break;
		case INI_NO_SECTION:
			sections = find_names(any, any);
			report(to, file, ini.line,
			       "%.*s=%.*s stands before any [Section], ignored; allowed: %s",
			       STR_ARG(shown(item.key)), STR_ARG(shown(item.value)), sections.list);
			break;
		case INI_BAD_SECTION:
			sections = find_names(any, any);
			report(to, file, ini.line, "\"%.*s\" is no [Section], ignored; allowed: %s",
			       STR_ARG(shown(item.text)), sections.list);
			break;
		case INI_BAD_LINE:
			report(to, file, ini.line,
			       "cannot read \"%.*s\", ignored; allowed: Key=value, [Section], # comment",
			       STR_ARG(shown(item.text)));
			break;
		}
	}
}

unsigned config_apply(struct policy *policy, const char *file, struct str text, config_report_fn fn,
		      void *userdata)
{
	struct reporter to = { .report = fn, .userdata = userdata };

	apply_file(policy, file, text, &to);
	return (unsigned)to.findings;
}

struct dropin {
	char name[256];
	const char *dir;
};

static int compare_dropins(const void *a, const void *b)
{
	const struct dropin *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool is_listed(const struct dropin *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return true;
	return false;
}

static bool is_dropin_name(const char *name)
{
	size_t n = strlen(name);

	/* Names of files stand in what is generated, line by line. */
	for (const char *c = name; *c; c++)
		if (iscntrl((unsigned char)*c))
			return false;
	return name[0] != '.' && n > 5 && n < sizeof(((struct dropin *)NULL)->name) &&
	       strcmp(name + n - 5, ".conf") == 0;
}

/* Adds the names of one directory that no stronger one had. */
static size_t list_dropins(const struct sysfs *fs, const char *path, struct dropin *list, size_t n,
			   struct reporter *to)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (sysfs_opendir(fs, &dir, "%s", path) < 0)
		return n; /* hardly any machine has all of them */
	while ((entry = readdir(dir))) {
		if (!is_dropin_name(entry->d_name) || is_listed(list, n, entry->d_name))
			continue;
		if (n == DROPINS_MAX) {
			char shown[64];

			(void)snprintf(shown, sizeof(shown), "/%s", path);
			report(to, shown, 0, "more than %d drop-ins, the rest is ignored",
			       DROPINS_MAX);
			break;
		}
		memcpy(list[n].name, entry->d_name, strlen(entry->d_name) + 1);
		list[n++].dir = path;
	}
	return n;
}

static void add_origin(char *origin, size_t size, const char *path)
{
	size_t used = strlen(origin);

	/* The list is for people: where it does not fit it is cut. */
	(void)snprintf(origin + used, size - used, "%s/%s", used ? ", " : "", path);
}

/* False when the file is not there, so that the next place may have it. */
static bool read_one(const struct sysfs *fs, struct policy *policy, const char *path, char *origin,
		     size_t size, struct reporter *to)
{
	_cleanup_free_ char *text = NULL;
	char shown[512];
	size_t n;
	int r = sysfs_read_file(fs, &text, &n, "%s", path);

	if (r == -ENOENT)
		return false;
	(void)snprintf(shown, sizeof(shown), "/%s", path);
	if (r < 0) {
		report(to, shown, 0, "cannot be read, ignored: %s", strerror(-r));
		return true;
	}
	add_origin(origin, size, path);
	apply_file(policy, shown, (struct str){ text, n }, to);
	return true;
}

static int read_all(const struct sysfs *fs, struct policy *ret, char *ret_origin,
		    size_t origin_size, struct reporter *to)
{
	_cleanup_free_ struct dropin *dropins = calloc(DROPINS_MAX, sizeof(*dropins));
	struct policy policy = policy_default();
	char path[512];
	size_t n = 0;

	if (!dropins)
		return -ENOMEM;
	ret_origin[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(main_files); i++)
		if (read_one(fs, &policy, main_files[i], ret_origin, origin_size, to))
			break;

	for (size_t i = 0; i < ARRAY_SIZE(dropin_dirs); i++)
		n = list_dropins(fs, dropin_dirs[i], dropins, n, to);
	qsort(dropins, n, sizeof(*dropins), compare_dropins);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dropins[i].dir, dropins[i].name);
		(void)read_one(fs, &policy, path, ret_origin, origin_size, to);
	}

	if (ret_origin[0] == '\0')
		(void)snprintf(ret_origin, origin_size, "built-in defaults");
	if (to->error < 0)
		return to->error;
	*ret = policy;
	return to->findings;
}

int config_read(const struct sysfs *fs, struct policy *ret, char *ret_origin, size_t origin_size,
		config_report_fn fn, void *userdata)
{
	struct reporter to = { .report = fn, .userdata = userdata };

	return read_all(fs, ret, ret_origin, origin_size, &to);
}

int config_read_sources(const struct sysfs *fs, struct policy *ret, char *ret_origin,
			size_t origin_size, struct config_sources *ret_sources, config_report_fn fn,
			void *userdata)
{
	struct config_sources sources = { NULL, 0 };
	struct reporter to = { .report = fn, .userdata = userdata, .sources = &sources };
	int r = read_all(fs, ret, ret_origin, origin_size, &to);

	if (r < 0) {
		config_sources_done(&sources);
		return r;
	}
	*ret_sources = sources;
	return r;
}
