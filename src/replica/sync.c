/* sync.c - block sync: a replica that is behind asks a peer for the decided orders after its own,
 * each with its segments, and believes them only by a finalization: of that very order, or of a
 * descendant whose chain leads down to it. */
#include "base/assert.h"
#include "replica/state.h"
#include "wire/digests.h"

/* Waiting for what is probably under way: a fraction of Δ where a finalization is known, Δ where
 * only a peer's word is. */
#define KNOWN_GRACE_DIVISOR 4u
/* Further behind than this, nothing is waited for. */
#define GAP_AT_ONCE         32u
/* An answer has Δ for so many bytes, or for as many blocks as one has: who brings one small block
 * after the other, each just in time, is not waited for. */
#define BYTES_PER_DELTA     (32u << 10)

void replica_on_claim(struct replica *replica, replica_id from, height_nr height)
{
    replica->peers[from].height = height;
    replica->height_claimed = 0;
    for (replica_id i = 0; i < replica->settings.replica_count; i++) {
        if (replica->peers[i].height > replica->height_claimed) {
            replica->height_claimed = replica->peers[i].height;
        }
    }
}

bool replica_is_behind(const struct replica *replica)
{
    return replica->sync.behind_since_ns != 0;
}

/* The block's segments are those that its certified order names: the chain of digests says so.
 * *bytes: of those. */
static bool take_segments(struct replica *replica, const struct block *block, uint64_t *bytes)
{
    size_t next = 0;
    *bytes = 0;
    for (size_t i = 0; i < block->order.tip_count; i++) {
        const struct lane_tip *tip = &block->order.tips[i];
        struct lane_tip base;
        lanes_decided_tip(&replica->lanes, &tip->lane, &base);
        if (tip->sequence <= base.sequence || lanes_is_over(&replica->lanes, &tip->lane)) {
            continue; /* void: the block has none of it */
        }
        struct digest digest = base.digest;
        size_t first = next;
        for (uint64_t s = base.sequence + 1; s <= tip->sequence; s++, next++) {
            if (next >= block->segment_count) {
                return false;
            }
            const struct segment *segment = &block->segments[next];
            if (segment->sequence != s || !lane_id_is_equal(&segment->lane, &tip->lane) ||
                !digest_is_equal(&segment->previous, &digest)) {
                return false;
            }
            lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                             &digest);
        }
        if (!digest_is_equal(&digest, &tip->digest)) {
            return false;
        }
        for (size_t k = first; k < next; k++) {
            const struct segment *segment = &block->segments[k];
            struct digest own;
            *bytes += segment->encoded.size;
            lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                             &own);
            if (!lanes_take_certified(&replica->lanes, segment, &own, block->order.view,
                                      replica->now.monotonic_ns)) {
                return true; /* no memory now: asked for again */
            }
        }
    }
    return true;
}

/* Is the order on the way down from a finalized one, and next to be decided? */
static bool is_certified_next(struct replica *replica, const struct digest *digest)
{
    bool is_lacking;
    struct simplex_lack lack;
    const struct stored_order *next = simplex_next_decided(&replica->simplex, &is_lacking, &lack);
    return next != NULL && digest_is_equal(&next->digest, digest);
}

/* What its certificate, if it has one, and its place in the log say of a block. */
static enum verdict judge_block(struct replica *replica, const struct block *block,
                                const struct digest *digest)
{
    const struct simplex_base *base = &replica->simplex.base;
    const struct order *order = &block->order;
    if (order->view <= base->view ||
        (order->height == base->height + 1 &&
         (order->parent_view != base->view || !digest_is_equal(&order->parent, &base->digest)))) {
        return VERDICT_INVALID;
    }
    if (block->has_certificate) {
        const struct certificate *certificate = &block->certificate;
        if (certificate->kind != VOTE_FINALIZE || certificate->view != order->view ||
            !digest_is_equal(&certificate->digest, digest)) {
            return VERDICT_INVALID;
        }
        enum verdict verdict = simplex_on_certificate(&replica->simplex, certificate);
        if (verdict != VERDICT_ACCEPTED && verdict != VERDICT_DUPLICATE) {
            return verdict;
        }
    }
    enum verdict verdict = simplex_on_block_order(&replica->simplex, order, digest);
    /* STALE: another order stands in its place and nothing proves it yet. What follows may. */
    return verdict == VERDICT_DUPLICATE || verdict == VERDICT_STALE ? VERDICT_ACCEPTED : verdict;
}

/* The one asked sends what is of no use. Another one is asked at once, and he only after he has
 * said again that he has more: else, where no one else says so, the two would go on without end. He
 * was not slow. */
static enum verdict give_up(struct replica *replica, enum verdict verdict)
{
    struct block_sync *sync = &replica->sync;
    replica_on_claim(replica, sync->asked, 0);
    sync->next = 0;
    sync->until = replica->simplex.base.height;
    sync->attempt++;
    return verdict;
}

/* How often all peers were too slow, or proved nothing: what is asked of them halves each time. */
static size_t halvings(const struct replica *replica)
{
    size_t others = replica->settings.replica_count - 1;
    ASSERT(others > 0);
    size_t count = replica->sync.late_count / others;
    return count < BACKOFF_DOUBLINGS_MAX ? count : BACKOFF_DOUBLINGS_MAX;
}

