/* claims_test.c - each strategy does what its one line says, seen from those who hear it. */
#include "support_tape.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static struct tape tape;
static struct playback loyal; /* what the shell itself says: a strategy that does nothing to it */
static struct playback now;

static int setup(void **state)
{
    (void)state;
    tape_record(&tape, SIZE_MAX);
    playback_run(&loyal, &tape, traitor_strategy_find("ignore-clients"), 5);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    playback_fini(&loyal);
    tape_free(&tape);
    return 0;
}

static void play_strategy(const char *name)
{
    size_t strategy = traitor_strategy_find(name);
    assert_true(strategy != SIZE_MAX);
    now = (struct playback){0};
    playback_run(&now, &tape, strategy, 5);
}

static void done(void)
{
    playback_fini(&now);
}

/* How many messages of these were spoken. */
static size_t count_if(const struct playback *playback, bool (*is_it)(const struct spoken *spoken))
{
    size_t count = 0;
    for (size_t i = 0; i < playback->spoken_count; i++) {
        count += is_it(&playback->spoken[i]) ? 1 : 0;
    }
    return count;
}

/* Is there another message that goes with one to the same or another receiver? */
static size_t count_pairs(bool (*fit)(const struct spoken *one, const struct spoken *other))
{
    size_t count = 0;
    for (size_t i = 0; i < now.spoken_count; i++) {
        for (size_t k = i + 1; k < now.spoken_count; k++) {
            count += fit(&now.spoken[i], &now.spoken[k]) ? 1 : 0;
        }
    }
    return count;
}

static bool is_order(const struct spoken *spoken)
{
    return spoken->kind == PEER_PROPOSAL && spoken->voter == TAPE_SELF;
}

static bool is_vote_of(const struct spoken *spoken, enum vote_kind kind)
{
    return spoken->kind == PEER_VOTE && spoken->vote == kind && spoken->voter == TAPE_SELF;
}

static bool is_notarize(const struct spoken *spoken)
{
    return is_vote_of(spoken, VOTE_NOTARIZE);
}

static bool is_nullify(const struct spoken *spoken)
{
    return is_vote_of(spoken, VOTE_NULLIFY);
}

static bool is_finalize(const struct spoken *spoken)
{
    return is_vote_of(spoken, VOTE_FINALIZE);
}

static bool is_certificate(const struct spoken *spoken)
{
    return spoken->kind == PEER_CERTIFICATE;
}

static bool is_true_order(const struct spoken *spoken)
{
    return is_order(spoken) && spoken->is_true;
}

/* ---- silence.c ---- */

static void loyal_shell_says_all_kinds(void **state)
{
    (void)state;
    assert_true(count_if(&loyal, is_order) > 0);
    assert_true(count_if(&loyal, is_notarize) > 0);
    assert_true(count_if(&loyal, is_finalize) > 0);
    assert_true(count_if(&loyal, is_certificate) > 0);
    assert_int_equal(count_if(&loyal, is_true_order), count_if(&loyal, is_order));
}

static void silent_says_nothing(void **state)
{
    (void)state;
    play_strategy("silent");
    assert_int_equal(now.frames, 0);
    assert_int_equal(now.answers, 0);
    done();
}

static bool is_heartbeat(const struct spoken *spoken)
{
    return spoken->kind == PEER_HEARTBEAT;
}

static void only_alive_sends_heartbeats_and_nothing_else(void **state)
{
    (void)state;
    play_strategy("only-alive");
    assert_true(count_if(&now, is_heartbeat) > 0);
    assert_int_equal(count_if(&now, is_heartbeat), now.spoken_count);
    assert_int_equal(count_if(&now, is_heartbeat), count_if(&loyal, is_heartbeat));
    assert_int_equal(now.answers, 0);
    done();
}

static void mute_commander_votes_and_gives_no_order(void **state)
{
    (void)state;
    play_strategy("mute-commander");
    assert_int_equal(count_if(&now, is_order), 0);
    assert_int_equal(count_if(&now, is_finalize), count_if(&loyal, is_finalize));
    done();
}

