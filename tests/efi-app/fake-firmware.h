/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>

#include "efi-app/app.h"
#include "tests/efi-app/fake-console.h"
#include "tests/efi-app/fake-device.h"
#include "tests/efi-app/fake-flash.h"
#include "tests/efi-app/fake-screen.h"
#include "tests/efi-app/fake-variables.h"
#include "tests/efi-app/fake-volume.h"

/*
 * A machine for the application: the system table and every service and protocol that it calls. It is
 * honest unless told otherwise, through the fields of its parts. UEFI's services have no context, so there
 * is one machine at a time.
 *
 *      struct fake_firmware *fake = fake_firmware_new();
 *      fake_firmware_say(fake, u"list");
 *      assert_int_equal(fake_firmware_run(fake), EXIT_NOTHING);
 *      fake_firmware_free(fake);
 */
#define FAKE_ARGUMENTS_MAX 80

struct fake_firmware {
        EFI_SYSTEM_TABLE system;
        EFI_BOOT_SERVICES boot;
        EFI_RUNTIME_SERVICES runtime;
        EFI_CONFIGURATION_TABLE tables[2];

        struct fake_console output, errors;
        struct fake_console screen, terminal; /* behind the output, after fake_firmware_split() */
        struct fake_keys keys;
        struct fake_screen graphics;
        struct fake_variables variables;
        struct fake_volume volume;
        struct fake_volume stick; /* the shell's FS1:, removable, of 64 MiB */
        bool has_stick;
        struct fake_device device;
        struct fake_flash flash;

        /* Set by fake_firmware_say() and fake_firmware_type(). */
        EFI_LOADED_IMAGE loaded;
        const void *device_path; /* of the volume that it was loaded from; NULL: it has none */
        bool has_shell;
        const CHAR16 *map_names; /* of that volume, as the shell has them; NULL: none */
        EFI_FILE_HANDLE output_file, input_file;
        CHAR16 *arguments[FAKE_ARGUMENTS_MAX];
        EFI_SHELL_PARAMETERS_PROTOCOL parameters;
        EFI_SHELL_PROTOCOL shell;
        unsigned break_after; /* that the shell's break is asked for so often, it comes; 0: never */
        unsigned break_asked;
        bool break_passed_on;

        EFI_TIME now;
        EFI_STATUS time_status;

        /* Memory: number `fail_allocation_at` (from 1) of AllocatePool() fails, and all behind it if so. */
        unsigned fail_allocation_at;
        bool fail_all_behind;
        unsigned allocations;
        int blocks; /* that were not freed */

        /* One timer, whose time is what was stalled. `timer_status` is that of making it. */
        struct {
                bool made, armed;
                uint64_t due_us;
        } timer;
        EFI_STATUS timer_status;

        uint64_t stalled_us;
        unsigned resets; /* cold ones; the machine goes on */
        bool watchdog_off;
};

/* Empty: no ACPI, no variables, an empty volume that the application was started from, 2024-02-29 12:35:19.
 */
struct fake_firmware *fake_firmware_new(void);
void fake_firmware_free(struct fake_firmware *fake);

/* As a boot option: the load options are this text with its NUL, or NULL for none, or any bytes. */
void fake_firmware_say(struct fake_firmware *fake, const CHAR16 *options);
void fake_firmware_say_bytes(struct fake_firmware *fake, const void *options, size_t size);

/* As the shell does it: the words of a command line, the program's name before them, NULL behind them. */
void fake_firmware_type(struct fake_firmware *fake, const CHAR16 *const *words);

/* After fake_firmware_type(): the output goes into output.txt of the volume, as `>` has it. */
void fake_firmware_redirect(struct fake_firmware *fake);

/* The console is a splitter over a screen and a terminal on a serial line, which nobody reads yet. */
void fake_firmware_split(struct fake_firmware *fake);

/* And the input comes from a file that is there, as `<` has it. */
void fake_firmware_redirect_input(struct fake_firmware *fake, const char *path);

/*
 * Runs the application once; returns its status. Fails the test when memory, a timer or a file is left open,
 * when the watchdog still runs, or when a file was closed with bytes that were not flushed.
 */
int fake_firmware_run(struct fake_firmware *fake);

/* The machine gets an ERST device (fake->device), or ACPI without one. */
void fake_firmware_add_device(struct fake_firmware *fake);
void fake_firmware_add_bare_acpi(struct fake_firmware *fake);

/* What main.c makes, for tests of one part. */
struct app fake_firmware_app(struct fake_firmware *fake);

/* Where the application was started from: what loaded.DeviceHandle is at first. */
EFI_HANDLE fake_firmware_volume(const struct fake_firmware *fake);

/* AllocatePool() of the machine that runs, for its parts. */
EFI_STATUS fake_firmware_allocate(size_t size, void **ret_block);
