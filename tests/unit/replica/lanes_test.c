/* lanes_test.c - lanes alone: what is taken, what is refused, limits, and a long random run against
 * a simple model of sessions. */
#include "base/prng.h"
#include "support_lanes.h"
#include "wire/digests.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>

static void segment_is_taken_once(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    lanes_begin(&fixture, 2);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_ACCEPTED);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_DUPLICATE);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "b", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_EQUIVOCATION);
    assert_int_equal(lanes_give(&fixture, 2, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_UNKNOWN_SENDER);
    assert_int_equal(fixture.persisted, 1);
    assert_true(lanes_has_ready(fixture.lanes));
    lanes_end(&fixture);
}

static void gap_is_held_but_not_ready(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip first;
    struct lane_tip second;
    struct lane_tip third;
    lanes_begin(&fixture, 2);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &first),
                     VERDICT_ACCEPTED);
    (void)lanes_give(&fixture, 1, 9, 2, &first.digest, "b", SEGMENT_FROM_CLIENT, &second);
    size_t evicted;
    lanes_decide_tip(&fixture, &first, &evicted);
    assert_false(lanes_has_ready(fixture.lanes)); /* only session 9's second is held */
    assert_int_equal(
        lanes_give(&fixture, 0, 1, 2, &first.digest, "b", SEGMENT_FROM_CLIENT, &second),
        VERDICT_ACCEPTED);
    assert_int_equal(
        lanes_give(&fixture, 0, 1, 4, &second.digest, "d", SEGMENT_FROM_CLIENT, &third),
        VERDICT_ACCEPTED);
    struct lane *lane = lanes_find(fixture.lanes, &first.lane);
    assert_int_equal(lanes_contiguous(fixture.lanes, lane, &first), 2);
    lanes_end(&fixture);
}

