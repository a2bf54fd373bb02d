/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/acpi-hardware.h"
#include "pstore/cper.h"
#include "store/erst-report.h"
#include "tests/efi-app/run-fixture.h"

static const CHAR16 *const no_words[] = { NULL };

/* --- nothing there ------------------------------------------------------------------------------ */

static void test_a_machine_with_neither_store(NO_STATE) {
        fake->variables.names = NAMES_UNSUPPORTED;
        assert_int_equal(RUN(u"list"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output),
                            "no records; not on this machine: erst, efi\n");
        assert_int_equal(RUN(u"show"), EXIT_NOTHING);
        assert_int_equal(run_words(no_words), EXIT_NOTHING);
        assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_NOTHING);
        assert_int_equal(RUN(u"list", u"--quiet"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output), "");
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("CRITICAL  a crash leaves no trace");
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
}

static void test_empty_stores(NO_STATE) {
        fake_firmware_add_device(fake);
        assert_int_equal(RUN(u"list"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output), "no records in erst, efi\n");
        assert_int_equal(RUN(u"check"), 0);
        assert_shown("erst: 0 records");
        assert_shown("efi: 0 records");
}

static void test_acpi_without_erst(NO_STATE) {
        fake_firmware_add_bare_acpi(fake);
        put_variables();
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_not_shown("erst");
        assert_int_equal(RUN(u"erst"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output), "erst: this machine has no such store\n");
}

