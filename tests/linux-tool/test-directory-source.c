/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* dir:DIR: an archive has to give every crash as the store gave it, and what else lies in it does no harm. */
#include "tests/support/faulty.h"
#include "tests/support/program-fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/options.h"
#include "linux-tool/options.h"
#include "linux-tool/source/sources.h"
#include "store/clear.h"
#include "tests/support/loaded-source.h"

#define SYSTEMD_PSTORE "/usr/lib/systemd/systemd-pstore"

/* A test that hangs is killed, and has failed. */
#define HANG_SECONDS 60

struct place {
        char *directory, spec[4200];
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        snprintf(place->spec, sizeof(place->spec), "dir:%s", place->directory);
        *state = place;
        alarm(HANG_SECONDS);
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        alarm(0);
        scratch_remove(place->directory);
        free(place);
        return 0;
}

static void put(const struct place *place, const char *name, const char *text) {
        scratch_put(place->directory, scratch_path("", name), text);
}

static const char *path_of(const struct place *place, const char *name) {
        return scratch_path(place->directory, name);
}

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...) {
        char command[8192];
        va_list list;

        va_start(list, format);
        vsnprintf(command, sizeof(command), format, list);
        va_end(list);
        if (system(command) != 0)
                fail_msg("%s", command);
}

static void set_times(const char *path, time_t seconds, long nanoseconds) {
        const struct timespec times[2] = { { seconds, nanoseconds }, { seconds, nanoseconds } };

        assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* --- what is there ------------------------------------------------------------------------------ */

static char *log_of(const struct loaded *loaded, const struct event *event) {
        struct buffer log;

        buffer_init(&log, &system_allocator);
        for (size_t i = event->first; i < event->first + event->record_count; i++)
                if (!event_repeats_part(event, loaded->catalog.records, i))
                        buffer_append(&log, record_log(loaded->catalog.records[i]));
        buffer_append(&log, bytes_of("", 1));
        assert_ok(buffer_error(&log));
        return (char *) log.data;
}

static void name_event(const struct event *event, char ret_name[EVENT_NAME_SIZE]) {
        struct text text = text_on(ret_name, EVENT_NAME_SIZE);

        event_format_name(event, &text);
}

static void assert_same_event(const struct loaded *got, const struct loaded *wanted, size_t index) {
        const struct event *event = &got->catalog.events[index], *truth = &wanted->catalog.events[index];
        char name[EVENT_NAME_SIZE], true_name[EVENT_NAME_SIZE];
        char *log = log_of(got, event), *true_log = log_of(wanted, truth);

        name_event(event, name);
        name_event(truth, true_name);
        assert_string_equal(name, true_name);
        assert_int_equal(event->record_count, truth->record_count);
        assert_int_equal(event_missing_count(event, got->catalog.records),
                         event_missing_count(truth, wanted->catalog.records));
        for (size_t i = 0; i < event->record_count; i++)
                assert_true(record_same_id(got->catalog.records[event->first + i],
                                           wanted->catalog.records[truth->first + i]));
        assert_true(strlen(true_log) > 0);
        assert_string_equal(log, true_log);
        free(log);
        free(true_log);
}

static void assert_same(const char *spec, const char *store) {
        struct loaded got, wanted;

        load(&wanted, store);
        load(&got, spec);
        assert_ok(got.result);
        assert_true(wanted.catalog.event_count > 0);
        assert_int_equal(got.catalog.event_count, wanted.catalog.event_count);
        assert_int_equal(got.catalog.record_count, wanted.catalog.record_count);
        for (size_t i = 0; i < got.catalog.event_count; i++)
                assert_same_event(&got, &wanted, i);
        unload(&got);
        unload(&wanted);
}

/* The ids, in the order of the catalog, each with a space behind it. */
static const char *ids_of(const struct loaded *loaded) {
        static char list[8192];
        struct text text = TEXT_ON(list);

        for (size_t i = 0; i < loaded->catalog.record_count; i++) {
                record_format_id(loaded->catalog.records[i], &text);
                text_put(&text, " ");
        }
        return list;
}

static void assert_ids(const struct place *place, const char *ids) {
        struct loaded loaded;

        load(&loaded, place->spec);
        assert_string_equal(ids_of(&loaded), ids);
        unload(&loaded);
}

static void assert_event_names(const struct place *place, const char *names) {
        char list[1024], name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(list);
        struct loaded loaded;

        load(&loaded, place->spec);
        for (size_t i = 0; i < loaded.catalog.event_count; i++) {
                name_event(&loaded.catalog.events[i], name);
                text_format(&text, "%s ", name);
        }
        assert_string_equal(list, names);
        unload(&loaded);
}

/* --- systemd's archives ------------------------------------------------------------------------- */

static void remove_record_files(const struct place *place) {
        shell("find '%s' -type f -name 'dmesg-*' -delete", place->directory);
}

/* Of each crash of the corpus, what each version made of it; then the logs alone. */
static void test_real_archives(void **state) {
        static const char *const crashes[] = { "6.1-erst-panic", "6.1-erst-oops-panic", "6.1-efi-panic",
                                               "6.1-efi-oops-panic" };
        static const char *const versions[] = { "252", "257", "262" };
        const struct place *place = *state;

        if (!test_corpus("systemd-pstore"))
                skip();
        for (size_t i = 0; i < ARRAY_SIZE(crashes); i++) {
                char path[256], store[8400];

                snprintf(path, sizeof(path), "crash/%s/erst.bin", crashes[i]);
                snprintf(store, sizeof(store), "erst-image:%s", test_corpus(path));
                if (access(test_corpus(path), F_OK) != 0) {
                        snprintf(path, sizeof(path), "crash/%s/vars.fd.xz", crashes[i]);
                        snprintf(store, sizeof(store), "efi-image:%s.fd", place->directory);
                        shell("xz -dc '%s' > '%s.fd'", test_corpus(path), place->directory);
                }
                for (size_t j = 0; j < ARRAY_SIZE(versions); j++) {
                        snprintf(path, sizeof(path), "systemd-pstore/%s/%s", crashes[i], versions[j]);
                        shell("rm -rf '%s'/* && cp -r '%s'/* '%s' && chmod -R u+w '%s'", place->directory,
                              test_corpus(path), place->directory, place->directory);
                        assert_same(place->spec, store);
                        remove_record_files(place);
                        assert_same(place->spec, store);
                }
                shell("rm -f '%s.fd'", place->directory);
        }
}

static void test_an_archive_of_each_layout(void **state) {
        static const char *const leaves[] = { "252/7341001524442", "257/7341001524442562562" };
        const struct place *place = *state;
        char spec[4200];

        for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
                shell("rm -rf '%s'/* && cp -r 'tests/data/systemd-pstore/%.3s'/* '%s'", place->directory,
                      leaves[i], place->directory);
                assert_same(place->spec, PROGRAM_ERST_IMAGE);
                /* One of the files is gone, and the log has it. */
                shell("rm '%s/%s/dmesg-erst-7341001524442562561'", place->directory, leaves[i] + 4);
                assert_same(place->spec, PROGRAM_ERST_IMAGE);
                remove_record_files(place);
                assert_same(place->spec, PROGRAM_ERST_IMAGE);
                /* The directory itself, whose name tells the id. */
                snprintf(spec, sizeof(spec), "dir:%s/%s", place->directory, leaves[i] + 4);
                assert_same(spec, PROGRAM_ERST_IMAGE);
                snprintf(spec, sizeof(spec), "dir:%s/%s/", place->directory, leaves[i] + 4);
                assert_same(spec, PROGRAM_ERST_IMAGE);
        }
}

