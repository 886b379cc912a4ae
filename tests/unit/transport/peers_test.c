/* peers_test.c - frames between replicas over real sockets. */
#include "support_net.h"

#include "crypto/link.h"

#include <stdio.h>
#include <stdlib.h>

static void exchange(const char *scheme, size_t count)
{
    struct net net;
    net_init(&net, scheme, count);
    net_open_all(&net);
    for (replica_id from = 0; from < count; from++) {
        for (replica_id to = 0; to < count; to++) {
            if (from != to) {
                char text[32];
                (void)snprintf(text, sizeof text, "from %u to %u", (unsigned)from, (unsigned)to);
                net_expect(&net, from, to, text);
                assert_true(net.nodes[to].accepted[from] > 0);
            }
        }
    }
    NET_UNTIL(&net, net_is_meshed(&net, count));
    for (replica_id id = 0; id < count; id++) {
        assert_int_equal(net.nodes[id].verdicts[VERDICT_BAD_AUTHENTICATION], 0);
        assert_int_equal(net.nodes[id].verdicts[VERDICT_MALFORMED], 0);
    }
    net_fini(&net);
}

static void peers_over_tcp_exchange_frames(void **state)
{
    (void)state;
    exchange("tcp", 4);
}

static void peers_over_tcp6_exchange_frames(void **state)
{
    (void)state;
    exchange("tcp6", 2);
}

static void peers_over_ipc_exchange_frames(void **state)
{
    (void)state;
    exchange("ipc", 3);
}

static void peers_with_largest_frame_deliver_it(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    uint8_t *bytes = malloc(FRAME_BYTES_MAX);
    assert_non_null(bytes);
    for (size_t i = 0; i < FRAME_BYTES_MAX; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    peers_send(net.nodes[0].peers, 1, slice_of(bytes, FRAME_BYTES_MAX), net_now(&net));
    NET_UNTIL(&net, net.nodes[1].last.size == FRAME_BYTES_MAX);
    assert_memory_equal(net.nodes[1].last.data, bytes, FRAME_BYTES_MAX);
    free(bytes);
    net_fini(&net);
}

static void peers_with_many_frames_deliver_each_once(void **state)
{
    (void)state;
    enum { FRAMES = 2000 };
    struct net net;
    net_init(&net, "ipc", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    net_settle(&net);
    for (unsigned i = 0; i < FRAMES; i++) {
        net_send(&net, 0, 1, "one of many");
    }
    NET_UNTIL(&net, net.nodes[1].accepted[0] == FRAMES);
    net_settle(&net);
    assert_int_equal(net.nodes[1].accepted[0], FRAMES);
    assert_int_equal(net.nodes[1].verdicts[VERDICT_REPLAYED], 0);
    net_fini(&net);
}

static void peers_after_restart_of_one_talk_again(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    net_expect(&net, 0, 1, "before");
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    for (int round = 0; round < 3; round++) {
        uint64_t sessions = peers_session_count(net.nodes[0].peers, 1);
        net_close_node(&net, 1);
        net_settle(&net);
        net_open_node(&net, 1);
        NET_UNTIL(&net, peers_session_count(net.nodes[0].peers, 1) > sessions);
        char text[32];
        (void)snprintf(text, sizeof text, "after %d", round);
        net_expect(&net, 0, 1, text);
        net_expect(&net, 1, 0, text);
    }
    net_fini(&net);
}

static void peers_with_a_dead_peer_bound_its_queue(void **state)
{
    (void)state;
    static uint8_t frame[64 * 1024];
    struct net net;
    net_init(&net, "tcp", 3);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 3));
    net_close_node(&net, 2);
    for (int i = 0; i < 400; i++) { /* 25 MB */
        peers_send(net.nodes[0].peers, 2, slice_of(frame, sizeof frame), net_now(&net));
        assert_true(peers_queued_bytes(net.nodes[0].peers, 2) <= PEER_QUEUE_BYTES_MAX);
    }
    assert_true(peers_dropped_count(net.nodes[0].peers, 2) > 0);
    net_expect(&net, 0, 1, "the others go on");
    net_expect(&net, 1, 0, "both ways");
    net_fini(&net);
}