static void test_a_store_that_was_asked_for_by_name(NO_STATE) {
        fake->variables.names = NAMES_UNSUPPORTED;
        assert_int_equal(RUN(u"list", u"--source", u"erst"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "erst: this machine has no such store\n");
        assert_int_equal(RUN(u"list", u"--source", u"efi"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "efi: this machine has no such store\n");
}

/* --- usage -------------------------------------------------------------------------------------- */

static void assert_usage(int status, const char *line) {
        assert_int_equal(status, EXIT_USAGE);
        assert_string_equal(fake_console_screen(&fake->output), line);
}

static void test_usage_errors(NO_STATE) {
        put_variables();
        assert_usage(RUN(u"frob"), "frob: no such verb; try --help\n");
        assert_usage(RUN(u""), ": no such verb; try --help\n");
        assert_usage(RUN(u"list", u"--frob"), "--frob: unknown or ambiguous option; try --help\n");
        assert_usage(RUN(u"list", u"--all"), "--all: not an option of list; try --help\n");
        assert_usage(RUN(u"list", u"x"), "x: one argument too many for list; try --help\n");
        assert_usage(RUN(u"list", u"--source"), "--source: needs an argument; try --help\n");
        assert_usage(RUN(u"list", u"--source", u"ersd"),
                     "--source: 'ersd' is no source here: erst, efi or bert; try --help\n");
        assert_usage(RUN(u"list", u"--source=ersd", u"--source=efi"),
                     "--source: 'ersd' is no source here: erst, efi or bert; try --help\n");
        assert_usage(RUN(u"show", u"1"),
                     "1: not an id of a record or an event; 'list' prints them; try --help\n");
        assert_usage(RUN(u"write"), "write: name the one file that becomes the record\n");
        assert_usage(RUN(u"write", u"a", u"b"), "b: one argument too many for write; try --help\n");
        assert_usage(RUN(u"write", u"--type", u"mce", u"a"),
                     "--type: 'mce' cannot be written: only dmesg can; try --help\n");
        assert_usage(RUN(u"erst", u"a", u"b"), "b: one argument too many for erst; try --help\n");
        assert_usage(RUN(u"clear", u"--yes"),
                     "clear: say what: ids, --all, --dumped, --older-than or --keep; try --help\n");
        assert_usage(RUN(u"clear", u"--all", u"efi:dump-type0-1-1-1709210119-D", u"--yes"),
                     "clear: --all and ids exclude each other; try --help\n");
        assert_usage(RUN(u"clear", u"--keep", u"x", u"--yes"), "--keep: 'x' is no number; try --help\n");
        assert_usage(RUN(u"clear", u"--older-than", u"30", u"--yes"),
                     "--older-than: '30' is no age: a number and s, m, h, d or w; try --help\n");
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
}

static void test_help_and_version(NO_STATE) {
        const char *line, *end;

        assert_int_equal(RUN(u"--version"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output), "pstore-fw " VERSION "\n");
        assert_int_equal(RUN(u"clear", u"--help"), EXIT_DONE);
        for (line = fake_console_screen(&fake->output); *line; line = end + 1) {
                end = strchr(line, '\n');
                assert_true(end - line <= 80);
        }
        assert_shown("clear [OPTION...] [ID...]");
        assert_shown("Exit status: 0 done, 1 failed, 2 usage, 3 nothing found");
        assert_int_equal(RUN(u"help", u"prove", u"arm"), EXIT_DONE);
        assert_shown("prove arm: put a canary");
        fake_firmware_say(fake, u"/?");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_shown("Usage: ");
        assert_not_shown("load options");
        assert_int_equal(RUN(u"--help"), EXIT_DONE);
        assert_shown("  dump           copy to files; without a verb, when no key comes\n");
        assert_true(test_count_lines(fake_console_screen(&fake->output)) < 25);
}

/* --- list and show ------------------------------------------------------------------------------ */

static void test_list(NO_STATE) {
        put_variables();
        put_erst();
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown(OLD_EVENT);
        assert_shown(NEW_EVENT);
        assert_shown(ERST_EVENT);
        assert_shown("erst:65e079fe00000001");
        assert_shown("efi:dump-type0-2-1-1709210119-D");
        assert_int_equal(RUN(u"list", u"--source", u"erst"), EXIT_DONE);
        assert_not_shown("efi");
        assert_int_equal(RUN(u"list", u"--source", u"erst", u"--source", u"efi"), EXIT_DONE);
        assert_shown(ERST_EVENT);
        assert_shown(NEW_EVENT);
}

static void test_show(NO_STATE) {
        put_variables();
        assert_int_equal(RUN(u"show"), EXIT_DONE); /* the newest */
        assert_string_equal(fake_console_screen(&fake->output),
                            "<6>[    8.000000] first\n<0>[    9.000000] last\n");
        assert_int_equal(RUN(u"show", u"efi:dump-type0-1-1-1709210119-D", u"--parts"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output), "Panic#1 Part1\n<0>[    9.000000] last\n");
        assert_int_equal(RUN(u"show", u"--all"), EXIT_DONE);
        assert_shown("==> " OLD_EVENT " <==\n<0>[    1.000000] old\n");
        assert_int_equal(RUN(u"show", u"efi:none"), EXIT_NOTHING);
        assert_string_equal(fake_console_screen(&fake->output), "efi:none: no such record or event\n");
}

static void test_explain(NO_STATE) {
        fake_variables_put_record(
                &fake->variables, OLD_PART,
                "Oops#1 Part1\n<1>[    1.000000] BUG: unable to handle page fault for address: 8\n"
                "<4>[    1.000000] RIP: 0010:foo+0x1/0x2 [bar]\n");
        assert_int_equal(RUN(u"explain"), EXIT_DONE);
        assert_shown("BUG: unable to handle page fault in foo\n  event ");
        assert_shown("\n  modules    bar\n");
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown("\n  BUG: unable to handle page fault in foo\n  efi:");
        assert_int_equal(RUN(u"explain", u"efi:none"), EXIT_NOTHING);
        fake_variables_put_record(&fake->variables, NEW_PART_1,
                                  "Panic#1 Part1\n<0>[    9.000000] Kernel panic - not syncing: x\n");
        assert_int_equal(RUN(u"explain"), EXIT_DONE);
        assert_shown("kernel panic: x\n  event ");
        assert_not_shown("page fault");
        assert_int_equal(RUN(u"explain", u"efi:" OLD_PART), EXIT_DONE);
        assert_shown("page fault");
        assert_not_shown("kernel panic");
        assert_int_equal(RUN(u"explain", u"--all"), EXIT_DONE);
        assert_shown("page fault");
        assert_shown("kernel panic");
}

static void test_output_into_a_file(NO_STATE) {
        static const CHAR16 *const words[] = { u"show", NULL };

        put_variables();
        fake->variables.read = READ_DEVICE_ERROR;
        fake->variables.read_only_of = OLD_PART;
        fake_firmware_type(fake, words);
        fake_firmware_redirect(fake);
        assert_int_equal(fake_firmware_run(fake), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output),
                            "<6>[    8.000000] first\n<0>[    9.000000] last\n");
        assert_true(
                fake_console_shows(&fake->errors, "efi:dump-type0-1-1-1709210000-D: input/output error\n"));
}

#define CHECK 2 /* whose status is that of a monitoring plug-in */

static const CHAR16 *const outputs[][4] = {
        { u"list", NULL },
        { u"show", NULL },
        [CHECK] = { u"check", NULL },
        { u"--help", NULL },
        { u"clear", u"--all", u"--dry-run", NULL },
};

/* What `>` of the shell has made: its byte order mark is there before the first byte. */
static int show_raw_into(const char *before, size_t position) {
        static const CHAR16 *const words[] = { u"show", u"--raw", u"efi:" OLD_PART, NULL };

        fake_firmware_type(fake, words);
        fake_firmware_redirect(fake);
        fake_volume_put_text(&fake->volume, "output.txt", before);
        fake->output_file->SetPosition(fake->output_file, position);
        return fake_firmware_run(fake);
}

#define OLD_RECORD "Panic#1 Part1\n<0>[    1.000000] old\n"

static void test_stored_bytes_into_a_file(NO_STATE) {
        put_variables();
        assert_int_equal(show_raw_into("\xff\xfe", 2), EXIT_DONE);
        assert_file("output.txt", OLD_RECORD);
        assert_int_equal(show_raw_into("there", 5), EXIT_DONE); /* `>>` */
        assert_file("output.txt", "there" OLD_RECORD);
        fake->volume.free_bytes = 10;
        assert_int_equal(show_raw_into("\xff\xfe", 2), EXIT_FAILED);
        assert_true(fake_console_shows(&fake->errors, "standard output: no space left\n"));
        fake->volume.free_bytes = SIZE_MAX;
        fake->volume.makes_ascii = true;
        assert_int_equal(show_raw_into("", 0), EXIT_FAILED);
        assert_true(fake_console_shows(&fake->errors, "use '>', not '>a'\n"));
}

static void test_an_output_that_cannot_be_written(NO_STATE) {
        put_variables();
        fake_firmware_type(fake, no_words);
        fake_firmware_redirect(fake);
        fake->output.status = EFI_VOLUME_FULL;
        for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
                fake_firmware_type(fake, outputs[i]);
                fake->parameters.StdOut = fake->output_file;
                assert_int_equal(fake_firmware_run(fake), i == CHECK ? 3 : EXIT_FAILED);
        }
}

