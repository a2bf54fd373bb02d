/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The archive of an export, judged by tar and zstd, and what it says of a machine that is made up. */
#include "tests/support/scratch.h"
#include "tests/support/session-fixture.h"

#include "linux-tool/bundle.h"
#include "linux-tool/machine-text.h"
#include "linux-tool/target/tar.h"
#include "linux/dmi.h"
#include "posix/file.h"

struct place {
        char *directory;
        struct buffer text;
        struct sink sink;
};

static int begin(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        buffer_init(&place->text, &system_allocator);
        place->sink = sink_to_buffer(&place->text);
        *state = place;
        return 0;
}

static int end(void **state) {
        struct place *place = *state;

        scratch_remove(place->directory);
        buffer_free(&place->text);
        free(place);
        return 0;
}

/* What was written so far, as a string, which the caller frees. */
static char *text_of(const struct place *place) {
        return strndup(place->text.data ? (const char *) place->text.data : "", place->text.size);
}

/* Runs the shell's command in the directory; what it prints, which the caller frees. Its status is 0. */
static char *judge(const struct place *place, const char *command) {
        char line[4096], *output = calloc(1, 1 << 20);
        size_t size;
        FILE *pipe;

        snprintf(line, sizeof(line), "cd '%s' && { %s; } 2>&1", place->directory, command);
        pipe = popen(line, "r");
        assert_non_null(pipe);
        size = fread(output, 1, (1 << 20) - 1, pipe);
        assert_true(size < (1 << 20) - 1);
        if (pclose(pipe) != 0)
                fail_msg("%s: %s", command, output);
        return output;
}

static void assert_judged(const struct place *place, const char *command, const char *wanted) {
        char *output = judge(place, command);

        assert_string_equal(output, wanted);
        free(output);
}

/* --- tar ------------------------------------------------------------------------------------------ */

#define LONG_PART "0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_tar(void **state) {
        struct place *place = *state;
        char content[1025] = "";
        const struct tar_member members[] = {
                { "d", true, { 0 }, 1700000000 },
                { "d/empty", false, { 0 }, 1700000000 },
                { "d/511", false, bytes_of(content, 511), 1700000000 },
                { "d/512", false, bytes_of(content, 512), 1700000000 },
                { "d/1025", false, bytes_of(content, 1025), 1700000000 },
                /* 100 and 101 bytes, and a line of a header whose length has one digit more with itself */
                { LONG_PART "/" LONG_PART "/99", false, bytes_of("y", 1), 0 },
                { LONG_PART "/" LONG_PART "/100", false, bytes_of("z", 1), 0 },
                { LONG_PART "/" LONG_PART LONG_PART "/long", false, bytes_of("l", 1), UINT64_MAX },
        };

        memset(content, 'x', sizeof(content));
        for (size_t i = 0; i < ARRAY_SIZE(members); i++)
                assert_ok(tar_put(&members[i], &place->sink));
        assert_ok(tar_end(&place->sink));
        scratch_write(scratch_path(place->directory, "a.tar"), buffer_bytes(&place->text));
        assert_judged(place, "tar -tf a.tar",
                      "d/\nd/empty\nd/511\nd/512\nd/1025\n" LONG_PART "/" LONG_PART "/99\n" LONG_PART
                      "/" LONG_PART "/100\n" LONG_PART "/" LONG_PART LONG_PART "/long\n");
        assert_judged(place, "python3 -c \"import tarfile; print(*[m.size for m in tarfile.open('a.tar')])\"",
                      "0 0 511 512 1025 1 1 1\n");
        assert_judged(
                place,
                "tar --warning=no-timestamp -xf a.tar && cat d/1025 | tr -d x; stat -c '%a %Y' d/1025 d",
                "600 1700000000\n700 1700000000\n");
}

/* --- the archive ---------------------------------------------------------------------------------- */

static void test_readme_is_first_and_tells_what_is_not_there(void **state) {
        struct place *place = *state;
        struct session_fixture fixture;
        const struct selection everything = { 0 };
        _cleanup_buffer_ struct buffer readme;
        const struct sink readme_sink = sink_to_buffer(&readme);
        struct bundle bundle;
        char *text;

        buffer_init(&readme, &system_allocator);
        session_fixture_begin(&fixture);
        assert_ok(session_load(&fixture.session));
        assert_ok(session_select(&fixture.session, &everything));
        bundle_init(&bundle, 1709210119);
        bundle_tell(&bundle, BUNDLE_HAS, "a.txt", "what it is");
        bundle_tell(&bundle, BUNDLE_LEFT_OUT, "b.txt", "why it is not there");
        assert_false(bundle.failed);
        bundle_tell(&bundle, BUNDLE_FAILED, "c.txt", "%s", "why it failed");
        assert_true(bundle.failed);
        assert_ok(file_tree_put(&bundle.files, "a.txt", text_view("A")));
        assert_ok(file_tree_put(&bundle.files, "A/first", text_view("B")));
        assert_ok(bundle_put_readme(&bundle, &fixture.session, &readme_sink));
        assert_ok(bundle_write(&bundle, buffer_bytes(&readme), &place->sink));
        scratch_write(scratch_path(place->directory, "a.tar.zst"), buffer_bytes(&place->text));
        assert_judged(place, "zstd -q -t a.tar.zst && tar --zstd -tf a.tar.zst",
                      "pstore-fw-20240229T123519Z/\npstore-fw-20240229T123519Z/README.txt\n"
                      "pstore-fw-20240229T123519Z/A/\npstore-fw-20240229T123519Z/A/first\n"
                      "pstore-fw-20240229T123519Z/a.txt\n");
        text = judge(place, "tar --zstd -xOf a.tar.zst pstore-fw-20240229T123519Z/README.txt");
        test_assert_contains(text, "Made by pstore-fw " VERSION " (Linux command), run");
        test_assert_contains(text, "LOOK THROUGH IT BEFORE YOU SEND IT.");
        test_assert_contains(text, "What is here\n\n  a.txt               what it is\n");
        test_assert_contains(text, "What was left out\n\n  b.txt               why it is not there\n");
        test_assert_contains(text, "What could not be had\n\n  c.txt               why it failed\n");
        test_assert_contains(text, "\n  erst: read\n  efi: read\n");
        test_assert_contains(text, "20240229T123510Z-erst-panic1 ");
        free(text);
        bundle_free(&bundle);
        session_fixture_end(&fixture);
}

