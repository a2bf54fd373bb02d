/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static struct fake_file *find(const struct fake_target *fake, const char *path) {
        for (size_t i = 0; i < fake->count; i++)
                if (strcmp(fake->files[i].path, path) == 0)
                        return (struct fake_file *) &fake->files[i];
        return NULL;
}

static struct fake_file *make(struct fake_target *fake, const char *path) {
        struct fake_file *file = &fake->files[fake->count];

        if (fake->count == FAKE_TARGET_FILES)
                abort();
        fake->count++;
        file->path = strdup(path);
        return file;
}

static void set_content(struct fake_file *file, struct bytes content) {
        uint8_t *copy = malloc(content.size + (content.size == 0));

        if (!copy)
                abort();
        if (content.size > 0)
                memcpy(copy, content.data, content.size);
        free((void *) file->content.data);
        file->content = bytes_of(copy, content.size);
}

static bool fails_now(struct fake_target *fake) {
        fake->operations++;
        return fake->operations == fake->fail_at ||
               (fake->stops && fake->fail_at > 0 && fake->operations > fake->fail_at);
}

static bool is_allowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_' || c == '/';
}

static void judge_path(struct fake_target *fake, const char *path) {
        bool bad = path[0] == '/' || path[0] == '\0' || strstr(path, "//") || path[0] == '.' ||
                   strstr(path, "/.");

        for (const char *at = path; *at; at++)
                bad |= !is_allowed(*at);
        fake->bad_paths += bad;
}

/* Both this directory and those above it. */
static int fake_make_directory(void *context, const char *path) {
        struct fake_target *fake = context;

        judge_path(fake, path);
        if (fails_now(fake))
                return ERR_IO;
        for (size_t length = 1; length <= strlen(path); length++) {
                char *upper = strndup(path, length);

                if ((path[length] == '/' || path[length] == '\0') && !find(fake, upper)) {
                        struct fake_file *directory = make(fake, upper);

                        directory->is_directory = directory->name_unflushed = true;
                }
                free(upper);
        }
        return 0;
}

static bool has_directory(const struct fake_target *fake, const char *path) {
        const char *slash = strrchr(path, '/');
        char *upper = strndup(path, slash ? (size_t) (slash - path) : 0);
        const struct fake_file *directory = find(fake, upper);

        free(upper);
        return !slash || (directory && directory->is_directory);
}

static size_t bytes_used(const struct fake_target *fake) {
        size_t used = 0;

        for (size_t i = 0; i < fake->count; i++)
                used += fake->files[i].content.size;
        return used;
}

static int write_file(struct fake_target *fake, const char *path, struct bytes content, bool flushes) {
        struct fake_file *file = find(fake, path);
        bool fails = fails_now(fake);

        judge_path(fake, path);
        fake->bad_paths += !has_directory(fake, path);
        fake->overwrites += file && !bytes_equal(file->content, content);
        if (fails && !fake->tears)
                return ERR_IO;
        if (fake->capacity > 0 && bytes_used(fake) + content.size > fake->capacity)
                return ERR_NO_SPACE;
        fake->writes++;
        if (!file) {
                file = make(fake, path);
                file->name_unflushed = true;
        }
        file->unflushed = fails || !flushes;
        set_content(file, fails ? bytes_first(content, content.size / 2) : content);
        if (fake->corrupts && content.size > 0)
                ((uint8_t *) file->content.data)[content.size / 2] ^= 0x10;
        return fails ? ERR_IO : 0;
}

static int fake_write_file(void *context, const char *path, struct bytes content) {
        return write_file(context, path, content, true);
}

static int fake_read_file(void *context, const char *path, struct buffer *buffer) {
        struct fake_target *fake = context;
        const struct fake_file *file = find(fake, path);

        judge_path(fake, path);
        if (fails_now(fake))
                return ERR_IO;
        if (!file || file->is_directory)
                return ERR_NOT_FOUND;
        buffer->size = 0;
        buffer->error = 0;
        buffer_append(buffer, file->content);
        return buffer_error(buffer);
}

static void forget(struct fake_target *fake, struct fake_file *file) {
        free(file->path);
        free((void *) file->content.data);
        *file = fake->files[--fake->count];
        fake->files[fake->count] = (struct fake_file){ 0 };
}

static bool lies_in(const struct fake_file *file, const char *directory) {
        size_t length = strlen(directory);

        return strncmp(file->path, directory, length) == 0 && file->path[length] == '/';
}

static int remove_entry(struct fake_target *fake, const char *path, bool is_directory) {
        struct fake_file *file = find(fake, path);

        judge_path(fake, path);
        if (fails_now(fake))
                return ERR_IO;
        if (!file)
                return ERR_NOT_FOUND;
        if (file->is_directory != is_directory)
                return ERR_INVALID_ARGUMENT;
        for (size_t i = 0; i < fake->count; i++)
                if (lies_in(&fake->files[i], path))
                        return ERR_EXISTS;
        forget(fake, file);
        return 0;
}

static int fake_remove_file(void *context, const char *path) {
        return remove_entry(context, path, false);
}

static int fake_remove_directory(void *context, const char *path) {
        return remove_entry(context, path, true);
}

