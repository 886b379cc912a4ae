/* signature.h - Ed25519 (RFC 8032) over domain-separated digests, and the keys.
 *
 * Verification is libsodium's: it recomputes R and compares, refuses non-canonical S and
 * small-order or non-canonical public keys. All replicas must verify alike, or a crafted signature
 * could split them: the edge cases are pinned by vectors in tests/data and belong to the protocol
 * version. */
#ifndef STRATEGOS_CRYPTO_SIGNATURE_H
#define STRATEGOS_CRYPTO_SIGNATURE_H

#include "base/error.h"
#include "crypto/digest.h"

#define PUBLIC_KEY_BYTES 32u
#define SECRET_KEY_BYTES 64u
#define SIGNATURE_BYTES  64u
#define SEED_BYTES       32u

struct public_key {
    uint8_t bytes[PUBLIC_KEY_BYTES];
};

struct secret_key { /* seed, then public key; wiped by signature_forget */
    uint8_t bytes[SECRET_KEY_BYTES];
};

struct signature {
    uint8_t bytes[SIGNATURE_BYTES];
};

/* Must be called once per process before anything else of this layer. */
MUST_USE enum error signature_library_init(void);

/* A fresh key pair from the system's randomness. */
void signature_generate(struct secret_key *secret, struct public_key *public);

/* The pair that belongs to a 32-byte seed: deterministic, for key files and tests. */
void signature_from_seed(const uint8_t seed[SEED_BYTES], struct secret_key *secret,
                         struct public_key *public);

void signature_sign(const struct secret_key *secret, const struct digest *digest,
                    struct signature *signature);

MUST_USE bool signature_verify(const struct public_key *public, const struct digest *digest,
                               const struct signature *signature);

/* The raw primitive over a whole message, for the published vectors. */
MUST_USE bool signature_verify_message(const struct public_key *public, struct slice message,
                                       const struct signature *signature);

void signature_forget(struct secret_key *secret);

static inline bool public_key_is_equal(const struct public_key *a, const struct public_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static inline int public_key_compare(const struct public_key *a, const struct public_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* 64 hexadecimal digits and a NUL; and back (false if `hex` is anything else). */
void public_key_to_hex(const struct public_key *key, char *hex);
MUST_USE bool public_key_from_hex(const char *hex, struct public_key *key);

#endif
