/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "acpi/erst-describe.h"
#include "acpi/erst-table.h"
#include "base/arith.h"
#include "base/error.h"
#include "linux/boot-change.h"
#include "linux/efivarfs.h"
#include "linux/kernel-log.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define BACKEND          "/sys/module/pstore/parameters/backend"
#define PSTORE           "/sys/module/pstore"
#define PSTORE_MODULE    "/sys/module/pstore/initstate" /* of what is built in there is none */
#define PSTOREFS         "/sys/fs/pstore"
#define ERST_TABLE       "/sys/firmware/acpi/tables/ERST"
#define EFI_DRIVER       "/sys/module/efi_pstore"
#define EFI_MODULE       "/sys/module/efi_pstore/initstate"
#define EFI_DISABLED     "/sys/module/efi_pstore/parameters/pstore_disable"
#define RAMOOPS          "/sys/module/ramoops"
#define RAMOOPS_DEVICES  "/sys/bus/platform/drivers/ramoops"
#define PSTORE_BLK       "/sys/module/pstore_blk"
#define RELEASE          "/proc/sys/kernel/osrelease"
#define MODULES          "/lib/modules/%s/modules.dep"

#define RENAMED_IN       VERSION_OF(6, 2) /* "efi" became "efi_pstore" */
#define SETTABLE_IN      VERSION_OF(6, 3) /* writing to pstore_disable registers, or takes away */
#define VERSION_OF(a, b) ((a) *1000u + (b))

struct view {
        const char *root;
        const struct boot_line *line;
        unsigned version; /* of the kernel, by VERSION_OF; 0 when it is not known */
        bool has_erst, has_efi;
        int erst_error;       /* of reading the table; 0 when Linux takes it */
        char erst_fault[128]; /* why it does not */
        const struct kernel_log *log;
};

/* --- what is there ------------------------------------------------------------------------------ */

/* A flag of the kernel: 1 or Y for yes. */
static bool read_flag(const struct view *view, const char *name) {
        char line[8];

        return system_file_line(view->root, name, line, sizeof(line)) && (line[0] == '1' || line[0] == 'Y');
}

static unsigned read_version(const char *root) {
        char line[128];
        unsigned major, minor;

        return system_file_line(root, RELEASE, line, sizeof(line)) &&
                               sscanf(line, "%u.%u", &major, &minor) == 2
                       ? VERSION_OF(major, minor)
                       : 0;
}

/*
 * erst_init() refuses a table that breaks the rules of its form, and one that does not tell where records are
 * exchanged (K6.1 drivers/acpi/apei/erst.c, erst_check_table(), erst_get_erange()).
 */
static int judge_erst(struct bytes raw, struct text *why) {
        static const uint8_t needed[] = {
                ERST_GET_ERROR_LOG_ADDRESS_RANGE,
                ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH,
                ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES,
        };
        struct erst_table table;
        struct erst_fault fault;
        int r;

        r = erst_table_parse(raw, &table, &fault);
        if (r < 0)
                erst_describe_fault(&fault, why);
        for (size_t i = 0; i < ARRAY_SIZE(needed) && r == 0; i++)
                if (erst_table_action_length(&table, needed[i]) == 0) {
                        text_format(why, "it has no %s", erst_action_name(needed[i]));
                        r = ERR_NOT_FOUND;
                }
        return r;
}

static void look_at_erst(struct view *view) {
        _cleanup_buffer_ struct buffer raw;
        struct text why = TEXT_ON(view->erst_fault);
        char path[PATH_MAX];

        buffer_init(&raw, &system_allocator);
        view->has_erst = system_file_exists(view->root, ERST_TABLE);
        if (!view->has_erst || !system_file_path(view->root, ERST_TABLE, path))
                return;
        view->erst_error = file_read_at(AT_FDCWD, path, ACPI_TABLE_SIZE_MAX, &raw);
        if (view->erst_error == 0)
                view->erst_error = judge_erst(buffer_bytes(&raw), &why);
}

/* --- what keeps a back end from registering ----------------------------------------------------- */

