/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/mce.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"

/* struct mce */
enum {
        MCE_STATUS = 0,
        MCE_MISC = 8,
        MCE_ADDR = 16,
        MCE_MCGSTATUS = 24,
        MCE_IP = 32,
        MCE_TSC = 40,
        MCE_TIME = 48,
        MCE_CPU_VENDOR = 56,
        MCE_CPUID = 60,
        MCE_CS = 64,
        MCE_BANK = 65,
        MCE_EXTCPU = 68,
        MCE_SOCKET_ID = 72,
        MCE_APIC_ID = 76,
        MCE_MCGCAP = 80,
        MCE_SYND = 88, /* since 4.10 */
        MCE_IPID = 96,
        MCE_PPIN = 104,      /* since 4.16 */
        MCE_MICROCODE = 112, /* since 5.5 */
};

/* Intel SDM volume 3B, 16.3.2.2, IA32_MCi_STATUS; AMD APM volume 2, 9.3.2.3 has the same upper bits. */
#define STATUS_UNCORRECTED (UINT64_C(1) << 61)
#define STATUS_MISC_VALID  (UINT64_C(1) << 59)
#define STATUS_ADDR_VALID  (UINT64_C(1) << 58)

struct flag_row {
        uint64_t bit;
        const char *name;
};

static const struct flag_row status_flags[] = {
        { UINT64_C(1) << 63, "valid" },
        { UINT64_C(1) << 62, "overflow" },
        { STATUS_UNCORRECTED, "uncorrected" },
        { UINT64_C(1) << 60, "enabled" },
        { STATUS_MISC_VALID, "misc valid" },
        { STATUS_ADDR_VALID, "address valid" },
        { UINT64_C(1) << 57, "processor context corrupt" },
};

/* 16.3.1.2, IA32_MCG_STATUS */
static const struct flag_row global_flags[] = {
        { 1, "restart address valid" },
        { 2, "error address valid" },
        { 4, "machine check in progress" },
        { 8, "local" },
};

/* K6.1 arch/x86/include/asm/processor.h, X86_VENDOR_... */
static const struct {
        uint8_t number;
        const char *name;
} vendor_rows[] = {
        { 0, "Intel" },     { 1, "Cyrix" }, { 2, "AMD" },   { 3, "UMC" },      { 5, "Centaur" },
        { 7, "Transmeta" }, { 8, "NSC" },   { 9, "Hygon" }, { 10, "Zhaoxin" }, { 11, "Vortex" },
};

static const struct register_row {
        uint64_t valid; /* a bit of the status that must be set; 0: the register is there when it is not 0 */
        size_t offset;
        const char *name;
} register_rows[] = {
        { STATUS_ADDR_VALID, MCE_ADDR, "address" },
        { STATUS_MISC_VALID, MCE_MISC, "misc" },
        { 0, MCE_TSC, "time stamp counter" },
        { 0, MCE_MCGCAP, "capabilities" },
        { 0, MCE_SYND, "syndrome" },
        { 0, MCE_IPID, "instance" },
        { 0, MCE_PPIN, "processor inventory number" },
};

static void put_hex(struct text *text, uint64_t value) {
        text_format(text, "0x%016llx", (unsigned long long) value);
}

static void put_flags(const struct flag_row *rows, size_t count, uint64_t value, struct text *text) {
        const char *before = ": ";

        for (size_t i = 0; i < count; i++)
                if (value & rows[i].bit) {
                        text_format(text, "%s%s", before, rows[i].name);
                        before = ", ";
                }
}

static void put_status(uint64_t status, struct text *text) {
        text_put(text, "status ");
        put_hex(text, status);
        put_flags(status_flags, ARRAY_SIZE(status_flags), status, text);
        text_format(text, "\nerror code 0x%04x, model specific code 0x%04x\n", (unsigned) (status & 0xffff),
                    (unsigned) (status >> 16 & 0xffff));
}

static void put_registers(struct bytes mce, uint64_t status, struct text *text) {
        for (size_t i = 0; i < ARRAY_SIZE(register_rows); i++) {
                const struct register_row *row = &register_rows[i];
                uint64_t value = bytes_u64(mce, row->offset); /* 0 where an older kernel has no such field */

                if (row->valid ? !(status & row->valid) : value == 0)
                        continue;
                text_format(text, "%s ", row->name);
                put_hex(text, value);
                text_put_char(text, '\n');
        }
}

static void put_global(struct bytes mce, struct text *text) {
        uint64_t status = bytes_u64(mce, MCE_MCGSTATUS), ip = bytes_u64(mce, MCE_IP);

        text_put(text, "global status ");
        put_hex(text, status);
        put_flags(global_flags, ARRAY_SIZE(global_flags), status, text);
        text_put_char(text, '\n');
        if (ip == 0)
                return;
        text_format(text, "instruction at 0x%02x:", bytes_u8(mce, MCE_CS));
        put_hex(text, ip);
        text_put_char(text, '\n');
}

static void put_processor(struct bytes mce, struct text *text) {
        uint32_t microcode = bytes_u32(mce, MCE_MICROCODE); /* 0 where an older kernel has no such field */
        const char *vendor = "unknown vendor";

        for (size_t i = 0; i < ARRAY_SIZE(vendor_rows); i++)
                if (vendor_rows[i].number == bytes_u8(mce, MCE_CPU_VENDOR))
                        vendor = vendor_rows[i].name;
        text_format(text, "processor %s, cpuid 0x%08x", vendor, bytes_u32(mce, MCE_CPUID));
        if (microcode != 0)
                text_format(text, ", microcode 0x%x", microcode);
        text_put_char(text, '\n');
}

static void put_time(uint64_t seconds, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];

        if (seconds == 0)
                return;
        timestamp_format(seconds, time);
        text_format(text, "time %s\n", time);
}

int mce_describe(struct bytes mce, struct text *text) {
        uint64_t status = bytes_u64(mce, MCE_STATUS);

        if (mce.size < MCE_SIZE_MIN)
                return ERR_TRUNCATED;
        text_format(text, "machine check on CPU %u (APIC id 0x%x, socket %u), bank %u\n",
                    bytes_u32(mce, MCE_EXTCPU), bytes_u32(mce, MCE_APIC_ID), bytes_u32(mce, MCE_SOCKET_ID),
                    bytes_u8(mce, MCE_BANK));
        put_status(status, text);
        put_registers(mce, status, text);
        put_global(mce, text);
        put_processor(mce, text);
        put_time(bytes_u64(mce, MCE_TIME), text);
        return 0;
}

void mce_put_title(struct bytes mce, struct text *text) {
        bool uncorrected = bytes_u64(mce, MCE_STATUS) & STATUS_UNCORRECTED;

        text_format(text, "machine check: bank %u on CPU %u, %s", bytes_u8(mce, MCE_BANK),
                    bytes_u32(mce, MCE_EXTCPU), uncorrected ? "uncorrected" : "corrected");
}
