/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/save.h"
#include "posix/clock.h"
#include "tests/support/scratch.h"

/*
 * Disks that are full of older dumps. What does not fit is made up: by tools that look how many directories
 * there are, and by two functions of libc's, of which a program's own come first.
 */

#define SAYS_LOG "echo '[    3.7] Kernel panic - not syncing: full'"
#define COUNTS   "echo x >> \"$(dirname \"$0\")/runs\"; "

/* Needs the room that two dumps leave, its own directory being one more. */
#define NEEDS_ROOM                                                                                           \
        COUNTS "[ \"$(ls .. | wc -l)\" -le 3 ] || { printf half; echo 'No space left on device' >&2; exit "  \
               "1; }; "

static struct {
        const char *dumps; /* that hold no further directory while they have more than `most` */
        size_t most;
        const char *unreadable; /* of this name, what is opened to be read cannot be read */
} disk;

static size_t count_dumps(const char *directory) {
        int fd = open(directory, O_RDONLY | O_DIRECTORY);
        struct dumps dumps;
        size_t count;

        assert_ok(dumps_list(fd, &dumps));
        count = dumps.count;
        dumps_free(&dumps);
        close(fd);
        return count;
}

int mkdirat(int at, const char *path, mode_t mode) {
        if (disk.dumps && count_dumps(disk.dumps) > disk.most) {
                errno = ENOSPC;
                return -1;
        }
        return (int) syscall(SYS_mkdirat, at, path, mode);
}

int openat(int at, const char *path, int flags, ...) {
        va_list arguments;
        mode_t mode = 0;

        if (flags & O_CREAT) {
                va_start(arguments, flags);
                mode = va_arg(arguments, mode_t);
                va_end(arguments);
        }
        if (disk.unreadable && strcmp(path, disk.unreadable) == 0 && (flags & O_ACCMODE) == O_RDONLY)
                flags |= O_WRONLY;
        return (int) syscall(SYS_openat, at, path, flags, mode);
}

struct place {
        char *root;
        const char *dumps;
        struct capture_plan plan;
        struct steps steps;
        struct meminfo meminfo;
        struct save_job job;
        struct save_result result;
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->root = scratch_make();
        place->dumps = strdup(scratch_path(place->root, "dumps"));
        assert_int_equal(mkdir(place->dumps, 0700), 0);
        scratch_write(scratch_path(place->root, "vmcore"), text_view("no core"));
        place->plan = capture_plan_default;
        place->plan.keep = 2;
        steps_init(&place->steps, -1, false);
        meminfo_start(&place->meminfo, "/proc/meminfo");
        place->job = (struct save_job){
                .plan = &place->plan,
                .directory_fd = open(place->dumps, O_RDONLY | O_DIRECTORY),
                .directory = "/dumps",
                .vmcore = strdup(scratch_path(place->root, "vmcore")),
                .deadline_ms = clock_ms() + 60000,
                .meminfo = &place->meminfo,
                .steps = &place->steps,
        };
        *state = place;
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        memset(&disk, 0, sizeof(disk));
        close(place->job.directory_fd);
        free((void *) (uintptr_t) place->job.vmcore);
        free((void *) (uintptr_t) place->dumps);
        scratch_remove(place->root);
        free(place);
        return 0;
}

static const char *old_path(const struct place *place, unsigned day, const char *name) {
        char path[128];

        snprintf(path, sizeof(path), "202501%02uT000000Z-kdump-panic1%s", day, name);
        return scratch_path(place->dumps, path);
}

/* Dumps of the first days of a month, each with this file alone. */
static void make_old(const struct place *place, unsigned count, const char *name) {
        for (unsigned day = 1; day <= count; day++) {
                assert_int_equal(mkdir(old_path(place, day, ""), 0700), 0);
                scratch_write(old_path(place, day, name), text_view("old"));
        }
}

static bool is_left(const struct place *place, unsigned day) {
        return access(old_path(place, day, ""), F_OK) == 0;
}

static int save_by(struct place *place, const char *script) {
        const char *path = scratch_path(place->root, "vmcore-dmesg");
        char text[1024];

        snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
        scratch_write(path, text_view(text));
        assert_int_equal(chmod(path, 0700), 0);
        assert_true(tool_find(place->root, "vmcore-dmesg", &place->job.log_tools[0]));
        return save_dump(&place->job, &place->result);
}

static const char *new_path(const struct place *place, const char *name) {
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", place->result.name, name);
        return scratch_path(place->dumps, path);
}

static size_t runs(const struct place *place) {
        struct bytes content = test_read_file(scratch_path(place->root, "runs"));
        size_t size = content.size;

        free((void *) (uintptr_t) content.data);
        return size / 2;
}

