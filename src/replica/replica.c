/* replica.c - composes lanes, Simplex and block sync: takes messages in, and once a turn draws all
 * conclusions. */
#include "replica/replica.h"

#include "base/assert.h"
#include "replica/state.h"

#include <stdalign.h>

/* An idle group is silent but for a heartbeat every so many Δ; an awake one sends one every Δ. */
#define IDLE_HEARTBEAT_DELTAS 10u

/* A proposal with fewer bytes than this waits for the decision of its parent, but not longer than a
 * part of Δ. */
#define PIPELINE_BYTES_MIN    (32u << 10)
#define PIPELINE_WAIT_DIVISOR 20u
/* The most that a proposal waits for more lanes, as a part of Δ. */
#define GATHER_WAIT_DIVISOR   33u

static size_t aligned(size_t size)
{
    size_t const align = alignof(max_align_t);
    return (size + align - 1) / align * align;
}

size_t replica_memory_size(void)
{
    return aligned(sizeof(struct replica)) + aligned(simplex_pool_memory()) +
           aligned(lanes_pool_memory()) + aligned(pool_memory_size(DECISION_POOL_BYTES));
}

struct replica *replica_init(void *memory, const struct replica_settings *settings,
                             const struct replica_base *base)
{
    ASSERT(settings->self < settings->replica_count);
    struct replica *replica = memory;
    uint8_t *next = (uint8_t *)memory + aligned(sizeof(struct replica));
    replica->settings = *settings;
    struct simplex_settings simplex = {.replica_count = settings->replica_count,
                                       .fault_count = settings->fault_count,
                                       .self = settings->self,
                                       .genesis = settings->genesis,
                                       .delta_ns = settings->delta_ns,
                                       .replica_keys = replica->settings.replica_keys,
                                       .authority = settings->authority,
                                       .effects = settings->effects};
    struct simplex_base from = {.view = base->view,
                                .height = base->height,
                                .time_ns = base->time_ns,
                                .digest = base->digest};
    simplex_init(&replica->simplex, &simplex, &from, next);
    next += aligned(simplex_pool_memory());
    lanes_init(&replica->lanes, &settings->genesis, &settings->authority, &settings->effects,
               settings->clients, settings->client_count, next);
    next += aligned(lanes_pool_memory());
    pool_init(&replica->decision_pool, next, DECISION_POOL_BYTES);
    replica->lanes.base_view = base->view;
    replica->applied = base->height;
    replica->settings.clients = NULL; /* was borrowed */
    return replica;
}

void replica_restore_lane(struct replica *replica, const struct lane_tip *tip)
{
    lanes_restore_tip(&replica->lanes, tip);
}

void replica_restore_floor(struct replica *replica, const struct public_key *client,
                           uint64_t session)
{
    lanes_restore_floor(&replica->lanes, client, session);
}

void replica_restore_block(struct replica *replica, const struct block *block,
                           const struct digest *digest, struct lane_id *evicted,
                           size_t *evicted_count)
{
    replica_apply_cut(replica, &block->order, evicted, evicted_count, NULL);
    simplex_decided(&replica->simplex, &block->order, digest);
    if (block->has_certificate) {
        simplex_restore_certificate(&replica->simplex, &block->certificate);
    }
    replica->applied = block->order.height;
}

void replica_restore_segment(struct replica *replica, const struct segment *segment)
{
    view_nr view = cut_named_view(&replica->simplex, &segment->lane, segment->sequence);
    (void)lanes_take(&replica->lanes, segment, view != 0 ? SEGMENT_KEPT : SEGMENT_RESTORED, 0);
    if (view != 0) { /* what of the lane, is said at the start: it need not be held yet */
        struct lane_tip lane = {.lane = segment->lane};
        lanes_name(&replica->lanes, &lane, view);
    }
}

void replica_restore_proposal(struct replica *replica, const struct proposal *proposal)
{
    simplex_restore_proposal(&replica->simplex, proposal);
}

void replica_restore_vote(struct replica *replica, const struct vote *vote)
{
    simplex_restore_vote(&replica->simplex, vote);
}

void replica_restore_certificate(struct replica *replica, const struct certificate *certificate)
{
    simplex_restore_certificate(&replica->simplex, certificate);
}

