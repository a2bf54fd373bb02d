/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-entry.h"

#include <dirent.h>
#include <efivar/efiboot.h>
#include <efivar/efivar.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/boot-option.h"
#include "linux/efivarfs.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define GLOBAL_VENDOR "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ATTRIBUTES    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define NEXT          "BootNext"
#define FILE_MODE     0644
#define DESCRIPTION   "pstore-fw"

#define NUMBERS_MAX   512 /* entries of one kind, or in an order: firmware has some dozens */
#define ENTRY_SIZE    1024
#define DIGITS        4

/* A variable takes a header in the store beside name and data: edk2's has 60 bytes. */
#define HEADER_SIZE 64

/* A name, "-" and the vendor. */
#define FILE_NAME_SIZE (BOOT_ENTRY_NAME_SIZE + GUID_TEXT_SIZE)

static const struct {
        const char *prefix, *order;
        const char *verb; /* what the application is told to do */
} kinds[BOOT_ENTRY_KINDS] = {
        [BOOT_ENTRY_SYSPREP] = { "SysPrep", "SysPrepOrder", "boot" },
        [BOOT_ENTRY_BOOT] = { "Boot", "BootOrder", NULL },
};

struct numbers {
        uint16_t list[NUMBERS_MAX];
        size_t count;
};

/* --- variables ------------------------------------------------------------------------------------ */

static int fail(struct reason *ret_reason, const char *name, int error) {
        return reason_set(ret_reason, error, "%s: %s", name, error_text(error));
}

static void name_entry(enum boot_entry_kind kind, uint16_t number, char ret_name[BOOT_ENTRY_NAME_SIZE]) {
        snprintf(ret_name, BOOT_ENTRY_NAME_SIZE, "%s%04X", kinds[kind].prefix, number);
}

static int read_variable(const char *name, struct buffer *data) {
        char file_name[FILE_NAME_SIZE];

        snprintf(file_name, sizeof(file_name), "%s-" GLOBAL_VENDOR, name);
        return efivarfs_read(file_name, data);
}

/* libefivar says -1 and leaves the reason in errno. */
static int last_error(void) {
        return errno != 0 ? errno_to_error(errno) : ERR_IO;
}

static bool is_as_written(const char *name, struct bytes data) {
        _cleanup_buffer_ struct buffer content;

        buffer_init(&content, &system_allocator);
        return read_variable(name, &content) == 0 && bytes_equal(buffer_bytes(&content), data);
}

/* Nothing where it is so already. It only reads what it is given, though its argument is not const. */
static int write_variable(const char *name, struct bytes data, bool *changed, struct reason *ret_reason) {
        if (is_as_written(name, data))
                return 0;
        errno = 0;
        if (efi_set_variable(EFI_GLOBAL_GUID, name, (uint8_t *) (uintptr_t) data.data, data.size, ATTRIBUTES,
                             FILE_MODE) < 0)
                return fail(ret_reason, name, last_error());
        *changed = true;
        return is_as_written(name, data) ? 0 : fail(ret_reason, name, ERR_MISMATCH);
}

static int remove_variable(const char *name, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer content;
        int r;

        buffer_init(&content, &system_allocator);
        errno = 0;
        r = efi_del_variable(EFI_GLOBAL_GUID, name) < 0 ? last_error() : 0;
        if (r < 0 && r != ERR_NOT_FOUND)
                return fail(ret_reason, name, r);
        return read_variable(name, &content) == ERR_NOT_FOUND ? 0 : fail(ret_reason, name, ERR_STILL_THERE);
}

/* --- orders --------------------------------------------------------------------------------------- */

static bool numbers_hold(const struct numbers *numbers, uint16_t number) {
        for (size_t i = 0; i < numbers->count; i++)
                if (numbers->list[i] == number)
                        return true;
        return false;
}

static int numbers_add(struct numbers *numbers, uint16_t number) {
        if (numbers->count == NUMBERS_MAX)
                return ERR_TOO_LARGE;
        numbers->list[numbers->count++] = number;
        return 0;
}

static void numbers_drop(struct numbers *numbers, uint16_t number) {
        size_t left = 0;

        for (size_t i = 0; i < numbers->count; i++)
                if (numbers->list[i] != number)
                        numbers->list[left++] = numbers->list[i];
        numbers->count = left;
}

