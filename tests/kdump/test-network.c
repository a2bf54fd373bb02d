/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kdump/network.h"
#include "tests/support/made-card.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define MAC  MADE_CARD_MAC
#define ETH0 "/sys/class/net/eth0"

/* web1, whose eth0 is a network card. */
static char *make_machine(void) {
        char *root = scratch_make();

        module_tree_put(root, "/proc/sys/kernel/hostname", "web1\n");
        module_tree_put(root, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        made_card_put(root, "eth0");
        return root;
}

static struct mount_row version_4(void) {
        struct mount_row row = { .root = "/", .mount_point = "/mnt", .file_system = "nfs4" };

        strcpy(row.source, "nas.example.org:/srv/dumps");
        strcpy(row.options, "rw,vers=4.1,rsize=1048576,hard,proto=tcp,timeo=600,sec=sys,clientaddr=10.0.2.15,"
                            "local_lock=none,addr=10.0.9.9");
        return row;
}

static struct kdump_target describe(const char *root, const struct mount_row *row,
                                    const struct route *route) {
        struct kdump_target target = { .directory = "/mnt/web1" };

        kdump_network_describe(root, row, route, &target);
        return target;
}

static void test_version_4(NO_STATE) {
        char *root = make_machine();
        struct mount_row row = version_4();
        struct kdump_target target = describe(root, &row, &made_card_route);

        assert_string_equal(target.refusal, "");
        assert_string_equal(target.device, "nas.example.org:/srv/dumps");
        assert_string_equal(target.card, "eth0");
        assert_string_equal(target.network.mac, MAC);
        assert_string_equal(target.network.address, "10.0.2.15/24");
        assert_string_equal(target.network.gateway, "10.0.2.1");
        assert_int_equal(target.network.mtu, 1460);
        assert_string_equal(target.network.server, "10.0.9.9");
        assert_string_equal(target.network.export, "/srv/dumps");
        assert_string_equal(target.mount_options, "vers=4.1,port=2049,clientaddr=10.0.2.15");
        scratch_remove(root);
}

static void test_version_3(NO_STATE) {
        char *root = make_machine();
        struct mount_row row = version_4();
        struct kdump_target target;

        strcpy(row.options, "rw,vers=3,proto=tcp,port=12049,sec=sys,mountaddr=10.0.9.8,mountvers=3,"
                            "mountport=20048,mountproto=udp,local_lock=all,addr=10.0.9.9");
        target = describe(root, &row, &made_card_route);
        assert_string_equal(target.refusal, "");
        assert_string_equal(target.network.server, "10.0.9.9");
        assert_string_equal(target.mount_options, "vers=3,port=12049,nolock,mountproto=udp,mountport=20048");
        scratch_remove(root);
}

static void assert_refused(const char *root, const struct mount_row *row, const struct route *route,
                           const char *why) {
        struct kdump_target target = describe(root, row, route);

        test_assert_contains(target.refusal, why);
}

static void test_shares_that_cannot_be_mounted(NO_STATE) {
        static const struct {
                const char *options, *why;
        } rows[] = {
                { "rw,vers=4.0,proto=tcp,sec=sys,addr=10.0.9.9", "NFS with vers=4.0," },
                { "rw,vers=4.1,proto=tcp,sec=krb5p,addr=10.0.9.9", "NFS with sec=krb5p," },
                { "rw,vers=4.1,proto=rdma,sec=sys,addr=10.0.9.9", "NFS with proto=rdma," },
                { "rw,vers=4.1,proto=tcp6,sec=sys,addr=fd00::9", "NFS with proto=tcp6," },
                { "rw,vers=4.1,proto=tcp,sec=sys,xprtsec=mtls,addr=10.0.9.9", "NFS with xprtsec=mtls," },
                { "rw,vers=4.1,proto=tcp,sec=sys,addr=fd00::9",
                  "fd00::9, and the crash kernel knows IPv4 only" },
                { "rw,vers=4.1,proto=tcp,sec=sys", "its server has no address that is known here" },
        };
        char *root = make_machine();

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct mount_row row = version_4();

                strcpy(row.options, rows[i].options);
                assert_refused(root, &row, &made_card_route, rows[i].why);
        }
        scratch_remove(root);
}

