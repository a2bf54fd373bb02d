/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include <json-c/json.h>
#include <zlib.h>

#include "codec/sha256.h"
#include "store/dump.h"
#include "tests/support/fake-target.h"

#define EVENT "20240229T123510Z-erst-panic1"
#define OLDER "erst:65e079fe00000002"
#define NEWER "erst:65e079fe00000001"
#define THIRD "efi:cfg/ x"
#define OTHER "other/efi-cfg_2f_20x"
#define FILES 5 /* three of the event, two of the other record */

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

static void reload_all(void) {
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
}

static bool many_at_once; /* what the target can do */

static void init_target(void) {
        fake_target_init(&target);
        if (many_at_once)
                fake_target_take_many(&target);
}

static int begin_on(bool many) {
        many_at_once = many;
        store_fixture_begin(&fixture);
        init_target();
        put_part(1, "newest\n");
        put_part(2, "oldest\n");
        store_fixture_put_efi(&fixture, "cfg/ x", "data");
        load_all();
        return 0;
}

static int begin(NO_STATE) {
        return begin_on(false);
}

static int begin_many(NO_STATE) {
        return begin_on(true);
}

static int end(NO_STATE) {
        assert_int_equal(target.overwrites, 0);
        assert_int_equal(target.bad_paths, 0);
        fake_target_free(&target);
        store_fixture_end(&fixture);
        return 0;
}

static void begin_anew(void) {
        store_fixture_end(&fixture);
        store_fixture_begin(&fixture);
}

static void empty_target(void) {
        fake_target_free(&target);
        init_target();
}

static int dump(void) {
        return dump_selected(&fixture.work, &target.target, &origin, NULL, NULL, &result);
}

