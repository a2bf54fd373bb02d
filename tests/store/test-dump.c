/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include <json-c/json.h>

#include "codec/sha256.h"
#include "store/dump.h"
#include "tests/support/fake-target.h"

#define EVENT "20240229T123510Z-erst-panic1"
#define OLDER "erst-65e079fe00000002"
#define NEWER "erst-65e079fe00000001"
#define OTHER "other/efi-cfg_2f_20x"
#define FILES 8 /* 2 records and their texts, the log, the manifest, the other record and its description */

static struct store_fixture fixture;
static struct fake_target target;
static struct dump_result result;
static const struct dump_origin origin = { .program = "tests 1.0", .seconds = 1795247484 };

static void put_part(uint32_t part, const char *log) {
        store_fixture_put_erst_part(&fixture, 0x65e079fe, part, "Panic", 1, part, 1709210110, log);
}

static void load_all(void) {
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
}

static int begin(NO_STATE) {
        store_fixture_begin(&fixture);
        fake_target_init(&target);
        put_part(1, "newest\n");
        put_part(2, "oldest\n");
        store_fixture_put_efi(&fixture, "cfg/ x", "data");
        load_all();
        return 0;
}

static int end(NO_STATE) {
        assert_int_equal(target.overwrites, 0);
        assert_int_equal(target.bad_paths, 0);
        fake_target_free(&target);
        store_fixture_end(&fixture);
        return 0;
}

static int dump(void) {
        return dump_selected(&fixture.work, &target.target, &origin, NULL, NULL, &result);
}

static struct bytes content_of(const char *path) {
        const struct fake_file *file = fake_target_find(&target, path);

        if (!file || file->is_directory)
                fail_msg("no file %s", path);
        return file->content;
}

static void assert_holds(const char *path, struct bytes content) {
        if (!bytes_equal(content_of(path), content))
                fail_msg("%s holds something else", path);
}

static void assert_complete(void) {
        assert_holds(EVENT "/dmesg.txt", text_view("oldest\nnewest\n"));
        assert_holds(EVENT "/records/" NEWER ".bin", fixture.erst.entries[0].bytes);
        assert_holds(EVENT "/records/" OLDER ".bin", fixture.erst.entries[1].bytes);
        assert_holds(EVENT "/records/" NEWER ".txt", text_view("Panic#1 Part1\nnewest\n"));
        assert_holds(EVENT "/records/" OLDER ".txt", text_view("Panic#1 Part2\noldest\n"));
        assert_holds(OTHER ".bin", text_view("data"));
        (void) content_of(EVENT "/manifest.json");
        (void) content_of(OTHER ".json");
}

static void test_every_file_is_there_and_whole(NO_STATE) {
        assert_ok(dump());
        assert_complete();
        assert_int_equal(fake_target_size(&target), FILES);
        assert_int_equal(result.event_count, 1);
        assert_int_equal(result.record_count, 3);
        assert_int_equal(result.file_count, FILES);
        assert_int_equal(result.failed_count, 0);
        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                assert_true(fixture.work.states[i].saved);
}

static void test_the_manifest_comes_last(NO_STATE) {
        store_fixture_select(&fixture, EVENT, NULL);
        assert_ok(dump());
        assert_string_equal(target.files[target.count - 1].path, EVENT "/manifest.json");
}

static void test_a_second_run_writes_nothing(NO_STATE) {
        static const struct dump_origin later = { .program = "tests 2.0", .seconds = 1795250000 };

        assert_ok(dump());
        target.writes = 0;
        assert_ok(dump_selected(&fixture.work, &target.target, &later, NULL, NULL, &result));
        assert_int_equal(target.writes, 0);
        assert_int_equal(result.file_count, 0);
        assert_int_equal(result.record_count, 3);
        assert_complete();
}

static void begin_anew(void) {
        store_fixture_end(&fixture);
        store_fixture_begin(&fixture);
}

