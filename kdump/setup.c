/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/setup.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "kdump/sysctl.h"
#include "linux/own-file.h"
#include "linux/system-file.h"
#include "posix/memory.h"
#include "posix/search.h"

/* In each file that is ours as a whole. */
#define OWN_FILE_MARKER "Written by 'pstore-fw kdump setup'"

#define GRUB_SETTINGS   "/etc/default/grub"
#define PARAMETER       "crashkernel="

static const char *const change_names[] = {
        [SETUP_UNCHANGED] = "unchanged",
        [SETUP_CREATED] = "created",
        [SETUP_CHANGED] = "changed",
        [SETUP_REMOVED] = "removed",
};

const char *setup_change_name(enum setup_change change) {
        return change_names[change];
}

/* A text file whole, as a string; false when it is not there, or cannot be read. */
static bool read_text(const char *root, const char *path, struct buffer *text) {
        struct reason reason;
        bool there = false;

        if (own_file_read(root, path, text, &there, &reason) < 0 || !there)
                return false;
        buffer_append(text, bytes_of("", 1));
        return buffer_error(text) == 0;
}

/*
 * Debian's and its children's grub-mkconfig reads files beside /etc/default/grub; the one of upstream (2.06)
 * does not. Where there is no grub-mkconfig at all, nothing says that it would not.
 */
static bool grub_reads_drop_ins(const char *root) {
        static const char *const programs[] = { "/usr/sbin/grub-mkconfig", "/usr/bin/grub-mkconfig",
                                                "/usr/sbin/grub2-mkconfig" };
        bool any = false;

        for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
                _cleanup_buffer_ struct buffer text;

                buffer_init(&text, &system_allocator);
                if (!read_text(root, programs[i], &text))
                        continue;
                any = true;
                if (strstr((const char *) text.data, "default/grub.d"))
                        return true;
        }
        return !any;
}

/* --- what the files are to become --------------------------------------------------------------- */

static void make_grub(const struct setup *setup, struct buffer *content) {
        buffer_append_text(
                content, "# SPDX-License-Identifier: BSD-2-Clause-Patent\n"
                         "# " OWN_FILE_MARKER ": memory for the kernel that saves the log and the memory of\n"
                         "# one that crashed. 'pstore-fw kdump setup --remove' takes this file away. Of "
                         "several\n"
                         "# crashkernel= the kernel takes the last.\n");
        buffer_append_format(content,
                             "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " PARAMETER "%uM\"\n",
                             setup->reserve_mib);
}

static void make_sysctl(const struct setup *setup, struct buffer *content) {
        (void) setup;
        buffer_append(content, sysctl_file());
}

/* A file that is ours as a whole, or nobody's. */
static int plan_own_file(const struct setup *setup, struct setup_file *file,
                         void (*make)(const struct setup *setup, struct buffer *content),
                         struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer old;
        bool there = false;
        int r;

        buffer_init(&old, &system_allocator);
        r = own_file_read(setup->root, file->path, &old, &there, ret_reason);
        if (r < 0)
                return r;
        if (there && !bytes_search(buffer_bytes(&old), text_view(OWN_FILE_MARKER)))
                return reason_set(ret_reason, ERR_EXISTS,
                                  "%s%s: not written by pstore-fw: move it away first", setup->root,
                                  file->path);
        if (setup->remove) {
                file->change = there ? SETUP_REMOVED : SETUP_UNCHANGED;
                return 0;
        }
        make(setup, &file->content);
        if (!there)
                file->change = SETUP_CREATED;
        else if (!bytes_equal(buffer_bytes(&old), buffer_bytes(&file->content)))
                file->change = SETUP_CHANGED;
        return buffer_error(&file->content);
}

/* The line at *offset with its end, which the last one may lack; moves *offset behind it. */
static struct bytes next_line(struct bytes text, size_t *offset) {
        struct bytes rest = bytes_from(text, *offset);
        const uint8_t *end = rest.size > 0 ? memchr(rest.data, '\n', rest.size) : NULL;
        size_t size = end ? (size_t) (end - rest.data) + 1 : rest.size;

        *offset += size;
        return bytes_first(rest, size);
}

static bool line_is_ours(struct bytes line) {
        return bytes_start_with(line, text_view(SETUP_MARKER)) &&
               (line.size == strlen(SETUP_MARKER) || strchr(" \t\n", line.data[strlen(SETUP_MARKER)]));
}