static int keep_dumped(void) {
        struct dump_result kept;

        return dump_keep_dumped(&fixture.work, &target.target, &kept);
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

static void assert_absent(const char *path) {
        if (fake_target_find(&target, path))
                fail_msg("there is %s", path);
}

/* The records in the order of the log, one after another. */
static void assert_records(const char *path, struct bytes first, struct bytes second) {
        struct bytes all = content_of(path);

        assert_int_equal(all.size, first.size + second.size);
        assert_true(bytes_equal(bytes_first(all, first.size), first));
        assert_true(bytes_equal(bytes_from(all, first.size), second));
}

static void assert_event_in(const char *directory) {
        char path[128];

        snprintf(path, sizeof(path), "%s/dmesg.txt", directory);
        assert_holds(path, text_view("oldest\nnewest\n"));
        snprintf(path, sizeof(path), "%s/records.bin", directory);
        assert_records(path, fixture.erst.entries[1].bytes, fixture.erst.entries[0].bytes);
        snprintf(path, sizeof(path), "%s/manifest.json", directory);
        (void) content_of(path);
}

static void assert_complete(void) {
        assert_event_in(EVENT);
        assert_holds(OTHER ".bin", text_view("data"));
        (void) content_of(OTHER ".json");
        assert_int_equal(fake_target_size(&target), FILES);
        assert_int_equal(fake_target_unflushed(&target), 0);
}

static size_t saved_count(void) {
        size_t count = 0;

        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                count += fixture.work.states[i].saved;
        return count;
}

static bool is_saved(const char *id) {
        return store_fixture_state(&fixture, id)->saved;
}

static void test_every_file_is_there_and_whole(NO_STATE) {
        assert_ok(dump());
        assert_complete();
        assert_int_equal(result.event_count, 1);
        assert_int_equal(result.record_count, 3);
        assert_int_equal(result.file_count, FILES);
        assert_int_equal(result.failed_count, 0);
        assert_int_equal(saved_count(), 3);
}

/* A volume that gives no directory another name has the same in the end, and is asked once. */
static void test_directories_that_keep_their_names(NO_STATE) {
        target.keeps_names = true;
        store_fixture_put_efi_part(&fixture, "Oops", 3, 1, 1709210110, "a\n");
        reload_all();
        assert_ok(dump());
        assert_event_in(EVENT);
        assert_int_equal(fake_target_size(&target), FILES + 3);
        assert_int_equal(fake_target_unflushed(&target), 0);
        assert_int_equal(result.file_count, FILES + 3);
        assert_int_equal(target.writes, FILES + 3 + (many_at_once ? 2 * 3 : 3));
        assert_absent("unfinished");
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

/* Who made what is found may have flushed nothing of it. */
static void test_what_was_found_is_flushed(NO_STATE) {
        assert_ok(dump());
        fake_target_unflush(&target);
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 0);
        assert_complete();
        fake_target_unflush(&target);
        assert_int_equal(keep_dumped(), 3);
        assert_complete();
}

/* U+20AC is e2 82 ac. */
static void test_a_character_that_parts_cut_is_whole_in_the_log(NO_STATE) {
        begin_anew();
        put_part(2, "5 \xe2");
        put_part(1, "\x82\xac\n");
        load_all();
        assert_ok(dump());
        assert_holds(EVENT "/dmesg.txt", text_view("5 \xe2\x82\xac\n"));
}

/* Of two boots, as their texts show: neither hides the other, and a second dump finds both. */
static void test_two_events_of_one_name(NO_STATE) {
        begin_anew();
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-C", "Panic#1 Part1\none\n");
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", "Panic#1 Part1\ntwo\n");
        load_all();
        assert_int_equal(fixture.catalog.event_count, 2);
        for (int round = 0; round < 2; round++) {
                assert_ok(dump());
                assert_int_equal(result.record_count, 2);
                assert_holds("20240229T123510Z-efi-panic1/dmesg.txt", text_view("one\n"));
                assert_holds("20240229T123510Z-efi-panic1.2/dmesg.txt", text_view("two\n"));
                assert_int_equal(fake_target_size(&target), 6);
        }
        assert_int_equal(keep_dumped(), 2);
}

/* As of two images, each of which has one. */
static void test_two_other_records_of_one_name(NO_STATE) {
        struct fake_entry *entry = fake_source_add(&fixture.erst, "cfg/ x", text_view("more"));

        entry->entry.store = RECORD_STORE_EFI;
        reload_all();
        for (int round = 0; round < 2; round++) {
                assert_ok(dump());
                assert_int_equal(result.record_count, 4);
                assert_int_equal(fake_target_size(&target), FILES + 2);
                assert_int_equal(content_of(OTHER ".bin").size + content_of(OTHER ".2.bin").size, 8);
                assert_false(bytes_equal(content_of(OTHER ".bin"), content_of(OTHER ".2.bin")));
        }
}

/* One record of an event: its copy is the whole event's, but only what was asked for is reported. */
static void test_an_event_is_copied_whole(NO_STATE) {
        store_fixture_select(&fixture, OLDER, NULL);
        assert_ok(dump());
        assert_int_equal(result.record_count, 1);
        assert_event_in(EVENT);
        assert_absent("other");
}

static void test_nothing_selected_is_nothing_done(NO_STATE) {
        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                fixture.work.states[i].selected = false;
        assert_ok(dump());
        assert_int_equal(keep_dumped(), 0);
        assert_int_equal(target.operations, 0);
}

/* --- what was there ----------------------------------------------------------------------------- */

/* What is left when the power went before the directory got its name, or where it never gets another. */
static void test_what_is_not_finished_is_replaced(NO_STATE) {
        static const char *const manifests[] = { NULL, "", "{\n  \"schema\": \"pstore-fw/manifest/2\"",
                                                 "\0\0\0" };

        for (size_t i = 0; i < ARRAY_SIZE(manifests); i++) {
                empty_target();
                fake_target_put(&target, "unfinished/dmesg.txt", text_view("old"));
                fake_target_put(&target, EVENT "/dmesg.txt", bytes_of("oldest\n\0\0\0\0\0\0", 14));
                fake_target_put(&target, OTHER ".bin", text_view("da"));
                if (manifests[i]) {
                        fake_target_put(&target, EVENT "/manifest.json", text_view(manifests[i]));
                        fake_target_put(&target, OTHER ".json", text_view(manifests[i]));
                }
                assert_ok(dump());
                assert_complete();
        }
}

static void make_foreign_copy(const char *place, const char *log) {
        struct store_fixture others;
        struct dump_result ignored;
        struct fake_target aside;
        char path[128];

        store_fixture_begin(&others);
        fake_target_init(&aside);
        store_fixture_put_erst_part(&others, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, log);
        store_fixture_load(&others);
        store_fixture_select_all(&others);
        assert_ok(dump_selected(&others.work, &aside.target, &origin, NULL, NULL, &ignored));
        for (size_t i = 0; i < aside.count; i++) {
                const char *slash = strrchr(aside.files[i].path, '/');

                if (!slash)
                        continue;
                snprintf(path, sizeof(path), "%s%s", place, slash);
                fake_target_put(&target, path, aside.files[i].content);
        }
        fake_target_free(&aside);
        store_fixture_end(&others);
}

static void test_other_records_get_a_directory_of_their_own(NO_STATE) {
        make_foreign_copy(EVENT, "mine\n");
        make_foreign_copy(EVENT ".2", "mine too\n");
        assert_ok(dump());
        assert_holds(EVENT "/dmesg.txt", text_view("mine\n"));
        assert_holds(EVENT ".2/dmesg.txt", text_view("mine too\n"));
        assert_event_in(EVENT ".3");
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 0);
        assert_int_equal(keep_dumped(), 3);
}

