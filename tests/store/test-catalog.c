/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/faulty.h"
#include "tests/support/store-fixture.h"

#include <unistd.h>
#include <zlib.h>

static struct store_fixture fixture;

static void put_panic(void) {
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, "newest\n");
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 2, "Panic", 1, 2, 1709210110, "oldest\n");
}

/* Raw deflate as Linux 6.6 and later write it. */
static struct bytes packed(const char *text) {
        static uint8_t output[4096];
        z_stream stream = {
                .next_in = (Bytef *) text,
                .avail_in = (uInt) strlen(text),
                .next_out = output,
                .avail_out = sizeof(output),
        };

        assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, 0), Z_OK);
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        deflateEnd(&stream);
        return bytes_of(output, stream.total_out);
}

static void assert_text(const char *id, const char *codec, const char *text) {
        const struct record *record = &store_fixture_row(&fixture, id)->record;

        assert_int_equal(record->error, 0);
        assert_true(record->decoded);
        assert_string_equal(record->codec, codec);
        assert_true(bytes_equal(record->text, text_view(text)));
}

static void test_nothing_is_no_error(NO_STATE) {
        store_fixture_load(&fixture);
        assert_int_equal(fixture.catalog.row_count, 0);
        assert_int_equal(fixture.catalog.event_count, 0);
        assert_int_equal(fixture.catalog.record_count, 0);
        assert_int_equal(fixture.catalog.other_first, 0);
}

static void test_records_are_read_decoded_and_joined(NO_STATE) {
        put_panic();
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.erst.source), 2);
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-C", packed("Oops#1 Part1\nlog\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 1);
        assert_ok(catalog_join(&fixture.catalog));
        assert_text("erst:65e079fe00000001", "text", "Panic#1 Part1\nnewest\n");
        assert_text("efi:dump-type0-1-1-5-C", "deflate", "Oops#1 Part1\nlog\n");
        assert_ptr_equal(store_fixture_row(&fixture, "erst:65e079fe00000001")->source, &fixture.erst.source);
        assert_ptr_equal(store_fixture_row(&fixture, "efi:dump-type0-1-1-5-C")->source, &fixture.efi.source);
        assert_int_equal(fixture.catalog.event_count, 2);
        assert_int_equal(fixture.catalog.other_first, 3);
        assert_int_equal(fixture.catalog.record_count, 3);
        assert_int_equal(catalog_faulty_count(&fixture.catalog), 0);
}

static void test_what_the_kernel_shows(NO_STATE) {
        struct bytes stream = packed("Panic#2 Part1\nlog\n");
        const struct record *record;

        fake_source_add_shown(&fixture.erst, "65e079fe00000001", RECORD_FORM_TEXT, RECORD_TYPE_DMESG,
                              1709210110, text_view("Panic#1 Part1\nlog\n"));
        fake_source_add_shown(&fixture.efi, "dump-type0-1-2-7", RECORD_FORM_PACKED, RECORD_TYPE_DMESG, 7,
                              stream);
        fake_source_add_shown(&fixture.efi, "dump-type1-1-2-7", RECORD_FORM_PACKED, RECORD_TYPE_MCE, 7,
                              stream);
        store_fixture_load(&fixture);
        assert_text("erst:65e079fe00000001", "kernel", "Panic#1 Part1\nlog\n");
        assert_text("efi:dump-type0-1-2-7", "deflate", "Panic#2 Part1\nlog\n");
        assert_int_equal(store_fixture_row(&fixture, "erst:65e079fe00000001")->record.raw.size, 0);
        record = &store_fixture_row(&fixture, "efi:dump-type1-1-2-7")->record;
        assert_int_equal(record->type, RECORD_TYPE_MCE);
        assert_int_equal(record->error, 0);
        assert_false(record->decoded);
        assert_int_equal(fixture.catalog.event_count, 2);
}