/* Who watches has no say in what comes of it. */
static void test_a_console_that_fails(NO_STATE) {
        int statuses[ARRAY_SIZE(outputs)];

        put_variables();
        for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
                statuses[i] = run_words(outputs[i]);
        fake->output.status = EFI_DEVICE_ERROR;
        for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
                assert_int_equal(run_words(outputs[i]), statuses[i]);
        fake->system.ConOut = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
                assert_int_equal(run_words(outputs[i]), statuses[i]);
        assert_int_equal(statuses[0], EXIT_DONE);
}

/* However early or late the shell ends it: what is there is whole, and what is gone has its copy. */
static void test_the_shell_ends_a_verb(NO_STATE) {
        unsigned last = 0;

        for (unsigned after = 1; last == 0; after++) {
                int status;

                finish(NULL);
                start(NULL);
                put_variables();
                fake->break_after = after;
                status = RUN(u"clear", u"--all", u"--yes");
                if (fake->break_asked < after) {
                        assert_int_equal(status, EXIT_DONE);
                        last = after;
                        continue;
                }
                assert_int_equal(status, EXIT_FAILED);
                assert_shown("\ninterrupted\n");
                assert_true(fake->break_passed_on);
                if (!fake_variables_find(&fake->variables, OLD_PART))
                        assert_file(DUMPS OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
                assert_int_equal(!fake_variables_find(&fake->variables, NEW_PART_1),
                                 !fake_variables_find(&fake->variables, NEW_PART_2));
        }
        assert_true(last > 5);
        fake->break_asked = 0;
        fake->break_after = 1;
        assert_int_equal(RUN(u"check"), EXIT_FAILED); /* and no verdict */
}

/* A malformed record never hides the others. */
static void test_a_malformed_record_among_good_ones(NO_STATE) {
        fake_variables_put_record(&fake->variables, u"dump-type0-garbage\x1b", "???");
        put_variables();
        fake_variables_put_record(&fake->variables, u"dump-type0-1-2-1709210119-C", "no zlib at all");
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown(NEW_EVENT);
        assert_shown("efi:dump-type0-garbage\\x1b");
        assert_shown("efi:dump-type0-1-2-1709210119-C: no log by zlib, deflate; zstd, lz4, lzo, 842 not "
                     "supported\n");
}

static void test_a_list_of_variables_that_breaks_off(NO_STATE) {
        put_variables();
        fake->variables.names = NAMES_DEVICE_ERROR;
        fake->variables.names_good = 3;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown(OLD_EVENT);
        assert_shown("efi: input/output error\n");
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("efi: cannot be used: input/output error");
        assert_int_equal(run_words(no_words), EXIT_FAILED);
        assert_file(DUMPS OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
}

/* A machine without screen and keyboard saves what it has, and erases nothing that nobody agreed to. */
static void test_verbs_without_a_console(NO_STATE) {
        static const CHAR16 *const verbs[] = { u"list", u"check", u"show" };

        put_variables();
        fake->system.ConIn = NULL;
        fake->system.ConOut = fake->system.StdErr = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                assert_int_equal(RUN(verbs[i]), i == 1 ? 1 : EXIT_DONE);
        assert_int_equal(RUN(u"no-verb"), EXIT_USAGE);
        assert_int_equal(RUN(u"--help"), EXIT_DONE);
        assert_int_equal(RUN(u"clear", u"--all"), EXIT_FAILED);
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        assert_file(DUMPS OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
        assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

/* --- dump --------------------------------------------------------------------------------------- */

/* Nothing that is called saved goes with the power. */
static void assert_names_flushed(void) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                if (fake->volume.nodes[i].used && fake->volume.nodes[i].name_dirty)
                        fail_msg("%s is not flushed", fake->volume.nodes[i].path);
}

#define ERST_RECORD_SIZE                                                                                     \
        (CPER_LINUX_PAYLOAD_OFFSET + sizeof("Panic#2 Part1\n<0>[    5.000000] in erst\n") - 1)

static void test_without_a_verb_it_dumps(NO_STATE) {
        put_variables();
        put_erst();
        put_boot_current();
        fake_firmware_say(fake, NULL);
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_shown("saved: 4 records of 3 events in \\EFI\\pstore-fw\\dumps");
        assert_file(DUMPS NEW_EVENT "/dmesg.txt", "<6>[    8.000000] first\n<0>[    9.000000] last\n");
        assert_file(DUMPS NEW_EVENT "/records.bin",
                    "Panic#1 Part2\n<6>[    8.000000] first\nPanic#1 Part1\n<0>[    9.000000] last\n");
        assert_int_equal(fake_volume_find(&fake->volume, DUMPS ERST_EVENT "/records.bin")->size,
                         ERST_RECORD_SIZE);
        assert_names_flushed();
        assert_int_equal(fake_volume_count(&fake->volume, "manifest.json"), 3);
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(fake_erst_count(&fake->device.erst), 1);
}

/*
 * Flash is slow, and firmware walks all of it for each name: so each is asked for once in a run, with a call
 * behind the last, and each record is read once; clear reads it again right before it goes, with a question
 * for its size, and asks once more whether it is gone.
 */
static void test_what_firmware_is_asked(NO_STATE) {
        static const struct {
                const CHAR16 *words[4];
                unsigned reads;
        } rows[] = {
                { { u"list" }, 3 },
                { { u"dump" }, 3 },
                { { u"clear", u"--all", u"--yes" }, 3 * (1 + 2 + 1) },
        };

        put_variables();
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fake->variables.name_calls = fake->variables.read_calls = 0;
                assert_int_equal(run_words(rows[i].words), EXIT_DONE);
                assert_int_equal(fake->variables.name_calls, 4 + 1);
                assert_int_equal(fake->variables.read_calls, rows[i].reads);
        }
}

static void test_a_second_dump_writes_nothing(NO_STATE) {
        unsigned writes;

        put_variables();
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        writes = fake->volume.writes;
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        assert_shown(", 0 files new");
        assert_int_equal(fake->volume.writes, writes);
        fake->volume.read_only = true;
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
}

/* U-Boot of before 2025 denies every other name; some driver knows no such call. */
static void test_a_volume_without_other_names(NO_STATE) {
        static const EFI_STATUS statuses[] = { EFI_ACCESS_DENIED, EFI_UNSUPPORTED };

        for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
                fake_firmware_free(fake);
                fake = fake_firmware_new();
                put_variables();
                fake->volume.rename_status = statuses[i];
                assert_int_equal(RUN(u"dump"), EXIT_DONE);
                assert_file(DUMPS OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
                assert_int_equal(fake_volume_count(&fake->volume, ""), 6);
                assert_names_flushed();
        }
}

static void test_dump_of_one(NO_STATE) {
        put_variables();
        assert_int_equal(RUN(u"dump", u"20240229T123320Z-efi-panic1"), EXIT_DONE);
        assert_int_equal(fake_volume_count(&fake->volume, "records.bin"), 1);
        assert_shown("saved: 1 record of 1 event ");
}

/* As a boot option of firmware that leaves bytes of its own there. */
static void test_binary_load_options(NO_STATE) {
        static const uint8_t bytes[] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d };

        put_variables();
        put_boot_current();
        fake_firmware_say_bytes(fake, bytes, sizeof(bytes));
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_shown("saved: 3 records");
}

/* Nobody is there to hear of a usage error: what they are for is another program, and the records are here.
 */
static void test_load_options_of_a_kernel(NO_STATE) {
        static const CHAR16 *const options[] = {
                u"root=/dev/mmcblk0p2 rw rootwait console=ttyS2,1500000n8",
                u"ro quiet --all",
                u"pstore-fwx64.efi root=UUID=1 clear --all --yes",
                u"dyndbg=\"file a +p\" -- list",
        };

        put_variables();
        put_boot_current();
        for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
                fake_firmware_say(fake, options[i]);
                assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
                assert_shown("the load options are not for this program");
                assert_shown("saved: 3 records");
                assert_int_equal(fake_variables_count(&fake->variables), 3);
        }
        fake_firmware_say(fake, options[0]);
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_shown("not for this program, so it dumps: they begin with 'root=/dev/mmcblk0p2'\n");
}

