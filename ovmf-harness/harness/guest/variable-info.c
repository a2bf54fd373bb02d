/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/*
 * Says what firmware says of its variables: QueryVariableInfo() for those as crash records are (UEFI 2.10, 8.2.4), in
 * bytes, and EFI_RT_PROPERTIES_TABLE (4.6.2), if there is one. Shares nothing with the application.
 */
#include <efi.h>

#define TEXT_MAX     32
#define CRASH_RECORD (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

struct rt_properties {
        UINT16 version, length;
        UINT32 supported;
};

static void say(EFI_SYSTEM_TABLE *system, CHAR16 *name, UINT64 number) {
        CHAR16 text[TEXT_MAX], *at = text + TEXT_MAX;

        *--at = 0;
        *--at = L'\n';
        *--at = L'\r';
        do
                *--at = (CHAR16) (L'0' + number % 10);
        while (number /= 10);
        system->ConOut->OutputString(system->ConOut, name);
        system->ConOut->OutputString(system->ConOut, at);
}

static BOOLEAN same(const EFI_GUID *one, const EFI_GUID *other) {
        const UINT8 *left = (const UINT8 *) one, *right = (const UINT8 *) other;

        for (UINTN i = 0; i < sizeof(*one); i++)
                if (left[i] != right[i])
                        return FALSE;
        return TRUE;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
        static const EFI_GUID properties_guid = {
                0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
        };
        UINT64 total, remaining, largest;
        EFI_STATUS status;

        (void) image;
        for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
                if (same(&system->ConfigurationTable[i].VendorGuid, &properties_guid))
                        say(system, L"supported ",
                            ((struct rt_properties *) system->ConfigurationTable[i].VendorTable)->supported);
        status = system->RuntimeServices->QueryVariableInfo(CRASH_RECORD, &total, &remaining, &largest);
        if (EFI_ERROR(status))
                return status;
        say(system, L"total ", total);
        say(system, L"remaining ", remaining);
        say(system, L"largest ", largest);
        return EFI_SUCCESS;
}
