/* fetch.c - asking peers for what a vote needs, answering such questions, and passing segments on
 * to those whom their client did not reach. */
#include "base/assert.h"
#include "replica/state.h"
#include "wire/digests.h"

/* The client may just be a little slower towards us than towards the commander. */
#define SEGMENT_GRACE_DIVISOR 20u
/* Segments passed on, or sent as an answer, at once. */
#define PASS_ON_SEGMENTS_MAX  16u
#define PASS_ON_BYTES_MAX     (256u * 1024)

replica_id replica_pick_peer(const struct replica *replica, uint32_t attempt)
{
    size_t others = replica->settings.replica_count - 1;
    uint64_t step = (replica->settings.seed + attempt) % others;
    return (replica_id)((replica->settings.self + 1 + step) % replica->settings.replica_count);
}

void replica_send(struct replica *replica, replica_id to, const struct peer_message *message)
{
    simplex_send(&replica->simplex, to, message, false, false);
}

/* May the next question for the candidate be put now? First to its commander, then to others. */
static bool next_question(struct replica *replica, uint64_t grace_ns, replica_id *to)
{
    struct fetch *fetch = &replica->candidate_fetch;
    uint64_t now = replica->now.monotonic_ns;
    if (fetch->view != replica->simplex.current) {
        *fetch = (struct fetch){
            .view = replica->simplex.current, .since_ns = now, .ask_at_ns = now + grace_ns};
    }
    if (now < fetch->ask_at_ns) {
        return false;
    }
    fetch->ask_at_ns = now + replica->settings.delta_ns / 2;
    replica_id commander = simplex_commander(&replica->simplex, fetch->view);
    *to = fetch->attempt == 0 && commander != replica->settings.self
              ? commander
              : replica_pick_peer(replica, fetch->attempt);
    fetch->attempt++;
    return true;
}

void replica_fetch_parent(struct replica *replica, enum simplex_parent state,
                          const struct simplex_lack *lack)
{
    replica_id to;
    if (!next_question(replica, 0, &to)) {
        return;
    }
    struct peer_message ask = {.kind = PEER_ASK_VIEW,
                               .ask_view = {.from = lack->from, .to = lack->to}};
    if (state == PARENT_ORDER_MISSING) {
        /* Its certificate too: where its commander made two orders and we hold the other one, only
         * that makes room. */
        replica_send(replica, to, &ask);
        ask = (struct peer_message){.kind = PEER_ASK_ORDER,
                                    .ask_order = {.view = lack->from, .digest = lack->digest}};
    }
    replica_send(replica, to, &ask);
}

void replica_fetch_segments(struct replica *replica, const struct cut_missing *missing,
                            size_t missing_count)
{
    memcpy(replica->wanted, missing, missing_count * sizeof *missing);
    replica->wanted_count = missing_count;
    replica_id to;
    if (!next_question(replica, replica->settings.delta_ns / SEGMENT_GRACE_DIVISOR, &to)) {
        return;
    }
    for (size_t i = 0; i < missing_count; i++) {
        struct peer_message ask = {.kind = PEER_ASK_SEGMENTS,
                                   .ask_segments = {.lane = missing[i].lane,
                                                    .from = missing[i].from,
                                                    .to = missing[i].to}};
        replica_send(replica, to, &ask);
    }
}

enum verdict replica_on_passed_segment(struct replica *replica, const struct segment *segment)
{
    enum segment_origin origin = SEGMENT_PASSED_ON;
    struct cut_missing *place = NULL;
    for (size_t i = 0; i < replica->wanted_count && place == NULL; i++) {
        struct cut_missing *wanted = &replica->wanted[i];
        if (segment->sequence == wanted->to && lane_id_is_equal(&wanted->lane, &segment->lane)) {
            struct digest digest;
            lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                             &digest);
            place = digest_is_equal(&digest, &wanted->digest) ? wanted : NULL;
        }
    }
    if (place != NULL) {
        origin = place->is_proven ? SEGMENT_CHAINED : SEGMENT_NAMED;
    }
    enum verdict verdict = lanes_take(&replica->lanes, segment, origin, replica->now.monotonic_ns);
    if (place != NULL && (verdict == VERDICT_ACCEPTED || verdict == VERDICT_DUPLICATE)) {
        place->to--; /* answers come from the end on: each names the one before */
        place->digest = segment->previous;
        place->is_proven = true;
    }
    /* What does not fit what we hold is the client's equivocation, not the peer's. */
    return verdict == VERDICT_EQUIVOCATION ? VERDICT_STALE : verdict;
}

static void send_segment(struct replica *replica, replica_id to, const struct lane *lane,
                         const struct held_segment *held)
{
    struct peer_message message = {.kind = PEER_SEGMENT};
    lanes_segment(lane, held, &message.segment);
    replica_send(replica, to, &message);
}

void replica_on_ask_segments(struct replica *replica, replica_id from,
                             const struct ask_segments *ask)
{
    const struct lane *lane = lanes_find(&replica->lanes, &ask->lane);
    if (lane == NULL) {
        return;
    }
    size_t bytes = 0;
    uint64_t first = ask->from > lane->tip_sequence ? ask->from : lane->tip_sequence + 1;
    uint64_t end = lane->tip_sequence + LANE_SEGMENTS_MAX;
    /* From the end on: the last one's digest is in the order, and each one says the digest of the
     * one before, so that the asker can tell what is meant. All branches, if there are several. */
    for (uint64_t i = ask->to < end ? ask->to : end; i >= first; i--) {
        for (const struct held_segment *held = lanes_held(lane, i); held != NULL;
             held = held->other) {
            if (bytes + held->encoded_size > LANE_BYTES_MAX) {
                return;
            }
            send_segment(replica, from, lane, held);
            bytes += held->encoded_size;
        }
    }
}

/* One lane's segments that have waited for Δ without being ordered: sent to all, once. Their
 * signature is checked first: a client that signs badly shall not keep anybody awake. */
static size_t pass_on_lane(struct replica *replica, struct lane *lane)
{
    struct lane_tip base = {.lane = lane->id, .sequence = lane->tip_sequence, .digest = lane->tip};
    uint64_t last = lanes_contiguous(&replica->lanes, lane, &base);
    size_t count = 0;
    for (uint64_t i = base.sequence + 1; i <= last && count < PASS_ON_SEGMENTS_MAX; i++) {
        struct held_segment *held = lanes_held(lane, i);
        if (held->is_passed_on) {
            continue;
        }
        if (replica->now.monotonic_ns - held->held_at_ns < replica->settings.delta_ns) {
            break;
        }
        if (!lanes_verify(&replica->lanes, lane, &base, i)) {
            if (!cut_is_named(&replica->simplex, &lane->id, i)) {
                lanes_drop_from(&replica->lanes, lane, i);
            }
            break;
        }
        send_segment(replica, REPLICA_ALL, lane, held);
        held->is_passed_on = true;
        count++;
    }
    return count;
}

void replica_pass_on(struct replica *replica)
{
    struct lanes *lanes = &replica->lanes;
    uint64_t now = replica->now.monotonic_ns;
    if (lanes->active_count == 0 || now < replica->pass_on_at_ns) {
        return;
    }
    replica->pass_on_at_ns = now + replica->settings.delta_ns / 2;
    size_t count = 0;
    for (uint32_t i = lanes->active_count; i > 0 && count < PASS_ON_SEGMENTS_MAX; i--) {
        if (i <= lanes->active_count) { /* dropping may shorten the array */
            count += pass_on_lane(replica, &lanes->slots[lanes->active[i - 1]]);
        }
    }
}
