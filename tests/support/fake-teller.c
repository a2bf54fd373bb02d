/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-teller.h"

#include <stdio.h>
#include <string.h>

static void tell_error(void *context, const char *subject, const char *what) {
        struct fake_teller *fake = context;
        size_t length = strlen(fake->lines);

        snprintf(fake->lines + length, sizeof(fake->lines) - length, "! %s: %s\n", subject, what);
}

static void tell_note(void *context, const char *what) {
        struct fake_teller *fake = context;
        size_t length = strlen(fake->lines);

        snprintf(fake->lines + length, sizeof(fake->lines) - length, "- %s\n", what);
}

void fake_teller_init(struct fake_teller *fake) {
        *fake = (struct fake_teller){
                .teller = { .context = fake, .error = tell_error, .note = tell_note },
        };
}
