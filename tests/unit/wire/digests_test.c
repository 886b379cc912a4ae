/* digests_test.c - every field of what is digested changes the digest, and no two purposes share
 * one. */
#include "support_sample.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void order_digest_covers_every_field(void **state)
{
    (void)state;
    static _Alignas(16) uint8_t memory[4096];
    struct arena arena;
    struct order order;
    struct digest digests[16];
    size_t count = 0;
    arena_init(&arena, memory, sizeof memory);
    sample_order(SAMPLE_TYPICAL, &arena, &order);
    struct lane_tip tips[3];
    memcpy(tips, order.tips, sizeof tips);
    order.tips = tips;

    order_digest(&order, &digests[count++]);
    order.view++;
    order_digest(&order, &digests[count++]);
    order.parent_view++;
    order_digest(&order, &digests[count++]);
    order.parent.bytes[31] ^= 1;
    order_digest(&order, &digests[count++]);
    order.height++;
    order_digest(&order, &digests[count++]);
    order.time_ns++;
    order_digest(&order, &digests[count++]);
    tips[2].lane.client.bytes[31] ^= 1;
    order_digest(&order, &digests[count++]);
    tips[2].lane.session++;
    order_digest(&order, &digests[count++]);
    tips[2].sequence++;
    order_digest(&order, &digests[count++]);
    tips[2].digest.bytes[31] ^= 1;
    order_digest(&order, &digests[count++]);
    order.tip_count--;
    order_digest(&order, &digests[count++]);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(digest_is_equal(&digests[i], &digests[k]));
        }
    }
}

static void order_digest_survives_the_wire(void **state)
{
    (void)state;
    static _Alignas(16) uint8_t memory[8192];
    struct arena arena;
    struct proposal sent = {0}, received;
    struct buffer record = {0};
    struct digest before, after;
    arena_init(&arena, memory, sizeof memory);
    sample_order(SAMPLE_TYPICAL, &arena, &sent.order);
    order_digest(&sent.order, &before);
    wire_encode_proposal(&record, &sent);
    assert_int_equal(wire_decode_proposal(buffer_slice(&record), &arena, &received),
                     VERDICT_ACCEPTED);
    order_digest(&received.order, &after);
    assert_true(digest_is_equal(&before, &after));
    buffer_fini(&record);
}

static void vote_sign_digest_covers_every_field(void **state)
{
    (void)state;
    struct digest genesis = {{1}}, other_genesis = {{2}}, digest = {{3}}, other = {{4}};
    struct digest digests[5];
    vote_sign_digest(&genesis, VOTE_NOTARIZE, 7, &digest, &digests[0]);
    vote_sign_digest(&other_genesis, VOTE_NOTARIZE, 7, &digest, &digests[1]);
    vote_sign_digest(&genesis, VOTE_FINALIZE, 7, &digest, &digests[2]);
    vote_sign_digest(&genesis, VOTE_NOTARIZE, 8, &digest, &digests[3]);
    vote_sign_digest(&genesis, VOTE_NOTARIZE, 7, &other, &digests[4]);
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(digest_is_equal(&digests[i], &digests[k]));
        }
    }
}

static void lane_sign_digest_covers_every_field(void **state)
{
    (void)state;
    struct digest genesis = {{1}}, other_genesis = {{2}}, digest = {{3}}, other = {{4}};
    struct lane_id lane = {.client = {{5}}, .session = 6}, other_key = lane, other_session = lane;
    struct digest digests[6];
    other_key.client.bytes[31] = 1;
    other_session.session = 7;
    lane_sign_digest(&genesis, &lane, 1, &digest, &digests[0]);
    lane_sign_digest(&other_genesis, &lane, 1, &digest, &digests[1]);
    lane_sign_digest(&genesis, &other_key, 1, &digest, &digests[2]);
    lane_sign_digest(&genesis, &other_session, 1, &digest, &digests[3]);
    lane_sign_digest(&genesis, &lane, 2, &digest, &digests[4]);
    lane_sign_digest(&genesis, &lane, 1, &other, &digests[5]);
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(digest_is_equal(&digests[i], &digests[k]));
        }
    }
}

static void lane_digest_chains_over_every_body(void **state)
{
    (void)state;
    struct digest genesis = {{1}}, other_genesis = {{2}};
    struct lane_id lane = {.client = {{5}}, .session = 6}, other = lane;
    struct digest zero, again, next, changed;
    other.session = 7;
    lane_digest_zero(&genesis, &lane, &zero);
    lane_digest_zero(&genesis, &lane, &again);
    assert_true(digest_is_equal(&zero, &again));
    lane_digest_zero(&genesis, &other, &again);
    assert_false(digest_is_equal(&zero, &again));
    lane_digest_zero(&other_genesis, &lane, &again);
    assert_false(digest_is_equal(&zero, &again));

    lane_digest_next(&lane, 1, &zero, slice_of_text("body"), &next);
    lane_digest_next(&lane, 1, &zero, slice_of_text("bodz"), &changed);
    assert_false(digest_is_equal(&next, &changed));
    lane_digest_next(&lane, 1, &again, slice_of_text("body"), &changed);
    assert_false(digest_is_equal(&next, &changed));
    lane_digest_next(&lane, 2, &zero, slice_of_text("body"), &changed);
    assert_false(digest_is_equal(&next, &changed));
    lane_digest_next(&other, 1, &zero, slice_of_text("body"), &changed);
    assert_false(digest_is_equal(&next, &changed));
}

/* The same bytes hashed for another purpose give another digest. */
static void digest_domains_differ(void **state)
{
    (void)state;
    struct digest digests[DIGEST_DOMAIN_COUNT];
    for (unsigned domain = 0; domain < DIGEST_DOMAIN_COUNT; domain++) {
        struct digest_state hashing;
        digest_begin(&hashing, (enum digest_domain)domain);
        digest_add(&hashing, slice_of_text("the same bytes"));
        digest_end(&hashing, &digests[domain]);
        for (unsigned before = 0; before < domain; before++) {
            assert_false(digest_is_equal(&digests[domain], &digests[before]));
        }
    }
}

static void lanes_compare_by_key_then_session(void **state)
{
    (void)state;
    struct lane_id low = {.client = {{1}}, .session = 9}, high = {.client = {{2}}, .session = 1};
    assert_true(lane_id_compare(&low, &high) < 0);
    assert_true(lane_id_compare(&high, &low) > 0);
    high.client = low.client;
    assert_true(lane_id_compare(&low, &high) > 0);
    high.session = 9;
    assert_int_equal(lane_id_compare(&low, &high), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_digest_covers_every_field),
        cmocka_unit_test(order_digest_survives_the_wire),
        cmocka_unit_test(vote_sign_digest_covers_every_field),
        cmocka_unit_test(lane_sign_digest_covers_every_field),
        cmocka_unit_test(lane_digest_chains_over_every_body),
        cmocka_unit_test(digest_domains_differ),
        cmocka_unit_test(lanes_compare_by_key_then_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
