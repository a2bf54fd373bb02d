/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/secure-boot.h"

#include <stdlib.h>

#include "base/guid.h"
#include "tests/support/made-image.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define GLOBAL_VENDOR    "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY_VENDOR  "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM_VENDOR      "-605dab50-e046-4300-abb6-3dd810dd8b23"

#define TYPE_PKCS        2
#define LIST_HEADER      28
#define EFI_TIME_SIZE    16

#define CERTIFICATE_SIZE 316 /* of make_certificate() */

static const struct guid x509 =
        GUID_INIT(0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72);
static const struct guid sha256 =
        GUID_INIT(0xc1c41626, 0x504c, 0x4092, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28);
static const struct guid x509_sha256 =
        GUID_INIT(0x3bd2a492, 0x96c0, 0x4079, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1, 0x03, 0xed);
static const struct guid sha1 =
        GUID_INIT(0x826ca512, 0xcf10, 0x4ac9, 0xb1, 0x87, 0xbe, 0x01, 0x49, 0x66, 0x31, 0xbd);

/* What stands for somebody's certificate in DER, as long as the shortest. */
#define SIXTEEN "0123456789abcdef"
#define LONG    SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN
static const char ours[] = "our certificate " LONG, theirs[] = "their certificat" LONG;

struct machine {
        char *directory; /* of its variables */
        struct buffer file, lists;
        struct pe_image image;
        uint8_t digest[SHA256_SIZE];
};

static void parse(struct machine *machine) {
        struct fault fault;

        assert_ok(pe_image_parse(buffer_bytes(&machine->file), &machine->image, &fault));
}

static int setup(void **state) {
        struct machine *machine = calloc(1, sizeof(*machine));
        uint8_t image[MADE_IMAGE_SIZE];

        machine->directory = scratch_make();
        setenv("EFIVARFS_PATH", scratch_path(machine->directory, ""), 1);
        buffer_init(&machine->file, &system_allocator);
        buffer_init(&machine->lists, &system_allocator);
        made_image_fill(image);
        buffer_append(&machine->file, bytes_of(image, sizeof(image)));
        parse(machine);
        pe_image_digest(&machine->image, machine->digest);
        *state = machine;
        return 0;
}

static int teardown(void **state) {
        struct machine *machine = *state;

        scratch_remove(machine->directory);
        buffer_free(&machine->file);
        buffer_free(&machine->lists);
        free(machine);
        return 0;
}

static struct bytes digest_of(const struct machine *machine) {
        return bytes_of(machine->digest, sizeof(machine->digest));
}

/* As PKCS#7 has them, the digest that was signed and then the certificate. */
static void sign(struct machine *machine, struct bytes digest, const char *certificate) {
        struct buffer signature;

        buffer_init(&signature, &system_allocator);
        buffer_append_text(&signature, "0 digest ");
        buffer_append(&signature, digest);
        buffer_append_text(&signature, " certificate ");
        buffer_append_text(&signature, certificate);
        buffer_append_text(&signature, " end");
        made_image_sign(&machine->file, TYPE_PKCS, buffer_bytes(&signature));
        buffer_free(&signature);
        parse(machine);
}

/* EFI_SIGNATURE_LIST with a header of its own, and one signature (UEFI 2.10, 32.4.1). */
static void add_list(struct buffer *lists, const struct guid *type, uint32_t header_size, struct bytes data) {
        static const uint8_t zeros[64];
        uint8_t header[LIST_HEADER];
        uint32_t size = GUID_SIZE + (uint32_t) data.size;

        memcpy(header, type->bytes, GUID_SIZE);
        store_u32(header + 16, LIST_HEADER + header_size + size);
        store_u32(header + 20, header_size);
        store_u32(header + 24, size);
        buffer_append(lists, bytes_of(header, sizeof(header)));
        buffer_append(lists, bytes_of(zeros, header_size));
        buffer_append(lists, bytes_of(zeros, GUID_SIZE)); /* whose it is */
        buffer_append(lists, data);
        assert_ok(buffer_error(lists));
}

