/* ideal.h - signatures that cannot be forged because the book says who signed what: the ideal
 * functionality behind the authority seam.
 *
 * Fast, and forgery is decidable: a signature is valid if, and only if, its key signed that digest
 * through this book. A signature is a short code for (key, digest) under the book's secret, so that
 * verifying needs no memory of what was signed; a forger who does not know the secret cannot make
 * one. Deterministic by the seed. */
#ifndef STRATEGOS_IDEAL_IDEAL_H
#define STRATEGOS_IDEAL_IDEAL_H

#include "agreement/authority.h"

#include <stdbool.h>
#include <stdint.h>

/* Codes worked out lately: each is asked for again by all who verify. */
#define IDEAL_MEMO_ENTRIES 128u
#define IDEAL_CODE_BYTES   (PUBLIC_KEY_BYTES + DIGEST_BYTES)
struct ideal_memo {
    uint8_t of[IDEAL_CODE_BYTES]; /* key and digest */
    bool is_there;
    uint64_t code;
};

struct ideal_book {
    uint8_t secret[16];
    struct ideal_memo memo[IDEAL_MEMO_ENTRIES];
    uint64_t sign_count;
    uint64_t verify_count;
};

/* Who signs: one key in one book. The context of an authority. */
struct ideal_signer {
    struct ideal_book *book;
    struct public_key key;
};

void ideal_init(struct ideal_book *book, uint64_t seed);
/* The public key that stands for principal `number`. */
struct public_key ideal_key(const struct ideal_book *book, uint32_t number);
/* An authority that signs for the signer's key and verifies for all keys of the book. */
struct authority ideal_authority(struct ideal_signer *signer);

#endif
