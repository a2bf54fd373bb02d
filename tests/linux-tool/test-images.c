/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The command over files of stores: what was deleted, writing, clearing, and files of any size. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "tests/support/test.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "linux-tool/source/image-file.h"
#include "linux-tool/source/sources.h"
#include "pstore/cper.h"
#include "pstore/erst-image.h"
#include "pstore/variable-name.h"
#include "tests/support/emulated.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"
#include "tests/support/uboot-builder.h"

#define LOG "Panic#7 Part1\n<0>[    1.000000] written into an image\n"

static const struct {
        const char *kind, *file, *id; /* the id of one of its records */
        size_t record_count;
} images[] = {
        { "erst-image", "tests/data/erst-image/linux-6.1-panic.bin", "erst:65e079fe00000001", 2 },
        { "efi-image", "tests/data/variable-store/linux-6.1-panic.fd", "efi:dump-type0-9-1-1709210119-C",
          14 },
};

struct fixture {
        char *directory;
        char path[4200], spec[4300], output[4200];
};

static int setup(void **state) {
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->directory = scratch_make();
        snprintf(fixture->path, sizeof(fixture->path), "%s/image", fixture->directory);
        snprintf(fixture->output, sizeof(fixture->output), "%s/output", fixture->directory);
        *state = fixture;
        return 0;
}

static int teardown(void **state) {
        struct fixture *fixture = *state;

        scratch_remove(fixture->directory);
        free(fixture);
        return 0;
}

/* A copy of image `i` is what fixture->spec names. */
static void copy_image(struct fixture *fixture, size_t i) {
        struct bytes content = test_read_file(images[i].file);

        scratch_write(fixture->path, content);
        snprintf(fixture->spec, sizeof(fixture->spec), "%s:%s", images[i].kind, fixture->path);
        free((void *) content.data);
}

static void make_zeros(struct fixture *fixture, off_t size) {
        int fd = open(fixture->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        assert_int_equal(ftruncate(fd, size), 0);
        close(fd);
        snprintf(fixture->spec, sizeof(fixture->spec), "erst-image:%s", fixture->path);
}

static void assert_run(const struct program *program, int status, const char *in_output,
                       const char *in_messages) {
        if (program->status != status || (in_output && !strstr(program->output, in_output)) ||
            (in_messages && !strstr(program->messages, in_messages)))
                fail_msg("status %d, output: %smessages: %s", program->status, program->output,
                         program->messages);
}

/* Its standard output, to be freed. */
static char *run(const struct fixture *fixture, int status, const char *input, const char *verb,
                 const char *first, const char *second) {
        struct program program;
        char *output;

        program_run(&program, input, verb, "-q", "-s", fixture->spec, first ? first : "-q",
                    second ? second : "-q", NULL);
        assert_run(&program, status, NULL, NULL);
        output = strdup(program.output);
        program_free(&program);
        return output;
}

static void clear(const struct fixture *fixture, const char *id) {
        struct program program;

        program_run(&program, NULL, "clear", "-y", "-o", fixture->output, "-s", fixture->spec, id, NULL);
        assert_run(&program, EXIT_DONE, " cleared\n", ", failed: 0");
        program_free(&program);
}

static size_t count_records(const struct fixture *fixture, const char *deleted) {
        char *list = run(fixture, EXIT_DONE, NULL, "list", "--json", deleted);
        struct json_object *report = json_tokener_parse(list), *events, *records;
        size_t count = 0;

        assert_true(json_object_object_get_ex(report, "events", &events));
        for (size_t i = 0; i < json_object_array_length(events); i++) {
                assert_true(
                        json_object_object_get_ex(json_object_array_get_idx(events, i), "records", &records));
                count += json_object_array_length(records);
                for (size_t k = 0; k < json_object_array_length(records); k++) {
                        struct json_object *value;

                        assert_true(json_object_object_get_ex(json_object_array_get_idx(records, k),
                                                              "deleted", &value));
                        assert_true(json_object_get_boolean(value) == (deleted != NULL));
                }
        }
        json_object_put(report);
        free(list);
        return count;
}

/* --- what was deleted ----------------------------------------------------------------------------- */

/* The id up to the next space, out of a list. */
static void find_id(const char *list, const char *start, char *id, size_t size) {
        const char *at = strstr(list, start);

        assert_non_null(at);
        snprintf(id, size, "%.*s", (int) strcspn(at, " \n"), at);
}

static void test_deleted_is_found_again(void **state) {
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
                char *before, *list, *after, id[300];

                copy_image(fixture, i);
                before = run(fixture, EXIT_DONE, NULL, "show", images[i].id, NULL);
                free(run(fixture, EXIT_NOTHING, NULL, "list", "--deleted", NULL));
                clear(fixture, images[i].id);
                assert_int_equal(count_records(fixture, NULL), images[i].record_count - 1);
                assert_int_equal(count_records(fixture, "--deleted"), 1);

                list = run(fixture, EXIT_DONE, NULL, "list", "--deleted", NULL);
                assert_non_null(strstr(list, ", deleted"));
                find_id(list, images[i].id, id, sizeof(id));
                assert_int_equal(id[strlen(images[i].id)], '@');
                after = run(fixture, EXIT_DONE, NULL, "show", "--deleted", id);
                assert_non_null(strstr(after, before)); /* and names the parts that are live */
                free(run(fixture, EXIT_NOTHING, NULL, "show", id, NULL));
                free(run(fixture, EXIT_NOTHING, NULL, "show", "--deleted", images[i].id));
                free(before);
                free(list);
                free(after);
        }
}

