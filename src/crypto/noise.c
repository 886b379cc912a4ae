/* noise.c - see noise.h. Section numbers are those of the Noise specification, revision 34.
 *
 * In IK a key has been mixed in before anything is encrypted, so there is no keyless state. */
#include "crypto/noise.h"

#include "base/assert.h"

#include <sodium.h>

#define NOISE_PROTOCOL    "Noise_IK_25519_ChaChaPoly_BLAKE2b"
#define NOISE_BLOCK_BYTES 128u /* BLAKE2b's, for HMAC */

_Static_assert(sizeof NOISE_PROTOCOL - 1 <= NOISE_HASH_BYTES, "a longer name would be hashed");
_Static_assert(crypto_aead_chacha20poly1305_IETF_ABYTES == NOISE_TAG_BYTES, "libsodium's width");

/* HMAC-BLAKE2b (RFC 2104) of `a` followed by `b`; the key is always as long as a hash. */
static void hmac(const uint8_t key[NOISE_HASH_BYTES], struct slice a, struct slice b,
                 uint8_t out[NOISE_HASH_BYTES])
{
    crypto_generichash_blake2b_state state;
    uint8_t inner[NOISE_HASH_BYTES];
    uint8_t block[NOISE_BLOCK_BYTES];

    memset(block, 0x36, sizeof block);
    for (size_t i = 0; i < NOISE_HASH_BYTES; i++) {
        block[i] ^= key[i];
    }
    (void)crypto_generichash_blake2b_init(&state, NULL, 0, NOISE_HASH_BYTES);
    (void)crypto_generichash_blake2b_update(&state, block, sizeof block);
    (void)crypto_generichash_blake2b_update(&state, a.data, a.size);
    (void)crypto_generichash_blake2b_update(&state, b.data, b.size);
    (void)crypto_generichash_blake2b_final(&state, inner, sizeof inner);

    for (size_t i = 0; i < sizeof block; i++) {
        block[i] ^= 0x36 ^ 0x5c;
    }
    (void)crypto_generichash_blake2b_init(&state, NULL, 0, NOISE_HASH_BYTES);
    (void)crypto_generichash_blake2b_update(&state, block, sizeof block);
    (void)crypto_generichash_blake2b_update(&state, inner, sizeof inner);
    (void)crypto_generichash_blake2b_final(&state, out, NOISE_HASH_BYTES);

    sodium_memzero(&state, sizeof state);
    sodium_memzero(inner, sizeof inner);
    sodium_memzero(block, sizeof block);
}

/* HKDF with two outputs (4.3). */
static void hkdf(const uint8_t chaining_key[NOISE_HASH_BYTES], struct slice material,
                 uint8_t out1[NOISE_HASH_BYTES], uint8_t out2[NOISE_HASH_BYTES])
{
    uint8_t const one = 1;
    uint8_t const two = 2;
    uint8_t temporary[NOISE_HASH_BYTES];
    hmac(chaining_key, material, slice_of(NULL, 0), temporary);
    hmac(temporary, slice_of(&one, 1), slice_of(NULL, 0), out1);
    hmac(temporary, slice_of(out1, NOISE_HASH_BYTES), slice_of(&two, 1), out2);
    sodium_memzero(temporary, sizeof temporary);
}

/* The nonce of ChaChaPoly: four zero bytes, then the counter (12.3). */
static void make_nonce(uint64_t nonce, uint8_t bytes[crypto_aead_chacha20poly1305_IETF_NPUBBYTES])
{
    memset(bytes, 0, 4);
    put_u64(bytes + 4, nonce);
}

void noise_seal(const uint8_t key[NOISE_KEY_BYTES], uint64_t nonce, struct slice associated,
                struct slice plain, uint8_t *sealed)
{
    uint8_t nonce_bytes[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
    make_nonce(nonce, nonce_bytes);
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain.data, plain.size,
                                                    associated.data, associated.size, NULL,
                                                    nonce_bytes, key);
}

bool noise_open(const uint8_t key[NOISE_KEY_BYTES], uint64_t nonce, struct slice associated,
                struct slice sealed, uint8_t *plain)
{
    uint8_t nonce_bytes[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
    make_nonce(nonce, nonce_bytes);
    return sealed.size >= NOISE_TAG_BYTES &&
           crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.size,
                                                     associated.data, associated.size, nonce_bytes,
                                                     key) == 0;
}