static void name_lanes(struct replica *replica, const struct order *order)
{
    for (size_t i = 0; i < order->tip_count; i++) {
        lanes_name(&replica->lanes, &order->tips[i], order->view);
    }
}

/* What must be kept of what was voted for before the restart. */
static void name_lanes_again(struct replica *replica)
{
    for (view_nr i = 1; i <= VIEW_WINDOW; i++) {
        const struct simplex_view *slot =
            simplex_find(&replica->simplex, replica->simplex.base.view + i);
        if (slot != NULL && slot->order != NULL && slot->sent[VOTE_NOTARIZE]) {
            name_lanes(replica, &slot->order->order);
        }
    }
}

void replica_start(struct replica *replica, struct replica_time now)
{
    replica->now = now;
    name_lanes_again(replica);
    simplex_start(&replica->simplex, now.monotonic_ns);
    replica_on_turn(replica, now);
}

static void set_time(struct replica *replica, struct replica_time now)
{
    replica->now = now;
    simplex_set_time(&replica->simplex, now.monotonic_ns);
}

/* A peer may put so many questions within Δ: answers cost more than questions. */
static bool may_ask(struct replica *replica, replica_id from)
{
    struct peer_state *peer = &replica->peers[from];
    if (replica->now.monotonic_ns - peer->ask_window_ns > replica->settings.delta_ns) {
        peer->ask_window_ns = replica->now.monotonic_ns;
        peer->ask_count = 0;
    }
    return peer->ask_count++ < ASKS_PER_DELTA_MAX;
}

static enum verdict on_ask(struct replica *replica, replica_id from,
                           const struct peer_message *message)
{
    if (!may_ask(replica, from)) {
        return VERDICT_OVER_LIMIT;
    }
    if (message->kind == PEER_ASK_VIEW) {
        simplex_on_ask_view(&replica->simplex, from, &message->ask_view);
    } else if (message->kind == PEER_ASK_ORDER) {
        simplex_on_ask_order(&replica->simplex, from, &message->ask_order);
    } else if (message->kind == PEER_ASK_SEGMENTS) {
        replica_on_ask_segments(replica, from, &message->ask_segments);
    } else if (message->ask_blocks.from <= replica->simplex.base.height) {
        struct effect effect = {.kind = EFFECT_SERVE_BLOCKS,
                                .to = from,
                                .height = message->ask_blocks.from,
                                .count = message->ask_blocks.count};
        replica->settings.effects.emit(replica->settings.effects.context, &effect);
    }
    return VERDICT_ACCEPTED;
}

static enum verdict on_vote(struct replica *replica, replica_id from, const struct vote *vote)
{
    if (vote->voter != from) {
        return VERDICT_INVALID; /* other people's votes travel in certificates */
    }
    enum verdict verdict = simplex_on_vote(&replica->simplex, vote);
    if (verdict == VERDICT_STALE && vote->view <= replica->simplex.base.view) {
        simplex_help(&replica->simplex, from, vote->view); /* a finished view: here is its end */
    }
    return verdict;
}

static enum verdict on_heartbeat(struct replica *replica, replica_id from,
                                 const struct heartbeat *heartbeat)
{
    replica->peers[from].view = heartbeat->view;
    replica_on_claim(replica, from, heartbeat->height);
    simplex_help(&replica->simplex, from, heartbeat->view);
    return VERDICT_ACCEPTED;
}

enum verdict replica_on_peer_message(struct replica *replica, struct replica_time now,
                                     replica_id from, const struct peer_message *message)
{
    ASSERT(from < replica->settings.replica_count && from != replica->settings.self);
    set_time(replica, now);
    simplex_on_heard(&replica->simplex, from);
    replica->sync.is_heard = true;
    switch (message->kind) {
    case PEER_SEGMENT:
        return replica_on_passed_segment(replica, &message->segment);
    case PEER_CERTIFICATE:
        return simplex_on_certificate(&replica->simplex, &message->certificate);
    case PEER_PROPOSAL:
        return simplex_on_proposal(&replica->simplex, &message->proposal);
    case PEER_VOTE:
        return on_vote(replica, from, &message->vote);
    case PEER_BLOCK:
        return replica_on_block(replica, from, &message->block);
    case PEER_HEARTBEAT:
        return on_heartbeat(replica, from, &message->heartbeat);
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
        return on_ask(replica, from, message);
    }
    return VERDICT_MALFORMED;
}