/* One thing that may be in the way of a back end, and what takes it away. */
struct obstacle {
        bool (*is_there)(const struct view *view);
        const char *why;
        void (*put_command)(const struct view *view, struct text *text); /* NULL: none is known */
        bool is_of_boot; /* the kernel's command line says so, against whatever is shown */
};

static bool has_no_erst(const struct view *view) {
        return !view->has_erst;
}

static bool is_erst_refused(const struct view *view) {
        return view->erst_fault[0] != '\0';
}

static bool is_erst_disabled(const struct view *view) {
        return boot_line_has(view->line, "erst_disable");
}

static void put_erst_enabled(const struct view *view, struct text *text) {
        boot_change_put(view->root, NULL, "erst_disable", text);
}

static bool has_no_efi(const struct view *view) {
        return !view->has_efi;
}

static bool has_no_runtime(const struct view *view) {
        return boot_line_lists(view->line, "efi", "noruntime");
}

static void put_runtime(const struct view *view, struct text *text) {
        boot_change_put(view->root, NULL, "efi=noruntime", text);
}

static bool is_noefi(const struct view *view) {
        return boot_line_has(view->line, "noefi");
}

static void put_efi(const struct view *view, struct text *text) {
        boot_change_put(view->root, NULL, "noefi", text);
}

/* So is an efivarfs of a firmware that lets nobody write (K6.1 fs/efivarfs/super.c, efivarfs_fill_super()).
 */
static bool is_efi_read_only(const struct view *view) {
        struct statvfs status;
        char path[PATH_MAX];

        return efivarfs_is_mounted(view->root) && system_file_path(view->root, EFIVARFS_DIRECTORY, path) &&
               statvfs(path, &status) == 0 && (status.f_flag & ST_RDONLY);
}

static bool is_efi_blocked(const struct view *view) {
        return !system_file_exists(view->root, EFI_DRIVER) &&
               (boot_line_lists(view->line, "module_blacklist", "efi_pstore") ||
                boot_line_lists(view->line, "modprobe.blacklist", "efi_pstore"));
}

static void put_efi_allowed(const struct view *view, struct text *text) {
        char listed[128];

        if (boot_line_value(view->line, "module_blacklist", listed, sizeof(listed)))
                text_format(text, "boot without efi_pstore in module_blacklist=%s", listed);
        else
                text_put(text, "boot without efi_pstore in modprobe.blacklist=");
}

/* Where the list of this kernel's modules can be read and has none of it, there is none. */
static bool is_efi_not_built(const struct view *view) {
        _cleanup_buffer_ struct buffer list;
        char release[128], name[PATH_MAX], path[PATH_MAX];

        buffer_init(&list, &system_allocator);
        if (system_file_exists(view->root, EFI_DRIVER) ||
            !system_file_line(view->root, RELEASE, release, sizeof(release)) ||
            snprintf(name, sizeof(name), MODULES, release) >= (int) sizeof(name) ||
            !system_file_path(view->root, name, path) ||
            file_read_at(AT_FDCWD, path, FILE_SIZE_MAX, &list) < 0)
                return false;
        buffer_append(&list, bytes_of("", 1));
        return buffer_error(&list) == 0 && !strstr((const char *) list.data, "efi-pstore.ko");
}

static bool is_efi_not_loaded(const struct view *view) {
        return !system_file_exists(view->root, EFI_DRIVER);
}

static void put_efi_loaded(const struct view *view, struct text *text) {
        (void) view;
        text_put(text, "echo efi_pstore > /etc/modules-load.d/efi_pstore.conf; modprobe efi_pstore");
}

static bool is_efi_disabled(const struct view *view) {
        return read_flag(view, EFI_DISABLED);
}

/* What is built in cannot be loaded anew: it is told at the boot. */
static void put_efi_enabled(const struct view *view, struct text *text) {
        if (system_file_exists(view->root, EFI_MODULE))
                text_put(text, "echo options efi_pstore pstore_disable=0 > /etc/modprobe.d/efi_pstore.conf; "
                               "modprobe -r efi_pstore; modprobe efi_pstore");
        else
                boot_change_put(view->root, "efi_pstore.pstore_disable=0", NULL, text);
}

