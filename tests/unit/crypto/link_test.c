/* link_test.c - handshakes against whoever sits on the wire: altered, cut, foreign, repeated and
 * reflected ones. */
#include "support_link.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sodium.h>

static void link_handshake_gives_both_sides_the_same_keys(void **state)
{
    (void)state;
    struct support_world world;
    support_link_connect(&world);
    const struct link_session *a = &world.initiator_session;
    const struct link_session *b = &world.responder_session;
    assert_memory_equal(a->send_key, b->receive_key, sizeof a->send_key);
    assert_memory_equal(a->receive_key, b->send_key, sizeof a->send_key);
    assert_memory_not_equal(a->send_key, a->receive_key, sizeof a->send_key);
    assert_int_equal(a->local_index, SUPPORT_INITIATOR_INDEX);
    assert_int_equal(a->remote_index, SUPPORT_RESPONDER_INDEX);
    assert_int_equal(b->local_index, SUPPORT_RESPONDER_INDEX);
    assert_int_equal(b->remote_index, SUPPORT_INITIATOR_INDEX);
    assert_false(a->has_received || b->has_received);
}

static void link_same_ephemeral_keys_give_the_same_frames(void **state)
{
    (void)state;
    uint8_t const ephemeral[32] = {42};
    uint8_t frames[2][LINK_HANDSHAKE_1_BYTES];
    struct support_world world;
    struct link_initiator initiator;
    support_link_identities(&world);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(link_initiate(&initiator, &world.initiator, world.responder.public, 7,
                                       SUPPORT_TIMESTAMP, ephemeral, frames[i]),
                         OK);
    }
    assert_memory_equal(frames[0], frames[1], sizeof frames[0]);
    support_link_initiate(&world, &initiator, frames[0]); /* from the system's randomness */
    support_link_initiate(&world, &initiator, frames[1]);
    assert_memory_not_equal(frames[0] + 5, frames[1] + 5, 32);
}

static void link_request_names_initiator_and_timestamp(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame);
    /* A replay opens as the first did: it is the timestamp that gives it away to the caller. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            link_open_request(&world.responder, slice_of(frame, sizeof frame), &request),
            VERDICT_ACCEPTED);
        assert_memory_equal(request.remote, world.initiator.public, sizeof request.remote);
        assert_true(request.timestamp == SUPPORT_TIMESTAMP);
        assert_int_equal(request.remote_index, SUPPORT_INITIATOR_INDEX);
    }
    link_request_forget(&request);
    assert_true(sodium_is_zero((const uint8_t *)&request, sizeof request));
}

static void link_replayed_handshake_1_gives_its_sender_no_session(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t answers[2][LINK_HANDSHAKE_2_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), answers[0]);
    struct link_session first = world.responder_session;
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), answers[1]);
    assert_memory_not_equal(first.send_key, world.responder_session.send_key,
                            sizeof first.send_key);
}

static void link_handshake_1_with_any_byte_altered_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame);
    for (size_t i = 0; i < sizeof frame; i++) {
        uint8_t bit = (uint8_t)(1u << (i % 7)); /* not the top bit of `e`: see the next test */
        frame[i] ^= bit;
        assert_int_equal(
            link_open_request(&world.responder, slice_of(frame, sizeof frame), &request),
            i == 0 ? VERDICT_MALFORMED : VERDICT_BAD_AUTHENTICATION);
        assert_true(sodium_is_zero((const uint8_t *)&request, sizeof request));
        frame[i] ^= bit;
    }
}

/* X25519 ignores the top bit of a public key; the handshake hash does not. */
static void link_handshake_with_ignored_key_bit_altered_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    struct link_session session;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), frame_2);
    frame_1[5 + 31] ^= 0x80;
    assert_int_equal(
        link_open_request(&world.responder, slice_of(frame_1, sizeof frame_1), &request),
        VERDICT_BAD_AUTHENTICATION);
    frame_2[9 + 31] ^= 0x80;
    assert_int_equal(
        link_complete(&initiator, &world.initiator, slice_of(frame_2, sizeof frame_2), &session),
        VERDICT_BAD_AUTHENTICATION);
}

static void link_handshake_2_with_any_byte_altered_is_refused_and_true_one_still_taken(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    struct link_session session = {0};
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), frame_2);
    struct slice const whole = slice_of(frame_2, sizeof frame_2);
    for (size_t i = 0; i < sizeof frame_2; i++) {
        enum verdict expected = i == 0   ? VERDICT_MALFORMED
                                : i <= 4 ? VERDICT_UNKNOWN_SENDER
                                         : VERDICT_BAD_AUTHENTICATION;
        frame_2[i] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(link_complete(&initiator, &world.initiator, whole, &session), expected);
        frame_2[i] ^= (uint8_t)(1u << (i % 8));
    }
    assert_true(sodium_is_zero((const uint8_t *)&session, sizeof session));
    assert_int_equal(link_complete(&initiator, &world.initiator, whole, &session),
                     VERDICT_ACCEPTED);
    assert_memory_equal(session.send_key, world.responder_session.receive_key, 32);
}

