/* digest.c - see digest.h. The state is libsodium's, kept in the caller's struct so that no other
 * layer sees its type. */
#include "crypto/digest.h"

#include "base/assert.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof(struct digest_state),
               "libsodium's state fits");
_Static_assert(_Alignof(crypto_generichash_blake2b_state) <= _Alignof(struct digest_state),
               "libsodium's state is aligned");
_Static_assert(crypto_generichash_blake2b_PERSONALBYTES == 16, "width of a personalisation");

/* Padded with zeros. Part of the format: a change here changes every digest of the domain. */
static const uint8_t personals[DIGEST_DOMAIN_COUNT][crypto_generichash_blake2b_PERSONALBYTES] = {
    [DIGEST_GENESIS] = "strategos-group",     [DIGEST_LANE] = "strategos-lane",
    [DIGEST_SEGMENT] = "strategos-seg",       [DIGEST_SEGMENT_SIGN] = "strategos-segsgn",
    [DIGEST_ORDER] = "strategos-order",       [DIGEST_VOTE_SIGN] = "strategos-vote",
    [DIGEST_STORE_ENTRY] = "strategos-entry", [DIGEST_STORE] = "strategos-store",
    [DIGEST_PLUGIN] = "strategos-plugin",     [DIGEST_FILE] = "strategos-file",
    [DIGEST_SESSION] = "strategos-sess",      [DIGEST_CHAIN_SIGN] = "strategos-chain",
};

static crypto_generichash_blake2b_state *inner(struct digest_state *state)
{
    return (crypto_generichash_blake2b_state *)(void *)state;
}

void digest_begin(struct digest_state *state, enum digest_domain domain)
{
    ASSERT((unsigned)domain < DIGEST_DOMAIN_COUNT);
    int failed = crypto_generichash_blake2b_init_salt_personal(inner(state), NULL, 0, DIGEST_BYTES,
                                                               NULL, personals[domain]);
    ASSERT(failed == 0);
}

void digest_add(struct digest_state *state, struct slice bytes)
{
    if (bytes.size != 0) {
        int failed = crypto_generichash_blake2b_update(inner(state), bytes.data, bytes.size);
        ASSERT(failed == 0);
    }
}

void digest_add_u64(struct digest_state *state, uint64_t value)
{
    uint8_t bytes[8];
    put_u64(bytes, value);
    digest_add(state, slice_of(bytes, sizeof bytes));
}

void digest_add_sized(struct digest_state *state, struct slice bytes)
{
    digest_add_u64(state, bytes.size);
    digest_add(state, bytes);
}

void digest_end(struct digest_state *state, struct digest *digest)
{
    int failed = crypto_generichash_blake2b_final(inner(state), digest->bytes, DIGEST_BYTES);
    ASSERT(failed == 0);
}

void digest_to_hex(const struct digest *digest, char *hex)
{
    (void)sodium_bin2hex(hex, 2 * (size_t)DIGEST_BYTES + 1, digest->bytes, DIGEST_BYTES);
}
