/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "capture/network.h"
#include "tests/support/scratch.h"

#define MAC "52:54:00:12:34:56"

static void put_interface(const char *root, const char *name, const char *mac, bool is_card) {
        char path[128];

        snprintf(path, sizeof(path), "/sys/class/net/%s/address", name);
        scratch_put(root, path, mac);
        snprintf(path, sizeof(path), "/sys/class/net/%s/device/vendor", name);
        if (is_card)
                scratch_put(root, path, "");
}

static void test_the_card_is_found_by_its_mac(NO_STATE) {
        char *root = scratch_make(), name[NETWORK_NAME_SIZE] = "";

        assert_error(network_find_card(root, MAC, name), ERR_NOT_FOUND);
        put_interface(root, "lo", "00:00:00:00:00:00\n", false);
        put_interface(root, "eth1", "52:54:00:12:34:57\n", true);
        assert_error(network_find_card(root, MAC, name), ERR_NOT_FOUND);
        put_interface(root, "eth7", "52:54:00:12:34:56\n", true);
        put_interface(root, "br0", MAC "\n", false); /* a bridge has the MAC of its first port */
        assert_ok(network_find_card(root, MAC, name));
        assert_string_equal(name, "eth7");
        put_interface(root, "eth8", MAC "\n", true);
        assert_error(network_find_card(root, MAC, name), ERR_EXISTS);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_card_is_found_by_its_mac),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