static void copy_pstore(const struct place *place) {
        (void) mkdir(path_of(place, "pstore"), 0700);
        scratch_copy_files(test_data("linux-tool/erst/pstore"), path_of(place, "pstore"));
        scratch_copy_files(test_data("linux-tool/efi/pstore"), path_of(place, "pstore"));
}

static void archive(const struct place *place) {
        copy_pstore(place);
        shell("'%s' '%s/pstore' '%s/archive' 2>/dev/null && rm -rf '%s/pstore'", SYSTEMD_PSTORE,
              place->directory, place->directory, place->directory);
}

/* What is installed here, run for real; and once more, which adds nothing, or all of it again. */
static void test_the_installed_one(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        if (access(SYSTEMD_PSTORE, X_OK) != 0)
                skip();
        for (unsigned run = 0; run < 2; run++) {
                archive(place);
                if (access(path_of(place, "archive"), F_OK) != 0)
                        skip(); /* it is told to store nothing, or in the journal alone */
                assert_event_names(place, PROGRAM_ERST_EVENT " " PROGRAM_EFI_EVENT " ");
                load(&loaded, place->spec);
                assert_int_equal(loaded.result, 16);
                unload(&loaded);
        }
        remove_record_files(place);
        assert_event_names(place, PROGRAM_ERST_EVENT " " PROGRAM_EFI_EVENT " ");
}

/*
 * A crash whose parts lie on both sides of a second that ends in 9, and two more within ten seconds, as an
 * oops and the panic behind it: up to 252 the first is in two directories, one of which has all three.
 */
#define PUT_CRASHES                                                                                          \
        "put() { printf '%s#%s Part%s\\n<0>[    %s.0] %s %s at %s, part %s\\n' "                             \
        "$1 $2 $3 $((9 - $3)) $1 $2 $4 $3 > store/dmesg-efi-$((($4 * 100 + $3) * 1000 + $2)); }; "           \
        "put Panic 1 1 1709210119; put Panic 1 2 1709210119; put Panic 1 3 1709210120; "                     \
        "put Panic 1 4 1709210120; put Oops 1 1 1709210124; put Oops 1 2 1709210124; "                       \
        "put Panic 2 1 1709210125; put Panic 2 2 1709210126; "

/* What systemd does: files in the reverse order of their names, which $file is; $id is the number in it. */
#define MOVE_EACH(directory, title)                                                                          \
        "for file in $(ls -r store); do id=${file##*-}; to=archive/" directory "; mkdir -p $to; "            \
        "{ " title "cat store/$file; } >> $to/dmesg.txt; cp store/$file $to; done"

