/* support_net.c - see support_net.h. */
#include "support_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPTS 50

/* nanomsg 1.1.5 leaks the endpoint whose bind failed: once per start that is refused. */
const char *__lsan_default_suppressions(void); /* NOLINT */
const char *__lsan_default_suppressions(void)  /* NOLINT: the sanitizer's name */
{
    return "leak:nn_bipc_create\nleak:nn_btcp_create\n";
}

void net_key(unsigned number, struct secret_key *secret, struct public_key *public)
{
    uint8_t seed[SEED_BYTES] = {7};
    put_u32(seed + 1, number);
    signature_from_seed(seed, secret, public);
}

struct digest net_genesis(void)
{
    return (struct digest){.bytes = "a group for tests"};
}

uint64_t net_clock(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t net_now(const struct net *net)
{
    return net_clock() + net->ahead_ns;
}

static unsigned free_port(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool is_v4 = family == AF_INET;
    struct sockaddr *name = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
    socklen_t size = is_v4 ? sizeof v4 : sizeof v6;
    assert_int_equal(bind(fd, name, size), 0);
    assert_int_equal(getsockname(fd, name, &size), 0);
    assert_int_equal(close(fd), 0);
    return ntohs(is_v4 ? v4.sin_port : v6.sin6_port);
}

void net_address(struct net *net, const char *scheme, char address[ADDRESS_BYTES_MAX])
{
    static unsigned serial;
    int size = 0;
    if (strcmp(scheme, "ipc") == 0) {
        if (net->folder[0] == '\0') {
            (void)snprintf(net->folder, sizeof net->folder, "/tmp/strategos-test-XXXXXX");
            assert_non_null(mkdtemp(net->folder));
        }
        size = snprintf(address, ADDRESS_BYTES_MAX, "ipc://%s/%u", net->folder, serial++);
    } else if (strcmp(scheme, "tcp6") == 0) {
        size = snprintf(address, ADDRESS_BYTES_MAX, "tcp://[::1]:%u", free_port(AF_INET6));
    } else {
        size = snprintf(address, ADDRESS_BYTES_MAX, "tcp://127.0.0.1:%u", free_port(AF_INET));
    }
    assert_in_range(size, 1, ADDRESS_BYTES_MAX - 1);
}

void net_init(struct net *net, const char *scheme, size_t count)
{
    struct secret_key secret;
    *net = (struct net){.settings = {.genesis = net_genesis(), .replica_count = count}};
    assert_int_equal(signature_library_init(), OK);
    for (size_t i = 0; i < count; i++) {
        net_key((unsigned)i, &secret, &net->settings.replicas[i].key);
        net_address(net, scheme, net->settings.replicas[i].address);
    }
}

void net_fini(struct net *net)
{
    for (replica_id id = 0; id < NODES_MAX; id++) {
        net_close_node(net, id);
        buffer_fini(&net->nodes[id].last);
    }
    for (size_t i = 0; i < DIALERS_MAX; i++) {
        dialer_close(net->clients[i].dialer);
        buffer_fini(&net->clients[i].last);
    }
    listener_close(net->listener);
    if (net->folder[0] != '\0') {
        char command[128]; /* nothing but sockets of this test lies there */
        (void)snprintf(command, sizeof command, "rm -rf '%s'", net->folder);
        assert_int_equal(system(command), 0); /* NOLINT(concurrency-mt-unsafe) */
    }
}

void net_open_node(struct net *net, replica_id id)
{
    struct peers_settings settings = net->settings;
    struct public_key public;
    struct error_text text = {.text = ""};
    enum error error = ERROR_IN_USE;
    settings.self = id;
    net_key(id, &settings.secret, &public);
    for (int i = 0; error == ERROR_IN_USE && i < ATTEMPTS; i++) {
        error = peers_open(&net->nodes[id].peers, &settings, net_now(net), &text);
        if (error == ERROR_IN_USE) {
            net_address(net, "tcp", settings.replicas[id].address);
            net->settings = settings;
        }
    }
    if (error != OK) {
        fail_msg("%s", text.text);
    }
}

void net_open_all(struct net *net)
{
    for (replica_id id = 0; id < net->settings.replica_count; id++) {
        net_open_node(net, id);
    }
}

void net_close_node(struct net *net, replica_id id)
{
    peers_close(net->nodes[id].peers);
    net->nodes[id].peers = NULL;
}

void net_open_listener(struct net *net, char address[ADDRESS_BYTES_MAX], size_t client_count,
                       const struct public_key *clients)
{
    struct listener_settings settings = {
        .genesis = net_genesis(),
        .address = address,
        .client_count = client_count,
        .clients = clients,
    };
    struct public_key public;
    struct error_text text = {.text = ""};
    enum error error = ERROR_IN_USE;
    net_key(0, &settings.secret, &public);
    for (int i = 0; error == ERROR_IN_USE && i < ATTEMPTS; i++) {
        error = listener_open(&net->listener, &settings, &text);
        if (error == ERROR_IN_USE) {
            net_address(net, "tcp", address);
        }
    }
    if (error != OK) {
        fail_msg("%s", text.text);
    }
}

void net_open_client(struct net *net, size_t client, unsigned key, const char *address)
{
    struct dialer_settings settings = {.genesis = net_genesis(), .address = address};
    struct secret_key secret;
    struct public_key public;
    struct error_text text = {.text = ""};
    net_key(0, &secret, &settings.replica);
    net_key(key, &settings.secret, &public);
    if (dialer_open(&net->clients[client].dialer, &settings, net_now(net), &text) != OK) {
        fail_msg("%s", text.text);
    }
}

static uint64_t serve_node(struct net *net, struct node *node)
{
    struct peers_event event;
    while (peers_receive(node->peers, net_now(net), &event)) {
        node->verdicts[event.verdict]++;
        if (event.verdict == VERDICT_ACCEPTED) {
            node->accepted[event.from]++;
            buffer_clear(&node->last);
            buffer_append(&node->last, event.bytes);
        }
    }
    return peers_tick(node->peers, net_now(net));
}

static void serve_listener(struct net *net)
{
    struct listener_event event;
    while (listener_receive(net->listener, net_now(net), &event)) {
        net->listener_verdicts[event.verdict]++;
        if (event.verdict != VERDICT_ACCEPTED) {
            continue;
        }
        net->listener_accepted++;
        if (net->is_echo) {
            struct buffer echo = {.data = NULL};
            uint8_t number = (uint8_t)('0' + event.client);
            buffer_append(&echo, slice_of(&number, 1));
            buffer_append(&echo, event.bytes);
            assert_true(
                listener_send(net->listener, event.link, buffer_slice(&echo), net_now(net)));
            buffer_fini(&echo);
        }
    }
}

static uint64_t serve_client(struct net *net, struct client *client)
{
    struct dialer_event event;
    while (dialer_receive(client->dialer, net_now(net), &event)) {
        client->verdicts[event.verdict]++;
        if (event.verdict == VERDICT_ACCEPTED) {
            client->accepted++;
            buffer_clear(&client->last);
            buffer_append(&client->last, event.bytes);
        }
    }
    return dialer_tick(client->dialer, net_now(net));
}

void net_turn(struct net *net)
{
    struct pollfd fds[NODES_MAX + DIALERS_MAX + 2];
    nfds_t count = 0;
    uint64_t due_ns = net_now(net) + 10 * UINT64_C(1000000);
    for (size_t i = 0; i < NODES_MAX; i++) {
        if (net->nodes[i].peers != NULL) {
            uint64_t node_due_ns = serve_node(net, &net->nodes[i]);
            due_ns = node_due_ns < due_ns ? node_due_ns : due_ns;
            fds[count++] = (struct pollfd){.fd = peers_fd(net->nodes[i].peers), .events = POLLIN};
        }
    }
    if (net->listener != NULL) {
        serve_listener(net);
        fds[count++] = (struct pollfd){.fd = listener_fd(net->listener), .events = POLLIN};
    }
    for (size_t i = 0; i < DIALERS_MAX; i++) {
        if (net->clients[i].dialer != NULL) {
            uint64_t client_due_ns = serve_client(net, &net->clients[i]);
            due_ns = client_due_ns < due_ns ? client_due_ns : due_ns;
            fds[count++] =
                (struct pollfd){.fd = dialer_fd(net->clients[i].dialer), .events = POLLIN};
        }
    }
    if (net->also_fd > 0) {
        fds[count++] = (struct pollfd){.fd = net->also_fd, .events = POLLIN};
    }
    if (net->on_turn != NULL) {
        net->on_turn(net->context);
    }
    uint64_t now_ns = net_now(net);
    int wait_ms = due_ns > now_ns ? (int)((due_ns - now_ns) / 1000000) + 1 : 0;
    int ready = poll(fds, count, wait_ms);
    assert_true(ready >= 0 || errno == EINTR);
}

void net_settle(struct net *net)
{
    for (int i = 0; i < SETTLE_TURNS; i++) {
        net_turn(net);
    }
}

bool net_is_meshed(const struct net *net, size_t count)
{
    for (replica_id a = 0; a < count; a++) {
        for (replica_id b = 0; b < count; b++) {
            if (a != b && !peers_is_connected(net->nodes[a].peers, b, net_now(net))) {
                return false;
            }
        }
    }
    return true;
}

void net_send(struct net *net, replica_id from, replica_id to, const char *text)
{
    peers_send(net->nodes[from].peers, to, slice_of_text(text), net_now(net));
}

void net_expect(struct net *net, replica_id from, replica_id to, const char *text)
{
    uint64_t deadline_ns = net_clock() + DEADLINE_NS;
    while (!slice_is_equal(buffer_slice(&net->nodes[to].last), slice_of_text(text))) {
        if (net_clock() > deadline_ns) {
            fail_msg("%s did not arrive", text);
        }
        net_send(net, from, to, text);
        net_turn(net);
    }
}

void stranger_open(struct socket *socket, enum socket_kind kind, const char *address)
{
    struct address parsed;
    struct endpoint endpoint;
    assert_int_equal(address_parse(&parsed, address, NULL), OK);
    assert_true(address_to_endpoint(&parsed, &endpoint));
    assert_int_equal(socket_open(socket, kind, endpoint.is_ipv6, NULL), OK);
    assert_int_equal(socket_connect(socket, &endpoint, address, NULL), OK);
}

void stranger_send(struct socket *socket, struct slice bytes)
{
    uint8_t *chunk = chunk_new(bytes.size);
    uint64_t deadline_ns = net_clock() + DEADLINE_NS;
    assert_non_null(chunk);
    bytes_copy(chunk, bytes.data, bytes.size);
    while (socket_send(socket, chunk, NULL) != SEND_DONE) {
        assert_true(net_clock() < deadline_ns);
        (void)poll(NULL, 0, 1); /* the library connects on a thread of its own */
    }
}

static int connect_plainly(const char *address)
{
    unsigned port = 0;
    assert_int_equal(sscanf(address, "tcp://127.0.0.1:%u", &port), 1); /* NOLINT(cert-err34-c) */
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)},
                               .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void crowd_open(struct crowd *crowd, struct net *net, const char *address)
{
    /* As nanomsg greets: protocol 0x50 is a PUSH socket, 0x30 a REQ. */
    uint8_t greeting[] = {0, 'S', 'P', 0, 0, net->listener == NULL ? 0x50 : 0x30, 0, 0};
    struct linger reset = {.l_onoff = 1};
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    /* Both ends are ours here. */
    crowd->count = limit.rlim_cur / 4 > CROWD_MAX ? CROWD_MAX : limit.rlim_cur / 4;
    for (size_t i = 0; i < crowd->count; i++) {
        int fd = connect_plainly(address);
        crowd->fds[i] = fd;
        if (fd < 0) {
            continue;
        }
        if (i % 4 == 1) {
            assert_int_equal(send(fd, greeting, sizeof greeting, MSG_NOSIGNAL), sizeof greeting);
        } else if (i % 4 == 2) {
            assert_int_equal(send(fd, greeting, 3, MSG_NOSIGNAL), 3);
        } else if (i % 4 == 3) {
            assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
            assert_int_equal(close(fd), 0);
            crowd->fds[i] = -1;
        }
        if (i % 64 == 0) {
            net_turn(net);
        }
    }
}

void crowd_close(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->fds[i] >= 0) {
            (void)close(crowd->fds[i]);
        }
    }
}
