/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-erst.h"

#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"

const enum fake_erst_style fake_erst_styles[2] = { FAKE_ERST_QEMU, FAKE_ERST_MAILBOX };

/* The action register, and the value register at 8 from it. */
#define ACTION_REGISTER FAKE_ERST_REGISTER_ADDRESS
#define VALUE_REGISTER  (FAKE_ERST_REGISTER_ADDRESS + 8)
#define EXECUTE_MAGIC   0x9c

/* The mailbox's fields. Everything but the commands lies across its natural alignment somewhere. */
#define MAILBOX_COMMAND    0x00 /* u8 */
#define MAILBOX_OFFSET     0x01 /* u32 */
#define MAILBOX_ID         0x07 /* u64 */
#define MAILBOX_BUSY       0x0f /* u8: bit 3; the other bits are somebody else's */
#define MAILBOX_STATUS     0x10 /* u16: bits 8:1 */
#define MAILBOX_NEXT_ID    0x14 /* u64 */
#define MAILBOX_COUNT      0x1d /* u16 */
#define MAILBOX_RANGE      0x21 /* u32 */
#define MAILBOX_LENGTH     0x26 /* u16 */
#define MAILBOX_ATTRIBUTES 0x28 /* u8 */
#define MAILBOX_END        0x29 /* u8: not the register that BEGIN writes */
#define MAILBOX_TIMINGS    0x30 /* u64 */
#define MAILBOX_BUSY_BIT   3
#define MAILBOX_STRANGERS  0xa5 /* what the busy byte's other bits hold */
#define SMI_EXECUTE        0x9a

/* Vendors number their BEGIN codes as they like. */
#define COMMAND_WRITE       0x71
#define COMMAND_READ        0x72
#define COMMAND_CLEAR       0x73
#define COMMAND_DUMMY_WRITE 0x7b

enum {
        STATUS_SUCCESS,
        STATUS_NO_SPACE,
        STATUS_HARDWARE,
        STATUS_FAILED,
        STATUS_EMPTY,
        STATUS_NOT_FOUND,
};

/* --- the store -------------------------------------------------------------------------------- */

static struct fake_erst_record *slot_of(struct fake_erst *fake, uint64_t id) {
        for (size_t i = 0; i < fake->slots; i++)
                if (fake->records[i].id == id)
                        return &fake->records[i];
        return NULL;
}

static bool is_nvram(const struct fake_erst *fake) {
        return fake->attributes & ERST_ATTRIBUTE_NVRAM;
}

/* This platform aligns its records to 16; they lie where they lie, without an index. */
#define NVRAM_ALIGNMENT 16

/* The record at `offset` of the range, or an empty view. */
static struct bytes nvram_at(const struct fake_erst *fake, size_t offset) {
        struct bytes range = bytes_from(bytes_of(fake->exchange, sizeof(fake->exchange)), offset);

        if (range.size < ERST_CPER_HEADER_SIZE || !bytes_start_with(range, bytes_of("CPER", 4)) ||
            memcmp(range.data + ERST_CPER_PERSISTENCE, "ER", 2) != 0)
                return bytes_of(NULL, 0);
        return bytes_first(range, bytes_u32(range, ERST_CPER_RECORD_LENGTH));
}

/* The record of this identifier, or any when it is 0, at or behind *offset. */
static struct bytes nvram_find(const struct fake_erst *fake, uint64_t id, size_t *offset) {
        for (; *offset < sizeof(fake->exchange); *offset += NVRAM_ALIGNMENT / 2) {
                struct bytes record = nvram_at(fake, *offset);

                if (record.size > 0 && (id == 0 || bytes_u64(record, ERST_CPER_RECORD_ID) == id))
                        return record;
        }
        return bytes_of(NULL, 0);
}

static size_t nvram_count(const struct fake_erst *fake) {
        size_t offset = 0, count = 0;

        for (; nvram_find(fake, 0, &offset).size > 0; offset += ERST_CPER_HEADER_SIZE)
                count++;
        return count;
}

size_t fake_erst_count(const struct fake_erst *fake) {
        size_t count = 0;

        if (is_nvram(fake))
                return nvram_count(fake);

        for (size_t i = 0; i < FAKE_ERST_SLOTS; i++)
                count += fake->records[i].id != 0;
        return count;
}

struct bytes fake_erst_find(const struct fake_erst *fake, uint64_t id) {
        size_t offset = 0;

