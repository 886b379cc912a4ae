/* set_digest.h - a digest of a set of (key, value) entries that is kept up to date entry by entry
 * and does not depend on their order.
 *
 * LtHash: each entry is hashed to a vector of 1024 numbers of 16 bits, the set is the sum of its
 * entries' vectors. Whoever chooses keys and values still cannot find two sets with one sum
 * (Bellare and Micciancio 1997; parameters of Lewi et al. 2019, "Securing update propagation with
 * homomorphic hashing": 200 bits against collisions). An exclusive-or or a 64-bit sum would not
 * do: collisions there are linear algebra.
 *
 * An entry is hashed by BLAKE2b-256 over (key size, key, value) and stretched by ChaCha20. Sums are
 * sums of multisets, so never add an entry twice nor remove one that is not in. */
#ifndef STRATEGOS_MACHINE_SET_DIGEST_H
#define STRATEGOS_MACHINE_SET_DIGEST_H

#include "crypto/digest.h"

#define SET_DIGEST_LANES 1024u
#define SET_DIGEST_BYTES (2u * SET_DIGEST_LANES)

/* The empty set is all zeros. */
struct set_digest {
    uint16_t lanes[SET_DIGEST_LANES];
};

/* What identifies one entry. */
void set_digest_entry(struct slice key, struct slice value, struct digest *entry);

void set_digest_add(struct set_digest *set, const struct digest *entry);
void set_digest_remove(struct set_digest *set, const struct digest *entry);

/* Adds a whole sum, for instance of changes kept apart, to another. */
void set_digest_merge(struct set_digest *set, const struct set_digest *other);

/* Little-endian, as it stands in a store's meta. */
void set_digest_encode(const struct set_digest *set, uint8_t bytes[SET_DIGEST_BYTES]);
void set_digest_decode(struct set_digest *set, const uint8_t bytes[SET_DIGEST_BYTES]);

/* 32 bytes for people and for comparing replicas. */
void set_digest_fold(const struct set_digest *set, struct digest *digest);

#endif
