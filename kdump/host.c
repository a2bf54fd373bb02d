/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/host.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"

bool kdump_host_name(const char *root, char ret_name[KDUMP_HOST_SIZE]) {
        static const char *const of_many[] = { "",  ".", "..", "(none)", "localhost", "localhost.localdomain",
                                               NULL };

        return system_file_line(root, "/proc/sys/kernel/hostname", ret_name, KDUMP_HOST_SIZE) &&
               !strchr(ret_name, '/') && !text_is_among(ret_name, of_many);
}

/* "uninitialized" is in images that have not booted yet. */
bool kdump_host_machine(const char *root, char ret_machine[KDUMP_HOST_SIZE]) {
        return system_file_line(root, "/etc/machine-id", ret_machine, KDUMP_HOST_SIZE) &&
               strlen(ret_machine) == 32 && strspn(ret_machine, "0123456789abcdef") == 32;
}

static bool put_literal(const char *root, char ret_text[KDUMP_HOST_SIZE]) {
        (void) root;
        strcpy(ret_text, "%");
        return true;
}

static const struct {
        char letter;
        bool (*find)(const char *root, char ret_text[KDUMP_HOST_SIZE]);
} specifiers[] = {
        { 'H', kdump_host_name },
        { 'm', kdump_host_machine },
        { '%', put_literal },
};

static int put(const char *root, char letter, struct text *text) {
        char value[KDUMP_HOST_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(specifiers); i++)
                if (specifiers[i].letter == letter && specifiers[i].find(root, value)) {
                        text_put(text, value);
                        return 0;
                }
        return ERR_VALUE;
}

int kdump_host_expand(const char *root, char directory[PATH_MAX]) {
        char whole[PATH_MAX];
        struct text text = TEXT_ON(whole);
        int r = 0;

        for (const char *from = directory; *from && r == 0; from++)
                if (*from == '%')
                        r = put(root, *++from, &text);
                else
                        text_put_char(&text, *from);
        if (r == 0 && text.truncated)
                r = ERR_TOO_LARGE;
        if (r == 0)
                strcpy(directory, whole);
        return r;
}