        if (is_nvram(fake))
                return id ? nvram_find(fake, id, &offset) : bytes_of(NULL, 0);
        for (size_t i = 0; i < FAKE_ERST_SLOTS; i++)
                if (id != 0 && fake->records[i].id == id)
                        return bytes_of(fake->records[i].bytes, fake->records[i].size);
        return bytes_of(NULL, 0);
}

/* The first record at or behind slot `from`; fake->slots: there is none. */
static size_t occupied(const struct fake_erst *fake, size_t from) {
        while (from < fake->slots && fake->records[from].id == 0)
                from++;
        return from;
}

/* The same, but starts over behind the last. */
static size_t occupied_around(const struct fake_erst *fake, size_t from) {
        size_t i = occupied(fake, from);

        return i < fake->slots ? i : occupied(fake, 0);
}

static uint64_t store(struct fake_erst *fake, struct bytes record) {
        uint64_t id = bytes_u64(record, ERST_CPER_RECORD_ID);
        struct fake_erst_record *slot;

        if (id == 0 || id == UINT64_MAX)
                return STATUS_FAILED;
        slot = slot_of(fake, id);
        if (!slot)
                slot = slot_of(fake, 0);
        if (!slot)
                return STATUS_NO_SPACE;
        slot->id = id;
        slot->size = record.size;
        memcpy(slot->bytes, record.data, record.size);
        return STATUS_SUCCESS;
}

/* Behind the last record, as a kernel before this one left it. */
static void nvram_put(struct fake_erst *fake, struct bytes record) {
        size_t offset = 0, end = 0;
        struct bytes last;

        for (; (last = nvram_find(fake, 0, &offset)).size > 0; offset += NVRAM_ALIGNMENT / 2)
                end = (offset + last.size + NVRAM_ALIGNMENT - 1) / NVRAM_ALIGNMENT * NVRAM_ALIGNMENT;
        if (record.size > sizeof(fake->exchange) - end)
                abort();
        memcpy(fake->exchange + end, record.data, record.size);
        memcpy(fake->exchange + end + ERST_CPER_PERSISTENCE, "ER", 2);
}

void fake_erst_put(struct fake_erst *fake, struct bytes record) {
        if (is_nvram(fake)) {
                nvram_put(fake, record);
                return;
        }
        if (record.size > FAKE_ERST_EXCHANGE_SIZE || store(fake, record) != STATUS_SUCCESS)
                abort();
}

/* --- operations ------------------------------------------------------------------------------- */

static uint64_t do_write(struct fake_erst *fake) {
        struct bytes range = bytes_from(bytes_of(fake->exchange, sizeof(fake->exchange)), fake->offset);
        uint32_t length = bytes_u32(range, ERST_CPER_RECORD_LENGTH);

        if (length < ERST_CPER_HEADER_SIZE || length > range.size)
                return STATUS_FAILED;
        if (fake->lies & FAKE_ERST_WRITE_STORES_NOTHING)
                return STATUS_SUCCESS;
        return store(fake, bytes_first(range, length));
}

static void hand_out(struct fake_erst *fake, const struct fake_erst_record *record) {
        uint8_t *range = fake->exchange + fake->offset;

        memset(fake->exchange, 0xff, sizeof(fake->exchange));
        memcpy(range, record->bytes, size_min(record->size, sizeof(fake->exchange) - fake->offset));
        if (fake->lies & FAKE_ERST_LENGTH_TOO_LONG)
                store_u32(range + ERST_CPER_RECORD_LENGTH, FAKE_ERST_EXCHANGE_SIZE + 1);
        if (fake->lies & FAKE_ERST_LENGTH_TOO_SHORT)
                store_u32(range + ERST_CPER_RECORD_LENGTH, ERST_CPER_HEADER_SIZE - 1);
        if (fake->lies & FAKE_ERST_BODY_TORN)
                memset(range + record->size / 2, 0xff, record->size - record->size / 2);
}

