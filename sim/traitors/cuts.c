/* cuts.c - commanders whose orders no loyal commander would give: on a parent that is none, with a
 * cut that goes back, jumps or names what nobody has, at a time that is not now. Each order is
 * truly signed, and the same to all. */
#include "traitors/families.h"

/* Which lie it is this time: the same for every receiver of an order, however often it is sent. */
static uint64_t variant_of(const struct traitor *t, const struct order *order, uint64_t count)
{
    return traitor_agreed(t, TOPIC_VARIANT, order->view, count);
}

/* A digest of nothing, the same for every receiver. */
static void invent_digest(const struct traitor *t, const struct order *order, uint64_t number,
                          struct digest *digest)
{
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        digest->bytes[i] = (uint8_t)traitor_agreed(
            t, TOPIC_VARIANT, order->view * 1000 + number * DIGEST_BYTES + i, 256);
    }
}

/* Changes an own order by `change` and signs it. Where nothing comes of it, it is the true one. */
static enum fate change_order(struct traitor *t, struct peer_message *message,
                              void (*change)(struct traitor *t, struct order *order))
{
    struct digest before;
    struct digest after;
    if (!traitor_is_own_proposal(t, message)) {
        return FATE_PASS;
    }
    order_digest(&message->proposal.order, &before);
    change(t, &message->proposal.order);
    order_digest(&message->proposal.order, &after);
    if (digest_is_equal(&before, &after)) {
        return FATE_PASS;
    }
    traitor_sign_proposal(t, t->self, &message->proposal);
    return FATE_CHANGED;
}

/* ---- its parent ---- */

static void invent(struct traitor *t, struct order *order)
{
    const struct seen_order *older = memory_find_below(&t->memory, order->parent_view);
    switch (variant_of(t, order, 4)) {
    case 0: /* the views between are not nullified */
        if (older != NULL) {
            order->parent_view = older->proposal.order.view;
            order->parent = older->digest;
            order->height = older->proposal.order.height + 1;
            order->height = order->height == 0 ? 1 : order->height;
            return;
        }
        break;
    case 1: /* from the beginning */
        if (order->parent_view != 0) {
            order->parent_view = 0;
            order->parent = t->conspiracy->genesis;
            order->height = 1;
            return;
        }
        break;
    case 2: /* an order that nobody notarized */
        if (older != NULL) {
            struct order twin;
            traitor_make_twin(t, &older->proposal.order, &twin);
            order->parent_view = twin.view;
            order_digest(&twin, &order->parent);
            return;
        }
        break;
    default:
        break;
    }
    order->parent_view = order->view - 1;
    invent_digest(t, order, 0, &order->parent);
}

static enum fate invent_parent(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, invent);
}

const struct strategy strategy_invent_parent = {
    .info = {"invent-parent", "as commander builds on orders that do not exist, or that are old"},
    .remembers = true,
    .on_send = invent_parent,
};

/* ---- its cut ---- */

/* The order's tips, to be changed. */
static struct lane_tip *own_tips(struct traitor *t, struct order *order)
{
    if (order->tips != t->tips) {
        bytes_copy(t->tips, order->tips, order->tip_count * sizeof *order->tips);
        order->tips = t->tips;
    }
    return t->tips;
}

/* In its place by lane; not if the lane is there already. */
static void insert_tip(struct traitor *t, struct order *order, const struct lane_tip *tip)
{
    if (order->tip_count == TIPS_PER_ORDER_MAX) {
        return;
    }
    struct lane_tip *tips = own_tips(t, order);
    size_t at = order->tip_count;
    while (at > 0 && lane_id_compare(&tips[at - 1].lane, &tip->lane) > 0) {
        at--;
    }
    if (at > 0 && lane_id_is_equal(&tips[at - 1].lane, &tip->lane)) {
        return;
    }
    memmove(&tips[at + 1], &tips[at], (order->tip_count - at) * sizeof *tips);
    tips[at] = *tip;
    order->tip_count++;
}

static void name_unknown(struct traitor *t, struct order *order)
{
    struct lane_tip tip = {.sequence = 1 + variant_of(t, order, 3)};
    invent_digest(t, order, 1, &tip.digest);
    if (order->tip_count > 0 && variant_of(t, order, 2) == 0) {
        struct lane_tip *tips = own_tips(t, order);
        tips[0].digest = tip.digest;
        return;
    }
    const struct seen_segment *seen = memory_segment(&t->memory, 0);
    if (seen != NULL) { /* a client that there is, in a session that it never began */
        tip.lane.client = seen->segment.lane.client;
    } else {
        memcpy(tip.lane.client.bytes, tip.digest.bytes, PUBLIC_KEY_BYTES);
    }
    tip.lane.session = UINT64_C(1) << 62 | order->view;
    insert_tip(t, order, &tip);
}