static bool ends_line(const struct buffer *text) {
        return text->size > 0 && text->data[text->size - 1] == '\n';
}

/* What was there without our line; where that was the last and had no end, so had the one before it. */
static void put_foreign_lines(struct bytes old, struct buffer *content) {
        for (size_t offset = 0; offset < old.size;) {
                struct bytes line = next_line(old, &offset);

                if (!line_is_ours(line))
                        buffer_append(content, line);
                else if (offset == old.size && line.data[line.size - 1] != '\n' && ends_line(content))
                        content->size--;
        }
}

/* Where in the line the words stand that we put there, with the blank before them; false where none do. */
static bool find_own_words(struct bytes line, size_t *ret_begin, size_t *ret_end) {
        static const char own[] = " " SETUP_MARKER " " PARAMETER;
        const uint8_t *found = bytes_search(line, text_view(own));
        size_t end;

        if (!found)
                return false;
        for (end = (size_t) (found - line.data) + strlen(own);
             end < line.size && !strchr(" \t\n", line.data[end]);)
                end++;
        *ret_begin = (size_t) (found - line.data);
        *ret_end = end;
        return true;
}

/* Where the kernel's own words end: behind "--" is what init gets, which reserves nothing. */
static size_t end_of_words(struct bytes line) {
        size_t end = line.size > 0 && line.data[line.size - 1] == '\n' ? line.size - 1 : line.size;
        const uint8_t *found = bytes_search(bytes_first(line, end), text_view(" -- "));

        return found ? (size_t) (found - line.data) : end;
}

/* The first line is all that counts, and has to be a command line. */
static int put_first_line(const struct setup *setup, struct bytes line, struct buffer *content,
                          struct reason *ret_reason) {
        size_t end = end_of_words(line);

        if (!bytes_search(line, text_view("root=")))
                return reason_set(ret_reason, ERR_VALUE,
                                  "%s" SETUP_CMDLINE_PATH
                                  ": its first line, which proxmox-boot-tool takes, has "
                                  "no root=",
                                  setup->root);
        buffer_append(content, bytes_first(line, end));
        buffer_append_format(content, " %s %s%uM", SETUP_MARKER, PARAMETER, setup->reserve_mib);
        buffer_append(content, bytes_from(line, end));
        return 0;
}

/* The same file where one line of it is read; a line of ours, of an earlier run, goes all the same. */
static int plan_one_line(const struct setup *setup, struct bytes old, struct buffer *content,
                         struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer foreign, first;
        size_t begin, end, offset = 0;
        struct bytes line;
        int r;

        buffer_init(&foreign, &system_allocator);
        buffer_init(&first, &system_allocator);
        put_foreign_lines(old, &foreign);
        line = next_line(buffer_bytes(&foreign), &offset);
        if (find_own_words(line, &begin, &end)) {
                buffer_append(&first, bytes_first(line, begin));
                buffer_append(&first, bytes_from(line, end));
        } else
                buffer_append(&first, line);
        r = buffer_error(&foreign) < 0 ? buffer_error(&foreign) : buffer_error(&first);
        if (r == 0 && setup->remove)
                buffer_append(content, buffer_bytes(&first));
        else if (r == 0)
                r = put_first_line(setup, buffer_bytes(&first), content, ret_reason);
        buffer_append(content, bytes_from(buffer_bytes(&foreign), offset));
        return r;
}

static int plan_cmdline(const struct setup *setup, struct setup_file *file, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer old;
        bool there = false;
        int r;

        buffer_init(&old, &system_allocator);
        r = own_file_read(setup->root, file->path, &old, &there, ret_reason);
        if (r < 0)
                return r;
        if (setup->is_proxmox)
                r = plan_one_line(setup, buffer_bytes(&old), &file->content, ret_reason);
        else
                put_foreign_lines(buffer_bytes(&old), &file->content);
        if (r < 0)
                return r;
        if (!setup->is_proxmox && !setup->remove) {
                /* At the end, as the last crashkernel= counts; with a line's end where the file has one. */
                bool end = file->content.size == 0 || ends_line(&file->content);

                buffer_append_format(&file->content, "%s%s %s%uM%s", end ? "" : "\n", SETUP_MARKER, PARAMETER,
                                     setup->reserve_mib, end ? "\n" : "");
        }
        if (!bytes_equal(buffer_bytes(&old), buffer_bytes(&file->content)))
                file->change = SETUP_CHANGED;
        return buffer_error(&file->content);
}

