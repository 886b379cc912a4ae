/* pace_test.c - when a commander proposes: at once for one client alone, a little later for a
 * crowd, so that many small requests share an order. */
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void hold(struct stage *stage, uint64_t session, uint64_t sequence, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    stage_segment(stage, session, sequence, &encoded, &segment, tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
}

/* An order of another commander that advances one lane, from proposal to decision. */
static void decide(struct stage *stage, view_nr view, const struct stage_order *parent,
                   const struct lane_tip *tip, struct stage_order *made)
{
    stage_make_order(stage, view, parent, tip, made);
    assert_int_equal(stage_propose(stage, made), VERDICT_ACCEPTED);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, view, &made->digest);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, view, &made->digest);
    assert_int_equal(stage_height(stage), made->order.height);
}

static void lone_client_never_waits(void **state)
{
    (void)state;
    struct stage *stage = stage_new(3, 4); /* commander of view 3 */
    struct stage_order first;
    struct stage_order second;
    struct lane_tip tip;
    hold(stage, 1, 1, &tip);
    decide(stage, 1, NULL, &tip, &first);
    hold(stage, 1, 2, &tip);
    decide(stage, 2, &first, &tip, &second);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0);
    hold(stage, 1, 3, &tip);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
    stage_free(stage);
}

static void crowd_is_waited_for_a_little(void **state)
{
    (void)state;
    for (int comes = 0; comes <= 1; comes++) {
        struct stage *stage = stage_new(3, 4);
        struct stage_order first;
        struct stage_order second;
        struct lane_tip tip;
        hold(stage, 1, 1, &tip);
        decide(stage, 1, NULL, &tip, &first);
        hold(stage, 2, 1, &tip);
        decide(stage, 2, &first, &tip, &second);
        hold(stage, 1, 2, &tip);
        assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0); /* session 2 will come again */
        if (comes) {
            hold(stage, 2, 2, &tip);
            assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
            assert_int_equal(stage_last(stage, PEER_PROPOSAL)->order.tip_count, 2);
        } else {
            stage_until(stage, 2);
            assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0);
            stage_until(stage, 4);
            assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
            assert_int_equal(stage_last(stage, PEER_PROPOSAL)->order.tip_count, 1);
        }
        stage_free(stage);
    }
}

static void crowd_of_the_past_is_not_waited_for(void **state)
{
    (void)state;
    struct stage *stage = stage_new(3, 4);
    struct stage_order first;
    struct stage_order second;
    struct lane_tip tip;
    hold(stage, 1, 1, &tip);
    decide(stage, 1, NULL, &tip, &first);
    hold(stage, 2, 1, &tip);
    decide(stage, 2, &first, &tip, &second);
    stage_until(stage, 50);
    hold(stage, 1, 2, &tip);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
    stage_free(stage);
}

static void small_order_waits_for_its_parent(void **state)
{
    (void)state;
    for (int is_decided = 0; is_decided <= 1; is_decided++) {
        struct stage *stage = stage_new(2, 4);
        struct stage_order first;
        struct lane_tip tip;
        hold(stage, 1, 1, &tip);
        stage_make_order(stage, 1, NULL, &tip, &first);
        assert_int_equal(stage_propose(stage, &first), VERDICT_ACCEPTED);
        (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &first.digest);
        hold(stage, 1, 2, &tip);
        stage_until(stage, 4);
        assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0);
        if (is_decided) {
            (void)stage_certify(stage, 1, VOTE_FINALIZE, 1, &first.digest);
        } else {
            stage_until(stage, 5);
        }
        assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
        stage_free(stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lone_client_never_waits),
        cmocka_unit_test(crowd_is_waited_for_a_little),
        cmocka_unit_test(crowd_of_the_past_is_not_waited_for),
        cmocka_unit_test(small_order_waits_for_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
