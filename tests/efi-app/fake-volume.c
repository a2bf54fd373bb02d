/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-volume.h"

#include <string.h>

#include "base/ucs2.h"
#include "tests/efi-app/fake-variables.h"
#include "tests/support/test.h"

struct handle {
        EFI_FILE_PROTOCOL protocol; /* first */
        struct fake_volume *volume;
        struct fake_node *node;
        size_t position;
        bool writable;
};

static struct fake_node *find(struct fake_volume *volume, const char *path) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                if (volume->nodes[i].used && strcmp(volume->nodes[i].path, path) == 0)
                        return &volume->nodes[i];
        return NULL;
}

static struct fake_node *make_node(struct fake_volume *volume, const char *path, bool directory) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++) {
                struct fake_node *node = &volume->nodes[i];

                if (node->used)
                        continue;
                assert_true(strlen(path) < sizeof(node->path));
                *node = (struct fake_node){ .used = true, .directory = directory, .data = malloc(1) };
                strcpy(node->path, path);
                return node;
        }
        fail_msg("more than %d files", FAKE_NODES_MAX);
        return NULL;
}

/* The directory that holds the path, or NULL: it is not there, or it is a file. */
static struct fake_node *parent_of(struct fake_volume *volume, const char *path) {
        char parent[FAKE_PATH_MAX];
        struct fake_node *node;
        char *slash;

        strcpy(parent, path);
        slash = strrchr(parent, '/');
        *(slash ? slash : parent) = '\0';
        node = find(volume, parent);
        return node && node->directory ? node : NULL;
}

static void join(const struct fake_node *from, const CHAR16 *name, char path[FAKE_PATH_MAX]) {
        struct text text = text_on(path, FAKE_PATH_MAX);

        if (name[0] == '\\')
                name++;
        else if (from->path[0])
                text_format(&text, "%s/", from->path);
        for (; *name; name++) {
                if (*name == '\\')
                        text_put_char(&text, '/');
                else
                        assert_ok(ucs2_to_utf8(bytes_of(name, sizeof(*name)), &text));
        }
        assert_false(text.truncated);
}

/* --- the protocol ------------------------------------------------------------------------------- */

static bool is_dead(struct fake_volume *volume) {
        return ++volume->calls >= volume->dies_at && volume->dies_at > 0;
}

static EFI_FILE_HANDLE make_handle(struct fake_volume *volume, struct fake_node *node, bool writable);

static EFI_STATUS open_node(struct fake_volume *volume, const char *path, uint64_t mode, uint64_t attributes,
                            struct fake_node **ret_node) {
        bool wants_directory = attributes & EFI_FILE_DIRECTORY;
        struct fake_node *node = find(volume, path);

        if (volume->read_only && (mode & (EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE)))
                return EFI_WRITE_PROTECTED;
        if (!node && !(mode & EFI_FILE_MODE_CREATE))
                return EFI_NOT_FOUND;
        if (!node && !parent_of(volume, path))
                return EFI_NOT_FOUND;
        if (node && (mode & EFI_FILE_MODE_CREATE) && node->directory != wants_directory)
                return EFI_ACCESS_DENIED;
        if (!node) {
                node = make_node(volume, path, wants_directory);
                node->name_dirty = true;
                volume->directories_made += wants_directory;
        }
        *ret_node = node;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_open(EFI_FILE_HANDLE this, EFI_FILE_HANDLE *ret_file, CHAR16 *name, UINT64 mode,
                                   UINT64 attributes) {
        struct handle *handle = (struct handle *) this;
        char path[FAKE_PATH_MAX];
        struct fake_node *node;
        EFI_STATUS status;

        if (is_dead(handle->volume))
                return handle->volume->death;
        join(handle->node, name, path);
        status = open_node(handle->volume, path, mode, attributes, &node);
        if (!EFI_ERROR(status))
                *ret_file = make_handle(handle->volume, node, mode & EFI_FILE_MODE_WRITE);
        return status;
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_HANDLE this) {
        struct handle *handle = (struct handle *) this;
        EFI_STATUS status = handle->volume->close_status;

        handle->volume->unflushed += handle->node->dirty;
        handle->volume->open_handles--;
        free(handle);
        return status;
}

static bool is_in_use(struct fake_volume *volume, const struct fake_node *directory) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                if (volume->nodes[i].used && parent_of(volume, volume->nodes[i].path) == directory &&
                    &volume->nodes[i] != directory)
                        return true;
        return false;
}

