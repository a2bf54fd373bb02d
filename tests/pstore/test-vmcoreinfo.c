/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/vmcoreinfo.h"
#include "tests/support/vmcore-builder.h"

#define TEXT "OSRELEASE=6.1.0-56-amd64\nBUILD-ID=00\nPAGESIZE=4096\nSYMBOL(x)=ff\nCRASHTIME=1795274000\n"

static int read_core(const struct vmcore_built *core, struct vmcoreinfo *ret_info) {
        struct bytes bytes = bytes_of(core->data, core->size);
        struct vmcore_input input = vmcore_input_of(&bytes);

        return vmcoreinfo_read(&input, ret_info);
}

static void test_all_of_it(NO_STATE) {
        struct vmcore_built core;
        struct vmcoreinfo info;

        vmcore_build(&core, TEXT);
        assert_ok(read_core(&core, &info));
        assert_string_equal(info.release, "6.1.0-56-amd64");
        assert_true(info.has_crash_time);
        assert_int_equal(info.crash_seconds, 1795274000);
        assert_int_equal(info.page_size, 4096);
}

static void test_what_is_not_said(NO_STATE) {
        static const char *const texts[] = {
                "PAGESIZE=4096x\nCRASHTIME=\n",
                "CRASHTIME=-5\n",
                "CRASHTIME=99999999999999999999\n",
                " CRASHTIME=5\nXCRASHTIME=5",
        };
        struct vmcore_built core;
        struct vmcoreinfo info;

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                vmcore_build(&core, texts[i]);
                assert_ok(read_core(&core, &info));
                assert_string_equal(info.release, "");
                assert_false(info.has_crash_time);
                assert_int_equal(info.page_size, 0);
        }
}

static void test_a_release_that_is_none(NO_STATE) {
        struct vmcore_built core;
        struct vmcoreinfo info;

        vmcore_build(&core, "OSRELEASE=a\x1b[31m b\xff\nCRASHTIME=7");
        assert_ok(read_core(&core, &info));
        assert_string_equal(info.release, "a?[31m?b?");
        assert_int_equal(info.crash_seconds, 7);
        vmcore_build(&core,
                     "OSRELEASE=0123456789012345678901234567890123456789012345678901234567890123456789\n");
        assert_ok(read_core(&core, &info));
        assert_int_equal(strlen(info.release), VMCOREINFO_RELEASE_SIZE - 1);
}

/* Where the crash reached the note: nothing of it is taken, and nothing outside of it read. */
static void test_malformed(NO_STATE) {
        static const struct {
                size_t offset; /* in the core; from the note's header on with from_note */
                bool from_note;
                uint8_t value;
                int error;
        } rows[] = {
                { 0, false, 'x', ERR_SIGNATURE },          /* magic */
                { 4, false, 1, ERR_SIGNATURE },            /* 32 bits */
                { 5, false, 2, ERR_SIGNATURE },            /* big-endian */
                { 16, false, 2, ERR_SIGNATURE },           /* a program */
                { 54, false, 55, ERR_LENGTH },             /* size of a program header */
                { 39, false, 0x80, ERR_LENGTH },           /* offset of the program headers */
                { 38, false, 0x40, ERR_TRUNCATED },        /* … that is only behind the end */
                { 56, false, 1, ERR_NOT_FOUND },           /* only the first segment */
                { 64 + 56 + 15, false, 0x80, ERR_LENGTH }, /* offset of the notes */
                { 64 + 56 + 39, false, 0x80, ERR_LENGTH }, /* their size: the sum is too large */
                { 3, true, 0xff, ERR_LENGTH },             /* size of the name */
                { 7, true, 0xff, ERR_LENGTH },             /* size of the text */
                { 0, true, 0, ERR_NOT_FOUND },             /* no name: the notes end there */
                { 12, true, 'X', ERR_NOT_FOUND },          /* another name */
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct vmcoreinfo info = { .release = "untouched" };
                struct vmcore_built core;

                vmcore_build(&core, TEXT);
                core.data[rows[i].offset + (rows[i].from_note ? core.note_offset : 0)] = rows[i].value;
                assert_error(read_core(&core, &info), rows[i].error);
                assert_string_equal(info.release, "untouched");
        }
}

static void test_no_note(NO_STATE) {
        struct vmcore_built core;
        struct vmcoreinfo info;

        vmcore_build(&core, NULL);
        assert_error(read_core(&core, &info), ERR_NOT_FOUND);
}

static void test_every_cut(NO_STATE) {
        struct vmcore_built core;
        struct vmcoreinfo info;

        vmcore_build(&core, TEXT);
        core.size = core.note_offset + 12 + sizeof("VMCOREINFO") + 1 + strlen(TEXT);
        assert_ok(read_core(&core, &info));
        while (core.size-- > 4000)
                assert_error(read_core(&core, &info), ERR_TRUNCATED);
}

/* A core without end whose notes have a name and nothing else. */
static int read_endless(void *context, uint64_t offset, void *buffer, size_t size) {
        const struct bytes *head = context;

        memset(buffer, 0, size);
        if (offset < head->size)
                memcpy(buffer, head->data + offset, size_min(size, head->size - (size_t) offset));
        else if (size == 12)
                *(uint8_t *) buffer = 1;
        return 0;
}

static void test_notes_without_end(NO_STATE) {
        struct vmcore_built core;
        struct bytes head = bytes_of(core.data, 4096);
        struct vmcore_input input = { .context = &head, .read = read_endless };
        struct vmcoreinfo info;

        vmcore_build(&core, TEXT);
        core.data[64 + 56 + 32 + 5] = 1; /* terabytes of notes */
        assert_error(vmcoreinfo_read(&input, &info), ERR_LOOP);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_all_of_it),
                cmocka_unit_test(test_what_is_not_said),
                cmocka_unit_test(test_a_release_that_is_none),
                cmocka_unit_test(test_malformed),
                cmocka_unit_test(test_no_note),
                cmocka_unit_test(test_every_cut),
                cmocka_unit_test(test_notes_without_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
