/* executor.h - applies decided orders to the machine, in order, each request exactly once, and
 * keeps the sessions and their cached replies. Shared by node and simulator.
 *
 * State is layered: a command's writes collect in an overlay and reach the next layer only if the
 * command succeeds; changes since the last checkpoint collect in an ordered map in memory; a
 * checkpoint hands that map, frozen, to store->commit (on another thread if the caller likes) while
 * a fresh map takes new changes. Machine keys and session records live in one store under one-byte
 * prefixes, and the state digest covers both.
 *
 * Everything here is a function of the decided orders: equal on all loyal replicas. */
#ifndef STRATEGOS_MACHINE_EXECUTOR_H
#define STRATEGOS_MACHINE_EXECUTOR_H

#include "base/error.h"
#include "machine/store.h"
#include "strategos/machine.h"
#include "wire/message.h"

/* A checkpoint is due after this many requests or this many bytes of distinct changes; neither is
 * 0. The caller may apply a few more orders before it begins one, so replicas' checkpoints may lie
 * a little apart. */
struct checkpoint_limits {
    uint64_t requests;
    uint64_t bytes; /* changes.h says what a change counts for */
};
#define CHECKPOINT_REQUESTS (1u << 20) /* what a replica in service takes */
#define CHECKPOINT_BYTES    (24u << 20)

struct executor;

/* Is this client allowed to change state? Roles come from the configuration, and configurations may
 * differ while a rolling restart is under way; so a role is judged by the ordering layer when a
 * segment is taken, and the executor trusts what is ordered. */

/* Loads the sessions of the store's snapshot. Needs a refreshed store.
 * `store` and `machine` outlive the executor. */
MUST_USE enum error executor_new(struct executor **executor, struct store store,
                                 const struct strategos_machine *machine,
                                 const struct checkpoint_limits *limits,
                                 const struct digest *genesis, struct error_text *text);
void executor_free(struct executor *executor);

/* Position of the last applied order (at start: of the store's checkpoint). */
height_nr executor_height(const struct executor *executor);
uint64_t executor_requests(const struct executor *executor);

/* What the core needs to know of lanes at start: every session kept, with its tip; and per client
 * the highest session ever evicted (its floor; 0 none). */
struct executor_lane {
    struct lane_tip tip;
};
struct executor_floor {
    struct public_key client;
    uint64_t session;
};
size_t executor_lanes(const struct executor *executor, struct executor_lane *lanes,
                      size_t capacity);
size_t executor_floors(const struct executor *executor, struct executor_floor *floors,
                       size_t capacity);

/* Called with the results of the consecutive requests of one lane, as soon as they are known;
 * `replies` are borrowed for the call. */
struct reply_sink {
    void *context;
    void (*on_replies)(void *context, const struct lane_id *lane, uint64_t first, size_t count,
                       const struct reply *replies);
    void (*on_gone)(void *context, const struct lane_id *lane);
};

/* Applies the order at height + 1. An error is the environment's (store, memory) or the machine's
 * own failure: the replica must stop; nothing partial has been made durable. */
MUST_USE enum error executor_apply(struct executor *executor, const struct decision *decision,
                                   const struct reply_sink *sink, struct error_text *text);

/* Re-sends cached results of a session from request `from` on, to the sink. If some of these are no
 * longer kept, on_gone is not called: *before gets the lowest kept number (or next number), and
 * *known says whether the session exists. */
void executor_resend(struct executor *executor, const struct lane_id *lane, uint64_t from,
                     const struct reply_sink *sink, uint64_t *before, bool *known);

/* Answers from the present state, unordered. The reply lives until the next call. */
MUST_USE enum error executor_query(struct executor *executor, const struct public_key *client,
                                   struct slice request, struct reply *reply);

/* The digest of the present state. Its cost is that of the keys changed since it was last brought
 * up to date: `budget` bounds how many are folded in now. True when it is complete: then *digest is
 * the state's at executor_height; otherwise *digest and *height are of the last complete one. */
bool executor_digest(struct executor *executor, size_t budget, struct digest *digest,
                     height_nr *height);

/* Checkpoints. When one is due, begin freezes the changes (it first waits for nothing: ASSERTs that
 * none is under way) and takes the ledger location from which a restart must read on; run does the
 * work and may be on another thread, with apply and query going on meanwhile; end makes the store's
 * snapshot the new base and must be on the executor's thread after run returned. */
bool executor_checkpoint_is_due(const struct executor *executor);
void executor_checkpoint_begin(struct executor *executor, uint64_t ledger_scan);
MUST_USE enum error executor_checkpoint_run(struct executor *executor, struct error_text *text);
MUST_USE enum error executor_checkpoint_end(struct executor *executor);

#endif
