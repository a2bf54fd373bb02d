/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/qr-oracle.h"

#include <dlfcn.h>
#include <stdlib.h>

/* Of qrencode.h, which has been so since libqrencode 4.0; its levels L and M have the numbers of ours. */
#define LIBRARY "libqrencode.so.4"
struct oracle_code {
        int version;
        int width;
        unsigned char *data; /* the low bit is a module */
};

static struct {
        struct oracle_code *(*encode)(int size, const unsigned char *data, int version, int level);
        void (*free)(struct oracle_code *code);
} oracle;

bool qr_oracle_is_there(void) {
        void *library = oracle.encode ? NULL : dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

        if (library) {
                oracle.free = (void (*)(struct oracle_code *)) dlsym(library, "QRcode_free");
                oracle.encode = (struct oracle_code * (*) (int, const unsigned char *, int, int) )
                        dlsym(library, "QRcode_encodeData");
        }
        return oracle.encode;
}

static const char *compare_modules(const struct qr_code *ours, const struct oracle_code *theirs) {
        if (ours->width != (unsigned) theirs->width)
                return "the width";
        for (unsigned y = 0; y < ours->width; y++)
                for (unsigned x = 0; x < ours->width; x++)
                        if (qr_code_is_dark(ours, x, y) != (theirs->data[y * ours->width + x] & 1))
                                return "a module";
        return NULL;
}

/* It takes the next version that has room where ours refuses. */
const char *qr_compare(struct bytes text, unsigned version, enum qr_level level) {
        struct oracle_code *theirs = oracle.encode((int) text.size, text.data, (int) version, (int) level);
        struct qr_code *ours = malloc(sizeof(*ours));
        bool they_take_it = theirs && theirs->version == (int) version;
        int r = qr_code_encode(text, version, level, ours);
        const char *difference = NULL;

        if ((r >= 0) != they_take_it)
                difference = "whether there is room";
        else if (r >= 0)
                difference = compare_modules(ours, theirs);
        if (theirs)
                oracle.free(theirs);
        free(ours);
        return difference;
}
