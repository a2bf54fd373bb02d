/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <elf.h>
#include <lzma.h>
#include <zstd.h>

#include "base/units.h"
#include "kdump/bzimage.h"
#include "linux/packed-file.h"
#include "tests/support/made-machine.h"

/* A kernel in three pieces, whose places in the file and in memory differ as those of a real one do. */
#define START       ((uint64_t) 16 * MIB)
#define ALIGNMENT   (2 * MIB)
#define TEXT_SIZE   0x3000
#define DATA_AT     0x5000
#define DATA_SIZE   0x800
#define BSS_SIZE    0x2123 /* behind the data, in no file */
#define PERCPU_AT   0x9000
#define PERCPU_SIZE 0x40
#define END         (PERCPU_AT + PERCPU_SIZE)
#define BEGIN       0x70
#define FILE_SIZE   0x8000
#define SETUP_SIZE  MADE_KERNEL_SIZE

#define ENTRY       0x200

enum packer { GZIP, XZ, ZSTD };

struct made_kernel {
        Elf64_Ehdr header;
        Elf64_Phdr segments[4];
        uint32_t alignment;
        uint8_t relocatable;
        enum packer packer;
};

static const struct made_kernel good = {
        .header = {
                .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                .e_type = ET_EXEC,
                .e_machine = EM_X86_64,
                .e_entry = START + BEGIN,
                .e_phoff = sizeof(Elf64_Ehdr),
                .e_phentsize = sizeof(Elf64_Phdr),
                .e_phnum = 4,
        },
        .segments = {
                { PT_LOAD, PF_R | PF_X, 0x1000, 0, START, TEXT_SIZE, TEXT_SIZE, 0 },
                { PT_LOAD, PF_R | PF_W, 0x4000, 0, START + DATA_AT, DATA_SIZE, DATA_SIZE + BSS_SIZE, 0 },
                { PT_NOTE, PF_R, 0x1100, 0, START, 0x100, 0x100, 0 },
                { PT_LOAD, PF_R | PF_W, 0x5000, 0, START + PERCPU_AT, PERCPU_SIZE, PERCPU_SIZE, 0 },
        },
        .alignment = ALIGNMENT,
        .relocatable = 1,
};

static uint8_t content_at(size_t offset) {
        return (uint8_t) (offset * 7 + offset / 251 + 1);
}

static void fill_elf(const struct made_kernel *made, uint8_t file[FILE_SIZE]) {
        for (size_t i = 0; i < FILE_SIZE; i++)
                file[i] = content_at(i);
        memcpy(file, &made->header, sizeof(made->header));
        memcpy(file + sizeof(made->header), made->segments, sizeof(made->segments));
}

/* As the kernel's build does it: scripts/Makefile.lib adds the size to what does not end in it. */
static void pack(enum packer packer, struct bytes elf, struct buffer *packed) {
        uint8_t size[4], room[2 * FILE_SIZE];
        size_t used = 0;

        if (packer == GZIP) {
                assert_ok(packed_file_gzip(elf, packed));
                return;
        }
        if (packer == XZ)
                assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, elf.data, elf.size, room,
                                                         &used, sizeof(room)),
                                 LZMA_OK);
        else
                used = ZSTD_compress(room, sizeof(room), elf.data, elf.size, 3);
        assert_true(used > 0 && used <= sizeof(room));
        store_u32(size, (uint32_t) elf.size);
        buffer_append(packed, bytes_of(room, used));
        buffer_append(packed, bytes_of(size, sizeof(size)));
}

/* The setup code, some of what unpacks the kernel, the kernel, and what follows it. */
static void make_bzimage(const struct made_kernel *made, struct buffer *file) {
        static const char before[0x2cc] = "unpacks", behind[] = "and behind it";
        uint8_t elf[FILE_SIZE], setup[SETUP_SIZE];
        _cleanup_buffer_ struct buffer packed;

        buffer_init(&packed, &system_allocator);
        fill_elf(made, elf);
        pack(made->packer, bytes_of(elf, sizeof(elf)), &packed);
        made_bzimage_fill(setup, "6.1.0-56-amd64 x");
        store_u32(setup + 0x230, made->alignment);
        setup[0x234] = made->relocatable;
        store_u32(setup + 0x248, sizeof(before));
        store_u32(setup + 0x24c, (uint32_t) packed.size);
        buffer_init(file, &system_allocator);
        buffer_append(file, bytes_of(setup, sizeof(setup)));
        buffer_append(file, bytes_of(before, sizeof(before)));
        buffer_append(file, buffer_bytes(&packed));
        buffer_append(file, bytes_of(behind, sizeof(behind)));
        assert_ok(buffer_error(file));
}