/* Somebody has put a file of another name where our copy goes, or a file in the place of the directory. */
static void test_a_place_that_is_taken(NO_STATE) {
        static const char *const taken[] = { EVENT "/notes", EVENT };

        for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
                empty_target();
                fake_target_put(&target, taken[i], text_view("notes"));
                assert_ok(dump());
                assert_event_in(EVENT ".2");
                assert_holds(taken[i], text_view("notes"));
                assert_ok(dump());
                assert_int_equal(result.file_count, 0);
                assert_absent(EVENT ".3");
        }
}

static void test_names_run_out_without_a_loss(NO_STATE) {
        char path[128];

        make_foreign_copy(EVENT, "mine\n");
        for (unsigned i = 2; i <= 98; i++) {
                snprintf(path, sizeof(path), EVENT ".%u", i);
                make_foreign_copy(path, "mine\n");
        }
        assert_ok(dump());
        assert_event_in(EVENT ".99");
        fake_target_put(&target, EVENT ".99/dmesg.txt", text_view("somebody's"));
        assert_error(dump(), ERR_EXISTS);
        assert_string_equal(result.first_failed, OLDER);
        assert_int_equal(result.failed_count, 2);
        assert_int_equal(result.record_count, 1);
        assert_int_equal(saved_count(), 1);
}

/* As after a loss of power, when FAT has its name and not its content: what is written then is not safe. */
static void test_an_unfinished_one_that_cannot_be_removed(NO_STATE) {
        if (many_at_once)
                return; /* it removes whatever is there */
        fake_target_put(&target, "unfinished/torn", text_view("x"));
        assert_error(dump(), ERR_FILE_SYSTEM);
        assert_error(result.target_error, ERR_FILE_SYSTEM);
        assert_int_equal(result.refused_count, 2);
        assert_absent(EVENT);
}

/* A file, or a link, of the name that only what is not finished has. */
static void test_the_name_of_the_unfinished_is_ours(NO_STATE) {
        fake_target_put(&target, "unfinished", text_view("x"));
        assert_ok(dump());
        assert_complete();
}

static void test_a_part_that_came_later_makes_a_new_copy(NO_STATE) {
        fixture.erst.entries[1].read_error = ERR_IO;
        reload_all();
        assert_error(dump(), ERR_IO);
        assert_holds(EVENT "/dmesg.txt", text_view("newest\n"));
        fixture.erst.entries[1].read_error = 0;
        reload_all();
        assert_ok(dump());
        assert_event_in(EVENT ".2");
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 0);
}