static bool has_ramoops(const struct view *view) {
        return system_file_exists(view->root, RAMOOPS);
}

static bool has_no_ramoops(const struct view *view) {
        return !has_ramoops(view);
}

/* A device that ramoops_probe() took is a link in the directory of its driver; it registers, or fails. */
static bool has_ramoops_device(const struct view *view) {
        _cleanup_closedir_ DIR *directory = NULL;
        const struct dirent *found;
        char path[PATH_MAX];

        if (system_file_path(view->root, RAMOOPS_DEVICES, path))
                directory = opendir(path);
        while (directory && (found = readdir(directory)))
                if (found->d_type == DT_LNK && strcmp(found->d_name, "module") != 0)
                        return true;
        return false;
}

static bool has_ramoops_without_memory(const struct view *view) {
        return system_file_exists(view->root, RAMOOPS_DEVICES) && !has_ramoops_device(view);
}

static bool has_no_pstore_blk(const struct view *view) {
        return !system_file_exists(view->root, PSTORE_BLK);
}

static bool is_no_powerpc(const struct view *view) {
        struct utsname system;

        (void) view;
        return uname(&system) == 0 && strncmp(system.machine, "ppc", 3) != 0;
}

static bool is_renamed(const struct view *view) {
        return view->version >= RENAMED_IN;
}

static bool is_not_renamed_yet(const struct view *view) {
        return view->version > 0 && view->version < RENAMED_IN;
}

static bool always(const struct view *view) {
        (void) view;
        return true;
}

static bool never(const struct view *view) {
        (void) view;
        return false;
}

/* Each list ends in one that asks nothing. */
static const struct obstacle erst_obstacles[] = {
        { has_no_erst, "this machine has no ERST table", NULL, false },
        { is_erst_refused, "Linux refuses the ERST table", NULL, false },
        { is_erst_disabled, "erst_disable is on the kernel's command line", put_erst_enabled, true },
        { NULL, NULL, NULL, false },
};

static const struct obstacle efi_obstacles[] = {
        { has_no_efi, "this machine has no EFI variables", NULL, false },
        { has_no_runtime, "efi=noruntime is on the kernel's command line", put_runtime, true },
        { is_noefi, "noefi is on the kernel's command line", put_efi, true },
        { is_efi_read_only,
          "efivarfs is read-only: the firmware lets no system write variables, or it was mounted so", NULL,
          false },
        { is_efi_blocked, "efi_pstore is kept from loading by the kernel's command line", put_efi_allowed,
          true },
        { is_efi_not_built, "this kernel was built without efi_pstore", NULL, false },
        { is_efi_not_loaded, "efi_pstore is not loaded", put_efi_loaded, false },
        { is_efi_disabled, "efi_pstore is there and disabled (pstore_disable)", put_efi_enabled, false },
        { NULL, NULL, NULL, false },
};

static const struct obstacle ramoops_obstacles[] = {
        { has_no_ramoops, "its driver is not loaded", NULL, false },
        { has_ramoops_without_memory, "its driver was given no memory", NULL, false },
        { NULL, NULL, NULL, false },
};

static const struct obstacle nothing[] = { { NULL, NULL, NULL, false } };

static bool is_erst_sure(const struct view *view) {
        return view->erst_error == 0;
}

/*
 * A module comes when the firmware's services are long there. What is built in starts at the same time as
 * drivers that bring them late on some machines without ACPI, and then never registers.
 */
static bool is_efi_sure(const struct view *view) {
        struct utsname system;

        return system_file_exists(view->root, EFI_MODULE) ||
               (uname(&system) == 0 && strcmp(system.machine, "x86_64") == 0);
}

