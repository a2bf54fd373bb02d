/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/stack.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"

#define LINE_MAX_BYTES ((size_t) 4096)
#define WORDS_MAX      8

/* One line, cut at its blanks; the rest of it is the last word of a line that has parameters. */
struct line {
        char text[LINE_MAX_BYTES];
        const char *words[WORDS_MAX];
        size_t count;
};

struct reader {
        struct stack *stack;
        const struct line *line;
        struct text *error;
};

static int refuse(const struct reader *reader, const char *what) {
        text_format(reader->error, "%s: %s", reader->line->words[0], what);
        return ERR_VALUE;
}

/* --- words -------------------------------------------------------------------------------------- */

static int read_number(const struct reader *reader, size_t word, uint64_t maximum, uint64_t *ret_value) {
        struct bytes text = text_view(reader->line->words[word]);
        size_t offset = 0;

        if (decimal_parse(text, &offset, maximum, ret_value) == 0 && offset == text.size)
                return 0;
        return refuse(reader, "a word is no number, or too large");
}

/* A device that the line's own one may stand on. */
static int read_below(const struct reader *reader, size_t word, size_t device, size_t *ret_below) {
        uint64_t below;
        int r;

        if (device == 0)
                return refuse(reader, "stands on a device, and none is before it");
        r = read_number(reader, word, device - 1, &below);
        if (r == 0)
                *ret_below = (size_t) below;
        return r;
}

static int read_name(const struct reader *reader, size_t word, char *ret_name, size_t size) {
        const char *name = reader->line->words[word];
        size_t length = text_length(name);

        if (length == 0 || length >= size)
                return refuse(reader, "a name is missing, or too long");
        memcpy(ret_name, name, length + 1);
        return 0;
}

/* --- devices ------------------------------------------------------------------------------------ */

struct stack_device *stack_add_device(struct stack *stack, enum stack_kind kind) {
        struct stack_device *device;

        if (stack->device_count == STACK_DEVICES_MAX)
                return NULL;
        device = &stack->devices[stack->device_count++];
        *device = (struct stack_device){ .kind = kind };
        if (kind == STACK_VOLUME)
                device->volume.first_target = stack->target_count;
        return device;
}

int stack_add_target(struct stack *stack, uint64_t start, uint64_t sectors, const char *type,
                     const char *parameters) {
        struct stack_target *target = &stack->targets[stack->target_count];
        size_t size = text_length(parameters) + 1, type_size = text_length(type) + 1;

        if (stack->target_count == STACK_TARGETS_MAX || type_size > sizeof(target->type) ||
            size > STACK_PARAMETERS_SIZE - stack->parameters_size)
                return ERR_TOO_LARGE;
        *target = (struct stack_target){ start, sectors, "", stack->parameters_size };
        memcpy(target->type, type, type_size);
        memcpy(stack->parameters + stack->parameters_size, parameters, size);
        stack->parameters_size += size;
        stack->target_count++;
        stack->devices[stack->device_count - 1].volume.target_count++;
        return 0;
}

int stack_put_parameters(const struct stack *stack, const struct stack_target *target, size_t device,
                         void (*put_name)(void *context, size_t below, struct text *text), void *context,
                         struct text *text) {
        struct bytes parameters = text_view(stack_parameters(stack, target));
        size_t offset = 0;
        uint64_t below;

        while (offset < parameters.size) {
                char c = (char) parameters.data[offset++];

                if (c != '@') {
                        text_put_char(text, c);
                        continue;
                }
                if (device == 0 || decimal_parse(parameters, &offset, device - 1, &below) < 0)
                        return ERR_VALUE;
                put_name(context, (size_t) below, text);
        }
        return text->truncated ? ERR_BUFFER_TOO_SMALL : 0;
}

/* --- lines -------------------------------------------------------------------------------------- */

static int read_disk(const struct reader *reader, struct stack_device *device) {
        int r;

        r = read_name(reader, 1, device->disk.type, sizeof(device->disk.type));
        if (r == 0)
                r = read_name(reader, 2, device->uuid, sizeof(device->uuid));
        return r < 0 ? r : read_number(reader, 3, UINT64_MAX, &device->sectors);
}

