/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "kdump/facts.h"
#include "kdump/test.h"
#include "linux-tool/crash.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/program.h"
#include "posix/memory.h"
#include "store/check-kernel.h"

/* --- before the crash --------------------------------------------------------------------------- */

/* 0 when a crash would do what it is made for. */
static int check_armed(const struct kdump_settings *settings, struct test_token *token) {
        _cleanup_free_ struct kdump_facts *facts = calloc(1, sizeof(*facts));

        if (!facts)
                return ERR_NO_MEMORY;
        kdump_facts_look("", settings, facts);
        if (!facts->machine.kernel.kdump_loaded) {
                message_error(
                        "kdump test: no crash kernel is loaded: 'pstore-fw kdump status' says what to do");
                return ERR_FAILED;
        }
        if (crash_check_access() < 0)
                return ERR_FAILED;
        snprintf(token->path, sizeof(token->path), "%s",
                 crash_path_name(check_panic_path(&facts->machine.kernel)));
        snprintf(token->image, sizeof(token->image), "%s", settings->image ? "yes" : "no");
        return 0;
}

static int begin(const struct options *options, const struct kdump_settings *settings) {
        struct test_token token;
        int r;

        r = test_token_make("", &token);
        if (r < 0) {
                message_failure("kdump test", r);
                return EXIT_FAILED;
        }
        if (check_armed(settings, &token) < 0)
                return EXIT_FAILED;
        return crash_machine(options, settings,
                             "This crashes the machine NOW: what is not saved in its programs is lost.\n"
                             "Afterwards 'pstore-fw kdump test' says what came of it. Crash it? [yes/NO] ",
                             &token);
}

/* --- after it ----------------------------------------------------------------------------------- */

static int print_json(const struct test_token *token, const struct test_result *result,
                      struct output *output) {
        struct json_object *report = json_report_new("kdump-test");
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(token->seconds, time);
        json_add_bool(report, "passed", result->passed);
        json_add_string(report, "crashed_at", time);
        json_add_string(report, "event", result->found ? result->report.dump.name : NULL);
        json_add(report, "findings", json_from_findings(&result->findings));
        json_add(report, "milliseconds",
                 result->report.took_ms ? json_object_new_uint64(result->report.took_ms) : NULL);
        json_add(report, "memory_total",
                 result->report.memory_total ? json_object_new_uint64(result->report.memory_total) : NULL);
        json_add(report, "memory_lowest",
                 result->report.memory_total ? json_object_new_uint64(result->report.memory_lowest) : NULL);
        return json_report_print(report, output);
}

static int print_text(const struct test_token *token, const struct test_result *result,
                      const struct sink *sink) {
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format(token->seconds, time);
        sink_format(sink, "%s: the crash of %s%s%s\n", result->passed ? "passed" : "FAILED", time,
                    result->found ? " is " : "", result->found ? result->report.dump.name : "");
        return findings_print(&result->findings, sink);
}

/* The token goes when its result has been told, and stays when it could not. */
static int verify(const struct options *options, const struct kdump_settings *settings,
                  const struct test_token *token, struct output *output) {
        struct test_result result;
        struct reason reason;
        char tool[PATH_MAX] = "";
        int r;

        if (!program_find(settings->image_tool, tool))
                tool[0] = '\0';
        r = kdump_test_verify("", settings->directory, token, tool, &result);
        if (r == 0) {
                r = options_have(options, &option_json) ? print_json(token, &result, output)
                                                        : print_text(token, &result, &output->sink);
                findings_free(&result.findings);
        }
        if (r < 0) {
                message_failure("kdump test", r);
                return EXIT_FAILED;
        }
        if (test_token_remove("", settings->directory, &reason) < 0) {
                message_error("kdump test: %s", reason.text);
                return EXIT_FAILED;
        }
        return result.passed ? EXIT_DONE : EXIT_FAILED;
}

static int test_run(const struct options *options, void *context) {
        struct output *output = context;
        struct kdump_settings settings;
        struct test_token token;
        int r;

        if (kdump_settings_load(options, &settings) < 0)
                return EXIT_FAILED;
        r = test_token_read("", settings.directory, &token);
        /* A test that was broken off before the crash says nothing of this boot. */
        if (r == 0 && !test_token_is_of_this_boot("", &token) && !test_token_has_kdump(&token)) {
                message_error("kdump test: 'prove crash' has crashed the machine, and not into kdump: "
                              "'pstore-fw prove verify' says what came of it");
                return EXIT_FAILED;
        }
        if (r == 0 && !test_token_is_of_this_boot("", &token))
                return verify(options, &settings, &token, output);
        /* Where the directory of dumps is none there is no token to be removed: begin() tells. */
        if (r < 0 && r != ERR_NOT_FOUND && r != ERR_NOT_DIRECTORY) {
                message_error("%s/" TEST_TOKEN_NAME ": %s: remove it", settings.directory, error_text(r));
                return EXIT_FAILED;
        }
        return begin(options, &settings);
}

static const struct option *const options_taken[] = { &option_config, &option_yes, NULL };

const struct verb verb_kdump_test = {
        .name = "kdump test",
        .operands = "",
        .summary = "crash the machine; after the next boot, say what came through",
        .description = "The first run asks, or needs --yes, and crashes the machine (sysrq c) when a\n"
                       "crash kernel is loaded. The next run, after the machine has come back, looks\n"
                       "for the dump: its log with a line of the test, its manifest, its image and the\n"
                       "log in that; then the test is over.\n",
        .options = options_taken,
        .run = test_run,
};
