/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/meminfo.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "posix/memory.h"

/* The first lines, which are the ones of interest. */
static void read_beginning(const char *path, char *text, size_t size) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);

        text[got > 0 ? got : 0] = '\0';
}

/* "MemFree:         1234 kB" */
static uint64_t find(const char *text, const char *name) {
        const char *line = strstr(text, name);
        uint64_t value = 0;
        size_t at = 0;

        if (!line)
                return 0;
        line += strlen(name);
        line += strspn(line, " ");
        (void) decimal_parse(text_view(line), &at, UINT64_MAX / KIB, &value);
        return value * KIB;
}

void meminfo_start(struct meminfo *meminfo, const char *path) {
        char text[512];

        read_beginning(path, text, sizeof(text));
        *meminfo = (struct meminfo){
                .path = path,
                .total = find(text, "MemTotal:"),
                .free_at_start = find(text, "MemFree:"),
                .lowest_available = find(text, "MemAvailable:"),
        };
}

void meminfo_sample(struct meminfo *meminfo) {
        char text[512];
        uint64_t available;

        read_beginning(meminfo->path, text, sizeof(text));
        available = find(text, "MemAvailable:");
        if (available < meminfo->lowest_available)
                meminfo->lowest_available = available;
}