static uint64_t do_read(struct fake_erst *fake) {
        struct fake_erst_record *record = fake->id ? slot_of(fake, fake->id) : NULL;
        size_t slot;

        if (occupied(fake, 0) == fake->slots)
                return STATUS_EMPTY;
        if (!record) {
                fake->cursor = 0;
                return STATUS_NOT_FOUND;
        }
        slot = (size_t) (record - fake->records);
        if (fake->style == FAKE_ERST_MAILBOX)
                fake->cursor = occupied_around(fake, slot + 1);
        if (fake->lies & FAKE_ERST_READ_GIVES_ANOTHER)
                slot = occupied_around(fake, slot + 1);
        hand_out(fake, &fake->records[slot]);
        return STATUS_SUCCESS;
}

static uint64_t do_clear(struct fake_erst *fake) {
        struct fake_erst_record *record = fake->id ? slot_of(fake, fake->id) : NULL;

        if (occupied(fake, 0) == fake->slots)
                return STATUS_EMPTY;
        if (!record)
                return STATUS_NOT_FOUND;
        if (!(fake->lies & FAKE_ERST_CLEAR_CLEARS_NOTHING))
                record->id = 0;
        return STATUS_SUCCESS;
}

/* What is written is there already. */
static uint64_t nvram_operation(struct fake_erst *fake) {
        struct bytes record = nvram_at(fake, (size_t) fake->offset);
        size_t offset = 0;

        switch (fake->operation) {
        case ERST_BEGIN_WRITE_OPERATION:
                return record.size > 0 ? STATUS_SUCCESS : STATUS_FAILED;
        case ERST_BEGIN_CLEAR_OPERATION:
                record = nvram_find(fake, fake->id, &offset);
                if (record.size == 0)
                        return STATUS_NOT_FOUND;
                if (!(fake->lies & FAKE_ERST_CLEAR_CLEARS_NOTHING))
                        memset(fake->exchange + offset + ERST_CPER_PERSISTENCE, 0, 2);
                return STATUS_SUCCESS;
        default:
                fake->wild++;
                return STATUS_FAILED;
        }
}

static uint64_t do_operation(struct fake_erst *fake) {
        if (fake->fixed_status)
                return fake->fixed_status;
        if (fake->offset >= FAKE_ERST_EXCHANGE_SIZE)
                return STATUS_FAILED;
        if (is_nvram(fake))
                return nvram_operation(fake);
        switch (fake->operation) {
        case ERST_BEGIN_WRITE_OPERATION:
                return do_write(fake);
        case ERST_BEGIN_READ_OPERATION:
                return do_read(fake);
        case ERST_BEGIN_CLEAR_OPERATION:
                return do_clear(fake);
        case ERST_BEGIN_DUMMY_WRITE_OPERATION:
                return STATUS_SUCCESS;
        default:
                return STATUS_FAILED;
        }
}

static void begin(struct fake_erst *fake, uint8_t operation) {
        fake->operation = operation;
        fake->busy_until_us = 0;
        fake->begins++;
}

static void execute(struct fake_erst *fake) {
        fake->executes++;
        if (fake->busy_us == FAKE_ERST_BUSY_FOR_EVER) {
                fake->busy_until_us = UINT64_MAX;
                return;
        }
        fake->busy_until_us = fake->stalled_us + fake->busy_us;
        fake->status = do_operation(fake);
}

static void end(struct fake_erst *fake) {
        fake->operation = ERST_END_OPERATION;
        fake->ends++;
}

static bool is_busy(const struct fake_erst *fake) {
        return fake->stalled_us < fake->busy_until_us;
}

/* The identifier at the cursor; `advance` as QEMU does. */
static uint64_t current_id(struct fake_erst *fake, bool advance) {
        size_t slot;

        if (fake->lies & FAKE_ERST_NEW_IDS_FOR_EVER)
                return ++fake->invented_id;
        if (occupied(fake, 0) == fake->slots)
                return fake->lies & FAKE_ERST_EMPTY_HAS_ID_0 ? 0 : UINT64_MAX;
        if (fake->lies & FAKE_ERST_FIRST_ID_FOR_EVER)
                return fake->records[occupied(fake, 0)].id;
        if (!advance)
                return fake->records[occupied_around(fake, fake->cursor)].id;
        slot = occupied(fake, fake->cursor);
        fake->cursor = slot < fake->slots ? slot + 1 : 0;
        return slot < fake->slots ? fake->records[slot].id : UINT64_MAX;
}

static uint64_t told_count(const struct fake_erst *fake) {
        return (uint64_t) ((int64_t) fake_erst_count(fake) + fake->count_error);
}

/* --- registers, QEMU's way ---------------------------------------------------------------------- */

