/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <lz4.h>
#include <lz4hc.h>
#include <lzo/lzo1x.h>
#include <zlib.h>
#include <zstd.h>

#include "linux-tool/codec/codecs.h"
#include "pstore/header-line.h"
#include "store/catalog.h"
#include "tests/support/fake-source.h"
#include "tests/support/test.h"

#define STREAM_MAX 65536

/* --- compressors, as Linux uses them ----------------------------------------------------------- */

static size_t deflate_with(struct bytes text, int window_bits, int memory_level, uint8_t *stream) {
        z_stream z = { .next_in = (Bytef *) text.data,
                       .avail_in = (uInt) text.size,
                       .next_out = stream,
                       .avail_out = STREAM_MAX };

        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY),
                         Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        deflateEnd(&z);
        return z.total_out;
}

/* K3.12 fs/pstore/platform.c */
static size_t make_zlib(struct bytes text, uint8_t *stream) {
        return deflate_with(text, 12, 4, stream);
}

/* K6.1 crypto/deflate.c */
static size_t make_deflate(struct bytes text, uint8_t *stream) {
        return deflate_with(text, -11, 9, stream);
}

/* K6.12 fs/pstore/platform.c */
static size_t make_deflate_since_6_6(struct bytes text, uint8_t *stream) {
        return deflate_with(text, -15, 8, stream);
}

static size_t make_lz4(struct bytes text, uint8_t *stream) {
        int size =
                LZ4_compress_default((const char *) text.data, (char *) stream, (int) text.size, STREAM_MAX);

        assert_true(size > 0);
        return (size_t) size;
}

static size_t make_lz4hc(struct bytes text, uint8_t *stream) {
        int size = LZ4_compress_HC((const char *) text.data, (char *) stream, (int) text.size, STREAM_MAX,
                                   LZ4HC_CLEVEL_DEFAULT);

        assert_true(size > 0);
        return (size_t) size;
}

static size_t make_lzo(struct bytes text, uint8_t *stream) {
        static uint8_t work[LZO1X_1_MEM_COMPRESS];
        lzo_uint size = STREAM_MAX;

        assert_int_equal(lzo_init(), LZO_E_OK);
        assert_int_equal(lzo1x_1_compress(text.data, text.size, stream, &size, work), LZO_E_OK);
        return size;
}

static size_t make_zstd_frame(struct bytes text, bool with_content_size, uint8_t *stream) {
        ZSTD_CCtx *context = ZSTD_createCCtx();
        size_t size;

        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3);
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, with_content_size);
        /* The parameters are made for a text of unknown size: ZSTD_getParams(level, 0, 0) */
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 21);
        size = ZSTD_compress2(context, stream, STREAM_MAX, text.data, text.size);
        ZSTD_freeCCtx(context);
        assert_false(ZSTD_isError(size));
        return size;
}

static size_t make_zstd(struct bytes text, uint8_t *stream) {
        return make_zstd_frame(text, true, stream);
}

/* K5.10 lib/zstd: its parameters leave the content's size out, and so the window is written. */
static size_t make_zstd_before_5_16(struct bytes text, uint8_t *stream) {
        return make_zstd_frame(text, false, stream);
}

static const struct compressor {
        const char *what, *codec;
        size_t (*make)(struct bytes text, uint8_t *stream);
        bool partial; /* what breaks off gives its beginning */
} compressors[] = {
        { "zlib", "zlib", make_zlib, true },
        { "deflate", "deflate", make_deflate, true },
        { "deflate since 6.6", "deflate", make_deflate_since_6_6, true },
        { "lz4", "lz4", make_lz4, true },
        { "lz4hc", "lz4", make_lz4hc, true },
        { "lzo", "lzo", make_lzo, true },
        { "zstd", "zstd", make_zstd, false },
        { "zstd before 5.16", "zstd", make_zstd_before_5_16, false },
};

/* --- texts -------------------------------------------------------------------------------------- */

