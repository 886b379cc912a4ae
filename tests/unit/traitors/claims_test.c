/* claims_test.c - each strategy does what its one line says, seen from those who hear it: silence,
 * orders, votes and views. */
#include "support_claims.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

/* ---- silence.c ---- */

static void loyal_shell_says_all_kinds(void **state)
{
    (void)state;
    assert_true(claims_count(&claims_loyal, claims_order) > 0);
    assert_true(claims_count(&claims_loyal, claims_notarize) > 0);
    assert_true(claims_count(&claims_loyal, claims_finalize) > 0);
    assert_true(claims_count(&claims_loyal, claims_certificate) > 0);
    assert_int_equal(claims_count(&claims_loyal, claims_true_order),
                     claims_count(&claims_loyal, claims_order));
}

static void silent_says_nothing(void **state)
{
    (void)state;
    claims_play("silent");
    assert_int_equal(claims_now.frames, 0);
    assert_int_equal(claims_now.answers, 0);
    claims_done();
}

static void only_alive_sends_heartbeats_and_nothing_else(void **state)
{
    (void)state;
    claims_play("only-alive");
    assert_true(claims_count(&claims_now, claims_heartbeat) > 0);
    assert_int_equal(claims_count(&claims_now, claims_heartbeat), claims_now.spoken_count);
    assert_int_equal(claims_count(&claims_now, claims_heartbeat),
                     claims_count(&claims_loyal, claims_heartbeat));
    assert_int_equal(claims_now.answers, 0);
    claims_done();
}

static void mute_commander_votes_and_gives_no_order(void **state)
{
    (void)state;
    claims_play("mute-commander");
    assert_int_equal(claims_count(&claims_now, claims_order), 0);
    assert_int_equal(claims_count(&claims_now, claims_finalize),
                     claims_count(&claims_loyal, claims_finalize));
    claims_done();
}

static void no_finalize_leaves_the_rest(void **state)
{
    (void)state;
    claims_play("no-finalize");
    assert_int_equal(claims_count(&claims_now, claims_finalize), 0);
    assert_int_equal(claims_count(&claims_now, claims_order),
                     claims_count(&claims_loyal, claims_order));
    claims_done();
}

static void selective_speaks_to_some(void **state)
{
    (void)state;
    claims_play("selective");
    assert_true(claims_now.frames > 0 && claims_now.frames < claims_loyal.frames);
    for (size_t i = 0; i < claims_now.spoken_count; i++) { /* f+1 listeners for so many views */
        uint32_t listeners = 0;
        for (size_t k = 0; k < claims_now.spoken_count; k++) {
            bool is_same_time = claims_notarize(&claims_now.spoken[i]) &&
                                claims_notarize(&claims_now.spoken[k]) &&
                                claims_now.spoken[i].view == claims_now.spoken[k].view;
            listeners |= is_same_time ? UINT32_C(1) << claims_now.spoken[k].to : 0;
        }
        assert_true(__builtin_popcount(listeners) <= 3);
    }
    claims_done();
}

static bool is_prompt_vote(const struct spoken *spoken)
{
    return spoken->kind == PEER_VOTE && !spoken->is_late;
}

static bool is_late_vote(const struct spoken *spoken)
{
    return spoken->kind == PEER_VOTE && spoken->is_late;
}

static void delay_says_nothing_at_once_and_most_of_it_later(void **state)
{
    (void)state;
    static const char *const names[] = {"delay-below", "delay-beyond"};
    for (size_t i = 0; i < 2; i++) {
        claims_play(names[i]);
        assert_int_equal(claims_count(&claims_now, is_prompt_vote), 0);
        assert_true(claims_count(&claims_now, is_late_vote) > 0);
        assert_true(claims_count(&claims_now, claims_order) > 0);
        claims_done();
    }
}

static bool are_orders_to_two(const struct spoken *one, const struct spoken *other)
{
    return claims_order(one) && claims_order(other) && one->view == other->view &&
           one->to != other->to;
}

static bool are_orders_again(const struct spoken *one, const struct spoken *other)
{
    return claims_order(one) && claims_order(other) && one->view == other->view &&
           one->to == other->to;
}

static void bare_quorum_gives_each_order_once_to_q_with_itself(void **state)
{
    (void)state;
    claims_play("bare-quorum");
    size_t orders = claims_count(&claims_now, claims_order);
    assert_true(orders > 0);
    assert_int_equal(claims_count(&claims_now, claims_true_order), 0); /* each of them comes late */
    assert_int_equal(claims_count_pairs(are_orders_to_two) * 2, orders); /* two of three others */
    assert_int_equal(claims_count_pairs(are_orders_again), 0);
    assert_true(claims_count(&claims_now, claims_finalize) <
                claims_count(&claims_loyal, claims_finalize));
    claims_done();
}

