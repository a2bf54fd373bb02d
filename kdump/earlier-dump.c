/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/earlier-dump.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "capture/dumps.h"
#include "kdump/dump-report.h"
#include "posix/memory.h"

/* More than any crash kernel has: such a number is no measurement. */
#define MEMORY_MAX ((int64_t) 1 << 40)

/* The kernel that crashed need not be the one that saved it: "pstore-fw 1.0 (crash kernel 6.1.0-56-amd64)".
 */
static int is_saved_by(struct json_object *manifest, const char *release) {
        struct json_object *saver = NULL;
        char wanted[256];

        snprintf(wanted, sizeof(wanted), "(crash kernel %s)", release);
        return json_object_object_get_ex(manifest, "dumped_by", &saver) &&
               json_object_is_type(saver, json_type_string) &&
               strstr(json_object_get_string(saver), wanted) != NULL;
}

static int64_t get_number(struct json_object *object, const char *name) {
        struct json_object *value = NULL;

        if (!json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, json_type_int))
                return -1;
        return json_object_get_int64(value);
}

static uint64_t get_memory(struct json_object *manifest) {
        struct json_object *memory = NULL;
        int64_t at_start, lowest;

        if (!json_object_object_get_ex(manifest, "memory", &memory))
                return 0;
        at_start = get_number(memory, "free_at_start");
        lowest = get_number(memory, "lowest_available");
        return at_start > lowest && lowest >= 0 && at_start < MEMORY_MAX ? (uint64_t) (at_start - lowest) : 0;
}

uint64_t earlier_dump_memory(const char *directory, const char *release) {
        _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct dumps dumps;
        uint64_t memory = 0;

        if (fd < 0 || dumps_list(fd, &dumps) < 0)
                return 0;
        for (size_t i = 0; i < dumps.count && memory == 0; i++) {
                struct json_object *manifest = dump_report_manifest(fd, dumps.rows[i].name);

                if (is_saved_by(manifest, release))
                        memory = get_memory(manifest);
                json_object_put(manifest);
        }
        dumps_free(&dumps);
        return memory;
}