/* Back ends by the names that they register, with all that keeps them from it. */
static const struct kind {
        const char *name;
        struct obstacle first; /* what speaks against the name itself */
        const struct obstacle *others;
        bool (*is_sure)(const struct view *view); /* without an obstacle it registers; NULL: nobody knows */
} kinds[] = {
        { "erst", { never, NULL, NULL, false }, erst_obstacles, is_erst_sure },
        { "efi_pstore",
          { is_not_renamed_yet, "before Linux 6.2 it is called efi", NULL, false },
          efi_obstacles,
          is_efi_sure },
        { "efi",
          { is_renamed, "since Linux 6.2 it is called efi_pstore", NULL, false },
          efi_obstacles,
          is_efi_sure },
        { "ramoops", { never, NULL, NULL, false }, ramoops_obstacles, has_ramoops_device },
        { "pstore_blk", { has_no_pstore_blk, "its driver is not loaded", NULL, false }, nothing, NULL },
        { "nvram", { is_no_powerpc, "only PowerPC has it", NULL, false }, nothing, NULL },
        { "none", { always, "no back end has this name", NULL, false }, nothing, NULL },
};

static const struct kind *find_kind(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                if (strcmp(kinds[i].name, name) == 0)
                        return &kinds[i];
        return NULL;
}

static const struct obstacle *find_obstacle(const struct kind *kind, const struct view *view) {
        if (kind->first.is_there(view))
                return &kind->first;
        for (const struct obstacle *obstacle = kind->others; obstacle->is_there; obstacle++)
                if (obstacle->is_there(view))
                        return obstacle;
        return NULL;
}

/* --- what tells that one registered ------------------------------------------------------------- */

static bool log_says_registered(const struct view *view, const char *name) {
        char words[128];

        snprintf(words, sizeof(words), "pstore: Registered %s as persistent store backend", name);
        return kernel_log_says(view->log, words);
}

/* pstore makes them of the records of the back end that registered, and of no other. */
static bool has_files_of(const struct view *view, const char *name) {
        _cleanup_closedir_ DIR *directory = NULL;
        const struct dirent *found;
        struct bytes type, backend;
        char path[PATH_MAX];
        uint64_t id;

        if (system_file_path(view->root, PSTOREFS, path))
                directory = opendir(path);
        while (directory && (found = readdir(directory))) {
                struct bytes view_of_name = text_view(found->d_name), packed = text_view(".enc.z");

                if (view_of_name.size > packed.size &&
                    bytes_equal(bytes_from(view_of_name, view_of_name.size - packed.size), packed))
                        view_of_name.size -= packed.size;
                if (record_parse_file_name(view_of_name, &type, &backend, &id) >= 0 &&
                    bytes_equal(backend, text_view(name)))
                        return true;
        }
        return false;
}

/* Of a pstore that is built in the command line alone can ask; of a module its options can, too. */
static bool was_asked_for(const struct view *view, const char *name) {
        char asked[64];

        if (!view->line->known || system_file_exists(view->root, PSTORE_MODULE))
                return true;
        return boot_line_value(view->line, "pstore.backend", asked, sizeof(asked)) &&
               strcmp(asked, name) == 0;
}

static enum backend_state judge_name(const struct view *view, struct backend *backend) {
        const struct kind *kind = find_kind(backend->name);
        const struct obstacle *obstacle = kind ? find_obstacle(kind, view) : NULL;
        bool asked = was_asked_for(view, backend->name);
        struct text why = TEXT_ON(backend->why);

        if (log_says_registered(view, backend->name) || has_files_of(view, backend->name))
                return BACKEND_REGISTERED;
        /* Nothing but pstore itself writes a name that was not asked for. */
        if (!asked && !(obstacle && obstacle->is_of_boot))
                return BACKEND_REGISTERED;
        if (obstacle || view->log->whole) {
                text_put(&why, obstacle ? obstacle->why : "the kernel's log does not say that it registered");
                return BACKEND_ABSENT;
        }
        if (kind && kind->is_sure && kind->is_sure(view))
                return BACKEND_REGISTERED;
        text_put(&why, "its name may be only what was asked for, and the kernel's log does not tell");
        return BACKEND_UNKNOWN;
}

/* --- what mends it ------------------------------------------------------------------------------ */