enum verdict replica_on_client_segment(struct replica *replica, struct replica_time now,
                                       const struct segment *segment)
{
    set_time(replica, now);
    return lanes_take(&replica->lanes, segment, SEGMENT_FROM_CLIENT, now.monotonic_ns);
}

/* Rule 3's demand on the agreed time: later than the parent's and not too far ahead of our clock,
 * or exactly one tick after the parent's. Too far ahead is a matter of time: how long until it is
 * not; 0 if it is not now. */
static uint64_t time_ahead(const struct replica *replica, const struct order *order,
                           uint64_t parent_time_ns)
{
    uint64_t latest_ns = replica->now.wall_ns + replica->settings.time_ahead_ns;
    if (order->time_ns == parent_time_ns + 1 || order->time_ns <= latest_ns) {
        return 0;
    }
    return order->time_ns - latest_ns;
}

static void chain_end(struct replica *replica, view_nr view, height_nr *height, uint64_t *time_ns)
{
    if (view == replica->simplex.base.view) {
        *height = replica->simplex.base.height;
        *time_ns = replica->simplex.base.time_ns;
        return;
    }
    const struct simplex_view *slot = simplex_find(&replica->simplex, view);
    ASSERT(slot != NULL && slot->order != NULL);
    *height = slot->order->order.height;
    *time_ns = slot->order->order.time_ns;
}

/* Simplex, rule 3: votes for the first valid proposal of the current view, once all that it covers
 * is held. True if a vote was cast. */
static bool vote_on_candidate(struct replica *replica, const struct order *order)
{
    struct simplex *simplex = &replica->simplex;
    struct simplex_lack lack;
    enum simplex_parent parent = simplex_check_parent(simplex, order, &lack);
    if (parent == PARENT_INVALID) {
        simplex_refuse_candidate(simplex);
        return false;
    }
    if (parent != PARENT_READY) {
        simplex_wait_for_candidate(simplex);
        replica_fetch_parent(replica, parent, &lack);
        return false;
    }
    height_nr parent_height;
    uint64_t parent_time_ns;
    chain_end(replica, order->parent_view, &parent_height, &parent_time_ns);
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count = 0;
    enum cut_state cut = cut_check(simplex, &replica->lanes, order, missing, &missing_count);
    if (order->height != parent_height + 1 || order->time_ns <= parent_time_ns ||
        cut == CUT_INVALID) {
        simplex_refuse_candidate(simplex);
        return false;
    }
    if (cut == CUT_MISSING) {
        simplex_wait_for_candidate(simplex);
        lanes_want(&replica->lanes, order);
        replica_fetch_segments(replica, missing, missing_count);
        return false;
    }
    uint64_t ahead_ns = time_ahead(replica, order, parent_time_ns);
    if (ahead_ns != 0) { /* looked at again then, unless rule 4 ends the view before */
        uint64_t now = replica->now.monotonic_ns;
        replica->candidate_at_ns = ahead_ns < UINT64_MAX - now ? now + ahead_ns : UINT64_MAX;
        return false;
    }
    name_lanes(replica, order);
    simplex_notarize_candidate(simplex);
    return true;
}

/* Is it worth waiting for more lanes? Clients that have one request in flight each come again soon
 * after the decision that answered them: those of the last two orders are waited for, a little. */
static bool is_gathering(struct replica *replica, size_t tip_count)
{
    uint64_t now = replica->now.monotonic_ns;
    uint32_t expected = replica->lanes_last + replica->lanes_before;
    if (replica->gather_since_ns == 0) {
        replica->gather_since_ns = now;
    }
    bool is_crowd = expected > 1 && tip_count * 8 < (size_t)expected * 7;
    bool is_busy =
        now - replica->decided_at_ns < replica->settings.delta_ns / PIPELINE_WAIT_DIVISOR;
    return is_crowd && is_busy &&
           now - replica->gather_since_ns < replica->settings.delta_ns / GATHER_WAIT_DIVISOR;
}

static bool is_time_to_propose(struct replica *replica, size_t tip_count, size_t bytes)
{
    const struct simplex *simplex = &replica->simplex;
    bool has_open = simplex->notarized_highest > simplex->base.view;
    uint64_t age_ns = simplex_view_age_ns(simplex);
    if (tip_count == 0) {
        return has_open && age_ns >= replica->settings.delta_ns;
    }
    if (bytes >= PIPELINE_BYTES_MIN) {
        return true;
    }
    if (has_open) {
        return age_ns >= replica->settings.delta_ns / PIPELINE_WAIT_DIVISOR;
    }
    return !is_gathering(replica, tip_count);
}

