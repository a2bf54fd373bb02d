/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "kdump/crash-kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "kdump/boot-image.h"
#include "linux/lockdown.h"
#include "linux/program.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "posix/search.h"

#define LOADED        "/sys/kernel/kexec_crash_loaded"
#define RESERVED      "/sys/kernel/kexec_crash_size"
#define DISABLED      "/proc/sys/kernel/kexec_load_disabled"
#define SYMBOLS       "/proc/kallsyms"

#define SYMBOLS_LIMIT ((size_t) 64 * 1024 * 1024)

static long kexec_file_load(int kernel_fd, int initramfs_fd, const char *command_line, unsigned long flags) {
        return syscall(SYS_kexec_file_load, kernel_fd, initramfs_fd,
                       command_line ? strlen(command_line) + 1 : 0, command_line, flags);
}

static bool is_locked_down(const char *root) {
        char mode[32];

        return lockdown_read(root, mode, sizeof(mode));
}

static bool is_loaded(const char *root) {
        uint64_t value;

        return system_file_number(root, LOADED, &value) && value > 0;
}

static int explain_permission(const char *root, struct reason *ret_reason) {
        uint64_t disabled;

        if (system_file_number(root, DISABLED, &disabled) && disabled > 0)
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "kexec_load_disabled is set: nothing can be loaded before the next "
                                  "boot");
        if (geteuid() != 0)
                return reason_set(ret_reason, ERR_PERMISSION, "only root may load or unload a crash kernel");
        if (is_locked_down(root))
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "the kernel is locked down and refuses this image: it has to be one "
                                  "that the distribution signed");
        return reason_set(ret_reason, ERR_PERMISSION, "the kernel does not permit it");
}

static const struct {
        int number, error;
        const char *text;
} meanings[] = {
        { EADDRNOTAVAIL, ERR_NO_SPACE, "too large for the memory that is reserved (crashkernel=)" },
        { ENOMEM, ERR_NO_MEMORY, "too large for the memory that is reserved (crashkernel=)" },
        { EKEYREJECTED, ERR_PERMISSION,
          "the kernel's image is not signed with a key that this kernel trusts" },
        { ENOKEY, ERR_PERMISSION, "the kernel's image is not signed with a key that this kernel trusts" },
        { ENODATA, ERR_PERMISSION, "the kernel's image is not signed, and this kernel wants a signature" },
        { ENOEXEC, ERR_SIGNATURE, "the running kernel takes no such image" },
        { EBUSY, ERR_IN_USE, "another program is loading a kernel" },
        { ENOSYS, ERR_NOT_SUPPORTED, "the running kernel lacks kexec_file_load (CONFIG_KEXEC_FILE)" },
};

int crash_kernel_explain(const char *root, int number, struct reason *ret_reason) {
        uint64_t reserved = 0;

        if (system_file_number(root, RESERVED, &reserved) && reserved == 0 && number != EPERM)
                return reason_set(ret_reason, ERR_NO_MEMORY,
                                  "no memory is reserved for it: crashkernel= is missing on the kernel's "
                                  "command line ('pstore-fw kdump setup', then a reboot)");
        if (number == EPERM || number == EACCES)
                return explain_permission(root, ret_reason);
        for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
                if (meanings[i].number == number)
                        return reason_set(ret_reason, meanings[i].error, "%s", meanings[i].text);
        return reason_set(ret_reason, errno_to_error(number), "%s", strerror(number));
}

/* "ffff8000080b0000 T _text" is a line of it. */
static bool has_symbol(const char *root, const char *line_end) {
        _cleanup_buffer_ struct buffer symbols;
        char path[PATH_MAX];

        buffer_init(&symbols, &system_allocator);
        return system_file_path(root, SYMBOLS, path) &&
               file_read_at(AT_FDCWD, path, SYMBOLS_LIMIT, &symbols) == 0 &&
               bytes_search(buffer_bytes(&symbols), text_view(line_end));
}

/* What makes the older call, which takes a kernel that is taken apart already, and a description of the
 * memory. */
static int find_program(const char *root, const char *processor, char ret_program[PATH_MAX],
                        struct reason *ret_reason) {
        if (is_locked_down(root))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "the running kernel lacks kexec_file_load (CONFIG_KEXEC_FILE) and is "
                                  "locked down: it takes no crash kernel");
        /*
         * On AArch64 kexec-tools (2.0.25, arch/arm64/crashdump-arm64.c) goes on without it, and the crash
         * kernel then finds nothing in the memory. Debian's kernel 6.1 has neither.
         */
        if (strcmp(processor, "aarch64") == 0 && !has_symbol(root, " _text\n"))
                return reason_set(
                        ret_reason, ERR_NOT_SUPPORTED,
                        "the running kernel lacks kexec_file_load (CONFIG_KEXEC_FILE) and, for kexec-tools, "
                        "the symbol _text (CONFIG_KALLSYMS_ALL): a crash kernel could not read the memory");
        if (!program_find("kexec", ret_program))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "the running kernel lacks kexec_file_load (CONFIG_KEXEC_FILE), and "
                                  "there is no kexec program: install kexec-tools");
        return 0;
}

int crash_kernel_check_older(const char *root, const char *processor, struct reason *ret_reason) {
        char program[PATH_MAX];

        return find_program(root, processor, program, ret_reason);
}

