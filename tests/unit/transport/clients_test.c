/* clients_test.c - a listener and its dialers. */
#include "support_net.h"

#include "crypto/link.h"

#include <stdio.h>

enum { CLIENT_KEY = 50 }; /* the first client's key number */

/* A listener that knows `count` client keys and echoes. */
static void open_listener(struct net *net, const char *scheme, char *address, size_t count)
{
    struct public_key keys[DIALERS_MAX];
    struct secret_key secret;
    net_init(net, scheme, 1);
    for (size_t i = 0; i < count; i++) {
        net_key(CLIENT_KEY + (unsigned)i, &secret, &keys[i]);
    }
    net->is_echo = true;
    net_address(net, scheme, address);
    net_open_listener(net, address, count, keys);
}

static bool has(const struct client *client, const char *text)
{
    return slice_is_equal(buffer_slice(&client->last), slice_of_text(text));
}

static void ask(struct net *net, size_t client, const char *question, const char *answer)
{
    uint64_t deadline_ns = net_clock() + DEADLINE_NS;
    while (!has(&net->clients[client], answer)) {
        if (net_clock() > deadline_ns) {
            fail_msg("no answer to %s", question);
        }
        (void)dialer_send(net->clients[client].dialer, slice_of_text(question), net_now(net));
        net_turn(net);
    }
}

static void serve(const char *scheme)
{
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, scheme, address, 2);
    for (size_t i = 0; i < DIALERS_MAX; i++) { /* four processes per key */
        net_open_client(&net, i, CLIENT_KEY + (unsigned)i % 2, address);
    }
    for (size_t i = 0; i < DIALERS_MAX; i++) {
        char question[16];
        char answer[16];
        (void)snprintf(question, sizeof question, "I am %zu", i);
        (void)snprintf(answer, sizeof answer, "%zuI am %zu", i % 2, i);
        ask(&net, i, question, answer);
    }
    net_settle(&net);
    for (size_t i = 0; i < DIALERS_MAX; i++) { /* nobody heard another's answer */
        char answer[16];
        (void)snprintf(answer, sizeof answer, "%zuI am %zu", i % 2, i);
        assert_true(has(&net.clients[i], answer));
    }
    assert_int_equal(listener_link_count(net.listener, net_now(&net)), DIALERS_MAX);
    net_fini(&net);
}

static void dialers_sharing_keys_over_tcp_get_their_own_answers(void **state)
{
    (void)state;
    serve("tcp");
}

static void dialers_sharing_keys_over_tcp6_get_their_own_answers(void **state)
{
    (void)state;
    serve("tcp6");
}

static void dialers_sharing_keys_over_ipc_get_their_own_answers(void **state)
{
    (void)state;
    serve("ipc");
}

static void dialer_after_listener_restart_reconnects(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    struct public_key key;
    struct secret_key secret;
    open_listener(&net, "tcp", address, 1);
    net_key(CLIENT_KEY, &secret, &key);
    net_open_client(&net, 0, CLIENT_KEY, address);
    net_open_client(&net, 1, CLIENT_KEY, address);
    ask(&net, 0, "before", "0before");
    uint64_t sessions = dialer_session_count(net.clients[0].dialer);
    listener_close(net.listener);
    net.listener = NULL;
    NET_UNTIL(&net, !dialer_is_connected(net.clients[0].dialer));
    net_open_listener(&net, address, 1, &key);
    ask(&net, 0, "after", "0after");
    ask(&net, 1, "me too", "0me too");
    assert_true(dialer_session_count(net.clients[0].dialer) > sessions);
    net_fini(&net);
}

static void dialer_before_its_listener_waits_for_it(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    struct public_key key;
    struct secret_key secret;
    net_init(&net, "ipc", 1);
    net_address(&net, "ipc", address);
    net_open_client(&net, 0, CLIENT_KEY, address);
    net_settle(&net);
    assert_false(dialer_is_connected(net.clients[0].dialer));
    assert_string_equal(dialer_trouble(net.clients[0].dialer), "nobody answers at this address");
    assert_false(dialer_send(net.clients[0].dialer, slice_of_text("early"), net_now(&net)));
    net_key(CLIENT_KEY, &secret, &key);
    net.is_echo = true;
    net_open_listener(&net, address, 1, &key);
    ask(&net, 0, "at last", "0at last");
    assert_null(dialer_trouble(net.clients[0].dialer));
    net_fini(&net);
}