/* The only one. */
static void set_list(struct machine *machine, const struct guid *type, struct bytes data) {
        machine->lists.size = 0;
        add_list(&machine->lists, type, 0, data);
}

static bool is_named(const struct machine *machine) {
        return signature_lists_name(buffer_bytes(&machine->lists), &machine->image);
}

static bool is_revoked(const struct machine *machine) {
        return signature_lists_revoke(buffer_bytes(&machine->lists), &machine->image);
}

/* --- lists -------------------------------------------------------------------------------------- */

static void test_by_hash(void **state) {
        struct machine *machine = *state;
        uint8_t other[SHA256_SIZE] = { 1 };

        set_list(machine, &sha256, digest_of(machine));
        assert_true(is_named(machine));
        set_list(machine, &sha256, bytes_of(other, sizeof(other)));
        assert_false(is_named(machine));
        set_list(machine, &sha256, bytes_first(digest_of(machine), SHA256_SIZE - 1));
        assert_false(is_named(machine));
        set_list(machine, &sha1, digest_of(machine));
        assert_false(is_named(machine));
        set_list(machine, &x509, digest_of(machine));
        assert_false(is_named(machine));
}

static void test_by_certificate(void **state) {
        struct machine *machine = *state;

        set_list(machine, &x509, text_view(ours));
        assert_false(is_named(machine));
        sign(machine, digest_of(machine), ours);
        assert_true(is_named(machine));
        set_list(machine, &sha256, text_view(ours));
        assert_false(is_named(machine));
        set_list(machine, &x509, text_view(theirs));
        assert_false(is_named(machine));
        /* One signature of several is enough. */
        sign(machine, digest_of(machine), theirs);
        assert_true(is_named(machine));
}

/* Somebody signed another file, and this got the signature. */
static void test_signature_of_another_file(void **state) {
        struct machine *machine = *state;
        uint8_t other[SHA256_SIZE] = { 1 };

        set_list(machine, &x509, text_view(ours));
        sign(machine, bytes_of(other, sizeof(other)), ours);
        assert_false(is_named(machine));
        /* The right digest in one, and the certificate in the other. */
        sign(machine, digest_of(machine), theirs);
        assert_false(is_named(machine));
}

/* What is found in every signature is nobody's. */
static void test_no_certificate(void **state) {
        struct machine *machine = *state;

        sign(machine, digest_of(machine), ours);
        set_list(machine, &x509, bytes_of("", 0));
        assert_false(is_named(machine));
        set_list(machine, &x509, bytes_first(text_view(ours), 1));
        assert_false(is_named(machine));
        set_list(machine, &x509, bytes_first(text_view(ours), 127));
        assert_false(is_named(machine));
}

/* A certificate in DER, of which `text` is what its maker has signed, and the hash of that as dbx has it. */
static void make_certificate(const char *text, char ret_certificate[CERTIFICATE_SIZE + 1],
                             uint8_t ret_revoked[SHA256_SIZE + EFI_TIME_SIZE]) {
        snprintf(ret_certificate, CERTIFICATE_SIZE + 1,
                 "\x30\x82\x01\x38"
                 "\x30\x82\x01\x2c%-300s%-8s",
                 text, "the end");
        memset(ret_revoked, 0, SHA256_SIZE + EFI_TIME_SIZE);
        sha256_digest(bytes_of(ret_certificate + 4, 304), ret_revoked);
}

