/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-variables.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/test.h"

const EFI_GUID fake_vendor_crash = {
        0xcfc8fc79, 0xbe2e, 0x4ddc, { 0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0 }
};
const EFI_GUID fake_vendor_other = {
        0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
};

static struct fake_variables *now; /* the machine's that runs */
static unsigned handed_out, invented, grown;

size_t fake_units_length(const CHAR16 *units) {
        size_t length = 0;

        while (units[length])
                length++;
        return length;
}

bool fake_units_equal(const CHAR16 *left, const CHAR16 *right) {
        size_t length = fake_units_length(left);

        return length == fake_units_length(right) && memcmp(left, right, length * sizeof(*left)) == 0;
}

static bool vendor_equal(const EFI_GUID *left, const EFI_GUID *right) {
        return memcmp(left, right, sizeof(*left)) == 0;
}

static struct fake_variable *find(struct fake_variables *variables, const CHAR16 *name,
                                  const EFI_GUID *vendor) {
        for (size_t i = 0; i < FAKE_VARIABLES_MAX; i++) {
                struct fake_variable *variable = &variables->list[i];

                if (variable->used && fake_units_equal(variable->name, name) &&
                    vendor_equal(&variable->vendor, vendor))
                        return variable;
        }
        return NULL;
}

static struct fake_variable *first_from(struct fake_variables *variables, size_t index) {
        for (; index < FAKE_VARIABLES_MAX; index++)
                if (variables->list[index].used)
                        return &variables->list[index];
        return NULL;
}

/* --- names ------------------------------------------------------------------------------------ */

static EFI_STATUS hand_out(const CHAR16 *wanted, const EFI_GUID *vendor, UINTN *size, CHAR16 *name,
                           EFI_GUID *ret_vendor) {
        UINTN needed = (fake_units_length(wanted) + 1) * sizeof(CHAR16);

        if (needed > *size) {
                *size = needed;
                return EFI_BUFFER_TOO_SMALL;
        }
        memmove(name, wanted, needed);
        *ret_vendor = *vendor;
        *size = needed;
        handed_out++;
        return EFI_SUCCESS;
}

static EFI_STATUS invent(UINTN *size, CHAR16 *name, EFI_GUID *vendor) {
        CHAR16 units[16] = { 'B', 'o', 'o', 't' };

        for (unsigned i = 0, rest = invented; i < 8; i++, rest /= 10)
                units[11 - i] = (CHAR16) ('0' + rest % 10);
        invented++;
        return hand_out(units, &fake_vendor_other, size, name, vendor);
}

static EFI_STATUS leave_unterminated(UINTN *size, CHAR16 *name, EFI_GUID *vendor) {
        if (invented++ > 0)
                return EFI_NOT_FOUND;
        for (UINTN i = 0; i < *size / sizeof(CHAR16); i++)
                name[i] = 'A';
        *vendor = fake_vendor_crash;
        return EFI_SUCCESS;
}

static EFI_STATUS want(UINTN *size, UINTN needed) {
        *size = needed;
        return EFI_BUFFER_TOO_SMALL;
}

static EFI_STATUS misbehave(UINTN *size, CHAR16 *name, EFI_GUID *vendor) {
        switch (now->names) {
        case NAMES_REPEAT:
                return EFI_SUCCESS;
        case NAMES_REPEAT_ALL:
                handed_out = 0;
                return hand_out(first_from(now, 0)->name, &first_from(now, 0)->vendor, size, name, vendor);
        case NAMES_INVENT:
                return invent(size, name, vendor);
        case NAMES_WANT_MORE:
                return want(size, *size + 2);
        case NAMES_WANT_THE_SAME:
                return want(size, *size);
        case NAMES_WANT_EXABYTES:
                return want(size, (UINTN) 1 << 60);
        case NAMES_UNTERMINATED:
                return leave_unterminated(size, name, vendor);
        case NAMES_UNSUPPORTED:
                return EFI_UNSUPPORTED;
        default:
                return EFI_DEVICE_ERROR;
        }
}

static EFI_STATUS EFIAPI get_next_name(UINTN *size, CHAR16 *name, EFI_GUID *vendor) {
        struct fake_variable *next;

        now->name_calls++;
        if (name[0] == 0)
                handed_out = invented = 0;
        if (now->names != NAMES_HONEST && handed_out >= now->names_good)
                return misbehave(size, name, vendor);
        if (name[0] == 0) {
                next = first_from(now, 0);
        } else {
                next = find(now, name, vendor);
                if (!next)
                        return EFI_INVALID_PARAMETER;
                next = first_from(now, (size_t) (next - now->list) + 1);
        }
        return next ? hand_out(next->name, &next->vendor, size, name, vendor) : EFI_NOT_FOUND;
}

/* --- data ------------------------------------------------------------------------------------- */

static EFI_STATUS read_honestly(const struct fake_variable *variable, UINTN *size, void *data) {
        UINTN room = *size;

        *size = variable->size;
        if (room < variable->size)
                return EFI_BUFFER_TOO_SMALL;
        memcpy(data, variable->data, variable->size);
        return EFI_SUCCESS;
}

