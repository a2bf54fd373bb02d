/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-section.h"
#include "tests/support/test.h"

static uint8_t body[4096];
static char said[CPER_SECTION_TEXT_SIZE], title[CPER_SECTION_TEXT_SIZE];

static void put_guid(uint8_t *to, const char *digits) {
        struct guid guid;

        assert_ok(guid_parse(text_view(digits), &guid));
        memcpy(to, &guid, sizeof(guid));
}

static struct cper_section section_of(const char *type, uint32_t severity, size_t size) {
        struct cper_section section = { .body = bytes_of(body, size), .severity = severity };

        put_guid(section.type.bytes, type);
        return section;
}

static void begin(uint64_t valid) {
        memset(body, 0, sizeof(body));
        store_u64(body, valid);
}

static void say(const struct cper_section *section) {
        struct text text = TEXT_ON(said), title_text = TEXT_ON(title);

        cper_section_put(section, &text);
        cper_section_put_title(section, &title_text);
        assert_false(text.truncated || title_text.truncated);
}

#define MEMORY   "a5bc1114-6f64-4ede-b863-3e83ed7c83b1"
#define MEMORY_2 "61ec04fc-48e6-d813-25c9-8daa44750b12"
#define PCIE     "d995e954-bbc1-430f-ad91-b44dcb3c6f35"
#define GENERIC  "9876ccad-47b4-4bdb-b65e-16f193c4f3db"
#define X86      "dc3ea0b0-a144-4797-b95b-53fa242b6e1d"
#define ARM      "e19e3d16-bc11-11e4-9caa-c2051d5d46b0"
#define FIRMWARE "81212a96-09ed-4996-9471-8d729c8e69ed"

static void fill_memory(uint64_t valid) {
        begin(valid);
        store_u64(body + 8, 0x040400 | UINT64_C(1) << 21);
        store_u64(body + 16, 0x123456000);
        store_u64(body + 24, 0xfffffffffffff000);
        for (unsigned i = 0; i < 8; i++) /* node to bit position */
                store_u16(body + 32 + 2 * i, (uint16_t) (i + 1));
        store_u16(body + 38, 0x0504); /* bank */
        store_u64(body + 48, 0xaa);
        store_u64(body + 56, 0xbb);
        store_u64(body + 64, 0xcc);
        body[72] = 3;
        body[73] = 0xa2; /* chip 5, row bit 17 */
        store_u16(body + 74, 9);
        store_u16(body + 76, 0x11);
        store_u16(body + 78, 0x12);
}

static void test_a_memory_error(NO_STATE) {
        struct cper_section section = section_of(MEMORY, CPER_SEVERITY_FATAL, 80);

        section.has_fru_text = true;
        section.fru_text = text_view("DIMM_A1");
        fill_memory(0x3fffff);
        say(&section);
        assert_string_equal(said, "  error type 3: multi-bit ECC\n"
                                  "  status 4: storage in DRAM\n"
                                  "  status flags 0x24: data, first error\n"
                                  "  error status 0x0000000000240400\n"
                                  "  physical address 0x0000000123456000\n"
                                  "  physical address mask 0xfffffffffffff000\n"
                                  "  node 1, card 2, module 3, rank 9, device 5, chip 5\n"
                                  "  bank 1284, bank group 5, bank address 4, row 131078, column 7, bit 8\n"
                                  "  requestor 0x00000000000000aa, responder 0x00000000000000bb\n"
                                  "  target 0x00000000000000cc\n"
                                  "  SMBIOS handle of the card 0x0011\n"
                                  "  SMBIOS handle of the module 0x0012\n");
        assert_string_equal(title, "fatal memory error: multi-bit ECC, DIMM_A1 (node 1, card 2, module 3)");
}

/* What no bit says is there, or lies behind the end, as in the structure of UEFI 2.1, is not told. */
static void test_a_memory_error_that_says_less(NO_STATE) {
        struct cper_section section = section_of(MEMORY, CPER_SEVERITY_CORRECTED, 73);

        fill_memory(1 << 5 | 1 << 8 | 1 << 15);
        say(&section);
        assert_string_equal(said, "  module 3\n  row 6\n");
        assert_string_equal(title, "corrected memory error (module 3)");
        section.body.size = 72;
        fill_memory(1 << 14);
        say(&section);
        assert_string_equal(said, "  ends too early: 73 bytes are the least\n");
}