static void put_disk(const struct stack_device *device, struct text *text) {
        text_format(text, "%s %s %llu", device->disk.type, device->uuid,
                    (unsigned long long) device->sectors);
}

static int read_part(const struct reader *reader, struct stack_device *device) {
        uint64_t number;
        int r;

        r = read_below(reader, 1, reader->stack->device_count - 1, &device->part.below);
        if (r == 0)
                r = read_number(reader, 2, UINT8_MAX, &number);
        if (r < 0)
                return r;
        device->part.number = (unsigned) number;
        r = read_number(reader, 3, UINT64_MAX, &device->part.start);
        return r < 0 ? r : read_number(reader, 4, UINT64_MAX, &device->sectors);
}

static void put_part(const struct stack_device *device, struct text *text) {
        text_format(text, "%zu %u %llu %llu", device->part.below, device->part.number,
                    (unsigned long long) device->part.start, (unsigned long long) device->sectors);
}

static int read_members(const struct reader *reader, size_t word, struct stack_array *array) {
        struct bytes text = text_view(reader->line->words[word]);
        size_t offset = 0, device = reader->stack->device_count - 1;
        uint64_t member;

        do {
                if (array->member_count == STACK_MEMBERS_MAX || device == 0 ||
                    decimal_parse(text, &offset, device - 1, &member) < 0)
                        return refuse(reader, "a member is no device before it, or there are too many");
                array->members[array->member_count++] = (size_t) member;
        } while (offset < text.size && text.data[offset++] == ',');
        return offset == text.size ? 0 : refuse(reader, "the members are no list of devices");
}

static int read_array(const struct reader *reader, struct stack_device *device) {
        struct stack_array *array = &device->array;
        uint64_t minor;
        int r;

        r = read_name(reader, 1, device->uuid, sizeof(device->uuid));
        if (r == 0)
                r = read_name(reader, 2, array->level, sizeof(array->level));
        if (r == 0)
                r = read_number(reader, 3, 2, &minor);
        if (r < 0)
                return r;
        array->metadata_minor = (unsigned) minor;
        r = read_number(reader, 4, UINT64_MAX, &array->events);
        if (r == 0)
                r = read_number(reader, 5, UINT64_MAX, &device->sectors);
        return r < 0 ? r : read_members(reader, 6, array);
}

static void put_array(const struct stack_device *device, struct text *text) {
        const struct stack_array *array = &device->array;

        text_format(text, "%s %s %u %llu %llu ", device->uuid, array->level, array->metadata_minor,
                    (unsigned long long) array->events, (unsigned long long) device->sectors);
        for (size_t i = 0; i < array->member_count; i++)
                text_format(text, "%s%zu", i > 0 ? "," : "", array->members[i]);
}

static int read_volume(const struct reader *reader, struct stack_device *device) {
        const char *flags = reader->line->words[3];
        int r;

        r = read_name(reader, 1, device->volume.name, sizeof(device->volume.name));
        if (r == 0)
                r = read_name(reader, 2, device->uuid, sizeof(device->uuid));
        if (r < 0)
                return r;
        device->volume.read_only = text_equal(flags, "ro");
        if (!device->volume.read_only && !text_equal(flags, "rw"))
                return refuse(reader, "is neither rw nor ro");
        return read_number(reader, 4, UINT64_MAX, &device->sectors);
}

static void put_volume(const struct stack_device *device, struct text *text) {
        text_format(text, "%s %s %s %llu", device->volume.name, device->uuid,
                    device->volume.read_only ? "ro" : "rw", (unsigned long long) device->sectors);
}

/* In the order of enum stack_kind; `words` with the first, which is the name. */
static const struct device_line {
        const char *name;
        size_t words;
        int (*read)(const struct reader *reader, struct stack_device *device);
        void (*put)(const struct stack_device *device, struct text *text);
} device_lines[] = {
        [STACK_DISK] = { "disk", 4, read_disk, put_disk },
        [STACK_PART] = { "part", 5, read_part, put_part },
        [STACK_ARRAY] = { "array", 7, read_array, put_array },
        [STACK_VOLUME] = { "volume", 5, read_volume, put_volume },
};