static void test_dump_of_deleted(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        struct bytes manifest;

        copy_image(fixture, 0);
        clear(fixture, images[0].id);
        snprintf(fixture->output, sizeof(fixture->output), "%s/found", fixture->directory);
        program_run(&program, NULL, "dump", "--deleted", "-o", fixture->output, "-s", fixture->spec, NULL);
        assert_run(&program, EXIT_DONE, "1 record", "only what was deleted");
        program_free(&program);
        manifest =
                test_read_file(scratch_path(fixture->output, "20240229T123510Z-erst-panic1/manifest.json"));
        assert_non_null(strstr((const char *) manifest.data, "\"id\": \"erst:65e079fe00000001@1\""));
        assert_non_null(strstr((const char *) manifest.data, "\"deleted\": true"));
        free((void *) manifest.data);
}

/* --- the sources themselves ----------------------------------------------------------------------- */

static int write_at(const char *spec, uint64_t seconds, size_t size, char name[RECORD_NAME_SIZE]) {
        static uint8_t log[16384];
        const struct record_draft draft = { .log = bytes_of(log, size), .seconds = seconds };
        struct record_source *source = source_new(spec);
        int r;

        memset(log, 'x', sizeof(log));
        memcpy(log, LOG, sizeof(LOG) - 1);
        r = source->operations->write(source, &draft, name);
        source_free(source);
        return r;
}

static int erase(const char *spec, const char *name) {
        struct record_source *source = source_new(spec);
        int r = source->operations->erase(source, name);

        source_free(source);
        return r;
}

/* A live variable and two deleted ones of one name are three records. */
static void test_deleted_ones_of_one_name(void **state) {
        char names[3][RECORD_NAME_SIZE], *list, *first, *second;
        struct fixture *fixture = *state;

        copy_image(fixture, 1);
        clear(fixture, "--all"); /* else the reserve is touched */
        for (size_t i = 0; i < 3; i++) {
                assert_ok(write_at(fixture->spec, 1709210119, 16 + i, names[i]));
                assert_string_equal(names[i], names[0]);
                if (i < 2)
                        assert_ok(erase(fixture->spec, names[i]));
        }
        assert_error(erase(fixture->spec, "dump-by-nobody"), ERR_NOT_FOUND);
        list = run(fixture, EXIT_DONE, NULL, "list", "--deleted", NULL);
        first = strstr(list, names[0]);
        second = first ? strstr(first + 1, names[0]) : NULL;
        assert_non_null(second);
        assert_int_equal(first[strlen(names[0])], '@');
        assert_memory_not_equal(first, second, strlen(names[0]) + 5);
        assert_null(strstr(second + 1, names[0]));
        free(list);
        assert_int_equal(count_records(fixture, NULL), 1);
        assert_int_equal(count_records(fixture, "--deleted"), images[1].record_count + 2);
}

