/* sm_worlds_test.c - small worlds of SM(m), exhausted: every strategy of chains that traitors alone
 * signed, with the broken variants that show that each rule is needed.
 *
 * The counting. The traitors are the commander c and, where there are two, one lieutenant t. Chains
 * that only they signed begin with c and repeat nobody, so there is one for each order and length:
 * (c), and (c,t). The round rule leaves each of them one round, its length. The only free choice is
 * whom of the L loyal lieutenants to show it to: 2^L. With V orders and lengths up to k that makes
 * 2^(L k V) strategies: for n = 4, k = 2, so L = 2, 256 over two orders and 4,096 over three.
 *
 * Chains with a loyal signature carry only what that loyal general relays to all by himself, but
 * they come a round later, and mail of one round may be read in any order; so each strategy is
 * played with t passing on all that he hears or nothing, and with the orders of a round given
 * forwards and backwards. */
#include "support_sm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sm_book ideal;
static struct sm_world world;

struct exhaustion {
    unsigned orders;   /* V */
    unsigned slots;    /* rounds in which something is shown: in round r the chain of min(r, k) */
    uint64_t strategy; /* bit ((r - 1) V + order) L + i: it is shown to the i-th loyal one */
    bool is_backwards;
    bool passes_on;

    uint64_t strategies; /* tried */
    uint64_t violations; /* of them, with some reading */
};

/* The i-th members of the loyal generals, for each bit i of `bits`. */
static general_set spread(general_set loyal, uint64_t bits)
{
    general_set set = 0;
    for (; loyal != 0; loyal &= loyal - 1, bits >>= 1) {
        if (bits & 1) {
            set |= loyal & (~loyal + 1);
        }
    }
    return set;
}

static void show_own_chains(struct sm_world *game, unsigned round)
{
    const struct exhaustion *all = game->context;
    general_set loyal = sm_world_loyal(game);
    unsigned loyal_count = (unsigned)__builtin_popcountll(loyal);
    for (unsigned i = 0; i < all->orders; i++) {
        unsigned order = all->is_backwards ? all->orders - 1 - i : i;
        uint64_t bits = all->strategy >> (((round - 1) * all->orders + order) * loyal_count);
        general_set to = spread(loyal, bits & (((uint64_t)1 << loyal_count) - 1));
        if (to == 0) {
            continue;
        }
        struct sm_chain chain = {.order = (order_nr)order};
        for (general_id t = 0; t < game->generals && chain.count < round; t++) {
            if (general_is_in(game->traitors, t)) {
                sm_world_sign(game, t, &chain);
            }
        }
        sm_world_send(game, &chain, to);
    }
}

/* Each traitor signs what the loyal ones said a round ago, and shows it to all of them. */
static void pass_on(struct sm_world *game, unsigned round)
{
    unsigned heard;
    const struct sm_mail *mail = sm_world_heard(game, round - 1, &heard);
    for (unsigned i = 0; i < heard; i++) {
        for (unsigned t = 0; t < game->generals; t++) {
            if (general_is_in(game->traitors & mail[i].to, (general_id)t)) {
                struct sm_chain chain = mail[i].chain;
                sm_world_sign(game, (general_id)t, &chain);
                sm_world_send(game, &chain, sm_world_loyal(game));
            }
        }
    }
}

static void follow_strategy(struct sm_world *game, unsigned round)
{
    const struct exhaustion *all = game->context;
    if (round <= all->slots) {
        show_own_chains(game, round);
    }
    if (all->passes_on && round >= 2) {
        pass_on(game, round);
    }
}

/* Plays every strategy of the world's traitors, the commander among them. */
static void exhaust(struct exhaustion *all)
{
    unsigned loyal = (unsigned)__builtin_popcountll(sm_world_loyal(&world));
    uint64_t end = (uint64_t)1 << (all->slots * all->orders * loyal);
    world.betray = follow_strategy;
    world.context = all;
    all->strategies = 0;
    all->violations = 0;
    for (uint64_t strategy = 0; strategy < end; strategy++) {
        bool is_violated = false;
        all->strategy = strategy;
        for (unsigned reading = 0; reading < 8; reading++) {
            all->is_backwards = reading & 1;
            all->passes_on = reading & 2;
            world.traitors_first = reading & 4;
            sm_world_play(&world);
            is_violated |= !sm_world_ic1(&world);
        }
        all->strategies++;
        all->violations += is_violated;
    }
}

