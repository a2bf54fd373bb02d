/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/arith.h"
#include "pstore/cper-section.h"

/*
 * Behind the fields of a processor's section stand as many error structures and then register contexts as it
 * says, of which no more than these are described: it may say 65535.
 */
#define DESCRIBED_ERRORS   4
#define DESCRIBED_CONTEXTS 4

struct processor {
        struct cper_layout section, error, context;
        size_t error_size;
        size_t errors_bit, errors_width; /* where the section counts them */
        size_t contexts_bit, contexts_width;
        size_t registers_bit, registers_width; /* where a context says how many bytes of registers follow */

        /* Puts what went wrong, and below it the bits that say more. */
        void (*put_kind)(struct bytes error, struct text *text);
        void (*put_check)(struct bytes error, struct text *text);
};

#define FIELDS(fields, valid_offset, valid_width, size)                                                      \
        { fields, ARRAY_SIZE(fields), valid_offset, valid_width, size }

/* --- x86: N.2.4.2 ------------------------------------------------------------------------------- */

static const struct cper_field x86_fields[] = {
        { "APIC id", CPER_AT(8), 64, 0, CPER_HEX, 0, false },
        { "CPUID 1", CPER_AT(16), 0, 1, CPER_DWORDS, 0, false },
        { "CPUID 2", CPER_AT(32), 0, 1, CPER_DWORDS, 0, false },
        { "CPUID 3", CPER_AT(48), 0, 1, CPER_DWORDS, 0, false },
};

static const struct cper_field x86_error_fields[] = {
        { "check", CPER_AT(24), 64, 0, CPER_HEX, 0, false },
        { "target", CPER_AT(32), 64, 1, CPER_HEX, 0, false },
        { "requestor", CPER_AT(40), 64, 2, CPER_HEX, 0, false },
        { "responder", CPER_AT(48), 64, 3, CPER_HEX, 0, true },
        { "instruction pointer", CPER_AT(56), 64, 4, CPER_HEX, 0, false },
};

static const struct cper_field x86_context_fields[] = {
        { "registers", CPER_AT(0), 16, CPER_ALWAYS, CPER_NAME, CPER_LIST_X86_REGISTERS, false },
        { "size", CPER_AT(2), 16, CPER_ALWAYS, CPER_HEX, 0, true },
        { "MSR", CPER_AT(4), 32, CPER_ALWAYS, CPER_HEX, 0, false },
        { "memory address", CPER_AT(8), 64, CPER_ALWAYS, CPER_HEX, 0, true },
};

/* Tables of the cache, TLB and bus check structures; only that of the bus has the last three. */
static const struct cper_field x86_check_fields[] = {
        { "transaction", 16, 2, 0, CPER_NAME, CPER_LIST_TRANSACTION, false },
        { "operation", 18, 4, 1, CPER_NAME, CPER_LIST_OPERATION, true },
        { "level", 22, 3, 2, CPER_DECIMAL, 0, true },
        { "processor context corrupt", 25, 1, 3, CPER_YES_NO, 0, false },
        { "uncorrected", 26, 1, 4, CPER_YES_NO, 0, true },
        { "overflow", 29, 1, 7, CPER_YES_NO, 0, true },
        { "precise IP", 27, 1, 5, CPER_YES_NO, 0, false },
        { "restartable IP", 28, 1, 6, CPER_YES_NO, 0, true },
        { "participation", 30, 2, 8, CPER_NAME, CPER_LIST_PARTICIPATION, false },
        { "timed out", 32, 1, 9, CPER_YES_NO, 0, false },
        { "address space", 33, 2, 10, CPER_NAME, CPER_LIST_X86_SPACE, true },
};

#define X86_BUS_FIELDS 3

static const struct cper_field x86_internal_fields[] = {
        { "error type", 16, 3, 0, CPER_NAME, CPER_LIST_X86_INTERNAL, false },
        { "processor context corrupt", 19, 1, 1, CPER_YES_NO, 0, false },
        { "uncorrected", 20, 1, 2, CPER_YES_NO, 0, true },
        { "overflow", 23, 1, 5, CPER_YES_NO, 0, true },
        { "precise IP", 21, 1, 3, CPER_YES_NO, 0, false },
        { "restartable IP", 22, 1, 4, CPER_YES_NO, 0, true },
};

/* The bits of a check say which of its fields are valid, too. */
static const struct x86_kind {
        struct guid type;
        struct cper_layout check;
} x86_kinds[] = {
        /* in the order of CPER_LIST_PROCESSOR_ERROR */
        { GUID_INIT(0xa55701f5, 0xe3ef, 0x43de, 0xac, 0x72, 0x24, 0x9b, 0x57, 0x3f, 0xad, 0x2c),
          { x86_check_fields, ARRAY_SIZE(x86_check_fields) - X86_BUS_FIELDS, 0, 16, 8 } },
        { GUID_INIT(0xfc06b535, 0x5e1f, 0x4562, 0x9f, 0x25, 0x0a, 0x3b, 0x9a, 0xdb, 0x63, 0xc3),
          { x86_check_fields, ARRAY_SIZE(x86_check_fields) - X86_BUS_FIELDS, 0, 16, 8 } },
        { GUID_INIT(0x1cf3f8b3, 0xc5b1, 0x49a2, 0xaa, 0x59, 0x5e, 0xef, 0x92, 0xff, 0xa6, 0x3c),
          FIELDS(x86_check_fields, 0, 16, 8) },
        { GUID_INIT(0x48ab7f57, 0xdc34, 0x4f6c, 0xa7, 0xd3, 0xb0, 0xb5, 0xb0, 0xa7, 0x43, 0x14),
          FIELDS(x86_internal_fields, 0, 16, 8) },
};

