/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes and shell commands of rules. */
#include "onliner_command.h"

#include <string.h>
#include <strings.h>

#include "udev_rules.h"

static bool is_filled_in(struct str s)
{
	return s.n > 0 && (memchr(s.p, '$', s.n) || memchr(s.p, '%', s.n));
}

static bool ends_with(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

static bool has(struct str s, const char *part)
{
	return s.n > 0 && memmem(s.p, s.n, part, strlen(part));
}

/* online, online_kernel, online_movable, and what later kernels may add. */
static bool is_online_word(struct str s)
{
	size_t i = strlen("online");

	if (!str_starts(s, "online"))
		return false;
	while (i < s.n && (s.p[i] == '_' || (s.p[i] >= 'a' && s.p[i] <= 'z')))
		i++;
	/* printf 'online\n' */
	return i == s.n || s.p[i] == '\\';
}

/* As the kernel's kstrtobool() has it. */
static bool is_true_word(struct str s)
{
	return s.n > 0 && (strchr("1yYtT", s.p[0]) || (s.n > 1 && strncasecmp(s.p, "on", 2) == 0));
}

/* "memory32" is any, "%k" the event's own. */
static bool is_own_name(struct str s)
{
	static const char *const names[] = { "%k", "$kernel", "$name" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_starts(s, names[i]))
			return true;
	return false;
}

enum onliner_target onliner_attribute_target(struct str attribute, struct str value)
{
	static const char subsystem[] = "[memory/";
	struct str name = attribute, device;
	const char *end;
	bool onlines;

	if (!attribute.p)
		return ONLINER_TARGET_NONE;
	value = str_trim(value);
	for (size_t i = attribute.n; i-- > 0;) {
		if (attribute.p[i] != '/' && attribute.p[i] != ']')
			continue;
		name = (struct str){ attribute.p + i + 1, attribute.n - i - 1 };
		break;
	}
	if (str_eq(name, "state"))
		onlines = is_online_word(value) || is_filled_in(value);
	else
		onlines = str_eq(name, "online") && (is_true_word(value) || is_filled_in(value));
	if (!onlines)
		return ONLINER_TARGET_NONE;
	if (name.n == attribute.n)
		return ONLINER_TARGET_OWN;
	if (!str_starts(attribute, subsystem))
		return has(attribute, "memory") ? ONLINER_TARGET_ANY : ONLINER_TARGET_NONE;
	device = (struct str){ attribute.p + strlen(subsystem), attribute.n - strlen(subsystem) };
	end = memchr(device.p, ']', device.n);
	return end && is_own_name(device) ? ONLINER_TARGET_OWN : ONLINER_TARGET_ANY;
}

/* Where the path of the event's device stands in @path, if anywhere; what follows it is @ret_rest. */
static bool find_own_path(struct str path, struct str *ret_rest)
{
	static const char *const own[] = { "%p",	  "$devpath", "${devpath}", "$env{DEVPATH}",
					   "%E{DEVPATH}", "$DEVPATH", "${DEVPATH}" };

	for (size_t i = 0; path.n > 0 && i < ARRAY_SIZE(own); i++) {
		const char *found = memmem(path.p, path.n, own[i], strlen(own[i]));

		if (!found)
			continue;
		found += strlen(own[i]);
		*ret_rest = (struct str){ found, (size_t)(path.p + path.n - found) };
		return true;
	}
	return false;
}

/* Of a path below the event's device: a node, for one, has its blocks there. */
static enum onliner_target below_own_target(struct str rest)
{
	static const char *const others[] = { "memory", "*", "?", "[" };
	static const char *const unknown[] = { "..", "$", "%" };

	while (str_starts(rest, "/"))
		rest = (struct str){ rest.p + 1, rest.n - 1 };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (has(rest, others[i]))
			return ONLINER_TARGET_ANY;
	if (!has(rest, "/"))
		return ONLINER_TARGET_OWN;
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		if (has(rest, unknown[i]))
			return ONLINER_TARGET_ANY;
	return ONLINER_TARGET_NONE;
}

/* What a path names: a block by its name, the event's device, or nothing that is memory. */
static enum onliner_target path_target(struct str path)
{
	const char *memory = path.n > 0 ? memmem(path.p, path.n, "/memory", strlen("/memory")) :
					  NULL;
	struct str rest;
	size_t behind;

	if (find_own_path(path, &rest))
		return below_own_target(rest);
	if (!memory)
		return ONLINER_TARGET_NONE;
	behind = (size_t)(memory - path.p) + strlen("/memory/");
	if (behind < path.n) {
		rest = (struct str){ path.p + behind, path.n - behind };
		if (str_starts(rest, "devices/")) { /* /sys/bus/memory/devices/%k */
			rest.p += strlen("devices/");
			rest.n -= strlen("devices/");
		}
		if (is_own_name(rest))
			return ONLINER_TARGET_OWN;
	}
	return ONLINER_TARGET_ANY;
}

/* A shell command without its quotes, word by word. */
struct words {
	struct str rest;
	bool is_redirected; /* the next word stands behind ">" */
	bool is_tee;	    /* so do all words of a "tee" */
};

struct word {
	struct str text;
	bool is_written; /* it is the name of a file that is written to */
};

static bool is_separator(char c)
{
	return strchr(" \t\n;&|()<>", c);
}

static void take_separator(struct words *words, char c)
{
	if (c == '>')
		words->is_redirected = true;
	if (strchr(";&|()\n", c) && !words->is_redirected)
		words->is_tee = false;
}

static bool next_word(struct words *words, struct word *ret)
{
	struct str *rest = &words->rest;
	size_t n = 0;

	while (rest->n > 0 && is_separator(rest->p[0])) {
		take_separator(words, rest->p[0]);
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && !is_separator(rest->p[n]))
		n++;
	if (n == 0)
		return false;
	*ret = (struct word){ { rest->p, n }, words->is_redirected || words->is_tee };
	words->is_redirected = false;
	if (str_eq(ret->text, "tee") || ends_with(ret->text, "/tee"))
		words->is_tee = true;
	if (str_starts(ret->text, "of=")) {
		ret->text.p += 3;
		ret->text.n -= 3;
		ret->is_written = true;
	}
	rest->p += n;
	rest->n -= n;
	return true;
}

static bool is_absolute(struct str path)
{
	return str_starts(path, "/") || str_starts(path, "$sys") || str_starts(path, "%S");
}

/* The widest of what the words of a command name. */
static enum onliner_target mentioned_target(struct str command)
{
	enum onliner_target widest = ONLINER_TARGET_NONE;
	struct words words = { .rest = command };
	struct word word;

	while (next_word(&words, &word)) {
		/* "for i in memory*", where the shell has gone before */
		bool is_block = str_starts(word.text, "memory") && word.text.n > strlen("memory");
		enum onliner_target target = is_block ? ONLINER_TARGET_ANY : path_target(word.text);

		if (target > widest)
			widest = target;
	}
	return widest;
}

/* What of memory is written to under this name in a command whose text is @command. */
static enum onliner_target written_target(struct str name, struct str command)
{
	const char *slash = name.n > 0 ? memrchr(name.p, '/', name.n) : NULL;
	struct str file = name;
	enum onliner_target target;

	if (slash)
		file = (struct str){ slash + 1, (size_t)(name.p + name.n - slash - 1) };
	if (!str_eq(file, "state") && !str_eq(file, "online") && !is_filled_in(file))
		return ONLINER_TARGET_NONE;
	target = path_target(name);
	/* "cd /sys%p; echo online >state", "for i in /sys/.../memory*; do echo online >$i/state" */
	if (target == ONLINER_TARGET_NONE && !is_absolute(name))
		target = mentioned_target(command);
	return target;
}

static enum onliner_target find_target(struct str command)
{
	enum onliner_target widest = ONLINER_TARGET_NONE, target;
	struct words words = { .rest = command };
	bool onlines = false;
	struct word word;

	while (next_word(&words, &word)) {
		if (word.is_written) {
			target = written_target(word.text, command);
			if (target > widest)
				widest = target;
			continue;
		}
		onlines |= is_online_word(word.text) || str_eq(word.text, "1") ||
			   is_filled_in(word.text);
	}
	return onlines ? widest : ONLINER_TARGET_NONE;
}

enum onliner_target onliner_command_target(struct str command)
{
	char plain[UDEV_RULE_SIZE]; /* of which the command is a part */
	size_t n = 0;

	for (size_t i = 0; i < command.n && n < sizeof(plain); i++)
		if (!strchr("'\"`", command.p[i]))
			plain[n++] = command.p[i];
	return find_target((struct str){ plain, n });
}