/* Counts what a name would take, and asks for no more. */
static void put_nothing(void *context, size_t below, struct text *text) {
        (void) context, (void) below, (void) text;
}

/* What a target's parameters name is before its volume, and it begins where the one before it ends. */
static int read_target(const struct reader *reader) {
        struct stack *stack = reader->stack;
        struct stack_device *device =
                stack->device_count > 0 ? &stack->devices[stack->device_count - 1] : NULL;
        char parameters[LINE_MAX_BYTES];
        struct text text = TEXT_ON(parameters);
        uint64_t start, sectors, end = 0;
        int r;

        if (!device || device->kind != STACK_VOLUME)
                return refuse(reader, "no volume is before it");
        r = read_number(reader, 1, UINT64_MAX, &start);
        if (r == 0)
                r = read_number(reader, 2, UINT64_MAX - start, &sectors);
        if (r < 0)
                return r;
        if (device->volume.target_count > 0)
                end = stack->targets[stack->target_count - 1].start +
                      stack->targets[stack->target_count - 1].sectors;
        if (start != end || sectors == 0)
                return refuse(reader, "does not begin where the one before it ends, or is empty");
        if (stack_add_target(stack, start, sectors, reader->line->words[3], reader->line->words[4]) < 0)
                return refuse(reader, "too many targets, or too long");
        if (stack_put_parameters(stack, &stack->targets[stack->target_count - 1], stack->device_count - 1,
                                 put_nothing, NULL, &text) < 0)
                return refuse(reader, "a parameter is no device before it");
        return 0;
}

static int read_header(const struct reader *reader) {
        struct bytes digits = text_view(reader->line->words[2]);
        struct stack_device *device;
        size_t below = 0, offset = 0;
        uint64_t byte;
        int r;

        r = read_below(reader, 1, reader->stack->device_count, &below);
        if (r < 0)
                return r;
        device = &reader->stack->devices[below];
        if (digits.size != 2 * sizeof(device->header))
                return refuse(reader, "the digest is none of SHA-256");
        for (size_t i = 0; i < sizeof(device->header); i++) {
                if (hex_parse(digits, &offset, 2, &byte) < 0)
                        return refuse(reader, "the digest is none of SHA-256");
                device->header[i] = (uint8_t) byte;
        }
        device->has_header = true;
        return 0;
}

/* --- the file ----------------------------------------------------------------------------------- */

static bool volume_is_whole(const struct stack *stack, const struct stack_device *device) {
        const struct stack_volume *volume = &device->volume;
        const struct stack_target *last;

        if (volume->target_count == 0)
                return false;
        last = &stack->targets[volume->first_target + volume->target_count - 1];
        return last->start + last->sectors == device->sectors;
}

/* Of the last device, before another one comes and at the end. */
static int check_last(const struct reader *reader) {
        const struct stack *stack = reader->stack;
        const struct stack_device *last;

        if (stack->device_count == 0)
                return 0;
        last = &stack->devices[stack->device_count - 1];
        if (last->kind != STACK_VOLUME || volume_is_whole(stack, last))
                return 0;
        text_put(reader->error, "a volume's targets do not fill it");
        return ERR_VALUE;
}

static const struct detail_line {
        const char *name;
        size_t words;
        int (*read)(const struct reader *reader);
} detail_lines[] = {
        { "target", 5, read_target },
        { "header", 3, read_header },
};

static int read_line(const struct reader *reader) {
        const struct line *line = reader->line;

        for (size_t i = 0; i < ARRAY_SIZE(detail_lines); i++)
                if (text_equal(line->words[0], detail_lines[i].name))
                        return line->count == detail_lines[i].words
                                       ? detail_lines[i].read(reader)
                                       : refuse(reader, "too few words, or too many");
        for (size_t i = 0; i < ARRAY_SIZE(device_lines); i++) {
                struct stack_device *device;
                int r;

                if (!text_equal(line->words[0], device_lines[i].name))
                        continue;
                if (line->count != device_lines[i].words)
                        return refuse(reader, "too few words, or too many");
                r = check_last(reader);
                device = r == 0 ? stack_add_device(reader->stack, (enum stack_kind) i) : NULL;
                if (r == 0 && !device)
                        return refuse(reader, "too many devices");
                return r < 0 ? r : device_lines[i].read(reader, device);
        }
        return refuse(reader, "no such line");
}

