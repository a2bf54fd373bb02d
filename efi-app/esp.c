/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/esp.h"

#include <efishell.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ucs2.h"

#define PATH_MAX         1536
#define WRITE_CHUNK      65536
#define READ_CHUNK       65536

#define UTF8_PER_UNIT    3
#define ENTRIES_MAX      65536 /* of a directory; one with more does not end */

#define RAM_DISK_SUBTYPE 9
#define DEVICE_NODES_MAX 64 /* of a device's path; more is none */

/* A disk in memory, such as the one that firmware makes of an image from the network (UEFI 2.10, 10.3.5.7).
 */
static bool lies_in_memory(struct app *app, EFI_HANDLE device) {
        EFI_GUID guid = DEVICE_PATH_PROTOCOL;
        const EFI_DEVICE_PATH *node;

        if (EFI_ERROR(app->boot->HandleProtocol(device, &guid, (void **) &node)))
                return false;
        for (unsigned i = 0; i < DEVICE_NODES_MAX; i++) {
                size_t length = node->Length[0] | (size_t) node->Length[1] << 8;

                if (node->Type == END_DEVICE_PATH_TYPE || length < sizeof(*node))
                        return false;
                if (node->Type == MEDIA_DEVICE_PATH && node->SubType == RAM_DISK_SUBTYPE)
                        return true;
                node = (const EFI_DEVICE_PATH *) ((const uint8_t *) node + length);
        }
        return false;
}

int esp_find_volume(struct app *app, EFI_HANDLE *ret_volume) {
        EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
        EFI_LOADED_IMAGE *loaded;
        EFI_STATUS status = app->boot->HandleProtocol(app->image, &guid, (void **) &loaded);

        if (EFI_ERROR(status))
                return efi_status_to_error(status);
        *ret_volume = loaded->DeviceHandle;
        return 0;
}

static int open_root(struct app *app, EFI_HANDLE device, EFI_FILE_HANDLE *ret_root) {
        EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
        EFI_FILE_IO_INTERFACE *file_system;

        if (EFI_ERROR(app->boot->HandleProtocol(device, &guid, (void **) &file_system)))
                return ERR_NO_MEDIUM;
        return efi_status_to_error(file_system->OpenVolume(file_system, ret_root));
}

int esp_open(struct esp *esp, struct app *app) {
        EFI_HANDLE volume;
        int r;

        *esp = (struct esp){ .app = app };
        r = esp_find_volume(app, &volume);
        return r < 0 ? r : esp_open_volume(esp, app, volume);
}

int esp_open_volume(struct esp *esp, struct app *app, EFI_HANDLE volume) {
        *esp = (struct esp){ .app = app, .is_volatile = lies_in_memory(app, volume) };
        return open_root(app, volume, &esp->root);
}

void esp_close(struct esp *esp) {
        if (esp->root)
                esp->root->Close(esp->root);
        esp->root = NULL;
}

/* Our paths are UTF-8 with '/'; the protocol wants UCS-2 with '\'. */
static int path_to_units(const char *path, CHAR16 units[PATH_MAX]) {
        size_t length;
        int r;

        r = ucs2_from_utf8(text_view(path), (uint16_t *) units, PATH_MAX, &length);
        if (r < 0)
                return r == ERR_BUFFER_TOO_SMALL ? ERR_TOO_LARGE : r;
        for (size_t i = 0; i < length; i++)
                if (units[i] == '/')
                        units[i] = '\\';
        return 0;
}

static int open_path(struct esp *esp, const char *path, uint64_t mode, uint64_t attributes,
                     EFI_FILE_HANDLE *ret_file) {
        CHAR16 units[PATH_MAX];
        int r;

        r = path_to_units(path, units);
        if (r < 0)
                return r;
        return efi_status_to_error(esp->root->Open(esp->root, ret_file, units, mode, attributes));
}

/* A file that grows beyond `maximum` meanwhile is caught as well. */
int esp_read_all(EFI_FILE_HANDLE file, size_t maximum, struct buffer *buffer) {
        buffer->size = 0;
        for (;;) {
                UINTN size;
                EFI_STATUS status;
                int r = buffer_reserve(buffer, buffer->size + READ_CHUNK);

                if (r < 0)
                        return r;
                size = READ_CHUNK;
                status = file->Read(file, &size, buffer->data + buffer->size);
                if (EFI_ERROR(status))
                        return efi_status_to_error(status);
                if (size == 0)
                        return 0;
                if (size > READ_CHUNK) /* more than there was room for: nothing of it is to be believed */
                        return ERR_LENGTH;
                buffer->size += size;
                if (buffer->size > maximum)
                        return ERR_TOO_LARGE;
        }
}

