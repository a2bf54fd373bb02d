/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any log: what is told of a crash lies in it, and so does its function; and each of its problems
 * can be told of.
 */
#include "crash/crash.h"
#include "tests/fuzz/fuzz.h"

static struct crash crash, other;

static void check_inside(struct bytes log, struct bytes view) {
        if (view.size > 0)
                fuzz_check(view.data >= log.data && view.data + view.size <= log.data + log.size);
}

static void check_crash(struct bytes log, const struct crash *told) {
        char said[CRASH_SIGNATURE_TEXT_SIZE];
        struct text text = TEXT_ON(said);

        check_inside(log, told->function);
        check_inside(log, told->kernel);
        check_inside(log, told->hardware);
        check_inside(log, told->process);
        check_inside(log, told->taint);
        fuzz_check(told->problem.kind && told->problem.offset < log.size);
        fuzz_check(told->frame_count <= CRASH_FRAMES_MAX && told->function_frame <= told->frame_count);
        fuzz_check(told->module_count <= CRASH_MODULES_MAX);
        for (size_t i = 0; i < told->frame_count; i++) {
                check_inside(log, told->frames[i].text);
                check_inside(told->frames[i].text, told->frames[i].function);
                fuzz_check(told->frames[i].function.size > 0);
        }
        for (size_t i = 0; i < told->module_count; i++)
                check_inside(log, told->modules[i]);
        fuzz_check(told->title[0] && told->title_words < sizeof(told->title));
        crash_put_signature_text(told, &text);
        fuzz_check(text.length > 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct bytes log = bytes_of(data, size);
        size_t kept;

        if (!crash_read(log, &crash))
                return 0;
        fuzz_check(crash.problem_count > 0);
        check_crash(log, &crash);
        kept = crash.problem_count < CRASH_PROBLEMS_MAX ? crash.problem_count : CRASH_PROBLEMS_MAX;
        for (size_t i = 0; i < kept; i++) {
                fuzz_check(i == 0 || crash.problems[i].offset > crash.problems[i - 1].offset);
                crash_read_problem(log, &crash.problems[i], &other);
                check_crash(log, &other);
        }
        return 0;
}