static void link_spent_or_blank_initiator_completes_nothing(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_session session;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), frame_2);
    struct slice const whole = slice_of(frame_2, sizeof frame_2);
    assert_int_equal(link_complete(&initiator, &world.initiator, whole, &session),
                     VERDICT_ACCEPTED);
    assert_true(sodium_is_zero(initiator.opaque, sizeof initiator.opaque));
    assert_int_equal(link_complete(&initiator, &world.initiator, whole, &session), VERDICT_STALE);
    support_link_initiate(&world, &initiator, frame_1);
    link_initiator_forget(&initiator);
    assert_int_equal(link_complete(&initiator, &world.initiator, whole, &session), VERDICT_STALE);
}

static void link_handshakes_of_any_other_length_are_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    struct link_session session;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES + 1] = {0};
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES + 1] = {0};
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    support_link_respond(&world, slice_of(frame_1, LINK_HANDSHAKE_1_BYTES), frame_2);
    for (size_t size = 0; size <= sizeof frame_1; size++) {
        assert_int_equal(link_open_request(&world.responder, slice_of(frame_1, size), &request),
                         size == LINK_HANDSHAKE_1_BYTES ? VERDICT_ACCEPTED : VERDICT_MALFORMED);
    }
    for (size_t size = 0; size <= sizeof frame_2; size++) {
        if (size != LINK_HANDSHAKE_2_BYTES) {
            assert_int_equal(
                link_complete(&initiator, &world.initiator, slice_of(frame_2, size), &session),
                VERDICT_MALFORMED);
        }
    }
}

static void link_handshake_of_other_group_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    support_link_identities(&world);
    support_link_identity(&world.initiator, 1, 2); /* same key, another genesis */
    support_link_initiate(&world, &initiator, frame);
    assert_int_equal(link_open_request(&world.responder, slice_of(frame, sizeof frame), &request),
                     VERDICT_BAD_AUTHENTICATION);
}

static void link_handshake_for_other_replica_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_identity other;
    struct link_initiator initiator;
    struct link_request request;
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    support_link_identities(&world);
    support_link_identity(&other, 3, 1);
    support_link_initiate(&world, &initiator, frame);
    assert_int_equal(link_open_request(&other, slice_of(frame, sizeof frame), &request),
                     VERDICT_BAD_AUTHENTICATION);
}

static void link_handshake_2_of_impostor_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_identity impostor;
    struct link_initiator initiator;
    struct link_initiator decoy;
    struct link_session session;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    support_link_identities(&world);
    support_link_identity(&impostor, 3, 1);
    support_link_initiate(&world, &initiator, frame_1);
    /* The impostor answers a handshake of the same initiator and index that was meant for it. */
    assert_int_equal(link_initiate(&decoy, &world.initiator, impostor.public,
                                   SUPPORT_INITIATOR_INDEX, SUPPORT_TIMESTAMP, NULL, frame_1),
                     OK);
    world.responder = impostor;
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), frame_2);
    assert_int_equal(
        link_complete(&initiator, &world.initiator, slice_of(frame_2, sizeof frame_2), &session),
        VERDICT_BAD_AUTHENTICATION);
}

static void link_reflected_handshakes_are_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct link_initiator initiator;
    struct link_request request;
    struct link_session session;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    support_link_identities(&world);
    support_link_initiate(&world, &initiator, frame_1);
    assert_int_equal(
        link_open_request(&world.initiator, slice_of(frame_1, sizeof frame_1), &request),
        VERDICT_BAD_AUTHENTICATION);
    assert_int_equal(
        link_complete(&initiator, &world.initiator, slice_of(frame_1, sizeof frame_1), &session),
        VERDICT_MALFORMED);
    support_link_respond(&world, slice_of(frame_1, sizeof frame_1), frame_2);
    assert_int_equal(
        link_open_request(&world.responder, slice_of(frame_2, sizeof frame_2), &request),
        VERDICT_MALFORMED);
}

