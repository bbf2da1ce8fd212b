/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of udev rules, read as udev reads them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "udev_rules.h"

/* "LINE key{attribute} op value|..." for each token, a rule a line: short enough to be compared. */
static void show(const struct udev_rules *rules, char *ret, size_t size)
{
	static const char *const ops[] = {
		[UDEV_MATCH] = "==",  [UDEV_NOMATCH] = "!=", [UDEV_ADD] = "+=",
		[UDEV_REMOVE] = "-=", [UDEV_ASSIGN] = "=",   [UDEV_ASSIGN_FINAL] = ":=",
	};
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < rules->n; i++) {
		const struct udev_rule *rule = &rules->rules[i];

		used += (size_t)snprintf(ret + used, size - used, "%u:", rule->line);
		for (size_t j = 0; j < rule->n; j++) {
			const struct udev_token *token = &rule->tokens[j];
			bool has_attribute = token->attribute.p;

			used += (size_t)snprintf(ret + used, size - used, " %.*s%s%.*s%s%s%s<%.*s>",
						 STR_ARG(token->key), has_attribute ? "{" : "",
						 has_attribute ? (int)token->attribute.n : 0,
						 has_attribute ? token->attribute.p : "",
						 has_attribute ? "}" : "", ops[token->op],
						 token->ignores_case ? "i" : "",
						 STR_ARG(token->value));
		}
		used += (size_t)snprintf(ret + used, size - used, "\n");
	}
	assert_true(used < size);
}

struct row {
	const char *text, *expected;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct udev_rules rules;
		char found[4096];

		assert_int_equal(udev_rules_parse(str_of(rows[i].text), &rules), 0);
		show(&rules, found, sizeof(found));
		if (strcmp(found, rows[i].expected) != 0)
			fail_msg("rules %s\nexpected: %s\nfound:    %s", rows[i].text,
				 rows[i].expected, found);
		udev_rules_done(&rules);
	}
}

#define CHECK(rows) check(rows, ARRAY_SIZE(rows))

static void test_tokens(void **state)
{
	static const struct row rows[] = {
		{ "A==\"x\"\n", "1: A==<x>\n" },
		{ "A==\"x\"", "1: A==<x>\n" },
		{ "A==\"a\",B!=\"b\", C+=\"c\" D-=\"d\",,E=\"e\" , F:=\"f\",\n",
		  "1: A==<a> B!=<b> C+=<c> D-=<d> E=<e> F:=<f>\n" },
		{ ", A = \"x\"\n", "1: A=<x>\n" },
		{ "ATTR{state}==\"a b\"\n", "1: ATTR{state}==<a b>\n" },
		{ "ATTR{[memory/memory3]state} = \"x\"\n", "1: ATTR{[memory/memory3]state}=<x>\n" },
		{ "ATTR{}=\"x\"\n", "1: ATTR{}=<x>\n" },
		{ "A==\"\"\n", "1: A==<>\n" },
		{ "A-B==\"x\"\n", "1: A-B==<x>\n" },
		{ "A==\"x\"B==\"y\"\n", "1: A==<x> B==<y>\n" },
		{ "==\"x\"\n", "1: ==<x>\n" },
	};

	(void)state;
	CHECK(rows);
}

static void test_values(void **state)
{
	static const struct row rows[] = {
		{ "A==\"a\\\"b\"\n", "1: A==<a\"b>\n" },
		{ "A==\"a\\nb\"\n", "1: A==<a\\nb>\n" },
		{ "A==\"a#b, 'c'\"\n", "1: A==<a#b, 'c'>\n" },
		{ "A==e\"\\x41\\102\\u20ac\\s\\t\\\"\\\\\"\n", "1: A==<AB\xe2\x82\xac \t\"\\>\n" },
		{ "A==i\"x\"\n", "1: A==i<x>\n" },
		{ "A==ei\"\\x41\"\n", "1: A==i<A>\n" },
		{ "A==ie\"\\U0001F600\"\n", "1: A==i<\xf0\x9f\x98\x80>\n" },
		/* What udev drops. Only a quote can be escaped, and the last one is. */
		{ "A==\"a\\\\\"\n", "" },
		{ "A==ee\"x\"\n", "" },
		{ "A==x\"y\"\n", "" },
		{ "A==e\"\\q\"\n", "" },
		{ "A==e\"\\x0\"\n", "" },
		{ "A==e\"\\x00\"\n", "" },
		{ "A==e\"\\400\"\n", "" },
		{ "A==e\"\\ud800\"\n", "" },
		{ "A==e\"\\\"\n", "" },
		{ "A==e\"\n", "" },
		{ "A==\"x\n", "" },
		{ "A==\"x\\\"\n", "" },
		{ "A==x\n", "" },
	};

	(void)state;
	CHECK(rows);
}