/* Printable ASCII, and words with one blank between: a target's fifth is the rest of its line. */
static int cut(struct bytes text, struct line *ret_line) {
        size_t words_max = 1;

        if (text.size == 0 || text.size >= sizeof(ret_line->text))
                return ERR_VALUE;
        memcpy(ret_line->text, text.data, text.size);
        ret_line->text[text.size] = '\0';
        words_max = text_starts_with(ret_line->text, "target ") ? 5 : WORDS_MAX;
        ret_line->words[0] = ret_line->text;
        ret_line->count = 1;
        for (size_t i = 0; i < text.size; i++) {
                if (ret_line->text[i] < ' ' || ret_line->text[i] > '~')
                        return ERR_VALUE;
                if (ret_line->text[i] != ' ' || ret_line->count == words_max)
                        continue;
                ret_line->text[i] = '\0';
                ret_line->words[ret_line->count++] = &ret_line->text[i + 1];
        }
        return 0;
}

int stack_parse(struct bytes text, struct stack *ret_stack, char ret_error[STACK_ERROR_SIZE]) {
        char why[STACK_ERROR_SIZE - 16];
        struct text error = text_on(ret_error, STACK_ERROR_SIZE), reason = TEXT_ON(why);
        struct line line;
        const struct reader reader = { ret_stack, &line, &reason };
        size_t number = 0, offset = 0;
        int r = 0;

        memset(ret_stack, 0, sizeof(*ret_stack));
        while (offset < text.size && r == 0) {
                struct bytes rest = bytes_of(text.data + offset, text.size - offset);
                const uint8_t *end = memchr(rest.data, '\n', rest.size);
                size_t size = end ? (size_t) (end - rest.data) : rest.size;

                number++;
                r = cut(bytes_of(rest.data, size), &line);
                if (r < 0)
                        text_put(&reason, "empty, too long, or not printable");
                else
                        r = read_line(&reader);
                offset += size + 1;
        }
        if (r == 0)
                r = check_last(&reader);
        if (r == 0 && ret_stack->device_count == 0) {
                text_put(&reason, "no device");
                r = ERR_VALUE;
        }
        if (r < 0)
                text_format(&error, "line %zu: %s", number, why);
        return r;
}

static void put_device(const struct stack *stack, size_t index, struct text *text) {
        const struct stack_device *device = &stack->devices[index];

        text_format(text, "%s ", device_lines[device->kind].name);
        device_lines[device->kind].put(device, text);
        text_put_char(text, '\n');
        for (size_t i = 0; device->kind == STACK_VOLUME && i < device->volume.target_count; i++) {
                const struct stack_target *target = &stack->targets[device->volume.first_target + i];

                text_format(text, "target %llu %llu %s %s\n", (unsigned long long) target->start,
                            (unsigned long long) target->sectors, target->type,
                            stack_parameters(stack, target));
        }
        if (device->has_header) {
                text_format(text, "header %zu ", index);
                text_put_hex(text, bytes_of(device->header, sizeof(device->header)));
                text_put_char(text, '\n');
        }
}

static void put_all(const struct stack *stack, struct text *text) {
        for (size_t i = 0; i < stack->device_count; i++)
                put_device(stack, i, text);
}

int stack_print(const struct stack *stack, struct text *ret_text, char ret_error[STACK_ERROR_SIZE]) {
        size_t start = ret_text->length;
        struct stack again;

        put_all(stack, ret_text);
        if (ret_text->truncated)
                return ERR_BUFFER_TOO_SMALL;
        /* What is not taken would be found out by the crash kernel only. */
        return stack_parse(bytes_of(ret_text->buffer + start, ret_text->length - start), &again, ret_error);
}
