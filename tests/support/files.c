/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>

struct bytes test_read_file(const char *path) {
        FILE *file = fopen(path, "rb");
        struct stat status;
        uint8_t *data;

        if (!file)
                fail_msg("cannot open %s", path);
        assert_int_equal(fstat(fileno(file), &status), 0);
        data = malloc((size_t) status.st_size + 1);
        assert_int_equal(fread(data, 1, (size_t) status.st_size, file), status.st_size);
        fclose(file);
        return bytes_of(data, (size_t) status.st_size);
}

static const char *join(const char *folder, const char *path) {
        static char joined[4096];

        snprintf(joined, sizeof(joined), "%s/%s", folder, path);
        return joined;
}

const char *test_corpus(const char *path) {
        const char *folder = getenv("CORPUS");
        struct stat status;

        if (!folder || stat(folder, &status) < 0)
                return NULL;
        return join(folder, path);
}

const char *test_data(const char *path) {
        return join("tests/data", path);
}
