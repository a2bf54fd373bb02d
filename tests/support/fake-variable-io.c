/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-variable-io.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "pstore/variable-name.h"

static void require(bool condition) {
        if (!condition)
                abort();
}

/* The error with which this call has to fail, or 0. */
static int begin(struct fake_variable_io *fake, enum fake_io_operation operation) {
        fake->calls_of[operation]++;
        if (++fake->calls == fake->fail_at)
                return fake->fail_error;
        return fake->errors[operation];
}

/* --- names ------------------------------------------------------------------------------------ */

static int start_names(void *context) {
        struct fake_variable_io *fake = context;
        int r = begin(fake, FAKE_IO_START);

        require(!fake->walking);
        fake->walking = r == 0;
        fake->cursor = 0;
        return r;
}

static const struct fake_io_variable *last_before(const struct fake_variable_io *fake) {
        for (size_t i = FAKE_IO_VARIABLES; i > 0; i--)
                if (fake->variables[i - 1].used && !fake->variables[i - 1].hidden)
                        return &fake->variables[i - 1];
        abort();
}

static int next_name(void *context, struct guid *ret_vendor, struct text *name) {
        struct fake_variable_io *fake = context;
        const struct fake_io_variable *variable = NULL;
        int r = begin(fake, FAKE_IO_NEXT);

        require(fake->walking && name->length == 0 && name->buffer[0] == '\0');
        if (r < 0)
                return r;
        while (fake->cursor < FAKE_IO_VARIABLES && !variable) {
                variable = &fake->variables[fake->cursor++];
                if (!variable->used || variable->hidden)
                        variable = NULL;
        }
        if (!variable && fake->names == FAKE_IO_NAMES_END)
                return 0;
        if (!variable)
                variable = last_before(fake);
        else
                fake->grown = 0;
        *ret_vendor = variable->vendor;
        text_put(name, variable->name);
        if (fake->names == FAKE_IO_NAMES_INVENT && fake->cursor == FAKE_IO_VARIABLES)
                text_format(name, "-%u", fake->grown++);
        return 1;
}

static void end_names(void *context) {
        struct fake_variable_io *fake = context;

        require(fake->walking);
        fake->walking = false;
}

static void tell_left_out(void *context, size_t count) {
        struct fake_variable_io *fake = context;

        require(!fake->walking && count > 0);
        fake->left_out_calls++;
        fake->left_out_count = count;
}

/* --- one variable ----------------------------------------------------------------------------- */

static int want(size_t *size, size_t wanted) {
        *size = wanted;
        return ERR_BUFFER_TOO_SMALL;
}

static int get(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        struct fake_variable_io *fake = context;
        const struct fake_io_variable *variable = fake_variable_io_find(fake, vendor, name);
        size_t room = *size;
        int r = begin(fake, FAKE_IO_GET);

        require(data || room == 0);
        if (r < 0)
                return r;
        if (!variable)
                return ERR_NOT_FOUND;
        if (fake->get == FAKE_IO_GET_WANTS_EXABYTES)
                return want(size, (size_t) 1 << 60);
        if (fake->get == FAKE_IO_GET_WANTS_WHAT_IT_HAS)
                return want(size, room);
        if (fake->get == FAKE_IO_GET_GROWS_ON || (fake->get == FAKE_IO_GET_GROWS && fake->grown++ < 3))
                return want(size, room + 1);
        if (variable->size > room)
                return want(size, variable->size);
        *size = variable->size - (fake->get == FAKE_IO_GET_SHRINKS ||
                                  (fake->get == FAKE_IO_GET_SHRINKS_ONCE && fake->grown++ == 0));
        if (*size > 0)
                memcpy(data, variable->data, *size);
        *ret_attributes = variable->attributes;
        if (fake->get == FAKE_IO_GET_OVERRUNS)
                *size = room + 1;
        return 0;
}

