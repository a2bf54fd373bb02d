/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/initramfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sort.h"
#include "capture/stack.h"
#include "kdump/newc.h"
#include "linux/elf.h"
#include "linux/packed-file.h"
#include "linux/program.h"
#include "posix/file.h"
#include "posix/memory.h"

#define CAPTURE_PROGRAM "pstore-fw-capture"
#define PAGE_SIZE       ((uint64_t) 4096)

/* A member is held until all of them are sorted. */
struct member {
        char name[128];
        mode_t mode;
        struct buffer content;
};

#define MEMBERS_MAX (KDUMP_MODULES_MAX + 2 * KDUMP_TOOL_FILES_MAX + 8)

struct image {
        struct member *members[MEMBERS_MAX];
        size_t count;
        struct initramfs_sizes sizes;
        struct reason *reason;
};

static int fail(struct image *image, const char *what, int error) {
        return reason_set(image->reason, error, "initramfs: %s: %s", what, error_text(error));
}

static int add_member(struct image *image, const char *name, mode_t mode, struct member **ret_member) {
        struct member *member = image->count < MEMBERS_MAX ? calloc(1, sizeof(*member)) : NULL;

        if (!member)
                return fail(image, name, ERR_NO_MEMORY);
        snprintf(member->name, sizeof(member->name), "%s", name);
        member->mode = mode;
        buffer_init(&member->content, &system_allocator);
        image->members[image->count++] = member;
        *ret_member = member;
        return 0;
}

/* A path of the capture kernel, as an archive names it: relative to the root. */
static const char *name_of(const char *path) {
        return path + strlen("/");
}

static int add_directory(struct image *image, const char *path) {
        struct member *member;

        return add_member(image, name_of(path), S_IFDIR | 0700, &member);
}

static int add_bytes(struct image *image, const char *path, struct bytes content) {
        struct member *member;
        int r;

        r = add_member(image, name_of(path), S_IFREG | 0600, &member);
        if (r < 0)
                return r;
        buffer_append(&member->content, content);
        r = buffer_error(&member->content);
        return r < 0 ? fail(image, path, r) : 0;
}

static int add_init(struct image *image, const char *name, const char *path) {
        struct member *member;
        int r;

        r = add_member(image, name, S_IFREG | 0700, &member);
        if (r < 0)
                return r;
        r = file_read_at(AT_FDCWD, path, FILE_SIZE_MAX, &member->content);
        return r < 0 ? fail(image, path, r) : 0;
}

/* A program, a library or a module; compressed by gzip, whatever the file is. */
static int add_packed(struct image *image, const char *name, const char *path, uint64_t *ret_unpacked,
                      uint64_t *ret_packed) {
        _cleanup_buffer_ struct buffer content;
        struct member *member;
        int r;

        buffer_init(&content, &system_allocator);
        r = packed_file_read(path, FILE_SIZE_MAX, &content);
        if (r < 0)
                return fail(image, path, r);
        if (!elf_is_one(buffer_bytes(&content)))
                return reason_set(image->reason, ERR_SIGNATURE,
                                  "initramfs: %s: neither an ELF file nor one in gzip, xz or zstd", path);
        r = add_member(image, name, S_IFREG | 0600, &member);
        if (r < 0)
                return r;
        r = packed_file_gzip(buffer_bytes(&content), &member->content);
        if (r < 0)
                return fail(image, path, r);
        *ret_unpacked = content.size;
        *ret_packed = member->content.size;
        return 0;
}

/* A directory, with a part of the modules, and the order in which they are loaded. */
static int add_modules(struct image *image, const char *directory, const struct kdump_module *modules,
                       size_t count) {
        uint64_t unpacked = 0, packed = 0;
        _cleanup_buffer_ struct buffer order;
        char name[128];
        int r;

        buffer_init(&order, &system_allocator);
        r = add_directory(image, directory);
        for (size_t i = 0; i < count && r == 0; i++) {
                buffer_append_format(&order, "%s\n", modules[i].name);
                snprintf(name, sizeof(name), "%s/%s.ko.gz", name_of(directory), modules[i].name);
                r = add_packed(image, name, modules[i].path, &unpacked, &packed);
                module_memory_add(&image->sizes.modules, unpacked, packed);
        }
        if (r == 0 && buffer_error(&order) < 0)
                r = fail(image, "order", buffer_error(&order));
        snprintf(name, sizeof(name), "%s/order", directory);
        return r < 0 ? r : add_bytes(image, name, buffer_bytes(&order));
}

