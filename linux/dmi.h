/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What firmware says of the machine: SMBIOS as the kernel shows it, or a devicetree's model. */
struct dmi_field {
        const char *path;
        const char *name;       /* "product" */
        bool tells_one_machine; /* a serial number, a UUID or an owner's tag */
};

/* All that are known; .path is NULL behind the last. */
extern const struct dmi_field dmi_fields[];

/*
 * The field's text on one line, cut where it is longer. `root` goes before the path: "" here, a directory in
 * tests. ERR_NOT_FOUND where the machine has none; ERR_PERMISSION: what tells one machine is for root.
 */
#define DMI_TEXT_SIZE 256
int dmi_read(const char *root, const struct dmi_field *field, char ret_text[DMI_TEXT_SIZE]);