/* A part that a real kernel wrote. The caller frees .data. */
static struct bytes real_part(void) {
        return test_read_file(test_data("linux-tool/erst/pstore/dmesg-erst-7341001524442562561"));
}

static bool has_header_line(void *context, struct bytes beginning) {
        struct header_line line;

        (void) context;
        return header_line_parse(beginning, &line) == 0;
}

static int choose(struct bytes stream, struct decode_choice *choice) {
        const struct decode_check check = { .accept = has_header_line };

        *choice = (struct decode_choice){ 0 };
        return decode_choose(codecs_linux, codecs_linux_count, stream, DECODE_HINT_COMPRESSED, &check,
                             choice);
}

/* --- tests -------------------------------------------------------------------------------------- */

static void assert_round_trip(const struct compressor *compressor, struct bytes text) {
        static uint8_t stream[STREAM_MAX], output[STREAM_MAX];
        size_t stream_size = compressor->make(text, stream), size = 0;
        struct decode_choice choice;
        int r = choose(bytes_of(stream, stream_size), &choice);

        if (r < 0 || strcmp(choice.codec->name, compressor->codec) != 0 || choice.size != text.size)
                fail_msg("%s of %zu bytes: %s", compressor->what, text.size, r < 0 ? error_name(r) : "other");
        assert_ok(choice.codec->decode(bytes_of(stream, stream_size), output, choice.size, &size));
        assert_true(bytes_equal(bytes_of(output, size), text));
}

static void test_every_compressor_is_told_from_the_others(NO_STATE) {
        struct bytes text = real_part();

        for (size_t i = 0; i < ARRAY_SIZE(compressors); i++)
                for (size_t size = 16; size <= text.size; size += size < 300 ? 1 : 977)
                        assert_round_trip(&compressors[i], bytes_first(text, size));
        free((void *) text.data);
}

/* As many bytes as there were before, no byte that was not in the text, and the error says that it is cut. */
static void assert_beginning(const struct compressor *compressor, struct bytes text, struct bytes cut) {
        static uint8_t output[STREAM_MAX];
        struct decode_choice choice;
        int r = choose(cut, &choice);
        size_t size = 0;

        /* A block of lz4 may end wherever literals end: nothing tells such a cut. */
        if (r != ERR_TRUNCATED && r != ERR_STREAM && (r < 0 || strcmp(compressor->codec, "lz4") != 0))
                fail_msg("%s cut to %zu bytes: %s", compressor->what, cut.size, error_name(r));
        assert_non_null(choice.codec);
        assert_string_equal(choice.codec->name, compressor->codec);
        assert_int_equal(choice.codec->decode(cut, output, choice.size, &size), r);
        assert_int_equal(size, choice.size);
        assert_true(bytes_equal(bytes_of(output, size), bytes_first(text, size)));
}

static void test_a_stream_that_breaks_off_gives_its_beginning(NO_STATE) {
        static uint8_t stream[STREAM_MAX];
        struct bytes text = real_part();

        for (size_t i = 0; i < ARRAY_SIZE(compressors); i++) {
                size_t size = compressors[i].make(text, stream);

                for (size_t cut = size / 8; cut + 8 < size && compressors[i].partial; cut += 13)
                        assert_beginning(&compressors[i], text, bytes_of(stream, cut));
        }
        free((void *) text.data);
}

static void test_half_a_stream_gives_a_third_of_the_text(NO_STATE) {
        static uint8_t stream[STREAM_MAX];
        struct bytes text = real_part();

        for (size_t i = 0; i < ARRAY_SIZE(compressors); i++) {
                size_t size = compressors[i].make(text, stream);
                struct decode_choice choice;

                if (!compressors[i].partial)
                        continue;
                (void) choose(bytes_of(stream, size / 2), &choice);
                assert_true(choice.size > text.size / 3);
        }
        free((void *) text.data);
}

