/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/system-file.h"
#include "posix/clock.h"
#include "posix/process.h"

/* What is read or called answers at once; to load a kernel of a hundred megabytes takes some seconds. */
#define PROGRAM_SECONDS UINT64_C(120)

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
        return (places && find_in(places, name, ret_path)) || find_in(PROCESS_PATH, name, ret_path);
}

int program_find_part(const char *root, const char *name, char ret_path[PATH_MAX],
                      struct reason *ret_reason) {
        static const char *const places[] = { "", "../lib/pstore-fw/" };
        char program[PATH_MAX], path[PATH_MAX];
        ssize_t length = -1;

        if (system_file_path(root, "/proc/self/exe", path))
                length = readlink(path, program, sizeof(program) - 1);
        if (length <= 0)
                return reason_set(ret_reason, ERR_NOT_FOUND, "/proc/self/exe cannot be read");
        program[length] = '\0';
        strrchr(program, '/')[1] = '\0';
        for (size_t i = 0; i < ARRAY_SIZE(places); i++)
                if (snprintf(path, sizeof(path), "%s%s%s", program, places[i], name) < (int) sizeof(path) &&
                    realpath(path, ret_path))
                        return 0;
        return reason_set(ret_reason, ERR_NOT_FOUND,
                          "%s%s is not there, nor in ../lib/pstore-fw: install pstore-fw whole", program,
                          name);
}

struct listing {
        struct buffer *output;
        size_t end; /* that its size may reach */
};

static int take(void *context, struct bytes written) {
        const struct listing *listing = context;

        if (written.size > listing->end - listing->output->size)
                return ERR_TOO_LARGE;
        buffer_append(listing->output, written);
        return buffer_error(listing->output);
}

static int run(struct process_job *job) {
        struct process_result result;
        int r;

        job->directory_fd = AT_FDCWD;
        job->deadline_ms = clock_ms() + PROGRAM_SECONDS * 1000;
        r = process_run(job, &result);
        if (r < 0)
                return r;
        return process_status(&result) == 0 ? 0 : ERR_FAILED;
}

int program_read(const char *const *command, size_t limit, struct buffer *output) {
        struct listing listing = { .output = output, .end = output->size + limit };

        return run(&(struct process_job){
                .arguments = command,
                .output = PROCESS_HEARD,
                .error = PROCESS_HEARD,
                .hear = take,
                .context = &listing,
        });
}

struct bytes program_first_line(const struct buffer *said) {
        struct bytes line = buffer_bytes(said);
        size_t length = 0;

        while (length < line.size && line.data[length] != '\n')
                length++;
        return bytes_first(line, length);
}

int program_call(const char *const *command) {
        return run(&(struct process_job){
                .arguments = command,
                .output = STDOUT_FILENO,
                .error = STDERR_FILENO,
        });
}
