/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/session-fixture.h"

static int open_target(void *context, struct dump_target *ret_target) {
        struct session_fixture *fixture = context;

        if (fixture->target_error < 0)
                return fixture->target_error;
        fixture->opens++;
        *ret_target = fixture->files.target;
        return 0;
}

static void close_target(void *context) {
        struct session_fixture *fixture = context;

        fixture->closes++;
}

static void begin_session(struct session_fixture *fixture) {
        fake_teller_init(&fixture->told);
        session_init(&fixture->session, &fixture->stores.memory.allocator, codec_builtin, codec_builtin_count,
                     NULL, &fixture->told.teller);
        session_add(&fixture->session, &fixture->stores.erst.source, 0);
        session_add(&fixture->session, &fixture->stores.efi.source, 0);
}

void session_fixture_begin(struct session_fixture *fixture) {
        *fixture = (struct session_fixture){
                .target = {
                        .context = fixture,
                        .name = "files",
                        .elsewhere = "give another",
                        .open = open_target,
                        .close = close_target,
                        .origin = { .program = "tests 1.0", .seconds = 1795247484 },
                },
        };
        store_fixture_begin(&fixture->stores);
        store_fixture_put_panic_and_oops(&fixture->stores);
        fake_target_init(&fixture->files);
        begin_session(fixture);
}

void session_fixture_end(struct session_fixture *fixture) {
        session_free(&fixture->session);
        assert_int_equal(fixture->opens, fixture->closes);
        assert_int_equal(fixture->files.overwrites, 0);
        fake_target_free(&fixture->files);
        store_fixture_end(&fixture->stores);
}

void session_fixture_renew(struct session_fixture *fixture) {
        session_free(&fixture->session);
        begin_session(fixture);
}
