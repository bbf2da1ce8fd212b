/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help, and what is said to who used memhpctl in a wrong way: one line. */
#pragma once

#include "command.h"
#include "suggest.h"

/* Help on standard output: of @command, or (NULL) of memhpctl. */
void usage_print(const struct command *command);

/* Whether one of @tables has this name; if not, it was said which names there are. */
_must_check_ bool usage_check_table(const struct table_kind *tables, const char *name);

/* What getopt_long(), which was told to be silent, has returned @c for: '?' or ':'. */
void usage_explain_option(int c, char *const argv[]);

/* @what, such as "command", of a name that is none of those that are @allowed. */
void usage_explain_word(const char *what, const struct suggestion *allowed);

/* @name: what was given for a command; NULL: nothing was. */
void usage_explain_command(const char *name);

/* A command that has too many arguments or too few. @extra: the first that is too much, or NULL. */
void usage_explain_arguments(const struct command *command, const char *extra);

/* A command that does not take all of the options in @takes. */
void usage_explain_takes(const struct command *command, unsigned takes);
