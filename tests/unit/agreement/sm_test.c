/* sm_test.c - SM(m) as LSP82 §4 has it: Theorem 2 against traitors who try at random, with ideal
 * signatures and with Ed25519, and counts. The verdict on each kind of chain is in
 * sm_chain_test.c; what small worlds prove by exhaustion in sm_worlds_test.c. */
#include "support_sm.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sm_book ideal, real;
static struct sm_book *const books[] = {&ideal, &real};
static struct sm_world world;

/* Traitors who try whatever comes to their mind: chains of their own and of others, cut, made
 * longer, given another order, damaged; to whomever; in whatever round. */
struct mischief {
    struct prng prng;
    struct sm_chain seen[64]; /* chains to start from */
    unsigned seen_count;
};

static bool one_in(struct mischief *mischief, uint64_t bound)
{
    return prng_below(&mischief->prng, bound) == 0;
}

static void remember(struct mischief *mischief, const struct sm_chain *chain)
{
    if (mischief->seen_count < sizeof mischief->seen / sizeof mischief->seen[0]) {
        mischief->seen[mischief->seen_count++] = *chain;
    }
}

/* Adds traitors who have not signed, in a random order, until it is `count` long or none is left.
 */
static void lengthen(const struct sm_world *game, struct mischief *mischief, unsigned count,
                     struct sm_chain *chain)
{
    general_set left = game->traitors;
    for (unsigned i = 0; i < chain->count; i++) {
        left &= ~general_bit(chain->signers[i]);
    }
    if (chain->count == 0 && general_is_in(left, game->commander)) {
        sm_world_sign(game, game->commander, chain);
        left &= ~general_bit(game->commander);
    }
    while (chain->count < count && left != 0) {
        general_id traitor = (general_id)prng_below(&mischief->prng, game->generals);
        if (general_is_in(left, traitor)) {
            sm_world_sign(game, traitor, chain);
            left &= ~general_bit(traitor);
        }
    }
}

static void damage(struct mischief *mischief, struct sm_chain *chain)
{
    uint64_t at = prng_below(&mischief->prng, chain->count);
    switch (prng_below(&mischief->prng, 4)) {
    case 0:
        chain->order = (order_nr)(chain->order + 1);
        break;
    case 1:
        chain->signatures[at].bytes[prng_below(&mischief->prng, SIGNATURE_BYTES)] ^= 4;
        break;
    case 2:
        chain->signers[at] = (general_id)prng_below(&mischief->prng, 8);
        break;
    default:
        chain->count--;
        break;
    }
}

static void try_anything(struct sm_world *game, unsigned round)
{
    struct mischief *mischief = game->context;
    unsigned heard;
    const struct sm_mail *mail = sm_world_heard(game, round, &heard);
    for (unsigned i = 0; i < heard; i++) {
        remember(mischief, &mail[i].chain);
    }
    for (unsigned i = 0; i < 6; i++) {
        struct sm_chain chain = {.order = (order_nr)prng_below(&mischief->prng, 3)};
        if (mischief->seen_count != 0 && !one_in(mischief, 3)) {
            chain = mischief->seen[prng_below(&mischief->prng, mischief->seen_count)];
        }
        lengthen(game, mischief, one_in(mischief, 6) ? round + 1 : round, &chain);
        if (chain.count == 0) {
            continue;
        }
        remember(mischief, &chain);
        if (one_in(mischief, 5)) {
            damage(mischief, &chain);
        }
        sm_world_send(game, &chain, prng_next(&mischief->prng) & sm_world_loyal(game));
    }
}

/* One game with random traitors, `count` of them, and a random commander. */
static void play_random(const struct sm_book *book, unsigned generals, unsigned m, unsigned count,
                        uint64_t seed)
{
    static struct mischief mischief;
    prng_init(&mischief.prng, seed);
    mischief.seen_count = 0;
    general_set traitors = 0;
    while ((unsigned)__builtin_popcountll(traitors) < count) {
        traitors |= general_bit((general_id)prng_below(&mischief.prng, generals));
    }
    sm_world_init(&world, book, generals, m, traitors);
    world.commander = (general_id)prng_below(&mischief.prng, generals);
    world.order = (order_nr)prng_below(&mischief.prng, 3);
    world.traitors_first = one_in(&mischief, 2);
    world.betray = try_anything;
    world.context = &mischief;
    sm_world_play(&world);
}

