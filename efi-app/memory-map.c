/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/memory-map.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/units.h"

#define MAP_ATTEMPTS 4
#define MAP_SLACK    4096 /* the call that makes room for it may make it longer */
#define MAP_SIZE_MAX ((size_t) 16 * MIB)

static int read_map(struct app *app, struct buffer *map, UINTN *ret_descriptor_size) {
        UINTN size = 0, key, descriptor_size = 0;
        UINT32 version;

        for (unsigned attempt = 0; attempt < MAP_ATTEMPTS; attempt++) {
                EFI_STATUS status = app->boot->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *) map->data, &key,
                                                            &descriptor_size, &version);
                int r;

                if (status != EFI_BUFFER_TOO_SMALL) {
                        map->size = EFI_ERROR(status) ? 0 : size_min(size, map->capacity);
                        *ret_descriptor_size = descriptor_size;
                        return efi_status_to_error(status);
                }
                r = size > MAP_SIZE_MAX ? ERR_TOO_LARGE : buffer_reserve(map, size + MAP_SLACK);
                if (r < 0)
                        return r;
                size = map->capacity;
        }
        return ERR_LOOP;
}

/* Where the memory ends that begins at or before `address`, is taken, and is not at an end there; else 0. */
static uint64_t find_end(const struct buffer *map, UINTN descriptor_size, uint64_t address,
                         bool (*accept)(const EFI_MEMORY_DESCRIPTOR *)) {
        EFI_MEMORY_DESCRIPTOR descriptor;

        for (size_t at = 0; at + descriptor_size <= map->size; at += descriptor_size) {
                uint64_t size, end;

                memcpy(&descriptor, map->data + at, sizeof(descriptor));
                if (!u64_multiply(descriptor.NumberOfPages, EFI_PAGE_SIZE, &size) ||
                    !u64_add(descriptor.PhysicalStart, size, &end))
                        end = UINT64_MAX;
                if (address >= descriptor.PhysicalStart && address < end && accept(&descriptor))
                        return end;
        }
        return 0;
}

bool memory_map_covers(struct app *app, uint64_t address, uint64_t size,
                       bool (*accept)(const EFI_MEMORY_DESCRIPTOR *descriptor)) {
        UINTN descriptor_size = 0;
        struct buffer map;
        uint64_t end;
        bool covered;

        buffer_init(&map, &app->allocator);
        covered = u64_add(address, size, &end) && read_map(app, &map, &descriptor_size) == 0 &&
                  descriptor_size >= sizeof(EFI_MEMORY_DESCRIPTOR);
        while (covered && address < end) {
                address = find_end(&map, descriptor_size, address, accept);
                covered = address > 0;
        }
        buffer_free(&map);
        return covered;
}
