/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* asprintf() */
#include "linux-tool/target/file-tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "posix/memory.h"

void file_tree_init(struct file_tree *tree, size_t size_max) {
        *tree = (struct file_tree){ .size_max = size_max };
}

static void entry_free(struct tree_entry *entry) {
        free(entry->path);
        buffer_free(&entry->content);
}

void file_tree_free(struct file_tree *tree) {
        for (size_t i = 0; i < tree->count; i++)
                entry_free(&tree->entries[i]);
        array_free(&system_allocator, (void **) &tree->entries, &tree->capacity, sizeof(*tree->entries));
        tree->count = 0;
}

/* The first entry that does not stand before the path. */
static size_t find_place(const struct file_tree *tree, const char *path) {
        size_t from = 0, to = tree->count;

        while (from < to) {
                size_t middle = from + (to - from) / 2;

                if (strcmp(tree->entries[middle].path, path) < 0)
                        from = middle + 1;
                else
                        to = middle;
        }
        return from;
}

static struct tree_entry *find(const struct file_tree *tree, const char *path) {
        size_t place = find_place(tree, path);

        return place < tree->count && strcmp(tree->entries[place].path, path) == 0 ? &tree->entries[place]
                                                                                   : NULL;
}

const struct tree_entry *file_tree_find(const struct file_tree *tree, const char *path) {
        return find(tree, path);
}

/* An entry of a path that is not there; NULL without memory, and then the path stays the caller's. */
static struct tree_entry *insert(struct file_tree *tree, char *path, bool is_directory) {
        size_t place = find_place(tree, path);
        struct tree_entry *entry;

        if (array_grow(&system_allocator, (void **) &tree->entries, &tree->capacity, tree->count,
                       sizeof(*tree->entries)) < 0)
                return NULL;
        entry = &tree->entries[place];
        memmove(entry + 1, entry, (tree->count - place) * sizeof(*entry));
        tree->count++;
        *entry = (struct tree_entry){ .path = path, .is_directory = is_directory };
        buffer_init(&entry->content, &system_allocator);
        return entry;
}

/* The entry, there before or made. NULL without memory. */
static struct tree_entry *make(struct file_tree *tree, const char *path, size_t length, bool is_directory) {
        char *copy = strndup(path, length);
        struct tree_entry *entry = copy ? find(tree, copy) : NULL;

        if (copy && !entry) {
                entry = insert(tree, copy, is_directory);
                copy = entry ? NULL : copy;
        }
        free(copy);
        return entry;
}

/* All directories whose names end at a '/' of the path. */
static int make_directories(struct file_tree *tree, const char *path) {
        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                const struct tree_entry *entry = make(tree, path, (size_t) (slash - path), true);

                if (!entry)
                        return ERR_NO_MEMORY;
                if (!entry->is_directory)
                        return ERR_EXISTS;
        }
        return 0;
}

int file_tree_put(struct file_tree *tree, const char *path, struct bytes content) {
        const struct tree_entry *earlier = find(tree, path);
        size_t before = earlier ? earlier->content.size : 0;
        struct tree_entry *entry;
        int r;

        if (content.size > tree->size_max - (tree->size - before))
                return ERR_TOO_LARGE;
        r = make_directories(tree, path);
        if (r < 0)
                return r;
        entry = make(tree, path, strlen(path), false);
        if (!entry)
                return ERR_NO_MEMORY;
        if (entry->is_directory)
                return ERR_EXISTS;
        tree->size -= entry->content.size;
        entry->content.size = 0;
        buffer_append(&entry->content, content);
        tree->size += entry->content.size;
        return buffer_error(&entry->content);
}

static void drop(struct file_tree *tree, struct tree_entry *entry) {
        size_t place = (size_t) (entry - tree->entries);

        tree->size -= entry->content.size;
        entry_free(entry);
        tree->count--;
        memmove(entry, entry + 1, (tree->count - place) * sizeof(*entry));
}

/* --- as a target ---------------------------------------------------------------------------------- */

static int full_path(const struct tree_target *target, const char *path, char ret_path[PATH_MAX]) {
        int length = snprintf(ret_path, PATH_MAX, "%s/%s", target->directory, path);

        return length < PATH_MAX ? 0 : ERR_TOO_LARGE;
}

