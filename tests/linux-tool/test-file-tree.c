/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/session-fixture.h"

#include "linux-tool/target/file-tree.h"

static struct file_tree tree;
static struct tree_target place;
static struct dump_target target;

static int begin(NO_STATE) {
        file_tree_init(&tree, 1000);
        place = (struct tree_target){ .tree = &tree, .directory = "events" };
        target = tree_dump_target(&place);
        return 0;
}

static int end(NO_STATE) {
        file_tree_free(&tree);
        return 0;
}

/* All paths, a blank behind each, directories with a '/'. */
static const char *paths(void) {
        static char list[2000];
        struct text text = TEXT_ON(list);

        for (size_t i = 0; i < tree.count; i++)
                text_format(&text, "%s%s ", tree.entries[i].path, tree.entries[i].is_directory ? "/" : "");
        return list;
}

static void assert_holds(const char *path, const char *content) {
        const struct tree_entry *entry = file_tree_find(&tree, path);

        assert_non_null(entry);
        assert_true(bytes_equal(buffer_bytes(&entry->content), text_view(content)));
}

static void test_files_and_their_directories(NO_STATE) {
        assert_ok(file_tree_put(&tree, "b/c/d", text_view("1")));
        assert_ok(file_tree_put(&tree, "a", text_view("2")));
        assert_ok(file_tree_put(&tree, "b.x/e", text_view("3")));
        assert_string_equal(paths(), "a b/ b.x/ b.x/e b/c/ b/c/d ");
        assert_ok(file_tree_put(&tree, "a", text_view("other")));
        assert_holds("a", "other");
        assert_null(file_tree_find(&tree, "c"));
        assert_error(file_tree_put(&tree, "b/c", text_view("x")), ERR_EXISTS);
        assert_error(file_tree_put(&tree, "a/x", text_view("x")), ERR_EXISTS);
        assert_int_equal(tree.size, 7);
}

static void test_what_is_too_large(NO_STATE) {
        static const char content[1000] = "";

        assert_ok(file_tree_put(&tree, "a", bytes_of(content, 600)));
        assert_error(file_tree_put(&tree, "b", bytes_of(content, 401)), ERR_TOO_LARGE);
        assert_ok(file_tree_put(&tree, "a", bytes_of(content, 1000)));
        assert_error(file_tree_put(&tree, "a", bytes_of(content, 1001)), ERR_TOO_LARGE);
        assert_string_equal(paths(), "a ");
}

static void test_as_a_target(NO_STATE) {
        _cleanup_buffer_ struct buffer read;

        buffer_init(&read, &system_allocator);
        assert_error(target.read_file(&place, "x", &read), ERR_NOT_FOUND);
        assert_ok(target.make_directory(&place, "one/two"));
        assert_ok(target.write_file(&place, "one/two/f", text_view("1")));
        assert_ok(target.write_file(&place, "one/g", text_view("2")));
        assert_ok(target.write_file(&place, "one.2", text_view("3")));
        assert_error(target.read_file(&place, "one", &read), ERR_INVALID_ARGUMENT);
        assert_ok(target.read_file(&place, "one/g", &read));
        assert_true(bytes_equal(buffer_bytes(&read), text_view("2")));
        assert_error(target.rename_directory(&place, "one", "one.2"), ERR_EXISTS);
        assert_error(target.rename_directory(&place, "none", "three"), ERR_NOT_FOUND);
        assert_ok(target.rename_directory(&place, "one", "a"));
        assert_string_equal(paths(),
                            "events/ events/a/ events/a/g events/a/two/ events/a/two/f events/one.2 ");
        assert_holds("events/a/two/f", "1");
        assert_error(target.remove_file(&place, "a"), ERR_INVALID_ARGUMENT);
        assert_error(target.remove_directory(&place, "a"), ERR_EXISTS);
        assert_error(target.remove_directory(&place, "one.2"), ERR_INVALID_ARGUMENT);
        assert_ok(target.remove_file(&place, "a/g"));
        assert_error(target.remove_file(&place, "a/g"), ERR_NOT_FOUND);
        assert_ok(target.remove_file(&place, "a/two/f"));
        assert_ok(target.remove_directory(&place, "a/two"));
        assert_string_equal(paths(), "events/ events/a/ events/one.2 ");
        assert_int_equal(tree.size, 1);
}

/* What a dump writes is the same as into a directory, of which the fake target is strict. */
static void test_a_dump(NO_STATE) {
        struct session_fixture fixture;
        struct dump_target to_tree;
        struct dump_result result;
        const struct selection everything = { 0 };
        size_t files = 0;

        tree.size_max = SIZE_MAX;
        to_tree = target;
        session_fixture_begin(&fixture);
        fake_source_add(&fixture.stores.efi, "foreign", text_view("x"));
        assert_ok(session_load(&fixture.session));
        assert_ok(session_select(&fixture.session, &everything));
        assert_ok(dump_selected(&fixture.session.work, &fixture.files.target, &fixture.target.origin, NULL,
                                NULL, &result));
        session_fixture_renew(&fixture);
        assert_ok(session_load(&fixture.session));
        assert_ok(session_select(&fixture.session, &everything));
        assert_ok(
                dump_selected(&fixture.session.work, &to_tree, &fixture.target.origin, NULL, NULL, &result));
        assert_int_equal(result.record_count, 4);
        for (size_t i = 0; i < fixture.files.count; i++) {
                const struct fake_file *file = &fixture.files.files[i];
                const struct tree_entry *entry;
                char path[300];

                snprintf(path, sizeof(path), "events/%s", file->path);
                entry = file_tree_find(&tree, path);
                assert_non_null(entry);
                assert_int_equal(entry->is_directory, file->is_directory);
                assert_true(bytes_equal(buffer_bytes(&entry->content), file->content));
                files++;
        }
        assert_int_equal(tree.count, files + 1);
        session_fixture_end(&fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_files_and_their_directories),
                TEST(test_what_is_too_large),
                TEST(test_as_a_target),
                TEST(test_a_dump),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