/* What holds no log gets a description, and no codec; its bytes stay what they are. */
static void test_a_machine_check_is_described(NO_STATE) {
        static const uint8_t mce[128] = { [65] = 7 };
        const struct record *record;

        fake_source_add_shown(&fixture.erst, "65e079fe00000001", RECORD_FORM_TEXT, RECORD_TYPE_MCE,
                              1709210110, bytes_of(mce, sizeof(mce)));
        fake_source_add_shown(&fixture.erst, "65e079fe00000002", RECORD_FORM_TEXT, RECORD_TYPE_MCE,
                              1709210110, bytes_of(mce, 80));
        store_fixture_load(&fixture);
        record = &store_fixture_row(&fixture, "erst:65e079fe00000001")->record;
        assert_ok(record->error);
        assert_true(record->decoded);
        assert_false(record_has_log(record));
        assert_true(
                bytes_start_with(record->text, text_view("machine check on CPU 0 (APIC id 0x0, socket 0), "
                                                         "bank 7\n")));
        assert_int_equal(record->raw.size, sizeof(mce));
        record = &store_fixture_row(&fixture, "erst:65e079fe00000002")->record;
        assert_error(record->error, ERR_TRUNCATED);
        assert_false(record->decoded);
        assert_int_equal(fixture.catalog.other_first, 0);
}

/* The source that shows most comes first; what a later one shows of the same record is left out. */
static void test_a_record_of_two_sources_is_one(NO_STATE) {
        static struct fake_source view;

        fake_source_init(&view, "pstorefs", RECORD_STORE_EFI);
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-C", packed("Oops#1 Part1\nlog\n"));
        store_fixture_put_efi_part(&fixture, "Oops", 2, 1, 6, "log\n");
        fake_source_add_shown(&view, "dump-type0-1-1-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#1 Part1\nlog\n"));
        fake_source_add_shown(&view, "dump-type0-1-2-6", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 6,
                              text_view("Oops#2 Part1\nlog\n"));
        fake_source_add_shown(&view, "dump-type0-1-3-7", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 7,
                              text_view("Oops#3 Part1\nlog\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 2);
        assert_int_equal(catalog_add(&fixture.catalog, &view.source), 1);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.event_count, 3);
        assert_ptr_equal(store_fixture_row(&fixture, "efi:dump-type0-1-1-5-C")->source, &fixture.efi.source);
        fake_source_free(&view);
}

/* Images of two machines: one id, two records. */
static void test_one_id_of_two_sources_may_be_two_records(NO_STATE) {
        static struct fake_source other;

        fake_source_init(&other, "efi-image:other", RECORD_STORE_EFI);
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-D", text_view("Oops#1 Part1\none\n"));
        fake_source_add(&fixture.efi, "dump-type0-1-2-5-D", text_view("Oops#2 Part1\nsame\n"));
        fake_source_add(&fixture.efi, "dump-type0-1-3-5-D", text_view("Oops#3 Part1\nshown\n"));
        fake_source_add(&other, "dump-type0-1-1-5-D", text_view("Oops#1 Part1\ntwo\n"));
        fake_source_add(&other, "dump-type0-1-2-5-D", text_view("Oops#2 Part1\nsame\n"));
        fake_source_add_shown(&other, "dump-type0-1-3-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#3 Part1\nanother\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 3);
        assert_int_equal(catalog_add(&fixture.catalog, &other.source), 2);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.event_count, 5);
        fake_source_free(&other);
}

/* Whatever lies beside it in the order of ids, of those that fit the one that was found first is the record.
 */