static void no_finalize_leaves_the_rest(void **state)
{
    (void)state;
    play_strategy("no-finalize");
    assert_int_equal(count_if(&now, is_finalize), 0);
    assert_int_equal(count_if(&now, is_order), count_if(&loyal, is_order));
    done();
}

static void selective_speaks_to_some(void **state)
{
    (void)state;
    play_strategy("selective");
    assert_true(now.frames > 0 && now.frames < loyal.frames);
    for (size_t i = 0; i < now.spoken_count; i++) { /* f+1 listeners for so many views */
        uint32_t listeners = 0;
        for (size_t k = 0; k < now.spoken_count; k++) {
            bool is_same_time = is_notarize(&now.spoken[i]) && is_notarize(&now.spoken[k]) &&
                                now.spoken[i].view == now.spoken[k].view;
            listeners |= is_same_time ? UINT32_C(1) << now.spoken[k].to : 0;
        }
        assert_true(__builtin_popcount(listeners) <= 3);
    }
    done();
}

static bool is_block(const struct spoken *spoken)
{
    return spoken->kind == PEER_BLOCK;
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
        play_strategy(names[i]);
        assert_int_equal(count_if(&now, is_prompt_vote), 0);
        assert_true(count_if(&now, is_late_vote) > 0);
        assert_true(count_if(&now, is_order) > 0);
        done();
    }
}

static bool are_orders_to_two(const struct spoken *one, const struct spoken *other)
{
    return is_order(one) && is_order(other) && one->view == other->view && one->to != other->to;
}

static bool are_orders_again(const struct spoken *one, const struct spoken *other)
{
    return is_order(one) && is_order(other) && one->view == other->view && one->to == other->to;
}

static void bare_quorum_gives_each_order_once_to_q_with_itself(void **state)
{
    (void)state;
    play_strategy("bare-quorum");
    size_t orders = count_if(&now, is_order);
    assert_true(orders > 0);
    assert_int_equal(count_if(&now, is_true_order), 0);           /* each of them comes late */
    assert_int_equal(count_pairs(are_orders_to_two) * 2, orders); /* two of three others */
    assert_int_equal(count_pairs(are_orders_again), 0);
    assert_true(count_if(&now, is_finalize) < count_if(&loyal, is_finalize));
    done();
}

/* ---- equivocation.c ---- */

static bool are_two_orders(const struct spoken *one, const struct spoken *other)
{
    return is_order(one) && is_order(other) && one->view == other->view &&
           !digest_is_equal(&one->digest, &other->digest);
}

static bool are_two_orders_to_one(const struct spoken *one, const struct spoken *other)
{
    return are_two_orders(one, other) && one->to == other->to;
}

static void equivocate_halves_gives_each_replica_one_of_two_orders(void **state)
{
    (void)state;
    play_strategy("equivocate-halves");
    assert_true(count_pairs(are_two_orders) > 0);
    assert_int_equal(count_pairs(are_two_orders_to_one), 0);
    done();
}

static void equivocate_overlap_gives_some_replicas_both_orders(void **state)
{
    (void)state;
    play_strategy("equivocate-overlap");
    assert_true(count_pairs(are_two_orders) > count_pairs(are_two_orders_to_one));
    assert_true(count_pairs(are_two_orders_to_one) > 0);
    done();
}

static bool is_changed_order(const struct spoken *spoken)
{
    return is_order(spoken) && !spoken->is_true;
}

static void order_twice_gives_an_old_order_again(void **state)
{
    (void)state;
    play_strategy("order-twice");
    assert_true(count_if(&now, is_changed_order) > 0);
    assert_true(count_if(&now, is_true_order) > 0);
    done();
}

/* ---- votes.c ---- */

static bool are_double(const struct spoken *one, const struct spoken *other)
{
    return is_notarize(one) && is_notarize(other) && one->view == other->view &&
           one->to == other->to && !digest_is_equal(&one->digest, &other->digest);
}

static bool are_contrary(const struct spoken *one, const struct spoken *other)
{
    return one->view == other->view && one->to == other->to &&
           ((is_nullify(one) && is_finalize(other)) || (is_finalize(one) && is_nullify(other)));
}

