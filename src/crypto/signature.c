/* signature.c - see signature.h. */
#include "crypto/signature.h"

#include "base/assert.h"

#include <sodium.h>

_Static_assert(PUBLIC_KEY_BYTES == crypto_sign_ed25519_PUBLICKEYBYTES, "libsodium's width");
_Static_assert(SECRET_KEY_BYTES == crypto_sign_ed25519_SECRETKEYBYTES, "libsodium's width");
_Static_assert(SIGNATURE_BYTES == crypto_sign_ed25519_BYTES, "libsodium's width");
_Static_assert(SEED_BYTES == crypto_sign_ed25519_SEEDBYTES, "libsodium's width");

enum error signature_library_init(void)
{
    return sodium_init() < 0 ? ERROR_IO : OK;
}

void signature_generate(struct secret_key *secret, struct public_key *public)
{
    int failed = crypto_sign_ed25519_keypair(public->bytes, secret->bytes);
    ASSERT(failed == 0);
}

void signature_from_seed(const uint8_t seed[SEED_BYTES], struct secret_key *secret,
                         struct public_key *public)
{
    int failed = crypto_sign_ed25519_seed_keypair(public->bytes, secret->bytes, seed);
    ASSERT(failed == 0);
}

void signature_sign(const struct secret_key *secret, const struct digest *digest,
                    struct signature *signature)
{
    int failed = crypto_sign_ed25519_detached(signature->bytes, NULL, digest->bytes, DIGEST_BYTES,
                                              secret->bytes);
    ASSERT(failed == 0);
}

bool signature_verify(const struct public_key *public, const struct digest *digest,
                      const struct signature *signature)
{
    return signature_verify_message(public, digest_slice(digest), signature);
}

bool signature_verify_message(const struct public_key *public, struct slice message,
                              const struct signature *signature)
{
    return crypto_sign_ed25519_verify_detached(signature->bytes, message.data, message.size,
                                               public->bytes) == 0;
}

void signature_forget(struct secret_key *secret)
{
    sodium_memzero(secret, sizeof *secret);
}

void public_key_to_hex(const struct public_key *key, char *hex)
{
    (void)sodium_bin2hex(hex, 2 * (size_t)PUBLIC_KEY_BYTES + 1, key->bytes, PUBLIC_KEY_BYTES);
}

bool public_key_from_hex(const char *hex, struct public_key *key)
{
    size_t const digits = 2 * (size_t)PUBLIC_KEY_BYTES;
    size_t written = 0;
    return strnlen(hex, digits + 1) == digits &&
           sodium_hex2bin(key->bytes, PUBLIC_KEY_BYTES, hex, digits, NULL, &written, NULL) == 0 &&
           written == PUBLIC_KEY_BYTES;
}
