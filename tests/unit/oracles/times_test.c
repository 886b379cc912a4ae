/* times_test.c - the oracle of agreed times fires on a vote for an order that is dated too late or
 * not after its parent, and on a log whose times do not grow. */
#include "support_scene.h"

#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CLOCK (1000 * SCENE_MS)

static struct scene scene;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene.wall_ns = CLOCK;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

/* An order of the view after its parent's; NULL: genesis. */
static struct decision *dated(const struct decision *parent, uint64_t time_ns)
{
    height_nr height = parent == NULL ? 1 : parent->order.height + 1;
    struct decision *decision = scene_order(&scene, height, height, NULL, 0);
    decision->order.time_ns = time_ns;
    if (parent != NULL) {
        decision->order.parent = parent->digest;
    }
    order_digest(&decision->order, &decision->digest);
    return decision;
}

static void say(replica_id voter, const struct decision *decision)
{
    struct peer_message vote = {.kind = PEER_VOTE,
                                .vote = {.kind = VOTE_NOTARIZE,
                                         .voter = voter,
                                         .view = decision->order.view,
                                         .digest = decision->digest}};
    scene_send(&scene, voter, REPLICA_ALL, &vote);
}

static void vote(replica_id voter, const struct decision *decision)
{
    struct proposal proposal = {.order = decision->order};
    struct effect persist = {.kind = EFFECT_PERSIST_PROPOSAL, .proposal = &proposal};
    scene_effect(&scene, voter, &persist);
    say(voter, decision);
}

static void times_that_grow_within_the_bound_are_silent(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK);
    scene_propose(&scene, first);
    vote(0, first);
    struct decision *second = dated(first, CLOCK + 1);
    vote(0, second);
    struct decision *third = dated(second, CLOCK + SCENE_AHEAD_NS);
    vote(0, third);
    vote(1, third);
    scene_assert_silent(&scene);
}

static void times_beyond_the_bound_are_found(void **state)
{
    (void)state;
    vote(2, dated(NULL, CLOCK + SCENE_AHEAD_NS + 1));
    scene_assert_found(&scene, "times", "replica 2|view 1|500000001 ns ahead|500000000 at most");
}

static void times_are_judged_by_each_voters_clock(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK + SCENE_AHEAD_NS);
    vote(2, first);
    scene.wall_ns = CLOCK - 1;
    scene_assert_silent(&scene);
    vote(3, first);
    scene_assert_found(&scene, "times", "replica 3|500000001 ns ahead");
}

/* Rule 3: or else exactly the parent's + 1 tick: so that a wrong clock stops nobody. */
static void times_one_tick_after_the_parent_are_silent_however_late(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK + SCENE_AHEAD_NS);
    vote(2, first);
    scene.wall_ns = 0;
    vote(2, dated(first, CLOCK + SCENE_AHEAD_NS + 1));
    scene_assert_silent(&scene);
}

static void times_two_ticks_after_the_parent_are_found_beyond_the_bound(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK + SCENE_AHEAD_NS);
    vote(2, first);
    vote(2, dated(first, CLOCK + SCENE_AHEAD_NS + 2));
    scene_assert_found(&scene, "times", "replica 2|view 2|ahead");
}

static void times_equal_to_the_parents_are_found(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK);
    vote(0, first);
    vote(3, dated(first, CLOCK));
    scene_assert_found(&scene, "times",
                       "replica 3|view 2|dated 1000000000, whose parent is dated 1000000000");
}

static void times_equal_to_that_of_genesis_are_found(void **state)
{
    (void)state;
    vote(3, dated(NULL, 0));
    scene_assert_found(&scene, "times", "replica 3|view 1|dated 0, whose parent is dated 0");
}

static void times_of_a_loyal_commanders_proposal_are_judged(void **state)
{
    (void)state;
    scene_propose(&scene, dated(NULL, CLOCK + SCENE_AHEAD_NS + 1));
    scene_assert_found(&scene, "times", "replica 1|view 1|ahead");
}

/* A clock may be set back after the vote. */
static void times_of_a_vote_that_is_repeated_are_judged_once(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK);
    vote(0, first);
    scene.wall_ns = 0;
    say(0, first);
    scene_replica(&scene, SIGHT_CRASHED, 0);
    scene_start(&scene, 0, 0);
    say(0, first);
    scene_assert_silent(&scene);
}

static void times_of_a_traitors_vote_are_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 2);
    vote(2, dated(NULL, UINT64_MAX));
    scene_assert_silent(&scene);
}

static void times_that_do_not_grow_in_the_log_are_found(void **state)
{
    (void)state;
    struct decision *first = dated(NULL, CLOCK);
    scene_commit(&scene, first);
    scene_commit(&scene, dated(NULL, CLOCK)); /* nothing links them: height 1 again */
    assert_null(scene_finding(&scene, "times"));
    struct decision *second = scene_order(&scene, 2, 2, NULL, 0);
    second->order.time_ns = CLOCK;
    order_digest(&second->order, &second->digest);
    scene_decide(&scene, 0, second);
    assert_null(scene_finding(&scene, "times"));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "times", "height 2|replica 0|dated 1000000000, the one before it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(times_that_grow_within_the_bound_are_silent),
        T(times_beyond_the_bound_are_found),
        T(times_are_judged_by_each_voters_clock),
        T(times_one_tick_after_the_parent_are_silent_however_late),
        T(times_two_ticks_after_the_parent_are_found_beyond_the_bound),
        T(times_equal_to_the_parents_are_found),
        T(times_equal_to_that_of_genesis_are_found),
        T(times_of_a_loyal_commanders_proposal_are_judged),
        T(times_of_a_vote_that_is_repeated_are_judged_once),
        T(times_of_a_traitors_vote_are_not_asked),
        T(times_that_do_not_grow_in_the_log_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
