/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst.h"

#include "acpi/erst-exec.h"
#include "acpi/erst-nvram.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

/* The wait between two looks at the busy status doubles, so that a quick platform is not waited for. */
#define POLL_STEP_FIRST_US 10
#define POLL_STEP_MAX_US   1000

/* A platform that says it is slow is left alone for its nominal time, up to this. */
#define POLL_STEP_SLOW_MAX_US 50000

/* More looks than the longest timeout has steps: a second bound, should the first ever be miscounted. */
#define POLLS_MAX 100000

/* ACPI 6.5, 18.5.1.1: command status, and what it means to a caller. */
static const int status_errors[] = {
        0,               /* success */
        ERR_NO_SPACE,    /* not enough space */
        ERR_HARDWARE,    /* hardware not available */
        ERR_FAILED,      /* failed */
        ERR_STORE_EMPTY, /* record store empty */
        ERR_NOT_FOUND,   /* record not found */
};

/* An operation is its BEGIN action and what the platform has to be told before it may start. */
struct operation {
        uint8_t begin;
        bool sets_offset, sets_id;
};

static const struct operation operation_write = { ERST_BEGIN_WRITE_OPERATION, true, false };
static const struct operation operation_read = { ERST_BEGIN_READ_OPERATION, true, true };
static const struct operation operation_clear = { ERST_BEGIN_CLEAR_OPERATION, false, true };
static const struct operation operation_dummy_write = { ERST_BEGIN_DUMMY_WRITE_OPERATION, true, false };

/* What is done with the result of an operation that succeeded, before the platform is told that it ended. */
struct transfer {
        int (*take)(const struct erst *erst, struct erst_context *context, struct transfer *transfer);
        uint64_t id;     /* in: the record asked for; out of take_identifier(): the next one */
        uint64_t offset; /* of the record in the range: 0 but in NVRAM */
        void *buffer;    /* take_record(): where to */
        size_t capacity;
        size_t size; /* out of take_record(): what there is, or what is needed */
};

static bool id_is_valid(uint64_t id) {
        return id != ERST_ID_UNSPECIFIED && id != ERST_ID_NONE;
}

static bool has_action(const struct erst *erst, uint8_t action) {
        return erst_table_action_length(erst->table, action) > 0;
}

static int run(const struct erst *erst, struct erst_context *context, uint8_t action) {
        return erst_run_action(erst->table, erst->io, context, action);
}

static int run_optional(const struct erst *erst, struct erst_context *context, uint8_t action) {
        int r = run(erst, context, action);

        return r == ERR_ACTION_MISSING ? 0 : r;
}

static int set(const struct erst *erst, struct erst_context *context, uint8_t action, uint64_t value) {
        context->value = value;
        return run(erst, context, action);
}

/* The value is cleared first: an action that is a mere NOOP answers 0, not what an earlier one left. */
static int get(const struct erst *erst, struct erst_context *context, uint8_t action, uint64_t *ret_value) {
        int r;

        context->value = 0;
        r = run(erst, context, action);
        if (r < 0)
                return r;
        *ret_value = context->value;
        return 0;
}

/* The bits below the code that the mask of GET_COMMAND_STATUS leaves out; see erst.h, status_shift. */
static unsigned find_status_shift(const struct erst_table *table) {
        unsigned shift = 0;
        struct erst_entry entry;

        for (size_t i = 0; erst_table_entry(table, i, &entry) >= 0; i++)
                if (entry.action == ERST_GET_COMMAND_STATUS && entry.instruction == ERST_READ_REGISTER &&
                    entry.mask != 0)
                        shift = (unsigned) __builtin_ctzll(entry.mask);
        return shift;
}

/* Only the low 32 bits count: HiSilicon D06 reads its neighbour field into the upper half. */
static int status_error(const struct erst *erst) {
        uint32_t status = (uint32_t) u64_shift_right(erst->last_status, erst->status_shift);

        return status < ARRAY_SIZE(status_errors) ? status_errors[status] : ERR_STATUS;
}

