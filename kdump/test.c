/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "linux/command.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "posix/search.h"
#include "store/prove.h"

#define LOG_LIMIT          ((size_t) 256 * 1024 * 1024)
#define IMAGE_TOOL_SECONDS 300

#define KMSG               "/dev/kmsg"

/* The clock of the crash kernel may be a little behind that of the crashed one. */
#define CLOCK_SECONDS 5

int kdump_test_crash(const char *root, const char *directory, const struct test_token *token,
                     struct reason *ret_reason) {
        const char *path = KMSG;
        struct reason removal;
        char line[128];
        int r;

        /* The token first: after the crash it is what tells that there was a test. */
        r = test_token_write(root, directory, token, ret_reason);
        if (r < 0)
                return r;
        /* The log that is saved is looked through for this line; <5> is a notice (syslog(2)). */
        snprintf(line, sizeof(line), "<5>" PROVE_CRASH_MARK "%s\n", token->word);
        r = system_file_write(root, path, line);
        sync(); /* what other programs have written, for sysrq c flushes nothing */
        /* Which of its keys kernel.sysrq allows is for the keyboard alone:
         * Documentation/admin-guide/sysrq.rst */
        if (r == 0) {
                path = TEST_TRIGGER_PATH;
                r = system_file_write(root, path, "c");
        }
        (void) test_token_remove(root, directory, &removal);
        if (r < 0)
                return reason_set(ret_reason, r, "the machine did not crash: %s: %s", path, error_text(r));
        return reason_set(ret_reason, ERR_FAILED, "the machine did not crash");
}

struct verification {
        const char *directory; /* of dumps, with its root */
        int directory_fd;
        const struct test_token *token;
        const char *image_tool;
        struct test_result *result;
        struct findings *findings; /* of the result */
};

static bool file_has_word(int directory_fd, const char *path, const char *word) {
        _cleanup_buffer_ struct buffer text;

        buffer_init(&text, &system_allocator);
        return file_read_beneath(directory_fd, path, LOG_LIMIT, &text) == 0 &&
               bytes_search(buffer_bytes(&text), text_view(word));
}

static bool dump_has_word(const struct verification *verification, const struct crash_dump *dump) {
        char path[DUMPS_NAME_SIZE + 32];

        snprintf(path, sizeof(path), "%s/" DUMPS_LOG_NAME, dump->name);
        return file_has_word(verification->directory_fd, path, verification->token->word);
}

/* The one that is ours; else the newest that could be, of which it is said that it is not. */
static const struct crash_dump *find_dump(const struct verification *verification,
                                          const struct dumps *dumps) {
        for (size_t i = 0; i < dumps->count; i++)
                if (dump_has_word(verification, &dumps->rows[i]))
                        return &dumps->rows[i];
        if (dumps->count > 0 && dumps->rows[0].crash_seconds + CLOCK_SECONDS >= verification->token->seconds)
                return &dumps->rows[0];
        return NULL;
}

static void verify_log(struct verification *verification) {
        const struct crash_dump *dump = &verification->result->report.dump;

        if (!dump->has_log)
                findings_add(verification->findings, VERDICT_CRITICAL, "", "%s: there is no log", dump->name);
        else if (dump->is_sealed)
                findings_add(
                        verification->findings, VERDICT_OK, "",
                        "the log is there, and sealed: nobody has looked into it ('pstore-fw kdump unseal' "
                        "where the secret key is)");
        else if (dump_has_word(verification, dump))
                findings_add(verification->findings, VERDICT_OK, "",
                             "the log is there, with the line of the test");
        else
                findings_add(verification->findings, VERDICT_CRITICAL, "",
                             "%s: the log does not have the line of the test", dump->name);
}

static void verify_manifest(struct verification *verification) {
        const struct dump_report *report = &verification->result->report;

        if (report->has_manifest && !report->dump.has_part)
                findings_add(verification->findings, VERDICT_OK, "",
                             "the manifest is there: nothing was broken off");
        else
                findings_add(verification->findings, VERDICT_CRITICAL, "",
                             "%s: there is no manifest, or a file was not finished", report->dump.name);
}