static void test_a_memory_error_of_the_second_form(NO_STATE) {
        struct cper_section section = section_of(MEMORY_2, CPER_SEVERITY_RECOVERABLE, 96);

        begin(0x3fffff);
        store_u16(body + 32, 1);
        store_u16(body + 34, 2);
        store_u16(body + 36, 3);
        store_u16(body + 38, 0x0605);
        for (unsigned i = 0; i < 5; i++) /* device to bit position */
                store_u32(body + 40 + 4 * i, 0x10000 + i);
        memcpy(body + 60, "\x07\x0d\x01", 3);
        store_u32(body + 88, 0x21);
        say(&section);
        test_assert_contains(said, "  error type 13: scrub corrected error\n  outcome 1: uncorrected\n");
        test_assert_contains(said, "  node 1, card 2, module 3, rank 65539, device 65536, chip 7\n"
                                   "  bank 1541, bank group 6, bank address 5, row 65537, column 65538, "
                                   "bit 65540\n");
        test_assert_contains(said, "card 0x00000021\n");
        assert_string_equal(title,
                            "recoverable memory error: scrub corrected error (node 1, card 2, module 3)");
}

static void fill_pcie(void) {
        begin(0xff);
        store_u32(body + 8, 4);
        store_u32(body + 12, 0x0102);
        store_u16(body + 16, 0x407);
        store_u16(body + 18, 0x10);
        store_u16(body + 24, 0x8086);
        store_u16(body + 26, 0x2030);
        memcpy(body + 28, "\x00\x04\x06\x01\x1f", 5); /* class, function, device */
        store_u16(body + 33, 2);
        body[35] = 0x3b;
        body[36] = 0x3c;
        store_u16(body + 37, 7 << 3);
        store_u64(body + 40, 0x1122334455667788);
        store_u32(body + 116, 1 << 18 | 1 << 20);
        store_u32(body + 120, 1 << 20);
        store_u32(body + 124, 1 << 18);
        store_u32(body + 128, 1 << 6 | 1 << 12);
        store_u32(body + 140, 0x4a000001);
}

static void test_a_pcie_error(NO_STATE) {
        struct cper_section section = section_of(PCIE, CPER_SEVERITY_FATAL, 208);

        fill_pcie();
        say(&section);
        assert_string_equal(said, "  device 0002:3b:1f.1, slot 7, secondary bus 0x3c\n"
                                  "  vendor 0x8086, device id 0x2030, class 0x060400\n"
                                  "  port type 4: root port, version 1.2\n"
                                  "  command 0x0407, status 0x0010\n"
                                  "  serial number 0x1122334455667788\n"
                                  "  bridge's secondary status 0x0000, control 0x0000\n"
                                  "  AER uncorrectable status 0x00140000: Malformed TLP, "
                                  "Unsupported Request\n"
                                  "  AER uncorrectable mask 0x00100000, severity 0x00040000\n"
                                  "  AER correctable status 0x00001040: Bad TLP, Replay Timer Timeout\n"
                                  "  AER correctable mask 0x00000000, control 0x00000000\n"
                                  "  TLP header 4a000001 00000000 00000000 00000000\n"
                                  "  AER root status 0x00000000, source 0x00000000\n");
        assert_string_equal(title, "fatal PCIe error at 0002:3b:1f.1: Malformed TLP");
        section.severity = CPER_SEVERITY_CORRECTED;
        say(&section);
        assert_string_equal(title, "corrected PCIe error at 0002:3b:1f.1: Bad TLP, Replay Timer Timeout");
        body[0] = 0;
        say(&section);
        assert_string_equal(said, "");
        assert_string_equal(title, "corrected PCIe error");
}

static void test_a_processor_error(NO_STATE) {
        struct cper_section section = section_of(GENERIC, CPER_SEVERITY_FATAL, 192);

        begin(0x1fff);
        memcpy(body + 8, "\x00\x02\x05\x01\x06\x03", 6);
        store_u64(body + 16, 0x50657);
        memcpy(body + 24, "A CPU\x1b", 6);
        store_u64(body + 152, 12);
        store_u64(body + 184, 0xffffffff81000000);
        say(&section);
        assert_string_equal(said, "  error type 0x05: cache error, bus error\n"
                                  "  processor type 0: IA32/X64, instruction set 2: X64\n"
                                  "  operation 1: data read\n"
                                  "  flags 0x06: precise IP, overflow\n"
                                  "  level 3\n"
                                  "  processor version 0x0000000000050657\n"
                                  "  brand \"A CPU\\x1b\"\n"
                                  "  processor id 0x000000000000000c\n"
                                  "  target address 0x0000000000000000\n"
                                  "  requestor 0x0000000000000000, responder 0x0000000000000000\n"
                                  "  instruction pointer 0xffffffff81000000\n");
        assert_string_equal(title,
                            "fatal processor error: cache error, bus error, processor 0x000000000000000c");
}

