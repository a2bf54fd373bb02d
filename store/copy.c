/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/copy.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#define PATH_SIZE 1024

/*
 * What is not finished has this name, whichever event it is of: so the next run finds it. Of many at once it
 * is the directory in which they wait.
 */
#define UNFINISHED "unfinished"

const struct copy_layout copy_of_event = {
        .is_directory = true,
        .log = "/dmesg.txt",
        .stored = "/records.bin",
        .manifest = "/manifest.json",
};

const struct copy_layout copy_of_other = { .stored = ".bin", .manifest = ".json" };

void copier_init(struct copier *copier, const struct dump_target *target, const struct allocator *allocator) {
        *copier = (struct copier){ .target = target, .allocator = allocator };
        buffer_init(&copier->readback, allocator);
}

void copier_free(struct copier *copier) {
        buffer_free(&copier->readback);
}

static int join_path(const char *place, const char *file, char ret_path[PATH_SIZE]) {
        struct text text = text_on(ret_path, PATH_SIZE);

        text_format(&text, "%s%s", place, file);
        return text.truncated ? ERR_TOO_LARGE : 0;
}

static int read_file(struct copier *copier, const char *place, const char *file, struct buffer *buffer) {
        char path[PATH_SIZE];
        int r = join_path(place, file, path);

        return r < 0 ? r : copier->target->read_file(copier->target->context, path, buffer);
}

/* --- what is there ------------------------------------------------------------------------------ */

static bool is_what_is_said(struct bytes content, const struct manifest_file *file) {
        uint8_t digest[SHA256_SIZE];

        if (!file->known || file->size != content.size)
                return false;
        sha256_digest(content, digest);
        return memcmp(digest, file->sha256, SHA256_SIZE) == 0;
}

/* A file that is not there, or that nobody should follow, is an answer; a disk that cannot be read is none.
 */
static bool is_answer(int error) {
        return error == ERR_NOT_FOUND || error == ERR_INVALID_ARGUMENT || error == ERR_TOO_LARGE;
}

static int read_described(struct copier *copier, const struct copy_layout *layout, const char *place,
                          struct copy *copy) {
        const struct manifest_file *stored =
                layout->is_directory ? &copy->manifest.stored : &copy->manifest.self.file;
        int r;

        if (layout->log) {
                r = read_file(copier, place, layout->log, &copier->readback);
                if (r < 0)
                        return r;
                if (!is_what_is_said(buffer_bytes(&copier->readback), &copy->manifest.log))
                        return COPY_FOREIGN;
        }
        r = read_file(copier, place, layout->stored, &copy->stored);
        if (r < 0)
                return r;
        return stored->known && stored->size == copy->stored.size ? COPY_WHOLE : COPY_FOREIGN;
}

int copy_open(struct copier *copier, const struct copy_layout *layout, const char *place,
              struct copy *ret_copy) {
        struct copy copy;
        int r;

        r = read_file(copier, place, layout->manifest, &copier->readback);
        if (r < 0)
                return r == ERR_NOT_FOUND ? COPY_ABSENT : is_answer(r) ? COPY_FOREIGN : r;
        r = manifest_read(buffer_bytes(&copier->readback), copier->allocator, &copy.manifest);
        if (r < 0)
                return r == ERR_NO_MEMORY ? r : COPY_UNFINISHED;
        buffer_init(&copy.stored, copier->allocator);
        r = read_described(copier, layout, place, &copy);
        if (r == COPY_WHOLE)
                *ret_copy = copy;
        else
                copy_close(&copy);
        return r < 0 && is_answer(r) ? COPY_FOREIGN : r;
}

void copy_close(struct copy *copy) {
        manifest_free(&copy->manifest);
        buffer_free(&copy->stored);
}

bool copy_holds(const struct copy *copy, struct bytes content, const uint8_t sha256[SHA256_SIZE]) {
        const struct manifest *manifest = &copy->manifest;
        const struct manifest_file *file = manifest->record_count > 0
                                                   ? manifest_find(manifest, sha256, content.size)
                                                   : &manifest->self.file;
        struct bytes held;

        /* The digest finds the bytes; that they are equal is seen, not concluded. */
        return file && file->known && file->size == content.size && file->offset <= copy->stored.size &&
               bytes_slice(buffer_bytes(&copy->stored), (size_t) file->offset, content.size, &held) == 0 &&
               bytes_equal(held, content);
}

/* --- what is made ------------------------------------------------------------------------------- */

static int flush_file(struct copier *copier, const char *place, const char *file) {
        char path[PATH_SIZE];
        int r = join_path(place, file, path);

        return r < 0 ? r : copier->target->flush(copier->target->context, path);
}

int copy_flush(struct copier *copier, const struct copy_layout *layout, const char *place) {
        const char *const files[] = { layout->log, layout->stored, layout->manifest,
                                      layout->is_directory ? "" : NULL };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
                if (files[i])
                        r = flush_file(copier, place, files[i]);
        return r;
}