/*
 * The maximum is in microseconds (ACPI 6.5, 18.5.1.1); Linux takes it for milliseconds. Absent timings leave
 * the floor.
 */
static int read_timings(struct erst *erst, struct erst_context *context) {
        uint64_t floor_us =
                erst->attributes & ERST_ATTRIBUTE_SLOW ? ERST_TIMEOUT_SLOW_FLOOR_US : ERST_TIMEOUT_FLOOR_US;
        uint64_t timings = 0;
        int r = get(erst, context, ERST_GET_EXECUTE_OPERATION_TIMINGS, &timings);

        if (r < 0 && r != ERR_ACTION_MISSING)
                return r;
        erst->nominal_us = timings & UINT32_MAX;
        erst->timeout_us = timings >> 32;
        if (erst->timeout_us < floor_us)
                erst->timeout_us = floor_us;
        if (erst->timeout_us > ERST_TIMEOUT_CEILING_US)
                erst->timeout_us = ERST_TIMEOUT_CEILING_US;
        return 0;
}

static int read_range(struct erst *erst, struct erst_context *context) {
        uint64_t end;
        int r;

        /* Of a platform that lacks one of them, none is run. */
        if (!has_action(erst, ERST_GET_ERROR_LOG_ADDRESS_RANGE) ||
            !has_action(erst, ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH) ||
            !has_action(erst, ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES))
                return ERR_ACTION_MISSING;
        r = get(erst, context, ERST_GET_ERROR_LOG_ADDRESS_RANGE, &erst->range_address);
        if (r < 0)
                return r;
        r = get(erst, context, ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, &erst->range_length);
        if (r < 0)
                return r;
        r = get(erst, context, ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, &erst->attributes);
        if (r < 0)
                return r;
        if (erst->range_address == 0 || erst->range_length < ERST_CPER_HEADER_SIZE ||
            !u64_add(erst->range_address, erst->range_length, &end))
                return ERR_VALUE;
        return 0;
}

int erst_open(struct erst *erst, const struct erst_table *table, const struct acpi_io *io) {
        struct erst opened = { .table = table, .io = io, .status_shift = find_status_shift(table) };
        struct erst_context context = { 0 };
        int r = read_range(&opened, &context);

        if (r < 0)
                return r;
        r = read_timings(&opened, &context);
        if (r < 0)
                return r;
        *erst = opened;
        return 0;
}

size_t erst_record_capacity(const struct erst *erst) {
        return erst->range_length < ERST_RECORD_SIZE_MAX ? (size_t) erst->range_length : ERST_RECORD_SIZE_MAX;
}

/* What can be known before the platform is touched. */
static int check_operation(const struct erst *erst, const struct operation *operation) {
        if (!has_action(erst, ERST_EXECUTE_OPERATION) || !has_action(erst, ERST_CHECK_BUSY_STATUS) ||
            !has_action(erst, ERST_GET_COMMAND_STATUS))
                return ERR_ACTION_MISSING;
        if (operation->sets_offset && !has_action(erst, ERST_SET_RECORD_OFFSET))
                return ERR_ACTION_MISSING;
        if (operation->sets_id && !has_action(erst, ERST_SET_RECORD_IDENTIFIER))
                return ERR_ACTION_MISSING;
        return 0;
}

/* Time is what was stalled, here or by CHECK_BUSY_STATUS itself: firmware gives no clock to rely on. */
static int wait_while_busy(const struct erst *erst, struct erst_context *context) {
        uint64_t start_us = context->stalled_us, step_us = POLL_STEP_FIRST_US, busy;
        uint64_t step_max_us = POLL_STEP_MAX_US;

        if ((erst->attributes & ERST_ATTRIBUTE_SLOW) && erst->nominal_us > POLL_STEP_MAX_US)
                step_max_us =
                        erst->nominal_us < POLL_STEP_SLOW_MAX_US ? erst->nominal_us : POLL_STEP_SLOW_MAX_US;
        for (unsigned polls = 0; polls < POLLS_MAX; polls++) {
                int r = get(erst, context, ERST_CHECK_BUSY_STATUS, &busy);

                if (r < 0 || busy == 0)
                        return r;
                if (context->stalled_us - start_us >= erst->timeout_us)
                        return ERR_TIMEOUT;
                r = erst->io->stall(erst->io->context, step_us);
                if (r < 0)
                        return r;
                context->stalled_us += step_us;
                if (step_us * 2 <= step_max_us)
                        step_us *= 2;
        }
        return ERR_TIMEOUT;
}