/* U+20AC is e2 82 ac. */
static void test_a_character_that_parts_cut_is_whole_in_the_log(NO_STATE) {
        begin_anew();
        put_part(2, "5 \xe2");
        put_part(1, "\x82\xac\n");
        load_all();
        assert_ok(dump());
        assert_holds(EVENT "/dmesg.txt", text_view("5 \xe2\x82\xac\n"));
        assert_holds(EVENT "/records/" OLDER ".txt", text_view("Panic#1 Part2\n5 \xe2"));
}

/* Of two boots, as their texts show: neither hides the other, and a second dump finds both. */
static void test_two_events_of_one_name(NO_STATE) {
        static const char name[] = "20240229T123510Z-efi-panic1";
        char path[128];

        begin_anew();
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-C", "Panic#1 Part1\none\n");
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", "Panic#1 Part1\ntwo\n");
        load_all();
        assert_int_equal(fixture.catalog.event_count, 2);
        for (int round = 0; round < 2; round++) {
                assert_ok(dump());
                assert_int_equal(result.record_count, 2);
                snprintf(path, sizeof(path), "%s/dmesg.txt", name);
                assert_holds(path, text_view("one\n"));
                snprintf(path, sizeof(path), "%s/dmesg.2.txt", name);
                assert_holds(path, text_view("two\n"));
                snprintf(path, sizeof(path), "%s/manifest.2.json", name);
                (void) content_of(path);
        }
}

/* One record of an event: its copy is the whole event's, but only what was asked for is reported. */
static void test_an_event_is_copied_whole(NO_STATE) {
        store_fixture_select(&fixture, "erst:65e079fe00000002", NULL);
        assert_ok(dump());
        assert_int_equal(result.record_count, 1);
        assert_holds(EVENT "/dmesg.txt", text_view("oldest\nnewest\n"));
        assert_holds(EVENT "/records/" NEWER ".bin", fixture.erst.entries[0].bytes);
        assert_false(store_fixture_state(&fixture, "erst:65e079fe00000001")->saved);
        assert_null(fake_target_find(&target, "other"));
}

static void test_nothing_selected_is_nothing_done(NO_STATE) {
        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                fixture.work.states[i].selected = false;
        assert_ok(dump());
        assert_int_equal(target.operations, 0);
}

/* --- what was there ----------------------------------------------------------------------------- */

static void test_other_bytes_get_a_name_of_their_own(NO_STATE) {
        fake_target_put(&target, EVENT "/records/" NEWER ".bin", text_view("mine"));
        fake_target_put(&target, EVENT "/records/" NEWER ".2.bin", text_view("mine too"));
        fake_target_put(&target, EVENT "/dmesg.txt", text_view(""));
        assert_ok(dump());
        assert_holds(EVENT "/records/" NEWER ".bin", text_view("mine"));
        assert_holds(EVENT "/records/" NEWER ".2.bin", text_view("mine too"));
        assert_holds(EVENT "/records/" NEWER ".3.bin", fixture.erst.entries[0].bytes);
        assert_holds(EVENT "/dmesg.txt", text_view(""));
        assert_holds(EVENT "/dmesg.2.txt", text_view("oldest\nnewest\n"));
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 0);
}

static void test_names_run_out_without_a_loss(NO_STATE) {
        char path[128];

        fake_target_put(&target, EVENT "/records/" NEWER ".bin", text_view("mine"));
        for (unsigned i = 2; i <= 120; i++) {
                snprintf(path, sizeof(path), EVENT "/records/" NEWER ".%u.bin", i);
                fake_target_put(&target, path, text_view("mine"));
        }
        assert_error(dump(), ERR_EXISTS);
        assert_string_equal(result.first_failed, "erst:65e079fe00000001");
        assert_int_equal(result.failed_count, 1);
        assert_int_equal(result.record_count, 2);
        assert_false(store_fixture_state(&fixture, "erst:65e079fe00000001")->saved);
}

static void assert_no_more_manifests(const char *last, const char *next) {
        static struct dump_origin later = { .program = "tests", .seconds = 1795250000 };

        (void) content_of(last);
        for (unsigned run = 0; run < 3; run++) {
                target.writes = 0;
                later.seconds++;
                assert_ok(dump_selected(&fixture.work, &target.target, &later, NULL, NULL, &result));
                assert_int_equal(target.writes, 0);
        }
        assert_null(fake_target_find(&target, next));
}