static void double_vote_breaks_all_rules_of_a_view(void **state)
{
    (void)state;
    play_strategy("double-vote");
    assert_true(count_pairs(are_double) > 0);
    assert_true(count_pairs(are_contrary) > 0);
    done();
}

static void conflicting_grades_nullifies_and_finalizes(void **state)
{
    (void)state;
    play_strategy("conflicting-grades");
    assert_true(count_pairs(are_contrary) > 0);
    assert_int_equal(count_pairs(are_double), 0);
    done();
}

static bool is_unfounded_notarize(const struct spoken *spoken)
{
    return is_notarize(spoken) && !spoken->is_true;
}

static bool is_unfounded_finalize(const struct spoken *spoken)
{
    return is_finalize(spoken) && !spoken->is_true;
}

static void vote_for_anything_votes_before_its_shell_does(void **state)
{
    (void)state;
    play_strategy("vote-for-anything");
    assert_true(count_if(&now, is_unfounded_notarize) > 0);
    done();
}

static void finalize_early_finalizes_with_the_first_vote(void **state)
{
    (void)state;
    play_strategy("finalize-early");
    assert_true(count_if(&now, is_unfounded_finalize) >= count_if(&loyal, is_notarize));
    done();
}

static void nullify_all_votes_for_nothing(void **state)
{
    (void)state;
    play_strategy("nullify-all");
    assert_int_equal(count_if(&now, is_notarize), 0);
    assert_int_equal(count_if(&now, is_finalize), 0);
    assert_true(count_if(&now, is_nullify) > 0);
    done();
}

/* ---- certificates.c, blocks.c ---- */

static void withhold_certificates_forwards_none(void **state)
{
    (void)state;
    play_strategy("withhold-certificates");
    assert_int_equal(count_if(&now, is_certificate), 0);
    assert_int_equal(count_if(&now, is_notarize), count_if(&loyal, is_notarize));
    done();
}

static void forward_selectively_forwards_to_some(void **state)
{
    (void)state;
    play_strategy("forward-selectively");
    assert_true(count_if(&now, is_certificate) > 0);
    assert_true(count_if(&now, is_certificate) < count_if(&loyal, is_certificate));
    done();
}

static bool is_good_certificate(const struct spoken *spoken)
{
    return is_certificate(spoken) && spoken->is_authentic && spoken->count >= TAPE_REPLICAS - 1;
}

static void spoil_certificates_forwards_no_good_one(void **state)
{
    (void)state;
    play_strategy("spoil-certificates");
    assert_int_equal(count_if(&now, is_certificate), count_if(&loyal, is_certificate));
    assert_int_equal(count_if(&now, is_good_certificate), 0);
    assert_true(count_if(&loyal, is_good_certificate) > 0);
    done();
}

static bool is_short_certificate(const struct spoken *spoken)
{
    return is_certificate(spoken) && spoken->is_authentic && spoken->count == TAPE_REPLICAS - 2;
}

static void certify_short_makes_certificates_of_good_votes_but_one_too_few(void **state)
{
    (void)state;
    play_strategy("certify-short");
    assert_true(count_if(&now, is_short_certificate) > 0);
    assert_int_equal(count_if(&loyal, is_short_certificate), 0);
    assert_true(count_if(&now, is_order) > count_if(&now, is_true_order)); /* two of one view */
    done();
}

static void count_twice_makes_certificates_that_cannot_be_read(void **state)
{
    (void)state;
    play_strategy("count-twice");
    assert_true(now.malformed > 0);
    assert_int_equal(loyal.malformed, 0);
    assert_int_equal(count_if(&now, is_short_certificate), 0);
    done();
}

static bool is_true_block(const struct spoken *spoken)
{
    return is_block(spoken) && spoken->is_true;
}

static void poison_sync_serves_no_true_block(void **state)
{
    (void)state;
    play_strategy("poison-sync");
    assert_true(count_if(&loyal, is_true_block) > 0);
    assert_int_equal(count_if(&now, is_block), count_if(&loyal, is_block));
    assert_int_equal(count_if(&now, is_true_block), 0);
    done();
}