/* ACPI 6.5, 18.5.2.1 to 18.5.2.3: what all operations share between the record's copy and END. */
static int drive(struct erst *erst, struct erst_context *context, const struct operation *operation,
                 const struct transfer *transfer) {
        int r = run_optional(erst, context, operation->begin);

        if (r >= 0 && operation->sets_offset)
                r = set(erst, context, ERST_SET_RECORD_OFFSET, transfer->offset);
        if (r >= 0 && operation->sets_id)
                r = set(erst, context, ERST_SET_RECORD_IDENTIFIER, transfer->id);
        if (r >= 0)
                r = run(erst, context, ERST_EXECUTE_OPERATION);
        if (r >= 0)
                r = wait_while_busy(erst, context);
        if (r >= 0)
                r = get(erst, context, ERST_GET_COMMAND_STATUS, &erst->last_status);
        return r < 0 ? r : status_error(erst);
}

/*
 * END_OPERATION comes last in every case, also behind a failure, so that the platform drops its context;
 * Linux leaves it out then. The first error is the one that counts.
 */
static int operate(struct erst *erst, const struct operation *operation, struct transfer *transfer) {
        struct erst_context context = { 0 };
        int end, r = check_operation(erst, operation);

        if (r < 0)
                return r;
        r = drive(erst, &context, operation, transfer);
        if (r >= 0 && transfer->take)
                r = transfer->take(erst, &context, transfer);
        end = run_optional(erst, &context, ERST_END_OPERATION);
        return r < 0 ? r : end;
}

int erst_count(struct erst *erst, uint64_t *ret_count) {
        struct erst_context context = { 0 };

        return get(erst, &context, ERST_GET_RECORD_COUNT, ret_count);
}

/*
 * Neither the length nor the identifier in what the platform returned is trusted, and the header that was
 * checked is the one handed out: the exchange range is not ours alone, it may change meanwhile.
 */
static int take_record(const struct erst *erst, struct erst_context *context, struct transfer *transfer) {
        uint8_t raw[ERST_CPER_HEADER_SIZE] = { 0 }, *buffer = transfer->buffer;
        uint64_t address = erst->range_address + transfer->offset;
        struct bytes header = bytes_of(raw, sizeof(raw));
        int r = erst->io->copy_from(erst->io->context, address, raw, sizeof(raw));

        (void) context;
        if (r < 0)
                return r;
        if (bytes_u64(header, ERST_CPER_RECORD_ID) != transfer->id)
                return ERR_MISMATCH;
        transfer->size = bytes_u32(header, ERST_CPER_RECORD_LENGTH);
        if (transfer->size < sizeof(raw) || transfer->size > erst_record_capacity(erst) ||
            transfer->size > erst->range_length - transfer->offset)
                return ERR_LENGTH;
        if (transfer->size > transfer->capacity)
                return ERR_BUFFER_TOO_SMALL;
        memcpy(buffer, raw, sizeof(raw));
        if (transfer->size == sizeof(raw))
                return 0;
        return erst->io->copy_from(erst->io->context, address + sizeof(raw), buffer + sizeof(raw),
                                   transfer->size - sizeof(raw));
}

static bool is_in_place(const struct erst *erst) {
        return erst->attributes & ERST_ATTRIBUTE_NVRAM;
}

static struct erst_nvram nvram_of(const struct erst *erst) {
        return (struct erst_nvram){ erst->io, erst->range_address, erst->range_length };
}

