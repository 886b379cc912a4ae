/* Liars: each tells its lie, in frames that decode, over and over, and none of it trips our own
 * code. What tells a lie from honesty is asked of an honest customer too, who shows none of it. */
#include "support_customer.h"

#include "wire/codec.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RUN_NS (20000 * MS)

static struct desk *run_liar(enum customer_lie lie, uint64_t seed, bool answers)
{
    struct customer_settings settings = desk_settings(seed, lie);
    settings.in_flight = 2;
    settings.think_ns = 50 * MS;
    settings.operations_max = 200;
    struct desk *desk = desk_new(&settings);
    desk->answers = answers;
    desk_run(desk, RUN_NS);
    return desk;
}

/* ---- marks of lies, in what the replicas were sent ---- */

static bool is_same_place(const struct desk_segment *a, const struct desk_segment *b)
{
    return lane_id_is_equal(&a->lane, &b->lane) && a->sequence == b->sequence;
}

/* Two signed segments at one place of a lane. */
static bool has_two_faces(const struct desk *desk)
{
    for (size_t i = 0; i < desk->segment_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct desk_segment *a = &desk->segments[i];
            const struct desk_segment *b = &desk->segments[j];
            if (a->is_signed && b->is_signed && a->to != b->to && is_same_place(a, b) &&
                !digest_is_equal(&a->digest, &b->digest)) {
                return true;
            }
        }
    }
    return false;
}

/* A segment that only some replicas were ever sent. */
static bool has_secret(const struct desk *desk)
{
    for (size_t i = 0; i < desk->segment_count; i++) {
        uint32_t told = 0;
        for (size_t j = 0; j < desk->segment_count; j++) {
            if (digest_is_equal(&desk->segments[i].digest, &desk->segments[j].digest)) {
                told |= UINT32_C(1) << desk->segments[j].to;
            }
        }
        if (told != (UINT32_C(1) << DESK_REPLICAS) - 1) {
            return true;
        }
    }
    return false;
}

/* A segment whose previous one was never sent to anybody. */
static bool has_broken_chain(const struct desk *desk)
{
    for (size_t i = 0; i < desk->segment_count; i++) {
        const struct desk_segment *segment = &desk->segments[i];
        struct digest zero;
        lane_digest_zero(&desk->settings.genesis, &segment->lane, &zero);
        bool is_linked = segment->sequence == 1 && digest_is_equal(&segment->previous, &zero);
        for (size_t j = 0; j < i && !is_linked; j++) {
            const struct desk_segment *before = &desk->segments[j];
            is_linked = before->sequence + 1 == segment->sequence &&
                        lane_id_is_equal(&before->lane, &segment->lane) &&
                        digest_is_equal(&before->digest, &segment->previous);
        }
        if (!is_linked) {
            return true;
        }
    }
    return false;
}

static bool has_bad_signature(const struct desk *desk)
{
    for (size_t i = 0; i < desk->segment_count; i++) {
        if (!desk->segments[i].is_signed) {
            return true;
        }
    }
    return false;
}

/* More sessions than a client may have, and more segments in one than a lane may hold. */
static bool has_flood(const struct desk *desk)
{
    size_t sessions = 0;
    uint64_t longest = 0;
    for (size_t i = 0; i < desk->segment_count; i++) {
        const struct desk_segment *segment = &desk->segments[i];
        sessions += segment->sequence == 1 && segment->to == 0;
        longest = segment->sequence > longest ? segment->sequence : longest;
    }
    return sessions > SESSIONS_PER_CLIENT_MAX && longest > LANE_SEGMENTS_MAX;
}

/* A first segment that comes again, word for word, after more sessions than are kept. */
static bool has_returned(const struct desk *desk)
{
    for (size_t i = 0; i < desk->segment_count; i++) {
        size_t since = 0;
        for (size_t j = i + 1; j < desk->segment_count; j++) {
            const struct desk_segment *later = &desk->segments[j];
            if (later->to != desk->segments[i].to || later->sequence != 1) {
                continue;
            }
            if (since > SESSIONS_PER_CLIENT_MAX &&
                digest_is_equal(&desk->segments[i].digest, &later->digest)) {
                return true;
            }
            since += later->lane.session > desk->segments[i].lane.session;
        }
    }
    return false;
}

static void honest_customer_shows_no_mark_of_a_lie(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_HONEST, 1, true);
    assert_int_equal(customer_acted(desk->customer), 0);
    assert_true(desk->segment_count > 100);
    assert_false(has_two_faces(desk));
    assert_false(has_secret(desk));
    assert_false(has_broken_chain(desk));
    assert_false(has_bad_signature(desk));
    assert_false(has_flood(desk));
    assert_false(has_returned(desk));
    desk_free(desk);
}

