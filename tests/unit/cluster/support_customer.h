/* support_customer.h - one customer before scripted replicas: what it sent and what it was told is
 * kept, and every frame must decode. Time goes from deadline to deadline. */
#ifndef STRATEGOS_TESTS_SUPPORT_CUSTOMER_H
#define STRATEGOS_TESTS_SUPPORT_CUSTOMER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "cluster/customer.h"
#include "ideal/ideal.h"

#define MS             UINT64_C(1000000)
#define DESK_REPLICAS  4u
#define DESK_SEGMENTS  20000u
#define DESK_SIGHTINGS 40000u

/* A segment that a replica was sent. */
struct desk_segment {
    replica_id to;
    struct lane_id lane;
    uint64_t sequence;
    struct digest previous;
    struct digest digest; /* of the chain with it */
    bool is_signed;
    uint64_t request_count;
};

struct desk_sighting {
    enum sight kind;
    uint64_t now_ns;
    uint64_t session;
    uint64_t number;
    bool is_known;
    enum outcome outcome;
    uint64_t bytes; /* of the request or result: their first eight, if there are so many */
    size_t size;
};

/* What a scripted replica has of one session. */
struct desk_replica {
    uint64_t session; /* the newest that it was sent */
    uint64_t sequence;
    uint64_t executed;
};

struct desk {
    struct customer *customer;
    struct customer_settings settings;
    struct ideal_book book;
    struct ideal_signer signer;
    uint64_t now_ns;
    bool answers;   /* replicas execute and reply at once */
    bool is_silent; /* the last turn did nothing */
    struct desk_replica replicas[DESK_REPLICAS];
    struct buffer answer[DESK_REPLICAS];
    size_t segment_count;
    struct desk_segment *segments;
    size_t sighting_count;
    struct desk_sighting *sightings;
    uint64_t frames;
    uint64_t frame_bytes;
    uint64_t messages;
    uint64_t seen_bytes_equal; /* frames equal to `watched` */
    struct slice watched;
    uint64_t hash; /* of all frames and sightings */
    uint8_t *arena_memory;
};

/* Closed loop, one operation at once, n = 4, f = 1, delta 100 ms, timeout 1 s. */
struct customer_settings desk_settings(uint64_t seed, enum customer_lie lie);
/* Links are up and nothing has had a turn. */
struct desk *desk_new(const struct customer_settings *settings);
void desk_free(struct desk *desk);

/* One turn now. */
void desk_turn(struct desk *desk);
/* From deadline to deadline until then; asserts that no deadline comes again without effect. */
void desk_run(struct desk *desk, uint64_t duration_ns);

/* Replica `from` says `text` to request `number` of the session. */
void desk_reply(struct desk *desk, replica_id from, uint64_t session, uint64_t number,
                const char *text);
void desk_gone(struct desk *desk, replica_id from, uint64_t session);

size_t desk_count(const struct desk *desk, enum sight kind);
/* The k-th of its kind, which must be there. */
const struct desk_sighting *desk_sighting(const struct desk *desk, enum sight kind, size_t k);

#endif
