/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/variable-source.h"

#include "base/error.h"
#include "base/memory.h"
#include "pstore/variable-name.h"
#include "store/draft.h"

/* Variables of all vendors; firmware that goes on beyond does not end. */
#define VARIABLES_MAX 65536

/* A variable whose size differs from call to call so often has none. */
#define READ_ATTEMPTS 4

/* Larger than any variable store: a variable that claims more is malformed. */
#define VARIABLE_SIZE_MAX (64u * 1024 * 1024)

static struct variable_source *variable_source_of(struct record_source *source) {
        return source->context;
}

/* --- the list --------------------------------------------------------------------------------- */

/* What firmware names twice it goes on naming (as fs/efivarfs of Linux knows it, too), so this ends there. */
static int walk_names(struct variable_source *variables) {
        const struct variable_io *io = variables->io;

        for (size_t walked = 0; walked < VARIABLES_MAX; walked++) {
                char buffer[RECORD_NAME_SIZE];
                struct text name = TEXT_ON(buffer);
                struct guid vendor;
                int r;

                r = io->next_name(io->context, &vendor, &name);
                if (r == ERR_NOT_SUPPORTED && walked == 0)
                        return ERR_NO_STORE;
                if (r <= 0)
                        return r;
                /* A name too long or malformed for a hardware error is the crash vendor's to complain of. */
                if (!variable_is_record(&vendor, text_bytes(&name)))
                        continue;
                if (name.truncated) {
                        variables->overlong_count++;
                        continue;
                }
                r = entry_list_insert(&variables->list, RECORD_STORE_EFI, text_bytes(&name));
                if (r < 0)
                        return r;
        }
        return ERR_LOOP;
}

static int variable_source_open(struct record_source *source) {
        struct variable_source *variables = variable_source_of(source);
        const struct variable_io *io = variables->io;
        int r;

        entry_list_free(&variables->list);
        variables->overlong_count = 0;
        r = io->start_names(io->context);
        if (r < 0)
                return r;
        r = walk_names(variables);
        io->end_names(io->context);
        if (variables->overlong_count > 0)
                io->tell_left_out(io->context, variables->overlong_count);
        /* A list that breaks off names records nevertheless: next() tells of it behind them. */
        if (variables->list.count == 0)
                return r;
        variables->list.error = r;
        return 0;
}

static int variable_source_next(struct record_source *source, struct source_entry *ret_entry) {
        return entry_list_next(&variable_source_of(source)->list, ret_entry);
}

static void variable_source_close(struct record_source *source) {
        entry_list_free(&variable_source_of(source)->list);
}

/* --- one variable ----------------------------------------------------------------------------- */

static int get(const struct variable_source *variables, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        return variables->io->get(variables->io->context, variable_name_vendor(text_view(name)), name, data,
                                  size, ret_attributes);
}

/* The first room holds all that Linux writes, so that one call is enough for most. */
static int read_whole(const struct variable_source *variables, const char *name, struct buffer *buffer,
                      uint32_t *ret_attributes) {
        size_t size = VARIABLE_DATA_MAX;
        int r;

        for (unsigned attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
                r = buffer_reserve(buffer, size);
                if (r < 0)
                        return r;
                size = buffer->capacity;
                r = get(variables, name, buffer->data, &size, ret_attributes);
                if (r >= 0 && size > buffer->capacity)
                        return ERR_LENGTH; /* firmware that claims to have written more than there was room */
                if (r >= 0)
                        buffer->size = size;
                if (r != ERR_BUFFER_TOO_SMALL)
                        return r;
                if (size > VARIABLE_SIZE_MAX)
                        return ERR_TOO_LARGE;
        }
        return ERR_LOOP;
}

static int variable_source_read(struct record_source *source, const char *name, struct buffer *buffer) {
        uint32_t attributes;

        return read_whole(variable_source_of(source), name, buffer, &attributes);
}

/*
 * Whether the variable still is what was read, and the firmware says that size when it is asked for that
 * alone: what would be erased may be more than what it gives, and nobody has a copy of the rest. Somebody may
 * write it between the two calls; sizes that go on disagreeing are firmware's.
 */
static int variable_source_compare(struct record_source *source, const char *name, struct bytes bytes) {
        const struct variable_source *variables = variable_source_of(source);
        struct buffer buffer;
        int r = 0;

        buffer_init(&buffer, variables->allocator);
        for (unsigned attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
                uint32_t attributes;
                size_t said = 0;

                r = read_whole(variables, name, &buffer, &attributes);
                if (r >= 0 && !bytes_equal(buffer_bytes(&buffer), bytes))
                        r = ERR_CHANGED;
                if (r < 0)
                        break;
                /* Some firmware of EFI 1.10 wants a place for no data, too. */
                r = get(variables, name, buffer.data, &said, &attributes);
                if (r == ERR_BUFFER_TOO_SMALL || r >= 0)
                        r = said == buffer.size ? 0 : ERR_LENGTH;
                if (r != ERR_LENGTH)
                        break;
        }
        buffer_free(&buffer);
        return r;
}