/* Those that are ours are obeyed, and told when they are wrong; so is all that somebody types. */
static void test_load_options_of_ours(NO_STATE) {
        static const CHAR16 *const wrong[] = { u"clear --wrong", u"dump root=/dev/sda", u"--nothing" };

        put_variables();
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                fake_firmware_say(fake, wrong[i]);
                assert_int_equal(fake_firmware_run(fake), EXIT_USAGE);
                assert_not_shown("load options");
        }
        assert_int_equal(RUN(u"root=/dev/sda"), EXIT_USAGE);
        assert_int_equal(fake_volume_count(&fake->volume, ".bin"), 0);
        fake_firmware_say(fake, u"--source=efi");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_not_shown("load options");
        assert_shown("saved: 3 records");
}

static void test_nowhere_to_dump_to(NO_STATE) {
        put_variables();
        fake->loaded.DeviceHandle = NULL;
        fake->volume.read_only = true;
        assert_int_equal(RUN(u"dump"), EXIT_FAILED);
        assert_shown("cannot write to where the application was started from: ");
        assert_shown("no other volume of this machine can be written\n");
        fake->loaded.DeviceHandle = fake_firmware_volume(fake);
        assert_int_equal(RUN(u"dump"), EXIT_FAILED);
        assert_shown("write protected: 3 of 3 records not saved\n");
        assert_shown("saved: 0 records of 0 events in \\EFI\\pstore-fw\\dumps");
        assert_shown("no other volume of this machine can be written\n");
}

