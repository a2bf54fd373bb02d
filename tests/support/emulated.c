/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/emulated.h"

#include <stdlib.h>
#include <unistd.h>

static char *emulator(void) {
        char *path = getenv("EMULATOR");

        return path && path[0] ? path : NULL;
}

bool emulated(void) {
        return emulator();
}

void emulated_start_again(char **arguments) {
        char *again[] = { emulator(), arguments[0], NULL };

        /* Under QEMU the link names QEMU (before its 8.1). */
        (void) (again[0] ? execv(again[0], again) : execv("/proc/self/exe", arguments));
}