/* After a clear that was cut short. */
static void test_what_is_left_of_an_event_is_in_its_copy(NO_STATE) {
        assert_ok(dump());
        fixture.erst.entries[1].gone = true;
        reload_all();
        target.writes = 0;
        assert_ok(dump());
        assert_int_equal(target.writes, 0);
        assert_int_equal(result.record_count, 2);
        assert_int_equal(fake_target_size(&target), FILES);
        assert_int_equal(keep_dumped(), 2);
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

static void assert_described(struct json_object *file, struct bytes content) {
        char hex[2 * SHA256_SIZE + 1];
        uint8_t digest[SHA256_SIZE];

        assert_int_equal(json_object_get_int64(get(file, "size")), content.size);
        sha256_digest(content, digest);
        for (size_t i = 0; i < SHA256_SIZE; i++)
                snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        assert_string_equal(get_string(file, "sha256"), hex);
}

/* The file that a manifest names, relative to it, has the size and the digest that stand there. */
static void assert_file_listed(const char *directory, struct json_object *file) {
        char path[1024];

        snprintf(path, sizeof(path), "%s/%s", directory, get_string(file, "file"));
        assert_described(file, content_of(path));
}

static void assert_bytes_listed(const char *path, struct json_object *record, size_t offset,
                                struct bytes content) {
        assert_int_equal(json_object_get_int64(get(record, "offset")), offset);
        assert_true(bytes_equal(bytes_first(bytes_from(content_of(path), offset), content.size), content));
        assert_described(record, content);
}

static void test_the_manifest_tells_all(NO_STATE) {
        struct json_object *root, *records, *record;

        assert_ok(dump());
        root = parse_manifest(EVENT "/manifest.json");
        assert_string_equal(get_string(root, "schema"), "pstore-fw/manifest/2");
        assert_string_equal(get_string(root, "event"), EVENT);
        assert_string_equal(get_string(root, "store"), "erst");
        assert_string_equal(get_string(root, "reason"), "panic");
        assert_int_equal(json_object_get_int64(get(root, "count")), 1);
        assert_string_equal(get_string(root, "time"), "2024-02-29T12:35:10Z");
        assert_string_equal(get_string(root, "dumped_by"), "tests 1.0");
        assert_string_equal(get_string(root, "dumped_at"), "2026-11-21T07:51:24Z");
        assert_int_equal(json_object_array_length(get(root, "missing_parts")), 0);
        assert_file_listed(EVENT, get(root, "log"));
        assert_file_listed(EVENT, get(root, "stored"));
        records = get(root, "records");
        assert_int_equal(json_object_array_length(records), 2);
        assert_bytes_listed(EVENT "/records.bin", json_object_array_get_idx(records, 0), 0,
                            fixture.erst.entries[1].bytes);
        record = json_object_array_get_idx(records, 1);
        assert_bytes_listed(EVENT "/records.bin", record, fixture.erst.entries[1].bytes.size,
                            fixture.erst.entries[0].bytes);
        assert_string_equal(get_string(record, "id"), NEWER);
        assert_string_equal(get_string(record, "form"), "stored");
        assert_string_equal(get_string(record, "codec"), "text");
        assert_int_equal(json_object_get_int64(get(record, "part")), 1);
        json_object_put(root);
}

static void test_the_manifest_names_missing_parts(NO_STATE) {
        struct json_object *root, *run;

        store_fixture_put_efi_part(&fixture, "Oops", 3, 2, 1709210110, "a\n");
        store_fixture_put_efi_part(&fixture, "Oops", 3, UINT32_MAX, 1709210110, "b\n");
        reload_all();
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
        assert_string_equal(get_string(root, "schema"), "pstore-fw/record/2");
        assert_string_equal(get_string(root, "id"), "efi:cfg/ x");
        assert_string_equal(get_string(root, "error"), "offset 0: variable name: is none that Linux gives");
        assert_bytes_listed(OTHER ".bin", root, 0, text_view("data"));
        json_object_put(root);
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

static size_t reported_ok, reported_failed;

static void note_report(void *context, const struct catalog_record *row, int error) {
        assert_ptr_equal(context, &target);
        assert_int_equal(work_state(&fixture.work, &row->record)->saved, error == 0);
        if (error == 0)
                reported_ok++;
        else
                reported_failed++;
}

/*
 * Whatever operation fails, once or from then on: nothing unsaved is called saved, and the next run completes
 * the dump and leaves nothing but it.
 */
static void fail_every_operation(bool tears, bool stops, bool keeps_names) {
        unsigned operations;

        target.keeps_names = keeps_names;
        assert_ok(dump());
        operations = target.operations;
        assert_uint_in_range(operations, 20, 100);
        for (unsigned n = 1; n <= operations; n++) {
                int r;

                empty_target();
                target.tears = tears;
                target.stops = stops;
                target.keeps_names = keeps_names;
                fake_target_fail_at(&target, n);
                reported_ok = reported_failed = 0;
                r = dump_selected(&fixture.work, &target.target, &origin, note_report, &target, &result);
                assert_int_equal(r, result.failed_count > 0 ? ERR_IO : 0);
                assert_int_equal(result.first_error, r);
                assert_int_equal(result.record_count + result.failed_count, 3);
                assert_int_equal(result.record_count, saved_count());
                assert_int_equal(reported_ok, result.record_count);
                assert_int_equal(reported_failed, 0); /* the target is to blame, not a record */
                assert_int_equal(result.refused_count, result.failed_count);
                assert_int_equal(result.target_error, r);
                assert_int_equal(target.overwrites, 0);
                fake_target_fail_at(&target, 0);
                assert_int_equal(keep_dumped() >= (int) result.record_count, 1);
                store_fixture_select_all(&fixture);
                assert_ok(dump());
                assert_int_equal(result.record_count, 3);
                assert_complete();
                assert_int_equal(keep_dumped(), 3);
        }
}

static void test_every_operation_may_fail(NO_STATE) {
        fail_every_operation(false, false, false);
        empty_target();
        fail_every_operation(false, false, true);
}

static void test_every_write_may_be_torn(NO_STATE) {
        fail_every_operation(true, false, false);
        empty_target();
        fail_every_operation(true, false, true);
}

static void test_the_power_may_go_at_any_time(NO_STATE) {
        fail_every_operation(true, true, false);
        empty_target();
        fail_every_operation(true, true, true);
}

/* Whatever fails on the way to a copy that is there: it is safe only when all of it is flushed. */
static void test_what_is_found_is_safe_when_all_is_flushed(NO_STATE) {
        struct dump_result kept;
        int kept_count;

        assert_ok(dump());
        for (unsigned n = 1; n <= 30; n++) {
                fake_target_unflush(&target);
                fake_target_fail_at(&target, n);
                (void) dump();
                assert_int_equal(result.record_count, saved_count());
                assert_true(fake_target_unflushed(&target) == 0 || result.failed_count > 0);
                fake_target_unflush(&target);
                fake_target_fail_at(&target, n);
                kept_count = dump_keep_dumped(&fixture.work, &target.target, &kept);
                assert_int_equal(kept_count, saved_count());
                assert_true(fake_target_unflushed(&target) == 0 || kept.failed_count > 0);
                assert_int_equal(saved_count() + kept.failed_count, 3);
                store_fixture_select_all(&fixture);
        }
        assert_int_equal(fake_target_size(&target), FILES);
}

static void test_what_was_written_wrong_is_found_out(NO_STATE) {
        target.corrupts = true;
        assert_error(dump(), ERR_MISMATCH);
        assert_int_equal(result.record_count, 0);
        assert_int_equal(result.failed_count, 3);
        assert_int_equal(saved_count(), 0);
        assert_string_equal(result.first_failed, OLDER);
        assert_int_equal(fake_target_size(&target), 0);
        assert_int_equal(keep_dumped(), 0);
}

static void put_oopses(uint32_t first, uint32_t count) {
        for (uint32_t i = first; i < first + count; i++)
                store_fixture_put_efi_part(&fixture, "Oops", i, 1, 1709210200 + i, "x\n");
        reload_all();
}

/* Its driver may try for seconds each time. One that fails once, or is full, may take the next event. */
static void test_a_dead_target_is_not_asked_for_each(NO_STATE) {
        unsigned until_given_up;

        put_oopses(1, 20);
        fake_target_fail_at(&target, 1);
        target.stops = true;
        assert_error(dump(), ERR_IO);
        until_given_up = target.operations;
        assert_int_equal(result.refused_count, 23);
        assert_error(result.target_error, ERR_IO);
        put_oopses(21, 20);
        fake_target_fail_at(&target, 1);
        assert_error(dump(), ERR_IO);
        assert_int_equal(target.operations, until_given_up);
        assert_int_equal(result.refused_count, 43);
}

static void test_a_full_target_keeps_no_half(NO_STATE) {
        target.capacity = 1500; /* the log and the records, but not the manifest */
        assert_error(dump(), ERR_NO_SPACE);
        assert_int_equal(result.failed_count, 2);
        assert_true(is_saved(THIRD));
        assert_int_equal(fake_target_size(&target), 2);
        target.capacity = 0;
        assert_ok(dump());
        assert_complete();
}

static void test_a_record_that_could_not_be_read_is_not_saved(NO_STATE) {
        fixture.efi.entries[0].read_error = ERR_HARDWARE;
        reload_all();
        assert_error(dump(), ERR_HARDWARE);
        assert_string_equal(result.first_failed, THIRD);
        assert_int_equal(result.record_count, 2);
        assert_absent(OTHER ".bin");
}

/* The kernel shows the packed bytes of what it could not decode: they are all that there is to save. */
static void test_what_the_kernel_could_not_decode_is_saved(NO_STATE) {
        fake_source_add_shown(&fixture.efi, "dump-type0-1-1-5", RECORD_FORM_PACKED, RECORD_TYPE_DMESG, 5,
                              text_view("packed"));
        reload_all();
        assert_ok(dump());
        assert_int_equal(result.record_count, 4);
        assert_true(is_saved("efi:dump-type0-1-1-5"));
        assert_holds("other/efi-dump-type0-1-1-5.bin", text_view("packed"));
        assert_int_equal(keep_dumped(), 4);
}

/* Where the stored bytes cannot be had, the kernel's text is what is saved, with its header line. */
static void test_what_only_the_kernel_shows_is_saved_as_it_is(NO_STATE) {
        struct json_object *root;

        begin_anew();
        fake_source_add_shown(&fixture.efi, "dump-type0-1-1-1709210110", RECORD_FORM_TEXT, RECORD_TYPE_DMESG,
                              1709210110, text_view("Panic#1 Part1\nshown\n"));
        load_all();
        assert_ok(dump());
        assert_holds("20240229T123510Z-efi-panic1/records.bin", text_view("Panic#1 Part1\nshown\n"));
        root = parse_manifest("20240229T123510Z-efi-panic1/manifest.json");
        assert_string_equal(get_string(json_object_array_get_idx(get(root, "records"), 0), "form"), "text");
        json_object_put(root);
        assert_int_equal(keep_dumped(), 1);
}

/* With no memory to do many at once it is one after another. */
static int fails_for(size_t allocation) {
        return many_at_once && allocation == 1 ? 0 : ERR_NO_MEMORY;
}

static void test_every_allocation_may_fail(NO_STATE) {
        size_t allocations;

        fake_allocator_fail_at(&fixture.memory, 0);
        assert_ok(dump());
        allocations = fixture.memory.calls;
        assert_uint_in_range(allocations, 5, 100);
        for (size_t n = 1; n <= allocations; n++) {
                size_t live = fixture.memory.live_blocks;

                empty_target();
                fake_allocator_fail_at(&fixture.memory, n);
                assert_error(dump(), fails_for(n));
                assert_int_equal(fixture.memory.live_blocks, live);
                assert_int_equal(result.record_count + result.failed_count, 3);
                assert_ok(dump());
                assert_complete();
        }
}

/* A copy that cannot be looked at for want of memory is no reason for another one. */
static void test_every_allocation_may_fail_beside_a_copy(NO_STATE) {
        size_t allocations;

        assert_ok(dump());
        fake_allocator_fail_at(&fixture.memory, 0);
        assert_ok(dump());
        allocations = fixture.memory.calls;
        for (size_t n = 1; n <= allocations; n++) {
                fake_allocator_fail_at(&fixture.memory, n);
                assert_error(dump(), fails_for(n));
                assert_complete();
        }
}

static void put_compressed(const char *name, const char *text) {
        uint8_t stored[128];
        uLongf size = sizeof(stored);

        assert_int_equal(compress(stored, &size, (const uint8_t *) text, strlen(text)), Z_OK);
        fake_source_add(&fixture.efi, name, bytes_of(stored, size));
}

/* systemd-pstore had read the store as well, and archived what the kernel showed of it. */
static void test_what_was_archived_as_text_meanwhile(NO_STATE) {
        static const char *const texts[] = { "Panic#1 Part1\none\n", "Panic#1 Part1\ntwo\n" };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                empty_target();
                begin_anew();
                put_compressed("dump-type0-1-1-1709210110-C", texts[0]);
                load_all();
                assert_ok(dump());
                fixture.efi.entries[0].gone = true;
                fake_source_add_shown(&fixture.erst, "dump-type0-1-1-1709210110", RECORD_FORM_TEXT,
                                      RECORD_TYPE_DMESG, 1709210110, text_view(texts[i]));
                fixture.erst.entries[0].entry.store = RECORD_STORE_EFI;
                for (int archive = 1; archive >= 0; archive--) {
                        fixture.erst.source.is_archive = archive;
                        reload_all();
                        assert_ok(dump());
                        assert_int_equal(result.record_count, 1);
                        assert_int_equal(result.file_count, (i == 0) == archive ? 0 : 3);
                }
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
        assert_absent(EVENT);
        assert_int_equal(keep_dumped(), 3);
}

/* The same work may go to two targets: what lies in one of them has no copy in the other. */
static void test_what_lies_in_one_target_is_copied_to_another(NO_STATE) {
        fixture.erst.source.is_archive = true;
        fixture.erst.source.location = target.location = "/dumps";
        assert_ok(dump());
        assert_int_equal(fake_target_size(&target), 2);
        target.location = "/elsewhere";
        assert_int_equal(keep_dumped(), 1);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        assert_int_equal(fake_target_size(&target), FILES);
}

/* An archive where the dump goes holds what the first source has; nothing else is in the catalog. */
static void load_with_archive(struct fake_source *archive) {
        fake_source_init(archive, "dir:/dumps", RECORD_STORE_ERST);
        archive->source.location = target.location = "/dumps";
        archive->source.is_archive = true;
        for (size_t i = 0; i < fixture.erst.count; i++)
                fake_source_add(archive, fixture.erst.entries[i].entry.name, fixture.erst.entries[i].bytes);
        work_free(&fixture.work);
        catalog_free(&fixture.catalog);
        assert_ok(catalog_add(&fixture.catalog, &fixture.erst.source));
        assert_int_equal(catalog_add(&fixture.catalog, &archive->source), 0);
        assert_ok(catalog_join(&fixture.catalog));
        assert_ok(work_init(&fixture.work, &fixture.catalog));
        store_fixture_select_all(&fixture);
}

/* Of what several archives hold, the one where the dump goes counts. */
static void test_what_another_archive_holds_here_too(NO_STATE) {
        static struct fake_source here;

        fixture.erst.source.is_archive = true;
        load_with_archive(&here);
        assert_ok(dump());
        assert_int_equal(result.record_count, 2);
        assert_int_equal(fake_target_size(&target), 0);
        fake_source_free(&here);
}

/* What lies in a store is compared with its copy, which the archive only tells of. */
static void test_a_store_does_not_rely_on_an_archive(NO_STATE) {
        static struct fake_source here;

        load_with_archive(&here);
        assert_int_equal(keep_dumped(), 0);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        assert_int_equal(fake_target_size(&target), 3);
        fake_source_free(&here);
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
                empty_target();
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
        reload_all();
        assert_error(dump(), ERR_LOG_MISSING);
        assert_int_equal(result.record_count, 2);
}

/* --- what is dumped already --------------------------------------------------------------------- */

static void test_only_what_has_a_copy_stays_selected(NO_STATE) {
        assert_int_equal(keep_dumped(), 0);
        store_fixture_select(&fixture, EVENT, NULL);
        assert_ok(dump());
        store_fixture_select_all(&fixture);
        assert_int_equal(keep_dumped(), 2);
        assert_true(store_fixture_state(&fixture, NEWER)->selected);
        assert_false(store_fixture_state(&fixture, THIRD)->selected);
}

/* The manifest says what should be there; what is there decides. */
static void test_a_copy_is_one_when_all_bytes_are_the_same(NO_STATE) {
        struct bytes stored;
        uint8_t *changed;

        assert_ok(dump());
        stored = content_of(EVENT "/records.bin");
        changed = malloc(stored.size);
        memcpy(changed, stored.data, stored.size);
        changed[stored.size - 1] ^= 1;
        fake_target_put(&target, EVENT "/records.bin", bytes_of(changed, stored.size));
        assert_int_equal(keep_dumped(), 2);
        assert_false(is_saved(NEWER));
        assert_true(is_saved(OLDER));
        store_fixture_select_all(&fixture);
        fake_target_put(&target, EVENT "/records.bin", bytes_of(changed, stored.size - 1));
        assert_int_equal(keep_dumped(), 1);
        store_fixture_select_all(&fixture);
        assert_ok(dump());
        assert_event_in(EVENT ".2");
        assert_holds(EVENT "/records.bin", bytes_of(changed, stored.size - 1));
        free(changed);
}

static void test_a_log_that_is_not_what_was_written(NO_STATE) {
        assert_ok(dump());
        fake_target_put(&target, EVENT "/dmesg.txt", text_view("oldest\nnewest!"));
        assert_ok(dump());
        assert_event_in(EVENT ".2");
        assert_holds(EVENT "/dmesg.txt", text_view("oldest\nnewest!"));
}

static void test_what_was_not_selected_is_not_kept(NO_STATE) {
        assert_ok(dump());
        store_fixture_select(&fixture, THIRD, NULL);
        assert_int_equal(keep_dumped(), 1);
        assert_false(store_fixture_state(&fixture, NEWER)->selected);
        assert_false(is_saved(NEWER));
}

static void test_a_target_that_cannot_be_read_holds_nothing(NO_STATE) {
        struct dump_result kept;

        assert_ok(dump());
        fake_target_fail_at(&target, 1);
        assert_int_equal(dump_keep_dumped(&fixture.work, &target.target, &kept), 1);
        assert_int_equal(kept.failed_count, 2);
        assert_error(kept.first_error, ERR_IO);
        assert_string_equal(kept.first_failed, OLDER);
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_setup_teardown(name, begin, end), {                                                 \
#name " (many at once)", name, begin_many, end, NULL                                         \
        }

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_every_file_is_there_and_whole),
                TEST(test_directories_that_keep_their_names),
                TEST(test_a_second_run_writes_nothing),
                TEST(test_what_was_found_is_flushed),
                TEST(test_a_character_that_parts_cut_is_whole_in_the_log),
                TEST(test_two_events_of_one_name),
                TEST(test_two_other_records_of_one_name),
                TEST(test_an_event_is_copied_whole),
                TEST(test_nothing_selected_is_nothing_done),
                TEST(test_what_is_not_finished_is_replaced),
                TEST(test_other_records_get_a_directory_of_their_own),
                TEST(test_a_place_that_is_taken),
                TEST(test_names_run_out_without_a_loss),
                TEST(test_an_unfinished_one_that_cannot_be_removed),
                TEST(test_the_name_of_the_unfinished_is_ours),
                TEST(test_a_part_that_came_later_makes_a_new_copy),
                TEST(test_what_is_left_of_an_event_is_in_its_copy),
                TEST(test_the_manifest_tells_all),
                TEST(test_the_manifest_names_missing_parts),
                TEST(test_another_record_is_described),
                TEST(test_every_operation_may_fail),
                TEST(test_every_write_may_be_torn),
                TEST(test_the_power_may_go_at_any_time),
                TEST(test_what_is_found_is_safe_when_all_is_flushed),
                TEST(test_what_was_written_wrong_is_found_out),
                TEST(test_a_dead_target_is_not_asked_for_each),
                TEST(test_a_full_target_keeps_no_half),
                TEST(test_a_record_that_could_not_be_read_is_not_saved),
                TEST(test_what_the_kernel_could_not_decode_is_saved),
                TEST(test_what_only_the_kernel_shows_is_saved_as_it_is),
                TEST(test_every_allocation_may_fail),
                TEST(test_every_allocation_may_fail_beside_a_copy),
                TEST(test_what_was_archived_as_text_meanwhile),
                TEST(test_what_an_archive_holds_here_is_safe_as_it_is),
                TEST(test_what_another_archive_holds_here_too),
                TEST(test_a_store_does_not_rely_on_an_archive),
                TEST(test_what_lies_in_one_target_is_copied_to_another),
                TEST(test_what_is_no_copy_of_itself),
                TEST(test_an_archive_that_cannot_be_read_is_no_copy),
                TEST(test_only_what_has_a_copy_stays_selected),
                TEST(test_a_copy_is_one_when_all_bytes_are_the_same),
                TEST(test_a_log_that_is_not_what_was_written),
                TEST(test_what_was_not_selected_is_not_kept),
                TEST(test_a_target_that_cannot_be_read_holds_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