static int target_make_directory(void *context, const char *path) {
        struct tree_target *target = context;
        char full[PATH_MAX];
        int r = full_path(target, path, full);

        if (r == 0)
                r = make_directories(target->tree, full);
        if (r == 0 && !make(target->tree, full, strlen(full), true))
                r = ERR_NO_MEMORY;
        return r;
}

static int target_write_file(void *context, const char *path, struct bytes content) {
        struct tree_target *target = context;
        char full[PATH_MAX];
        int r = full_path(target, path, full);

        return r < 0 ? r : file_tree_put(target->tree, full, content);
}

static int find_in_target(const struct tree_target *target, const char *path, bool is_directory,
                          char ret_full[PATH_MAX], struct tree_entry **ret_entry) {
        int r = full_path(target, path, ret_full);

        if (r < 0)
                return r;
        *ret_entry = find(target->tree, ret_full);
        if (!*ret_entry)
                return ERR_NOT_FOUND;
        return (*ret_entry)->is_directory == is_directory ? 0 : ERR_INVALID_ARGUMENT;
}

static int target_read_file(void *context, const char *path, struct buffer *buffer) {
        struct tree_entry *entry;
        char full[PATH_MAX];
        int r = find_in_target(context, path, false, full, &entry);

        if (r < 0)
                return r;
        buffer->size = 0;
        buffer_append(buffer, buffer_bytes(&entry->content));
        return buffer_error(buffer);
}

/* What lies in a directory stands behind it, but not always next to it. */
static struct tree_entry *first_in(struct file_tree *tree, const char *directory) {
        char prefix[PATH_MAX];
        size_t place;

        if (snprintf(prefix, sizeof(prefix), "%s/", directory) >= (int) sizeof(prefix))
                return NULL;
        place = find_place(tree, prefix);
        return place < tree->count && text_starts_with(tree->entries[place].path, prefix)
                       ? &tree->entries[place]
                       : NULL;
}

static int remove_entry(const struct tree_target *target, const char *path, bool is_directory) {
        struct tree_entry *entry;
        char full[PATH_MAX];
        int r = find_in_target(target, path, is_directory, full, &entry);

        if (r < 0)
                return r;
        if (is_directory && first_in(target->tree, full))
                return ERR_EXISTS;
        drop(target->tree, entry);
        return 0;
}

static int target_remove_file(void *context, const char *path) {
        return remove_entry(context, path, false);
}

static int target_remove_directory(void *context, const char *path) {
        return remove_entry(context, path, true);
}

/* Takes the entry out and puts it in by its new name, which needs no room: one was just taken out. */
static int rename_entry(struct file_tree *tree, struct tree_entry *entry, const char *from, const char *to) {
        struct tree_entry moved = *entry, *anew;
        size_t place = (size_t) (entry - tree->entries);
        char *path = NULL;

        if (asprintf(&path, "%s%s", to, entry->path + strlen(from)) < 0)
                return ERR_NO_MEMORY;
        tree->count--;
        memmove(entry, entry + 1, (tree->count - place) * sizeof(*entry));
        anew = insert(tree, path, moved.is_directory);
        anew->content = moved.content;
        free(moved.path);
        return 0;
}

static int target_rename_directory(void *context, const char *from, const char *to) {
        struct tree_target *target = context;
        struct file_tree *tree = target->tree;
        char full_from[PATH_MAX], full_to[PATH_MAX];
        struct tree_entry *entry;
        int r = full_path(target, from, full_from);

        if (r == 0)
                r = full_path(target, to, full_to);
        if (r < 0)
                return r;
        entry = find(tree, full_from);
        if (!entry)
                return ERR_NOT_FOUND;
        if (find(tree, full_to))
                return ERR_EXISTS;
        r = rename_entry(tree, entry, full_from, full_to);
        while (r == 0 && (entry = first_in(tree, full_from)))
                r = rename_entry(tree, entry, full_from, full_to);
        return r;
}

/* There is nothing that would outlive more. */
static int target_flush(void *context, const char *path) {
        (void) context;
        (void) path;
        return 0;
}

struct dump_target tree_dump_target(struct tree_target *target) {
        return (struct dump_target){
                .context = target,
                .make_directory = target_make_directory,
                .write_file = target_write_file,
                .read_file = target_read_file,
                .remove_file = target_remove_file,
                .remove_directory = target_remove_directory,
                .rename_directory = target_rename_directory,
                .flush = target_flush,
        };
}
