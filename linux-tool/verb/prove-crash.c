/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>

#include "base/error.h"
#include "linux-tool/crash.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/machine.h"
#include "posix/memory.h"
#include "store/check-kernel.h"

static const struct option option_force = { "force", 0, NULL,
                                            "even if it leaves no trace, or the last has no verdict" };

/* A crash that nobody wants who was not asked: it proves what is known, or needs somebody to end it. */
static bool is_of_no_use(const struct check_kernel *kernel) {
        return check_panic_path(kernel) == CRASH_PATH_NONE ||
               (!kernel->kdump_loaded && kernel->panic_seconds_known && kernel->panic_seconds == 0);
}

static void expect(const struct check_kernel *kernel, const struct kdump_settings *settings,
                   struct test_token *token) {
        enum crash_path path = check_panic_path(kernel);

        snprintf(token->path, sizeof(token->path), "%s", crash_path_name(path));
        snprintf(token->image, sizeof(token->image), "%s", settings->image ? "yes" : "no");
        if (kernel->backend && (path == CRASH_PATH_PSTORE || path == CRASH_PATH_BOTH))
                snprintf(token->store, sizeof(token->store), "%s",
                         record_store_name(backend_store(kernel->backend)));
}

static int crash_run(const struct options *options, void *context) {
        _cleanup_buffer_ struct buffer question;
        const struct sink sink = sink_to_buffer(&question);
        char panic[CHECK_PANIC_SIZE];
        struct text text = TEXT_ON(panic);
        struct kdump_settings settings;
        struct test_token token;
        struct machine machine;
        int r;

        (void) context;
        buffer_init(&question, &system_allocator);
        if (kdump_settings_load(options, &settings) < 0)
                return EXIT_FAILED;
        r = test_token_read("", settings.directory, &token);
        if (r == 0 && !test_token_is_of_this_boot("", &token) && !options_have(options, &option_force)) {
                message_error(
                        "prove crash: the last crash has no verdict yet: first 'pstore-fw prove verify'");
                return EXIT_FAILED;
        }
        r = test_token_make("", &token);
        if (r < 0) {
                message_failure("prove crash", r);
                return EXIT_FAILED;
        }
        machine_look("", &machine);
        expect(&machine.kernel, &settings, &token);
        check_describe_panic(&machine.kernel, &text);
        if (is_of_no_use(&machine.kernel) && options_have(options, &option_yes) &&
            !options_have(options, &option_force)) {
                message_error("prove crash: %s: 'pstore-fw check' says what mends it, --force crashes the "
                              "machine all the same",
                              panic);
                return EXIT_FAILED;
        }
        if (crash_check_access() < 0)
                return EXIT_FAILED;
        sink_format(&sink, "This crashes the machine NOW: what is not saved in its programs is lost.\n");
        sink_prose(&sink, "", "As far as is known, %s.", panic);
        sink_format(&sink, "Afterwards 'pstore-fw prove verify' says what came of it.\nCrash it? [yes/NO] ");
        buffer_append(&question, bytes_of("", 1)); /* its NUL */
        if (buffer_error(&question) < 0) {
                message_failure("prove crash", ERR_NO_MEMORY);
                return EXIT_FAILED;
        }
        return crash_machine(options, &settings, (const char *) question.data, &token);
}

static const struct option *const options_taken[] = { &option_config, &option_yes, &option_force, NULL };

const struct verb verb_prove_crash = {
        .name = "prove crash",
        .operands = "",
        .summary = "crash the machine, to see whether that leaves its trace",
        .description = "Says what is expected, asks, or needs --yes, and makes a real panic (sysrq c)\n"
                       "with a line of its own in the kernel's log. After the next boot 'prove verify'\n"
                       "says what of it came through. With --yes alone it refuses where a panic leaves\n"
                       "no trace, or where the machine would not come back (kernel.panic = 0).\n",
        .options = options_taken,
        .run = crash_run,
};
