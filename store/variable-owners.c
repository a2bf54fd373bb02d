/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "pstore/variable-name.h"
#include "store/variable-source.h"

/* Variables of all vendors; firmware that goes on beyond does not end. */
#define VARIABLES_MAX 65536

/* Takes it in where it belongs, the biggest first; the least of them goes where there is no room. */
size_t variable_owners_put(struct source_owner owners[SOURCE_OWNERS_MAX], size_t count,
                           const struct guid *vendor, struct bytes name, uint64_t bytes) {
        char vendor_text[GUID_TEXT_SIZE];
        struct text text;
        size_t at = count;

        while (at > 0 && owners[at - 1].bytes < bytes)
                at--;
        if (at == SOURCE_OWNERS_MAX)
                return count;
        if (count < SOURCE_OWNERS_MAX)
                count++;
        for (size_t i = count - 1; i > at; i--)
                owners[i] = owners[i - 1];
        owners[at] = (struct source_owner){ .bytes = bytes };
        text = TEXT_ON(owners[at].name);
        guid_format(vendor, vendor_text);
        text_put_escaped(&text, name);
        text_format(&text, "-%s", vendor_text);
        return count;
}

int variable_io_walk(const struct variable_io *io, variable_visit *visit, void *context) {
        int r;

        r = io->start_names(io->context);
        if (r < 0)
                return r;
        for (size_t walked = 0; walked < VARIABLES_MAX; walked++) {
                char buffer[RECORD_NAME_SIZE];
                struct text name = TEXT_ON(buffer);
                uint32_t attributes = 0;
                struct guid vendor;
                size_t size = 0;
                int known;

                r = io->next_name(io->context, &vendor, &name);
                if (r <= 0)
                        break;
                if (name.truncated)
                        continue;
                known = io->get(io->context, &vendor, buffer, NULL, &size, &attributes);
                if (known == 0 || known == ERR_BUFFER_TOO_SMALL)
                        visit(context, &vendor, buffer, size, attributes);
        }
        io->end_names(io->context);
        return r < 0 ? r : 0;
}

struct owners {
        struct source_owner *rows;
        size_t count;
};

static void take_owner(void *context, const struct guid *vendor, const char *name, size_t size,
                       uint32_t attributes) {
        struct owners *owners = context;

        (void) attributes;
        if (!variable_is_record(vendor, text_view(name)))
                owners->count =
                        variable_owners_put(owners->rows, owners->count, vendor, text_view(name), size);
}

int variable_source_owners(struct record_source *source, struct source_owner ret_owners[SOURCE_OWNERS_MAX]) {
        const struct variable_source *variables = source->context;
        struct owners owners = { .rows = ret_owners };
        int r = variable_io_walk(variables->io, take_owner, &owners);

        return r < 0 && owners.count == 0 ? r : (int) owners.count;
}