static void peers_with_a_stopped_peer_do_not_block(void **state)
{
    (void)state;
    static uint8_t frame[64 * 1024];
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    struct peers *stopped = net.nodes[1].peers;
    net.nodes[1].peers = NULL;      /* alive, but its loop does not turn */
    for (int i = 0; i < 600; i++) { /* 37 MB */
        peers_send(net.nodes[0].peers, 1, slice_of(frame, sizeof frame), net_now(&net));
    }
    assert_true(peers_queued_bytes(net.nodes[0].peers, 1) <= PEER_QUEUE_BYTES_MAX);
    net_settle(&net);
    net.nodes[1].peers = stopped;
    NET_UNTIL(&net, peers_queued_bytes(net.nodes[0].peers, 1) == 0);
    net_expect(&net, 0, 1, "on again");
    net_fini(&net);
}

static void peers_after_long_silence_are_not_connected(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "ipc", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    net_close_node(&net, 1);
    net.ahead_ns += UINT64_C(31000000000);
    net_turn(&net);
    assert_false(peers_is_connected(net.nodes[0].peers, 1, net_now(&net)));
    net_send(&net, 0, 1, "to nobody"); /* dropped: nothing waits for the dead */
    assert_int_equal(peers_queued_bytes(net.nodes[0].peers, 1), 0);
    net_open_node(&net, 1);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    net_fini(&net);
}

static void peers_after_rekey_time_renew_their_session(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "ipc", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    net_settle(&net);
    uint64_t sessions = peers_session_count(net.nodes[0].peers, 1);
    net_settle(&net);
    assert_int_equal(peers_session_count(net.nodes[0].peers, 1), sessions);
    for (uint64_t passed = 0; passed < LINK_REKEY_AFTER_NS + UINT64_C(70000000000);
         passed += UINT64_C(4000000000)) { /* small enough to keep the link alive */
        net.ahead_ns += UINT64_C(4000000000);
        net_turn(&net);
        net_turn(&net);
        net_expect(&net, 0, 1, passed % 8000000000 == 0 ? "even" : "odd");
        net_expect(&net, 1, 0, passed % 8000000000 == 0 ? "even" : "odd");
    }
    NET_UNTIL(&net, peers_session_count(net.nodes[0].peers, 1) > sessions);
    net_fini(&net);
}

static void peers_of_another_group_get_nothing(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_node(&net, 0);
    net.settings.genesis.bytes[0] ^= 1;
    net_open_node(&net, 1);
    NET_UNTIL(&net, net.nodes[0].verdicts[VERDICT_BAD_AUTHENTICATION] > 2);
    assert_int_equal(peers_session_count(net.nodes[0].peers, 1), 0);
    assert_int_equal(peers_session_count(net.nodes[1].peers, 0), 0);
    net_fini(&net);
}

static void peers_with_an_unknown_key_get_nothing(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_node(&net, 0);
    struct peers_settings settings = net.settings;
    struct error_text text;
    settings.self = 1;
    net_key(99, &settings.secret, &settings.replicas[1].key);
    assert_int_equal(peers_open(&net.nodes[1].peers, &settings, net_now(&net), &text), OK);
    NET_UNTIL(&net, net.nodes[0].verdicts[VERDICT_UNKNOWN_SENDER] > 2);
    assert_int_equal(peers_session_count(net.nodes[0].peers, 1), 0);
    assert_int_equal(peers_session_count(net.nodes[1].peers, 0), 0);
    net_fini(&net);
}