static void qemu_action(struct fake_erst *fake, uint8_t action) {
        switch (action) {
        case ERST_BEGIN_WRITE_OPERATION:
        case ERST_BEGIN_READ_OPERATION:
        case ERST_BEGIN_CLEAR_OPERATION:
        case ERST_BEGIN_DUMMY_WRITE_OPERATION:
                begin(fake, action);
                break;
        case ERST_END_OPERATION:
                end(fake);
                break;
        case ERST_SET_RECORD_OFFSET:
                fake->offset = fake->value_register;
                break;
        case ERST_EXECUTE_OPERATION:
                if (fake->value_register == EXECUTE_MAGIC)
                        execute(fake);
                break;
        case ERST_CHECK_BUSY_STATUS:
                fake->value_register = is_busy(fake);
                break;
        case ERST_GET_COMMAND_STATUS:
                fake->value_register = fake->status;
                break;
        case ERST_GET_RECORD_IDENTIFIER:
                fake->value_register = current_id(fake, true);
                break;
        case ERST_SET_RECORD_IDENTIFIER:
                fake->id = fake->value_register;
                break;
        case ERST_GET_RECORD_COUNT:
                fake->value_register = told_count(fake);
                break;
        case ERST_GET_ERROR_LOG_ADDRESS_RANGE:
                fake->value_register = FAKE_ERST_EXCHANGE_ADDRESS;
                break;
        case ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH:
                fake->value_register = FAKE_ERST_EXCHANGE_SIZE;
                break;
        case ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES:
                fake->value_register = fake->attributes;
                break;
        case ERST_GET_EXECUTE_OPERATION_TIMINGS:
                fake->value_register = fake->timings;
                break;
        }
}

static int qemu_access(struct fake_erst *fake, uint64_t address, unsigned bits, bool write, uint64_t *value) {
        if (address == ACTION_REGISTER && bits == 32 && write) {
                qemu_action(fake, (uint8_t) *value);
                return 0;
        }
        if (address != VALUE_REGISTER || bits != 64)
                return ERR_IO;
        if (write)
                fake->value_register = *value;
        else
                *value = fake->value_register;
        return 0;
}

#define ENTRY(...) erst_builder_add(builder, (struct erst_entry){ __VA_ARGS__ })

static void qemu_table(struct erst_builder *builder) {
        struct gas action = erst_builder_memory(ACTION_REGISTER, 32);
        struct gas value = erst_builder_memory(VALUE_REGISTER, 64);

        for (uint8_t a = 0; a <= ERST_GET_EXECUTE_OPERATION_TIMINGS; a++) {
                if (a == ERST_ACTION_RESERVED)
                        continue;
                if (a == ERST_SET_RECORD_OFFSET || a == ERST_SET_RECORD_IDENTIFIER)
                        ENTRY(a, ERST_WRITE_REGISTER, .register_region = value, .mask = UINT64_MAX);
                if (a == ERST_EXECUTE_OPERATION)
                        ENTRY(a, ERST_WRITE_REGISTER_VALUE, .register_region = value, .value = EXECUTE_MAGIC,
                              .mask = UINT64_MAX);
                ENTRY(a, ERST_WRITE_REGISTER_VALUE, .register_region = action, .value = a,
                      .mask = UINT64_MAX);
                if (a == ERST_CHECK_BUSY_STATUS)
                        ENTRY(a, ERST_READ_REGISTER_VALUE, .register_region = value, .value = 1,
                              .mask = UINT64_MAX);
                else if (a >= ERST_GET_COMMAND_STATUS && a != ERST_SET_RECORD_IDENTIFIER &&
                         a != ERST_BEGIN_DUMMY_WRITE_OPERATION)
                        ENTRY(a, ERST_READ_REGISTER, .register_region = value, .mask = UINT64_MAX);
        }
}

/* --- registers, the mailbox's way --------------------------------------------------------------- */

