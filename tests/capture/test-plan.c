/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "capture/plan.h"

#define TARGET    "uuid = 0d5e\nfile_system = ext4\ndirectory = /var/lib/pstore-fw\nlog_tool = vmcore-dmesg\n"

#define COLLECTOR "collector = 10.9.1.1:7867\n"
#define CARD      "mac = 52:54:00:12:34:56\naddress = 10.9.1.2/24\n"
#define KEY       "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void test_the_rest_has_a_default(NO_STATE) {
        struct capture_plan plan;
        char error[SETTINGS_ERROR_SIZE];

        assert_ok(capture_plan_parse(text_view(TARGET), &plan, error));
        assert_string_equal(plan.uuid, "0d5e");
        assert_string_equal(plan.mount_options, "");
        assert_string_equal(plan.image_tool, "");
        assert_string_equal(plan.compression, "lzo");
        assert_int_equal(plan.dump_level, 31);
        assert_int_equal(plan.keep, 5);
        assert_int_equal(plan.devices, 1);
        assert_int_equal(plan.bound_seconds, 600);
}

static void test_what_is_wrong_is_named(NO_STATE) {
        static const struct {
                const char *text, *error;
        } plans[] = {
                { "", "uuid: missing" },
                { "uuid = a\nfile_system = ext4\ndirectory = /d\n", "log_tool: missing" },
                { "directory = d\n", "line 1: directory: 'd' is no absolute path, or too long" },
                { TARGET "compression = lz4\n",
                  "line 5: compression: 'lz4' is none of lzo, zlib, zstd, snappy and none" },
                { TARGET "dump_level = 32\n", "line 5: dump_level: '32' is not between 0 and 31" },
                { TARGET "devices = 17\n", "line 5: devices: '17' is not between 1 and 16" },
                { TARGET "public_key = 0123\n", "line 5: public_key: '0123' is no key" },
                { TARGET "collector = nas:7867\n", "line 5: collector: 'nas:7867' is no ADDRESS:PORT" },
                { TARGET "host = a/b\n", "line 5: host: 'a/b' is no name of a host" },
                { TARGET COLLECTOR, "mac: missing" },
                { TARGET COLLECTOR CARD, "host: missing" },
                { TARGET COLLECTOR CARD "host = web-7\n", "public_key: missing" },
                { COLLECTOR CARD "host = web-7\npublic_key = " KEY "\n", "log_tool: missing" },
                { TARGET "keep = 0\n", "line 5: keep: '0' is not between 1 and 1000" },
        };
        struct capture_plan plan;
        char error[SETTINGS_ERROR_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
                assert_error(capture_plan_parse(text_view(plans[i].text), &plan, error), ERR_VALUE);
                assert_string_equal(error, plans[i].error);
        }
}

/* With a collector dumps need no place. */
static void test_a_collector(NO_STATE) {
        struct capture_plan plan;
        char error[SETTINGS_ERROR_SIZE];

        assert_ok(capture_plan_parse(
                text_view(COLLECTOR CARD "host = web-7\npublic_key = " KEY "\nlog_tool = vmcore-dmesg\n"),
                &plan, error));
        assert_string_equal(plan.collector, "10.9.1.1:7867");
        assert_string_equal(plan.host, "web-7");
        assert_false(capture_plan_has_place(&plan));
        assert_ok(capture_plan_parse(text_view(TARGET COLLECTOR CARD "host = web-7\npublic_key = " KEY "\n"),
                                     &plan, error));
        assert_true(capture_plan_has_place(&plan));
        assert_false(capture_plan_is_share(&plan));
}

static struct capture_plan some_plan(void) {
        struct capture_plan plan = capture_plan_default;

        strcpy(plan.uuid, "0d5e4c1a-0001-4d42-9d0c-2f6b6b1c7a11");
        strcpy(plan.file_system, "btrfs");
        strcpy(plan.mount_options, "subvol=/@");
        strcpy(plan.directory, "/var/lib/pstore-fw");
        strcpy(plan.log_tool, "vmcore-dmesg");
        strcpy(plan.image_tool, "makedumpfile");
        strcpy(plan.compression, "zlib");
        plan.keep = 3;
        return plan;
}

static void test_a_printed_plan_is_the_plan(NO_STATE) {
        struct capture_plan plan = some_plan(), again;
        char text[CAPTURE_PLAN_SIZE], error[SETTINGS_ERROR_SIZE];

        assert_ok(capture_plan_print(&plan, text));
        assert_ok(capture_plan_parse(text_view(text), &again, error));
        assert_string_equal(again.mount_options, "subvol=/@");
        assert_string_equal(again.compression, "zlib");
        assert_int_equal(again.keep, 3);
}

/* Values that the form of the file cannot hold. */
static void test_what_would_not_come_back_is_refused(NO_STATE) {
        static const char *const directories[] = { "/a ;b", "/a\nb", "/a ", "relative" };
        char text[CAPTURE_PLAN_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
                struct capture_plan plan = some_plan();

                strcpy(plan.directory, directories[i]);
                assert_error(capture_plan_print(&plan, text), ERR_VALUE);
        }
}

static void test_the_longest_directory_comes_back(NO_STATE) {
        struct capture_plan plan = some_plan(), again;
        char text[CAPTURE_PLAN_SIZE], error[SETTINGS_ERROR_SIZE];

        memset(plan.directory, 'd', sizeof(plan.directory) - 1);
        plan.directory[0] = '/';
        assert_ok(capture_plan_print(&plan, text));
        assert_ok(capture_plan_parse(text_view(text), &again, error));
        assert_string_equal(again.directory, plan.directory);
}

#define SHARE                                                                                                \
        "server = 10.0.9.9\nmac = 52:54:00:12:34:56\naddress = 10.0.2.15/24\nfile_system = nfs4\n"           \
        "directory = /web1\nlog_tool = vmcore-dmesg\n"

static void test_a_share_needs_no_uuid(NO_STATE) {
        struct capture_plan plan, again;
        char text[CAPTURE_PLAN_SIZE], error[SETTINGS_ERROR_SIZE];

        assert_error(capture_plan_parse(text_view(SHARE), &plan, error), ERR_VALUE);
        assert_string_equal(error, "export: missing");
        assert_ok(capture_plan_parse(text_view(SHARE "export = /srv\nmtu = 1460\n"), &plan, error));
        assert_true(capture_plan_is_share(&plan));
        assert_ok(capture_plan_print(&plan, text));
        assert_ok(capture_plan_parse(text_view(text), &again, error));
        assert_string_equal(again.network.mac, "52:54:00:12:34:56");
        assert_string_equal(again.network.address, "10.0.2.15/24");
        assert_string_equal(again.network.gateway, "");
        assert_int_equal(again.network.mtu, 1460);
        assert_ok(capture_plan_parse(text_view(TARGET), &plan, error));
        assert_false(capture_plan_is_share(&plan));
}

static void test_compressions_have_their_options(NO_STATE) {
        assert_string_equal(capture_plan_compression_option("lzo"), "-l");
        assert_string_equal(capture_plan_compression_option("zlib"), "-c");
        assert_string_equal(capture_plan_compression_option("none"), "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_rest_has_a_default),
                cmocka_unit_test(test_what_is_wrong_is_named),
                cmocka_unit_test(test_a_collector),
                cmocka_unit_test(test_a_printed_plan_is_the_plan),
                cmocka_unit_test(test_what_would_not_come_back_is_refused),
                cmocka_unit_test(test_the_longest_directory_comes_back),
                cmocka_unit_test(test_a_share_needs_no_uuid),
                cmocka_unit_test(test_compressions_have_their_options),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