static int fake_rename_directory(void *context, const char *from, const char *to) {
        struct fake_target *fake = context;
        struct fake_file *directory = find(fake, from);

        judge_path(fake, to);
        if (fails_now(fake))
                return ERR_IO;
        if (fake->keeps_names)
                return ERR_NOT_SUPPORTED;
        if (!directory || !directory->is_directory)
                return ERR_NOT_FOUND;
        if (find(fake, to))
                return ERR_EXISTS;
        for (size_t i = 0; i < fake->count; i++) {
                struct fake_file *file = &fake->files[i];
                char *path;

                if (!lies_in(file, from))
                        continue;
                /* What gets its name by being renamed has to be whole. */
                fake->bad_paths += file->unflushed || file->name_unflushed;
                path = malloc(strlen(to) + strlen(file->path) + 1);
                sprintf(path, "%s%s", to, file->path + strlen(from));
                free(file->path);
                file->path = path;
        }
        free(directory->path);
        directory->path = strdup(to);
        directory->name_unflushed = true;
        return 0;
}

static bool lies_directly_in(const struct fake_file *file, const char *directory) {
        const char *slash = strrchr(file->path, '/');

        if (!directory[0])
                return !slash;
        return lies_in(file, directory) && slash == file->path + strlen(directory);
}

static int fake_flush(void *context, const char *path) {
        struct fake_target *fake = context;
        struct fake_file *flushed = find(fake, path);

        if (path[0])
                judge_path(fake, path);
        if (fails_now(fake))
                return ERR_IO;
        if (path[0] && !flushed)
                return ERR_NOT_FOUND;
        fake->flushes++;
        if (flushed)
                flushed->unflushed = false;
        for (size_t i = 0; i < fake->count; i++)
                if (lies_directly_in(&fake->files[i], path))
                        fake->files[i].name_unflushed = false;
        return 0;
}

static bool fake_is_at(void *context, const char *location) {
        const struct fake_target *fake = context;

        return fake->location && strcmp(fake->location, location) == 0;
}

/* --- many files at once ------------------------------------------------------------------------- */

static int many_write_file(void *context, const char *path, struct bytes content) {
        return write_file(context, path, content, false);
}

static int many_rename_file(void *context, const char *from, const char *to) {
        struct fake_target *fake = context;
        struct fake_file *file = find(fake, from), *replaced = find(fake, to);

        judge_path(fake, to);
        fake->bad_paths += !has_directory(fake, to);
        if (fails_now(fake))
                return ERR_IO;
        if (!file || file->is_directory)
                return ERR_NOT_FOUND;
        if (replaced && replaced->is_directory)
                return ERR_EXISTS;
        fake->bad_paths += file->unflushed || file->name_unflushed;
        if (replaced)
                forget(fake, replaced);
        file = find(fake, from); /* which may have moved */
        free(file->path);
        file->path = strdup(to);
        file->name_unflushed = true;
        return 0;
}

static int many_remove_tree(void *context, const char *path) {
        struct fake_target *fake = context;

        judge_path(fake, path);
        if (fails_now(fake))
                return ERR_IO;
        if (!find(fake, path))
                return ERR_NOT_FOUND;
        for (size_t i = fake->count; i-- > 0;)
                if (lies_in(&fake->files[i], path))
                        forget(fake, &fake->files[i]);
        forget(fake, find(fake, path));
        return 0;
}

static int many_flush_all(void *context) {
        struct fake_target *fake = context;

        if (fails_now(fake))
                return ERR_IO;
        fake->flushes++;
        for (size_t i = 0; i < fake->count; i++)
                fake->files[i].unflushed = fake->files[i].name_unflushed = false;
        return 0;
}

void fake_target_take_many(struct fake_target *fake) {
        static const struct dump_target_many many = {
                .dump = dump_many,
                .worth_from = 1,
                .write_file = many_write_file,
                .rename_file = many_rename_file,
                .remove_tree = many_remove_tree,
                .flush_all = many_flush_all,
        };

        fake->target.many = &many;
}

void fake_target_init(struct fake_target *fake) {
        memset(fake, 0, sizeof(*fake));
        fake->target = (struct dump_target){
                .context = fake,
                .make_directory = fake_make_directory,
                .write_file = fake_write_file,
                .read_file = fake_read_file,
                .remove_file = fake_remove_file,
                .remove_directory = fake_remove_directory,
                .rename_directory = fake_rename_directory,
                .flush = fake_flush,
                .is_at = fake_is_at,
        };
}

void fake_target_free(struct fake_target *fake) {
        for (size_t i = 0; i < fake->count; i++) {
                free(fake->files[i].path);
                free((void *) fake->files[i].content.data);
        }
        fake->count = 0;
}

void fake_target_fail_at(struct fake_target *fake, unsigned n) {
        fake->operations = 0;
        fake->writes = 0;
        fake->flushes = 0;
        fake->fail_at = n;
}

static void make_parents(struct fake_target *fake, const char *path) {
        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                char *upper = strndup(path, (size_t) (slash - path));

                if (!find(fake, upper))
                        make(fake, upper)->is_directory = true;
                free(upper);
        }
}

void fake_target_put(struct fake_target *fake, const char *path, struct bytes content) {
        struct fake_file *file = find(fake, path);

        make_parents(fake, path);
        set_content(file ? file : make(fake, path), content);
}

const struct fake_file *fake_target_find(const struct fake_target *fake, const char *path) {
        return find(fake, path);
}

size_t fake_target_size(const struct fake_target *fake) {
        size_t size = 0;

        for (size_t i = 0; i < fake->count; i++)
                size += !fake->files[i].is_directory;
        return size;
}

size_t fake_target_unflushed(const struct fake_target *fake) {
        size_t count = 0;

        for (size_t i = 0; i < fake->count; i++)
                count += fake->files[i].unflushed || fake->files[i].name_unflushed;
        return count;
}

void fake_target_unflush(struct fake_target *fake) {
        for (size_t i = 0; i < fake->count; i++) {
                fake->files[i].unflushed = !fake->files[i].is_directory;
                fake->files[i].name_unflushed = true;
        }
}
