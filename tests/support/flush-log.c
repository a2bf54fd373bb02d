/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* nftw() */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/flush-log.h"

#define CALLS_MAX 512

enum call_kind { CALL_FLUSH, CALL_FLUSH_ALL, CALL_NAME, CALL_MAKE, CALL_REMOVE };

static const char *const kind_names[] = {
        [CALL_FLUSH] = "flush", [CALL_FLUSH_ALL] = "flush all", [CALL_NAME] = "name",
        [CALL_MAKE] = "make",   [CALL_REMOVE] = "remove",
};

struct file_id {
        dev_t device;
        ino_t inode; /* 0: none */
};

struct call {
        enum call_kind kind;
        struct file_id file;
        off_t size;               /* of it, then */
        struct file_id directory; /* that holds the name, but for a flush */
        char name[NAME_MAX + 1];
};

static struct call calls[CALLS_MAX];
static size_t call_count, attempts, failing;
static bool is_on;

/* --- what is noted ------------------------------------------------------------------------------ */

static struct file_id id_of(const struct stat *status) {
        return (struct file_id){ status->st_dev, status->st_ino };
}

static bool is_same(struct file_id a, struct file_id b) {
        return a.inode != 0 && a.inode == b.inode && a.device == b.device;
}

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static struct file_id find(int at, const char *path) {
        struct stat status;

        return fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? id_of(&status) : (struct file_id){ 0 };
}

static struct file_id find_directory_of(int at, const char *path) {
        char directory[PATH_MAX];
        struct stat status;

        snprintf(directory, sizeof(directory), "%.*s.", (int) (last_part(path) - path), path);
        return fstatat(at, directory, &status, 0) == 0 ? id_of(&status) : (struct file_id){ 0 };
}

static void note(enum call_kind kind, struct file_id file, off_t size, struct file_id directory,
                 const char *name) {
        struct call *call = &calls[call_count++];

        if (call_count > CALLS_MAX)
                abort();
        *call = (struct call){ .kind = kind, .file = file, .size = size, .directory = directory };
        snprintf(call->name, sizeof(call->name), "%s", name);
}

static void note_name(enum call_kind kind, int at, const char *path) {
        note(kind, find(at, path), 0, find_directory_of(at, path), last_part(path));
}

/* Its number may be the next file's, which nobody has flushed yet. */
static void forget(struct file_id file) {
        for (size_t i = 0; i < call_count; i++)
                if (is_same(calls[i].file, file))
                        calls[i].file.inode = 0;
}

static bool fails_now(void) {
        if (!is_on || ++attempts != failing)
                return false;
        errno = EIO;
        return true;
}

/* --- libc's functions ----------------------------------------------------------------------------- */

static int flush(long number, int fd) {
        struct stat status;
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(number, fd);
        if (is_on && r == 0 && fstat(fd, &status) == 0)
                note(CALL_FLUSH, id_of(&status), status.st_size, (struct file_id){ 0 }, "");
        return r;
}

int fsync(int fd) {
        return flush(SYS_fsync, fd);
}

int fdatasync(int fd) {
        return flush(SYS_fdatasync, fd);
}

int syncfs(int fd) {
        struct stat status;
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(SYS_syncfs, fd);
        if (is_on && r == 0 && fstat(fd, &status) == 0)
                note(CALL_FLUSH_ALL, (struct file_id){ status.st_dev, 0 }, 0, (struct file_id){ 0 }, "");
        return r;
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
        struct file_id replaced = find(to_at, to);
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(SYS_renameat2, from_at, from, to_at, to, flags);
        if (is_on && r == 0) {
                forget(replaced);
                note_name(CALL_NAME, to_at, to);
        }
        return r;
}

int renameat(int from_at, const char *from, int to_at, const char *to) {
        return renameat2(from_at, from, to_at, to, 0);
}

int rename(const char *from, const char *to) {
        return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(SYS_linkat, from_at, from, to_at, to, flags);
        if (is_on && r == 0)
                note_name(CALL_NAME, to_at, to);
        return r;
}

int mkdirat(int at, const char *path, mode_t mode) {
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(SYS_mkdirat, at, path, mode);
        if (is_on && r == 0)
                note_name(CALL_MAKE, at, path);
        return r;
}

int mkdir(const char *path, mode_t mode) {
        return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int at, const char *path, int flags) {
        struct file_id removed = find(at, path), directory = find_directory_of(at, path);
        int r;

        if (fails_now())
                return -1;
        r = (int) syscall(SYS_unlinkat, at, path, flags);
        if (is_on && r == 0) {
                forget(removed);
                note(CALL_REMOVE, (struct file_id){ 0 }, 0, directory, last_part(path));
        }
        return r;
}

int unlink(const char *path) {
        return unlinkat(AT_FDCWD, path, 0);
}

/* --- what tests ask ----------------------------------------------------------------------------- */

void flush_log_start(void) {
        flush_log_start_failing(0);
}

void flush_log_start_failing(size_t number) {
        call_count = attempts = 0;
        failing = number;
        is_on = true;
}

size_t flush_log_stop(void) {
        is_on = false;
        return attempts;
}

static void fail_with_calls(const char *path, const char *why) {
        for (size_t i = 0; i < call_count; i++)
                print_error("%zu: %s %s, inode %llu, %lld bytes, in %llu\n", i + 1, kind_names[calls[i].kind],
                            calls[i].name, (unsigned long long) calls[i].file.inode,
                            (long long) calls[i].size, (unsigned long long) calls[i].directory.inode);
        fail_msg("%s (inode %llu): %s", path, (unsigned long long) find(AT_FDCWD, path).inode, why);
}

