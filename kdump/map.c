/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/map.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "linux/own-file.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

/* services/ has a rule of udev's that looks for it. */
#define NOTE "/run/pstore-fw-kdump.stack"

void kdump_map_note(const char *root, const struct stack_record *loaded) {
        struct reason reason;

        if (!loaded || own_file_replace(root, NOTE, text_view(loaded->text), &reason) < 0)
                (void) own_file_remove(root, NOTE, &reason);
}

static int read_note(const char *root, struct stack *ret_stack) {
        _cleanup_buffer_ struct buffer text;
        char path[PATH_MAX], error[STACK_ERROR_SIZE];
        int r;

        buffer_init(&text, &system_allocator);
        r = system_file_path(root, NOTE, path) ? file_read_at(AT_FDCWD, path, STACK_TEXT_SIZE, &text)
                                               : ERR_TOO_LARGE;
        return r < 0 ? r : stack_parse(buffer_bytes(&text), ret_stack, error);
}

/* What is not as it was; NULL for none. A directory that lies elsewhere by now has the whole of it changed.
 */
static enum kdump_map_state compare(const char *root, const char *directory, const struct stack *then,
                                    const struct stack_device **ret_changed) {
        _cleanup_free_ struct stack_record *now = calloc(1, sizeof(*now));
        struct kdump_target target;
        struct reason reason;

        *ret_changed = NULL;
        if (!now || kdump_target_find(root, directory, &target, &reason) < 0)
                return KDUMP_MAP_UNKNOWN;
        if (!target.is_stacked)
                *ret_changed = &then->devices[then->device_count - 1];
        else if (kdump_target_record(root, &target, now, &reason) < 0)
                return KDUMP_MAP_UNKNOWN;
        else
                *ret_changed = stack_record_find_change(then, &now->stack);
        return *ret_changed ? KDUMP_MAP_CHANGED : KDUMP_MAP_CURRENT;
}

void kdump_map_look(const char *root, const char *directory, struct kdump_map *ret_map) {
        const struct stack_device *changed;
        struct stack then;

        *ret_map = (struct kdump_map){ 0 };
        if (read_note(root, &then) < 0)
                return;
        ret_map->state = compare(root, directory, &then, &changed);
        stack_device_label(&then.devices[then.device_count - 1], ret_map->of);
        if (changed)
                stack_device_label(changed, ret_map->changed);
}
