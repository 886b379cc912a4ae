/* core_send.c - what to send to each replica: every segment once per link, in order; again what
 * stays unanswered, with back-off and jitter; and questions after lost replies. See core.h. */
#include "client/core_state.h"

#include "base/assert.h"

#define HOLD_AFTER_REFUSAL_NS (2 * MILLISECOND_NS) /* a full socket drains faster than this */

/* Three to five quarters of it, so that clients that began together do not stay together. */
static uint64_t with_jitter(struct client_core *core, uint64_t wait_ns)
{
    return wait_ns / 4 * 3 + prng_below(&core->prng, wait_ns / 2 + 1);
}

static uint64_t doubled(uint64_t wait_ns)
{
    return wait_ns > CLIENT_RETRY_NS_MAX / 2 ? CLIENT_RETRY_NS_MAX : wait_ns * 2;
}

static void clear_timers(struct client_core *core, struct peer *peer)
{
    peer->resend_due_ns = NEVER_NS;
    peer->resend_wait_ns = core->settings.retry_ns;
    peer->ask_due_ns = NEVER_NS;
    peer->ask_wait_ns = CLIENT_GAP_WAIT_NS;
}

void client_core_restart_peer(struct client_core *core, struct peer *peer)
{
    clear_timers(core, peer);
    peer->next_send = core->front;
    peer->busy_until_ns = 0;
    peer->busy_streak = 0;
    peer->hold_until_ns = 0;
    peer->staged = (struct staged){0};
}

void client_core_on_link_up(struct client_core *core, replica_id replica)
{
    ASSERT(replica < core->settings.replica_count);
    struct peer *peer = &core->peers[replica];
    client_core_restart_peer(core, peer);
    peer->linked = true;
    /* Replies may have been lost with the old link. A duplicate segment makes none. */
    if (client_core_awaits(core, peer) && peer->highest > 0) {
        peer->ask_due_ns = 0;
    }
}

void client_core_on_link_down(struct client_core *core, replica_id replica)
{
    ASSERT(replica < core->settings.replica_count);
    core->peers[replica].linked = false;
}

void client_core_note_progress(struct client_core *core, struct peer *peer, uint64_t now_ns)
{
    peer->busy_streak = 0;
    peer->resend_wait_ns = core->settings.retry_ns;
    peer->resend_due_ns = client_core_awaits(core, peer)
                              ? now_ns + with_jitter(core, peer->resend_wait_ns)
                              : NEVER_NS;
}

void client_core_note_gap(struct client_core *core, struct peer *peer, uint64_t now_ns)
{
    if (!client_core_has_gap(core, peer)) {
        peer->ask_due_ns = NEVER_NS;
        peer->ask_wait_ns = CLIENT_GAP_WAIT_NS;
    } else if (peer->ask_due_ns == NEVER_NS) {
        /* f+1 others may well fill it; a moment costs less than the question. */
        peer->ask_due_ns = now_ns + peer->ask_wait_ns;
    }
}

void client_core_note_idle(struct client_core *core)
{
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        clear_timers(core, &core->peers[i]);
    }
}

static uint64_t first_unsent(const struct client_core *core, const struct peer *peer)
{
    return peer->next_send > core->front ? peer->next_send : core->front;
}

static bool add_segment(struct client_core *core, uint64_t sequence, size_t *bytes_left,
                        struct client_send *sends, size_t *count)
{
    const struct lane_part *segment = client_core_segment(core, sequence);
    if (segment->size > *bytes_left || *count == CLIENT_SENDS_MAX) {
        return false;
    }
    *bytes_left -= segment->size;
    sends[(*count)++] = (struct client_send){
        .encoded = slice_of(core->segment_bytes.memory + segment->offset, segment->size)};
    return true;
}

/* The oldest segments without all their results that this replica was sent and has not answered. */
static void add_unanswered(struct client_core *core, struct peer *peer, size_t *bytes_left,
                           struct client_send *sends, size_t *count)
{
    size_t budget = CLIENT_RETRANSMIT_BYTES;
    for (uint64_t sequence = core->front; sequence < peer->next_send; sequence++) {
        const struct lane_part *segment = client_core_segment(core, sequence);
        if (segment->unfinished == 0 || segment->first + segment->count - 1 <= peer->highest) {
            continue;
        }
        bool is_first = peer->staged.resend_count == 0; /* goes whatever its size */
        if ((!is_first && segment->size > budget) ||
            !add_segment(core, sequence, bytes_left, sends, count)) {
            return;
        }
        budget -= segment->size < budget ? segment->size : budget;
        peer->staged.resend_count++;
        peer->staged.resend_end = sequence + 1;
    }
}