static void test_lines(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "\n \t\n# A==\"x\"\n", "" },
		{ "\n  A==\"x\"\n\n\tB==\"y\"\n", "2: A==<x>\n4: B==<y>\n" },
		{ "A==\"x\", \\\n  B==\"y\"\nC==\"z\"\n", "1: A==<x> B==<y>\n3: C==<z>\n" },
		{ "A==\"x\", \\\n# c \\\n\t# d\nB==\"y\"\n", "1: A==<x> B==<y>\n" },
		{ "A==\"x \\\n  y\"\n", "1: A==<x y>\n" },
		/* The blank line ends it. */
		{ "A==\"x\", \\\n\nB==\"y\"\n", "1: A==<x>\n3: B==<y>\n" },
		{ " \\\n A==\"x\"\n", "1: A==<x>\n" },
		/* A blank behind the backslash: it is none. */
		{ "A==\"x\", \\ \nB==\"y\"\n", "2: B==<y>\n" },
		{ "# c \\\nA==\"x\"\n", "2: A==<x>\n" },
		{ "A==\"x\" # c\n", "" },
		/* Cut off. */
		{ "A==\"x\"\nB==\"y\", \\\n", "1: A==<x>\n" },
		{ "A==\"x\"\r\nB==\"y\", \\\r\nC==\"z\"\r\n", "1: A==<x>\n2: B==<y> C==<z>\n" },
		{ "A==\"x\"\rB==\"y\"\n\rC==\"z\"\n", "1: A==<x>\n2: B==<y>\n3: C==<z>\n" },
		{ "A==\"x\"\n\r\nB==\"y\"\n", "1: A==<x>\n3: B==<y>\n" },
	};

	(void)state;
	CHECK(rows);
}

static void test_nul(void **state)
{
	static const char text[] = "A==\"x\"\0B==\"y\"\n\0\nC==\"z\"\n";
	struct udev_rules rules;
	char found[256];

	(void)state;
	assert_int_equal(udev_rules_parse(STR(text), &rules), 0);
	show(&rules, found, sizeof(found));
	assert_string_equal(found, "1: A==<x>\n2: B==<y>\n4: C==<z>\n");
	udev_rules_done(&rules);
}

static void test_dropped(void **state)
{
	static const struct row rows[] = {
		{ "A\n", "" },
		{ "A==\n", "" },
		{ "A{x==\"y\"\n", "" },
		{ "A{x}\"y\"\n", "" },
		{ "A=~\"y\"\n", "" },
		{ "A==\"x\", B\n", "" },
		{ "SUBSYSTEM=\"x\"\n", "" },
		{ "KERNEL+=\"x\"\n", "" },
		{ "GOTO==\"x\"\n", "" },
		{ "LABEL{a}=\"x\"\n", "" },
		{ "ATTR{state}=i\"x\"\n", "" },
		{ "A==\"x\", B\nA==\"y\"\n", "2: A==<y>\n" },
		/* Perhaps of a later udev. */
		{ "FUTURE{x}==\"y\"\n", "1: FUTURE{x}==<y>\n" },
	};

	(void)state;
	CHECK(rows);
}

/* What a token of a rule has to do with whether every udev keeps it. */
static void test_doubtful(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} rows[] = {
		{ "ACTION==\"x\", DEVPATH!=\"x\", KERNELS==\"x\", ATTRS{x}==\"y\", TAGS!=\"x\"\n",
		  false },
		{ "ATTR{x}==\"y\", ATTR{x}=\"y\", SYSCTL{x}=\"y\", SECLABEL{x}+=\"y\"\n", false },
		{ "NAME==\"\", NAME=\"x\", SYMLINK-=\"x\", TAG-=\"x\", OWNER=\"x\", MODE:=\"0\"\n",
		  false },
		{ "CONST{arch}==\"x\", ENV{x}==\"y\", ENV{DEVPATH}==\"y\", ENV{ID_x}=\"y\"\n",
		  false },
		{ "IMPORT{file}=\"x\", IMPORT{program}==\"x\", PROGRAM!=\"x\", RESULT==\"x\"\n",
		  false },
		{ "RUN+=\"x\", RUN{program}=\"x\", OPTIONS=\"watch\", TEST==\"x\", TEST{0111}==\"x\"\n",
		  false },
		{ "LABEL=\"x\", GOTO=\"y\"\n", false },
		/* No key, or one of another version. */
		{ "WAIT_FOR=\"x\"\n", true },
		{ "FUTURE{x}==\"y\"\n", true },
		{ "SUBSYSTEM==i\"x\"\n", true },
		{ "CONST{cvm}==\"x\"\n", true },
		{ "IMPORT{builtin}=\"x\"\n", true },
		{ "IMPORT{x}=\"x\"\n", true },
		{ "RUN{builtin}+=\"x\"\n", true },
		/* Used as it must not be. */
		{ "SUBSYSTEM{x}==\"y\"\n", true },
		{ "ATTR==\"y\"\n", true },
		{ "ATTR{}==\"y\"\n", true },
		{ "TEST{8}==\"y\"\n", true },
		{ "CONST{arch}=\"y\"\n", true },
		{ "RUN==\"y\"\n", true },
		{ "RUN-=\"y\"\n", true },
		{ "NAME=\"%k\"\n", true },
		{ "NAME:=\"\"\n", true },
		{ "ENV{DEVPATH}=\"x\"\n", true },
		{ "ENV{SYNTH_ARG_x}=\"x\"\n", true },
		{ "OPTIONS=\"link_priority=x\"\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct udev_rules rules;

		assert_int_equal(udev_rules_parse(str_of(rows[i].text), &rules), 0);
		assert_int_equal(rules.n, 1);
		if (udev_rule_is_doubtful(&rules.rules[0]) != rows[i].expected)
			fail_msg("%s", rows[i].text);
		udev_rules_done(&rules);
	}
}

