/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/bzimage.h"

#include <elf.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/elf.h"
#include "linux/packed-file.h"
#include "posix/file.h"
#include "posix/memory.h"

/* Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define OFFSET_SETUP_SECTORS  0x1f1
#define OFFSET_SYSTEM_SIZE    0x1f4 /* syssize: in 16 bytes, of what follows the setup code */
#define OFFSET_MAGIC          0x202
#define OFFSET_PROTOCOL       0x206
#define OFFSET_KERNEL_VERSION 0x20e /* u16: less 0x200, of the text that `file` shows, too */
#define OFFSET_ALIGNMENT      0x230
#define OFFSET_RELOCATABLE    0x234
#define OFFSET_PAYLOAD        0x248 /* from the end of the setup code */
#define OFFSET_PAYLOAD_SIZE   0x24c
#define OFFSET_INIT_SIZE      0x260
#define MAGIC                 0x53726448 /* "HdrS" */
#define PROTOCOL_INIT_SIZE    0x020a     /* 2.10: the first with init_size */
#define SECTOR_SIZE           512
#define PAGE_SIZE             4096

/* --- the header --------------------------------------------------------------------------------- */

static size_t setup_size(struct bytes file) {
        return ((size_t) bytes_u8(file, OFFSET_SETUP_SECTORS) + 1) * SECTOR_SIZE;
}

int bzimage_parse(struct bytes file, uint64_t *ret_memory, struct bytes *ret_release,
                  struct reason *ret_reason) {
        size_t limit = setup_size(file);
        size_t start = (size_t) bytes_u16(file, OFFSET_KERNEL_VERSION) + SECTOR_SIZE;
        uint32_t init_size = bytes_u32(file, OFFSET_INIT_SIZE);

        if (!bytes_contain(file, OFFSET_INIT_SIZE, 4))
                return reason_set(ret_reason, ERR_TRUNCATED, "shorter than a kernel's header");
        if (bytes_u32(file, OFFSET_MAGIC) != MAGIC)
                return reason_set(ret_reason, ERR_SIGNATURE, "offset 0x202: no kernel of x86 (a bzImage)");
        if (bytes_u16(file, OFFSET_PROTOCOL) < PROTOCOL_INIT_SIZE || init_size == 0)
                return reason_set(ret_reason, ERR_VALUE,
                                  "offset 0x206: boot protocol older than 2.10, which Linux 2.6.31 has");
        if (start == SECTOR_SIZE || start >= limit) /* 0 in the field stands for no text */
                return reason_set(ret_reason, ERR_VALUE, "offset 0x20e: kernel_version: no text there");
        *ret_memory = init_size;
        *ret_release = bytes_from(bytes_first(file, limit), start);
        return 0;
}

/* --- without what is packed --------------------------------------------------------------------- */

/* boot.rst, "64-bit Boot Protocol": so many bytes behind where what follows the setup code is loaded. */
#define ENTRY      0x200
#define ENTRY_SIZE 8

/* Elsewhere a kernel stops at once (K6.1 arch/x86/kernel/head64.c, __startup_64()). */
#define ALIGNMENT_MIN ((uint64_t) 2 << 20)

/*
 * The kernel's own code is at the entry: a jump lies over it, to this behind the kernel's end, which puts
 * back what was there, and goes on to where the kernel begins. It leaves alone RSI, the address of
 * boot_params, and the stack. That the memory may be written and run is so with what kexec sets up (K6.1
 * arch/x86/kernel/machine_kexec_64.c, init_pgtable()), and the kernel's own unpacking needs it, too.
 */
static const char starter[] = "\x48\x8d\x05\0\0\0\0"     /* lea  kernel(%rip), %rax */
                              "\x48\xb9\0\0\0\0\0\0\0\0" /* mov  $what_was_there, %rcx */
                              "\x48\x89\x88\x00\x02\0\0" /* mov  %rcx, ENTRY(%rax) */
                              "\x48\x8d\x05\0\0\0\0"     /* lea  begin(%rip), %rax */
                              "\xff\xe0";                /* jmp  *%rax */
#define STARTER_SIZE   (sizeof(starter) - 1)
#define STARTER_KERNEL 3 /* 32 bits, from the end of the field on */
#define STARTER_SAVED  9
#define STARTER_BEGIN  27

#define JUMP           0xe9 /* and 32 bits, from their end on */

/* So many bytes tell by what it is packed: xz's signature is the longest. */
#define PAYLOAD_MIN 6

/* As much of it as is in the file. */
static struct bytes find_payload(struct bytes file) {
        struct bytes rest = bytes_from(bytes_from(file, setup_size(file)), bytes_u32(file, OFFSET_PAYLOAD));

        return bytes_first(rest, bytes_u32(file, OFFSET_PAYLOAD_SIZE));
}

static int lacks_payload(struct reason *ret_reason) {
        return reason_set(ret_reason, ERR_TRUNCATED, "offset 0x248: the packed kernel is not in the file");
}

int bzimage_check_packing(struct bytes file, struct reason *ret_reason) {
        struct bytes payload = find_payload(file);
        uint32_t alignment = bytes_u32(file, OFFSET_ALIGNMENT);

        if (bytes_u8(file, OFFSET_RELOCATABLE) == 0 || alignment < ALIGNMENT_MIN ||
            alignment % ALIGNMENT_MIN != 0)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "offset 0x230: a kernel that cannot lie at each multiple of 2 MiB");
        if (payload.size < PAYLOAD_MIN)
                return lacks_payload(ret_reason);
        if (!packed_file_is_packed(payload))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "offset 0x248: packed by none of gzip, xz and zstd");
        return 0;
}