static void peers_with_an_address_in_use_name_it(void **state)
{
    (void)state;
    static const char *const schemes[] = {"tcp", "tcp6", "ipc"};
    for (size_t i = 0; i < 3; i++) {
        struct net net;
        net_init(&net, schemes[i], 2);
        net_open_node(&net, 0);
        struct peers_settings settings = net.settings;
        struct public_key public;
        struct error_text text = {.text = ""};
        struct peers *peers = NULL;
        net_key(0, &settings.secret, &public);
        assert_int_equal(peers_open(&peers, &settings, net_now(&net), &text), ERROR_IN_USE);
        assert_null(peers);
        assert_non_null(strstr(text.text, settings.replicas[0].address));
        assert_non_null(strstr(text.text, "in use"));
        net_fini(&net);
    }
}

static void peers_with_a_foreign_address_name_it(void **state)
{
    (void)state;
    struct net net;
    struct peers *peers = NULL;
    struct public_key public;
    struct error_text text = {.text = ""};
    net_init(&net, "ipc", 2);
    net_key(0, &net.settings.secret, &public);
    (void)strcpy(net.settings.replicas[0].address, "tcp://192.0.2.77:4000"); /* RFC 5737 */
    assert_int_equal(peers_open(&peers, &net.settings, net_now(&net), &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "tcp://192.0.2.77:4000"));
    (void)strcpy(net.settings.replicas[0].address, "ipc:///nonexistent/folder/socket");
    assert_int_equal(peers_open(&peers, &net.settings, net_now(&net), &text), ERROR_IO);
    assert_non_null(strstr(text.text, "ipc:///nonexistent/folder/socket"));
    (void)strcpy(net.settings.replicas[0].address, "tcp://no-such-host.invalid:4000");
    assert_int_equal(peers_open(&peers, &net.settings, net_now(&net), &text), ERROR_MISSING);
    assert_non_null(strstr(text.text, "no-such-host.invalid"));
    net_fini(&net);
}

static void peers_with_an_unresolvable_peer_serve_the_others(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 3);
    (void)strcpy(net.settings.replicas[2].address, "tcp://no-such-host.invalid:4000");
    net_open_node(&net, 0);
    net_open_node(&net, 1);
    net_expect(&net, 0, 1, "the others go on");
    net_send(&net, 0, 2, "to nobody");
    net_settle(&net);
    assert_false(peers_is_connected(net.nodes[0].peers, 2, net_now(&net)));
    net_fini(&net);
}

static void peers_with_a_named_peer_find_it(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "tcp", 2);
    net_open_node(&net, 0); /* knows 1 by number */
    unsigned port = 0;
    (void)sscanf(net.settings.replicas[0].address, "tcp://127.0.0.1:%u", &port); /* NOLINT */
    (void)snprintf(net.settings.replicas[0].address, ADDRESS_BYTES_MAX, "tcp://localhost:%u", port);
    net_open_node(&net, 1); /* knows 0 by name */
    net_expect(&net, 1, 0, "found you");
    net_fini(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers_over_tcp_exchange_frames),
        cmocka_unit_test(peers_over_tcp6_exchange_frames),
        cmocka_unit_test(peers_over_ipc_exchange_frames),
        cmocka_unit_test(peers_with_largest_frame_deliver_it),
        cmocka_unit_test(peers_with_many_frames_deliver_each_once),
        cmocka_unit_test(peers_after_restart_of_one_talk_again),
        cmocka_unit_test(peers_with_a_dead_peer_bound_its_queue),
        cmocka_unit_test(peers_with_a_stopped_peer_do_not_block),
        cmocka_unit_test(peers_after_long_silence_are_not_connected),
        cmocka_unit_test(peers_after_rekey_time_renew_their_session),
        cmocka_unit_test(peers_of_another_group_get_nothing),
        cmocka_unit_test(peers_with_an_unknown_key_get_nothing),
        cmocka_unit_test(peers_with_an_address_in_use_name_it),
        cmocka_unit_test(peers_with_a_foreign_address_name_it),
        cmocka_unit_test(peers_with_an_unresolvable_peer_serve_the_others),
        cmocka_unit_test(peers_with_a_named_peer_find_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
