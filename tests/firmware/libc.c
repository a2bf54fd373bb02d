/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/text.h"
#include "posix/memory.h"
#include "tests/firmware/firmware.h"
#include "tests/support/test.h"

/* What the tests of shared code need of libc, as the C standard has it. */

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
        struct text text = text_on(buffer, size);

        text_format_list(&text, format, arguments);
        return (int) text.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...) {
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vsnprintf(buffer, size, format, arguments);
        va_end(arguments);
        return length;
}

int sprintf(char *buffer, const char *format, ...) {
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vsnprintf(buffer, INT32_MAX, format, arguments);
        va_end(arguments);
        return length;
}

/* --- memory ------------------------------------------------------------------------------------- */

/* The size stands before the block, for realloc(). */
#define SIZE_ROOM 16

void *malloc(size_t size) {
        uint8_t *block = size > SIZE_MAX - SIZE_ROOM ? NULL : firmware_allocate(size + SIZE_ROOM);

        if (!block)
                return NULL;
        memcpy(block, &size, sizeof(size));
        return block + SIZE_ROOM;
}

void *calloc(size_t count, size_t size) {
        void *block = size > 0 && count > SIZE_MAX / size ? NULL : malloc(count * size);

        return block ? memset(block, 0, count * size) : NULL;
}

void free(void *block) {
        if (block)
                firmware_release((uint8_t *) block - SIZE_ROOM);
}

void *realloc(void *block, size_t size) {
        void *grown = malloc(size);
        size_t old_size = 0;

        if (block)
                memcpy(&old_size, (uint8_t *) block - SIZE_ROOM, sizeof(old_size));
        if (grown && block) {
                memcpy(grown, block, size_min(old_size, size));
                free(block);
        }
        return grown;
}

static void *resize(void *context, void *block, size_t old_size, size_t new_size) {
        (void) context;
        (void) old_size;
        if (new_size == 0) {
                free(block);
                return NULL;
        }
        return realloc(block, new_size);
}

const struct allocator system_allocator = { .resize = resize };

int close(int fd) {
        (void) fd;
        return -1;
}

int closedir(DIR *directory) {
        (void) directory;
        return -1;
}

/* Of files there are none: a test that wants the corpus skips itself. */
const char *test_corpus(const char *path) {
        (void) path;
        return NULL;
}

/* --- strings ------------------------------------------------------------------------------------ */

size_t strlen(const char *text) {
        return text_length(text);
}

int strncmp(const char *left, const char *right, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (left[i] != right[i] || left[i] == '\0')
                        return (uint8_t) left[i] - (uint8_t) right[i];
        return 0;
}

int strcmp(const char *left, const char *right) {
        return strncmp(left, right, SIZE_MAX);
}

char *stpcpy(char *to, const char *from) {
        size_t length = strlen(from);

        memcpy(to, from, length + 1);
        return to + length;
}

char *strcpy(char *to, const char *from) {
        stpcpy(to, from);
        return to;
}

char *strcat(char *to, const char *from) {
        stpcpy(to + strlen(to), from);
        return to;
}

char *strchr(const char *text, int wanted) {
        return memchr(text, wanted, strlen(text) + 1);
}

char *strrchr(const char *text, int wanted) {
        for (size_t i = strlen(text) + 1; i > 0; i--)
                if (text[i - 1] == (char) wanted)
                        return (char *) text + i - 1;
        return NULL;
}

void *memchr(const void *data, int wanted, size_t size) {
        const uint8_t *bytes = data;

        for (size_t i = 0; i < size; i++)
                if (bytes[i] == (uint8_t) wanted)
                        return (void *) (uintptr_t) &bytes[i];
        return NULL;
}

void *memmem(const void *data, size_t size, const void *wanted, size_t wanted_size) {
        const uint8_t *bytes = data;

        for (size_t i = 0; i + wanted_size <= size; i++)
                if (memcmp(bytes + i, wanted, wanted_size) == 0)
                        return (void *) (uintptr_t) &bytes[i];
        return NULL;
}

size_t strcspn(const char *text, const char *wanted) {
        size_t length = 0;

        while (text[length] && !strchr(wanted, text[length]))
                length++;
        return length;
}

char *strstr(const char *text, const char *wanted) {
        return memmem(text, strlen(text), wanted, strlen(wanted));
}

char *strndup(const char *text, size_t size) {
        size_t length = size_min(strlen(text), size);
        char *copy = malloc(length + 1);

        if (!copy)
                return NULL;
        memcpy(copy, text, length);
        copy[length] = '\0';
        return copy;
}

char *strdup(const char *text) {
        return strndup(text, SIZE_MAX);
}

/* Without a sign or blanks before it. */
unsigned long long strtoull(const char *text, char **ret_end, int base) {
        unsigned long long value = 0;
        int digit;

        if ((base == 0 || base == 16) && text[0] == '0' && (text[1] | 0x20) == 'x') {
                text += 2;
                base = 16;
        }
        if (base == 0)
                base = 10;
        for (; (digit = hex_value(*text)) >= 0 && digit < base; text++)
                value = value * (unsigned) base + (unsigned) digit;
        if (ret_end)
                *ret_end = (char *) text;
        return value;
}