/* Simplex, rule 2: proposes at once if there is content, but a little of it waits for the order
 * before to be decided, so that many small clients share an order. An order without content
 * finalizes what is notarized, once Δ has passed without a finalization; and it ends a standstill
 * in which nobody holds what the others propose, since it needs nothing, and whatever was voted for
 * in vain is void once it is decided. True if a proposal was made. */
static bool propose(struct replica *replica)
{
    struct simplex *simplex = &replica->simplex;
    size_t bytes;
    struct order order;
    uint64_t parent_time_ns;
    struct lane_tip tips[TIPS_PER_ORDER_MAX];
    if (!simplex_may_propose(simplex, &order, &parent_time_ns)) {
        return false;
    }
    order.tips = tips;
    if (simplex_is_at_a_standstill(simplex)) {
        order.tip_count = 0;
    } else {
        order.tip_count = cut_build(simplex, &replica->lanes, order.parent_view, tips, &bytes);
        if (!is_time_to_propose(replica, order.tip_count, bytes)) {
            return false;
        }
    }
    replica->gather_since_ns = 0;
    order.time_ns =
        replica->now.wall_ns > parent_time_ns ? replica->now.wall_ns : parent_time_ns + 1;
    name_lanes(replica, &order);
    return simplex_propose(simplex, &order);
}

static bool vote_or_propose(struct replica *replica)
{
    const struct simplex *simplex = &replica->simplex;
    const struct stored_order *candidate = simplex_candidate(&replica->simplex);
    bool has_voted = candidate != NULL && vote_on_candidate(replica, &candidate->order);
    bool has_content =
        replica->lanes.active_count > 0 || simplex->notarized_highest > simplex->base.view;
    return (has_content && propose(replica)) || has_voted;
}

/* A notarized order whose bytes are not held can be neither built on nor decided. */
static void fetch_open_orders(struct replica *replica)
{
    struct simplex *simplex = &replica->simplex;
    const struct simplex_view *slot = simplex_find(simplex, simplex->notarized_highest);
    if (slot == NULL || simplex_candidate(simplex) != NULL) {
        return;
    }
    struct order probe = {.view = simplex->notarized_highest + 1,
                          .parent_view = simplex->notarized_highest,
                          .parent = slot->certified[VOTE_NOTARIZE]
                                        ? slot->certified_digest[VOTE_NOTARIZE]
                                        : slot->certified_digest[VOTE_FINALIZE]};
    struct simplex_lack lack;
    enum simplex_parent parent = simplex_check_parent(simplex, &probe, &lack);
    if (parent == PARENT_ORDER_MISSING) {
        replica_fetch_parent(replica, parent, &lack);
    }
}

static void send_heartbeat(struct replica *replica)
{
    struct peer_message message;
    message.kind = PEER_HEARTBEAT;
    message.heartbeat = (struct heartbeat){.view = replica->simplex.current,
                                           .height = replica->simplex.base.height};
    replica_send(replica, REPLICA_ALL, &message);
}

static void heartbeat_if_due(struct replica *replica)
{
    uint64_t now = replica->now.monotonic_ns;
    uint64_t delta = replica->settings.delta_ns;
    if (replica->simplex.is_awake && replica->heartbeat_at_ns > now + delta) {
        replica->heartbeat_at_ns = now + delta;
    }
    if (now >= replica->heartbeat_at_ns) {
        send_heartbeat(replica);
        replica->heartbeat_at_ns =
            now + (replica->simplex.is_awake ? delta : IDLE_HEARTBEAT_DELTAS * delta);
    }
}

void replica_on_turn(struct replica *replica, struct replica_time now)
{
    struct simplex *simplex = &replica->simplex;
    set_time(replica, now);
    bool has_changed;
    do { /* each round enters a view, casts a vote, decides or proposes: it ends */
        has_changed = simplex_advance(simplex);
        has_changed = replica_decide(replica) || has_changed;
        has_changed = vote_or_propose(replica) || has_changed;
        if (!has_changed) {
            view_nr current = simplex->current;
            bool has_work = lanes_has_ready(&replica->lanes) || simplex_has_work(simplex);
            simplex_on_time(simplex, has_work);
            has_changed = simplex->is_unsettled || simplex->current != current;
        }
    } while (has_changed);
    fetch_open_orders(replica);
    replica_pass_on(replica);
    replica_sync(replica);
    heartbeat_if_due(replica);
}

