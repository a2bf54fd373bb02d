/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-card.h"

#include <limits.h>
#include <string.h>

#include "tests/support/module-tree.h"
#include "tests/support/test.h"

const struct route made_card_route = {
        .interface = "eth0",
        .source = "10.0.2.15",
        .prefix = 24,
        .gateway = "10.0.2.1",
};

void made_card_put(const char *root, const char *name) {
        const char *mac = strcmp(name, "eth0") == 0 ? MADE_CARD_MAC "\n" : "52:54:00:65:43:21\n";
        const struct {
                const char *name, *content;
        } files[] = {
                { "uevent", "IFINDEX=2\n" }, { "address", mac },  { "addr_assign_type", "0\n" },
                { "type", "1\n" },           { "mtu", "1460\n" },
        };
        char path[128], device[PATH_MAX];

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, files[i].name);
                module_tree_put(root, path, files[i].content);
        }
        snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/vendor", name);
        module_tree_put(root, path, "");
        snprintf(device, sizeof(device), "%s/sys/devices/pci0000:00/%s", root, name);
        snprintf(path, sizeof(path), "/sys/class/net/%s/device", name);
        module_tree_link(root, path, device);
}
