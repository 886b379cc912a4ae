/* sm_graph_test.c - LSP82 §5: SM(m + d - 1) where the loyal generals are connected, and that one
 * round less, or no connection, does not do. */
#include "agreement/sm_graph.h"
#include "support_sm.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sm_book ideal;
static struct sm_world world;

static void make_ring(struct graph *graph, unsigned count)
{
    graph_init(graph, count);
    for (unsigned g = 0; g < count; g++) {
        graph_connect(graph, (general_id)g, (general_id)((g + 1) % count));
    }
}

static void world_on(const struct graph *graph, unsigned sm_m, general_set traitors)
{
    sm_world_init(&world, &ideal, graph->count, sm_m, traitors);
    memcpy(world.neighbours, graph->neighbours, sizeof world.neighbours);
}

/* What a traitorous commander does in these tests: ATTACK, in one round, to some; signed by as many
 * of the traitors as there are rounds. */
struct whisper {
    unsigned round;
    general_set to;
};

static void whisper_attack(struct sm_world *game, unsigned round)
{
    const struct whisper *whisper = game->context;
    if (round != whisper->round) {
        return;
    }
    struct sm_chain chain = {.order = ATTACK};
    sm_world_sign(game, game->commander, &chain);
    for (general_id t = 0; t < game->generals && chain.count < round; t++) {
        if (t != game->commander && general_is_in(game->traitors, t)) {
            sm_world_sign(game, t, &chain);
        }
    }
    sm_world_send(game, &chain, whisper->to & game->neighbours[chain.signers[chain.count - 1]]);
}

static void m_is_that_of_the_paper(void **state)
{
    (void)state;
    struct graph graph;
    unsigned sm_m = 99;
    graph_complete(&graph, 7);
    for (unsigned m = 0; m <= 5; m++) { /* d = 1: plain SM(m) */
        assert_true(sm_graph_m(&graph, generals_all(7) & ~(generals_all(m)), m, &sm_m));
        assert_int_equal(sm_m, m);
    }
    make_ring(&graph, 6);
    assert_true(sm_graph_m(&graph, generals_all(6), 0, &sm_m));
    assert_int_equal(sm_m, 2);
    for (general_id traitor = 0; traitor < 6; traitor++) { /* the others are a line of five */
        assert_true(sm_graph_m(&graph, generals_all(6) & ~general_bit(traitor), 1, &sm_m));
        assert_int_equal(sm_m, 4);
    }
    assert_true(sm_graph_m(&graph, 0x0f, 2, &sm_m)); /* two traitors side by side: a line of four */
    assert_int_equal(sm_m, 4);
    assert_true(sm_graph_m(&graph, 0x01, 5, &sm_m)); /* nobody to agree with */
    assert_int_equal(sm_m, 5);
}

static void m_is_never_more_than_n_minus_2(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 5);
    unsigned connected = 0;
    for (unsigned i = 0; i < 2000; i++) {
        struct graph graph;
        unsigned count = 3 + (unsigned)prng_below(&prng, 6);
        graph_init(&graph, count);
        for (unsigned edge = 0; edge < 2 * count; edge++) {
            general_id a = (general_id)prng_below(&prng, count);
            general_id b = (general_id)prng_below(&prng, count);
            if (a != b) {
                graph_connect(&graph, a, b);
            }
        }
        general_set traitors = prng_next(&prng) & generals_all(count);
        unsigned m = (unsigned)__builtin_popcountll(traitors);
        unsigned sm_m;
        if (m <= count - 2 && sm_graph_m(&graph, generals_all(count) & ~traitors, m, &sm_m)) {
            assert_true(sm_m <= sm_graph_m_sufficient(count));
            connected++;
        }
    }
    assert_true(connected > 500);
    assert_int_equal(sm_graph_m_sufficient(0), 0);
    assert_int_equal(sm_graph_m_sufficient(1), 0);
    assert_int_equal(sm_graph_m_sufficient(2), 0);
    assert_int_equal(sm_graph_m_sufficient(6), 4);
}

static void m_of_a_disconnected_loyal_set_is_refused(void **state)
{
    (void)state;
    struct graph graph;
    unsigned sm_m = 99;
    make_ring(&graph, 6);
    for (general_id a = 0; a < 6; a++) {
        general_id b = (general_id)((a + 3) % 6);
        general_id c = (general_id)((a + 2) % 6);
        assert_false(sm_graph_m(&graph, 0x3f & ~general_bit(a) & ~general_bit(b), 2, &sm_m));
        assert_false(sm_graph_m(&graph, 0x3f & ~general_bit(a) & ~general_bit(c), 2, &sm_m));
    }
    assert_int_equal(sm_m, 99);
}

