/* authority.h - who may say what: the seam through which the pure core signs and verifies.
 *
 * Both functions are deterministic (Ed25519 is). The node puts real keys behind it, the simulator
 * an ideal signature, so that forgery is decidable. The core calls `verify` only when the answer
 * can change something, so nobody pays for a vote that is not needed; and it calls it itself, so
 * that no unverified vote can enter. */
#ifndef STRATEGOS_AGREEMENT_AUTHORITY_H
#define STRATEGOS_AGREEMENT_AUTHORITY_H

#include "crypto/signature.h"

struct authority {
    void *context;
    /* With this replica's own key. */
    void (*sign)(void *context, const struct digest *digest, struct signature *signature);
    bool (*verify)(void *context, const struct public_key *key, const struct digest *digest,
                   const struct signature *signature);
};

#endif
