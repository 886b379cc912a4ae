/* channel_test.c - handshakes and sessions between two channels, without sockets. */
#include "support_net.h"

#include "transport/channel.h"

#define START_NS UINT64_C(1000000000000)

struct end {
    struct link_identity identity;
    struct link_table table;
    struct channel channel;
};

struct pair {
    struct end a;
    struct end b;
    uint64_t timestamp;
    uint64_t now_ns;
};

static void pair_init(struct pair *pair)
{
    struct secret_key secrets[2];
    struct public_key keys[2];
    struct end *ends[2] = {&pair->a, &pair->b};
    struct digest genesis = net_genesis();
    uint8_t remote[32];
    assert_int_equal(signature_library_init(), OK);
    for (unsigned i = 0; i < 2; i++) {
        net_key(i, &secrets[i], &keys[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(link_identity_init(&ends[i]->identity, &secrets[i], &genesis), OK);
        assert_int_equal(link_table_init(&ends[i]->table, 1), OK);
        assert_true(link_public_from(&keys[1 - i], remote));
        channel_init(&ends[i]->channel, &ends[i]->identity, &ends[i]->table, 0, remote);
    }
    pair->timestamp = 1;
    pair->now_ns = START_NS;
}

static void pair_fini(struct pair *pair)
{
    channel_fini(&pair->a.channel);
    channel_fini(&pair->b.channel);
    link_table_fini(&pair->a.table);
    link_table_fini(&pair->b.table);
}

static void request(struct pair *pair, struct end *from, uint8_t *frame)
{
    assert_int_equal(channel_initiate(&from->channel, pair->timestamp++, pair->now_ns, frame), OK);
}

static void answer(struct pair *pair, struct end *by, const uint8_t *asked, uint8_t *frame)
{
    struct link_request opened;
    assert_int_equal(
        link_open_request(&by->identity, slice_of(asked, LINK_HANDSHAKE_1_BYTES), &opened),
        VERDICT_ACCEPTED);
    assert_int_equal(channel_respond(&by->channel, &opened, pair->now_ns, frame), OK);
}

static enum verdict complete(struct pair *pair, struct end *end, const uint8_t *frame)
{
    return channel_complete(&end->channel, slice_of(frame, LINK_HANDSHAKE_2_BYTES), pair->now_ns);
}

static bool say(struct pair *pair, struct end *from, struct end *to)
{
    uint8_t frame[LINK_OVERHEAD_BYTES + 2];
    uint8_t plain[2];
    uint32_t index = 0;
    enum link_frame kind;
    struct link_slot *session = channel_sender(&from->channel, pair->now_ns);
    if (session == NULL) {
        return false;
    }
    link_seal(&session->link, slice_of_text("hi"), frame);
    channel_on_sent(&from->channel, pair->now_ns);
    assert_int_equal(link_peek(slice_of(frame, sizeof frame), &kind, &index), VERDICT_ACCEPTED);
    struct link_slot *found = link_table_find(&to->table, index);
    return found != NULL && found->is_open &&
           channel_open(&to->channel, found, slice_of(frame, sizeof frame), plain, pair->now_ns) ==
               VERDICT_ACCEPTED;
}

static void pair_connect(struct pair *pair, struct end *from, struct end *to)
{
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    uint8_t answered[LINK_HANDSHAKE_2_BYTES];
    request(pair, from, asked);
    answer(pair, to, asked, answered);
    assert_int_equal(complete(pair, from, answered), VERDICT_ACCEPTED);
    assert_true(say(pair, from, to));
}

static void responder_sends_only_once_the_session_is_proven(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    uint8_t answered[LINK_HANDSHAKE_2_BYTES];
    pair_init(&pair);
    assert_true(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    request(&pair, &pair.a, asked);
    assert_false(channel_wants_handshake(&pair.a.channel, pair.now_ns)); /* backs off */
    answer(&pair, &pair.b, asked, answered);
    assert_null(channel_sender(&pair.b.channel, pair.now_ns));
    assert_false(channel_wants_handshake(&pair.b.channel, pair.now_ns)); /* a's may succeed */
    assert_int_equal(complete(&pair, &pair.a, answered), VERDICT_ACCEPTED);
    assert_true(say(&pair, &pair.a, &pair.b));
    assert_true(say(&pair, &pair.b, &pair.a));
    pair_fini(&pair);
}

static void handshake_unproven_does_not_replace_the_session(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    uint8_t answered[LINK_HANDSHAKE_2_BYTES];
    pair_init(&pair);
    pair_connect(&pair, &pair.a, &pair.b);
    request(&pair, &pair.a, asked);
    for (int i = 0; i < 5; i++) { /* as one who replays it would */
        answer(&pair, &pair.b, asked, answered);
        assert_true(say(&pair, &pair.b, &pair.a));
        assert_true(say(&pair, &pair.a, &pair.b));
    }
    assert_int_equal(pair.b.channel.session_count, 1);
    pair_fini(&pair);
}

static void handshakes_of_both_at_once_leave_both_talking(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 4; order++) {
        struct pair pair;
        uint8_t asked[2][LINK_HANDSHAKE_1_BYTES];
        uint8_t answered[2][LINK_HANDSHAKE_2_BYTES];
        pair_init(&pair);
        request(&pair, &pair.a, asked[0]);
        request(&pair, &pair.b, asked[1]);
        answer(&pair, &pair.b, asked[0], answered[0]);
        answer(&pair, &pair.a, asked[1], answered[1]);
        struct end *first = (order & 1) != 0 ? &pair.a : &pair.b;
        struct end *second = (order & 1) != 0 ? &pair.b : &pair.a;
        assert_int_equal(complete(&pair, first, answered[first == &pair.a ? 0 : 1]),
                         VERDICT_ACCEPTED);
        if ((order & 2) != 0) {
            assert_true(say(&pair, first, second));
        }
        assert_int_equal(complete(&pair, second, answered[second == &pair.a ? 0 : 1]),
                         VERDICT_ACCEPTED);
        for (int i = 0; i < 200; i++) { /* through the time in which old sessions are wiped */
            assert_true(say(&pair, second, first));
            assert_true(say(&pair, first, second));
            pair.now_ns += SECOND_NS;
            channel_expire(&pair.a.channel, pair.now_ns);
            channel_expire(&pair.b.channel, pair.now_ns);
        }
        pair_fini(&pair);
    }
}

static void answer_to_a_handshake_given_up_is_refused(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    uint8_t late[LINK_HANDSHAKE_2_BYTES];
    uint8_t answered[LINK_HANDSHAKE_2_BYTES];
    pair_init(&pair);
    request(&pair, &pair.a, asked);
    answer(&pair, &pair.b, asked, late);
    request(&pair, &pair.a, asked);
    answer(&pair, &pair.b, asked, answered);
    assert_int_not_equal(complete(&pair, &pair.a, late), VERDICT_ACCEPTED);
    assert_int_equal(complete(&pair, &pair.a, answered), VERDICT_ACCEPTED);
    assert_true(say(&pair, &pair.a, &pair.b));
    pair_fini(&pair);
}

static void back_off_grows_to_a_second(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    unsigned attempts = 0;
    pair_init(&pair);
    for (unsigned ms = 0; ms < 10000; ms++) {
        if (channel_wants_handshake(&pair.a.channel, pair.now_ns)) {
            request(&pair, &pair.a, asked);
            attempts++;
        }
        assert_true(channel_due(&pair.a.channel, pair.now_ns) > pair.now_ns);
        pair.now_ns += MS_NS;
    }
    assert_in_range(attempts, 12, 18);
    pair_fini(&pair);
}

static void silence_ends_a_session_and_keep_alives_prevent_it(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair);
    pair_connect(&pair, &pair.a, &pair.b);
    for (unsigned s = 0; s < 60; s++) {
        pair.now_ns += SECOND_NS;
        if (channel_wants_keep_alive(&pair.a.channel, pair.now_ns)) {
            assert_true(say(&pair, &pair.a, &pair.b));
        }
        if (channel_wants_keep_alive(&pair.b.channel, pair.now_ns)) {
            assert_true(say(&pair, &pair.b, &pair.a));
        }
        assert_false(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    }
    pair.now_ns += CHANNEL_DEAD_NS;
    assert_null(channel_sender(&pair.a.channel, pair.now_ns));
    assert_true(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    pair_connect(&pair, &pair.b, &pair.a);
    assert_true(say(&pair, &pair.a, &pair.b));
    pair_fini(&pair);
}

static void initiator_renews_by_time_and_volume_first(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair);
    pair_connect(&pair, &pair.a, &pair.b);
    assert_true(say(&pair, &pair.b, &pair.a));
    pair.now_ns += 2 * SECOND_NS;
    assert_false(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    pair.a.channel.current->link.send_counter = LINK_REKEY_AFTER_FRAMES;
    assert_true(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    pair_connect(&pair, &pair.a, &pair.b);
    pair.now_ns += LINK_REKEY_AFTER_NS - SECOND_NS;
    pair.a.channel.received_ns = pair.now_ns; /* no silence */
    pair.b.channel.received_ns = pair.now_ns;
    assert_false(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    pair.now_ns += SECOND_NS;
    assert_true(channel_wants_handshake(&pair.a.channel, pair.now_ns));
    assert_false(channel_wants_handshake(&pair.b.channel, pair.now_ns));
    pair.now_ns += CHANNEL_RENEW_RESPONDER_NS;
    assert_true(channel_wants_handshake(&pair.b.channel, pair.now_ns));
    pair_fini(&pair);
}

static void many_renewals_use_up_no_slots(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t asked[LINK_HANDSHAKE_1_BYTES];
    pair_init(&pair);
    for (unsigned i = 0; i < 50; i++) {
        pair.now_ns += SECOND_NS;
        request(&pair, &pair.b, asked); /* lost */
        pair_connect(&pair, (i & 1) != 0 ? &pair.a : &pair.b, (i & 1) != 0 ? &pair.b : &pair.a);
        assert_true(say(&pair, &pair.a, &pair.b));
        assert_true(say(&pair, &pair.b, &pair.a));
    }
    pair_fini(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responder_sends_only_once_the_session_is_proven),
        cmocka_unit_test(handshake_unproven_does_not_replace_the_session),
        cmocka_unit_test(handshakes_of_both_at_once_leave_both_talking),
        cmocka_unit_test(answer_to_a_handshake_given_up_is_refused),
        cmocka_unit_test(back_off_grows_to_a_second),
        cmocka_unit_test(silence_ends_a_session_and_keep_alives_prevent_it),
        cmocka_unit_test(initiator_renews_by_time_and_volume_first),
        cmocka_unit_test(many_renewals_use_up_no_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