/* The file's own, or that of all that is on its file system. */
static bool is_flush_of(const struct call *call, struct file_id file) {
        if (call->kind == CALL_FLUSH_ALL)
                return file.inode != 0 && call->file.device == file.device;
        return call->kind == CALL_FLUSH && is_same(call->file, file);
}

/* A flush of all does not tell how large which file was. */
static bool had_size(const struct call *call, off_t size) {
        return call->kind == CALL_FLUSH_ALL || call->size == size;
}

/* The first flush behind this position; 0: none. */
static size_t flush_behind(size_t position, struct file_id file) {
        for (size_t i = position; i < call_count; i++)
                if (is_flush_of(&calls[i], file))
                        return i + 1;
        return 0;
}

/* The last one up to this position; 0: none. */
static size_t flush_before(size_t position, struct file_id file) {
        for (size_t i = position; i-- > 0;)
                if (is_flush_of(&calls[i], file))
                        return i + 1;
        return 0;
}

/* Where the name was last given or taken, which its directory has to be flushed behind. */
static size_t assert_change(enum call_kind kind, const char *path, size_t *ret_end) {
        struct file_id directory = find_directory_of(AT_FDCWD, path);

        for (size_t i = call_count; i-- > 0;)
                if (calls[i].kind == kind && is_same(calls[i].directory, directory) &&
                    strcmp(calls[i].name, last_part(path)) == 0) {
                        *ret_end = flush_behind(i + 1, directory);
                        if (*ret_end == 0)
                                fail_with_calls(path, "its directory was not flushed behind that");
                        return i + 1;
                }
        fail_with_calls(path, kind_names[kind]);
        return 0;
}

size_t flush_log_assert_durable(const char *path) {
        size_t end, named = assert_change(CALL_NAME, path, &end), flushed;
        struct stat status;

        if (lstat(path, &status) < 0 || !is_same(calls[named - 1].file, id_of(&status)))
                fail_with_calls(path, "another file has its name");
        flushed = flush_before(named, id_of(&status));
        if (flushed == 0)
                fail_with_calls(path, "was not flushed before it got its name");
        if (!had_size(&calls[flushed - 1], status.st_size))
                fail_with_calls(path, "did not have all its bytes when it was flushed");
        return end;
}

size_t flush_log_assert_made(const char *path) {
        size_t end;

        (void) assert_change(CALL_MAKE, path, &end);
        return end;
}

/* Where this name was given by a rename, 0 for a name that was not. */
static size_t named_at(const char *path) {
        struct file_id directory = find_directory_of(AT_FDCWD, path);

        for (size_t i = call_count; i-- > 0;)
                if (calls[i].kind == CALL_NAME && is_same(calls[i].directory, directory) &&
                    strcmp(calls[i].name, last_part(path)) == 0)
                        return i + 1;
        return 0;
}

/* Of a new file, or a new name in a directory: it was flushed, as it is, before this position. */
static void assert_flushed_before(size_t position, const char *path) {
        struct stat status;
        size_t flushed;

        assert_int_equal(lstat(path, &status), 0);
        flushed = flush_before(position, id_of(&status));
        if (flushed == 0)
                fail_with_calls(path, "was not flushed before its directory got its name");
        if (S_ISREG(status.st_mode) && !had_size(&calls[flushed - 1], status.st_size))
                fail_with_calls(path, "did not have all its bytes when it was flushed");
}

size_t flush_log_assert_named(const char *path) {
        size_t end, named = assert_change(CALL_NAME, path, &end);

        assert_flushed_before(named, path);
        return end;
}

static size_t tree_end;

static int assert_entry(const char *path, const struct stat *status, int type, struct FTW *position) {
        char directory[PATH_MAX];
        size_t end = 0, named;

        (void) type;
        if (position->level == 0)
                return 0;
        snprintf(directory, sizeof(directory), "%.*s", position->base - 1, path);
        named = position->level > 1 ? named_at(directory) : 0;
        if (named > 0)
                assert_flushed_before(named, path);
        else if (S_ISDIR(status->st_mode))
                end = named_at(path) > 0 ? flush_log_assert_named(path) : flush_log_assert_made(path);
        else
                end = flush_log_assert_durable(path);
        tree_end = tree_end > end ? tree_end : end;
        return 0;
}

size_t flush_log_assert_tree(const char *directory) {
        tree_end = 0;
        assert_int_equal(nftw(directory, assert_entry, 16, FTW_PHYS), 0);
        return tree_end;
}

size_t flush_log_assert_removed(const char *path) {
        size_t end;

        (void) assert_change(CALL_REMOVE, path, &end);
        return end;
}

size_t flush_log_flushed_at(const char *path) {
        return flush_before(call_count, find(AT_FDCWD, path));
}

size_t flush_log_first_flush_of(const char *path) {
        size_t position = flush_behind(0, find(AT_FDCWD, path));

        if (position == 0)
                fail_with_calls(path, "was not flushed");
        return position;
}

size_t flush_log_first_removal_of(const char *name) {
        for (size_t i = 0; i < call_count; i++)
                if (calls[i].kind == CALL_REMOVE && strcmp(calls[i].name, name) == 0)
                        return i + 1;
        fail_with_calls(name, "was not removed");
        return 0;
}

size_t flush_log_first_removal_in(const char *directory) {
        struct file_id wanted = find(AT_FDCWD, directory);

        for (size_t i = 0; i < call_count; i++)
                if (calls[i].kind == CALL_REMOVE && is_same(calls[i].directory, wanted))
                        return i + 1;
        return 0;
}
