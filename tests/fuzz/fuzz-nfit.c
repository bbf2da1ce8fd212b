/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ACPI table NFIT. */
#include "acpi-windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return check_table(acpi_parse_nfit, data, size);
}
