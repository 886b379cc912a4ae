/* hostile_test.c - what a stranger on the path or at the door can do to replicas: nothing. */
#include "support_net.h"

#include "crypto/link.h"

#define RECORDED_MAX 64u

/* Somebody between node 0 and node 1, who sees what 0 sends. */
struct tap {
    struct socket in;
    struct socket out;
    struct buffer frames[RECORDED_MAX];
    size_t count;
};

static void tap_turn(void *context)
{
    struct tap *tap = context;
    struct packet packet;
    while (socket_receive(&tap->in, &packet)) {
        struct buffer *frame = tap->count < RECORDED_MAX ? &tap->frames[tap->count] : NULL;
        if (frame != NULL) {
            buffer_append(frame, slice_of(packet.chunk, packet.size));
        }
        if (socket_send(&tap->out, packet.chunk, NULL) == SEND_DONE) {
            tap->count += frame != NULL;
            continue;
        }
        chunk_free(packet.chunk); /* not connected yet: it never came, so it is no replay */
        if (frame != NULL) {
            buffer_clear(frame);
        }
    }
}

/* Two nodes with a tap between, talking. */
static void tap_open(struct tap *tap, struct net *net)
{
    char address[ADDRESS_BYTES_MAX];
    struct address parsed;
    struct endpoint endpoint;
    net_init(net, "ipc", 2);
    *tap = (struct tap){.count = 0};
    net_address(net, "ipc", address);
    assert_int_equal(address_parse(&parsed, address, NULL), OK);
    assert_true(address_to_endpoint(&parsed, &endpoint));
    assert_int_equal(socket_open(&tap->in, SOCKET_PULL, false, NULL), OK);
    assert_int_equal(socket_bind(&tap->in, &endpoint, address, NULL), OK);
    net_open_node(net, 1);
    stranger_open(&tap->out, SOCKET_PUSH, net->settings.replicas[1].address);
    (void)memcpy(net->settings.replicas[1].address, address, sizeof address);
    net_open_node(net, 0);
    net->on_turn = tap_turn;
    net->context = tap;
    net_expect(net, 0, 1, "hello");
    net_expect(net, 1, 0, "hello");
    net_settle(net);
}

static void tap_close(struct tap *tap, struct net *net)
{
    for (size_t i = 0; i < RECORDED_MAX; i++) {
        buffer_fini(&tap->frames[i]);
    }
    socket_close(&tap->in);
    socket_close(&tap->out);
    net_fini(net);
}

static size_t verdict_sum(const struct node *node)
{
    size_t sum = 0;
    for (size_t i = 1; i < VERDICT_COUNT; i++) {
        sum += node->verdicts[i];
    }
    return sum;
}

/* Sends all that was recorded to node 1 again, and then a frame that is surely refused, so that all
 * before it was seen; returns how many of the `count` were refused. */
static size_t tap_replay(struct tap *tap, struct net *net, size_t count)
{
    static const uint8_t garbage[] = {0xff};
    size_t malformed = net->nodes[1].verdicts[VERDICT_MALFORMED];
    size_t refused = verdict_sum(&net->nodes[1]);
    for (size_t i = 0; i < count; i++) {
        stranger_send(&tap->out, buffer_slice(&tap->frames[i]));
    }
    stranger_send(&tap->out, slice_of(garbage, sizeof garbage));
    NET_UNTIL(net, net->nodes[1].verdicts[VERDICT_MALFORMED] > malformed);
    return verdict_sum(&net->nodes[1]) - refused - 1;
}