static int variable_source_erase(struct record_source *source, const char *name) {
        const struct variable_io *io = variable_source_of(source)->io;

        return io->erase(io->context, variable_name_vendor(text_view(name)), name);
}

/* A second walk would cost as much as the first, for all that was not erased. */
static int variable_source_confirm_erased(struct record_source *source, const char *name) {
        uint32_t attributes;
        size_t size = 0;
        int r = get(variable_source_of(source), name, NULL, &size, &attributes);

        return r == ERR_NOT_FOUND                    ? 0
               : r >= 0 || r == ERR_BUFFER_TOO_SMALL ? ERR_STILL_THERE
                                                     : ERR_UNVERIFIED;
}

/* --- a new one -------------------------------------------------------------------------------- */

static int variable_source_space(struct record_source *source, struct source_space *ret_space) {
        const struct variable_io *io = variable_source_of(source)->io;
        struct source_space space = variable_space_unknown;
        int r;

        r = io->query(io->context, &space.total, &space.remaining);
        if (r < 0 && r != ERR_NOT_SUPPORTED)
                return r;
        space.known = r >= 0;
        *ret_space = space;
        return 0;
}

/*
 * A name that is taken would replace its record, and a list need not be whole: so each is asked for. Counts
 * go up from 1, as the kernel's do.
 */
static int choose_name(const struct variable_source *variables, const struct record_draft *draft,
                       char ret_name[RECORD_NAME_SIZE]) {
        for (uint32_t count = 1; count <= DRAFT_COUNT_MAX; count++) {
                uint32_t attributes;
                size_t size = 0;
                int r;

                draft_variable_name(draft, count, ret_name);
                r = get(variables, ret_name, NULL, &size, &attributes);
                if (r == ERR_NOT_FOUND)
                        return 0;
                if (r < 0 && r != ERR_BUFFER_TOO_SMALL) /* which is what one that exists says to no room */
                        return r;
        }
        return ERR_NO_SPACE;
}

/* Success is what is said; only what was read back is there. */
static int set_and_compare(const struct variable_source *variables, const char *name, struct bytes log) {
        const struct variable_io *io = variables->io;
        uint32_t attributes = 0;
        struct buffer stored;
        int r;

        r = io->set(io->context, variable_name_vendor(text_view(name)), name, VARIABLE_ATTRIBUTES_CRASH, log);
        if (r < 0)
                return r;
        buffer_init(&stored, variables->allocator);
        r = read_whole(variables, name, &stored, &attributes);
        if (r == ERR_NOT_FOUND || r == ERR_LENGTH ||
            (r >= 0 && (attributes != VARIABLE_ATTRIBUTES_CRASH || !bytes_equal(buffer_bytes(&stored), log))))
                r = ERR_MISMATCH;
        buffer_free(&stored);
        return r;
}

static int variable_source_write(struct record_source *source, const struct record_draft *draft,
                                 char ret_name[RECORD_NAME_SIZE]) {
        const struct variable_source *variables = variable_source_of(source);
        char name[RECORD_NAME_SIZE];
        struct source_space space;
        int r;

        if (draft->log.size == 0)
                return ERR_INVALID_ARGUMENT; /* it would erase (UEFI 2.10, 8.2.3) */
        r = choose_name(variables, draft, name);
        if (r < 0)
                return r;
        r = variable_source_space(source, &space);
        if (r < 0)
                return r;
        r = draft_check_variable(draft, name, &space);
        if (r < 0)
                return r;
        r = set_and_compare(variables, name, draft->log);
        if (r < 0)
                return r;
        memcpy(ret_name, name, sizeof(name));
        return 0;
}

void variable_source_init(struct variable_source *variables, const struct variable_io *io,
                          const struct allocator *allocator, struct record_source *ret_source) {
        static const struct source_operations operations = {
                .open = variable_source_open,
                .next = variable_source_next,
                .read = variable_source_read,
                .compare = variable_source_compare,
                .write = variable_source_write,
                .erase = variable_source_erase,
                .space = variable_source_space,
                .owners = variable_source_owners,
                .confirm_erased = variable_source_confirm_erased,
                .close = variable_source_close,
        };

        *variables = (struct variable_source){ .io = io, .allocator = allocator };
        entry_list_init(&variables->list, allocator);
        *ret_source = (struct record_source){
                .spec = "efi",
                .store = RECORD_STORE_EFI,
                .operations = &operations,
                .context = variables,
                .of_machine = true,
        };
}
