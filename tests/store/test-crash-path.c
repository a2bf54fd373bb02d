/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/crash-path.h"

static struct crash_path_decision decide(enum crash_path wish, const char *backend, bool memory) {
        const struct crash_path_facts facts = { .backend = backend, .memory_reserved = memory, .wish = wish };
        struct crash_path_decision decision;

        crash_path_decide(&facts, &decision);
        return decision;
}

/* The path for: neither; a back end; memory; both. */
static const struct {
        enum crash_path wish, paths[4];
} rows[] = {
        { CRASH_PATH_AUTO, { CRASH_PATH_NONE, CRASH_PATH_PSTORE, CRASH_PATH_KDUMP, CRASH_PATH_PSTORE } },
        { CRASH_PATH_PSTORE, { CRASH_PATH_NONE, CRASH_PATH_PSTORE, CRASH_PATH_NONE, CRASH_PATH_PSTORE } },
        { CRASH_PATH_KDUMP, { CRASH_PATH_NONE, CRASH_PATH_PSTORE, CRASH_PATH_KDUMP, CRASH_PATH_KDUMP } },
        { CRASH_PATH_BOTH, { CRASH_PATH_NONE, CRASH_PATH_PSTORE, CRASH_PATH_KDUMP, CRASH_PATH_BOTH } },
};

static void test_each_wish_on_each_machine(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                for (unsigned machine = 0; machine < 4; machine++) {
                        const char *backend = machine & 1 ? "efi_pstore" : NULL;
                        struct crash_path_decision decision = decide(rows[i].wish, backend, machine & 2);

                        if (decision.path != rows[i].paths[machine])
                                fail_msg("wish %s, machine %u: %s: %s", crash_path_name(rows[i].wish),
                                         machine, crash_path_name(decision.path), decision.why);
                }
}

/* One sentence, whole, which names the back end where the panic goes to one. */
static void test_reasons(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                for (unsigned machine = 0; machine < 4; machine++) {
                        const char *backend = machine & 1 ? "a_back_end" : NULL;
                        struct crash_path_decision decision = decide(rows[i].wish, backend, machine & 2);
                        size_t length = strlen(decision.why);

                        assert_uint_in_range(length, 10, sizeof(decision.why) - 2);
                        assert_null(strchr(decision.why, '%'));
                        assert_null(strchr(decision.why, '\n'));
                        assert_int_not_equal(decision.why[length - 1], '.');
                        if (decision.path == CRASH_PATH_PSTORE || decision.path == CRASH_PATH_BOTH)
                                test_assert_contains(decision.why, "a_back_end");
                }
}

/* A store that is full is none, and that is told. */
static void test_a_full_store(NO_STATE) {
        struct crash_path_facts facts = {
                .backend = "efi_pstore",
                .backend_full = true,
                .memory_reserved = true,
                .wish = CRASH_PATH_AUTO,
        };
        struct crash_path_decision decision;

        crash_path_decide(&facts, &decision);
        assert_int_equal(decision.path, CRASH_PATH_KDUMP);
        test_assert_contains(decision.why, "efi_pstore has no room");
        facts.memory_reserved = false;
        crash_path_decide(&facts, &decision);
        assert_int_equal(decision.path, CRASH_PATH_NONE);
        facts.backend_full = false;
        crash_path_decide(&facts, &decision);
        assert_int_equal(decision.path, CRASH_PATH_PSTORE);
}

/* That an armed kdump takes the panic from pstore is always told. */
static void test_what_excludes_each_other_is_told(NO_STATE) {
        test_assert_contains(decide(CRASH_PATH_AUTO, "erst", true).why, "would keep it from that");
        test_assert_contains(decide(CRASH_PATH_KDUMP, "erst", true).why, "no panic reaches pstore's erst");
        test_assert_contains(decide(CRASH_PATH_BOTH, "erst", true).why, "more code of the kernel that broke");
}

static void test_names(NO_STATE) {
        static const char *const wrong[] = { "", "none", "Auto", "kdumps", "pstore " };
        enum crash_path path = CRASH_PATH_NONE;

        for (size_t i = 0; i < CRASH_PATH_NONE; i++) {
                assert_ok(crash_path_parse(crash_path_name((enum crash_path) i), &path));
                assert_int_equal(path, i);
        }
        path = CRASH_PATH_NONE;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_error(crash_path_parse(wrong[i], &path), ERR_VALUE);
        assert_int_equal(path, CRASH_PATH_NONE);
        assert_string_equal(crash_path_name(CRASH_PATH_NONE), "none");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_wish_on_each_machine),
                cmocka_unit_test(test_reasons),
                cmocka_unit_test(test_a_full_store),
                cmocka_unit_test(test_what_excludes_each_other_is_told),
                cmocka_unit_test(test_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
