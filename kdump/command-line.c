/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/command-line.h"

#include <stdbool.h>
#include <string.h>

#include "base/arith.h"
#include "linux/boot-line.h"

/* Names, and beginnings that end in '='. */
static const char *const kept[] = {
        "console=", "earlyprintk=", "earlycon", "earlycon=", "efi=",         "noefi",      "acpi=",
        "noapic",   "nolapic",      "pci=",     "iommu=",    "intel_iommu=", "amd_iommu=",
};

static const char always[] =
        /* One processor; devices as the crashed kernel left them; and whatever goes wrong, a reboot. */
        "nr_cpus=1 reset_devices irqpoll panic=5 oops=panic "
        /* All that /init says is seen, and of the kernel errors: */
        "printk.devkmsg=on "
        /* Time: lines on a serial port, and tests of ciphers (K6.1 crypto/testmgr.c). */
        "quiet cryptomgr.notests=1 "
        /* Memory: on 6.1, 12.9 MB of 128; 1.2 more of 64 on 6.12, as nobody looks at /sys/kernel/slab. */
        "initcall_blacklist=tracer_init_tracefs,slab_sysfs_init cgroup.memory=nokmem percpu_alloc=page "
        "apparmor=0 cgroup_disable=memory";

/* Memory again: tables of a fifth level; 64 MiB for drivers that want it in one piece, on Debian's 6.1. */
static const struct {
        const char *processor, *words;
} of_processor[] = {
        { "x86_64", " no5lvl" },
        { "aarch64", " cma=0" },
};

static bool is_kept(const char *word, size_t length) {
        for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
                size_t known = strlen(kept[i]);

                if (strncmp(word, kept[i], known) == 0 && length >= known &&
                    (kept[i][known - 1] == '=' || length == known))
                        return true;
        }
        return false;
}

/* Or all that stands behind it would be in the quote. */
void command_line_put_word(const char *word, size_t length, struct text *text) {
        bool quoted = false;

        for (size_t i = 0; i < length; i++)
                quoted ^= word[i] == '"';
        text_put_bytes(text, bytes_of(word, length));
        text_put(text, quoted ? "\" " : " ");
}

void command_line_put_kept(const char *running, struct text *text) {
        size_t length;

        for (; *running; running += length) {
                running += strspn(running, " \t\n");
                length = boot_line_word(running);
                if (is_kept(running, length))
                        command_line_put_word(running, length, text);
        }
}

/* A quote around the whole word is none of it (next_arg(), again). */
static bool is_forbidden(const char *word, size_t length) {
        static const char *const ours[] = { "panic=", "oops=", "rdinit=", "sysctl.kernel.panic" };

        if (length == 2 && strncmp(word, "--", 2) == 0)
                return true;
        word += word[0] == '"';
        for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
                if (strncmp(word, ours[i], strlen(ours[i])) == 0)
                        return true;
        return false;
}

bool command_line_may_append(const char *append) {
        unsigned quotes = 0;
        size_t length;

        for (const char *c = append; *c; c++)
                quotes += *c == '"';
        if (quotes % 2 != 0)
                return false;
        for (; *append; append += length) {
                append += strspn(append, " \t\n");
                length = boot_line_word(append);
                if (is_forbidden(append, length))
                        return false;
        }
        return true;
}

void command_line_put_always(const char *processor, const char *append, struct text *text) {
        text_put(text, always);
        for (size_t i = 0; i < ARRAY_SIZE(of_processor); i++)
                if (strcmp(processor, of_processor[i].processor) == 0)
                        text_put(text, of_processor[i].words);
        if (append[0])
                text_format(text, " %s", append);
}
