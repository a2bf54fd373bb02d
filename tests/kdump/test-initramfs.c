/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "kdump/earlier-dump.h"
#include "kdump/initramfs.h"
#include "kdump/tools.h"
#include "linux/elf.h"
#include "tests/support/emulated.h"
#include "tests/support/flush-log.h"
#include "tests/support/module-tree.h"
#include "tests/support/newc-reader.h"
#include "tests/support/scratch.h"

static const char content[] = "\x7f"
                              "ELF: a module's bytes, which are bytes and bytes and bytes\n";

static const char smaller[] = "\x7f"
                              "ELF: another's\n";

static void pack(const char *root, const char *name, const char *compressor) {
        char command[512];

        module_tree_put(root, name, content);
        snprintf(command, sizeof(command), "%s %s%s", compressor, root, name);
        assert_int_equal(system(command), 0);
}

static struct bytes gunzip(struct bytes packed, uint8_t *room, size_t size) {
        z_stream stream = {
                .next_in = (Bytef *) packed.data,
                .avail_in = (uInt) packed.size,
                .next_out = room,
                .avail_out = (uInt) size,
        };

        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        inflateEnd(&stream);
        return bytes_of(room, size - stream.avail_out);
}

struct found {
        size_t count;
        char names[512];
        char order[64]; /* of all the modules */
        struct buffer module;
};

static void read_archive(struct bytes archive, struct found *found) {
        struct text names = TEXT_ON(found->names), order = TEXT_ON(found->order);
        struct newc_entry entry;

        buffer_init(&found->module, &system_allocator);
        while (newc_next(&archive, &entry)) {
                text_format(&names, "%s ", entry.name);
                assert_int_equal(entry.mode & 077, 0);
                assert_int_equal(entry.inode, ++found->count);
                if (strcmp(entry.name, "modules/ext4.ko.gz") == 0)
                        buffer_append(&found->module, entry.content);
                if (text_ends_with(entry.name, "modules/order"))
                        text_put_bytes(&order, entry.content);
        }
}

static void make_parts(const char *root, struct kdump_module modules[2], struct kdump_tool *tool,
                       char *init) {
        pack(root, "/ext4.ko", "xz");
        module_tree_put(root, "/jbd2.ko", smaller);
        module_tree_put(root, "/capture", "the program");
        module_tree_put(root, "/vmcore-dmesg",
                        "\x7f"
                        "ELF: a tool");
        strcpy(modules[0].name, "jbd2");
        strcpy(modules[1].name, "ext4");
        snprintf(modules[0].path, PATH_MAX, "%s/jbd2.ko", root);
        snprintf(modules[1].path, PATH_MAX, "%s/ext4.ko.xz", root);
        snprintf(init, PATH_MAX, "%s/capture", root);
        strcpy(tool->files[0].name, "vmcore-dmesg");
        snprintf(tool->files[0].path, PATH_MAX, "%s/vmcore-dmesg", root);
        tool->file_count = 1;
}