static void sm2_of_four_with_two_traitors_agrees_over_three_orders(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 3, .slots = 2};
    sm_world_init(&world, &ideal, 4, 2, 0x3);
    exhaust(&all);
    assert_int_equal(all.strategies, 4096);
    assert_int_equal(all.violations, 0);
}

static void sm2_of_four_with_two_traitors_agrees_over_two_orders(void **state)
{
    (void)state;
    for (general_id t = 1; t < 4; t++) { /* whoever it is that helps the commander */
        struct exhaustion all = {.orders = 2, .slots = 2};
        sm_world_init(&world, &ideal, 4, 2, general_bit(0) | general_bit(t));
        exhaust(&all);
        assert_int_equal(all.strategies, 256);
        assert_int_equal(all.violations, 0);
    }
}

static void sm2_of_five_with_two_traitors_agrees(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 2, .slots = 2};
    sm_world_init(&world, &ideal, 5, 2, 0x3);
    exhaust(&all);
    assert_int_equal(all.strategies, 4096);
    assert_int_equal(all.violations, 0);
}

/* Negative control: one round less, and the very same search finds a disagreement. */
static void sm1_of_four_with_two_traitors_disagrees(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 2, .slots = 2};
    sm_world_init(&world, &ideal, 4, 1, 0x3);
    exhaust(&all);
    assert_int_equal(all.strategies, 256);
    assert_true(all.violations > 0);
    /* Such as: (c,t) with ATTACK, in the last round, to one of the two. */
    all.strategy = (uint64_t)1 << 6;
    all.passes_on = false;
    sm_world_play(&world);
    assert_int_equal(sm_decide(&world.sms[2]), ATTACK);
    assert_int_equal(sm_decide(&world.sms[3]), RETREAT);
}

static void sm1_of_four_with_a_traitor_agrees(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 3, .slots = 1};
    sm_world_init(&world, &ideal, 4, 1, 0x1);
    exhaust(&all);
    assert_int_equal(all.strategies, 512);
    assert_int_equal(all.violations, 0);
}

/* The commander also shows his chain of one signature in round 2. The rule that a message of round
 * r has r signatures makes that worthless; without the rule he wins alone. */
static void sm1_needs_the_round_rule(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 2, .slots = 2};
    sm_world_init(&world, &ideal, 4, 1, 0x1);
    exhaust(&all);
    assert_int_equal(all.strategies, 4096);
    assert_int_equal(all.violations, 0);
    world.any_length = true;
    exhaust(&all);
    assert_true(all.violations > 0);
    all.strategy = (uint64_t)1 << 9; /* ATTACK, in round 2, to the first one */
    all.passes_on = false;
    sm_world_play(&world);
    assert_int_equal(sm_decide(&world.sms[1]), ATTACK);
    assert_int_equal(sm_decide(&world.sms[2]), RETREAT);
}

/* Choice maps all sets of two and more orders to RETREAT, so two relays make everybody's set two
 * or more. Negative control: with one relay they do not agree any more. */
static void relaying_the_first_two_orders_suffices(void **state)
{
    (void)state;
    struct exhaustion all = {.orders = 3, .slots = 1};
    sm_world_init(&world, &ideal, 4, 1, 0x1);
    world.relay_max = 1;
    exhaust(&all);
    assert_true(all.violations > 0);
    world.relay_max = 2;
    all.strategy = 0x1ff; /* all three orders to all */
    sm_world_play(&world);
    for (general_id g = 1; g < 4; g++) {
        assert_int_equal(world.relays[g], 2);
        assert_int_equal(sm_decide(&world.sms[g]), RETREAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm2_of_four_with_two_traitors_agrees_over_three_orders),
        cmocka_unit_test(sm2_of_four_with_two_traitors_agrees_over_two_orders),
        cmocka_unit_test(sm2_of_five_with_two_traitors_agrees),
        cmocka_unit_test(sm1_of_four_with_two_traitors_disagrees),
        cmocka_unit_test(sm1_of_four_with_a_traitor_agrees),
        cmocka_unit_test(sm1_needs_the_round_rule),
        cmocka_unit_test(relaying_the_first_two_orders_suffices),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    sm_book_init(&ideal, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