/* By what its maker has signed, in dbx alone, and wherever it stands among an image's. */
static void test_revoked_by_hash_of_certificate(void **state) {
        struct machine *machine = *state;
        char certificates[2][CERTIFICATE_SIZE + 1], both[2 * CERTIFICATE_SIZE + 2];
        uint8_t revoked[2][SHA256_SIZE + EFI_TIME_SIZE];

        make_certificate("ours", certificates[0], revoked[0]);
        make_certificate("theirs", certificates[1], revoked[1]);
        snprintf(both, sizeof(both), "%s0%s", certificates[0], certificates[1]);
        sign(machine, digest_of(machine), both);
        for (size_t i = 0; i < 2; i++) {
                set_list(machine, &x509_sha256, bytes_of(revoked[i], sizeof(revoked[i])));
                assert_true(is_revoked(machine));
                assert_false(is_named(machine));
                set_list(machine, &x509_sha256, bytes_of(revoked[i], SHA256_SIZE));
                assert_false(is_revoked(machine));
        }
        revoked[0][0] ^= 1;
        set_list(machine, &x509_sha256, bytes_of(revoked[0], sizeof(revoked[0])));
        assert_false(is_revoked(machine));
        set_list(machine, &sha256, digest_of(machine));
        assert_true(is_revoked(machine));
}

/* The ninth signature is not looked at, nor one that is larger than any. */
static void test_bounds(void **state) {
        struct machine *machine = *state;
        uint8_t large[64 * 1024] = { 0 };

        memcpy(large, machine->digest, SHA256_SIZE);
        set_list(machine, &x509, text_view(ours));
        sign(machine, bytes_of(large, sizeof(large)), ours);
        for (size_t i = 0; i < 7; i++)
                sign(machine, digest_of(machine), theirs);
        sign(machine, digest_of(machine), ours);
        assert_false(is_named(machine));
        machine->file.size = MADE_IMAGE_SIZE;
        for (size_t i = 0; i < 7; i++)
                sign(machine, digest_of(machine), theirs);
        sign(machine, digest_of(machine), ours);
        assert_true(is_named(machine));
}

static void test_several_lists(void **state) {
        struct machine *machine = *state;
        uint8_t two[2 * (GUID_SIZE + SHA256_SIZE)] = { 0 };
        struct buffer *lists = &machine->lists;
        size_t first;

        add_list(lists, &x509, 0, text_view(theirs));
        add_list(lists, &sha1, 12, text_view("twenty bytes of SHA-1"));
        first = lists->size;
        add_list(lists, &sha256, 5, digest_of(machine));
        assert_true(is_named(machine));
        /* The second of a list. */
        lists->size = first;
        memcpy(two + sizeof(two) - SHA256_SIZE, machine->digest, SHA256_SIZE);
        add_list(lists, &sha256, 0, bytes_of(two + GUID_SIZE, sizeof(two) - GUID_SIZE));
        store_u32(lists->data + first + 24, GUID_SIZE + SHA256_SIZE);
        assert_true(is_named(machine));
        store_u32(lists->data + first + 24, GUID_SIZE + SHA256_SIZE + 1);
        assert_false(is_named(machine));
}

/* Each in memory of its own size. */
static void test_every_truncation(void **state) {
        struct machine *machine = *state;

        set_list(machine, &sha256, digest_of(machine));
        for (size_t size = 0; size <= machine->lists.size; size++) {
                void *copy = memcpy(malloc(size + !size), machine->lists.data, size);

                assert_int_equal(signature_lists_name(bytes_of(copy, size), &machine->image),
                                 size == machine->lists.size);
                free(copy);
        }
}

static void test_malformed_lists(void **state) {
        static const struct {
                size_t at;
                uint32_t value;
        } rows[] = {
                { 16, 0 }, /* a list that never ends */
                { 16, 1 },
                { 16, LIST_HEADER - 1 },
                { 16, LIST_HEADER },
                { 16, LIST_HEADER + GUID_SIZE + SHA256_SIZE + 1 },
                { 16, UINT32_MAX },
                { 20, 1 },
                { 20, GUID_SIZE + SHA256_SIZE },
                { 20, UINT32_MAX - LIST_HEADER + 1 }, /* 0 in 32 bits */
                { 20, UINT32_MAX },
                { 24, 0 }, /* signatures of no size */
                { 24, GUID_SIZE },
                { 24, GUID_SIZE + SHA256_SIZE + 1 },
                { 24, UINT32_MAX },
        };
        struct machine *machine = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                set_list(machine, &sha256, digest_of(machine));
                store_u32(machine->lists.data + rows[i].at, rows[i].value);
                assert_false(is_named(machine));
        }
}

