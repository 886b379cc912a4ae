/* checksum.h - a short keyed checksum against damage: SipHash-2-4 (Aumasson and Bernstein 2012).
 *
 * Not a digest: 64 bits do not bind whoever knows the key. The key makes bytes that were written
 * under another one, or chosen by somebody who does not know it, never pass. Chosen by measurement
 * over keyed BLAKE2b: 0.04 against 0.32 us for 64 bytes, 22 against 62 us for 64 KiB. */
#ifndef STRATEGOS_CRYPTO_CHECKSUM_H
#define STRATEGOS_CRYPTO_CHECKSUM_H

#include "base/bytes.h"

#define CHECKSUM_KEY_BYTES 16u

struct checksum_key {
    uint8_t bytes[CHECKSUM_KEY_BYTES];
};

uint64_t checksum_compute(const struct checksum_key *key, struct slice bytes);

#endif
