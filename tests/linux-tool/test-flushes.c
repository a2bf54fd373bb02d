/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the command has written when a call returns is still there after a loss of power. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/output/output.h"
#include "linux-tool/source/image-file.h"
#include "linux-tool/target/file-dump-target.h"
#include "linux-tool/verb/verbs.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

/* --- the target of dumps ------------------------------------------------------------------------ */

struct opened {
        char *directory, root[PATH_MAX];
        struct file_dump_target target;
        struct dump_target dump;
};

/* The target's own directory is not there yet. */
static void open_target(struct opened *opened) {
        opened->directory = scratch_make();
        snprintf(opened->root, sizeof(opened->root), "%s/a/b", opened->directory);
        assert_ok(file_dump_target_open(&opened->target, opened->root, &opened->dump));
}

static void close_target(struct opened *opened) {
        file_dump_target_close(&opened->target);
        scratch_remove(opened->directory);
}

static int write_to(struct opened *opened, const char *path, const char *content) {
        return opened->dump.write_file(opened->dump.context, path, text_view(content));
}

static void test_dump_target(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        flush_log_start();
        assert_ok(opened.dump.make_directory(opened.dump.context, "event/records"));
        assert_ok(write_to(&opened, "event/records/x.bin", "first"));
        assert_ok(write_to(&opened, "event/records/x.bin", "the second"));
        assert_ok(write_to(&opened, "top", "x"));
        (void) flush_log_stop();
        (void) flush_log_assert_tree(opened.directory);
        close_target(&opened);
}

static void assert_holds(const char *path, const char *wanted, const char *or_wanted) {
        struct bytes content = test_read_file(path);

        assert_true(bytes_equal(content, text_view(wanted)) || bytes_equal(content, text_view(or_wanted)));
        free((void *) content.data);
}

/* Whatever call fails, it is told, and there is a whole file under the name and no other. */
static void test_dump_target_that_fails(NO_STATE) {
        struct opened opened;
        size_t calls;

        open_target(&opened);
        assert_ok(write_to(&opened, "x", "old"));
        flush_log_start();
        assert_ok(write_to(&opened, "x", "old"));
        calls = flush_log_stop();
        assert_uint_in_range(calls, 3, 10);
        for (size_t i = 1; i <= calls; i++) {
                flush_log_start_failing(i);
                assert_error(write_to(&opened, "x", "the new"), ERR_IO);
                (void) flush_log_stop();
                assert_holds(scratch_path(opened.root, "x"), "old", "the new");
                assert_int_equal(scratch_count_files(opened.directory), 1);
        }
        close_target(&opened);
}

/* --- images ------------------------------------------------------------------------------------- */

/* What a put says when it is asked to is on the disk when the flush returns. */
static void test_image(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "image");
        struct image_file file;

        scratch_write(path, text_view("0123456789"));
        assert_ok(image_file_open_to_write(&file, path));
        flush_log_start();
        assert_ok(file.writer.put(file.writer.context, 8, text_view("xy")));
        assert_int_equal(flush_log_flushed_at(path), 0);
        assert_ok(file.writer.flush(file.writer.context));
        assert_int_equal(flush_log_flushed_at(path), 1);
        flush_log_start_failing(1);
        assert_error(file.writer.flush(file.writer.context), ERR_IO);
        (void) flush_log_stop();
        /* A file must not grow: its size says what it is. */
        assert_error(file.writer.put(file.writer.context, 9, text_view("xy")), ERR_BUG);
        assert_error(file.writer.put(file.writer.context, SIZE_MAX, text_view("xy")), ERR_BUG);
        image_file_close(&file);
        assert_holds(path, "01234567xy", "");
        scratch_remove(directory);
}

/* --- clear -------------------------------------------------------------------------------------- */

/* pstore's directory with what the kernel shows of two records. */
static void copy_store(const char *to) {
        assert_int_equal(mkdir(to, 0700), 0);
        scratch_copy_files(test_data("linux-tool/erst/pstore"), to);
}

static int clear(const char *store, const char *output_directory) {
        char spec[PATH_MAX + 16], error[OPTIONS_ERROR_SIZE];
        const char *words[] = { "clear", "--all", "--yes", "--source", spec, "--output", output_directory };
        struct options options;
        FILE *stream = tmpfile();
        struct output output;
        int status;

        snprintf(spec, sizeof(spec), "pstorefs:%s", store);
        assert_ok(options_parse(&cli_pstore_fw, words, ARRAY_SIZE(words), &options, error));
        output_open(&output, stream, false, false);
        status = options.verb->run(&options, &output);
        assert_ok(output_close(&output));
        fclose(stream);
        return status;
}

/* Every file of the copy has its name on the disk before the first record is erased. */
static void test_clear(NO_STATE) {
        char *directory = scratch_make(), store[PATH_MAX], copy[PATH_MAX];
        size_t removed, saved;

        snprintf(store, sizeof(store), "%s/store", directory);
        snprintf(copy, sizeof(copy), "%s/copy", directory);
        copy_store(store);
        flush_log_start();
        (void) clear(store, copy);
        (void) flush_log_stop();
        removed = flush_log_first_removal_in(store);
        saved = flush_log_assert_tree(copy);
        assert_true(saved > 0 && removed > saved);
        assert_int_equal(scratch_count_files(store), 0);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_dump_target),
                cmocka_unit_test(test_dump_target_that_fails),
                cmocka_unit_test(test_image),
                cmocka_unit_test(test_clear),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