static bool is_forged_block(const struct spoken *spoken)
{
    return is_block(spoken) && !spoken->is_authentic && spoken->count <= 1;
}

static void invent_blocks_serves_forged_blocks_only(void **state)
{
    (void)state;
    play_strategy("invent-blocks");
    assert_true(count_if(&now, is_forged_block) > 0);
    assert_int_equal(count_if(&now, is_forged_block), count_if(&now, is_block));
    assert_int_equal(count_if(&loyal, is_forged_block), 0);
    done();
}

static bool is_forged_segment(const struct spoken *spoken)
{
    return spoken->kind == PEER_SEGMENT && !spoken->is_authentic;
}

static void invent_segments_passes_on_what_no_client_signed(void **state)
{
    (void)state;
    play_strategy("invent-segments");
    assert_true(count_if(&now, is_forged_segment) > 0);
    assert_int_equal(count_if(&loyal, is_forged_segment), 0);
    assert_int_equal(count_if(&now, is_true_order), count_if(&loyal, is_true_order));
    done();
}

/* ---- drip.c ---- */

static bool is_prompt_block(const struct spoken *spoken)
{
    return is_block(spoken) && !spoken->is_late;
}

static bool are_blocks_at_once(const struct spoken *one, const struct spoken *other)
{
    return is_block(one) && is_block(other) && one->to == other->to &&
           other->now_ns - one->now_ns < TABLE_DELTA_MS * MS / 2;
}

static void drip_sync_serves_one_block_at_a_time(void **state)
{
    (void)state;
    play_strategy("drip-sync");
    assert_true(count_if(&now, is_block) > 1);
    assert_int_equal(count_if(&now, is_prompt_block), 0);
    assert_int_equal(count_pairs(are_blocks_at_once), 0);
    assert_true(count_if(&loyal, is_prompt_block) > 0);
    assert_true(count_if(&now, is_notarize) < count_if(&loyal, is_notarize));
    done();
}

/* ---- endless.c ---- */

static bool is_true_heartbeat(const struct spoken *spoken)
{
    return spoken->kind == PEER_HEARTBEAT && spoken->is_true;
}

static bool are_links(const struct spoken *one, const struct spoken *other)
{
    return is_block(one) && is_block(other) && one->to == other->to &&
           other->height == one->height + 1;
}

static void endless_blocks_serves_a_chain_of_its_own(void **state)
{
    (void)state;
    play_strategy("endless-blocks");
    assert_true(count_if(&now, is_block) >= BLOCKS_PER_ANSWER_MAX);
    assert_int_equal(count_if(&now, is_true_block), 0);
    assert_int_equal(count_if(&now, is_prompt_block), 0);
    assert_true(count_pairs(are_links) + 1 >= BLOCKS_PER_ANSWER_MAX);
    assert_int_equal(count_if(&now, is_true_heartbeat), 0);
    done();
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
    play_strategy("stale-views");
    assert_true(count_if(&now, is_late_and_signed) > 0);
    assert_true(highest_view(&now) == highest_view(&loyal));
    done();
}

static void future_views_speaks_beyond_all_windows(void **state)
{
    (void)state;
    play_strategy("future-views");
    assert_true(highest_view(&now) > highest_view(&loyal) + VIEW_WINDOW);
    done();
}

static void heartbeat_lies_tells_no_truth_about_itself(void **state)
{
    (void)state;
    play_strategy("heartbeat-lies");
    assert_true(count_if(&loyal, is_true_heartbeat) > 0);
    assert_int_equal(count_if(&now, is_true_heartbeat), 0);
    done();
}

/* ---- cuts.c ---- */

/* No receiver gets a true order; all get the same one. */
static void check_bad_orders(const char *name, size_t true_max)
{
    play_strategy(name);
    assert_int_equal(count_if(&now, is_order), count_if(&loyal, is_order));
    assert_true(count_if(&now, is_changed_order) > 0);
    assert_true(count_if(&now, is_true_order) <= true_max);
    assert_int_equal(count_pairs(are_two_orders), 0);
    done();
}

