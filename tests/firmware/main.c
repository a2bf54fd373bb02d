/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <efi.h>

#include "base/text.h"
#include "tests/firmware/firmware.h"

/*
 * Runs the tests of the shared libraries where the application runs them: built by the same compiler, with
 * the same flags, on memory of the firmware's. Ends with "N passed, N failed".
 */

#define PIECE 100

static EFI_SYSTEM_TABLE *firmware;

void firmware_print(const char *text) {
        CHAR16 piece[PIECE + 2];
        UINTN count = 0;

        for (; *text; text++) {
                if (*text == '\n')
                        piece[count++] = '\r';
                piece[count++] = (CHAR16) (unsigned char) *text;
                if (count < PIECE && text[1])
                        continue;
                piece[count] = 0;
                firmware->ConOut->OutputString(firmware->ConOut, piece);
                count = 0;
        }
}

void *firmware_allocate(size_t size) {
        void *block = NULL;
        EFI_STATUS status = firmware->BootServices->AllocatePool(EfiLoaderData, size, &block);

        return EFI_ERROR(status) ? NULL : block;
}

void firmware_release(void *block) {
        firmware->BootServices->FreePool(block);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
        char line[PIECE];
        struct text text = TEXT_ON(line);

        (void) image;
        firmware = system;
        system->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
        for (const struct firmware_program *program = firmware_programs; program->name; program++)
                if (program->run() != 0) {
                        firmware_print("failed: ");
                        firmware_print(program->name);
                        firmware_print("\n");
                }
        if (firmware_tally.skipped > 0)
                text_format(&text, "%zu skipped\n", firmware_tally.skipped);
        text_format(&text, "%zu passed, %zu failed\n", firmware_tally.passed, firmware_tally.failed);
        firmware_print(line);
        return firmware_tally.failed > 0;
}
