/* support_graph_game.c - see support_graph_game.h. */
#include "support_graph_game.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

bool graph_game_open(struct graph_game *game, const struct graph *graph, unsigned m, unsigned p,
                     general_id commander, bool is_beyond)
{
    struct om_graph_shape asked = {.m = m, .p = p, .commander = commander, .is_beyond = is_beyond};
    struct om_graph_shape shape;
    struct om_graph_lack lack;
    memset(game, 0, sizeof(*game));
    if (!om_graph_fit(graph, &asked, &shape, &lack)) {
        return false;
    }
    game->plan_memory = malloc((size_t)om_graph_plan_bytes(graph->count, m, shape.p));
    assert_non_null(game->plan_memory);
    om_graph_plan_init(&game->plan, graph, &shape, game->plan_memory);
    game->memory = malloc((size_t)om_graph_bytes(graph->count, m, shape.p) * graph->count);
    assert_non_null(game->memory);
    return true;
}

void graph_game_close(struct graph_game *game)
{
    free(game->plan_memory);
    free(game->memory);
}

order_nr treason_bit(uint64_t bits, unsigned index)
{
    return (bits >> index & 1) != 0 ? ATTACK : RETREAT;
}

static order_nr say(const struct graph_game *game, const struct om_graph_hop *hop,
                    struct treason *treason)
{
    order_nr due = om_graph_due(&game->generals[hop->from], hop);
    if (!general_is_in(treason->traitors, hop->from)) {
        return due;
    }
    unsigned hop_index = treason->hops++;
    if (treason->is_silent) {
        return ORDER_ABSENT;
    }
    if (treason->prng != NULL) {
        uint64_t dice = prng_below(treason->prng, 5);
        return dice == 4 ? ORDER_ABSENT : (order_nr)(dice % 2);
    }
    return hop_index < 64 ? treason_bit(treason->bits, hop_index) : due;
}

void graph_game_play(struct graph_game *game, order_nr order, struct treason *treason)
{
    const struct om_graph_plan *plan = &game->plan;
    unsigned count = plan->graph.count;
    treason->hops = 0;
    uint64_t hops = 0;
    size_t each = (size_t)om_graph_bytes(count, plan->shape.m, plan->shape.p);
    for (unsigned g = 0; g < count; g++) {
        om_graph_init(&game->generals[g], plan, (general_id)g, game->memory + g * each);
    }
    om_graph_set_order(&game->generals[plan->shape.commander], order);
    for (unsigned step = 1; step <= plan->steps; step++) {
        struct om_graph_walk walk;
        struct om_graph_hop hop;
        om_graph_walk_init(&walk, plan, step);
        while (om_graph_walk_next(&walk, &hop)) {
            assert_true(general_is_in(plan->graph.neighbours[hop.from], hop.to));
            om_graph_take(&game->generals[hop.to], &hop, say(game, &hop, treason));
            hops++;
        }
    }
    assert_int_equal(hops, plan->hop_count);
    for (unsigned g = 0; g < count; g++) {
        game->decisions[g] = om_graph_decide(&game->generals[g]);
    }
}

bool graph_game_is_agreed(const struct graph_game *game, general_set traitors, order_nr order)
{
    general_id commander = game->plan.shape.commander;
    general_set loyal = generals_all(game->plan.graph.count) & ~traitors;
    order_nr common =
        general_is_in(loyal, commander) ? order : game->decisions[general_lowest(loyal)];
    for (general_set left = loyal; left != 0; left &= left - 1) {
        if (game->decisions[general_lowest(left)] != common) {
            return false;
        }
    }
    return true;
}
