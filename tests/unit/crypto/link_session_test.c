/* link_session_test.c - transport frames against whoever sits on the wire: altered, cut, repeated,
 * reordered, lost and reflected ones, and those of another session. */
#include "support_link.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sodium.h>

enum { PLAIN_MAX = 64 };

static const char text[] = "attack at dawn";
#define TEXT_FRAME_BYTES (sizeof text + LINK_OVERHEAD_BYTES)

/* Seals frame number `counter` of the initiator, whatever was sent before. */
static void seal_numbered(struct support_world *world, uint64_t counter, uint8_t *frame)
{
    world->initiator_session.send_counter = counter;
    link_seal(&world->initiator_session, slice_of(text, sizeof text), frame);
}

static enum verdict open_numbered(struct support_world *world, uint64_t counter)
{
    uint8_t frame[TEXT_FRAME_BYTES];
    uint8_t plain[sizeof text];
    seal_numbered(world, counter, frame);
    enum verdict verdict =
        link_open(&world->responder_session, slice_of(frame, sizeof frame), plain);
    if (verdict == VERDICT_ACCEPTED) {
        assert_memory_equal(plain, text, sizeof text);
    } else {
        assert_true(sodium_is_zero(plain, sizeof plain)); /* nothing was released */
    }
    return verdict;
}

static void link_frames_of_every_size_pass_both_ways(void **state)
{
    (void)state;
    struct support_world world;
    support_link_connect(&world);
    for (size_t size = 0; size <= PLAIN_MAX; size++) {
        struct link_session *from = &world.initiator_session;
        struct link_session *to = &world.responder_session;
        for (int way = 0; way < 2; way++) {
            uint8_t plain[PLAIN_MAX];
            uint8_t opened[PLAIN_MAX];
            uint8_t frame[PLAIN_MAX + LINK_OVERHEAD_BYTES];
            memset(plain, (int)size, sizeof plain);
            link_seal(from, slice_of(plain, size), frame);
            assert_int_equal(frame[0], LINK_FRAME_TRANSPORT);
            assert_int_equal(get_u32(frame + 1), to->local_index);
            assert_int_equal(get_u64(frame + 5), size);
            assert_int_equal(link_open(to, slice_of(frame, size + LINK_OVERHEAD_BYTES), opened),
                             VERDICT_ACCEPTED);
            assert_memory_equal(opened, plain, size);
            assert_true(to->has_received);
            from = &world.responder_session;
            to = &world.initiator_session;
        }
    }
}

static void link_frame_with_any_byte_altered_is_refused_and_true_one_still_taken(void **state)
{
    (void)state;
    struct support_world world;
    uint8_t frame[TEXT_FRAME_BYTES];
    uint8_t plain[sizeof text];
    support_link_connect(&world);
    seal_numbered(&world, 5, frame);
    struct slice const whole = slice_of(frame, sizeof frame);
    for (size_t i = 0; i < 8 * sizeof frame; i++) {
        enum verdict expected = i < 8    ? VERDICT_MALFORMED
                                : i < 40 ? VERDICT_UNKNOWN_SENDER
                                         : VERDICT_BAD_AUTHENTICATION;
        frame[i / 8] ^= (uint8_t)(1u << (i % 8));
        memset(plain, 0, sizeof plain);
        assert_int_equal(link_open(&world.responder_session, whole, plain), expected);
        assert_true(sodium_is_zero(plain, sizeof plain));
        assert_false(world.responder_session.has_received);
        frame[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    assert_int_equal(link_open(&world.responder_session, whole, plain), VERDICT_ACCEPTED);
}

static void link_frame_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    uint8_t frame[TEXT_FRAME_BYTES + 1] = {0};
    uint8_t plain[sizeof text + 1];
    support_link_connect(&world);
    seal_numbered(&world, 0, frame);
    for (size_t size = 0; size <= sizeof frame; size++) {
        enum verdict expected =
            size < LINK_OVERHEAD_BYTES ? VERDICT_MALFORMED : VERDICT_BAD_AUTHENTICATION;
        if (size != TEXT_FRAME_BYTES) {
            assert_int_equal(link_open(&world.responder_session, slice_of(frame, size), plain),
                             expected);
        }
    }
}

static void link_replayed_frame_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    support_link_connect(&world);
    for (uint64_t counter = 0; counter < 3 * (uint64_t)LINK_REPLAY_WINDOW; counter++) {
        assert_int_equal(open_numbered(&world, counter), VERDICT_ACCEPTED);
        assert_int_equal(open_numbered(&world, counter), VERDICT_REPLAYED);
        if (counter > 0) {
            assert_int_equal(open_numbered(&world, counter - 1), VERDICT_REPLAYED);
        }
    }
}