static void dialer_with_an_unknown_key_gets_nothing(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "tcp", address, 1);
    net_open_client(&net, 0, 99, address);
    NET_UNTIL(&net, net.listener_verdicts[VERDICT_UNKNOWN_SENDER] > 1);
    assert_non_null(strstr(dialer_trouble(net.clients[0].dialer), "is our key"));
    assert_int_equal(dialer_session_count(net.clients[0].dialer), 0);
    assert_int_equal(listener_link_count(net.listener, net_now(&net)), 0);
    net_fini(&net);
}

static void dialer_with_a_name_that_does_not_resolve_says_so(void **state)
{
    (void)state;
    struct net net;
    net_init(&net, "ipc", 1);
    net_open_client(&net, 0, CLIENT_KEY, "tcp://no-such-host.invalid:4000");
    net_settle(&net);
    assert_non_null(strstr(dialer_trouble(net.clients[0].dialer), "does not resolve"));
    assert_false(dialer_send(net.clients[0].dialer, slice_of_text("x"), net_now(&net)));
    net_fini(&net);
}

static void dialer_for_another_replica_gets_nothing(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    struct dialer_settings settings = {.genesis = net_genesis()};
    struct secret_key secret;
    struct public_key public;
    open_listener(&net, "tcp", address, 1);
    settings.address = address;
    net_key(1, &secret, &settings.replica);
    net_key(CLIENT_KEY, &settings.secret, &public);
    assert_int_equal(dialer_open(&net.clients[0].dialer, &settings, net_now(&net), NULL), OK);
    NET_UNTIL(&net, net.listener_verdicts[VERDICT_BAD_AUTHENTICATION] > 1);
    assert_int_equal(dialer_session_count(net.clients[0].dialer), 0);
    net_fini(&net);
}

static void dialer_that_is_quiet_stays_connected(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "ipc", address, 1);
    net_open_client(&net, 0, CLIENT_KEY, address);
    ask(&net, 0, "once", "0once");
    net_settle(&net);
    uint64_t sessions = dialer_session_count(net.clients[0].dialer);
    for (int i = 0; i < 30; i++) { /* two minutes */
        net.ahead_ns += UINT64_C(4000000000);
        net_turn(&net);
        net_turn(&net);
        net_turn(&net);
    }
    assert_int_equal(dialer_session_count(net.clients[0].dialer), sessions);
    assert_int_equal(listener_link_count(net.listener, net_now(&net)), 1);
    net_fini(&net);
}

static void dialer_that_renews_keeps_its_link(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "ipc", address, 1);
    net_open_client(&net, 0, CLIENT_KEY, address);
    ask(&net, 0, "once", "0once");
    net_settle(&net);
    uint64_t sessions = dialer_session_count(net.clients[0].dialer);
    uint64_t end_ns = net_now(&net) + LINK_REKEY_AFTER_NS;
    while (net_now(&net) < end_ns) { /* in steps: after a long silence it would connect anew */
        net.ahead_ns += UINT64_C(4000000000);
        net_turn(&net);
        net_turn(&net);
        net_turn(&net);
    }
    NET_UNTIL(&net, dialer_session_count(net.clients[0].dialer) > sessions);
    ask(&net, 0, "again", "0again");
    assert_int_equal(listener_link_count(net.listener, net_now(&net)), 1);
    net_fini(&net);
}

static void listener_send_to_a_link_that_never_was_fails(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "ipc", address, 1);
    assert_false(listener_send(net.listener, 0, slice_of_text("x"), net_now(&net)));
    for (link_nr nr = 1; nr < 5000; nr++) {
        assert_false(listener_send(net.listener, nr, slice_of_text("x"), net_now(&net)));
    }
    assert_false(listener_send(net.listener, UINT64_MAX, slice_of_text("x"), net_now(&net)));
    net_fini(&net);
}

static void listener_with_an_address_in_use_names_it(void **state)
{
    (void)state;
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "tcp", address, 1);
    struct listener_settings settings = {.genesis = net_genesis(), .address = address};
    struct public_key public;
    struct error_text text = {.text = ""};
    struct listener *second = NULL;
    net_key(0, &settings.secret, &public);
    assert_int_equal(listener_open(&second, &settings, &text), ERROR_IN_USE);
    assert_null(second);
    assert_non_null(strstr(text.text, address));
    net_fini(&net);
}

