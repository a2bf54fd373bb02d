/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/unpacking.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/arith.h"
#include "base/units.h"
#include "linux/lockdown.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define PROCESSORS "/proc/cpuinfo"

/* The first processor's lines; each says the same. */
#define PROCESSORS_HEAD ((size_t) 16 * 1024)

/* Unpacked by us, the file with the kernel in it, and what the kernel reads of that: two of them at a time.
 */
#define COPIES 3

/*
 * Flags of a processor that encrypts memory, or may. There what unpacks a kernel prepares more than that
 * (K6.1 arch/x86/boot/compressed/sev.c, tdx.c).
 */
static const char *const encrypting[] = { "sme", "sev", "sev_es", "sev_snp", "tdx_guest" };

static void refuse(struct kdump_unpacking *unpacking, const char *why) {
        (void) reason_set(&unpacking->why_not, 0, "%s", why);
}

/* "flags		: fpu vme …"; NULL without such a line. */
static char *find_flags(char *text) {
        char *flags = strstr(text, "\nflags"), *end;

        flags = flags ? strchr(flags, ':') : NULL;
        end = flags ? strchr(flags, '\n') : NULL;
        if (!end)
                return NULL;
        *end = '\0';
        return flags + 1;
}

static bool is_encrypting(const char *flag) {
        for (size_t i = 0; i < ARRAY_SIZE(encrypting); i++)
                if (strcmp(flag, encrypting[i]) == 0)
                        return true;
        return false;
}

/* Whether it is known that nothing encrypts memory. */
static bool check_processor(const char *root, struct kdump_unpacking *unpacking) {
        _cleanup_buffer_ struct buffer head;
        _cleanup_close_ int fd = -1;
        char path[PATH_MAX], *flags = NULL, *rest = NULL;

        buffer_init(&head, &system_allocator);
        if (system_file_path(root, PROCESSORS, path))
                fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && file_read_head(fd, PROCESSORS_HEAD, &head) == 0) {
                buffer_append(&head, bytes_of("", 1));
                flags = buffer_error(&head) == 0 ? find_flags((char *) head.data) : NULL;
        }
        if (!flags)
                refuse(unpacking, PROCESSORS ": no flags of the processor, which may encrypt memory");
        for (char *flag = flags ? strtok_r(flags, " ", &rest) : NULL; flag; flag = strtok_r(NULL, " ", &rest))
                if (is_encrypting(flag)) {
                        (void) reason_set(&unpacking->why_not, 0, "the processor may encrypt memory (%s)",
                                          flag);
                        return false;
                }
        return flags != NULL;
}

void kdump_unpacking_decide(const char *root, const struct kdump_settings *settings, uint64_t available_bytes,
                            const struct boot_image *kernel, struct kdump_unpacking *ret_unpacking) {
        uint64_t needed = COPIES * kernel->init_size;
        struct utsname system;
        char lockdown[32];

        *ret_unpacking = (struct kdump_unpacking){ 0 };
        if (uname(&system) < 0 || !boot_image_unpacks_itself(system.machine))
                return;
        if (!settings->unpack)
                refuse(ret_unpacking, "unpack = no");
        else if (lockdown_read(root, lockdown, sizeof(lockdown)))
                refuse(ret_unpacking, "the running kernel is locked down, and wants to see its signature");
        else if (kernel->stays_packed.text[0])
                ret_unpacking->why_not = kernel->stays_packed;
        else if (available_bytes < needed)
                (void) reason_set(&ret_unpacking->why_not, 0,
                                  "to unpack it takes %llu MiB of memory, and %llu are free",
                                  (unsigned long long) (needed / MIB),
                                  (unsigned long long) (available_bytes / MIB));
        else
                ret_unpacking->is_wanted = check_processor(root, ret_unpacking);
}