static void link_peek_tells_kind_and_index(void **state)
{
    (void)state;
    struct {
        uint8_t kind;
        size_t least;
        uint32_t index;
    } const cases[] = {
        {LINK_FRAME_HANDSHAKE_1, LINK_HANDSHAKE_1_BYTES, 0},
        {LINK_FRAME_HANDSHAKE_2, LINK_HANDSHAKE_2_BYTES, 0x04030201},
        {LINK_FRAME_TRANSPORT, LINK_OVERHEAD_BYTES, 0x04030201},
    };
    uint8_t frame[256] = {0, 1, 2, 3, 4};
    enum link_frame kind;
    uint32_t index;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        frame[0] = cases[i].kind;
        for (size_t size = 0; size < cases[i].least; size++) {
            assert_int_equal(link_peek(slice_of(frame, size), &kind, &index), VERDICT_MALFORMED);
        }
        assert_int_equal(link_peek(slice_of(frame, cases[i].least), &kind, &index),
                         VERDICT_ACCEPTED);
        assert_int_equal(kind, cases[i].kind);
        assert_int_equal(index, cases[i].index);
    }
    for (unsigned other = 0; other < 256; other++) {
        frame[0] = (uint8_t)other;
        assert_int_equal(link_peek(slice_of(frame, sizeof frame), &kind, &index),
                         other >= 1 && other <= 3 ? VERDICT_ACCEPTED : VERDICT_MALFORMED);
    }
    assert_int_equal(link_peek(slice_of(NULL, 0), &kind, &index), VERDICT_MALFORMED);
}

static void link_identity_with_foreign_public_half_is_refused(void **state)
{
    (void)state;
    uint8_t const seed[SEED_BYTES] = {1};
    struct secret_key secret;
    struct public_key public;
    struct link_identity identity;
    struct digest genesis = support_link_genesis(1);
    signature_from_seed(seed, &secret, &public);
    secret.bytes[SEED_BYTES] ^= 1;
    assert_int_equal(link_identity_init(&identity, &secret, &genesis), ERROR_INVALID);
    assert_true(sodium_is_zero((const uint8_t *)&identity, sizeof identity));
}

static void link_public_from_matches_identity_and_refuses_bad_points(void **state)
{
    (void)state;
    uint8_t const seed[SEED_BYTES] = {1};
    struct secret_key secret;
    struct public_key public;
    struct link_identity identity;
    uint8_t converted[32];
    support_link_identity(&identity, 1, 1);
    signature_from_seed(seed, &secret, &public);
    assert_true(link_public_from(&public, converted));
    assert_memory_equal(converted, identity.public, sizeof converted);
    struct public_key const zero = {{0}};
    struct public_key const one = {{1}};
    assert_false(link_public_from(&zero, converted));
    assert_false(link_public_from(&one, converted));
}

static void link_initiate_to_small_order_key_is_refused(void **state)
{
    (void)state;
    uint8_t const zero[32] = {0};
    struct support_world world;
    struct link_initiator initiator;
    struct link_session session;
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    uint8_t const answer[LINK_HANDSHAKE_2_BYTES] = {LINK_FRAME_HANDSHAKE_2};
    support_link_identities(&world);
    assert_int_equal(
        link_initiate(&initiator, &world.initiator, zero, 0, SUPPORT_TIMESTAMP, NULL, frame),
        ERROR_INVALID);
    assert_int_equal(
        link_complete(&initiator, &world.initiator, slice_of(answer, sizeof answer), &session),
        VERDICT_STALE);
}

static void link_identity_forget_wipes_it(void **state)
{
    (void)state;
    struct support_world world;
    support_link_identities(&world);
    link_identity_forget(&world.initiator);
    assert_true(sodium_is_zero((const uint8_t *)&world.initiator, sizeof world.initiator));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_handshake_gives_both_sides_the_same_keys),
        cmocka_unit_test(link_same_ephemeral_keys_give_the_same_frames),
        cmocka_unit_test(link_request_names_initiator_and_timestamp),
        cmocka_unit_test(link_replayed_handshake_1_gives_its_sender_no_session),
        cmocka_unit_test(link_handshake_1_with_any_byte_altered_is_refused),
        cmocka_unit_test(link_handshake_with_ignored_key_bit_altered_is_refused),
        cmocka_unit_test(
            link_handshake_2_with_any_byte_altered_is_refused_and_true_one_still_taken),
        cmocka_unit_test(link_spent_or_blank_initiator_completes_nothing),
        cmocka_unit_test(link_handshakes_of_any_other_length_are_refused),
        cmocka_unit_test(link_handshake_of_other_group_is_refused),
        cmocka_unit_test(link_handshake_for_other_replica_is_refused),
        cmocka_unit_test(link_handshake_2_of_impostor_is_refused),
        cmocka_unit_test(link_reflected_handshakes_are_refused),
        cmocka_unit_test(link_peek_tells_kind_and_index),
        cmocka_unit_test(link_identity_with_foreign_public_half_is_refused),
        cmocka_unit_test(link_public_from_matches_identity_and_refuses_bad_points),
        cmocka_unit_test(link_initiate_to_small_order_key_is_refused),
        cmocka_unit_test(link_identity_forget_wipes_it),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