/* A bit that flips is found. */
static void test_the_archive_has_a_checksum(void **state) {
        struct place *place = *state;
        struct bundle bundle;
        char *text;

        bundle_init(&bundle, 0);
        assert_ok(bundle_write(&bundle, text_view("README"), &place->sink));
        bundle_free(&bundle);
        scratch_write(scratch_path(place->directory, "a.tar.zst"), buffer_bytes(&place->text));
        text = judge(place, "zstd -lv a.tar.zst");
        test_assert_contains(text, "Check: XXH64");
        free(text);
}

/* --- the machine ---------------------------------------------------------------------------------- */

#define DMI "/sys/class/dmi/id/"

/* Each value that tells one machine has this in it. */
#define SERIAL "SN-4711"

static void put_machine(const struct place *place) {
        for (const struct dmi_field *field = dmi_fields; field->path; field++) {
                char content[200];

                snprintf(content, sizeof(content), "%s of %s\n", field->tells_one_machine ? SERIAL : "text",
                         field->name);
                scratch_put(place->directory, field->path, content);
        }
        scratch_put(place->directory, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
        scratch_put(place->directory, "/proc/sys/kernel/version", "#1 SMP\n");
        scratch_put(place->directory, "/proc/sys/kernel/tainted", "4096\n");
        scratch_put(place->directory, "/proc/cmdline",
                    "BOOT_IMAGE=/vmlinuz root=UUID=" SERIAL " crashkernel=256M  \"panic=30 \" "
                    "efi_pstore.pstore_disable=0 efi-pstore.x=1 panics=" SERIAL
                    " systemd.set_credential=k:" SERIAL " oops=panic ip=" SERIAL "\n");
}

static void test_no_serial_number(void **state) {
        struct place *place = *state;
        struct reason why;
        char *text;

        put_machine(place);
        assert_int_equal(machine_text_put_dmi(place->directory, false, &place->sink, &why), 1);
        assert_int_equal(machine_text_put_kernel(place->directory, &place->sink, &why), 1);
        text = text_of(place);
        assert_null(strstr(text, SERIAL));
        test_assert_contains(text, "vendor: text of vendor\nproduct: text of product\n");
        test_assert_contains(text, "release: 6.1.0-test\nversion: #1 SMP\ntainted: 4096\n");
        test_assert_contains(
                text, "command line: crashkernel=256M efi_pstore.pstore_disable=0 efi-pstore.x=1 oops=panic "
                      "(6 other words left out)\n");
        free(text);
}

static void test_with_serial_numbers(void **state) {
        struct place *place = *state;
        struct reason why;
        char *text;

        put_machine(place);
        assert_int_equal(machine_text_put_dmi(place->directory, true, &place->sink, &why), 1);
        text = text_of(place);
        test_assert_contains(text, "UUID: " SERIAL " of UUID\n");
        test_assert_contains(text, "chassis asset tag: " SERIAL);
        free(text);
}

/* Of a string that firmware gives, a line and no more. */
static void test_dmi_is_text(void **state) {
        struct place *place = *state;
        struct reason why;

        scratch_put(place->directory, DMI "sys_vendor", "a\x1b[2J\xff\nserial: x\n");
        assert_int_equal(machine_text_put_dmi(place->directory, false, &place->sink, &why), 1);
        assert_true(bytes_equal(buffer_bytes(&place->text), text_view("vendor: a\\x1b[2J\\xff\n")));
}

static void test_a_machine_that_tells_nothing(void **state) {
        struct place *place = *state;
        struct reason why;

        assert_int_equal(machine_text_put_dmi(place->directory, true, &place->sink, &why), 0);
        assert_string_equal(why.text, "the kernel shows neither DMI nor a devicetree");
        assert_int_equal(place->text.size, 0);
        assert_error(machine_text_put_kernel(place->directory, &place->sink, &why), ERR_NOT_FOUND);
}

/* What cannot be read is told; the rest is there. */
static void test_a_serial_number_that_cannot_be_read(void **state) {
        struct place *place = *state;
        struct reason why;

        scratch_put(place->directory, DMI "product_serial/in-its-place", "");
        scratch_put(place->directory, DMI "product_uuid", "1234\n");
        assert_error(machine_text_put_dmi(place->directory, true, &place->sink, &why), ERR_IS_DIRECTORY);
        assert_string_equal(why.text, DMI "product_serial: a directory, where a file is wanted");
        assert_true(bytes_equal(buffer_bytes(&place->text), text_view("UUID: 1234\n")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_tar),
                TEST(test_readme_is_first_and_tells_what_is_not_there),
                TEST(test_the_archive_has_a_checksum),
                TEST(test_no_serial_number),
                TEST(test_with_serial_numbers),
                TEST(test_dmi_is_text),
                TEST(test_a_machine_that_tells_nothing),
                TEST(test_a_serial_number_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
