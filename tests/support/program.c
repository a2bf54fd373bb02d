/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/program.h"

#define ARGUMENTS_MAX 32

/* A file without a name, so that no pipe can fill up. */
static int anonymous_file(void) {
        FILE *file = tmpfile();
        int fd;

        assert_non_null(file);
        fd = dup(fileno(file));
        assert_true(fd >= 0);
        fclose(file);
        return fd;
}

static int input_file(const char *input) {
        int fd = anonymous_file();

        if (input)
                assert_int_equal(write(fd, input, strlen(input)), strlen(input));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

static char *read_back(int fd, size_t *ret_size) {
        off_t size = lseek(fd, 0, SEEK_END);
        char *text;

        assert_true(size >= 0);
        text = malloc((size_t) size + 1);
        assert_int_equal(pread(fd, text, (size_t) size, 0), size);
        text[size] = '\0';
        *ret_size = (size_t) size;
        return text;
}

static void become_program(char **arguments, int input, int output, int messages) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/pstore-fw", getenv("O") ? getenv("O") : "build");
        dup2(input, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        dup2(messages, STDERR_FILENO);
        arguments[0] = path;
        execv(path, arguments);
        _exit(127);
}

static void run(struct program *program, char **arguments, int input, int output) {
        int messages = anonymous_file(), status;
        size_t size;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
                become_program(arguments, input, output, messages);
        assert_int_equal(waitpid(child, &status, 0), child);
        program->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        program->output = read_back(output, &program->output_size);
        program->messages = read_back(messages, &size);
        close(input);
        close(output);
        close(messages);
        if (program->status == 127)
                fail_msg("cannot start the program: is $O/pstore-fw built?");
}

static void take_arguments(char **arguments, va_list list) {
        size_t count = 1;

        do {
                assert_true(count < ARGUMENTS_MAX);
                arguments[count] = va_arg(list, char *);
        } while (arguments[count++]);
}

void program_run(struct program *program, const char *input, ...) {
        char *arguments[ARGUMENTS_MAX];
        va_list list;

        va_start(list, input);
        take_arguments(arguments, list);
        va_end(list);
        run(program, arguments, input_file(input), anonymous_file());
}

void program_run_to(struct program *program, const char *path, ...) {
        char *arguments[ARGUMENTS_MAX];
        int output = open(path, O_RDWR);
        va_list list;

        assert_true(output >= 0);
        va_start(list, path);
        take_arguments(arguments, list);
        va_end(list);
        run(program, arguments, input_file(NULL), output);
}

void program_free(struct program *program) {
        free(program->output);
        free(program->messages);
}

void program_assert_status(const struct program *program, int status) {
        if (program->status != status)
                fail_msg("exit status %d, not %d; standard error: %s", program->status, status,
                         program->messages);
}
