/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* nftw() */
#include "tests/support/test.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"

char *scratch_make(void) {
        char *directory = strdup("/tmp/pstore-fw-test-XXXXXX");

        assert_non_null(mkdtemp(directory));
        return directory;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *position) {
        (void) status;
        (void) type;
        (void) position;
        return remove(path);
}

void scratch_remove(char *directory) {
        assert_int_equal(nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
        free(directory);
}

const char *scratch_path(const char *directory, const char *name) {
        static char paths[8][PATH_MAX];
        static size_t next;
        char *path = paths[next++ % 8];

        assert_true(snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX);
        return path;
}

void scratch_write(const char *path, struct bytes content) {
        FILE *file = fopen(path, "wb");

        if (!file)
                fail_msg("cannot create %s", path);
        assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
        assert_int_equal(fclose(file), 0);
}

void scratch_copy_files(const char *from_path, const char *to_path) {
        char from[PATH_MAX], to[PATH_MAX]; /* the arguments may be scratch_path()'s */
        const struct dirent *found;
        DIR *directory;

        snprintf(from, sizeof(from), "%s", from_path);
        snprintf(to, sizeof(to), "%s", to_path);
        directory = opendir(from);
        if (!directory)
                fail_msg("cannot open %s", from);
        while ((found = readdir(directory))) {
                struct bytes content;

                if (found->d_name[0] == '.')
                        continue;
                content = test_read_file(scratch_path(from, found->d_name));
                scratch_write(scratch_path(to, found->d_name), content);
                free((void *) content.data);
        }
        closedir(directory);
}

static size_t counted;

static int count_one(const char *path, const struct stat *status, int type, struct FTW *position) {
        (void) path;
        (void) status;
        (void) position;
        counted += type == FTW_F;
        return 0;
}

size_t scratch_count_files(const char *directory) {
        counted = 0;
        (void) nftw(directory, count_one, 16, FTW_PHYS);
        return counted;
}

void scratch_put(const char *root, const char *name, const char *content) {
        char path[PATH_MAX];

        assert_true(snprintf(path, sizeof(path), "%s%s", root, name) < (int) sizeof(path));
        for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                (void) mkdir(path, 0755);
                *slash = '/';
        }
        scratch_write(path, text_view(content));
}