/* What a byte of the kernel is when it has begun. */
static uint8_t expected_at(size_t offset) {
        if (offset < TEXT_SIZE)
                return content_at(0x1000 + offset);
        if (offset >= DATA_AT && offset < DATA_AT + DATA_SIZE)
                return content_at(0x4000 + offset - DATA_AT);
        if (offset >= PERCPU_AT)
                return content_at(0x5000 + offset - PERCPU_AT);
        return 0;
}

static size_t target_of(struct bytes kernel, size_t field) {
        return field + 4 + (size_t) (int64_t) (int32_t) bytes_u32(kernel, field);
}

/*
 * What the processor does from the entry on, with the few instructions that there may be; returns where it
 * arrives in the kernel.
 */
static size_t run_entry(uint8_t *kernel, size_t size) {
        struct bytes bytes = bytes_of(kernel, size);
        size_t at = ENTRY, rax = SIZE_MAX;
        uint64_t rcx = 0;

        for (size_t steps = 0; steps < 8; steps++) {
                struct bytes code = bytes_from(bytes, at);

                if (bytes_start_with(code, bytes_of("\xe9", 1))) {
                        at = target_of(bytes, at + 1);
                } else if (bytes_start_with(code, bytes_of("\x48\x8d\x05", 3))) {
                        rax = target_of(bytes, at + 3);
                        at += 7;
                } else if (bytes_start_with(code, bytes_of("\x48\xb9", 2))) {
                        rcx = bytes_u64(bytes, at + 2);
                        at += 10;
                } else if (bytes_start_with(code, bytes_of("\x48\x89\x88", 3))) {
                        assert_true(bytes_contain(bytes, rax + bytes_u32(bytes, at + 3), 8));
                        store_u64(kernel + rax + bytes_u32(bytes, at + 3), rcx);
                        at += 7;
                } else if (bytes_start_with(code, bytes_of("\xff\xe0", 2))) {
                        return rax;
                } else {
                        fail_msg("no instruction that is known, at 0x%zx", at);
                }
        }
        fail_msg("it does not arrive");
        return 0;
}

static void test_unpacked(NO_STATE) {
        for (enum packer packer = GZIP; packer <= ZSTD; packer++) {
                _cleanup_buffer_ struct buffer file, image;
                struct made_kernel made = good;
                struct reason reason;
                struct bytes release;
                uint64_t memory;
                uint8_t *kernel;
                size_t size;

                made.packer = packer;
                make_bzimage(&made, &file);
                buffer_init(&image, &system_allocator);
                assert_ok(
                        bzimage_check_packing(bytes_first(buffer_bytes(&file), BZIMAGE_HEAD_SIZE), &reason));
                assert_ok(bzimage_unpack(buffer_bytes(&file), &image, &reason));
                assert_ok(bzimage_parse(buffer_bytes(&image), &memory, &release, &reason));
                assert_true(bytes_start_with(release, text_view("6.1.0-56-amd64 x")));
                kernel = image.data + SETUP_SIZE;
                size = image.size - SETUP_SIZE;
                /* Nothing else may be loaded into what it clears, and not much more is its own. */
                assert_true(memory >= size && memory % 4096 == 0 && memory < size + 4096);
                assert_true(bytes_u32(buffer_bytes(&image), 0x1f4) == (size + 15) / 16);
                assert_int_equal(bytes_u64(buffer_bytes(&image), 0x248), 0);
                assert_memory_equal(image.data + 0x264, file.data + 0x264, SETUP_SIZE - 0x264);
                assert_int_equal(run_entry(kernel, size), BEGIN);
                for (size_t i = 0; i < END; i++)
                        assert_int_equal(kernel[i], expected_at(i));
        }
}

#define FIELD(member) offsetof(struct made_kernel, member), sizeof(((struct made_kernel *) NULL)->member)

