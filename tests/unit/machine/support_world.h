/* support_world.h - an executor over a test store, lanes that write segments for it, and a sink
 * that keeps the replies. */
#ifndef STRATEGOS_TEST_SUPPORT_WORLD_H
#define STRATEGOS_TEST_SUPPORT_WORLD_H

#include "machine/executor.h"
#include "machine/registry.h"
#include "support_store.h"

#define WORLD_REPLIES_MAX  4096u
#define WORLD_SEGMENTS_MAX 64u

struct world_reply {
    struct lane_id lane;
    uint64_t number;
    enum outcome outcome;
    uint8_t *bytes;
    size_t size;
};

/* An order in the making: its segments own their bytes. */
struct draft {
    size_t count;
    struct segment segments[WORLD_SEGMENTS_MAX];
    uint8_t *bodies[WORLD_SEGMENTS_MAX];
    struct digest digests[WORLD_SEGMENTS_MAX];
    size_t evicted_count;
    struct lane_id evicted[8];
};

struct world {
    struct test_store store;
    struct executor *executor;
    struct digest genesis;
    struct checkpoint_limits limits;
    height_nr height;
    size_t reply_count;
    struct world_reply replies[WORLD_REPLIES_MAX];
    size_t gone_count;
    struct lane_id gone;
    struct draft draft; /* of world_run */
};

/* A client session's own view of its lane. */
struct lane {
    struct lane_tip tip;
};

void world_init(struct world *world, const struct strategos_machine *machine);
void world_fini(struct world *world);
/* As after a crash: a new executor over what the store holds. */
void world_restart(struct world *world, const struct strategos_machine *machine);
struct reply_sink world_sink(struct world *world);
void world_forget_replies(struct world *world);

/* Writes a whole checkpoint on this thread. */
void world_checkpoint(struct world *world);
/* The complete digest of the present state. */
struct digest world_digest(struct world *world);

void lane_begin(const struct world *world, struct lane *lane, uint8_t client, uint64_t session);
/* A segment with these requests, or with this very body. */
void draft_segment(struct draft *draft, struct lane *lane, uint64_t acknowledged,
                   const struct slice *requests, size_t count);
void draft_body(struct draft *draft, struct lane *lane, struct slice body);
enum error draft_apply(struct draft *draft, struct world *world, struct error_text *text);

/* One order with one request; returns its reply, which lives until world_forget_replies. */
const struct world_reply *world_run(struct world *world, struct lane *lane, struct slice request);

#endif