/* Whoever reads what is wrong can type what helps. */
static void test_the_way_to_another_volume(NO_STATE) {
        put_variables();
        fake->volume.read_only = true;
        fake->has_stick = true;
        assert_int_equal(RUN(u"dump", u"-s", u"efi", u"20240229T123519Z-efi-panic1"), EXIT_FAILED);
        assert_shown("volumes that can be written:\n  fs1: STICK, 63 of 64 MiB free, removable\n"
                     "    pstore-fwx64.efi dump 20240229T123519Z-efi-panic1 --source=efi --output fs1:\n");
        assert_not_shown("\n  fs0:");
        fake->loaded.DeviceHandle = NULL; /* as from the network */
        fake_firmware_say(fake, u"clear --all --yes");
        assert_int_equal(fake_firmware_run(fake), EXIT_FAILED);
        assert_shown("    pstore-fwx64.efi clear --all --yes --output fs1:\n");
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(fake_volume_count(&fake->stick, ""), 0);
        fake->volume.read_only = false;
        fake->volume.free_bytes = 0;
        fake->loaded.DeviceHandle = fake_firmware_volume(fake);
        assert_int_equal(RUN(u"dump"), EXIT_FAILED);
        assert_shown("pstore-fwx64.efi dump --output fs1:\n");
}

static void assert_dumped_to(struct fake_volume *volume, const CHAR16 *place, const char *directory) {
        char path[FAKE_PATH_MAX];

        assert_int_equal(RUN(u"dump", u"--output", place), EXIT_DONE);
        snprintf(path, sizeof(path), "%s" OLD_EVENT "/dmesg.txt", directory);
        if (!fake_volume_find(volume, path))
                fail_msg("there is no %s", path);
        assert_shown("saved: 3 records of 2 events in ");
}

static void test_dump_to_another_place(NO_STATE) {
        put_variables();
        fake->has_stick = true;
        assert_dumped_to(&fake->stick, u"fs1:", DUMPS);
        assert_shown(" in fs1:\\EFI\\pstore-fw\\dumps, 6 files new\n");
        assert_dumped_to(&fake->stick, u"HD1B:\\a\\", "a/");
        assert_shown(" in HD1B:\\a\\, ");
        assert_dumped_to(&fake->stick, u"blk3:b/c", "b/c/");
        assert_dumped_to(&fake->stick, u"fs1:\\", "");
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
        assert_dumped_to(&fake->volume, u"\\d", "d/");
        assert_dumped_to(&fake->volume, u"e\\f", "EFI/pstore-fw/e/f/"); /* where the shell stands */
        assert_int_equal(RUN(u"dump", u"--output", u"fs2:"), EXIT_FAILED);
        assert_shown("fs2:\\EFI\\pstore-fw\\dumps: not found\n");
        assert_shown("    pstore-fwx64.efi dump --output fs1:\n");
        assert_int_equal(RUN(u"list", u"--output", u"fs1:"), EXIT_USAGE);
        assert_names_flushed();
}

/* There its own numbers are the names. */
static void test_dump_to_another_place_without_a_shell(NO_STATE) {
        put_variables();
        fake->has_stick = true;
        fake_firmware_say(fake, u"dump --output FS1:");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_non_null(fake_volume_find(&fake->stick, DUMPS OLD_EVENT "/dmesg.txt"));
        fake_firmware_say(fake, u"clear --all --yes --output here");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_file("here/" OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void put_named_volume(void) {
        static const uint8_t path[] = { 0x7f, 0xff, 4, 0 };

        fake->device_path = path;
        fake->map_names = u"FS0:;BLK1:";
        fake->volume.label = u"ESP";
}

/* A line for the disk, and none for each record, whatever is wrong with it; and nothing goes for that. */
static void test_a_disk_that_fails_is_named_once(NO_STATE) {
        static const struct {
                EFI_STATUS status;
                const char *said;
        } rows[] = {
                { EFI_NO_MEDIA, "fs0: (ESP): no disk is there, or another one: 4 of 4 records not saved\n" },
                { EFI_MEDIA_CHANGED, "fs0: (ESP): no disk is there, or another one: 4 of 4 records" },
                { EFI_DEVICE_ERROR, "fs0: (ESP): input/output error: 4 of 4 records not saved\n" },
                { EFI_VOLUME_CORRUPTED,
                  "fs0: (ESP): the file system is damaged: 4 of 4 records not saved\n" },
                { EFI_VOLUME_FULL, "fs0: (ESP): no space left: 4 of 4 records not saved\n" },
                { EFI_WRITE_PROTECTED, "fs0: (ESP): write protected: 4 of 4 records not saved\n" },
        };

        put_variables();
        put_erst();
        put_named_volume();
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fake->volume.calls = 0;
                fake->volume.dies_at = 1;
                fake->volume.death = rows[i].status;
                assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_FAILED);
                assert_shown(rows[i].said);
                assert_not_shown(": not saved: ");
                assert_int_equal(fake_variables_count(&fake->variables), 3);
                assert_int_equal(fake_erst_count(&fake->device.erst), 1);
        }
}

static void assert_cleared_is_saved(const CHAR16 *variable, const char *event) {
        char path[FAKE_PATH_MAX];

        snprintf(path, sizeof(path), DUMPS "%s", event);
        if (!fake_variables_find(&fake->variables, variable) && !fake_volume_find(&fake->volume, path))
                fail_msg("cleared, and not saved: %s", event);
}

