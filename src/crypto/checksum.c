/* checksum.c - see checksum.h. */
#include "crypto/checksum.h"

#include <sodium.h>

_Static_assert(CHECKSUM_KEY_BYTES == crypto_shorthash_siphash24_KEYBYTES, "key size");

uint64_t checksum_compute(const struct checksum_key *key, struct slice bytes)
{
    static const uint8_t nothing[1] = {0};
    uint8_t out[crypto_shorthash_siphash24_BYTES];
    (void)crypto_shorthash_siphash24(out, bytes.size == 0 ? nothing : bytes.data, bytes.size,
                                     key->bytes);
    return get_u64(out);
}
