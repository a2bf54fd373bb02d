/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/vmcore-builder.h"

#include <elf.h>
#include <string.h>

#include "base/error.h"

#define NOTES_OFFSET 4096
#define CPU_COUNT    2

static void put_note(struct vmcore_built *core, const char *name, const void *content, size_t size) {
        Elf64_Nhdr header = { (Elf64_Word) strlen(name) + 1, (Elf64_Word) size, 0 };

        core->note_offset = core->size;
        memcpy(core->data + core->size, &header, sizeof(header));
        core->size += sizeof(header);
        memcpy(core->data + core->size, name, strlen(name) + 1);
        core->size += (strlen(name) + 1 + 3) / 4 * 4;
        memcpy(core->data + core->size, content, size);
        core->size += (size + 3) / 4 * 4;
}

void vmcore_build(struct vmcore_built *core, const char *text) {
        static const char registers[336] = "registers";
        Elf64_Ehdr header = {
                .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                .e_type = ET_CORE,
                .e_phoff = sizeof(Elf64_Ehdr),
                .e_phentsize = sizeof(Elf64_Phdr),
                .e_phnum = 2,
        };
        Elf64_Phdr segments[2] = { { .p_type = PT_LOAD }, { .p_type = PT_NOTE, .p_offset = NOTES_OFFSET } };

        memset(core, 0, sizeof(*core));
        core->size = NOTES_OFFSET;
        for (int i = 0; i < CPU_COUNT; i++)
                put_note(core, "CORE", registers, sizeof(registers));
        if (text)
                put_note(core, "VMCOREINFO", text, strlen(text));
        segments[1].p_filesz = core->size - NOTES_OFFSET;
        memcpy(core->data, &header, sizeof(header));
        memcpy(core->data + sizeof(header), segments, sizeof(segments));
}

static int read_memory(void *context, uint64_t offset, void *buffer, size_t size) {
        const struct bytes *core = context;

        if (offset > core->size || size > core->size - offset)
                return ERR_TRUNCATED;
        memcpy(buffer, core->data + offset, size);
        return 0;
}

struct vmcore_input vmcore_input_of(const struct bytes *core) {
        return (struct vmcore_input){ .context = (void *) (uintptr_t) core, .read = read_memory };
}