/* At whichever call: what was cleared was saved before. */
static void test_a_disk_that_dies_at_any_call(NO_STATE) {
        unsigned calls;

        put_variables();
        put_erst();
        assert_int_equal(RUN(u"dump"), EXIT_DONE);
        calls = fake->volume.calls;
        for (unsigned n = 1; n <= calls; n++) {
                fake_firmware_free(fake);
                fake = fake_firmware_new();
                put_variables();
                put_erst();
                put_named_volume();
                fake->volume.dies_at = n;
                fake->volume.death = EFI_NO_MEDIA;
                assert_int_equal(RUN(u"clear", u"--all", u"--yes"), EXIT_FAILED);
                assert_shown("fs0: (ESP): no disk is there, or another one: ");
                assert_not_shown(": not saved: ");
                assert_cleared_is_saved(OLD_PART, OLD_EVENT);
                assert_cleared_is_saved(NEW_PART_1, NEW_EVENT);
                assert_cleared_is_saved(NEW_PART_2, NEW_EVENT);
                if (fake_erst_count(&fake->device.erst) == 0)
                        assert_non_null(fake_volume_find(&fake->volume, DUMPS ERST_EVENT));
        }
}

/* --- prove -------------------------------------------------------------------------------------- */

#define CANARY u"dump-type0-1-1-1709210119-D"

static void test_prove(NO_STATE) {
        fake_firmware_add_device(fake);
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output),
                            "erst:65e07a0700800001\nefi:dump-type0-1-1-1709210119-D\n"
                            "armed: 2; reset the machine, then 'prove verify'\n");
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_NOTHING);
        assert_shown("UNKNOWN   efi:dump-type0-1-1-1709210119-D: the canary of 2024-02-29 12:35:19");
        assert_int_equal(fake_variables_count(&fake->variables), 1);
        fake_variables_reset(&fake->variables);
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_DONE);
        assert_shown("OK        erst:65e07a0700800001: the canary of 2024-02-29 12:35:19 UTC came back");
        assert_shown("OK        efi:dump-type0-1-1-1709210119-D: the canary of 2024-02-29 12:35:19");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_NOTHING);
        assert_shown("none was armed, or it is gone");
}

/* And no other record goes with it. */
static void test_prove_of_a_canary_that_changed(NO_STATE) {
        struct fake_variable *canary;

        put_variables();
        assert_int_equal(RUN(u"prove", u"arm", u"--source", u"efi"), EXIT_DONE);
        fake_variables_reset(&fake->variables);
        canary = (struct fake_variable *) fake_variables_find(&fake->variables,
                                                              u"dump-type0-1-2-1709210119-D");
        assert_non_null(canary);
        canary->data[700] ^= 0x80;
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_FAILED);
        assert_shown("CRITICAL  efi:dump-type0-1-2-1709210119-D");
        assert_shown("from byte 700 on; cleared");
        assert_int_equal(fake_variables_count(&fake->variables), 3);
}

/* Each has a name of its own. */
static void test_prove_of_two(NO_STATE) {
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_DONE);
        fake_variables_reset(&fake->variables);
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_DONE);
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_NOTHING);
        assert_shown("came back unharmed; cleared");
        assert_shown("which proves nothing before the machine was reset");
        assert_int_equal(fake_variables_count(&fake->variables), 1);
}

static void test_prove_where_it_cannot_be(NO_STATE) {
        fake->variables.remaining = 5000;
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "efi: no canary: no space left\n");
        fake->variables.remaining = 50000;
        fake->variables.write = WRITE_STORES_NOTHING;
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_FAILED);
        fake->variables.write = WRITE_HONEST;
        assert_int_equal(RUN(u"prove", u"arm", u"--source", u"erst"), EXIT_FAILED);
        assert_shown("no store of this machine can be written");
        fake->variables.names = NAMES_DEVICE_ERROR;
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_FAILED);
}

/* Firmware that says it erased a canary, and keeps it. */
static void test_prove_of_what_stays(NO_STATE) {
        assert_int_equal(RUN(u"prove", u"arm"), EXIT_DONE);
        fake_variables_reset(&fake->variables);
        fake->variables.write = WRITE_STORES_NOTHING;
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_FAILED);
        assert_shown("came back unharmed");
        assert_shown("WARNING   efi:dump-type0-1-1-1709210119-D: not cleared: still there");
}

static void test_prove_of_a_crash(NO_STATE) {
        put_variables();
        fake_variables_put_record(&fake->variables, u"dump-type0-1-1-1709211119-D",
                                  "Panic#1 Part1\n<5>[    1.0] pstore-fw: test crash 0011\n"
                                  "<0>[    1.1] Kernel panic - not syncing: sysrq\n<4>[    1.2] last\n");
        assert_int_equal(RUN(u"prove", u"verify"), EXIT_DONE);
        assert_shown("20240229T125159Z-efi-panic1: came through by efi, all 1 part of it");
        assert_shown("<4>[    1.2] last");
        assert_int_equal(fake_variables_count(&fake->variables), 4);
}

/* As a boot option: the first of its words is no verb by itself. */
static void test_prove_as_a_load_option(NO_STATE) {
        fake_firmware_say(fake, u"prove arm");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_not_shown("load options");
        assert_int_equal(fake_variables_count(&fake->variables), 1);
        fake_firmware_say(fake, u"prov arm");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_shown("the load options are not for this program");
}

/* --- write -------------------------------------------------------------------------------------- */

static void test_write(NO_STATE) {
        fake_volume_put_text(&fake->volume, "note.txt", "hello\n");
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output), "efi:dump-type0-1-1-1709210119-D\n");
        fake_firmware_add_device(fake);
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output), "erst:65e07a0700800001\n");
        assert_int_equal(fake_erst_count(&fake->device.erst), 1);
        assert_int_equal(RUN(u"write", u"note.txt", u"--source", u"efi"), EXIT_DONE);
        assert_string_equal(fake_console_screen(&fake->output), "efi:dump-type0-1-2-1709210119-D\n");
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown("erst:65e07a0700800001");
}

