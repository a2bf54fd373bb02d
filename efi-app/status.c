/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/arith.h"
#include "base/error.h"
#include "efi-app/app.h"

int efi_status_to_error(EFI_STATUS status) {
        static const struct {
                EFI_STATUS status;
                int error;
        } rows[] = {
                { EFI_INVALID_PARAMETER, ERR_INVALID_ARGUMENT },
                { EFI_UNSUPPORTED, ERR_NOT_SUPPORTED },
                { EFI_BUFFER_TOO_SMALL, ERR_BUFFER_TOO_SMALL },
                { EFI_OUT_OF_RESOURCES, ERR_NO_SPACE },
                { EFI_VOLUME_FULL, ERR_NO_SPACE },
                { EFI_VOLUME_CORRUPTED, ERR_FILE_SYSTEM },
                { EFI_DEVICE_ERROR, ERR_IO },
                { EFI_NO_MEDIA, ERR_NO_MEDIUM },
                { EFI_MEDIA_CHANGED, ERR_NO_MEDIUM },
                { EFI_NOT_READY, ERR_HARDWARE },
                { EFI_WRITE_PROTECTED, ERR_READ_ONLY },
                { EFI_NOT_FOUND, ERR_NOT_FOUND },
                { EFI_ACCESS_DENIED, ERR_PERMISSION },
                { EFI_SECURITY_VIOLATION, ERR_PERMISSION },
                { EFI_TIMEOUT, ERR_TIMEOUT },
                { EFI_ABORTED, ERR_INTERRUPTED },
                { EFI_CRC_ERROR, ERR_CHECKSUM },
        };

        if (!EFI_ERROR(status))
                return 0;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                if (rows[i].status == status)
                        return rows[i].error;
        return ERR_FAILED;
}
