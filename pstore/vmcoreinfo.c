/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/vmcoreinfo.h"
#include "base/arith.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"

/* System V ABI, "ELF Header", "Program Header" and "Note Section", for 64 bits. */
#define EHDR_SIZE      64
#define EHDR_CLASS     4
#define EHDR_DATA      5
#define EHDR_TYPE      16
#define EHDR_PHOFF     32
#define EHDR_PHENTSIZE 54
#define EHDR_PHNUM     56
#define CLASS_64       2
#define DATA_LITTLE    1
#define TYPE_CORE      4
#define PHDR_SIZE      56
#define PHDR_TYPE      0
#define PHDR_OFFSET    8
#define PHDR_FILESZ    32
#define PT_NOTE        4
#define NOTE_HEADER    12

/* A note for each CPU, of which Linux knows at most 8192, and a few more. */
#define NOTES_MAX 16384

/* K6.1 include/linux/crash_core.h, VMCOREINFO_BYTES: a page, of at most 64 KiB; the text of a kernel has 3.
 */
#define NOTE_TEXT_MAX 8192

#define NOTE_NAME     "VMCOREINFO"

static bool is_core(struct bytes header) {
        return bytes_start_with(header, bytes_of("\177ELF", 4)) && bytes_u8(header, EHDR_CLASS) == CLASS_64 &&
               bytes_u8(header, EHDR_DATA) == DATA_LITTLE && bytes_u16(header, EHDR_TYPE) == TYPE_CORE;
}

static void take_release(struct vmcoreinfo *info, struct bytes value) {
        struct text text = TEXT_ON(info->release);

        for (size_t i = 0; i < value.size; i++)
                text_put_char(&text,
                              value.data[i] > ' ' && value.data[i] < 0x7f ? (char) value.data[i] : '?');
}

/* The whole value is a number, or it is none. */
static bool take_number(struct bytes value, uint64_t maximum, uint64_t *number) {
        size_t at = 0;
        uint64_t parsed;

        if (decimal_parse(value, &at, maximum, &parsed) < 0 || at != value.size)
                return false;
        *number = parsed;
        return true;
}

static void take_crash_time(struct vmcoreinfo *info, struct bytes value) {
        /* A time that a clock which was never set tells is one, too: names sort by it. */
        if (take_number(value, INT64_MAX, &info->crash_seconds))
                info->has_crash_time = true;
}

static void take_page_size(struct vmcoreinfo *info, struct bytes value) {
        (void) take_number(value, UINT32_MAX, &info->page_size);
}

static const struct {
        const char *key;
        void (*take)(struct vmcoreinfo *info, struct bytes value);
} lines[] = {
        { "OSRELEASE=", take_release },
        { "CRASHTIME=", take_crash_time },
        { "PAGESIZE=", take_page_size },
};

static void take_text(struct vmcoreinfo *info, struct bytes text) {
        while (text.size > 0 && text.data[0] != '\0') {
                struct bytes line;
                size_t end = 0;

                while (end < text.size && text.data[end] != '\n' && text.data[end] != '\0')
                        end++;
                line = bytes_first(text, end);
                for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                        struct bytes key = text_view(lines[i].key);

                        if (bytes_start_with(line, key))
                                lines[i].take(info, bytes_from(line, key.size));
                }
                text = bytes_from(text, end + (end < text.size && text.data[end] == '\n'));
        }
}

/* Where a note's parts are; both sizes are rounded up to 4 bytes in the file. */
struct note {
        uint64_t name, text, end; /* offsets in the core */
        uint32_t name_size, text_size;
};

static uint64_t round_up_4(uint64_t size) {
        return (size + 3) & ~UINT64_C(3);
}

