/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/seal.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "codec/sha256.h"
#include "posix/errno.h"
#include "posix/file.h"

#define MAGIC          "PSTFSEAL"
#define VERSION_NUMBER 1

/* Offsets in what stands before the pieces. */
enum {
        AT_MAGIC = 0,
        AT_VERSION = 8,
        AT_ID = 12,
        AT_BOX = AT_ID + SEAL_ID_SIZE,
        AT_STREAM = AT_BOX + crypto_box_SEALBYTES + crypto_secretstream_xchacha20poly1305_KEYBYTES,
        HEAD_SIZE = AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES,
};

#define PIECE_SIZE  ((size_t) 64 * 1024)
#define SEALED_MIN  ((size_t) crypto_secretstream_xchacha20poly1305_ABYTES)
#define SEALED_SIZE (PIECE_SIZE + SEALED_MIN)
#define LENGTH_SIZE 4 /* before each */

struct stream {
        crypto_secretstream_xchacha20poly1305_state state;
        uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
        uint8_t head[HEAD_SIZE];
        uint8_t piece[PIECE_SIZE];
        uint8_t sealed[LENGTH_SIZE + SEALED_SIZE]; /* a piece as it is in the file */
};

_Static_assert(HEAD_SIZE + LENGTH_SIZE + SEALED_MIN == SEAL_EMPTY_SIZE, "one piece of no bytes");
_Static_assert(SEAL_KEY_SIZE == crypto_box_PUBLICKEYBYTES && SEAL_KEY_SIZE == crypto_box_SECRETKEYBYTES,
               "both keys of X25519 have one size");

/* --- keys --------------------------------------------------------------------------------------- */

int seal_key_parse(const char *text, struct seal_key *ret_key) {
        struct seal_key key;
        size_t length = strlen(text), size;

        if ((sodium_hex2bin(key.bytes, sizeof(key.bytes), text, length, NULL, &size, NULL) != 0 ||
             size != sizeof(key.bytes)) &&
            (sodium_base642bin(key.bytes, sizeof(key.bytes), text, length, NULL, &size, NULL,
                               sodium_base64_VARIANT_ORIGINAL) != 0 ||
             size != sizeof(key.bytes)))
                return ERR_VALUE;
        *ret_key = key;
        return 0;
}

void seal_key_print(const struct seal_key *key, char ret_text[SEAL_KEY_TEXT_SIZE]) {
        (void) sodium_bin2hex(ret_text, SEAL_KEY_TEXT_SIZE, key->bytes, sizeof(key->bytes));
}

static void make_id(const struct seal_key *public_key, uint8_t ret_id[SEAL_ID_SIZE]) {
        uint8_t digest[SHA256_SIZE];

        sha256_digest(bytes_of(public_key->bytes, sizeof(public_key->bytes)), digest);
        memcpy(ret_id, digest, SEAL_ID_SIZE);
}

static void print_id(const uint8_t id[SEAL_ID_SIZE], char ret_id[SEAL_ID_TEXT_SIZE]) {
        (void) sodium_bin2hex(ret_id, SEAL_ID_TEXT_SIZE, id, SEAL_ID_SIZE);
}

void seal_key_id(const struct seal_key *public_key, char ret_id[SEAL_ID_TEXT_SIZE]) {
        uint8_t id[SEAL_ID_SIZE];

        make_id(public_key, id);
        print_id(id, ret_id);
}

int seal_key_make(struct seal_key *ret_public_key, struct seal_key *ret_secret_key) {
        if (sodium_init() < 0)
                return ERR_FAILED;
        return crypto_box_keypair(ret_public_key->bytes, ret_secret_key->bytes) == 0 ? 0 : ERR_FAILED;
}

void seal_key_of_secret(const struct seal_key *secret_key, struct seal_key *ret_public_key) {
        (void) crypto_scalarmult_base(ret_public_key->bytes, secret_key->bytes);
}

/* --- what both ways have ------------------------------------------------------------------------- */

static int stream_new(struct stream **ret_stream) {
        if (sodium_init() < 0)
                return ERR_FAILED;
        *ret_stream = calloc(1, sizeof(**ret_stream));
        return *ret_stream ? 0 : ERR_NO_MEMORY;
}

static void stream_free(struct stream *stream) {
        sodium_memzero(stream, sizeof(*stream));
        free(stream);
}

/* Fewer bytes than there is room for are the last. */
static int fill(int fd, uint8_t *room, size_t size, size_t *ret_got) {
        size_t done = 0;

        while (done < size) {
                ssize_t got = read(fd, room + done, size - done);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return errno_to_error(errno);
                if (got == 0)
                        break;
                done += (size_t) got;
        }
        *ret_got = done;
        return 0;
}

/* --- sealing ------------------------------------------------------------------------------------ */

static int put_head(struct stream *stream, const struct seal_key *public_key, int fd) {
        memcpy(stream->head + AT_MAGIC, MAGIC, strlen(MAGIC));
        store_u32(stream->head + AT_VERSION, VERSION_NUMBER);
        make_id(public_key, stream->head + AT_ID);
        crypto_secretstream_xchacha20poly1305_keygen(stream->key);
        /* It fails for a key of the few that have no secret one. */
        if (crypto_box_seal(stream->head + AT_BOX, stream->key, sizeof(stream->key), public_key->bytes) != 0)
                return ERR_VALUE;
        (void) crypto_secretstream_xchacha20poly1305_init_push(&stream->state, stream->head + AT_STREAM,
                                                               stream->key);
        return file_write_all(fd, bytes_of(stream->head, sizeof(stream->head)));
}

