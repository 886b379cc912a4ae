/* digests.c - see digests.h. */
#include "wire/digests.h"

int lane_id_compare(const struct lane_id *a, const struct lane_id *b)
{
    int order = public_key_compare(&a->client, &b->client);
    if (order != 0) {
        return order;
    }
    return (a->session > b->session) - (a->session < b->session);
}

static void add_lane(struct digest_state *state, const struct lane_id *lane)
{
    digest_add(state, slice_of(lane->client.bytes, sizeof lane->client.bytes));
    digest_add_u64(state, lane->session);
}

void lane_digest_zero(const struct digest *genesis, const struct lane_id *lane,
                      struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_LANE);
    digest_add(&state, digest_slice(genesis));
    add_lane(&state, lane);
    digest_end(&state, digest);
}

void lane_digest_next(const struct lane_id *lane, uint64_t sequence, const struct digest *previous,
                      struct slice body, struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_SEGMENT);
    add_lane(&state, lane);
    digest_add_u64(&state, sequence);
    digest_add(&state, digest_slice(previous));
    digest_add(&state, body);
    digest_end(&state, digest);
}

void lane_sign_digest(const struct digest *genesis, const struct lane_id *lane, uint64_t sequence,
                      const struct digest *digest, struct digest *signed_digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_SEGMENT_SIGN);
    digest_add(&state, digest_slice(genesis));
    add_lane(&state, lane);
    digest_add_u64(&state, sequence);
    digest_add(&state, digest_slice(digest));
    digest_end(&state, signed_digest);
}

void order_digest(const struct order *order, struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_ORDER);
    digest_add_u64(&state, order->view);
    digest_add_u64(&state, order->parent_view);
    digest_add(&state, digest_slice(&order->parent));
    digest_add_u64(&state, order->height);
    digest_add_u64(&state, order->time_ns);
    digest_add_u64(&state, order->tip_count);
    for (size_t i = 0; i < order->tip_count; i++) {
        add_lane(&state, &order->tips[i].lane);
        digest_add_u64(&state, order->tips[i].sequence);
        digest_add(&state, digest_slice(&order->tips[i].digest));
    }
    digest_end(&state, digest);
}

void vote_sign_digest(const struct digest *genesis, enum vote_kind kind, view_nr view,
                      const struct digest *digest, struct digest *signed_digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_VOTE_SIGN);
    digest_add(&state, digest_slice(genesis));
    digest_add_u64(&state, (uint64_t)kind);
    digest_add_u64(&state, view);
    digest_add(&state, digest_slice(digest));
    digest_end(&state, signed_digest);
}