static void test_extent(void **state)
{
	static const char text[] = "# c\n  A==\"x\", \\\n  B==\"y\" \nC==\"z\"";
	struct udev_rules rules;

	(void)state;
	assert_int_equal(udev_rules_parse(STR(text), &rules), 0);
	assert_int_equal(rules.n, 2);
	assert_int_equal(rules.rules[0].start, 6);
	assert_memory_equal(text + rules.rules[0].start, "A==\"x\", \\\n  B==\"y\" ", 19);
	assert_int_equal(rules.rules[0].end, 6 + 19);
	assert_int_equal(rules.rules[0].length, 11 + 9);
	assert_int_equal(rules.rules[1].start, 26);
	assert_int_equal(rules.rules[1].end, sizeof(text) - 1);
	udev_rules_done(&rules);
}

/* A=="xxx...", @n bytes long, over two lines or one, and a short rule behind it. */
static struct udev_rules parse_long(size_t n, const char *seam, int expected)
{
	struct udev_rules rules = { NULL, 0 };
	char *text = malloc(n + 64);
	size_t used;

	assert_non_null(text);
	memset(text, 'x', n + 64);
	memcpy(text, "A==\"", 4);
	used = n / 2;
	memcpy(text + used, seam, strlen(seam));
	used = n - 1 + strlen(seam);
	memcpy(text + used, "\"\nB==\"y\"\n", 9);
	assert_int_equal(udev_rules_parse((struct str){ text, used + 9 }, &rules), expected);
	free(text);
	return rules;
}

static void test_long(void **state)
{
	struct udev_rules rules = parse_long(UDEV_RULE_SIZE - 1, "\\\n", 0);

	(void)state;
	assert_int_equal(rules.n, 2);
	assert_int_equal(rules.rules[0].tokens[0].value.n, UDEV_RULE_SIZE - 1 - 5);
	udev_rules_done(&rules);

	rules = parse_long(UDEV_RULE_SIZE, "\\\n", 0);
	assert_int_equal(rules.n, 1);
	assert_true(str_eq(rules.rules[0].tokens[0].key, "B"));
	assert_int_equal(rules.rules[0].line, 3);
	udev_rules_done(&rules);

	rules = parse_long(UDEV_RULE_SIZE - 1, "", 0);
	assert_int_equal(rules.n, 2);
	udev_rules_done(&rules);
	rules = parse_long(UDEV_RULE_SIZE, "", -ENOBUFS);
	assert_int_equal(rules.n, 0);
}

static void test_find(void **state)
{
	struct udev_rules rules;

	(void)state;
	assert_int_equal(udev_rules_parse(STR("A==\"x\", B=\"y\", A!=\"z\"\n"), &rules), 0);
	assert_ptr_equal(udev_rule_find(&rules.rules[0], "A"), &rules.rules[0].tokens[0]);
	assert_null(udev_rule_find(&rules.rules[0], "AB"));
	assert_true(udev_token_is_match(&rules.rules[0].tokens[2]));
	assert_false(udev_token_is_match(&rules.rules[0].tokens[1]));
	udev_rules_done(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "tokens are told by key, attribute, operator and value", test_tokens, NULL, NULL,
		  NULL },
		{ "a value comes without quotes and escapes", test_values, NULL, NULL, NULL },
		{ "comments and continuation lines", test_lines, NULL, NULL, NULL },
		{ "a NUL ends a line", test_nul, NULL, NULL, NULL },
		{ "a rule that udev drops is left out, and no other", test_dropped, NULL, NULL,
		  NULL },
		{ "a rule that some udev drops is told", test_doubtful, NULL, NULL, NULL },
		{ "a rule knows its bytes in the file", test_extent, NULL, NULL, NULL },
		{ "a rule that is too long for udev is left out", test_long, NULL, NULL, NULL },
		{ "a token is found by its key", test_find, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("udev_rules", tests, NULL, NULL);
}