static void test_crashes_close_to_each_other(void **state) {
        static const char *const archivers[] = {
                MOVE_EACH("${id%??????}", "echo $file:; "),
                MOVE_EACH("${id%?????}/${id#${id%???}}", ""),
                "cp -r store moved && " SYSTEMD_PSTORE " $PWD/moved $PWD/archive 2>/dev/null",
        };
        const struct place *place = *state;
        struct place archive = { .directory = place->directory };
        char store[4200];

        snprintf(store, sizeof(store), "pstorefs:%s/store", place->directory);
        snprintf(archive.spec, sizeof(archive.spec), "dir:%s/archive", place->directory);
        for (size_t i = 0; i < ARRAY_SIZE(archivers); i++) {
                if (i == ARRAY_SIZE(archivers) - 1 && access(SYSTEMD_PSTORE, X_OK) != 0)
                        break;
                shell("cd '%s' && rm -rf * && mkdir store archive && %s %s", place->directory, PUT_CRASHES,
                      archivers[i]);
                for (unsigned logs_alone = false; logs_alone <= true; logs_alone++) {
                        assert_event_names(&archive, "20240229T123519Z-efi-panic1 20240229T123524Z-efi-oops1 "
                                                     "20240229T123525Z-efi-panic2 ");
                        assert_same(archive.spec, store);
                        shell("find '%s/archive' -type f -name 'dmesg-*' -delete", place->directory);
                }
        }
}

#define P(number, part) "Panic#" number " Part" part "\n<0>[    1.000000] panic " number "." part "\n"
#define O(number, part) "Oops#" number " Part" part "\n<0>[    1.000000] oops " number "." part "\n"

/* Run again with the same files, 253 and later append them; with others of the same ids those are no copies.
 */
static void test_what_was_appended(void **state) {
        const struct place *place = *state;

        put(place, "7341001524442562562/dmesg.txt", P("1", "2") P("1", "1") P("1", "2") P("1", "1"));
        assert_ids(place, "erst:65e079fe00000002 erst:65e079fe00000001 ");
        put(place, "7341001524442562562/dmesg.txt",
            P("1", "2") P("1", "1") "Panic#1 Part1\n<0>[    9.000000] another\n");
        assert_ids(place, "erst:65e079fe00000002 erst:65e079fe00000001 "
                          "pstorefs:7341001524442562562/dmesg.txt:84 ");
        /* The files are the last run's. */
        put(place, "7341001524442562562/dmesg-erst-7341001524442562562",
            P("1", "2") "<0>[    1.100000] newer\n");
        assert_ids(place, "erst:65e079fe00000002 erst:65e079fe00000001 "
                          "pstorefs:7341001524442562562/dmesg.txt:0 "
                          "pstorefs:7341001524442562562/dmesg.txt:84 ");
}

/* An id is claimed as long as no part is missing before it. */
static void test_ids_that_are_not_certain(void **state) {
        const struct place *place = *state;

        put(place, "7341001524442562570/dmesg.txt", P("2", "2") P("2", "1") O("1", "1"));
        assert_ids(place, "erst:65e079fe0000000a erst:65e079fe00000009 erst:65e079fe00000008 ");
        put(place, "7341001524442562570/dmesg.txt", P("2", "3") P("2", "1") O("1", "1"));
        assert_ids(place, "erst:65e079fe0000000a pstorefs:7341001524442562570/dmesg.txt:42 "
                          "pstorefs:7341001524442562570/dmesg.txt:84 ");
        shell("rm -r '%s'/7*", place->directory);
        put(place, "kept/dmesg.txt", P("1", "1"));
        assert_ids(place, "pstorefs:kept/dmesg.txt:0 ");
}

/* Of a variable the directories have all but the part, which from 100 on is in the seconds. */
static void test_variables_of_a_log_alone(void **state) {
        const struct place *place = *state;

        put(place, "1709210120/002/dmesg.txt", P("2", "15") P("2", "1"));
        assert_ids(place, "efi:dump-type0-15-2-1709210120 efi:dump-type0-1-2-1709210120 ");
        put(place, "1709210120/002/dmesg.txt", P("2", "103"));
        assert_ids(place, "efi:dump-type0-103-2-1709210119 ");
        put(place, "1709210120/002/dmesg.txt", P("1002", "103"));
        assert_ids(place, "efi:dump-type0-103-1002-1709210119 ");
        put(place, "1709210120/002/dmesg.txt", P("3", "1")); /* no such count in this directory */
        assert_ids(place, "pstorefs:1709210120/002/dmesg.txt:0 ");
}

/* The time of ERST's record is that of its file, unless who copied it has lost that. */
static void test_times_of_erst(void **state) {
        const struct place *place = *state;
        static const char file[] = "7341001524442562561/dmesg-erst-7341001524442562561";

        put(place, file, P("1", "1"));
        assert_event_names(place, "20240229T123510Z-erst-panic1 ");
        set_times(path_of(place, file), 1709210110 + 86400, 0);
        assert_event_names(place, "20240301T123510Z-erst-panic1 ");
        set_times(path_of(place, file), 1709210110 + 86400, 5);
        assert_event_names(place, "20240229T123510Z-erst-panic1 ");
        set_times(path_of(place, file), 1709210109, 0);
        assert_event_names(place, "20240229T123510Z-erst-panic1 ");
}

static void test_other_files_of_pstore(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        put(place, "dmesg-efi-170921012099001.enc.z", "no stream");
        put(place, "dmesg-ramoops-0", "====1709210110.123456-D\n" P("1", "1"));
        put(place, "console-ramoops-0", "a console\n");
        put(place, "dmesg.txt", "dmesg-ramoops-0:\n====1709210110.123456-D\n" P("1", "1"));
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 3);
        assert_string_equal(ids_of(&loaded), "pstorefs:dmesg-ramoops-0 efi:dump-type0-99-1-1709210120 "
                                             "pstorefs:console-ramoops-0 ");
        assert_error(loaded.catalog.records[1]->error, ERR_CODEC_UNKNOWN);
        unload(&loaded);
        assert_event_names(place, "20240229T123510Z-ramoops-panic1 ");
}

