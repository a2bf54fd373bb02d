/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as what a crash kernel sends: what is refused is told in one line; of what is taken the host's
 * name is one for a directory, the head ends where it says, and written again it is read as the same.
 */
#include <string.h>

#include "base/error.h"
#include "capture/delivery.h"
#include "tests/fuzz/fuzz.h"

static void check_taken(struct bytes input, const struct delivery *delivery, size_t size) {
        char head[DELIVERY_HEAD_SIZE], error[SETTINGS_ERROR_SIZE];
        struct delivery again;
        size_t size_again;

        fuzz_check(size <= input.size && size <= DELIVERY_HEAD_SIZE);
        fuzz_check(input.data[size - 1] == '\n' && input.data[size - 2] == '\n');
        fuzz_check(delivery->host[0] && delivery->host[0] != '.' && !strchr(delivery->host, '/'));
        fuzz_check(delivery->size > 0 && delivery->size <= DELIVERY_LOG_MAX);
        fuzz_check(delivery_print(delivery, head) == 0);
        fuzz_check(delivery_parse(text_view(head), &again, &size_again, error) == 0);
        fuzz_check(strcmp(again.host, delivery->host) == 0 && strcmp(again.kernel, delivery->kernel) == 0);
        fuzz_check(strcmp(again.sha256, delivery->sha256) == 0 && again.size == delivery->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        char error[SETTINGS_ERROR_SIZE];
        struct delivery delivery;
        size_t head_size = 0;
        int r = delivery_parse(input, &delivery, &head_size, error);

        fuzz_check(r == 0 || r == ERR_VALUE || r == ERR_TRUNCATED);
        fuzz_check((r == ERR_VALUE) == (error[0] != '\0'));
        if (r == 0)
                check_taken(input, &delivery, head_size);
        return 0;
}
