/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* nftw() */
#include "kdump/distribution.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "kdump/command-line.h"
#include "linux/boot-line.h"
#include "linux/command.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "posix/process.h"

#define BUILD_SECONDS 300
#define LOG_SIZE_MAX  ((size_t) 16 * 1024 * 1024)

/* What the hooks of services/ look for: from any other initramfs they keep the scripts out. */
#define BUILD_VARIABLE "PSTORE_FW_KDUMP"

#define ARGUMENTS_MAX  12

/* Where a build works; all of it is below one directory. */
struct workplace {
        char directory[PATH_MAX];
        char image[PATH_MAX + 16];
        char log[PATH_MAX + 16];
};

struct builder {
        const char *name;
        const char *path;
        const char *script; /* of ours: without it an initramfs of this tool would save nothing */
        void (*put_arguments)(const struct workplace *workplace, const char *release, const char **arguments);
};

static void put_mkinitramfs(const struct workplace *workplace, const char *release, const char **arguments) {
        const char *const wanted[] = { "-o", workplace->image, release };

        memcpy(arguments, wanted, sizeof(wanted));
}

static void put_dracut(const struct workplace *workplace, const char *release, const char **arguments) {
        const char *const wanted[] = {
                "--force",         "--quiet",        "--hostonly",         "--add",
                "pstore-fw-kdump", "--tmpdir",       workplace->directory, "--kver",
                release,           workplace->image,
        };

        memcpy(arguments, wanted, sizeof(wanted));
}

static const struct builder builders[] = {
        { "mkinitramfs", "/usr/sbin/mkinitramfs",
          "/usr/share/initramfs-tools/scripts/local-bottom/pstore-fw-kdump", put_mkinitramfs },
        { "dracut", "/usr/bin/dracut", "/usr/lib/dracut/modules.d/95pstore-fw-kdump/module-setup.sh",
          put_dracut },
};

static bool is_there(const char *root, const char *path, int mode) {
        char full[PATH_MAX];

        return snprintf(full, sizeof(full), "%s%s", root, path) < (int) sizeof(full) &&
               access(full, mode) == 0;
}

static int find_builder(const char *root, const struct builder **ret_builder, struct reason *ret_reason) {
        const struct builder *without_script = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(builders); i++) {
                if (!is_there(root, builders[i].path, X_OK))
                        continue;
                if (is_there(root, builders[i].script, R_OK)) {
                        *ret_builder = &builders[i];
                        return 0;
                }
                /* Told only when the other one is of no use either. */
                without_script = &builders[i];
        }
        if (without_script)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "%s: %s: not installed",
                                  without_script->name, without_script->script);
        return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                          "the distribution's initramfs: neither mkinitramfs nor dracut is installed");
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
        (void) status;
        (void) kind;
        (void) place;
        (void) remove(path);
        return 0;
}

/* On a disk: what is unpacked there has a hundred megabytes and more. */
static int workplace_make(const char *root, struct workplace *workplace, struct reason *ret_reason) {
        int length = snprintf(workplace->directory, PATH_MAX, "%s/var/tmp/pstore-fw-XXXXXX", root);

        if (length >= PATH_MAX || !mkdtemp(workplace->directory)) {
                int r = length >= PATH_MAX ? ERR_TOO_LARGE : errno_to_error(errno);

                return reason_set(ret_reason, r, "/var/tmp: no temporary directory: %s", error_text(r));
        }
        snprintf(workplace->image, sizeof(workplace->image), "%s/initramfs", workplace->directory);
        snprintf(workplace->log, sizeof(workplace->log), "%s/log", workplace->directory);
        return 0;
}

/* The last line of the log that is not empty, with what is no plain text made visible. */
static void put_last_line(const struct workplace *workplace, struct text *text) {
        _cleanup_buffer_ struct buffer log;
        struct bytes line;
        size_t start;

        buffer_init(&log, &system_allocator);
        if (file_read_at(AT_FDCWD, workplace->log, LOG_SIZE_MAX, &log) < 0)
                return;
        line = buffer_bytes(&log);
        while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == ' '))
                line.size--;
        for (start = line.size; start > 0 && line.data[start - 1] != '\n'; start--)
                ;
        text_put_escaped(text, bytes_from(line, start));
}