static void test_a_torn_manifest_is_written_anew_once(NO_STATE) {
        struct bytes manifest;

        assert_ok(dump());
        manifest = content_of(EVENT "/manifest.json");
        fake_target_put(&target, EVENT "/manifest.json", bytes_first(manifest, manifest.size / 2));
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 1);
        assert_no_more_manifests(EVENT "/manifest.2.json", EVENT "/manifest.3.json");
}

static void test_a_part_that_came_later_gets_into_a_new_manifest(NO_STATE) {
        fixture.erst.entries[1].read_error = ERR_IO;
        store_fixture_reload(&fixture);
        store_fixture_select(&fixture, EVENT, NULL);
        assert_ok(dump());
        assert_holds(EVENT "/dmesg.txt", text_view("newest\n"));
        fixture.erst.entries[1].read_error = 0;
        store_fixture_reload(&fixture);
        store_fixture_select(&fixture, EVENT, NULL);
        assert_ok(dump());
        assert_holds(EVENT "/dmesg.2.txt", text_view("oldest\nnewest\n"));
        assert_no_more_manifests(EVENT "/manifest.2.json", EVENT "/manifest.3.json");
}

/* --- the manifest ------------------------------------------------------------------------------- */

static struct json_object *parse_manifest(const char *path) {
        struct bytes content = content_of(path);
        struct json_tokener *tokener = json_tokener_new_ex(16);
        struct json_object *root;

        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
        root = json_tokener_parse_ex(tokener, (const char *) content.data, (int) content.size);
        assert_non_null(root);
        json_tokener_free(tokener);
        return root;
}

static struct json_object *get(struct json_object *object, const char *name) {
        struct json_object *member;

        if (!json_object_object_get_ex(object, name, &member))
                fail_msg("the manifest has no %s", name);
        return member;
}

static const char *get_string(struct json_object *object, const char *name) {
        return json_object_get_string(get(object, name));
}

/* The file that a manifest names, relative to it, has the size and the digest that stand there. */
static void assert_file_listed(const char *directory, struct json_object *file) {
        char path[1024], hex[2 * SHA256_SIZE + 1];
        uint8_t digest[SHA256_SIZE];
        struct bytes content;

        snprintf(path, sizeof(path), "%s/%s", directory, get_string(file, "file"));
        content = content_of(path);
        assert_int_equal(json_object_get_int64(get(file, "size")), content.size);
        sha256_digest(content, digest);
        for (size_t i = 0; i < SHA256_SIZE; i++)
                snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        assert_string_equal(get_string(file, "sha256"), hex);
}

static void test_the_manifest_tells_all(NO_STATE) {
        struct json_object *root, *records, *record;

        assert_ok(dump());
        root = parse_manifest(EVENT "/manifest.json");
        assert_string_equal(get_string(root, "schema"), "pstore-fw/manifest/1");
        assert_string_equal(get_string(root, "event"), EVENT);
        assert_string_equal(get_string(root, "store"), "erst");
        assert_string_equal(get_string(root, "reason"), "panic");
        assert_int_equal(json_object_get_int64(get(root, "count")), 1);
        assert_string_equal(get_string(root, "time"), "2024-02-29T12:35:10Z");
        assert_string_equal(get_string(root, "dumped_by"), "tests 1.0");
        assert_string_equal(get_string(root, "dumped_at"), "2026-11-21T07:51:24Z");
        assert_int_equal(json_object_array_length(get(root, "missing_parts")), 0);
        assert_file_listed(EVENT, get(root, "log"));
        records = get(root, "records");
        assert_int_equal(json_object_array_length(records), 2);
        for (size_t i = 0; i < 2; i++) {
                record = json_object_array_get_idx(records, i);
                assert_file_listed(EVENT, get(record, "stored"));
                assert_file_listed(EVENT, get(record, "decoded"));
        }
        assert_string_equal(get_string(record, "id"), "erst:65e079fe00000001");
        assert_string_equal(get_string(record, "codec"), "text");
        assert_int_equal(json_object_get_int64(get(record, "part")), 1);
        json_object_put(root);
}