/* What the platform's side of the mailbox shows at this moment. */
static void mailbox_refresh(struct fake_erst *fake) {
        uint8_t *mailbox = fake->mailbox;

        mailbox[MAILBOX_BUSY] &= (uint8_t) ~(1u << MAILBOX_BUSY_BIT);
        mailbox[MAILBOX_BUSY] |= (uint8_t) (is_busy(fake) << MAILBOX_BUSY_BIT);
        store_u16(mailbox + MAILBOX_STATUS, (uint16_t) (fake->status << 1 | 1));
        store_u16(mailbox + MAILBOX_COUNT, (uint16_t) told_count(fake));
        store_u32(mailbox + MAILBOX_RANGE, FAKE_ERST_EXCHANGE_ADDRESS);
        store_u16(mailbox + MAILBOX_LENGTH, FAKE_ERST_EXCHANGE_SIZE);
        mailbox[MAILBOX_ATTRIBUTES] = (uint8_t) fake->attributes;
        store_u64(mailbox + MAILBOX_TIMINGS, fake->timings);
}

static void mailbox_begin(struct fake_erst *fake) {
        static const uint8_t commands[][2] = {
                { COMMAND_WRITE, ERST_BEGIN_WRITE_OPERATION },
                { COMMAND_READ, ERST_BEGIN_READ_OPERATION },
                { COMMAND_CLEAR, ERST_BEGIN_CLEAR_OPERATION },
                { COMMAND_DUMMY_WRITE, ERST_BEGIN_DUMMY_WRITE_OPERATION },
        };

        for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
                if (fake->mailbox[MAILBOX_COMMAND] == commands[i][0])
                        begin(fake, commands[i][1]);
}

/* The firmware's handler: it takes its arguments from the mailbox, and keeps to its own bits. */
static int mailbox_smi(struct fake_erst *fake, uint64_t value) {
        struct bytes mailbox = bytes_of(fake->mailbox, sizeof(fake->mailbox));

        if (value != SMI_EXECUTE || (fake->mailbox[MAILBOX_BUSY] & ~(1u << MAILBOX_BUSY_BIT)) !=
                                            (MAILBOX_STRANGERS & ~(1u << MAILBOX_BUSY_BIT)))
                return ERR_IO;
        fake->offset = bytes_u32(mailbox, MAILBOX_OFFSET);
        fake->id = bytes_u64(mailbox, MAILBOX_ID);
        execute(fake);
        return 0;
}

static int mailbox_access(struct fake_erst *fake, uint64_t address, unsigned bits, bool write,
                          uint64_t *value) {
        size_t offset = (size_t) (address - FAKE_ERST_MAILBOX_ADDRESS), size = bits / 8;
        uint8_t raw[8] = { 0 };

        if (address < FAKE_ERST_MAILBOX_ADDRESS || offset > sizeof(fake->mailbox) - size)
                return ERR_IO;
        mailbox_refresh(fake);
        if (offset == MAILBOX_NEXT_ID && !write)
                store_u64(fake->mailbox + MAILBOX_NEXT_ID, current_id(fake, false));
        if (!write) {
                memcpy(raw, fake->mailbox + offset, size);
                *value = bytes_u64(bytes_of(raw, sizeof(raw)), 0);
                return 0;
        }
        store_u64(raw, *value);
        memcpy(fake->mailbox + offset, raw, size);
        if (offset == MAILBOX_COMMAND)
                mailbox_begin(fake);
        if (offset == MAILBOX_END)
                end(fake);
        return 0;
}

static struct gas field(unsigned offset, unsigned bits) {
        return erst_builder_memory(FAKE_ERST_MAILBOX_ADDRESS + offset, bits);
}

static void mailbox_command(struct erst_builder *builder, uint8_t action, uint8_t command) {
        ENTRY(action, ERST_WRITE_REGISTER_VALUE, .register_region = field(MAILBOX_COMMAND, 8),
              .value = command, .mask = 0xff);
}

static void mailbox_get(struct erst_builder *builder, uint8_t action, unsigned offset, unsigned bits) {
        ENTRY(action, ERST_READ_REGISTER, .register_region = field(offset, bits),
              .mask = UINT64_MAX >> (64 - bits));
}