/* --- our own dumps ------------------------------------------------------------------------------ */

static void dump(const char *source, const char *directory) {
        struct program program;

        program_run(&program, NULL, "dump", "-q", "-s", source, "-o", directory, NULL);
        program_free(&program);
}

static void test_a_dump_is_what_was_dumped(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        assert_same(place->spec, PROGRAM_ERST_IMAGE);
        shell("rm -r '%s'/*", place->directory);
        dump(PROGRAM_EFI_IMAGE, place->directory);
        assert_same(place->spec, PROGRAM_EFI_IMAGE);
        /* Once more in the same catalog, the archive adds nothing: it has the same records. */
        load(&loaded, PROGRAM_EFI_IMAGE);
        assert_int_equal(loaded.result, 14);
        unload(&loaded);
}

/* Texts, what could not be decompressed, a machine check, kdump's log: all forms, and what is of no event. */
static void test_every_form(void **state) {
        const struct place *place = *state;
        char source[4200], again[4200], list[8192];
        struct loaded loaded;

        put(place, "in/dmesg-efi-170921012001002", P("2", "1"));
        put(place, "in/dmesg-efi-170921012002002", P("2", "2"));
        put(place, "in/dmesg-efi-170921012099001.enc.z", "no stream");
        put(place, "in/console-ramoops-0", "a console\n");
        put(place, "in/pmsg-ramoops-1", "a message\n");
        snprintf(source, sizeof(source), "pstorefs:%s/in", place->directory);
        dump(source, path_of(place, "out"));
        load(&loaded, source);
        snprintf(list, sizeof(list), "%s", ids_of(&loaded));
        unload(&loaded);
        snprintf(again, sizeof(again), "dir:%s/out", place->directory);
        load(&loaded, again);
        assert_int_equal(loaded.result, 5);
        assert_string_equal(ids_of(&loaded), list);
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_int_equal(loaded.catalog.records[4]->type, RECORD_TYPE_PMSG);
        unload(&loaded);

        put(place, "kdump/20261121T075124Z-kdump-panic2/dmesg.txt", "[    1.000000] one\n");
        snprintf(source, sizeof(source), "kdump:%s/kdump", place->directory);
        dump(source, path_of(place, "saved"));
        snprintf(again, sizeof(again), "dir:%s/saved", place->directory);
        assert_same(again, source);
        /* What the crash kernel itself saved is kdump:'s. */
        snprintf(again, sizeof(again), "dir:%s/kdump", place->directory);
        load(&loaded, again);
        assert_int_equal(loaded.result, 0);
        unload(&loaded);
}

/* The same in an event's copies, in systemd's archive beside them, and in the files of pstore. */
static void test_one_record_in_several_places(void **state) {
        const struct place *place = *state;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        shell("cp -r '%s/" PROGRAM_ERST_EVENT "' '%s/" PROGRAM_ERST_EVENT ".2'", place->directory,
              place->directory);
        assert_same(place->spec, PROGRAM_ERST_IMAGE);
        shell("cp -r tests/data/systemd-pstore/25* '%s'", place->directory);
        assert_same(place->spec, PROGRAM_ERST_IMAGE);
        /* The first copy is broken: another one is read. */
        shell("printf x | dd of='%s/" PROGRAM_ERST_EVENT
              ".2/records.bin' bs=1 seek=100 conv=notrunc 2>/dev/null",
              place->directory);
        assert_same(place->spec, PROGRAM_ERST_IMAGE);
}

/* Where no stored bytes can be read the text has the id; and a text of another part is another record. */
static void test_stored_bytes_that_are_no_use(void **state) {
        const struct place *place = *state;
        static const char stored[] = PROGRAM_ERST_EVENT "/records.bin";
        struct loaded loaded;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        put(place, "dmesg-erst-7341001524442562561", O("3", "9"));
        assert_ids(place,
                   "erst:65e079fe00000002 erst:65e079fe00000001 pstorefs:dmesg-erst-7341001524442562561 ");
        assert_int_equal(unlink(path_of(place, "dmesg-erst-7341001524442562561")), 0);
        shell("cp -r tests/data/systemd-pstore/25* '%s'", place->directory);
        shell("printf x | dd of='%s' bs=1 seek=100 conv=notrunc 2>/dev/null", path_of(place, stored));
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 3);
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_int_equal(loaded.catalog.events[0].record_count, 2);
        assert_int_equal(catalog_faulty_count(&loaded.catalog), 1);
        unload(&loaded);
        /* Nobody could decode it when it was saved. */
        shell("rm -r '%s'/" PROGRAM_ERST_EVENT, place->directory);
        dump(PROGRAM_ERST_IMAGE, place->directory);
        shell("sed -i 's/\"codec\": \"deflate\"/\"codec\": null/' '%s/" PROGRAM_ERST_EVENT "/manifest.json'",
              place->directory);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 4);
        assert_int_equal(loaded.catalog.events[0].record_count, 4);
        unload(&loaded);
}