int crash_kernel_check(const char *root, struct reason *ret_reason) {
        struct utsname system;

        /* Flags that there are not: nothing is loaded, and only where there is no such call it says so. */
        if (root[0] || kexec_file_load(-1, -1, NULL, ~0UL) == 0 || errno != ENOSYS || uname(&system) < 0)
                return 0;
        return crash_kernel_check_older(root, system.machine, ret_reason);
}

/* kexec's own words go to standard error. */
static int load_by_program(const char *root, const struct crash_kernel *crash_kernel, int kernel_fd,
                           int initramfs_fd, struct reason *ret_reason) {
        char program[PATH_MAX], kernel[64], initramfs[64], command_line[4096];
        const char *const command[] = { program,   "--kexec-syscall", "--load-panic",
                                        initramfs, command_line,      kernel,
                                        NULL };
        struct utsname system;
        int r;

        r = uname(&system) < 0 ? errno_to_error(errno) : 0;
        if (r == 0)
                r = find_program(root, system.machine, program, ret_reason);
        if (r < 0)
                return r;
        snprintf(kernel, sizeof(kernel), "/proc/%d/fd/%d", (int) getpid(), kernel_fd);
        snprintf(initramfs, sizeof(initramfs), "--initrd=/proc/%d/fd/%d", (int) getpid(), initramfs_fd);
        snprintf(command_line, sizeof(command_line), "--command-line=%s", crash_kernel->command_line);
        if (program_call(command) < 0)
                return reason_set(ret_reason, ERR_FAILED, "%s --load-panic failed", program);
        return 0;
}

/* The kernel frees the old one before it takes the new one (K6.1 kernel/kexec_file.c, kexec_file_load()). */
void crash_kernel_explain_loss(const char *root, bool was_loaded, struct reason *ret_reason) {
        size_t length = strlen(ret_reason->text);

        if (was_loaded)
                snprintf(ret_reason->text + length, sizeof(ret_reason->text) - length,
                         "; the crash kernel that was loaded before is %s",
                         is_loaded(root) ? "still there" : "gone");
}

static int load_unpacked(const char *root, const struct crash_kernel *crash_kernel, int initramfs_fd,
                         struct reason *ret_reason) {
        _cleanup_close_ int kernel_fd = boot_image_open_unpacked(crash_kernel->kernel, ret_reason);

        if (kernel_fd < 0)
                return kernel_fd;
        if (kexec_file_load(kernel_fd, initramfs_fd, crash_kernel->command_line, KEXEC_FILE_ON_CRASH) != 0)
                return crash_kernel_explain(root, errno, ret_reason);
        return 0;
}

/* A kernel without kexec_file_load may still have the older kexec_load, which wants a program. */
static int load_as_it_is(const char *root, const struct crash_kernel *crash_kernel, int initramfs_fd,
                         struct reason *ret_reason) {
        _cleanup_close_ int kernel_fd = boot_image_open(crash_kernel->kernel, ret_reason);

        if (kernel_fd < 0)
                return kernel_fd;
        if (kexec_file_load(kernel_fd, initramfs_fd, crash_kernel->command_line, KEXEC_FILE_ON_CRASH) == 0)
                return 0;
        return errno == ENOSYS ? load_by_program(root, crash_kernel, kernel_fd, initramfs_fd, ret_reason)
                               : crash_kernel_explain(root, errno, ret_reason);
}

int crash_kernel_load(const char *root, const struct crash_kernel *crash_kernel, struct reason *ret_packed,
                      struct reason *ret_reason) {
        _cleanup_close_ int initramfs_fd = memfd_create("initramfs", MFD_CLOEXEC);
        bool was_loaded = is_loaded(root);
        int r;

        ret_packed->text[0] = '\0';
        if (initramfs_fd < 0)
                return reason_set(ret_reason, errno_to_error(errno), "initramfs: %s", strerror(errno));
        r = file_write_all(initramfs_fd, crash_kernel->initramfs);
        if (r < 0)
                return reason_set(ret_reason, r, "initramfs: %s", error_text(r));
        if (!crash_kernel->unpack || load_unpacked(root, crash_kernel, initramfs_fd, ret_packed) < 0)
                r = load_as_it_is(root, crash_kernel, initramfs_fd, ret_reason);
        if (r < 0) {
                crash_kernel_explain_loss(root, was_loaded, ret_reason);
                return r;
        }
        if (!is_loaded(root))
                return reason_set(ret_reason, ERR_UNVERIFIED, "loaded, but " LOADED " does not say so");
        return 0;
}

int crash_kernel_unload(const char *root, struct reason *ret_reason) {
        if (!system_file_exists(root, LOADED))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "the running kernel has no kexec (CONFIG_KEXEC_FILE)");
        if (!is_loaded(root))
                return reason_set(ret_reason, ERR_NOT_FOUND, "no crash kernel is loaded");
        /* The older call unloads by loading nothing. */
        if (kexec_file_load(-1, -1, NULL, KEXEC_FILE_UNLOAD | KEXEC_FILE_ON_CRASH) < 0 &&
            (errno != ENOSYS || syscall(SYS_kexec_load, 0, 0, NULL, KEXEC_ON_CRASH) < 0))
                return crash_kernel_explain(root, errno, ret_reason);
        if (is_loaded(root))
                return reason_set(ret_reason, ERR_STILL_THERE, "unloaded, but " LOADED " is still 1");
        return 0;
}

int crash_kernel_lock(const char *root, struct reason *ret_reason) {
        int r = system_file_write(root, DISABLED, "1\n");

        if (r < 0)
                return reason_set(ret_reason, r, DISABLED ": %s", error_text(r));
        return 0;
}
