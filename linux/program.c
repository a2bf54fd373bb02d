/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* pipe2() */
#include "linux/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

static bool is_program(const char *path) {
        struct stat status;

        return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static bool find_in(const char *places, const char *name, char ret_path[PATH_MAX]) {
        for (const char *place = places; *place;) {
                size_t length = strcspn(place, ":");

                /* A relative one, the empty one too, is not for what runs as root. */
                if (place[0] == '/' &&
                    snprintf(ret_path, PATH_MAX, "%.*s/%s", (int) length, place, name) < PATH_MAX &&
                    is_program(ret_path))
                        return true;
                place += length + (place[length] == ':');
        }
        return false;
}

bool program_find(const char *name, char ret_path[PATH_MAX]) {
        const char *places = getenv("PATH");

        if (strchr(name, '/'))
                return system_file_path("", name, ret_path) && is_program(ret_path);
        return (places && find_in(places, name, ret_path)) || find_in(PROGRAM_SYSTEM_PATH, name, ret_path);
}

static int wait_for(pid_t child) {
        int status;

        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return errno_to_error(errno);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ERR_FAILED;
}

static int spawn(const char *const *command, int output, pid_t *ret_child) {
        char *const environment[] = { (char *) "LC_ALL=C", (char *) "PATH=" PROGRAM_SYSTEM_PATH, NULL };
        posix_spawn_file_actions_t actions;
        int r;

        posix_spawn_file_actions_init(&actions);
        if (output >= 0) {
                posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
                posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
        }
        r = posix_spawn(ret_child, command[0], &actions, NULL, (char *const *) command, environment);
        posix_spawn_file_actions_destroy(&actions);
        return r == 0 ? 0 : errno_to_error(r);
}

int program_read(const char *const *command, size_t limit, struct buffer *output) {
        pid_t child;
        int ends[2], r, status;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return errno_to_error(errno);
        r = spawn(command, ends[1], &child);
        (void) close(ends[1]);
        if (r < 0) {
                (void) close(ends[0]);
                return r;
        }
        r = file_read_all(ends[0], limit, output);
        (void) close(ends[0]); /* what still writes gets an error */
        status = wait_for(child);
        return r < 0 ? r : status;
}

int program_call(const char *const *command) {
        pid_t child;
        int r;

        r = spawn(command, -1, &child);
        return r < 0 ? r : wait_for(child);
}