/* 1, or 0 where the notes end: zeros fill up the room of CPUs that did not write theirs. */
static int load_note(const struct vmcore_input *input, uint64_t at, uint64_t end, struct note *ret_note) {
        uint8_t data[NOTE_HEADER];
        struct bytes header = bytes_of(data, sizeof(data));
        struct note note;
        int r;

        if (end - at < NOTE_HEADER)
                return 0;
        r = input->read(input->context, at, data, sizeof(data));
        if (r < 0)
                return r;
        note.name_size = bytes_u32(header, 0);
        note.text_size = bytes_u32(header, 4);
        if (note.name_size == 0)
                return 0;
        note.name = at + NOTE_HEADER;
        if (round_up_4(note.name_size) + round_up_4(note.text_size) > end - note.name)
                return ERR_LENGTH;
        note.text = note.name + round_up_4(note.name_size);
        note.end = note.text + round_up_4(note.text_size);
        *ret_note = note;
        return 1;
}

/* 1 when it is the one; its name has, or has not, a NUL behind it. */
static int is_vmcoreinfo(const struct vmcore_input *input, const struct note *note) {
        char name[sizeof(NOTE_NAME)] = "";
        struct bytes wanted = text_view(NOTE_NAME);
        int r;

        if (note->name_size < wanted.size || note->name_size > sizeof(name))
                return 0;
        r = input->read(input->context, note->name, name, note->name_size);
        return r < 0 ? r : bytes_start_with(bytes_of(name, sizeof(name)), wanted);
}

/* 1, or an error. */
static int take_note(const struct vmcore_input *input, const struct note *note, struct vmcoreinfo *ret_info) {
        uint8_t text[NOTE_TEXT_MAX];
        size_t size = size_min(note->text_size, sizeof(text));
        struct vmcoreinfo info = { .release = "" };
        int r;

        r = input->read(input->context, note->text, text, size);
        if (r < 0)
                return r;
        take_text(&info, bytes_of(text, size));
        *ret_info = info;
        return 1;
}

/* One segment of notes. 1 when it had the one that is wanted. */
static int search_notes(const struct vmcore_input *input, uint64_t at, uint64_t end, unsigned *notes,
                        struct vmcoreinfo *ret_info) {
        struct note note;
        int r;

        while ((r = load_note(input, at, end, &note)) > 0) {
                if ((*notes)++ >= NOTES_MAX)
                        return ERR_LOOP;
                r = is_vmcoreinfo(input, &note);
                if (r > 0)
                        r = take_note(input, &note, ret_info);
                if (r != 0)
                        return r;
                at = note.end;
        }
        return r;
}

static int search_segment(const struct vmcore_input *input, uint64_t at, unsigned *notes,
                          struct vmcoreinfo *ret_info) {
        uint8_t data[PHDR_SIZE];
        struct bytes header = bytes_of(data, sizeof(data));
        uint64_t start, end;
        int r;

        r = input->read(input->context, at, data, sizeof(data));
        if (r < 0)
                return r;
        if (bytes_u32(header, PHDR_TYPE) != PT_NOTE)
                return 0;
        start = bytes_u64(header, PHDR_OFFSET);
        /* So far from the end of all numbers that the sums of load_note() cannot wrap either. */
        if (!u64_add(start, bytes_u64(header, PHDR_FILESZ), &end) || end > INT64_MAX)
                return ERR_LENGTH;
        return search_notes(input, start, end, notes, ret_info);
}

int vmcoreinfo_read(const struct vmcore_input *input, struct vmcoreinfo *ret_info) {
        uint8_t data[EHDR_SIZE];
        struct bytes header = bytes_of(data, sizeof(data));
        uint64_t at;
        unsigned notes = 0;
        int r;

        r = input->read(input->context, 0, data, sizeof(data));
        if (r < 0)
                return r;
        if (!is_core(header))
                return ERR_SIGNATURE;
        at = bytes_u64(header, EHDR_PHOFF);
        if (bytes_u16(header, EHDR_PHENTSIZE) != PHDR_SIZE || at > INT64_MAX)
                return ERR_LENGTH;
        for (unsigned i = 0; i < bytes_u16(header, EHDR_PHNUM); i++) {
                r = search_segment(input, at + (uint64_t) i * PHDR_SIZE, &notes, ret_info);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ERR_NOT_FOUND;
}