/* --- the machine -------------------------------------------------------------------------------- */

static void put_variable(const struct machine *machine, const char *name, struct bytes data) {
        struct buffer content;

        buffer_init(&content, &system_allocator);
        buffer_append(&content, bytes_of("\6\0\0\0", 4));
        buffer_append(&content, data);
        scratch_write(scratch_path(machine->directory, name), buffer_bytes(&content));
        buffer_free(&content);
}

static void trust(struct machine *machine, const char *name) {
        set_list(machine, &sha256, digest_of(machine));
        put_variable(machine, name, buffer_bytes(&machine->lists));
}

static void assert_starts(const struct machine *machine, bool by_firmware, bool by_shim) {
        struct secure_boot read;

        assert_ok(secure_boot_read(&read));
        assert_int_equal(secure_boot_starts(&read, &machine->image), by_firmware);
        assert_int_equal(secure_boot_shim_starts(&read, &machine->image), by_shim);
        secure_boot_free(&read);
}

static void test_off(void **state) {
        struct machine *machine = *state;

        assert_starts(machine, true, true);
        put_variable(machine, "SecureBoot" GLOBAL_VENDOR, bytes_of("\0", 1));
        assert_starts(machine, true, true);
        trust(machine, "dbx" SECURITY_VENDOR);
        assert_starts(machine, true, true);
}

static void test_on(void **state) {
        struct machine *machine = *state;

        put_variable(machine, "SecureBoot" GLOBAL_VENDOR, bytes_of("\1", 1));
        assert_starts(machine, false, false);
        trust(machine, "MokListRT" SHIM_VENDOR);
        assert_starts(machine, false, true);
        trust(machine, "db" SECURITY_VENDOR);
        assert_starts(machine, true, true);
        trust(machine, "dbx" SECURITY_VENDOR);
        assert_starts(machine, false, false);
}

/* Its hash is trusted, and who has signed it no more. */
static void test_revoked_before_trusted(void **state) {
        struct machine *machine = *state;

        put_variable(machine, "SecureBoot" GLOBAL_VENDOR, bytes_of("\1", 1));
        trust(machine, "db" SECURITY_VENDOR);
        trust(machine, "MokListRT" SHIM_VENDOR);
        set_list(machine, &x509, text_view(ours));
        put_variable(machine, "dbx" SECURITY_VENDOR, buffer_bytes(&machine->lists));
        assert_starts(machine, true, true);
        sign(machine, digest_of(machine), ours);
        assert_starts(machine, false, false);
}

/* Shim does not start it, and the firmware knows nothing of that. */
static void test_revoked_by_owner(void **state) {
        struct machine *machine = *state;

        put_variable(machine, "SecureBoot" GLOBAL_VENDOR, bytes_of("\1", 1));
        trust(machine, "db" SECURITY_VENDOR);
        trust(machine, "MokListXRT" SHIM_VENDOR);
        assert_starts(machine, true, false);
}

static void test_unreadable(void **state) {
        struct machine *machine = *state;
        struct secure_boot read;

        scratch_write(scratch_path(machine->directory, "db" SECURITY_VENDOR), bytes_of("\6\0", 2));
        assert_error(secure_boot_read(&read), ERR_TRUNCATED);
        secure_boot_free(&read);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_by_hash),
                TEST(test_by_certificate),
                TEST(test_signature_of_another_file),
                TEST(test_no_certificate),
                TEST(test_revoked_by_hash_of_certificate),
                TEST(test_bounds),
                TEST(test_several_lists),
                TEST(test_every_truncation),
                TEST(test_malformed_lists),
                TEST(test_off),
                TEST(test_on),
                TEST(test_revoked_before_trusted),
                TEST(test_revoked_by_owner),
                TEST(test_unreadable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
