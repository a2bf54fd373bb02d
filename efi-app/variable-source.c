/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/variable-source.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ucs2.h"
#include "pstore/variable-name.h"
#include "store/draft.h"

/* The lowest limit seen in the wild; firmware that wants more says so. */
#define NAME_BUFFER_FIRST 512
#define NAME_BUFFER_MAX   65536

/* Variables of all vendors; firmware that goes on beyond does not end. */
#define VARIABLES_MAX 65536

/* A variable whose size differs from call to call so often has none. */
#define READ_ATTEMPTS 8

/* Larger than any variable store: a variable that claims more is malformed. */
#define VARIABLE_SIZE_MAX (64u * 1024 * 1024)

struct walk {
        struct buffer name; /* UCS-2, with its NUL */
        EFI_GUID vendor;
};

static struct variable_source *variable_source_of(struct record_source *source) {
        return source->context;
}

static EFI_GUID vendor_of(const char *name) {
        EFI_GUID guid;

        memcpy(&guid, variable_name_vendor(text_view(name))->bytes, sizeof(guid));
        return guid;
}

static int start_walk(struct walk *walk, const struct allocator *allocator) {
        int r;

        buffer_init(&walk->name, allocator);
        r = buffer_reserve(&walk->name, NAME_BUFFER_FIRST);
        if (r < 0)
                return r;
        memset(walk->name.data, 0, walk->name.capacity);
        memset(&walk->vendor, 0, sizeof(walk->vendor));
        return 0;
}

/*
 * Room for what the firmware asks for, and at least twice as much as before: some firmware does not say how
 * much it needs. The bytes behind the old name are zeroed.
 */
static int grow_name(struct walk *walk, UINTN needed) {
        size_t old_capacity = walk->name.capacity, doubled = 2 * old_capacity;
        int r;

        if (old_capacity >= NAME_BUFFER_MAX || needed > NAME_BUFFER_MAX)
                return ERR_TOO_LARGE;
        r = buffer_reserve(&walk->name, size_min(needed > doubled ? needed : doubled, NAME_BUFFER_MAX));
        if (r < 0)
                return r;
        memset(walk->name.data + old_capacity, 0, walk->name.capacity - old_capacity);
        return 0;
}

/* 1: the next name is in walk->name; 0: there is none. */
static int next_variable(struct app *app, struct walk *walk) {
        for (;;) {
                UINTN size = walk->name.capacity;
                EFI_STATUS status;
                int r;

                status = app->runtime->GetNextVariableName(&size, (CHAR16 *) walk->name.data, &walk->vendor);
                if (status == EFI_NOT_FOUND)
                        return 0;
                if (!EFI_ERROR(status))
                        return 1;
                if (status != EFI_BUFFER_TOO_SMALL)
                        return efi_status_to_error(status);
                r = grow_name(walk, size);
                if (r < 0)
                        return r;
        }
}

static struct bytes walk_name(const struct walk *walk) {
        struct bytes units = bytes_of(walk->name.data, walk->name.capacity & ~(size_t) 1);
        size_t length = 0;

        while (length + 2 <= units.size && bytes_u16(units, length) != 0)
                length += 2;
        return bytes_first(units, length);
}

static bool is_listed(const struct variable_source *variables, const char *name) {
        for (size_t i = 0; i < variables->name_count; i++)
                if (text_equal(variables->names[i], name))
                        return true;
        return false;
}

/*
 * ERR_LOOP for a name that is there already: what firmware names twice it goes on naming (as fs/efivarfs of
 * Linux knows it, too).
 */
static int add_name(struct variable_source *variables, struct bytes units) {
        struct text text;
        int r;

        r = array_grow(&variables->app->allocator, (void **) &variables->names, &variables->name_capacity,
                       variables->name_count, sizeof(*variables->names));
        if (r < 0)
                return r;
        memset(variables->names[variables->name_count], 0, RECORD_NAME_SIZE);
        text = text_on(variables->names[variables->name_count], RECORD_NAME_SIZE);
        r = ucs2_to_utf8(units, &text);
        if (r < 0)
                return r;
        if (!text.truncated && is_listed(variables, text.buffer))
                return ERR_LOOP;
        if (text.truncated)
                variables->overlong_count++;
        else
                variables->name_count++;
        return 0;
}

