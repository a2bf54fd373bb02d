/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "tests/efi-app/fixture.h"

/* Whole runs of the application: what it is told, how it ends, what it shows. */

#define RUN(...) run_words((const CHAR16 *const[]){ __VA_ARGS__, NULL })

static inline int run_words(const CHAR16 *const *words) {
        fake_firmware_type(fake, words);
        return fake_firmware_run(fake);
}

static inline void assert_shown(const char *text) {
        if (!fake_console_shows(&fake->output, text))
                fail_msg("\"%s\" is not in:\n%s", text, fake_console_screen(&fake->output));
}

static inline void assert_not_shown(const char *text) {
        if (fake_console_shows(&fake->output, text))
                fail_msg("\"%s\" is in:\n%s", text, fake_console_screen(&fake->output));
}

/* Two panics in EFI variables, of one and two parts. */
#define OLD_PART   u"dump-type0-1-1-1709210000-D"
#define NEW_PART_1 u"dump-type0-1-1-1709210119-D"
#define NEW_PART_2 u"dump-type0-2-1-1709210119-D"
#define OLD_EVENT  "20240229T123320Z-efi-panic1"
#define NEW_EVENT  "20240229T123519Z-efi-panic1"
#define DUMPS      "EFI/pstore-fw/dumps/"

static inline void put_variables(void) {
        fake_variables_put(&fake->variables, u"BootOrder", &fake_vendor_other, text_view("\x01"));
        fake_variables_put_record(&fake->variables, OLD_PART, "Panic#1 Part1\n<0>[    1.000000] old\n");
        fake_variables_put_record(&fake->variables, NEW_PART_1, "Panic#1 Part1\n<0>[    9.000000] last\n");
        fake_variables_put_record(&fake->variables, NEW_PART_2, "Panic#1 Part2\n<6>[    8.000000] first\n");
}

/* What firmware says of each boot option that it starts. */
static inline void put_boot_current(void) {
        fake_variables_put(&fake->variables, u"BootCurrent", &fake_vendor_other, bytes_of("\1", 2));
}

/* And one in ERST. */
#define ERST_ID    UINT64_C(0x65e079fe00000001)
#define ERST_EVENT "20240229T123431Z-erst-panic2"

static inline void put_erst(void) {
        fake_firmware_add_device(fake);
        fake_device_put_record(&fake->device, ERST_ID, 1709210071,
                               "Panic#2 Part1\n<0>[    5.000000] in erst\n");
}

static inline void assert_file(const char *path, const char *content) {
        const struct fake_node *node = fake_volume_find(&fake->volume, path);

        if (!node)
                fail_msg("there is no %s", path);
        assert_int_equal(node->size, strlen(content));
        assert_memory_equal(node->data, content, node->size);
}