static void test_noise_is_nobodys(NO_STATE) {
        struct test_random random = { 7 };
        struct decode_choice choice;
        uint8_t noise[512];

        for (size_t i = 0; i < 2000; i++) {
                test_random_fill(&random, noise, sizeof(noise));
                if (i % 2)
                        memcpy(noise, "\x28\xb5\x2f\xfd", 4);
                assert_error(choose(bytes_of(noise, i % sizeof(noise)), &choice), ERR_CODEC_UNKNOWN);
        }
}

/* More than any record: a bomb costs no more than its bound. */
static void test_output_is_bounded(NO_STATE) {
        static uint8_t stream[STREAM_MAX];
        size_t size = DECODE_SIZE_MAX + 1;
        uint8_t *text = malloc(size);
        struct decode_choice choice;

        memset(text, 'x', size);
        memcpy(text, "Panic#1 Part1\n", 14);
        for (size_t i = 0; i < ARRAY_SIZE(compressors); i++) {
                size_t length = compressors[i].make(bytes_of(text, size - 1), stream);

                assert_ok(choose(bytes_of(stream, length), &choice));
                assert_int_equal(choice.size, DECODE_SIZE_MAX);
                length = compressors[i].make(bytes_of(text, size), stream);
                assert_error(choose(bytes_of(stream, length), &choice), ERR_TOO_LARGE);
        }
        free(text);
}

static void test_what_was_tried_is_said(NO_STATE) {
        char said[DECODE_TRIED_SIZE];
        struct text text = TEXT_ON(said);

        decode_describe(codecs_linux, codecs_linux_count, &text);
        assert_string_equal(said, "no log by zlib, deflate, zstd, lz4, lzo; 842 not supported");
        text = TEXT_ON(said);
        decode_describe(codec_builtin, codec_builtin_count, &text);
        assert_string_equal(said, "no log by zlib, deflate; zstd, lz4, lzo, 842 not supported");
}

/* --- as records --------------------------------------------------------------------------------- */

static void assert_variable(const struct compressor *compressor, const char *name, enum record_form form) {
        static struct fake_source source; /* large */
        static uint8_t stream[STREAM_MAX];
        struct bytes text = text_view("Panic#7 Part3\n<0>[    1.0] the end\n<0>[    1.0] the end\n");
        size_t size = compressor->make(text, stream);
        struct catalog catalog;

        fake_source_init(&source, "efi", RECORD_STORE_EFI);
        if (form == RECORD_FORM_STORED)
                fake_source_add(&source, name, bytes_of(stream, size));
        else
                fake_source_add_shown(&source, name, form, RECORD_TYPE_DMESG, 1709210119,
                                      bytes_of(stream, size));
        catalog_init(&catalog, &system_allocator, codecs_linux, codecs_linux_count, NULL);
        assert_int_equal(catalog_add(&catalog, &source.source), 1);
        assert_ok(catalog_join(&catalog));
        assert_int_equal(catalog.event_count, 1);
        assert_ok(catalog.records[0]->error);
        assert_true(bytes_equal(catalog.records[0]->text, text));
        catalog_free(&catalog);
        fake_source_free(&source);
}

static void test_every_name_with_every_compressor(NO_STATE) {
        static const char *const names[] = {
                "dump-type0-3-1709210119",
                "dump-type0-3-7-1709210119",
                "dump-type0-3-7-1709210119-C",
                "dump-type0-3-7-1709210119-D",
        };

        for (size_t i = 0; i < ARRAY_SIZE(compressors); i++) {
                for (size_t k = 0; k < ARRAY_SIZE(names); k++)
                        assert_variable(&compressors[i], names[k], RECORD_FORM_STORED);
                assert_variable(&compressors[i], "dump-type0-3-7-1709210119", RECORD_FORM_PACKED);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_compressor_is_told_from_the_others),
                cmocka_unit_test(test_a_stream_that_breaks_off_gives_its_beginning),
                cmocka_unit_test(test_half_a_stream_gives_a_third_of_the_text),
                cmocka_unit_test(test_noise_is_nobodys),
                cmocka_unit_test(test_output_is_bounded),
                cmocka_unit_test(test_what_was_tried_is_said),
                cmocka_unit_test(test_every_name_with_every_compressor),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
