/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays on the heap that grow by one element at a time. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"

/*
 * Appends the @size bytes at @element to @array, a pointer to the elements, of which there are @n.
 * The room doubles whenever it is used up, so that it need not be kept. 0, or -ENOMEM with the
 * array as it was.
 */
_must_check_ static inline int array_append(void *array, size_t *n, const void *element,
					    size_t size)
{
	char *elements;

	memcpy(&elements, array, sizeof(elements));
	if ((*n & (*n - 1)) == 0) {
		char *more = reallocarray(elements, *n ? *n * 2 : 1, size);

		if (!more)
			return -ENOMEM;
		memcpy(array, &more, sizeof(more));
		elements = more;
	}
	memcpy(elements + *n * size, element, size);
	++*n;
	return 0;
}

/* ARRAY_APPEND(list->ids, list->n, &id) */
#define ARRAY_APPEND(array, n, element) array_append(&(array), &(n), element, sizeof(*(array)))
