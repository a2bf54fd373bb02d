/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/lockdown.h"

#include <stdio.h>
#include <string.h>

#include "linux/system-file.h"

/* "none [integrity] confidentiality": the one in brackets is in force. */
#define LOCKDOWN "/sys/kernel/security/lockdown"

bool lockdown_read(const char *root, char *ret_mode, size_t size) {
        char line[128], *begin, *end;

        ret_mode[0] = '\0';
        if (!system_file_line(root, LOCKDOWN, line, sizeof(line)))
                return false;
        begin = strchr(line, '[');
        end = begin ? strchr(begin, ']') : NULL;
        if (end)
                snprintf(ret_mode, size, "%.*s", (int) (end - begin - 1), begin + 1);
        return ret_mode[0] && strcmp(ret_mode, "none") != 0;
}