static void test_initramfs(NO_STATE) {
        static struct kdump_module list[2];
        static struct kdump_tool tool, image_tool;
        struct capture_plan plan = capture_plan_default;
        struct kdump_modules modules = { .list = list, .count = 2 };
        char *root = scratch_make(), init[PATH_MAX];
        struct initramfs_parts parts = {
                .init = init,
                .init_name = "init",
                .plan = &plan,
                .modules = &modules,
                .log_tool = &tool,
        };
        struct buffer archive, again;
        struct reason reason = { "" };
        struct found found = { 0 };
        struct initramfs_sizes sizes;
        uint8_t room[256];

        make_parts(root, list, &tool, init);
        assert_error(initramfs_build(&parts, &archive, &sizes, &reason), ERR_VALUE); /* no plan yet */
        test_assert_contains(reason.text, "plan");
        strcpy(plan.uuid, "x");
        strcpy(plan.file_system, "ext4");
        strcpy(plan.directory, "/d");
        strcpy(plan.log_tool, "vmcore-dmesg");
        assert_ok(initramfs_build(&parts, &archive, &sizes, &reason));
        assert_int_equal(sizes.files, 6 * 4096);
        /* So small a file is larger when it is packed: that it goes frees more than what stays of it. */
        assert_int_equal(sizes.modules.most, 2 * strlen(content));
        read_archive(buffer_bytes(&archive), &found);
        assert_string_equal(found.order, "jbd2\next4\n");
        assert_string_equal(found.names, "init modules modules/ext4.ko.gz modules/jbd2.ko.gz modules/order "
                                         "plan tools tools/vmcore-dmesg.gz ");
        assert_true(bytes_equal(gunzip(buffer_bytes(&found.module), room, sizeof(room)), text_view(content)));
        assert_ok(initramfs_build(&parts, &again, &sizes, &reason));
        assert_true(bytes_equal(buffer_bytes(&archive), buffer_bytes(&again)));
        buffer_free(&found.module);
        buffer_free(&archive);
        buffer_free(&again);
        /* What only a collector needs is loaded later, from elsewhere. */
        modules.collector_count = 1;
        found = (struct found){ 0 };
        assert_ok(initramfs_build(&parts, &archive, &sizes, &reason));
        read_archive(buffer_bytes(&archive), &found);
        assert_string_equal(found.order, "jbd2\next4\n");
        assert_string_equal(found.names, "init modules modules/jbd2.ko.gz modules/order network-modules "
                                         "network-modules/ext4.ko.gz network-modules/order plan tools "
                                         "tools/vmcore-dmesg.gz ");
        modules.collector_count = 0;
        buffer_free(&found.module);
        buffer_free(&archive);
        /* With a target that nothing is to be run from: what both tools need is there once. */
        image_tool = tool;
        strcpy(image_tool.files[1].name, "makedumpfile");
        strcpy(image_tool.files[1].path, tool.files[0].path);
        image_tool.file_count = 2;
        parts.image_tool = &image_tool;
        found = (struct found){ 0 };
        assert_ok(initramfs_build(&parts, &archive, &sizes, &reason));
        read_archive(buffer_bytes(&archive), &found);
        assert_string_equal(found.names,
                            "image-tools image-tools/makedumpfile.gz init modules modules/ext4.ko.gz "
                            "modules/jbd2.ko.gz modules/order plan tools tools/vmcore-dmesg.gz ");
        buffer_free(&found.module);
        buffer_free(&archive);

        found = (struct found){ 0 };
        parts.image_tool = NULL;
        parts.stack = "disk LVM2_member u 8\n";
        assert_ok(initramfs_build(&parts, &archive, &sizes, &reason));
        assert_int_equal(sizes.files, 7 * 4096);
        read_archive(buffer_bytes(&archive), &found);
        test_assert_contains(found.names, " plan stack tools ");
        buffer_free(&found.module);
        buffer_free(&archive);

        strcpy(list[0].path, "/nothing");
        assert_error(initramfs_build(&parts, &archive, &sizes, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/nothing");
        module_tree_put(root, "/jbd2.ko.bz2", "BZh91AY&SY and what bzip2 makes of it");
        snprintf(list[0].path, PATH_MAX, "%s/jbd2.ko.bz2", root);
        assert_error(initramfs_build(&parts, &archive, &sizes, &reason), ERR_SIGNATURE);
        test_assert_contains(reason.text, "/jbd2.ko.bz2: neither an ELF file nor one in gzip, xz or zstd");
        scratch_remove(root);
}

/* Beside the distribution's: no /init, and no modules. */
static void test_part_of_initramfs(NO_STATE) {
        static struct kdump_module list[2];
        static struct kdump_tool tool;
        struct capture_plan plan = capture_plan_default;
        char *root = scratch_make(), init[PATH_MAX];
        struct initramfs_parts parts = {
                .init = init,
                .init_name = "pstore-fw-capture",
                .plan = &plan,
                .log_tool = &tool,
        };
        struct found found = { 0 };
        struct reason reason;
        struct buffer archive;
        struct initramfs_sizes sizes;

        make_parts(root, list, &tool, init);
        strcpy(plan.uuid, "x");
        strcpy(plan.file_system, "ext4");
        strcpy(plan.directory, "/d");
        strcpy(plan.log_tool, "vmcore-dmesg");
        assert_ok(initramfs_build(&parts, &archive, &sizes, &reason));
        read_archive(buffer_bytes(&archive), &found);
        assert_string_equal(found.names, "plan pstore-fw-capture tools tools/vmcore-dmesg.gz ");
        buffer_free(&found.module);
        buffer_free(&archive);
        scratch_remove(root);
}

static bool has_file(const struct kdump_tool *tool, const char *name) {
        for (size_t i = 0; i < tool->file_count; i++)
                if (strcmp(tool->files[i].name, name) == 0)
                        return true;
        return false;
}

static void test_find_tool(NO_STATE) {
        static struct kdump_tool tool;
        char *root = scratch_make(), path[256];
        struct reason reason;

        if (emulated())
                skip(); /* no program of the system is for this processor */
        assert_ok(kdump_tool_find("sh", &tool, &reason));
        assert_true(tool.file_count >= 3);
        assert_string_equal(tool.files[1].name, "ld.so");
        assert_true(has_file(&tool, "libc.so.6"));
        assert_error(kdump_tool_find("no-such-program", &tool, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "no-such-program");
        module_tree_put(root, "/script", "#!/bin/sh\n");
        snprintf(path, sizeof(path), "%s/script", root);
        assert_int_equal(chmod(path, 0700), 0);
        assert_error(kdump_tool_find(path, &tool, &reason), ERR_TRUNCATED);
        scratch_remove(root);
}

/* A program that is there, and cannot run, is no program that is not there. */
static void test_missing_library(NO_STATE) {
        static struct kdump_settings settings;
        static struct kdump_tools tools;
        char *root = scratch_make(), command[512];
        struct reason reason;

        if (emulated())
                skip(); /* no program of the system is for this processor */
        snprintf(command, sizeof(command),
                 "cd %s && echo 'int x;' > l.c && gcc -shared -fPIC -o libgone.so l.c && "
                 "echo 'extern int x; int main(void) { return x; }' > m.c && gcc -o tool m.c -L. -lgone && "
                 "rm libgone.so",
                 root);
        assert_int_equal(system(command), 0);
        settings.image = true;
        strcpy(settings.log_tool, "cat");
        snprintf(settings.image_tool, PATH_MAX, "%s/tool", root);
        assert_error(kdump_tools_find(&settings, &tools, &reason), ERR_FAILED);
        test_assert_contains(reason.text, "/tool: ");
        test_assert_contains(reason.text, "libgone.so");
        strcpy(settings.image_tool, "sh");
        snprintf(settings.log_tool, PATH_MAX, "%s/tool", root);
        assert_ok(kdump_tools_find(&settings, &tools, &reason));
        assert_true(tools.log_is_makedumpfile);
        scratch_remove(root);
}

static void test_find_tools(NO_STATE) {
        static struct kdump_settings settings;
        static struct kdump_tools tools;
        struct reason reason;

        if (emulated())
                skip(); /* no program of the system is for this processor */
        settings.image = true;
        strcpy(settings.log_tool, "cat");
        strcpy(settings.image_tool, "sh");
        assert_ok(kdump_tools_find(&settings, &tools, &reason));
        assert_false(tools.log_is_makedumpfile);
        assert_string_equal(tools.log.files[0].name, "cat");
        strcpy(settings.log_tool, "no-such-log");
        assert_ok(kdump_tools_find(&settings, &tools, &reason));
        assert_true(tools.log_is_makedumpfile);
        settings.image = false;
        assert_ok(kdump_tools_find(&settings, &tools, &reason));
        assert_int_equal(tools.image.file_count, 0);
        assert_true(tools.log.file_count > 0);
        strcpy(settings.image_tool, "no-such-image");
        assert_error(kdump_tools_find(&settings, &tools, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "kexec-tools or makedumpfile");
}

/* Each byte of the header may be anything. */
static void test_elf(NO_STATE) {
        struct bytes program = test_read_file("/proc/self/exe");
        struct bytes head = bytes_first(program, 4096);
        char loader[PATH_MAX];
        uint8_t copy[4096];

        assert_ok(elf_find_loader(head, loader));
        assert_int_equal(loader[0], '/');
        for (size_t size = 0; size < 64; size++)
                assert_error(elf_find_loader(bytes_first(head, size), loader), ERR_TRUNCATED);
        for (size_t at = 0; at < 1024; at++)
                for (unsigned bit = 0; bit < 8; bit++) {
                        memcpy(copy, head.data, sizeof(copy));
                        copy[at] ^= (uint8_t) (1U << bit);
                        (void) elf_find_loader(bytes_of(copy, sizeof(copy)), loader);
                }
        free((void *) program.data);
}

static void test_install(NO_STATE) {
        static struct kdump_tool tool;
        char *root = scratch_make(), directory[256], path[300];
        struct reason reason;
        struct stat first, second;

        if (emulated())
                skip(); /* no program of the system is for this processor */
        snprintf(directory, sizeof(directory), "%s/deep/er", root);
        assert_ok(kdump_tool_find("sh", &tool, &reason));
        flush_log_start();
        assert_ok(kdump_tools_install(&tool, directory, &reason));
        (void) flush_log_stop();
        (void) flush_log_assert_tree(root);
        snprintf(path, sizeof(path), "%s/.pstore-fw-tools", directory);
        assert_int_equal(scratch_count_files(path), tool.file_count);
        assert_int_equal(stat(path, &first), 0);
        assert_int_equal(first.st_mode & 07777, 0700);
        strcat(path, "/ld.so");
        assert_int_equal(stat(path, &first), 0);
        assert_int_equal(first.st_size, tool.files[1].size);
        assert_ok(kdump_tools_install(&tool, directory, &reason));
        assert_int_equal(stat(path, &second), 0);
        assert_int_equal(first.st_ino, second.st_ino); /* the same, so not written again */
        scratch_write(path, text_view("another loader"));
        assert_ok(kdump_tools_install(&tool, directory, &reason));
        assert_int_equal(stat(path, &second), 0);
        assert_int_equal(second.st_size, tool.files[1].size);
        if (geteuid() == 0) { /* somebody else's, who was there first */
                snprintf(path, sizeof(path), "%s/.pstore-fw-tools", directory);
                assert_int_equal(chown(path, 1234, 0), 0);
                assert_error(kdump_tools_install(&tool, directory, &reason), ERR_PERMISSION);
                assert_int_equal(chown(path, 0, 0), 0);
                strcat(path, "/ld.so");
                /* and the directory that holds it, which was good when it was looked at before */
                assert_int_equal(chown(directory, 1234, 0), 0);
                assert_error(kdump_tools_install(&tool, directory, &reason), ERR_PERMISSION);
                assert_int_equal(chown(directory, 0, 0), 0);
                assert_int_equal(chmod(directory, 01777), 0);
                assert_error(kdump_tools_install(&tool, directory, &reason), ERR_PERMISSION);
                assert_int_equal(chmod(directory, 0700), 0);
        }
        tool.file_count = 1; /* as if it were static now */
        flush_log_start();
        assert_ok(kdump_tools_install(&tool, directory, &reason));
        (void) flush_log_stop();
        (void) flush_log_assert_removed(path);
        assert_int_equal(stat(path, &second), -1);
        scratch_remove(root);
}

/* A link there would have the tools written, and others removed, where it leads. */
static void test_install_through_a_link(NO_STATE) {
        static struct kdump_tool tool;
        char *root = scratch_make();
        struct reason reason;

        if (emulated())
                skip(); /* as above */
        assert_ok(kdump_tool_find("sh", &tool, &reason));
        scratch_put(root, "/elsewhere/file", "x");
        assert_int_equal(mkdir(scratch_path(root, "dumps"), 0700), 0);
        assert_int_equal(symlink("../elsewhere", scratch_path(root, "dumps/.pstore-fw-tools")), 0);
        assert_error(kdump_tools_install(&tool, scratch_path(root, "dumps"), &reason), ERR_INVALID_ARGUMENT);
        assert_int_equal(symlink("dumps", scratch_path(root, "link")), 0);
        assert_true(kdump_tools_install(&tool, scratch_path(root, "link"), &reason) < 0);
        assert_int_equal(scratch_count_files(scratch_path(root, "elsewhere")), 1);
        scratch_remove(root);
}

#define MANIFEST                                                                                             \
        "{\"dumped_by\": \"pstore-fw 1 (crash kernel 6.1)\", \"memory\": {\"free_at_start\": %s, "           \
        "\"lowest_available\": 3000}}"

static void put_manifest(const char *root, const char *name, const char *free_at_start) {
        char path[256], text[512];

        snprintf(path, sizeof(path), "/%s/manifest.json", name);
        snprintf(text, sizeof(text), MANIFEST, free_at_start);
        module_tree_put(root, path, text);
}

static void test_earlier_dump(NO_STATE) {
        char *root = scratch_make(), pipe[256];

        assert_int_equal(earlier_dump_memory("/nothing", "6.1"), 0);
        assert_int_equal(earlier_dump_memory(root, "6.1"), 0);
        put_manifest(root, "20260101T000000Z-kdump-panic1", "10000");
        put_manifest(root, "20260102T000000Z-kdump-panic1", "5000");
        assert_int_equal(earlier_dump_memory(root, "6.1"), 2000);
        assert_int_equal(earlier_dump_memory(root, "6.12"), 0);
        module_tree_put(root, "/20260106T000000Z-kdump-panic1/dmesg.txt", "");
        snprintf(pipe, sizeof(pipe), "%s/20260106T000000Z-kdump-panic1/manifest.json", root);
        assert_int_equal(mkfifo(pipe, 0600), 0); /* is not waited for */
        (void) alarm(5);
        put_manifest(root, "20260103T000000Z-kdump-panic1", "\"x\"");
        put_manifest(root, "20260104T000000Z-kdump-panic1", "2999");
        put_manifest(root, "20260105T000000Z-kdump-panic1", "broken");
        assert_int_equal(earlier_dump_memory(root, "6.1"), 2000);
        (void) alarm(0);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_initramfs),       cmocka_unit_test(test_part_of_initramfs),
                cmocka_unit_test(test_find_tool),       cmocka_unit_test(test_find_tools),
                cmocka_unit_test(test_missing_library), cmocka_unit_test(test_elf),
                cmocka_unit_test(test_install),         cmocka_unit_test(test_install_through_a_link),
                cmocka_unit_test(test_earlier_dump),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