/* Two machines have one id, and different records. */
static void test_one_id_of_two_machines(void **state) {
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;
        char in[4200];

        put(place, "in/dmesg-ramoops-0", P("1", "1"));
        snprintf(in, sizeof(in), "pstorefs:%s/in", place->directory);
        set_times(path_of(place, "in/dmesg-ramoops-0"), 1709210110, 0);
        dump(in, path_of(place, "a"));
        put(place, "in/dmesg-ramoops-0", "Panic#1 Part1\n<0>[    7.000000] another machine\n");
        set_times(path_of(place, "in/dmesg-ramoops-0"), 1709210110, 0);
        dump(in, path_of(place, "b"));
        shell("rm -r '%s/in'", place->directory);
        assert_ids(place,
                   "pstorefs:b/20240229T123510Z-ramoops-panic1/records.bin:0 pstorefs:dmesg-ramoops-0 ");

        /* Stored bytes have the id in them, which the record keeps: both go, or none. */
        shell("rm -r '%s'/*", place->directory);
        put(place, "in/dump-type0-1-1-1709210119-D-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0",
            "Panic#1 Part1\none\n");
        snprintf(in, sizeof(in), "efivarfs:%s/in", place->directory);
        dump(in, path_of(place, "a"));
        put(place, "in/dump-type0-1-1-1709210119-D-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0",
            "Panic#1 Part1\ntwo\n");
        dump(in, path_of(place, "b"));
        shell("rm -r '%s/in'", place->directory);
        load(&loaded, place->spec);
        assert_string_equal(ids_of(&loaded),
                            "efi:dump-type0-1-1-1709210119-D efi:dump-type0-1-1-1709210119-D ");
        assert_false(bytes_equal(loaded.catalog.records[0]->raw, loaded.catalog.records[1]->raw));
        loaded.work.states[0].selected = true;
        assert_error(clear_selected(&loaded.work, NULL, NULL, &result), ERR_TOGETHER);
        assert_int_equal(scratch_count_files(place->directory), 6);
        unload(&loaded);
        load(&loaded, place->spec);
        loaded.work.states[0].selected = loaded.work.states[1].selected = true;
        assert_ok(clear_selected(&loaded.work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 2);
        assert_int_equal(scratch_count_files(place->directory), 0);
        unload(&loaded);
}

static void cut_file(const char *path, off_t size) {
        assert_int_equal(truncate(path, size), 0);
}

/* At whatever byte the manifest ends, the log is read, and its event has its name. */
static void test_a_manifest_that_is_not_whole(void **state) {
        const struct place *place = *state;
        static const char manifest[] = PROGRAM_ERST_EVENT "/manifest.json";
        char *log = program_fixture_erst_log(), *got;
        struct loaded loaded;
        struct stat status;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        assert_int_equal(stat(path_of(place, manifest), &status), 0);
        /* Its last byte is an end of line, which nobody needs. */
        for (off_t size = status.st_size - 2; size >= 0; size -= 97) {
                cut_file(path_of(place, manifest), size);
                load(&loaded, place->spec);
                assert_error(loaded.result, ERR_STRAY);
                assert_string_equal(ids_of(&loaded), "pstorefs:" PROGRAM_ERST_EVENT "/dmesg.txt ");
                assert_int_equal(loaded.catalog.event_count, 1);
                got = log_of(&loaded, &loaded.catalog.events[0]);
                assert_string_equal(got, log);
                free(got);
                unload(&loaded);
        }
        free(log);
        assert_int_equal(unlink(path_of(place, manifest)), 0);
        assert_event_names(place, "20240229T123510Z-pstorefs-panic1 ");
        /* What a run that was cut off left is none. */
        assert_int_equal(rename(path_of(place, PROGRAM_ERST_EVENT), path_of(place, "unfinished")), 0);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 0);
        unload(&loaded);
}

/* What is not what the manifest says has an error, and hides nothing. */
static void test_bytes_that_are_not_the_manifests(void **state) {
        const struct place *place = *state;
        static const char stored[] = PROGRAM_ERST_EVENT "/records.bin";
        struct loaded loaded;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        shell("printf x | dd of='%s' bs=1 seek=100 conv=notrunc 2>/dev/null", path_of(place, stored));
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 2);
        assert_int_equal(catalog_faulty_count(&loaded.catalog), 1);
        assert_string_equal(ids_of(&loaded), "erst:65e079fe00000001 erst:65e079fe00000002 ");
        assert_error(loaded.catalog.records[1]->error, ERR_CHECKSUM);
        unload(&loaded);
        cut_file(path_of(place, stored), 1000);
        load(&loaded, place->spec);
        assert_int_equal(catalog_faulty_count(&loaded.catalog), 2);
        assert_error(loaded.catalog.records[0]->error, ERR_TRUNCATED);
        unload(&loaded);
        /* So many bytes it cannot have, and no memory is asked for. */
        shell("sed -i 's/\"size\": [0-9]*,/\"size\": 9223372036854775807,/' '%s/" PROGRAM_ERST_EVENT
              "/manifest.json'",
              place->directory);
        load(&loaded, place->spec);
        assert_error(loaded.catalog.records[0]->error, ERR_TOO_LARGE);
        unload(&loaded);
        /* Nor is a pipe waited for. */
        shell("rm -r '%s'/*", place->directory);
        dump(PROGRAM_ERST_IMAGE, place->directory);
        assert_int_equal(unlink(path_of(place, stored)), 0);
        assert_int_equal(mkfifo(path_of(place, stored), 0600), 0);
        load(&loaded, place->spec);
        assert_error(loaded.catalog.records[0]->error, ERR_FILE_KIND);
        unload(&loaded);
}

