/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/save.h"

#include <time.h>

#include "base/error.h"
#include "linux-tool/output/message.h"

static int open_directory(void *context, struct dump_target *ret_target) {
        struct save_directory *directory = context;
        int r = file_dump_target_open(&directory->files, directory->path, ret_target);

        directory->error = r;
        if (r < 0)
                message_failure(directory->path, r);
        return r;
}

static void close_directory(void *context) {
        struct save_directory *directory = context;

        file_dump_target_close(&directory->files);
        message_progress_end();
}

struct session_target save_target(struct save_directory *directory) {
        time_t now = time(NULL);

        return (struct session_target){
                .context = directory,
                .name = directory->path,
                .elsewhere = "give --output with a directory on a disk",
                .open = open_directory,
                .close = close_directory,
                .origin = { .program = "pstore-fw " VERSION " (Linux command)",
                            .seconds = now > 0 ? (uint64_t) now : 0 },
        };
}

int save_error_of(const struct save_directory *directory, const struct work_state *state) {
        return state->outcome == 0 && !state->saved ? directory->error : state->outcome;
}

void save_tell_failure(const struct save_directory *directory, const struct dump_result *result) {
        char visible[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(visible);

        text_put_escaped(&text, text_view(result->first_failed));
        if (result->failed_count == 1)
                message_error("%s: %s: not saved: %s", directory->path, visible,
                              error_text(result->first_error));
        else if (result->failed_count > 1)
                message_error("%s: %zu records not saved, the first of them %s: %s", directory->path,
                              result->failed_count, visible, error_text(result->first_error));
}
