/* world_test.c - whole groups of cores over bad networks, with restarts, silence and partitions. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SECONDS (1000 * MS)

static struct world_settings group_of(size_t n, uint64_t seed)
{
    return (struct world_settings){.replica_count = n,
                                   .fault_count = (n - 1) / 3,
                                   .client_count = 2,
                                   .seed = seed,
                                   .delta_ns = 100 * MS,
                                   .delay_min_ns = 1 * MS,
                                   .delay_max_ns = 20 * MS};
}

static void request_some(struct world *world, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "put %zu", i);
        world_request(world, i % world->settings.client_count, text);
        world_run(world, 3 * MS);
    }
}

static void assert_sound(struct world *world)
{
    if (world->fault != NULL) {
        fail_msg("seed %llu: %s", (unsigned long long)world->settings.seed, world->fault);
    }
}

static void settle_and_free(struct world *world, uint64_t limit_ns)
{
    bool is_settled = world_settle(world, limit_ns);
    assert_sound(world);
    if (!is_settled) {
        for (size_t i = 0; i < world->settings.node_count; i++) {
            struct replica_view view = {0};
            if (world->nodes[i].core != NULL) {
                replica_look(world->nodes[i].core, &view);
            }
            print_message("node %zu: view %llu height %llu of %zu pending %llu awake %d\n", i,
                          (unsigned long long)view.view, (unsigned long long)view.height,
                          world->log_count, (unsigned long long)view.pending_segments,
                          view.is_awake);
        }
        fail_msg("seed %llu: stuck", (unsigned long long)world->settings.seed);
    }
    world_free(world);
}

static void group_good_network_decides_all(void **state)
{
    (void)state;
    size_t const sizes[] = {4, 7, 31};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct world_settings settings = group_of(sizes[i], 1);
        struct world *world = world_new(&settings);
        request_some(world, sizes[i] == 31 ? 6 : 20);
        settle_and_free(world, 2 * SECONDS);
    }
}

static void group_bad_network_agrees(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world_settings settings = group_of(seed % 4 == 0 ? 7 : 4, seed);
        settings.loss_percent = (unsigned)(seed % 30);
        settings.duplicate_percent = 10;
        settings.client_loss_percent = 20;
        settings.delay_max_ns = seed % 3 == 0 ? 250 * MS : 40 * MS;
        struct world *world = world_new(&settings);
        request_some(world, 30);
        world->settings.loss_percent = 0;
        world->settings.delay_max_ns = 20 * MS;
        settle_and_free(world, 60 * SECONDS);
    }
}

static void group_silent_replica_goes_on(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world_settings settings = group_of(4, seed);
        struct world *world = world_new(&settings);
        world_crash(world, seed % 4);
        request_some(world, 20);
        settle_and_free(world, 10 * SECONDS);
    }
}

static void group_partition_heals(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world_settings settings = group_of(4, seed);
        struct world *world = world_new(&settings);
        request_some(world, 5);
        for (size_t a = 0; a < 2; a++) { /* two and two, or one alone */
            for (size_t b = 2; b < 4; b++) {
                world_link(world, a, b, seed % 2 == 0 && a == 1);
            }
        }
        request_some(world, 10);
        world_run(world, (seed % 5) * SECONDS);
        world_link_all(world);
        settle_and_free(world, 30 * SECONDS);
    }
}

static void restart_of_one_or_all_keeps_what_was_said(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world_settings settings = group_of(4, seed);
        settings.loss_percent = (unsigned)(seed % 10);
        struct world *world = world_new(&settings);
        for (size_t round = 0; round < 6; round++) {
            request_some(world, 4);
            for (size_t i = 0; i < 4; i++) {
                if (seed % 2 == 0 || i == (seed + round) % 4) {
                    world->nodes[i].crash_in = 1 + prng_below(&world->prng, 12);
                }
            }
            world_run(world, prng_below(&world->prng, 100) * MS);
            for (size_t i = 0; i < 4; i++) {
                if (seed % 2 == 0 && world->nodes[i].core != NULL && seed % 4 == 0) {
                    world_crash(world, i);
                }
                if (world->nodes[i].core == NULL) {
                    world_restart(world, i, true);
                }
                world->nodes[i].crash_in = 0;
            }
        }
        world->settings.loss_percent = 0;
        settle_and_free(world, 60 * SECONDS);
    }
}

static void dump_is_enough_for_restarts_of_all(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world_settings settings = group_of(4, seed);
        settings.client_loss_percent = 30;
        settings.loss_percent = 5;
        struct world *world = world_new(&settings);
        for (size_t round = 0; round < 4; round++) {
            request_some(world, 6);
            for (size_t i = 0; i < 4; i++) {
                world_dump(world, i);
            }
            request_some(world, prng_below(&world->prng, 4));
            for (size_t i = 0; i < 4; i++) {
                world_crash(world, i);
            }
            for (size_t i = 0; i < 4; i++) {
                world_restart(world, i, true);
            }
        }
        world->settings.loss_percent = 0;
        settle_and_free(world, 60 * SECONDS);
    }
}

static void replica_away_for_long_catches_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct world_settings settings = group_of(4, seed);
        struct world *world = world_new(&settings);
        world_crash(world, 3);
        request_some(world, seed * 300);
        world_restart(world, 3, true);
        settle_and_free(world, 30 * SECONDS);
    }
}

static void same_seed_same_trace(void **state)
{
    (void)state;
    uint64_t traces[2];
    for (int i = 0; i < 2; i++) {
        struct world_settings settings = group_of(4, 77);
        settings.loss_percent = 20;
        struct world *world = world_new(&settings);
        request_some(world, 20);
        traces[i] = world->trace;
        world_free(world);
    }
    assert_int_equal(traces[0], traces[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(group_good_network_decides_all),
        cmocka_unit_test(group_bad_network_agrees),
        cmocka_unit_test(group_silent_replica_goes_on),
        cmocka_unit_test(group_partition_heals),
        cmocka_unit_test(restart_of_one_or_all_keeps_what_was_said),
        cmocka_unit_test(dump_is_enough_for_restarts_of_all),
        cmocka_unit_test(replica_away_for_long_catches_up),
        cmocka_unit_test(same_seed_same_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