static void replay_of_all_recorded_frames_is_refused(void **state)
{
    (void)state;
    struct tap tap;
    struct net net;
    tap_open(&tap, &net);
    size_t accepted = net.nodes[1].accepted[0];
    uint64_t sessions = peers_session_count(net.nodes[1].peers, 0);
    size_t count = tap.count;
    assert_true(count >= 2);
    /* A request that came before node 1 could answer was not taken, so the first time it is as good
     * as new; the second time everything is a replay. */
    (void)tap_replay(&tap, &net, count);
    net_settle(&net);
    assert_int_equal(tap_replay(&tap, &net, count), count);
    assert_int_equal(net.nodes[1].accepted[0], accepted);
    assert_true(net.nodes[1].verdicts[VERDICT_REPLAYED] > 0);
    net_expect(&net, 0, 1, "still the link");
    assert_true(peers_session_count(net.nodes[1].peers, 0) <= sessions + 2);
    tap_close(&tap, &net);
}

static void replay_after_a_restart_is_refused(void **state)
{
    (void)state;
    struct tap tap;
    struct net net;
    tap_open(&tap, &net);
    size_t recorded = tap.count;
    net_close_node(&net, 1);
    /* It binds its own address again; node 0 goes on through the tap. */
    char through[ADDRESS_BYTES_MAX];
    (void)memcpy(through, net.settings.replicas[1].address, sizeof through);
    net_address(&net, "ipc", net.settings.replicas[1].address);
    struct socket straight;
    net.nodes[1] = (struct node){.last = net.nodes[1].last};
    net_open_node(&net, 1);
    stranger_open(&straight, SOCKET_PUSH, net.settings.replicas[1].address);
    for (size_t i = 0; i < recorded; i++) {
        stranger_send(&straight, buffer_slice(&tap.frames[i]));
    }
    NET_UNTIL(&net, verdict_sum(&net.nodes[1]) > 0);
    net_settle(&net);
    assert_int_equal(net.nodes[1].accepted[0], 0);
    assert_false(peers_is_connected(net.nodes[1].peers, 0, net_now(&net)));
    socket_close(&straight);
    tap_close(&tap, &net);
}

static void reflection_to_the_sender_is_refused(void **state)
{
    (void)state;
    struct tap tap;
    struct net net;
    struct socket back;
    tap_open(&tap, &net);
    size_t accepted = net.nodes[0].accepted[1] + net.nodes[0].accepted[0];
    size_t refused = verdict_sum(&net.nodes[0]);
    stranger_open(&back, SOCKET_PUSH, net.settings.replicas[0].address);
    size_t count = tap.count;
    for (size_t i = 0; i < count; i++) {
        stranger_send(&back, buffer_slice(&tap.frames[i]));
    }
    NET_UNTIL(&net, verdict_sum(&net.nodes[0]) >= refused + count);
    assert_int_equal(net.nodes[0].accepted[1] + net.nodes[0].accepted[0], accepted);
    net_expect(&net, 1, 0, "still the link");
    socket_close(&back);
    tap_close(&tap, &net);
}

static void damage_to_any_byte_is_refused(void **state)
{
    (void)state;
    struct tap tap;
    struct net net;
    tap_open(&tap, &net);
    size_t accepted = net.nodes[1].accepted[0];
    size_t count = tap.count;
    for (size_t i = 0; i < count; i++) {
        struct buffer *frame = &tap.frames[i];
        for (size_t at = 0; at<frame->size; at += frame->size> 64 ? 5 : 1) {
            size_t refused = verdict_sum(&net.nodes[1]);
            frame->data[at] ^= 0x20;
            stranger_send(&tap.out, buffer_slice(frame));
            frame->data[at] ^= 0x20;
            stranger_send(&tap.out, slice_of(frame->data, at));
            NET_UNTIL(&net, verdict_sum(&net.nodes[1]) >= refused + 2);
        }
    }
    assert_int_equal(net.nodes[1].accepted[0], accepted);
    net_expect(&net, 0, 1, "still the link");
    tap_close(&tap, &net);
}

