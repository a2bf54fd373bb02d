/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/session.h"

/* Keeps what a session tells: "! SUBJECT: WHAT" for each error, "- WHAT" for each note, a line each. */
struct fake_teller {
        struct teller teller;
        char lines[4096];
};

/* `fake` must not move. */
void fake_teller_init(struct fake_teller *fake);