static void bad_orders_are_the_same_to_all(void **state)
{
    (void)state;
    check_bad_orders("invent-parent", 0);
    check_bad_orders("bad-cut-unknown", 0);
    check_bad_orders("bad-cut-back", TAPE_REPLICAS - 1); /* nothing precedes the first */
    check_bad_orders("bad-cut-skip", 0);
    check_bad_orders("bad-time", count_if(&loyal, is_order) / 2);
    check_bad_orders("bad-height", 0);
}

/* ---- parents.c ---- */

static bool is_order_beside(const struct spoken *spoken)
{
    return is_order(spoken) && spoken->is_late && spoken->is_authentic;
}

static bool are_at_one_height(const struct spoken *one, const struct spoken *other)
{
    return is_order(one) && is_order_beside(other) && one->height == other->height &&
           one->view != other->view;
}

static void build_beside_gives_one_order_early_for_the_place_of_the_last(void **state)
{
    (void)state;
    play_strategy("build-beside");
    assert_true(count_if(&now, is_order_beside) > 0);
    assert_true(count_if(&now, is_true_order) < TAPE_REPLICAS); /* nothing precedes the first */
    assert_int_equal(count_if(&now, is_order_beside) + count_if(&now, is_true_order),
                     count_if(&now, is_order));
    assert_int_equal(count_pairs(are_two_orders), 0);
    assert_int_equal(count_pairs(are_at_one_height), 0); /* those before are others' */
    done();
}

/* ---- censor.c ---- */

static bool is_order_with_content(const struct spoken *spoken)
{
    return is_order(spoken) && spoken->count > 0;
}

static void censor_leaves_its_victim_out_of_all_orders(void **state)
{
    (void)state;
    play_strategy("censor");
    assert_true(count_if(&loyal, is_order_with_content) > 0);
    assert_int_equal(count_if(&now, is_order_with_content), 0); /* there is one client */
    assert_int_equal(count_if(&now, is_order), count_if(&loyal, is_order));
    assert_int_equal(count_pairs(are_two_orders), 0);
    done();
}

/* ---- forging.c ---- */

static bool is_forged(const struct spoken *spoken)
{
    return spoken->is_late && !spoken->is_authentic;
}

static bool is_usurped(const struct spoken *spoken)
{
    return spoken->kind == PEER_PROPOSAL && spoken->voter != TAPE_SELF && spoken->is_by_self;
}

static bool is_in_a_loyal_name(const struct spoken *spoken)
{
    return is_forged(spoken) && spoken->kind == PEER_VOTE && spoken->voter != TAPE_SELF;
}

static void forge_speaks_in_the_names_of_others(void **state)
{
    (void)state;
    play_strategy("forge");
    assert_true(count_if(&now, is_in_a_loyal_name) > 0);
    assert_true(count_if(&now, is_forged) > count_if(&now, is_in_a_loyal_name));
    assert_int_equal(count_if(&now, is_usurped), 0);
    done();
}

static void usurp_signs_orders_of_other_commanders(void **state)
{
    (void)state;
    play_strategy("usurp");
    assert_true(count_if(&now, is_usurped) > 0);
    done();
}

static void bad_signature_spoils_some_of_its_own(void **state)
{
    (void)state;
    play_strategy("bad-signature");
    assert_true(now.bad_signatures > 0);
    assert_int_equal(now.bad_signatures, playback_acted(&now));
    assert_int_equal(loyal.bad_signatures, 0);
    done();
}

/* ---- answers.c ---- */

static void wrong_answers_lies_in_several_ways(void **state)
{
    (void)state;
    play_strategy("wrong-answers");
    assert_true(now.reply_counts[REPLICA_REPLIES] > 0);
    assert_true(now.reply_counts[REPLICA_SESSION_GONE] > 0);
    assert_true(now.hash != loyal.hash);
    done();
}

static void busy_lies_answers_nothing_else(void **state)
{
    (void)state;
    play_strategy("busy-lies");
    assert_int_equal(now.reply_counts[REPLICA_REPLIES], 0);
    assert_true(now.reply_counts[REPLICA_BUSY] > 0);
    done();
}

