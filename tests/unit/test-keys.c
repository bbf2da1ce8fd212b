/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys, the sample configuration and the manual say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "config.h"
#include "policy.h"
#include "sysfs.h"

static char *read_source(const char *path)
{
	_cleanup_(sysfs_close) struct sysfs source = { .fd = -1 };
	const char *srcdir = getenv("abs_top_srcdir");
	char *text = NULL;
	size_t n;

	assert_int_equal(sysfs_open(&source, srcdir ? srcdir : "."), 0);
	assert_int_equal(sysfs_read_file(&source, &text, &n, "%s", path), 0);
	return text;
}

static void fail_on_finding(void *userdata, const char *file, unsigned line, const char *message)
{
	(void)userdata;
	fail_msg("%s:%u: %s", file, line, message);
}

/* Takes the "#" away in front of keys and sections; comments for people have a blank behind it. */
static void uncomment(char *text)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] != ' ' && line[1] != '\n')
			line[0] = ' ';
	}
}

static void test_defaults(void **state)
{
	_cleanup_free_ char *sample = read_source("conf/memhp.conf");
	struct policy policy = policy_default();
	char expected[4096], found[4096];

	(void)state;
	assert_int_equal(config_apply(&policy, "sample", str_of(sample), fail_on_finding, NULL), 0);
	uncomment(sample);
	memset(&policy, 0xff, sizeof(policy));
	policy.n_overrides = 0;
	assert_int_equal(config_apply(&policy, "sample", str_of(sample), fail_on_finding, NULL), 0);
	/* Examples of every section with an argument; memory of the boot has no key. */
	assert_int_equal(policy.n_overrides, _OVERRIDE_KIND_MAX);
	policy.n_overrides = 0;
	policy.zone[PROVIDER_BOOT] = ZONE_POLICY_LEAVE;
	assert_true(policy_format(&policy, "x", found, sizeof(found)) > 0);
	policy = policy_default();
	assert_true(policy_format(&policy, "x", expected, sizeof(expected)) > 0);
	assert_string_equal(found, expected);
}

/* -- What is in the table */

/* "Section" or "Section ARGUMENT" */
static struct str split_section(struct str text, bool *ret_has_argument)
{
	struct str name;

	if (!str_next_word(&text, &name))
		fail_msg("a section without a name");
	*ret_has_argument = str_trim(text).n > 0;
	return name;
}

static bool is_section(struct str text)
{
	bool has_argument;
	struct str name = split_section(text, &has_argument);
	const struct policy_key *key;

	for (size_t i = 0; (key = policy_key_at(i)); i++)
		if (str_eq(name, key->section) && has_argument == (key->argument != NULL))
			return true;
	return false;
}

/* Its index; SIZE_MAX when there is none. @section without its argument. */
static size_t find_key(struct str section, struct str name)
{
	const struct policy_key *key;

	for (size_t i = 0; (key = policy_key_at(i)); i++)
		if (str_eq(section, key->section) && str_eq(name, key->name))
			return i;
	return SIZE_MAX;
}

/* The default as a file has it; empty for an exception, which has none. */
static void default_of(size_t key, char *ret, size_t size)
{
	struct policy policy = policy_default();
	char line[128];
	const char *equals;

	policy_key_format(&policy, key, line, sizeof(line));
	equals = strchr(line, '=');
	(void)snprintf(ret, size, "%s", equals ? equals + 1 : "");
}

/* -- The sample */

enum line_kind {
	LINE_EMPTY,
	LINE_MEANING, /* "# text" */
	LINE_SECTION, /* "#[Section]" */
	LINE_KEY,     /* "#Key=value" */
};

static enum line_kind kind_of(struct str line)
{
	if (line.n == 0 || str_eq(line, "#"))
		return LINE_EMPTY;
	if (str_starts(line, "# ") && str_trim(line).n > 2)
		return LINE_MEANING;
	if (str_starts(line, "#[") && line.p[line.n - 1] == ']')
		return LINE_SECTION;
	if (line.p[0] != '#' || !memchr(line.p, '=', line.n))
		fail_msg("in the sample: %.*s", STR_ARG(line));
	return LINE_KEY;
}

/* "#Key=value" of @section; returns the key. */
static size_t check_sample_key(struct str section, struct str line)
{
	bool has_argument;
	const char *equals = memchr(line.p, '=', line.n);
	struct str name = { line.p + 1, (size_t)(equals - line.p - 1) };
	struct str value = { equals + 1, (size_t)(line.p + line.n - equals - 1) };
	struct str kind = split_section(section, &has_argument);
	size_t key = find_key(kind, name);
	char expected[64];

	if (key == SIZE_MAX)
		fail_msg("there is no [%.*s] %.*s", STR_ARG(section), STR_ARG(line));
	default_of(key, expected, sizeof(expected));
	if (!has_argument && !str_eq(value, expected))
		fail_msg("the default of [%.*s] %.*s is %s", STR_ARG(section), STR_ARG(line),
			 expected);
	return key;
}