/* ---- equivocation.c ---- */

static void equivocate_halves_gives_each_replica_one_of_two_orders(void **state)
{
    (void)state;
    claims_play("equivocate-halves");
    assert_true(claims_count_pairs(claims_two_orders) > 0);
    assert_int_equal(claims_count_pairs(claims_two_orders_to_one), 0);
    claims_done();
}

static void equivocate_overlap_gives_some_replicas_both_orders(void **state)
{
    (void)state;
    claims_play("equivocate-overlap");
    assert_true(claims_count_pairs(claims_two_orders) >
                claims_count_pairs(claims_two_orders_to_one));
    assert_true(claims_count_pairs(claims_two_orders_to_one) > 0);
    claims_done();
}

static bool is_changed_order(const struct spoken *spoken)
{
    return claims_order(spoken) && !spoken->is_true;
}

static void order_twice_gives_an_old_order_again(void **state)
{
    (void)state;
    claims_play("order-twice");
    assert_true(claims_count(&claims_now, is_changed_order) > 0);
    assert_true(claims_count(&claims_now, claims_true_order) > 0);
    claims_done();
}

/* ---- votes.c ---- */

static void double_vote_breaks_all_rules_of_a_view(void **state)
{
    (void)state;
    claims_play("double-vote");
    assert_true(claims_count_pairs(claims_double) > 0);
    assert_true(claims_count_pairs(claims_contrary) > 0);
    claims_done();
}

static void conflicting_grades_nullifies_and_finalizes(void **state)
{
    (void)state;
    claims_play("conflicting-grades");
    assert_true(claims_count_pairs(claims_contrary) > 0);
    assert_int_equal(claims_count_pairs(claims_double), 0);
    claims_done();
}

static bool is_unfounded_notarize(const struct spoken *spoken)
{
    return claims_notarize(spoken) && !spoken->is_true;
}

static bool is_unfounded_finalize(const struct spoken *spoken)
{
    return claims_finalize(spoken) && !spoken->is_true;
}

static void vote_for_anything_votes_before_its_shell_does(void **state)
{
    (void)state;
    claims_play("vote-for-anything");
    assert_true(claims_count(&claims_now, is_unfounded_notarize) > 0);
    claims_done();
}

static void finalize_early_finalizes_with_the_first_vote(void **state)
{
    (void)state;
    claims_play("finalize-early");
    assert_true(claims_count(&claims_now, is_unfounded_finalize) >=
                claims_count(&claims_loyal, claims_notarize));
    claims_done();
}

static void nullify_all_votes_for_nothing(void **state)
{
    (void)state;
    claims_play("nullify-all");
    assert_int_equal(claims_count(&claims_now, claims_notarize), 0);
    assert_int_equal(claims_count(&claims_now, claims_finalize), 0);
    assert_true(claims_count(&claims_now, claims_nullify) > 0);
    claims_done();
}

/* ---- views.c ---- */

static view_nr highest_view(const struct playback *playback)
{
    view_nr highest = 0;
    for (size_t i = 0; i < playback->spoken_count; i++) {
        highest = playback->spoken[i].view > highest ? playback->spoken[i].view : highest;
    }
    return highest;
}

static bool is_late_and_signed(const struct spoken *spoken)
{
    return spoken->is_late && spoken->is_authentic && spoken->view > 0;
}

static void stale_views_speaks_of_the_past_only(void **state)
{
    (void)state;
    claims_play("stale-views");
    assert_true(claims_count(&claims_now, is_late_and_signed) > 0);
    assert_true(highest_view(&claims_now) == highest_view(&claims_loyal));
    claims_done();
}

static void future_views_speaks_beyond_all_windows(void **state)
{
    (void)state;
    claims_play("future-views");
    assert_true(highest_view(&claims_now) > highest_view(&claims_loyal) + VIEW_WINDOW);
    claims_done();
}

static void heartbeat_lies_tells_no_truth_about_itself(void **state)
{
    (void)state;
    claims_play("heartbeat-lies");
    assert_true(claims_count(&claims_loyal, claims_true_heartbeat) > 0);
    assert_int_equal(claims_count(&claims_now, claims_true_heartbeat), 0);
    claims_done();
}

/* ---- cuts.c ---- */