static const struct x86_kind *x86_find_kind(struct bytes error, struct guid *ret_type) {
        *ret_type = (struct guid){ 0 };
        (void) guid_load(error, 0, ret_type);
        for (size_t i = 0; i < ARRAY_SIZE(x86_kinds); i++)
                if (guid_equal(&x86_kinds[i].type, ret_type))
                        return &x86_kinds[i];
        return NULL;
}

static void x86_put_kind(struct bytes error, struct text *text) {
        char digits[GUID_TEXT_SIZE];
        struct guid type;
        const struct x86_kind *kind = x86_find_kind(error, &type);

        if (kind) {
                cper_list_put(CPER_LIST_PROCESSOR_ERROR, (size_t) (kind - x86_kinds), text);
                return;
        }
        guid_format(&type, digits);
        text_format(text, "error of type %s", digits);
}

static void x86_put_check(struct bytes error, struct text *text) {
        struct guid type;
        const struct x86_kind *kind = x86_find_kind(error, &type);

        if (kind && cper_field_value(error, CPER_AT(16), 1))
                cper_layout_put(&kind->check, bytes_first(bytes_from(error, 24), 8), "    ", text);
}

static const struct processor x86 = {
        .section = FIELDS(x86_fields, 0, 64, 64),
        .error = FIELDS(x86_error_fields, 16, 64, 64),
        .context = FIELDS(x86_context_fields, 0, 0, 16),
        .error_size = 64,
        .errors_bit = 2,
        .errors_width = 6,
        .contexts_bit = 8,
        .contexts_width = 6,
        .registers_bit = CPER_AT(2),
        .registers_width = 16,
        .put_kind = x86_put_kind,
        .put_check = x86_put_check,
};

/* --- Arm: N.2.4.4 ------------------------------------------------------------------------------- */

static const struct cper_field arm_fields[] = {
        { "MPIDR", CPER_AT(16), 64, 0, CPER_HEX, 0, false },
        { "MIDR", CPER_AT(24), 64, CPER_ALWAYS, CPER_HEX, 0, true },
        { "error affinity level", CPER_AT(12), 8, 1, CPER_DECIMAL, 0, false },
        { "running state", CPER_AT(32), 32, 2, CPER_HEX, 0, true },
        { "PSCI state", CPER_AT(36), 32, 2, CPER_DECIMAL, 0, true },
};

static const struct cper_field arm_error_fields[] = {
        { "errors besides", CPER_AT(5), 16, 0, CPER_DECIMAL, 0, false },
        { "flags", CPER_AT(7), 8, 1, CPER_FLAGS, CPER_LIST_ARM_FLAGS, false },
        { "error information", CPER_AT(8), 64, 2, CPER_HEX, 0, false },
        { "virtual fault address", CPER_AT(16), 64, 3, CPER_HEX, 0, false },
        { "physical fault address", CPER_AT(24), 64, 4, CPER_HEX, 0, false },
};

static const struct cper_field arm_context_fields[] = {
        { "registers", CPER_AT(2), 16, CPER_ALWAYS, CPER_NAME, CPER_LIST_ARM_REGISTERS, false },
        { "size", CPER_AT(4), 32, CPER_ALWAYS, CPER_HEX, 0, true },
};

#define ARM_INFORMATION(operation_list)                                                                      \
        { "transaction", 16, 2, 0, CPER_NAME, CPER_LIST_TRANSACTION, false },                                \
                { "operation", 18, 4, 1, CPER_NAME, operation_list, true },                                  \
                { "level", 22, 3, 2, CPER_DECIMAL, 0, true },                                                \
                { "processor context corrupt", 25, 1, 3, CPER_YES_NO, 0, false },                            \
                { "corrected", 26, 1, 4, CPER_YES_NO, 0, true },                                             \
                { "precise PC", 27, 1, 5, CPER_YES_NO, 0, false }, {                                         \
                "restartable PC", 28, 1, 6, CPER_YES_NO, 0, true                                             \
        }

static const struct cper_field arm_tlb_fields[] = { ARM_INFORMATION(CPER_LIST_ARM_TLB_OPERATION) };

static const struct cper_field arm_information_fields[] = {
        ARM_INFORMATION(CPER_LIST_OPERATION),
        { "participation", 29, 2, 7, CPER_NAME, CPER_LIST_PARTICIPATION, false },
        { "timed out", 31, 1, 8, CPER_YES_NO, 0, false },
        { "address space", 32, 2, 9, CPER_NAME, CPER_LIST_ARM_SPACE, true },
        { "memory attributes", 34, 9, 10, CPER_HEX, 0, false },
        { "access mode", 43, 1, 11, CPER_NAME, CPER_LIST_ARM_MODE, true },
};