/* InitializeSymmetric, the prologue, and the pre-message `<- s` (5.2, 5.3). */
static void symmetric_init(struct noise_symmetric *symmetric, struct slice prologue,
                           const uint8_t responder_static[NOISE_KEY_BYTES])
{
    memset(symmetric, 0, sizeof *symmetric);
    memcpy(symmetric->hash, NOISE_PROTOCOL, sizeof NOISE_PROTOCOL - 1);
    memcpy(symmetric->chaining_key, symmetric->hash, NOISE_HASH_BYTES);
    noise_mix_hash(symmetric, prologue);
    noise_mix_hash(symmetric, slice_of(responder_static, NOISE_KEY_BYTES));
}

void noise_mix_hash(struct noise_symmetric *symmetric, struct slice bytes)
{
    crypto_generichash_blake2b_state state;
    (void)crypto_generichash_blake2b_init(&state, NULL, 0, NOISE_HASH_BYTES);
    (void)crypto_generichash_blake2b_update(&state, symmetric->hash, NOISE_HASH_BYTES);
    (void)crypto_generichash_blake2b_update(&state, bytes.data, bytes.size);
    (void)crypto_generichash_blake2b_final(&state, symmetric->hash, NOISE_HASH_BYTES);
}

/* MixKey (5.2) of DH(secret, public). False if the shared point is zero: a key of small order,
 * which no loyal party has. */
static bool mix_dh(struct noise_symmetric *symmetric, const uint8_t *secret, const uint8_t *public)
{
    uint8_t shared[NOISE_KEY_BYTES];
    uint8_t key[NOISE_HASH_BYTES];
    bool valid = crypto_scalarmult_curve25519(shared, secret, public) == 0;
    if (valid) {
        uint8_t chaining_key[NOISE_HASH_BYTES];
        hkdf(symmetric->chaining_key, slice_of(shared, sizeof shared), chaining_key, key);
        memcpy(symmetric->chaining_key, chaining_key, NOISE_HASH_BYTES);
        memcpy(symmetric->key, key, NOISE_KEY_BYTES);
        symmetric->nonce = 0;
        sodium_memzero(chaining_key, sizeof chaining_key);
        sodium_memzero(key, sizeof key);
    }
    sodium_memzero(shared, sizeof shared);
    return valid;
}

/* EncryptAndHash (5.2). */
static void encrypt_and_hash(struct noise_symmetric *symmetric, struct slice plain, uint8_t *sealed)
{
    noise_seal(symmetric->key, symmetric->nonce++, slice_of(symmetric->hash, NOISE_HASH_BYTES),
               plain, sealed);
    noise_mix_hash(symmetric, slice_of(sealed, plain.size + NOISE_TAG_BYTES));
}

/* DecryptAndHash (5.2). */
static bool decrypt_and_hash(struct noise_symmetric *symmetric, struct slice sealed, uint8_t *plain)
{
    if (!noise_open(symmetric->key, symmetric->nonce, slice_of(symmetric->hash, NOISE_HASH_BYTES),
                    sealed, plain)) {
        return false;
    }
    symmetric->nonce++;
    noise_mix_hash(symmetric, sealed);
    return true;
}

/* Split (5.2): the first key is for what the initiator sends. */
static void split(const struct noise_symmetric *symmetric, struct noise_transport_keys *keys)
{
    uint8_t out1[NOISE_HASH_BYTES];
    uint8_t out2[NOISE_HASH_BYTES];
    hkdf(symmetric->chaining_key, slice_of(NULL, 0), out1, out2);
    memcpy(keys->to_responder, out1, NOISE_KEY_BYTES);
    memcpy(keys->to_initiator, out2, NOISE_KEY_BYTES);
    sodium_memzero(out1, sizeof out1);
    sodium_memzero(out2, sizeof out2);
}

