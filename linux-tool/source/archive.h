/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <sys/stat.h>

#include "codec/sha256.h"
#include "linux-tool/source/strays.h"
#include "store/source.h"

/*
 * What dir: knows of a directory of saved records, and of those below it: where the bytes of each record lie,
 * and what has to go together. archive-dump.c reads our own dumps, archive-systemd.c what systemd-pstore
 * makes.
 */

/* One place where a record lies. Paths are relative to DIR. */
struct archive_record {
        struct source_entry entry;
        struct header_line line; /* what its text says, as far as that is known without decoding it */
        char *path;
        uint64_t offset, size; /* of its bytes in the file */
        bool is_file;          /* they are the whole file, which is no other record's */
        struct stat status;    /* of such a file */
        bool has_digest;
        uint8_t sha256[SHA256_SIZE];
        bool is_opaque; /* nobody could decode it when it was saved */
        int error;      /* why it cannot be read; 0 */
        size_t unit;    /* what it goes with: in archive.units */
        size_t next_in_unit;
        size_t next_place; /* of the same record */
        bool is_hidden;    /* another place stands for it */
        bool is_marked;    /* it is to go */
        /* Of several that have its name the first knows of all: */
        size_t asked;   /* how often the name was to go */
        bool is_judged; /* what was confirmed */
        int verdict;
};

#define ARCHIVE_NONE            SIZE_MAX
#define ARCHIVE_UNIT_SHARED_MAX 3

/*
 * What can only be removed at once, as the bytes of its records lie in one file or a log tells all of them: a
 * dump of ours, a directory of systemd's, or a file alone.
 */
struct archive_unit {
        char *directory;                       /* "" for DIR itself */
        char *shared[ARCHIVE_UNIT_SHARED_MAX]; /* the files that are of all its records, in the order to go */
        struct stat status[ARCHIVE_UNIT_SHARED_MAX];
        size_t shared_count;
        size_t first_record, record_count, marked_count;
        bool holds_more; /* than its records: nobody can mean that by naming them */
        bool is_gone;
};

struct archive {
        int fd; /* of DIR; -1 when closed */
        char *real_path;
        struct strays strays;
        struct archive_record *records;
        size_t record_count, record_capacity;
        struct archive_unit *units;
        size_t unit_count, unit_capacity;
        struct archive_record **visible; /* in the order of their names, which dumps may have several times */
        size_t visible_count;
        size_t looked_at; /* entries of directories */
        uint64_t total;   /* bytes that are read, or will be */
        bool is_cut;      /* there is more than bounds let in */
};

/* A directory that is looked at. */
struct archive_directory {
        const char *path; /* "" for DIR */
        const char *name,
                *above; /* its own name and that of where it lies, also where that is not below DIR */
        int fd;
};

/* "DIRECTORY/NAME", or NULL: no memory. */
char *archive_join(const char *directory, const char *name);

/* A line about what is in the directory and no record; see strays_add(). */
void archive_stray(struct archive *archive, const struct archive_directory *directory, const char *name,
                   const char *what);

/* A new unit of this directory, to which records and shared files are added; its index, or an error. */
int archive_add_unit(struct archive *archive, const struct archive_directory *directory, size_t *ret_unit);

/* A file that goes with the unit; one that is not there is none. */
int archive_add_shared(struct archive *archive, size_t unit, const struct archive_directory *directory,
                       const char *name);

/*
 * Adds a place of a record to the unit; takes over .path, also when it fails. ERR_LOOP when there are as many
 * as a source may have.
 */
int archive_add(struct archive *archive, size_t unit, const struct archive_record *record);

/* The name of a record that has no id: where it lies. False when that is too long. */
bool archive_name_after_place(struct archive_record *record);

/* Replaces the buffer's content by the bytes of a place. ERR_CHECKSUM when they are not those of its digest.
 */
int archive_read_place(const struct archive *archive, const struct archive_record *record,
                       struct buffer *buffer);

/* Appends a file of the directory; ERR_TOO_LARGE before anything of it is read, or as file_read_beneath(). */
int archive_read_whole(struct archive *archive, const struct archive_directory *directory, const char *name,
                       size_t limit, struct buffer *buffer);

/*
 * Once nothing is added any more: one record for what lies in several places. Of several texts of one id the
 * first keeps it and the others are called after their places; stored bytes tell their id themselves, so
 * those of two machines have one name.
 */
int archive_settle(struct archive *archive);

/* The records of this name: the first in archive->visible, and how many follow; NULL and 0. */
struct archive_record **archive_find(const struct archive *archive, const char *name, size_t *ret_count);

/*
 * Marks all places of a record to go, and removes what no other record is left in. 0 also while others have
 * not been named, and where several records have this name, as long as not all were; ERR_CHANGED for what is
 * not as it was when the list was taken; ERR_TOGETHER for what holds more than records.
 */
int archive_remove(struct archive *archive, const char *name);

/*
 * 0 when a list that was taken afterwards has no such record; ERR_TOGETHER where it lies with others that
 * were not named, ERR_STILL_THERE.
 */
int archive_confirm_removed(const struct archive *archive, const struct archive *after, const char *name);

void archive_free(struct archive *archive);

/*
 * A dump of ours, docs/USAGE.md: 1 when the directory is one, or what nobody but its maker should read, and
 * 0 when it may be anything else.
 */
int archive_take_dump(struct archive *archive, const struct archive_directory *directory);

/* The name of the directory in it for records that are of no event, and such a record by its description. */
#define ARCHIVE_OTHER_DIRECTORY "other"
int archive_take_other(struct archive *archive, const struct archive_directory *directory, const char *name);

/* 1 for the file of a record as the kernel's pstore names it; 0 for any other. */
int archive_take_file(struct archive *archive, const struct archive_directory *directory, const char *name);

/* The log that systemd made of the records, of which those from `first` on lie beside it. */
#define ARCHIVE_SYSTEMD_LOG "dmesg.txt"
int archive_take_log(struct archive *archive, const struct archive_directory *directory, size_t first);
