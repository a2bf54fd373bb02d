/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/efivars-directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/emulated.h"

#define VARIABLE "PSTORE_FW_TEST_DIRECTORY"

const char *efivars_directory(void) {
        return getenv(VARIABLE);
}

int efivars_directory_start_again(char **arguments) {
        char path[] = "/tmp/pstore-fw-test-XXXXXX", with_slash[64];

        if (!mkdtemp(path))
                return 1;
        snprintf(with_slash, sizeof(with_slash), "%s/", path);
        setenv("EFIVARFS_PATH", with_slash, 1);
        setenv(VARIABLE, path, 1);
        emulated_start_again(arguments);
        return 1;
}

int efivars_directory_make_empty(void **state) {
        const char *directory = efivars_directory();
        char command[4200];

        (void) state;
        snprintf(command, sizeof(command), "rm -rf '%s' && mkdir '%s'", directory, directory);
        return system(command);
}

void efivars_directory_remove(void) {
        (void) efivars_directory_make_empty(NULL);
        (void) rmdir(efivars_directory());
}
