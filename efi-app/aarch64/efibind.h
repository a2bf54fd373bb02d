/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/*
 * What gnu-efi's headers want to know of the processor: UEFI's types (UEFI 2.10, 2.3.1), the bit that makes a
 * status an error (appendix D), and how calls are made, which is as everywhere on AArch64 (2.3.6.4). They
 * look for it in the directory of its name, which a distribution's package has for its own processor only;
 * where they have their own, it comes first.
 */
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32;
typedef uint32_t UINT32;
typedef int64_t INT64;
typedef uint64_t UINT64;
typedef int64_t INTN;
typedef uint64_t UINTN;
typedef uint8_t CHAR8;
typedef uint16_t CHAR16;

#define VOID void
#define EFIAPI
#define EFI_ERROR_MASK 0x8000000000000000
#define EFIERR(code)   (EFI_ERROR_MASK | (code))

/* A structure's name before the structure. */
#define INTERFACE_DECL(x) struct x