static void test_the_manifest_lists_the_names_that_files_got(NO_STATE) {
        struct json_object *root, *record;

        fake_target_put(&target, EVENT "/records/" OLDER ".bin", text_view("mine"));
        fake_target_put(&target, EVENT "/dmesg.txt", text_view("mine"));
        assert_ok(dump());
        root = parse_manifest(EVENT "/manifest.json");
        record = json_object_array_get_idx(get(root, "records"), 0);
        assert_string_equal(get_string(get(record, "stored"), "file"), "records/" OLDER ".2.bin");
        assert_file_listed(EVENT, get(record, "stored"));
        assert_string_equal(get_string(get(root, "log"), "file"), "dmesg.2.txt");
        assert_file_listed(EVENT, get(root, "log"));
        json_object_put(root);
}

static void test_the_manifest_names_missing_parts(NO_STATE) {
        struct json_object *root, *run;

        store_fixture_put_efi_part(&fixture, "Oops", 3, 2, 1709210110, "a\n");
        store_fixture_put_efi_part(&fixture, "Oops", 3, UINT32_MAX, 1709210110, "b\n");
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        root = parse_manifest("20240229T123510Z-efi-oops3/manifest.json");
        assert_int_equal(json_object_array_length(get(root, "missing_parts")), 2);
        run = json_object_array_get_idx(get(root, "missing_parts"), 1);
        assert_int_equal(json_object_get_int64(get(run, "first")), 3);
        assert_int_equal(json_object_get_int64(get(run, "last")), UINT32_MAX - 1);
        json_object_put(root);
}

static void test_another_record_is_described(NO_STATE) {
        struct json_object *root;

        assert_ok(dump());
        root = parse_manifest(OTHER ".json");
        assert_string_equal(get_string(root, "schema"), "pstore-fw/record/1");
        assert_string_equal(get_string(root, "id"), "efi:cfg/ x");
        assert_string_equal(get_string(root, "error"), "offset 0: variable name: is none that Linux gives");
        assert_file_listed("other", get(root, "stored"));
        json_object_put(root);
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

static size_t saved_count(void) {
        size_t count = 0;

        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                count += fixture.work.states[i].saved;
        return count;
}

static size_t reported_ok, reported_failed;

static void note_report(void *context, const struct catalog_record *row, int error) {
        assert_ptr_equal(context, &target);
        assert_int_equal(work_state(&fixture.work, &row->record)->saved, error == 0);
        if (error == 0)
                reported_ok++;
        else
                reported_failed++;
}

/* Whatever operation fails once: nothing unsaved is called saved, and the next run completes the dump. */
static void fail_every_operation(bool tears) {
        unsigned operations;

        assert_ok(dump());
        operations = target.operations;
        assert_uint_in_range(operations, 20, 100);
        for (unsigned n = 1; n <= operations; n++) {
                fake_target_free(&target);
                fake_target_init(&target);
                target.tears = tears;
                fake_target_fail_at(&target, n);
                reported_ok = reported_failed = 0;
                assert_error(
                        dump_selected(&fixture.work, &target.target, &origin, note_report, &target, &result),
                        ERR_IO);
                assert_error(result.first_error, ERR_IO);
                assert_int_equal(result.record_count + result.failed_count, 3);
                assert_uint_in_range(result.failed_count, 1, 2);
                assert_int_equal(result.record_count, saved_count());
                assert_int_equal(reported_ok, result.record_count);
                assert_int_equal(reported_failed, result.failed_count);
                assert_int_equal(target.overwrites, 0);
                fake_target_fail_at(&target, 0);
                assert_ok(dump());
                assert_int_equal(result.record_count, 3);
                store_fixture_select_all(&fixture);
                assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 3);
        }
}

static void test_every_operation_may_fail(NO_STATE) {
        fail_every_operation(false);
        assert_complete();
}

static void test_every_write_may_be_torn(NO_STATE) {
        fail_every_operation(true);
}

