/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/allocator.h"

/* The shared code's allocator over malloc(). */
extern const struct allocator system_allocator;

static inline void cleanup_free(void *pointer) {
        free(*(void **) pointer);
}

static inline void cleanup_close(const int *fd) {
        if (*fd >= 0)
                (void) close(*fd);
}

static inline void cleanup_closedir(DIR *const *directory) {
        if (*directory)
                (void) closedir(*directory);
}

#define _cleanup_free_     __attribute__((cleanup(cleanup_free)))
#define _cleanup_close_    __attribute__((cleanup(cleanup_close)))
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedir)))
#define _cleanup_buffer_   __attribute__((cleanup(buffer_free)))