#define ARM_BUS_FIELDS 5

/* By the bits of the type, from bit 1 on; a micro-architectural error's information is the vendor's. */
static const struct cper_layout arm_information[] = {
        { arm_information_fields, ARRAY_SIZE(arm_information_fields) - ARM_BUS_FIELDS, 0, 16, 8 },
        FIELDS(arm_tlb_fields, 0, 16, 8),
        FIELDS(arm_information_fields, 0, 16, 8),
};

static void arm_put_kind(struct bytes error, struct text *text) {
        uint8_t type = bytes_u8(error, 4);
        size_t before = text->length;

        cper_list_put_flags(CPER_LIST_ARM_ERROR, type, text);
        if (text->length == before)
                text_format(text, "error of type %u", type);
}

static void arm_put_check(struct bytes error, struct text *text) {
        for (size_t i = 0; i < ARRAY_SIZE(arm_information); i++)
                if (bytes_u8(error, 4) == 2u << i && cper_field_value(error, CPER_AT(2) + 2, 1))
                        cper_layout_put(&arm_information[i], bytes_first(bytes_from(error, 8), 8), "    ",
                                        text);
}

static const struct processor arm = {
        .section = FIELDS(arm_fields, 0, 32, 40),
        .error = FIELDS(arm_error_fields, 2, 16, 32),
        .context = FIELDS(arm_context_fields, 0, 0, 8),
        .error_size = 32,
        .errors_bit = CPER_AT(4),
        .errors_width = 16,
        .contexts_bit = CPER_AT(6),
        .contexts_width = 16,
        .registers_bit = CPER_AT(4),
        .registers_width = 32,
        .put_kind = arm_put_kind,
        .put_check = arm_put_check,
};

/* --- both --------------------------------------------------------------------------------------- */

static size_t count_at(struct bytes body, size_t bit, size_t width) {
        return (size_t) cper_field_value(body, bit, (unsigned) width);
}

/* True, and the structure is cut off the rest, when there is a whole one. */
static bool take(struct bytes *rest, size_t size, struct bytes *ret_taken) {
        if (rest->size < size)
                return false;
        *ret_taken = bytes_first(*rest, size);
        *rest = bytes_from(*rest, size);
        return true;
}

static void put_rest(const char *what, size_t count, size_t shown, size_t limit, struct text *text) {
        if (count > shown)
                text_format(text, "  %zu more %s%s%s\n", count - shown, what, text_plural(count - shown),
                            shown < limit ? ", for which it is too short" : "");
}

static void put_processor(const struct processor *processor, struct bytes body, struct text *text) {
        size_t errors = count_at(body, processor->errors_bit, processor->errors_width),
               contexts = count_at(body, processor->contexts_bit, processor->contexts_width), shown;
        struct bytes rest = bytes_from(body, processor->section.size), part;

        cper_layout_put(&processor->section, body, "  ", text);
        for (shown = 0; shown < size_min(errors, DESCRIBED_ERRORS); shown++) {
                if (!take(&rest, processor->error_size, &part))
                        break;
                text_format(text, "  error %zu: ", shown + 1);
                processor->put_kind(part, text);
                text_put_char(text, '\n');
                cper_layout_put(&processor->error, part, "    ", text);
                processor->put_check(part, text);
        }
        put_rest("error", errors, shown, DESCRIBED_ERRORS, text);
        if (errors > shown)
                rest = bytes_from(rest, (errors - shown) * processor->error_size);
        for (shown = 0; shown < size_min(contexts, DESCRIBED_CONTEXTS); shown++) {
                if (!take(&rest, processor->context.size, &part))
                        break;
                cper_layout_put(&processor->context, part, "  ", text);
                rest = bytes_from(rest, count_at(part, processor->registers_bit, processor->registers_width));
        }
        put_rest("register context", contexts, shown, DESCRIBED_CONTEXTS, text);
}

static void put_title(const struct processor *processor, struct bytes body, struct text *text) {
        const struct cper_field *id = &processor->section.fields[0];
        struct bytes rest = bytes_from(body, processor->section.size), part;

        if (count_at(body, processor->errors_bit, processor->errors_width) > 0 &&
            take(&rest, processor->error_size, &part)) {
                text_put(text, ": ");
                processor->put_kind(part, text);
        }
        if (!cper_field_is_there(&processor->section, id, body))
                return;
        text_format(text, ", %s ", id->name);
        cper_field_put_value(id, body, text);
}

void cper_x86_put(struct bytes body, struct text *text) {
        put_processor(&x86, body, text);
}

void cper_arm_put(struct bytes body, struct text *text) {
        put_processor(&arm, body, text);
}

void cper_x86_put_title(struct bytes body, struct text *text) {
        put_title(&x86, body, text);
}

void cper_arm_put_title(struct bytes body, struct text *text) {
        put_title(&arm, body, text);
}
