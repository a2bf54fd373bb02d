/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/sort.h"

typedef int comparison(const void *left, const void *right);

static void swap(void **pointers, size_t a, size_t b) {
        void *kept = pointers[a];

        pointers[a] = pointers[b];
        pointers[b] = kept;
}

/* Moves the pointer at `root` down until neither child goes behind it. */
static void sift_down(void **pointers, size_t root, size_t count, comparison *compare) {
        for (;;) {
                size_t child = 2 * root + 1;

                if (child >= count)
                        return;
                if (child + 1 < count && compare(pointers[child], pointers[child + 1]) < 0)
                        child++;
                if (compare(pointers[root], pointers[child]) >= 0)
                        return;
                swap(pointers, root, child);
                root = child;
        }
}

void sort_pointers(void **pointers, size_t count, comparison *compare) {
        for (size_t root = count / 2; root > 0; root--)
                sift_down(pointers, root - 1, count, compare);
        for (size_t end = count; end > 1; end--) {
                swap(pointers, 0, end - 1);
                sift_down(pointers, 0, end - 1, compare);
        }
}
