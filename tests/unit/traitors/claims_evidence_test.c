/* claims_evidence_test.c - each strategy does what its one line says, seen from those who hear it:
 * certificates, blocks, forged names, answers, and plans of several. */
#include "support_claims.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

/* ---- certificates.c, blocks.c ---- */

static void withhold_certificates_forwards_none(void **state)
{
    (void)state;
    claims_play("withhold-certificates");
    assert_int_equal(claims_count(&claims_now, claims_certificate), 0);
    assert_int_equal(claims_count(&claims_now, claims_notarize),
                     claims_count(&claims_loyal, claims_notarize));
    claims_done();
}

static void forward_selectively_forwards_to_some(void **state)
{
    (void)state;
    claims_play("forward-selectively");
    assert_true(claims_count(&claims_now, claims_certificate) > 0);
    assert_true(claims_count(&claims_now, claims_certificate) <
                claims_count(&claims_loyal, claims_certificate));
    claims_done();
}

static bool is_good_certificate(const struct spoken *spoken)
{
    return claims_certificate(spoken) && spoken->is_authentic && spoken->count >= TAPE_REPLICAS - 1;
}

static void spoil_certificates_forwards_no_good_one(void **state)
{
    (void)state;
    claims_play("spoil-certificates");
    assert_int_equal(claims_count(&claims_now, claims_certificate),
                     claims_count(&claims_loyal, claims_certificate));
    assert_int_equal(claims_count(&claims_now, is_good_certificate), 0);
    assert_true(claims_count(&claims_loyal, is_good_certificate) > 0);
    claims_done();
}

static bool is_short_certificate(const struct spoken *spoken)
{
    return claims_certificate(spoken) && spoken->is_authentic && spoken->count == TAPE_REPLICAS - 2;
}

static void certify_short_makes_certificates_of_good_votes_but_one_too_few(void **state)
{
    (void)state;
    claims_play("certify-short");
    assert_true(claims_count(&claims_now, is_short_certificate) > 0);
    assert_int_equal(claims_count(&claims_loyal, is_short_certificate), 0);
    assert_true(claims_count(&claims_now, claims_order) >
                claims_count(&claims_now, claims_true_order)); /* two of one view */
    claims_done();
}

static void count_twice_makes_certificates_that_cannot_be_read(void **state)
{
    (void)state;
    claims_play("count-twice");
    assert_true(claims_now.malformed > 0);
    assert_int_equal(claims_loyal.malformed, 0);
    assert_int_equal(claims_count(&claims_now, is_short_certificate), 0);
    claims_done();
}

static bool is_true_block(const struct spoken *spoken)
{
    return claims_block(spoken) && spoken->is_true;
}

static void poison_sync_serves_no_true_block(void **state)
{
    (void)state;
    claims_play("poison-sync");
    assert_true(claims_count(&claims_loyal, is_true_block) > 0);
    assert_int_equal(claims_count(&claims_now, claims_block),
                     claims_count(&claims_loyal, claims_block));
    assert_int_equal(claims_count(&claims_now, is_true_block), 0);
    claims_done();
}

static bool is_forged_block(const struct spoken *spoken)
{
    return claims_block(spoken) && !spoken->is_authentic && spoken->count <= 1;
}

static void invent_blocks_serves_forged_blocks_only(void **state)
{
    (void)state;
    claims_play("invent-blocks");
    assert_true(claims_count(&claims_now, is_forged_block) > 0);
    assert_int_equal(claims_count(&claims_now, is_forged_block),
                     claims_count(&claims_now, claims_block));
    assert_int_equal(claims_count(&claims_loyal, is_forged_block), 0);
    claims_done();
}

static bool is_forged_segment(const struct spoken *spoken)
{
    return spoken->kind == PEER_SEGMENT && !spoken->is_authentic;
}

static void invent_segments_passes_on_what_no_client_signed(void **state)
{
    (void)state;
    claims_play("invent-segments");
    assert_true(claims_count(&claims_now, is_forged_segment) > 0);
    assert_int_equal(claims_count(&claims_loyal, is_forged_segment), 0);
    assert_int_equal(claims_count(&claims_now, claims_true_order),
                     claims_count(&claims_loyal, claims_true_order));
    claims_done();
}

/* ---- drip.c ---- */

static bool is_prompt_block(const struct spoken *spoken)
{
    return claims_block(spoken) && !spoken->is_late;
}

static bool are_blocks_at_once(const struct spoken *one, const struct spoken *other)
{
    return claims_block(one) && claims_block(other) && one->to == other->to &&
           other->now_ns - one->now_ns < TABLE_DELTA_MS * MS / 2;
}

