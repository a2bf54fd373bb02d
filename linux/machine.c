/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/machine.h"

#include <limits.h>
#include <string.h>

#include "base/arith.h"
#include "linux/efivarfs.h"
#include "linux/system-file.h"

#define PSTORE_BACKEND    "/sys/module/pstore/parameters/backend"
#define PSTORE_KMSG_BYTES "/sys/module/pstore/parameters/kmsg_bytes" /* since 6.2 */
#define EFI_DISABLED      "/sys/module/efi_pstore/parameters/pstore_disable"
#define EFI_MODULE        "/sys/module/efi_pstore"
#define ERST_TABLE        "/sys/firmware/acpi/tables/ERST"
#define KDUMP_LOADED      "/sys/kernel/kexec_crash_loaded"
#define CRASH_SIZE        "/sys/kernel/kexec_crash_size"
#define NOTIFIERS_FIRST   "/sys/module/kernel/parameters/crash_kexec_post_notifiers"
#define PANIC_SECONDS     "/proc/sys/kernel/panic"

/* A flag of the kernel: 1 or Y for yes. */
static bool read_flag(const char *root, const char *name) {
        char line[8];

        return system_file_line(root, name, line, sizeof(line)) && (line[0] == '1' || line[0] == 'Y');
}

/*
 * The parameter names what was asked for, too (pstore.backend=), so a back end whose store this machine lacks
 * is none. "(null)" is how the kernel prints a text that was never set.
 */
static void look_for_backend(const char *root, struct machine *machine) {
        const struct {
                const char *name;
                bool possible;
        } rows[] = {
                { "erst", machine->has_erst },
                { "efi", machine->has_efi },
                { "efi_pstore", machine->has_efi },
                { "(null)", false },
                { "", false },
        };

        if (!system_file_line(root, PSTORE_BACKEND, machine->backend, sizeof(machine->backend)))
                return;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                if (strcmp(machine->backend, rows[i].name) == 0 && !rows[i].possible)
                        return;
        machine->kernel.backend = machine->backend;
}

/* What would register a back end for a store that is there. */
static const char *command_for(const char *root, const struct machine *machine) {
        if (machine->has_efi && !system_file_exists(root, EFI_MODULE))
                return "modprobe efi_pstore";
        if (machine->has_efi && read_flag(root, EFI_DISABLED))
                return "modprobe -r efi_pstore; modprobe efi_pstore pstore_disable=0";
        if (machine->has_erst)
                return "boot without erst_disable and with pstore.backend=erst";
        return NULL;
}

void machine_look(const char *root, struct machine *ret_machine) {
        struct machine *machine = ret_machine;
        struct check_kernel *kernel = &machine->kernel;
        struct source_space space;
        char path[PATH_MAX];

        *machine = (struct machine){ .kernel = { .known = true } };
        machine->has_erst = system_file_exists(root, ERST_TABLE);
        machine->has_efi = system_file_exists(root, EFIVARFS_DIRECTORY);
        look_for_backend(root, machine);
        if (!kernel->backend)
                kernel->command = command_for(root, machine);
        kernel->kdump_loaded = read_flag(root, KDUMP_LOADED);
        (void) system_file_number(root, CRASH_SIZE, &kernel->crash_bytes);
        kernel->notifiers_first = read_flag(root, NOTIFIERS_FIRST);
        (void) system_file_number(root, PSTORE_KMSG_BYTES, &kernel->log_bytes);
        kernel->panic_seconds_known = system_file_number(root, PANIC_SECONDS, &kernel->panic_seconds);
        /* Of the two stores only EFI's tells its room, and that since Linux 6.5. */
        if (kernel->backend && strncmp(kernel->backend, "efi", 3) == 0 &&
            system_file_path(root, EFIVARFS_DIRECTORY, path) && efivarfs_read_space(path, &space) == 0)
                kernel->backend_full = check_is_full(kernel, &space);
}
