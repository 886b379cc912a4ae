/* support_core.h - a client core with a plain codec of the tests' own, and a record of what its
 * callers were told. */
#ifndef STRATEGOS_TESTS_SUPPORT_CORE_H
#define STRATEGOS_TESTS_SUPPORT_CORE_H

#include "client/core.h"

#define TEST_TAGS_MAX     20000u
#define TEST_RESULT_BYTES 64u
#define MS                UINT64_C(1000000)
#define TEST_RETRY_NS     (400 * MS)
#define TEST_SESSION      UINT64_C(1000)

/* What the caller of one request was told. */
struct told {
    unsigned times;
    enum client_status status;
    enum outcome outcome;
    size_t size;
    uint8_t bytes[TEST_RESULT_BYTES];
};

struct world {
    struct client_core *core;
    void *memory;
    uint64_t now_ns;
    unsigned signatures;
    size_t told_count;
    struct told *told; /* by tag */
    size_t resubmit;   /* requests that the next callbacks submit, one each */
    uintptr_t resubmit_tag;
};

/* A decoded CLIENT_SEGMENT of the tests' codec. */
struct test_segment {
    uint64_t session;
    uint64_t sequence;
    struct digest previous;
    uint64_t acknowledged;
    struct slice body;
    size_t count;
    struct slice requests[SEGMENT_REQUESTS_MAX];
};

void world_init(struct world *world, size_t replicas, size_t faults, size_t in_flight_max);
void world_fini(struct world *world);

/* All links up, session open. */
void world_start(struct world *world);

/* Submits and expects it to be taken. */
void world_submit(struct world *world, uintptr_t tag, const char *request, uint64_t timeout_ns);
enum client_submit world_try_submit(struct world *world, uintptr_t tag, struct slice request,
                                    uint64_t timeout_ns);

/* Time goes on by `ns` and the core has its turn. */
void world_turn(struct world *world, uint64_t ns);

/* Takes all that the core has for a replica now, in one frame, and says that it went out. */
size_t world_take(struct world *world, replica_id to, struct client_send *sends);
size_t world_take_all(struct world *world); /* from every replica, ignoring what it is */

/* Messages of each kind in a frame. */
size_t count_segments(const struct client_send *sends, size_t count);
size_t count_asks(const struct client_send *sends, size_t count);

void decode_segment(struct slice encoded, struct test_segment *segment);

/* Replica `from` says `text` of `count` requests from `first` on. */
enum verdict world_reply(struct world *world, replica_id from, uint64_t first, size_t count,
                         const char *text);
enum verdict world_reply_outcome(struct world *world, replica_id from, uint64_t first,
                                 enum outcome outcome, struct slice result);
enum verdict world_gone(struct world *world, replica_id from, uint64_t before);
enum verdict world_busy(struct world *world, replica_id from, uint64_t sequence,
                        uint32_t retry_after_ms);

/* Asserts that the caller was told once, this. */
void expect_result(const struct world *world, uintptr_t tag, const char *text);
void expect_status(const struct world *world, uintptr_t tag, enum client_status status);
void expect_nothing(const struct world *world, uintptr_t tag);

#endif