static EFI_STATUS EFIAPI file_delete(EFI_FILE_HANDLE this) {
        struct handle *handle = (struct handle *) this;
        bool goes = handle->writable && !is_in_use(handle->volume, handle->node);
        EFI_STATUS status = goes ? EFI_SUCCESS : EFI_WARN_DELETE_FAILURE;

        handle->node->dirty = false;
        if (goes) {
                free(handle->node->data);
                handle->node->used = false;
                handle->volume->deletes++;
        }
        file_close(this);
        return status;
}

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static EFI_STATUS put_info(const struct fake_node *node, const char *name, UINTN *size, EFI_FILE_INFO *info) {
        UINTN room = *size;

        *size = offsetof(EFI_FILE_INFO, FileName) + (strlen(name) + 1) * sizeof(CHAR16);
        if (room < *size)
                return EFI_BUFFER_TOO_SMALL;
        memset(info, 0, *size);
        info->Size = *size;
        info->FileSize = node->size;
        info->Attribute = node->directory ? EFI_FILE_DIRECTORY : 0;
        for (size_t i = 0; name[i]; i++)
                info->FileName[i] = (CHAR16) name[i];
        return EFI_SUCCESS;
}

/* An entry a call; the position counts them, with the two that name the directory itself and its own. */
static EFI_STATUS read_directory(struct handle *handle, UINTN *size, EFI_FILE_INFO *info) {
        static const char *const dots[] = { ".", ".." };

        if (handle->position < ARRAY_SIZE(dots))
                return put_info(handle->node, dots[handle->position++], size, info);
        for (; handle->position - ARRAY_SIZE(dots) < FAKE_NODES_MAX; handle->position++) {
                struct fake_node *node = &handle->volume->nodes[handle->position - ARRAY_SIZE(dots)];

                if (!node->used || node == handle->node ||
                    parent_of(handle->volume, node->path) != handle->node)
                        continue;
                handle->position++;
                return put_info(node, last_part(node->path), size, info);
        }
        *size = 0;
        return EFI_SUCCESS;
}

/* As the shell's own file over a file, which has the other's positions. */
static void widen(uint8_t *bytes, UINTN *size) {
        for (size_t i = *size; i-- > 0;) {
                bytes[2 * i] = bytes[i];
                bytes[2 * i + 1] = 0;
        }
        *size *= 2;
}