size_t client_core_outgoing(struct client_core *core, replica_id to, uint64_t now_ns,
                            size_t bytes_max, struct client_send sends[CLIENT_SENDS_MAX])
{
    ASSERT(to < core->settings.replica_count && bytes_max >= CLIENT_SEND_BYTES_MIN);
    struct peer *peer = &core->peers[to];
    peer->staged = (struct staged){.next_send = first_unsent(core, peer)};
    if (!peer->linked || core->lost || peer->hold_until_ns > now_ns) {
        return 0;
    }
    size_t count = 0;
    size_t bytes_left = bytes_max;
    bool awaits = client_core_awaits(core, peer);
    peer->staged.resend = awaits && peer->resend_due_ns <= now_ns;
    peer->staged.ask = awaits && (peer->staged.resend || peer->ask_due_ns <= now_ns);
    if (peer->staged.ask) {
        sends[count++] = (struct client_send){
            .ask = {.session = core->lane.session, .from = client_core_expected(core, peer)}};
    }
    if (peer->staged.resend) {
        add_unanswered(core, peer, &bytes_left, sends, &count);
    }
    if (peer->busy_until_ns <= now_ns) {
        while (peer->staged.next_send < core->next_sequence &&
               add_segment(core, peer->staged.next_send, &bytes_left, sends, &count)) {
            peer->staged.next_send++;
        }
    }
    return count;
}

void client_core_sent(struct client_core *core, replica_id to, bool taken, uint64_t now_ns)
{
    ASSERT(to < core->settings.replica_count);
    struct peer *peer = &core->peers[to];
    if (!taken) {
        peer->hold_until_ns = now_ns + HOLD_AFTER_REFUSAL_NS;
        return;
    }
    const struct staged *staged = &peer->staged;
    for (uint64_t sequence = core->front; sequence < staged->resend_end; sequence++) {
        client_core_segment(core, sequence)->repeated = true;
    }
    core->retransmit_count += staged->resend_count;
    if (staged->next_send > peer->next_send) {
        peer->next_send = staged->next_send;
    }
    if (staged->resend) {
        peer->resend_wait_ns = doubled(peer->resend_wait_ns);
        peer->resend_due_ns = now_ns + with_jitter(core, peer->resend_wait_ns);
    } else if (peer->resend_due_ns == NEVER_NS && client_core_awaits(core, peer)) {
        peer->resend_due_ns = now_ns + with_jitter(core, peer->resend_wait_ns);
    }
    if (staged->ask) {
        peer->ask_wait_ns = doubled(peer->ask_wait_ns);
        peer->ask_due_ns = client_core_has_gap(core, peer)
                               ? now_ns + with_jitter(core, peer->ask_wait_ns)
                               : NEVER_NS;
    }
    peer->staged = (struct staged){.next_send = peer->next_send};
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t peer_next_ns(const struct client_core *core, const struct peer *peer)
{
    uint64_t next = NEVER_NS;
    if (client_core_awaits(core, peer)) {
        next = earlier(peer->resend_due_ns, peer->ask_due_ns);
    }
    if (first_unsent(core, peer) < core->next_sequence) {
        next = earlier(next, peer->busy_until_ns);
    }
    return next < peer->hold_until_ns ? peer->hold_until_ns : next;
}

uint64_t client_core_next_ns(struct client_core *core)
{
    uint64_t next = NEVER_NS;
    if (core->waiting_live + core->untold > 0) {
        next = core->earliest_deadline_ns;
    }
    if (core->lost) {
        return next;
    }
    if (core->waiting_live > 0 && !core->window_closed) {
        next = earlier(next, client_core_batch_due_ns(core));
    }
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        if (core->peers[i].linked) {
            next = earlier(next, peer_next_ns(core, &core->peers[i]));
        }
    }
    return next;
}
