/* expand.c - see expand.h. */
#include "crypto/expand.h"

#include "base/assert.h"

#include <sodium.h>

void digest_expand(const struct digest *digest, uint8_t *out, size_t size)
{
    static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
    _Static_assert(crypto_stream_chacha20_ietf_KEYBYTES == DIGEST_BYTES, "a digest is a key");
    int failed = crypto_stream_chacha20_ietf(out, size, nonce, digest->bytes);
    ASSERT(failed == 0);
}
