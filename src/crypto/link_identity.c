/* link_identity.c - see link.h: link keys, converted from the keys that principals sign with. */
#include "crypto/link.h"

#include "crypto/noise.h"

#include <sodium.h>

enum error link_identity_init(struct link_identity *identity, const struct secret_key *secret,
                              const struct digest *genesis)
{
    struct public_key stated;
    uint8_t converted[NOISE_KEY_BYTES];
    memcpy(stated.bytes, secret->bytes + SEED_BYTES, PUBLIC_KEY_BYTES);
    identity->genesis = *genesis;
    (void)crypto_sign_ed25519_sk_to_curve25519(identity->secret, secret->bytes);
    (void)crypto_scalarmult_curve25519_base(identity->public, identity->secret);
    if (!link_public_from(&stated, converted) ||
        memcmp(converted, identity->public, sizeof converted) != 0) {
        link_identity_forget(identity);
        return ERROR_INVALID;
    }
    return OK;
}

void link_identity_forget(struct link_identity *identity)
{
    sodium_memzero(identity, sizeof *identity);
}

bool link_public_from(const struct public_key *key, uint8_t x25519[32])
{
    return crypto_sign_ed25519_pk_to_curve25519(x25519, key->bytes) == 0;
}
