/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes and shell commands of rules. */
#include "onliner_command.h"

#include <string.h>
#include <strings.h>

#include "paths.h"
#include "udev_rules.h"

/* Of the directory of all blocks: the kernel onlines what is added. */
#define AUTO_ONLINE "auto_online_blocks"

static bool is_filled_in(struct str s)
{
	return s.n > 0 && (memchr(s.p, '$', s.n) || memchr(s.p, '%', s.n));
}

static bool has(struct str s, const char *part)
{
	return s.n > 0 && memmem(s.p, s.n, part, strlen(part));
}

static void widen(enum onliner_target *widest, enum onliner_target target)
{
	if (target > *widest)
		*widest = target;
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

/* Whether the attribute @name takes @value for an order to online. */
static bool is_order(struct str name, struct str value)
{
	if (is_filled_in(value))
		return str_eq(name, "state") || str_eq(name, "online") || str_eq(name, AUTO_ONLINE);
	if (str_eq(name, "online"))
		return is_true_word(value);
	return (str_eq(name, "state") || str_eq(name, AUTO_ONLINE)) && is_online_word(value);
}

enum onliner_target onliner_attribute_target(struct str attribute, struct str value)
{
	static const char subsystem[] = "[memory/";
	struct str name = attribute, device;
	const char *end;

	for (size_t i = attribute.n; i-- > 0;) {
		if (attribute.p[i] != '/' && attribute.p[i] != ']')
			continue;
		name = (struct str){ attribute.p + i + 1, attribute.n - i - 1 };
		break;
	}
	if (!is_order(name, str_trim(value)))
		return ONLINER_TARGET_NONE;
	if (name.n == attribute.n || str_eq(attribute, "../" AUTO_ONLINE))
		return ONLINER_TARGET_OWN;
	if (str_eq(name, AUTO_ONLINE))
		return ONLINER_TARGET_ANY;
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

/* Programs that matter here. */
enum program {
	PROGRAM_OTHER,
	PROGRAM_ECHO, /* the text of the command tells what is written */
	PROGRAM_TEE,  /* all its words are files that are written to */
	PROGRAM_CP,   /* its last word is */
	PROGRAM_CHMEM,
	PROGRAM_SCRIPT, /* in a language that is not understood here */
};

/* A shell command without its quotes, word by word. */
struct words {
	struct str rest;
	enum program program; /* the last one that was named in this simple command */
	bool is_first;	      /* the next word begins a simple command */
	bool is_redirected;   /* the next word stands behind ">" */
	bool is_told;	      /* what goes into the pipeline is from echo */
};

struct word {
	struct str text;
	enum program program; /* whose word it is */
	bool is_written;      /* it is the name of a file that is written to */
	bool is_told;	      /* by echo */
};

static bool is_separator(char c)
{
	return strchr(" \t\n;&|()<>", c);
}

static void take_separator(struct words *words, char c)
{
	if (c == '>')
		words->is_redirected = true;
	/* ">&", ">|" */
	if (!strchr(";&|()\n", c) || words->is_redirected)
		return;
	words->program = PROGRAM_OTHER;
	words->is_first |= c != '|' && c != ')';
}

static struct str file_name(struct str path)
{
	const char *slash = path.n > 0 ? memrchr(path.p, '/', path.n) : NULL;

	return slash ? (struct str){ slash + 1, (size_t)(path.p + path.n - slash - 1) } : path;
}

static enum program find_program(struct str word)
{
	static const struct {
		const char *name;
		enum program program;
	} programs[] = {
		{ "echo", PROGRAM_ECHO }, { "printf", PROGRAM_ECHO }, { "tee", PROGRAM_TEE },
		{ "cp", PROGRAM_CP },	  { "chmem", PROGRAM_CHMEM },
	};
	static const char *const languages[] = { "python", "perl", "ruby", "lua", "php", "tclsh" };
	struct str name = file_name(word);

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (str_eq(name, programs[i].name))
			return programs[i].program;
	for (size_t i = 0; i < ARRAY_SIZE(languages); i++)
		if (str_starts(name, languages[i])) /* with a version behind it */
			return PROGRAM_SCRIPT;
	return PROGRAM_OTHER;
}

/* The end of what may be redirected as a whole: "{ echo online; } >state". */
static bool ends_group(struct str word)
{
	return str_eq(word, "}") || str_eq(word, "done") || str_eq(word, "fi");
}

static void take_program(struct words *words, struct str word)
{
	enum program program = find_program(word);

	if (words->is_first && !ends_group(word))
		words->is_told = false;
	words->is_first = false;
	if (program == PROGRAM_OTHER)
		return;
	words->program = program;
	words->is_told |= program == PROGRAM_ECHO;
	words->is_told &= program != PROGRAM_CP;
}

/* Whether no other word of the same simple command follows, but for redirections: "cp a b 2>c". */
static bool is_last_word(struct str rest)
{
	size_t n = 0;

	while (n < rest.n && strchr(" \t", rest.p[n]))
		n++;
	if (n + 1 < rest.n && strchr("12", rest.p[n]) && rest.p[n + 1] == '>')
		return true;
	return n == rest.n || is_separator(rest.p[n]);
}

static bool next_word(struct words *words, struct word *ret)
{
	struct str *rest = &words->rest, text;
	size_t n = 0;

	while (rest->n > 0 && is_separator(rest->p[0])) {
		take_separator(words, rest->p[0]);
		*rest = (struct str){ rest->p + 1, rest->n - 1 };
	}
	while (n < rest->n && !is_separator(rest->p[n]))
		n++;
	if (n == 0)
		return false;
	text = (struct str){ rest->p, n };
	*rest = (struct str){ rest->p + n, rest->n - n };
	*ret = (struct word){
		.text = text,
		.program = words->program,
		.is_written = words->is_redirected || words->program == PROGRAM_TEE ||
			      (words->program == PROGRAM_CP && is_last_word(*rest)),
	};
	if (!words->is_redirected)
		take_program(words, text);
	words->is_redirected = false;
	ret->is_told = words->is_told;
	if (str_starts(text, "of=")) {
		ret->text = (struct str){ text.p + 3, text.n - 3 };
		ret->is_written = true;
	}
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

		widen(&widest, is_block ? ONLINER_TARGET_ANY : path_target(word.text));
	}
	return widest;
}

/* What of memory is written to under this name in a command whose text is @command. */
static enum onliner_target written_target(struct str name, struct str command)
{
	struct str file = file_name(name), rest;
	enum onliner_target target;

	if (str_eq(file, AUTO_ONLINE))
		return find_own_path(name, &rest) && str_eq(rest, "/../" AUTO_ONLINE) ?
			       ONLINER_TARGET_OWN :
			       ONLINER_TARGET_ANY;
	if (!str_eq(file, "state") && !str_eq(file, "online") && !is_filled_in(file) &&
	    !has(file, "{}"))
		return ONLINER_TARGET_NONE;
	target = path_target(name);
	/*
	 * "cd /sys%p; echo online >state", "for i in /sys/.../memory*; do echo online >$i/state",
	 * "find /sys/.../memory ... | xargs ... echo online >{}"
	 */
	if (target == ONLINER_TARGET_NONE && !is_absolute(name))
		target = mentioned_target(command);
	return target;
}

enum onliner_target onliner_write_target(struct str path, struct str value)
{
	if (!str_starts(path, "/" PATH_SYS "/") || !is_order(file_name(path), value))
		return ONLINER_TARGET_NONE;
	return written_target(path, path);
}

/* A name that leaves it open whose state that is. */
static bool is_anywhere(struct str name)
{
	struct str file = file_name(name);

	if (!str_eq(file, "state") && !has(file, "{}"))
		return false;
	return !is_absolute(name) || is_filled_in(name) || has(name, "*") || has(name, "?");
}

/* What the words of a command tell. */
struct evidence {
	enum onliner_target told;     /* the widest that is written to by echo */
	enum onliner_target untold;   /* and by others */
	enum onliner_target anywhere; /* ANY where echo writes to somebody's state */
	bool onlines;		      /* a word that onlines, or one that is filled in */
	bool says_online;	      /* literally */
	bool enables;		      /* by chmem */
	bool is_script;
};

static void take_written(struct evidence *evidence, const struct word *word, struct str command)
{
	enum onliner_target target = written_target(word->text, command);

	widen(word->is_told ? &evidence->told : &evidence->untold, target);
	if (target == ONLINER_TARGET_NONE && word->is_told && is_anywhere(word->text))
		evidence->anywhere = ONLINER_TARGET_ANY;
}

/* "-e", "-be", "--enable" and what getopt_long(3) takes for that. */
static bool is_enable_option(struct str word)
{
	if (str_starts(word, "--"))
		return str_starts(word, "--e");
	return str_starts(word, "-") && has(word, "e");
}

static struct evidence find_evidence(struct str command)
{
	struct evidence evidence = { .told = ONLINER_TARGET_NONE };
	struct words words = { .rest = command };
	struct word word;

	while (next_word(&words, &word)) {
		if (word.is_written) {
			take_written(&evidence, &word, command);
			continue;
		}
		evidence.says_online |= is_online_word(word.text);
		evidence.onlines |= is_online_word(word.text) || str_eq(word.text, "1") ||
				    is_filled_in(word.text);
		evidence.enables |= word.program == PROGRAM_CHMEM && is_enable_option(word.text);
		evidence.is_script |= words.program == PROGRAM_SCRIPT;
	}
	return evidence;
}

static struct onlining judge(const struct evidence *evidence, struct str command)
{
	enum onliner_target certain = evidence->onlines ? evidence->told : ONLINER_TARGET_NONE;
	enum onliner_target target = evidence->untold;

	if (evidence->enables)
		certain = ONLINER_TARGET_ANY;
	if (evidence->says_online)
		widen(&target, evidence->anywhere);
	/* Python's open("/sys%p/state", "w").write("online") */
	if (evidence->is_script && has(command, "online") &&
	    (has(command, "/state") || has(command, "/online") || has(command, AUTO_ONLINE)))
		widen(&target, mentioned_target(command));
	widen(&target, certain);
	return (struct onlining){ target, certain == ONLINER_TARGET_NONE };
}

struct onlining onliner_command_judge(struct str command)
{
	char plain[UDEV_RULE_SIZE]; /* of which the command is a part */
	struct evidence evidence;
	size_t n = 0;

	for (size_t i = 0; i < command.n && n < sizeof(plain); i++)
		if (!strchr("'\"`", command.p[i]))
			plain[n++] = command.p[i];
	command = (struct str){ plain, n };
	evidence = find_evidence(command);
	return judge(&evidence, command);
}
