/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/program-fixture.h"

#include <sys/stat.h>

#define VENDOR "-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"

int program_fixture_setup(void **state) {
        struct program_fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->directory = scratch_make();
        snprintf(fixture->variables, sizeof(fixture->variables), "efivarfs:%s/efivars", fixture->directory);
        snprintf(fixture->output, sizeof(fixture->output), "%s/output", fixture->directory);
        assert_int_equal(mkdir(scratch_path(fixture->directory, "efivars"), 0700), 0);
        scratch_copy_files(test_data("linux-tool/efi/efivars"), scratch_path(fixture->directory, "efivars"));
        *state = fixture;
        return 0;
}

int program_fixture_teardown(void **state) {
        struct program_fixture *fixture = *state;

        scratch_remove(fixture->directory);
        free(fixture);
        return 0;
}

const char *program_fixture_variable(const struct program_fixture *fixture, const char *name) {
        char file[300];

        snprintf(file, sizeof(file), "efivars/%s" VENDOR, name);
        return scratch_path(fixture->directory, file);
}

size_t program_fixture_count_variables(const struct program_fixture *fixture) {
        return scratch_count_files(scratch_path(fixture->directory, "efivars"));
}

/* The texts of these files, one behind the other, each without its first line. */
static char *join_parts(const char *directory, const char *const *files, size_t count) {
        char *log = calloc(1, 1);
        size_t size = 0;

        for (size_t i = 0; i < count; i++) {
                struct bytes part = test_read_file(scratch_path(directory, files[i]));
                const uint8_t *line_end = memchr(part.data, '\n', part.size);
                size_t header = (size_t) (line_end - part.data) + 1;

                log = realloc(log, size + part.size + 1);
                memcpy(log + size, part.data + header, part.size - header);
                size += part.size - header;
                log[size] = '\0';
                free((void *) part.data);
        }
        return log;
}

char *program_fixture_erst_log(void) {
        static const char *const files[] = { "dmesg-erst-7341001524442562562",
                                             "dmesg-erst-7341001524442562561" };

        return join_parts(test_data("linux-tool/erst/pstore"), files, ARRAY_SIZE(files));
}

char *program_fixture_efi_log(void) {
        char names[14][40];
        const char *files[14];

        for (int part = 14; part > 0; part--) {
                snprintf(names[14 - part], sizeof(names[0]), "dmesg-efi-1709210119%02d001", part);
                files[14 - part] = names[14 - part];
        }
        return join_parts(test_data("linux-tool/efi/pstore"), files, ARRAY_SIZE(files));
}