static void test_a_log_gets_the_room_of_old_dumps(void **state) {
        struct place *place = *state;

        make_old(place, 4, "/dmesg.txt");
        assert_ok(save_by(place, NEEDS_ROOM SAYS_LOG));
        assert_int_equal(runs(place), 2);
        assert_true(place->result.log.saved);
        assert_string_equal(place->result.log.error, "");
        assert_int_equal(access(new_path(place, "dmesg.txt.part"), F_OK), -1);
        /* With the new one they are two. */
        assert_true(is_left(place, 4));
        assert_false(is_left(place, 3) || is_left(place, 2) || is_left(place, 1));
}

/* Once: what fails all the same keeps what it got, and as many complete dumps as there may be. */
static void test_a_log_is_tried_again_once(void **state) {
        struct place *place = *state;

        make_old(place, 4, "/vmcore");
        assert_error(save_by(place, COUNTS "printf half; exit 1"), ERR_FAILED);
        assert_int_equal(runs(place), 2);
        assert_true(access(new_path(place, "dmesg.txt.part"), F_OK) == 0);
        assert_true(is_left(place, 4) && is_left(place, 3));
        assert_false(is_left(place, 2) || is_left(place, 1));
}

static void test_without_room_to_be_made_it_is_not_tried_again(void **state) {
        struct place *place = *state;

        make_old(place, 2, "/dmesg.txt");
        assert_error(save_by(place, COUNTS "printf half; exit 1"), ERR_FAILED);
        assert_int_equal(runs(place), 1);
        assert_true(is_left(place, 2) && is_left(place, 1));
}

static void test_a_tool_that_hangs_is_not_tried_again(void **state) {
        struct place *place = *state;

        make_old(place, 4, "/dmesg.txt");
        place->job.deadline_ms = clock_ms() + 8000;
        assert_error(save_by(place, COUNTS "exec sleep 1000"), ERR_TIMEOUT);
        assert_int_equal(runs(place), 1);
}

/* Captures that fail are dumps to each other alone, however many there are. */
static void test_captures_that_fail_push_no_dump_away(void **state) {
        struct place *place = *state;

        make_old(place, 2, "/dmesg.txt");
        for (unsigned i = 0; i < 4; i++)
                assert_error(save_by(place, "printf half; exit 1"), ERR_FAILED);
        for (unsigned i = 0; i < 4; i++)
                assert_error(save_by(place, "exit 1"), ERR_FAILED);
        assert_true(is_left(place, 2) && is_left(place, 1));
        /* Two of each kind: complete, with parts of a log, and empty but for a manifest. */
        assert_int_equal(count_dumps(place->dumps), 6);
}

/* Some file systems have no room for a directory either, then. */
static void test_a_directory_gets_the_room_of_old_dumps(void **state) {
        struct place *place = *state;

        make_old(place, 4, "/dmesg.txt");
        disk.dumps = place->dumps;
        disk.most = 2;
        assert_ok(save_by(place, SAYS_LOG));
        assert_int_equal(count_dumps(place->dumps), 2);
        disk.most = 0;
        assert_error(save_by(place, SAYS_LOG), ERR_NO_SPACE);
        assert_int_equal(count_dumps(place->dumps), 2);
}

static struct json_object *read_manifest(const struct place *place) {
        struct json_object *manifest = json_object_from_file(new_path(place, "manifest.json"));

        assert_non_null(manifest);
        return manifest;
}

/* The log is safe, but nobody can say of which bytes: a digest of nothing would be another log's. */
static void test_a_log_that_cannot_be_read_again(void **state) {
        struct place *place = *state;
        struct json_object *manifest, *log;

        disk.unreadable = "dmesg.txt";
        assert_ok(save_by(place, SAYS_LOG));
        manifest = read_manifest(place);
        log = json_object_object_get(manifest, "log");
        assert_int_equal(json_object_get_int(json_object_object_get(log, "size")), 43);
        assert_false(json_object_object_get_ex(log, "sha256", NULL));
        json_object_put(manifest);
        assert_string_equal(place->result.log_sha256, "");
}

static void test_an_image_that_no_tool_makes(void **state) {
        struct place *place = *state;
        struct json_object *manifest;

        place->job.image_wanted = true;
        assert_ok(save_by(place, SAYS_LOG));
        assert_string_equal(place->result.image.error, "there is no tool that makes it");
        manifest = read_manifest(place);
        assert_string_equal(json_object_get_string(json_object_object_get(manifest, "image_error")),
                            "there is no tool that makes it");
        json_object_put(manifest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_log_gets_the_room_of_old_dumps),
                TEST(test_a_log_is_tried_again_once),
                TEST(test_without_room_to_be_made_it_is_not_tried_again),
                TEST(test_a_tool_that_hangs_is_not_tried_again),
                TEST(test_captures_that_fail_push_no_dump_away),
                TEST(test_a_directory_gets_the_room_of_old_dumps),
                TEST(test_a_log_that_cannot_be_read_again),
                TEST(test_an_image_that_no_tool_makes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