static int unpack_elf(struct bytes file, struct buffer *content, struct reason *ret_reason) {
        static const uint8_t gzip[] = { 0x1f, 0x8b };
        struct bytes payload = find_payload(file);
        int r;

        if (payload.size < bytes_u32(file, OFFSET_PAYLOAD_SIZE))
                return lacks_payload(ret_reason);
        /* Its size unpacked is at the end: a part of gzip's format, and added to others (Makefile.lib). */
        if (!bytes_start_with(payload, bytes_of(gzip, sizeof(gzip))))
                payload = bytes_first(payload, payload.size - sizeof(uint32_t));
        r = packed_file_unpack(payload, FILE_SIZE_MAX, content);
        return r < 0 ? reason_set(ret_reason, r, "the packed kernel: %s", error_text(r)) : 0;
}

/* Where a kernel lies in memory, by its physical addresses. */
struct layout {
        uint64_t start, end, begin; /* begin: where it is entered */
};

static int lay_out(const struct elf *elf, uint64_t alignment, struct layout *ret_layout) {
        struct layout layout = { .start = UINT64_MAX, .begin = elf->entry };
        uint64_t content = 0;

        for (size_t i = 0; i < elf->segment_count; i++) {
                struct elf_segment segment = elf_segment(elf, i);
                uint64_t end;

                if (segment.type != PT_LOAD)
                        continue;
                if (segment.file_size > segment.memory_size ||
                    !u64_add(segment.address, segment.memory_size, &end))
                        return ERR_VALUE;
                if (!bytes_contain(elf->file, segment.offset, segment.file_size))
                        return ERR_TRUNCATED;
                /* However many there are, all is copied once. */
                content += segment.file_size;
                if (content > elf->file.size)
                        return ERR_VALUE;
                layout.start = u64_min(layout.start, segment.address);
                layout.end = u64_max(layout.end, end);
        }
        if (elf->type != ET_EXEC || layout.start >= layout.end || layout.start % alignment != 0 ||
            layout.end - layout.start < ENTRY + ENTRY_SIZE || layout.end - layout.start > FILE_SIZE_MAX ||
            layout.begin < layout.start || layout.begin >= layout.end)
                return ERR_VALUE;
        *ret_layout = layout;
        return 0;
}

static void put_starter(uint8_t *kernel, const struct layout *layout) {
        size_t at = layout->end - layout->start;
        uint8_t *code = kernel + at;

        memcpy(code, starter, STARTER_SIZE);
        store_u32(code + STARTER_KERNEL, (uint32_t) - (at + STARTER_KERNEL + 4));
        memcpy(code + STARTER_SAVED, kernel + ENTRY, ENTRY_SIZE);
        store_u32(code + STARTER_BEGIN,
                  (uint32_t) (layout->begin - layout->start - (at + STARTER_BEGIN + 4)));
        kernel[ENTRY] = JUMP;
        store_u32(kernel + ENTRY + 1, (uint32_t) (at - (ENTRY + 1 + 4)));
}

static int put_kernel(const struct elf *elf, const struct layout *layout, struct bytes setup,
                      struct buffer *image) {
        size_t size = layout->end - layout->start + STARTER_SIZE, start = image->size;
        uint8_t *header, *kernel;
        int r = buffer_reserve(image, start + setup.size + size);

        if (r < 0)
                return r;
        header = image->data + start;
        kernel = header + setup.size;
        memcpy(header, setup.data, setup.size);
        memset(kernel, 0, size);
        for (size_t i = 0; i < elf->segment_count; i++) {
                struct elf_segment segment = elf_segment(elf, i);

                if (segment.type == PT_LOAD)
                        memcpy(kernel + (segment.address - layout->start), elf->file.data + segment.offset,
                               segment.file_size);
        }
        put_starter(kernel, layout);
        store_u32(header + OFFSET_SYSTEM_SIZE, (uint32_t) ((size + 15) / 16));
        store_u32(header + OFFSET_PAYLOAD, 0);
        store_u32(header + OFFSET_PAYLOAD_SIZE, 0);
        store_u32(header + OFFSET_INIT_SIZE, (uint32_t) ((size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE));
        image->size += setup.size + size;
        return 0;
}

int bzimage_unpack(struct bytes file, struct buffer *image, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer content;
        uint64_t memory;
        struct layout layout;
        struct bytes release;
        struct elf elf;
        int r;

        buffer_init(&content, &system_allocator);
        r = bzimage_parse(file, &memory, &release, ret_reason);
        if (r < 0)
                return r;
        r = bzimage_check_packing(file, ret_reason);
        if (r == 0)
                r = unpack_elf(file, &content, ret_reason);
        if (r < 0)
                return r;
        r = elf_parse(buffer_bytes(&content), EM_X86_64, &elf);
        if (r == 0)
                r = lay_out(&elf, bytes_u32(file, OFFSET_ALIGNMENT), &layout);
        if (r == 0)
                r = put_kernel(&elf, &layout, bytes_first(file, setup_size(file)), image);
        return r < 0 ? reason_set(ret_reason, r, "the kernel in it (ELF): %s", error_text(r)) : 0;
}