static void test_bounds_of_a_variable(void **state) {
        struct fixture *fixture = *state;
        char name[RECORD_NAME_SIZE];
        struct bytes before, after;

        copy_image(fixture, 1);
        assert_error(write_at(fixture->spec, 1709210119, 1025, name), ERR_TOO_LARGE);
        /* 1000 bytes are free and 5120 of the rest are never used. */
        before = test_read_file(fixture->path);
        assert_error(write_at(fixture->spec, 1709210119, 100, name), ERR_NO_SPACE);
        after = test_read_file(fixture->path);
        assert_true(bytes_equal(before, after));
        free((void *) before.data);
        free((void *) after.data);
}

static void test_bounds_of_a_slot(void **state) {
        struct fixture *fixture = *state;
        char name[RECORD_NAME_SIZE];

        make_zeros(fixture, 4 * ERST_IMAGE_RECORD_SIZE);
        assert_error(write_at(fixture->spec, 1709210119, ERST_IMAGE_RECORD_SIZE - 199, name), ERR_TOO_LARGE);
        for (int i = 0; i < 3; i++)
                assert_ok(write_at(fixture->spec, 1709210119, ERST_IMAGE_RECORD_SIZE - 200, name));
        assert_string_equal(name, "65e07a0700800003");
        assert_error(write_at(fixture->spec, 1709210119, 100, name), ERR_NO_SPACE);
        make_zeros(fixture, ERST_IMAGE_RECORD_SIZE + 1);
        assert_error(write_at(fixture->spec, 1709210119, 100, name), ERR_LENGTH);
}

/* --- writing -------------------------------------------------------------------------------------- */

static void test_write_and_clear(void **state) {
        struct fixture *fixture = *state;

        make_zeros(fixture, 8 * ERST_IMAGE_RECORD_SIZE);
        for (int i = 0; i < 2; i++) {
                char *id = run(fixture, EXIT_DONE, LOG, "write", NULL, NULL), *shown;

                id[strcspn(id, "\n")] = '\0';
                shown = run(fixture, EXIT_DONE, NULL, "show", "--parts", id);
                assert_string_equal(shown, LOG);
                if (i > 0)
                        clear(fixture, id);
                free(shown);
                free(id);
        }
        assert_int_equal(count_records(fixture, NULL), 1);
        assert_int_equal(count_records(fixture, "--deleted"), 1);
}

/* As QEMU locks a drive: a shared lock on some byte of it. */
static pid_t lock_in_child(const char *path) {
        int ready[2];
        pid_t child;
        char byte;

        assert_int_equal(pipe(ready), 0);
        child = fork();
        if (child == 0) {
                struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 1 };
                int fd = open(path, O_RDWR);

                if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0 || write(ready[1], "", 1) != 1)
                        _exit(1);
                pause();
                _exit(0);
        }
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        close(ready[1]);
        return child;
}

static void test_image_in_use(void **state) {
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
                struct bytes before, after;
                struct program program;
                pid_t child;

                copy_image(fixture, i);
                before = test_read_file(fixture->path);
                child = lock_in_child(fixture->path);
                program_run(&program, LOG, "write", "-s", fixture->spec, NULL);
                assert_run(&program, EXIT_FAILED, NULL, ": in use by another program\n");
                program_free(&program);
                program_run(&program, NULL, "clear", "-qy", "-o", fixture->output, "-s", fixture->spec,
                            images[i].id, NULL);
                assert_run(&program, EXIT_FAILED, NULL, ": in use by another program\n");
                program_free(&program);
                assert_int_equal(count_records(fixture, NULL), images[i].record_count);
                after = test_read_file(fixture->path);
                assert_true(bytes_equal(before, after));
                kill(child, SIGKILL);
                assert_int_equal(waitpid(child, NULL, 0), child);
                free((void *) before.data);
                free((void *) after.data);
        }
}

