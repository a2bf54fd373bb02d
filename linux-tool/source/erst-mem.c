/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "acpi/erst-describe.h"
#include "base/error.h"
#include "linux-tool/source/sources.h"
#include "linux/physical-memory.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/erst-source.h"

#define ERST_TABLE "/sys/firmware/acpi/tables/ERST"

/* What the kernel's driver calls all that it uses (K6.1 drivers/acpi/apei/erst.c), and so whether it does. */
#define ERST_DRIVER "APEI ERST"

/*
 * ERST without the kernel: the table's instructions are executed here, on its registers behind /dev/mem. One
 * operation at a time is all that a platform knows, so it is for a kernel whose own driver is not there.
 */
struct erst_mem_source {
        struct record_source base; /* first: the block is freed through it */
        const char *root;          /* where /dev, /proc and /sys are */
        bool is_open;
        struct physical_memory memory;
        struct acpi_io io;
        struct buffer table_bytes;
        struct erst_table table;
        struct erst erst;
        struct erst_source records;
        struct source_operations operations; /* those of `records`, but what opens and closes them */
        const struct source_operations *inner;
        struct reason refusal;
};

static struct erst_mem_source *erst_mem_of(struct record_source *source) {
        return (struct erst_mem_source *) source;
}

static int read_table(struct erst_mem_source *erst_mem) {
        struct erst_fault fault;
        char path[PATH_MAX], line[256];
        struct text text = TEXT_ON(line);
        int r;

        if (!system_file_path(erst_mem->root, ERST_TABLE, path))
                return ERR_TOO_LARGE;
        buffer_free(&erst_mem->table_bytes);
        r = file_read_at(AT_FDCWD, path, ACPI_TABLE_SIZE_MAX, &erst_mem->table_bytes);
        if (r == ERR_NOT_FOUND)
                return reason_set(&erst_mem->refusal, ERR_NO_STORE, "this machine has no ERST table");
        if (r < 0)
                return reason_set(&erst_mem->refusal, r, "%s: %s", path, error_text(r));
        r = erst_table_parse(buffer_bytes(&erst_mem->table_bytes), &erst_mem->table, &fault);
        if (r < 0) {
                erst_describe_fault(&fault, &text);
                return reason_set(&erst_mem->refusal, r, "%s: %s", path, line);
        }
        return 0;
}

static bool is_executed(const struct erst_entry *entry) {
        return entry->action != ERST_BEGIN_DUMMY_WRITE_OPERATION && entry->action != ERST_ACTION_RESERVED &&
               entry->action <= ERST_GET_EXECUTE_OPERATION_TIMINGS &&
               erst_instruction_has_register(entry->instruction);
}

/* Before the first instruction: a program that cannot be executed to its end is not begun. */
static int probe_registers(struct erst_mem_source *erst_mem) {
        struct erst_entry entry;
        int r;

        for (size_t i = 0; erst_table_entry(&erst_mem->table, i, &entry) == 0; i++) {
                if (!is_executed(&entry) || gas_wraps(&entry.register_region))
                        continue;
                r = physical_memory_probe_register(&erst_mem->memory, &entry.register_region);
                if (r < 0)
                        return reason_set(&erst_mem->refusal, r, "the table's entry %zu: %s", i,
                                          erst_mem->memory.refused.text);
        }
        return 0;
}

static int probe_range(struct erst_mem_source *erst_mem) {
        int r = physical_memory_probe(&erst_mem->memory, erst_mem->erst.range_address,
                                      erst_record_capacity(&erst_mem->erst));

        return r < 0 ? reason_set(&erst_mem->refusal, r, "the range that records are exchanged in: %s",
                                  erst_mem->memory.refused.text)
                     : 0;
}

static int open_platform(struct erst_mem_source *erst_mem) {
        int r;

        if (resources_have(&erst_mem->memory.resources, ERST_DRIVER))
                return reason_set(
                        &erst_mem->refusal, ERR_IN_USE,
                        "the kernel's own driver uses ERST, which knows one operation at a time: boot "
                        "with erst_disable");
        r = probe_registers(erst_mem);
        if (r < 0)
                return r;
        erst_mem->io = physical_memory_io(&erst_mem->memory);
        r = erst_open(&erst_mem->erst, &erst_mem->table, &erst_mem->io);
        return r < 0 ? r : probe_range(erst_mem);
}

static int open_store(struct erst_mem_source *erst_mem) {
        int r = read_table(erst_mem);

        if (r < 0)
                return r;
        r = physical_memory_open(erst_mem->root, &erst_mem->memory, &erst_mem->refusal);
        if (r < 0)
                return r;
        r = open_platform(erst_mem);
        if (r < 0)
                physical_memory_close(&erst_mem->memory);
        return r;
}

/* Once is enough, as a table does not change; what is listed is taken anew. */
static int ensure_open(struct erst_mem_source *erst_mem) {
        int r;

        if (erst_mem->is_open)
                return 0;
        erst_mem->refusal.text[0] = '\0';
        r = open_store(erst_mem);
        erst_mem->is_open = r == 0;
        erst_mem->base.refusal = erst_mem->refusal.text[0] ? erst_mem->refusal.text : NULL;
        return r;
}

static int erst_mem_open(struct record_source *source) {
        struct erst_mem_source *erst_mem = erst_mem_of(source);
        int r = ensure_open(erst_mem);

        return r < 0 ? r : erst_mem->inner->open(source);
}

static int erst_mem_write(struct record_source *source, const struct record_draft *draft,
                          char ret_name[RECORD_NAME_SIZE]) {
        struct erst_mem_source *erst_mem = erst_mem_of(source);
        int r = ensure_open(erst_mem);

        return r < 0 ? r : erst_mem->inner->write(source, draft, ret_name);
}

static void erst_mem_close(struct record_source *source) {
        struct erst_mem_source *erst_mem = erst_mem_of(source);

        erst_mem->inner->close(source);
        if (erst_mem->is_open)
                physical_memory_close(&erst_mem->memory);
        erst_mem->is_open = false;
        buffer_free(&erst_mem->table_bytes);
}

struct record_source *erst_mem_source_new(const char *spec, const char *argument) {
        struct erst_mem_source *erst_mem = calloc(1, sizeof(*erst_mem));

        if (!erst_mem)
                return NULL;
        erst_mem->root = argument ? argument : "";
        buffer_init(&erst_mem->table_bytes, &system_allocator);
        erst_source_init(&erst_mem->records, &erst_mem->erst, &system_allocator, &erst_mem->base);
        erst_mem->inner = erst_mem->base.operations;
        erst_mem->operations = *erst_mem->inner;
        erst_mem->operations.open = erst_mem_open;
        erst_mem->operations.write = erst_mem_write;
        erst_mem->operations.close = erst_mem_close;
        erst_mem->base.operations = &erst_mem->operations;
        erst_mem->base.spec = spec;
        return &erst_mem->base;
}