/* A name that cannot be one of a hardware error, too long or malformed, is the crash vendor's to complain of.
 */
static bool is_record(const struct walk *walk) {
        char name[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(name);
        struct guid vendor;

        (void) ucs2_to_utf8(walk_name(walk), &text);
        memcpy(&vendor, &walk->vendor, sizeof(vendor));
        return variable_is_record(&vendor, text_bytes(&text));
}

static int collect_names(struct variable_source *variables, struct walk *walk) {
        for (size_t walked = 0; walked < VARIABLES_MAX; walked++) {
                int r = next_variable(variables->app, walk);

                if (r <= 0)
                        return r;
                if (!is_record(walk))
                        continue;
                r = add_name(variables, walk_name(walk));
                if (r < 0)
                        return r;
        }
        return ERR_LOOP;
}

static int variable_source_open(struct record_source *source) {
        struct variable_source *variables = variable_source_of(source);
        struct walk walk;
        int r;

        variables->name_count = variables->next = variables->overlong_count = 0;
        variables->list_error = 0;
        r = start_walk(&walk, &variables->app->allocator);
        if (r >= 0)
                r = collect_names(variables, &walk);
        buffer_free(&walk.name);
        if (variables->overlong_count > 0)
                console_problem(&variables->app->console,
                                "efi: %zu variables with names too long for a crash record are left out",
                                variables->overlong_count);
        if (r == ERR_NOT_SUPPORTED)
                return ERR_NO_STORE;
        if (variables->name_count == 0)
                return r;
        variables->list_error = r;
        return 0;
}

static int take_list_error(struct variable_source *variables) {
        int r = variables->list_error;

        variables->list_error = 0;
        return r;
}

static int variable_source_next(struct record_source *source, struct source_entry *ret_entry) {
        struct variable_source *variables = variable_source_of(source);

        if (variables->next >= variables->name_count)
                return take_list_error(variables);
        *ret_entry = (struct source_entry){ .store = RECORD_STORE_EFI, .form = RECORD_FORM_STORED };
        memcpy(ret_entry->name, variables->names[variables->next++], RECORD_NAME_SIZE);
        return 1;
}

static int name_to_units(const char *name, CHAR16 units[RECORD_NAME_SIZE]) {
        size_t length;

        return ucs2_from_utf8(text_view(name), (uint16_t *) units, RECORD_NAME_SIZE, &length);
}

static int get_variable(const struct app *app, const char *name, void *data, UINTN *size) {
        EFI_GUID vendor = vendor_of(name);
        CHAR16 units[RECORD_NAME_SIZE];
        int r;

        r = name_to_units(name, units);
        if (r < 0)
                return r;
        return efi_status_to_error(app->runtime->GetVariable(units, &vendor, NULL, size, data));
}

static int variable_source_read(struct record_source *source, const char *name, struct buffer *buffer) {
        const struct app *app = variable_source_of(source)->app;

        for (unsigned attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
                UINTN size = buffer->capacity;
                int r = get_variable(app, name, buffer->data, &size);

                if (r >= 0 && size > buffer->capacity)
                        return ERR_LENGTH;
                if (r >= 0)
                        buffer->size = size;
                if (r != ERR_BUFFER_TOO_SMALL)
                        return r;
                if (size > VARIABLE_SIZE_MAX)
                        return ERR_TOO_LARGE;
                r = buffer_reserve(buffer, size);
                if (r < 0)
                        return r;
        }
        return ERR_LOOP;
}

static int set_variable(const struct app *app, const char *name, uint32_t attributes, struct bytes data) {
        EFI_GUID vendor = vendor_of(name);
        CHAR16 units[RECORD_NAME_SIZE];
        int r;

        r = name_to_units(name, units);
        if (r < 0)
                return r;
        return efi_status_to_error(app->runtime->SetVariable(units, &vendor, attributes, data.size,
                                                             (void *) (uintptr_t) data.data));
}

static int variable_source_erase(struct record_source *source, const char *name) {
        return set_variable(variable_source_of(source)->app, name, 0, bytes_of(NULL, 0));
}

static int variable_source_space(struct record_source *source, struct source_space *ret_space) {
        const struct app *app = variable_source_of(source)->app;
        uint64_t total, remaining, largest;
        EFI_STATUS status;

        status = app->runtime->QueryVariableInfo(VARIABLE_ATTRIBUTES_CRASH, &total, &remaining, &largest);
        *ret_space = (struct source_space){ .largest_record = VARIABLE_DATA_MAX };
        if (EFI_ERROR(status))
                return 0; /* UEFI before 2.0 has no such call: unknown is no failure */
        ret_space->known = true;
        ret_space->total = total;
        ret_space->remaining = remaining;
        ret_space->reserved = VARIABLE_RESERVE;
        return 0;
}

/* A name that is not taken: counts go up from 1, as the kernel's do. */
static int choose_name(struct record_source *source, const struct record_draft *draft,
                       char ret_name[RECORD_NAME_SIZE]) {
        for (uint32_t count = 1; count <= DRAFT_COUNT_MAX; count++) {
                UINTN size = 0;
                int r;

                draft_variable_name(draft, count, ret_name);
                r = get_variable(variable_source_of(source)->app, ret_name, NULL, &size);
                if (r == ERR_NOT_FOUND)
                        return 0;
                if (r < 0 && r != ERR_BUFFER_TOO_SMALL)
                        return r;
        }
        return ERR_NO_SPACE;
}

static int compare_stored(struct record_source *source, const char *name, struct bytes wanted) {
        struct buffer stored;
        int r;

        buffer_init(&stored, &variable_source_of(source)->app->allocator);
        r = variable_source_read(source, name, &stored);
        if (r == ERR_NOT_FOUND || (r >= 0 && !bytes_equal(buffer_bytes(&stored), wanted)))
                r = ERR_MISMATCH;
        buffer_free(&stored);
        return r;
}

static int variable_source_write(struct record_source *source, const struct record_draft *draft,
                                 char ret_name[RECORD_NAME_SIZE]) {
        char name[RECORD_NAME_SIZE];
        struct source_space space;
        int r;

        r = choose_name(source, draft, name);
        if (r < 0)
                return r;
        variable_source_space(source, &space);
        r = draft_check_variable(draft, name, &space);
        if (r < 0)
                return r;
        r = set_variable(variable_source_of(source)->app, name, VARIABLE_ATTRIBUTES_CRASH, draft->log);
        if (r < 0)
                return r;
        r = compare_stored(source, name, draft->log);
        if (r < 0)
                return r;
        memcpy(ret_name, name, sizeof(name));
        return 0;
}

static void variable_source_close(struct record_source *source) {
        struct variable_source *variables = variable_source_of(source);

        array_free(&variables->app->allocator, (void **) &variables->names, &variables->name_capacity,
                   sizeof(*variables->names));
        variables->name_count = 0;
}

void variable_source_init(struct variable_source *variables, struct app *app,
                          struct record_source *ret_source) {
        static const struct source_operations operations = {
                .open = variable_source_open,
                .next = variable_source_next,
                .read = variable_source_read,
                .write = variable_source_write,
                .erase = variable_source_erase,
                .space = variable_source_space,
                .close = variable_source_close,
        };

        *variables = (struct variable_source){ .app = app };
        *ret_source = (struct record_source){
                .spec = "efi",
                .store = RECORD_STORE_EFI,
                .operations = &operations,
                .context = variables,
        };
}
