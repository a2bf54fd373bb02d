/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <linux/watchdog.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/watchdog.h"
#include "posix/clock.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define DEVICE "/sys/devices/pci0000:00/0000:00:04.0"

/* The most that the hardware takes; 0: it has one timeout, and tells none. */
static int timeout_max;
static char *root;

/* In place of libc's: a timeout that is taken is noted in the device's file, among what is written to it. */
int ioctl(int fd, unsigned long request, ...) {
        va_list arguments;
        int *seconds;

        va_start(arguments, request);
        seconds = va_arg(arguments, int *);
        va_end(arguments);
        if (request != WDIOC_SETTIMEOUT || *seconds > timeout_max)
                return -1;
        dprintf(fd, "[%d]", *seconds);
        return 0;
}

static void put_watchdog(const char *name, const char *driver) {
        char path[128];

        snprintf(path, sizeof(path), "/dev/%s", name);
        module_tree_put(root, path, "");
        snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", driver);
        module_tree_put(root, path, "");
        snprintf(path, sizeof(path), "../../../bus/pci/drivers/%s", driver);
        module_tree_link(root, DEVICE "/driver", path);
        snprintf(path, sizeof(path), WATCHDOG_CLASS "/%s/device", name);
        module_tree_link(root, path, "../../../devices/pci0000:00/0000:00:04.0");
}

static int begin(NO_STATE) {
        root = scratch_make();
        timeout_max = 1000;
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static void read_device(char *ret_text, size_t size) {
        struct bytes content = test_read_file(scratch_path(root, "dev/watchdog3"));

        snprintf(ret_text, size, "%.*s", (int) content.size, (const char *) content.data);
        free((void *) (uintptr_t) content.data);
}

static void assert_written(const char *wanted) {
        char text[256];

        read_device(text, sizeof(text));
        assert_string_equal(text, wanted);
}

static void test_nobody_tells_it_to_end(NO_STATE) {
        uint64_t until_ms = clock_ms() + 600;

        put_watchdog("watchdog3", "i6300ESB timer");
        assert_true(watchdog_hold(root, "i6300ESB timer", until_ms));
        assert_uint_in_range(clock_left_ms(until_ms), 0, 0);
        assert_written("[60]-"); /* and no V: it goes on, and bites */
}

static void test_what_the_hardware_takes(NO_STATE) {
        put_watchdog("watchdog3", "iTCO_wdt");
        timeout_max = 39;
        assert_true(watchdog_hold(root, "iTCO_wdt", clock_ms() + 300));
        assert_written("[30]-");
}

/* Pinged at once, and again; how often depends on the time. */
static void test_a_timeout_that_nobody_tells(NO_STATE) {
        put_watchdog("watchdog3", "iTCO_wdt");
        timeout_max = 0;
        assert_true(watchdog_hold(root, "iTCO_wdt", clock_ms() + 300));
        assert_written("-");
}

static void test_others_are_left_alone(NO_STATE) {
        put_watchdog("watchdog3", "hpwdt");
        module_tree_put(root, WATCHDOG_CLASS "/watchdog4/state", "active\n"); /* softdog */
        assert_true(watchdog_hold(root, "iTCO_wdt", clock_ms() + 300));
        assert_true(watchdog_hold(root, "", clock_ms() + 300));
        assert_written("");
}

/* Holds it in another process, whose status is 0 when it was told to end. */
static pid_t start(void) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
                _exit(watchdog_hold(root, "iTCO_wdt", clock_ms() + 60000));
        return pid;
}

static void await_ping(void) {
        char text[256] = "";

        for (uint64_t deadline_ms = clock_ms() + 30000; !strchr(text, '-'); clock_sleep_ms(20)) {
                assert_true(clock_left_ms(deadline_ms) > 0);
                read_device(text, sizeof(text));
        }
}

static void tell_to_end(pid_t pid) {
        int status;

        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_it_is_let_go(NO_STATE) {
        char text[256];
        pid_t pid;

        put_watchdog("watchdog3", "iTCO_wdt");
        pid = start();
        await_ping();
        tell_to_end(pid);
        read_device(text, sizeof(text));
        assert_true(text_starts_with(text, "[60]-"));
        assert_true(text_ends_with(text, "[600]-V"));
}

/* Its module is loaded later. */
static void test_it_is_waited_for(NO_STATE) {
        pid_t pid = start();

        clock_sleep_ms(400);
        put_watchdog("watchdog3", "iTCO_wdt");
        await_ping();
        tell_to_end(pid);
}

static void test_none_comes(NO_STATE) {
        pid_t pid = start();

        clock_sleep_ms(400);
        tell_to_end(pid);
}

static void test_the_driver(NO_STATE) {
        char driver[WATCHDOG_DRIVER_SIZE];

        put_watchdog("watchdog3", "i6300ESB timer");
        module_tree_put(root, WATCHDOG_CLASS "/watchdog4/state", "active\n");
        assert_true(watchdog_driver(root, "watchdog3", driver));
        assert_string_equal(driver, "i6300ESB timer");
        module_tree_put(root, WATCHDOG_CLASS "/watchdog4/identity", "Software Watchdog\n");
        assert_false(watchdog_driver(root, "watchdog4", driver));
        module_tree_put(root, WATCHDOG_CLASS "/watchdog4/identity", "../../pci/drivers/i6300ESB timer\n");
        assert_false(watchdog_driver(root, "watchdog4", driver));
        assert_false(watchdog_driver(root, "watchdog5", driver));
}

/* Which i6300esb of Linux 6.1 does. */
static void test_one_that_tells_no_device(NO_STATE) {
        char driver[WATCHDOG_DRIVER_SIZE], path[PATH_MAX];

        put_watchdog("watchdog3", "i6300ESB timer");
        module_tree_link(root, "/sys/bus/pci/drivers/i6300ESB timer/0000:00:04.0",
                         "../../../../devices/pci0000:00/0000:00:04.0");
        module_tree_put(root, WATCHDOG_CLASS "/watchdog4/identity", "i6300ESB timer\n");
        assert_true(watchdog_device(root, "watchdog4", path));
        assert_string_equal(path, "/sys/bus/pci/drivers/i6300ESB timer/0000:00:04.0");
        assert_true(watchdog_driver(root, "watchdog4", driver));
        assert_string_equal(driver, "i6300ESB timer");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(nobody_tells_it_to_end),
                TEST(what_the_hardware_takes),
                TEST(a_timeout_that_nobody_tells),
                TEST(others_are_left_alone),
                TEST(it_is_let_go),
                TEST(it_is_waited_for),
                TEST(none_comes),
                TEST(the_driver),
                TEST(one_that_tells_no_device),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