static int write_input(const char *content, size_t size) {
        static const CHAR16 *const words[] = { u"write", u"-", NULL };

        fake_volume_put(&fake->volume, "input.txt", bytes_of(content, size));
        fake_firmware_type(fake, words);
        fake_firmware_redirect_input(fake, "input.txt");
        return fake_firmware_run(fake);
}

static void assert_written(const CHAR16 *name, const char *log) {
        const struct fake_variable *variable = fake_variables_find(&fake->variables, name);

        assert_non_null(variable);
        assert_int_equal(variable->size, strlen(log));
        assert_memory_equal(variable->data, log, strlen(log));
}

static void test_write_of_standard_input(NO_STATE) {
        static const char units[] = "\xff\xfeh\0\xe4\0\r\0\n\0\r\0x";

        assert_int_equal(write_input("h\r\n\xc3\xa4", 5), EXIT_DONE);
        assert_written(u"dump-type0-1-1-1709210119-D", "h\r\n\xc3\xa4");
        assert_int_equal(write_input(units, sizeof(units)), EXIT_DONE);
        assert_written(u"dump-type0-1-2-1709210119-D", "h\xc3\xa4\n\rx");
        assert_int_equal(write_input(units, sizeof(units) - 1), EXIT_FAILED);
        assert_shown("-: ends too early\n");
        fake->volume.makes_ascii = true;
        assert_int_equal(write_input("text", 4), EXIT_FAILED);
        assert_shown("-: the shell changes what comes from there: use '<', not '<a'\n");
        assert_usage(RUN(u"write", u"-"), "write: nothing is redirected to standard input\n");
        assert_int_equal(fake_variables_count(&fake->variables), 2);
}

static void test_write_that_cannot_be(NO_STATE) {
        char text[1100];

        memset(text, 'x', sizeof(text));
        fake_volume_put(&fake->volume, "large.txt", bytes_of(text, sizeof(text)));
        fake_volume_put_text(&fake->volume, "note.txt", "hello\n");
        assert_int_equal(RUN(u"write", u"none.txt"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "none.txt: not found\n");
        assert_int_equal(RUN(u"write", u"large.txt"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output),
                            "efi: 1100 bytes do not fit into one record, which holds 1024\n");
        fake->variables.remaining = 5000;
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "efi: not written: no space left\n");
        assert_int_equal(fake->variables.write_calls, 0);
        fake->variables.remaining = 50000;
        fake->variables.write = WRITE_STORES_NOTHING;
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output),
                            "efi: not written: what was read back differs from what was written\n");
}

static void test_write_into_a_full_erst(NO_STATE) {
        put_erst();
        fake->device.erst.slots = 1;
        fake_volume_put_text(&fake->volume, "note.txt", "hello\n");
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "erst: not written: no space left\n");
        assert_int_equal(fake_erst_count(&fake->device.erst), 1);
        fake->device.erst.slots = 2;
        fake->device.erst.lies = FAKE_ERST_WRITE_STORES_NOTHING;
        assert_int_equal(RUN(u"write", u"note.txt"), EXIT_FAILED);
        assert_shown("differs from what was written\n");
}

/* --- check and erst ------------------------------------------------------------------------------- */

static void test_check(NO_STATE) {
        assert_int_equal(RUN(u"check"), 0);
        assert_shown("efi: 194880 bytes are left for logs");
        put_variables();
        assert_int_equal(RUN(u"check"), 1);
        assert_shown("WARNING   efi: 3 records of 2 events");
        fake->variables.remaining = 6000;
        assert_int_equal(RUN(u"check"), 2);
        fake->variables.names = NAMES_DEVICE_ERROR;
        assert_int_equal(RUN(u"check"), 2);
        assert_shown("a crash leaves no trace");
}

/* All of the report is on the screen, and nothing else. */
static void assert_report_shown(void) {
        struct erst_report report;
        struct erst_table table;
        struct erst_fault fault;
        struct buffer text;
        struct sink sink = sink_to_buffer(&text);

        buffer_init(&text, &system_allocator);
        assert_ok(erst_table_parse(fake->device.table, &table, &fault));
        assert_ok(erst_report_init(&report, &table, &system_allocator));
        assert_ok(erst_report_print(&report, &sink));
        buffer_append(&text, bytes_of("", 1));
        assert_string_equal(fake_console_screen(&fake->output), (const char *) text.data);
        erst_report_free(&report);
        buffer_free(&text);
}

static void test_erst(NO_STATE) {
        fake_firmware_add_device(fake);
        assert_int_equal(RUN(u"erst"), EXIT_DONE);
        assert_shown("GET_RECORD_IDENTIFIER");
        assert_report_shown();
        fake_volume_put(&fake->volume, "erst.dat", bytes_first(fake->device.table, 100));
        assert_int_equal(RUN(u"erst", u"erst.dat"), EXIT_FAILED);
        assert_shown("erst.dat: ");
        fake_volume_put(&fake->volume, "erst.dat", fake->device.table);
        assert_int_equal(RUN(u"erst", u"erst.dat"), EXIT_DONE);
        assert_shown("GET_RECORD_IDENTIFIER");
}

