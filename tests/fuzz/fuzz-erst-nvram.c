/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as an NVRAM range, behind a platform without operations. What must hold: a walk names no
 * identifier twice; each it names can be read, or is damaged; a write succeeds or changes nothing that can be
 * read, and what it wrote reads back, and no other record is another then; a clear removes its record alone;
 * nothing outside of the range is touched; all of it ends soon.
 */
#include <string.h>

#include "acpi/erst.h"
#include "base/arith.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/erst-builder.h"
#include "tests/support/fake-erst.h"

#define BASE         0x7f000000
#define RANGE_MAX    4096
#define IDS_MAX      64
#define ACCESSES_MAX 200000

struct machine {
        uint8_t memory[RANGE_MAX];
        size_t size;
        uint64_t accesses;
};

static uint8_t *at(struct machine *machine, uint64_t address, size_t size) {
        fuzz_check(++machine->accesses <= ACCESSES_MAX);
        fuzz_check(address >= BASE && address - BASE <= machine->size &&
                   size <= machine->size - (address - BASE));
        return machine->memory + (address - BASE);
}

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        memcpy(destination, at(context, address, size), size);
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        memcpy(at(context, address, size), source, size);
        return 0;
}

/* What can be read at a moment. */
struct view {
        uint64_t ids[IDS_MAX];
        uint8_t bytes[IDS_MAX][RANGE_MAX];
        size_t sizes[IDS_MAX]; /* 0: damaged */
        size_t count;
};

static void take_view(struct erst *erst, struct view *view) {
        int r = erst_walk(erst, view->ids, IDS_MAX, &view->count);

        fuzz_check(r == 0 && view->count <= RANGE_MAX / ERST_CPER_HEADER_SIZE * 2);
        for (size_t i = 0; i < view->count; i++) {
                fuzz_check(view->ids[i] != ERST_ID_UNSPECIFIED && view->ids[i] != ERST_ID_NONE);
                for (size_t j = 0; j < i; j++)
                        fuzz_check(view->ids[i] != view->ids[j]);
                view->sizes[i] = 0;
                r = erst_read(erst, view->ids[i], view->bytes[i], RANGE_MAX, &view->sizes[i]);
                fuzz_check(r == ERR_LENGTH || (r == 0 && view->sizes[i] >= ERST_CPER_HEADER_SIZE &&
                                               bytes_u64(bytes_of(view->bytes[i], view->sizes[i]),
                                                         ERST_CPER_RECORD_ID) == view->ids[i]));
        }
}

static const struct bytes *find(const struct view *view, uint64_t id, struct bytes *ret_record) {
        for (size_t i = 0; i < view->count; i++)
                if (view->ids[i] == id) {
                        *ret_record = bytes_of(view->bytes[i], view->sizes[i]);
                        return ret_record;
                }
        return NULL;
}

/* Every whole record of `before` but `id` is in `after`, unchanged. */
static void require_kept(const struct view *before, const struct view *after, uint64_t id) {
        for (size_t i = 0; i < before->count; i++) {
                struct bytes record;

                if (before->ids[i] == id || before->sizes[i] == 0)
                        continue;
                fuzz_check(find(after, before->ids[i], &record) != NULL);
                fuzz_check(bytes_equal(record, bytes_of(before->bytes[i], before->sizes[i])));
        }
}

static void check_write(struct erst *erst, uint64_t id, size_t size) {
        static struct view before, after;
        static uint8_t raw[RANGE_MAX];
        struct bytes record = fake_erst_make_record(raw, size, id), found;
        int r;

        take_view(erst, &before);
        r = erst_write(erst, record);
        memcpy(raw + ERST_CPER_PERSISTENCE, "ER", 2);
        take_view(erst, &after);
        require_kept(&before, &after, id);
        fuzz_check(r == 0 || r == ERR_NO_SPACE || r == ERR_TOO_LARGE || r == ERR_FAILED);
        if (r == 0)
                fuzz_check(find(&after, id, &found) && bytes_equal(found, record));
}

static void check_clear(struct erst *erst, uint64_t id) {
        static struct view before, after;
        struct bytes found;
        int r;

        take_view(erst, &before);
        r = erst_clear(erst, id);
        if (find(&before, id, &found))
                fuzz_check(r == 0 || r == ERR_EXISTS || r == ERR_FAILED);
        else
                fuzz_check(r == ERR_NOT_FOUND);
        take_view(erst, &after);
        require_kept(&before, &after, id);
        fuzz_check(r == ERR_FAILED || !find(&after, id, &found) == (r != ERR_EXISTS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct machine machine;
        static struct view view;
        const struct acpi_io io = { .context = &machine, .copy_from = copy_from, .copy_to = copy_to };
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;
        struct erst erst;
        size_t record_size;

        if (size < 2 + ERST_CPER_HEADER_SIZE)
                return 0;
        record_size = ERST_CPER_HEADER_SIZE +
                      (size_t) (data[0] | data[1] << 8) % (RANGE_MAX - ERST_CPER_HEADER_SIZE);
        machine.size = size_min(size - 2, RANGE_MAX);
        machine.accesses = 0;
        memcpy(machine.memory, data + 2, machine.size);
        erst_builder_init(&builder);
        fuzz_check(erst_table_parse(erst_builder_finish(&builder), &table, &fault) == 0);
        erst = (struct erst){ .table = &table,
                              .io = &io,
                              .range_address = BASE,
                              .range_length = machine.size,
                              .attributes = ERST_ATTRIBUTE_NVRAM };
        check_write(&erst, 7, record_size);
        take_view(&erst, &view);
        check_clear(&erst, view.count > 0 ? view.ids[view.count / 2] : 1);
        check_write(&erst, 7, record_size / 2 + ERST_CPER_HEADER_SIZE / 2);
        return 0;
}
