/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-machine.h"

#include <elf.h>
#include <sys/utsname.h>

#include "tests/support/module-tree.h"
#include "tests/support/test.h"

void made_bzimage_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version) {
        memset(head, 0, MADE_KERNEL_SIZE);
        head[0x1f1] = 3;
        store_u32(head + 0x202, 0x53726448);
        store_u16(head + 0x206, 0x020f);
        store_u16(head + 0x20e, 0x100);
        store_u32(head + 0x260, MADE_KERNEL_INIT_SIZE);
        snprintf((char *) head + 0x300, 0x200, "%s", version);
}

void made_arm64_image_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version) {
        memset(head, 0, MADE_KERNEL_SIZE);
        store_u64(head + 16, MADE_KERNEL_INIT_SIZE - ((uint64_t) 14 << 20));
        store_u64(head + 24, 10); /* pages of 4 KiB, anywhere */
        memcpy(head + 56, "ARM\x64", 4);
        /* As in a real one: a text in which no release stands, before the one that has it. */
        snprintf((char *) head + 0x200, 0x100, "Linux version %%s");
        snprintf((char *) head + 0x300, 0x200, "Linux version %s", version);
}

static bool is_arm64(void) {
        struct utsname system;

        assert_int_equal(uname(&system), 0);
        return strcmp(system.machine, "aarch64") == 0;
}

void made_kernel_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version) {
        (is_arm64() ? made_arm64_image_fill : made_bzimage_fill)(head, version);
}

uint16_t made_elf_machine(void) {
        return is_arm64() ? EM_AARCH64 : EM_X86_64;
}

void made_disk_put(const char *root, const char *mkfs, const char *mount_line, const char *sys_directory) {
        char command[512], target[512], path[256];

        module_tree_put(root, "/dev/vda1", "");
        snprintf(command, sizeof(command),
                 "truncate -s 64M %s/dev/vda1 && PATH=$PATH:/sbin:/usr/sbin %s %s/dev/vda1", root, mkfs,
                 root);
        assert_int_equal(system(command), 0);
        module_tree_put(root, "/proc/self/mountinfo", mount_line);
        snprintf(path, sizeof(path), "%s/dev", sys_directory);
        module_tree_put(root, path, "254:1\n");
        snprintf(target, sizeof(target), "%s%s", root, sys_directory);
        module_tree_link(root, "/sys/dev/block/254:1", target);
        module_tree_link(root, "/sys/class/block/vda1", target);
}
