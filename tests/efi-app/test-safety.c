/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "tests/efi-app/run-fixture.h"

/*
 * What must hold whatever goes wrong: nothing is cleared before its copy was read back and compared, nothing
 * is called cleared that is still there, nothing crashes and nothing is left behind.
 */

static int clear_all(void) {
        return RUN(u"clear", u"--all", u"--yes");
}

static void assert_all_there(void) {
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(fake_erst_count(&fake->device.erst), 1);
}

static void put_all(void) {
        put_variables();
        put_erst();
}

static void renew(void) {
        fake_firmware_free(fake);
        fake = fake_firmware_new();
        put_all();
}

/* --- clear --------------------------------------------------------------------------------------- */

static void test_clear_copies_erases_and_looks_again(NO_STATE) {
        put_all();
        assert_int_equal(clear_all(), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 0);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
        assert_int_equal(fake_volume_count(&fake->volume, "/records.bin"), 3);
        assert_shown("cleared: erst:65e079fe00000001\n");
        assert_shown("cleared: efi:dump-type0-1-1-1709210000-D\n");
        assert_shown("looked for again and gone; a reset will prove it\n");
        assert_int_equal(clear_all(), EXIT_NOTHING);
        assert_int_equal(fake_volume_count(&fake->volume, "/records.bin"), 3);
}

static void test_other_variables_are_nobodys_business(NO_STATE) {
        put_all();
        assert_int_equal(clear_all(), EXIT_DONE);
        assert_true(fake->variables.list[0].used);
        assert_int_equal(fake->variables.deletes, 3);
}

static void test_clear_of_one(NO_STATE) {
        put_all();
        assert_int_equal(RUN(u"clear", u"efi:dump-type0-1-1-1709210119-D", u"--yes"), EXIT_DONE);
        assert_null(fake_variables_find(&fake->variables, NEW_PART_1));
        assert_int_equal(fake_variables_count(&fake->variables), 2);
        assert_int_equal(RUN(u"clear", u"erst:65e079fe00000001", u"--yes"), EXIT_DONE);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
        assert_int_equal(fake_variables_count(&fake->variables), 2);
}

/* An id that names nothing stops the others, too: the user meant something else. */
static void test_an_unknown_id_clears_nothing(NO_STATE) {
        put_all();
        assert_int_equal(RUN(u"clear", u"erst:65e079fe00000001", u"efi:none", u"--yes"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output), "efi:none: no such record or event\n");
        assert_all_there();
}