static void test_write_into_a_malformed_image(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        copy_image(fixture, 0);
        snprintf(fixture->spec, sizeof(fixture->spec), "efi-image:%s", fixture->path);
        program_run(&program, LOG, "write", "-s", fixture->spec, NULL);
        assert_run(&program, EXIT_FAILED, NULL, ": offset 40: Signature: is not \"_FVH\"\n");
        program_free(&program);
        program_run(&program, LOG, "write", "-s", "efi-image:/dev/null", NULL);
        assert_run(&program, EXIT_FAILED, NULL, "not supported by this store");
        program_free(&program);
}

/* --- other forms ---------------------------------------------------------------------------------- */

/* What is refused changes nothing, and one line says what it is and what makes an image of it. */
static void assert_refused(const struct fixture *fixture, const char *says) {
        static const char *const verbs[][4] = {
                { "list", "-q", "-q", "-q" },
                { "show", "--deleted", "--all", "-q" },
                { "clear", "--all", "--dry-run", "-q" },
                { "clear", "--all", "-y", "-q" },
                { "write", "-q", "-q", "-q" },
        };
        struct bytes before = test_read_file(fixture->path), after;
        struct program program;

        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                bool dumps = strcmp(verbs[i][0], "clear") == 0;

                program_run(&program, LOG, verbs[i][0], verbs[i][1], verbs[i][2], verbs[i][3], "-s",
                            fixture->spec, dumps ? "-o" : "-q", dumps ? fixture->output : "-q", NULL);
                assert_run(&program, EXIT_FAILED, NULL, says);
                assert_string_equal(program.output, "");
                assert_ptr_equal(strchr(program.messages, '\n'),
                                 program.messages + strlen(program.messages) - 1);
                program_free(&program);
        }
        program_run(&program, NULL, "check", "-s", fixture->spec, NULL);
        assert_true(program.status == 1 || program.status == 2);
        program_free(&program);
        after = test_read_file(fixture->path);
        assert_true(bytes_equal(before, after));
        free((void *) before.data);
        free((void *) after.data);
}

/*
 * The stores of a virtual disk lie behind its header, at any block: the first of them may be one of a
 * snapshot. Only the magic makes it one.
 */
static void test_a_virtual_disk_is_no_image(void **state) {
        static const size_t header = 0x50000;
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
                struct bytes content = test_read_file(images[i].file);
                uint8_t *disk = calloc(1, header + content.size);

                snprintf(fixture->spec, sizeof(fixture->spec), "%s:%s", images[i].kind, fixture->path);
                memcpy(disk + header, content.data, content.size);
                memcpy(disk, "QFI\xfb\0\0\0\3", 8);
                scratch_write(fixture->path, bytes_of(disk, header + content.size));
                assert_refused(fixture, ": is qcow2, not raw; NVRAM of a virtual machine is converted while "
                                        "that is off: qemu-img convert -O raw IN OUT\n");
                free(disk);
                free((void *) content.data);
        }
}

static void test_a_compressed_file_is_no_image(void **state) {
        static const char *const commands[] = { "gzip", "xz", "zstd", "bzip2", "lz4" };
        struct fixture *fixture = *state;
        char command[9000], says[60];

        for (size_t i = 0; i < ARRAY_SIZE(images); i++)
                for (size_t k = 0; k < ARRAY_SIZE(commands); k++) {
                        snprintf(command, sizeof(command),
                                 "command -v %s > /dev/null || exit 77; %s -c < %s > %s", commands[k],
                                 commands[k], images[i].file, fixture->path);
                        if (system(command) != 0)
                                continue;
                        snprintf(fixture->spec, sizeof(fixture->spec), "%s:%s", images[i].kind,
                                 fixture->path);
                        snprintf(says, sizeof(says), "unpack it first: %s -dc IN > OUT\n", commands[k]);
                        assert_refused(fixture, says);
                }
}

