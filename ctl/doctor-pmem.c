/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of persistent memory: what carries data must not be taken for memory. */
#include <string.h>

#include "doctor.h"
#include "ini.h"
#include "paths.h"

static const struct namespace *find_by_device(const struct namespaces *namespaces,
					      const char *device)
{
	for (size_t i = 0; i < namespaces->count; i++)
		if (strcmp(namespaces->n[i].device, device) == 0)
			return &namespaces->n[i];
	return NULL;
}

/* Memory that shares its region with a file system: mistaking one for the other loses data. */
void check_beside_data(const struct patient *patient)
{
	const struct snapshot *snapshot = &patient->view->snapshot;

	for (size_t i = 0; i < snapshot->groups.n; i++) {
		const struct group *group = &snapshot->groups.g[i];
		const struct namespace *memory = find_by_device(patient->namespaces, group->name);
		const struct namespace *data;
		char content[96], advice[160];

		if (!memory || memory->beside == SIZE_MAX)
			continue;
		data = &patient->namespaces->n[memory->beside];
		content_format(&data->content, content, sizeof(content));
		(void)snprintf(advice, sizeof(advice),
			       "leave %s and %s as they are; ndctl list -RNi shows the region",
			       data->name, memory->region);
		findings_add(patient->findings, SEVERITY_WARNING, "beside-data", group->name,
			     advice, "is memory in %s beside %s (%s), which holds %s",
			     memory->region, data->name, data->device, content);
	}
}

/* A section of a daxctl configuration; the texts are the file's. */
struct section {
	struct str name;
	struct str uuid;
	struct str mode;
	unsigned line; /* of the last of its keys */
};

static bool has_uuid(const struct patient *patient, const char *device, struct str uuid)
{
	char text[64];

	/* daxctl compares with lower case; that it passes over another spelling is no protection. */
	return sysfs_read(&patient->ctl->fs, text, sizeof(text), PATH_ND_DEVICES "/%s/uuid",
			  device) == 0 &&
	       strlen(text) == uuid.n && strncasecmp(text, uuid.p, uuid.n) == 0;
}

/*
 * ndctl gives the namespace one UUID and what it is used through another. daxctl looks for the
 * latter (daxctl/device.c, parse_config_reconfig()), and that is what ndctl list shows.
 */
static bool is_uuid_of(const struct patient *patient, const struct namespace *ns, struct str uuid)
{
	return has_uuid(patient, ns->name, uuid) ||
	       (ns->holder[0] && has_uuid(patient, ns->holder, uuid));
}

/* daxctl-reconfigure-device(1), "THEORY OF OPERATION": mode=system-ram for one nvdimm.uuid= */
static void check_section(const struct patient *patient, const char *file,
			  const struct section *section)
{
	char subject[320], content[96];

	if (section->uuid.n == 0 || !str_eq(section->mode, "system-ram"))
		return;
	(void)snprintf(subject, sizeof(subject), "%s:%u", file, section->line);
	for (size_t i = 0; i < patient->namespaces->count; i++) {
		const struct namespace *ns = &patient->namespaces->n[i];
		const struct namespace *data = ns;

		if (!is_uuid_of(patient, ns, section->uuid))
			continue;
		if (ns->content.state != CONTENT_DATA && ns->beside != SIZE_MAX)
			data = &patient->namespaces->n[ns->beside];
		if (data->content.state != CONTENT_DATA)
			continue;
		content_format(&data->content, content, sizeof(content));
		findings_add(patient->findings, data == ns ? SEVERITY_ERROR : SEVERITY_WARNING,
			     "daxctl-takes-data", subject,
			     "correct nvdimm.uuid= there, or remove the section",
			     "has daxctl make memory of %s%s%s, which holds %s", ns->name,
			     data == ns ? "" : " in the region of ", data == ns ? "" : data->name,
			     content);
	}
}

/* As iniparser has it, by which daxctl reads: without quotes, or up to a comment. */
static struct str read_value(struct str text)
{
	const char *end = NULL;

	if (text.n > 1 && (text.p[0] == '"' || text.p[0] == '\'')) {
		end = memchr(text.p + 1, text.p[0], text.n - 1);
		text = (struct str){ text.p + 1, text.n - 1 };
		return end ? (struct str){ text.p, (size_t)(end - text.p) } : text;
	}
	for (size_t i = 0; i < text.n && !end; i++)
		if (text.p[i] == ';' || text.p[i] == '#')
			end = text.p + i;
	return end ? str_trim((struct str){ text.p, (size_t)(end - text.p) }) : text;
}

/* iniparser takes sections and keys in either case. */
static bool is_word(struct str word, const char *name)
{
	return word.n == strlen(name) && strncasecmp(word.p, name, word.n) == 0;
}

/* "reconfigure-device", and what tells one of them from another. */
static bool is_reconfiguration(struct str section)
{
	struct str word;

	return str_next_word(&section, &word) && is_word(word, "reconfigure-device");
}

static void check_config(const struct patient *patient, const char *file, struct str text)
{
	struct ini ini = ini_start(text);
	struct section section = { .line = 0 };
	struct ini_item item;

	while (ini_next(&ini, &item)) {
		if (item.kind != INI_KEY || !is_reconfiguration(item.section))
			continue;
		if (item.section.p != section.name.p) {
			check_section(patient, file, &section);
			section = (struct section){ .name = item.section };
		}
		section.line = ini.line;
		if (is_word(item.key, "nvdimm.uuid"))
			section.uuid = read_value(item.value);
		if (is_word(item.key, "mode"))
			section.mode = read_value(item.value);
	}
	check_section(patient, file, &section);
}

static bool is_config_name(struct str name)
{
	return name.n > 5 && name.p[0] != '.' &&
	       str_eq((struct str){ name.p + name.n - 5, 5 }, ".conf");
}

void check_daxctl(const struct patient *patient)
{
	const struct sysfs *fs = &patient->ctl->fs;
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (patient->namespaces->count == 0 || sysfs_opendir(fs, &dir, PATH_DAXCTL_CONFIG) < 0)
		return;
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *text = NULL;
		char file[300];
		size_t n;

		if (!is_config_name(str_of(entry->d_name)) ||
		    sysfs_read_file(fs, &text, &n, PATH_DAXCTL_CONFIG "/%s", entry->d_name) < 0)
			continue;
		(void)snprintf(file, sizeof(file), "/" PATH_DAXCTL_CONFIG "/%s", entry->d_name);
		check_config(patient, file, (struct str){ text, n });
	}
}