static void test_what_was_written_wrong_is_found_out(NO_STATE) {
        target.corrupts = true;
        assert_error(dump(), ERR_MISMATCH);
        assert_int_equal(result.record_count, 0);
        assert_int_equal(result.failed_count, 3);
        assert_int_equal(saved_count(), 0);
        assert_string_equal(result.first_failed, "erst:65e079fe00000002");
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 0);
}

static void test_a_full_target_keeps_what_fits(NO_STATE) {
        target.capacity = 300; /* one record of 221 bytes and its text */
        assert_error(dump(), ERR_NO_SPACE);
        assert_int_equal(result.record_count, 0); /* an event without its log is not complete */
        assert_holds(EVENT "/records/" OLDER ".bin", fixture.erst.entries[1].bytes);
        target.capacity = 0;
        assert_ok(dump());
        assert_complete();
}

static void test_a_record_that_could_not_be_read_is_not_saved(NO_STATE) {
        fixture.efi.entries[0].read_error = ERR_HARDWARE;
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
        assert_error(dump(), ERR_HARDWARE);
        assert_string_equal(result.first_failed, "efi:cfg/ x");
        assert_int_equal(result.record_count, 2);
        assert_null(fake_target_find(&target, OTHER ".bin"));
}

/* The kernel shows the packed bytes of what it could not decode: they are all that there is to save. */
static void test_what_the_kernel_could_not_decode_is_saved(NO_STATE) {
        fake_source_add_shown(&fixture.efi, "dump-type0-1-1-5", RECORD_FORM_PACKED, RECORD_TYPE_DMESG, 5,
                              text_view("packed"));
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        assert_int_equal(result.record_count, 4);
        assert_true(store_fixture_state(&fixture, "efi:dump-type0-1-1-5")->saved);
        assert_holds("other/efi-dump-type0-1-1-5.bin", text_view("packed"));
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 4);
}

static void test_every_allocation_may_fail(NO_STATE) {
        size_t allocations;

        fake_allocator_fail_at(&fixture.memory, 0);
        assert_ok(dump());
        allocations = fixture.memory.calls;
        assert_uint_in_range(allocations, 5, 100);
        for (size_t n = 1; n <= allocations; n++) {
                size_t live = fixture.memory.live_blocks;

                fake_target_free(&target);
                fake_target_init(&target);
                fake_allocator_fail_at(&fixture.memory, n);
                assert_error(dump(), ERR_NO_MEMORY);
                assert_int_equal(fixture.memory.live_blocks, live);
                assert_int_equal(result.record_count + result.failed_count, 3);
                assert_ok(dump());
        }
}

/* --- what is a copy itself ---------------------------------------------------------------------- */

static void test_what_an_archive_holds_here_is_safe_as_it_is(NO_STATE) {
        fixture.erst.source.is_archive = true;
        fixture.erst.source.location = target.location = "/dumps";
        assert_ok(dump());
        assert_int_equal(result.record_count, 3);
        assert_int_equal(result.event_count, 1);
        assert_int_equal(fake_target_size(&target), 2); /* the other record and its description */
        assert_null(fake_target_find(&target, EVENT));
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 3);
}

/* The same work may go to two targets: what lies in one of them has no copy in the other. */
static void test_what_lies_in_one_target_is_copied_to_another(NO_STATE) {
        fixture.erst.source.is_archive = true;
        fixture.erst.source.location = target.location = "/dumps";
        assert_ok(dump());
        assert_int_equal(fake_target_size(&target), 2);
        target.location = "/elsewhere";
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 1);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        assert_int_equal(fake_target_size(&target), FILES);
}