/* --- damage --------------------------------------------------------------------------------------- */

static size_t count_of(const char *text, const char *what) {
        size_t count = 0;

        for (; (text = strstr(text, what)); text += strlen(what))
                count++;
        return count;
}

static const struct damage {
        const char *what, *says;
        size_t offset, size;
        size_t intact, behind; /* records, and how many of them only what lies behind the damage has */
} damages[] = {
        { "a volume that fails its checksum", ": offset 50: Checksum: does not make the sum zero\n", 50, 1,
          14, 14 },
        { "a store that was given up", ": offset 93: variable store State: is not 0xfe, healthy\n", 93, 1, 14,
          14 },
        { "a store of unknown variables", ": offset 72: variable store Signature: is not known\n", 72, 16, 14,
          14 },
        { "noise in the middle", ": variable NameSize: reaches behind the store\n", 17040, 4096, 9, 6 },
};

/* What is intact is listed and saved, what is damaged is told in one line, and nothing is changed. */
static void test_a_damaged_store(void **state) {
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
                const struct damage *damage = &damages[i];
                struct bytes content = test_read_file(images[1].file), saved, after;
                uint8_t *bytes = (uint8_t *) content.data;
                struct program program;

                srand(1);
                for (size_t k = 0; k < damage->size; k++)
                        bytes[damage->offset + k] = (uint8_t) rand();
                scratch_write(fixture->path, content);
                snprintf(fixture->spec, sizeof(fixture->spec), "efi-image:%s", fixture->path);
                snprintf(fixture->output, sizeof(fixture->output), "%s/output-%zu", fixture->directory, i);

                program_run(&program, NULL, "list", "-s", fixture->spec, NULL);
                assert_run(&program, EXIT_FAILED, NULL, damage->says);
                assert_int_equal(count_of(program.output, "\n  efi:dump-type0-"), damage->intact);
                assert_int_equal(count_of(program.output, ", salvaged "), damage->behind);
                assert_int_equal(count_of(program.messages, ": offset "), 1);
                program_free(&program);

                program_run(&program, NULL, "list", "--json", "-s", fixture->spec, NULL);
                assert_int_equal(count_of(program.output, "\"salvaged\": true"), damage->behind);
                program_free(&program);

                program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->spec, NULL);
                assert_run(&program, EXIT_FAILED, NULL, damage->says);
                program_free(&program);
                saved = test_read_file(
                        scratch_path(fixture->output, "20240229T123519Z-efi-panic1/dmesg.txt"));
                assert_true(saved.size > damage->intact * 1000);

                for (int dry = 0; dry < 2; dry++) {
                        program_run(&program, NULL, "clear", "--all", dry ? "--dry-run" : "-y", "-o",
                                    fixture->output, "-s", fixture->spec, NULL);
                        assert_run(&program, EXIT_FAILED, NULL, damage->says);
                        assert_non_null(strstr(program.messages, ": it can only be read\n"));
                        assert_string_equal(program.output, "");
                        program_free(&program);
                }
                program_run(&program, LOG, "write", "-s", fixture->spec, NULL);
                assert_run(&program, EXIT_FAILED, NULL, damage->says);
                program_free(&program);
                after = test_read_file(fixture->path);
                assert_true(bytes_equal(after, content));
                free((void *) saved.data);
                free((void *) after.data);
                free(bytes);
        }
}

/* --- U-Boot's file --------------------------------------------------------------------------------- */

static void put_uboot_file(struct fixture *fixture, bool damaged) {
        struct uboot_file file;

        uboot_file_init(&file);
        uboot_file_add(&file, &variable_vendor_hardware_error, "BootNext", "12");
        uboot_file_add(&file, &variable_vendor_crash, "dump-type0-1-7-1709210119-D", LOG);
        file.bytes[file.size - 1] ^= damaged;
        scratch_write(fixture->path, bytes_of(file.bytes, file.size));
        snprintf(fixture->spec, sizeof(fixture->spec), "efi-image:%s", fixture->path);
}