static void listener_that_gets_garbage_serves_on(void **state)
{
    (void)state;
    static uint8_t bytes[FRAME_BYTES_MAX + 8192];
    static const size_t sizes[] = {0, 1, 4, 12, 28, 29, 57, 108, 109, 110, 70000, sizeof bytes};
    struct net net;
    struct socket stranger;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "tcp", address, 1);
    net_open_client(&net, 0, CLIENT_KEY, address);
    ask(&net, 0, "before", "0before");
    net_settle(&net); /* it may have been asked more than once */
    size_t accepted = net.listener_accepted;
    stranger_open(&stranger, SOCKET_RAW_REQ, address);
    for (uint8_t kind = 0; kind < 6; kind++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            memset(bytes, 0x5a ^ kind, sizes[i]);
            bytes[0] = kind;
            stranger_send(&stranger, slice_of(bytes, sizes[i]));
            net_turn(&net);
        }
    }
    NET_UNTIL(&net, net.listener_verdicts[VERDICT_MALFORMED] >= 10);
    assert_int_equal(net.listener_accepted, accepted);
    ask(&net, 0, "after", "0after");
    struct packet packet;
    assert_false(socket_receive(&stranger, &packet)); /* strangers get nothing */
    socket_close(&stranger);
    net_fini(&net);
}

static void listener_with_a_client_that_does_not_read_serves_others(void **state)
{
    (void)state;
    static uint8_t question[16 * 1024];
    struct net net;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "tcp", address, 2);
    net_open_client(&net, 0, CLIENT_KEY, address);
    net_open_client(&net, 1, CLIENT_KEY + 1, address);
    ask(&net, 0, "before", "0before");
    struct dialer *deaf = net.clients[0].dialer;
    net.clients[0].dialer = NULL;
    for (int i = 0; i < 1000; i++) {
        (void)dialer_send(deaf, slice_of(question, sizeof question), net_now(&net));
        if (i % 50 == 0) {
            net_turn(&net);
        }
    }
    ask(&net, 1, "and me?", "1and me?");
    net.clients[0].dialer = deaf;
    ask(&net, 0, "back", "0back");
    net_fini(&net);
}

static void half_open_connections_by_the_thousand_do_no_harm(void **state)
{
    (void)state;
    struct net net;
    struct crowd crowd;
    char address[ADDRESS_BYTES_MAX];
    open_listener(&net, "tcp", address, 2);
    net_open_client(&net, 0, CLIENT_KEY, address);
    ask(&net, 0, "before", "0before");
    crowd_open(&crowd, &net, address);
    ask(&net, 0, "meanwhile", "0meanwhile");
    net_open_client(&net, 1, CLIENT_KEY + 1, address);
    ask(&net, 1, "I am new", "1I am new");
    crowd_close(&crowd);
    ask(&net, 0, "after", "0after");
    net_fini(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialers_sharing_keys_over_tcp_get_their_own_answers),
        cmocka_unit_test(dialers_sharing_keys_over_tcp6_get_their_own_answers),
        cmocka_unit_test(dialers_sharing_keys_over_ipc_get_their_own_answers),
        cmocka_unit_test(dialer_after_listener_restart_reconnects),
        cmocka_unit_test(dialer_before_its_listener_waits_for_it),
        cmocka_unit_test(dialer_with_an_unknown_key_gets_nothing),
        cmocka_unit_test(dialer_with_a_name_that_does_not_resolve_says_so),
        cmocka_unit_test(dialer_for_another_replica_gets_nothing),
        cmocka_unit_test(dialer_that_is_quiet_stays_connected),
        cmocka_unit_test(dialer_that_renews_keeps_its_link),
        cmocka_unit_test(listener_send_to_a_link_that_never_was_fails),
        cmocka_unit_test(listener_with_an_address_in_use_names_it),
        cmocka_unit_test(listener_that_gets_garbage_serves_on),
        cmocka_unit_test(listener_with_a_client_that_does_not_read_serves_others),
        cmocka_unit_test(half_open_connections_by_the_thousand_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
