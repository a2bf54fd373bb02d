/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "store/dump-target.h"

/*
 * Files in memory, by their paths with '/' between the parts, in the order of strcmp(): a directory stands
 * before what is in it. They may be the target of a dump.
 */
struct tree_entry {
        char *path;
        bool is_directory;
        struct buffer content;
};

struct file_tree {
        struct tree_entry *entries;
        size_t count, capacity;
        size_t size;     /* bytes of all content … */
        size_t size_max; /* … and how many there may be */
};

void file_tree_init(struct file_tree *tree, size_t size_max);
void file_tree_free(struct file_tree *tree);

/*
 * Makes the file, and the directories above it, or replaces its content. ERR_TOO_LARGE and nothing changed
 * where the tree would be larger than it may; ERR_EXISTS for a directory of that name; ERR_NO_MEMORY.
 */
int file_tree_put(struct file_tree *tree, const char *path, struct bytes content);

/* NULL when there is none. Valid until the tree is changed. */
const struct tree_entry *file_tree_find(const struct file_tree *tree, const char *path);

/* Dumps go below `directory` of the tree, which outlives the target. */
struct tree_target {
        struct file_tree *tree;
        const char *directory;
};
struct dump_target tree_dump_target(struct tree_target *target);
