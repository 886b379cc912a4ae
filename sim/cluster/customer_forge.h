/* customer_forge.h - segments made by hand, as no honest client would make them: any sequence, any
 * previous digest, any branch, good and bad signatures.
 *
 * All that is made here is well-formed to the codec, within the bounds of limits.h: what is wrong
 * with it is what it says. Requests are puts to the liar's own keys, no two alike. */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_FORGE_H
#define STRATEGOS_CLUSTER_CUSTOMER_FORGE_H

#include "base/buffer.h"
#include "cluster/customer_state.h"

#define FORGE_REQUEST_BYTES_MIN 96u /* a put that names its writer */

enum forge_signature {
    FORGE_SIGNED,
    FORGE_ZEROS,    /* no signature at all */
    FORGE_FLIPPED,  /* one bit is wrong */
    FORGE_OF_OTHER, /* signed for another sequence */
    FORGE_SIGNATURES
};

/* A lane as the liar would have it: the last segment of a branch. */
struct forged_lane {
    struct lane_id id;
    uint64_t sequence;
    struct digest tip;
};

/* One segment to make. */
struct forgery {
    struct lane_id lane;
    uint64_t sequence; /* >= 1 */
    struct digest previous;
    uint64_t acknowledged;
    size_t request_count; /* 1 .. SEGMENT_REQUESTS_MAX; fewer are made if they do not fit */
    size_t request_bytes; /* of each, about; at least FORGE_REQUEST_BYTES_MIN */
    enum forge_signature signature;
};

struct forge {
    struct customer *customer;
    uint64_t request_number;
    struct slice *requests; /* SEGMENT_REQUESTS_MAX */
    uint8_t *bytes;         /* SEGMENT_BODY_BYTES_MAX: requests */
    uint8_t *value;         /* as many: the value of one */
    struct buffer body;
    struct buffer segment;
};

MUST_USE enum error forge_init(struct forge *forge, struct customer *customer);
void forge_fini(struct forge *forge);

/* A lane without segments, under the liar's key. */
void forge_lane(const struct forge *forge, uint64_t session, struct forged_lane *lane);
/* What an honest client would send next on the lane, with one small request: to be spoilt. */
struct forgery forge_next(const struct forged_lane *lane);
/* Appends it to a frame; `*digest`, its chain digest, may be where its `previous` came from. */
void forge_segment(struct forge *forge, const struct forgery *forgery, struct buffer *frame,
                   struct digest *digest);
/* Appends the same segment with another signature. */
void forge_again(struct forge *forge, const struct forgery *forgery, enum forge_signature signature,
                 struct buffer *frame);
/* Appends it, and the lane goes on from it. */
void forge_extend(struct forge *forge, struct forged_lane *lane, struct buffer *frame);

#endif