/* Each is a card but for one file. */
static void test_cards_that_cannot_be_used(NO_STATE) {
        static const struct {
                const char *file, *content, *why;
        } rows[] = {
                { ETH0 "/uevent", "DEVTYPE=bond\n", "eth0, which is a bond," },
                { ETH0 "/uevent", "DEVTYPE=bridge\n", "eth0, which is a bridge," },
                { ETH0 "/uevent", "DEVTYPE=vlan\n", "eth0, which is a VLAN," },
                { ETH0 "/uevent", "DEVTYPE=wlan\n", "eth0, which is Wi-Fi," },
                { ETH0 "/uevent", "DEVTYPE=wireguard\n", "eth0, which is WireGuard," },
                { ETH0 "/type", "512\n", "eth0, which is no Ethernet," },
                { ETH0 "/addr_assign_type", "3\n", "eth0 has a MAC that is not its own" },
                { "/sys/class/net/eth1/device/vendor", "", "two network cards have the MAC " MAC },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct mount_row row = version_4();
                char *root = make_machine();

                module_tree_put(root, "/sys/class/net/eth1/address", MAC "\n");
                module_tree_put(root, rows[i].file, rows[i].content);
                assert_refused(root, &row, &made_card_route, rows[i].why);
                scratch_remove(root);
        }
}

static void test_what_is_missing(NO_STATE) {
        char *root = make_machine();
        struct mount_row row = version_4();

        assert_refused(root, &row, NULL, "no route leads to its server, 10.0.9.9");
        assert_int_equal(unlink(scratch_path(root, "sys/class/net/eth0/device")), 0);
        assert_refused(root, &row, &made_card_route, "eth0, which is no network card (a team,");
        scratch_remove(root);
}

static void test_a_directory_of_its_own(NO_STATE) {
        char *root = make_machine();
        struct mount_row row = version_4();
        struct kdump_target target = { .directory = "/mnt" };

        kdump_network_describe(root, &row, &made_card_route, &target);
        test_assert_contains(target.refusal, "directory = /mnt/%H");
        target = (struct kdump_target){ .directory = "/mnt/0123456789abcdef0123456789abcdef" };
        kdump_network_describe(root, &row, &made_card_route, &target);
        assert_string_equal(target.refusal, "");
        /* Where it is mounted has no name on the share. */
        strcpy(row.mount_point, "/mnt/web1");
        target = (struct kdump_target){ .directory = "/mnt/web1" };
        kdump_network_describe(root, &row, &made_card_route, &target);
        test_assert_contains(target.refusal, "directory = /mnt/web1/%H");
        strcpy(row.mount_point, "/mnt");
        /* One that many have is none of its own. */
        module_tree_put(root, "/proc/sys/kernel/hostname", "localhost\n");
        target = (struct kdump_target){ .directory = "/mnt/localhost" };
        kdump_network_describe(root, &row, &made_card_route, &target);
        test_assert_contains(target.refusal, "each machine needs a directory of its own");
        scratch_remove(root);
}

static void test_trial(NO_STATE) {
        char *root = scratch_make();
        struct reason reason;

        assert_ok(kdump_network_try(scratch_path(root, "dumps/web1"), &reason));
        assert_ok(kdump_network_try(scratch_path(root, "dumps/web1"), &reason));
        assert_int_equal(scratch_count_files(root), 0);
        assert_int_equal(chmod(scratch_path(root, "dumps/web1"), 0777), 0);
        assert_error(kdump_network_try(scratch_path(root, "dumps/web1"), &reason), ERR_PERMISSION);
        test_assert_contains(reason.text, "dumps/web1: cannot be written to, or is not ours alone");
        assert_int_equal(chmod(scratch_path(root, "dumps/web1"), 0700), 0);
        if (geteuid() == 0) {
                assert_int_equal(chown(scratch_path(root, "dumps/web1"), 1234, 0), 0);
                assert_error(kdump_network_try(scratch_path(root, "dumps/web1"), &reason), ERR_PERMISSION);
        }
        assert_int_equal(symlink(root, scratch_path(root, "link")), 0);
        assert_true(kdump_network_try(scratch_path(root, "link"), &reason) < 0);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_version_4),
                cmocka_unit_test(test_version_3),
                cmocka_unit_test(test_shares_that_cannot_be_mounted),
                cmocka_unit_test(test_cards_that_cannot_be_used),
                cmocka_unit_test(test_what_is_missing),
                cmocka_unit_test(test_a_directory_of_its_own),
                cmocka_unit_test(test_trial),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