/* A piece that is full may be the last: only the next read tells, which then is of an empty one. */
static int put_pieces(struct stream *stream, int from_fd, int to_fd) {
        unsigned long long size;
        size_t got = PIECE_SIZE;
        int r = 0;

        while (r == 0 && got == PIECE_SIZE) {
                r = fill(from_fd, stream->piece, PIECE_SIZE, &got);
                if (r < 0)
                        return r;
                (void) crypto_secretstream_xchacha20poly1305_push(
                        &stream->state, stream->sealed + LENGTH_SIZE, &size, stream->piece, got, stream->head,
                        AT_STREAM, got == PIECE_SIZE ? 0 : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
                store_u32(stream->sealed, (uint32_t) size);
                r = file_write_all(to_fd, bytes_of(stream->sealed, LENGTH_SIZE + (size_t) size));
        }
        return r;
}

int seal_copy(const struct seal_key *public_key, int from_fd, int to_fd) {
        struct stream *stream;
        int r;

        r = stream_new(&stream);
        if (r < 0)
                return r;
        r = put_head(stream, public_key, to_fd);
        if (r == 0)
                r = put_pieces(stream, from_fd, to_fd);
        stream_free(stream);
        return r;
}

/* --- opening ------------------------------------------------------------------------------------ */

int seal_read_id(struct bytes head, char ret_id[SEAL_ID_TEXT_SIZE]) {
        uint32_t version = 0;

        if (head.size < AT_VERSION || memcmp(head.data + AT_MAGIC, MAGIC, strlen(MAGIC)) != 0)
                return ERR_SIGNATURE;
        if (head.size < HEAD_SIZE)
                return ERR_TRUNCATED;
        (void) bytes_load_u32(head, AT_VERSION, &version);
        if (version != VERSION_NUMBER)
                return ERR_VERSION;
        print_id(head.data + AT_ID, ret_id);
        return 0;
}

static int check_head(struct stream *stream, const struct seal_key *secret_key, int fd,
                      char ret_id[SEAL_ID_TEXT_SIZE]) {
        struct seal_key public_key;
        char own[SEAL_ID_TEXT_SIZE];
        size_t got;
        int r;

        r = fill(fd, stream->head, sizeof(stream->head), &got);
        if (r == 0)
                r = seal_read_id(bytes_of(stream->head, got), ret_id);
        if (r < 0)
                return r;
        seal_key_of_secret(secret_key, &public_key);
        seal_key_id(&public_key, own);
        if (strcmp(own, ret_id) != 0)
                return ERR_KEY;
        if (crypto_box_seal_open(stream->key, stream->head + AT_BOX, AT_STREAM - AT_BOX, public_key.bytes,
                                 secret_key->bytes) != 0 ||
            crypto_secretstream_xchacha20poly1305_init_pull(&stream->state, stream->head + AT_STREAM,
                                                            stream->key) != 0)
                return ERR_CHECKSUM;
        return 0;
}

/* As it is in the file, of which there is more. */
static int read_piece(struct stream *stream, int fd, size_t *ret_size) {
        uint32_t size = 0;
        size_t got;
        int r;

        r = fill(fd, stream->sealed, LENGTH_SIZE, &got);
        if (r < 0)
                return r;
        if (bytes_load_u32(bytes_of(stream->sealed, got), 0, &size) < 0)
                return ERR_TRUNCATED;
        if (size < SEALED_MIN || size > SEALED_SIZE)
                return ERR_CHECKSUM;
        r = fill(fd, stream->sealed + LENGTH_SIZE, size, &got);
        if (r < 0)
                return r;
        *ret_size = size;
        return got < size ? ERR_TRUNCATED : 0;
}

static int take_pieces(struct stream *stream, int from_fd, int to_fd) {
        unsigned char tag = 0;
        unsigned long long size;
        size_t sealed_size, more = 0;
        int r = 0;

        while (r == 0 && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
                r = read_piece(stream, from_fd, &sealed_size);
                if (r < 0)
                        return r;
                if (crypto_secretstream_xchacha20poly1305_pull(&stream->state, stream->piece, &size, &tag,
                                                               stream->sealed + LENGTH_SIZE, sealed_size,
                                                               stream->head, AT_STREAM) != 0)
                        return ERR_CHECKSUM;
                r = file_write_all(to_fd, bytes_of(stream->piece, (size_t) size));
        }
        if (r == 0)
                r = fill(from_fd, stream->sealed, 1, &more);
        return r == 0 && more > 0 ? ERR_LENGTH : r;
}

int seal_open(const struct seal_key *secret_key, int from_fd, int to_fd, char ret_id[SEAL_ID_TEXT_SIZE]) {
        struct stream *stream;
        int r;

        r = stream_new(&stream);
        if (r < 0)
                return r;
        r = check_head(stream, secret_key, from_fd, ret_id);
        if (r == 0)
                r = take_pieces(stream, from_fd, to_fd);
        stream_free(stream);
        return r;
}
