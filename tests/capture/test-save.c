/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/test.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/delivery.h"
#include "capture/save.h"
#include "codec/sha256.h"
#include "posix/clock.h"
#include "tests/support/fake-collector.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"
#include "tests/support/vmcore-builder.h"

#define NAME     "20261121T151320Z-kdump-panic1" /* of 1795274000 */
#define COREINFO "OSRELEASE=6.1.0-56-amd64\nCRASHTIME=1795274000\n"
#define LOG      "[    1.0] Linux version 6.1\n[    3.7] Kernel panic - not syncing: sysrq triggered crash\n"

/* Tools as scripts: what each does is the test. */
#define SAYS_LOG                                                                                             \
        "printf '%s\\n' '[    1.0] Linux version 6.1' "                                                      \
        "'[    3.7] Kernel panic - not syncing: sysrq triggered crash'"
#define MAKES_IMAGE "printf image > \"$7\""
#define MAKES_LOG   "[ \"$1\" = --dump-dmesg ] && { " SAYS_LOG " > \"$3\"; exit; }"
#define HANGS       "exec sleep 1000"
#define SHELL       "#!/bin/sh\n"

struct place {
        char *root;
        char dumps[4200], vmcore[4200], said[4200];
        struct capture_plan plan;
        struct steps steps;
        struct meminfo meminfo;
        struct save_job job;
        struct save_result result;
};

static void write_tool(const char *directory, const char *name, const char *script) {
        const char *path = scratch_path(directory, name);
        char text[4096];

        snprintf(text, sizeof(text), SHELL "%s\n", script);
        scratch_write(path, text_view(text));
        assert_int_equal(chmod(path, 0700), 0);
}

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));
        struct vmcore_built core;

        place->root = scratch_make();
        snprintf(place->dumps, sizeof(place->dumps), "%s/dumps", place->root);
        snprintf(place->vmcore, sizeof(place->vmcore), "%s/vmcore", place->root);
        snprintf(place->said, sizeof(place->said), "%s/said", place->root);
        assert_int_equal(mkdir(place->dumps, 0700), 0);
        vmcore_build(&core, COREINFO);
        scratch_write(place->vmcore, bytes_of(core.data, core.size));
        place->plan = capture_plan_default;
        steps_init(&place->steps, open(place->said, O_RDWR | O_CREAT | O_APPEND, 0600), false);
        meminfo_start(&place->meminfo, "/proc/meminfo");
        place->job = (struct save_job){
                .plan = &place->plan,
                .directory_fd = open(place->dumps, O_RDONLY | O_DIRECTORY),
                .directory = "/dumps",
                .vmcore = place->vmcore,
                .deadline_ms = clock_ms() + 60000,
                .meminfo = &place->meminfo,
                .steps = &place->steps,
        };
        *state = place;
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        close(place->steps.fd);
        close(place->job.directory_fd);
        scratch_remove(place->root);
        free(place);
        return 0;
}

/* What the tools do; NULL for one that is not there. */
static int save_by(struct place *place, const char *log_tool, const char *image_tool) {
        if (log_tool) {
                write_tool(place->root, "vmcore-dmesg", log_tool);
                assert_true(tool_find(place->root, "vmcore-dmesg", &place->job.log_tools[0]));
        }
        if (image_tool) {
                place->job.image_wanted = true;
                write_tool(place->root, "makedumpfile", image_tool);
                assert_true(tool_find(place->root, "makedumpfile", &place->job.image_tool));
                place->job.log_tools[1] = place->job.image_tool;
        }
        return save_dump(&place->job, &place->result);
}

static const char *dump_path(const struct place *place, const char *name) {
        char path[128];

        snprintf(path, sizeof(path), "dumps/" NAME "/%s", name);
        return scratch_path(place->root, path);
}

static void assert_holds(const char *path, const char *wanted) {
        struct bytes content = test_read_file(path);

        assert_int_equal(content.size, strlen(wanted));
        assert_memory_equal(content.data, wanted, content.size);
        free((void *) (uintptr_t) content.data);
}

