/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/session.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-teller.h"
#include "tests/support/store-fixture.h"

/* A session over the two stores of a store fixture, which keeps what it tells, and a target for its copies.
 */
struct session_fixture {
        struct store_fixture stores; /* its catalog and its work are not used */
        struct fake_teller told;
        struct session session;

        struct fake_target files;
        struct session_target target;
        int target_error; /* of its open() */
        unsigned opens, closes;
};

/* A panic of two records in ERST, an oops of one among the variables. The session is not loaded yet. */
void session_fixture_begin(struct session_fixture *fixture);

/* Asserts that no memory is left, no file overwritten, and each target closed that was opened. */
void session_fixture_end(struct session_fixture *fixture);

/* Ends the session and begins a new one over the same sources. */
void session_fixture_renew(struct session_fixture *fixture);