static void test_the_first_of_several_is_the_record(NO_STATE) {
        static struct fake_source other, view;

        fake_source_init(&other, "efi-image:other", RECORD_STORE_EFI);
        fake_source_init(&view, "pstorefs", RECORD_STORE_EFI);
        for (unsigned count = 300; count > 0; count--)
                store_fixture_put_efi_part(&fixture, "Oops", count, 1, 5, count == 7 ? "one\n" : "log\n");
        fake_source_add(&fixture.efi, "dump-type0-1-9-6-C", text_view("\xff\xff\xff\xff"));
        fake_source_add(&other, "dump-type0-1-9-6-C", text_view("\xff\xff\xff\xfe"));
        fake_source_add(&other, "dump-type0-1-7-5-C", packed("Oops#7 Part1\ntwo\n"));
        fake_source_add(&other, "dump-type0-1-7-5-D", text_view("Oops#7 Part1\nthree\n"));
        fake_source_add_shown(&view, "dump-type0-1-7-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#7 Part1\ntwo\n"));
        fake_source_add_shown(&view, "dump-type0-1-8-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#8 Part1\nlog\n"));
        fake_source_add_shown(&view, "dump-type0-1-9-6", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 6,
                              text_view("Oops#9 Part1\nlog\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 301);
        assert_int_equal(catalog_add(&fixture.catalog, &other.source), 3);
        assert_int_equal(catalog_add(&fixture.catalog, &view.source), 0);
        assert_true(fixture.catalog.rows[300]->record.decoded);
        assert_false(fixture.catalog.rows[301]->record.decoded);
        fake_source_free(&view);
        fake_source_init(&view, "pstorefs:other", RECORD_STORE_EFI);
        fake_source_add_shown(&view, "dump-type0-1-7-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#7 Part1\nfour\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &view.source), 1);
        assert_true(bytes_equal(fixture.catalog.rows[304]->record.text, text_view("Oops#7 Part1\nfour\n")));
        fake_source_free(&other);
        fake_source_free(&view);
}

/* What an archive holds may have lost its id: its text tells what it is. Of two stores the ids decide alone.
 */
static void test_an_archives_record_is_known_by_its_text(NO_STATE) {
        static struct fake_source other, archive, later;
        struct fake_source *const archives[] = { &archive, &later };

        fake_source_init(&other, "erst-image:other", RECORD_STORE_ERST);
        store_fixture_put_efi_part(&fixture, "Oops", 2, 1, 6, "log\n");
        fake_source_add(&fixture.efi, "dump-type0-2-2-6-C", packed("Oops#2 Part2\nlog\n"));
        fake_source_add_shown(&other, "65e079fe00000001", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 6,
                              text_view("Oops#2 Part1\nlog\n"));
        fake_source_add_shown(&other, "dmesg-ramoops-0", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 6,
                              text_view("Oops#2 Part1\nlog\n"))
                ->entry.store = RECORD_STORE_PSTOREFS;
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 2);
        assert_int_equal(catalog_add(&fixture.catalog, &other.source), 2);
        for (size_t i = 0; i < ARRAY_SIZE(archives); i++) {
                fake_source_init(archives[i], "dir:/x", RECORD_STORE_PSTOREFS);
                archives[i]->source.is_archive = true;
                fake_source_add_shown(archives[i], "part-2", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 7,
                                      text_view("Oops#2 Part2\nlog\n"));
                fake_source_add_shown(archives[i], "part-3", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 7,
                                      text_view("Oops#2 Part3\nlog\n"));
                /* Of nothing, nothing can be said. */
                fake_source_add_shown(archives[i], i == 0 ? "empty" : "another", RECORD_FORM_TEXT,
                                      RECORD_TYPE_CONSOLE, 7, text_view(""));
        }
        assert_int_equal(catalog_add(&fixture.catalog, &archive.source), 2);
        assert_int_equal(catalog_add(&fixture.catalog, &later.source), 1);
        assert_int_equal(fixture.catalog.rows[0]->shown_by, 1 << 0);
        assert_int_equal(fixture.catalog.rows[1]->shown_by, 1 << 0 | 1 << 2 | 1 << 3);
        assert_int_equal(fixture.catalog.rows[2]->shown_by, 1 << 1);
        assert_int_equal(fixture.catalog.rows[4]->shown_by, 1 << 2 | 1 << 3);
        assert_ptr_equal(fixture.catalog.rows[1]->source, &fixture.efi.source);
        fake_source_free(&other);
        fake_source_free(&archive);
        fake_source_free(&later);
}

/* A text may be stored again, under another id: that is another record. */
static void test_an_archives_id_goes_before_its_text(NO_STATE) {
        static struct fake_source archive, later;

        fake_source_init(&archive, "dir:/x", RECORD_STORE_EFI);
        fake_source_init(&later, "dir:/y", RECORD_STORE_ERST);
        archive.source.is_archive = later.source.is_archive = true;
        store_fixture_put_efi_part(&fixture, "Oops", 1, 1, 5, "log\n");
        store_fixture_put_efi_part(&fixture, "Oops", 1, 1, 500, "log\n");
        for (uint64_t seconds = 500; seconds <= 900; seconds += 400) {
                char name[64];

                snprintf(name, sizeof(name), "dump-type0-1-1-%llu", (unsigned long long) seconds);
                fake_source_add_shown(&archive, name, RECORD_FORM_TEXT, RECORD_TYPE_DMESG, seconds,
                                      text_view("Oops#1 Part1\nlog\n"));
        }
        fake_source_add_shown(&archive, "dump-type0-1-3-900", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 900,
                              text_view("Oops#3 Part1\nlog\n"));
        fake_source_add_shown(&archive, "lost", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#3 Part1\nlog\n"))
                ->entry.store = RECORD_STORE_PSTOREFS;
        fake_source_add_shown(&later, "65e079fe00000001", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#1 Part1\nlog\n"));
        fake_source_add_shown(&later, "number-3", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#1 Part1\nlog\n"));
        fake_source_add_shown(&later, "65e079fe00000002", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                              text_view("Oops#3 Part1\nlog\n"));
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 2);
        assert_int_equal(catalog_add(&fixture.catalog, &archive.source), 3);
        assert_int_equal(catalog_add(&fixture.catalog, &later.source), 1);
        assert_int_equal(fixture.catalog.rows[0]->shown_by, 1 << 0 | 1 << 2); /* "number-3" */
        assert_int_equal(fixture.catalog.rows[1]->shown_by, 1 << 0 | 1 << 1);
        assert_string_equal(fixture.catalog.rows[2]->record.name, "dump-type0-1-1-900");
        assert_string_equal(fixture.catalog.rows[4]->record.name, "lost");
        assert_int_equal(fixture.catalog.rows[4]->shown_by, 1 << 1 | 1 << 2);
        fake_source_free(&archive);
        fake_source_free(&later);
}

/* Each is looked for among as many: in minutes, if it were compared with each. */
static void test_as_many_records_as_there_can_be_twice(NO_STATE) {
        static struct fake_source again;

        fake_source_init(&again, "erst-image:again", RECORD_STORE_ERST);
        fixture.erst.endless = again.endless = true;
        assert_error(catalog_add(&fixture.catalog, &fixture.erst.source), ERR_LOOP);
        (void) alarm(60);
        assert_error(catalog_add(&fixture.catalog, &again.source), ERR_LOOP);
        (void) alarm(0);
        assert_int_equal(fixture.catalog.row_count, SOURCE_RECORDS_MAX);
        fake_source_free(&again);
}

/* The same by text: none of them has the id of another. */
static void test_as_many_texts_as_there_can_be_twice(NO_STATE) {
        static struct fake_source archive;

        fake_source_init(&archive, "dir:/x", RECORD_STORE_PSTOREFS);
        archive.source.is_archive = true;
        fixture.efi.source.store = RECORD_STORE_PSTOREFS;
        fixture.efi.endless = archive.endless = true;
        fixture.efi.invents_texts = archive.invents_texts = true;
        archive.nexts = SOURCE_RECORDS_MAX; /* their names go on where those of the store end */
        assert_error(catalog_add(&fixture.catalog, &fixture.efi.source), ERR_LOOP);
        (void) alarm(60);
        assert_error(catalog_add(&fixture.catalog, &archive.source), ERR_LOOP);
        (void) alarm(0);
        assert_int_equal(fixture.catalog.row_count, SOURCE_RECORDS_MAX);
        fake_source_free(&archive);
}

/* Read or decoded by nobody but the kernel; the stored bytes stay. */
static void test_the_kernels_text_of_what_we_cannot_decode(NO_STATE) {
        static const char name[] = "dump-type0-1-1-5-C", text[] = "Oops#1 Part1\nlog\n";
        const struct record *record;

        for (int read_error = 0; read_error >= ERR_IO; read_error += ERR_IO) {
                static struct fake_source view;

                store_fixture_end(&fixture);
                store_fixture_begin(&fixture);
                fake_source_init(&view, "pstorefs", RECORD_STORE_EFI);
                fake_source_add(&fixture.efi, name, text_view("\xff\xff\xff\xff"))->read_error = read_error;
                fake_source_add_shown(&view, "dump-type0-1-1-5", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 5,
                                      text_view(text));
                assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 1);
                assert_int_equal(catalog_add(&fixture.catalog, &view.source), 0);
                assert_ok(catalog_join(&fixture.catalog));
                record = &store_fixture_row(&fixture, "efi:dump-type0-1-1-5-C")->record;
                assert_string_equal(record->codec, "kernel");
                assert_true(bytes_equal(record->text, text_view(text)));
                assert_int_equal(record->raw.size, read_error ? 0 : 4);
                assert_int_equal(record->error, read_error);
                assert_true(record->seconds == 5);
                assert_int_equal(fixture.catalog.event_count, 1);
                fake_source_free(&view);
        }
}

/* Within one source ids are the store's own: -C and -D are two variables. */
static void test_one_source_shows_what_it_has(NO_STATE) {
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-C", packed("Oops#1 Part1\nlog\n"));
        store_fixture_put_efi_part(&fixture, "Oops", 1, 1, 5, "log\n");
        store_fixture_put_efi(&fixture, "dump-type0-1-1-5", "Oops#1 Part1\nlog\n");
        store_fixture_load(&fixture);
        assert_int_equal(fixture.catalog.row_count, 3);
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

static void test_one_bad_record_hides_none_of_200(NO_STATE) {
        const struct record *bad;

        for (uint32_t part = 1; part <= 100; part++)
                store_fixture_put_efi_part(&fixture, "Panic", 1, part, 1709210110, "log\n");
        fake_source_add(&fixture.efi, "dump-type0-101-1-1709210110-C", text_view("\xff\xff\xff\xff"));
        for (uint32_t part = 102; part <= 201; part++)
                store_fixture_put_efi_part(&fixture, "Panic", 1, part, 1709210110, "log\n");
        store_fixture_load(&fixture);
        assert_int_equal(fixture.catalog.row_count, 201);
        assert_int_equal(fixture.catalog.event_count, 1);
        assert_int_equal(fixture.catalog.events[0].record_count, 200);
        assert_int_equal(event_missing_count(&fixture.catalog.events[0], fixture.catalog.records), 1);
        assert_int_equal(catalog_faulty_count(&fixture.catalog), 1);
        bad = fixture.catalog.records[fixture.catalog.other_first];
        assert_string_equal(bad->name, "dump-type0-101-1-1709210110-C");
        assert_error(bad->error, ERR_CODEC_UNKNOWN);
        assert_int_equal(bad->raw.size, 4);
}

static void test_each_defect_of_a_record_stays_with_it(NO_STATE) {
        struct fake_entry *torn;

        put_panic();
        torn = store_fixture_put_erst_part(&fixture, 0x65e07a01, 1, "Panic", 1, 1, 1709210113, "log\n");
        torn->bytes.size -= 4;
        fake_source_add(&fixture.erst, "65e07a0100000002", bytes_of(NULL, 0));
        store_fixture_put_erst_part(&fixture, 0x65e07a01, 3, "Panic", 1, 2, 1709210113, "log\n")->read_error =
                ERR_HARDWARE;
        store_fixture_put_efi(&fixture, "not-the-kernels", "data");
        store_fixture_load(&fixture);
        assert_error(store_fixture_row(&fixture, "erst:65e07a0100000001")->record.error, ERR_LENGTH);
        assert_error(store_fixture_row(&fixture, "erst:65e07a0100000002")->record.error, ERR_TRUNCATED);
        assert_error(store_fixture_row(&fixture, "erst:65e07a0100000003")->record.error, ERR_HARDWARE);
        assert_error(store_fixture_row(&fixture, "efi:not-the-kernels")->record.error, ERR_VALUE);
        assert_int_equal(catalog_faulty_count(&fixture.catalog), 4);
        assert_int_equal(fixture.catalog.event_count, 2);
        assert_int_equal(fixture.catalog.events[0].record_count, 2);
        assert_int_equal(fixture.catalog.events[1].record_count,
                         1); /* the torn one: its beginning is a part */
        assert_int_equal(fixture.catalog.record_count - fixture.catalog.other_first, 3);
}

static void test_a_record_that_vanished_is_none(NO_STATE) {
        put_panic();
        fixture.erst.entries[0].read_error = ERR_NOT_FOUND;
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.erst.source), 1);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.row_count, 1);
        assert_string_equal(fixture.catalog.rows[0]->record.name, "65e079fe00000002");
}

