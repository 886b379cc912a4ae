/* flood.c - as much as links and receivers take, and a little more: votes, questions, certificates,
 * orders and segments that all look valid, in frames up to the bounds and beyond. One receiver at a
 * time: what a flood costs its sender, the simulator pays. */
#include "traitors/families.h"

#define ASKS_AT_ONCE  300u /* more than a receiver answers within Δ */
#define VOTES_AT_ONCE 64u

static void ask_much(struct traitor *t, replica_id to)
{
    struct peer_message message = {.kind = PEER_ASK_VIEW};
    for (size_t i = 0; i < ASKS_AT_ONCE; i++) {
        if (i % 2 == 0) {
            message = (struct peer_message){.kind = PEER_ASK_VIEW,
                                            .ask_view = {.from = 0, .to = UINT64_MAX}};
        } else {
            message = (struct peer_message){.kind = PEER_ASK_BLOCKS,
                                            .ask_blocks = {.from = 1, .count = UINT32_MAX}};
        }
        traitor_say(t, to, &message);
    }
}

static void vote_much(struct traitor *t, replica_id to)
{
    for (size_t i = 0; i < VOTES_AT_ONCE; i++) {
        struct digest digest;
        traitor_draw_digest(t, &digest);
        traitor_say_vote(t, UINT32_C(1) << to, VOTE_NOTARIZE + (i % 3 == 0 ? 0 : 2),
                         t->view + 1 + i, &digest);
    }
}

/* The largest order there is, in a view of its own to come. */
static void order_much(struct traitor *t, replica_id to)
{
    size_t replicas = traitor_replicas(t);
    view_nr view = t->view + 1 + (t->self + replicas - (t->view + 1) % replicas) % replicas;
    for (size_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        t->tips[i] = (struct lane_tip){.lane = {.session = i + 1}, .sequence = 1};
        put_u32(t->tips[i].digest.bytes, (uint32_t)i);
    }
    struct peer_message message = {
        .kind = PEER_PROPOSAL,
        .proposal = {.order = {.view = view,
                               .parent_view = t->view,
                               .height = t->height + 1,
                               .time_ns = t->inner.wall_ns(t->inner.self),
                               .tip_count = TIPS_PER_ORDER_MAX,
                               .tips = t->tips}}};
    message.proposal.order.height = t->height == UINT64_MAX ? 1 : t->height + 1;
    traitor_sign_proposal(t, t->self, &message.proposal);
    traitor_say(t, to, &message);
}

static void repeat_much(struct traitor *t, replica_id to)
{
    const struct seen_segment *segment;
    const struct certificate *certificate;
    struct peer_message message;
    for (size_t i = 0; (segment = memory_segment(&t->memory, i)) != NULL; i++) {
        message = (struct peer_message){.kind = PEER_SEGMENT, .segment = segment->segment};
        traitor_say(t, to, &message);
    }
    for (size_t i = 0; (certificate = memory_certificate(&t->memory, i)) != NULL; i++) {
        message = (struct peer_message){.kind = PEER_CERTIFICATE, .certificate = *certificate};
        traitor_say(t, to, &message);
    }
}

/* More messages than a frame may have, in a frame of any size that a link takes. */
static void fill_frame(struct traitor *t, replica_id to)
{
    struct peer_message message = {.kind = PEER_HEARTBEAT, .heartbeat = {.view = t->view}};
    size_t limit = traitor_draw(t, 8) == 0 ? FRAME_BYTES_MAX : FRAME_MESSAGES_MAX * 8u;
    size_t size = wire_peer_message_size(&message);
    buffer_clear(&t->scratch);
    while (t->scratch.size + size <= limit) {
        wire_encode_peer_message(&t->scratch, &message);
    }
    traitor_say_bytes(t, to, buffer_slice(&t->scratch));
    buffer_fini(&t->scratch);
}

static void flood(struct traitor *t)
{
    replica_id to = traitor_draw_peer(t);
    switch (t->count++ % 5) {
    case 0:
        ask_much(t, to);
        return;
    case 1:
        vote_much(t, to);
        return;
    case 2:
        order_much(t, to);
        return;
    case 3:
        repeat_much(t, to);
        return;
    default:
        fill_frame(t, to);
        return;
    }
}

const struct strategy strategy_flood = {
    .info = {"flood", "sends as many valid-looking messages as links take, and too large frames"},
    .remembers = true,
    .on_send = strategy_only_learn,
    .on_turn = flood,
};