static EFI_STATUS read_as_told(const struct fake_variable *variable, UINTN *size, void *data) {
        UINTN room = *size;
        EFI_STATUS status;

        if (now->read == READ_DEVICE_ERROR)
                return EFI_DEVICE_ERROR;
        if (now->read == READ_WANTS_EXABYTES)
                return want(size, (UINTN) 1 << 60);
        if (now->read == READ_GROWS && grown++ < 3)
                return want(size, room > variable->size ? room + 1 : variable->size - 3 + grown);
        status = read_honestly(variable, size, data);
        if (!EFI_ERROR(status) && now->read == READ_SHRINKS)
                --*size;
        if (!EFI_ERROR(status) && now->read == READ_OVERRUNS)
                *size = room + 4096;
        return status;
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes, UINTN *size,
                                      void *data) {
        struct fake_variable *variable = find(now, name, vendor);

        now->read_calls++;
        if (!variable)
                return EFI_NOT_FOUND;
        if (attributes)
                *attributes = variable->attributes;
        if (now->read_only_of && !fake_units_equal(now->read_only_of, name))
                return read_honestly(variable, size, data);
        return read_as_told(variable, size, data);
}

static struct fake_variable *free_slot(struct fake_variables *variables) {
        for (size_t i = 0; i < FAKE_VARIABLES_MAX; i++)
                if (!variables->list[i].used)
                        return &variables->list[i];
        return NULL;
}

static EFI_STATUS store(struct fake_variables *variables, const CHAR16 *name, const EFI_GUID *vendor,
                        UINT32 attributes, struct bytes data) {
        struct fake_variable *variable = find(variables, name, vendor);

        if (!variable)
                variable = free_slot(variables);
        if (!variable)
                return EFI_OUT_OF_RESOURCES;
        assert_true(fake_units_length(name) < FAKE_VARIABLE_NAME_MAX && data.size <= FAKE_VARIABLE_DATA_MAX);
        *variable = (struct fake_variable){ .used = true, .vendor = *vendor, .attributes = attributes };
        memcpy(variable->name, name, fake_units_length(name) * sizeof(*name));
        memcpy(variable->data, data.data, data.size);
        variable->size = data.size;
        return EFI_SUCCESS;
}

static EFI_STATUS erase(const CHAR16 *name, const EFI_GUID *vendor) {
        struct fake_variable *variable = find(now, name, vendor);

        now->deletes++;
        if (!variable)
                return EFI_NOT_FOUND;
        variable->used = now->write == WRITE_STORES_NOTHING;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 attributes, UINTN size,
                                      void *data) {
        now->write_calls++;
        if (now->write == WRITE_FAILS)
                return now->write_status;
        if (size == 0 || attributes == 0)
                return erase(name, vendor);
        if (now->write == WRITE_STORES_NOTHING)
                return EFI_SUCCESS;
        return store(now, name, vendor, attributes,
                     bytes_of(data, now->write == WRITE_STORES_HALF ? size / 2 : size));
}

static EFI_STATUS EFIAPI query_info(UINT32 attributes, UINT64 *total, UINT64 *remaining, UINT64 *largest) {
        if (EFI_ERROR(now->query_status))
                return now->query_status;
        assert_int_equal(attributes, 7);
        *total = now->total;
        *remaining = now->remaining;
        *largest = now->remaining;
        return EFI_SUCCESS;
}

/* --- what tests put and look for -------------------------------------------------------------- */

void fake_variables_init(struct fake_variables *variables) {
        memset(variables, 0, sizeof(*variables));
        variables->total = 262072;
        variables->remaining = 200000;
        handed_out = invented = grown = 0;
}

void fake_variables_install(EFI_RUNTIME_SERVICES *runtime, struct fake_variables *variables) {
        now = variables;
        runtime->GetNextVariableName = get_next_name;
        runtime->GetVariable = get_variable;
        runtime->SetVariable = set_variable;
        runtime->QueryVariableInfo = query_info;
}

void fake_variables_put(struct fake_variables *variables, const CHAR16 *name, const EFI_GUID *vendor,
                        struct bytes data) {
        assert_int_equal(store(variables, name, vendor, 7, data), EFI_SUCCESS);
}

void fake_variables_put_record(struct fake_variables *variables, const CHAR16 *name, const char *text) {
        fake_variables_put(variables, name, &fake_vendor_crash, text_view(text));
}

void fake_variables_reset(struct fake_variables *variables) {
        for (size_t i = 0; i < FAKE_VARIABLES_MAX; i++)
                variables->list[i].used &= (variables->list[i].attributes & EFI_VARIABLE_NON_VOLATILE) != 0;
}

const struct fake_variable *fake_variables_find(const struct fake_variables *variables, const CHAR16 *name) {
        return fake_variables_find_of(variables, name, &fake_vendor_crash);
}

const struct fake_variable *fake_variables_find_of(const struct fake_variables *variables, const CHAR16 *name,
                                                   const EFI_GUID *vendor) {
        return find((struct fake_variables *) variables, name, vendor);
}

size_t fake_variables_count(const struct fake_variables *variables) {
        size_t count = 0;

        for (size_t i = 0; i < FAKE_VARIABLES_MAX; i++)
                count += variables->list[i].used &&
                         vendor_equal(&variables->list[i].vendor, &fake_vendor_crash);
        return count;
}
