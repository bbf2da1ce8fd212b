/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Little-endian numbers out of bytes that nobody has checked. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* The @n bytes from @offset on; false when there are fewer. */
_must_check_ static inline bool bytes_part(struct bytes b, size_t offset, size_t n,
					   struct bytes *ret)
{
	if (offset > b.n || n > b.n - offset)
		return false;
	*ret = (struct bytes){ offset > 0 ? b.p + offset : b.p, n };
	return true;
}

/* The number in the @width bytes (at most 8) from @offset on; false when there are fewer. */
_must_check_ static inline bool bytes_get(struct bytes b, size_t offset, size_t width,
					  uint64_t *ret)
{
	uint64_t value = 0;
	struct bytes part;

	if (width > sizeof(value) || !bytes_part(b, offset, width, &part))
		return false;
	for (size_t i = part.n; i > 0; i--)
		value = value << 8 | part.p[i - 1];
	*ret = value;
	return true;
}
