/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/record.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "pstore/cper.h"
#include "pstore/variable-name.h"

#define ERST_NAME_DIGITS 16

static const char *const store_names[RECORD_STORE_END] = {
        [RECORD_STORE_ERST] = "erst",   [RECORD_STORE_EFI] = "efi",   [RECORD_STORE_PSTOREFS] = "pstorefs",
        [RECORD_STORE_KDUMP] = "kdump", [RECORD_STORE_BERT] = "bert",
};

/* fs/pstore/platform.c, pstore_type_names[] */
static const struct {
        enum record_type type;
        const char *name;
} type_rows[] = {
        { RECORD_TYPE_DMESG, "dmesg" },
        { RECORD_TYPE_MCE, "mce" },
        { RECORD_TYPE_CONSOLE, "console" },
        { RECORD_TYPE_FTRACE, "ftrace" },
        { RECORD_TYPE_PPC_RTAS, "rtas" },
        { RECORD_TYPE_PPC_OF, "powerpc-ofw" },
        { RECORD_TYPE_PPC_COMMON, "powerpc-common" },
        { RECORD_TYPE_PMSG, "pmsg" },
        { RECORD_TYPE_PPC_OPAL, "powerpc-opal" },
        { RECORD_TYPE_FOREIGN, "foreign" },
        { RECORD_TYPE_UNKNOWN, "unknown" },
};

static const struct {
        const struct guid *section;
        enum record_type type;
        enum record_compression compression;
} section_rows[] = {
        { &cper_section_dmesg, RECORD_TYPE_DMESG, RECORD_COMPRESSION_NO },
        { &cper_section_dmesg_compressed, RECORD_TYPE_DMESG, RECORD_COMPRESSION_YES },
        { &cper_section_mce, RECORD_TYPE_MCE, RECORD_COMPRESSION_NO },
};

const char *record_store_name(enum record_store store) {
        return store_names[store];
}

const char *record_type_name(enum record_type type) {
        for (size_t i = 0; i < ARRAY_SIZE(type_rows); i++)
                if (type_rows[i].type == type)
                        return type_rows[i].name;
        return "unknown";
}

int record_type_find(struct bytes name) {
        for (size_t i = 0; i < ARRAY_SIZE(type_rows); i++)
                if (bytes_equal(name, text_view(type_rows[i].name)))
                        return (int) type_rows[i].type;
        return ERR_VALUE;
}

int record_init(struct record *record, enum record_store store, struct bytes name) {
        if (name.size >= RECORD_NAME_SIZE)
                return ERR_TOO_LARGE;
        *record = (struct record){ .store = store, .type = RECORD_TYPE_UNKNOWN };
        memcpy(record->name, name.data, name.size);
        return 0;
}

/*
 * erst_writer's ids start at the seconds of the first record of a boot, shifted left by 32, and after 2038 at
 * bit 63 and the seconds shifted left by 24 (K6.1 drivers/firmware/efi/cper.c, cper_next_record_id()).
 */
uint64_t record_erst_boot(uint64_t erst_id) {
        if (erst_id >> 63)
                return (erst_id & ~(UINT64_C(1) << 63)) >> 24;
        return erst_id >> 32;
}

static int fail(struct record *record, int error, size_t offset, const char *field, const char *reason) {
        record->error = fault_at(&record->fault, error, offset, field, reason);
        return record->error;
}

static void know_section(struct record *record, const struct cper_section *section) {
        for (size_t i = 0; i < ARRAY_SIZE(section_rows); i++)
                if (guid_equal(&section->type, section_rows[i].section)) {
                        record->type = section_rows[i].type;
                        record->compression = section_rows[i].compression;
                }
}

static void take_section(struct record *record, const struct cper_record *cper) {
        struct cper_cursor cursor = { 0 };
        struct cper_section section;

        record->type = RECORD_TYPE_FOREIGN;
        if (!cper_next_section(cper, &cursor, &section))
                return;
        record->section_type = section.type;
        record->payload = section.body;
        if (guid_equal(&cper->creator, &cper_creator_linux))
                know_section(record, &section);
}

/* The name that it is, or was, stored under: one that was deleted has '@' and its place behind it. */
static struct bytes stored_name(const struct record *record) {
        struct bytes name = text_view(record->name);

        for (size_t size = name.size; record->deleted && size > 0; size--)
                if (name.data[size - 1] == '@')
                        return bytes_first(name, size - 1);
        return name;
}

void record_format_erst_name(uint64_t erst_id, char ret_name[RECORD_NAME_SIZE]) {
        struct text text = text_on(ret_name, RECORD_NAME_SIZE);

        text_format(&text, "%016llx", (unsigned long long) erst_id);
}

int record_parse_erst_name(struct bytes name, uint64_t *ret_id) {
        size_t at = 0;

        return name.size == ERST_NAME_DIGITS ? hex_parse(name, &at, ERST_NAME_DIGITS, ret_id) : ERR_VALUE;
}

