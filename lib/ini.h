/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of an INI file as systemd writes them: [Section], Key=value, comments with # or ; at the
 * start of a line. Pure.
 */
#pragma once

#include "macro.h"
#include "parse.h"

enum ini_kind {
	INI_KEY,	 /* section, key and value are set */
	INI_NO_SECTION,	 /* a key before any section */
	INI_BAD_SECTION, /* "[" without "]", or nothing between them */
	INI_BAD_LINE,	 /* neither a section, nor a key, nor a comment */
};

struct ini {
	struct str rest;    /* not read yet */
	struct str section; /* of the lines that come */
	unsigned line;	    /* of the last item, from 1 */
};

struct ini_item {
	enum ini_kind kind;
	struct str section, key, value;
	struct str text; /* the whole line, trimmed */
};

struct ini ini_start(struct str text);

/*
 * The next key or faulty line; section headers and comments are not handed out. False at the end.
 */
bool ini_next(struct ini *ini, struct ini_item *ret);
