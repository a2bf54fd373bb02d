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

/* What store/copy.c does with an event. */
static int save_event(struct opened *opened) {
        const struct dump_target *dump = &opened->dump;
        int r = dump->make_directory(dump->context, "unfinished");

        if (r == 0)
                r = write_to(opened, "unfinished/x", "a record");
        if (r == 0)
                r = dump->flush(dump->context, "unfinished");
        if (r == 0)
                r = dump->rename_directory(dump->context, "unfinished", "event");
        return r < 0 ? r : dump->flush(dump->context, "");
}

static void test_dump_target(NO_STATE) {
        struct opened opened;
        size_t file, directory, named;

        open_target(&opened);
        flush_log_start();
        assert_ok(save_event(&opened));
        (void) flush_log_stop();
        file = flush_log_flushed_at(scratch_path(opened.root, "event/x"));
        directory = flush_log_flushed_at(scratch_path(opened.root, "event"));
        named = flush_log_assert_named(scratch_path(opened.root, "event"));
        assert_true(file > 0 && file < directory && directory < named);
        /* And what the target's own name depends on. */
        (void) flush_log_assert_made(opened.root);
        assert_true(flush_log_flushed_at(opened.directory) > named);
        close_target(&opened);
}

/* Whatever call fails, it is told. */
static void test_dump_target_that_fails(NO_STATE) {
        struct opened opened;
        size_t calls;

        open_target(&opened);
        flush_log_start();
        assert_ok(save_event(&opened));
        calls = flush_log_stop();
        assert_uint_in_range(calls, 8, 30);
        close_target(&opened);
        for (size_t i = 1; i <= calls; i++) {
                open_target(&opened);
                flush_log_start_failing(i);
                assert_error(save_event(&opened), ERR_IO);
                (void) flush_log_stop();
                close_target(&opened);
        }
}

/* A copy that somebody else has made is flushed with all that its name depends on, each time anew. */
static void test_dump_target_that_was_there(NO_STATE) {
        struct opened opened;
        size_t calls = 0;

        open_target(&opened);
        assert_ok(save_event(&opened));
        for (size_t failing = 0; failing <= calls; failing++) {
                file_dump_target_close(&opened.target);
                assert_ok(file_dump_target_open(&opened.target, opened.root, &opened.dump));
                flush_log_start_failing(failing);
                if (failing == 0) {
                        assert_ok(opened.dump.flush(opened.dump.context, "event/x"));
                        assert_ok(opened.dump.flush(opened.dump.context, "event"));
                        assert_ok(opened.dump.flush(opened.dump.context, ""));
                        calls = flush_log_stop();
                        assert_true(flush_log_flushed_at(scratch_path(opened.root, "event/x")) > 0);
                        assert_true(flush_log_flushed_at(scratch_path(opened.root, "event")) > 0);
                        assert_true(flush_log_flushed_at(opened.root) > 0);
                        assert_true(flush_log_flushed_at(scratch_path(opened.directory, "a")) > 0);
                        assert_true(flush_log_flushed_at(opened.directory) > 0);
                        continue;
                }
                assert_true(opened.dump.flush(opened.dump.context, "event/x") < 0 ||
                            opened.dump.flush(opened.dump.context, "event") < 0 ||
                            opened.dump.flush(opened.dump.context, "") < 0);
                (void) flush_log_stop();
        }
        close_target(&opened);
}

/* What store/dump.c does with many events. */
static int save_many(struct opened *opened) {
        const struct dump_target *dump = &opened->dump;
        int r = dump->make_directory(dump->context, "unfinished");

        if (r == 0)
                r = dump->make_directory(dump->context, "other");
        if (r == 0)
                r = dump->make_directory(dump->context, "unfinished/1");
        if (r == 0)
                r = dump->many->write_file(dump->context, "unfinished/1/x", text_view("a record"));
        if (r == 0)
                r = dump->many->write_file(dump->context, "unfinished/2.x", text_view("another"));
        if (r == 0)
                r = dump->many->flush_all(dump->context);
        if (r == 0)
                r = dump->rename_directory(dump->context, "unfinished/1", "event");
        if (r == 0)
                r = dump->many->rename_file(dump->context, "unfinished/2.x", "other/x");
        if (r == 0)
                r = dump->remove_directory(dump->context, "unfinished");
        if (r == 0)
                r = dump->many->flush_all(dump->context);
        return r < 0 ? r : dump->flush(dump->context, "");
}

/* With two flushes for however many; and whatever fails, it is told. */
static void test_dump_target_of_many(NO_STATE) {
        struct opened opened;
        size_t calls = 0;

        for (size_t i = 0; i <= calls; i++) {
                open_target(&opened);
                flush_log_start_failing(i);
                if (i > 0) {
                        assert_error(save_many(&opened), ERR_IO);
                        (void) flush_log_stop();
                        close_target(&opened);
                        continue;
                }
                assert_ok(save_many(&opened));
                calls = flush_log_stop();
                assert_uint_in_range(calls, 10, 40);
                (void) flush_log_assert_tree(opened.root);
                (void) flush_log_assert_made(opened.root);
                (void) flush_log_assert_removed(scratch_path(opened.root, "unfinished"));
                close_target(&opened);
        }
}

static void assert_holds(const char *path, const char *wanted) {
        struct bytes content = test_read_file(path);

        assert_true(bytes_equal(content, text_view(wanted)));
        free((void *) content.data);
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
        assert_holds(path, "01234567xy");
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
                cmocka_unit_test(test_dump_target_that_was_there),
                cmocka_unit_test(test_dump_target_of_many),
                cmocka_unit_test(test_image),
                cmocka_unit_test(test_clear),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
