/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdlib.h>

#include "acpi/bert.h"
#include "base/error.h"
#include "linux-tool/source/sources.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/bert-source.h"

/* The region itself, not the table that names it (K6.1 drivers/acpi/sysfs.c, acpi_table_data_init()). */
#define BERT_REGION "/sys/firmware/acpi/tables/data/BERT"

struct bert_file_source {
        struct record_source base; /* first: the block is freed through it */
        struct bert_source bert;
        const char *path;
        bool is_default;
};

static int load(void *context, struct buffer *region, struct fault *ret_fault) {
        const struct bert_file_source *file = context;
        int r;

        (void) ret_fault;
        r = file_read_at(AT_FDCWD, file->path, BERT_REGION_MAX, region);
        return r == ERR_NOT_FOUND && file->is_default ? ERR_NO_STORE : r;
}

struct record_source *bert_source_new(const char *spec, const char *argument) {
        struct bert_file_source *file = calloc(1, sizeof(*file));

        if (!file)
                return NULL;
        file->path = argument ? argument : BERT_REGION;
        file->is_default = !argument;
        file->bert = (struct bert_source){ .load = load, .context = file };
        bert_source_init(&file->bert, &system_allocator, &file->base);
        file->base.spec = spec;
        file->base.location = file->path;
        return &file->base;
}
