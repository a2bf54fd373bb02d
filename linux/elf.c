/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "linux/processor.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* Linkers put both into the first page. */
#define HEAD_SIZE       4096

#define HEADER(member)  offsetof(Elf64_Ehdr, member)
#define SEGMENT(member) offsetof(Elf64_Phdr, member)

bool elf_is_one(struct bytes file) {
        return bytes_start_with(file, bytes_of(ELFMAG, SELFMAG));
}

int elf_parse(struct bytes file, uint16_t machine, struct elf *ret_elf) {
        static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB };
        struct elf elf = { .file = file };
        int r;

        if (!bytes_contain(file, 0, sizeof(Elf64_Ehdr)))
                return ERR_TRUNCATED;
        if (!bytes_start_with(file, bytes_of(magic, sizeof(magic))) ||
            bytes_u16(file, HEADER(e_machine)) != machine)
                return ERR_SIGNATURE;
        if (bytes_u16(file, HEADER(e_phentsize)) != sizeof(Elf64_Phdr))
                return ERR_VALUE;
        elf.segment_count = bytes_u16(file, HEADER(e_phnum));
        elf.type = bytes_u16(file, HEADER(e_type));
        elf.entry = bytes_u64(file, HEADER(e_entry));
        r = bytes_slice(file, bytes_u64(file, HEADER(e_phoff)), elf.segment_count * sizeof(Elf64_Phdr),
                        &elf.segments);
        if (r == 0)
                *ret_elf = elf;
        return r;
}

struct elf_segment elf_segment(const struct elf *elf, size_t index) {
        struct bytes header = bytes_from(elf->segments, index * sizeof(Elf64_Phdr));

        return (struct elf_segment){
                .type = bytes_u32(header, SEGMENT(p_type)),
                .offset = bytes_u64(header, SEGMENT(p_offset)),
                .address = bytes_u64(header, SEGMENT(p_paddr)),
                .file_size = bytes_u64(header, SEGMENT(p_filesz)),
                .memory_size = bytes_u64(header, SEGMENT(p_memsz)),
        };
}

static int copy_name(struct bytes file, const struct elf_segment *segment, char ret_loader[PATH_MAX]) {
        uint64_t size = segment->file_size;
        struct bytes name;
        int r;

        r = bytes_slice(file, segment->offset, size, &name);
        if (r < 0)
                return r;
        /* Its NUL is counted, and is the only one. */
        if (size < 2 || size > PATH_MAX || memchr(name.data, '\0', size) != name.data + size - 1)
                return ERR_VALUE;
        memcpy(ret_loader, name.data, size);
        return 0;
}

int elf_find_loader(struct bytes file, char ret_loader[PATH_MAX]) {
        const struct processor *processor = processor_running();
        struct elf elf;
        int r;

        if (!processor)
                return ERR_SIGNATURE;
        r = elf_parse(file, processor->elf_machine, &elf);
        if (r < 0)
                return r;
        for (size_t i = 0; i < elf.segment_count; i++) {
                struct elf_segment segment = elf_segment(&elf, i);

                if (segment.type == PT_INTERP)
                        return copy_name(file, &segment, ret_loader);
        }
        ret_loader[0] = '\0';
        return 0;
}

int elf_read_loader(const char *path, char ret_loader[PATH_MAX]) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        uint8_t head[HEAD_SIZE];
        ssize_t size;

        if (fd < 0)
                return errno_to_error(errno);
        size = pread(fd, head, sizeof(head), 0);
        if (size < 0)
                return errno_to_error(errno);
        return elf_find_loader(bytes_of(head, (size_t) size), ret_loader);
}
