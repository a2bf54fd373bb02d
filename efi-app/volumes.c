/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/volumes.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/ucs2.h"
#include "base/units.h"
#include "efi-app/esp.h"

#define LABEL_UNITS 32 /* a FAT's has 11 */

/* NULL: there is none. */
static EFI_SHELL_PROTOCOL *find_shell(struct app *app) {
        EFI_GUID guid = EFI_SHELL_PROTOCOL_GUID;
        EFI_SHELL_PROTOCOL *shell;

        return EFI_ERROR(app->boot->LocateProtocol(&guid, NULL, (void **) &shell)) ? NULL : shell;
}

void volumes_find(struct volumes *volumes, struct app *app) {
        EFI_GUID file_system = SIMPLE_FILE_SYSTEM_PROTOCOL;

        *volumes = (struct volumes){ .app = app, .shell = find_shell(app) };
        if (EFI_ERROR(app->boot->LocateHandleBuffer(ByProtocol, &file_system, NULL, &volumes->count,
                                                    &volumes->handles)))
                volumes->count = 0;
}

void volumes_free(struct volumes *volumes) {
        if (volumes->count > 0)
                volumes->app->boot->FreePool(volumes->handles);
        volumes->count = 0;
}

/* "FS0:;HD0b1:;BLK2:", which is the shell's memory (UEFI Shell 2.2, 2.2.20); NULL: it knows none. */
static const CHAR16 *map_of_handle(struct app *app, EFI_SHELL_PROTOCOL *shell, EFI_HANDLE handle) {
        EFI_GUID guid = DEVICE_PATH_PROTOCOL;
        EFI_DEVICE_PATH *path;

        if (!shell || EFI_ERROR(app->boot->HandleProtocol(handle, &guid, (void **) &path)))
                return NULL;
        return shell->GetMapFromDevicePath(&path);
}

static const CHAR16 *map_of(const struct volumes *volumes, size_t index) {
        return map_of_handle(volumes->app, volumes->shell, volumes->handles[index]);
}

/* A name up to its colon, in small letters; moves behind it, and behind what parts it from the next. */
static bool next_name(const CHAR16 **map, char ret_name[VOLUME_NAME_SIZE]) {
        struct text text = text_on(ret_name, VOLUME_NAME_SIZE);
        const CHAR16 *at = *map;

        for (; *at && *at != ':' && *at != ';'; at++)
                text_put_char(&text, *at >= 'A' && *at <= 'Z' ? (char) (*at + 0x20) : (char) *at);
        while (*at == ':' || *at == ';')
                at++;
        *map = at;
        return text.length > 0;
}

/* What a volume is called that the shell does not know: it came later, or there is no shell. */
static void put_number(const struct volumes *volumes, size_t index, struct text *text) {
        text_format(text, "%s%zu", volumes->shell ? "volume" : "fs", index);
}

void volumes_put_name(const struct volumes *volumes, size_t index, struct text *text) {
        const CHAR16 *map = map_of(volumes, index);
        char name[VOLUME_NAME_SIZE];

        if (map && next_name(&map, name))
                text_put(text, name);
        else
                put_number(volumes, index, text);
        text_put_char(text, ':');
}

static bool is_called(struct bytes wanted, const char *name) {
        struct bytes view = text_view(name);

        for (size_t i = 0; i < view.size && i < wanted.size; i++)
                if ((wanted.data[i] | 0x20) != (view.data[i] | 0x20))
                        return false;
        return view.size == wanted.size;
}

int volumes_index(const struct volumes *volumes, struct bytes name) {
        for (size_t i = 0; i < volumes->count; i++) {
                const CHAR16 *map = map_of(volumes, i);
                char each[VOLUME_NAME_SIZE];
                struct text number = TEXT_ON(each);

                put_number(volumes, i, &number);
                if ((!volumes->shell || !map) && is_called(name, each))
                        return (int) i;
                while (map && next_name(&map, each))
                        if (is_called(name, each))
                                return (int) i;
        }
        return ERR_NOT_FOUND;
}

/* Up to LABEL_UNITS of it; another file system's longer one is not worth more room. */
static void put_label(const CHAR16 *label, struct text *text) {
        char utf8[3 * LABEL_UNITS + 1];
        struct text label_text = TEXT_ON(utf8);

        for (size_t i = 0; i < LABEL_UNITS && label[i]; i++)
                (void) ucs2_to_utf8(bytes_of(&label[i], sizeof(label[i])), &label_text);
        text_put_escaped(text, text_bytes(&label_text));
}

static void put_label_of(struct app *app, EFI_HANDLE volume, struct text *text) {
        EFI_GUID guid = EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
        CHAR16 label[LABEL_UNITS] = { 0 };
        UINTN size = sizeof(label);
        struct esp esp;

        if (esp_open_volume(&esp, app, volume) == 0 &&
            !EFI_ERROR(esp.root->GetInfo(esp.root, &guid, &size, label)) && label[0]) {
                text_put(text, text->length > 0 ? ": (" : "(");
                put_label(label, text);
                text_put_char(text, ')');
        }
        esp_close(&esp);
}

void volumes_put_own(struct app *app, struct text *text) {
        size_t start = text->length;
        char name[VOLUME_NAME_SIZE];
        const CHAR16 *map;
        EFI_HANDLE volume;

        if (esp_find_volume(app, &volume) == 0) {
                map = map_of_handle(app, find_shell(app), volume);
                if (map && next_name(&map, name))
                        text_put(text, name);
                put_label_of(app, volume, text);
        }
        if (text->length == start)
                text_put(text, "where the application was started from");
}

static bool is_removable(const struct volumes *volumes, size_t index) {
        EFI_GUID guid = BLOCK_IO_PROTOCOL;
        EFI_BLOCK_IO *block;

        return !EFI_ERROR(volumes->app->boot->HandleProtocol(volumes->handles[index], &guid,
                                                             (void **) &block)) &&
               block->Media->RemovableMedia;
}

/* "63 of 64 MiB free" */
static void put_room(const EFI_FILE_SYSTEM_INFO *info, struct text *text) {
        bool large = info->VolumeSize >= 10 * GIB;
        uint64_t unit = large ? GIB : MIB;

        text_format(text, "%llu of %llu %s free", (unsigned long long) (info->FreeSpace / unit),
                    (unsigned long long) (info->VolumeSize / unit), large ? "GiB" : "MiB");
}

bool volumes_describe(const struct volumes *volumes, size_t index, struct text *text) {
        EFI_GUID guid = EFI_FILE_SYSTEM_INFO_ID;
        union {
                EFI_FILE_SYSTEM_INFO info;
                CHAR16 room[sizeof(EFI_FILE_SYSTEM_INFO) / sizeof(CHAR16) + LABEL_UNITS];
        } told = { 0 };
        UINTN size = sizeof(told) - sizeof(CHAR16); /* so that a NUL is behind it */
        struct esp esp;
        EFI_STATUS status = EFI_DEVICE_ERROR;

        if (esp_open_volume(&esp, volumes->app, volumes->handles[index]) == 0)
                status = esp.root->GetInfo(esp.root, &guid, &size, &told);
        esp_close(&esp);
        if (EFI_ERROR(status) || told.info.ReadOnly || told.info.FreeSpace == 0)
                return false;
        if (told.info.VolumeLabel[0]) {
                put_label(told.info.VolumeLabel, text);
                text_put(text, ", ");
        }
        put_room(&told.info, text);
        text_put(text, is_removable(volumes, index) ? ", removable" : "");
        text_put(text, esp.is_volatile ? ", in memory: a reset takes it" : "");
        return true;
}
