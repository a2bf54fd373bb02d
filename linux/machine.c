/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/machine.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "linux/crash-loader.h"
#include "linux/efivarfs.h"
#include "linux/system-file.h"

#define PSTORE_KMSG_BYTES "/sys/module/pstore/parameters/kmsg_bytes" /* since 6.2 */
#define PSTOREFS          "/sys/fs/pstore"
#define PSTOREFS_MAGIC    0x6165676c /* linux/magic.h */
#define ERST_TABLE        "/sys/firmware/acpi/tables/ERST"
#define KDUMP_LOADED      "/sys/kernel/kexec_crash_loaded"
#define CRASH_SIZE        "/sys/kernel/kexec_crash_size"
#define NOTIFIERS_FIRST   "/sys/module/kernel/parameters/crash_kexec_post_notifiers"
#define PANIC_SECONDS     "/proc/sys/kernel/panic"
#define XEN_FEATURES      "/sys/hypervisor/properties/features" /* hexadecimal */
#define XEN_FEATURE_DOM0  11                                    /* Xen, public/features.h, XENFEAT_dom0 */

/* Firmware whose variables lie in memory while an OS runs says so (EBBR, of U-Boot). */
#define EFI_VOLATILE EFIVARFS_DIRECTORY "RTStorageVolatile-b2ac5fc9-92b7-4acd-aeac-11e818c3130c"

/* A flag of the kernel: 1 or Y for yes. */
static bool read_flag(const char *root, const char *name) {
        char line[8];

        return system_file_line(root, name, line, sizeof(line)) && (line[0] == '1' || line[0] == 'Y');
}

static void look_at_panic(const char *root, struct check_kernel *kernel) {
        char line[32], *end;

        if (!system_file_line(root, PANIC_SECONDS, line, sizeof(line)))
                return;
        kernel->panic_seconds = strtol(line, &end, 10);
        kernel->panic_seconds_known = end != line && *end == '\0';
}

static bool is_xen_dom0(const char *root) {
        char line[32];

        return system_file_line(root, XEN_FEATURES, line, sizeof(line)) &&
               (strtoull(line, NULL, 16) >> XEN_FEATURE_DOM0 & 1);
}

/* The kernel makes the directory, for whoever mounts pstore there. */
static bool is_pstore_unmounted(const char *root) {
        struct statfs status;
        char path[PATH_MAX];

        return system_file_path(root, PSTOREFS, path) && statfs(path, &status) == 0 &&
               status.f_type != PSTOREFS_MAGIC;
}

static void take_backend(const struct backend *backend, struct check_kernel *kernel) {
        if (backend->state == BACKEND_REGISTERED)
                kernel->backend = backend->name;
        else if (backend->state != BACKEND_NONE)
                kernel->asked = backend->name;
        kernel->asked_unknown = backend->state == BACKEND_UNKNOWN;
        kernel->why = backend->why[0] ? backend->why : NULL;
        kernel->command = backend->command[0] ? backend->command : NULL;
}

void machine_look(const char *root, struct machine *ret_machine) {
        struct machine *machine = ret_machine;
        struct check_kernel *kernel = &machine->kernel;
        struct source_space space;
        struct boot_line line;
        char path[PATH_MAX];

        *machine = (struct machine){ .kernel = { .known = true } };
        boot_line_read(root, &line);
        machine->has_erst = system_file_exists(root, ERST_TABLE);
        machine->has_efi = system_file_exists(root, EFIVARFS_DIRECTORY);
        backend_find(root, &line, &machine->backend);
        take_backend(&machine->backend, kernel);
        kernel->unmounted = is_pstore_unmounted(root);
        kernel->efi_is_volatile = system_file_exists(root, EFI_VOLATILE);
        kernel->has_kexec = system_file_exists(root, KDUMP_LOADED);
        kernel->is_xen_dom0 = is_xen_dom0(root);
        kernel->kdump_loaded = read_flag(root, KDUMP_LOADED);
        if (kernel->kdump_loaded)
                kernel->kdump_by = crash_loader_find(root);
        (void) system_file_number(root, CRASH_SIZE, &kernel->crash_bytes);
        kernel->notifiers_first = read_flag(root, NOTIFIERS_FIRST);
        (void) system_file_number(root, PSTORE_KMSG_BYTES, &kernel->log_bytes);
        look_at_panic(root, kernel);
        /* Of the two stores only EFI's tells its room, and that since Linux 6.5. */
        if (kernel->backend && strncmp(kernel->backend, "efi", 3) == 0 &&
            system_file_path(root, EFIVARFS_DIRECTORY, path) && efivarfs_read_space(path, &space) == 0)
                kernel->backend_full = check_is_full(kernel, &space);
}
