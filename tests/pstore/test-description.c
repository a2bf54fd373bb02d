/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-names.h"
#include "pstore/description.h"
#include "pstore/mce.h"
#include "tests/support/test.h"

/* Debian's linux-libc-dev has the kernel's own layout. */
#include <asm/mce.h>

static char said[RECORD_DESCRIPTION_SIZE];

static const char *describe_mce(const struct mce *mce, size_t size) {
        struct text text = TEXT_ON(said);

        assert_ok(mce_describe(bytes_of(mce, size), &text));
        assert_false(text.truncated);
        return said;
}

static const struct mce full = {
        .status = 0xbe00000000800400,
        .misc = 0x1122,
        .addr = 0xfee00040,
        .mcgstatus = 5,
        .ip = 0xffffffff81000000,
        .tsc = 0x123456789a,
        .time = 1709210110,
        .cpuvendor = 2,
        .cpuid = 0x00a20f10,
        .cs = 0x10,
        .bank = 5,
        .extcpu = 3,
        .socketid = 1,
        .apicid = 6,
        .mcgcap = 0x117,
        .synd = 0xaa,
        .ipid = 0xbb,
        .ppin = 0xcc,
        .microcode = 0xa20102b,
};

static void test_a_machine_check(NO_STATE) {
        assert_string_equal(describe_mce(&full, sizeof(full)),
                            "machine check on CPU 3 (APIC id 0x6, socket 1), bank 5\n"
                            "status 0xbe00000000800400: valid, uncorrected, enabled, misc valid, "
                            "address valid, processor context corrupt\n"
                            "error code 0x0400, model specific code 0x0080\n"
                            "address 0x00000000fee00040\n"
                            "misc 0x0000000000001122\n"
                            "time stamp counter 0x000000123456789a\n"
                            "capabilities 0x0000000000000117\n"
                            "syndrome 0x00000000000000aa\n"
                            "instance 0x00000000000000bb\n"
                            "processor inventory number 0x00000000000000cc\n"
                            "global status 0x0000000000000005: restart address valid, machine check in "
                            "progress\n"
                            "instruction at 0x10:0xffffffff81000000\n"
                            "processor AMD, cpuid 0x00a20f10, microcode 0xa20102b\n"
                            "time 2024-02-29 12:35:10 UTC\n");
}

static void test_a_machine_check_of_an_old_kernel(NO_STATE) {
        struct mce mce = full;

        mce.status &= ~(UINT64_C(3) << 58); /* neither address nor misc are valid */
        assert_null(strstr(describe_mce(&mce, MCE_SIZE_MIN), "syndrome"));
        assert_null(strstr(said, "microcode"));
        assert_null(strstr(said, "address 0x"));
        assert_null(strstr(said, "misc 0x"));
        assert_non_null(strstr(said, "capabilities 0x0000000000000117\n"));
        assert_non_null(strstr(describe_mce(&mce, offsetof(struct mce, ppin)), "instance"));
        assert_null(strstr(said, "inventory"));
}

static void test_a_machine_check_that_is_cut(NO_STATE) {
        struct text text = TEXT_ON(said);

        assert_int_equal(MCE_SIZE_MIN, offsetof(struct mce, synd));
        for (size_t size = 0; size < MCE_SIZE_MIN; size++)
                assert_error(mce_describe(bytes_of(&full, size), &text), ERR_TRUNCATED);
        assert_int_equal(text.length, 0);
}

/* --- records that Linux did not make ------------------------------------------------------------ */

static uint8_t record[32768];

static void put_guid(size_t offset, const char *digits) {
        struct guid guid;

        assert_ok(guid_parse(text_view(digits), &guid));
        memcpy(record + offset, &guid, sizeof(guid));
}

/* Sections of 8 bytes each. */
static struct bytes make_record(uint16_t section_count, const char *type) {
        size_t body = 128 + 72 * (size_t) section_count, size = body + 8 * (size_t) section_count;

        memset(record, 0, sizeof(record));
        memcpy(record, "CPER\x01\x01\xff\xff\xff\xff", 10);
        store_u16(record + 10, section_count);
        store_u32(record + 12, 2);
        store_u32(record + 16, 2);
        store_u32(record + 20, (uint32_t) size);
        store_u64(record + 24, 0x2024022900123510); /* BCD, from the century down to the second */
        put_guid(64, "cf07c4bd-b789-4e18-b3c4-1f732cb57131");
        put_guid(80, "5bad89ff-b7e6-42c9-814a-cf2485d6e98a");
        store_u64(record + 96, 0x1234);
        store_u32(record + 104, 6);
        for (size_t i = 0; i < section_count; i++) {
                size_t descriptor = 128 + 72 * i;

                store_u32(record + descriptor, (uint32_t) (body + 8 * i));
                store_u32(record + descriptor + 4, 8);
                put_guid(descriptor + 16, type);
                store_u32(record + descriptor + 48, 2);
        }
        return bytes_of(record, size);
}

static const char *describe(struct bytes raw) {
        struct text text = TEXT_ON(said);
        struct cper_record cper;
        struct fault fault;

        assert_ok(cper_parse(raw, &cper, &fault));
        cper_describe(&cper, &text);
        assert_false(text.truncated);
        return said;
}