/* One that is not there is empty. */
static int read_order(enum boot_entry_kind kind, struct numbers *ret_order, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer content;
        uint16_t number;
        int r;

        ret_order->count = 0;
        buffer_init(&content, &system_allocator);
        r = read_variable(kinds[kind].order, &content);
        if (r == ERR_NOT_FOUND)
                return 0;
        if (r == 0 && content.size % sizeof(number) != 0)
                r = ERR_LENGTH;
        for (size_t at = 0; r == 0 && at < content.size; at += sizeof(number))
                r = numbers_add(ret_order, bytes_u16(buffer_bytes(&content), at));
        return r < 0 ? fail(ret_reason, kinds[kind].order, r) : 0;
}

static int write_order(enum boot_entry_kind kind, const struct numbers *order, bool *changed,
                       struct reason *ret_reason) {
        uint8_t bytes[2 * NUMBERS_MAX];

        for (size_t i = 0; i < order->count; i++) {
                bytes[2 * i] = (uint8_t) order->list[i];
                bytes[2 * i + 1] = (uint8_t) (order->list[i] >> 8);
        }
        return write_variable(kinds[kind].order, bytes_of(bytes, 2 * order->count), changed, ret_reason);
}

/* --- what is there -------------------------------------------------------------------------------- */

static bool parse_number(enum boot_entry_kind kind, struct bytes name, uint16_t *ret_number) {
        struct bytes prefix = text_view(kinds[kind].prefix);
        size_t at = prefix.size;
        uint64_t number;

        if (name.size != prefix.size + DIGITS || !bytes_start_with(name, prefix) ||
            hex_parse(name, &at, DIGITS, &number) < 0)
                return false;
        *ret_number = (uint16_t) number;
        return true;
}

static int compare_numbers(const void *a, const void *b) {
        return (int) *(const uint16_t *) a - (int) *(const uint16_t *) b;
}

/* All numbers of this kind that are taken, the lowest first. */
static int list_entries(enum boot_entry_kind kind, struct numbers *ret_taken, struct reason *ret_reason) {
        _cleanup_closedir_ DIR *directory = opendir(efivarfs_directory());
        struct guid global, vendor;
        const struct dirent *entry;
        int r = 0;

        ret_taken->count = 0;
        if (!directory)
                return fail(ret_reason, efivarfs_directory(), errno_to_error(errno));
        (void) guid_parse(text_view(GLOBAL_VENDOR), &global);
        while (r == 0 && (entry = readdir(directory))) {
                struct bytes name;
                uint16_t number;

                if (efivarfs_parse_name(entry->d_name, &vendor, &name) && guid_equal(&vendor, &global) &&
                    parse_number(kind, name, &number))
                        r = numbers_add(ret_taken, number);
        }
        qsort(ret_taken->list, ret_taken->count, sizeof(ret_taken->list[0]), compare_numbers);
        return r < 0 ? fail(ret_reason, kinds[kind].prefix, r) : 0;
}

/* FAT knows no case. */
static bool is_application(const char *path, const char *application) {
        size_t length = strlen(BOOT_ENTRY_DIRECTORY);

        return strncasecmp(path, BOOT_ENTRY_DIRECTORY, length) == 0 &&
               strcasecmp(path + length, application) == 0;
}

/* Whether the entry starts the application, and how; what cannot be read is nobody's that we know. */
static bool is_ours(enum boot_entry_kind kind, uint16_t number, const char *application,
                    struct boot_entry_state *ret_state) {
        struct boot_entry_state state = { .count = 1, .number = number };
        char name[BOOT_ENTRY_NAME_SIZE], argument[sizeof(state.file)];
        struct text file_text = TEXT_ON(state.file), argument_text = TEXT_ON(argument);
        _cleanup_buffer_ struct buffer content;
        struct boot_option option;

        buffer_init(&content, &system_allocator);
        name_entry(kind, number, name);
        if (read_variable(name, &content) < 0 || boot_option_parse(buffer_bytes(&content), &option) < 0)
                return false;
        boot_option_put_file(&option, &file_text);
        boot_option_put_first_argument(&option, &argument_text);
        state.is_active = option.attributes & BOOT_OPTION_ACTIVE;
        state.by_shim = is_application(argument, application);
        *ret_state = state;
        return state.by_shim || is_application(state.file, application);
}

