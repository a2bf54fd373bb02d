/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-volume.h"

#include <string.h>

#include "base/ucs2.h"
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

static EFI_STATUS EFIAPI file_delete(EFI_FILE_HANDLE this) {
        struct handle *handle = (struct handle *) this;
        EFI_STATUS status = handle->writable ? EFI_SUCCESS : EFI_WARN_DELETE_FAILURE;

        handle->node->dirty = false;
        if (handle->writable) {
                free(handle->node->data);
                handle->node->used = false;
                handle->volume->deletes++;
        }
        file_close(this);
        return status;
}

static EFI_STATUS EFIAPI file_read(EFI_FILE_HANDLE this, UINTN *size, void *buffer) {
        struct handle *handle = (struct handle *) this;
        size_t left = handle->node->size - handle->position;

        if (EFI_ERROR(handle->volume->read_status))
                return handle->volume->read_status;
        if (handle->volume->read_overruns) {
                *size += 100000;
                return EFI_SUCCESS;
        }
        *size = size_min(*size, left);
        memcpy(buffer, handle->node->data + handle->position, *size);
        handle->position += *size;
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
        if (handle->volume->corrupt && text_ends_with(node->path, handle->volume->corrupt) && size > 0)
                node->data[handle->position] ^= 0x10;
        handle->position = end;
        node->dirty = true;
}

static EFI_STATUS EFIAPI file_write(EFI_FILE_HANDLE this, UINTN *size, void *data) {
        struct handle *handle = (struct handle *) this;
        struct fake_volume *volume = handle->volume;
        UINTN wanted = *size;

        volume->writes++;
        if (!handle->writable || volume->read_only)
                return EFI_WRITE_PROTECTED;
        if (volume->write_to_nowhere)
                return EFI_SUCCESS;
        if (volume->write_at_most && wanted > volume->write_at_most)
                wanted = volume->write_at_most;
        *size = volume->write_nothing ? 0 : size_min(wanted, volume->free_bytes);
        append(handle, data, *size);
        volume->free_bytes -= *size;
        return *size < wanted && !volume->write_nothing ? EFI_VOLUME_FULL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_flush(EFI_FILE_HANDLE this) {
        struct handle *handle = (struct handle *) this;

        if (!EFI_ERROR(handle->volume->flush_status))
                handle->node->dirty = false;
        return handle->volume->flush_status;
}

static EFI_STATUS EFIAPI file_get_info(EFI_FILE_HANDLE this, EFI_GUID *type, UINTN *size, void *buffer) {
        static const EFI_GUID file_info = EFI_FILE_INFO_ID;
        UINTN room = *size;

        (void) this;
        (void) buffer;
        if (memcmp(type, &file_info, sizeof(*type)) != 0)
                return EFI_UNSUPPORTED;
        *size = sizeof(EFI_FILE_INFO);
        return room < *size ? EFI_BUFFER_TOO_SMALL : EFI_UNSUPPORTED;
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
                        .GetInfo = file_get_info,
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