static void test_a_record_of_windows(NO_STATE) {
        struct bytes raw = make_record(1, "a5bc1114-6f64-4ede-b863-3e83ed7c83b1");

        record[128 + 10] = 3;
        put_guid(128 + 32, "00112233-4455-6677-8899-aabbccddeeff");
        memcpy(record + 128 + 52, "DIMM\x1b[A1", 8);
        assert_string_equal(describe(raw),
                            "hardware error record 0000000000001234, severity: corrected\n"
                            "creator: Windows (cf07c4bd-b789-4e18-b3c4-1f732cb57131)\n"
                            "notification: non-maskable interrupt (5bad89ff-b7e6-42c9-814a-cf2485d6e98a)\n"
                            "time: 2024-02-29 12:35:10 UTC\n"
                            "flags: of the previous boot, simulated\n"
                            "section 1: memory, corrected, 8 bytes, unit \"DIMM\\x1b[A1\", "
                            "unit id 00112233-4455-6677-8899-aabbccddeeff\n"
                            "  ends too early: 73 bytes are the least\n");
}

static void test_what_has_no_name(NO_STATE) {
        struct bytes raw = make_record(1, "00112233-4455-6677-8899-aabbccddeeff");

        put_guid(64, "00000000-0000-0000-0000-000000000001");
        put_guid(80, "00000000-0000-0000-0000-000000000002");
        store_u32(record + 12, 77);
        store_u32(record + 16, 0);
        store_u32(record + 104, 0);
        assert_string_equal(describe(raw), "hardware error record 0000000000001234, severity: unknown\n"
                                           "creator: 00000000-0000-0000-0000-000000000001\n"
                                           "notification: 00000000-0000-0000-0000-000000000002\n"
                                           "section 1: 00112233-4455-6677-8899-aabbccddeeff, corrected, "
                                           "8 bytes\n"
                                           "  00: 00000000 00000000\n");
}

/* As many as there is surely room for. */
static void test_a_record_of_many_sections(NO_STATE) {
        static const char last[] = "section 127: PCI Express, corrected, 8 bytes\n"
                                   "  ends too early: 208 bytes are the least\n"
                                   "and 73 more sections\n";

        describe(make_record(200, "d995e954-bbc1-430f-ad91-b44dcb3c6f35"));
        assert_string_equal(said + strlen(said) - strlen(last), last);
}

/* UEFI 2.10, N.2.2, by the words there. */
static void test_section_types(NO_STATE) {
        static const struct {
                const char *digits, *name;
        } rows[] = {
                { "9876ccad-47b4-4bdb-b65e-16f193c4f3db", "processor, generic" },
                { "dc3ea0b0-a144-4797-b95b-53fa242b6e1d", "processor, IA32/X64" },
                { "e429faf1-3cb7-11d4-bca7-0080c73c8881", "processor, Itanium" },
                { "e19e3d16-bc11-11e4-9caa-c2051d5d46b0", "processor, ARM" },
                { "a5bc1114-6f64-4ede-b863-3e83ed7c83b1", "memory" },
                { "61ec04fc-48e6-d813-25c9-8daa44750b12", "memory 2" },
                { "d995e954-bbc1-430f-ad91-b44dcb3c6f35", "PCI Express" },
                { "81212a96-09ed-4996-9471-8d729c8e69ed", "firmware error record reference" },
                { "c5753963-3b84-4095-bf78-eddad3f9c9dd", "PCI/PCI-X bus" },
                { "eb5e4685-ca66-4769-b6a2-26068b001326", "PCI component" },
                { "5b51fef7-c79d-4434-8f1b-aa62de3e2c64", "DMAr, generic" },
                { "71761d37-32b2-45cd-a7d0-b0fedd93e8cf", "DMAr, Intel VT-d" },
                { "036f84e1-7f37-428c-a79e-575fdfaa84ec", "DMAr, IOMMU" },
                { "91335ef6-ebfb-4478-a6a6-88b728cf75d7", "CCIX protocol" },
                { "80b9efb4-52b5-4de3-a777-68784b771048", "CXL protocol" },
                { "fbcd0a77-c260-417f-85a9-088b1621eba6", "CXL general media" },
                { "601dcbb3-9c06-4eab-b8af-4e9bfb5c9624", "CXL DRAM" },
                { "fe927475-dd59-4339-a586-79bab113b774", "CXL memory module" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct guid guid;

                assert_ok(guid_parse(text_view(rows[i].digits), &guid));
                assert_string_equal(cper_section_type_name(&guid), rows[i].name);
        }
}

static void test_a_machine_check_has_a_title(NO_STATE) {
        static const struct mce corrected = { .bank = 1 };
        char title[MCE_TITLE_SIZE];
        struct text text = TEXT_ON(title);

        mce_put_title(bytes_of(&full, sizeof(full)), &text);
        assert_string_equal(title, "machine check: bank 5 on CPU 3, uncorrected");
        text = TEXT_ON(title);
        mce_put_title(bytes_of(&corrected, sizeof(corrected)), &text);
        assert_string_equal(title, "machine check: bank 1 on CPU 0, corrected");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_machine_check_has_a_title),
                cmocka_unit_test(test_a_machine_check),
                cmocka_unit_test(test_a_machine_check_of_an_old_kernel),
                cmocka_unit_test(test_a_machine_check_that_is_cut),
                cmocka_unit_test(test_a_record_of_windows),
                cmocka_unit_test(test_what_has_no_name),
                cmocka_unit_test(test_a_record_of_many_sections),
                cmocka_unit_test(test_section_types),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