/* Each of these alone makes that it is copied like any other. */
static void test_what_is_no_copy_of_itself(NO_STATE) {
        static const struct {
                bool is_archive;
                const char *location, *target_location;
        } rows[] = {
                { true, "/dumps", "/elsewhere" },
                { true, "/dumps", NULL },
                { true, NULL, "/dumps" },
                { false, "/dumps", "/dumps" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fake_target_free(&target);
                fake_target_init(&target);
                fixture.erst.source.is_archive = rows[i].is_archive;
                fixture.erst.source.location = rows[i].location;
                target.location = rows[i].target_location;
                assert_ok(dump());
                assert_int_equal(fake_target_size(&target), FILES);
        }
        target.target.is_at = NULL;
        fixture.erst.source.is_archive = true;
        fixture.erst.source.location = target.location;
        assert_ok(dump());
}

/* A dump without a log is none, wherever it lies. */
static void test_an_archive_that_cannot_be_read_is_no_copy(NO_STATE) {
        fixture.efi.source.is_archive = true;
        fixture.efi.source.location = target.location = "/dumps";
        fixture.efi.entries[0].read_error = ERR_LOG_MISSING;
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
        assert_error(dump(), ERR_LOG_MISSING);
        assert_int_equal(result.record_count, 2);
}

/* --- what is dumped already --------------------------------------------------------------------- */

static void test_only_what_has_a_copy_stays_selected(NO_STATE) {
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 0);
        store_fixture_select(&fixture, EVENT, NULL);
        assert_ok(dump());
        store_fixture_select_all(&fixture);
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 2);
        assert_true(store_fixture_state(&fixture, "erst:65e079fe00000001")->selected);
        assert_false(store_fixture_state(&fixture, "efi:cfg/ x")->selected);
}

static void test_a_copy_is_one_when_all_bytes_are_the_same(NO_STATE) {
        struct bytes stored = fixture.erst.entries[0].bytes;

        assert_ok(dump());
        fake_target_put(&target, EVENT "/records/" NEWER ".bin", bytes_first(stored, stored.size - 1));
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 2);
        assert_false(store_fixture_state(&fixture, "erst:65e079fe00000001")->saved);
        fake_target_put(&target, EVENT "/records/" NEWER ".2.bin", stored);
        store_fixture_select_all(&fixture);
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 3);
}

static void test_what_was_not_selected_is_not_kept(NO_STATE) {
        assert_ok(dump());
        store_fixture_select(&fixture, "efi:cfg/ x", NULL);
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 1);
        assert_false(store_fixture_state(&fixture, "erst:65e079fe00000001")->selected);
}

static void test_a_target_that_cannot_be_read_holds_nothing(NO_STATE) {
        assert_ok(dump());
        fake_target_fail_at(&target, 1);
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_every_file_is_there_and_whole),
                TEST(test_the_manifest_comes_last),
                TEST(test_a_second_run_writes_nothing),
                TEST(test_a_character_that_parts_cut_is_whole_in_the_log),
                TEST(test_two_events_of_one_name),
                TEST(test_an_event_is_copied_whole),
                TEST(test_nothing_selected_is_nothing_done),
                TEST(test_other_bytes_get_a_name_of_their_own),
                TEST(test_names_run_out_without_a_loss),
                TEST(test_a_torn_manifest_is_written_anew_once),
                TEST(test_a_part_that_came_later_gets_into_a_new_manifest),
                TEST(test_the_manifest_tells_all),
                TEST(test_the_manifest_lists_the_names_that_files_got),
                TEST(test_the_manifest_names_missing_parts),
                TEST(test_another_record_is_described),
                TEST(test_every_operation_may_fail),
                TEST(test_every_write_may_be_torn),
                TEST(test_what_was_written_wrong_is_found_out),
                TEST(test_a_full_target_keeps_what_fits),
                TEST(test_a_record_that_could_not_be_read_is_not_saved),
                TEST(test_what_the_kernel_could_not_decode_is_saved),
                TEST(test_every_allocation_may_fail),
                TEST(test_what_an_archive_holds_here_is_safe_as_it_is),
                TEST(test_what_lies_in_one_target_is_copied_to_another),
                TEST(test_what_is_no_copy_of_itself),
                TEST(test_an_archive_that_cannot_be_read_is_no_copy),
                TEST(test_only_what_has_a_copy_stays_selected),
                TEST(test_a_copy_is_one_when_all_bytes_are_the_same),
                TEST(test_what_was_not_selected_is_not_kept),
                TEST(test_a_target_that_cannot_be_read_holds_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