static void lie_twice_repeats_the_same_answers(void **state)
{
    (void)state;
    play_strategy("lie-twice");
    assert_true(now.repeated_answers > 0);
    assert_int_equal(now.reply_counts[REPLICA_REPLIES] % 2, 0);
    done();
}

/* ---- collusion.c ---- */

static void collude_split_tells_two_consistent_stories(void **state)
{
    (void)state;
    play_strategy("collude-split");
    assert_true(count_pairs(are_two_orders) > 0);
    assert_int_equal(count_pairs(are_two_orders_to_one), 0);
    assert_int_equal(count_pairs(are_double), 0);
    assert_int_equal(count_pairs(are_contrary), 0);
    done();
}

static bool is_pooled(const struct spoken *spoken)
{
    return is_good_certificate(spoken) && spoken->is_late;
}

static bool are_one_certificate_to_two(const struct spoken *one, const struct spoken *other)
{
    return is_pooled(one) && is_pooled(other) && one->view == other->view && one->to != other->to;
}

static void collude_certificate_shows_each_to_one_replica(void **state)
{
    (void)state;
    play_strategy("collude-certificate");
    assert_true(count_if(&now, is_pooled) > 0);
    assert_int_equal(count_pairs(are_one_certificate_to_two), 0);
    done();
}

static bool are_final_for_one_and_null_for_another(const struct spoken *one,
                                                   const struct spoken *other)
{
    return one->view == other->view && one->to != other->to &&
           ((is_nullify(one) && is_finalize(other)) || (is_finalize(one) && is_nullify(other)));
}

static void collude_hide_finalizes_for_one_what_it_nullifies_for_others(void **state)
{
    (void)state;
    play_strategy("collude-hide");
    assert_true(count_pairs(are_final_for_one_and_null_for_another) > 0);
    assert_int_equal(count_pairs(are_contrary), 0);
    assert_true(count_if(&now, is_true_order) > 0);
    assert_true(count_if(&now, is_order) < count_if(&loyal, is_order));
    done();
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
        cmocka_unit_test(withhold_certificates_forwards_none),
        cmocka_unit_test(forward_selectively_forwards_to_some),
        cmocka_unit_test(spoil_certificates_forwards_no_good_one),
        cmocka_unit_test(certify_short_makes_certificates_of_good_votes_but_one_too_few),
        cmocka_unit_test(count_twice_makes_certificates_that_cannot_be_read),
        cmocka_unit_test(poison_sync_serves_no_true_block),
        cmocka_unit_test(invent_blocks_serves_forged_blocks_only),
        cmocka_unit_test(drip_sync_serves_one_block_at_a_time),
        cmocka_unit_test(endless_blocks_serves_a_chain_of_its_own),
        cmocka_unit_test(invent_segments_passes_on_what_no_client_signed),
        cmocka_unit_test(stale_views_speaks_of_the_past_only),
        cmocka_unit_test(future_views_speaks_beyond_all_windows),
        cmocka_unit_test(heartbeat_lies_tells_no_truth_about_itself),
        cmocka_unit_test(bad_orders_are_the_same_to_all),
        cmocka_unit_test(build_beside_gives_one_order_early_for_the_place_of_the_last),
        cmocka_unit_test(censor_leaves_its_victim_out_of_all_orders),
        cmocka_unit_test(forge_speaks_in_the_names_of_others),
        cmocka_unit_test(usurp_signs_orders_of_other_commanders),
        cmocka_unit_test(bad_signature_spoils_some_of_its_own),
        cmocka_unit_test(wrong_answers_lies_in_several_ways),
        cmocka_unit_test(busy_lies_answers_nothing_else),
        cmocka_unit_test(lie_twice_repeats_the_same_answers),
        cmocka_unit_test(collude_split_tells_two_consistent_stories),
        cmocka_unit_test(collude_certificate_shows_each_to_one_replica),
        cmocka_unit_test(collude_hide_finalizes_for_one_what_it_nullifies_for_others),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