static void test_an_error_of_the_walk_is_told_and_hides_nothing(NO_STATE) {
        put_panic();
        fixture.erst.entries[0].next_error = ERR_IO;
        assert_error(catalog_add(&fixture.catalog, &fixture.erst.source), ERR_IO);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.row_count, 1);
        assert_string_equal(fixture.catalog.rows[0]->record.name, "65e079fe00000002");
}

static void test_a_source_that_cannot_be_opened(NO_STATE) {
        put_panic();
        fixture.erst.open_error = ERR_PERMISSION;
        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 5, "log\n");
        assert_error(catalog_add(&fixture.catalog, &fixture.erst.source), ERR_PERMISSION);
        assert_int_equal(fixture.erst.nexts, 0);
        assert_int_equal(catalog_add(&fixture.catalog, &fixture.efi.source), 1);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.event_count, 1);
}

static void test_a_walk_without_an_end_ends(NO_STATE) {
        put_panic();
        fixture.erst.endless = true;
        assert_error(catalog_add(&fixture.catalog, &fixture.erst.source), ERR_LOOP);
        assert_uint_in_range(fixture.erst.nexts, SOURCE_RECORDS_MAX, SOURCE_RECORDS_MAX + 1);
        assert_int_equal(fixture.catalog.row_count, SOURCE_RECORDS_MAX);
        store_fixture_row(&fixture, "erst:65e079fe00000002");
}

