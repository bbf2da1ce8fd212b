/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures as people read them. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE_MAX 24

/* Bytes with one decimal at most, as lsmem(1) has them: "512M", "1.5G", "0B". */
void text_size(uint64_t bytes, char ret[static TEXT_SIZE_MAX]);
