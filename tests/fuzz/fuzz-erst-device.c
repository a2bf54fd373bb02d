/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * A valid table in front of a device that answers every read with what the input says next, and with zeros
 * behind its end. All operations are run. What must hold: each ends, and soon; sizes and counts lie within
 * what the caller gave; a walk names no identifier twice and none that no record has; a record that was read
 * has the identifier and the length that were asked for and told; writes go to the exchange range alone.
 */
#include <string.h>

#include "acpi/erst.h"
#include "base/arith.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake-erst.h"

#define IDS_MAX    64
#define BUFFER_MAX 0x4000

/* An operation may be polled for its whole time, and a walk may make one of each identifier it is told. */
#define OPERATION_STALL_MAX_US (ERST_TIMEOUT_CEILING_US + 100000)
#define OPERATION_ACCESSES_MAX 500000

struct device {
        struct bytes answers;
        size_t next;
        uint64_t stalled_us, accesses;
        const struct erst *erst; /* NULL: not open yet */
};

static void answer(struct device *device, void *destination, size_t size) {
        struct bytes left = bytes_from(device->answers, device->next);
        size_t have = size_min(left.size, size);

        memset(destination, 0, size);
        if (have > 0)
                memcpy(destination, left.data, have);
        device->next += have;
}

static void count_access(struct device *device) {
        fuzz_check(++device->accesses <= OPERATION_ACCESSES_MAX);
}

static int read_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t *ret_value) {
        uint8_t raw[8] = { 0 };

        (void) space, (void) address;
        count_access(context);
        answer(context, raw, bits / 8);
        *ret_value = bytes_u64(bytes_of(raw, sizeof(raw)), 0);
        return 0;
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t value) {
        (void) space, (void) address, (void) bits, (void) value;
        count_access(context);
        return 0;
}

static void require_in_range(const struct device *device, uint64_t address, size_t size) {
        fuzz_check(device->erst && address >= device->erst->range_address);
        fuzz_check(address - device->erst->range_address <= device->erst->range_length &&
                   size <= device->erst->range_length - (address - device->erst->range_address));
}

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        count_access(context);
        require_in_range(context, address, size);
        answer(context, destination, size);
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        (void) source;
        count_access(context);
        require_in_range(context, address, size);
        return 0;
}

static int stall(void *context, uint64_t duration_us) {
        struct device *device = context;

        device->stalled_us += duration_us;
        return 0;
}

static void begin(struct device *device) {
        device->stalled_us = device->accesses = 0;
}

static void check_walk(struct erst *erst, struct device *device, uint64_t *ids, size_t *ret_count) {
        size_t count = SIZE_MAX;
        int r;

        begin(device);
        r = erst_walk(erst, ids, IDS_MAX, &count);
        if (r < 0 && count == SIZE_MAX) {
                *ret_count = 0;
                return;
        }
        fuzz_check(r == 0 || r == ERR_BUFFER_TOO_SMALL || r == ERR_LOOP);
        fuzz_check(count <= IDS_MAX && (r != ERR_BUFFER_TOO_SMALL || count == IDS_MAX));
        for (size_t i = 0; i < count; i++) {
                fuzz_check(ids[i] != ERST_ID_UNSPECIFIED && ids[i] != ERST_ID_NONE);
                for (size_t j = 0; j < i; j++)
                        fuzz_check(ids[i] != ids[j]);
        }
        *ret_count = count;
}

static void check_read(struct erst *erst, struct device *device, uint64_t id) {
        static uint8_t buffer[BUFFER_MAX + 1];
        size_t size = SIZE_MAX;
        int r;

        begin(device);
        buffer[BUFFER_MAX] = 0x5a;
        r = erst_read(erst, id, buffer, BUFFER_MAX, &size);
        fuzz_check(buffer[BUFFER_MAX] == 0x5a);
        fuzz_check(device->stalled_us <= OPERATION_STALL_MAX_US);
        fuzz_check((size != SIZE_MAX) == (r == 0 || r == ERR_BUFFER_TOO_SMALL));
        if (r == 0)
                fuzz_check(size >= ERST_CPER_HEADER_SIZE && size <= BUFFER_MAX &&
                           size <= erst_record_capacity(erst) &&
                           bytes_u32(bytes_of(buffer, size), ERST_CPER_RECORD_LENGTH) == size &&
                           bytes_u64(bytes_of(buffer, size), ERST_CPER_RECORD_ID) == id);
        if (r == ERR_BUFFER_TOO_SMALL)
                fuzz_check(size > BUFFER_MAX && size <= erst_record_capacity(erst));
}

static void check_write(struct erst *erst, struct device *device) {
        static uint8_t record[1000];

        begin(device);
        (void) erst_write(erst, fake_erst_make_record(record, sizeof(record), 7));
        fuzz_check(device->stalled_us <= OPERATION_STALL_MAX_US);
}

static void check_all(struct erst *erst, struct device *device) {
        uint64_t ids[IDS_MAX], told;
        size_t count;

        fuzz_check(erst->timeout_us >= ERST_TIMEOUT_FLOOR_US && erst->timeout_us <= ERST_TIMEOUT_CEILING_US);
        fuzz_check(erst_record_capacity(erst) >= ERST_CPER_HEADER_SIZE);
        begin(device);
        fuzz_check(erst_count(erst, &told) == 0);
        check_walk(erst, device, ids, &count);
        check_write(erst, device);
        check_read(erst, device, count > 0 ? ids[0] : 1);
        begin(device);
        (void) erst_clear(erst, 1);
        fuzz_check(device->stalled_us <= OPERATION_STALL_MAX_US);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct fake_erst fake;
        struct device device = { .answers = bytes_from(bytes_of(data, size), 1) };
        const struct acpi_io io = { &device, read_register, write_register, copy_from, copy_to, stall };
        struct erst_table table;
        struct erst_fault fault;
        struct erst erst;

        if (size < 1)
                return 0;
        fake_erst_init(&fake, data[0] & 1 ? FAKE_ERST_MAILBOX : FAKE_ERST_QEMU);
        fuzz_check(erst_table_parse(fake_erst_table(&fake), &table, &fault) == 0);
        if (erst_open(&erst, &table, &io) < 0)
                return 0;
        device.erst = &erst;
        check_all(&erst, &device);
        return 0;
}