static struct setup_file *add_file(struct setup *setup, const char *path) {
        struct setup_file *file = &setup->files[setup->file_count++];

        *file = (struct setup_file){ .path = path };
        buffer_init(&file->content, &system_allocator);
        return file;
}

/* Without /etc/kernel/cmdline kernel-install takes the running command line; with our line alone, only that.
 */
static bool has_entries(const char *root) {
        return system_file_exists(root, "/boot/loader/entries") ||
               system_file_exists(root, "/efi/loader/entries") ||
               system_file_exists(root, "/boot/efi/loader/entries");
}

/* With nothing to change, what the administrator can do instead. */
static int refuse(const struct setup *setup, struct reason *ret_reason) {
        if (setup->grub_is_closed)
                return reason_set(ret_reason, ERR_NOT_FOUND,
                                  "this grub-mkconfig does not read /etc/default/grub.d: put " PARAMETER
                                  "%uM into GRUB_CMDLINE_LINUX of /etc/default/grub, or run grubby "
                                  "--update-kernel=ALL --args=" PARAMETER "%uM",
                                  setup->reserve_mib, setup->reserve_mib);
        if (has_entries(setup->root))
                return reason_set(ret_reason, ERR_NOT_FOUND,
                                  "there is no " SETUP_CMDLINE_PATH ": put the kernel's command line "
                                  "there first, without its initrd= and BOOT_IMAGE=");
        return reason_set(ret_reason, ERR_NOT_FOUND,
                          "there is neither /etc/default/grub nor " SETUP_CMDLINE_PATH ": add " PARAMETER
                          "%uM to the kernel's command line by other means",
                          setup->reserve_mib);
}

int setup_plan(struct setup *setup, struct reason *ret_reason) {
        int r = 0;

        setup->has_grub = system_file_exists(setup->root, GRUB_SETTINGS);
        setup->grub_is_closed = setup->has_grub && !grub_reads_drop_ins(setup->root);
        setup->has_grub &= !setup->grub_is_closed;
        setup->has_cmdline = system_file_exists(setup->root, SETUP_CMDLINE_PATH);
        setup->is_proxmox = system_file_exists(setup->root, SETUP_PROXMOX_ESPS) ||
                            system_file_exists(setup->root, SETUP_PROXMOX_TOOL);
        if (!setup->has_grub && !setup->has_cmdline && !setup->remove)
                return refuse(setup, ret_reason);
        if (setup->has_grub || setup->remove)
                r = plan_own_file(setup, add_file(setup, SETUP_GRUB_PATH), make_grub, ret_reason);
        if (r == 0 && setup->has_cmdline)
                r = plan_cmdline(setup, add_file(setup, SETUP_CMDLINE_PATH), ret_reason);
        if (r == 0)
                r = plan_own_file(setup, add_file(setup, SETUP_SYSCTL_PATH), make_sysctl, ret_reason);
        return r;
}

size_t setup_count_changes(const struct setup *setup) {
        size_t count = 0;

        for (size_t i = 0; i < setup->file_count; i++)
                count += setup->files[i].change != SETUP_UNCHANGED;
        return count;
}

int setup_apply(const struct setup *setup, struct reason *ret_reason) {
        int r = 0;

        for (size_t i = 0; i < setup->file_count && r == 0; i++) {
                const struct setup_file *file = &setup->files[i];

                if (file->change == SETUP_REMOVED)
                        r = own_file_remove(setup->root, file->path, ret_reason);
                else if (file->change != SETUP_UNCHANGED)
                        r = own_file_replace(setup->root, file->path, buffer_bytes(&file->content),
                                             ret_reason);
        }
        return r;
}

void setup_free(struct setup *setup) {
        for (size_t i = 0; i < setup->file_count; i++)
                buffer_free(&setup->files[i].content);
        setup->file_count = 0;
}

/* --- other reservations ------------------------------------------------------------------------- */

struct search {
        const struct setup *setup;
        void (*tell)(void *context, const char *where, struct bytes parameter);
        void *context;
};

static bool is_of_word(char c) {
        return c && !strchr(" \t\n\"'", c);
}