static void test_errors_without_an_end_end(NO_STATE) {
        put_panic();
        fixture.erst.endless = true;
        fixture.erst.endless_error = ERR_IO;
        assert_error(catalog_add(&fixture.catalog, &fixture.erst.source), ERR_LOOP);
        assert_int_equal(fixture.catalog.row_count, 2);
}

static size_t told, last_done;

static void note_progress(void *context, const char *activity, size_t done, size_t total) {
        assert_null(context);
        assert_string_equal(activity, "reading");
        assert_int_equal(done, last_done + 1);
        assert_int_equal(total, 0);
        last_done = done;
        told++;
}

static void test_progress_is_told(NO_STATE) {
        static const struct observer observer = { .progress = note_progress };

        put_panic();
        fixture.catalog.observer = &observer;
        store_fixture_load(&fixture);
        assert_int_equal(told, 2);
}

/* zlib as Linux 3.12 to 4.16 wrote it; the last byte is of the checksum. */
static void test_a_log_whose_checksum_is_wrong_is_a_log(NO_STATE) {
        static const char text[] =
                "Panic#1 Part1\n<6>[    0.000000] Linux version 6.1.0, longer than the beginning is\n";
        uint8_t stream[256];
        uLongf size = sizeof(stream);
        const struct record *record;

        assert_int_equal(compress(stream, &size, (const Bytef *) text, sizeof(text) - 1), Z_OK);
        stream[size - 1] ^= 1;
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-C", bytes_of(stream, size));
        store_fixture_load(&fixture);
        record = &store_fixture_row(&fixture, "efi:dump-type0-1-1-5-C")->record;
        assert_error(record->error, ERR_CHECKSUM);
        assert_true(bytes_equal(record->text, text_view(text)));
        assert_int_equal(fixture.catalog.event_count, 1);
        assert_int_equal(catalog_faulty_count(&fixture.catalog), 1);
}

