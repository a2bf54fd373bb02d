/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "kdump/collector.h"
#include "tests/support/fake-collector.h"
#include "tests/support/made-card.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

static char *root;
static struct kdump_collector collector;
static struct reason reason;

static int begin(NO_STATE) {
        root = scratch_make();
        module_tree_put(root, "/proc/sys/kernel/hostname", "web1\n");
        module_tree_put(root, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        made_card_put(root, "eth0");
        made_card_put(root, "lo");
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static int describe(const struct route *route) {
        int r = kdump_collector_name(root, "10.9.1.1:7867", &collector, &reason);

        return r < 0 ? r : kdump_collector_describe(root, route, &collector, &reason);
}

static void test_described(NO_STATE) {
        assert_ok(describe(&made_card_route));
        assert_string_equal(collector.address, "10.9.1.1:7867");
        assert_string_equal(collector.card, "eth0");
        assert_string_equal(collector.host, "web1");
        assert_string_equal(collector.network.mac, MADE_CARD_MAC);
        assert_string_equal(collector.network.address, "10.0.2.15/24");
        assert_string_equal(collector.network.gateway, "10.0.2.1");
}

/* The host's name, if it is one for a directory of somebody else's, or what no other machine has. */
static void test_names(NO_STATE) {
        module_tree_put(root, "/proc/sys/kernel/hostname", "my web\n");
        assert_ok(describe(&made_card_route));
        assert_string_equal(collector.host, "0123456789abcdef0123456789abcdef");
        module_tree_put(root, "/etc/machine-id", "uninitialized\n");
        assert_error(describe(&made_card_route), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "collector: this machine has neither a name");
}

static void test_what_cannot_be_reached(NO_STATE) {
        assert_error(describe(NULL), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "collector: no route leads to 10.9.1.1:7867");
        module_tree_put(root, "/sys/class/net/eth0/uevent", "DEVTYPE=bond\n");
        assert_error(describe(&made_card_route), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "collector: its server is reached by eth0, which is a bond,");
}

static void test_settings(NO_STATE) {
        static const struct {
                const char *setting, *why;
                int error;
        } rows[] = {
                { "127.0.0.1", "collector: '127.0.0.1' is no HOST:PORT", ERR_VALUE },
                { "127.0.0.1:", "collector: '' is no port", ERR_VALUE },
                { "127.0.0.1:http", "collector: 'http' is no port", ERR_VALUE },
                { "127.0.0.1:123456789012", "is no port", ERR_VALUE },
                { "no.such.host.invalid:7867", "collector: no.such.host.invalid: ", ERR_NOT_FOUND },
        };

        assert_ok(kdump_collector_find(root, "127.0.0.1:7867", &collector, &reason));
        assert_string_equal(collector.address, "127.0.0.1:7867");
        assert_string_equal(collector.card, "lo");
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_error(kdump_collector_find(root, rows[i].setting, &collector, &reason), rows[i].error);
                test_assert_contains(reason.text, rows[i].why);
        }
}

static void test_tried(NO_STATE) {
        struct fake_collector listener;

        fake_collector_start(&listener, scratch_path(root, "came"), "");
        strcpy(collector.address, listener.address);
        assert_ok(kdump_collector_try(&collector, &reason));
        fake_collector_end(&listener);
        fake_collector_gone(collector.address);
        assert_true(kdump_collector_try(&collector, &reason) < 0);
        test_assert_contains(reason.text, ": Connection refused");
}

/* The crash kernel has one network. */
static void test_beside_a_share(NO_STATE) {
        struct capture_network network = { .mac = "" };

        assert_ok(describe(&made_card_route));
        assert_ok(kdump_collector_join(&collector, &network, &reason));
        assert_string_equal(network.mac, MADE_CARD_MAC);
        network.gateway[0] = '\0';
        strcpy(network.server, "10.0.2.9");
        assert_ok(kdump_collector_join(&collector, &network, &reason));
        assert_string_equal(network.gateway, "10.0.2.1");
        assert_string_equal(network.server, "10.0.2.9");
        strcpy(network.gateway, "10.0.2.2");
        assert_error(kdump_collector_join(&collector, &network, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "reached by another way than the share");
        strcpy(network.gateway, "");
        strcpy(network.mac, "52:54:00:00:00:01");
        assert_error(kdump_collector_join(&collector, &network, &reason), ERR_NOT_SUPPORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_described), TEST(test_names), TEST(test_what_cannot_be_reached),
                TEST(test_settings),  TEST(test_tried), TEST(test_beside_a_share),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
