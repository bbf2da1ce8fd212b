/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an archive for others need not have of a file: all that memhp does not read in it, such as
 * serial numbers, addresses of the kernel, and secrets on its command line. Pure. Each changes the
 * @n bytes at @p in place and returns how many are left.
 */
#pragma once

#include <stddef.h>

/* NFIT: only the address ranges; control regions have the serial numbers of modules. */
size_t reduce_nfit(char *p, size_t n);

/* struct boot_params: only the e820 map. */
size_t reduce_boot_params(char *p, size_t n);

/* /proc/iomem without the kernel's own sections, which tell where KASLR has put it. */
size_t reduce_iomem(char *p, size_t n);

/* tmpfiles.d: only lines about memory; the others are left empty, so that their numbers stay. */
size_t reduce_tmpfiles(char *p, size_t n);

/* The kernel command line: only words about memory. */
size_t reduce_cmdline(char *p, size_t n);
