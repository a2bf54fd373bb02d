/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any log, in up to three parts, and any name of a variable, as a page: it holds no markup but its own, and
 * its logs are those that went in, byte for byte.
 */
#include "codec/decode.h"
#include "posix/memory.h"
#include "store/show-html.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake-source.h"
#include "tests/support/page-reader.h"

static struct fake_source source;
static struct session session;

/* A part of what is left of the input, in front of the others in the log. */
static void add_part(unsigned part, struct bytes log) {
        char name[64];
        struct text text = TEXT_ON(name);
        _cleanup_buffer_ struct buffer content;

        buffer_init(&content, &system_allocator);
        text_format(&text, "dump-type0-%u-1-1709210119-D", part);
        buffer_append_format(&content, "Panic#1 Part%u\n", part);
        buffer_append(&content, log);
        fake_source_add(&source, name, buffer_bytes(&content));
}

static void read_page(struct buffer *ret_logs) {
        _cleanup_buffer_ struct buffer page;
        const struct selection everything = { 0 };
        const struct sink sink = sink_to_buffer(&page);

        buffer_init(&page, &system_allocator);
        session_init(&session, &system_allocator, codec_builtin, codec_builtin_count, NULL, NULL);
        session_add(&session, &source.source, 0);
        fuzz_check(session_load(&session) == 0);
        (void) session_select(&session, &everything);
        fuzz_check(show_html(&session, "fuzz", &sink) >= 0);
        fuzz_check(page_read_logs(buffer_bytes(&page), ret_logs));
        session_free(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        size_t first = bytes_u8(fuzz_take(&input, 1), 0);
        _cleanup_buffer_ struct buffer logs, wanted;
        struct bytes older = fuzz_take(&input, first);

        buffer_init(&logs, &system_allocator);
        buffer_init(&wanted, &system_allocator);
        fake_source_init(&source, "fake", RECORD_STORE_EFI);
        add_part(3, older);
        add_part(1, input);
        read_page(&logs);
        buffer_append(&wanted, older);
        /* Before the line that names the gap a log begins a new one. */
        if (older.size > 0 && older.data[older.size - 1] != '\n')
                buffer_append_text(&wanted, "\n");
        buffer_append(&wanted, input);
        fuzz_check(bytes_equal(buffer_bytes(&logs), buffer_bytes(&wanted)));
        fake_source_free(&source);
        return 0;
}