static void two_faced_tells_different_replicas_different_requests(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_TWO_FACED, 1, false);
    assert_true(has_two_faces(desk));
    assert_false(has_broken_chain(desk));
    assert_false(has_bad_signature(desk));
    desk_free(desk);
}

static void secretive_leaves_some_without_a_segment(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_SECRETIVE, 1, false);
    assert_true(has_secret(desk));
    assert_false(has_two_faces(desk));
    assert_false(has_broken_chain(desk));
    desk_free(desk);
}

static void broken_chain_does_not_continue_its_lane(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_BROKEN_CHAIN, 1, false);
    assert_true(has_broken_chain(desk));
    assert_false(has_bad_signature(desk));
    desk_free(desk);
}

static void flood_passes_the_bounds_of_lanes_and_sessions(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_FLOOD, 1, false);
    assert_true(has_flood(desk));
    assert_true(desk->frame_bytes / 2 > LANE_BYTES_MAX);
    assert_false(has_bad_signature(desk));
    desk_free(desk);
}

static void forger_gives_some_a_bad_signature(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_FORGER, 1, false);
    assert_true(has_bad_signature(desk));
    assert_false(has_two_faces(desk));
    assert_false(has_broken_chain(desk));
    desk_free(desk);
}

static void revenant_repeats_sessions_that_were_pushed_out(void **state)
{
    (void)state;
    struct desk *desk = run_liar(CUSTOMER_REVENANT, 1, false);
    assert_true(has_returned(desk));
    assert_false(has_two_faces(desk));
    assert_false(has_broken_chain(desk));
    assert_false(has_bad_signature(desk));
    desk_free(desk);
}

/* ---- thieves ---- */

/* A frame of one signed segment, as another customer sends it. */
static void write_frame_of_other(const struct desk *desk, struct ideal_book *book,
                                 struct buffer *frame)
{
    struct ideal_signer signer = {.book = book, .key = ideal_key(book, 9)};
    struct authority authority = ideal_authority(&signer);
    struct slice request = slice_of_text("a request");
    struct segment_body body = {.request_count = 1, .requests = &request};
    struct buffer bytes = {0};
    wire_encode_segment_body(&bytes, &body);
    struct segment segment = {
        .lane = {.client = signer.key, .session = 7}, .sequence = 1, .body = buffer_slice(&bytes)};
    struct digest digest;
    lane_digest_zero(&desk->settings.genesis, &segment.lane, &segment.previous);
    lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body, &digest);
    lane_sign_digest(&desk->settings.genesis, &segment.lane, 1, &digest, &digest);
    authority.sign(authority.context, &digest, &segment.signature);
    struct buffer encoded = {0};
    wire_encode_segment(&encoded, &segment);
    struct client_message message = {.kind = CLIENT_SEGMENT, .segment = segment};
    message.segment.encoded = buffer_slice(&encoded);
    wire_encode_client_message(frame, &message);
    buffer_fini(&encoded);
    buffer_fini(&bytes);
}

/* What became of a frame that was overheard. */
struct theft {
    uint64_t passed_on;
    uint64_t as_own;  /* the stolen body in a lane of the thief's, well signed */
    uint64_t in_name; /* in the victim's name, badly signed */
    uint64_t acted;
};

static struct theft run_theft(enum customer_lie lie, bool overhears)
{
    struct customer_settings settings = desk_settings(1, lie);
    settings.operations_max = 200;
    settings.think_ns = 50 * MS;
    struct desk *desk = desk_new(&settings);
    struct buffer frame = {0};
    write_frame_of_other(desk, &desk->book, &frame);
    desk->watched = buffer_slice(&frame);
    if (overhears) {
        customer_overhear(desk->customer, desk->watched);
    }
    desk_run(desk, RUN_NS);
    struct public_key victim = ideal_key(&desk->book, 9);
    struct theft theft = {.passed_on = desk->seen_bytes_equal,
                          .acted = customer_acted(desk->customer)};
    struct digest zero;
    lane_digest_zero(&desk->settings.genesis, &(struct lane_id){.client = victim, .session = 7},
                     &zero);
    for (size_t i = 0; i < desk->segment_count; i++) {
        const struct desk_segment *segment = &desk->segments[i];
        bool is_stolen = digest_is_equal(&segment->previous, &zero);
        bool is_in_name = public_key_is_equal(&segment->lane.client, &victim);
        theft.as_own += is_stolen && !is_in_name && segment->is_signed;
        theft.in_name += is_in_name && !segment->is_signed;
    }
    desk_free(desk);
    buffer_fini(&frame);
    return theft;
}

static void thief_passes_on_what_it_overheard_as_it_is_and_disguised(void **state)
{
    (void)state;
    struct theft theft = run_theft(CUSTOMER_THIEF, true);
    assert_true(theft.passed_on > 0 && theft.as_own > 0 && theft.in_name > 0);
}