/* Ours, the lowest number first, and all that are taken. */
static int find_ours(enum boot_entry_kind kind, const char *application, struct numbers *ret_taken,
                     struct numbers *ret_ours, struct boot_entry_state *ret_first,
                     struct reason *ret_reason) {
        struct boot_entry_state state;
        int r = list_entries(kind, ret_taken, ret_reason);

        ret_ours->count = 0;
        for (size_t i = 0; i < ret_taken->count && r == 0; i++) {
                if (!is_ours(kind, ret_taken->list[i], application, &state))
                        continue;
                if (ret_ours->count == 0)
                        *ret_first = state;
                r = numbers_add(ret_ours, state.number);
        }
        return r;
}

int boot_entry_find(enum boot_entry_kind kind, const char *application, struct boot_entry_state *ret_state,
                    struct reason *ret_reason) {
        struct boot_entry_state state = { 0 };
        struct numbers taken, ours, order;
        int r;

        r = find_ours(kind, application, &taken, &ours, &state, ret_reason);
        if (r == 0)
                r = read_order(kind, &order, ret_reason);
        if (r < 0)
                return r;
        state.count = (unsigned) ours.count;
        state.is_in_order = ours.count > 0 && numbers_hold(&order, state.number);
        *ret_state = state;
        return 0;
}

/* --- ours ----------------------------------------------------------------------------------------- */

/* The short form: a partition by its GUID, a file by its path. -1, and errno. */
static ssize_t make_path(const struct boot_entry *entry, const char *file, uint8_t *path, size_t size) {
        struct guid guid = entry->esp->guid;
        char name[PATH_MAX];
        ssize_t length = 0, added;

        snprintf(name, sizeof(name), "%s", file);
        added = efidp_make_hd(path, (ssize_t) size, entry->esp->number, entry->esp->start,
                              entry->esp->block_count, guid.bytes, EFIDP_HD_FORMAT_GPT,
                              EFIDP_HD_SIGNATURE_GUID);
        length = added;
        if (added > 0)
                length += added = efidp_make_file(path + length, (ssize_t) size - length, name);
        if (added > 0)
                length += added = efidp_make_end_entire(path + length, (ssize_t) size - length);
        return added > 0 ? length : -1;
}

/* As UCS-2 with its end; `text` is ASCII. */
static size_t make_arguments(const char *text, uint8_t *arguments, size_t size) {
        size_t length = text[0] ? size_min(strlen(text) + 1, size / 2) : 0;

        for (size_t i = 0; i < length; i++) {
                arguments[2 * i] = (uint8_t) text[i];
                arguments[2 * i + 1] = 0;
        }
        return 2 * length;
}

static int make_content(const struct boot_entry *entry, uint8_t ret_content[ENTRY_SIZE], size_t *ret_size) {
        uint8_t path[ENTRY_SIZE / 2], arguments[ENTRY_SIZE / 4], description[] = DESCRIPTION;
        char application[64], text[96];
        const char *verb = kinds[entry->kind].verb;
        ssize_t path_size, size;

        snprintf(application, sizeof(application), BOOT_ENTRY_DIRECTORY "%s", entry->application);
        snprintf(text, sizeof(text), "%s%s%s", entry->shim ? application : "", entry->shim && verb ? " " : "",
                 verb ? verb : "");
        errno = 0;
        path_size = make_path(entry, entry->shim ? entry->shim : application, path, sizeof(path));
        if (path_size < 0)
                return last_error();
        size = efi_loadopt_create(ret_content, ENTRY_SIZE, BOOT_OPTION_ACTIVE, (efidp) path, path_size,
                                  description, arguments, make_arguments(text, arguments, sizeof(arguments)));
        if (size < 0)
                return last_error();
        *ret_size = (size_t) size;
        return 0;
}

static size_t stored_size(const char *name, size_t data_size) {
        return HEADER_SIZE + 2 * (strlen(name) + 1) + data_size;
}

int boot_entry_check_room(const struct boot_entry *entry, const struct source_space *space,
                          struct reason *ret_reason) {
        const char *order_name = kinds[entry->kind].order;
        uint8_t content[ENTRY_SIZE];
        char name[BOOT_ENTRY_NAME_SIZE];
        struct numbers order;
        size_t size, need;
        int r;

        name_entry(entry->kind, 0, name);
        r = make_content(entry, content, &size);
        if (r < 0)
                return fail(ret_reason, name, r);
        r = read_order(entry->kind, &order, ret_reason);
        if (r < 0)
                return r;
        need = stored_size(name, size) + stored_size(order_name, 2 * (order.count + 1)) +
               stored_size(NEXT, 2);
        if (!space->known || space->remaining >= space->reserved + need)
                return 0;
        return reason_set(
                ret_reason, ERR_NO_SPACE,
                "the store of EFI variables is nearly full: %llu bytes are left, and %zu for the entry "
                "would leave less than the %llu that firmware may need to start",
                (unsigned long long) space->remaining, need, (unsigned long long) space->reserved);
}