static enum fate bad_cut_unknown(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, name_unknown);
}

const struct strategy strategy_bad_cut_unknown = {
    .info = {"bad-cut-unknown", "as commander names segments that nobody has"},
    .remembers = true,
    .on_send = bad_cut_unknown,
};

/* The newest order before that named anything. */
static const struct seen_order *find_cut_before(const struct traitor *t, view_nr view)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(&t->memory, i)) != NULL; i++) {
        if (seen->proposal.order.view < view && seen->proposal.order.tip_count > 0) {
            return seen;
        }
    }
    return NULL;
}

static void go_back(struct traitor *t, struct order *order)
{
    const struct seen_order *before = find_cut_before(t, order->view);
    if (before == NULL) {
        return;
    }
    order->tips = before->proposal.order.tips;
    order->tip_count = before->proposal.order.tip_count;
    if (variant_of(t, order, 2) == 0) {
        struct lane_tip *tips = own_tips(t, order);
        tips[0].sequence = tips[0].sequence > 1 ? tips[0].sequence - 1 : 1;
    }
}

static enum fate bad_cut_back(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, go_back);
}

const struct strategy strategy_bad_cut_back = {
    .info = {"bad-cut-back", "as commander names again what was ordered already"},
    .remembers = true,
    .on_send = bad_cut_back,
};

static void jump(struct traitor *t, struct order *order)
{
    static const uint64_t steps[] = {1, LANE_SEGMENTS_MAX - 1, LANE_SEGMENTS_MAX,
                                     LANE_SEGMENTS_MAX + 1, UINT64_C(1) << 40};
    if (order->tip_count == 0) {
        go_back(t, order);
    }
    uint64_t step = steps[variant_of(t, order, sizeof steps / sizeof steps[0])];
    struct lane_tip *tips = own_tips(t, order);
    for (size_t i = 0; i < order->tip_count; i++) {
        tips[i].sequence += step;
        tips[i].sequence = tips[i].sequence == 0 ? 1 : tips[i].sequence;
    }
}

static enum fate bad_cut_skip(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, jump);
}

const struct strategy strategy_bad_cut_skip = {
    .info = {"bad-cut-skip", "as commander jumps over segments, a few or very many"},
    .remembers = true,
    .on_send = bad_cut_skip,
};

/* ---- its time and height ---- */

static void change_time(struct traitor *t, struct order *order)
{
    const struct seen_order *parent = memory_find_order(&t->memory, &order->parent);
    switch (variant_of(t, order, 6)) {
    case 0:
        order->time_ns = UINT64_MAX;
        break;
    case 1:
        order->time_ns = 0;
        break;
    case 2:
        order->time_ns = parent == NULL ? 0 : parent->proposal.order.time_ns;
        break;
    case 3: /* just beyond what a voter takes */
        order->time_ns += UINT64_C(1000000) * (TIME_AHEAD_MS_DEFAULT + 50);
        break;
    case 4: /* an hour */
        order->time_ns += UINT64_C(3600) * 1000000000;
        break;
    default: /* valid, but the past */
        order->time_ns = parent == NULL ? 1 : parent->proposal.order.time_ns + 1;
        break;
    }
}

static enum fate bad_time(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, change_time);
}

const struct strategy strategy_bad_time = {
    .info = {"bad-time", "as commander dates orders far ahead, or not after their parents"},
    .remembers = true,
    .on_send = bad_time,
};

static void change_height(struct traitor *t, struct order *order)
{
    static const uint64_t heights[] = {UINT64_MAX, 1000000};
    uint64_t before = order->height;
    uint64_t variant = variant_of(t, order, 4);
    if (variant < 2) {
        order->height = heights[variant];
    } else {
        order->height = variant == 2 && before > 1 ? before - 1 : before + 1;
    }
}

static enum fate bad_height(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return change_order(t, message, change_height);
}

const struct strategy strategy_bad_height = {
    .info = {"bad-height", "as commander gives its orders another place in the log"},
    .on_send = bad_height,
};