static int run_builder(const char *root, const struct builder *builder, const char *release,
                       const struct workplace *workplace, struct reason *ret_reason) {
        char temporary[PATH_MAX + 8];
        const char *const environment[] = { PROCESS_ENVIRONMENT, BUILD_VARIABLE "=1", temporary, NULL };
        const char *arguments[ARGUMENTS_MAX] = { NULL }; /* with room for the NULL that ends them */
        char path[PATH_MAX], said[256];
        struct text text = TEXT_ON(said);
        int r;

        snprintf(temporary, sizeof(temporary), "TMPDIR=%s", workplace->directory);
        snprintf(path, sizeof(path), "%s%s", root, builder->path);
        arguments[0] = path;
        builder->put_arguments(workplace, release, arguments + 1);
        r = command_run(&(struct command){ .arguments = arguments,
                                           .environment = environment,
                                           .log = workplace->log,
                                           .seconds = BUILD_SECONDS });
        if (r == 0)
                return 0;
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", builder->name, error_text(r));
        put_last_line(workplace, &text);
        return reason_set(ret_reason, ERR_FAILED, "%s: ended with status %d: %s", builder->name, r, said);
}

static int take_image(const struct builder *builder, const struct workplace *workplace,
                      struct buffer *ret_initramfs, struct reason *ret_reason) {
        int r;

        /* A builder may end well and leave nothing: an empty initramfs would be loaded and save nothing. */
        ret_initramfs->size = 0;
        r = file_read_at(AT_FDCWD, workplace->image, FILE_SIZE_MAX, ret_initramfs);
        if (r == 0 && ret_initramfs->size == 0)
                r = ERR_TRUNCATED;
        if (r == 0)
                return 0;
        ret_initramfs->size = 0;
        return reason_set(ret_reason, r, "%s: its initramfs: %s", builder->name, error_text(r));
}

int kdump_distribution_build(const char *root, const char *release, struct buffer *ret_initramfs,
                             struct reason *ret_reason) {
        const struct builder *builder = NULL;
        struct workplace workplace;
        int r;

        /* It becomes an argument, and the name of a directory. */
        if (!release[0] || release[0] == '-' || release[0] == '.' || strchr(release, '/'))
                return reason_set(ret_reason, ERR_VALUE, "%s: not the release of a kernel", release);
        r = find_builder(root, &builder, ret_reason);
        if (r < 0)
                return r;
        r = workplace_make(root, &workplace, ret_reason);
        if (r < 0)
                return r;
        r = run_builder(root, builder, release, &workplace, ret_reason);
        if (r == 0)
                r = take_image(builder, &workplace, ret_initramfs, ret_reason);
        /* Depth first; links are not followed, and what is mounted there is not entered. */
        (void) nftw(workplace.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        return r;
}

/* A name that ends in '=' is a parameter with a value, another one stands alone. */
static const char *const dropped[] = {
        "crashkernel=",
        "BOOT_IMAGE=",
        "initrd=", /* of the running kernel */
        "resume=",
        "resume_offset=",
        "hibernate=", /* the image of a sleeping system is not to be woken */
        "hugepages=",
        "hugepagesz=",
        "default_hugepagesz=",
        "mem=",
        "memmap=", /* there is no such memory */
        "nr_cpus=",
        "maxcpus=",
        "panic=",
        "oops=",
        "sysctl.kernel.panic=", /* counts more than panic= */
        "irqpoll",
        "reset_devices", /* the caller has its own */
        "init=",
        "rdinit=",
        "rd.break=",
        "rd.break",
        "break=",
        "break",
        "rd.shell", /* nobody is there to type */
        "systemd.unit=",
        "single",
        "emergency",
        "rescue",
};

/*
 * initramfs-tools reboots at once where it would open a shell, as panic= is there; dracut wants to be told
 * (dracut.cmdline(7)). After a crash the journal is replayed by mounting, and a check may take an hour.
 */
static const char added[] =
        "noresume rd.shell=0 rd.emergency=reboot fsck.mode=skip " KDUMP_DISTRIBUTION_PARAMETER;

static bool is_dropped(struct bytes word) {
        for (size_t i = 0; i < ARRAY_SIZE(dropped); i++) {
                struct bytes name = text_view(dropped[i]);

                if (name.data[name.size - 1] == '=' ? bytes_start_with(word, name) : bytes_equal(word, name))
                        return true;
        }
        return false;
}

void kdump_distribution_put_parameters(const char *running, struct text *text) {
        size_t length;

        for (; *running; running += length) {
                struct bytes word;

                running += strspn(running, " \t\n");
                length = boot_line_word(running);
                word = bytes_of(running, length);
                if (bytes_equal(word, text_view("--"))) /* what follows is for init */
                        break;
                if (length > 0 && !is_dropped(word))
                        command_line_put_word(running, length, text);
        }
        text_put(text, added);
}