/* ACPI 6.5, 18.5.2.4.1: the platform is not asked. */
static int read_in_place(const struct erst *erst, struct transfer *transfer) {
        struct erst_nvram nvram = nvram_of(erst);
        struct erst_nvram_record record;
        int r = erst_nvram_find(&nvram, transfer->id, ERST_NVRAM_NOWHERE, &record);

        if (r <= 0)
                return r < 0 ? r : ERR_NOT_FOUND;
        transfer->offset = record.offset;
        return record.damaged ? ERR_LENGTH : take_record(erst, NULL, transfer);
}

int erst_read(struct erst *erst, uint64_t id, void *buffer, size_t capacity, size_t *ret_size) {
        struct transfer transfer = { .take = take_record, .id = id, .buffer = buffer, .capacity = capacity };
        int r;

        if (!id_is_valid(id))
                return ERR_INVALID_ARGUMENT;
        if (is_in_place(erst))
                r = read_in_place(erst, &transfer);
        else
                r = operate(erst, &operation_read, &transfer);
        if (r >= 0 || r == ERR_BUFFER_TOO_SMALL)
                *ret_size = transfer.size;
        return r;
}

/* A write that was cut off leaves two records of one identifier. More than these: it cannot be wiped. */
#define DUPLICATES_MAX 8

/* All records of this identifier but the one at `except`. */
static int wipe_in_place(const struct erst *erst, uint64_t id, uint64_t except) {
        struct erst_nvram nvram = nvram_of(erst);
        struct erst_nvram_record record;

        /* The last round only has to find that nothing is left. */
        for (unsigned wiped = 0; wiped <= DUPLICATES_MAX; wiped++) {
                int r = erst_nvram_find(&nvram, id, except, &record);

                if (r <= 0)
                        return r;
                r = erst_nvram_wipe(&nvram, &record);
                if (r < 0)
                        return r;
        }
        return ERR_FAILED;
}

/*
 * Memory that cannot be written shows here, and so does a stray "CPER" before the new record's place whose
 * header that record's bytes make complete.
 */
static int check_stored(const struct erst_nvram *nvram, const struct erst_nvram_record *own) {
        struct erst_nvram_record record;
        uint64_t offset = 0;
        int r;

        while ((r = erst_nvram_next(nvram, &offset, &record)) > 0)
                if (record.offset == own->offset)
                        return record.id == own->id && record.length == own->length ? 0 : ERR_FAILED;
        return r < 0 ? r : ERR_FAILED;
}

/* The platform is told, and need not do anything: what was written or wiped in NVRAM is so already. */
static int tell_platform(struct erst *erst, const struct operation *operation, struct transfer *transfer) {
        int r = operate(erst, operation, transfer);

        return r == ERR_ACTION_MISSING ? 0 : r;
}

/*
 * A record is put where nothing is; only when the platform has it are others of its identifier wiped. One
 * that the platform does not take is wiped itself.
 */
static int write_in_place(struct erst *erst, struct bytes record) {
        struct transfer transfer = { .id = bytes_u64(record, ERST_CPER_RECORD_ID) };
        struct erst_nvram nvram = nvram_of(erst);
        struct erst_nvram_record own = { .id = transfer.id, .length = (uint32_t) record.size };
        int r;

        if (!bytes_start_with(record, bytes_of("CPER", 4)))
                return ERR_INVALID_ARGUMENT;
        r = erst_nvram_find_room(&nvram, record.size, &transfer.offset);
        if (r < 0)
                return r;
        own.offset = transfer.offset;
        r = erst_nvram_store(&nvram, own.offset, record);
        if (r >= 0)
                r = check_stored(&nvram, &own);
        if (r >= 0)
                r = tell_platform(erst, &operation_write, &transfer);
        if (r >= 0)
                return wipe_in_place(erst, own.id, own.offset);
        (void) erst_nvram_wipe(&nvram, &own);
        return r;
}

