/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-array.h"

#include <unistd.h>

#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

void made_device_put(const char *root, const char *directory, unsigned device_major, unsigned device_minor,
                     unsigned sectors) {
        const char *name = strrchr(directory, '/');
        char path[256], text[256];

        snprintf(path, sizeof(path), "%s/dev", directory);
        snprintf(text, sizeof(text), "%u:%u\n", device_major, device_minor);
        module_tree_put(root, path, text);
        snprintf(path, sizeof(path), "%s/size", directory);
        snprintf(text, sizeof(text), "%u\n", sectors);
        module_tree_put(root, path, text);
        snprintf(text, sizeof(text), "%s%s", root, directory);
        snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", device_major, device_minor);
        module_tree_link(root, path, text);
        snprintf(path, sizeof(path), "/sys/class/block%s", name);
        module_tree_link(root, path, text);
        snprintf(path, sizeof(path), "/dev%s", name);
        module_tree_put(root, path, "");
}

void made_device_fill(const char *root, const char *name, const uint8_t content[MADE_DISK_SIZE]) {
        char path[512];

        snprintf(path, sizeof(path), "%s%s", root, name);
        scratch_write(path, bytes_of(content, MADE_DISK_SIZE));
        assert_int_equal(truncate(path, MADE_DEVICE_SECTORS * 512), 0);
}

void made_virtio_disks_put(const char *root, unsigned count) {
        for (unsigned i = 0; i < count; i++) {
                char directory[128];

                snprintf(directory, sizeof(directory), "/sys/devices/pci0000:00/virtio%u/block/vd%c", i,
                         'a' + (int) i);
                made_device_put(root, directory, 254, 16 * i, MADE_DEVICE_SECTORS);
        }
}

void made_array_put_file(const char *root, const char *name, const char *content) {
        char path[256];

        snprintf(path, sizeof(path), MADE_ARRAY "/md/%s", name);
        module_tree_put(root, path, content);
}

void made_array_put_member(const char *root, unsigned disk, const char *state) {
        static const char *const names[] = { "vda", "vdb", "vdc" };
        char path[128], text[256];

        snprintf(path, sizeof(path), "dev-%s/state", names[disk]);
        made_array_put_file(root, path, state);
        snprintf(path, sizeof(path), "dev-%s/slot", names[disk]);
        snprintf(text, sizeof(text), "%u\n", disk);
        made_array_put_file(root, path, text);
        snprintf(path, sizeof(path), MADE_ARRAY "/md/dev-%s/block", names[disk]);
        snprintf(text, sizeof(text), "%s/sys/class/block/%s", root, names[disk]);
        module_tree_link(root, path, text);
}

static void fill_member(const char *root, const char *name, uint8_t uuid, uint64_t events) {
        uint8_t disk[MADE_DISK_SIZE];

        made_member_fill(disk, 0xaa, uuid, events);
        made_device_fill(root, name, disk);
}

void made_array_put(const char *root) {
        static const char *const files[][2] = {
                { "level", "raid1\n" },       { "metadata_version", "1.2\n" },
                { "raid_disks", "2\n" },      { "degraded", "0\n" },
                { "resync_start", "none\n" }, { "reshape_position", "none\n" },
                { "sync_action", "idle\n" },  { "consistency_policy", "bitmap\n" },
        };

        made_virtio_disks_put(root, 2);
        fill_member(root, "/dev/vda", 0x01, 20);
        fill_member(root, "/dev/vdb", 0x02, 21);
        made_device_put(root, MADE_ARRAY, 9, 0, 4096);
        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                made_array_put_file(root, files[i][0], files[i][1]);
        made_array_put_member(root, 0, "in_sync\n");
        made_array_put_member(root, 1, "in_sync,write_mostly\n");
}
