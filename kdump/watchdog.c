/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/watchdog.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/system-file.h"
#include "posix/memory.h"

/* A driver with a device of its own, /dev/watchdog, which that of the first of the class has otherwise. */
#define OLD_CLASS "/sys/class/misc/watchdog"

/*
 * From the panic until /init has loaded a driver: 5 to 10 seconds. systemd and others ping when half of the
 * timeout is over, so that the panic may find no more than the other half.
 */
#define NEEDED_SECONDS  20
#define ADVISED_SECONDS 60

static bool has_path(const char *name, const char *attribute, char ret_path[PATH_MAX]) {
        return snprintf(ret_path, PATH_MAX, WATCHDOG_CLASS "/%s/%s", name, attribute) < PATH_MAX;
}

static bool has_state(const char *root, const char *name, char *ret_state, size_t size) {
        char path[PATH_MAX];

        return has_path(name, "state", path) && system_file_line(root, path, ret_state, size);
}

/* Of what cannot be read 0. */
static uint64_t number(const char *root, const char *name, const char *attribute) {
        char path[PATH_MAX];
        uint64_t value;

        return has_path(name, attribute, path) && system_file_number(root, path, &value) ? value : 0;
}

static bool is_open_by_systemd(const char *root, const char *name) {
        char path[PATH_MAX], target[64], comm[16];
        _cleanup_closedir_ DIR *descriptors = NULL;
        const struct dirent *entry;
        ssize_t length;

        if (!system_file_line(root, "/proc/1/comm", comm, sizeof(comm)) || strcmp(comm, "systemd") != 0 ||
            !system_file_path(root, "/proc/1/fd", path))
                return false;
        descriptors = opendir(path);
        while (descriptors && (entry = readdir(descriptors))) {
                length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);
                if (length <= 0)
                        continue;
                target[length] = '\0';
                /* /dev/watchdog is another name of the first. */
                if (strncmp(target, "/dev/watchdog", strlen("/dev/watchdog")) == 0 &&
                    (strcmp(target + strlen("/dev/"), name) == 0 ||
                     (strcmp(target, "/dev/watchdog") == 0 && strcmp(name, "watchdog0") == 0)))
                        return true;
        }
        return false;
}

static void add(const char *root, const char *name, struct kdump_watchdogs *watchdogs) {
        struct kdump_watchdog *watchdog = &watchdogs->list[watchdogs->count];
        char state[16] = "";

        if (watchdogs->count == KDUMP_WATCHDOGS_MAX ||
            snprintf(watchdog->name, sizeof(watchdog->name), "%s", name) >= (int) sizeof(watchdog->name) ||
            !watchdog_driver(root, name, watchdog->driver))
                return;
        watchdog->is_known = has_state(root, name, state, sizeof(state));
        watchdog->is_active = strcmp(state, "active") == 0;
        if (watchdog->is_known && !watchdog->is_active && number(root, name, "nowayout") == 0)
                return;
        watchdog->timeout_seconds = number(root, name, "timeout");
        watchdog->timeout_max_seconds = number(root, name, "max_timeout");
        watchdog->by_systemd = is_open_by_systemd(root, name);
        watchdogs->count++;
}

void kdump_watchdogs_look(const char *root, struct kdump_watchdogs *ret_watchdogs) {
        struct kdump_watchdogs *watchdogs = ret_watchdogs;
        _cleanup_closedir_ DIR *class = NULL;
        const struct dirent *entry;
        char path[PATH_MAX];

        *watchdogs = (struct kdump_watchdogs){ 0 };
        if (system_file_path(root, WATCHDOG_CLASS, path))
                class = opendir(path);
        while (class && (entry = readdir(class)))
                if (entry->d_name[0] != '.')
                        add(root, entry->d_name, watchdogs);
        watchdogs->untold =
                system_file_exists(root, OLD_CLASS) && !system_file_exists(root, WATCHDOG_CLASS "/watchdog0");
}

const struct kdump_watchdog *kdump_watchdogs_active(const struct kdump_watchdogs *watchdogs) {
        for (size_t i = 0; i < watchdogs->count; i++)
                if (watchdogs->list[i].is_active)
                        return &watchdogs->list[i];
        return NULL;
}

static void judge_timeout(const struct kdump_watchdog *watchdog, struct findings *findings) {
        uint64_t most = watchdog->timeout_max_seconds, wanted = ADVISED_SECONDS;
        char remedy[192] = "";

        if (most > 0 && most < wanted)
                wanted = most;
        if (watchdog->by_systemd && wanted > watchdog->timeout_seconds)
                snprintf(remedy, sizeof(remedy),
                         "mkdir -p /etc/systemd/system.conf.d; printf "
                         "'[Manager]\\nRuntimeWatchdogSec=%llu\\n' > "
                         "/etc/systemd/system.conf.d/60-watchdog.conf; systemctl daemon-reexec",
                         (unsigned long long) wanted);
        findings_add(
                findings, VERDICT_WARNING, remedy,
                "%s (%s) resets the machine %llu s after its last ping, and until the crash kernel has it in "
                "hand may take 10 of them: %s",
                watchdog->name, watchdog->driver, (unsigned long long) watchdog->timeout_seconds,
                remedy[0]                            ? "systemd pings it when half of them are over"
                : wanted > watchdog->timeout_seconds ? "let what pings it set a longer timeout, of 60 s"
                                                     : "it takes no longer timeout");
}

void kdump_watchdogs_judge(const struct kdump_watchdogs *watchdogs, struct findings *findings) {
        for (size_t i = 0; i < watchdogs->count; i++) {
                const struct kdump_watchdog *watchdog = &watchdogs->list[i];

                if (!watchdog->is_known)
                        findings_add(findings, VERDICT_UNKNOWN, "",
                                     "%s (%s) may run, and this kernel does not tell its timeout "
                                     "(CONFIG_WATCHDOG_SYSFS): less than %d s may be too few for a dump",
                                     watchdog->name, watchdog->driver, NEEDED_SECONDS);
                else if (watchdog->is_active && watchdog->timeout_seconds < NEEDED_SECONDS)
                        judge_timeout(watchdog, findings);
        }
        if (watchdogs->untold)
                findings_add(
                        findings, VERDICT_UNKNOWN, "",
                        "/dev/watchdog is of a driver that tells nothing of it, such as ipmi_watchdog: if it "
                        "runs, it may reset the machine before a dump is there");
}