/* --- memory ------------------------------------------------------------------------------------- */

static void put_some_of_everything(void) {
        put_panic();
        fake_source_add(&fixture.efi, "dump-type0-1-1-5-C", packed("Oops#1 Part1\nlog\n"));
        fake_source_add(&fixture.efi, "dump-type0-2-1-5-C", text_view("\xff\xff\xff\xff"));
        for (uint32_t part = 1; part <= 12; part++)
                store_fixture_put_efi_part(&fixture, "Panic", 1, part, 1709210110, "log\n");
}

static int load_with_failures(void) {
        int first_error = 0, r;

        r = catalog_add(&fixture.catalog, &fixture.erst.source);
        first_error = r < 0 ? r : 0;
        r = catalog_add(&fixture.catalog, &fixture.efi.source);
        first_error = first_error == 0 && r < 0 ? r : first_error;
        r = catalog_join(&fixture.catalog);
        return first_error == 0 && r < 0 ? r : first_error;
}

static bool a_record_ran_out_of_memory(void) {
        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                if (fixture.catalog.rows[i]->record.error == ERR_NO_MEMORY)
                        return true;
        return false;
}

static void test_every_allocation_may_fail(NO_STATE) {
        size_t allocations;

        put_some_of_everything();
        store_fixture_load(&fixture);
        allocations = fixture.memory.calls - 1; /* the last was the work's */
        work_free(&fixture.work);
        assert_uint_in_range(allocations, 40, 400);
        for (size_t n = 1; n <= allocations; n++) {
                int r;

                catalog_free(&fixture.catalog);
                assert_int_equal(fixture.memory.live_blocks, 0);
                fake_allocator_fail_at(&fixture.memory, n);
                r = load_with_failures();
                if (r == 0)
                        assert_true(a_record_ran_out_of_memory());
                else
                        assert_error(r, ERR_NO_MEMORY);
                for (size_t i = 0; i < fixture.catalog.event_count; i++)
                        assert_uint_in_range(fixture.catalog.events[i].record_count, 1, 12);
        }
        fake_allocator_fail_at(&fixture.memory, 0);
        store_fixture_reload(&fixture);
        assert_int_equal(fixture.catalog.event_count, 3);
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_is_no_error),
                TEST(test_records_are_read_decoded_and_joined),
                TEST(test_what_the_kernel_shows),
                TEST(test_a_machine_check_is_described),
                TEST(test_a_record_of_two_sources_is_one),
                TEST(test_one_id_of_two_sources_may_be_two_records),
                TEST(test_the_first_of_several_is_the_record),
                TEST(test_an_archives_record_is_known_by_its_text),
                TEST(test_an_archives_id_goes_before_its_text),
                TEST(test_as_many_records_as_there_can_be_twice),
                TEST(test_as_many_texts_as_there_can_be_twice),
                TEST(test_the_kernels_text_of_what_we_cannot_decode),
                TEST(test_one_source_shows_what_it_has),
                TEST(test_one_bad_record_hides_none_of_200),
                TEST(test_each_defect_of_a_record_stays_with_it),
                TEST(test_a_record_that_vanished_is_none),
                TEST(test_an_error_of_the_walk_is_told_and_hides_nothing),
                TEST(test_a_source_that_cannot_be_opened),
                TEST(test_a_walk_without_an_end_ends),
                TEST(test_errors_without_an_end_end),
                TEST(test_progress_is_told),
                TEST(test_a_log_whose_checksum_is_wrong_is_a_log),
                TEST(test_every_allocation_may_fail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
