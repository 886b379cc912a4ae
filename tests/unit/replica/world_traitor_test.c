/* world_traitor_test.c - traitors that say different things to different peers (twins with one
 * key), and the negative controls of the world's oracles: each must fire when the rules are broken.
 */
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
        world_run(world, 5 * MS);
    }
}

/* Node `twin` talks to nodes whose bit is set in `side`, and to no other. */
static void talk_only_to(struct world *world, size_t twin, uint32_t side)
{
    for (size_t i = 0; i < world->settings.node_count; i++) {
        world_link(world, twin, i, (side >> i & 1) != 0);
    }
}

static void twin_traitor_group_agrees_and_goes_on(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world_settings settings = group_of(4, seed);
        settings.node_count = 5; /* node 4 is replica 0 again */
        settings.loss_percent = (unsigned)(seed % 15);
        settings.client_loss_percent = 30;
        struct world *world = world_new(&settings);
        world_link(world, 0, 4, false);
        for (size_t round = 0; round < 6; round++) { /* the twins divide the others among them */
            uint32_t side = 2 * (uint32_t)prng_below(&world->prng, 8);
            talk_only_to(world, 0, side);
            talk_only_to(world, 4, prng_below(&world->prng, 2) == 0 ? ~side & 0xe : 0xe);
            request_some(world, 5);
            world_run(world, prng_below(&world->prng, 500) * MS);
        }
        world->settings.loss_percent = 0;
        world->settings.client_loss_percent = 0;
        if (!world_settle(world, 60 * SECONDS) || world->fault != NULL) {
            fail_msg("seed %llu: %s", (unsigned long long)seed,
                     world->fault == NULL ? "stuck" : world->fault);
        }
        world_free(world);
    }
}

static void two_twin_traitors_of_seven_group_agrees(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct world_settings settings = group_of(7, seed);
        settings.node_count = 9; /* 7 and 8 are replicas 0 and 1 again */
        struct world *world = world_new(&settings);
        for (size_t round = 0; round < 4; round++) {
            uint32_t side = (uint32_t)prng_below(&world->prng, 32) << 2;
            talk_only_to(world, 0, side | 2);
            talk_only_to(world, 1, side | 1);
            talk_only_to(world, 7, (~side & 0x7c) | 1u << 8);
            talk_only_to(world, 8, (~side & 0x7c) | 1u << 7);
            request_some(world, 4);
            world_run(world, prng_below(&world->prng, 500) * MS);
        }
        if (!world_settle(world, 60 * SECONDS) || world->fault != NULL) {
            fail_msg("seed %llu: %s", (unsigned long long)seed,
                     world->fault == NULL ? "stuck" : world->fault);
        }
        world_free(world);
    }
}

/* Two traitors of four are more than f: each loyal one with a pair of twins is a quorum. */
static void control_two_twins_of_four_break_agreement(void **state)
{
    (void)state;
    struct world_settings settings = group_of(4, 3);
    settings.node_count = 6; /* 4 and 5 are replicas 0 and 1 again */
    struct world *world = world_new(&settings);
    uint32_t const left = 1u << 0 | 1u << 1 | 1u << 2;
    uint32_t const right = 1u << 4 | 1u << 5 | 1u << 3;
    for (size_t i = 0; i < 6; i++) {
        talk_only_to(world, i, (left >> i & 1) != 0 ? left : right);
    }
    world->settings.client_loss_percent = 50; /* so that their orders differ */
    request_some(world, 40);
    world_run(world, 5 * SECONDS);
    assert_non_null(world->fault);
    assert_string_equal(world->fault, "agreement");
    world_free(world);
}

/* A replica that lost its ledger and comes back says other things in views it had voted in. */
static void control_lost_ledger_is_a_contradiction(void **state)
{
    (void)state;
    bool has_fired = false;
    for (uint64_t seed = 1; seed <= 20 && !has_fired; seed++) {
        struct world_settings settings = group_of(4, seed);
        struct world *world = world_new(&settings);
        request_some(world, 10);
        world_run(world, 1 * SECONDS);
        world_crash(world, 1);
        for (size_t i = 0; i < 4; i++) {
            world_link(world, 1, i, false); /* nobody can tell it what it said */
        }
        world_restart(world, 1, false);
        world->clients[0].decided = 0; /* the client tries again */
        world_run(world, 3 * SECONDS);
        has_fired = world->fault != NULL && strcmp(world->fault, "contradiction") == 0;
        world_free(world);
    }
    assert_true(has_fired);
}

static void control_vote_without_sync_is_seen(void **state)
{
    (void)state;
    struct world_settings settings = group_of(4, 1);
    settings.breaks_durable = true;
    struct world *world = world_new(&settings);
    request_some(world, 5);
    world_run(world, 1 * SECONDS);
    assert_non_null(world->fault);
    assert_string_equal(world->fault, "unsynced");
    world_free(world);
}

static void control_no_quorum_is_stuck(void **state)
{
    (void)state;
    struct world_settings settings = group_of(4, 1);
    struct world *world = world_new(&settings);
    world_crash(world, 0);
    world_crash(world, 1);
    request_some(world, 5);
    assert_false(world_settle(world, 20 * SECONDS));
    assert_null(world->fault);
    world_free(world);
}

/* A decision that repeats a segment, leaves one out, or changes one. */
static const char *judge_doctored(uint64_t sequence, bool is_changed)
{
    struct world_settings settings = group_of(4, 1);
    struct world *world = world_new(&settings);
    struct digest digests[2];
    world_request(world, 0, "one");
    world_request(world, 0, "two");
    struct segment segment = {.lane = {.client = world->clients[0].key, .session = 1},
                              .sequence = 1};
    struct lane_tip tip = {.lane = segment.lane, .sequence = 1};
    struct decision decision = {.order = {.height = 1, .tip_count = 1, .tips = &tip},
                                .segment_count = 1,
                                .segments = &segment,
                                .segment_digests = digests};
    digests[0] = world->clients[0].digests[0];
    world_judge(world, 0, &decision);
    assert_null(world->fault);
    segment.sequence = sequence;
    tip.sequence = sequence;
    decision.order.height = 2;
    digests[0] = world->clients[0].digests[sequence <= 2 ? sequence - 1 : 0];
    digests[0].bytes[0] ^= is_changed ? 1 : 0;
    world_judge(world, 0, &decision);
    const char *fault = world->fault;
    world_free(world);
    return fault;
}

static void control_order_oracle_fires(void **state)
{
    (void)state;
    assert_null(judge_doctored(2, false));
    assert_string_equal(judge_doctored(1, false), "order"); /* again */
    assert_string_equal(judge_doctored(3, false), "order"); /* one left out */
    assert_string_equal(judge_doctored(2, true), "order");  /* not what the client signed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twin_traitor_group_agrees_and_goes_on),
        cmocka_unit_test(two_twin_traitors_of_seven_group_agrees),
        cmocka_unit_test(control_two_twins_of_four_break_agreement),
        cmocka_unit_test(control_lost_ledger_is_a_contradiction),
        cmocka_unit_test(control_vote_without_sync_is_seen),
        cmocka_unit_test(control_no_quorum_is_stuck),
        cmocka_unit_test(control_order_oracle_fires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