/* Of a driver that is there, enabled, and did not register: it came before what it needs. */
static void put_efi_again(const struct view *view, struct text *text) {
        if (system_file_exists(view->root, EFI_MODULE))
                text_put(text, "modprobe -r efi_pstore; modprobe efi_pstore");
        else if (view->version >= SETTABLE_IN)
                text_put(text, "cd /sys/module/efi_pstore/parameters; echo Y > pstore_disable; echo N > "
                               "pstore_disable # until the next boot");
}

static void explain_store(const struct view *view, const char *name, struct text *why, struct text *command) {
        const struct obstacle *obstacle = find_obstacle(find_kind(name), view);

        text_put(why, why->length > 0 ? "; " : "");
        if (obstacle)
                text_put(why, obstacle->why);
        else
                text_format(why, "%s is there, and has not registered", name);
        if (obstacle && obstacle->is_there == is_erst_refused)
                text_format(why, " (%s)", view->erst_fault);
        if (command->length > 0)
                return; /* one thing after the other */
        if (obstacle && obstacle->put_command)
                obstacle->put_command(view, command);
        else if (!obstacle && strcmp(name, "erst") != 0)
                put_efi_again(view, command);
}

/* Where nothing was asked for either: what is in the way of each store of this machine. */
static void explain_none(const struct view *view, struct backend *backend) {
        struct text command = TEXT_ON(backend->command), why = TEXT_ON(backend->why);

        if (!system_file_exists(view->root, PSTORE)) {
                text_put(&why, "this kernel has no pstore");
                return;
        }
        if (view->has_efi)
                explain_store(view, is_not_renamed_yet(view) ? "efi" : "efi_pstore", &why, &command);
        if (view->has_erst)
                explain_store(view, "erst", &why, &command);
}

/* While a name is asked for that does not come, any other is refused: what takes that away serves every
 * store. */
static void explain_absent(const struct view *view, struct backend *backend) {
        const struct kind *kind = find_kind(backend->name);
        const struct obstacle *obstacle = kind ? find_obstacle(kind, view) : NULL;
        struct text command = TEXT_ON(backend->command);
        char asked[96];

        if (obstacle && obstacle->put_command)
                obstacle->put_command(view, &command);
        else if (view->has_erst || view->has_efi) {
                snprintf(asked, sizeof(asked), "pstore.backend=%s", backend->name);
                boot_change_put(view->root, NULL, asked, &command);
        }
}

void backend_find(const char *root, const struct boot_line *line, struct backend *ret_backend) {
        struct backend *backend = ret_backend;
        struct kernel_log log;
        struct view view = {
                .root = root,
                .line = line,
                .version = read_version(root),
                .has_efi = system_file_exists(root, EFIVARFS_DIRECTORY),
                .log = &log,
        };

        *backend = (struct backend){ .state = BACKEND_NONE };
        look_at_erst(&view);
        /* "(null)" is how the kernel prints a text that was never set. */
        if (!system_file_line(root, BACKEND, backend->name, sizeof(backend->name)) || !backend->name[0] ||
            strcmp(backend->name, "(null)") == 0) {
                backend->name[0] = '\0';
                explain_none(&view, backend);
                return;
        }
        kernel_log_read(root, line, &log);
        backend->state = judge_name(&view, backend);
        if (backend->state == BACKEND_ABSENT)
                explain_absent(&view, backend);
        else if (backend->state == BACKEND_UNKNOWN && log.is_denied)
                snprintf(backend->command, sizeof(backend->command), "sudo pstore-fw check");
        kernel_log_free(&log);
}

enum record_store backend_store(const char *name) {
        static const struct {
                const char *backend;
                enum record_store store;
        } stores[] = { { "erst", RECORD_STORE_ERST },
                       { "efi", RECORD_STORE_EFI },
                       { "efi_pstore", RECORD_STORE_EFI } };

        for (size_t i = 0; i < ARRAY_SIZE(stores); i++)
                if (text_equal(name, stores[i].backend))
                        return stores[i].store;
        return RECORD_STORE_PSTOREFS;
}
