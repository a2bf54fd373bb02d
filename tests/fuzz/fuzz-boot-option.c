/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Variables Boot#### and SysPrep####: what is parsed lies in the variable in its order and to its end, and
 * what is told of it can be printed.
 */
#include "linux/boot-option.h"
#include "tests/fuzz/fuzz.h"

static void check_text(void (*put)(const struct boot_option *option, struct text *text),
                       const struct boot_option *option, size_t units) {
        char room[64];
        struct text text = TEXT_ON(room);

        put(option, &text);
        fuzz_check(text.length < sizeof(room) && text.length <= units);
        for (size_t i = 0; i < text.length; i++)
                fuzz_check(room[i] >= ' ' && room[i] <= '~');
        fuzz_check(text.length == 0 || room[text.length] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct boot_option option;
        size_t path_at;

        if (boot_option_parse(bytes_of(data, size), &option) < 0)
                return 0;
        fuzz_check(size >= 8 + option.path.size + option.arguments.size);
        path_at = size - option.arguments.size - option.path.size;
        fuzz_check(path_at % 2 == 0 && data[path_at - 1] == 0 && data[path_at - 2] == 0);
        fuzz_check(option.path.size == 0 || option.path.data == data + path_at);
        fuzz_check(option.arguments.size == 0 || option.arguments.data == data + path_at + option.path.size);
        check_text(boot_option_put_file, &option, option.path.size / 2);
        check_text(boot_option_put_first_argument, &option, option.arguments.size / 2);
        return 0;
}