static void sequence_beyond_the_lane_is_busy(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    struct digest any = {{1}};
    lanes_begin(&fixture, 2);
    assert_int_equal(lanes_give(&fixture, 0, 1, 65, &any, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_OVER_LIMIT);
    assert_int_equal(lanes_give(&fixture, 0, 1, 64, &any, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_ACCEPTED);
    assert_int_equal(lanes_give(&fixture, 0, 1, 65, &any, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_OVER_LIMIT);
    assert_int_equal(lanes_give(&fixture, 0, 1, UINT64_MAX, &any, "a", SEGMENT_PASSED_ON, &tip),
                     VERDICT_OVER_LIMIT);
    assert_int_equal(fixture.busy, 2);
    lanes_end(&fixture);
}

static void lane_and_client_bytes_are_limited_for_client_and_peer_alike(void **state)
{
    (void)state;
    enum segment_origin const origins[] = {SEGMENT_FROM_CLIENT, SEGMENT_PASSED_ON};
    static char text[200001]; /* with its NUL */
    memset(text, 'x', sizeof text - 1);
    for (size_t o = 0; o < 2; o++) {
        struct lanes_fixture fixture;
        struct lane_tip tip;
        lanes_begin(&fixture, 2);
        size_t taken = 0;
        for (uint64_t session = 1; session <= 16; session++) {
            struct digest previous;
            for (uint64_t sequence = 1; sequence <= 6; sequence++) {
                enum verdict verdict =
                    lanes_give(&fixture, 0, session, sequence, sequence == 1 ? NULL : &previous,
                               text, origins[o], &tip);
                previous = tip.digest;
                taken += verdict == VERDICT_ACCEPTED ? 1 : 0;
                assert_true(sequence <= 5 || verdict == VERDICT_OVER_LIMIT);
            }
        }
        assert_true(taken * 200000 <= (size_t)CLIENT_BYTES_MAX);
        assert_true(taken * 200000 > (size_t)CLIENT_BYTES_MAX / 4 * 3);
        /* Another client is served. */
        assert_int_equal(lanes_give(&fixture, 1, 1, 1, NULL, "small", origins[o], &tip),
                         VERDICT_ACCEPTED);
        lanes_end(&fixture);
    }
}

static void undecided_sessions_are_limited(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    lanes_begin(&fixture, 2);
    for (uint64_t session = 1; session <= LANES_UNDECIDED_MAX; session++) {
        assert_int_equal(lanes_give(&fixture, 0, session, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(lanes_give(&fixture, 0, 99, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_OVER_LIMIT);
    assert_int_equal(fixture.busy, 1);
    size_t evicted;
    tip.lane.session = 1;
    tip.sequence = 1;
    tip.digest = lanes_held(lanes_find(fixture.lanes, &tip.lane), 1)->digest;
    lanes_decide_tip(&fixture, &tip, &evicted);
    assert_int_equal(lanes_give(&fixture, 0, 99, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_ACCEPTED);
    lanes_end(&fixture);
}

/* A client that gives each replica other sessions must not keep them from holding what one of them
 * proposes; but what the proposal itself names stays. */
static void session_that_a_proposal_names_pushes_out_spare_ones(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    struct lane_tip named[LANES_UNDECIDED_MAX];
    lanes_begin(&fixture, 2);
    for (uint64_t session = 1; session <= UINT64_C(2) * LANES_UNDECIDED_MAX; session++) {
        assert_int_equal(
            lanes_give(&fixture, 0, session, 1, NULL, "a",
                       session <= LANES_UNDECIDED_MAX ? SEGMENT_FROM_CLIENT : SEGMENT_PASSED_ON,
                       &tip),
            VERDICT_ACCEPTED);
    }
    assert_int_equal(lanes_give(&fixture, 0, 1000, 1, NULL, "a", SEGMENT_NAMED, &tip),
                     VERDICT_ACCEPTED);
    struct order order = {.view = 7, .tips = named};
    for (uint64_t i = 0; i < LANES_UNDECIDED_MAX; i++) {
        named[i] = lanes_tip(0, 2000 + i, 1);
        order.tip_count = i + 1;
        lanes_want(fixture.lanes, &order);
        assert_int_equal(lanes_give(&fixture, 0, 2000 + i, 1, NULL, "a", SEGMENT_NAMED, &tip),
                         VERDICT_ACCEPTED);
    }
    for (uint64_t i = 0; i < LANES_UNDECIDED_MAX; i++) {
        const struct lane *lane = lanes_find(fixture.lanes, &named[i].lane);
        assert_non_null(lane);
        assert_non_null(lanes_held(lane, 1));
    }
    assert_true(fixture.lanes->undecided_count <= 2 * LANES_UNDECIDED_MAX);
    lanes_end(&fixture);
}

static void passed_on_segment_needs_its_clients_signature(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    struct buffer encoded = {0};
    struct segment segment;
    struct digest zero;
    lanes_begin(&fixture, 2);
    tip.lane = (struct lane_id){.client = fixture.clients[0], .session = 1};
    lane_digest_zero(&fixture.lanes->genesis, &tip.lane, &zero);
    world_segment(&tip.lane, 1, &zero, "a", &encoded, &segment, &tip.digest);
    segment.signature.bytes[7] ^= 4;
    assert_int_equal(lanes_take(fixture.lanes, &segment, SEGMENT_PASSED_ON, 1),
                     VERDICT_BAD_AUTHENTICATION);
    assert_int_equal(lanes_take(fixture.lanes, &segment, SEGMENT_NAMED, 1),
                     VERDICT_BAD_AUTHENTICATION);
    assert_null(lanes_find(fixture.lanes, &tip.lane)); /* and leaves nothing behind */
    assert_int_equal(lanes_take(fixture.lanes, &segment, SEGMENT_CHAINED, 1), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
    lanes_end(&fixture);
}

static void branches_are_chosen_by_digest_and_end_with_the_decision(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip a;
    struct lane_tip b;
    struct lane_tip b2;
    struct digest lacking;
    lanes_begin(&fixture, 2);
    (void)lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &a);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "b", SEGMENT_NAMED, &b), VERDICT_ACCEPTED);
    assert_int_equal(lanes_give(&fixture, 0, 1, 2, &b.digest, "c", SEGMENT_NAMED, &b2),
                     VERDICT_ACCEPTED);
    struct lane *lane = lanes_find(fixture.lanes, &a.lane);
    struct lane_tip base = {.lane = a.lane};
    lane_digest_zero(&fixture.lanes->genesis, &a.lane, &base.digest);
    assert_int_equal(lanes_choose(lane, &base, &a, &lacking), 0);
    assert_true(digest_is_equal(&lanes_held(lane, 1)->digest, &a.digest));
    assert_int_equal(lanes_choose(lane, &base, &b2, &lacking), 0);
    assert_true(digest_is_equal(&lanes_held(lane, 1)->digest, &b.digest));
    assert_true(digest_is_equal(&lacking, &base.digest));
    struct lane_tip other = {.lane = a.lane, .sequence = 2, .digest = a.digest};
    assert_int_equal(lanes_choose(lane, &base, &other, &lacking), 2);
    lanes_check(fixture.lanes, true);
    (void)lanes_choose(lane, &base, &b2, &lacking);
    size_t evicted;
    lanes_decide_tip(&fixture, &b2, &evicted);
    assert_int_equal(fixture.forgotten, 1);
    assert_int_equal(fixture.lanes->pending_segments, 0);
    lanes_end(&fixture);
}

static void branches_at_one_place_are_limited(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    lanes_begin(&fixture, 2);
    for (size_t i = 0; i < (size_t)3 * BRANCHES_MAX; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%zu", i);
        assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, text, SEGMENT_NAMED, &tip),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(fixture.lanes->pending_segments, BRANCHES_MAX);
    lanes_drop_from(fixture.lanes, lanes_find(fixture.lanes, &tip.lane), 1);
    lanes_check(fixture.lanes, true);
    lanes_end(&fixture);
}

/* ---- against a model ---- */

#define MODEL_SESSIONS 300u

struct model {
    bool is_decided[2][MODEL_SESSIONS];
    uint64_t tip[2][MODEL_SESSIONS];
    struct digest digest[2][MODEL_SESSIONS];
    uint64_t floor[2];
    size_t decided_count[2];
};

static uint64_t lowest_decided(const struct model *model, size_t client)
{
    for (uint64_t session = 0; session < MODEL_SESSIONS; session++) {
        if (model->is_decided[client][session]) {
            return session;
        }
    }
    return MODEL_SESSIONS;
}

static bool model_is_over(const struct model *model, size_t client, uint64_t session)
{
    return !model->is_decided[client][session] &&
           (session <= model->floor[client] ||
            (model->decided_count[client] == SESSIONS_PER_CLIENT_MAX &&
             session < lowest_decided(model, client)));
}

static void model_decide(struct model *model, size_t client, const struct lane_tip *tip)
{
    uint64_t session = tip->lane.session;
    if (!model->is_decided[client][session]) {
        model->is_decided[client][session] = true;
        model->decided_count[client]++;
    }
    model->tip[client][session] = tip->sequence;
    model->digest[client][session] = tip->digest;
    if (model->decided_count[client] > SESSIONS_PER_CLIENT_MAX) {
        uint64_t lowest = lowest_decided(model, client);
        model->is_decided[client][lowest] = false;
        model->decided_count[client]--;
        model->floor[client] = lowest;
    }
}

static void random_run_agrees_with_the_model(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct prng prng;
    static struct model model;
    lanes_begin(&fixture, 2);
    prng_init(&prng, 4711);
    for (size_t step = 0; step < 6000; step++) {
        size_t client = prng_below(&prng, 2);
        uint64_t session = 1 + prng_below(&prng, MODEL_SESSIONS - 1);
        bool is_over = model_is_over(&model, client, session);
        bool is_known = model.is_decided[client][session];
        struct lane_tip tip;
        enum verdict verdict = lanes_give(
            &fixture, client, session, is_known ? model.tip[client][session] + 1 : 1,
            is_known ? &model.digest[client][session] : NULL, "r", SEGMENT_FROM_CLIENT, &tip);
        assert_int_equal(verdict == VERDICT_STALE, is_over);
        assert_int_equal(lanes_is_over(fixture.lanes, &tip.lane), is_over);
        if (verdict == VERDICT_ACCEPTED && prng_below(&prng, 4) != 0) {
            size_t evicted_count;
            size_t before = model.decided_count[client];
            lanes_decide_tip(&fixture, &tip, &evicted_count);
            bool is_full = before == SESSIONS_PER_CLIENT_MAX && !is_known;
            assert_int_equal(evicted_count, is_full ? 1 : 0);
            model_decide(&model, client, &tip);
        }
        if (step % 500 == 0) {
            lanes_check(fixture.lanes, true);
        }
    }
    for (size_t client = 0; client < 2; client++) {
        for (uint64_t session = 1; session < MODEL_SESSIONS; session++) {
            struct lane_id id = {.client = fixture.clients[client], .session = session};
            const struct lane *lane = lanes_find(fixture.lanes, &id);
            assert_int_equal(lane != NULL && lane->is_decided, model.is_decided[client][session]);
            if (model.is_decided[client][session]) {
                struct lane_tip tip;
                lanes_decided_tip(fixture.lanes, &id, &tip);
                assert_int_equal(tip.sequence, model.tip[client][session]);
                assert_true(digest_is_equal(&tip.digest, &model.digest[client][session]));
            }
        }
    }
    lanes_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment_is_taken_once),
        cmocka_unit_test(gap_is_held_but_not_ready),
        cmocka_unit_test(sequence_beyond_the_lane_is_busy),
        cmocka_unit_test(lane_and_client_bytes_are_limited_for_client_and_peer_alike),
        cmocka_unit_test(undecided_sessions_are_limited),
        cmocka_unit_test(session_that_a_proposal_names_pushes_out_spare_ones),
        cmocka_unit_test(passed_on_segment_needs_its_clients_signature),
        cmocka_unit_test(branches_are_chosen_by_digest_and_end_with_the_decision),
        cmocka_unit_test(branches_at_one_place_are_limited),
        cmocka_unit_test(random_run_agrees_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