static void test_bad_kernel(NO_STATE) {
        static const struct {
                size_t offset, size;
                uint64_t value;
                int error;
                const char *text;
        } rows[] = {
                { FIELD(relocatable), 0, ERR_NOT_SUPPORTED, "offset 0x230" },
                { FIELD(alignment), 0, ERR_NOT_SUPPORTED, "offset 0x230" },
                { FIELD(alignment), 0x1000, ERR_NOT_SUPPORTED, "offset 0x230" },
                { FIELD(alignment), 3 * MIB, ERR_NOT_SUPPORTED, "offset 0x230" },
                { FIELD(alignment), 32 * MIB, ERR_VALUE, "(ELF)" },
                { FIELD(header.e_ident[EI_CLASS]), ELFCLASS32, ERR_SIGNATURE, "(ELF)" },
                { FIELD(header.e_machine), EM_AARCH64, ERR_SIGNATURE, "(ELF)" },
                { FIELD(header.e_type), ET_DYN, ERR_VALUE, "(ELF)" },
                { FIELD(header.e_phnum), 0, ERR_VALUE, "(ELF)" },
                { FIELD(header.e_phnum), UINT16_MAX, ERR_TRUNCATED, "(ELF)" },
                { FIELD(header.e_phoff), UINT64_MAX, ERR_TRUNCATED, "(ELF)" },
                { FIELD(header.e_phentsize), 32, ERR_VALUE, "(ELF)" },
                { FIELD(header.e_entry), START - 1, ERR_VALUE, "(ELF)" },
                { FIELD(header.e_entry), START + END, ERR_VALUE, "(ELF)" },
                { FIELD(segments[0].p_paddr), START + 0x1000, ERR_VALUE, "(ELF)" },
                { FIELD(segments[0].p_filesz), TEXT_SIZE + 1, ERR_VALUE, "(ELF)" },
                { FIELD(segments[1].p_offset), FILE_SIZE - DATA_SIZE + 1, ERR_TRUNCATED, "(ELF)" },
                { FIELD(segments[1].p_offset), UINT64_MAX, ERR_TRUNCATED, "(ELF)" },
                { FIELD(segments[1].p_paddr), UINT64_MAX - DATA_SIZE, ERR_VALUE, "(ELF)" },
                { FIELD(segments[1].p_paddr), 1024 * MIB, ERR_VALUE, "(ELF)" },
                { FIELD(segments[1].p_memsz), UINT64_MAX, ERR_VALUE, "(ELF)" },
                { FIELD(segments[1].p_memsz), 1024 * MIB, ERR_VALUE, "(ELF)" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_buffer_ struct buffer file, image;
                struct made_kernel made = good;
                struct reason reason;

                memcpy((uint8_t *) &made + rows[i].offset, &rows[i].value, rows[i].size);
                make_bzimage(&made, &file);
                buffer_init(&image, &system_allocator);
                if (rows[i].error == ERR_NOT_SUPPORTED)
                        assert_error(bzimage_check_packing(buffer_bytes(&file), &reason), rows[i].error);
                assert_error(bzimage_unpack(buffer_bytes(&file), &image, &reason), rows[i].error);
                test_assert_contains(reason.text, rows[i].text);
                assert_int_equal(image.size, 0);
        }
}

/* A kernel without room for the jump at its entry. */
static void test_tiny_kernel(NO_STATE) {
        _cleanup_buffer_ struct buffer file, image;
        struct made_kernel made = good;
        struct reason reason;

        made.header.e_phnum = 1;
        made.segments[0].p_filesz = made.segments[0].p_memsz = ENTRY + 7;
        make_bzimage(&made, &file);
        buffer_init(&image, &system_allocator);
        assert_error(bzimage_unpack(buffer_bytes(&file), &image, &reason), ERR_VALUE);
}

static void test_bad_payload(NO_STATE) {
        _cleanup_buffer_ struct buffer file, image;
        struct reason reason;

        make_bzimage(&good, &file);
        buffer_init(&image, &system_allocator);
        for (size_t size = 0; size < file.size - sizeof("and behind it"); size += 7) {
                assert_error(bzimage_unpack(bytes_first(buffer_bytes(&file), size), &image, &reason),
                             ERR_TRUNCATED);
                assert_true(reason.text[0]);
        }
        file.data[SETUP_SIZE + 0x2cc + 100] ^= 1; /* a byte of what is packed */
        assert_true(bzimage_unpack(buffer_bytes(&file), &image, &reason) < 0);
        test_assert_contains(reason.text, "the packed kernel: ");
        memcpy(file.data + SETUP_SIZE + 0x2cc, "BZh9", 4);
        assert_error(bzimage_unpack(buffer_bytes(&file), &image, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "none of gzip, xz and zstd");
        store_u32(file.data + 0x24c, 3);
        assert_error(bzimage_unpack(buffer_bytes(&file), &image, &reason), ERR_TRUNCATED);
        store_u32(file.data + 0x248, UINT32_MAX);
        assert_error(bzimage_unpack(buffer_bytes(&file), &image, &reason), ERR_TRUNCATED);
        test_assert_contains(reason.text, "offset 0x248");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_unpacked),
                cmocka_unit_test(test_bad_kernel),
                cmocka_unit_test(test_tiny_kernel),
                cmocka_unit_test(test_bad_payload),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
