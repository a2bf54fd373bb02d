/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/*
 * Runs the program beside it, with its own load options, and says how many instructions went by from the
 * start to the end: with QEMU's -icount shift=0 the time stamp counter counts just these, firmware's among
 * them.
 */
#include <efi.h>

#define TEXT_MAX 100

static UINT64 counter(void) {
        UINT32 low, high;

        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        return (UINT64) high << 32 | low;
}

static void say(EFI_SYSTEM_TABLE *system, UINT64 instructions, EFI_STATUS status) {
        static const CHAR16 begin[] = L"harness: instructions ", middle[] = L" status ", end[] = L"\r\n";
        CHAR16 line[TEXT_MAX], *at = line;
        UINT64 numbers[] = { instructions, status };
        const CHAR16 *words[] = { begin, middle, end };

        for (UINTN i = 0; i < 3; i++) {
                UINT64 power = 1;

                for (const CHAR16 *word = words[i]; *word; word++)
                        *at++ = *word;
                if (i == 2)
                        break;
                while (numbers[i] / power >= 10)
                        power *= 10;
                for (; power > 0; power /= 10)
                        *at++ = (CHAR16) (L'0' + numbers[i] / power % 10);
        }
        *at = 0;
        system->ConOut->OutputString(system->ConOut, line);
}

static EFI_STATUS read_program(EFI_SYSTEM_TABLE *system, EFI_HANDLE device, void **ret_data,
                               UINTN *ret_size) {
        EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
        static CHAR16 path[] = L"\\EFI\\pstore-fw\\pstore-fwx64.efi";
        EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
        EFI_FILE_HANDLE root, file;
        EFI_STATUS status;

        status = system->BootServices->HandleProtocol(device, &volume_guid, (void **) &volume);
        if (!EFI_ERROR(status))
                status = volume->OpenVolume(volume, &root);
        if (!EFI_ERROR(status))
                status = root->Open(root, &file, path, EFI_FILE_MODE_READ, 0);
        *ret_size = 1024 * 1024;
        if (!EFI_ERROR(status))
                status = system->BootServices->AllocatePool(EfiLoaderData, *ret_size, ret_data);
        if (!EFI_ERROR(status))
                status = file->Read(file, ret_size, *ret_data);
        return status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
        EFI_GUID loaded_guid = LOADED_IMAGE_PROTOCOL, global_guid = EFI_GLOBAL_VARIABLE;
        CHAR16 boot_current[] = L"BootCurrent";
        EFI_BOOT_SERVICES *boot = system->BootServices;
        EFI_LOADED_IMAGE *own, *loaded;
        EFI_HANDLE program;
        EFI_STATUS status;
        UINT64 start;
        UINTN size;
        void *data;

        boot->HandleProtocol(image, &loaded_guid, (void **) &own);
        status = read_program(system, own->DeviceHandle, &data, &size);
        if (!EFI_ERROR(status))
                status = boot->LoadImage(FALSE, image, NULL, data, size, &program);
        if (EFI_ERROR(status))
                return status;
        boot->HandleProtocol(program, &loaded_guid, (void **) &loaded);
        loaded->DeviceHandle = own->DeviceHandle;
        loaded->LoadOptions = own->LoadOptions;
        loaded->LoadOptionsSize = own->LoadOptionsSize;
        /* The program would wait for a key at its end, as boot options do. */
        system->RuntimeServices->SetVariable(boot_current, &global_guid, 0, 0, NULL);
        start = counter();
        status = boot->StartImage(program, NULL, NULL);
        say(system, counter() - start, status);
        return status;
}
