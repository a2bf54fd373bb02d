/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/inventory.h"

#include "base/error.h"
#include "linux-tool/codec/codecs.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux/dump-directory.h"
#include "posix/memory.h"
#include "store/check-kernel.h"
#include "store/no-records.h"

/* Linux takes the application's dumps on from there. Never kdump's, whose memory images are in no copy. */
static bool is_outbox(const struct record_source *source) {
        return source->is_archive && source->store != RECORD_STORE_KDUMP && source->location &&
               text_ends_with(source->location, ESP_DUMPS);
}

int inventory_make(struct session *session, const char *const *specs, size_t count, bool named,
                   const struct teller *teller) {
        session_init(session, &system_allocator, codecs_linux, codecs_linux_count, &message_progress, teller);
        session->named = named;
        for (size_t i = 0; i < count; i++) {
                struct record_source *source = source_new(specs[i]);

                if (!source) {
                        message_failure(specs[i], ERR_NO_MEMORY);
                        return ERR_NO_MEMORY;
                }
                source->of_machine |= !named;
                source->is_outbox = is_outbox(source);
                source->is_quiet = !teller;
                session_add(session, source, 0);
        }
        return 0;
}

/* Where nothing is mounted pstorefs is no store, and yet the kernel may have saved what nobody sees. */
static void tell_unmounted(const struct session *session) {
        struct machine machine;
        bool has_view = true, has_efi = false;

        for (size_t i = 0; i < session->source_count; i++) {
                const struct record_source *source = session->sources[i];

                if (source->is_view && source->of_machine)
                        has_view = session->errors[i] != ERR_NO_STORE;
                else if (source->of_machine && source->store == RECORD_STORE_EFI)
                        has_efi = session->errors[i] == 0;
        }
        if (has_view)
                return;
        machine_look("", &machine);
        if (check_hides_records(&machine.kernel, has_efi))
                message_note("pstore is not mounted: what the kernel has saved is not seen (" CHECK_MOUNT
                             ")");
}

int inventory_load(struct session *session, const struct options *options) {
        const char *sources[SOURCES_MAX];
        size_t named = options_texts(options, &option_source, sources), count = named;
        bool deleted = options_have(options, &option_deleted);
        int r;

        /* Where none is named, all that this machine may have. */
        for (; named == 0 && sources_default[count]; count++)
                sources[count] = sources_default[count];
        if (named == 0)
                count = sources_add_archives("", sources, count);
        r = inventory_make(session, sources, count, named > 0, &message_teller);
        if (deleted)
                message_note("only what was deleted and has not been overwritten");
        for (size_t i = 0; i < session->source_count; i++)
                session->sources[i]->deleted = deleted;
        if (r == 0)
                r = session_load(session);
        message_progress_end();
        if (r == 0)
                tell_unmounted(session);
        return r;
}

enum record_store inventory_store_of(const struct record_source *source, const struct machine *machine) {
        return source->is_view ? backend_store(machine->backend.name) : source->store;
}

int inventory_select(struct session *session, const struct options *options) {
        const struct selection selection = {
                .ids = options->operands,
                .id_count = options->operand_count,
        };

        return session_select(session, &selection);
}

bool inventory_misses_esp(char ret_why[ESP_WHY_SIZE]) {
        struct esp esp;

        esp_find("", &esp);
        esp_describe(&esp, ret_why, ESP_WHY_SIZE);
        return ret_why[0] != '\0';
}

void inventory_note_none(const struct session *session) {
        char line[NO_RECORDS_SIZE], esp[ESP_WHY_SIZE];
        struct text text = TEXT_ON(line);

        no_records_describe(session, &text);
        message_note("%s", line);
        if (!session->named && inventory_misses_esp(esp))
                message_note("%s: what the application has saved there is not seen", esp);
}

int inventory_status(const struct session *session, size_t count) {
        if (session->failed)
                return EXIT_FAILED;
        return count > 0 ? EXIT_DONE : EXIT_NOTHING;
}

void inventory_free(struct session *session) {
        session_free(session);
        for (size_t i = 0; i < session->source_count; i++)
                source_free(session->sources[i]);
        session->source_count = 0;
}