static void test_sample(void **state)
{
	_cleanup_free_ char *sample = read_source("conf/memhp.conf");
	struct str text = str_of(sample), line, section = STR("");
	enum line_kind above = LINE_EMPTY, above_section = LINE_EMPTY;
	unsigned seen[64] = { 0 };
	const struct policy_key *key;

	(void)state;
	while (str_next_line(&text, &line)) {
		enum line_kind kind = kind_of(line);

		if (kind == LINE_SECTION) {
			section = (struct str){ line.p + 2, line.n - 3 };
			above_section = above;
			if (!is_section(section))
				fail_msg("there is no [%.*s]", STR_ARG(section));
		}
		if (kind == LINE_KEY) {
			if (above != LINE_MEANING &&
			    (above != LINE_SECTION || above_section != LINE_MEANING))
				fail_msg("no line of meaning above [%.*s] %.*s", STR_ARG(section),
					 STR_ARG(line));
			seen[check_sample_key(section, line)]++;
		}
		above = kind;
	}
	for (size_t i = 0; (key = policy_key_at(i)); i++)
		if (seen[i] != 1)
			fail_msg("the sample has [%s] %s= %u times", key->section, key->name,
				 seen[i]);
}

/* -- The manual */

/* The paragraphs below @heading, a line of its own, without line breaks. False: there is none. */
static bool find_block(const char *manual, const char *heading, char *ret, size_t size)
{
	const char *found = strstr(manual, heading);
	struct str text, line;
	size_t used = 0;

	if (!found)
		return false;
	text = str_of(found + strlen(heading));
	(void)str_next_line(&text, &line); /* the rest of the heading */
	ret[0] = '\0';
	while (str_next_line(&text, &line) && (line.n == 0 || line.p[0] == '\t')) {
		line = str_trim(line);
		used += (size_t)snprintf(ret + used, size - used, "%.*s ", STR_ARG(line));
		assert_true(used < size);
	}
	return true;
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static unsigned count_parts(const char *text, const char *before, struct str word,
			    const char *after)
{
	char part[128];

	(void)snprintf(part, sizeof(part), "%s%.*s%s", before, STR_ARG(word), after);
	return count(text, part);
}

/* That value is called the default, and no other. */
static void check_default(const char *where, const char *text, struct str value)
{
	unsigned n = count_parts(text, "*", value, "* (the default)") +
		     count_parts(text, "*", value, "* is the default") +
		     count_parts(text, " ", value, " is the default");

	if (n != 1 || count(text, "the default") != 1)
		fail_msg("the manual does not call \"%.*s\" the default of %s", STR_ARG(value),
			 where);
}

/* Cuts all up to the end of the next "*word*" off @text. False when there is none. */
static bool next_strong(struct str *text, struct str *ret)
{
	const char *start = NULL;

	for (size_t i = 0; i < text->n; i++) {
		const char *c = &text->p[i];

		if (*c != '*' || (i > 0 && c[-1] == '\\'))
			continue;
		if (start) {
			*ret = (struct str){ start, (size_t)(c - start) };
			*text = (struct str){ c + 1, text->n - i - 1 };
			return true;
		}
		start = c + 1;
	}
	return false;
}

/* A value is in small letters, and where it is explained this stands behind it. */
static bool is_explained_value(struct str word, struct str behind)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'a' || word.p[i] > 'z')
			return false;
	return str_starts(behind, ":") || str_starts(behind, " (the default)") ||
	       str_starts(behind, ", *") || str_starts(behind, " or *");
}

/* Cuts the next of "udev, kernel, auto" off @list. False at the end. */
static bool next_value(struct str *list, struct str *ret)
{
	if (!str_next_word(list, ret))
		return false;
	ret->n -= ret->p[ret->n - 1] == ',';
	return true;
}

/* The index in @list; SIZE_MAX when it is not there. */
static size_t find_value(struct str list, struct str value)
{
	struct str other;

	for (size_t i = 0; next_value(&list, &other); i++)
		if (other.n == value.n && memcmp(other.p, value.p, value.n) == 0)
			return i;
	return SIZE_MAX;
}

/* Each value of the list, once, and no other. */
static void check_values(const char *where, const char *text, struct str list)
{
	struct str rest = str_of(text), value;
	unsigned seen = 0;

	while (next_strong(&rest, &value)) {
		size_t i;

		if (!is_explained_value(value, rest))
			continue;
		i = find_value(list, value);
		if (i == SIZE_MAX || seen & 1U << i)
			fail_msg("the manual has another \"%.*s\" of %s", STR_ARG(value), where);
		seen |= 1U << i;
	}
	for (size_t i = 0; next_value(&list, &value); i++)
		if (!(seen & 1U << i))
			fail_msg("the manual does not explain \"%.*s\" of %s", STR_ARG(value),
				 where);
}

/* Numbers and their suffixes that a phrase has; what stands behind "such as" is an example. */
static void check_phrase(const char *where, const char *text, const char *phrase)
{
	const char *end = strstr(phrase, "such as");
	struct str rest = { phrase, end ? (size_t)(end - phrase) : strlen(phrase) }, word;

	while (next_value(&rest, &word)) {
		bool is_suffix = word.n == 1 && word.p[0] >= 'A' && word.p[0] <= 'Z';

		if (!is_suffix && (word.p[0] < '0' || word.p[0] > '9'))
			continue;
		if (count_parts(text, " ", word, " ") + count_parts(text, " ", word, ",") +
			    count_parts(text, " ", word, ".") + count_parts(text, " ", word, ";") ==
		    0)
			fail_msg("the manual does not say \"%.*s\" of %s", STR_ARG(word), where);
	}
}