static int lowest_free(const struct numbers *taken) {
        uint16_t number = 0;

        while (numbers_hold(taken, number))
                number++;
        return number;
}

/* All of ours but `kept`, and their places in the order. */
static int remove_others(enum boot_entry_kind kind, const struct numbers *ours, uint16_t kept,
                         struct numbers *order, bool *changed, struct reason *ret_reason) {
        char name[BOOT_ENTRY_NAME_SIZE];
        int r = 0;

        for (size_t i = 0; i < ours->count && r == 0; i++) {
                if (ours->list[i] == kept)
                        continue;
                name_entry(kind, ours->list[i], name);
                r = remove_variable(name, ret_reason);
                numbers_drop(order, ours->list[i]);
                *changed = true;
        }
        return r;
}

/* The entry before the order that names it: a number of which there is no entry is passed over. */
int boot_entry_put(const struct boot_entry *entry, const struct source_space *space,
                   char ret_name[BOOT_ENTRY_NAME_SIZE], bool *ret_changed, struct reason *ret_reason) {
        struct numbers taken, ours, order;
        struct boot_entry_state first;
        uint8_t content[ENTRY_SIZE], next[2];
        uint16_t number;
        size_t size = 0;
        int r;

        *ret_changed = false;
        r = find_ours(entry->kind, entry->application, &taken, &ours, &first, ret_reason);
        if (r == 0)
                r = read_order(entry->kind, &order, ret_reason);
        if (r == 0)
                r = boot_entry_check_room(entry, space, ret_reason);
        if (r < 0)
                return r;
        number = ours.count > 0 ? first.number : (uint16_t) lowest_free(&taken);
        name_entry(entry->kind, number, ret_name);
        r = make_content(entry, content, &size);
        if (r < 0)
                return fail(ret_reason, ret_name, r);
        r = write_variable(ret_name, bytes_of(content, size), ret_changed, ret_reason);
        if (r == 0)
                r = remove_others(entry->kind, &ours, number, &order, ret_changed, ret_reason);
        if (r == 0 && entry->in_order && !numbers_hold(&order, number) && numbers_add(&order, number) < 0)
                r = fail(ret_reason, kinds[entry->kind].order, ERR_TOO_LARGE);
        if (r == 0 && order.count > 0)
                r = write_order(entry->kind, &order, ret_changed, ret_reason);
        next[0] = (uint8_t) number;
        next[1] = (uint8_t) (number >> 8);
        if (r == 0 && entry->next)
                r = write_variable(NEXT, bytes_of(next, sizeof(next)), ret_changed, ret_reason);
        return r;
}

/* A next boot that would start what is no more. */
static int remove_next(const struct numbers *ours, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer content;
        uint16_t number;

        buffer_init(&content, &system_allocator);
        if (read_variable(NEXT, &content) < 0 || bytes_load_u16(buffer_bytes(&content), 0, &number) < 0 ||
            !numbers_hold(ours, number))
                return 0;
        return remove_variable(NEXT, ret_reason);
}

int boot_entry_remove(enum boot_entry_kind kind, const char *application, struct reason *ret_reason) {
        struct numbers taken, ours, order;
        struct boot_entry_state first;
        size_t count_before = 0;
        bool changed = false;
        int r;

        r = find_ours(kind, application, &taken, &ours, &first, ret_reason);
        if (r == 0)
                r = read_order(kind, &order, ret_reason);
        if (r < 0 || ours.count == 0)
                return r;
        count_before = order.count;
        for (size_t i = 0; i < ours.count; i++)
                numbers_drop(&order, ours.list[i]);
        /* The order first: cut short, it names nothing that is not there. */
        if (order.count == 0 && count_before > 0)
                r = remove_variable(kinds[kind].order, ret_reason);
        else if (order.count < count_before)
                r = write_order(kind, &order, &changed, ret_reason);
        if (r == 0 && kind == BOOT_ENTRY_BOOT)
                r = remove_next(&ours, ret_reason);
        for (size_t i = 0; i < ours.count && r == 0; i++) {
                char name[BOOT_ENTRY_NAME_SIZE];

                name_entry(kind, ours.list[i], name);
                r = remove_variable(name, ret_reason);
        }
        return r < 0 ? r : (int) ours.count;
}