/* Each in the text that begins a word, but for those in a comment and ours. */
static void search_line(const struct search *search, const char *where, const char *line) {
        static const char own[] = SETUP_MARKER " ";
        const size_t own_length = strlen(own);
        const char *at = line;

        if (line[0] == '#' || line_is_ours(text_view(line)))
                return;
        while ((at = strstr(at, PARAMETER))) {
                size_t size = strlen(PARAMETER);

                while (is_of_word(at[size]))
                        size++;
                if ((at == line || !is_of_word(at[-1])) &&
                    !((size_t) (at - line) >= own_length && memcmp(at - own_length, own, own_length) == 0))
                        search->tell(search->context, where, bytes_of(at, size));
                at += size;
        }
}

static void search_file(const struct search *search, const char *root, const char *path) {
        _cleanup_buffer_ struct buffer text;
        char *rest, *line;

        buffer_init(&text, &system_allocator);
        if (!read_text(root, path, &text))
                return;
        rest = (char *) text.data;
        while ((line = strsep(&rest, "\n")))
                search_line(search, path, line);
}

static void search_drop_ins(const struct search *search) {
        char pattern[PATH_MAX];
        size_t root_length = strlen(search->setup->root);
        glob_t found;

        snprintf(pattern, sizeof(pattern), "%s/etc/default/grub.d/*.cfg", search->setup->root);
        if (glob(pattern, 0, NULL, &found) == 0)
                for (size_t i = 0; i < found.gl_pathc; i++)
                        if (strcmp(found.gl_pathv[i] + root_length, SETUP_GRUB_PATH) != 0)
                                search_file(search, search->setup->root, found.gl_pathv[i] + root_length);
        globfree(&found);
}

void setup_find_others(const struct setup *setup,
                       void (*tell)(void *context, const char *where, struct bytes parameter),
                       void *context) {
        const struct search search = { setup, tell, context };

        if (setup->has_grub) {
                search_file(&search, setup->root, GRUB_SETTINGS);
                search_drop_ins(&search);
        }
        if (setup->has_cmdline)
                search_file(&search, setup->root, SETUP_CMDLINE_PATH);
        search_file(&search, setup->root, "/proc/cmdline");
}

/* --- what boots ----------------------------------------------------------------------------------- */

static bool has_words(const char *root, const char *path, const char *words) {
        _cleanup_buffer_ struct buffer text;

        buffer_init(&text, &system_allocator);
        return read_text(root, path, &text) && strstr((const char *) text.data, words);
}

static void note_other(void *context, const char *where, struct bytes parameter) {
        (void) where;
        (void) parameter;
        *(bool *) context = true;
}

static bool grub_has_others(const struct setup *setup) {
        bool any = false;
        const struct search search = { setup, note_other, &any };

        search_file(&search, setup->root, GRUB_SETTINGS);
        search_drop_ins(&search);
        return any;
}

bool setup_grub_is_stale(const struct setup *setup) {
        _cleanup_buffer_ struct buffer text;
        char parameter[32];

        buffer_init(&text, &system_allocator);
        if (!read_text(setup->root, SETUP_GRUB_OUTPUT, &text))
                return false;
        if (setup->remove)
                return strstr((const char *) text.data, PARAMETER) && !grub_has_others(setup);
        snprintf(parameter, sizeof(parameter), PARAMETER "%uM", setup->reserve_mib);
        return !strstr((const char *) text.data, parameter);
}

/* Of the entries of Boot Loader Specification type 1, "<machine>-<release>.conf", those with these words. */
static void count_entries(const char *root, const char *release, const char *words, size_t *ret_all,
                          size_t *ret_with) {
        static const char *const places[] = { "/boot", "/efi", "/boot/efi" };
        char pattern[PATH_MAX];
        glob_t found;

        *ret_all = *ret_with = 0;
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                snprintf(pattern, sizeof(pattern), "%s%s/loader/entries/*-%s*.conf", root, places[i],
                         release);
                if (glob(pattern, 0, NULL, &found) == 0)
                        for (size_t k = 0; k < found.gl_pathc; k++) {
                                (*ret_all)++;
                                *ret_with += has_words("", found.gl_pathv[k], words);
                        }
                globfree(&found);
        }
}

bool setup_entries_are_stale(const struct setup *setup, const char *release) {
        char line[64];
        size_t all, with;

        if (setup->remove) {
                count_entries(setup->root, release, SETUP_MARKER, &all, &with);
                return with > 0;
        }
        snprintf(line, sizeof(line), SETUP_MARKER " " PARAMETER "%uM", setup->reserve_mib);
        count_entries(setup->root, release, line, &all, &with);
        return all > 0 && with == 0;
}
