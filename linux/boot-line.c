/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-line.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "linux/system-file.h"

#define BOOT_LINE "/proc/cmdline"

void boot_line_read(const char *root, struct boot_line *ret_line) {
        *ret_line = (struct boot_line){ 0 };
        ret_line->known = system_file_line(root, BOOT_LINE, ret_line->text, sizeof(ret_line->text));
}

/* K6.1 lib/cmdline.c, next_arg(). */
size_t boot_line_word(const char *line) {
        bool quoted = false;
        size_t length = 0;

        while (line[length] && (quoted || !strchr(" \t\n", line[length])))
                quoted ^= line[length++] == '"';
        return length;
}

/* The next word, from *at on, without a quote around all of it; false behind the last. */
static bool next_word(const char **at, struct bytes *ret_word) {
        size_t length;
        struct bytes word;

        *at += strspn(*at, " \t\n");
        length = boot_line_word(*at);
        word = bytes_of(*at, length);
        *at += length;
        if (word.size > 0 && word.data[0] == '"')
                word = bytes_from(word, 1);
        if (word.size > 0 && word.data[word.size - 1] == '"')
                word.size--;
        *ret_word = word;
        return length > 0 && !bytes_equal(word, text_view("--"));
}

/* The value of "NAME=VALUE"; in a name '-' and '_' are one to the kernel (K6.1 kernel/params.c, parameq()).
 */
static bool is_value_of(struct bytes word, const char *name, struct bytes *ret_value) {
        size_t length = strlen(name);

        if (word.size <= length || word.data[length] != '=')
                return false;
        for (size_t i = 0; i < length; i++)
                if (word.data[i] != (uint8_t) name[i] && !(word.data[i] == '-' && name[i] == '_'))
                        return false;
        *ret_value = bytes_from(word, length + 1);
        if (ret_value->size > 0 && ret_value->data[0] == '"')
                *ret_value = bytes_from(*ret_value, 1);
        return true;
}

bool boot_line_has(const struct boot_line *line, const char *word) {
        const char *at = line->text;
        struct bytes found;

        while (next_word(&at, &found))
                if (bytes_equal(found, text_view(word)))
                        return true;
        return false;
}

bool boot_line_value(const struct boot_line *line, const char *name, char *ret_value, size_t size) {
        struct bytes word, value, last = { 0 };
        const char *at = line->text;
        bool any = false;

        while (next_word(&at, &word))
                if (is_value_of(word, name, &value)) {
                        any = true;
                        last = value;
                }
        return any &&
               (size_t) snprintf(ret_value, size, "%.*s", (int) last.size, (const char *) last.data) < size;
}

bool boot_line_lists(const struct boot_line *line, const char *name, const char *item) {
        const char *at = line->text;
        struct bytes word, value;

        while (next_word(&at, &word)) {
                if (!is_value_of(word, name, &value))
                        continue;
                for (size_t begin = 0; begin <= value.size;) {
                        size_t end = begin;

                        while (end < value.size && value.data[end] != ',')
                                end++;
                        if (bytes_equal(bytes_first(bytes_from(value, begin), end - begin), text_view(item)))
                                return true;
                        begin = end + 1;
                }
        }
        return false;
}