/* makedumpfile's --dump-dmesg on the image, into a directory in memory or on the disk. */
static int image_has_word(const struct verification *verification) {
        char directory[] = "/tmp/pstore-fw-XXXXXX", image[2 * PATH_MAX], log[64], messages[64];
        const char *arguments[] = { verification->image_tool, "--dump-dmesg", image, log, NULL };
        const struct command command = {
                .arguments = arguments,
                .log = messages,
                .seconds = IMAGE_TOOL_SECONDS,
        };
        _cleanup_close_ int fd = -1;
        int r;

        if (!mkdtemp(directory))
                return ERR_IO;
        snprintf(image, sizeof(image), "%s/%s/" DUMPS_IMAGE_NAME, verification->directory,
                 verification->result->report.dump.name);
        snprintf(log, sizeof(log), "%s/log", directory);
        snprintf(messages, sizeof(messages), "%s/messages", directory);
        r = command_run(&command);
        fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r == 0)
                r = file_has_word(fd, "log", verification->token->word);
        else
                r = ERR_FAILED;
        (void) unlink(log);
        (void) unlink(messages);
        (void) rmdir(directory);
        return r;
}

static void verify_image(struct verification *verification) {
        const struct crash_dump *dump = &verification->result->report.dump;
        bool expected = strcmp(verification->token->image, "yes") == 0;
        int r;

        if (!dump->has_image) {
                findings_add(verification->findings, expected ? VERDICT_CRITICAL : VERDICT_OK, "",
                             expected ? "there is no image" : "no image, as the settings have it");
                return;
        }
        if (dump->is_sealed) {
                findings_add(verification->findings, VERDICT_OK, "",
                             "the image is there (%llu KiB), and sealed: nobody has looked into it",
                             (unsigned long long) (dump->image_size / KIB));
                return;
        }
        if (!verification->image_tool[0]) {
                findings_add(
                        &verification->result->findings, VERDICT_OK, "",
                        "the image is there (%llu KiB); nobody has looked into it (package makedumpfile)",
                        (unsigned long long) (dump->image_size / KIB));
                return;
        }
        r = image_has_word(verification);
        if (r > 0)
                findings_add(verification->findings, VERDICT_OK, "",
                             "the image is there (%llu KiB); makedumpfile finds the same log in it",
                             (unsigned long long) (dump->image_size / KIB));
        else
                findings_add(verification->findings, VERDICT_CRITICAL, "", "%s/" DUMPS_IMAGE_NAME ": %s",
                             dump->name,
                             r == 0 ? "the log in it does not have the line of the test"
                                    : "makedumpfile cannot read it");
}

static void tell_numbers(struct verification *verification) {
        const struct dump_report *report = &verification->result->report;

        if (report->took_ms > 0)
                findings_add(verification->findings, VERDICT_OK, "", "the capture took %llu.%llu s",
                             (unsigned long long) (report->took_ms / 1000),
                             (unsigned long long) (report->took_ms % 1000 / 100));
        if (report->memory_total > 0)
                findings_add(verification->findings, VERDICT_OK, "",
                             "of %llu KiB of memory %llu were left when it was least",
                             (unsigned long long) (report->memory_total / KIB),
                             (unsigned long long) (report->memory_lowest / KIB));
}

static void verify_dump(struct verification *verification, const struct dumps *dumps) {
        const struct crash_dump *dump = find_dump(verification, dumps);

        if (!dump) {
                findings_add(verification->findings, VERDICT_CRITICAL, "",
                             "%s has no dump of it: the console of the machine tells how far it came",
                             verification->directory);
                return;
        }
        verification->result->found = true;
        dump_report_read(verification->directory_fd, dump, &verification->result->report);
        verify_log(verification);
        verify_manifest(verification);
        verify_image(verification);
        tell_numbers(verification);
}

int kdump_test_verify(const char *root, const char *directory, const struct test_token *token,
                      const char *image_tool, struct test_result *ret_result) {
        char path[PATH_MAX];
        _cleanup_close_ int fd = -1;
        struct verification verification = {
                .directory = path,
                .token = token,
                .image_tool = image_tool,
                .result = ret_result,
                .findings = &ret_result->findings,
        };
        struct dumps dumps = { 0 };
        int r = 0;

        *ret_result = (struct test_result){ 0 };
        findings_init(&ret_result->findings, &system_allocator);
        if (system_file_path(root, directory, path))
                fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0)
                r = dumps_list(fd, &dumps);
        if (r == ERR_NO_MEMORY)
                return r;
        verification.directory_fd = fd;
        verify_dump(&verification, &dumps);
        dumps_free(&dumps);
        findings_sort(&ret_result->findings);
        ret_result->passed = findings_worst(&ret_result->findings) != VERDICT_CRITICAL;
        return 0;
}