static void link_reordered_frames_within_window_pass_once(void **state)
{
    (void)state;
    struct support_world world;
    uint64_t const top = 2 * (uint64_t)LINK_REPLAY_WINDOW + 17;
    support_link_connect(&world);
    assert_int_equal(open_numbered(&world, top), VERDICT_ACCEPTED);
    for (uint64_t back = 1; back < LINK_REPLAY_WINDOW; back++) {
        assert_int_equal(open_numbered(&world, top - back), VERDICT_ACCEPTED);
    }
    for (uint64_t back = 0; back < LINK_REPLAY_WINDOW + 3u; back++) {
        assert_int_equal(open_numbered(&world, top - back), VERDICT_REPLAYED);
    }
}

/* Every jump ahead, across word and ring borders, against a plain set of what was accepted. */
static void link_lost_frames_leave_window_exact(void **state)
{
    (void)state;
    static bool accepted[16 * LINK_REPLAY_WINDOW];
    uint64_t const jumps[] = {1, 2, 63, 64, 65, 127, 500, 1023, 1024, 1025, 3000, 1, 960, 961};
    struct support_world world;
    uint64_t top = 0;
    support_link_connect(&world);
    memset(accepted, 0, sizeof accepted);
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        top += jumps[i];
        assert_int_equal(open_numbered(&world, top), VERDICT_ACCEPTED);
        accepted[top] = true;
        for (uint64_t back = 0; back <= top && back < LINK_REPLAY_WINDOW + 70u; back += 3) {
            uint64_t counter = top - back;
            bool fresh = back < LINK_REPLAY_WINDOW && !accepted[counter];
            assert_int_equal(open_numbered(&world, counter),
                             fresh ? VERDICT_ACCEPTED : VERDICT_REPLAYED);
            accepted[counter] = accepted[counter] || fresh;
        }
    }
}

static void link_counters_at_the_end_of_their_range_are_safe(void **state)
{
    (void)state;
    struct support_world world;
    uint8_t frame[TEXT_FRAME_BYTES];
    uint8_t plain[sizeof text];
    support_link_connect(&world);
    assert_int_equal(open_numbered(&world, UINT64_MAX - 1), VERDICT_ACCEPTED);
    assert_int_equal(open_numbered(&world, UINT64_MAX - 1), VERDICT_REPLAYED);
    assert_int_equal(open_numbered(&world, UINT64_MAX - 2), VERDICT_ACCEPTED);
    assert_int_equal(open_numbered(&world, 0), VERDICT_REPLAYED);
    seal_numbered(&world, 0, frame);
    memset(frame + 5, 0xff, 8); /* the nonce that Noise reserves */
    assert_int_equal(link_open(&world.responder_session, slice_of(frame, sizeof frame), plain),
                     VERDICT_MALFORMED);
}

static void link_frame_of_earlier_session_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    struct support_world again;
    uint8_t frame[TEXT_FRAME_BYTES];
    uint8_t plain[sizeof text];
    support_link_connect(&world);
    support_link_connect(
        &again); /* same keys, indices and counters: only the ephemeral keys differ */
    seal_numbered(&world, 0, frame);
    assert_int_equal(link_open(&again.responder_session, slice_of(frame, sizeof frame), plain),
                     VERDICT_BAD_AUTHENTICATION);
}

static void link_reflected_frame_is_refused(void **state)
{
    (void)state;
    struct support_world world;
    uint8_t frame[TEXT_FRAME_BYTES];
    uint8_t plain[sizeof text];
    support_link_connect(&world);
    link_seal(&world.initiator_session, slice_of(text, sizeof text), frame);
    assert_int_equal(link_open(&world.initiator_session, slice_of(frame, sizeof frame), plain),
                     VERDICT_UNKNOWN_SENDER);
    /* And where both sides happen to have chosen the same index. */
    world.initiator_session.local_index = SUPPORT_RESPONDER_INDEX;
    assert_int_equal(link_open(&world.initiator_session, slice_of(frame, sizeof frame), plain),
                     VERDICT_BAD_AUTHENTICATION);
}

static void link_session_forget_wipes_it(void **state)
{
    (void)state;
    struct support_world world;
    support_link_connect(&world);
    link_session_forget(&world.initiator_session);
    assert_true(
        sodium_is_zero((const uint8_t *)&world.initiator_session, sizeof world.initiator_session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_frames_of_every_size_pass_both_ways),
        cmocka_unit_test(link_frame_with_any_byte_altered_is_refused_and_true_one_still_taken),
        cmocka_unit_test(link_frame_cut_anywhere_is_refused),
        cmocka_unit_test(link_replayed_frame_is_refused),
        cmocka_unit_test(link_reordered_frames_within_window_pass_once),
        cmocka_unit_test(link_lost_frames_leave_window_exact),
        cmocka_unit_test(link_counters_at_the_end_of_their_range_are_safe),
        cmocka_unit_test(link_frame_of_earlier_session_is_refused),
        cmocka_unit_test(link_reflected_frame_is_refused),
        cmocka_unit_test(link_session_forget_wipes_it),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
