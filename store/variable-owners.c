/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "pstore/variable-name.h"
#include "store/variable-source.h"

/* Variables of all vendors; firmware that goes on beyond does not end. */
#define VARIABLES_MAX 65536

/* Takes it in where it belongs, the biggest first; the least of them goes where there is no room. */
static size_t put_owner(struct source_owner *owners, size_t count, const struct source_owner *owner) {
        size_t at = count;

        while (at > 0 && owners[at - 1].bytes < owner->bytes)
                at--;
        if (at == SOURCE_OWNERS_MAX)
                return count;
        if (count < SOURCE_OWNERS_MAX)
                count++;
        for (size_t i = count - 1; i > at; i--)
                owners[i] = owners[i - 1];
        owners[at] = *owner;
        return count;
}

int variable_source_owners(struct record_source *source, struct source_owner ret_owners[SOURCE_OWNERS_MAX]) {
        const struct variable_source *variables = source->context;
        const struct variable_io *io = variables->io;
        size_t count = 0;
        int r;

        r = io->start_names(io->context);
        if (r < 0)
                return r;
        for (size_t walked = 0; walked < VARIABLES_MAX; walked++) {
                char buffer[RECORD_NAME_SIZE], vendor_text[GUID_TEXT_SIZE];
                struct text name = TEXT_ON(buffer);
                struct source_owner owner;
                uint32_t attributes;
                struct guid vendor;
                size_t size = 0;

                r = io->next_name(io->context, &vendor, &name);
                if (r <= 0)
                        break;
                if (name.truncated || variable_is_record(&vendor, text_bytes(&name)))
                        continue;
                r = io->get(io->context, &vendor, buffer, NULL, &size, &attributes);
                if (r < 0 && r != ERR_BUFFER_TOO_SMALL)
                        continue; /* what cannot be asked for is not the biggest that is known */
                guid_format(&vendor, vendor_text);
                owner = (struct source_owner){ .bytes = size };
                name = TEXT_ON(owner.name);
                text_put_escaped(&name, text_view(buffer));
                text_format(&name, "-%s", vendor_text);
                count = put_owner(ret_owners, count, &owner);
        }
        io->end_names(io->context);
        return r < 0 && count == 0 ? r : (int) count;
}