/* No receiver gets a true order; all get the same one. */
static void check_bad_orders(const char *name, size_t true_max)
{
    claims_play(name);
    assert_int_equal(claims_count(&claims_now, claims_order),
                     claims_count(&claims_loyal, claims_order));
    assert_true(claims_count(&claims_now, is_changed_order) > 0);
    assert_true(claims_count(&claims_now, claims_true_order) <= true_max);
    assert_int_equal(claims_count_pairs(claims_two_orders), 0);
    claims_done();
}

static void bad_orders_are_the_same_to_all(void **state)
{
    (void)state;
    check_bad_orders("invent-parent", 0);
    check_bad_orders("bad-cut-unknown", 0);
    check_bad_orders("bad-cut-back", TAPE_REPLICAS - 1); /* nothing precedes the first */
    check_bad_orders("bad-cut-skip", 0);
    check_bad_orders("bad-time", claims_count(&claims_loyal, claims_order) / 2);
    check_bad_orders("bad-height", 0);
}

/* ---- parents.c ---- */

static bool is_order_beside(const struct spoken *spoken)
{
    return claims_order(spoken) && spoken->is_late && spoken->is_authentic;
}

static bool are_at_one_height(const struct spoken *one, const struct spoken *other)
{
    return claims_order(one) && is_order_beside(other) && one->height == other->height &&
           one->view != other->view;
}

static void build_beside_gives_one_order_early_for_the_place_of_the_last(void **state)
{
    (void)state;
    claims_play("build-beside");
    assert_true(claims_count(&claims_now, is_order_beside) > 0);
    assert_true(claims_count(&claims_now, claims_true_order) <
                TAPE_REPLICAS); /* nothing precedes the first */
    assert_int_equal(claims_count(&claims_now, is_order_beside) +
                         claims_count(&claims_now, claims_true_order),
                     claims_count(&claims_now, claims_order));
    assert_int_equal(claims_count_pairs(claims_two_orders), 0);
    assert_int_equal(claims_count_pairs(are_at_one_height), 0); /* those before are others' */
    claims_done();
}

/* ---- censor.c ---- */

static bool is_order_with_content(const struct spoken *spoken)
{
    return claims_order(spoken) && spoken->count > 0;
}

static void censor_leaves_its_victim_out_of_all_orders(void **state)
{
    (void)state;
    claims_play("censor");
    assert_true(claims_count(&claims_loyal, is_order_with_content) > 0);
    assert_int_equal(claims_count(&claims_now, is_order_with_content), 0); /* there is one client */
    assert_int_equal(claims_count(&claims_now, claims_order),
                     claims_count(&claims_loyal, claims_order));
    assert_int_equal(claims_count_pairs(claims_two_orders), 0);
    claims_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loyal_shell_says_all_kinds),
        cmocka_unit_test(silent_says_nothing),
        cmocka_unit_test(only_alive_sends_heartbeats_and_nothing_else),
        cmocka_unit_test(mute_commander_votes_and_gives_no_order),
        cmocka_unit_test(no_finalize_leaves_the_rest),
        cmocka_unit_test(selective_speaks_to_some),
        cmocka_unit_test(delay_says_nothing_at_once_and_most_of_it_later),
        cmocka_unit_test(bare_quorum_gives_each_order_once_to_q_with_itself),
        cmocka_unit_test(equivocate_halves_gives_each_replica_one_of_two_orders),
        cmocka_unit_test(equivocate_overlap_gives_some_replicas_both_orders),
        cmocka_unit_test(order_twice_gives_an_old_order_again),
        cmocka_unit_test(double_vote_breaks_all_rules_of_a_view),
        cmocka_unit_test(conflicting_grades_nullifies_and_finalizes),
        cmocka_unit_test(vote_for_anything_votes_before_its_shell_does),
        cmocka_unit_test(finalize_early_finalizes_with_the_first_vote),
        cmocka_unit_test(nullify_all_votes_for_nothing),
        cmocka_unit_test(stale_views_speaks_of_the_past_only),
        cmocka_unit_test(future_views_speaks_beyond_all_windows),
        cmocka_unit_test(heartbeat_lies_tells_no_truth_about_itself),
        cmocka_unit_test(bad_orders_are_the_same_to_all),
        cmocka_unit_test(build_beside_gives_one_order_early_for_the_place_of_the_last),
        cmocka_unit_test(censor_leaves_its_victim_out_of_all_orders),
    };
    return cmocka_run_group_tests(tests, claims_setup, claims_teardown);
}
