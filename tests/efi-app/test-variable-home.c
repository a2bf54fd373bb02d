/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/run-fixture.h"

#include "efi-app/variable-home.h"
#include "pstore/variable-store.h"

#define PANIC_PART u"dump-type0-3-1-1709210119-C" /* one of the 14 in the file */

static struct variable_home home;

static void put_flash(void) {
        struct bytes file = test_read_file(test_data("variable-store/linux-6.1-panic.fd"));

        fake_flash_put(&fake->flash, file);
        free((void *) file.data);
}

static void look(void) {
        variable_home_look(&app, &home);
        variable_home_free(&home);
}

/* --- facts --------------------------------------------------------------------------------------- */

static void test_firmware_that_tells_nothing(NO_STATE) {
        look();
        assert_false(home.known.os_cannot_write || home.known.in_memory || home.known.read_only);
        assert_int_equal(RUN(u"check"), 0);
}

static void test_flash_as_it_should_be(NO_STATE) {
        put_flash();
        fake_flash_empty(&fake->flash);
        look();
        assert_false(home.known.os_cannot_write || home.known.in_memory || home.known.read_only);
        assert_int_equal(RUN(u"check"), 0);
}

static void test_variables_in_memory(NO_STATE) {
        put_flash();
        fake_flash_empty(&fake->flash);
        fake->flash.map[1].Attribute |= EFI_MEMORY_WB;
        look();
        assert_true(home.known.in_memory);
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("CRITICAL  efi: variables lie in memory, and a reset takes away");
        fake_firmware_add_device(fake);
        assert_int_equal(RUN(u"check"), 1); /* ERST is beside it */
        assert_shown("WARNING   efi: variables lie in memory");
        fake->flash.map[1].Type = EfiMemoryMappedIO;
        look();
        assert_false(home.known.in_memory);
}

/* The map ends where it ends. */
static void test_memory_beside_the_flash_is_not_its(NO_STATE) {
        put_flash();
        fake->flash.map[1].Attribute |= EFI_MEMORY_WB;
        fake->flash.map[1].PhysicalStart += EFI_PAGE_SIZE;
        look();
        assert_false(home.known.in_memory);
        fake->flash.map[1].PhysicalStart -= 9 * EFI_PAGE_SIZE;
        fake->flash.map[1].NumberOfPages = 8;
        look();
        assert_false(home.known.in_memory);
        fake->flash.map[1].NumberOfPages = 9;
        look();
        assert_true(home.known.in_memory);
}

static void test_a_map_that_cannot_be_had(NO_STATE) {
        put_flash();
        fake->flash.map[1].Attribute |= EFI_MEMORY_WB;
        fake->flash.map_grows = 2;
        look();
        assert_true(home.known.in_memory);
        fake->flash.map_grows = 1000;
        look();
        assert_false(home.known.in_memory);
        fake->flash.map_grows = 0;
        fake->flash.descriptor_size = 8; /* no descriptor */
        look();
        assert_false(home.known.in_memory);
        fake->flash.map_status = EFI_INVALID_PARAMETER;
        look();
        assert_false(home.known.in_memory);
}

static void test_flash_that_cannot_be_written(NO_STATE) {
        put_flash();
        fake_flash_empty(&fake->flash);
        fake->flash.attributes = 0;
        look();
        assert_true(home.known.read_only);
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("efi: the flash that holds the variables cannot be written");
        fake->flash.attributes_status = EFI_UNSUPPORTED;
        look();
        assert_false(home.known.read_only);
}

/* As U-Boot says it. */
static void test_firmware_that_lets_no_system_write(NO_STATE) {
        static uint8_t properties[8] = { 1, 0, 8, 0, 0xbf, 0x3f, 0, 0 };

        fake->tables[0] = (EFI_CONFIGURATION_TABLE){
                { 0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 } }, properties
        };
        fake->system.NumberOfTableEntries = 1;
        look();
        assert_true(home.known.os_cannot_write);
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("efi: no system may write variables once it runs");
        properties[4] |= 0x40;
        look();
        assert_false(home.known.os_cannot_write);
        properties[4] = 0;
        properties[2] = 4; /* it ends before the services */
        look();
        assert_false(home.known.os_cannot_write);
}

/* --- what the flash holds ------------------------------------------------------------------------- */

static void test_flash_that_holds_other_records(NO_STATE) {
        put_flash();
        assert_int_equal(RUN(u"check"), 2); /* 14 that the services do not show */
        assert_shown("CRITICAL  efi: the flash holds other variables than the firmware shows");
        fake_flash_empty(&fake->flash);
        put_variables();
        assert_int_equal(RUN(u"check"), 2); /* 3 that it does not hold */
        assert_shown("the flash holds other variables");
        assert_int_equal(RUN(u"check", u"--source", u"erst"),
                         2); /* nothing is said of what is not looked at */
        assert_not_shown("the flash holds other variables");
}