/* Unsorted on purpose, as on Dell R820, and EXECUTE_OPERATION in two pieces, which nobody was seen to do. */
static void mailbox_table(struct erst_builder *builder) {
        struct gas busy = field(MAILBOX_BUSY, 8), status = field(MAILBOX_STATUS, 16);

        busy.bit_offset = MAILBOX_BUSY_BIT;
        busy.bit_width = 1;
        status.bit_offset = 1;
        status.bit_width = 8;
        mailbox_command(builder, ERST_BEGIN_WRITE_OPERATION, COMMAND_WRITE);
        mailbox_command(builder, ERST_BEGIN_READ_OPERATION, COMMAND_READ);
        mailbox_command(builder, ERST_BEGIN_CLEAR_OPERATION, COMMAND_CLEAR);
        ENTRY(ERST_END_OPERATION, ERST_WRITE_REGISTER_VALUE, .register_region = field(MAILBOX_END, 8),
              .value = 1, .mask = 0xff);
        ENTRY(ERST_SET_RECORD_OFFSET, ERST_WRITE_REGISTER, .register_region = field(MAILBOX_OFFSET, 32),
              .mask = UINT32_MAX);
        ENTRY(ERST_EXECUTE_OPERATION, ERST_WRITE_REGISTER_VALUE, .flags = ERST_PRESERVE_REGISTER,
              .register_region = busy, .value = 1, .mask = 1);
        ENTRY(ERST_CHECK_BUSY_STATUS, ERST_READ_REGISTER_VALUE, .register_region = busy, .value = 1,
              .mask = 1);
        ENTRY(ERST_GET_COMMAND_STATUS, ERST_READ_REGISTER, .register_region = status, .mask = 0xff);
        mailbox_get(builder, ERST_GET_RECORD_IDENTIFIER, MAILBOX_NEXT_ID, 64);
        ENTRY(ERST_SET_RECORD_IDENTIFIER, ERST_WRITE_REGISTER, .register_region = field(MAILBOX_ID, 64),
              .mask = UINT64_MAX);
        ENTRY(ERST_EXECUTE_OPERATION, ERST_WRITE_REGISTER_VALUE,
              .register_region = erst_builder_port(FAKE_ERST_SMI_PORT, 8), .value = SMI_EXECUTE,
              .mask = 0xffff);
        mailbox_get(builder, ERST_GET_RECORD_COUNT, MAILBOX_COUNT, 16);
        ENTRY(ERST_ACTION_RESERVED, ERST_NOOP);
        mailbox_get(builder, ERST_GET_ERROR_LOG_ADDRESS_RANGE, MAILBOX_RANGE, 32);
        mailbox_get(builder, ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, MAILBOX_LENGTH, 16);
        mailbox_get(builder, ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, MAILBOX_ATTRIBUTES, 8);
        mailbox_command(builder, ERST_BEGIN_DUMMY_WRITE_OPERATION, COMMAND_DUMMY_WRITE);
        mailbox_get(builder, ERST_GET_EXECUTE_OPERATION_TIMINGS, MAILBOX_TIMINGS, 64);
}

/* --- struct acpi_io ----------------------------------------------------------------------------- */

/* Counts an access; ERR_IO when this is the one that shall fail. */
static int count_access(struct fake_erst *fake) {
        return ++fake->accesses == fake->fail_at ? ERR_IO : 0;
}

static int access_register(struct fake_erst *fake, uint8_t space, uint64_t address, unsigned bits, bool write,
                           uint64_t *value) {
        int r = count_access(fake);

        if (r < 0)
                return r;
        if (space == GAS_SPACE_IO)
                r = fake->style == FAKE_ERST_MAILBOX && address == FAKE_ERST_SMI_PORT && bits == 8 && write
                            ? mailbox_smi(fake, *value)
                            : ERR_IO;
        else
                r = fake->style == FAKE_ERST_QEMU ? qemu_access(fake, address, bits, write, value)
                                                  : mailbox_access(fake, address, bits, write, value);
        fake->wild += r < 0;
        return r;
}

static int read_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t *ret_value) {
        return access_register(context, space, address, bits, false, ret_value);
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t value) {
        return access_register(context, space, address, bits, true, &value);
}

