/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/child.h"

#include "base/error.h"
#include "posix/process.h"

#define STATUS_NOT_STARTED 127

struct attention {
        const struct child_job *job;
        struct child_result *result;
        bool line_ended;
        size_t said_length;
};

static int hear(void *context, struct bytes written) {
        struct attention *attention = context;
        struct child_result *result = attention->result;

        for (size_t i = 0; i < written.size; i++) {
                char c = (char) written.data[i];

                /* The line stays until the next one begins: the last, which is wanted, has none behind it. */
                if (c == '\n' || c == '\r') {
                        attention->line_ended = true;
                        continue;
                }
                if (attention->line_ended)
                        attention->said_length = 0;
                attention->line_ended = false;
                if (attention->said_length + 1 < sizeof(result->said))
                        result->said[attention->said_length++] = c >= ' ' && c < 0x7f ? c : '?';
                result->said[attention->said_length] = '\0';
        }
        return 0;
}

static void look(void *context) {
        const struct attention *attention = context;

        if (attention->job->meminfo)
                meminfo_sample(attention->job->meminfo);
}

/* Killed at once, without a time to clean up in: the machine has none, and what it wrote stays a part. */
int child_run(const struct child_job *job, struct child_result *ret_result) {
        struct attention attention = { .job = job, .result = ret_result };
        const struct process_job process = {
                .arguments = job->arguments,
                .directory_fd = job->directory_fd,
                .is_private = true,
                .output = job->output_fd < 0 ? PROCESS_NOWHERE : job->output_fd,
                .error = PROCESS_HEARD,
                .deadline_ms = job->deadline_ms,
                .hear = hear,
                .look = look,
                .context = &attention,
        };
        struct process_result result = { .status = STATUS_NOT_STARTED };
        int r;

        *ret_result = (struct child_result){ 0 };
        r = process_run(&process, &result);
        ret_result->late = result.ended;
        ret_result->stuck = result.stuck;
        ret_result->status = result.status;
        ret_result->signal = result.signal;
        if (r < 0)
                return r;
        return process_status(&result) == 0 ? 0 : ERR_FAILED;
}

void child_describe(const struct child_result *result, struct text *text) {
        if (result->late)
                text_put(text, result->stuck ? "not finished in time, and cannot be killed"
                                             : "not finished in time, killed");
        else if (result->signal)
                text_format(text, "killed by signal %d", result->signal);
        else
                text_format(text, "status %d", result->status);
        if (result->said[0])
                text_format(text, ": %s", result->said);
}