static EFI_STATUS EFIAPI file_read(EFI_FILE_HANDLE this, UINTN *size, void *buffer) {
        struct handle *handle = (struct handle *) this;
        size_t left = handle->node->size - handle->position;

        if (is_dead(handle->volume))
                return handle->volume->death;
        if (handle->volume->makes_ascii)
                *size /= 2;
        if (EFI_ERROR(handle->volume->read_status))
                return handle->volume->read_status;
        if (handle->node->directory)
                return read_directory(handle, size, buffer);
        if (handle->volume->read_overruns) {
                *size += 100000;
                return EFI_SUCCESS;
        }
        *size = size_min(*size, left);
        memcpy(buffer, handle->node->data + handle->position, *size);
        handle->position += *size;
        if (handle->volume->makes_ascii)
                widen(buffer, size);
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_get_position(EFI_FILE_HANDLE this, UINT64 *ret_position) {
        *ret_position = ((struct handle *) this)->position;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_set_position(EFI_FILE_HANDLE this, UINT64 position) {
        ((struct handle *) this)->position = position;
        return EFI_SUCCESS;
}

static void append(struct handle *handle, const void *data, size_t size) {
        struct fake_node *node = handle->node;
        size_t end = handle->position + size;

        if (end > node->size) {
                node->data = realloc(node->data, end);
                node->size = end;
        }
        memcpy(node->data + handle->position, data, size);
        if (handle->volume->corrupt && text_ends_with(node->path, handle->volume->corrupt) && size > 0) {
                node->data[handle->position] ^= 0x10;
                if (handle->volume->corrupt_at_most > 0 && --handle->volume->corrupt_at_most == 0)
                        handle->volume->corrupt = NULL;
        }
        handle->position = end;
        node->dirty = true;
}

static EFI_STATUS EFIAPI file_write(EFI_FILE_HANDLE this, UINTN *size, void *data) {
        struct handle *handle = (struct handle *) this;
        struct fake_volume *volume = handle->volume;
        UINTN wanted = *size;

        volume->writes++;
        if (is_dead(volume))
                return volume->death;
        if (!handle->writable || volume->read_only)
                return EFI_WRITE_PROTECTED;
        if (volume->write_to_nowhere)
                return EFI_SUCCESS;
        if (volume->makes_ascii) {
                append(handle, data, wanted / 2);
                return EFI_SUCCESS;
        }
        if (volume->write_at_most && wanted > volume->write_at_most)
                wanted = volume->write_at_most;
        *size = volume->write_nothing ? 0 : size_min(wanted, volume->free_bytes);
        append(handle, data, *size);
        volume->free_bytes -= *size;
        return *size < wanted && !volume->write_nothing ? EFI_VOLUME_FULL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_flush(EFI_FILE_HANDLE this) {
        struct handle *handle = (struct handle *) this;

        if (is_dead(handle->volume))
                return handle->volume->death;
        if (EFI_ERROR(handle->volume->flush_status))
                return handle->volume->flush_status;
        handle->node->dirty = false;
        for (size_t i = 0; i < FAKE_NODES_MAX && handle->node->directory; i++) {
                struct fake_node *node = &handle->volume->nodes[i];

                if (node->used && parent_of(handle->volume, node->path) == handle->node)
                        node->name_dirty = false;
        }
        return EFI_SUCCESS;
}

static EFI_STATUS get_label(const struct fake_volume *volume, UINTN *size, CHAR16 *label) {
        UINTN room = *size;

        *size = sizeof(*label);
        for (size_t i = 0; volume->label[i]; i++)
                *size += sizeof(*label);
        if (room < *size)
                return EFI_BUFFER_TOO_SMALL;
        memcpy(label, volume->label, *size);
        return EFI_SUCCESS;
}

/* Of a volume that had nothing on it, and has 1 MiB of its own. */
static EFI_STATUS get_volume_info(const struct fake_volume *volume, UINTN *size, EFI_FILE_SYSTEM_INFO *info) {
        size_t length = volume->label ? fake_units_length(volume->label) : 0;
        UINTN room = *size;

        *size = offsetof(EFI_FILE_SYSTEM_INFO, VolumeLabel) + (length + 1) * sizeof(CHAR16);
        if (room < *size)
                return EFI_BUFFER_TOO_SMALL;
        memset(info, 0, *size);
        info->Size = *size;
        info->ReadOnly = volume->read_only;
        info->VolumeSize = volume->free_bytes + (1 << 20);
        info->FreeSpace = volume->free_bytes;
        for (size_t i = 0; i < length; i++)
                info->VolumeLabel[i] = volume->label[i];
        return EFI_SUCCESS;
}

/* What the shell's file of standard output is asked, and what renaming and removing ask. */
static EFI_STATUS EFIAPI file_get_info(EFI_FILE_HANDLE this, EFI_GUID *type, UINTN *size, void *buffer) {
        static const EFI_GUID file_info = EFI_FILE_INFO_ID, volume_info = EFI_FILE_SYSTEM_INFO_ID,
                              volume_label = EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
        struct handle *handle = (struct handle *) this;

        if (memcmp(type, &volume_label, sizeof(*type)) == 0 && handle->volume->label)
                return get_label(handle->volume, size, buffer);
        if (memcmp(type, &volume_info, sizeof(*type)) == 0)
                return get_volume_info(handle->volume, size, buffer);
        if (memcmp(type, &file_info, sizeof(*type)) != 0)
                return EFI_UNSUPPORTED;
        return put_info(handle->node, last_part(handle->node->path), size, buffer);
}

/* The node and all that is below it. */
static void rename_node(struct fake_volume *volume, struct fake_node *node, const char *to) {
        size_t length = strlen(node->path);
        char from[FAKE_PATH_MAX], path[2 * FAKE_PATH_MAX];

        strcpy(from, node->path);
        for (size_t i = 0; i < FAKE_NODES_MAX; i++) {
                struct fake_node *each = &volume->nodes[i];

                if (!each->used || strncmp(each->path, from, length) != 0 ||
                    (each->path[length] != '/' && each->path[length] != '\0'))
                        continue;
                /* What gets its name by being renamed has to be whole. */
                volume->unflushed += each->dirty || (each != node && each->name_dirty);
                snprintf(path, sizeof(path), "%s%s", to, each->path + length);
                assert_true(strlen(path) < sizeof(each->path));
                strcpy(each->path, path);
        }
        node->name_dirty = true;
}

static EFI_STATUS EFIAPI file_set_info(EFI_FILE_HANDLE this, EFI_GUID *type, UINTN size, void *buffer) {
        static const EFI_GUID file_info = EFI_FILE_INFO_ID;
        struct handle *handle = (struct handle *) this;
        const EFI_FILE_INFO *info = buffer;
        char path[FAKE_PATH_MAX];
        struct text text = TEXT_ON(path);

        assert_memory_equal(type, &file_info, sizeof(*type));
        assert_int_equal(info->Size, size);
        assert_int_equal(!!(info->Attribute & EFI_FILE_DIRECTORY), handle->node->directory);
        if (is_dead(handle->volume))
                return handle->volume->death;
        if (EFI_ERROR(handle->volume->rename_status))
                return handle->volume->rename_status;
        text_put_bytes(&text, bytes_of(handle->node->path,
                                       (size_t) (last_part(handle->node->path) - handle->node->path)));
        for (const CHAR16 *unit = info->FileName; *unit; unit++)
                assert_ok(ucs2_to_utf8(bytes_of(unit, sizeof(*unit)), &text));
        if (find(handle->volume, path))
                return EFI_ACCESS_DENIED;
        rename_node(handle->volume, handle->node, path);
        return EFI_SUCCESS;
}

static EFI_FILE_HANDLE make_handle(struct fake_volume *volume, struct fake_node *node, bool writable) {
        struct handle *handle = calloc(1, sizeof(*handle));

        *handle = (struct handle){
                .protocol = {
                        .Open = file_open,
                        .Close = file_close,
                        .Delete = file_delete,
                        .Read = file_read,
                        .Write = file_write,
                        .GetPosition = file_get_position,
                        .SetPosition = file_set_position,
                        .GetInfo = file_get_info,
                        .SetInfo = file_set_info,
                        .Flush = file_flush,
                },
                .volume = volume,
                .node = node,
                .writable = writable,
        };
        volume->open_handles++;
        return &handle->protocol;
}

static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE *this, EFI_FILE_HANDLE *ret_root) {
        struct fake_volume *volume = (struct fake_volume *) this;

        if (EFI_ERROR(volume->open_volume_status))
                return volume->open_volume_status;
        *ret_root = make_handle(volume, find(volume, ""), false);
        return EFI_SUCCESS;
}

/* --- what tests put and look for ---------------------------------------------------------------- */

void fake_volume_init(struct fake_volume *volume) {
        memset(volume, 0, sizeof(*volume));
        volume->protocol.OpenVolume = open_volume;
        volume->free_bytes = SIZE_MAX;
        make_node(volume, "", true);
}

void fake_volume_free(struct fake_volume *volume) {
        for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                if (volume->nodes[i].used)
                        free(volume->nodes[i].data);
}

static void make_parents(struct fake_volume *volume, const char *path) {
        char parent[FAKE_PATH_MAX];

        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                snprintf(parent, sizeof(parent), "%.*s", (int) (slash - path), path);
                if (!find(volume, parent))
                        make_node(volume, parent, true);
        }
}

void fake_volume_put(struct fake_volume *volume, const char *path, struct bytes content) {
        struct fake_node *node;

        make_parents(volume, path);
        node = find(volume, path);
        if (!node)
                node = make_node(volume, path, false);
        node->data = realloc(node->data, content.size + 1);
        memcpy(node->data, content.data, content.size);
        node->size = content.size;
}

void fake_volume_put_text(struct fake_volume *volume, const char *path, const char *text) {
        fake_volume_put(volume, path, text_view(text));
}

const struct fake_node *fake_volume_find(const struct fake_volume *volume, const char *path) {
        return find((struct fake_volume *) volume, path);
}

size_t fake_volume_count(const struct fake_volume *volume, const char *ending) {
        size_t count = 0;

        for (size_t i = 0; i < FAKE_NODES_MAX; i++)
                count += volume->nodes[i].used && !volume->nodes[i].directory &&
                         text_ends_with(volume->nodes[i].path, ending);
        return count;
}

EFI_FILE_HANDLE fake_volume_open(struct fake_volume *volume, const char *path) {
        return make_handle(volume, find(volume, path), true);
}

EFI_STATUS fake_volume_open_units(struct fake_volume *volume, const CHAR16 *path, uint64_t mode,
                                  EFI_FILE_HANDLE *ret_file) {
        EFI_FILE_HANDLE root;
        EFI_STATUS status;

        open_volume(&volume->protocol, &root);
        status = root->Open(root, ret_file, (CHAR16 *) path, mode, 0);
        root->Close(root);
        return status;
}
