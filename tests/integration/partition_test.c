/* partition_test.c - replicas that run and cannot reach each other for a while. Every replica
 * reaches every other through a proxy of its own, by its own copy of the group file: addresses are
 * no part of a group's identity. */
#include "support/load.h"
#include "support/proxy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

#define REPLICAS 4u
#define SOME     400u
#define QUIET_MS 3000

struct net {
    struct test_group *group;
    struct proxy *proxies[REPLICAS][REPLICAS]; /* [from][to] */
};

static void edit_address(const struct net *net, unsigned from, unsigned to)
{
    char name[32];
    char old[64];
    char new[64];
    unsigned port = net->group->base_port + 2 * to;
    (void)snprintf(name, sizeof name, "replica-%u/group.conf", from);
    (void)snprintf(old, sizeof old, "peer = \"tcp://%s:%u\"", net->group->host, port);
    (void)snprintf(new, sizeof new, "peer = \"tcp://%s:%u\"", net->group->host,
                   proxy_port(net->proxies[from][to]));
    test_group_edit(net->group, name, old, new);
}

static void net_init(struct net *net)
{
    net->group = test_group_new(NULL);
    for (unsigned from = 0; from < REPLICAS; from++) {
        for (unsigned to = 0; to < REPLICAS; to++) {
            if (from != to) {
                net->proxies[from][to] =
                    proxy_new(net->group->host, net->group->base_port + 2 * to, 0);
                edit_address(net, from, to);
            }
        }
    }
    test_group_start_all(net->group);
    test_group_wait_ready(net->group);
}

static void net_fini(struct net *net)
{
    test_group_free(net->group);
    proxy_free_all();
}

/* One direction. */
static void cut(struct net *net, unsigned from, unsigned to)
{
    proxy_cut(net->proxies[from][to]);
}

static void heal_all(struct net *net)
{
    for (unsigned from = 0; from < REPLICAS; from++) {
        for (unsigned to = 0; to < REPLICAS; to++) {
            if (from != to) {
                proxy_heal(net->proxies[from][to]);
            }
        }
    }
}

static void isolate(struct net *net, unsigned id, bool inwards, bool outwards)
{
    for (unsigned i = 0; i < REPLICAS; i++) {
        if (i != id && outwards) {
            cut(net, id, i);
        }
        if (i != id && inwards) {
            cut(net, i, id);
        }
    }
}

static void load_for(struct load *load, int64_t ms)
{
    int64_t end_ms = test_now_ms() + ms;
    while (test_now_ms() < end_ms) {
        load_wait(load, SOME);
    }
}

static void isolated_replica_catches_up(void **state)
{
    (void)state;
    struct net net;
    net_init(&net);
    struct load *load = load_start(net.group, NULL);
    for (unsigned i = 0; i < REPLICAS; i++) {
        struct status ahead;
        load_wait(load, SOME);
        isolate(&net, i, true, true);
        load_for(load, QUIET_MS);
        test_group_must_look(net.group, (i + 1) % REPLICAS, &ahead);
        heal_all(&net);
        test_group_wait_height(net.group, i, ahead.height);
    }
    load_finish(load);
    net_fini(&net);
}

/* It hears all and is not heard, or the other way round. */
static void one_way_isolation_is_survived(void **state)
{
    (void)state;
    struct net net;
    net_init(&net);
    struct load *load = load_start(net.group, NULL);
    for (unsigned i = 0; i < REPLICAS; i++) {
        isolate(&net, i, i % 2 == 0, i % 2 == 1);
        load_for(load, QUIET_MS);
        heal_all(&net);
        load_wait(load, SOME);
    }
    load_finish(load);
    net_fini(&net);
}

/* Two and two: neither half may go on alone. */
static void split_in_halves_decides_nothing(void **state)
{
    (void)state;
    struct net net;
    struct status before[REPLICAS];
    struct status after;
    net_init(&net);
    struct load *load = load_start(net.group, NULL);
    load_wait(load, SOME);
    for (unsigned i = 0; i < REPLICAS; i++) {
        for (unsigned j = 0; j < REPLICAS; j++) {
            if (i % 2 != j % 2) {
                cut(&net, i, j);
            }
        }
    }
    int64_t end_ms = test_now_ms() + QUIET_MS; /* what was under way may still be decided */
    while (test_now_ms() < end_ms) {
        for (unsigned i = 0; i < REPLICAS; i++) {
            test_group_must_look(net.group, i, &before[i]);
        }
        test_pause_ms(50);
    }
    end_ms = test_now_ms() + QUIET_MS;
    while (test_now_ms() < end_ms) {
        for (unsigned i = 0; i < REPLICAS; i++) {
            test_group_must_look(net.group, i, &after);
            assert_int_equal(after.height, before[i].height);
        }
        test_pause_ms(50);
    }
    heal_all(&net);
    load_wait(load, SOME);
    load_finish(load);
    net_fini(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(isolated_replica_catches_up, load_teardown),
        cmocka_unit_test_teardown(one_way_isolation_is_survived, load_teardown),
        cmocka_unit_test_teardown(split_in_halves_decides_nothing, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
