/* links_test.c - more client links than a listener keeps. Links are made by hand, many keys over
 * few connections, since nanomsg has room for some hundred sockets per process only. */
#include "support_net.h"

#include "crypto/link.h"

#define KEYS        CLIENTS_MAX
#define CONNECTIONS 9u /* times KEYS is more than LISTENER_LINKS_MAX */
#define FIRST_KEY   50u
#define BETWEEN_NS  UINT64_C(130000000) /* handshakes, so that no limit of their rate is met */

struct crafted {
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    struct link_identity identities[KEYS];
    uint8_t replica[32];
    struct socket sockets[CONNECTIONS];
    uint64_t timestamp;
};

static void crafted_open(struct crafted *crafted)
{
    static struct public_key keys[KEYS];
    struct digest genesis = net_genesis();
    struct secret_key secret;
    struct public_key public;
    net_init(&crafted->net, "ipc", 1);
    net_key(0, &secret, &public);
    assert_true(link_public_from(&public, crafted->replica));
    for (unsigned i = 0; i < KEYS; i++) {
        net_key(FIRST_KEY + i, &secret, &keys[i]);
        assert_int_equal(link_identity_init(&crafted->identities[i], &secret, &genesis), OK);
    }
    crafted->net.is_echo = true;
    crafted->timestamp = 1;
    net_address(&crafted->net, "ipc", crafted->address);
    net_open_listener(&crafted->net, crafted->address, KEYS, keys);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        stranger_open(&crafted->sockets[i], SOCKET_RAW_REQ, crafted->address);
    }
}

static void crafted_close(struct crafted *crafted)
{
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        socket_close(&crafted->sockets[i]);
    }
    net_fini(&crafted->net);
}

static void initiate(struct crafted *crafted, unsigned key, unsigned connection,
                     struct link_initiator *initiator)
{
    uint8_t frame[LINK_HANDSHAKE_1_BYTES];
    crafted->net.ahead_ns += BETWEEN_NS;
    assert_int_equal(link_initiate(initiator, &crafted->identities[key], crafted->replica, 7,
                                   crafted->timestamp++, NULL, frame),
                     OK);
    stranger_send(&crafted->sockets[connection], slice_of(frame, sizeof frame));
}

static void receive(struct crafted *crafted, unsigned connection, struct packet *packet)
{
    uint64_t deadline_ns = net_clock() + DEADLINE_NS;
    crafted->net.also_fd = socket_fd(&crafted->sockets[connection]);
    while (!socket_receive(&crafted->sockets[connection], packet)) {
        assert_true(net_clock() < deadline_ns);
        net_turn(&crafted->net);
    }
}

/* A whole handshake, and one question with its answer. */
static void make_link(struct crafted *crafted, unsigned key, unsigned connection,
                      struct link_session *session)
{
    struct link_initiator initiator;
    struct packet packet;
    uint8_t frame[LINK_OVERHEAD_BYTES + 1];
    initiate(crafted, key, connection, &initiator);
    receive(crafted, connection, &packet);
    assert_int_equal(link_complete(&initiator, &crafted->identities[key],
                                   slice_of(packet.chunk, packet.size), session),
                     VERDICT_ACCEPTED);
    chunk_free(packet.chunk);
    link_seal(session, slice_of_text("?"), frame);
    stranger_send(&crafted->sockets[connection], slice_of(frame, sizeof frame));
    receive(crafted, connection, &packet);
    uint8_t plain[8];
    assert_true(packet.size <= sizeof plain + LINK_OVERHEAD_BYTES);
    assert_int_equal(link_open(session, slice_of(packet.chunk, packet.size), plain),
                     VERDICT_ACCEPTED);
    chunk_free(packet.chunk);
}

static bool is_known(struct crafted *crafted, unsigned connection, struct link_session *session)
{
    uint8_t frame[LINK_OVERHEAD_BYTES + 1];
    size_t accepted = crafted->net.listener_accepted;
    size_t unknown = crafted->net.listener_verdicts[VERDICT_UNKNOWN_SENDER];
    link_seal(session, slice_of_text("?"), frame);
    stranger_send(&crafted->sockets[connection], slice_of(frame, sizeof frame));
    NET_UNTIL(&crafted->net, crafted->net.listener_accepted > accepted ||
                                 crafted->net.listener_verdicts[VERDICT_UNKNOWN_SENDER] > unknown);
    if (crafted->net.listener_accepted == accepted) {
        return false;
    }
    struct packet packet;
    receive(crafted, connection, &packet);
    chunk_free(packet.chunk);
    return true;
}

static void links_beyond_the_limit_push_out_the_silent_of_the_greediest(void **state)
{
    (void)state;
    static struct crafted crafted;
    static struct link_session sessions[CONNECTIONS][KEYS];
    crafted_open(&crafted);
    /* Key 0 has CONNECTIONS links, the others fewer: LISTENER_LINKS_MAX together. */
    unsigned made = 0;
    for (unsigned connection = 0; connection < CONNECTIONS; connection++) {
        make_link(&crafted, 0, connection, &sessions[connection][0]);
        made++;
    }
    for (unsigned connection = 0; connection < CONNECTIONS - 1; connection++) {
        for (unsigned key = 1; key < KEYS && made < LISTENER_LINKS_MAX; key++) {
            make_link(&crafted, key, connection, &sessions[connection][key]);
            made++;
        }
    }
    assert_int_equal(made, LISTENER_LINKS_MAX);
    assert_true(is_known(&crafted, 0, &sessions[0][0])); /* so the second is the longest silent */
    make_link(&crafted, KEYS - 1, CONNECTIONS - 1, &sessions[CONNECTIONS - 1][KEYS - 1]);
    assert_false(is_known(&crafted, 1, &sessions[1][0]));
    assert_true(is_known(&crafted, 0, &sessions[0][0]));
    assert_true(is_known(&crafted, 2, &sessions[2][0]));
    assert_true(is_known(&crafted, 0, &sessions[0][1])); /* longer silent, but not greedy */
    assert_true(is_known(&crafted, CONNECTIONS - 1, &sessions[CONNECTIONS - 1][KEYS - 1]));
    crafted_close(&crafted);
}

static void handshakes_never_proven_push_out_no_link(void **state)
{
    (void)state;
    static struct crafted crafted;
    struct link_session session;
    struct link_initiator initiator;
    struct packet packet;
    crafted_open(&crafted);
    make_link(&crafted, 0, 0, &session);
    for (unsigned connection = 1; connection < 4; connection++) {
        for (unsigned key = 0; key < KEYS; key++) {
            initiate(&crafted, key, connection, &initiator);
            receive(&crafted, connection, &packet);
            chunk_free(packet.chunk);
        }
    }
    assert_true(is_known(&crafted, 0, &session));
    make_link(&crafted, 1, 0, &session);
    crafted_close(&crafted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_beyond_the_limit_push_out_the_silent_of_the_greediest),
        cmocka_unit_test(handshakes_never_proven_push_out_no_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