int copy_flush_above(struct copier *copier, const char *directory) {
        return copier->target->flush(copier->target->context, directory);
}

static int remove_file(struct copier *copier, const char *place, const char *file) {
        char path[PATH_SIZE];
        int r = join_path(place, file, path);

        if (r == 0)
                r = copier->target->remove_file(copier->target->context, path);
        return r == ERR_NOT_FOUND ? 0 : r;
}

/* The manifest first: what is left of a removal that was cut short is no copy any more. */
static int remove_files(struct copier *copier, const struct copy_layout *layout, const char *place) {
        const char *const files[] = { layout->manifest, layout->stored, layout->log };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
                if (files[i])
                        r = remove_file(copier, place, files[i]);
        if (r == 0 && layout->is_directory)
                r = copier->target->remove_directory(copier->target->context, place);
        return r == ERR_NOT_FOUND ? 0 : r;
}

static int compare_file(struct copier *copier, const char *place, const char *file, struct bytes content) {
        int r = read_file(copier, place, file, &copier->readback);

        if (r < 0)
                return r;
        return bytes_equal(buffer_bytes(&copier->readback), content) ? 0 : ERR_MISMATCH;
}

static int write_file(struct copier *copier, const char *place, const char *file, struct bytes content) {
        const struct dump_target *target = copier->target;
        char path[PATH_SIZE];
        int r = join_path(place, file, path);

        if (r == 0)
                r = target->write_file(target->context, path, content);
        if (r < 0)
                return r;
        copier->file_count++;
        return compare_file(copier, place, file, content);
}

/* The manifest last: where a directory cannot be renamed, it is what says that the others are whole. */
static int write_files(struct copier *copier, const struct copy_layout *layout, const char *place,
                       const struct copy_content *content) {
        int r = 0;

        if (layout->is_directory)
                r = copier->target->make_directory(copier->target->context, place);
        if (r == 0 && layout->log)
                r = write_file(copier, place, layout->log, content->log);
        if (r == 0)
                r = write_file(copier, place, layout->stored, content->stored);
        if (r == 0)
                r = write_file(copier, place, layout->manifest, content->manifest);
        if (r == 0 && layout->is_directory)
                r = flush_file(copier, place, "");
        if (r < 0)
                (void) remove_files(copier, layout, place);
        return r;
}

static int remove_unfinished(struct copier *copier) {
        const struct dump_target *target = copier->target;
        int r;

        if (target->many)
                r = target->many->remove_tree(target->context, UNFINISHED);
        else
                r = remove_files(copier, &copy_of_event, UNFINISHED);
        if (r == ERR_INVALID_ARGUMENT)
                r = remove_file(copier, UNFINISHED, ""); /* a file or a link, which nobody but we needs */
        if (r == ERR_NOT_FOUND)
                r = 0;
        /*
         * A disk that lost its cache with the power may have the directory's name without its clusters, which
         * FAT then gives to what is written next: a copy would share them. What repairs the file system mends
         * that.
         */
        if (r == ERR_EXISTS)
                r = ERR_FILE_SYSTEM;
        copier->is_clean = r == 0;
        return r;
}

void copier_clean(struct copier *copier) {
        (void) remove_unfinished(copier);
}

int copy_remove(struct copier *copier, const char *place) {
        const struct dump_target *target = copier->target;
        int r = copier->is_clean ? 0 : remove_unfinished(copier);

        if (r == 0)
                r = target->rename_directory(target->context, place, UNFINISHED);
        if (r == ERR_NOT_SUPPORTED)
                return remove_files(copier, &copy_of_event, place);
        if (r == 0)
                r = copy_flush_above(copier, "");
        return r < 0 ? r : remove_unfinished(copier);
}

static int make_aside(struct copier *copier, const char *place, const struct copy_content *content) {
        size_t files_before = copier->file_count;
        int r = copier->is_clean ? 0 : remove_unfinished(copier);

        if (r < 0)
                return r;
        copier->is_clean = false;
        r = write_files(copier, &copy_of_event, UNFINISHED, content);
        if (r == 0)
                r = copier->target->rename_directory(copier->target->context, UNFINISHED, place);
        if (r == 0) {
                copier->is_clean = true;
                return 0;
        }
        copier->file_count = files_before;
        (void) remove_unfinished(copier);
        return r;
}

int copy_make(struct copier *copier, const struct copy_layout *layout, const char *place,
              const struct copy_content *content) {
        int r;

        /* What an earlier run did not finish. Where there is more than that, the place is taken. */
        r = remove_files(copier, layout, place);
        if (r < 0)
                return r == ERR_INVALID_ARGUMENT ? ERR_EXISTS : r;
        if (layout->is_directory && !copier->cannot_rename) {
                r = make_aside(copier, place, content);
                if (r != ERR_NOT_SUPPORTED)
                        return r;
                copier->cannot_rename = true;
        }
        return write_files(copier, layout, place, content);
}

