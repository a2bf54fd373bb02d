/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <elf.h>

#include "base/units.h"
#include "kdump/unpacking.h"
#include "tests/support/made-machine.h"
#include "tests/support/scratch.h"

#define KERNEL   (64 * MIB)
#define PLENTY   (1024 * MIB)
#define CPUINFO  "/proc/cpuinfo"
#define LOCKDOWN "/sys/kernel/security/lockdown"

static char *root;
static struct kdump_settings settings;
static struct boot_image kernel;
static struct kdump_unpacking unpacking;

/* A machine on which nothing speaks against it. */
static int begin(NO_STATE) {
        root = scratch_make();
        scratch_put(root, CPUINFO,
                    "processor\t: 0\nmodel name\t: sev flags : tdx_guest\n"
                    "flags\t\t: fpu vme sme_coherent\nvmx flags\t: sev\n\n"
                    "processor\t: 1\nflags\t\t: sme\n");
        scratch_put(root, LOCKDOWN, "[none] integrity confidentiality\n");
        kdump_settings_default(&settings);
        kernel = (struct boot_image){ .init_size = KERNEL };
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static void assert_not(const char *why) {
        kdump_unpacking_decide(root, &settings, PLENTY, &kernel, &unpacking);
        assert_false(unpacking.is_wanted);
        test_assert_contains(unpacking.why_not.text, why);
}

static void test_wanted(NO_STATE) {
        kdump_unpacking_decide(root, &settings, PLENTY, &kernel, &unpacking);
        assert_true(unpacking.is_wanted);
        assert_string_equal(unpacking.why_not.text, "");
}

static void test_switched_off(NO_STATE) {
        settings.unpack = false;
        assert_not("unpack = no");
}

static void test_locked_down(NO_STATE) {
        scratch_put(root, LOCKDOWN, "none [integrity] confidentiality\n");
        assert_not("locked down");
}

static void test_packed_otherwise(NO_STATE) {
        (void) reason_set(&kernel.stays_packed, 0, "packed by something else");
        assert_not("packed by something else");
}

static void test_memory(NO_STATE) {
        kdump_unpacking_decide(root, &settings, 3 * KERNEL, &kernel, &unpacking);
        assert_true(unpacking.is_wanted);
        kdump_unpacking_decide(root, &settings, 3 * KERNEL - 1, &kernel, &unpacking);
        assert_false(unpacking.is_wanted);
        assert_string_equal(unpacking.why_not.text, "to unpack it takes 192 MiB of memory, and 191 are free");
}

/* What may be so is not taken for what is not. */
static void test_encrypted_memory(NO_STATE) {
        static const struct {
                const char *cpuinfo, *why;
        } rows[] = {
                { "processor\t: 0\nflags\t\t: fpu sme sev_es\n", "(sme)" },
                { "processor\t: 0\nflags\t\t: fpu sev\n", "(sev)" },
                { "processor\t: 0\nflags\t\t: sev_es\n", "(sev_es)" },
                { "processor\t: 0\nflags\t\t: fpu sev_snp \n", "(sev_snp)" },
                { "processor\t: 0\nflags\t\t: fpu tdx_guest vme\n", "(tdx_guest)" },
                { "processor\t: 0\n", "no flags" },
                { "processor\t: 0\nflags\t\t: fpu", "no flags" },
                { "", "no flags" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                scratch_put(root, CPUINFO, rows[i].cpuinfo);
                assert_not(rows[i].why);
        }
        assert_int_equal(remove(scratch_path(root, CPUINFO)), 0);
        assert_not("no flags");
}

/* Their image is never packed when it is loaded. */
static void test_other_processor(NO_STATE) {
        kdump_unpacking_decide(root, &settings, PLENTY, &kernel, &unpacking);
        assert_false(unpacking.is_wanted);
        assert_string_equal(unpacking.why_not.text, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_wanted, begin, end),
                cmocka_unit_test_setup_teardown(test_switched_off, begin, end),
                cmocka_unit_test_setup_teardown(test_locked_down, begin, end),
                cmocka_unit_test_setup_teardown(test_packed_otherwise, begin, end),
                cmocka_unit_test_setup_teardown(test_memory, begin, end),
                cmocka_unit_test_setup_teardown(test_encrypted_memory, begin, end),
        };
        const struct CMUnitTest of_others[] = {
                cmocka_unit_test_setup_teardown(test_other_processor, begin, end),
        };

        if (made_elf_machine() == EM_X86_64)
                return cmocka_run_group_tests(tests, NULL, NULL);
        return cmocka_run_group_tests(of_others, NULL, NULL);
}