static void thief_that_overheard_nothing_replays_its_own(void **state)
{
    (void)state;
    struct theft theft = run_theft(CUSTOMER_THIEF, false);
    assert_true(theft.passed_on == 0 && theft.as_own == 0 && theft.in_name == 0);
    assert_true(theft.acted > 0);
}

static void others_do_not_steal(void **state)
{
    (void)state;
    struct theft honest = run_theft(CUSTOMER_HONEST, true);
    assert_true(honest.passed_on == 0 && honest.as_own == 0 && honest.acted == 0);
    struct theft forger = run_theft(CUSTOMER_FORGER, true);
    assert_true(forger.passed_on == 0 && forger.as_own == 0);
}

/* ---- all of them ---- */

static void every_lie_is_told_and_nothing_of_ours_breaks(void **state)
{
    (void)state;
    for (int lie = CUSTOMER_HONEST + 1; lie < CUSTOMER_LIE_COUNT; lie++) {
        for (uint64_t seed = 1; seed <= 4; seed++) {
            struct desk *desk = run_liar((enum customer_lie)lie, seed, seed % 2 == 0);
            assert_in_range(customer_acted(desk->customer), 20, 200);
            desk_free(desk);
        }
    }
}

static void liar_moves_at_most_operations_max_times_and_not_once_stopped(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_FORGER);
    settings.operations_max = 5;
    struct desk *desk = desk_new(&settings);
    desk_run(desk, RUN_NS);
    assert_in_range(customer_acted(desk->customer), 1, 5);
    desk_free(desk);

    settings.operations_max = 1000;
    desk = desk_new(&settings);
    desk_run(desk, 1000 * MS);
    uint64_t acted = customer_acted(desk->customer);
    assert_true(acted > 0);
    customer_stop(desk->customer, 0);
    desk_run(desk, RUN_NS);
    assert_true(customer_acted(desk->customer) == acted);
    desk_free(desk);
}

static void liar_without_links_waits(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_TWO_FACED);
    struct desk *desk = desk_new(&settings);
    for (replica_id id = 0; id < DESK_REPLICAS; id++) {
        customer_on_link(desk->customer, id, false, desk->now_ns);
    }
    desk_run(desk, RUN_NS);
    assert_int_equal(customer_acted(desk->customer), 0);
    customer_on_link(desk->customer, 0, true, desk->now_ns);
    desk_run(desk, RUN_NS);
    assert_true(customer_acted(desk->customer) > 0);
    desk_free(desk);
}

static void restarted_liar_goes_on_lying(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_SECRETIVE);
    struct desk *desk = desk_new(&settings);
    desk_run(desk, 1000 * MS);
    uint64_t acted = customer_acted(desk->customer);
    customer_restart(desk->customer, desk->now_ns);
    desk_run(desk, 5000 * MS);
    assert_true(customer_acted(desk->customer) > acted);
    desk_free(desk);
}

static uint64_t hash_of(enum customer_lie lie, uint64_t seed)
{
    struct desk *desk = run_liar(lie, seed, true);
    uint64_t hash = desk->hash;
    desk_free(desk);
    return hash;
}

static void same_seed_tells_the_same_lies(void **state)
{
    (void)state;
    for (int lie = CUSTOMER_HONEST + 1; lie < CUSTOMER_LIE_COUNT; lie++) {
        assert_true(hash_of((enum customer_lie)lie, 1) == hash_of((enum customer_lie)lie, 1));
        assert_true(hash_of((enum customer_lie)lie, 1) != hash_of((enum customer_lie)lie, 2));
    }
}

static void every_lie_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < CUSTOMER_LIE_COUNT; a++) {
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(customer_lie_name((enum customer_lie)a),
                                    customer_lie_name((enum customer_lie)b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_customer_shows_no_mark_of_a_lie),
        cmocka_unit_test(two_faced_tells_different_replicas_different_requests),
        cmocka_unit_test(secretive_leaves_some_without_a_segment),
        cmocka_unit_test(broken_chain_does_not_continue_its_lane),
        cmocka_unit_test(flood_passes_the_bounds_of_lanes_and_sessions),
        cmocka_unit_test(forger_gives_some_a_bad_signature),
        cmocka_unit_test(revenant_repeats_sessions_that_were_pushed_out),
        cmocka_unit_test(thief_passes_on_what_it_overheard_as_it_is_and_disguised),
        cmocka_unit_test(thief_that_overheard_nothing_replays_its_own),
        cmocka_unit_test(others_do_not_steal),
        cmocka_unit_test(every_lie_is_told_and_nothing_of_ours_breaks),
        cmocka_unit_test(liar_moves_at_most_operations_max_times_and_not_once_stopped),
        cmocka_unit_test(liar_without_links_waits),
        cmocka_unit_test(restarted_liar_goes_on_lying),
        cmocka_unit_test(same_seed_tells_the_same_lies),
        cmocka_unit_test(every_lie_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