/* A block of the answer is here, with so many bytes of use: how long for the next? */
static void extend(struct replica *replica, uint64_t bytes)
{
    struct block_sync *sync = &replica->sync;
    uint64_t delta_ns = replica->settings.delta_ns;
    sync->end_ns += delta_ns / BLOCKS_PER_ANSWER_MAX + bytes * delta_ns / BYTES_PER_DELTA;
    uint64_t next_ns = replica->now.monotonic_ns + sync->patience_ns;
    sync->ask_at_ns = next_ns < sync->end_ns ? next_ns : sync->end_ns;
}

/* Has the one asked brought a run of blocks as long as an answer, or longer, of which no
 * finalization proves the first? A liar's could go on for ever. */
static bool is_endless(const struct replica *replica)
{
    height_nr longest = (height_nr)BLOCKS_PER_ANSWER_MAX << halvings(replica);
    return replica->sync.next > replica->simplex.base.height + longest;
}

enum verdict replica_on_block(struct replica *replica, replica_id from, const struct block *block)
{
    struct block_sync *sync = &replica->sync;
    const struct order *order = &block->order;
    height_nr own = replica->simplex.base.height;
    if (order->height <= own || !replica_is_behind(replica) || from != sync->asked) {
        return VERDICT_STALE; /* or not asked for */
    }
    height_nr expected = sync->next == 0 ? own + 1 : sync->next;
    if (order->height != expected) { /* one that came is no reason to wait for more of them */
        return order->height > expected ? VERDICT_EARLY : VERDICT_STALE;
    }
    struct digest digest;
    order_digest(order, &digest);
    enum verdict verdict = judge_block(replica, block, &digest);
    if (verdict != VERDICT_ACCEPTED) {
        return give_up(replica, verdict);
    }
    if (order->height > replica->peers[from].height) {
        replica_on_claim(replica, from, order->height);
    }
    if (!is_certified_next(replica, &digest)) {
        extend(replica, 0);
        /* Its finalization, or that of a descendant, is still to come. Once it is here, all is
         * asked for again from the base on, and is certified then. */
        sync->next = block->has_certificate ? 0 : order->height + 1;
        if (block->has_certificate) {
            sync->until = own;
            sync->attempt++; /* a liar could go round like this for ever */
        }
        return VERDICT_ACCEPTED;
    }
    uint64_t bytes;
    if (!take_segments(replica, block, &bytes)) {
        return give_up(replica, VERDICT_INVALID);
    }
    sync->next = 0;
    uint64_t behind_since_ns = sync->behind_since_ns;
    (void)replica_decide(replica);
    sync->behind_since_ns = behind_since_ns;  /* until replica_sync finds otherwise */
    if (replica->simplex.base.height > own) { /* else it may come again and again */
        extend(replica, bytes);
    }
    return VERDICT_ACCEPTED;
}

static replica_id pick_source(struct replica *replica)
{
    size_t others = replica->settings.replica_count - 1;
    for (size_t i = 0; i < others; i++) {
        replica_id peer = replica_pick_peer(replica, replica->sync.attempt + (uint32_t)i);
        if (replica->peers[peer].height > replica->simplex.base.height) {
            return peer;
        }
    }
    return replica_pick_peer(replica, replica->sync.attempt);
}

void replica_sync(struct replica *replica)
{
    struct block_sync *sync = &replica->sync;
    uint64_t now = replica->now.monotonic_ns;
    height_nr own = replica->simplex.base.height;
    bool is_final_known = simplex_finalized(&replica->simplex) != 0;
    height_nr claimed = replica->height_claimed;
    if (!is_final_known && claimed <= own) {
        *sync = (struct block_sync){.attempt = sync->attempt};
        return;
    }
    if (sync->behind_since_ns == 0) {
        sync->behind_since_ns = now == 0 ? 1 : now;
    }
    uint64_t grace = is_final_known ? replica->settings.delta_ns / KNOWN_GRACE_DIVISOR
                                    : replica->settings.delta_ns;
    bool is_far = claimed > own + GAP_AT_ONCE;
    bool is_begun = sync->until != 0;
    if (!is_begun && !is_far && now - sync->behind_since_ns < grace) {
        return;
    }
    height_nr from = sync->next == 0 ? own + 1 : sync->next;
    bool is_late = now >= sync->ask_at_ns;
    if (is_begun && from <= sync->until && !is_late) {
        return; /* more of the answer is under way */
    }
    if (replica->applied + DECISIONS_MAX / 2 < own) {
        return; /* applying is behind: no use for more */
    }
    bool is_over = from > sync->until && !is_endless(replica);
    if (is_begun && !is_over) { /* the one asked stays silent, is slow, or goes on for ever */
        sync->attempt++;
        sync->late_count += sync->is_heard ? 1 : 0; /* where nobody is, none is slow */
        sync->next = 0;
        from = own + 1;
    }
    struct peer_message ask = {.kind = PEER_ASK_BLOCKS,
                               .ask_blocks = {.from = from, .count = BLOCKS_PER_ANSWER_MAX}};
    sync->asked = pick_source(replica);
    sync->is_heard = false;
    replica_send(replica, sync->asked, &ask);
    sync->until = from + BLOCKS_PER_ANSWER_MAX - 1;
    sync->patience_ns = replica->settings.delta_ns << halvings(replica);
    sync->end_ns = now + sync->patience_ns;
    sync->ask_at_ns = sync->end_ns;
}
