/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/machine-text.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux/boot-line.h"
#include "linux/dmi.h"
#include "linux/system-file.h"

/* --- the kernel ----------------------------------------------------------------------------------- */

/*
 * A '*' takes whatever follows. Parameters of admin-guide/kernel-parameters.rst about panics, what saves
 * them, and what the log holds; none of them takes a secret.
 */
static const char *const words_told[] = {
        "acpi",          "crash_kexec_post_notifiers",
        "crashkernel",   "efi",
        "efi_pstore.*",  "erst_disable",
        "ghes.*",        "hest_disable",
        "hung_task_*",   "ignore_loglevel",
        "lockdown",      "log_buf_len",
        "loglevel",      "mce",
        "memmap",        "mtdoops.*",
        "nmi_watchdog",  "noefi",
        "nokaslr",       "oops",
        "oops_*",        "panic",
        "panic_*",       "printk.*",
        "printk_*",      "pstore.*",
        "pstore_blk.*",  "quiet",
        "ramoops.*",     "reserve_mem",
        "reset_devices", "softlockup_*",
        "sysrq_*",       "efi_runtime",
};

/* In a name '-' and '_' are one to the kernel (K6.1 kernel/params.c, parameq()). */
static bool has_name(struct bytes word, const char *name) {
        size_t at = 0;

        for (; name[at] && name[at] != '*'; at++)
                if (at >= word.size || (word.data[at] == '-' ? '_' : word.data[at]) != (uint8_t) name[at])
                        return false;
        return name[at] == '*' || at == word.size || word.data[at] == '=';
}

static bool is_told(struct bytes word) {
        for (size_t i = 0; i < ARRAY_SIZE(words_told); i++)
                if (has_name(word, words_told[i]))
                        return true;
        return false;
}

static int put_boot_line(const char *root, const struct sink *sink) {
        struct boot_line line;
        const char *at = line.text;
        size_t length, left_out = 0;

        boot_line_read(root, &line);
        if (!line.known)
                return sink_format(sink, "command line: cannot be read\n");
        sink_format(sink, "command line:");
        for (at += strspn(at, " "); (length = boot_line_word(at)) > 0; at += strspn(at, " ")) {
                char visible[512];
                struct text text = TEXT_ON(visible);

                text_put_char(&text, ' ');
                text_put_escaped(&text, bytes_of(at, length));
                if (is_told(bytes_of(at, length)))
                        sink_put(sink, text_bytes(&text));
                else
                        left_out++;
                at += length;
        }
        return sink_format(sink, " (%zu other word%s left out)\n", left_out, text_plural(left_out));
}

int machine_text_put_kernel(const char *root, const struct sink *sink, struct reason *ret_why) {
        static const struct {
                const char *name, *path;
        } lines[] = {
                { "release", "/proc/sys/kernel/osrelease" },
                { "version", "/proc/sys/kernel/version" },
                { "tainted", "/proc/sys/kernel/tainted" },
        };
        struct utsname names;
        size_t missing = 0;

        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                char line[256];

                if (system_file_line(root, lines[i].path, line, sizeof(line)))
                        sink_format(sink, "%s: %s\n", lines[i].name, line);
                else
                        missing++;
        }
        if (uname(&names) == 0)
                sink_format(sink, "architecture: %s\n", names.machine);
        put_boot_line(root, sink);
        return missing > 0 ? reason_set(ret_why, ERR_NOT_FOUND, "/proc/sys/kernel: not all of it can be read")
                           : 1;
}

/* --- the machine ---------------------------------------------------------------------------------- */

int machine_text_put_dmi(const char *root, bool with_serials, const struct sink *sink,
                         struct reason *ret_why) {
        const struct dmi_field *unread = NULL;
        int told = 0, error = 0;

        for (const struct dmi_field *field = dmi_fields; field->path; field++) {
                char line[DMI_TEXT_SIZE];
                int r;

                if (field->tells_one_machine && !with_serials)
                        continue;
                r = dmi_read(root, field, line);
                if (r == 0)
                        told += sink_format(sink, "%s: %s\n", field->name, line) == 0;
                else if (r != ERR_NOT_FOUND && !unread) {
                        unread = field;
                        error = r;
                }
        }
        if (unread)
                return reason_set(ret_why, error, "%s: %s", unread->path, error_text(error));
        if (told == 0)
                (void) reason_set(ret_why, 0, "the kernel shows neither DMI nor a devicetree");
        return told > 0;
}
