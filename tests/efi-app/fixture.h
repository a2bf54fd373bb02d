/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "tests/efi-app/fake-firmware.h"
#include "tests/support/test.h"

/* A new machine for each test, and the application's view of it. */
static struct fake_firmware *fake;
static struct app app;

static int start(NO_STATE) {
        fake = fake_firmware_new();
        app = fake_firmware_app(fake);
        return 0;
}

static int finish(NO_STATE) {
        fake_firmware_free(fake);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
