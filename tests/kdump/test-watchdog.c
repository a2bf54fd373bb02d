/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "kdump/watchdog.h"
#include "posix/memory.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

static char *root;
static struct kdump_watchdogs watchdogs;
static struct findings findings;

static int begin(NO_STATE) {
        root = scratch_make();
        findings_init(&findings, &system_allocator);
        return 0;
}

static int end(NO_STATE) {
        findings_free(&findings);
        scratch_remove(root);
        return 0;
}

static void put(const char *name, const char *attribute, const char *value) {
        char path[128];

        snprintf(path, sizeof(path), WATCHDOG_CLASS "/%s/%s", name, attribute);
        module_tree_put(root, path, value);
}

static void put_watchdog(const char *name, const char *driver, const char *state, const char *timeout) {
        char path[PATH_MAX], link[128];

        put(name, "state", state);
        put(name, "timeout", timeout);
        put(name, "nowayout", "0\n");
        snprintf(path, sizeof(path), "%s/sys%s", root, driver);
        module_tree_put(root, path + strlen(root), "");
        snprintf(link, sizeof(link), WATCHDOG_CLASS "/%s/device/driver", name);
        module_tree_link(root, link, path);
}

static void judge(void) {
        kdump_watchdogs_look(root, &watchdogs);
        findings_free(&findings);
        findings_init(&findings, &system_allocator);
        kdump_watchdogs_judge(&watchdogs, &findings);
}

static void assert_finds(enum verdict verdict, const char *words, const char *remedy) {
        const struct finding *finding = findings_at(&findings, 0);

        assert_non_null(finding);
        assert_null(findings_at(&findings, 1));
        assert_int_equal(finding->verdict, verdict);
        test_assert_contains(finding->text, words);
        assert_string_equal(finding->remedy, remedy);
}

static void test_none(NO_STATE) {
        judge();
        assert_int_equal(watchdogs.count, 0);
        assert_null(findings_at(&findings, 0));
        assert_null(kdump_watchdogs_active(&watchdogs));
}

static void test_what_runs(NO_STATE) {
        put_watchdog("watchdog0", "/bus/platform/drivers/iTCO_wdt", "active\n", "30\n");
        put_watchdog("watchdog1", "/drivers/hpwdt", "inactive\n", "10\n");
        put("watchdog2", "state", "active\n"); /* softdog, which is no device */
        judge();
        assert_int_equal(watchdogs.count, 1);
        assert_string_equal(watchdogs.list[0].name, "watchdog0");
        assert_string_equal(watchdogs.list[0].driver, "iTCO_wdt");
        assert_int_equal(watchdogs.list[0].timeout_seconds, 30);
        assert_ptr_equal(kdump_watchdogs_active(&watchdogs), &watchdogs.list[0]);
        assert_null(findings_at(&findings, 0));
}

/* Once somebody opens it nobody stops it: its driver is wanted, but we do not start it. */
static void test_what_could_not_be_stopped(NO_STATE) {
        put_watchdog("watchdog0", "/drivers/hpwdt", "inactive\n", "10\n");
        put("watchdog0", "nowayout", "1\n");
        judge();
        assert_int_equal(watchdogs.count, 1);
        assert_null(kdump_watchdogs_active(&watchdogs));
        assert_null(findings_at(&findings, 0));
}

static void test_a_short_timeout(NO_STATE) {
        put_watchdog("watchdog0", "/drivers/iTCO_wdt", "active\n", "19\n");
        judge();
        assert_finds(VERDICT_WARNING, "watchdog0 (iTCO_wdt) resets the machine 19 s after its last ping", "");
        test_assert_contains(findings_at(&findings, 0)->text, "let what pings it set a longer timeout");
        put("watchdog0", "max_timeout", "19\n");
        judge();
        assert_finds(VERDICT_WARNING, "it takes no longer timeout", "");
        put("watchdog0", "timeout", "20\n");
        judge();
        assert_null(findings_at(&findings, 0));
}

#define REMEDY(seconds)                                                                                      \
        "mkdir -p /etc/systemd/system.conf.d; printf '[Manager]\\nRuntimeWatchdogSec=" seconds "\\n' > "     \
        "/etc/systemd/system.conf.d/60-watchdog.conf; systemctl daemon-reexec"

static void test_systemd_pings_it(NO_STATE) {
        put_watchdog("watchdog0", "/drivers/iTCO_wdt", "active\n", "10\n");
        module_tree_put(root, "/proc/1/comm", "systemd\n");
        module_tree_link(root, "/proc/1/fd/0", "/dev/null");
        judge();
        assert_finds(VERDICT_WARNING, "let what pings it", "");
        module_tree_link(root, "/proc/1/fd/41", "/dev/watchdog");
        judge();
        assert_finds(VERDICT_WARNING, "systemd pings it when half of them are over", REMEDY("60"));
        put("watchdog0", "max_timeout", "37\n");
        judge();
        assert_finds(VERDICT_WARNING, "systemd pings it", REMEDY("37"));
        module_tree_put(root, "/proc/1/comm", "init\n");
        judge();
        assert_finds(VERDICT_WARNING, "let what pings it", "");
}

static void test_systemd_pings_another(NO_STATE) {
        put_watchdog("watchdog1", "/drivers/iTCO_wdt", "active\n", "10\n");
        module_tree_put(root, "/proc/1/comm", "systemd\n");
        module_tree_link(root, "/proc/1/fd/41", "/dev/watchdog");
        module_tree_link(root, "/proc/1/fd/42", "/dev/watchdog10");
        judge();
        assert_finds(VERDICT_WARNING, "let what pings it", "");
        module_tree_link(root, "/proc/1/fd/43", "/dev/watchdog1");
        judge();
        assert_finds(VERDICT_WARNING, "systemd pings it", REMEDY("60"));
}

static void test_a_kernel_that_does_not_tell(NO_STATE) {
        put_watchdog("watchdog0", "/drivers/iTCO_wdt", "", "");
        assert_int_equal(remove(scratch_path(root, (WATCHDOG_CLASS "/watchdog0/state") + 1)), 0);
        judge();
        assert_int_equal(watchdogs.count, 1);
        assert_null(kdump_watchdogs_active(&watchdogs)); /* nobody starts one that was not running */
        assert_finds(VERDICT_UNKNOWN, "this kernel does not tell its timeout", "");
}

static void test_a_driver_outside_of_the_class(NO_STATE) {
        module_tree_put(root, "/sys/class/misc/watchdog/dev", "10:130\n");
        judge();
        assert_finds(VERDICT_UNKNOWN, "/dev/watchdog is of a driver that tells nothing of it", "");
        put_watchdog("watchdog0", "/drivers/iTCO_wdt", "inactive\n", "10\n"); /* whose name that is, too */
        judge();
        assert_null(findings_at(&findings, 0));
}

/* A made-up sysfs has more than there is room for. */
static void test_many(NO_STATE) {
        char name[32];

        for (int i = 0; i < 2 * KDUMP_WATCHDOGS_MAX; i++) {
                snprintf(name, sizeof(name), "watchdog%d", i);
                put_watchdog(name, "/drivers/iTCO_wdt", "active\n", "30\n");
        }
        judge();
        assert_int_equal(watchdogs.count, KDUMP_WATCHDOGS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(none),
                TEST(what_runs),
                TEST(what_could_not_be_stopped),
                TEST(a_short_timeout),
                TEST(systemd_pings_it),
                TEST(systemd_pings_another),
                TEST(a_kernel_that_does_not_tell),
                TEST(a_driver_outside_of_the_class),
                TEST(many),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