static void test_ubootefi_var(void **state) {
        struct fixture *fixture = *state;

        for (int damaged = 0; damaged < 2; damaged++) {
                int status = damaged ? EXIT_FAILED : EXIT_DONE;
                struct bytes before, after;
                struct program program;

                put_uboot_file(fixture, damaged);
                before = test_read_file(fixture->path);
                program_run(&program, NULL, "list", "-s", fixture->spec, NULL);
                assert_run(&program, status, "\n  efi:dump-type0-1-7-1709210119-D ",
                           damaged ? ": offset 20: Crc32: is not that of the variables\n" : "");
                assert_int_equal(count_of(program.output, "\n  efi:"), 1);
                program_free(&program);
                program_run(&program, NULL, "show", "--parts", "-q", "-s", fixture->spec, NULL);
                assert_run(&program, status, LOG, NULL);
                program_free(&program);
                program_run(&program, NULL, "list", "--deleted", "-s", fixture->spec, NULL);
                assert_run(&program, damaged ? EXIT_FAILED : EXIT_NOTHING, NULL, NULL);
                program_free(&program);
                for (int dry = 0; dry < 2; dry++) {
                        program_run(&program, NULL, "clear", "--all", dry ? "--dry-run" : "-y", "-o",
                                    fixture->output, "-s", fixture->spec, NULL);
                        assert_run(&program, EXIT_FAILED, NULL, ": it can only be read\n");
                        program_free(&program);
                }
                program_run(&program, LOG, "write", "-s", fixture->spec, NULL);
                assert_run(&program, EXIT_FAILED, NULL,
                           ": is U-Boot's file of variables, which is only read here\n");
                program_free(&program);
                after = test_read_file(fixture->path);
                assert_true(bytes_equal(before, after));
                free((void *) before.data);
                free((void *) after.data);
        }
}

/* What can only be read says so before anything is done, once, and of a dry run as of any other. */
static void test_a_store_that_is_no_regular_file(void **state) {
        struct fixture *fixture = *state;
        char command[9000], line[300];

        for (size_t i = 0; i < ARRAY_SIZE(images); i++)
                for (size_t dry = 0; dry < 2; dry++) {
                        size_t lines = 0;
                        FILE *messages;

                        snprintf(command, sizeof(command),
                                 "cat %s | \"$O/pstore-fw\" clear --all %s -o '%s' -s %s:/dev/stdin 2>&1",
                                 images[i].file, dry ? "--dry-run" : "-y", fixture->output, images[i].kind);
                        messages = popen(command, "r");
                        assert_non_null(messages);
                        while (fgets(line, sizeof(line), messages)) {
                                assert_non_null(strstr(line, ":/dev/stdin: not supported by this store: it "
                                                             "can only be read\n"));
                                lines++;
                        }
                        assert_int_equal(WEXITSTATUS(pclose(messages)), EXIT_FAILED);
                        assert_int_equal(lines, 1);
                }
}

/* --- space ---------------------------------------------------------------------------------------- */

static int64_t space_of(const struct fixture *fixture, const char *name) {
        struct json_object *report, *value;
        struct program program;
        int64_t bytes;

        program_run(&program, NULL, "check", "--json", "-s", fixture->spec, NULL);
        report = json_tokener_parse(program.output);
        assert_true(json_object_object_get_ex(report, "stores", &value));
        assert_true(json_object_object_get_ex(json_object_array_get_idx(value, 0), "space", &value));
        assert_true(json_object_object_get_ex(value, name, &value));
        bytes = value ? json_object_get_int64(value) : -1;
        json_object_put(report);
        program_free(&program);
        return bytes;
}

