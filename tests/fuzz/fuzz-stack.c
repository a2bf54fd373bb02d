/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a stack: what is refused is told in one line; what is taken is printed as lines that are taken
 * again and printed the same, each device stands on such before it, and its parameters can be filled in.
 */
#include "base/arith.h"
#include "base/error.h"
#include "capture/stack.h"
#include "tests/fuzz/fuzz.h"

static struct stack stack, again;

static void put_number(void *context, size_t below, struct text *text) {
        fuzz_check(below < *(const size_t *) context);
        text_format(text, "%zu", below);
}

static void check_device(size_t index) {
        const struct stack_device *device = &stack.devices[index];
        char parameters[8192];

        for (size_t i = 0; device->kind == STACK_ARRAY && i < device->array.member_count; i++)
                fuzz_check(device->array.members[i] < index);
        fuzz_check(device->kind != STACK_PART || device->part.below < index);
        for (size_t i = 0; device->kind == STACK_VOLUME && i < device->volume.target_count; i++) {
                struct text text = TEXT_ON(parameters);

                fuzz_check(stack_put_parameters(&stack, &stack.targets[device->volume.first_target + i],
                                                index, put_number, &index, &text) == 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static char printed[STACK_TEXT_SIZE], printed_again[STACK_TEXT_SIZE];
        struct text text = TEXT_ON(printed), text_again = TEXT_ON(printed_again);
        char error[STACK_ERROR_SIZE] = "";
        int r = stack_parse(bytes_of(data, size), &stack, error);

        fuzz_check(r == 0 || r == ERR_VALUE);
        fuzz_check((r == 0) == (error[0] == '\0'));
        for (const char *c = error; *c; c++)
                fuzz_check(*c >= ' ' && *c < 0x7f);
        if (r < 0)
                return 0;
        for (size_t i = 0; i < stack.device_count; i++)
                check_device(i);
        r = stack_print(&stack, &text, error);
        fuzz_check(r == 0 || r == ERR_BUFFER_TOO_SMALL);
        if (r < 0)
                return 0;
        fuzz_check(stack_parse(text_bytes(&text), &again, error) == 0);
        fuzz_check(stack_print(&again, &text_again, error) == 0);
        fuzz_check(text_equal(printed, printed_again));
        return 0;
}
