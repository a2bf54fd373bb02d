/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-change.h"

#include <stdbool.h>

#include "base/arith.h"
#include "linux/system-file.h"

static void put_grubby(const char *add, const char *remove, struct text *text) {
        text_put(text, "grubby --update-kernel=ALL");
        if (remove)
                text_format(text, " --remove-args=%s", remove);
        if (add)
                text_format(text, " --args=%s", add);
        text_put(text, "; reboot");
}

/* Of one line; what stands in it twice is taken away twice. */
static void put_proxmox(const char *add, const char *remove, struct text *text) {
        text_put(text, "sed -i '1{");
        if (remove)
                text_format(text, "s/^/ /;s/$/ /;s/ %s / /g;s/^ *//;s/ *$//;", remove);
        if (add)
                text_format(text, "s/$/ %s/", add);
        text_put(text, "}' /etc/kernel/cmdline; proxmox-boot-tool refresh; reboot");
}

/* Files beside /etc/default/grub add; to take away, a line of that file has to be changed. */
static void put_grub(const char *add, const char *remove, struct text *text) {
        if (remove)
                text_format(text, "take %s out of /etc/default/grub, then: ", remove);
        if (add)
                text_format(text,
                            "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX %s\"' >> "
                            "/etc/default/grub.d/pstore.cfg; ",
                            add);
        text_put(text, "update-grub; reboot");
}

static void put_words(const char *add, const char *remove, struct text *text) {
        text_put(text, "boot");
        if (remove)
                text_format(text, " without %s", remove);
        if (add)
                text_format(text, "%s with %s", remove ? " and" : "", add);
        text_put(text, " on the kernel's command line");
}

/* The first of which both files are there. */
static const struct {
        const char *files[2];
        void (*put)(const char *add, const char *remove, struct text *text);
} loaders[] = {
        { { "/etc/kernel/proxmox-boot-uuids", "/etc/kernel/cmdline" }, put_proxmox },
        { { "/usr/sbin/grubby", "/boot" }, put_grubby },
        { { "/usr/sbin/update-grub", "/etc/default/grub.d" }, put_grub },
};

void boot_change_put(const char *root, const char *add, const char *remove, struct text *text) {
        for (size_t i = 0; i < ARRAY_SIZE(loaders); i++)
                if (system_file_exists(root, loaders[i].files[0]) &&
                    system_file_exists(root, loaders[i].files[1])) {
                        loaders[i].put(add, remove, text);
                        return;
                }
        put_words(add, remove, text);
}