int esp_read(struct esp *esp, const char *path, size_t maximum, struct buffer *buffer) {
        EFI_FILE_HANDLE file;
        int r;

        r = open_path(esp, path, EFI_FILE_MODE_READ, 0, &file);
        if (r < 0)
                return r;
        r = esp_read_all(file, maximum, buffer);
        file->Close(file);
        return r;
}

/* The shell knows its current folder and its names for file systems (UEFI Shell 2.2, 2.2.37). */
static int open_in_shell(struct app *app, const char *path, EFI_FILE_HANDLE *ret_file) {
        EFI_GUID guid = EFI_SHELL_PROTOCOL_GUID;
        EFI_SHELL_PROTOCOL *shell;
        SHELL_FILE_HANDLE file;
        CHAR16 units[PATH_MAX];
        EFI_STATUS status;
        int r;

        status = app->boot->LocateProtocol(&guid, NULL, (void **) &shell);
        if (EFI_ERROR(status))
                return ERR_NOT_SUPPORTED;
        r = path_to_units(path, units);
        if (r < 0)
                return r;
        status = shell->OpenFileByName(units, &file, EFI_FILE_MODE_READ);
        if (EFI_ERROR(status))
                return efi_status_to_error(status);
        *ret_file = file;
        return 0;
}

int esp_read_any(struct app *app, const char *path, size_t maximum, struct buffer *buffer) {
        struct esp esp = { 0 };
        EFI_FILE_HANDLE file;
        int r;

        r = open_in_shell(app, path, &file);
        if (r == ERR_NOT_SUPPORTED) {
                r = esp_open(&esp, app);
                if (r >= 0)
                        r = open_path(&esp, path, EFI_FILE_MODE_READ, 0, &file);
        }
        if (r >= 0) {
                r = esp_read_all(file, maximum, buffer);
                file->Close(file);
        }
        esp_close(&esp);
        return r;
}

static int make_one_directory(struct esp *esp, const char *path) {
        EFI_FILE_HANDLE directory;
        int r;

        r = open_path(esp, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE,
                      EFI_FILE_DIRECTORY, &directory);
        /* One that is there need not be made: what is saved already has nothing to write. */
        if (r == ERR_READ_ONLY && open_path(esp, path, EFI_FILE_MODE_READ, 0, &directory) >= 0)
                r = 0;
        if (r < 0)
                return r;
        directory->Close(directory);
        return 0;
}

/* From the top down: Open() creates only the last part of a path. */
int esp_make_directory(struct esp *esp, const char *path) {
        char full[PATH_MAX];
        struct text text = TEXT_ON(full);

        text_put(&text, path);
        if (text.truncated)
                return ERR_TOO_LARGE;
        for (char *at = full;; at++) {
                char end = *at;
                int r;

                if (end != '/' && end != '\0')
                        continue;
                *at = '\0';
                r = make_one_directory(esp, full);
                if (r < 0 || end == '\0')
                        return r;
                *at = end;
        }
}

static int write_all(EFI_FILE_HANDLE file, struct bytes content) {
        /* Write() only reads from where its `void *` points to: the protocol knows no const. */
        while (content.size > 0) {
                UINTN size = content.size < WRITE_CHUNK ? content.size : WRITE_CHUNK;
                EFI_STATUS status = file->Write(file, &size, (void *) (uintptr_t) content.data);

                if (EFI_ERROR(status))
                        return efi_status_to_error(status);
                if (size == 0)
                        return ERR_NO_SPACE;
                content = bytes_from(content, size);
        }
        return efi_status_to_error(file->Flush(file));
}

/* What the volume says of a file or a directory, and room for any name in its place. */
union file_info {
        EFI_FILE_INFO info;
        uint8_t room[offsetof(EFI_FILE_INFO, FileName) + sizeof(CHAR16[PATH_MAX])];
};

static int get_info(EFI_FILE_HANDLE file, union file_info *ret_info) {
        EFI_GUID guid = EFI_FILE_INFO_ID;
        UINTN size = sizeof(*ret_info);

        return efi_status_to_error(file->GetInfo(file, &guid, &size, ret_info));
}

/* The NUL is firmware's to put there. */
static struct bytes name_in(const union file_info *info) {
        struct bytes room =
                bytes_from(bytes_of(info->room, sizeof(info->room)), offsetof(EFI_FILE_INFO, FileName));
        size_t length = 0;

        while (length + 2 <= room.size && bytes_u16(room, length) != 0)
                length += 2;
        return bytes_first(room, length);
}