static int add_all_modules(struct image *image, const struct kdump_modules *modules) {
        size_t first = modules->count - modules->collector_count;
        int r = add_modules(image, CAPTURE_MODULES_PATH, modules->list, first);

        if (r == 0 && modules->collector_count > 0)
                r = add_modules(image, CAPTURE_NETWORK_MODULES_PATH, modules->list + first,
                                modules->collector_count);
        return r;
}

static bool has_file(const struct kdump_tool *tool, const char *name) {
        for (size_t i = 0; tool && i < tool->file_count; i++)
                if (strcmp(tool->files[i].name, name) == 0)
                        return true;
        return false;
}

/* But for the files that another has brought: both are unpacked to the same place. */
static int add_tool(struct image *image, const char *directory, const struct kdump_tool *tool,
                    const struct kdump_tool *other) {
        uint64_t unpacked, packed;
        char name[128];
        int r;

        r = add_directory(image, directory);
        for (size_t i = 0; i < tool->file_count && r == 0; i++) {
                if (has_file(other, tool->files[i].name))
                        continue;
                snprintf(name, sizeof(name), "%s/%s.gz", name_of(directory), tool->files[i].name);
                r = add_packed(image, name, tool->files[i].path, &unpacked, &packed);
        }
        return r;
}

static int add_plan(struct image *image, const struct capture_plan *plan) {
        char text[CAPTURE_PLAN_SIZE];
        int r;

        r = capture_plan_print(plan, text);
        return r < 0 ? fail(image, "plan", r) : add_bytes(image, CAPTURE_PLAN_PATH, text_view(text));
}

static int compare_members(const void *left, const void *right) {
        return strcmp(((const struct member *) left)->name, ((const struct member *) right)->name);
}

static int write_archive(const struct image *image, struct buffer *archive) {
        int r = 0;

        for (size_t i = 0; i < image->count && r == 0; i++) {
                const struct newc_member member = {
                        .name = image->members[i]->name,
                        .mode = image->members[i]->mode,
                        .inode = (uint32_t) i + 1,
                        .content = buffer_bytes(&image->members[i]->content),
                };

                r = newc_append(archive, &member);
        }
        return r < 0 ? r : newc_end(archive);
}

/* Unpacked, each file takes whole pages of memory. */
static uint64_t measure(const struct image *image) {
        uint64_t size = 0;

        for (size_t i = 0; i < image->count; i++)
                size += (image->members[i]->content.size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
        return size;
}

int initramfs_build(const struct initramfs_parts *parts, struct buffer *ret_archive,
                    struct initramfs_sizes *ret_sizes, struct reason *ret_reason) {
        struct image image = { .reason = ret_reason };
        struct buffer archive;
        int r;

        buffer_init(&archive, &system_allocator);
        r = add_init(&image, parts->init_name, parts->init);
        if (r == 0)
                r = add_plan(&image, parts->plan);
        if (r == 0 && parts->stack)
                r = add_bytes(&image, STACK_PATH, text_view(parts->stack));
        if (r == 0 && parts->modules)
                r = add_all_modules(&image, parts->modules);
        if (r == 0)
                r = add_tool(&image, CAPTURE_TOOLS_PATH, parts->log_tool, NULL);
        if (r == 0 && parts->image_tool)
                r = add_tool(&image, CAPTURE_IMAGE_TOOLS_PATH, parts->image_tool, parts->log_tool);
        if (r == 0) {
                /* "modules" sorts before "modules/order": a directory before what is in it. */
                sort_pointers((void **) image.members, image.count, compare_members);
                r = write_archive(&image, &archive);
                if (r < 0)
                        (void) fail(&image, "cpio", r);
        }
        if (r == 0) {
                image.sizes.files = measure(&image);
                *ret_sizes = image.sizes;
                *ret_archive = archive;
        } else {
                buffer_free(&archive);
        }
        for (size_t i = 0; i < image.count; i++) {
                buffer_free(&image.members[i]->content);
                free(image.members[i]);
        }
        return r;
}

int initramfs_find_init(const char *root, char ret_path[PATH_MAX], struct reason *ret_reason) {
        return program_find_part(root, CAPTURE_PROGRAM, ret_path, ret_reason);
}