static void garbage_of_every_kind_is_refused(void **state)
{
    (void)state;
    static uint8_t bytes[FRAME_BYTES_MAX + LINK_OVERHEAD_BYTES];
    static const size_t sizes[] = {0,  1,  4,   5,   12,  13,   28,    29,          56,
                                   57, 58, 108, 109, 110, 1000, 70000, sizeof bytes};
    struct net net;
    struct socket stranger;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    stranger_open(&stranger, SOCKET_PUSH, net.settings.replicas[0].address);
    size_t sent = 0;
    size_t before = verdict_sum(&net.nodes[0]);
    for (uint8_t kind = 0; kind < 6; kind++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            memset(bytes, 0xa5 ^ kind, sizes[i]);
            bytes[0] = kind;
            stranger_send(&stranger, slice_of(bytes, sizes[i]));
            sent++;
            net_turn(&net);
        }
    }
    NET_UNTIL(&net, verdict_sum(&net.nodes[0]) >= before + sent);
    net_expect(&net, 1, 0, "still the link");
    socket_close(&stranger);
    net_fini(&net);
}

static void oversize_closes_only_that_connection(void **state)
{
    (void)state;
    static uint8_t bytes[FRAME_BYTES_MAX + 4096];
    struct net net;
    struct socket stranger;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    stranger_open(&stranger, SOCKET_PUSH, net.settings.replicas[0].address);
    size_t before = verdict_sum(&net.nodes[0]);
    for (int i = 0; i < 3; i++) {
        stranger_send(&stranger, slice_of(bytes, sizeof bytes));
        net_settle(&net);
    }
    assert_int_equal(verdict_sum(&net.nodes[0]), before); /* it never got as far as us */
    net_expect(&net, 1, 0, "still the link");
    socket_close(&stranger);
    net_fini(&net);
}

static void flood_of_handshakes_leaves_the_link_alive(void **state)
{
    (void)state;
    uint8_t bytes[LINK_HANDSHAKE_1_BYTES];
    struct net net;
    struct socket stranger;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    stranger_open(&stranger, SOCKET_PUSH, net.settings.replicas[0].address);
    memset(bytes, 0x17, sizeof bytes);
    bytes[0] = LINK_FRAME_HANDSHAKE_1;
    for (int i = 0; i < 2000; i++) {
        stranger_send(&stranger, slice_of(bytes, sizeof bytes));
    }
    net_expect(&net, 1, 0, "in the middle");
    NET_UNTIL(&net, net.nodes[0].verdicts[VERDICT_BAD_AUTHENTICATION] +
                            net.nodes[0].verdicts[VERDICT_OVER_LIMIT] >=
                        2000);
    assert_true(net.nodes[0].verdicts[VERDICT_OVER_LIMIT] > 0);
    net_close_node(&net, 1); /* and who comes back gets in */
    net_open_node(&net, 1);
    net_expect(&net, 1, 0, "back again");
    socket_close(&stranger);
    net_fini(&net);
}

static void half_open_connections_by_the_thousand_do_no_harm(void **state)
{
    (void)state;
    struct net net;
    struct crowd crowd;
    net_init(&net, "tcp", 2);
    net_open_all(&net);
    NET_UNTIL(&net, net_is_meshed(&net, 2));
    crowd_open(&crowd, &net, net.settings.replicas[0].address);
    net_expect(&net, 1, 0, "meanwhile");
    net_expect(&net, 0, 1, "both ways");
    net_close_node(&net, 1);
    net_open_node(&net, 1);
    net_expect(&net, 1, 0, "and after a restart");
    crowd_close(&crowd);
    net_expect(&net, 0, 1, "and after they left");
    net_fini(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay_of_all_recorded_frames_is_refused),
        cmocka_unit_test(replay_after_a_restart_is_refused),
        cmocka_unit_test(reflection_to_the_sender_is_refused),
        cmocka_unit_test(damage_to_any_byte_is_refused),
        cmocka_unit_test(garbage_of_every_kind_is_refused),
        cmocka_unit_test(oversize_closes_only_that_connection),
        cmocka_unit_test(flood_of_handshakes_leaves_the_link_alive),
        cmocka_unit_test(half_open_connections_by_the_thousand_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