bool noise_write_message_1(struct noise_initiator *initiator, struct slice prologue,
                           struct noise_static own, const uint8_t remote_static[NOISE_KEY_BYTES],
                           const uint8_t ephemeral_secret[NOISE_KEY_BYTES], struct slice payload,
                           uint8_t *message)
{
    struct noise_symmetric *symmetric = &initiator->symmetric;
    symmetric_init(symmetric, prologue, remote_static);
    memcpy(initiator->ephemeral_secret, ephemeral_secret, NOISE_KEY_BYTES);
    /* e */
    (void)crypto_scalarmult_curve25519_base(message, ephemeral_secret);
    noise_mix_hash(symmetric, slice_of(message, NOISE_KEY_BYTES));
    message += NOISE_KEY_BYTES;
    /* es */
    bool valid = mix_dh(symmetric, ephemeral_secret, remote_static);
    if (valid) { /* s */
        encrypt_and_hash(symmetric, slice_of(own.public, NOISE_KEY_BYTES), message);
        message += NOISE_KEY_BYTES + NOISE_TAG_BYTES;
        valid = mix_dh(symmetric, own.secret, remote_static); /* ss */
    }
    if (valid) {
        encrypt_and_hash(symmetric, payload, message);
    } else {
        sodium_memzero(initiator, sizeof *initiator);
    }
    return valid;
}

bool noise_read_message_1(struct noise_responder *responder, struct slice prologue,
                          struct noise_static own, struct slice message, uint8_t *payload)
{
    memset(responder, 0, sizeof *responder);
    if (message.size < NOISE_MESSAGE_1_OVERHEAD_BYTES) {
        return false;
    }
    struct noise_symmetric *symmetric = &responder->symmetric;
    struct slice sealed_static =
        slice_of(message.data + NOISE_KEY_BYTES, NOISE_KEY_BYTES + NOISE_TAG_BYTES);
    struct slice sealed_payload = slice_of(sealed_static.data + sealed_static.size,
                                           message.size - NOISE_KEY_BYTES - sealed_static.size);
    symmetric_init(symmetric, prologue, own.public);
    /* e */
    memcpy(responder->remote_ephemeral, message.data, NOISE_KEY_BYTES);
    noise_mix_hash(symmetric, slice_of(message.data, NOISE_KEY_BYTES));
    /* es, s, ss, payload */
    bool valid = mix_dh(symmetric, own.secret, responder->remote_ephemeral) &&
                 decrypt_and_hash(symmetric, sealed_static, responder->remote_static) &&
                 mix_dh(symmetric, own.secret, responder->remote_static) &&
                 decrypt_and_hash(symmetric, sealed_payload, payload);
    if (!valid) {
        sodium_memzero(responder, sizeof *responder);
    }
    return valid;
}

bool noise_write_message_2(struct noise_responder *responder,
                           const uint8_t ephemeral_secret[NOISE_KEY_BYTES], struct slice payload,
                           uint8_t *message, struct noise_transport_keys *keys)
{
    struct noise_symmetric *symmetric = &responder->symmetric;
    /* e */
    (void)crypto_scalarmult_curve25519_base(message, ephemeral_secret);
    noise_mix_hash(symmetric, slice_of(message, NOISE_KEY_BYTES));
    /* ee, se */
    bool valid = mix_dh(symmetric, ephemeral_secret, responder->remote_ephemeral) &&
                 mix_dh(symmetric, ephemeral_secret, responder->remote_static);
    if (valid) {
        encrypt_and_hash(symmetric, payload, message + NOISE_KEY_BYTES);
        split(symmetric, keys);
    } else {
        sodium_memzero(responder, sizeof *responder);
        sodium_memzero(keys, sizeof *keys);
    }
    return valid;
}

bool noise_read_message_2(struct noise_initiator *initiator, struct noise_static own,
                          struct slice message, uint8_t *payload, struct noise_transport_keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
    if (message.size < NOISE_MESSAGE_2_OVERHEAD_BYTES) {
        return false;
    }
    struct noise_symmetric symmetric = initiator->symmetric;
    struct slice sealed_payload =
        slice_of(message.data + NOISE_KEY_BYTES, message.size - NOISE_KEY_BYTES);
    /* e */
    noise_mix_hash(&symmetric, slice_of(message.data, NOISE_KEY_BYTES));
    /* ee, se, payload */
    bool valid = mix_dh(&symmetric, initiator->ephemeral_secret, message.data) &&
                 mix_dh(&symmetric, own.secret, message.data) &&
                 decrypt_and_hash(&symmetric, sealed_payload, payload);
    if (valid) {
        split(&symmetric, keys);
        initiator->symmetric = symmetric;
    }
    sodium_memzero(&symmetric, sizeof symmetric);
    return valid;
}