static bool erst_name_parse(const struct record *record, uint64_t *ret_id) {
        return record_parse_erst_name(stored_name(record), ret_id) == 0;
}

/* A record of Linux that is torn within its log: the error stays, and so does what there is of the log. */
static void salvage(struct record *record, struct bytes raw) {
        struct cper_section section;
        struct cper_record cper;
        uint64_t id;

        if (!cper_salvage(raw, &cper, &section) || !erst_name_parse(record, &id) || id != cper.record_id)
                return;
        record->boot = record_erst_boot(cper.record_id);
        record->has_time = cper_time(&cper, &record->seconds);
        know_section(record, &section);
        if (record->type == RECORD_TYPE_DMESG)
                record->payload = section.body;
}

static int parse_erst(struct record *record, struct bytes raw) {
        struct cper_record cper;
        uint64_t id;
        int r;

        r = cper_parse(raw, &cper, &record->fault);
        if (r < 0) {
                record->error = r;
                salvage(record, raw);
                return r;
        }
        if (!erst_name_parse(record, &id) || id != cper.record_id)
                return fail(record, ERR_VALUE, CPER_RECORD_ID_OFFSET, "record id",
                            "is not the id it is stored under");
        record->raw = cper.raw;
        record->boot = record_erst_boot(cper.record_id);
        record->has_time = cper_time(&cper, &record->seconds);
        take_section(record, &cper);
        return 0;
}

bool record_is_hardware_error(const struct record *record) {
        return record->store == RECORD_STORE_BERT ||
               (record->store == RECORD_STORE_EFI && variable_name_is_hardware_error(stored_name(record)));
}

static int take_report(struct record *record, const struct cper_record *cper) {
        record->has_time = cper_time(cper, &record->seconds);
        take_section(record, cper);
        return 0;
}

static int parse_status(struct record *record, struct bytes raw) {
        struct cper_record cper;

        record->error = cper_parse_status(raw, &cper, &record->fault);
        return record->error < 0 ? record->error : take_report(record, &cper);
}

/* UEFI 2.10, appendix P.2: the variable's data is the record. Its id is not the variable's number. */
static int parse_hardware_error(struct record *record, struct bytes raw) {
        struct cper_record cper;

        record->error = cper_parse(raw, &cper, &record->fault);
        return record->error < 0 ? record->error : take_report(record, &cper);
}

static int parse_variable(struct record *record, struct bytes raw) {
        struct variable_name name;

        if (record_is_hardware_error(record))
                return parse_hardware_error(record, raw);
        if (variable_name_parse(stored_name(record), &name) < 0)
                return fail(record, ERR_VALUE, 0, "variable name", "is none that Linux gives");
        /* The name has the kernel's number of the type, which a later kernel may have more of. */
        record->type = name.type <= RECORD_TYPE_PPC_OPAL ? (enum record_type) name.type : RECORD_TYPE_UNKNOWN;
        record->has_time = true;
        record->seconds = name.seconds;
        record->compression = (enum record_compression) name.compression;
        record->payload = raw;
        return 0;
}

static bool file_name_allows(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit_is_decimal((uint8_t) c) ||
               c == '.' || c == '-' || c == '_';
}

/* Such a source shows texts; bytes as stored tell nothing of themselves. */
static int parse_file(struct record *record, struct bytes raw) {
        record->payload = raw;
        return 0;
}

int record_parse(struct record *record, struct bytes raw) {
        static int (*const parsers[RECORD_STORE_END])(struct record *, struct bytes) = {
                [RECORD_STORE_ERST] = parse_erst,     [RECORD_STORE_EFI] = parse_variable,
                [RECORD_STORE_PSTOREFS] = parse_file, [RECORD_STORE_KDUMP] = parse_file,
                [RECORD_STORE_BERT] = parse_status,
        };

        record->raw = raw;
        return parsers[record->store](record, raw);
}

void record_describe(struct record *record, enum record_type type, uint64_t seconds) {
        uint64_t id;

        record->type = type;
        record->has_time = true;
        record->seconds = seconds;
        if (record->store == RECORD_STORE_ERST && erst_name_parse(record, &id))
                record->boot = record_erst_boot(id);
}

void record_set_text(struct record *record, struct bytes text, const char *codec) {
        struct header_line header;
        uint64_t seconds = 0;

        record->text = text;
        record->decoded = true;
        record->codec = codec;
        if (record->type != RECORD_TYPE_DMESG)
                return;
        /* In pstorefs a line of the back end's own may stand before it. */
        if (record->store == RECORD_STORE_PSTOREFS ? header_line_find(text, &header, &seconds) == 0
                                                   : header_line_parse(text, &header) == 0)
                record->header = header;
        if (seconds > 0) { /* better than the file's own time, which a copy has lost */
                record->has_time = true;
                record->seconds = seconds;
        }
}

