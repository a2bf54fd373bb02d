/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/variable-name.h"
#include "base/error.h"

#define PREFIX                "dump-type"
#define FIELDS_MAX            4 /* numbers */

#define HARDWARE_ERROR_PREFIX "HwErrRec"
#define HARDWARE_ERROR_DIGITS 4

const struct guid variable_vendor_crash =
        GUID_INIT(0xcfc8fc79, 0xbe2e, 0x4ddc, 0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0);

const struct guid variable_vendor_hardware_error =
        GUID_INIT(0x414e6bdd, 0xe47b, 0x47cc, 0xb2, 0x44, 0xbb, 0x61, 0x02, 0x0c, 0xf5, 0x16);

bool variable_name_is_hardware_error(struct bytes name) {
        struct bytes prefix = text_view(HARDWARE_ERROR_PREFIX);
        size_t at = prefix.size;
        uint64_t number;

        return bytes_start_with(name, prefix) && hex_parse(name, &at, HARDWARE_ERROR_DIGITS, &number) == 0 &&
               at == name.size;
}

const struct guid *variable_name_vendor(struct bytes name) {
        return variable_name_is_hardware_error(name) ? &variable_vendor_hardware_error
                                                     : &variable_vendor_crash;
}

bool variable_is_record(const struct guid *vendor, struct bytes name) {
        return guid_equal(vendor, variable_name_vendor(name));
}

/* efi_pstore_read_func() takes any character there, and for a C alone decompresses (K6.1 efi-pstore.c). */
static bool parse_ending(struct bytes tail, char *ret_ending) {
        if (tail.size != 2 || tail.data[0] != '-' || tail.data[1] <= ' ' || tail.data[1] > '~')
                return false;
        *ret_ending = (char) tail.data[1];
        return true;
}

/* Up to FIELDS_MAX numbers with dashes between them; returns how many, and moves *offset behind them. */
static size_t parse_numbers(struct bytes name, size_t *offset, uint64_t numbers[FIELDS_MAX]) {
        size_t count = 0, at = *offset;

        while (count < FIELDS_MAX && decimal_parse(name, &at, UINT64_MAX, &numbers[count]) == 0) {
                count++;
                *offset = at;
                if (at >= name.size || name.data[at] != '-')
                        break;
                at++;
        }
        return count;
}

int variable_name_parse(struct bytes name, struct variable_name *ret_name) {
        enum variable_compression compression = VARIABLE_COMPRESSION_UNKNOWN;
        enum variable_name_generation generation = VARIABLE_NAME_COUNT;
        char ending = '\0';
        size_t at = sizeof(PREFIX) - 1, count;
        uint64_t numbers[FIELDS_MAX];
        struct bytes tail;

        if (!bytes_start_with(name, text_view(PREFIX)))
                return ERR_VALUE;
        count = parse_numbers(name, &at, numbers);
        if (count < 3)
                return ERR_VALUE;
        for (size_t i = 0; i + 1 < count; i++) /* all but the time, which is the last */
                if (numbers[i] > UINT32_MAX)
                        return ERR_VALUE;
        tail = bytes_from(name, at);
        if (count == 3)
                generation = VARIABLE_NAME_TIME;
        else if (parse_ending(tail, &ending))
                generation = VARIABLE_NAME_COMPRESSION;
        if (generation == VARIABLE_NAME_COMPRESSION)
                compression = ending == 'C' ? VARIABLE_COMPRESSION_YES : VARIABLE_COMPRESSION_NO;
        else if (tail.size > 0)
                return ERR_VALUE;

        *ret_name = (struct variable_name){
                .generation = generation,
                .type = (uint32_t) numbers[0],
                .part = (uint32_t) numbers[1],
                .count = count == 3 ? 0 : (uint32_t) numbers[2],
                .seconds = numbers[count - 1],
                .compression = compression,
                .ending = ending,
        };
        return 0;
}

void variable_name_format(const struct variable_name *name, struct text *text) {
        char by_compression = name->compression == VARIABLE_COMPRESSION_YES ? 'C' : 'D';

        text_format(text, PREFIX "%u-%u-", name->type, name->part);
        if (name->generation != VARIABLE_NAME_TIME)
                text_format(text, "%u-", name->count);
        text_format(text, "%llu", (unsigned long long) name->seconds);
        if (name->generation == VARIABLE_NAME_COMPRESSION)
                text_format(text, "-%c", name->ending ? name->ending : by_compression);
}