#define DESCRIBED                                                                                            \
        "\"form\": \"text\", \"type\": \"pmsg\", \"offset\": 0, \"size\": 134217728, \"sha256\": "           \
        "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}"

/* However much its files and manifests say that there is. */
static void test_an_archive_without_end(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        put(place, "event/records.bin", "");
        put(place, "event/manifest.json",
            "{\"schema\": \"pstore-fw/manifest/2\", \"records\": ["
            "{\"id\": \"pstorefs:1\", " DESCRIBED ", {\"id\": \"pstorefs:2\", " DESCRIBED ", "
            "{\"id\": \"pstorefs:3\", " DESCRIBED ", {\"id\": \"pstorefs:4\", " DESCRIBED ", "
            "{\"id\": \"nobody's:6\", " DESCRIBED ", {\"id\": \"pstorefs:5\", " DESCRIBED "]}");
        load(&loaded, place->spec);
        assert_error(loaded.result, ERR_STRAY);
        assert_string_equal(ids_of(&loaded), "pstorefs:1 pstorefs:2 pstorefs:3 pstorefs:4 pstorefs:5 ");
        assert_error(loaded.catalog.records[2]->error, ERR_TRUNCATED);
        assert_error(loaded.catalog.records[4]->error, ERR_TOO_LARGE);
        unload(&loaded);
}

/* --- what else may lie there -------------------------------------------------------------------- */

static const char *messages_of(const struct place *place, int status) {
        static char messages[16384];
        struct program program;

        program_run(&program, NULL, "list", "-s", place->spec, NULL);
        program_assert_status(&program, status);
        snprintf(messages, sizeof(messages), "%s", program.messages);
        program_free(&program);
        return messages;
}

static void test_what_is_no_record(void **state) {
        const struct place *place = *state;
        const char *messages;

        put(place, "1709210120/002/dmesg-efi-170921012001002", P("2", "1"));
        put(place, "outside", P("9", "1"));
        assert_int_equal(symlink(path_of(place, "outside"),
                                 path_of(place, "1709210120/002/dmesg-efi-170921012002002")),
                         0);
        assert_int_equal(symlink("/etc", path_of(place, "1709210121")), 0);
        assert_int_equal(mkfifo(path_of(place, "1709210120/002/dmesg-efi-170921012003002"), 0600), 0);
        assert_int_equal(mkfifo(path_of(place, "1709210120/002/dmesg.txt"), 0600), 0);
        assert_int_equal(mkdir(path_of(place, "dmesg-efi-170921012004002"), 0700), 0);
        put(place, "dmesg-\x1b[31m\n-1", "red");
        put(place, ".#dmesg-efi-170921012008002a1b2", P("2", "8"));
        put(place, ".hidden/dmesg-efi-170921012008002", P("2", "8"));
        put(place, "d1/d2/d3/d4/dmesg-efi-170921012005002", P("2", "5"));
        put(place, "d1/d2/d3/d4/d5/dmesg-efi-170921012006002", P("2", "6"));
        put(place, "dmesg-efi-170921012007002", "");
        cut_file(path_of(place, "dmesg-efi-170921012007002"), (off_t) 5 << 30);
        put(place, "huge/dmesg.txt", "");
        cut_file(path_of(place, "huge/dmesg.txt"), (off_t) 5 << 30);
        assert_ids(place, "efi:dump-type0-5-2-1709210120 efi:dump-type0-1-2-1709210120 ");
        messages = messages_of(place, EXIT_FAILED);
        test_assert_contains(messages,
                             "1709210120/002/dmesg-efi-170921012002002: is no regular file: left out");
        test_assert_contains(messages, "1709210121: is no regular file: left out");
        test_assert_contains(messages,
                             "1709210120/002/dmesg-efi-170921012003002: is no regular file: left out");
        test_assert_contains(messages, "1709210120/002/dmesg.txt: is no regular file: left out");
        test_assert_contains(messages, "dmesg-\\x1b[31m\\x0a-1: no file of pstore: left out");
        test_assert_contains(messages, "d1/d2/d3/d4/d5: lies too deep: left out");
        test_assert_contains(messages, "dmesg-efi-170921012007002: is larger than any record: left out");
        test_assert_contains(messages, "huge/dmesg.txt: larger than the bound set for it: left out");
        test_assert_contains(messages, "outside: no file of pstore: left out");
        assert_null(strchr(messages, '\x1b'));
        /* A line for each of the ten, and what comes of it all. */
        assert_true(test_count_lines(messages) <= 12);
}

/* What is beside the copies in our own directory is no copy, and nothing to be told of. */
static void test_files_of_ours(void **state) {
        static const char *const names[] = { ".pstore-fw-proof", ".pstore-fw-test",
                                             ".pstore-fw-tools/makedumpfile", ".pstore-fw-tally.json" };
        const struct place *place = *state;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                put(place, names[i], P("1", "1"));
        assert_event_names(place, PROGRAM_ERST_EVENT " ");
        assert_string_equal(messages_of(place, EXIT_DONE), "");
}

