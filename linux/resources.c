/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/resources.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define RESOURCES          "/proc/iomem"
#define RESOURCES_SIZE_MAX ((size_t) 4 * 1024 * 1024)

struct resource {
        uint64_t first, last;
        const char *name; /* goes on to the end of its line */
        size_t name_length;
};

/* The next line that is a range: "  000a0000-000bffff : PCI Bus 0000:00", indented below the one that it is
 * part of. */
static bool next_resource(const char **position, struct resource *ret_resource) {
        while (**position) {
                const char *line = *position;
                size_t length = strcspn(line, "\n");
                int at = 0;

                *position = line + length + (line[length] == '\n');
                if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %n", &ret_resource->first, &ret_resource->last,
                           &at) == 2 &&
                    at > 0 && (size_t) at <= length) {
                        ret_resource->name = line + at;
                        ret_resource->name_length = length - (size_t) at;
                        return true;
                }
        }
        return false;
}

/* To those who may not see them, all addresses are 0. */
static bool has_addresses(const struct resources *resources) {
        const char *position = (const char *) resources->text.data;
        struct resource resource;

        while (next_resource(&position, &resource))
                if (resource.last > 0)
                        return true;
        return false;
}

int resources_read(const char *root, struct resources *ret_resources) {
        char path[PATH_MAX];
        int r;

        buffer_init(&ret_resources->text, &system_allocator);
        if (!system_file_path(root, RESOURCES, path))
                return ERR_TOO_LARGE;
        r = file_read_at(AT_FDCWD, path, RESOURCES_SIZE_MAX, &ret_resources->text);
        if (r < 0)
                return r;
        buffer_append(&ret_resources->text, bytes_of("", 1));
        r = buffer_error(&ret_resources->text);
        if (r < 0)
                return r;
        return has_addresses(ret_resources) ? 0 : ERR_PERMISSION;
}

void resources_free(struct resources *resources) {
        buffer_free(&resources->text);
}

bool resources_have(const struct resources *resources, const char *name) {
        const char *position = (const char *) resources->text.data;
        struct resource resource;

        while (next_resource(&position, &resource))
                if (resource.name_length == strlen(name) &&
                    memcmp(resource.name, name, resource.name_length) == 0)
                        return true;
        return false;
}

bool resources_touch(const struct resources *resources, const char *name, uint64_t address, uint64_t size) {
        const char *position = (const char *) resources->text.data;
        struct resource resource;

        while (next_resource(&position, &resource))
                if (resource.name_length >= strlen(name) && memcmp(resource.name, name, strlen(name)) == 0 &&
                    size > 0 && address <= resource.last && resource.first <= address + (size - 1))
                        return true;
        return false;
}
