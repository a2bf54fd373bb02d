/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/guid.h"
#include "base/text.h"

/* The names that efi_pstore gives its variables, of all three generations
 * (drivers/firmware/efi/efi-pstore.c). */

/* LINUX_EFI_CRASH_GUID, the vendor of these variables */
extern const struct guid variable_vendor_crash;

/* EFI_HARDWARE_ERROR_VARIABLE, the vendor of HwErrRec#### (UEFI 2.10, appendix P.2) */
extern const struct guid variable_vendor_hardware_error;

/*
 * True for HwErrRec and four hexadecimal digits: firmware's or Windows' hardware error records, each a CPER
 * record (appendix N). They carry the attribute HR besides and have a quota of their own.
 */
bool variable_name_is_hardware_error(struct bytes name);

/* The vendor under which a record of this name lives; of a vendor, whether it keeps records of this name. */
const struct guid *variable_name_vendor(struct bytes name);
bool variable_is_record(const struct guid *vendor, struct bytes name);

/* NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS (UEFI 2.10, 8.2.1) */
#define VARIABLE_ATTRIBUTES_CRASH 0x7

/*
 * A kernel whose record_size is the default reads at most so much; a larger variable makes it give up the
 * whole scan and hide every later record (K6.1 drivers/firmware/efi/efi-pstore.c).
 */
#define VARIABLE_DATA_MAX 1024

enum variable_name_generation {
        VARIABLE_NAME_TIME = 1,        /* up to 3.7:  dump-type0-1-1709210119 */
        VARIABLE_NAME_COUNT = 2,       /* 3.8 - 3.11: dump-type0-1-1-1709210119 */
        VARIABLE_NAME_COMPRESSION = 3, /* since 3.12: dump-type0-1-1-1709210119-C */
};

enum variable_compression {
        VARIABLE_COMPRESSION_UNKNOWN, /* older generations do not say */
        VARIABLE_COMPRESSION_NO,      /* D, and any other character: the kernel asks for a C */
        VARIABLE_COMPRESSION_YES,     /* C */
};

struct variable_name {
        enum variable_name_generation generation;
        uint32_t type; /* enum record_type of pstore/record.h */
        uint32_t part;
        uint32_t count; /* 0 in the first generation, which has none */
        uint64_t seconds;
        enum variable_compression compression;
        char ending; /* of the third generation, printable; 0: C or D, as the compression has it */
};

/* `name` in ASCII or UTF-8. ERR_VALUE for a name of none of the generations. */
int variable_name_parse(struct bytes name, struct variable_name *ret_name);

/* The reverse, for every generation: the same text that was parsed. */
void variable_name_format(const struct variable_name *name, struct text *text);