/* Theorem 2: for any m, SM(m) solves the generals' problem if at most m of them are traitors. */
static void theorem2_holds_for_at_most_m_traitors(void **state)
{
    (void)state;
    uint64_t seen[VERDICT_COUNT] = {0};
    for (unsigned generals = 3; generals <= 7; generals++) {
        for (unsigned m = 1; m <= 4 && m <= generals - 2; m++) {
            for (uint64_t seed = 0; seed < UINT64_C(100) * m; seed++) {
                play_random(&ideal, generals, m, 1 + (unsigned)(seed % m), seed);
                assert_true(sm_world_ic1(&world));
                assert_true(sm_world_ic2(&world));
                for (unsigned v = 0; v < VERDICT_COUNT; v++) {
                    seen[v] += world.verdicts[v];
                }
            }
        }
    }
    /* They did try everything. */
    assert_true(seen[VERDICT_ACCEPTED] > 0 && seen[VERDICT_DUPLICATE] > 0);
    assert_true(seen[VERDICT_STALE] > 0 && seen[VERDICT_MALFORMED] > 0);
    assert_true(seen[VERDICT_BAD_AUTHENTICATION] > 0);
}

/* The negative control of the test above: with one traitor more, the same mischief succeeds. */
static void theorem2_bound_is_needed(void **state)
{
    (void)state;
    for (unsigned m = 0; m <= 2; m++) {
        unsigned violations = 0;
        for (uint64_t seed = 0; seed < 1000; seed++) {
            play_random(&ideal, 5, m, m + 1, seed);
            assert_true(sm_world_ic2(&world)); /* nobody forges a loyal commander's order */
            violations += !sm_world_ic1(&world);
        }
        assert_true(violations > 0);
    }
}

static void theorem2_same_outcome_with_ed25519(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        order_nr decisions[2][5];
        uint64_t verdicts[2][VERDICT_COUNT];
        for (unsigned b = 0; b < 2; b++) {
            play_random(books[b], 5, 2, 1 + (unsigned)(seed % 3), seed);
            for (unsigned g = 0; g < 5; g++) {
                decisions[b][g] = sm_decide(&world.sms[g]);
            }
            memcpy(verdicts[b], world.verdicts, sizeof verdicts[b]);
        }
        assert_memory_equal(decisions[0], decisions[1], sizeof decisions[0]);
        assert_memory_equal(verdicts[0], verdicts[1], sizeof verdicts[0]);
    }
}

static void loyal_game_takes_n_minus_1_squared_messages(void **state)
{
    (void)state;
    for (unsigned generals = 2; generals <= 13; generals++) {
        for (unsigned m = 0; m < generals; m++) {
            uint64_t lieutenants = generals - 1;
            ideal.ideal.sign_count = 0;
            ideal.ideal.verify_count = 0;
            sm_world_init(&world, &ideal, generals, m, 0);
            sm_world_play(&world);
            uint64_t expected = m == 0 ? lieutenants : lieutenants * lieutenants;
            assert_int_equal(world.message_count, expected);
            assert_int_equal(sm_message_count(generals, m), expected);
            assert_int_equal(ideal.ideal.verify_count, lieutenants); /* one each */
            bool is_relayed = m >= 1 && generals >= 3;
            assert_int_equal(ideal.ideal.sign_count, is_relayed ? generals : 1);
            assert_true(sm_world_ic1(&world) && sm_world_ic2(&world));
        }
    }
}

static void loyal_game_message_counts_are_known(void **state)
{
    (void)state;
    static const unsigned counts[][2] = {{4, 9}, {7, 36}, {10, 81}, {13, 144}, {16, 225}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        unsigned generals = counts[i][0];
        for (size_t b = 0; b < 2; b++) {
            sm_world_init(&world, books[b], generals, (generals - 1) / 3, 0);
            sm_world_play(&world);
            assert_int_equal(world.message_count, counts[i][1]);
        }
    }
    assert_int_equal(sm_message_count(1, 1), 0);
    assert_int_equal(sm_message_count(64, 31), 63 * 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(theorem2_holds_for_at_most_m_traitors),
        cmocka_unit_test(theorem2_bound_is_needed),
        cmocka_unit_test(theorem2_same_outcome_with_ed25519),
        cmocka_unit_test(loyal_game_takes_n_minus_1_squared_messages),
        cmocka_unit_test(loyal_game_message_counts_are_known),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    sm_book_init(&ideal, false);
    sm_book_init(&real, true);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