/* --- many at once ------------------------------------------------------------------------------- */

struct copy_part {
        const char *file;
        struct bytes content;
};

#define COPY_PARTS 3

/* The manifest last, as it is the one that says of the others what they are. */
static void list_parts(const struct copy_layout *layout, const struct copy_content *content,
                       struct copy_part ret_parts[COPY_PARTS]) {
        static const struct copy_content none;

        if (!content)
                content = &none;
        ret_parts[0] = (struct copy_part){ layout->log, content->log };
        ret_parts[1] = (struct copy_part){ layout->stored, content->stored };
        ret_parts[2] = (struct copy_part){ layout->manifest, content->manifest };
}

static void format_aside(size_t number, char ret_place[PATH_SIZE]) {
        struct text text = text_on(ret_place, PATH_SIZE);

        text_format(&text, UNFINISHED "/%zu", number);
}

static int begin_gathering(struct copier *copier) {
        int r = copier->is_clean ? 0 : remove_unfinished(copier);

        if (r == 0)
                r = copier->target->make_directory(copier->target->context, UNFINISHED);
        if (r == 0)
                copier->is_gathering = true;
        return r;
}

int copy_gather(struct copier *copier, const struct copy_layout *layout, size_t number,
                const struct copy_content *content) {
        const struct dump_target *target = copier->target;
        char place[PATH_SIZE], path[PATH_SIZE];
        struct copy_part parts[COPY_PARTS];
        int r = copier->is_gathering ? 0 : begin_gathering(copier);

        format_aside(number, place);
        list_parts(layout, content, parts);
        if (r == 0 && layout->is_directory)
                r = target->make_directory(target->context, place);
        for (size_t i = 0; i < COPY_PARTS && r == 0; i++) {
                if (!parts[i].file)
                        continue;
                r = join_path(place, parts[i].file, path);
                if (r == 0)
                        r = target->many->write_file(target->context, path, parts[i].content);
        }
        if (r < 0)
                copy_abandon(copier, layout, number);
        return r;
}

int copy_compare(struct copier *copier, const struct copy_layout *layout, size_t number,
                 const struct copy_content *content) {
        struct copy_part parts[COPY_PARTS];
        char place[PATH_SIZE];
        int r = 0;

        format_aside(number, place);
        list_parts(layout, content, parts);
        for (size_t i = 0; i < COPY_PARTS && r == 0; i++)
                if (parts[i].file)
                        r = compare_file(copier, place, parts[i].file, parts[i].content);
        return r;
}

static int rename_files(struct copier *copier, const struct copy_layout *layout, const char *from,
                        const char *to) {
        const struct dump_target *target = copier->target;
        char path_from[PATH_SIZE], path_to[PATH_SIZE];
        struct copy_part parts[COPY_PARTS];
        int r = 0;

        list_parts(layout, NULL, parts);
        for (size_t i = 0; i < COPY_PARTS && r == 0; i++) {
                if (!parts[i].file)
                        continue;
                r = join_path(from, parts[i].file, path_from);
                if (r == 0)
                        r = join_path(to, parts[i].file, path_to);
                if (r == 0)
                        r = target->many->rename_file(target->context, path_from, path_to);
        }
        if (r < 0)
                (void) remove_files(copier, layout, to);
        return r;
}

int copy_place(struct copier *copier, const struct copy_layout *layout, size_t number, const char *place,
               bool clears) {
        struct copy_part parts[COPY_PARTS];
        char aside[PATH_SIZE];
        int r;

        /* Where there is more than our own files, the place is taken. */
        r = clears ? remove_files(copier, layout, place) : 0;
        if (r < 0)
                return r == ERR_INVALID_ARGUMENT ? ERR_EXISTS : r;
        format_aside(number, aside);
        if (layout->is_directory)
                r = copier->target->rename_directory(copier->target->context, aside, place);
        else
                r = rename_files(copier, layout, aside, place);
        copier->cannot_rename |= r == ERR_NOT_SUPPORTED;
        list_parts(layout, NULL, parts);
        for (size_t i = 0; i < COPY_PARTS && r == 0; i++)
                copier->file_count += parts[i].file != NULL;
        return r;
}

void copy_abandon(struct copier *copier, const struct copy_layout *layout, size_t number) {
        char place[PATH_SIZE];

        format_aside(number, place);
        (void) remove_files(copier, layout, place);
}

int copier_flush_gathered(struct copier *copier) {
        return copier->target->many->flush_all(copier->target->context);
}

void copier_end_gathering(struct copier *copier) {
        if (copier->is_gathering)
                copier->is_clean = copier->target->remove_directory(copier->target->context, UNFINISHED) == 0;
        copier->is_gathering = false;
}