int erst_write(struct erst *erst, struct bytes record) {
        struct transfer transfer = { 0 };
        int r;

        if (record.size < ERST_CPER_HEADER_SIZE ||
            bytes_u32(record, ERST_CPER_RECORD_LENGTH) != record.size ||
            !id_is_valid(bytes_u64(record, ERST_CPER_RECORD_ID)))
                return ERR_INVALID_ARGUMENT;
        if (record.size > erst_record_capacity(erst))
                return ERR_TOO_LARGE;
        if (is_in_place(erst))
                return write_in_place(erst, record);
        /* operate() looks at this, too; but where nothing can be written, the range stays as it is. */
        r = check_operation(erst, &operation_write);
        if (r < 0)
                return r;
        r = erst->io->copy_to(erst->io->context, erst->range_address, record.data, record.size);
        if (r < 0)
                return r;
        /* ACPI 6.5, 18.5.1, Error Record Serialization Info: the signature is ours to set, the six bytes
         * behind it are the platform's. */
        r = erst->io->copy_to(erst->io->context, erst->range_address + ERST_CPER_PERSISTENCE, "ER", 2);
        if (r < 0)
                return r;
        return operate(erst, &operation_write, &transfer);
}

/* 1 when there is a record of the same identifier that is not the same; 0, or what `io` returned. */
static int has_namesake(const struct erst_nvram *nvram, const struct erst_nvram_record *record) {
        struct erst_nvram_record other;
        uint64_t offset = 0;
        int r;

        while ((r = erst_nvram_next(nvram, &offset, &other)) > 0) {
                if (other.id != record->id || other.offset == record->offset)
                        continue;
                r = erst_nvram_same(nvram, record, &other);
                if (r <= 0)
                        return r < 0 ? r : 1;
        }
        return r;
}

/*
 * A platform that does not know the record, or has no clear, leaves its removal to us. After a write that was
 * cut off there may be two of an identifier: the one that erst_read() gives goes, and the platform, which
 * might take the other, is not told.
 */
static int clear_in_place(struct erst *erst, struct transfer *transfer) {
        struct erst_nvram nvram = nvram_of(erst);
        struct erst_nvram_record record, left;
        int r = erst_nvram_find(&nvram, transfer->id, ERST_NVRAM_NOWHERE, &record);

        if (r <= 0)
                return r < 0 ? r : ERR_NOT_FOUND;
        r = has_namesake(&nvram, &record);
        if (r < 0)
                return r;
        if (r > 0) {
                r = erst_nvram_wipe(&nvram, &record);
                if (r >= 0)
                        r = erst_nvram_find(&nvram, transfer->id, ERST_NVRAM_NOWHERE, &left);
                if (r < 0)
                        return r;
                return r > 0 && left.offset == record.offset ? ERR_FAILED : ERR_EXISTS;
        }
        r = tell_platform(erst, &operation_clear, transfer);
        if (r < 0 && r != ERR_NOT_FOUND && r != ERR_STORE_EMPTY)
                return r;
        return wipe_in_place(erst, transfer->id, ERST_NVRAM_NOWHERE);
}

int erst_clear(struct erst *erst, uint64_t id) {
        struct transfer transfer = { .id = id };

        if (!id_is_valid(id))
                return ERR_INVALID_ARGUMENT;
        if (is_in_place(erst))
                return clear_in_place(erst, &transfer);
        return operate(erst, &operation_clear, &transfer);
}

int erst_dummy_write(struct erst *erst) {
        struct transfer transfer = { 0 };

        if (!has_action(erst, ERST_BEGIN_DUMMY_WRITE_OPERATION))
                return ERR_ACTION_MISSING;
        return operate(erst, &operation_dummy_write, &transfer);
}

static int take_identifier(const struct erst *erst, struct erst_context *context, struct transfer *transfer) {
        return get(erst, context, ERST_GET_RECORD_IDENTIFIER, &transfer->id);
}

static bool is_status(int error) {
        for (size_t i = 1; i < ARRAY_SIZE(status_errors); i++)
                if (status_errors[i] == error)
                        return true;
        return error == ERR_STATUS;
}

