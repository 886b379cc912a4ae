/* digests.h - the digests and signing digests of messages, over canonical fields. Pure: used by the
 * protocol core, which must not see protobuf. */
#ifndef STRATEGOS_WIRE_DIGESTS_H
#define STRATEGOS_WIRE_DIGESTS_H

#include "wire/message.h"

/* Digest 0 of a lane: H(genesis, client key, session). */
void lane_digest_zero(const struct digest *genesis, const struct lane_id *lane,
                      struct digest *digest);

/* Digest k: H(lane, k, digest k-1, body). The lane is in each link of the chain, so that no segment
 * of another lane has the same digest, wherever a liar puts it. */
void lane_digest_next(const struct lane_id *lane, uint64_t sequence, const struct digest *previous,
                      struct slice body, struct digest *digest);

/* What a client signs for segment `sequence` whose chain digest is `digest`. */
void lane_sign_digest(const struct digest *genesis, const struct lane_id *lane, uint64_t sequence,
                      const struct digest *digest, struct digest *signed_digest);

/* An order's identity: covers every field. */
void order_digest(const struct order *order, struct digest *digest);

/* What a replica signs: genesis, kind, view, digest. */
void vote_sign_digest(const struct digest *genesis, enum vote_kind kind, view_nr view,
                      const struct digest *digest, struct digest *signed_digest);

#endif
