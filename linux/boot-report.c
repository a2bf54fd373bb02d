/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-report.h"

#include <stdio.h>

#include "base/error.h"
#include "linux/efivarfs.h"
#include "linux/system-file.h"
#include "posix/memory.h"

/* Before the data (K6.1 fs/efivarfs/file.c). */
#define ATTRIBUTES_SIZE 4

int boot_report_find(const char *root, struct boot_report *ret_report) {
        char vendor[GUID_TEXT_SIZE], name[sizeof(BOOT_REPORT_NAME) + GUID_TEXT_SIZE];
        _cleanup_buffer_ struct buffer content;
        uint32_t attributes;
        int r;

        buffer_init(&content, &system_allocator);
        guid_format(&boot_report_vendor, vendor);
        snprintf(name, sizeof(name), BOOT_REPORT_NAME "-%s", vendor);
        r = system_file_read_in(root, EFIVARFS_DIRECTORY, name, ATTRIBUTES_SIZE + BOOT_REPORT_SIZE, &content);
        if (r < 0)
                return r;
        if (bytes_load_u32(buffer_bytes(&content), 0, &attributes) < 0)
                return ERR_LENGTH;
        if (attributes != BOOT_REPORT_ATTRIBUTES)
                return ERR_VALUE;
        return boot_report_read(bytes_from(buffer_bytes(&content), ATTRIBUTES_SIZE), ret_report);
}