static void test_clear_by_age_number_and_copy(NO_STATE) {
        put_all();
        assert_int_equal(RUN(u"clear", u"--older-than", u"90s", u"--yes"), EXIT_DONE);
        assert_null(fake_variables_find(&fake->variables, OLD_PART));
        assert_int_equal(fake_variables_count(&fake->variables), 2);
        assert_int_equal(RUN(u"clear", u"--keep", u"1", u"--yes"), EXIT_DONE);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
        assert_int_equal(fake_variables_count(&fake->variables), 2);
        assert_int_equal(RUN(u"clear", u"--dumped", u"--yes"), EXIT_NOTHING);
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        assert_int_equal(RUN(u"clear", u"--dumped", u"--yes"), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

/* Without a clock nothing is known to be old. */
static void test_no_clock_no_age(NO_STATE) {
        put_all();
        fake->time_status = EFI_DEVICE_ERROR;
        assert_int_equal(RUN(u"clear", u"--older-than", u"0s", u"--yes"), EXIT_NOTHING);
        assert_int_equal(RUN(u"clear", u"--older-than", u"30d", u"--yes"), EXIT_NOTHING);
        assert_all_there();
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        assert_int_equal(fake_volume_count(&fake->volume, "/records.bin"), 3);
}

static void test_a_dry_run_does_nothing(NO_STATE) {
        put_all();
        assert_int_equal(RUN(u"clear", u"--all", u"--dry-run", u"--yes"), EXIT_DONE);
        assert_shown("would be cleared: erst:65e079fe00000001\n");
        assert_shown("would be cleared: efi:dump-type0-2-1-1709210119-D\n");
        assert_all_there();
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
}

static void test_clear_asks(NO_STATE) {
        put_all();
        assert_int_equal(RUN(u"clear", u"--all"), EXIT_FAILED);
        assert_shown("Clear 4 records for good? [y/N] no answer\n");
        assert_all_there();
        fake->keys.typed = u"n";
        assert_int_equal(RUN(u"clear", u"--all"), EXIT_FAILED);
        assert_all_there();
        fake->keys.typed = u"y";
        assert_int_equal(RUN(u"clear", u"--all"), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

/* What comes back shorter than the firmware said is not all that would be erased. */
static void test_a_variable_that_shrinks_stays(NO_STATE) {
        put_all();
        fake->variables.read = READ_SHRINKS;
        fake->variables.read_only_of = OLD_PART;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_shown("efi:dump-type0-1-1-1709210000-D: not cleared: length does not fit");
        assert_non_null(fake_variables_find(&fake->variables, OLD_PART));
        assert_int_equal(fake_variables_count(&fake->variables), 1);
}

/* --- copies that are none --------------------------------------------------------------------------- */

/* Whichever file of an event is not what was written: the copy is none, and the others go on. */
static void test_a_copy_that_differs_keeps_its_records(NO_STATE) {
        static const char *const endings[] = { "dmesg.txt", "records.bin", "manifest.json" };

        put_all();
        for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
                renew();
                fake->volume.corrupt = endings[i];
                fake->volume.corrupt_at_most = 1;
                assert_int_equal(clear_all(), EXIT_FAILED);
                assert_shown("what was read back differs from what was written: 1 of 4 records not saved");
                assert_non_null(fake_variables_find(&fake->variables, OLD_PART));
                assert_null(fake_variables_find(&fake->variables, NEW_PART_2)); /* its copy is right */
                assert_shown("cleared: 3 records");
        }
}

/* A node of a disk's path (UEFI 2.10, 10.3): type, subtype, length; then four bytes more. */
#define PATH_NODE(type, subtype) type, subtype, 8, 0, 1, 2, 3, 4
#define PATH_END                 0x7f, 0xff, 4, 0

/* What firmware has made of an image from the network goes with the power. */
static void test_a_volume_in_memory_is_no_place_for_a_copy(NO_STATE) {
        static const uint8_t path[] = { PATH_NODE(2, 1), PATH_NODE(4, 9), PATH_NODE(4, 1), PATH_END };

        put_all();
        fake->device_path = path;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_shown("\\EFI\\pstore-fw\\dumps: lies in memory, and is gone after a reset: ");
        assert_shown("give --output with a volume on a disk, or add --volatile-copy");
        assert_all_there();
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
        assert_int_equal(RUN(u"clear", u"--all", u"--yes", u"--volatile-copy"), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

/* Neither a disk's path, nor one that does not end, nor a node shorter than its head. */
static void test_other_paths_are_no_memory(NO_STATE) {
        static const uint8_t disk[] = { PATH_NODE(2, 1), PATH_NODE(3, 9), PATH_NODE(4, 1), PATH_END };
        static const uint8_t torn[] = { PATH_NODE(2, 1), 4, 1, 3, 0 };
        static uint8_t endless[65 * 8];
        const void *const paths[] = { disk, torn, endless };

        put_all();
        for (size_t i = 0; i < sizeof(endless); i += 8)
                memcpy(endless + i, (uint8_t[]){ PATH_NODE(2, 1) }, 8);
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                renew();
                fake->device_path = paths[i];
                assert_int_equal(clear_all(), EXIT_DONE);
        }
}

static void test_volumes_that_keep_nothing(NO_STATE) {
        put_all();
        fake->volume.corrupt = "";
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_all_there();
        renew();
        fake->volume.write_to_nowhere = true;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_all_there();
        renew();
        fake->volume.flush_status = EFI_DEVICE_ERROR;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_all_there();
        renew();
        fake->volume.read_only = true;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_all_there();
        renew();
        fake->loaded.DeviceHandle = NULL;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_all_there();
        assert_int_equal(RUN(u"clear", u"--dumped", u"--yes"), EXIT_FAILED);
        assert_all_there();
}

/* The stored bytes are in the file of an event, or of a record that was not understood, with its manifest. */
static bool is_saved(const char *text) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++) {
                const struct fake_node *node = &fake->volume.nodes[i];
                bool of_event = text_ends_with(node->path, "/records.bin");
                const char *ending = of_event ? "records.bin" : "bin";
                char manifest[FAKE_PATH_MAX];

                if (!node->used || !text_ends_with(node->path, ".bin") ||
                    strstr(node->path, "/unfinished/") || !memmem(node->data, node->size, text, strlen(text)))
                        continue;
                snprintf(manifest, sizeof(manifest), "%.*s%s", (int) (strlen(node->path) - strlen(ending)),
                         node->path, of_event ? "manifest.json" : "json");
                if (fake_volume_find(&fake->volume, manifest))
                        return true;
        }
        return false;
}

/* Every record is in its store or whole on the volume. */
static void assert_nothing_lost(void) {
        static const struct {
                const CHAR16 *name;
                const char *text;
        } rows[] = {
                { OLD_PART, "Panic#1 Part1\n<0>[    1.000000] old\n" },
                { NEW_PART_1, "Panic#1 Part1\n<0>[    9.000000] last\n" },
                { NEW_PART_2, "Panic#1 Part2\n<6>[    8.000000] first\n" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                assert_true(fake_variables_find(&fake->variables, rows[i].name) || is_saved(rows[i].text));
        assert_true(fake_erst_count(&fake->device.erst) == 1 ||
                    is_saved("Panic#2 Part1\n<0>[    5.000000] in erst\n"));
}

/* The volume runs full at every byte of the way: no half file, and what could not be copied stays. */
static void test_a_volume_that_is_full_at_n(NO_STATE) {
        size_t needed;

        put_all();
        fake->volume.free_bytes = 1000000;
        assert_int_equal(clear_all(), EXIT_DONE);
        needed = 1000000 - fake->volume.free_bytes;
        for (size_t n = 0; n < needed; n += 37) {
                renew();
                fake->volume.free_bytes = n;
                assert_int_equal(clear_all(), EXIT_FAILED);
                assert_shown("no space left");
                assert_nothing_lost();
                for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                        assert_true(!fake->volume.nodes[i].used || fake->volume.nodes[i].directory ||
                                    fake->volume.nodes[i].size > 0);
        }
}

/* --- stores that lie -------------------------------------------------------------------------------- */

static void test_a_clear_that_lies(NO_STATE) {
        put_all();
        fake->variables.write = WRITE_STORES_NOTHING;
        fake->device.erst.lies = FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_shown("erst:65e079fe00000001: not cleared: still there after it was cleared\n");
        assert_shown("efi:dump-type0-1-1-1709210000-D: not cleared: still there after it was cleared\n");
        assert_not_shown("cleared: efi");
        assert_shown("cleared: 0 records");
        assert_all_there();
}

static void test_a_clear_that_is_refused(NO_STATE) {
        put_all();
        fake->variables.write = WRITE_FAILS;
        fake->variables.write_status = EFI_WRITE_PROTECTED;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_shown("efi:dump-type0-1-1-1709210000-D: not cleared: write protected\n");
        assert_shown("cleared: erst:65e079fe00000001\n"); /* one store does not hold up the other */
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
}

/* A list that breaks off proves nothing of what is not on it. */
static void test_a_clear_that_cannot_be_verified(NO_STATE) {
        put_variables();
        fake->variables.names = NAMES_DEVICE_ERROR;
        fake->variables.names_good = 4;
        assert_int_equal(RUN(u"clear", u"efi:dump-type0-1-1-1709210000-D", u"--yes"), EXIT_FAILED);
        fake->variables.names = NAMES_DEVICE_ERROR;
        fake->variables.names_good = 0;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_int_equal(fake_variables_count(&fake->variables), 2);
}

static void test_a_read_that_tears_keeps_its_record(NO_STATE) {
        put_all();
        fake->device.erst.lies = FAKE_ERST_LENGTH_TOO_LONG;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_int_equal(fake_erst_count(&fake->device.erst), 1);
        renew();
        fake->variables.read = READ_DEVICE_ERROR;
        assert_int_equal(clear_all(), EXIT_FAILED);
        assert_int_equal(fake_variables_count(&fake->variables), 3);
}

/* --- memory ----------------------------------------------------------------------------------------- */

/* No memory at allocation n, once or from then on, for every n of a run. */
static void fail_every_allocation(int (*run)(void), bool all_behind, void (*check)(int status)) {
        unsigned count;

        renew();
        assert_int_equal(run(), EXIT_DONE);
        count = fake->allocations;
        assert_true(count > 20);
        for (unsigned n = 1; n <= count; n++) {
                renew();
                fake->fail_allocation_at = n;
                fake->fail_all_behind = all_behind;
                check(run());
        }
}

static int dump(void) {
        return RUN(u"dump");
}

static int list(void) {
        return RUN(u"list");
}

static void check_reader(int status) {
        assert_uint_in_range(status, EXIT_DONE, EXIT_FAILED);
        assert_all_there();
        assert_int_equal(fake->variables.write_calls, 0);
}

static void check_dump(int status) {
        check_reader(status);
        if (status == EXIT_DONE)
                assert_int_equal(fake_volume_count(&fake->volume, "/records.bin"), 3);
        else
                assert_true(fake->output.length > 0);
}

static void check_clear(int status) {
        assert_uint_in_range(status, EXIT_DONE, EXIT_FAILED);
        assert_nothing_lost();
        if (status == EXIT_DONE)
                assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void test_no_memory_at_n(NO_STATE) {
        put_all();
        for (unsigned all_behind = 0; all_behind < 2; all_behind++) {
                fail_every_allocation(dump, all_behind, check_dump);
                fail_every_allocation(list, all_behind, check_reader);
                fail_every_allocation(clear_all, all_behind, check_clear);
        }
}

/* With no memory for its first word the application does nothing, least of all something else. */
static void test_no_memory_for_the_command_line(NO_STATE) {
        put_all();
        for (unsigned n = 1; n <= 2; n++) {
                fake->fail_allocation_at = n;
                assert_int_equal(clear_all(), EXIT_FAILED);
                assert_string_equal(fake_console_screen(&fake->output), "arguments: out of memory\n");
                assert_all_there();
                assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_clear_copies_erases_and_looks_again),
                TEST(test_other_variables_are_nobodys_business),
                TEST(test_clear_of_one),
                TEST(test_an_unknown_id_clears_nothing),
                TEST(test_clear_by_age_number_and_copy),
                TEST(test_no_clock_no_age),
                TEST(test_a_dry_run_does_nothing),
                TEST(test_clear_asks),
                TEST(test_a_variable_that_shrinks_stays),
                TEST(test_a_copy_that_differs_keeps_its_records),
                TEST(test_a_volume_in_memory_is_no_place_for_a_copy),
                TEST(test_other_paths_are_no_memory),
                TEST(test_volumes_that_keep_nothing),
                TEST(test_a_volume_that_is_full_at_n),
                TEST(test_a_clear_that_lies),
                TEST(test_a_clear_that_is_refused),
                TEST(test_a_clear_that_cannot_be_verified),
                TEST(test_a_read_that_tears_keeps_its_record),
                TEST(test_no_memory_at_n),
                TEST(test_no_memory_for_the_command_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
