/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/arguments.h"

#include <efishell.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/ucs2.h"
#include "efi-app/app.h"

/* Longer than any command line of the shell. Load options that exceed it are not text. */
#define LOAD_OPTIONS_MAX 8192

/* UCS-2 to UTF-8 takes up to three bytes a unit. */
#define UTF8_PER_UNIT 3

/* Room for the text of all words at once: words point into it. */
static int reserve_text(struct arguments *arguments, size_t units, size_t words) {
        return buffer_reserve(&arguments->text, units * UTF8_PER_UNIT + words);
}

static int add_word(struct bytes units, struct arguments *arguments) {
        struct buffer *buffer = &arguments->text;
        struct text text;
        int r;

        /* reserve_text() has made room for all: to grow now would move what words point to. */
        if (buffer->size >= buffer->capacity)
                return ERR_BUG;
        text = text_on((char *) buffer->data + buffer->size, buffer->capacity - buffer->size);
        r = ucs2_to_utf8(units, &text);
        if (r < 0 || text.truncated)
                return r < 0 ? r : ERR_BUG;
        r = array_grow(buffer->allocator, (void **) &arguments->words, &arguments->capacity, arguments->count,
                       sizeof(*arguments->words));
        if (r < 0)
                return r;
        arguments->words[arguments->count++] = text.buffer;
        buffer->size += text.length + 1;
        return 0;
}

static struct bytes units_of(const CHAR16 *string) {
        size_t length = 0;

        while (string[length])
                length++;
        return bytes_of(string, length * sizeof(CHAR16));
}

/* A file says how large its information is; the shell's console, which is none, has none. */
static EFI_FILE_HANDLE file_or_null(EFI_FILE_HANDLE file) {
        EFI_GUID file_info = EFI_FILE_INFO_ID;
        UINTN size = 0;

        return file && file->GetInfo(file, &file_info, &size, NULL) == EFI_BUFFER_TOO_SMALL ? file : NULL;
}

static int load_shell_words(EFI_SHELL_PARAMETERS_PROTOCOL *parameters, struct arguments *arguments) {
        size_t units = 0;
        int r;

        arguments->typed = true;
        arguments->input = file_or_null(parameters->StdIn);
        arguments->output = file_or_null(parameters->StdOut);
        for (UINTN i = 1; i < parameters->Argc; i++)
                units += units_of(parameters->Argv[i]).size / sizeof(CHAR16);
        r = reserve_text(arguments, units, parameters->Argc);
        for (UINTN i = 1; i < parameters->Argc && r >= 0; i++)
                r = add_word(units_of(parameters->Argv[i]), arguments);
        return r;
}

static bool is_space(uint16_t unit) {
        return unit == ' ' || unit == '\t';
}

/* The next word at *offset, without its quotation marks; false at the end. */
static bool next_word(struct bytes units, size_t *offset, struct bytes *ret_word) {
        size_t at = *offset, start;
        bool quoted;

        while (at < units.size && is_space(bytes_u16(units, at)))
                at += 2;
        if (at >= units.size || bytes_u16(units, at) == 0)
                return false;
        quoted = bytes_u16(units, at) == '"';
        start = quoted ? at + 2 : at;
        for (at = start; at + 2 <= units.size && bytes_u16(units, at) != 0; at += 2)
                if (quoted ? bytes_u16(units, at) == '"' : is_space(bytes_u16(units, at)))
                        break;
        *ret_word = bytes_first(bytes_from(units, start), at - start);
        *offset = quoted ? at + 2 : at;
        return true;
}

/* Some firmware leaves binary data of its own behind as load options: that is not for us. */
static bool is_text(struct bytes units) {
        for (size_t at = 0; at + 2 <= units.size && bytes_u16(units, at) != 0; at += 2)
                if (!is_space(bytes_u16(units, at)) &&
                    (bytes_u16(units, at) < 0x20 || bytes_u16(units, at) > 0x7e))
                        return false;
        return units.size % 2 == 0 && units.size <= LOAD_OPTIONS_MAX;
}

static int load_option_words(const EFI_LOADED_IMAGE *loaded, struct arguments *arguments) {
        struct bytes units = bytes_of(loaded->LoadOptions, loaded->LoadOptionsSize), word;
        size_t count = units.size / sizeof(CHAR16), at = 0;
        int r;

        if (!loaded->LoadOptions || !is_text(units))
                return 0;
        r = reserve_text(arguments, count, count + 1);
        while (r >= 0 && next_word(units, &at, &word))
                r = add_word(word, arguments);
        return r;
}

static bool is_program_name(const char *word) {
        static const char ending[] = ".efi";
        size_t length = text_length(word), ending_length = sizeof(ending) - 1;

        if (length < ending_length)
                return false;
        for (size_t i = 0; i < ending_length; i++)
                if ((word[length - ending_length + i] | 0x20) != (ending[i] | 0x20))
                        return false;
        return true;
}

/*
 * Firmware and boot managers differ on whether the program's own name comes first. And who starts shim in a
 * shell names us in its arguments, which shim hands on as they are.
 */
static void leave_out_program_name(struct arguments *arguments) {
        if (arguments->count == 0 || !is_program_name(arguments->words[0]))
                return;
        for (size_t i = 1; i < arguments->count; i++)
                arguments->words[i - 1] = arguments->words[i];
        arguments->count--;
}

void arguments_free(struct arguments *arguments) {
        array_free(arguments->text.allocator, (void **) &arguments->words, &arguments->capacity,
                   sizeof(*arguments->words));
        buffer_free(&arguments->text);
        arguments->count = 0;
}

int arguments_load(EFI_BOOT_SERVICES *boot, EFI_HANDLE image, const struct allocator *allocator,
                   struct arguments *ret_arguments) {
        EFI_GUID parameters_guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
        EFI_GUID loaded_guid = LOADED_IMAGE_PROTOCOL;
        EFI_SHELL_PARAMETERS_PROTOCOL *parameters;
        struct arguments arguments = { 0 };
        EFI_LOADED_IMAGE *loaded;
        EFI_STATUS status;
        int r;

        buffer_init(&arguments.text, allocator);
        status = boot->HandleProtocol(image, &parameters_guid, (void **) &parameters);
        if (!EFI_ERROR(status)) {
                r = load_shell_words(parameters, &arguments);
        } else {
                status = boot->HandleProtocol(image, &loaded_guid, (void **) &loaded);
                r = EFI_ERROR(status) ? efi_status_to_error(status) : load_option_words(loaded, &arguments);
        }
        if (r < 0) {
                arguments_free(&arguments);
                return r;
        }
        leave_out_program_name(&arguments);
        *ret_arguments = arguments;
        return 0;
}