/* A bus error, one of a type that nobody knows, and MSRs. */
static size_t fill_x86(void) {
        begin(1 | 2 << 2 | 1 << 8);
        store_u64(body + 8, 6);
        put_guid(body + 64, "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63c");
        store_u64(body + 64 + 16, 0x13);
        store_u64(body + 64 + 24, 0x7ff | UINT64_C(1) << 16 | 3 << 18 | 2 << 22 | 1 << 26 |
                                          UINT64_C(1) << 30 | UINT64_C(1) << 32 | UINT64_C(2) << 33);
        store_u64(body + 64 + 32, 0xfee00000);
        store_u64(body + 64 + 56, 0x1000);
        put_guid(body + 128, "00112233-4455-6677-8899-aabbccddeeff");
        store_u16(body + 192, 1);
        store_u16(body + 194, 16);
        store_u32(body + 196, 0x401);
        return 192 + 16 + 16;
}

static void test_an_x86_processor_error(NO_STATE) {
        size_t size = fill_x86();
        struct cper_section section = section_of(X86, CPER_SEVERITY_FATAL, size);

        say(&section);
        assert_string_equal(said, "  APIC id 0x0000000000000006\n"
                                  "  error 1: bus error\n"
                                  "    check 0x00000005448d07ff\n"
                                  "    target 0x00000000fee00000\n"
                                  "    instruction pointer 0x0000000000001000\n"
                                  "    transaction 1: data access, operation 3: data read, level 2\n"
                                  "    processor context corrupt no, uncorrected yes, overflow no\n"
                                  "    precise IP no, restartable IP no\n"
                                  "    participation 1: local processor responded to request\n"
                                  "    timed out yes, address space 2: I/O\n"
                                  "  error 2: error of type 00112233-4455-6677-8899-aabbccddeeff\n"
                                  "  registers 1: MSR registers (machine check and other MSRs), size 0x0010\n"
                                  "  MSR 0x00000401, memory address 0x0000000000000000\n");
        assert_string_equal(title, "fatal processor error: bus error, APIC id 0x0000000000000006");
}

static void test_the_internal_error_of_an_x86_processor(NO_STATE) {
        struct cper_section section = section_of(X86, CPER_SEVERITY_FATAL, 128);

        begin(1 << 2);
        put_guid(body + 64, "48ab7f57-dc34-4f6c-a7d3-b0b5b0a74314");
        store_u64(body + 80, 1);
        store_u64(body + 88, 0x3f | 2 << 16 | 1 << 19 | 1 << 23);
        say(&section);
        assert_string_equal(said, "  error 1: micro-architectural error\n"
                                  "    check 0x00000000008a003f\n"
                                  "    error type 2: microcode ROM parity error\n"
                                  "    processor context corrupt yes, uncorrected no, overflow yes\n"
                                  "    precise IP no, restartable IP no\n");
}

/* It says 63 errors and 63 contexts, and ends within the third error. */
static void test_an_x86_processor_error_that_is_cut(NO_STATE) {
        struct cper_section section = section_of(X86, CPER_SEVERITY_FATAL, 64 + 2 * 64 + 10);

        fill_x86();
        store_u64(body, 63 << 2 | 63 << 8);
        say(&section);
        test_assert_contains(said, "  61 more errors, for which it is too short\n"
                                   "  63 more register contexts, for which it is too short\n");
        section.body.size = sizeof(body);
        say(&section);
        test_assert_contains(said, "  error 4: ");
        test_assert_contains(said, "  59 more errors\n");
}

