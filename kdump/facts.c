/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/facts.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "linux/lockdown.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define LOAD_DISABLED  "/proc/sys/kernel/kexec_load_disabled"
#define SECURE_BOOT    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define CRASH_DM_CRYPT "/sys/kernel/config/crash_dm_crypt_keys"
#define OWN_SERVICE    "pstore-fw-kdump"

/* A variable of efivarfs: 4 bytes of attributes, then (UEFI 2.10, 3.3) one that is 1 or 0. */
#define SECURE_BOOT_SIZE 5

static enum secure_boot look_at_secure_boot(const char *root) {
        _cleanup_buffer_ struct buffer variable;
        char path[PATH_MAX];

        buffer_init(&variable, &system_allocator);
        if (!system_file_path(root, SECURE_BOOT, path) ||
            file_read_at(AT_FDCWD, path, SECURE_BOOT_SIZE, &variable) < 0 ||
            variable.size != SECURE_BOOT_SIZE)
                return SECURE_BOOT_UNKNOWN;
        return variable.data[SECURE_BOOT_SIZE - 1] == 1 ? SECURE_BOOT_ON : SECURE_BOOT_OFF;
}

static bool any_matches(const char *root, const char *pattern, const char *name) {
        char path[PATH_MAX];
        glob_t found;
        bool any;

        if (snprintf(path, sizeof(path), pattern, root, name) >= (int) sizeof(path))
                return false;
        any = glob(path, GLOB_NOSORT, NULL, &found) == 0;
        globfree(&found);
        return any;
}

/* By systemd or by links of System V's runlevels; asking neither works also where neither runs. */
static bool is_enabled(const char *root, const char *service) {
        return any_matches(root, "%s/etc/systemd/system/*.wants/%s.service", service) ||
               any_matches(root, "%s/etc/rc[2345].d/S[0-9][0-9]%s", service);
}

bool kdump_service_is_enabled(const char *root) {
        return is_enabled(root, OWN_SERVICE);
}

static void look_at_services(const char *root, struct kdump_facts *facts) {
        /* Of Debian's kdump-tools and of Fedora's kexec-tools; of SUSE's kdump. */
        static const char *const others[] = { "kdump-tools", "kdump", "kdump-early" };

        facts->service_enabled = kdump_service_is_enabled(root);
        for (size_t i = 0; i < ARRAY_SIZE(others) && facts->owner_count < KDUMP_OWNERS_MAX; i++)
                if (is_enabled(root, others[i]))
                        facts->owners[facts->owner_count++] = others[i];
}

static void look_at_dumps(const char *root, const char *directory, struct kdump_facts *facts) {
        _cleanup_close_ int fd = -1;
        struct dumps dumps;
        char path[PATH_MAX];

        if (!system_file_path(root, directory, path))
                return;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || dumps_list(fd, &dumps) < 0)
                return;
        facts->dump_count = dumps.count;
        for (size_t i = 0; i < dumps.count && i < KDUMP_DUMPS_SHOWN_MAX; i++)
                dump_report_read(fd, &dumps.rows[i], &facts->dumps[i]);
        dumps_free(&dumps);
}

void kdump_facts_look(const char *root, const struct kdump_settings *settings,
                      struct kdump_facts *ret_facts) {
        struct kdump_facts *facts = ret_facts;
        uint64_t disabled = 0;

        *facts = (struct kdump_facts){ 0 };
        machine_look(root, &facts->machine);
        facts->machine.kernel.wish = settings->path;
        facts->load_disabled = system_file_number(root, LOAD_DISABLED, &disabled) && disabled > 0;
        facts->hands_keys_over = system_file_exists(root, CRASH_DM_CRYPT);
        facts->secure_boot = look_at_secure_boot(root);
        lockdown_read(root, facts->lockdown, sizeof(facts->lockdown));
        look_at_services(root, facts);
        look_at_dumps(root, settings->directory, facts);
        /* A note of ours is of the crash kernel that we have loaded, and of no other. */
        if (facts->machine.kernel.kdump_loaded)
                kdump_map_look(root, settings->directory, &facts->map);
        facts->test_pending = test_token_read(root, settings->directory, &facts->test) == 0;
}