/* The memory at [address, address + size), or NULL when not all of it is there. */
static uint8_t *memory_at(struct fake_erst *fake, uint64_t address, size_t size, bool write) {
        const struct {
                uint64_t address;
                uint8_t *memory;
                size_t size;
                bool writable;
        } regions[] = {
                { FAKE_ERST_EXCHANGE_ADDRESS, fake->exchange, sizeof(fake->exchange), true },
                { FAKE_ERST_RSDP_ADDRESS, fake->rsdp, sizeof(fake->rsdp), false },
                { FAKE_ERST_XSDT_ADDRESS, fake->xsdt, sizeof(fake->xsdt), false },
                { FAKE_ERST_OTHER_ADDRESS, fake->other_table, sizeof(fake->other_table), false },
                { FAKE_ERST_TABLE_ADDRESS, fake->builder.raw, fake->table.size, false },
        };

        for (size_t i = 0; i < ARRAY_SIZE(regions); i++)
                if (address >= regions[i].address && address - regions[i].address <= regions[i].size &&
                    size <= regions[i].size - (address - regions[i].address) &&
                    (regions[i].writable || !write))
                        return regions[i].memory + (address - regions[i].address);
        fake->wild++;
        return NULL;
}

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        int r = count_access(context);
        uint8_t *memory = r < 0 ? NULL : memory_at(context, address, size, false);

        if (!memory)
                return ERR_IO;
        memcpy(destination, memory, size);
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        const struct fake_erst *fake = context;
        int r = count_access(context);
        uint8_t *memory = r < 0 ? NULL : memory_at(context, address, size, true);

        if (!memory)
                return ERR_IO;
        if (!(fake->lies & FAKE_ERST_NVRAM_READ_ONLY))
                memcpy(memory, source, size);
        return 0;
}

static int stall(void *context, uint64_t duration_us) {
        ((struct fake_erst *) context)->stalled_us += duration_us;
        return 0;
}

struct acpi_io fake_erst_io(struct fake_erst *fake) {
        return (struct acpi_io){ .context = fake,
                                 .read_register = read_register,
                                 .write_register = write_register,
                                 .copy_from = copy_from,
                                 .copy_to = copy_to,
                                 .stall = stall };
}

void fake_erst_fail_at(struct fake_erst *fake, uint64_t n) {
        fake->accesses = 0;
        fake->fail_at = n;
}

/* --- the machine around it ---------------------------------------------------------------------- */

static void build_table_header(uint8_t *table, const char *signature, size_t size) {
        memcpy(table, signature, 4);
        store_u32(table + 4, (uint32_t) size);
        table[8] = 1;
        erst_builder_fix_checksum(table, size, 9);
}

static void build_root(struct fake_erst *fake) {
        memcpy(fake->rsdp, "RSD PTR ", 8);
        fake->rsdp[15] = 2;
        store_u32(fake->rsdp + 20, sizeof(fake->rsdp));
        store_u64(fake->rsdp + 24, FAKE_ERST_XSDT_ADDRESS);
        erst_builder_fix_checksum(fake->rsdp, 20, 8);
        erst_builder_fix_checksum(fake->rsdp, sizeof(fake->rsdp), 32);
        store_u64(fake->xsdt + 36, FAKE_ERST_OTHER_ADDRESS);
        store_u64(fake->xsdt + 44, FAKE_ERST_TABLE_ADDRESS);
        build_table_header(fake->xsdt, "XSDT", sizeof(fake->xsdt));
        build_table_header(fake->other_table, "BERT", sizeof(fake->other_table));
}

void fake_erst_init(struct fake_erst *fake, enum fake_erst_style style) {
        memset(fake, 0, sizeof(*fake));
        fake->style = style;
        fake->slots = FAKE_ERST_SLOTS;
        fake->mailbox[MAILBOX_BUSY] = MAILBOX_STRANGERS & ~(1u << MAILBOX_BUSY_BIT);
        erst_builder_init(&fake->builder);
        if (style == FAKE_ERST_QEMU)
                qemu_table(&fake->builder);
        else
                mailbox_table(&fake->builder);
        fake->table = erst_builder_finish(&fake->builder);
        build_root(fake);
}

struct bytes fake_erst_table(const struct fake_erst *fake) {
        return bytes_of(fake->builder.raw, fake->table.size);
}

void fake_erst_remove_table(struct fake_erst *fake) {
        build_table_header(fake->xsdt, "XSDT", sizeof(fake->xsdt) - 8);
}

struct bytes fake_erst_make_record(uint8_t *record, size_t size, uint64_t id) {
        memset(record, 0, ERST_CPER_HEADER_SIZE);
        memcpy(record, "CPER", 4);
        memset(record + 6, 0xff, 4);
        store_u32(record + ERST_CPER_RECORD_LENGTH, (uint32_t) size);
        store_u64(record + ERST_CPER_RECORD_ID, id);
        for (size_t i = ERST_CPER_HEADER_SIZE; i < size; i++)
                record[i] = (uint8_t) (id * 31 + i * 7 + i / 256);
        return bytes_of(record, size);
}
