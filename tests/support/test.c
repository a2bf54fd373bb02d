/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>

void test_assert_ok(int result, const char *file, int line) {
        if (result >= 0)
                return;
        print_error("%s: %s\n", error_name(result), error_text(result));
        _assert_true(0, "result >= 0", file, line);
}

void test_assert_contains(const char *text, const char *wanted) {
        if (!strstr(text, wanted))
                fail_msg("no '%s' in: %s", wanted, text);
}

size_t test_count_lines(const char *text) {
        size_t count = 0;

        for (; *text; text++)
                count += *text == '\n';
        return count;
}

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

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t test_random_next(struct test_random *random) {
        uint64_t z = random->state += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
}

void test_random_fill(struct test_random *random, void *data, size_t size) {
        for (size_t i = 0; i < size; i++)
                ((uint8_t *) data)[i] = (uint8_t) test_random_next(random);
}