static void sooner(uint64_t *deadline, uint64_t due, uint64_t now)
{
    if (due > now && due < *deadline) {
        *deadline = due;
    }
}

uint64_t replica_deadline(const struct replica *replica)
{
    uint64_t now = replica->now.monotonic_ns;
    uint64_t deadline = replica->heartbeat_at_ns;
    sooner(&deadline, simplex_deadline(&replica->simplex), now);
    if (replica->gather_since_ns != 0) {
        sooner(&deadline,
               replica->gather_since_ns + replica->settings.delta_ns / GATHER_WAIT_DIVISOR, now);
    }
    if (replica->simplex.is_awake) {
        sooner(&deadline,
               replica->simplex.entered_at_ns + replica->settings.delta_ns / PIPELINE_WAIT_DIVISOR,
               now);
        sooner(&deadline, replica->candidate_fetch.ask_at_ns, now);
        sooner(&deadline, replica->candidate_at_ns, now);
    }
    if (replica->lanes.active_count > 0) {
        sooner(&deadline, replica->pass_on_at_ns, now);
    }
    if (replica_is_behind(replica)) {
        uint64_t delta = replica->settings.delta_ns;
        sooner(&deadline, replica->sync.ask_at_ns, now);
        sooner(&deadline, replica->sync.behind_since_ns + delta / 4, now);
        sooner(&deadline, replica->sync.behind_since_ns + delta, now);
    }
    return deadline;
}

static void dump_lane(struct replica *replica, const struct lane *lane)
{
    for (uint64_t i = 1; i <= LANE_SEGMENTS_MAX; i++) {
        for (const struct held_segment *held = lanes_held(lane, lane->tip_sequence + i);
             held != NULL; held = held->other) {
            struct segment segment;
            lanes_segment(lane, held, &segment);
            struct effect effect = {
                .kind = EFFECT_PERSIST_SEGMENT, .segment = &segment, .digest = &held->digest};
            replica->settings.effects.emit(replica->settings.effects.context, &effect);
        }
    }
}

void replica_dump(struct replica *replica)
{
    for (uint32_t i = 0; i < replica->lanes.active_count; i++) {
        dump_lane(replica, &replica->lanes.slots[replica->lanes.active[i]]);
    }
    simplex_dump(&replica->simplex);
}

/* The highest height that f+1 replicas claim: at least one of them is loyal. */
static height_nr height_known(const struct replica *replica)
{
    height_nr known = replica->simplex.base.height;
    if (replica->height_claimed <= known) {
        return known;
    }
    for (replica_id i = 0; i < replica->settings.replica_count; i++) {
        height_nr height = replica->peers[i].height;
        size_t support = 0;
        for (replica_id j = 0; j < replica->settings.replica_count; j++) {
            support += replica->peers[j].height >= height ? 1 : 0;
        }
        if (support > replica->settings.fault_count && height > known) {
            known = height;
        }
    }
    return known;
}

void replica_look(const struct replica *replica, struct replica_view *view)
{
    const struct simplex *simplex = &replica->simplex;
    *view = (struct replica_view){.view = simplex->current,
                                  .commander = simplex_commander(simplex, simplex->current),
                                  .height = simplex->base.height,
                                  .height_known = height_known(replica),
                                  .digest = simplex->base.digest,
                                  .pending_segments = replica->lanes.pending_segments,
                                  .pending_bytes = replica->lanes.pending_bytes,
                                  .is_awake = simplex->is_awake,
                                  .is_syncing = replica_is_behind(replica)};
}

view_nr replica_current_view(const struct replica *replica)
{
    return replica->simplex.current;
}

void replica_check(struct replica *replica, bool deep)
{
    simplex_check(&replica->simplex, deep);
    lanes_check(&replica->lanes, deep);
    ASSERT(replica->applied <= replica->simplex.base.height);
    ASSERT(replica->simplex.base.height - replica->applied <= DECISIONS_MAX);
    if (deep) {
        pool_check(&replica->decision_pool);
    }
}