static void test_stale_bytes(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        int64_t stale, remaining;

        copy_image(fixture, 1);
        stale = space_of(fixture, "stale");
        remaining = space_of(fixture, "remaining");
        assert_int_equal(remaining, stale + 1000);
        program_run(&program, NULL, "check", "-s", fixture->spec, NULL);
        assert_non_null(strstr(program.output, " stale until firmware reclaims them, 1000 erased\n"));
        program_free(&program);
        clear(fixture, images[1].id);
        assert_uint_in_range(space_of(fixture, "stale") - stale, 100, 1200);
        assert_int_equal(space_of(fixture, "stale") - stale, space_of(fixture, "remaining") - remaining);
        copy_image(fixture, 0);
        assert_int_equal(space_of(fixture, "stale"), -1);
}

/* --- size ----------------------------------------------------------------------------------------- */

/* Lines of the list that begin so, made by a process that may have 64 MiB of memory of its own, and a minute.
 */
static size_t count_lines(const struct fixture *fixture, const char *options, const char *start, int status) {
        char command[4500], line[400];
        size_t count = 0;
        FILE *list;

        snprintf(command, sizeof(command),
                 "ulimit -d 65536 && exec timeout 60 \"$O/pstore-fw\" list -q -s '%s' %s 2>&1", fixture->spec,
                 options);
        list = popen(command, "r");
        assert_non_null(list);
        while (fgets(line, sizeof(line), list))
                count += strncmp(line, start, strlen(start)) == 0;
        assert_int_equal(WEXITSTATUS(pclose(list)), status);
        return count;
}

/* A sparse file with records at both ends. What is mapped of it does not count as memory. */
static void test_a_file_that_is_mostly_a_hole(void **state) {
        static const off_t size = (off_t) 64 * 1024 * 1024 * 1024;
        struct fixture *fixture = *state;
        char name[RECORD_NAME_SIZE];

        if (emulated())
                skip(); /* QEMU takes more memory than the program may */
        make_zeros(fixture, size);
        assert_int_equal(count_lines(fixture, "", "", EXIT_NOTHING), 0);
        for (int i = 0; i < 3; i++)
                assert_ok(write_at(fixture->spec, 1709210119, 5000, name));
        assert_ok(erase(fixture->spec, name));
        assert_int_equal(count_lines(fixture, "", "  erst:", EXIT_DONE), 2);
        assert_int_equal(count_lines(fixture, "--deleted", "  erst:", EXIT_DONE), 1);
}

/* 300 records of 64 MiB each, and one that is good: all are told of, and nothing of the others is kept. */
static void test_records_that_claim_much(void **state) {
        enum { SLOT = 64 * 1024 * 1024, SLOTS = 301 };
        struct fixture *fixture = *state;
        struct bytes good = test_read_file(images[0].file);
        uint8_t header[24 + 8 * (SLOTS + 1)] = "ERSTSTOR", record[CPER_HEADER_SIZE] = "CPER";
        int fd;

        if (emulated())
                skip(); /* QEMU takes more memory than the program may */
        make_zeros(fixture, (off_t) SLOT * (SLOTS + 1));
        fd = open(fixture->path, O_WRONLY);
        store_u32(header + 8, SLOT);
        store_u32(header + 12, SLOT);
        store_u16(header + 16, 0x0100);
        store_u32(header + 20, SLOTS);
        for (uint64_t i = 1; i <= SLOTS; i++) {
                uint64_t id = 0x65e079fe00000000 + i;

                store_u64(header + 24 + 8 * i, id);
                store_u32(record + 20, SLOT);
                store_u64(record + 96, id);
                if (i > 1)
                        assert_int_equal(pwrite(fd, record, sizeof(record), (off_t) (SLOT * i)),
                                         sizeof(record));
                else
                        assert_true(pwrite(fd, good.data + 8192, 8192, SLOT) == 8192);
        }
        assert_int_equal(pwrite(fd, header, sizeof(header), 0), sizeof(header));
        close(fd);
        assert_int_equal(count_lines(fixture, "", "  erst:65e079fe00000001 ", EXIT_FAILED), 1);
        assert_int_equal(count_lines(fixture, "", "pstore-fw: erst-image:", EXIT_FAILED), SLOTS - 1);
        free((void *) good.data);
}

