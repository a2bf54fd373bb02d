/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-option.h"

#include <stdbool.h>

#include "base/error.h"

#define DESCRIPTION_AT 6 /* behind attributes and the length of the path */

/* UEFI 2.10, 10.3: type, subtype, length of the whole node. */
#define NODE_HEADER_SIZE 4
#define NODE_MEDIA       4
#define NODE_MEDIA_FILE  4
#define NODE_END         0x7f
#define NODES_MAX        64

int boot_option_parse(struct bytes content, struct boot_option *ret_option) {
        struct boot_option option;
        uint16_t path_size, character;
        size_t at = DESCRIPTION_AT;

        if (bytes_load_u32(content, 0, &option.attributes) < 0 || bytes_load_u16(content, 4, &path_size) < 0)
                return ERR_TRUNCATED;
        do {
                if (bytes_load_u16(content, at, &character) < 0)
                        return ERR_TRUNCATED;
                at += 2;
        } while (character != 0);
        if (bytes_slice(content, at, path_size, &option.path) < 0)
                return ERR_TRUNCATED;
        option.arguments = bytes_from(content, at + path_size);
        *ret_option = option;
        return 0;
}

/* Up to its end, which `end` is as well. */
static void put_ucs2(struct bytes view, char end, struct text *text) {
        uint16_t character;

        for (size_t at = 0; bytes_load_u16(view, at, &character) == 0 && character != 0 && character != end;
             at += 2)
                text_put_char(text, character >= ' ' && character <= '~' ? (char) character : '?');
}

/* A file's path may be in several nodes, one behind the other (10.3.5.4). */
void boot_option_put_file(const struct boot_option *option, struct text *text) {
        struct bytes left = option->path;
        uint8_t type, subtype;
        uint16_t length;

        for (size_t i = 0; i < NODES_MAX; i++) {
                if (bytes_load_u8(left, 0, &type) < 0 || bytes_load_u8(left, 1, &subtype) < 0 ||
                    bytes_load_u16(left, 2, &length) < 0 || length < NODE_HEADER_SIZE || type == NODE_END)
                        return;
                if (type == NODE_MEDIA && subtype == NODE_MEDIA_FILE)
                        put_ucs2(bytes_from(bytes_first(left, length), NODE_HEADER_SIZE), '\0', text);
                left = bytes_from(left, length);
        }
}

void boot_option_put_first_argument(const struct boot_option *option, struct text *text) {
        put_ucs2(option->arguments, ' ', text);
}
