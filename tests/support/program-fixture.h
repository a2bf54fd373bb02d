/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "tests/support/program.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

/* Stores with the records of one real panic each, and what its event is called. */
#define PROGRAM_ERST_IMAGE "erst-image:tests/data/erst-image/linux-6.1-panic.bin"
#define PROGRAM_EFI_IMAGE  "efi-image:tests/data/variable-store/linux-6.1-panic.fd"
#define PROGRAM_ERST_EVENT "20240229T123510Z-erst-panic1"
#define PROGRAM_EFI_EVENT  "20240229T123519Z-efi-panic1"

/* For a test of the built program: a folder of its own, with a store that may be changed. */
struct program_fixture {
        char *directory;
        char variables[4200]; /* "efivarfs:DIR" with the variables of a real panic */
        char output[4200];    /* a path in the folder where nothing is yet */
};

/* For cmocka: *state is the fixture. */
int program_fixture_setup(void **state);
int program_fixture_teardown(void **state);

/* The path of a variable of Linux's vendor by its name; valid as long as that of scratch_path(). */
const char *program_fixture_variable(const struct program_fixture *fixture, const char *name);
size_t program_fixture_count_variables(const struct program_fixture *fixture);

/* The logs of the two events as the kernel showed their parts, without their header lines. To be freed. */
char *program_fixture_erst_log(void);
char *program_fixture_efi_log(void);