static void test_an_arm_processor_error(NO_STATE) {
        struct cper_section section = section_of(ARM, CPER_SEVERITY_RECOVERABLE, 40 + 2 * 32 + 8 + 16);

        memset(body, 0, sizeof(body));
        store_u32(body, 7);
        store_u16(body + 4, 2);
        store_u16(body + 6, 1);
        body[12] = 2;
        store_u64(body + 16, 0x80000101);
        store_u64(body + 24, 0x410fd490);
        store_u32(body + 32, 1);
        store_u16(body + 40 + 2, 0x1f);
        body[40 + 4] = 8; /* bus */
        store_u16(body + 40 + 5, 3);
        body[40 + 7] = 5;
        store_u64(body + 40 + 8, 0xfff | 2 << 16 | 4 << 18 | 3 << 22 | 1 << 26 | UINT64_C(2) << 29 |
                                         UINT64_C(1) << 31 | UINT64_C(3) << 32 | UINT64_C(0x1a5) << 34 |
                                         UINT64_C(1) << 43);
        store_u64(body + 40 + 24, 0x8000);
        store_u16(body + 72 + 2, 4);
        body[72 + 4] = 4; /* TLB */
        store_u64(body + 72 + 8, 2 | 8 << 18);
        store_u16(body + 104 + 2, 5);
        store_u32(body + 104 + 4, 16);
        say(&section);
        assert_string_equal(said, "  MPIDR 0x0000000080000101, MIDR 0x00000000410fd490\n"
                                  "  error affinity level 2, running state 0x00000001, PSCI state 0\n"
                                  "  error 1: bus error\n"
                                  "    errors besides 3\n"
                                  "    flags 0x05: first error captured, propagated\n"
                                  "    error information 0x00000e97c4d20fff\n"
                                  "    virtual fault address 0x0000000000000000\n"
                                  "    physical fault address 0x0000000000008000\n"
                                  "    transaction 2: generic, operation 4: data write, level 3\n"
                                  "    processor context corrupt no, corrected yes\n"
                                  "    precise PC no, restartable PC no\n"
                                  "    participation 2: local processor observed\n"
                                  "    timed out yes, address space 3: device memory access\n"
                                  "    memory attributes 0x1a5, access mode 1: normal\n"
                                  "  error 2: TLB error\n"
                                  "    error information 0x0000000000200002\n"
                                  "    operation 8: external management\n"
                                  "  registers 5: AArch64 EL1 context registers, size 0x00000010\n");
        assert_string_equal(title, "recoverable processor error: bus error, MPIDR 0x0000000080000101");
}

static void test_a_reference_to_a_firmware_record(NO_STATE) {
        struct cper_section section = section_of(FIRMWARE, CPER_SEVERITY_INFORMATIONAL, 32);

        memset(body, 0, sizeof(body));
        memcpy(body, "\x02\x02", 2);
        store_u64(body + 8, 0x77);
        put_guid(body + 16, "8f87f311-c998-4d9e-a0c4-6065518c4f6d");
        say(&section);
        assert_string_equal(said, "  type 2: SOC firmware error record type 2\n"
                                  "  revision 2, record id 0x0000000000000077\n"
                                  "  record GUID 8f87f311-c998-4d9e-a0c4-6065518c4f6d\n");
        assert_string_equal(title, "informational error that firmware recorded: SOC firmware error record "
                                   "type 2");
}

static void test_what_has_no_rows(NO_STATE) {
        struct cper_section cxl = section_of("601dcbb3-9c06-4eab-b8af-4e9bfb5c9624", CPER_SEVERITY_FATAL, 70);
        struct cper_section unknown = section_of("00112233-4455-6677-8899-aabbccddeeff", 9, 6);

        begin(0);
        for (unsigned i = 0; i < 64; i++)
                body[i] = (uint8_t) i;
        say(&cxl);
        assert_string_equal(said, "  00: 00010203 04050607 08090a0b 0c0d0e0f\n"
                                  "  10: 10111213 14151617 18191a1b 1c1d1e1f\n"
                                  "  20: 20212223 24252627 28292a2b 2c2d2e2f\n"
                                  "  30: 30313233 34353637 38393a3b 3c3d3e3f\n"
                                  "  and 6 more bytes\n");
        assert_string_equal(title, "fatal hardware error: CXL DRAM");
        say(&unknown);
        assert_string_equal(said, "  00: 00010203 0405\n");
        assert_string_equal(title, "unknown hardware error: of an unknown type");
}

/* A value or a bit that the specification does not name is shown as the number that it is. */
static void test_what_has_no_name(NO_STATE) {
        struct cper_section section = section_of(MEMORY, CPER_SEVERITY_FATAL, 73);

        begin(1 << 14);
        body[72] = 16;
        say(&section);
        assert_string_equal(said, "  error type 16\n");
        body[72] = 255;
        say(&section);
        assert_string_equal(said, "  error type 255\n");
        section = section_of(PCIE, CPER_SEVERITY_FATAL, 208);
        begin(1);
        body[8] = 2; /* between two that have names */
        say(&section);
        assert_string_equal(said, "  port type 2\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_memory_error),
                cmocka_unit_test(test_a_memory_error_that_says_less),
                cmocka_unit_test(test_a_memory_error_of_the_second_form),
                cmocka_unit_test(test_a_pcie_error),
                cmocka_unit_test(test_a_processor_error),
                cmocka_unit_test(test_an_x86_processor_error),
                cmocka_unit_test(test_the_internal_error_of_an_x86_processor),
                cmocka_unit_test(test_an_x86_processor_error_that_is_cut),
                cmocka_unit_test(test_an_arm_processor_error),
                cmocka_unit_test(test_a_reference_to_a_firmware_record),
                cmocka_unit_test(test_what_has_no_rows),
                cmocka_unit_test(test_what_has_no_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
