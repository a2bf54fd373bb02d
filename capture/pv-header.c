/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/pv-header.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "posix/errno.h"

#define SECTOR ((size_t) 512)

/* The label is in one of the first four sectors (lib/label/label.h, struct label_header). */
#define LABEL_SECTORS  ((size_t) 4)
#define LABEL_ID       "LABELONE"
#define LABEL_TYPE     "LVM2 001"
#define LABEL_NUMBER   8  /* of its own sector */
#define LABEL_CONTENTS 20 /* where they begin, from the label on */
#define LABEL_TYPE_AT  24

/*
 * Its contents, struct pv_header: UUID and size, then places (8 bytes) with their lengths (8 bytes), a list
 * of data areas and one of metadata areas; a place of 0 ends each.
 */
#define PV_AREAS  ((size_t) 40)
#define AREA_SIZE ((size_t) 16)

/* A metadata area begins with struct mda_header: a checksum, then this; the place of the metadata. */
#define HEADER_MAGIC    " LVM2 x[5A%r0N*>"
#define HEADER_MAGIC_AT 4
#define HEADER_FLAGS    60 /* of the first struct raw_locn */
#define FLAG_IGNORED    1

static int read_at(int fd, uint64_t place, uint8_t *buffer, size_t size, struct reason *ret_reason) {
        ssize_t got = pread(fd, buffer, size, (off_t) place);

        if (got == (ssize_t) size)
                return 0;
        return reason_set(ret_reason, got < 0 ? errno_to_error(errno) : ERR_IO,
                          "LVM's metadata cannot be read: %s",
                          error_text(got < 0 ? errno_to_error(errno) : ERR_TRUNCATED));
}

/* Empty when there is none. Its number tells it from a copy of another disk's that lies there. */
static struct bytes find_label(struct bytes sectors) {
        for (size_t i = 0; i < LABEL_SECTORS; i++) {
                struct bytes label = bytes_first(bytes_from(sectors, i * SECTOR), SECTOR);

                if (bytes_start_with(label, text_view(LABEL_ID)) && bytes_u64(label, LABEL_NUMBER) == i &&
                    bytes_start_with(bytes_from(label, LABEL_TYPE_AT), text_view(LABEL_TYPE)))
                        return label;
        }
        return bytes_of(NULL, 0);
}

/* Where the first metadata area is; 0 when the lists end before, or do not end in the label's sector. */
static uint64_t find_metadata_area(struct bytes label) {
        struct bytes areas = bytes_from(label, bytes_u32(label, LABEL_CONTENTS) + PV_AREAS);

        while (bytes_u64(areas, 0) != 0)
                areas = bytes_from(areas, AREA_SIZE);
        return bytes_u64(bytes_from(areas, AREA_SIZE), 0);
}

int pv_header_digest(int fd, uint8_t ret_digest[SHA256_SIZE], struct reason *ret_reason) {
        uint8_t sectors[LABEL_SECTORS * SECTOR], sector[SECTOR] = { 0 };
        const struct bytes header = bytes_of(sector, sizeof(sector));
        struct bytes label;
        uint64_t place;
        int r;

        r = read_at(fd, 0, sectors, sizeof(sectors), ret_reason);
        if (r < 0)
                return r;
        label = find_label(bytes_of(sectors, sizeof(sectors)));
        if (label.size == 0)
                return reason_set(ret_reason, ERR_NOT_FOUND, "there is no label of LVM's");
        place = find_metadata_area(label);
        if (place == 0)
                return reason_set(ret_reason, ERR_VALUE, "the physical volume has no metadata area");
        r = read_at(fd, place, sector, sizeof(sector), ret_reason);
        if (r < 0)
                return r;
        if (!bytes_start_with(bytes_from(header, HEADER_MAGIC_AT), text_view(HEADER_MAGIC)))
                return reason_set(ret_reason, ERR_VALUE, "a metadata area of LVM's begins with no header");
        if (bytes_u32(header, HEADER_FLAGS) & FLAG_IGNORED)
                return reason_set(ret_reason, ERR_VALUE, "LVM ignores the physical volume's metadata area");
        sha256_digest(header, ret_digest);
        return 0;
}