/* Plays SM(sm_m) on a ring of six with one traitor, everywhere, who whispers in every round, to
 * every set of his neighbours, or is silent; returns how many games broke IC1 or IC2. */
static unsigned ring_violations(unsigned sm_m)
{
    struct graph graph;
    make_ring(&graph, 6);
    unsigned violations = 0;
    for (general_id traitor = 0; traitor < 6; traitor++) {
        for (general_id commander = 0; commander < 6; commander++) {
            world_on(&graph, sm_m, general_bit(traitor));
            world.commander = commander;
            if (commander != traitor) {
                sm_world_play(&world);
                violations += !sm_world_ic1(&world) || !sm_world_ic2(&world);
                continue;
            }
            for (unsigned round = 1; round <= sm_m + 1; round++) {
                for (general_set to = 1; to < 64; to++) {
                    struct whisper whisper = {.round = round, .to = to};
                    world.betray = whisper_attack;
                    world.context = &whisper;
                    sm_world_play(&world);
                    violations += !sm_world_ic1(&world);
                }
            }
        }
    }
    return violations;
}

/* Theorem 3 with m = 1 and d = 4, and the negative control: SM(m + d - 2). */
static void theorem3_ring_of_six_with_a_traitor(void **state)
{
    (void)state;
    assert_int_equal(ring_violations(4), 0);
    assert_true(ring_violations(3) > 0);
}

static void theorem3_ring_of_six_with_two_traitors_side_by_side(void **state)
{
    (void)state;
    struct graph graph;
    make_ring(&graph, 6);
    for (unsigned sm_m = 3; sm_m <= 4; sm_m++) {
        bool is_violated = false;
        for (unsigned round = 1; round <= 2; round++) {
            struct whisper whisper = {.round = round, .to = 0x3f};
            world_on(&graph, sm_m, 0x3); /* the commander 0, and 1, who alone talks to 2 */
            world.betray = whisper_attack;
            world.context = &whisper;
            sm_world_play(&world);
            is_violated |= !sm_world_ic1(&world);
        }
        assert_int_equal(is_violated, sm_m == 3);
    }
}

/* Between two traitors, a loyal general hears only what they let through: no m helps. */
static void disconnected_loyal_generals_do_not_agree(void **state)
{
    (void)state;
    struct graph graph;
    make_ring(&graph, 6);
    for (unsigned sm_m = 1; sm_m <= 12; sm_m++) {
        world_on(&graph, sm_m, general_bit(1) | general_bit(3));
        sm_world_play(&world); /* they are silent, and 2 sits between them */
        assert_int_equal(sm_decide(&world.sms[2]), RETREAT);
        assert_int_equal(sm_decide(&world.sms[4]), ATTACK);
        assert_false(sm_world_ic1(&world));
        assert_false(sm_world_ic2(&world));
    }
}

/* Without traitors SM(d - 1) tells all; a message goes along each edge once in each direction, but
 * to nobody who signed. */
static void loyal_ring_takes_diameter_rounds(void **state)
{
    (void)state;
    struct graph graph;
    make_ring(&graph, 6);
    world_on(&graph, 2, 0);
    sm_world_play(&world);
    assert_true(sm_world_ic1(&world) && sm_world_ic2(&world));
    assert_int_equal(world.message_count, 2 + 2 + 2);
    world_on(&graph, 1, 0);
    sm_world_play(&world);
    assert_int_equal(sm_decide(&world.sms[3]),
                     RETREAT); /* the general opposite has heard nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m_is_that_of_the_paper),
        cmocka_unit_test(m_is_never_more_than_n_minus_2),
        cmocka_unit_test(m_of_a_disconnected_loyal_set_is_refused),
        cmocka_unit_test(theorem3_ring_of_six_with_a_traitor),
        cmocka_unit_test(theorem3_ring_of_six_with_two_traitors_side_by_side),
        cmocka_unit_test(disconnected_loyal_generals_do_not_agree),
        cmocka_unit_test(loyal_ring_takes_diameter_rounds),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    sm_book_init(&ideal, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
