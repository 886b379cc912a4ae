/* digest.h - domain-separated BLAKE2b-256 (RFC 7693).
 *
 * Every digest names what it is of: the domain goes into BLAKE2b's personalisation field, so bytes
 * hashed for one purpose can never stand for another. Fixed-width fields are little-endian; a
 * variable-length field is preceded by its length. */
#ifndef STRATEGOS_CRYPTO_DIGEST_H
#define STRATEGOS_CRYPTO_DIGEST_H

#include "base/bytes.h"

#define DIGEST_BYTES 32u

struct digest {
    uint8_t bytes[DIGEST_BYTES];
};

/* Append only: the numbers are part of the format. */
enum digest_domain {
    DIGEST_GENESIS,      /* the group's identity */
    DIGEST_LANE,         /* digest 0 of a lane */
    DIGEST_SEGMENT,      /* digest k of a lane */
    DIGEST_SEGMENT_SIGN, /* what a client signs */
    DIGEST_ORDER,        /* an order's identity */
    DIGEST_VOTE_SIGN,    /* what a replica signs */
    DIGEST_STORE_ENTRY,  /* one key and value of the store */
    DIGEST_STORE,        /* the store's set digest, folded to 32 bytes */
    DIGEST_PLUGIN,       /* a state machine's shared object */
    DIGEST_FILE,         /* a file of the store, against damage */
    DIGEST_SESSION,      /* one session's record in the replicated state */
    DIGEST_CHAIN_SIGN,   /* what a general signs in SM(m): the chain before him */
    DIGEST_DOMAIN_COUNT
};

struct digest_state {
    _Alignas(64) uint8_t opaque[384];
};

void digest_begin(struct digest_state *state, enum digest_domain domain);
void digest_add(struct digest_state *state, struct slice bytes);
void digest_add_u64(struct digest_state *state, uint64_t value);
/* The length as u64, then the bytes. */
void digest_add_sized(struct digest_state *state, struct slice bytes);
void digest_end(struct digest_state *state, struct digest *digest);

static inline struct slice digest_slice(const struct digest *digest)
{
    return slice_of(digest->bytes, sizeof digest->bytes);
}

static inline bool digest_is_equal(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Lower-case hexadecimal, `hex` gets 2 * DIGEST_BYTES + 1 bytes. */
void digest_to_hex(const struct digest *digest, char *hex);

#endif