/* Somebody cuts the file while it is read: one line and a failure, not a signal. */
static void test_a_file_that_shrinks(void **state) {
        struct fixture *fixture = *state;
        struct image_file file;
        int ready[2], status;
        char line[100] = "";
        pid_t child;

        copy_image(fixture, 0);
        assert_int_equal(pipe(ready), 0);
        child = fork();
        if (child == 0) {
                (void) dup2(ready[1], STDERR_FILENO);
                if (image_file_open(&file, fixture->path) < 0 || truncate(fixture->path, 0) < 0)
                        _exit(2);
                _exit(3 + bytes_u8(file.bytes, 0));
        }
        close(ready[1]);
        assert_true(read(ready[0], line, sizeof(line) - 1) > 0);
        assert_string_equal(line, "pstore-fw: an image became unreadable while it was read\n");
        close(ready[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
}

/* --- what --deleted is not for -------------------------------------------------------------------- */

static void test_deleted_of_a_machine(NO_STATE) {
        static const char *const specs[] = { "efivarfs", "pstorefs", "erst-dbg" };
        struct program program;

        for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
                program_run(&program, NULL, "list", "--deleted", "-s", "erst-image:x", "-s", specs[i], NULL);
                assert_run(&program, EXIT_USAGE, NULL, specs[i]);
                assert_non_null(strstr(program.messages, "has only what is live"));
                program_free(&program);
        }
        program_run(&program, NULL, "dump", "--deleted", NULL);
        assert_run(&program, EXIT_USAGE, NULL, "has only what is live");
        program_free(&program);
        program_run(&program, NULL, "clear", "--deleted", "--all", "-s", "erst-image:x", NULL);
        assert_run(&program, EXIT_USAGE, NULL, "--deleted: not an option of clear");
        program_free(&program);
}

/* What else lies in a store of variables is named, the biggest first, and no record is among it. */
static void test_what_else_takes_the_room(void **state) {
        struct fixture *fixture = *state;
        struct source_owner owners[SOURCE_OWNERS_MAX];
        struct record_source *source;

        copy_image(fixture, 0);
        source = source_new(fixture->spec);
        assert_ok(source->operations->open(source));
        assert_int_equal(source->operations->owners(source, owners), 0);
        source_free(source);
        copy_image(fixture, 1);
        source = source_new(fixture->spec);
        assert_ok(source->operations->open(source));
        assert_int_equal(source->operations->owners(source, owners), SOURCE_OWNERS_MAX);
        for (size_t i = 0; i < SOURCE_OWNERS_MAX; i++) {
                assert_null(strstr(owners[i].name, "dump-type0"));
                assert_true(owners[i].bytes > 0 && (i == 0 || owners[i].bytes <= owners[i - 1].bytes));
                assert_true(strlen(owners[i].name) > GUID_TEXT_SIZE);
        }
        source_free(source);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_else_takes_the_room),
                TEST(test_deleted_is_found_again),
                TEST(test_dump_of_deleted),
                TEST(test_deleted_ones_of_one_name),
                TEST(test_bounds_of_a_variable),
                TEST(test_bounds_of_a_slot),
                TEST(test_write_and_clear),
                TEST(test_image_in_use),
                TEST(test_write_into_a_malformed_image),
                TEST(test_a_virtual_disk_is_no_image),
                TEST(test_a_compressed_file_is_no_image),
                TEST(test_a_store_that_is_no_regular_file),
                TEST(test_a_damaged_store),
                TEST(test_ubootefi_var),
                TEST(test_stale_bytes),
                TEST(test_a_file_that_is_mostly_a_hole),
                TEST(test_records_that_claim_much),
                TEST(test_a_file_that_shrinks),
                TEST(test_deleted_of_a_machine),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