/* "yes, no"; not "a number of bytes, with ..." */
static bool is_list(const char *allowed)
{
	for (; (allowed = strchr(allowed, ' ')); allowed++)
		if (allowed[-1] != ',')
			return false;
	return true;
}

static void test_manual_keys(void **state)
{
	_cleanup_free_ char *manual = read_source("man/memhp.conf.5.scd");
	const struct policy_key *key;
	char heading[64], text[8192], value[64];

	(void)state;
	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		(void)snprintf(heading, sizeof(heading), "\n*%s=*", key->name);
		if (count(manual, heading) != 1 || !find_block(manual, heading, text, sizeof(text)))
			fail_msg("the manual does not explain %s= once", key->name);
		if (is_list(key->allowed))
			check_values(key->name, text, str_of(key->allowed));
		else
			check_phrase(key->name, text, key->allowed);
		default_of(i, value, sizeof(value));
		if (strcmp(key->name, "Zone") != 0)
			check_default(key->name, text, str_of(value));
	}
}

/* The sections that have Zone=, each with its default; [Policy] is a heading in capitals. */
static void test_manual_sections(void **state)
{
	_cleanup_free_ char *manual = read_source("man/memhp.conf.5.scd");
	const struct policy_key *key;
	char heading[64], text[8192], value[64];

	(void)state;
	for (size_t i = 0; (key = policy_key_at(i)); i++) {
		if (strcmp(key->name, "Zone") != 0)
			continue;
		(void)snprintf(heading, sizeof(heading), "\n*[%s%s", key->section,
			       key->argument ? " " : "]*");
		if (count(manual, heading) != 1 || !find_block(manual, heading, text, sizeof(text)))
			fail_msg("the manual does not explain [%s] once", key->section);
		default_of(i, value, sizeof(value));
		if (key->argument)
			check_phrase(key->section, text, key->argument);
		else
			check_default(key->section, text, str_of(value));
	}
}

/* "Key=", "Key=value" */
static bool is_setting(struct str name, struct str value)
{
	struct policy policy = policy_default();
	const struct policy_key *key;

	for (size_t i = 0; (key = policy_key_at(i)); i++)
		if (!key->argument && str_eq(name, key->name) &&
		    (value.n == 0 ||
		     policy_set(&policy, str_of(key->section), name, value, NULL) == 0))
			return true;
	return false;
}

static void test_manual_mentions(void **state)
{
	_cleanup_free_ char *manual = read_source("man/memhp.conf.5.scd");
	struct str text = str_of(manual), word;
	unsigned n = 0;

	(void)state;
	while (next_strong(&text, &word)) {
		const char *equals = memchr(word.p, '=', word.n);
		size_t before = equals ? (size_t)(equals - word.p) : word.n;

		/* What a line looks like. */
		if (str_eq(word, "[Section]") || str_eq(word, "Key=value"))
			continue;
		if (word.p[0] == '[' ?
			    !is_section((struct str){ word.p + 1, word.n - 2 }) :
			    equals && !is_setting((struct str){ word.p, before },
						  (struct str){ equals + 1, word.n - before - 1 }))
			fail_msg("the manual has %.*s", STR_ARG(word));
		n += word.p[0] == '[' || equals;
	}
	assert_true(n > 30);
}

static void test_manual_examples(void **state)
{
	_cleanup_free_ char *manual = read_source("man/memhp.conf.5.scd");
	struct policy policy = policy_default();
	const char *start = manual, *end;
	unsigned n = 0;

	(void)state;
	for (; (start = strstr(start, "\n```\n")); start = end + strlen("\n```\n"), n++) {
		start += strlen("\n```\n");
		end = strstr(start, "\n```\n");
		assert_non_null(end);
		(void)config_apply(&policy, "memhp.conf(5)",
				   (struct str){ start, (size_t)(end - start) }, fail_on_finding,
				   NULL);
	}
	assert_int_equal(n, 2);
	assert_int_equal(policy.movable_ratio, 200);
	assert_int_equal(policy.zone[PROVIDER_CXL], ZONE_POLICY_MOVABLE);
	assert_int_equal(policy.n_overrides, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the sample is read without a mistake, commented out or not", test_defaults, NULL,
		  NULL, NULL },
		{ "the sample has every key once, its default, and what it means", test_sample,
		  NULL, NULL, NULL },
		{ "the manual has every key once, its default and its values", test_manual_keys,
		  NULL, NULL, NULL },
		{ "the manual has every section once, and its default", test_manual_sections, NULL,
		  NULL, NULL },
		{ "the manual has no other key, section or value", test_manual_mentions, NULL, NULL,
		  NULL },
		{ "the examples of the manual are read without a mistake", test_manual_examples,
		  NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