static void assert_said(const struct place *place, const char *wanted) {
        struct bytes content = test_read_file(place->said);
        char *text = calloc(1, content.size + 1);

        memcpy(text, content.data, content.size);
        test_assert_contains(text, wanted);
        free(text);
        free((void *) (uintptr_t) content.data);
}

static struct json_object *read_manifest(const struct place *place) {
        struct json_object *manifest = json_object_from_file(dump_path(place, "manifest.json"));

        assert_non_null(manifest);
        return manifest;
}

static const char *member(struct json_object *object, const char *name) {
        return json_object_get_string(json_object_object_get(object, name));
}

/* The log is there whole whatever else failed, and the manifest says why there is no image. */
static void assert_log_alone(const struct place *place, const char *why) {
        struct json_object *manifest = read_manifest(place);

        assert_holds(dump_path(place, "dmesg.txt"), LOG);
        assert_int_equal(scratch_count_files(place->dumps), 2);
        assert_null(json_object_object_get(manifest, "image"));
        test_assert_contains(member(manifest, "image_error"), why);
        json_object_put(manifest);
        assert_said(place, "pstore-fw: image: makedumpfile: ");
        assert_said(place, why);
}

static void test_all_is_well(void **state) {
        struct place *place = *state;
        struct json_object *manifest;
        struct stat stat_of;

        assert_ok(save_by(place, "[ \"$1\" = \"$(dirname \"$0\")/vmcore\" ] && " SAYS_LOG, MAKES_IMAGE));
        assert_holds(dump_path(place, "dmesg.txt"), LOG);
        assert_holds(dump_path(place, "vmcore"), "image");
        assert_int_equal(stat(dump_path(place, "vmcore"), &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0600);
        assert_int_equal(scratch_count_files(place->dumps), 3);
        assert_holds(place->said, "pstore-fw: log saved in /dumps/" NAME "\n"
                                  "pstore-fw: image saved in /dumps/" NAME "\n");
        manifest = read_manifest(place);
        assert_string_equal(member(manifest, "event"), NAME);
        assert_string_equal(member(manifest, "time"), "2026-11-21T15:13:20Z");
        assert_string_equal(member(manifest, "kernel"), "6.1.0-56-amd64");
        assert_string_equal(member(manifest, "message"), "Kernel panic - not syncing: sysrq triggered crash");
        assert_string_equal(member(json_object_object_get(manifest, "log"), "sha256"),
                            "9b14a2bcbcf721ee0cece424ccee44776f77c97c64b975e9b8d2149b4884e180");
        assert_int_equal(json_object_get_int(
                                 json_object_object_get(json_object_object_get(manifest, "image"), "size")),
                         5);
        json_object_put(manifest);
}

/* --- sealed -------------------------------------------------------------------------------------- */

#define FLATTENS                                                                                             \
        "[ \"$1\" = --dump-dmesg ] && { [ \"$3\" = -F ] && " SAYS_LOG "; exit; };"                           \
        "[ \"$7\" = -F ] && printf image"

static struct seal_key public_key, secret_key;

static int save_sealed_by(struct place *place, const char *log_tool, const char *image_tool) {
        assert_ok(seal_key_make(&public_key, &secret_key));
        place->job.public_key = &public_key;
        return save_by(place, log_tool, image_tool);
}

static void assert_seals(const struct place *place, const char *name, const char *wanted) {
        const char *opened = scratch_path(place->root, "opened");
        int from_fd = open(dump_path(place, name), O_RDONLY);
        int to_fd = open(opened, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        char id[SEAL_ID_TEXT_SIZE];

        assert_ok(seal_open(&secret_key, from_fd, to_fd, id));
        close(from_fd);
        close(to_fd);
        assert_holds(opened, wanted);
}

static bool says(const char *path, const char *words) {
        struct bytes content = test_read_file(path);
        bool found = memmem(content.data, content.size, words, strlen(words));

        free((void *) (uintptr_t) content.data);
        return found;
}

/* Nothing of the log is anywhere else. */
static void test_sealed(void **state) {
        struct place *place = *state;
        struct json_object *manifest;
        char id[SEAL_ID_TEXT_SIZE];
        struct stat stat_of;

        assert_ok(save_sealed_by(place, SAYS_LOG, FLATTENS));
        assert_seals(place, "dmesg.txt.sealed", LOG);
        assert_seals(place, "vmcore.sealed", "image");
        assert_int_equal(scratch_count_files(place->dumps), 3);
        assert_int_equal(stat(dump_path(place, "dmesg.txt.sealed"), &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0600);
        manifest = read_manifest(place);
        assert_null(json_object_object_get(manifest, "message"));
        seal_key_id(&public_key, id);
        assert_string_equal(member(manifest, "sealed_to"), id);
        assert_string_equal(member(json_object_object_get(manifest, "log"), "file"), "dmesg.txt.sealed");
        assert_int_equal(
                json_object_get_int(json_object_object_get(json_object_object_get(manifest, "log"), "size")),
                stat_of.st_size);
        assert_string_equal(member(json_object_object_get(manifest, "image"), "file"), "vmcore.sealed");
        json_object_put(manifest);
        assert_false(says(dump_path(place, "manifest.json"), "sysrq"));
        assert_false(says(place->said, "sysrq"));
        assert_string_equal(place->result.message, "");
}

/* makedumpfile has to write it to its standard output. */
/* When it is safe, and before the image, which may take all the time that is left. */
static void test_sent_to_a_collector(void **state) {
        struct place *place = *state;
        struct fake_collector collector;
        struct delivery delivery;
        char error[SETTINGS_ERROR_SIZE];
        struct bytes came, saved;
        size_t size;

        strcpy(place->plan.host, "web-7");
        fake_collector_start(&collector, scratch_path(place->root, "came"), DELIVERY_STORED "\n");
        strcpy(place->plan.collector, collector.address);
        assert_ok(save_sealed_by(place, SAYS_LOG, "[ -e ../../came ] || exit 1; " FLATTENS));
        fake_collector_end(&collector);
        assert_seals(place, "vmcore.sealed", "image");
        came = test_read_file(scratch_path(place->root, "came"));
        saved = test_read_file(dump_path(place, "dmesg.txt.sealed"));
        assert_ok(delivery_parse(came, &delivery, &size, error));
        assert_string_equal(delivery.host, "web-7");
        assert_string_equal(delivery.kernel, "6.1.0-56-amd64");
        assert_int_equal(delivery.crash_seconds, 1795274000);
        assert_int_equal(delivery.size, saved.size);
        assert_int_equal(came.size - size, saved.size);
        assert_memory_equal(came.data + size, saved.data, saved.size);
        free((void *) (uintptr_t) came.data);
        free((void *) (uintptr_t) saved.data);
        assert_said(place, "pstore-fw: log stored by 127.0.0.1:");
}

/* What the disk has is safe without it. */
static void test_a_collector_that_is_gone(void **state) {
        struct place *place = *state;

        strcpy(place->plan.host, "web-7");
        fake_collector_gone(place->plan.collector);
        place->job.deadline_ms = clock_ms() + 12000; /* of which it gets the half */
        assert_ok(save_sealed_by(place, SAYS_LOG, NULL));
        assert_said(place, "pstore-fw: collector: 127.0.0.1:");
        assert_int_equal(access(dump_path(place, "manifest.json"), F_OK), 0);
}

/* Nothing goes over a network as it is. */
static void test_a_collector_without_a_key(void **state) {
        struct place *place = *state;

        strcpy(place->plan.host, "web-7");
        fake_collector_gone(place->plan.collector);
        assert_ok(save_by(place, SAYS_LOG, NULL));
        assert_said(place, "pstore-fw: collector: the log is not sealed");
}

static void test_sealed_by_another_tool(void **state) {
        struct place *place = *state;

        assert_ok(save_sealed_by(place, "exit 0", FLATTENS));
        assert_said(place, "pstore-fw: log: vmcore-dmesg: it wrote nothing\n");
        assert_seals(place, "dmesg.txt.sealed", LOG);
        assert_int_equal(scratch_count_files(place->dumps), 3);
}

static void test_sealed_and_broken_off(void **state) {
        struct place *place = *state;

        assert_error(save_sealed_by(place, "echo half; exit 1", "exit 3"), ERR_FAILED);
        assert_seals(place, "dmesg.txt.sealed.part", "half\n");
        assert_int_equal(scratch_count_files(place->dumps), 2); /* and the manifest */
}

/* Never as it is. */
static void test_sealed_to_a_key_that_is_none(void **state) {
        struct place *place = *state;

        assert_ok(seal_key_make(&public_key, &secret_key));
        memset(&public_key, 0, sizeof(public_key));
        place->job.public_key = &public_key;
        assert_true(save_by(place, SAYS_LOG, FLATTENS) < 0);
        assert_said(place, "sealing it: value outside of its range");
        assert_int_equal(access(dump_path(place, "dmesg.txt"), F_OK), -1);
        assert_int_equal(access(dump_path(place, "dmesg.txt.sealed"), F_OK), -1);
}

static void test_arguments_of_the_image_tool(void **state) {
        struct place *place = *state;

        place->plan.dump_level = 17;
        snprintf(place->plan.compression, sizeof(place->plan.compression), "none");
        assert_ok(save_by(place, SAYS_LOG, "echo \"$1 $2 $3 $4 $6 $#\" > \"$6\""));
        assert_holds(dump_path(place, "vmcore"), "--message-level 4 -d 17 vmcore.part 6\n");
}

static void test_another_tool_for_the_log(void **state) {
        struct place *place = *state;

        assert_ok(
                save_by(place, "echo half; echo no symbol >&2; exit 1", MAKES_LOG "; printf image > \"$7\""));
        assert_holds(dump_path(place, "dmesg.txt"), LOG);
        assert_int_equal(scratch_count_files(place->dumps), 3);
        assert_said(place, "pstore-fw: log: vmcore-dmesg: status 1: no symbol\n");
        assert_said(place, "pstore-fw: log saved in");
}

static void test_an_empty_log(void **state) {
        struct place *place = *state;

        assert_ok(save_by(place, "exit 0", MAKES_LOG "; printf image > \"$7\""));
        assert_holds(dump_path(place, "dmesg.txt"), LOG);
        assert_said(place, "pstore-fw: log: vmcore-dmesg: it wrote nothing\n");
}

static void test_a_log_tool_that_hangs(void **state) {
        struct place *place = *state;

        place->job.deadline_ms = clock_ms() + 14000;
        assert_ok(save_by(place, "echo half; " HANGS, MAKES_LOG "; printf image > \"$7\""));
        assert_holds(dump_path(place, "dmesg.txt"), LOG);
        assert_said(place, "pstore-fw: log: vmcore-dmesg: not finished in time, killed\n");
        assert_true(clock_left_ms(place->job.deadline_ms) > 0);
}

/* What came out before it failed may be all that there is: it is not called a log, but it stays. */
static void test_no_tool_gets_the_whole_log(void **state) {
        struct place *place = *state;
        struct json_object *manifest;

        assert_error(save_by(place, "printf half; exit 1",
                             "[ \"$1\" = --dump-dmesg ] && exit 1; printf image > \"$7\""),
                     ERR_FAILED);
        assert_holds(dump_path(place, "dmesg.txt.part"), "half");
        assert_holds(dump_path(place, "vmcore"), "image");
        assert_int_equal(scratch_count_files(place->dumps), 3);
        manifest = read_manifest(place);
        assert_null(json_object_object_get(manifest, "log"));
        assert_string_equal(member(manifest, "log_error"), "status 1");
        json_object_put(manifest);
}

static void test_no_tool_at_all(void **state) {
        struct place *place = *state;

        assert_error(save_by(place, NULL, NULL), ERR_NOT_FOUND);
        assert_said(place, "pstore-fw: log: there is no tool that reads it\n");
        assert_int_equal(scratch_count_files(place->dumps), 1);
}

static void test_a_full_disk(void **state) {
        struct place *place = *state;

        assert_ok(save_by(place, SAYS_LOG,
                          "printf half > vmcore.part; echo 'write: No space left on device' >&2; exit 1"));
        assert_log_alone(place, "status 1: write: No space left on device");
        assert_said(place, " MiB were free\n");
}

static void test_an_image_tool_that_is_killed(void **state) {
        struct place *place = *state;

        assert_ok(save_by(place, SAYS_LOG, "printf half > vmcore.part; kill -9 $$"));
        assert_log_alone(place, "killed by signal 9");
}

static void test_an_image_tool_that_never_ends(void **state) {
        struct place *place = *state;

        place->job.deadline_ms = clock_ms() + 12000;
        assert_ok(save_by(place, SAYS_LOG, "printf half > vmcore.part; " HANGS));
        assert_log_alone(place, "not finished in time");
        /* What the guard needs to be no part of it. */
        assert_true(clock_left_ms(place->job.deadline_ms) > 5000);
}

static void test_no_time_for_an_image(void **state) {
        struct place *place = *state;

        place->job.deadline_ms = clock_ms() + 9000;
        assert_ok(save_by(place, SAYS_LOG, MAKES_IMAGE));
        assert_log_alone(place, "no time is left for it");
}

static void test_an_image_tool_that_writes_nothing(void **state) {
        struct place *place = *state;

        assert_ok(save_by(place, SAYS_LOG, "exit 0"));
        assert_log_alone(place, "");
}

static void test_only_the_log_is_wanted(void **state) {
        struct place *place = *state;
        struct json_object *manifest, *error;

        assert_ok(save_by(place, SAYS_LOG, NULL));
        manifest = read_manifest(place);
        assert_true(json_object_object_get_ex(manifest, "image_error", &error));
        assert_null(error);
        json_object_put(manifest);
        assert_holds(place->said, "pstore-fw: log saved in /dumps/" NAME "\n");
}

/* Before the image is written there is room for it. */
static void test_old_dumps_go_before_the_image(void **state) {
        struct place *place = *state;

        place->plan.keep = 1;
        assert_int_equal(mkdir(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1"), 0700), 0);
        scratch_write(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1/vmcore"), text_view("old"));
        assert_ok(save_by(place, SAYS_LOG, "ls .. > \"$7\""));
        assert_holds(dump_path(place, "vmcore"), NAME "\n");
}

/* What saved nothing takes nothing away. */
static void test_a_failed_capture_removes_nothing(void **state) {
        struct place *place = *state;

        place->plan.keep = 1;
        assert_int_equal(mkdir(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1"), 0700), 0);
        scratch_write(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1/dmesg.txt"),
                      text_view("old"));
        assert_true(save_by(place, "exit 1", "exit 1") < 0);
        assert_holds(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1/dmesg.txt"), "old");
}

/* An image without a log is a dump: only one is left. */
static void test_an_image_alone_counts(void **state) {
        struct place *place = *state;

        place->plan.keep = 1;
        assert_int_equal(mkdir(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1"), 0700), 0);
        scratch_write(scratch_path(place->dumps, "20201121T151320Z-kdump-panic1/vmcore"), text_view("old"));
        assert_true(save_by(place, "exit 1", "[ \"$1\" = --dump-dmesg ] && exit 1; printf image > \"$7\"") <
                    0);
        assert_holds(dump_path(place, "vmcore"), "image");
        assert_int_equal(scratch_count_files(place->dumps), 2);
}

/* A time that no name can have comes from broken memory: the dump has to be found among the others. */
static void test_a_time_that_cannot_be(void **state) {
        struct place *place = *state;
        struct vmcore_built core;
        uint64_t seconds;
        unsigned number;

        vmcore_build(&core, "OSRELEASE=6.1\nCRASHTIME=9223372036854775807\n");
        scratch_write(place->vmcore, bytes_of(core.data, core.size));
        assert_ok(save_by(place, SAYS_LOG, NULL));
        assert_ok(dumps_parse_name(place->result.name, &seconds, &number));
        assert_true(seconds > 1700000000);
}

static void test_no_vmcore(void **state) {
        struct place *place = *state;

        assert_int_equal(unlink(place->vmcore), 0);
        assert_error(save_by(place, SAYS_LOG, MAKES_IMAGE), ERR_NO_STORE);
        assert_int_equal(scratch_count_files(place->root), 3);
}

/* The notes are gone, and with them the time: the clock has one, and the log may be readable. */
static void test_a_vmcore_without_notes(void **state) {
        struct place *place = *state;

        scratch_write(place->vmcore, text_view("no core"));
        assert_ok(save_by(place, SAYS_LOG, NULL));
        assert_true(place->result.crash_seconds > 1700000000);
        assert_string_equal(place->result.release, "");
        assert_said(place, "pstore-fw: vmcoreinfo: ");
}

static void test_a_directory_that_takes_nothing(void **state) {
        struct place *place = *state;

        close(place->job.directory_fd);
        place->job.directory_fd = open("/proc", O_RDONLY | O_DIRECTORY);
        assert_true(save_by(place, SAYS_LOG, MAKES_IMAGE) < 0);
        assert_string_equal(place->result.name, "");
}

/* --- a loss of power ---------------------------------------------------------------------------- */

#define OLD "20201121T151320Z-kdump-panic1"

/* Log, image and manifest, each in its turn, and the directory that they are in. */
static void test_what_is_saved_is_flushed(void **state) {
        struct place *place = *state;
        size_t log, image, manifest;

        flush_log_start();
        assert_ok(save_by(place, SAYS_LOG, MAKES_IMAGE));
        (void) flush_log_stop();
        log = flush_log_assert_durable(dump_path(place, "dmesg.txt"));
        image = flush_log_assert_durable(dump_path(place, "vmcore"));
        manifest = flush_log_assert_durable(dump_path(place, "manifest.json"));
        assert_true(flush_log_assert_made(scratch_path(place->dumps, NAME)) < log);
        assert_true(log < image && image < manifest);
}

static void test_the_log_of_another_tool_is_flushed(void **state) {
        struct place *place = *state;

        flush_log_start();
        assert_ok(save_by(place, "echo half; exit 1", MAKES_LOG "; printf image > \"$7\""));
        (void) flush_log_stop();
        (void) flush_log_assert_tree(place->dumps);
}

static void test_old_dumps_go_when_the_log_is_safe(void **state) {
        struct place *place = *state;

        place->plan.keep = 1;
        assert_int_equal(mkdir(scratch_path(place->dumps, OLD), 0700), 0);
        scratch_write(scratch_path(place->dumps, OLD "/dmesg.txt"), text_view("old"));
        flush_log_start();
        assert_ok(save_by(place, SAYS_LOG, MAKES_IMAGE));
        (void) flush_log_stop();
        assert_true(flush_log_assert_durable(dump_path(place, "dmesg.txt")) <
                    flush_log_first_removal_in(place->dumps));
}

/* When a flush fails, the log is not called safe. */
static void test_a_flush_that_fails(void **state) {
        struct place *place = *state;
        atomic_bool log_is_safe = false;

        place->job.log_is_safe = &log_is_safe;
        flush_log_start_failing(3); /* behind the new directory and its flush */
        assert_error(save_by(place, SAYS_LOG, NULL), ERR_IO);
        (void) flush_log_stop();
        assert_false(log_is_safe);
        assert_int_equal(access(dump_path(place, "dmesg.txt"), F_OK), -1);
        assert_true(access(dump_path(place, "dmesg.txt.part"), F_OK) == 0);
}

/* --- a long log --------------------------------------------------------------------------------- */

/* Twenty thousand bytes and a bit, the panic behind the middle: nothing reads or writes it in one piece. */
#define SAYS_LONG_LOG                                                                                        \
        "seq 1000000 1001299; echo '[    3.7] Kernel panic - not syncing: long'; seq 2000000 2001199"

static char *make_long_log(void) {
        char *log = calloc(1, 32 * 1024);
        struct text text = text_on(log, 32 * 1024);

        for (unsigned i = 1000000; i <= 1001299; i++)
                text_format(&text, "%u\n", i);
        text_put(&text, "[    3.7] Kernel panic - not syncing: long\n");
        for (unsigned i = 2000000; i <= 2001199; i++)
                text_format(&text, "%u\n", i);
        assert_false(text.truncated);
        assert_int_not_equal(strlen(log) % 4096, 0);
        return log;
}

static void assert_digest(const char *digest, const char *content) {
        uint8_t bytes[SHA256_SIZE];
        char wanted[2 * SHA256_SIZE + 1];
        struct text text = TEXT_ON(wanted);
        struct sha256 sha256;

        sha256_init(&sha256);
        sha256_update(&sha256, text_view(content));
        sha256_finish(&sha256, bytes);
        for (size_t i = 0; i < sizeof(bytes); i++)
                text_format(&text, "%02x", bytes[i]);
        assert_string_equal(digest, wanted);
}

static void test_a_long_log(void **state) {
        struct place *place = *state;
        char *log = make_long_log();

        assert_ok(save_by(place, SAYS_LONG_LOG, NULL));
        assert_holds(dump_path(place, "dmesg.txt"), log);
        assert_int_equal(place->result.log.size, strlen(log));
        assert_digest(place->result.log_sha256, log);
        assert_string_equal(place->result.message, "Kernel panic - not syncing: long");
        free(log);
}

static void test_a_long_log_to_a_console(void **state) {
        struct place *place = *state;
        const char *console = scratch_path(place->root, "console");
        int fd = open(console, O_WRONLY | O_CREAT, 0600);
        char *log = make_long_log();

        write_tool(place->root, "vmcore-dmesg", SAYS_LONG_LOG);
        assert_true(tool_find(place->root, "vmcore-dmesg", &place->job.log_tools[0]));
        assert_ok(save_log_to(&place->job, fd));
        assert_holds(scratch_path(place->root, "console"), log);
        assert_int_equal(scratch_count_files(place->dumps), 0);
        close(fd);
        free(log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_all_is_well),
                TEST(test_sealed),
                TEST(test_sent_to_a_collector),
                TEST(test_a_collector_that_is_gone),
                TEST(test_a_collector_without_a_key),
                TEST(test_sealed_by_another_tool),
                TEST(test_sealed_and_broken_off),
                TEST(test_sealed_to_a_key_that_is_none),
                TEST(test_arguments_of_the_image_tool),
                TEST(test_another_tool_for_the_log),
                TEST(test_an_empty_log),
                TEST(test_a_log_tool_that_hangs),
                TEST(test_no_tool_gets_the_whole_log),
                TEST(test_no_tool_at_all),
                TEST(test_a_full_disk),
                TEST(test_an_image_tool_that_is_killed),
                TEST(test_an_image_tool_that_never_ends),
                TEST(test_no_time_for_an_image),
                TEST(test_an_image_tool_that_writes_nothing),
                TEST(test_only_the_log_is_wanted),
                TEST(test_old_dumps_go_before_the_image),
                TEST(test_a_failed_capture_removes_nothing),
                TEST(test_an_image_alone_counts),
                TEST(test_a_time_that_cannot_be),
                TEST(test_no_vmcore),
                TEST(test_a_vmcore_without_notes),
                TEST(test_a_directory_that_takes_nothing),
                TEST(test_what_is_saved_is_flushed),
                TEST(test_the_log_of_another_tool_is_flushed),
                TEST(test_old_dumps_go_when_the_log_is_safe),
                TEST(test_a_flush_that_fails),
                TEST(test_a_long_log),
                TEST(test_a_long_log_to_a_console),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