static void test_a_malformed_erst_table(NO_STATE) {
        put_variables();
        fake_firmware_add_device(fake);
        fake->device.builder.raw[ERST_HEADER_SIZE + 1] = 0x55;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown("erst: ACPI table: ");
        assert_shown(NEW_EVENT);
        assert_int_equal(RUN(u"erst"), EXIT_FAILED);
        assert_int_equal(RUN(u"check"), 1);
}

static void test_ways_to_the_table(NO_STATE) {
        put_variables();
        put_erst();
        fake->tables[0].VendorGuid = (EFI_GUID) ACPI_TABLE_GUID; /* with nothing behind it: not the one */
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown(ERST_EVENT);
        fake->tables[1].VendorGuid = (EFI_GUID) ACPI_TABLE_GUID;
        fake->tables[0].VendorGuid = fake_vendor_other;
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown(ERST_EVENT);
        fake->device.rsdp[8] ^= 1;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown("erst: wrong checksum\n");
        assert_shown(NEW_EVENT);
}

static void test_a_table_without_end(NO_STATE) {
        static uint8_t table[ERST_TABLE_CAPACITY + 1] = "ERST";

        fake_firmware_add_device(fake);
        store_u32(table + 4, sizeof(table));
        store_u64(fake->device.xsdt + ACPI_HEADER_SIZE + 8, (uintptr_t) table);
        assert_int_equal(RUN(u"erst"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "erst: larger than the bound set for it\n");
}

/* Traps that some machines are known for. */
static void test_walks_that_some_machines_give(NO_STATE) {
        fake_firmware_add_device(fake);
        fake->device.erst.lies = FAKE_ERST_EMPTY_HAS_ID_0;
        assert_int_equal(RUN(u"list"), EXIT_NOTHING);
        put_erst();
        fake->device.erst.lies = FAKE_ERST_FIRST_ID_FOR_EVER;
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown("erst:65e079fe00000001");
        fake->device.erst.lies = FAKE_ERST_NEW_IDS_FOR_EVER;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown("erst: does not end within the bound set for it\n");
}

/* OVMF leaves decode off: the registers read as ones until somebody switches it on. */
static void test_pci_decode_is_switched_on(NO_STATE) {
        put_erst();
        fake_device_switch_off(&fake->device);
        assert_int_equal(RUN(u"list"), EXIT_DONE);
        assert_shown("erst:65e079fe00000001");
        assert_int_equal(fake->device.pci.enables, 1);
        assert_int_equal(fake->device.bridge.enables, 0);

        fake_device_switch_off(&fake->device);
        fake->device.enable_status = EFI_UNSUPPORTED;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown("erst: the PCI device of its registers cannot be enabled");
}

static void test_an_erst_device_that_hangs(NO_STATE) {
        put_variables();
        put_erst();
        fake->device.erst.busy_us = FAKE_ERST_BUSY_FOR_EVER;
        assert_int_equal(RUN(u"list"), EXIT_FAILED);
        assert_shown("not finished within the time set for it");
        assert_shown(NEW_EVENT);
        assert_uint_in_range(fake->stalled_us, 1, 600000000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_machine_with_neither_store),
                TEST(test_empty_stores),
                TEST(test_acpi_without_erst),
                TEST(test_a_store_that_was_asked_for_by_name),
                TEST(test_usage_errors),
                TEST(test_help_and_version),
                TEST(test_list),
                TEST(test_show),
                TEST(test_explain),
                TEST(test_output_into_a_file),
                TEST(test_stored_bytes_into_a_file),
                TEST(test_an_output_that_cannot_be_written),
                TEST(test_a_console_that_fails),
                TEST(test_the_shell_ends_a_verb),
                TEST(test_a_malformed_record_among_good_ones),
                TEST(test_a_list_of_variables_that_breaks_off),
                TEST(test_verbs_without_a_console),
                TEST(test_without_a_verb_it_dumps),
                TEST(test_what_firmware_is_asked),
                TEST(test_a_second_dump_writes_nothing),
                TEST(test_a_volume_without_other_names),
                TEST(test_dump_of_one),
                TEST(test_binary_load_options),
                TEST(test_load_options_of_a_kernel),
                TEST(test_load_options_of_ours),
                TEST(test_nowhere_to_dump_to),
                TEST(test_a_disk_that_fails_is_named_once),
                TEST(test_a_disk_that_dies_at_any_call),
                TEST(test_the_way_to_another_volume),
                TEST(test_dump_to_another_place),
                TEST(test_dump_to_another_place_without_a_shell),
                TEST(test_prove),
                TEST(test_prove_of_a_canary_that_changed),
                TEST(test_prove_of_two),
                TEST(test_prove_where_it_cannot_be),
                TEST(test_prove_of_what_stays),
                TEST(test_prove_of_a_crash),
                TEST(test_prove_as_a_load_option),
                TEST(test_write),
                TEST(test_write_of_standard_input),
                TEST(test_write_that_cannot_be),
                TEST(test_write_into_a_full_erst),
                TEST(test_check),
                TEST(test_erst),
                TEST(test_a_malformed_erst_table),
                TEST(test_ways_to_the_table),
                TEST(test_a_table_without_end),
                TEST(test_walks_that_some_machines_give),
                TEST(test_pci_decode_is_switched_on),
                TEST(test_an_erst_device_that_hangs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
