/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/runtime-variables.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ucs2.h"
#include "pstore/variable-name.h"

/* The lowest limit seen in the wild; firmware that wants more says so. */
#define NAME_BUFFER_FIRST 512
#define NAME_BUFFER_MAX   65536

/* The services' table of EFI 1.10 ends before QueryVariableInfo(). */
#define UEFI_2_00 (2 << 16)

static EFI_RUNTIME_SERVICES *services_of(void *context) {
        const struct runtime_variables *variables = context;

        return variables->app->runtime;
}

/* --- names ------------------------------------------------------------------------------------ */

static int start_names(void *context) {
        struct runtime_variables *variables = context;
        int r;

        buffer_init(&variables->name, &variables->app->allocator);
        r = buffer_reserve(&variables->name, NAME_BUFFER_FIRST);
        if (r < 0)
                return r;
        /* GetNextVariableName() begins where it is given an empty name. */
        memset(variables->name.data, 0, variables->name.capacity);
        memset(&variables->vendor, 0, sizeof(variables->vendor));
        return 0;
}

/*
 * Room for what the firmware asks for, and at least twice as much as before: some firmware does not say how
 * much it needs. The bytes behind the old name are zeroed.
 */
static int grow_name(struct buffer *name, UINTN needed) {
        size_t old_capacity = name->capacity, doubled = 2 * old_capacity;
        int r;

        if (old_capacity >= NAME_BUFFER_MAX || needed > NAME_BUFFER_MAX)
                return ERR_TOO_LARGE;
        r = buffer_reserve(name, size_min(needed > doubled ? needed : doubled, NAME_BUFFER_MAX));
        if (r < 0)
                return r;
        memset(name->data + old_capacity, 0, name->capacity - old_capacity);
        return 0;
}

/* Without its NUL, which firmware may have forgotten. */
static struct bytes units_of(const struct buffer *name) {
        struct bytes units = bytes_of(name->data, name->capacity & ~(size_t) 1);
        size_t length = 0;

        while (length + 2 <= units.size && bytes_u16(units, length) != 0)
                length += 2;
        return bytes_first(units, length);
}

static int next_name(void *context, struct guid *ret_vendor, struct text *name) {
        struct runtime_variables *variables = context;

        for (;;) {
                UINTN size = variables->name.capacity;
                EFI_STATUS status;
                int r;

                status = services_of(context)->GetNextVariableName(&size, (CHAR16 *) variables->name.data,
                                                                   &variables->vendor);
                if (status == EFI_NOT_FOUND)
                        return 0;
                if (!EFI_ERROR(status))
                        break;
                if (status != EFI_BUFFER_TOO_SMALL)
                        return efi_status_to_error(status);
                r = grow_name(&variables->name, size);
                if (r < 0)
                        return r;
        }
        memcpy(ret_vendor, &variables->vendor, sizeof(*ret_vendor));
        (void) ucs2_to_utf8(units_of(&variables->name), name); /* it has no odd byte */
        return 1;
}

static void end_names(void *context) {
        struct runtime_variables *variables = context;

        buffer_free(&variables->name);
}

static void tell_left_out(void *context, size_t count) {
        const struct runtime_variables *variables = context;

        console_problem(&variables->app->console,
                        "efi: %zu variables with names too long for a crash record are left out", count);
}

/* --- one variable ----------------------------------------------------------------------------- */

/* A variable as the services name it. */
struct variable_key {
        CHAR16 name[RECORD_NAME_SIZE];
        EFI_GUID vendor;
};

static int key_from(const struct guid *vendor, const char *name, struct variable_key *ret_key) {
        size_t length;

        memcpy(&ret_key->vendor, vendor, sizeof(ret_key->vendor));
        return ucs2_from_utf8(text_view(name), (uint16_t *) ret_key->name, RECORD_NAME_SIZE, &length);
}

static int get(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        struct variable_key key;
        UINTN data_size = *size;
        EFI_STATUS status;
        int r;

        r = key_from(vendor, name, &key);
        if (r < 0)
                return r;
        status = services_of(context)->GetVariable(key.name, &key.vendor, ret_attributes, &data_size, data);
        *size = data_size;
        return efi_status_to_error(status);
}

static int set(void *context, const struct guid *vendor, const char *name, uint32_t attributes,
               struct bytes data) {
        struct variable_key key;
        int r;

        r = key_from(vendor, name, &key);
        if (r < 0)
                return r;
        return efi_status_to_error(services_of(context)->SetVariable(
                key.name, &key.vendor, attributes, data.size, (void *) (uintptr_t) data.data));
}

static int erase(void *context, const struct guid *vendor, const char *name) {
        /* UEFI 2.10, 8.2.3: a variable that is set to nothing is deleted. */
        return set(context, vendor, name, 0, bytes_of(NULL, 0));
}

int runtime_variables_query(const struct app *app, uint64_t *ret_total, uint64_t *ret_remaining,
                            uint64_t *ret_largest) {
        if (app->system->Hdr.Revision < UEFI_2_00)
                return ERR_NOT_SUPPORTED;
        return efi_status_to_error(app->runtime->QueryVariableInfo(VARIABLE_ATTRIBUTES_CRASH, ret_total,
                                                                   ret_remaining, ret_largest));
}

static int query(void *context, uint64_t *ret_total, uint64_t *ret_remaining) {
        const struct runtime_variables *variables = context;
        uint64_t largest;

        return runtime_variables_query(variables->app, ret_total, ret_remaining, &largest);
}

struct variable_io runtime_variables_io(struct runtime_variables *variables, struct app *app) {
        *variables = (struct runtime_variables){ .app = app };
        return (struct variable_io){
                .context = variables,
                .start_names = start_names,
                .next_name = next_name,
                .end_names = end_names,
                .get = get,
                .set = set,
                .erase = erase,
                .query = query,
                .tell_left_out = tell_left_out,
        };
}
