/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/installation.h"

#include <fcntl.h>

#include "base/error.h"
#include "linux/application.h"
#include "linux/boot-entry.h"
#include "linux/esp.h"
#include "linux/program.h"
#include "linux/secure-boot.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define COMMAND "pstore-fw install"

struct look {
        const char *root;
        const char *name;
        unsigned machine;
        struct boot_entry_state sysprep, boot;
        int file_error; /* of what is on the ESP; ERR_NOT_FOUND also where none is mounted */
        bool esp_is_seen;
        struct buffer content;
        struct pe_image image;
        struct findings *findings;
};

static void look_at_esp(struct look *look) {
        char directory[PATH_MAX];
        struct esp esp;
        struct fault fault;

        esp_find(look->root, &esp);
        look->esp_is_seen =
                esp.state == ESP_MOUNTED && system_file_path(look->root, esp.directory, directory);
        look->file_error =
                look->esp_is_seen ? application_read(directory, look->name, &look->content) : ERR_NOT_FOUND;
        if (look->file_error == 0)
                look->file_error = pe_image_parse(buffer_bytes(&look->content), &look->image, &fault);
}

static void judge_file(const struct look *look) {
        if (!look->esp_is_seen || look->file_error == 0 || look->file_error == ERR_PERMISSION)
                return;
        findings_add(look->findings, VERDICT_WARNING, COMMAND,
                     "firmware is to start the application from the ESP, and that there cannot be used: %s",
                     error_text(look->file_error));
}

static void judge_order(const struct look *look) {
        const struct boot_entry_state *sysprep = &look->sysprep;

        if (sysprep->count > 1)
                findings_add(look->findings, VERDICT_WARNING, COMMAND,
                             "%u entries SysPrep start the application", sysprep->count);
        if (sysprep->count > 0 && (!sysprep->is_active || !sysprep->is_in_order))
                findings_add(look->findings, VERDICT_WARNING, COMMAND,
                             "firmware does not start the application: SysPrep%04X is %s", sysprep->number,
                             sysprep->is_active ? "not in SysPrepOrder" : "not active");
}

static void judge_trust(const struct look *look) {
        const struct boot_entry_state *entry = look->sysprep.count > 0 ? &look->sysprep : &look->boot;
        struct secure_boot secure_boot;

        if (look->file_error < 0)
                return;
        if (secure_boot_read(&secure_boot) == 0 &&
            !(entry->by_shim ? secure_boot_shim_starts : secure_boot_starts)(&secure_boot, &look->image))
                findings_add(
                        look->findings, VERDICT_WARNING, COMMAND " --key FILE --cert FILE",
                        "Secure Boot is on, and %s would refuse the application: nobody whom it trusts has "
                        "signed it",
                        entry->by_shim ? "shim" : "the firmware");
        secure_boot_free(&secure_boot);
}

/* But for a signature it has to be the one that came with this program. */
static void judge_age(const struct look *look) {
        uint8_t ours[SHA256_SIZE], theirs[SHA256_SIZE];
        _cleanup_buffer_ struct buffer content;
        struct pe_image image;
        struct reason reason;
        struct fault fault;
        char path[PATH_MAX];

        buffer_init(&content, &system_allocator);
        if (look->file_error < 0 || program_find_part(look->root, look->name, path, &reason) < 0 ||
            file_read_at(AT_FDCWD, path, APPLICATION_LIMIT, &content) < 0 ||
            pe_image_parse(buffer_bytes(&content), &image, &fault) < 0)
                return;
        pe_image_digest(&image, ours);
        pe_image_digest(&look->image, theirs);
        if (!bytes_equal(bytes_of(ours, sizeof(ours)), bytes_of(theirs, sizeof(theirs))))
                findings_add(look->findings, VERDICT_WARNING, COMMAND,
                             "the application on the ESP is not the one that came with this program");
}

static void judge(struct look *look) {
        struct findings *findings = look->findings;
        size_t before = findings->count;

        if (look->sysprep.count == 0 && look->boot.count == 0) {
                findings_add(findings, VERDICT_OK, COMMAND, "the application is %s",
                             look->file_error == 0
                                     ? "on the ESP, and firmware does not start it by itself"
                                     : "not installed: nothing is saved before a system starts");
                return;
        }
        judge_file(look);
        judge_order(look);
        judge_trust(look);
        judge_age(look);
        if (findings->count > before)
                return;
        if (look->sysprep.count > 0)
                findings_add(findings, VERDICT_OK, "",
                             "firmware starts the application before each boot (SysPrep%04X)",
                             look->sysprep.number);
        else
                findings_add(findings, VERDICT_OK, "", "the application is a boot option (Boot%04X)",
                             look->boot.number);
}

void installation_judge(const char *root, struct findings *findings) {
        struct look look = { .root = root, .findings = findings };
        struct reason reason;

        buffer_init(&look.content, &system_allocator);
        if (application_choose(root, &look.name, &look.machine, &reason) < 0 ||
            boot_entry_find(BOOT_ENTRY_SYSPREP, look.name, &look.sysprep, &reason) < 0 ||
            boot_entry_find(BOOT_ENTRY_BOOT, look.name, &look.boot, &reason) < 0)
                return;
        look_at_esp(&look);
        judge(&look);
        buffer_free(&look.content);
}
