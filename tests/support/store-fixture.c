/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "pstore/cper.h"
#include "store/selection.h"

static int keep(void *context, struct bytes bytes) {
        buffer_append(context, bytes);
        return buffer_error(context);
}

static void init_catalog(struct store_fixture *fixture) {
        catalog_init(&fixture->catalog, &fixture->memory.allocator, codec_builtin, codec_builtin_count, NULL);
}

void store_fixture_begin(struct store_fixture *fixture) {
        fake_allocator_init(&fixture->memory);
        fake_source_init(&fixture->erst, "erst", RECORD_STORE_ERST);
        fake_source_init(&fixture->efi, "efi", RECORD_STORE_EFI);
        init_catalog(fixture);
        fixture->work = (struct work){ 0 };
        buffer_init(&fixture->output, &system_allocator);
        fixture->sink = (struct sink){ .context = &fixture->output, .write = keep };
}

void store_fixture_load(struct store_fixture *fixture) {
        assert_ok(catalog_add(&fixture->catalog, &fixture->erst.source));
        assert_ok(catalog_add(&fixture->catalog, &fixture->efi.source));
        assert_ok(catalog_join(&fixture->catalog));
        assert_ok(work_init(&fixture->work, &fixture->catalog));
}

void store_fixture_reload(struct store_fixture *fixture) {
        work_free(&fixture->work);
        catalog_free(&fixture->catalog);
        init_catalog(fixture);
        store_fixture_load(fixture);
}

void store_fixture_end(struct store_fixture *fixture) {
        work_free(&fixture->work);
        catalog_free(&fixture->catalog);
        assert_int_equal(fixture->memory.live_blocks, 0);
        fake_source_free(&fixture->erst);
        fake_source_free(&fixture->efi);
        buffer_free(&fixture->output);
}

int store_fixture_setup(void **state) {
        store_fixture_begin(*state);
        return 0;
}

int store_fixture_teardown(void **state) {
        store_fixture_end(*state);
        return 0;
}

static int fail_once(void *context, struct bytes bytes) {
        unsigned *writes_left = context;

        (void) bytes;
        return (*writes_left)-- > 0 ? 0 : ERR_IO; /* behind 0 comes the largest number */
}

struct sink store_fixture_failing_sink(unsigned *writes_left) {
        return (struct sink){ .context = writes_left, .write = fail_once };
}

const char *store_fixture_output(struct store_fixture *fixture) {
        buffer_append(&fixture->output, bytes_of("", 1));
        assert_ok(buffer_error(&fixture->output));
        fixture->output.size = 0;
        return (const char *) fixture->output.data;
}

struct fake_entry *store_fixture_put_erst(struct store_fixture *fixture, uint64_t boot, uint32_t number,
                                          uint64_t seconds, const char *text) {
        uint64_t id = boot << 32 | number;
        uint8_t record[8192];
        char name[17];
        size_t size;

        assert_ok(cper_build_dmesg(id, seconds, text_view(text), record, sizeof(record), &size));
        snprintf(name, sizeof(name), "%016llx", (unsigned long long) id);
        return fake_source_add(&fixture->erst, name, bytes_of(record, size));
}

struct fake_entry *store_fixture_put_efi(struct store_fixture *fixture, const char *name, const char *text) {
        return fake_source_add(&fixture->efi, name, text_view(text));
}

static void format_part(char *text, size_t size, const char *why, uint32_t count, uint32_t part,
                        const char *log) {
        assert_true(snprintf(text, size, "%s#%u Part%u\n%s", why, count, part, log) < (int) size);
}

struct fake_entry *store_fixture_put_efi_part(struct store_fixture *fixture, const char *why, uint32_t count,
                                              uint32_t part, uint64_t seconds, const char *log) {
        char text[4096], name[RECORD_NAME_SIZE];

        format_part(text, sizeof(text), why, count, part, log);
        snprintf(name, sizeof(name), "dump-type0-%u-%u-%llu-D", part, count, (unsigned long long) seconds);
        return store_fixture_put_efi(fixture, name, text);
}

struct fake_entry *store_fixture_put_erst_part(struct store_fixture *fixture, uint64_t boot, uint32_t number,
                                               const char *why, uint32_t count, uint32_t part,
                                               uint64_t seconds, const char *log) {
        char text[4096];

        format_part(text, sizeof(text), why, count, part, log);
        return store_fixture_put_erst(fixture, boot, number, seconds, text);
}

void store_fixture_put_panic_and_oops(struct store_fixture *fixture) {
        store_fixture_put_erst_part(fixture, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, "x\n");
        store_fixture_put_erst_part(fixture, 0x65e079fe, 2, "Panic", 1, 2, 1709210110, "x\n");
        store_fixture_put_efi_part(fixture, "Oops", 1, 1, 1709296510, "x\n");
}

const struct catalog_record *store_fixture_row(const struct store_fixture *fixture, const char *id) {
        for (size_t i = 0; i < fixture->catalog.row_count; i++)
                if (record_has_id(&fixture->catalog.rows[i]->record, id))
                        return fixture->catalog.rows[i];
        fail_msg("no record %s", id);
        return NULL;
}

struct work_state *store_fixture_state(struct store_fixture *fixture, const char *id) {
        return work_state(&fixture->work, &store_fixture_row(fixture, id)->record);
}

void store_fixture_select_all(struct store_fixture *fixture) {
        const struct selection all = { 0 };
        const char *unknown;

        assert_int_equal(selection_mark(&fixture->work, &all, &unknown), fixture->catalog.row_count);
}

void store_fixture_select(struct store_fixture *fixture, const char *id, ...) {
        const char *ids[16], *unknown = "";
        struct selection selection = { .ids = ids };
        va_list more;

        va_start(more, id);
        for (const char *next = id; next; next = va_arg(more, const char *))
                ids[selection.id_count++] = next;
        va_end(more);
        if (selection_mark(&fixture->work, &selection, &unknown) < 0)
                fail_msg("nothing is called %s", unknown);
}