/* Of another user, who may have written it, but is nobody to be followed. */
static void test_files_of_others(void **state) {
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;

        if (geteuid() != 0)
                skip();
        put(place, "1709210120/002/dmesg-efi-170921012001002", P("2", "1"));
        shell("chown -R 65534:65534 '%s/1709210120'", place->directory);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 1);
        /* Between the list and the erasing the directory becomes a link. */
        put(place, "victim/dmesg-efi-170921012001002", P("2", "1"));
        shell("mv '%s/1709210120/002' '%s/was' && ln -s '%s/victim' '%s/1709210120/002'", place->directory,
              place->directory, place->directory, place->directory);
        loaded.work.states[0].selected = true;
        assert_true(clear_selected(&loaded.work, NULL, NULL, &result) < 0);
        assert_int_equal(access(path_of(place, "victim/dmesg-efi-170921012001002"), F_OK), 0);
        unload(&loaded);
}

static void test_no_directory(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        put(place, "file", "");
        load(&loaded, scratch_path(place->spec, "file"));
        assert_error(loaded.result, ERR_NOT_DIRECTORY);
        unload(&loaded);
        load(&loaded, scratch_path(place->spec, "nothing"));
        assert_error(loaded.result, ERR_NOT_FOUND);
        unload(&loaded);
        assert_false(source_spec_is_valid("dir"));
        assert_false(source_spec_is_valid("dir:"));
}

static uint64_t time_to_load(const struct place *place, int records) {
        struct timespec start, end;
        struct loaded loaded;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, records);
        unload(&loaded);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        return (uint64_t) ((end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000);
}

/* Four times as many take some four times as long; a walk for each would take sixteen. */
static void test_many_events(void **state) {
        const struct place *place = *state;
        uint64_t few = 0, many;

        for (unsigned i = 0; i < 1000; i++) {
                char name[64];

                snprintf(name, sizeof(name), "%u/001/dmesg.txt", 1709210000 + 100 * i);
                put(place, name, P("1", "2") P("1", "1"));
                if (i == 249)
                        few = time_to_load(place, 500);
        }
        many = time_to_load(place, 2000);
        if (many > 8 * few + 100000)
                fail_msg("250 events: %llu us, 1000: %llu us", (unsigned long long) few,
                         (unsigned long long) many);
}

/* --- what is to go ------------------------------------------------------------------------------ */

static int clear(const struct place *place, const char *ids, struct clear_result *result) {
        struct loaded loaded;
        int r;

        load(&loaded, place->spec);
        for (size_t i = 0; i < loaded.work.count; i++) {
                char id[RECORD_ID_SIZE + 1];
                struct text text = TEXT_ON(id);

                record_format_id(&loaded.catalog.rows[i]->record, &text);
                text_put_char(&text, ' ');
                loaded.work.states[i].selected = strstr(ids, id);
        }
        r = clear_selected(&loaded.work, NULL, NULL, result);
        unload(&loaded);
        return r;
}

#define ERST_2 "erst:65e079fe00000002 "
#define ERST_1 "erst:65e079fe00000001 "

/* A dump of ours goes as it came, when all of it was named. */
static void test_clearing_a_dump(void **state) {
        const struct place *place = *state;
        struct clear_result result;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        dump(PROGRAM_EFI_IMAGE, place->directory);
        assert_error(clear(place, ERST_2, &result), ERR_TOGETHER);
        assert_int_equal(result.failed_count, 1);
        assert_int_equal(scratch_count_files(place->directory), 6);
        assert_ok(clear(place, ERST_2 ERST_1, &result));
        assert_int_equal(result.cleared_count, 2);
        assert_int_equal(access(path_of(place, PROGRAM_ERST_EVENT), F_OK), -1);
        assert_same(place->spec, PROGRAM_EFI_IMAGE);
}

/* All copies of a record go; one that stays would be the record. */
static void test_clearing_all_copies(void **state) {
        const struct place *place = *state;
        struct clear_result result;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        shell("cp -r tests/data/systemd-pstore/25* '%s'", place->directory);
        assert_int_equal(scratch_count_files(place->directory), 9);
        put(place, PROGRAM_ERST_EVENT "/notes", "somebody's");
        assert_ok(clear(place, ERST_2 ERST_1, &result));
        assert_int_equal(scratch_count_files(place->directory), 1);
        assert_int_equal(access(path_of(place, PROGRAM_ERST_EVENT "/notes"), F_OK), 0);
}

/* The log tells what the files do: with one of them nothing goes. */
static void test_clearing_systemds(void **state) {
        const struct place *place = *state;
        struct clear_result result;

        put(place, "1709210120/002/dmesg-efi-170921012001002", P("2", "1"));
        put(place, "1709210120/002/dmesg-efi-170921012002002", P("2", "2"));
        put(place, "1709210120/002/dmesg.txt", P("2", "2") P("2", "1"));
        put(place, "1709210120/001/dmesg.txt", O("1", "1"));
        put(place, "1709210130/001/dmesg-efi-170921013001001", P("1", "1"));
        put(place, "1709210130/001/dmesg-efi-170921013002001", P("1", "2"));
        assert_error(clear(place, "efi:dump-type0-1-2-1709210120 ", &result), ERR_TOGETHER);
        assert_int_equal(scratch_count_files(place->directory), 6);
        assert_ok(clear(place, "efi:dump-type0-1-2-1709210120 efi:dump-type0-2-2-1709210120 ", &result));
        assert_int_equal(access(path_of(place, "1709210120/002"), F_OK), -1);
        assert_int_equal(access(path_of(place, "1709210120/001/dmesg.txt"), F_OK), 0);
        assert_ok(clear(place, "efi:dump-type0-1-1-1709210120 ", &result));
        assert_int_equal(access(path_of(place, "1709210120"), F_OK), -1);
        /* Without a log each file is a record alone. */
        assert_ok(clear(place, "efi:dump-type0-1-1-1709210130 ", &result));
        assert_ids(place, "efi:dump-type0-2-1-1709210130 ");
        assert_ok(clear(place, "efi:dump-type0-2-1-1709210130 ", &result));
        assert_int_equal(access(path_of(place, "1709210130"), F_OK), -1);
        assert_int_equal(access(place->directory, F_OK), 0);
}