/* The identifier behind `previous`; `stuck` when the platform did not move on from it by being asked. */
static int next_identifier(struct erst *erst, uint64_t previous, bool stuck, uint64_t *ret_id) {
        struct transfer transfer = { .take = take_identifier, .id = previous };
        struct erst_context context = { 0 };
        int r;

        if (!stuck || check_operation(erst, &operation_read) < 0)
                return get(erst, &context, ERST_GET_RECORD_IDENTIFIER, ret_id);
        /*
         * Then it moves on only when a record is read: ACPI 6.5, 18.5.2.2 step 6 asks for the next
         * identifier before END. A record that cannot be read is no end of the list.
         */
        r = operate(erst, &operation_read, &transfer);
        if (is_status(r))
                return get(erst, &context, ERST_GET_RECORD_IDENTIFIER, ret_id);
        if (r >= 0)
                *ret_id = transfer.id;
        return r;
}

/* Two rounds of a platform that gives each identifier twice; with more it makes us run after it. */
#define WALK_ANSWERS_MAX (4 * ERST_WALK_MAX)

struct walk {
        uint64_t *ids;
        size_t capacity, found, answers;
        size_t stale;      /* answers since the last one that was news */
        unsigned ends;     /* how often the platform said that the list ended */
        uint64_t previous; /* the last answer */
        bool stuck;        /* the last answer was the one before it again */
};

static bool walk_knows(const struct walk *walk, uint64_t id) {
        for (size_t i = 0; i < walk->found; i++)
                if (walk->ids[i] == id)
                        return true;
        return false;
}

/*
 * The platform may stand anywhere in its list when the walk begins, so the first end counts only when
 * nothing is missing: QEMU starts over behind it. A list that repeats without an end is complete when a
 * whole round brought no news.
 */
static bool walk_is_over(const struct walk *walk, uint64_t count) {
        if (walk->ends > 1 || (walk->ends == 1 && walk->found >= count))
                return true;
        return walk->stale > walk->found;
}

static int walk_take(struct walk *walk, uint64_t id) {
        if (walk->answers++ == WALK_ANSWERS_MAX)
                return ERR_LOOP;
        walk->stuck = id == walk->previous;
        walk->previous = id;
        if (!id_is_valid(id)) { /* 0 as well: some firmware says so of an empty store */
                walk->ends++;
                walk->stuck = false;
                return 0;
        }
        if (walk_knows(walk, id)) {
                walk->stale++;
                return 0;
        }
        /* Too little room is the caller's to mend, until there is room for all that a walk takes. */
        if (walk->found == walk->capacity)
                return walk->capacity < ERST_WALK_MAX ? ERR_BUFFER_TOO_SMALL : ERR_LOOP;
        walk->ids[walk->found++] = id;
        walk->stale = 0;
        return 0;
}

static int walk_in_place(const struct erst *erst, struct walk *walk) {
        struct erst_nvram nvram = nvram_of(erst);
        struct erst_nvram_record record;
        uint64_t offset = 0;
        int r;

        while ((r = erst_nvram_next(&nvram, &offset, &record)) > 0) {
                r = walk_take(walk, record.id);
                if (r < 0)
                        return r;
        }
        return r;
}

int erst_walk(struct erst *erst, uint64_t *ids, size_t capacity, size_t *ret_count) {
        struct walk walk = { .ids = ids, .capacity = size_min(capacity, ERST_WALK_MAX) };
        uint64_t count = UINT64_MAX, id;
        int r;

        if (is_in_place(erst)) {
                r = walk_in_place(erst, &walk);
                if (r == 0 || r == ERR_LOOP || r == ERR_BUFFER_TOO_SMALL)
                        *ret_count = walk.found;
                return r;
        }
        r = erst_count(erst, &count);
        if (r < 0 && r != ERR_ACTION_MISSING)
                return r;
        for (r = 0; r >= 0 && !walk_is_over(&walk, count);) {
                r = next_identifier(erst, walk.previous, walk.stuck, &id);
                if (r < 0)
                        return r;
                r = walk_take(&walk, id);
        }
        *ret_count = walk.found;
        return r;
}
