/* views.c - traitors that speak of views long past or far ahead, or lie about where they stand. */
#include "traitors/families.h"

#define VIEWS_BACK_MAX 64u

/* Something that it saw long ago. */
static void say_old(struct traitor *t, replica_id to)
{
    const struct vote *vote = memory_vote(&t->memory, (size_t)traitor_draw(t, MEMORY_VOTES));
    const struct certificate *certificate =
        memory_certificate(&t->memory, (size_t)traitor_draw(t, MEMORY_CERTIFICATES));
    const struct seen_order *order =
        memory_order(&t->memory, (size_t)traitor_draw(t, MEMORY_ORDERS));
    struct peer_message message;
    if (vote != NULL && vote->view < t->view && vote->voter == t->self) {
        message = (struct peer_message){.kind = PEER_VOTE, .vote = *vote};
        traitor_say(t, to, &message);
    }
    if (certificate != NULL && certificate->view < t->view) {
        message = (struct peer_message){.kind = PEER_CERTIFICATE, .certificate = *certificate};
        traitor_say(t, to, &message);
    }
    if (order != NULL && order->proposal.order.view < t->view) {
        message = (struct peer_message){.kind = PEER_PROPOSAL, .proposal = order->proposal};
        traitor_say(t, to, &message);
    }
}

/* And what it never said while there was time. */
static void speak_of_the_past(struct traitor *t)
{
    if (t->view < 2) {
        return;
    }
    uint64_t back = t->view - 1 < VIEWS_BACK_MAX ? t->view - 1 : VIEWS_BACK_MAX;
    view_nr view = t->view - 1 - traitor_draw(t, back);
    struct digest digest;
    say_old(t, traitor_draw_peer(t));
    traitor_draw_digest(t, &digest);
    uint32_t set = UINT32_C(1) << traitor_draw_peer(t);
    traitor_say_vote(t, set, (enum vote_kind)(VOTE_NOTARIZE + traitor_draw(t, 3)), view, &digest);
}

const struct strategy strategy_stale_views = {
    .info = {"stale-views", "repeats messages of old views, and votes in them anew"},
    .remembers = true,
    .on_send = strategy_only_learn,
    .on_turn = speak_of_the_past,
};

/* Around every bound that a receiver has. */
static const uint64_t far_ahead[] = {
    1, 2, 63, 64, 65, VIEW_WINDOW - 1, VIEW_WINDOW, VIEW_WINDOW + 1, UINT64_C(1) << 32,
};

/* An order of a view that it will command one day, on what is newest now. */
static void order_ahead(struct traitor *t, view_nr view, replica_id to)
{
    size_t replicas = traitor_replicas(t);
    const struct seen_order *newest = memory_order(&t->memory, 0);
    view += (t->self + replicas - view % replicas) % replicas;
    struct peer_message message = {.kind = PEER_PROPOSAL};
    struct order *order = &message.proposal.order;
    *order = (struct order){.view = view, .parent = t->conspiracy->genesis, .height = 1};
    if (newest != NULL && newest->proposal.order.view < view) {
        *order = newest->proposal.order;
        order->view = view;
        order->parent_view = newest->proposal.order.view;
        order->parent = newest->digest;
        order->height = newest->proposal.order.height + 1;
    }
    order->height = order->height == 0 ? 1 : order->height;
    order->time_ns = t->inner.wall_ns(t->inner.self);
    traitor_sign_proposal(t, t->self, &message.proposal);
    traitor_say(t, to, &message);
}

static void speak_of_the_future(struct traitor *t)
{
    struct digest digest;
    size_t choices = sizeof far_ahead / sizeof far_ahead[0];
    view_nr view = t->view + far_ahead[traitor_draw(t, choices)];
    view = traitor_draw(t, 16) == 0 ? UINT64_MAX - REPLICAS_MAX : view;
    traitor_draw_digest(t, &digest);
    for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
        traitor_say_vote(t, traitor_all(t), kind, view, &digest);
    }
    order_ahead(t, view, traitor_draw_peer(t));
}

const struct strategy strategy_future_views = {
    .info = {"future-views", "votes and gives orders in views far ahead"},
    .remembers = true,
    .on_send = strategy_only_learn,
    .on_turn = speak_of_the_future,
};

static uint64_t false_number(struct traitor *t, uint64_t number)
{
    switch (traitor_draw(t, 6)) {
    case 0:
        return number + 1;
    case 1:
        return number + 100;
    case 2:
        return UINT64_MAX;
    case 3:
        return number == 0 ? 1 : 0;
    case 4:
        return number + 1 + traitor_draw(t, UINT64_C(2) * VIEW_WINDOW);
    default:
        break;
    }
    return number == 0 ? 1 : number - 1;
}

static enum fate lie_about_itself(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (message->kind != PEER_HEARTBEAT) {
        return FATE_PASS;
    }
    if (traitor_draw(t, 2) == 0) {
        message->heartbeat.height = false_number(t, message->heartbeat.height);
    } else {
        message->heartbeat.view = false_number(t, message->heartbeat.view);
    }
    return FATE_CHANGED;
}

static void claim(struct traitor *t)
{
    struct peer_message message = {
        .kind = PEER_HEARTBEAT,
        .heartbeat = {.view = t->view, .height = false_number(t, t->height)},
    };
    traitor_say(t, traitor_draw_peer(t), &message);
}

const struct strategy strategy_heartbeat_lies = {
    .info = {"heartbeat-lies", "claims heights and views that it does not have"},
    .on_send = lie_about_itself,
    .on_turn = claim,
};
