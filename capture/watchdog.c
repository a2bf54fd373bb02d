/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/watchdog.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/watchdog.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/text.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "posix/memory.h"

#define POLL_MS 250

/*
 * While it is held: longer than what tries to restart the machine when the time is over needs for it
 * (capture/main.c, RESET_MS), and no longer than a machine that hangs may stay away. When it is left: as
 * systemd has it at a reboot (RebootWatchdogSec=10min).
 */
#define HELD_SECONDS 60
#define LEFT_SECONDS 600

/* So often within its timeout; and what a timeout is taken for that no driver tells. */
#define PINGS           4
#define UNKNOWN_SECONDS 4

static bool has_driver(const char *root, const char *device) {
        char path[PATH_MAX];

        return snprintf(path, sizeof(path), "%s%s/driver", root, device) < (int) sizeof(path) &&
               access(path, F_OK) == 0;
}

static bool read_identity(const char *root, const char *name, char ret_identity[WATCHDOG_DRIVER_SIZE]) {
        char path[PATH_MAX];

        return snprintf(path, sizeof(path), "%s" WATCHDOG_CLASS "/%s/identity", root, name) <
                       (int) sizeof(path) &&
               file_read_line(path, ret_identity, WATCHDOG_DRIVER_SIZE) == 0 && ret_identity[0] &&
               ret_identity[0] != '.' && !strchr(ret_identity, '/');
}

/* What is bound to a driver of this name on this bus. */
static bool find_bound(const char *root, const char *bus, const char *driver, char ret_path[PATH_MAX]) {
        char directory[PATH_MAX];
        _cleanup_closedir_ DIR *entries = NULL;
        const struct dirent *entry;

        snprintf(directory, sizeof(directory), "%s/sys/bus/%s/drivers/%s", root, bus, driver);
        entries = opendir(directory);
        while (entries && (entry = readdir(entries)))
                if (entry->d_name[0] != '.' &&
                    snprintf(ret_path, PATH_MAX, "%s/%s", directory + strlen(root), entry->d_name) <
                            PATH_MAX &&
                    has_driver(root, ret_path))
                        return true;
        return false;
}

/* K6.1 drivers/watchdog/i6300esb.c tells no parent, but calls itself by its driver's name. */
bool watchdog_device(const char *root, const char *name, char ret_path[PATH_MAX]) {
        static const char *const buses[] = { "pci", "platform" };
        char identity[WATCHDOG_DRIVER_SIZE];

        if (snprintf(ret_path, PATH_MAX, WATCHDOG_CLASS "/%s/device", name) < PATH_MAX &&
            has_driver(root, ret_path))
                return true;
        if (!read_identity(root, name, identity))
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(buses); i++)
                if (find_bound(root, buses[i], identity, ret_path))
                        return true;
        return false;
}

bool watchdog_driver(const char *root, const char *name, char ret_driver[WATCHDOG_DRIVER_SIZE]) {
        char device[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
        const char *slash;
        ssize_t length;

        if (!watchdog_device(root, name, device) ||
            snprintf(path, sizeof(path), "%s%s/driver", root, device) >= (int) sizeof(path))
                return false;
        length = readlink(path, target, sizeof(target) - 1);
        if (length <= 0)
                return false;
        target[length] = '\0';
        slash = strrchr(target, '/');
        return snprintf(ret_driver, WATCHDOG_DRIVER_SIZE, "%s", slash ? slash + 1 : target) <
               WATCHDOG_DRIVER_SIZE;
}

/* Opening starts it. Another error than that there is none passes as well: the next try follows. */
static int find(const char *root, const char *wanted) {
        char path[PATH_MAX], driver[WATCHDOG_DRIVER_SIZE];
        _cleanup_closedir_ DIR *class = NULL;
        const struct dirent *entry;

        snprintf(path, sizeof(path), "%s" WATCHDOG_CLASS, root);
        class = opendir(path);
        while (class && (entry = readdir(class))) {
                if (entry->d_name[0] == '.' || !watchdog_driver(root, entry->d_name, driver) ||
                    strcmp(driver, wanted) != 0)
                        continue;
                snprintf(path, sizeof(path), "%s/dev/%s", root, entry->d_name);
                return open(path, O_WRONLY | O_CLOEXEC);
        }
        return -1;
}

/* Drivers refuse what is beyond their hardware: the half of it then, and so on. Seconds, of what is in force.
 */
static unsigned set_timeout(int fd, int wanted) {
        int seconds;

        for (; wanted > 0; wanted /= 2) {
                seconds = wanted;
                if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) == 0 && seconds > 0)
                        return (unsigned) seconds;
        }
        return ioctl(fd, WDIOC_GETTIMEOUT, &seconds) == 0 && seconds > 0 ? (unsigned) seconds
                                                                         : UNKNOWN_SECONDS;
}

/* Any byte but the letter that stops it. */
static void ping(int fd) {
        (void) file_write_all(fd, text_view("-"));
}

static void let_go(int fd) {
        (void) set_timeout(fd, LEFT_SECONDS);
        ping(fd);
        (void) file_write_all(fd, text_view("V"));
        (void) close(fd);
}

static bool is_told_to_end(const sigset_t *end, uint64_t within_ms) {
        const struct timespec time = {
                .tv_sec = (time_t) (within_ms / 1000),
                .tv_nsec = (long) (within_ms % 1000) * 1000000,
        };

        return sigtimedwait(end, NULL, &time) > 0;
}

bool watchdog_hold(const char *root, const char *driver, uint64_t until_ms) {
        uint64_t interval_ms = driver[0] ? POLL_MS : UINT64_MAX, left_ms;
        sigset_t end;
        int fd = -1;

        sigemptyset(&end);
        sigaddset(&end, SIGTERM);
        (void) sigprocmask(SIG_BLOCK, &end, NULL);
        while ((left_ms = clock_left_ms(until_ms)) > 0) {
                if (fd < 0 && driver[0]) {
                        fd = find(root, driver);
                        if (fd >= 0)
                                interval_ms = (uint64_t) set_timeout(fd, HELD_SECONDS) * 1000 / PINGS;
                }
                if (fd >= 0)
                        ping(fd);
                if (is_told_to_end(&end, interval_ms < left_ms ? interval_ms : left_ms)) {
                        if (fd >= 0)
                                let_go(fd);
                        return false;
                }
        }
        return true;
}
