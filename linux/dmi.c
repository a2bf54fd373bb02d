/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/dmi.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define DMI  "/sys/class/dmi/id/"
#define TREE "/sys/firmware/devicetree/base/"

/* More than any has: SMBIOS' strings are of 64 characters by its own advice. */
#define FILE_MAX 4096

/* Serial numbers and tags are what SMBIOS 3.7, 7.2 to 7.4 calls so, beside the UUID of 7.2.1. */
const struct dmi_field dmi_fields[] = {
        { DMI "sys_vendor", "vendor", false },
        { DMI "product_name", "product", false },
        { DMI "product_version", "version", false },
        { DMI "board_vendor", "board vendor", false },
        { DMI "board_name", "board", false },
        { DMI "board_version", "board version", false },
        { DMI "bios_vendor", "BIOS vendor", false },
        { DMI "bios_version", "BIOS version", false },
        { DMI "bios_date", "BIOS date", false },
        { TREE "model", "model", false },
        { DMI "product_serial", "serial number", true },
        { DMI "product_uuid", "UUID", true },
        { DMI "board_serial", "board serial number", true },
        { DMI "board_asset_tag", "board asset tag", true },
        { DMI "chassis_serial", "chassis serial number", true },
        { DMI "chassis_asset_tag", "chassis asset tag", true },
        { TREE "serial-number", "serial number", true },
        { NULL, NULL, false },
};

int dmi_read(const char *root, const struct dmi_field *field, char ret_text[DMI_TEXT_SIZE]) {
        struct text text = text_on(ret_text, DMI_TEXT_SIZE);
        _cleanup_buffer_ struct buffer content;
        char path[PATH_MAX];
        size_t length = 0;
        int r;

        if (!system_file_path(root, field->path, path))
                return ERR_TOO_LARGE;
        buffer_init(&content, &system_allocator);
        r = file_read_at(AT_FDCWD, path, FILE_MAX, &content);
        if (r < 0)
                return r;
        /* A line of SMBIOS ends in '\n', a string of a devicetree in NUL. */
        while (length < content.size && content.data[length] != '\n' && content.data[length] != '\0')
                length++;
        text_put_escaped(&text, bytes_first(buffer_bytes(&content), length));
        return 0;
}
