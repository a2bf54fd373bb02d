/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "capture/gunzip.h"
#include "capture/module.h"
#include "capture/tools.h"
#include "tests/support/scratch.h"

/* The form that gzip writes, by zlib; the header has what the caller wants in it. */
static size_t compress_to(uint8_t *output, size_t capacity, struct bytes input, gz_header *header) {
        z_stream stream = { 0 };

        assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        if (header)
                assert_int_equal(deflateSetHeader(&stream, header), Z_OK);
        stream.next_in = (uint8_t *) (uintptr_t) input.data;
        stream.avail_in = (unsigned) input.size;
        stream.next_out = output;
        stream.avail_out = (unsigned) capacity;
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        deflateEnd(&stream);
        return stream.total_out;
}

static void write_packed(const char *directory, const char *name, const char *content) {
        uint8_t packed[4096];

        scratch_write(scratch_path(directory, name),
                      bytes_of(packed, compress_to(packed, sizeof(packed), text_view(content), NULL)));
}

static void test_gunzip(NO_STATE) {
        gz_header header = {
                .extra = (uint8_t *) "extra",
                .extra_len = 5,
                .name = (uint8_t *) "name",
                .comment = (uint8_t *) "comment",
                .hcrc = 1,
        };
        static uint8_t content[300000], packed[400000];
        struct test_random random = { 7 };
        struct buffer buffer;

        test_random_fill(&random, content, sizeof(content) / 2);
        for (size_t size = 0; size <= sizeof(content); size += sizeof(content) / 2) {
                size_t packed_size = compress_to(packed, sizeof(packed), bytes_of(content, size), &header);

                buffer_init(&buffer, &system_allocator);
                assert_ok(gunzip_bytes(bytes_of(packed, packed_size), &buffer));
                assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(content, size)));
                buffer_free(&buffer);
        }
}

static void test_gunzip_of_what_is_broken(NO_STATE) {
        uint8_t packed[4096];
        struct buffer buffer;
        size_t size;

        buffer_init(&buffer, &system_allocator);
        size = compress_to(packed, sizeof(packed), text_view("a text of some length"), NULL);
        for (size_t cut = 0; cut < size; cut++)
                assert_true(gunzip_bytes(bytes_of(packed, cut), &buffer) < 0);
        packed[size - 4]--;
        assert_error(gunzip_bytes(bytes_of(packed, size), &buffer), ERR_LENGTH);
        packed[size - 4] += 2;
        assert_error(gunzip_bytes(bytes_of(packed, size), &buffer), ERR_LENGTH);
        packed[size - 1] = 0x80;
        assert_error(gunzip_bytes(bytes_of(packed, size), &buffer), ERR_TOO_LARGE);
        packed[0] = 'x';
        assert_error(gunzip_bytes(bytes_of(packed, size), &buffer), ERR_SIGNATURE);
        assert_int_equal(buffer.size, 0);
        buffer_free(&buffer);
}

static void test_tools_are_unpacked_once(NO_STATE) {
        char *directory = scratch_make();
        struct tool tool;
        struct stat stat_of;
        struct bytes content;

        write_packed(directory, "vmcore-dmesg.gz", "program");
        write_packed(directory, "ld.so.gz", "linker");
        assert_false(tool_find(directory, "vmcore-dmesg", &tool));
        assert_ok(tools_unpack(directory, directory));
        assert_ok(tools_unpack(directory, directory));
        assert_int_equal(scratch_count_files(directory), 2);
        content = test_read_file(scratch_path(directory, "vmcore-dmesg"));
        assert_memory_equal(content.data, "program", content.size);
        free((void *) (uintptr_t) content.data);
        assert_int_equal(stat(scratch_path(directory, "ld.so"), &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0700);
        assert_true(tool_find(directory, "vmcore-dmesg", &tool));
        assert_string_equal(tool.loader, scratch_path(directory, "ld.so"));
        scratch_remove(directory);
}

static void test_tools_are_unpacked_to_others(NO_STATE) {
        char *directory = scratch_make();

        scratch_put(directory, "/tools/ld.so", "linker");
        scratch_put(directory, "/image-tools/file", "");
        write_packed(scratch_path(directory, "image-tools"), "makedumpfile.gz", "program");
        assert_ok(tools_unpack(scratch_path(directory, "image-tools"), scratch_path(directory, "tools")));
        assert_int_equal(scratch_count_files(scratch_path(directory, "tools")), 2);
        assert_int_equal(scratch_count_files(scratch_path(directory, "image-tools")), 1);
        scratch_remove(directory);
}

/* One that is broken does not keep the others from being there. */
static void test_a_tool_that_is_broken(NO_STATE) {
        char *directory = scratch_make();

        scratch_write(scratch_path(directory, "a.gz"), text_view("no gzip file, but long enough"));
        scratch_write(scratch_path(directory, "b.gz"), text_view(""));
        write_packed(directory, "c.gz", "program");
        assert_true(tools_unpack(directory, directory) < 0);
        assert_int_equal(scratch_count_files(directory), 1);
        assert_ok(tools_unpack("/no/such/directory", directory));
        scratch_remove(directory);
}

static void test_a_name_that_is_all_suffix_is_no_tool(NO_STATE) {
        char *directory = scratch_make();

        write_packed(directory, ".gz", "program");
        assert_ok(tools_unpack(directory, directory));
        assert_int_equal(scratch_count_files(directory), 1);
        scratch_remove(directory);
}

static void test_commands(NO_STATE) {
        const char *const arguments[] = { "-d", "", "31", NULL };
        struct tool tool = { .program = "/t/makedumpfile", .directory = "/t", .loader = "/t/ld.so" };
        const char *command[TOOL_ARGUMENTS_MAX];

        tool_command(&tool, arguments, command);
        assert_string_equal(command[0], "/t/ld.so");
        assert_string_equal(command[1], "--library-path");
        assert_string_equal(command[2], "/t");
        assert_string_equal(command[3], "/t/makedumpfile");
        assert_string_equal(command[4], "-d");
        assert_string_equal(command[5], "31");
        assert_null(command[6]);
        tool.loader[0] = '\0';
        tool_command(&tool, arguments, command);
        assert_string_equal(command[0], "/t/makedumpfile");
        assert_string_equal(tool_name(&tool), "makedumpfile");
}

/* Neither is a module that the kernel takes: both are told, and both files are gone. */
static void test_modules_that_fail(NO_STATE) {
        char *directory = scratch_make();
        struct steps steps;

        steps_init(&steps, -1, false);
        module_load_all("/no/such/directory", &steps);
        assert_int_equal(steps.count, 0);
        scratch_write(scratch_path(directory, "order"), text_view("missing\nnoise\n"));
        write_packed(directory, "noise.ko.gz", "no module");
        module_load_all(directory, &steps);
        assert_int_equal(steps.count, 3);
        assert_string_equal(steps.rows[0].result, "missing: not found");
        test_assert_contains(steps.rows[1].result, "noise: ");
        assert_string_equal(steps.rows[2].name, "modules");
        assert_int_equal(scratch_count_files(directory), 1);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_gunzip),
                cmocka_unit_test(test_gunzip_of_what_is_broken),
                cmocka_unit_test(test_tools_are_unpacked_once),
                cmocka_unit_test(test_tools_are_unpacked_to_others),
                cmocka_unit_test(test_a_tool_that_is_broken),
                cmocka_unit_test(test_a_name_that_is_all_suffix_is_no_tool),
                cmocka_unit_test(test_commands),
                cmocka_unit_test(test_modules_that_fail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