static int call_for(const union file_info *info, esp_entry *call, void *context) {
        char name[UTF8_PER_UNIT * PATH_MAX + 1];
        struct text text = TEXT_ON(name);

        (void) ucs2_to_utf8(name_in(info), &text); /* it has no odd byte */
        if (text_equal(name, ".") || text_equal(name, ".."))
                return 0;
        return call(context, name, info->info.Attribute & EFI_FILE_DIRECTORY, info->info.FileSize);
}

int esp_list(struct esp *esp, const char *path, esp_entry *call, void *context) {
        EFI_FILE_HANDLE directory;
        int r = open_path(esp, path, EFI_FILE_MODE_READ, 0, &directory);

        if (r < 0)
                return r;
        for (unsigned count = 0; r == 0; count++) {
                union file_info info = { 0 };
                UINTN size = sizeof(info);

                r = efi_status_to_error(directory->Read(directory, &size, &info));
                if (r < 0 || size == 0)
                        break;
                r = count < ENTRIES_MAX ? call_for(&info, call, context) : ERR_LOOP;
        }
        directory->Close(directory);
        return r;
}

/* Of a directory that is not empty only a warning tells that it is still there. */
static int remove(struct esp *esp, const char *path, bool is_directory) {
        union file_info info;
        EFI_FILE_HANDLE file;
        EFI_STATUS status;
        int r;

        r = open_path(esp, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0, &file);
        if (r < 0)
                return r;
        r = get_info(file, &info);
        if (r == 0 && !!(info.info.Attribute & EFI_FILE_DIRECTORY) != is_directory)
                r = ERR_INVALID_ARGUMENT;
        if (r < 0) {
                file->Close(file);
                return r;
        }
        status = file->Delete(file); /* it closes the handle, too */
        return status == EFI_WARN_DELETE_FAILURE ? ERR_EXISTS : efi_status_to_error(status);
}

int esp_remove_file(struct esp *esp, const char *path) {
        return remove(esp, path, false);
}

int esp_remove_directory(struct esp *esp, const char *path) {
        return remove(esp, path, true);
}

static bool is_there(struct esp *esp, const char *path) {
        EFI_FILE_HANDLE file;

        if (open_path(esp, path, EFI_FILE_MODE_READ, 0, &file) < 0)
                return false;
        file->Close(file);
        return true;
}

static int set_name(EFI_FILE_HANDLE file, const char *name) {
        EFI_GUID guid = EFI_FILE_INFO_ID;
        union file_info info;
        CHAR16 units[PATH_MAX];
        size_t length = 0;
        int r;

        r = get_info(file, &info);
        if (r == 0)
                r = path_to_units(name, units);
        if (r < 0)
                return r;
        while (units[length])
                length++;
        info.info.Size = offsetof(EFI_FILE_INFO, FileName) + (length + 1) * sizeof(CHAR16);
        memcpy(info.room + offsetof(EFI_FILE_INFO, FileName), units, (length + 1) * sizeof(CHAR16));
        return efi_status_to_error(file->SetInfo(file, &guid, info.info.Size, &info));
}

int esp_rename(struct esp *esp, const char *path, const char *to) {
        const char *name = to;
        EFI_FILE_HANDLE file;
        int r;

        for (const char *at = to; *at; at++)
                if (*at == '/')
                        name = at + 1;
        r = open_path(esp, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0, &file);
        if (r < 0)
                return r;
        r = set_name(file, name);
        file->Close(file);
        /* Firmware denies it when the name is taken, and some when it knows no other names at all. */
        if (r == ERR_PERMISSION)
                return is_there(esp, to) ? ERR_EXISTS : ERR_NOT_SUPPORTED;
        return r;
}

/* A volume that takes no writes has none to flush. */
int esp_flush(struct esp *esp, const char *path) {
        EFI_FILE_HANDLE file;
        EFI_STATUS status;
        int r;

        r = open_path(esp, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0, &file);
        if (r < 0)
                return r == ERR_READ_ONLY ? 0 : r;
        status = file->Flush(file);
        file->Close(file);
        return efi_status_to_error(status);
}

int esp_write(struct esp *esp, const char *path, struct bytes content) {
        EFI_FILE_HANDLE file;
        int r;

        r = esp_remove_file(esp, path);
        if (r < 0 && r != ERR_NOT_FOUND)
                return r;
        r = open_path(esp, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE, 0, &file);
        if (r < 0)
                return r;
        r = write_all(file, content);
        if (r < 0) {
                file->Delete(file); /* half a file helps nobody, and takes room */
                return r;
        }
        return efi_status_to_error(file->Close(file));
}