/* The id goes over to the other text that had it. */
static void test_clearing_one_of_two_texts(void **state) {
        const struct place *place = *state;
        struct clear_result result;

        put(place, "a/dmesg-erst-7341001524442562561", P("1", "1"));
        put(place, "b/dmesg-erst-7341001524442562561", P("1", "1") "and more\n");
        assert_ids(place, ERST_1 "pstorefs:b/dmesg-erst-7341001524442562561 ");
        assert_ok(clear(place, ERST_1, &result));
        assert_int_equal(result.cleared_count, 1);
        assert_int_equal(access(path_of(place, "b/dmesg-erst-7341001524442562561"), F_OK), 0);
        assert_ids(place, ERST_1);
}

/* What the log does not tell is a record alone, beside which the others stay. */
static void test_clearing_what_no_log_tells(void **state) {
        const struct place *place = *state;
        struct clear_result result;

        put(place, "dmesg-ramoops-0", P("1", "1"));
        put(place, "dmesg.txt", "dmesg-ramoops-0:\n" P("1", "1"));
        put(place, "console-ramoops-0", "a console\n");
        assert_ok(clear(place, "pstorefs:console-ramoops-0 ", &result));
        assert_int_equal(scratch_count_files(place->directory), 2);
        assert_ok(clear(place, "pstorefs:dmesg-ramoops-0 ", &result));
        assert_int_equal(scratch_count_files(place->directory), 0);
}

/* What was added to the log since the list, or stands in it and is no record's, was not named. */
static void test_clearing_what_has_more(void **state) {
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;

        put(place, "1709210120/002/dmesg.txt", "somebody's words\n" P("2", "1"));
        assert_error(clear(place, "efi:dump-type0-1-2-1709210120 ", &result), ERR_TOGETHER);
        assert_int_equal(scratch_count_files(place->directory), 1);
        put(place, "1709210120/002/dmesg.txt", P("2", "1"));
        load(&loaded, place->spec);
        put(place, "1709210120/002/dmesg.txt", P("2", "1") P("2", "2"));
        loaded.work.states[0].selected = true;
        assert_error(clear_selected(&loaded.work, NULL, NULL, &result), ERR_CHANGED);
        assert_int_equal(scratch_count_files(place->directory), 1);
        unload(&loaded);
}

/* Nothing is copied of what is a copy, and without its name it stays. */
static void test_clear_of_the_program(void **state) {
        const struct place *place = *state;
        struct program program;

        dump(PROGRAM_ERST_IMAGE, place->directory);
        program_run(&program, NULL, "clear", "--yes", "-s", place->spec, "-o", path_of(place, "out"),
                    PROGRAM_ERST_EVENT, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_int_equal(scratch_count_files(place->directory), 0);
        dump(PROGRAM_ERST_IMAGE, path_of(place, "in"));
        program_run(&program, NULL, "dump", "-q", "-s", place->spec, "-o", path_of(place, "out"), NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        shell("cmp '%s/in/" PROGRAM_ERST_EVENT "/records.bin' '%s/out/" PROGRAM_ERST_EVENT "/records.bin'",
              place->directory, place->directory);
        program_run(&program, NULL, "check", "-s", place->spec, NULL);
        test_assert_contains(program.messages, "no store to be checked");
        program_free(&program);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
                TEST(test_real_archives),
                TEST(test_an_archive_of_each_layout),
                TEST(test_the_installed_one),
                TEST(test_crashes_close_to_each_other),
                TEST(test_what_was_appended),
                TEST(test_ids_that_are_not_certain),
                TEST(test_variables_of_a_log_alone),
                TEST(test_times_of_erst),
                TEST(test_other_files_of_pstore),
                TEST(test_a_dump_is_what_was_dumped),
                TEST(test_every_form),
                TEST(test_one_record_in_several_places),
                TEST(test_stored_bytes_that_are_no_use),
                TEST(test_one_id_of_two_machines),
                TEST(test_a_manifest_that_is_not_whole),
                TEST(test_bytes_that_are_not_the_manifests),
                TEST(test_an_archive_without_end),
                TEST(test_what_is_no_record),
                TEST(test_files_of_ours),
                TEST(test_files_of_others),
                TEST(test_no_directory),
                TEST(test_many_events),
                TEST(test_clearing_a_dump),
                TEST(test_clearing_all_copies),
                TEST(test_clearing_systemds),
                TEST(test_clearing_one_of_two_texts),
                TEST(test_clearing_what_no_log_tells),
                TEST(test_clearing_what_has_more),
                TEST(test_clear_of_the_program),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
