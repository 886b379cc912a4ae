/* expand.h - stretches a digest to any length: the key stream of ChaCha20 (RFC 8439) under the
 * digest as key and a nonce of zeros. Deterministic; as hard to steer as the digest itself. */
#ifndef STRATEGOS_CRYPTO_EXPAND_H
#define STRATEGOS_CRYPTO_EXPAND_H

#include "crypto/digest.h"

void digest_expand(const struct digest *digest, uint8_t *out, size_t size);

#endif