static int set(void *context, const struct guid *vendor, const char *name, uint32_t attributes,
               struct bytes data) {
        struct fake_variable_io *fake = context;
        struct fake_io_variable *variable;
        int r = begin(fake, FAKE_IO_SET);

        require(data.size > 0 && attributes != 0);
        if (r < 0)
                return r;
        if (!fake_variable_io_find(fake, vendor, name) && fake_variable_io_count(fake) >= fake->capacity)
                return ERR_NO_SPACE;
        if (fake->set == FAKE_IO_SET_STORES_NOTHING)
                return 0;
        variable = fake_variable_io_put(fake, vendor, name, data);
        variable->attributes = attributes;
        if (fake->set == FAKE_IO_SET_STORES_HALF)
                variable->size /= 2;
        if (fake->set == FAKE_IO_SET_STORES_OTHER_BYTES)
                variable->data[variable->size - 1] ^= 1;
        if (fake->set == FAKE_IO_SET_STORES_OTHER_ATTRIBUTES)
                variable->attributes &= ~(uint32_t) 1;
        return 0;
}

static int erase(void *context, const struct guid *vendor, const char *name) {
        struct fake_variable_io *fake = context;
        struct fake_io_variable *variable = fake_variable_io_find(fake, vendor, name);
        int r = begin(fake, FAKE_IO_ERASE);

        if (r < 0)
                return r;
        if (!variable)
                return ERR_NOT_FOUND;
        variable->used = fake->erase_lies;
        return 0;
}

static int query(void *context, uint64_t *ret_total, uint64_t *ret_remaining) {
        struct fake_variable_io *fake = context;
        int r = begin(fake, FAKE_IO_QUERY);

        if (r < 0)
                return r;
        *ret_total = fake->total;
        *ret_remaining = fake->remaining;
        return 0;
}

/* --- what tests put and look for -------------------------------------------------------------- */

void fake_variable_io_init(struct fake_variable_io *fake) {
        memset(fake, 0, sizeof(*fake));
        fake->io = (struct variable_io){
                .context = fake,
                .start_names = start_names,
                .next_name = next_name,
                .end_names = end_names,
                .get = get,
                .set = set,
                .erase = erase,
                .query = query,
                .tell_left_out = tell_left_out,
        };
        fake->capacity = FAKE_IO_VARIABLES;
        fake->total = 262072;
        fake->remaining = 200000;
}

struct fake_io_variable *fake_variable_io_find(struct fake_variable_io *fake, const struct guid *vendor,
                                               const char *name) {
        for (size_t i = 0; i < FAKE_IO_VARIABLES; i++) {
                struct fake_io_variable *variable = &fake->variables[i];

                if (variable->used && guid_equal(&variable->vendor, vendor) &&
                    strcmp(variable->name, name) == 0)
                        return variable;
        }
        return NULL;
}

struct fake_io_variable *fake_variable_io_put(struct fake_variable_io *fake, const struct guid *vendor,
                                              const char *name, struct bytes data) {
        struct fake_io_variable *variable = fake_variable_io_find(fake, vendor, name);

        for (size_t i = 0; !variable && i < FAKE_IO_VARIABLES; i++)
                if (!fake->variables[i].used)
                        variable = &fake->variables[i];
        require(variable && strlen(name) < FAKE_IO_NAME_MAX && data.size <= FAKE_IO_DATA_MAX);
        *variable = (struct fake_io_variable){
                .used = true,
                .vendor = *vendor,
                .attributes = VARIABLE_ATTRIBUTES_CRASH,
                .size = data.size,
        };
        strcpy(variable->name, name);
        if (data.size > 0)
                memcpy(variable->data, data.data, data.size);
        return variable;
}

size_t fake_variable_io_count(const struct fake_variable_io *fake) {
        size_t count = 0;

        for (size_t i = 0; i < FAKE_IO_VARIABLES; i++)
                count += fake->variables[i].used;
        return count;
}