/* All that the flash holds, as services tell of it. */
static void put_what_the_flash_holds(void) {
        struct variable_store store;
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;

        assert_ok(variable_store_open(bytes_of(fake->flash.bytes, FAKE_FLASH_SIZE), &store, &fault));
        while (variable_store_next(&store, &cursor, &entry, &fault) > 0) {
                CHAR16 name[FAKE_VARIABLE_NAME_MAX] = { 0 };
                EFI_GUID vendor;

                memcpy(name, entry.name.data, entry.name.size);
                memcpy(&vendor, &entry.vendor, sizeof(vendor));
                if (entry.live)
                        fake_variables_put(&fake->variables, name, &vendor, entry.data);
        }
}

static void test_flash_that_holds_what_is_shown(NO_STATE) {
        put_flash();
        put_what_the_flash_holds();
        assert_int_equal(RUN(u"check"), 1); /* records wait */
        assert_not_shown("the flash holds other");
        fake->variables.list[0].attributes = 6; /* gone with a reset, whatever the flash has */
        assert_int_equal(RUN(u"check"), 2);
        fake->variables.list[0].attributes = 7;
        fake->variables.list[0].data[0] ^= 1; /* as firmware changes one at each start */
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("the flash holds other");
        fake->variables.list[0].data[0] ^= 1;
        fake->variables.list[0].size++;
        assert_int_equal(RUN(u"check"), 2);
        fake->variables.list[0].size--;
        assert_int_equal(RUN(u"check"), 1);
        fake_variables_put(&fake->variables, u"new", &fake_vendor_other, text_view("x"));
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("the flash holds other");
}

static void test_flash_that_cannot_be_read(NO_STATE) {
        put_flash();
        fake->flash.read_status = EFI_DEVICE_ERROR;
        /* Its header twice, then 7 blocks, of which a part tells nothing. */
        for (fake->flash.reads_good = 0; fake->flash.reads_good < 9; fake->flash.reads_good++) {
                fake->flash.reads = 0;
                assert_int_equal(RUN(u"check"), 0);
                assert_not_shown("the flash holds other variables");
        }
        fake->flash.reads = 0;
        assert_int_equal(RUN(u"check"), 2);
}

static void test_volumes_of_something_else(NO_STATE) {
        put_flash();
        fake->flash.bytes[16] ^= 1; /* of another file system */
        assert_int_equal(RUN(u"check"), 0);
        fake->flash.bytes[16] ^= 1;
        fake->flash.bytes[37] = 1; /* a terabyte */
        assert_int_equal(RUN(u"check"), 0);
}

/* The services answer from a copy in memory; the flash was never written. */
static void test_a_write_that_only_memory_has(NO_STATE) {
        fake_volume_put_text(&fake->volume, "note", "a log\n");
        assert_int_equal(RUN(u"write", u"note"), EXIT_DONE); /* nothing tells */
        put_flash();
        fake_flash_empty(&fake->flash);
        assert_int_equal(RUN(u"write", u"note"), EXIT_FAILED);
        assert_shown(
                "firmware says that it is stored, and the flash does not hold it: a reset takes it away");
        fake->flash.map[1].Attribute |= EFI_MEMORY_WB;
        assert_int_equal(RUN(u"write", u"note"), EXIT_FAILED);
        assert_shown("stored, but variables lie in memory: a reset takes it away");
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_FAILED);
        assert_shown("stored, but variables lie in memory: a reset takes it away");
        assert_not_shown("armed:");
}

static void test_a_clear_that_the_flash_does_not_know_of(NO_STATE) {
        put_flash();
        fake_variables_put_record(&fake->variables, PANIC_PART, "Panic#1 Part3\n<0>[    1.000000] x\n");
        assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_FAILED);
        assert_shown(
                "efi:dump-type0-3-1-1709210119-C: gone from the list, but not from the flash: a reset brings "
                "it back\n");
        assert_shown("cleared: 0 records, looked for again and gone; NOT ALL\n");
        fake_flash_empty(&fake->flash);
        fake_variables_put_record(&fake->variables, PANIC_PART, "Panic#1 Part3\n<0>[    1.000000] x\n");
        assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_DONE);
        assert_shown("cleared: 1 record, looked for again and gone\n");
}

/* Whatever there is no memory for is not known, and nothing is left behind. */
static void test_no_memory_at_n(NO_STATE) {
        put_flash();
        fake->flash.map[1].Attribute |= EFI_MEMORY_WB;
        for (fake->fail_allocation_at = 1; fake->fail_allocation_at < 40; fake->fail_allocation_at++)
                (void) RUN(u"check");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_firmware_that_tells_nothing),
                TEST(test_flash_as_it_should_be),
                TEST(test_variables_in_memory),
                TEST(test_memory_beside_the_flash_is_not_its),
                TEST(test_a_map_that_cannot_be_had),
                TEST(test_flash_that_cannot_be_written),
                TEST(test_firmware_that_lets_no_system_write),
                TEST(test_flash_that_holds_other_records),
                TEST(test_flash_that_holds_what_is_shown),
                TEST(test_flash_that_cannot_be_read),
                TEST(test_volumes_of_something_else),
                TEST(test_a_write_that_only_memory_has),
                TEST(test_a_clear_that_the_flash_does_not_know_of),
                TEST(test_no_memory_at_n),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