static void drip_sync_serves_one_block_at_a_time(void **state)
{
    (void)state;
    claims_play("drip-sync");
    assert_true(claims_count(&claims_now, claims_block) > 1);
    assert_int_equal(claims_count(&claims_now, is_prompt_block), 0);
    assert_int_equal(claims_count_pairs(are_blocks_at_once), 0);
    assert_true(claims_count(&claims_loyal, is_prompt_block) > 0);
    assert_true(claims_count(&claims_now, claims_notarize) <
                claims_count(&claims_loyal, claims_notarize));
    claims_done();
}

/* ---- endless.c ---- */

static bool are_links(const struct spoken *one, const struct spoken *other)
{
    return claims_block(one) && claims_block(other) && one->to == other->to &&
           other->height == one->height + 1;
}

static void endless_blocks_serves_a_chain_of_its_own(void **state)
{
    (void)state;
    claims_play("endless-blocks");
    assert_true(claims_count(&claims_now, claims_block) >= BLOCKS_PER_ANSWER_MAX);
    assert_int_equal(claims_count(&claims_now, is_true_block), 0);
    assert_int_equal(claims_count(&claims_now, is_prompt_block), 0);
    assert_true(claims_count_pairs(are_links) + 1 >= BLOCKS_PER_ANSWER_MAX);
    assert_int_equal(claims_count(&claims_now, claims_true_heartbeat), 0);
    claims_done();
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
    claims_play("forge");
    assert_true(claims_count(&claims_now, is_in_a_loyal_name) > 0);
    assert_true(claims_count(&claims_now, is_forged) >
                claims_count(&claims_now, is_in_a_loyal_name));
    assert_int_equal(claims_count(&claims_now, is_usurped), 0);
    claims_done();
}

static void usurp_signs_orders_of_other_commanders(void **state)
{
    (void)state;
    claims_play("usurp");
    assert_true(claims_count(&claims_now, is_usurped) > 0);
    claims_done();
}

static void bad_signature_spoils_some_of_its_own(void **state)
{
    (void)state;
    claims_play("bad-signature");
    assert_true(claims_now.bad_signatures > 0);
    assert_int_equal(claims_now.bad_signatures, playback_acted(&claims_now));
    assert_int_equal(claims_loyal.bad_signatures, 0);
    claims_done();
}

/* ---- answers.c ---- */

static void wrong_answers_lies_in_several_ways(void **state)
{
    (void)state;
    claims_play("wrong-answers");
    assert_true(claims_now.reply_counts[REPLICA_REPLIES] > 0);
    assert_true(claims_now.reply_counts[REPLICA_SESSION_GONE] > 0);
    assert_true(claims_now.hash != claims_loyal.hash);
    claims_done();
}

static void busy_lies_answers_nothing_else(void **state)
{
    (void)state;
    claims_play("busy-lies");
    assert_int_equal(claims_now.reply_counts[REPLICA_REPLIES], 0);
    assert_true(claims_now.reply_counts[REPLICA_BUSY] > 0);
    claims_done();
}

static void lie_twice_repeats_the_same_answers(void **state)
{
    (void)state;
    claims_play("lie-twice");
    assert_true(claims_now.repeated_answers > 0);
    assert_int_equal(claims_now.reply_counts[REPLICA_REPLIES] % 2, 0);
    claims_done();
}

/* ---- collusion.c ---- */

static void collude_split_tells_two_consistent_stories(void **state)
{
    (void)state;
    claims_play("collude-split");
    assert_true(claims_count_pairs(claims_two_orders) > 0);
    assert_int_equal(claims_count_pairs(claims_two_orders_to_one), 0);
    assert_int_equal(claims_count_pairs(claims_double), 0);
    assert_int_equal(claims_count_pairs(claims_contrary), 0);
    claims_done();
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
    claims_play("collude-certificate");
    assert_true(claims_count(&claims_now, is_pooled) > 0);
    assert_int_equal(claims_count_pairs(are_one_certificate_to_two), 0);
    claims_done();
}

static bool are_final_for_one_and_null_for_another(const struct spoken *one,
                                                   const struct spoken *other)
{
    return one->view == other->view && one->to != other->to &&
           ((claims_nullify(one) && claims_finalize(other)) ||
            (claims_finalize(one) && claims_nullify(other)));
}

static void collude_hide_finalizes_for_one_what_it_nullifies_for_others(void **state)
{
    (void)state;
    claims_play("collude-hide");
    assert_true(claims_count_pairs(are_final_for_one_and_null_for_another) > 0);
    assert_int_equal(claims_count_pairs(claims_contrary), 0);
    assert_true(claims_count(&claims_now, claims_true_order) > 0);
    assert_true(claims_count(&claims_now, claims_order) <
                claims_count(&claims_loyal, claims_order));
    claims_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    return cmocka_run_group_tests(tests, claims_setup, claims_teardown);
}