/* Cuts what follows the last '-' off and returns it; empty when there is none. */
static struct bytes cut_last_word(struct bytes *view) {
        for (size_t i = view->size; i > 0; i--)
                if (view->data[i - 1] == '-') {
                        struct bytes word = bytes_from(*view, i);

                        *view = bytes_first(*view, i - 1);
                        return word;
                }
        return bytes_of(NULL, 0);
}

static bool is_backend(struct bytes name) {
        for (size_t i = 0; i < name.size; i++)
                if (!file_name_allows((char) name.data[i]) || name.data[i] == '.')
                        return false;
        return name.size > 0 && name.size <= RECORD_BACKEND_MAX;
}

/* Kernels up to about 4.0 gave these two no number, as ramoops has one of each. */
static bool may_lack_number(struct bytes type) {
        int found = record_type_find(type);

        return found == RECORD_TYPE_CONSOLE || found == RECORD_TYPE_FTRACE;
}

int record_parse_file_name(struct bytes file_name, struct bytes *ret_type, struct bytes *ret_backend,
                           uint64_t *ret_number) {
        struct bytes type = file_name, last = cut_last_word(&type), backend = last;
        uint64_t number = 0;
        size_t at = 0;
        bool numbered = decimal_parse(last, &at, UINT64_MAX, &number) == 0 && at == last.size;

        if (numbered)
                backend = cut_last_word(&type);
        else
                number = 0;
        if (!is_backend(backend) || (!numbered && !may_lack_number(type)))
                return ERR_VALUE;
        *ret_type = type;
        *ret_backend = backend;
        *ret_number = number;
        return numbered;
}

struct bytes record_backend(const struct record *record) {
        struct bytes name = text_view(record->name), type, backend;
        uint64_t number;

        if (record->store == RECORD_STORE_PSTOREFS) {
                for (size_t i = 0; i < name.size; i++) /* the number ends before ".enc.z" */
                        if (name.data[i] == '.')
                                name = bytes_first(name, i);
                if (record_parse_file_name(name, &type, &backend, &number) >= 0)
                        return backend;
        }
        return text_view(record_store_name(record->store));
}

struct bytes record_log(const struct record *record) {
        return bytes_from(record->text, record->header.size);
}

bool record_has_log(const struct record *record) {
        return record->decoded && record->codec;
}

bool record_is_part(const struct record *record) {
        return record->decoded && record->header.reason != REASON_NONE;
}

void record_format_id(const struct record *record, struct text *text) {
        text_put(text, record_store_name(record->store));
        text_put_char(text, ':');
        text_put(text, record->name);
}

void record_format_file_name(const struct record *record, struct text *text) {
        text_put(text, record_store_name(record->store));
        text_put_char(text, '-');
        for (const char *at = record->name; *at; at++) {
                if (file_name_allows(*at))
                        text_put_char(text, *at);
                else
                        text_format(text, "_%02x", (unsigned char) *at);
        }
}

/* What of a variable's name is left without "-C" or "-D", or whatever stands there. */
static struct bytes without_compression(enum record_store store, struct bytes name) {
        struct variable_name parsed;

        if (store == RECORD_STORE_EFI && variable_name_parse(name, &parsed) == 0 &&
            parsed.generation == VARIABLE_NAME_COMPRESSION)
                return bytes_first(name, name.size - 2);
        return name;
}

static bool names_match(enum record_store store, struct bytes left, struct bytes right) {
        struct bytes left_stem = without_compression(store, left);
        struct bytes right_stem = without_compression(store, right);

        /* Where both have the ending, it counts. */
        if (left_stem.size < left.size && right_stem.size < right.size)
                return bytes_equal(left, right);
        return bytes_equal(left_stem, right_stem);
}

bool record_has_id(const struct record *record, const char *id) {
        struct bytes prefix = text_view(record_store_name(record->store));
        struct bytes given = text_view(id);

        if (!bytes_start_with(given, prefix) || given.size <= prefix.size || id[prefix.size] != ':')
                return false;
        return names_match(record->store, bytes_from(given, prefix.size + 1), text_view(record->name));
}

bool record_same_id(const struct record *left, const struct record *right) {
        return left->store == right->store &&
               names_match(left->store, text_view(left->name), text_view(right->name));
}

int record_compare_id(const struct record *left, const struct record *right) {
        struct bytes left_stem = without_compression(left->store, text_view(left->name));
        struct bytes right_stem = without_compression(right->store, text_view(right->name));
        int order;

        if (left->store != right->store)
                return left->store < right->store ? -1 : 1;
        order = memcmp(left_stem.data, right_stem.data, size_min(left_stem.size, right_stem.size));
        return order ? order : (left_stem.size > right_stem.size) - (left_stem.size < right_stem.size);
}
