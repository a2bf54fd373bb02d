/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/save.h"

#include <time.h>

#include "base/error.h"
#include "linux-tool/output/message.h"
#include "linux-tool/target/file-dump-target.h"

static uint64_t seconds_now(void) {
        time_t now = time(NULL);

        return now > 0 ? (uint64_t) now : 0;
}

static void tell_failure(const char *directory, const struct dump_result *result) {
        char visible[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(visible);

        text_put_escaped(&text, text_view(result->first_failed));
        if (result->failed_count == 1)
                message_error("%s: %s: not saved: %s", directory, visible, error_text(result->first_error));
        else
                message_error("%s: %zu records not saved, the first of them %s: %s", directory,
                              result->failed_count, visible, error_text(result->first_error));
}

/* A directory that cannot be used gets its line. */
static int open_target(const char *directory, struct file_dump_target *target,
                       struct dump_target *ret_dump_target) {
        int r = file_dump_target_open(target, directory, ret_dump_target);

        if (r < 0)
                message_failure(directory, r);
        return r;
}

int save_selected(struct inventory *inventory, const char *directory, struct dump_result *ret_result) {
        const struct dump_origin origin = {
                .program = "pstore-fw " VERSION " (Linux command)",
                .seconds = seconds_now(),
        };
        struct file_dump_target target;
        struct dump_target dump_target;
        int r;

        *ret_result = (struct dump_result){ 0 };
        r = open_target(directory, &target, &dump_target);
        if (r < 0)
                return r;
        r = dump_selected(&inventory->work, &dump_target, &origin, NULL, NULL, ret_result);
        file_dump_target_close(&target);
        message_progress_end();
        if (r < 0)
                tell_failure(directory, ret_result);
        return r;
}

int save_keep_dumped(struct inventory *inventory, const char *directory) {
        struct file_dump_target target;
        struct dump_target dump_target;
        int r;

        r = open_target(directory, &target, &dump_target);
        if (r < 0)
                return r;
        r = dump_keep_dumped(&inventory->work, &dump_target);
        file_dump_target_close(&target);
        return r;
}
